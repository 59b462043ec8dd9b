"""At every threshold of the published definitions, on it and beside it."""

from __future__ import annotations

import pytest
from tests.assess.conftest import assessed, defined, library, result, state

from paucity.response.settings import Settings, duration

MARSH = library("marsh-2013")
EMENDED = library("marsh-2013-emended")
WANG = library("wang-2015")


def change(marker: str, baseline: str, value: str, unit: str, day: str = "14") -> str:
    return f"p,{marker},0,{baseline},{unit}\np,{marker},{day},{value},{unit}"


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        (MARSH, "2000", "not improved"),
        (MARSH, "1999.999", "improved"),
        (WANG, "2000", "improved"),
        (WANG, "2000.001", "not improved"),
    ],
)
def test_a_fold_of_exactly_one_and_a_half_counts_for_wang_and_not_for_marsh(
    definition: object, value: str, expected: str
) -> None:
    rows = change("sil2r", "3000", value, "U/ml")
    assert state(rows, "soluble IL-2 receptor", definition) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("definition", [MARSH, EMENDED, WANG])
def test_a_fall_of_exactly_a_quarter_counts(definition: object) -> None:
    for value, expected in (("75", "improved"), ("75.0001", "not improved")):
        rows = change("ferritin", "100", value, "ug/l")
        assert state(rows, "ferritin", definition) == expected  # type: ignore[arg-type]


def test_a_quarter_that_binary_fractions_would_miss_counts() -> None:
    rows = change("triglycerides", "2.8", "2.1", "mmol/l")
    assert state(rows, "triglycerides", WANG) == "improved"


@pytest.mark.parametrize(
    ("baseline", "value", "marsh", "emended"),
    [
        ("0", "0.51", "improved", "improved"),
        ("0", "0.5", "not improved", "not improved"),
        ("0", "0", "not improved", "not improved"),
        ("0.49", "0.98", "improved", "improved"),
        ("0.5", "2.01", "not improved", "improved"),
        ("0.5", "2.0", "not improved", "not improved"),
        ("0.5", "5.01", "improved", "improved"),
        ("2.0", "4.0", "not improved", "improved"),
        ("2.0", "3.99", "not improved", "not improved"),
        ("2.0", "5.01", "improved", "improved"),
        ("2.01", "9", "not evaluable", "not evaluable"),
    ],
)
def test_neutrophils_are_judged_by_the_band_of_their_baseline(
    baseline: str, value: str, marsh: str, emended: str
) -> None:
    rows = change("anc", baseline, value, "10^9/l")
    assert state(rows, "absolute neutrophil count", MARSH) == marsh
    assert state(rows, "absolute neutrophil count", EMENDED) == emended


def test_a_relative_rise_from_zero_can_be_left_unjudged() -> None:
    rows = change("anc", "0", "3", "10^9/l")
    choice = Settings(zero_baseline="not evaluable")
    assert state(rows, "absolute neutrophil count", WANG, choice) == "not evaluable"


@pytest.mark.parametrize(
    ("baseline", "value", "expected"),
    [
        ("400", "100", "not evaluable"),
        ("401", "200.5", "improved"),
        ("401", "200.6", "not improved"),
    ],
)
def test_liver_enzymes_count_only_above_400(baseline: str, value: str, expected: str) -> None:
    rows = change("alt", baseline, value, "U/l")
    assert state(rows, "alanine aminotransferase", WANG) == expected


@pytest.mark.parametrize(
    ("day", "expected"), [("14", "improved"), ("14.000001", "missing"), ("15", "missing")]
)
def test_day_14_counts_and_day_15_does_not(day: str, expected: str) -> None:
    rows = change("ferritin", "100", "10", "ug/l", day)
    assert state(rows, "ferritin", WANG) == expected


def test_a_date_on_day_14_counts_at_any_hour() -> None:
    header = "participant,marker,date,value,unit"
    from tests.assess.conftest import series_of

    from paucity.response.assess import assess

    for date, expected in (("2020-01-15T23:59", "improved"), ("2020-01-16T00:00", "missing")):
        series = series_of(
            f"p,index,2020-01-01\np,ferritin,2020-01-01T20:00,100,ug/l\np,ferritin,{date},10,ug/l",
            header,
        )
        (outcome,) = assess(series, WANG).outcomes
        assert next(s.state for s in outcome.markers if s.marker == "ferritin") == expected


