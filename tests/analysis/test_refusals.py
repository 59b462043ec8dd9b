"""What a plan refuses to pool, and what it says in place of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.plans import cohort, keys, results
from paucity.analysis import synthesize
from paucity.synthesis import Status, pool, pool_ordinal, proportion_intervals
from support.reviews import PROTOCOL, findings, load

if TYPE_CHECKING:
    from pathlib import Path

THREE = (cohort(1, 2, author="Doe"), cohort(3, 4, author="Roe"), cohort(2, 9, author="Poe"))


def test_three_cohorts_of_one_kind_are_pooled_as_the_library_pools_them(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {}", *THREE)
    assert keys(group) == ["a/all", "b/all", "c/all"]
    assert group.result.status is Status.OK
    assert group.result.estimate == pool([1, 3, 2], [2, 4, 9], method="bayes").estimate
    assert group.notes == ()


def test_each_row_has_its_exact_interval(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {}", *THREE)
    exact = proportion_intervals([1, 3, 2], [2, 4, 9])
    assert [line.exact for line in group.lines] == list(exact)


def test_units_are_not_mixed(tmp_path: Path) -> None:
    courses = cohort(5, 7, author="Loe", of="courses")
    (group,) = results(tmp_path, "all: {}", *THREE, courses)
    assert [(row.key, why) for row, why in group.left_out] == [
        ("d/all", "counted in courses, not patients")
    ]
    assert keys(group) == ["a/all", "b/all", "c/all"]


def test_the_unit_asked_for_is_counted(tmp_path: Path) -> None:
    courses = cohort(5, 7, author="Loe", of="courses")
    (group,) = results(tmp_path, "all: {unit: courses}", *THREE, courses)
    assert keys(group) == ["d/all"]
    assert len(group.left_out) == 3


SHARING = """
citation: {authors: [Doe J], year: 2001, language: English}
source: Table 1
cohorts:
  all: {patients: 10}
  early: {part_of: all, patients: 6, prior: etoposide}
  late: {part_of: all, patients: 7, prior: etoposide}
therapies: {x: {agent: anakinra}}
responses:
  - {cohort: early, therapy: x, counts: {CR: 3, NR: 3}}
  - {cohort: late, therapy: x, counts: {CR: 3, NR: 4}}
