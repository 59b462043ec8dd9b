"""Carry out a review's analysis plan: pool what may be pooled, and say why the rest may not.

Units are not mixed, nobody is counted twice, responses judged by different definitions are not put
together unless the plan says so, and fewer studies than the plan asks for are not pooled. Where
pooling is refused, the rows with their exact intervals are the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from paucity.evidence.checks.analyses import faults
from paucity.evidence.cohorts import Family
from paucity.evidence.facts import CohortFacts, FactError
from paucity.evidence.rows import Row, included_rows
from paucity.protocol import Analysis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.evidence.view import Evidence
    from paucity.expression import Node
    from paucity.synthesis.types import Pooled, Quantity


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is counted: how many of how many, with its exact interval."""

    row: Row
    events: int
    n: int
    exact: Quantity


@dataclass(frozen=True, slots=True)
class Group:
    """One group of one analysis, pooled or not.

    Attributes:
        analysis: the analysis's name in the plan.
        name: the agent or population; empty for all together.
        lines: the rows counted.
        left_out: rows that are not counted, each with the reason.
        result: the pooled result; its status says why where there is no number.
        notes: what has to be said beside the number.
    """

    analysis: str
    name: str
    lines: tuple[Line, ...]
    left_out: tuple[tuple[Row, str], ...]
    result: Pooled
    notes: tuple[str, ...]


def plan(evidence: Evidence) -> Mapping[str, Analysis]:
    """Return the review's analyses; responders by agent, if it plans none."""
    return evidence.protocol.analyses or {"responders": Analysis(label="Responders by agent")}


def synthesize(evidence: Evidence) -> tuple[Group, ...]:
    """Carry out every analysis of the plan, in its order.

    Args:
        evidence: the review's evidence with its eligibility judged.

    Returns:
        A group for each agent or population with at least one row. An analysis that names what is
        not there has none.
    """
    return _carried_out(_Same(evidence))


class _Same:
    """Evidence that equals only itself, so that its results can be kept."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.evidence is self.evidence

    def __hash__(self) -> int:
        return id(self.evidence)


@lru_cache(maxsize=1)
def _carried_out(same: _Same) -> tuple[Group, ...]:
    """Carry the plan out once for the many tables and figures of one report."""
    evidence = same.evidence
    return tuple(
        group
        for name, analysis in plan(evidence).items()
        if not any(faults(analysis, evidence))
        for group in _analysed(name, analysis, evidence)
    )


def _analysed(name: str, analysis: Analysis, evidence: Evidence) -> Iterator[Group]:
    if analysis.criteria in evidence.eligibility:
        evidence = replace(evidence, main=analysis.criteria)
    rows = [r for r in included_rows(evidence) if _meant(r, analysis, evidence)]
    for group, members in _groups(rows, analysis, evidence).items():
        made = _group(name, group, members, analysis, evidence)
        if made is not None:
            yield made


def _meant(row: Row, analysis: Analysis, evidence: Evidence) -> bool:
    return analysis.about is None or _all_are(row, analysis.about.node, evidence)


def _all_are(row: Row, condition: Node, evidence: Evidence) -> bool:
    facts = CohortFacts(row.study, Family(row.study), row.cohort.id, evidence.vocabulary)
    try:
        return facts.share(condition).truth is True
    except FactError:
        return False


def _groups(rows: list[Row], analysis: Analysis, evidence: Evidence) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        for name in _groups_of(row, analysis, evidence):
            groups.setdefault(name, []).append(row)
    return dict(sorted(groups.items(), key=lambda g: g[0].casefold()))


def _groups_of(row: Row, analysis: Analysis, evidence: Evidence) -> Iterator[str]:
    if analysis.by == "agent":
        if row.therapy is not None:
            yield row.therapy.agent.name
    elif analysis.by == "population":
        for name, population in evidence.protocol.populations.items():
            if _all_are(row, population.is_.node, evidence):
                yield name
    else:
        yield ""


def _group(
    name: str, group: str, rows: list[Row], analysis: Analysis, evidence: Evidence
) -> Group | None:
    from paucity.synthesis import proportion_intervals

    levels = analysis.levels or tuple(
        n for n, level in evidence.protocol.scale.items() if level.responder
    )
    counted: list[tuple[Row, int, int]] = []
    left_out: list[tuple[Row, str]] = []
    for row in rows:
        reason = _left_out(row, analysis, evidence)
        events = _events(row, levels)
        n = row.n
        if reason:
            left_out.append((row, reason))
        elif events is None or not n:
            left_out.append((row, "how many responded is not told"))
        elif analysis.method == "ordinal" and _ordered(row, evidence) is None:
            left_out.append((row, "not every level is told"))
        elif events > n:
            left_out.append((row, f"{events} of {n} cannot be"))
        else:
            counted.append((row, events, n))
    if not counted:
        return None
    x, m = [e for _, e, _ in counted], [n for _, _, n in counted]
    exact = proportion_intervals(x, m)
    lines = tuple(Line(r, e, n, q) for (r, e, n), q in zip(counted, exact, strict=True))
    result, notes = _pooled(lines, analysis, evidence)
    return Group(name, group, lines, tuple(left_out), result, notes)


def _left_out(row: Row, analysis: Analysis, evidence: Evidence) -> str:
    if row.unit != analysis.unit:
        return f"counted in {row.unit}, not {analysis.unit}"
    if analysis.judged != "any" and _judged(row, evidence) != analysis.judged:
        return f"not judged {analysis.judged}"
    source = row.response.source if row.response else None
    if not analysis.unpublished and source and source.kind == "personal communication":
        return "a personal communication"
    return ""


def _events(row: Row, levels: tuple[str, ...]) -> int | None:
    """Return how many are at one of the levels; a level that nobody can be at counts as zero."""
    figures = row.figures()
    known = [f.count for f in figures.values() if f.count is not None]
    full = row.n is not None and len(known) == len(figures) and sum(known) == row.n
    total = 0
    for level in levels:
        count = figures[level].count if level in figures else (0 if full else None)
        if count is None:
            return None
        total += count
    return total


def _judged(row: Row, evidence: Evidence) -> str:
    """Return how a row's responses were judged: by rule, in words, or it is not stated."""
    name = row.response.definition if row.response else ""
    known = evidence.definitions.get(name)
    if known is None:
        return "not stated"
    return "in words" if known.narrative else "by rule"


