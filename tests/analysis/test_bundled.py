"""The bundled review's own figures, against exact limits and validated results."""

from __future__ import annotations

import pytest

from paucity.analysis import Group, synthesize
from paucity.exact import clopper_pearson
from paucity.review import Review, bundled_review, load_review
from paucity.synthesis import Status, pool, pool_ordinal


@pytest.fixture(scope="module")
def bundled() -> Review:
    return load_review(bundled_review("hlh-salvage"))


@pytest.fixture(scope="module")
def groups(bundled: Review) -> dict[tuple[str, str], Group]:
    return {(g.analysis, g.name): g for g in synthesize(bundled.evidence)}


# Limits in percent: SAS and R (binom.test) print these for the same counts.
EXACT = [
    ("responders", "alemtuzumab", 16, 24, 44.68, 84.37),
    ("responders", "anakinra", 3, 3, 29.24, 100.0),
    ("responders", "DEP", 26, 34, 58.83, 89.25),
    ("responders", "rabbit ATG", 2, 2, 15.81, 100.0),
    ("complete", "alemtuzumab", 0, 24, 0.0, 14.25),
    ("complete", "DEP", 12, 34, 19.75, 53.51),
    ("all-second-line-atg", "rabbit ATG", 9, 10, 55.50, 99.75),
    ("courses", "rabbit ATG", 7, 7, 59.04, 100.0),
    ("by-rule", "alemtuzumab", 14, 22, 40.66, 82.80),
    ("in-words", "alemtuzumab", 2, 2, 15.81, 100.0),
]


@pytest.mark.parametrize(("analysis", "name", "x", "n", "low", "high"), EXACT)
def test_counts_and_exact_limits_are_those_of_the_source(
    groups: dict[tuple[str, str], Group],
    analysis: str,
    name: str,
    x: int,
    n: int,
    low: float,
    high: float,
) -> None:
    group = groups[analysis, name]
    assert (sum(i.events for i in group.lines), sum(i.n for i in group.lines)) == (x, n)
    found = group.result.crude.interval
    assert found is not None
    # As printed to two decimals, and as the decimal arithmetic of the report gives them.
    assert (100 * found.lower, 100 * found.upper) == pytest.approx((low, high), abs=0.006)
    limits = clopper_pearson(x, n)
    exact = (float(limits.low), float(limits.high))
    assert (found.lower, found.upper) == pytest.approx(exact, abs=1e-11)  # 44 halvings


def test_only_what_the_plan_puts_together_is_pooled(
    groups: dict[tuple[str, str], Group],
) -> None:
    pooled = {key for key, group in groups.items() if group.result.estimate is not None}
    sets = ("definitions-together", "published", "all-second-line-atg")
    assert pooled == {
        *((a, n) for a in (*sets, "in-words") for n in ("alemtuzumab", "anakinra")),
        ("ordinal", "alemtuzumab"),
    }


def test_pooled_numbers_are_those_of_the_validated_library(
    groups: dict[tuple[str, str], Group],
) -> None:
    found = groups["definitions-together", "alemtuzumab"].result
    library = pool([1, 14, 1], [1, 22, 1], method="bayes")
    assert found.estimate == library.estimate
    assert found.interval == library.interval
    assert found.prediction == library.prediction
    assert groups["definitions-together", "anakinra"].result.status is Status.ALL_EVENTS


def test_the_personal_communication_is_all_there_is_of_one_agent(
    groups: dict[tuple[str, str], Group],
) -> None:
    assert ("definitions-together", "rabbit ATG") in groups
    assert ("published", "rabbit ATG") not in groups


def test_courses_are_called_courses(groups: dict[tuple[str, str], Group]) -> None:
    told = groups["courses", "rabbit ATG"].result.sentence
    assert "7 of 7 courses" in told
    assert "patients" not in told


def test_every_agent_of_the_summary_is_judged_and_fits(bundled: Review) -> None:
    judged = {entry.agent.name for entry in bundled.protocol.certainty}
    held = {g.name for g in synthesize(bundled.evidence) if g.analysis == "responders"}
    assert judged == held
    assert not [f for f in bundled.findings if f.code == "certainty-does-not-fit"]


def test_every_included_cohort_is_appraised_with_a_ground(bundled: Review) -> None:
    for study_id, cohort in bundled.evidence.included:
        study = bundled.evidence.studies[study_id]
        own = [q for q in study.quality if q.of in {"", cohort}]
        assert own, (study_id, cohort)


def test_one_model_of_all_levels_gives_what_the_library_gives(
    groups: dict[tuple[str, str], Group],
) -> None:
    found = groups["ordinal", "alemtuzumab"].result
    library = pool_ordinal([[0, 1, 0], [0, 14, 8], [0, 1, 0]]).thresholds[1].median
    assert library is not None
    assert library.interval is not None
    assert found.interval is not None
    # The rows come in another order: sums differ in their last digits.
    assert found.estimate == pytest.approx(library.estimate, rel=1e-9)
    assert found.interval.lower == pytest.approx(library.interval.lower, rel=1e-6)
    assert groups["ordinal", "DEP"].result.status is Status.SINGLE_STUDY
    assert groups["ordinal", "anakinra"].result.status is Status.ALL_EVENTS
