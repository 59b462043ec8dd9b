"""Who is let in: the bundled review by computation, and small reviews where something is open."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from paucity.evidence.eligibility import CohortResult, Eligibility, Verdict
from paucity.review import Review, bundled_review, load_review
from support.reviews import PROTOCOL, files_of, load

if TYPE_CHECKING:
    from pathlib import Path


@cache
def published() -> Review:
    return load_review(bundled_review("hlh-salvage"))


def outcome(criteria: str = "as-applied") -> Eligibility:
    return published().evidence.eligibility[criteria]


def cohort(name: str, criteria: str = "as-applied") -> CohortResult:
    study, _, part = name.partition("/")
    return outcome(criteria).cohorts[study, part]


def names(pairs: tuple[tuple[str, str], ...]) -> set[str]:
    return {f"{study}/{part}" for study, part in pairs}


def line_of(place: str) -> str:
    """Return the line of the bundled review that `file:line` names."""
    file, line, _ = place.split(":")
    return published().texts[file].splitlines()[int(line) - 1].strip()


TABLE_4 = {
    "behrens-2006/all",
    "miettunen-2011/after-etoposide",
    "mahlaoui-2007/after-etoposide",
    "mahlaoui-2007/repeat-course",
    "marsh-2013/all",
    "strout-2010/all",
    "gerard-2012/all",
    "wang-2015/eligible",
}


# -- the bundled review ----------------------------------------------------------------------------


def test_exactly_four_agents_are_let_in() -> None:
    let_in = {a for a, r in outcome().agents.items() if r.verdict is Verdict.INCLUDED}
    assert let_in == {"anakinra", "rabbit ATG", "alemtuzumab", "DEP"}


def test_exactly_the_eight_rows_of_table_4_are_let_in() -> None:
    assert names(outcome().included_cohorts()) == TABLE_4
    assert len(outcome().included_cohorts()) == 8


@pytest.mark.parametrize(
    ("agent", "people"),
    [("anakinra", "3"), ("rabbit ATG", "8 to 9"), ("alemtuzumab", "24"), ("DEP", "34")],
)
def test_an_agent_has_as_many_eligible_people_as_the_audit_counts(agent: str, people: str) -> None:
    assert str(outcome().agents[agent].patients) == people


def test_agents_searched_for_that_nobody_reported_are_excluded_not_forgotten() -> None:
    for agent in ("rituximab", "tocilizumab", "daclizumab", "sirolimus"):
        result = outcome().agents[agent]
        assert result.verdict is Verdict.EXCLUDED
        assert "0 eligible patients" in result.reason


def test_nothing_is_left_undecided_by_the_criteria_as_applied() -> None:
    undecided = [r for r in outcome().cohorts.values() if r.verdict is Verdict.UNDECIDED]
    assert undecided == []


@pytest.mark.parametrize(
    ("name", "size", "criterion", "line"),
    [
        ("miettunen-2011/others", 10, "prior-therapy", "- {agents: etoposide, patients: 0}"),
        (
            "mahlaoui-2007/other-second-line",
            8,
            "prior-therapy",
            "- {agents: etoposide, patients: 0}",
        ),
        ("wang-2015/lymphoma", 29, "no-malignancy", "trigger: lymphoma"),
        ("henter-2002/all", 113, "prior-therapy", "untreated: true"),
    ],
)
def test_the_excluded_are_excluded_for_the_right_criterion_by_the_right_line(
    name: str, size: int, criterion: str, line: str
) -> None:
    result = cohort(name)
    assert result.verdict is Verdict.EXCLUDED
    assert (result.share.high, result.share.n) == (0, size)
    failed = [j for j in result.judgements if j.truth is False]
    assert [j.criterion for j in failed] == [criterion]
    assert any(line_of(str(b.span)).startswith(line) for b in failed[0].because)
    assert failed[0].label in result.reason


@pytest.mark.parametrize(
    ("name", "eligible", "size", "carried"),
    [
        ("miettunen-2011/all", 2, 12, {"after-etoposide"}),
        ("mahlaoui-2007/all", 8, 38, {"after-etoposide", "repeat-course"}),
        ("mahlaoui-2007/second-line", 2, 10, {"after-etoposide", "repeat-in-second-line"}),
        ("wang-2015/all", 34, 63, {"eligible"}),
    ],
)
def test_a_cohort_of_which_part_qualifies_says_how_many_and_who_carries_them(
    name: str, eligible: int, size: int, carried: set[str]
) -> None:
    result = cohort(name)
    assert result.verdict is Verdict.EXCLUDED
    assert (result.share.low, result.share.n) == (eligible, size)
    assert set(result.carried_by) == carried
    assert f"of {size} are eligible, and stand as their own cohort" in result.reason


def test_every_judgement_of_an_included_cohort_rests_on_lines_that_exist() -> None:
    for key in outcome().included_cohorts():
        for judged in outcome().cohorts[key].judgements:
            assert judged.truth is True
            assert judged.because, (key, judged.criterion)
            for because in judged.because:
                assert line_of(str(because.span))


# -- other wordings of the criteria (audit F1 to F3) -----------------------------------------------


@pytest.mark.parametrize(
    ("criteria", "enters", "leaves"),
    [
        ("as-titled", set(), {"mahlaoui-2007/repeat-course"}),  # F1, B2
        ("working-group", set(), set()),  # F1
        (
            "abstract-wording",  # F3
            set(),
            {
                "behrens-2006/all",
                "miettunen-2011/after-etoposide",
                "mahlaoui-2007/after-etoposide",
            },
        ),
        ("rule-based-refractory", set(), TABLE_4 - {"wang-2015/eligible"}),  # F1, E3
        (
            "all-second-line-atg",  # B1: the ten hold the two
            {"mahlaoui-2007/second-line"},
            {"mahlaoui-2007/after-etoposide"},
        ),
        (
            "two-per-report",  # F2
            set(),
            {"behrens-2006/all", "strout-2010/all", "gerard-2012/all"},
        ),
    ],
)
def test_another_wording_of_the_criteria_lets_others_in(
    criteria: str, enters: set[str], leaves: set[str]
) -> None:
    theirs = names(outcome(criteria).included_cohorts())
    assert theirs - TABLE_4 == enters
    assert TABLE_4 - theirs == leaves


def test_all_ten_second_line_patients_and_the_repeats_are_sixteen_people() -> None:
    # Ten, and seven of whom one is among the ten (audit B1, B3).
    assert str(outcome("all-second-line-atg").agents["rabbit ATG"].patients) == "16"


def test_refractory_three_days_after_one_dose_is_not_refractory_by_rule() -> None:
    result = cohort("behrens-2006/all", "rule-based-refractory")  # audit E3
    assert result.verdict is Verdict.EXCLUDED
    assert [j.criterion for j in result.judgements if j.truth is False] == ["status"]


@pytest.mark.parametrize("name", ["marsh-2013/all", "strout-2010/all", "gerard-2012/all"])
def test_a_response_to_prior_therapy_that_is_not_told_leaves_the_rule_undecided(name: str) -> None:
    assert cohort(name, "rule-based-refractory").verdict is Verdict.UNDECIDED


def test_an_agent_whose_cohorts_are_undecided_is_undecided() -> None:
    agents = outcome("rule-based-refractory").agents
    assert agents["alemtuzumab"].verdict is Verdict.UNDECIDED
    assert agents["DEP"].verdict is Verdict.INCLUDED


# -- small reviews ---------------------------------------------------------------------------------

AT_LEAST_TWO = PROTOCOL + "    agent: {two: patients >= 2}\n"


def judged(tmp_path: Path, study: str, protocol: str = "", **more: str) -> Eligibility:
    files = {f"studies/{name.replace('_', '-')}.yaml": text for name, text in more.items()}
    result = load(tmp_path, files_of(study, protocol, files)).eligibility
    assert result is not None
    return result


def test_an_unknown_prior_gives_undecided_not_excluded(tmp_path: Path) -> None:
    result = judged(tmp_path, "cohorts: {all: {patients: 4}}\n").cohorts["doe-2001", "all"]
    assert result.verdict is Verdict.UNDECIDED
    assert result.reason == "0 to 4 of 4 may be eligible; not known: etoposide"


def test_some_of_whom_it_is_unknown_who_qualifies_ask_for_a_sub_cohort(tmp_path: Path) -> None:
    study = "cohorts: {all: {patients: 12, prior: {agents: etoposide, patients: 2}}}\n"
    result = judged(tmp_path, study).cohorts["doe-2001", "all"]
    assert result.verdict is Verdict.UNDECIDED
    assert result.reason == "2 of 12 are eligible: write them as a sub-cohort of their own"


def test_a_whole_of_unknown_size_is_not_let_in_by_its_eligible_part(tmp_path: Path) -> None:
    study = """
    cohorts:
      all: {courses: 9}
      some: {part_of: all, patients: 5, prior: etoposide}
    therapies: {x: {agent: anakinra}}
    """
    result = judged(tmp_path, study)
    assert result.cohorts["doe-2001", "all"].verdict is Verdict.UNDECIDED
    assert names(result.included_cohorts()) == {"doe-2001/some"}


ONE = "cohorts: {all: {patients: 1, prior: etoposide}}\ntherapies: {x: {agent: anakinra}}\n"


def test_two_reports_of_one_patient_each_are_two_patients(tmp_path: Path) -> None:
    result = judged(tmp_path, ONE, AT_LEAST_TWO, roe_2002=ONE).agents["anakinra"]
    assert (result.verdict, str(result.patients)) == (Verdict.INCLUDED, "2")
    assert result.reports == ("doe-2001", "roe-2002")


def test_one_patient_is_fewer_than_two(tmp_path: Path) -> None:
    result = judged(tmp_path, ONE, AT_LEAST_TWO).agents["anakinra"]
    assert result.verdict is Verdict.EXCLUDED
    assert result.reason == "1 eligible patient; does not meet: two"


def test_one_patient_told_of_in_two_reports_is_not_two(tmp_path: Path) -> None:
    again = ONE.replace("etoposide}", "etoposide, overlaps: {cohort: doe-2001/all, at_least: 1}}")
    result = judged(tmp_path, ONE, AT_LEAST_TWO, roe_2002=again).agents["anakinra"]
    assert (result.verdict, str(result.patients)) == (Verdict.EXCLUDED, "1")


def test_two_reports_that_may_tell_of_one_patient_are_undecided(tmp_path: Path) -> None:
    again = ONE.replace("etoposide}", "etoposide, overlaps: {cohort: doe-2001/all, at_most: 1}}")
    result = judged(tmp_path, ONE, AT_LEAST_TWO, roe_2002=again).agents["anakinra"]
    assert (result.verdict, str(result.patients)) == (Verdict.UNDECIDED, "1 to 2")


def test_a_set_of_criteria_based_on_another_replaces_and_drops_by_name(tmp_path: Path) -> None:
    protocol = (
        PROTOCOL
        + """\
      young: age_group is pediatric
  other:
    based_on: main
    drop: young
    cohort: {etoposide: prior includes corticosteroid}
