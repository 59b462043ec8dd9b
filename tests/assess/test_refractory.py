"""Refractoriness is a level that a chosen response definition does not reach in time."""

from __future__ import annotations

import pytest
from tests.assess.conftest import assessed, defined, library, series_of

from paucity.response.assess import assess
from paucity.response.settings import Settings, duration

TWO_WEEKS = library("refractory-2-weeks")
WANG = library("wang-2015")

RESPONSE = """\
p,scd25,0,3000,U/ml
p,scd25,{day},2000,U/ml
p,ferritin,0,100,ug/l,,50
p,ferritin,{day},75,ug/l,,50
"""


def test_without_a_judge_a_finding_says_which_choice_is_missing() -> None:
    found = assessed(RESPONSE.format(day=14), TWO_WEEKS)
    assert found.outcomes == ()
    (finding,) = found.findings
    assert finding.code == "judge-missing"
    assert "names no response definition, and none was chosen" in finding.message


@pytest.mark.parametrize(
    ("day", "expected"), [("14", "not refractory"), ("15", "not refractory or refractory")]
)
def test_a_partial_response_by_two_weeks_is_not_refractory(day: str, expected: str) -> None:
    found = assessed(RESPONSE.format(day=day), TWO_WEEKS, Settings(judge="wang-2015"))
    assert found.outcomes[0].result == expected
    assert found.levels == ("not refractory", "refractory")


def test_the_judge_can_be_given_and_comes_before_a_named_one() -> None:
    series = series_of(RESPONSE.format(day=14))
    named = Settings(judge="marsh-2013")
    # 3000/2000 is exactly 1.5-fold, which counts for Wang and not for Marsh.
    assert assess(series, TWO_WEEKS, named, judge=WANG).outcomes[0].result == "not refractory"
    assert assess(series, TWO_WEEKS, named).outcomes[0].result == "not refractory or refractory"


def test_the_choices_name_the_judge_and_the_time() -> None:
    found = assessed(RESPONSE.format(day=14), TWO_WEEKS, Settings(judge="wang-2015"))
    said = [str(c) for c in found.choices]
    assert said[0] == "judged by: Wang 2015, fever as one of the markers (as chosen)"
    assert "until when values count: by 2 wk (as the definition states)" in said
    assert any(c.startswith("therapy that failed: standard therapy") for c in said)
    longer = Settings(judge="wang-2015", by=duration("3 wk"))
    late = assessed(RESPONSE.format(day=15), TWO_WEEKS, longer)
    assert late.outcomes[0].result == "not refractory"
    assert "until when values count: by 3 wk (as chosen)" in map(str, late.choices)


@pytest.mark.parametrize(
    ("judge", "says"),
    [
        ("strout-2010", "strout"),
        ("hscore", "definition of score"),
        ("nothing", "no definition `nothing`"),
        ("miettunen-2011-hlh2004", "has no level PR"),
    ],
)
def test_a_judge_that_cannot_judge_is_found(judge: str, says: str) -> None:
    found = assessed(RESPONSE.format(day=14), TWO_WEEKS, Settings(judge=judge))
    assert found.outcomes == ()
    assert says.casefold() in found.findings[0].message.casefold()


def test_the_definition_itself_may_name_the_judge() -> None:
    named = defined(
        "{kind: refractoriness, fails: {level: CR, after: 2 wk, definition: wang-2015}}"
    )
    found = assessed(RESPONSE.format(day=14), named)
    assert found.outcomes[0].result == "refractory"  # ferritin at 75 is above its limit of 50
    assert "judged by: Wang 2015, fever as one of the markers (as the definition states)" in map(
        str, found.choices
    )