def test_a_biopsy_counts_as_baseline_for_four_weeks() -> None:
    for day, expected in (("-28", "improved"), ("-29", "missing")):
        rows = f"p,hemophagocytosis,{day},present\np,hemophagocytosis,40,absent"
        assert state(rows, "hemophagocytosis", MARSH) == expected


ALL_ELSE_NOT = """\
p,sil2r,0,3000,U/ml
p,sil2r,14,3000,U/ml
p,triglycerides,0,3,mmol/l,,1.7
p,triglycerides,14,3,mmol/l,,1.7
p,anc,0,3,10^9/l
p,alt,0,100,U/l
p,hemophagocytosis,0,absent
p,consciousness,0,normal
"""


def test_one_evaluable_marker_cannot_make_a_partial_response() -> None:
    rows = ALL_ELSE_NOT + change("ferritin", "4756", "1500", "ug/l")
    assert result(rows, MARSH) == "NR"


def test_gerards_ferritin_meets_its_rule_but_proves_no_partial_response() -> None:
    rows = "g,ferritin,0,4756,ug/l,,300\ng,ferritin,14,1500,ug/l,,300"
    (outcome,) = assessed(rows, MARSH).outcomes
    assert outcome.markers[1].state == "improved"
    assert (outcome.result, outcome.certain, outcome.level) == ("PR or NR", False, "")
    assert outcome.deciding == (
        "soluble IL-2 receptor",
        "triglycerides",
        "absolute neutrophil count",
        "alanine aminotransferase",
        "hemophagocytosis",
        "level of consciousness",
    )


def test_without_reference_limits_normal_is_not_ruled_out() -> None:
    rows = "g,ferritin,0,4756,ug/l\ng,ferritin,14,1500,ug/l"
    assert result(rows, MARSH) == "CR or PR or NR"


def test_two_improved_markers_are_a_partial_response_whatever_is_missing() -> None:
    rows = "p,ferritin,0,4756,ug/l,,300\np,ferritin,14,1500,ug/l,,300\n" + change(
        "sil2r", "9000", "3000", "U/ml"
    )
    assert result(rows, MARSH) == "PR"


def test_what_is_below_detection_decides_where_all_of_it_would() -> None:
    for value, expected in (("<0.5", "not improved"), (">2", "improved"), ("<3", "undecided")):
        rows = change("anc", "0.4", value, "10^9/l")
        assert state(rows, "absolute neutrophil count", WANG) == expected
    below = change("anc", "<0.5", "3", "10^9/l")
    assert state(below, "absolute neutrophil count", WANG) == "improved"


def test_untested_stands_for_no_value_in_the_window() -> None:
    rule = defined(
        "{kind: response, markers: {scd25: , fever: },"
        " levels: {CR: fever is absent and (scd25 is normal or scd25 is untested)}}"
    )
    assert result("p,fever,3,absent", rule) == "CR"
    assert result("p,fever,3,absent\np,scd25,3,5000,U/ml,,1000", rule) == "none of the levels"


def test_a_marker_defined_by_itself_is_found_and_left_undecided() -> None:
    rule = defined(
        "{kind: response, markers: {ferritin: {improved: resolved, resolved: improved}},"
        " levels: {PR: any improved, NR: otherwise}}"
    )
    found = assessed(change("ferritin", "100", "10", "ug/l"), rule)
    assert {f.code for f in found.findings} == {"rule-not-computable"}
    assert found.outcomes[0].result == "PR or NR"


def test_by_4_weeks_overrides_what_the_definition_states() -> None:
    rows = change("ferritin", "100", "10", "ug/l", "28")
    assert state(rows, "ferritin", WANG) == "missing"
    later = assessed(rows, WANG, Settings(by=duration("4 wk")))
    assert "until when values count: by 4 wk (as chosen)" in map(str, later.choices)
    assert state(rows, "ferritin", WANG, Settings(by=duration("4 wk"))) == "improved"