def _ordered(row: Row, evidence: Evidence) -> tuple[int, ...] | None:
    """Return how many are at each level of the scale, best first; None if one is not told."""
    scale = evidence.protocol.scale
    counts = [_events(row, (name,)) for name, level in scale.items() if not level.outside]
    told = tuple(count for count in counts if count is not None)
    return told if len(told) == len(counts) and sum(told) == row.n else None


def _pooled(
    lines: tuple[Line, ...], analysis: Analysis, evidence: Evidence
) -> tuple[Pooled, tuple[str, ...]]:
    """Return the result, and what has to be said beside it."""
    from paucity.synthesis import MEANING, Status, refused

    x, n = counts_of(lines)
    if shared := overlap_of(lines):
        found = refused(Status.OVERLAPPING_COHORTS, x, n, reason=shared, unit=analysis.unit)
        return found, (shared,)
    names = sorted({definition_of(line) for line in lines})
    notes: tuple[str, ...] = ()
    if len(names) > 1:
        told = f"Responses were judged by {len(names)} definitions: {', '.join(names)}."
        if analysis.definitions == "apart":
            found = refused(Status.DEFINITIONS_DIFFER, x, n, reason=told, unit=analysis.unit)
            return found, (told,)
        notes = (f"{told} The plan puts them together.",)
    if analysis.method == "ordinal":
        result = _fit_ordered(lines, analysis, evidence)
    else:
        result = fit(x, n, settings(analysis))
    if result.status is Status.TOO_FEW:
        notes = (*notes, f"The plan asks for at least {analysis.minimum} studies.")
    return result, (*notes, *(m for m in result.notes if m != MEANING[result.status]))


