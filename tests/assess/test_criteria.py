"""Diagnoses: values around the index, criteria of criteria, age, parameters."""

from __future__ import annotations

import pytest
from tests.assess.conftest import assessed, defined, library, result, series_of, state

from paucity.response import read_definition
from paucity.response.assess import assess, outcome_row
from paucity.response.settings import Settings, duration
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

HLH = library("hlh-2004")

FOUR = """\
p,fever,0,present
p,splenomegaly,0,present
p,ferritin,0,500,ug/l
p,hemophagocytosis,0,present
"""
REST_NOT = """\
p,hemoglobin,0,120,g/l
p,platelets,0,200,10^9/l
p,anc,0,3,10^9/l
p,triglycerides,0,1,mmol/l
p,fibrinogen,0,3,g/l
p,scd25,0,100,U/ml
p,molecular-diagnosis,0,absent
"""


def test_the_missing_item_that_would_decide_is_named() -> None:
    (outcome,) = assessed(FOUR + REST_NOT, HLH).outcomes
    assert outcome.result == "met or not met"
    assert outcome.deciding == ("NK-cell activity",)
    assert result(f"{FOUR}{REST_NOT}p,nk-activity,0,low", HLH) == "met"
    assert result(f"{FOUR}{REST_NOT}p,nk-activity,0,normal", HLH) == "not met"


def test_a_compound_criterion_names_the_markers_within_it_that_are_missing() -> None:
    rows = FOUR + REST_NOT.replace("p,platelets,0,200,10^9/l\n", "").replace("120,g/l", "80,g/l")
    (outcome,) = assessed(f"{rows}p,nk-activity,0,normal", HLH).outcomes
    assert outcome.deciding == ("platelets",)
    cytopenia = next(c for c in outcome.criteria if c.name == "cytopenia")
    assert cytopenia.met is None
    assert outcome_row("hlh-2004", outcome)["criterion cytopenia"] == "met or not met"


def test_one_of_triglycerides_and_fibrinogen_is_enough_though_the_other_is_missing() -> None:
    rows = FOUR + REST_NOT.replace("p,fibrinogen,0,3,g/l\n", "").replace("1,mmol/l", "3,mmol/l")
    assert result(rows, HLH) == "met"


@pytest.mark.parametrize(
    ("day", "expected"),
    [("0", "met"), ("-14", "met"), ("-14.000001", "missing"), ("0.5", "missing")],
)
def test_values_count_from_14_days_before_the_index_up_to_it(day: str, expected: str) -> None:
    assert state(f"p,ferritin,{day},900,ug/l", "ferritin", HLH) == expected


def test_the_window_of_a_diagnosis_can_be_stated_or_chosen() -> None:
    rows = "p,ferritin,-20,900,ug/l"
    assert state(rows, "ferritin", HLH, Settings(since=duration("3 wk"))) == "met"
    late = "p,ferritin,3,900,ug/l"
    assert state(late, "ferritin", HLH, Settings(by=duration("3 d"))) == "met"
    stated = defined(
        "{kind: diagnosis, assess: {since: 30 d, by: 2 d}, markers: {ferritin: {met: value > 5}},"
        " levels: {met: ferritin is met, not met: otherwise}}"
    )
    assert result("p,ferritin,-30,900,ug/l", stated) == "met"
    assert result("p,ferritin,2,900,ug/l", stated) == "met"
    choices = [str(c) for c in assessed(rows, stated).choices]
    assert (
        "when values count: from 30 d before the index to 2 d after it (as the definition states)"
        in choices
    )
    assert not any("baseline" in c for c in choices)


def test_the_worst_value_counts_unless_another_is_chosen() -> None:
    rows = "p,ferritin,-3,900,ug/l\np,ferritin,0,100,ug/l"
    assert state(rows, "ferritin", HLH) == "met"
    assert state(rows, "ferritin", HLH, Settings(value="last")) == "not met"
    assert "value that counts: the worst in the window (default)" in [
        str(c) for c in assessed(rows, HLH).choices
    ]


def with_age(value: str, age: str) -> str:
    series = series_of(f"p,hemoglobin,0,{value},g/l,{age}", "participant,marker,day,value,unit,age")
    return next(
        s.state for s in assess(series, HLH).outcomes[0].markers if s.marker == "hemoglobin"
    )


@pytest.mark.parametrize(
    ("value", "age", "expected"),
    [
        ("99", "0.0766", "met"),  # 4 weeks are 28/365.25 = 0.07666 years
        ("99", "0.0767", "not met"),
        ("100", "0", "not met"),
        ("89", "", "met"),
        ("95", "", "undecided"),
        ("100", "", "not met"),
    ],
)
def test_hemoglobin_is_judged_by_age_and_without_it_where_both_limits_agree(
    value: str, age: str, expected: str
) -> None:
    assert with_age(value, age) == expected


def test_a_parameter_is_taken_as_stated_or_as_chosen_and_said_so() -> None:
    rows = "p,ferritin,0,500,ug/l"
    assert state(rows, "ferritin", HLH) == "met"
    above = Settings(parameters=(("ferritin-rule", "value > 500"),))
    assert state(rows, "ferritin", HLH, above) == "not met"
    said = [str(c) for c in assessed(rows, HLH, above).choices]
    assert "parameter ferritin-rule: value > 500 (as chosen)" in said
    assert "parameter fibrinogen-rule: value <= 1.5 (as the definition states)" in said