"""


def test_people_shared_within_a_study_are_not_counted_twice(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {minimum: 2}", SHARING)
    assert group.result.status is Status.OVERLAPPING_COHORTS
    assert group.result.estimate is None
    assert group.notes == ("a/early and a/late may share 3 to 6 people.",)


def test_parts_that_share_nobody_are_pooled(tmp_path: Path) -> None:
    apart = SHARING.replace(
        "all: {patients: 10}",
        "rest: {part_of: all, patients: 2, prior: {agents: etoposide, patients: 0}}\n"
        "  all: {patients: 15, divided_into: {time: [early, late, rest]}}",
    )
    (group,) = results(tmp_path, "all: {minimum: 2}", apart)
    assert group.result.status is Status.OK


def test_people_shared_across_studies_are_not_counted_twice(tmp_path: Path) -> None:
    again = cohort(3, 4, author="Roe", more=", overlaps: a/all")
    (group,) = results(tmp_path, "all: {minimum: 2}", cohort(1, 2, author="Doe"), again)
    assert group.result.status is Status.OVERLAPPING_COHORTS
    assert group.notes == ("b/all and a/all are said to share people.",)


MIXED = (
    cohort(1, 2, author="Doe", definition="rule"),
    cohort(3, 4, author="Roe", definition="words"),
    cohort(2, 9, author="Poe", definition="rule"),
)


def test_definitions_are_kept_apart_unless_the_plan_says_otherwise(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {}", *MIXED)
    assert group.result.status is Status.DEFINITIONS_DIFFER
    assert group.result.estimate is None
    assert group.notes == ("Responses were judged by 2 definitions: rule, words.",)


def test_definitions_put_together_are_named_beside_the_number(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {definitions: together}", *MIXED)
    assert group.result.estimate == pool([1, 3, 2], [2, 4, 9], method="bayes").estimate
    assert group.notes[0] == (
        "Responses were judged by 2 definitions: rule, words. The plan puts them together."
    )


def test_a_definition_not_stated_is_not_the_same_as_one_that_is(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {}", *MIXED[::2], cohort(1, 3, author="Loe"))
    assert group.result.status is Status.DEFINITIONS_DIFFER
    assert "not stated" in group.notes[0]


@pytest.mark.parametrize(
    ("judged", "kept"), [("by rule", ["a/all", "c/all"]), ("in words", ["b/all"])]
)
def test_one_family_of_definitions_can_be_asked_for(
    tmp_path: Path, judged: str, kept: list[str]
) -> None:
    (group,) = results(tmp_path, f"all: {{judged: {judged}}}", *MIXED)
    assert keys(group) == kept
    assert {why for _, why in group.left_out} == {f"not judged {judged}"}


def test_fewer_studies_than_the_plan_asks_for_are_not_pooled(tmp_path: Path) -> None:
    plan = "usual: {}\nlow: {minimum: 2}\nhigh: {minimum: 4}"
    usual, low, high = results(tmp_path, plan, *THREE[:2])
    assert usual.result.status is Status.TOO_FEW
    assert usual.notes == ("The plan asks for at least 3 studies.",)
    assert low.result.status is Status.OK
    assert high.result.status is Status.TOO_FEW


def test_one_study_is_not_a_synthesis(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {minimum: 1}", THREE[0])
    assert group.result.status is Status.SINGLE_STUDY
    assert group.result.estimate is None
    assert group.result.crude.estimate == 0.5


@pytest.mark.parametrize(("events", "status"), [(0, Status.NO_EVENTS), (1, Status.ALL_EVENTS)])
def test_all_or_none_is_said(tmp_path: Path, events: int, status: Status) -> None:
    studies = [cohort(events * n, n, author=a) for n, a in ((2, "Doe"), (3, "Roe"), (4, "Poe"))]
    (group,) = results(tmp_path, "all: {}", *studies)
    assert group.result.status is status


def test_personal_communications_can_be_left_out(tmp_path: Path) -> None:
    told = cohort(2, 2, author="Loe", kind="personal communication")
    with_, without = results(tmp_path, "with: {}\nwithout: {unpublished: false}", *THREE, told)
    assert keys(with_) == ["a/all", "b/all", "c/all", "d/all"]
    assert keys(without) == ["a/all", "b/all", "c/all"]
    assert [why for _, why in without.left_out] == ["a personal communication"]


def test_counts_that_cannot_be_are_left_out_and_break_nothing(tmp_path: Path) -> None:
    wrong = cohort(2, 3, author="Loe").replace("patients: 3", "patients: 1")
    (group,) = results(tmp_path, "all: {levels: CR}", *THREE, wrong)
    assert ("d/all", "2 of 1 cannot be") in [(row.key, why) for row, why in group.left_out]


def test_responses_that_are_not_told_are_left_out(tmp_path: Path) -> None:
    silent = cohort(2, 3, author="Loe").replace("CR: 2, NR: 1", "NR: 1")
    (group,) = results(tmp_path, "all: {}", *THREE, silent)
    assert [why for _, why in group.left_out] == ["how many responded is not told"]


def test_agents_are_never_put_together_unless_asked(tmp_path: Path) -> None:
    other = cohort(1, 5, author="Loe", agent="rituximab")
    by_agent = results(tmp_path / "1", "all: {}", *THREE, other)
    assert [g.name for g in by_agent] == ["anakinra", "rituximab"]
    (together,) = results(tmp_path / "2", "all: {by: all}", *THREE, other)
    assert (together.name, len(together.lines)) == ("", 4)


def test_populations_take_only_cohorts_that_wholly_belong(tmp_path: Path) -> None:
    child = cohort(1, 2, author="Doe", more=", age_group: pediatric")
    adult = cohort(3, 4, author="Roe", more=", age_group: adult")
    partly = cohort(2, 9, author="Poe", more=", parts: {age_group: adult, patients: 3}")
    people = "populations: {young: age_group is pediatric, grown: age_group is adult}\n"
    groups = results(tmp_path, "all: {by: population}", child, adult, partly, extra=people)
    assert {g.name: keys(g) for g in groups} == {"young": ["a/all"], "grown": ["b/all"]}


def test_only_the_cohorts_meant_are_counted(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {about: patients > 3}", *THREE)
    assert keys(group) == ["b/all", "c/all"]


def test_another_set_of_criteria_lets_others_in(tmp_path: Path) -> None:
    sets = "  large: {cohort: {size: patients > 3}}\n"
    main, large = results(tmp_path, "main: {}\nlarge: {criteria: large}", *THREE, extra=sets)
    assert keys(main) == ["a/all", "b/all", "c/all"]
    assert keys(large) == ["b/all", "c/all"]


def test_levels_can_be_chosen(tmp_path: Path) -> None:
    best, any_ = results(tmp_path, "best: {levels: NR}\nany: {levels: [CR, NR]}", *THREE)
    assert [line.events for line in best.lines] == [1, 1, 7]
    assert [line.events for line in any_.lines] == [2, 4, 9]


@pytest.mark.parametrize(
    "plan", ["x: {levels: CRR}", "x: {criteria: mian}", "x: {by: population}", "x: {about: a > 1}"]
)
def test_an_analysis_of_what_is_not_there_is_not_carried_out(tmp_path: Path, plan: str) -> None:
    assert results(tmp_path, plan, *THREE) == ()


def test_a_prior_that_is_written_asks_for_the_bayesian_model(tmp_path: Path) -> None:
    plan = "usual: {}\nsure: {prior: {mean: 2, sd: 0.1, scale: 0.1}}"
    usual, sure = results(tmp_path, plan, *THREE)
    assert usual.result.estimate is not None
    assert sure.result.estimate is not None
    assert sure.result.estimate > 0.8 > usual.result.estimate


def test_a_method_can_be_chosen(tmp_path: Path) -> None:
    (group,) = results(tmp_path, "all: {method: glmm}", *THREE)
    assert group.result.estimate == pool([1, 3, 2], [2, 4, 9], method="glmm").estimate


def test_an_ordinal_analysis_takes_every_level_into_one_model(tmp_path: Path) -> None:
    counts = [(1, 2, 3), (2, 1, 1), (0, 3, 5)]
    studies = [
        cohort(a, a + b + c, author=name).replace(f"NR: {b + c}", f"PR: {b}, NR: {c}")
        for (a, b, c), name in zip(counts, ("Doe", "Roe", "Poe"), strict=True)
    ]
    best, any_ = results(
        tmp_path, "best: {levels: CR, method: ordinal}\nany: {method: ordinal}", *studies
    )
    found = pool_ordinal(counts).thresholds
    for group, threshold in zip((best, any_), found, strict=True):
        quantity = threshold.median or threshold.mean
        assert quantity is not None
        assert group.result.estimate == quantity.estimate
    assert best.result.estimate < any_.result.estimate  # type: ignore[operator]


def test_an_ordinal_analysis_refuses_as_the_others_do(tmp_path: Path) -> None:
    plan = "few: {method: ordinal}\none: {method: ordinal, about: patients > 3}"
    few, one = results(tmp_path, plan, *THREE[:2])
    assert few.result.status is Status.TOO_FEW
    assert one.result.status is Status.SINGLE_STUDY


def test_nobody_at_the_best_level_has_no_pooled_number(tmp_path: Path) -> None:
    studies = [cohort(0, n, author=a) for n, a in ((2, "Doe"), (3, "Roe"), (4, "Poe"))]
    (group,) = results(tmp_path, "best: {levels: CR, method: ordinal}", *studies)
    assert group.result.status is Status.NO_EVENTS
    assert group.result.estimate is None


def test_without_a_plan_responders_are_analysed_by_agent(tmp_path: Path) -> None:
    files = {f"studies/{name}.yaml": text for name, text in zip("abc", THREE, strict=True)}
    review = load(tmp_path, {"review.yaml": PROTOCOL, **files})
    (group,) = synthesize(review.evidence)
    assert (group.analysis, group.name) == ("responders", "anakinra")
    assert findings(review, "analysis-unknown") == []
