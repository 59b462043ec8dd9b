"""Populations held against one another: only where that means something, and never agents."""

from __future__ import annotations

from math import comb, erfc, exp, log, sqrt
from typing import TYPE_CHECKING

import pytest

from analysis.plans import cohort, review
from paucity.contrasts import contrasts
from paucity.report.outputs import plan_data, plan_text
from paucity.report.tables import named
from paucity.synthesis import pool_glmm, subgroups

if TYPE_CHECKING:
    from pathlib import Path

POPULATIONS = """\
populations:
  adults: {is: age_group is adult, label: adults}
  children: {is: age_group is pediatric, label: children}
"""
PLAN = "ages: {by: population, label: By age}"


def aged(events: int, n: int, author: str, group: str, **options: str) -> str:
    """Return a study of adults or children."""
    return cohort(events, n, author=author, more=f", age_group: {group}", **options)


FOUR = (
    aged(1, 10, "Doe", "adult"),
    aged(2, 12, "Roe", "adult"),
    aged(8, 11, "Poe", "pediatric"),
    aged(9, 12, "Loe", "pediatric"),
)


def test_populations_that_share_nobody_are_contrasted(tmp_path: Path) -> None:
    (found,) = contrasts(review(tmp_path, PLAN, *FOUR, extra=POPULATIONS).evidence)
    assert (found.group.name, found.against.name, found.why) == ("children", "adults", "")
    groups = ["adults", "adults", "children", "children"]
    library = subgroups([1, 2, 8, 9], [10, 12, 11, 12], groups, method="bayes").common_spread
    (contrast,) = library.contrasts
    assert found.higher == contrast.higher
    assert found.odds_ratio is not None
    assert found.odds_ratio[0] == pytest.approx(exp(contrast.difference.estimate))
    # crude odds ratio (17/6) / (3/19) = 17.9; the prior draws it towards 1
    assert 0 < log(found.odds_ratio[0]) < log(17.9)


def test_the_report_and_the_terminal_say_that_it_explores(tmp_path: Path) -> None:
    made = review(tmp_path, PLAN, *FOUR, extra=POPULATIONS)
    table = named(made, "contrasts")
    assert [row["pair"].text for row in table.rows] == ["children against adults"]
    assert table.rows[0]["one"].text == "17 of 23 (74%), 2 cohorts"
    assert table.rows[0]["chance"].text == "probability >99%"
    assert "Nobody was randomised" in table.notes[0]
    text = plan_text(made)
    assert "children against adults: odds ratio" in text
    assert "Nobody was randomised" in text
    (told,) = plan_data(made)["contrasts"]
    assert (told["group"], told["against"], told["why"]) == ("children", "adults", "")


def test_agents_are_never_contrasted(tmp_path: Path) -> None:
    by_agent = [cohort(1, 10, author="Doe"), cohort(8, 11, author="Poe", agent="alemtuzumab")]
    made = review(tmp_path / "a", "agents: {}", *by_agent)
    assert contrasts(made.evidence) == ()
    assert not named(made, "contrasts").rows
    hidden = [
        *FOUR[:2],
        *(aged(8, 11, a, "pediatric", agent="alemtuzumab") for a in ("Poe", "Loe")),
    ]
    (found,) = contrasts(review(tmp_path / "b", PLAN, *hidden, extra=POPULATIONS).evidence)
    assert found.odds_ratio is None
    assert found.why == "agents are not compared: alemtuzumab against anakinra"


def test_a_cohort_in_both_populations_is_no_contrast(tmp_path: Path) -> None:
    extra = POPULATIONS + "  treated: {is: prior includes etoposide, label: treated before}\n"
    found = contrasts(review(tmp_path, PLAN, *FOUR, extra=extra).evidence)
    told = {(c.group.name, c.against.name): c.why for c in found}
    assert told == {
        ("children", "adults"): "",
        ("treated", "adults"): "a cohort is in both",
        ("treated", "children"): "a cohort is in both",
    }


def test_definitions_kept_apart_are_not_contrasted(tmp_path: Path) -> None:
    judged = [
        *(aged(1, 10, a, "adult", definition="rule") for a in ("Doe", "Roe")),
        *(aged(8, 11, a, "pediatric", definition="words") for a in ("Poe", "Loe")),
    ]
    (found,) = contrasts(review(tmp_path / "a", PLAN, *judged, extra=POPULATIONS).evidence)
    assert found.why == "judged by 2 definitions: rule, words"
    plan = "ages: {by: population, definitions: together}"
    (found,) = contrasts(review(tmp_path / "b", plan, *judged, extra=POPULATIONS).evidence)
    assert found.why == ""


def test_two_cohorts_are_too_few(tmp_path: Path) -> None:
    (found,) = contrasts(review(tmp_path, PLAN, FOUR[0], FOUR[2], extra=POPULATIONS).evidence)
    assert found.why == "2 cohorts in both together, fewer than 3"


def test_a_frequentist_plan_gives_a_p_value(tmp_path: Path) -> None:
    plan = "ages: {by: population, method: glmm}"
    (found,) = contrasts(review(tmp_path, plan, *FOUR, extra=POPULATIONS).evidence)
    assert found.higher is None
    # With groups there is no spread, so their likelihood is binomial at 3/22 and 17/23; without,
    # that of the GLMM of all four. A chi-square with one degree of freedom is a squared normal.
    parts = (([1, 2], [10, 12], 3 / 22), ([8, 9], [11, 12], 17 / 23))
    apart = sum(
        log(comb(m, x) * p**x * (1 - p) ** (m - x))
        for xs, ns, p in parts
        for x, m in zip(xs, ns, strict=True)
    )
    together = pool_glmm([1, 2, 8, 9], [10, 12, 11, 12]).log_likelihood
    assert together is not None
    assert found.p == pytest.approx(erfc(sqrt(apart - together)), rel=1e-6)


def test_people_shared_within_a_study_are_not_contrasted(tmp_path: Path) -> None:
    shared = """
citation: {authors: [Doe J], year: 2001, language: English}
source: Table 1
cohorts:
  all: {patients: 10}
  early: {part_of: all, patients: 6, prior: etoposide, age_group: adult}
  late: {part_of: all, patients: 7, prior: etoposide, age_group: pediatric}
therapies: {x: {agent: anakinra}}
responses:
  - {cohort: early, therapy: x, counts: {CR: 3, NR: 3}}
  - {cohort: late, therapy: x, counts: {CR: 3, NR: 4}}
"""
    (found,) = contrasts(review(tmp_path, PLAN, shared, extra=POPULATIONS).evidence)
    assert found.why == "a/early and a/late may share 3 to 6 people"
