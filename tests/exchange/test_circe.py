"""Cohort definitions are valid by two libraries, and find the people that they should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.assess.conftest import defined, library
from tests.exchange.omop import condition, exposed, measured, members, sql_of

from paucity.evidence.eligibility import resolve
from paucity.exchange.circe import Concept, read_concept
from paucity.exchange.circe_definition import cohort_of_definition
from paucity.exchange.circe_eligibility import cohort_of_criteria
from paucity.response import library_definitions
from paucity.review import find_review, load_review

if TYPE_CHECKING:
    from paucity.exchange import Exported

FERRITIN, PLATELETS, FEVER, SPLEEN = 3001122, 3024929, 437663, 4242002
UG_L, NG_ML, MG_DL, GIGA, K_UL = 8748, 8842, 8840, 9444, 8848
MMOL_L, CELLS_UL = 8753, 8784

CONCEPTS = {
    "ferritin": Concept(FERRITIN),
    "platelets": Concept(PLATELETS),
    "fever": Concept(FEVER),
    "splenomegaly": Concept(SPLEEN, "Condition"),
}
DIAGNOSIS = """
kind: diagnosis
markers:
  ferritin: {met: value >= 500}
  platelets: {met: value < 100}
  fever: {met: present}
  splenomegaly: {met: present}
levels:
  disease: at least 3 met
