"""Scores: points by band, ranges under missing data, the printed table of probabilities."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.conftest import assessed, defined, library, result

from paucity.response import check_definition
from paucity.response.assess import outcome_row, to_csv, to_json
from paucity.response.scoring import Points, compare, points_of, probability_of

HSCORE = library("hscore")

# The published table (Fardet 2014, as copied in hindawi crirh/2017/5304180, Table 3).
PRINTED = {
    100: 1, 110: 3, 120: 5, 130: 9, 140: 16, 150: 25, 160: 40, 170: 54, 180: 70, 190: 80,
    200: 88, 210: 93, 220: 96, 230: 98, 240: 99,
}  # fmt: skip


@pytest.mark.parametrize(
    ("marker", "unit", "points"),
    [
        ("temperature", "Cel", {"38.3": 0, "38.4": 33, "39.4": 33, "39.5": 49}),
        ("ferritin", "ug/l", {"1999": 0, "2000": 35, "6000": 35, "6001": 50}),
        ("triglycerides", "mmol/l", {"1.49": 0, "1.5": 44, "4": 44, "4.01": 64}),
        ("fibrinogen", "g/l", {"2.5": 30, "2.51": 0}),
        ("ast", "U/l", {"29": 0, "30": 19}),
    ],
)
def test_points_at_every_printed_limit(marker: str, unit: str, points: dict[str, int]) -> None:
    name = {"ast": "aspartate aminotransferase"}.get(marker, marker)
    for value, expected in points.items():
        (outcome,) = assessed(f"p,{marker},0,{value},{unit}", HSCORE).outcomes
        (found,) = [i.points for i in outcome.items if i.name == name]
        assert (found.low, found.high) == (expected, expected)


@pytest.mark.parametrize(
    ("low", "expected"),
    [((), 0), (("hemoglobin",), 0), (("hemoglobin", "platelets"), 24),
     (("hemoglobin", "platelets", "leukocytes"), 34)],
)  # fmt: skip
def test_cytopenias_give_points_from_two_lineages(low: tuple[str, ...], expected: int) -> None:
    limits = {"hemoglobin": (9.2, 9.3, "g/dl"), "platelets": (110, 111, "10^9/l"),
              "leukocytes": (5.0, 5.1, "10^9/l")}  # fmt: skip
    rows = "\n".join(
        f"p,{m},0,{at if m in low else above},{unit}" for m, (at, above, unit) in limits.items()
    )
    (outcome,) = assessed(rows, HSCORE).outcomes
    (found,) = [i.points for i in outcome.items if i.name == "cytopenias"]
    assert (found.low, found.high) == (expected, expected)


def test_nobody_knows_anything_of_who_was_not_examined() -> None:
    (outcome,) = assessed("p,ferritin,-99,1,ug/l", HSCORE).outcomes
    assert outcome.score == Points(Fraction(0), Fraction(337))
    assert str(outcome.probability) == "0% to 100%"
    assert outcome.result == "positive or negative"
    assert len(outcome.deciding) == 12


def test_a_value_below_detection_leaves_the_points_it_can_have() -> None:
    (outcome,) = assessed("p,ferritin,0,>1000,ug/l", HSCORE).outcomes
    (found,) = [i.points for i in outcome.items if i.name == "ferritin"]
    assert str(found) == "0 to 50"


@pytest.mark.parametrize(("score", "percent"), PRINTED.items())
def test_the_probability_at_a_printed_row_is_the_one_printed(score: int, percent: int) -> None:
    at = Points(Fraction(score), Fraction(score))
    assert str(probability_of(at, HSCORE.probability)) == f"{percent}%"


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (0, "<1%"), (90, "<1%"), (95, "0% to 1%"), (165, "47%"), (169, "52.6%"),
        (245, "99% to 100%"), (250, ">99%"), (337, ">99%"),
    ],
)  # fmt: skip
def test_between_rows_the_probability_is_on_a_line_and_beside_bounds_a_bound(
    score: int, said: str
) -> None:
    # 165: 40 + 0.5 x 14 = 47; 169: 40 + 0.9 x 14 = 52.6.
    at = Points(Fraction(score), Fraction(score))
    found = probability_of(at, HSCORE.probability)
    assert str(found) == said


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_higher_score_has_no_lower_probability(one: int, other: int) -> None:
    low, high = sorted((Fraction(one), Fraction(other)))
    least = probability_of(Points(low, low), HSCORE.probability)
    most = probability_of(Points(high, high), HSCORE.probability)
    span = probability_of(Points(low, high), HSCORE.probability)
    assert least is not None
    assert most is not None
    assert span is not None
    assert least.low <= most.low
    assert least.high <= most.high
    assert (span.low, span.high) == (least.low, most.high)


TRUTHS = st.sampled_from((True, False, None))


@given(st.lists(st.tuples(st.integers(-9, 9).map(Fraction), TRUTHS), max_size=5), st.data())
def test_the_points_hold_those_of_every_completion(
    bands: list[tuple[Fraction, bool | None]], data: st.DataObject
) -> None:
    known = [(p, data.draw(st.booleans()) if t is None else t) for p, t in bands]
    exact, span = points_of(known), points_of(bands)
    assert exact.low == exact.high
    assert span.low <= exact.low <= span.high


@given(
    st.integers(-9, 9),
    st.integers(0, 9),
    st.sampled_from(("<", "<=", ">", ">=", "==", "!=")),
    st.integers(-9, 18),
)
def test_a_cut_off_is_decided_only_where_every_score_agrees(
    low: int, width: int, operator: str, value: int
) -> None:
    span = Points(Fraction(low), Fraction(low + width))
    single = {
        compare(Points(Fraction(s), Fraction(s)), operator, Fraction(value))
        for s in range(low, low + width + 1)
    }
    found = compare(span, operator, Fraction(value))
    if found is not None:
        assert single == {found}
    elif operator not in {"==", "!="}:
        assert single == {True, False}


def test_a_score_without_a_cut_off_has_its_points_alone() -> None:
    (outcome,) = assessed("p,anc,0,1.4,10^9/l", library("mh-score")).outcomes
    assert (outcome.result, str(outcome.score)) == ("score only", "37 to 123")
    assert "hemoglobin" in outcome.deciding


def test_the_score_and_its_probability_are_written_out() -> None:
    found = assessed("p,ferritin,0,7000,ug/l", HSCORE)
    row = outcome_row("hscore", found.outcomes[0])
    assert (row["score"], row["score least"], row["score most"]) == ("50 to 337", "50", "337")
    assert row["probability"] == "0% to 100%"
    assert "50 to 337" in to_csv(found)
    (whole,) = json.loads(to_json(found))["participants"]
    assert whole["points"]["ferritin"] == "50"
    assert whole["criteria"]["cytopenias"] == "met or not met"


def test_a_trace_says_the_points_and_where_the_probability_is_from() -> None:
    lines = assessed("p,ferritin,0,7000,ug/l", HSCORE).explain("p")
    assert "ferritin: 50 points" in lines
    assert "score: 50 to 337 points" in lines
    assert "probability: 0% to 100% (printed table)" in lines


def test_points_that_no_score_has_are_refused() -> None:
    for points in ("1000000", "0.0000001"):
        definition = defined(
            f"{{kind: score, markers: {{ferritin: {{met: value > 5, points: {points}}}}},"
            " levels: {a: score >= 1, b: otherwise}}"
        )
        found = assessed("p,ferritin,0,9,ug/l", definition)
        assert [f.code for f in found.findings] == ["not-computable"]


def test_points_may_be_negative_and_broken() -> None:
    definition = defined(
        "{kind: score, markers: {ferritin: {met: value > 5, points: -1.25},"
        " fever: {met: present, points: 2.5}}, levels: {a: score >= 1.25, b: otherwise}}"
    )
    assert result("p,ferritin,0,9,ug/l\np,fever,0,present", definition) == "a"
    assert result("p,ferritin,0,9,ug/l\np,fever,0,absent", definition) == "b"


def test_gaps_and_overlaps_of_the_values_that_give_points_are_found() -> None:
    text = (
        "{{kind: score, markers: {{ferritin: {{unit: ug/l, bands: [{{met: value < 5, points: 0}},"
        " {{met: value {} 5, points: 3}}]}}}}, levels: {{a: score >= 3, b: otherwise}}}}"
    )

    def codes(operator: str) -> list[str]:
        found = check_definition(defined(text.format(operator)))
        return [f.code for f in found if f.code.startswith("bands")]

    assert codes(">=") == []
    assert codes(">") == ["bands-gap"]
    overlapping = defined(text.format(">=").replace("value < 5", "value <= 5"))
    messages = [f.message for f in check_definition(overlapping) if f.code == "bands-overlap"]
    expected = (
        "a value of exactly 5 ug/l is let in by two bands of ferritin; `value <= 5` comes first"
        " and decides"
    )
    assert messages == [expected]