def counts_of(lines: tuple[Line, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the events and the denominators of lines."""
    return tuple(line.events for line in lines), tuple(line.n for line in lines)


@dataclass(frozen=True, slots=True)
class Settings:
    """How an analysis pools.

    Attributes:
        method: the method asked for; a prior that is written asks for the Bayesian model.
        minimum: least number of studies.
        threshold: proportion that a conclusion says is exceeded; None if it is 0 or 1.
        prior: mean, standard deviation and scale of the prior; None for the usual one.
        unit: what is counted.
    """

    method: str
    minimum: int
    threshold: float | None
    prior: tuple[float, float, float] | None
    unit: str


def settings(analysis: Analysis) -> Settings:
    """Return how an analysis pools."""
    prior = analysis.prior
    asked = prior is not None and analysis.method in {"auto", "bayes"}
    threshold = float(analysis.threshold) / 100
    return Settings(
        method="bayes" if asked else analysis.method,
        minimum=max(1, analysis.minimum),
        threshold=threshold if 0 < threshold < 1 else None,
        prior=(float(prior.mean), float(prior.sd), float(prior.scale)) if prior and asked else None,
        unit=analysis.unit,
    )


@lru_cache(maxsize=256)
def fit(x: tuple[int, ...], n: tuple[int, ...], how: Settings) -> Pooled:
    """Pool; sets of sensitivity analyses often hold the same rows, which are pooled once."""
    import numpy as np

    from paucity.synthesis import Prior, choose, pool

    method = choose(np.array(x), np.array(n)) if how.method == "auto" else how.method
    options: dict[str, Any] = {}
    if method == "bayes":
        options["prior"] = Prior(*how.prior[:2], scale=how.prior[2]) if how.prior else None
        options["thresholds"] = () if how.threshold is None else (how.threshold,)
    return pool(x, n, method=method, minimum_studies=how.minimum, unit=how.unit, **options)


def _fit_ordered(lines: tuple[Line, ...], analysis: Analysis, evidence: Evidence) -> Pooled:
    """Pool all levels by one model, and return the proportion at the levels asked for."""
    scale = evidence.protocol.scale
    labels = tuple(name for name, level in scale.items() if not level.outside)
    asked = len(analysis.levels) or sum(scale[name].responder for name in labels)
    rows = tuple(_ordered(line.row, evidence) or () for line in lines)
    return _fit_levels(rows, labels, asked, analysis.minimum, analysis.unit)


@lru_cache(maxsize=64)
def _fit_levels(
    rows: tuple[tuple[int, ...], ...], labels: tuple[str, ...], asked: int, minimum: int, unit: str
) -> Pooled:
    from paucity.synthesis import Status, pool_ordinal, refused

    x, n = tuple(sum(row[:asked]) for row in rows), tuple(map(sum, rows))
    if 1 < len(rows) < minimum:
        return refused(Status.TOO_FEW, x, n, method="ordinal", unit=unit)
    found = pool_ordinal(rows, labels=labels, unit=unit)
    extreme = Status.ALL_EVENTS if x == n else Status.NO_EVENTS
    if found.status not in {Status.OK, Status.BOUNDARY, Status.ALL_EVENTS}:
        return refused(found.status, x, n, method=found.method, unit=unit)
    threshold = found.thresholds[asked - 1] if 0 < asked <= len(found.thresholds) else None
    quantity = (threshold.median or threshold.mean) if threshold else None
    if threshold is None or quantity is None or quantity.interval is None:
        return refused(extreme, x, n, method=found.method, unit=unit)
    return replace(
        refused(extreme, x, n, method=found.method, unit=unit),
        status=found.status,
        estimate=quantity.estimate,
        interval=quantity.interval,
        estimand="median" if threshold.median else "mean",
        median=threshold.median,
        mean=threshold.mean,
        sentence=f"From one model of all levels: {found.sentence}",
        notes=(),
    )


def definition_of(line: Line) -> str:
    """Return the definition by which a line's responses were judged."""
    response = line.row.response
    return (response.definition if response else "") or "not stated"


def overlap_of(lines: tuple[Line, ...]) -> str:
    """Return in words which rows may share people; empty if none do."""
    keys = {line.row.key for line in lines}
    for line in lines:
        for overlap in line.row.cohort.overlaps:
            if overlap.cohort in keys and overlap.at_most != 0:
                return f"{line.row.key} and {overlap.cohort} are said to share people."
    studies: dict[str, list[Line]] = {}
    for line in lines:
        studies.setdefault(line.row.study.id, []).append(line)
    for members in studies.values():
        family = Family(members[0].row.study)
        for a, b in combinations(members, 2):
            shared = family.shared(a.row.cohort.id, b.row.cohort.id)
            if shared.high is None or shared.high > 0:
                return f"{a.row.key} and {b.row.key} may share {shared} people."
    return ""