"""
    )
    study = "cohorts: {all: {patients: 1, prior: dexamethasone, age_group: adult}}\n"
    review = load(tmp_path, files_of(study, protocol))
    main, other = (
        review.evidence.eligibility[c].cohorts["doe-2001", "all"] for c in ("main", "other")
    )
    assert [j.criterion for j in main.judgements] == ["etoposide", "young"]
    assert [j.criterion for j in other.judgements] == ["etoposide"]
    assert main.verdict is Verdict.EXCLUDED
    assert other.verdict is Verdict.INCLUDED


def test_sets_of_criteria_based_on_each_other_end(tmp_path: Path) -> None:
    protocol = PROTOCOL + "    based_on: other\n  other: {based_on: main}\n"
    assert judged(tmp_path, ONE, protocol).criteria == "main"


# -- a whole and the parts that make it up ---------------------------------------------------------


DIVIDED = """
design: case series
therapies: {rescue: {agent: anakinra}}
cohorts:
  all:
    {patients: 5, divided_into: {age: [children, adults]}, prior: [{agents: [etoposide]}]}
  children: {part_of: all, patients: 3}
  adults: {part_of: all, patients: 2}
responses:
"""
OF_ALL = "  - {cohort: all, therapy: rescue, counts: {CR: 2, PR: 2, NR: 1}}\n"
OF_CHILDREN = "  - {cohort: children, therapy: rescue, counts: {CR: 2, NR: 1}}\n"
OF_ADULTS = "  - {cohort: adults, therapy: rescue, counts: {PR: 2}}\n"


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        (OF_CHILDREN + OF_ADULTS, {"doe-2001/children", "doe-2001/adults"}),
        (OF_CHILDREN, {"doe-2001/children", "doe-2001/adults"}),  # the rest stands beside it
        (OF_ALL, {"doe-2001/all"}),
        (OF_ALL + OF_ADULTS, {"doe-2001/all"}),  # nobody counts twice
    ],
)
def test_a_whole_stands_for_its_parts_unless_only_they_have_responses(
    told: str, rows: set[str], tmp_path: Path
) -> None:
    result = load(tmp_path, files_of(DIVIDED + told)).evidence.eligibility["main"]
    assert names(result.included_cohorts()) == rows
    assert str(result.agents["anakinra"].patients) == "5"


def test_parts_that_leave_some_out_do_not_stand_for_the_whole(tmp_path: Path) -> None:
    text = DIVIDED.replace("part_of: all, patients: 2", "part_of: all, patients: 1")
    review = load(tmp_path, files_of(text + OF_CHILDREN))
    assert names(review.evidence.eligibility["main"].included_cohorts()) == {"doe-2001/all"}