"""


def cohort(text: str = DIAGNOSIS, **more: Any) -> Exported:
    return cohort_of_definition(defined(text), **{"concepts": CONCEPTS, **more})


def data_of(exported: Exported) -> dict[str, Any]:
    assert exported.findings == ()
    assert exported.data is not None
    return dict(exported.data)


def valid(data: dict[str, Any]) -> None:
    """Both libraries read it, and neither finds anything wrong with it."""
    validation = pytest.importorskip("ohdsi_cohort_schemas.validation")
    _, issues = validation.validate_with_warnings(data)
    assert issues == []
    assert "INSERT INTO cohort" in sql_of(data)


def people(day: str = "2020-03-01") -> dict[str, list[tuple[Any, ...]]]:
    """Five people: who has what is said beside."""
    return {
        "measurement": [
            measured(1, 1, FERRITIN, 500, UG_L, day),  # just reached
            measured(1, 2, PLATELETS, 99, K_UL, day),
            measured(2, 3, FERRITIN, 499.9, UG_L, day),  # just not reached
            measured(2, 4, PLATELETS, 99, GIGA, day),
            measured(3, 5, FERRITIN, 5000, MMOL_L, day),  # a unit that ferritin is not in
            measured(3, 6, PLATELETS, 99, GIGA, day),
            measured(4, 7, FERRITIN, 500, NG_ML, day),  # the same number in ng/ml
            measured(5, 8, FERRITIN, 5000, UG_L, day),
            measured(5, 9, PLATELETS, 100, GIGA, day),  # not below 100
        ],
        "condition_occurrence": [
            condition(1, 1, FEVER, day),
            condition(2, 2, FEVER, day),
            condition(3, 3, FEVER, day),
            condition(4, 4, FEVER, day),
            condition(4, 5, SPLEEN, "2020-04-10"),  # 40 days later
            condition(5, 6, FEVER, day),
        ],
    }


def test_a_count_of_criteria_is_valid() -> None:
    data = data_of(cohort())
    valid(data)
    rule = data["InclusionRules"][0]["expression"]
    parts = [*rule["CriteriaList"], *rule["Groups"]]
    assert (rule["Type"], rule["Count"], len(parts)) == ("AT_LEAST", 3, 4)


def test_a_threshold_is_looked_for_in_every_unit_it_can_be_turned_into() -> None:
    """3.0 mmol/l of triglycerides is 265.71 mg/dl at 88.57; 100 x 10^9/l is 100000 cells/ul."""
    text = """
    kind: diagnosis
    markers: {triglycerides: {met: value >= 3.0}, platelets: {met: value < 100}}
    levels: {x: at least 1 met}
    """
    rows = {
        "measurement": [
            measured(1, 1, 3022192, 3.0, MMOL_L, "2020-03-01"),
            measured(2, 2, 3022192, 2.99, MMOL_L, "2020-03-01"),
            measured(3, 3, 3022192, 265.71, MG_DL, "2020-03-01"),
            measured(4, 4, 3022192, 265.7, MG_DL, "2020-03-01"),
            measured(5, 5, PLATELETS, 99_999, CELLS_UL, "2020-03-01"),
            measured(6, 6, PLATELETS, 100_000, CELLS_UL, "2020-03-01"),
        ]
    }
    assert set(members(data_of(cohort(text, concepts={})), rows)) == {1, 3, 5}


def test_its_sql_finds_who_meets_three_of_four_on_the_day_of_the_third() -> None:
    """1 meets three on 1 March; 4 meets ferritin, fever and, 40 days on, splenomegaly."""
    found = members(data_of(cohort(within=365)), people())
    assert found == {1: "2020-03-01", 4: "2020-04-10"}


def test_criteria_count_as_long_as_when_the_definition_is_computed_here() -> None:
    """A diagnosis looks 14 days back from the index, where its source says nothing."""
    exported = cohort()
    assert members(data_of(exported), people()) == {1: "2020-03-01"}
    assert "criteria count for 14 days up to the index" in exported.notes


def test_criteria_may_be_asked_to_lie_within_days() -> None:
    assert members(data_of(cohort(within=39)), people()) == {1: "2020-03-01"}
    assert members(data_of(cohort(within=40)), people()) == {1: "2020-03-01", 4: "2020-04-10"}


def test_normal_and_abnormal_go_by_the_limits_of_the_laboratory() -> None:
    """The limits are 10 and 300: 300 is normal, 301 and 9 are not."""
    rows = {
        "measurement": [
            measured(n, n, FERRITIN, value, UG_L, "2020-03-01")
            for n, value in enumerate((300, 301, 9, 10), 1)
        ]
    }
    for state, expected in (("abnormal", {2, 3}), ("normal", {1, 4})):
        text = f"{{kind: diagnosis, markers: {{ferritin: }}, levels: {{x: all {state}}}}}"
        data = data_of(cohort(text))
        valid(data)
        assert set(members(data, rows)) == expected


def test_a_range_has_both_its_ends() -> None:
    text = """
    kind: diagnosis
    markers: {ferritin: {met: value between 100 and 200}}
    levels: {x: at least 1 met}
    """
    rows = {
        "measurement": [
            measured(n, n, FERRITIN, value, UG_L, "2020-03-01")
            for n, value in enumerate((99, 100, 200, 201), 1)
        ]
    }
    assert set(members(data_of(cohort(text)), rows)) == {2, 3}


@pytest.mark.parametrize(
    "rule",
    ["percent_change <= -25", "baseline > 400 and value < 100", "fold_decrease > 1.5", "resolved"],
)
def test_a_change_from_baseline_is_refused_and_never_faked(rule: str) -> None:
    text = f"{{kind: diagnosis, markers: {{ferritin: {{met: {rule}}}}}, levels: {{x: all met}}}}"
    exported = cohort(text)
    assert exported.data is None
    assert {f.code for f in exported.findings} == {"not-expressible"}
    assert any("ferritin" in f.subject for f in exported.findings)


def test_definitions_of_response_are_refused() -> None:
    for definition in library_definitions():
        if definition.kind == "response":
            assert cohort_of_definition(definition, concepts=CONCEPTS).data is None


def test_a_marker_without_a_concept_is_refused_by_name_with_what_to_do() -> None:
    exported = cohort(concepts={k: v for k, v in CONCEPTS.items() if k != "splenomegaly"})
    assert exported.data is None
    finding = next(f for f in exported.findings if f.code == "concept-missing")
    assert "splenomegaly" in finding.message
    assert "--concept 'splenomegaly=ID'" in finding.hint


def test_what_cannot_be_said_is_left_out_only_when_asked_and_then_listed() -> None:
    concepts = {k: v for k, v in CONCEPTS.items() if k != "splenomegaly"}
    exported = cohort(concepts=concepts, leave_out=True)
    data = data_of(exported)
    valid(data)
    assert any("splenomegaly" in note for note in exported.notes)
    assert any("3 of 4 are looked at" in note for note in exported.notes)
    assert set(members(data, people())) == {1}


def test_too_few_criteria_left_is_no_cohort() -> None:
    text = DIAGNOSIS.replace("at least 3 met", "all met")
    exported = cohort(text, concepts={}, leave_out=True)
    assert exported.data is None
    assert [f.code for f in exported.findings] == ["not-expressible"]


def test_concepts_by_which_data_are_read_need_not_be_named() -> None:
    """OMOP 3001122 is ferritin; platelets have two concepts, and both are looked for."""
    data = data_of(cohort(concepts={}, leave_out=True))
    found = {
        s["name"]: [i["concept"]["CONCEPT_ID"] for i in s["expression"]["items"]]
        for s in data["ConceptSets"]
    }
    assert found["ferritin"] == [3001122]
    assert set(found["platelets"]) == {3024929, 3007461}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3001122", Concept(3001122)),
        ("437663:condition", Concept(437663, "Condition")),
        ("0", None),
        ("-1", None),
        ("12:Nonsense", None),
        ("ferritin", None),
        ("", None),
        ("٣", None),
    ],
)
def test_concepts_are_numbers_with_a_domain(text: str, expected: Concept | None) -> None:
    assert read_concept(text) == expected


# -- a review's eligibility criteria -----------------------------------------------------------

DRUGS = {
    "alemtuzumab": Concept(11),
    "corticosteroid": Concept(12),
    "etoposide": Concept(13),
    "ATG": Concept(14),
    "malignancy": Concept(15),
}


def eligible(name: str, **more: Any) -> Exported:
    review = load_review(find_review("hlh-salvage"))
    criteria = resolve(name, review.protocol.criteria)
    return cohort_of_criteria(
        name,
        criteria,
        "alemtuzumab",
        **{"concepts": DRUGS, "vocabulary": review.evidence.vocabulary, **more},
    )


def test_the_criteria_of_the_review_find_who_had_both_drugs_before() -> None:
    """Corticosteroid and (etoposide or ATG) before alemtuzumab, and no malignancy."""
    data = data_of(eligible("as-applied"))
    valid(data)
    drug = "drug_exposure"
    rows: dict[str, list[tuple[Any, ...]]] = {
        drug: [
            *(exposed(p, p, 11, "2020-06-01") for p in range(1, 7)),
            *(exposed(p, 10 + p, 12, "2020-05-01") for p in (1, 2, 3, 5)),
            exposed(1, 21, 13, "2020-05-02"),
            exposed(2, 22, 14, "2020-05-02"),
            exposed(4, 24, 13, "2020-05-02"),  # no corticosteroid
            exposed(5, 25, 13, "2020-06-01"),  # not before
            exposed(6, 26, 12, "2020-05-01"),
            exposed(6, 27, 13, "2020-05-01"),
        ],
        "condition_occurrence": [
            condition(6, 1, 15, "2019-01-01"),
            condition(6, 2, 15, "2020-02-01"),
        ],
    }
    assert set(members(data, rows)) == {1, 2}


def test_criteria_on_papers_are_noted_and_choose_nobody() -> None:
    exported = eligible("as-applied")
    assert sum("does not choose among patients" in note for note in exported.notes) == 3


def test_a_status_is_refused_and_left_out_only_when_asked() -> None:
    exported = eligible("as-titled")
    assert exported.data is None
    assert [f.code for f in exported.findings] == ["not-expressible"]
    left = eligible("as-titled", leave_out=True)
    assert left.data is not None
    assert any("status is refractory" in note for note in left.notes)


def test_drugs_without_a_concept_are_refused_by_name() -> None:
    exported = eligible("as-applied", concepts={})
    assert exported.data is None
    told = " ".join(f.message for f in exported.findings)
    assert all(name in told for name in ("alemtuzumab", "corticosteroid", "etoposide"))


# -- the library -------------------------------------------------------------------------------

BY_HAND = {
    "splenomegaly": Concept(21, "Condition"),
    "hemophagocytosis": Concept(22, "Condition"),
    "soluble IL-2 receptor": Concept(23),
    "molecular diagnosis": Concept(24, "Condition"),
}


def test_hlh_2004_is_refused_for_what_circe_cannot_say() -> None:
    """NK-cell activity in words, and hemoglobin of newborns, have no structure."""
    exported = cohort_of_definition(library("hlh-2004"), concepts=BY_HAND)
    assert exported.data is None
    told = " ".join(f.message for f in exported.findings)
    assert "NK-cell activity" in told
    assert "age < 4 wk" in told


def test_hlh_2004_without_these_finds_five_of_the_criteria_that_are_left() -> None:
    """Henter 2007: 5 of 8, or a molecular diagnosis; one lineage is no cytopenia."""
    exported = cohort_of_definition(library("hlh-2004"), concepts=BY_HAND, leave_out=True)
    data = data_of(exported)
    valid(data)
    assert any("NK-cell activity" in note for note in exported.notes)
    day = "2020-03-01"
    both = ("hemoglobin", 3000963, 8.9, 8713), ("platelets", PLATELETS, 99, GIGA)
    rows: dict[str, list[tuple[Any, ...]]] = {"measurement": [], "condition_occurrence": []}
    for person, lineages in ((1, both), (2, both[:1])):
        first = person * 100
        values = [*lineages, ("ferritin", FERRITIN, 500, UG_L), ("sCD25", 23, 2400, 8763)]
        rows["measurement"] += [
            measured(person, first + i, concept, value, unit, day)
            for i, (_, concept, value, unit) in enumerate(values)
        ]
        rows["condition_occurrence"] += [
            condition(person, first, FEVER, day),
            condition(person, first + 1, 21, day),
        ]
    rows["condition_occurrence"].append(condition(3, 999, 24, day))
    assert set(members(data, rows)) == {1, 3}


def test_a_score_is_refused() -> None:
    exported = cohort_of_definition(library("hscore"))
    assert exported.data is None
    assert "score >= 169" in exported.findings[0].message