def test_a_parameter_may_be_in_another_unit() -> None:
    # 265 mg/dl is 265/88.57 = 2.992 mmol/l, below the 3.0 of the default.
    rows = "p,triglycerides,0,2.993,mmol/l"
    assert state(rows, "triglycerides", HLH) == "not met"
    chosen = Settings(parameters=(("triglycerides-rule", "value >= 265 mg/dl"),))
    assert state(rows, "triglycerides", HLH, chosen) == "met"


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("feritin-rule", "value > 500", "no parameter `feritin-rule`"),
        ("ferritin-rule", "value >", "ends too early"),
        ("ferritin-rule", "500", "cannot stand for ferritin-rule"),
        ("ferritin-rule", "fever is present", "cannot stand for ferritin-rule"),
        ("fever-rule", "value > 38", "cannot stand for fever-rule"),
        ("fever-rule", "cytopenia is absent", "is a criterion"),
        ("fever-rule", "zinc > 3", "cannot stand for fever-rule"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_found_and_nothing_is_computed_with_another(
    key: str, text: str, says: str
) -> None:
    rows = FOUR + REST_NOT
    found = assessed(rows, HLH, Settings(parameters=((key, text),)))
    (finding,) = [f for f in found.findings if f.code == "parameter-not-taken"]
    assert says in finding.message
    if key in HLH.parameters:
        assert not found.outcomes
    else:
        assert found.outcomes[0].result == result(rows, HLH)


@pytest.mark.parametrize(
    ("markers", "levels"),
    [
        ("ferritin: {improved: percent_chang <= -25}", "PR: any improved"),
        ("ferritin: {improvd: percent_change <= -25}", "PR: any improved"),
        ("ferritin: {improved: percent_change <=}", "PR: any improved"),
        ("ferritin: {improved: percent_change <= -25}", "PR: any improved of (zinc, anc)"),
    ],
)
def test_what_is_left_of_a_definition_with_an_error_is_not_computed(
    markers: str, levels: str
) -> None:
    """Ferritin fell by half, so NR, from the neutrophils alone, would be a wrong certain answer."""
    text = (
        f"{{kind: response, assess: 14 d, markers: {{{markers}, anc: {{improved: value > 5}}}},"
        f" levels: {{{levels}, NR: otherwise}}}}"
    )
    definition, _ = read_definition(parse_yaml(text, "mine.yaml"), bundled())
    assert definition is not None
    rows = "p,ferritin,0,100,ug/l\np,ferritin,14,50,ug/l\np,anc,0,1,10^9/l\np,anc,14,1,10^9/l"
    found = assessed(rows, definition)
    assert not found.outcomes
    assert [f.code for f in found.findings] == ["not-computable"]


def test_a_number_can_be_a_parameter() -> None:
    definition = defined(
        "{kind: diagnosis, parameters: {limit: {default: 38.5, variants: [38.3]}},"
        " markers: {temperature: {met: value >= limit}},"
        " levels: {met: temperature is met, not met: otherwise}}"
    )
    rows = "p,temperature,0,38.4,Cel"
    assert result(rows, definition) == "not met"
    assert result(rows, definition, Settings(parameters=(("limit", "38.3"),))) == "met"
    bad = assessed(rows, definition, Settings(parameters=(("limit", "value > 3"),)))
    assert [f.code for f in bad.findings] == ["parameter-not-taken"]


def findings(text: str) -> list[str]:
    _, found = read_definition(parse_yaml(text, "mine.yaml"), bundled())
    return [f.code for f in found]


def test_what_names_cannot_be_is_found() -> None:
    text = (
        "{{kind: diagnosis, markers: {{ferritin: {{met: value > 5}}}}, {},"
        " levels: {{a: otherwise}}}}"
    )
    assert findings(text.format("criteria: {score: ferritin is met}")) == ["reserved-name"]
    assert findings(text.format("criteria: {ferritin: ferritin is met}")) == ["reserved-name"]
    assert findings(text.format("parameters: {value: 5}")) == ["reserved-name"]
    assert findings(text.format("criteria: {high: ferritin is met}")) == []


def test_a_criterion_asks_only_for_those_before_it_so_that_none_asks_for_itself() -> None:
    text = (
        "{kind: diagnosis, markers: {ferritin: {met: value > 5}},"
        " criteria: {a: b is met, b: a is met, c: c is met}, levels: {x: b is met}}"
    )
    assert findings(text) == ["unknown-in-rule"] * 2


def test_a_criterion_is_met_and_nothing_else() -> None:
    text = (
        "{kind: diagnosis, markers: {ferritin: {met: value > 5}},"
        " criteria: {high: ferritin is met}, levels: {x: high is present}}"
    )
    assert findings(text) == ["unknown-in-rule"]


def test_criteria_that_multiply_without_end_are_refused() -> None:
    doubled = ", ".join(f"c{i}: c{i - 1} is met and c{i - 1} is met" for i in range(1, 30))
    definition = defined(
        "{kind: diagnosis, markers: {ferritin: {met: value > 5}},"
        f" criteria: {{c0: ferritin is met, {doubled}}}, levels: {{x: c29 is met}}}}"
    )
    found = assessed("p,ferritin,0,9,ug/l", definition)
    assert [f.code for f in found.findings] == ["not-computable"]
    assert found.outcomes == ()


def test_a_trace_says_the_criteria_and_no_baseline() -> None:
    lines = assessed(FOUR + REST_NOT, HLH).explain("p")
    assert "ferritin: 500 (day 0): met" in lines
    assert "cytopenia of 2 lineages: 2 of 3 met needed, 0 found: not met" in lines
    assert lines[-1] == "p: met or not met; NK-cell activity would decide"
