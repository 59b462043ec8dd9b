"""Hold the populations of an analysis against one another, where that means something.

A contrast of groups of uncontrolled studies explores. It is made between populations that share
nobody and were given the same agents; between agents it is never made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import exp
from typing import TYPE_CHECKING, Any, Final

from paucity.analysis import (
    Settings,
    counts_of,
    definition_of,
    overlap_of,
    plan,
    settings,
    synthesize,
)

if TYPE_CHECKING:
    from paucity.analysis import Group
    from paucity.evidence.view import Evidence
    from paucity.protocol import Analysis

MOST: Final = 10
"""Contrasts of one analysis that are computed: of many, some stand out by chance alone."""

FEWEST: Final = 3
"""Studies in both groups together from which on a contrast is computed."""

Triple = tuple[float, float, float]
"""A number with its lower and upper 95% limit."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How two groups of an analysis differ, or why that is not asked.

    Attributes:
        analysis: the analysis's name in the plan.
        group: the group.
        against: the group that it is held against.
        odds_ratio: odds of response in the median study of `group` over those of `against`, with
            95% limits; None if there is no number.
        higher: the posterior probability that the odds ratio is above 1; None without a posterior.
        p: the p-value of the likelihood-ratio test of no difference; None without one.
        why: why there is no number; empty if there is.
    """

    analysis: str
    group: Group
    against: Group
    odds_ratio: Triple | None = None
    higher: float | None = None
    p: float | None = None
    why: str = ""


def contrasts(evidence: Evidence) -> tuple[Contrast, ...]:
    """Return every pair of populations of every analysis by population, in the plan's order.

    Args:
        evidence: the review's evidence with its eligibility judged.
    """
    found = synthesize(evidence)
    out: list[Contrast] = []
    for name, analysis in plan(evidence).items():
        if analysis.by != "population":
            continue
        order = tuple(evidence.protocol.populations)
        groups = sorted((g for g in found if g.analysis == name), key=lambda g: order.index(g.name))
        computed = 0
        for against, group in combinations(groups, 2):
            why = refusal(group, against, analysis)
            if not why and computed == MOST:
                why = f"{MOST} contrasts are enough: of many, some stand out by chance alone"
            if why:
                out.append(Contrast(name, group, against, why=why))
            else:
                computed += 1
                out.append(_computed(name, group, against, analysis))
    return tuple(out)


def refusal(group: Group, against: Group, analysis: Analysis) -> str:
    """Return why two groups are not held against one another; empty if they may be."""
    lines = (*against.lines, *group.lines)
    if analysis.method == "ordinal":
        return "the model of all levels holds no groups against one another"
    if len({line.row.key for line in lines}) < len(lines):
        return "a cohort is in both"
    if shared := overlap_of(lines):
        return shared.removesuffix(".")
    one, other = _agents(group), _agents(against)
    if one != other:
        return f"agents are not compared: {', '.join(one)} against {', '.join(other)}"
    definitions = sorted({definition_of(line) for line in lines})
    if len(definitions) > 1 and analysis.definitions == "apart":
        return f"judged by {len(definitions)} definitions: {', '.join(definitions)}"
    least = max(FEWEST, analysis.minimum)
    if len(lines) < least:
        return f"{len(lines)} cohorts in both together, fewer than {least}"
    return ""


def _agents(group: Group) -> tuple[str, ...]:
    """Return the agents a group was given; a cohort without one is told as such."""
    therapies = (line.row.therapy for line in group.lines)
    return tuple(sorted({t.agent.name if t is not None else "not stated" for t in therapies}))


def _computed(name: str, group: Group, against: Group, analysis: Analysis) -> Contrast:
    first, second = counts_of(against.lines), counts_of(group.lines)
    ratio, higher, p, why = _fitted(first, second, settings(analysis))
    return Contrast(name, group, against, ratio, higher, p, why)


@lru_cache(maxsize=64)
def _fitted(
    first: tuple[tuple[int, ...], tuple[int, ...]],
    second: tuple[tuple[int, ...], tuple[int, ...]],
    how: Settings,
) -> tuple[Triple | None, float | None, float | None, str]:
    """Return the odds ratio of the second against the first, its probability or p, or why not."""
    import numpy as np

    from paucity.synthesis import CommonSpread, Prior, choose, subgroups

    x, n = (*first[0], *second[0]), (*first[1], *second[1])
    labels = ["first"] * len(first[0]) + ["second"] * len(second[0])
    options: dict[str, Any] = {}
    method = choose(np.array(x), np.array(n)) if how.method == "auto" else how.method
    if method == "bayes":
        options["prior"] = Prior(*how.prior[:2], scale=how.prior[2]) if how.prior else None
    elif method != "inverse variance":
        method = "glmm"  # what has no groups of its own
    found = subgroups(x, n, labels, method=method, unit=how.unit, **options).common_spread
    if isinstance(found, CommonSpread):
        (contrast,) = found.contrasts
        interval = contrast.difference.interval
        if interval is None:
            return None, None, None, "the difference has no interval"
        ends = (contrast.difference.estimate, interval.lower, interval.upper)
        return _ratio(*ends), contrast.higher, None, ""
    test = found.likelihood_ratio or found.wald
    if found.estimate is None or found.interval is None or test is None:
        return None, None, None, found.status.value
    return _ratio(found.estimate, found.interval.lower, found.interval.upper), None, test.p, ""


def _ratio(*log_odds: float) -> Triple:
    a, b, c = (exp(min(max(v, -700.0), 700.0)) for v in log_odds)
    return a, b, c
