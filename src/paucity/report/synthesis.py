"""What the report says of the analysis plan: which figures, which sentences, what statuses mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.analysis import Group, counts_of, plan, synthesize
from paucity.report.figures import (
    Drawing,
    ForestLine,
    Panel,
    Setting,
    Settings,
    belief_picture,
    forest_plot,
    sensitivity_panel,
)
from paucity.report.figures.forest import percent
from paucity.report.tables.pooled import BY, analysis_label, group_label, shortened, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.protocol import Analysis
    from paucity.review import Review
    from paucity.synthesis.types import Interval

MANY: Final = 60
"""Cohorts from which on a forest plot shows only groups as a whole."""


NONE_LEFT: Final = "no cohort is left"
_MEANT: Final = {"median": "median study", "mean": "mean over studies"}


@dataclass(frozen=True, slots=True)
class Said:
    """One result in words.

    Attributes:
        label: the agent or population.
        sentence: the result.
        notes: what has to be said beside it.
    """

    label: str
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What the section on synthesis is given beside its tables and figures.

    Attributes:
        main: the label of the main analysis.
        pooled: how many groups were pooled, of `groups`.
        sentences: every result in words, by analysis.
        meanings: what each status that occurs means.
    """

    main: str
    pooled: int
    groups: int
    sentences: Mapping[str, tuple[Said, ...]]
    meanings: Mapping[str, str]


def section(review: Review) -> Section | None:
    """Return what the section on synthesis says; None if the plan has no result."""
    from paucity.synthesis import MEANING

    groups = synthesize(review.evidence)
    if not groups:
        return None
    analyses = plan(review.evidence)
    sentences: dict[str, list[Said]] = {}
    for group in groups:
        analysis = analyses[group.analysis]
        label = analysis_label(group.analysis, analysis)
        sentences.setdefault(label, []).append(said(review, group))
    found = dict.fromkeys(group.result.status for group in groups)
    first = main_analysis(review)
    return Section(
        main=analysis_label(first, analyses[first]),
        pooled=sum(group.result.estimate is not None for group in groups),
        groups=len(groups),
        sentences={name: tuple(held) for name, held in sentences.items()},
        meanings={s.value: MEANING[s] for s in MEANING if s in found},
    )


def main_analysis(review: Review) -> str:
    """Return the name of the main analysis: the first of the plan that has a result."""
    groups = synthesize(review.evidence)
    return groups[0].analysis if groups else next(iter(plan(review.evidence)))


def said(review: Review, group: Group) -> Said:
    """Return a group's result in words."""
    analysis = plan(review.evidence)[group.analysis]
    told = group.result.sentence
    notes = tuple(note for note in group.notes if note not in told)
    return Said(group_label(review, group, analysis), told, notes)


# -- figures -----------------------------------------------------------------------------------


def synthesis_drawings(review: Review) -> Iterator[Drawing | None]:
    """Yield the figures of the synthesis.

    They are the main analysis as a forest plot, the first analysis that pools something if the
    main one does not, all analyses side by side, and a prior with its posterior if there is one.
    """
    groups = synthesize(review.evidence)
    if not groups:
        return
    first = main_analysis(review)
    yield forest(review, first, "forest")
    pooling = next((g.analysis for g in groups if g.result.estimate is not None), first)
    if pooling != first:
        yield forest(review, pooling, "forest-pooled")
    yield side_by_side(review)
    yield _belief(review, pooling)


def forest(review: Review, analysis: str, name: str) -> Drawing | None:
    """Return one analysis as a forest plot.

    Args:
        review: the review.
        analysis: its name in the plan.
        name: the figure's name.
    """
    how = plan(review.evidence)[analysis]
    groups = [g for g in synthesize(review.evidence) if g.analysis == analysis]
    short = sum(len(g.lines) for g in groups) > MANY
    panels = [
        Panel(group_label(review, group, how), tuple(_lines(group, how, short=short)))
        for group in groups
    ]
    return forest_plot(name, f"Forest plot: {analysis_label(analysis, how)}", panels)


def side_by_side(review: Review) -> Drawing | None:
    """Return every analysis of the plan for each group; None if there is only one analysis."""
    analyses = plan(review.evidence)
    found = synthesize(review.evidence)
    used = [name for name in analyses if any(g.analysis == name for g in found)]
    if len(used) < 2:
        return None
    short = dict(
        zip(used, shortened([analysis_label(n, analyses[n]) for n in used])[1], strict=True)
    )
    held: dict[tuple[str, str], dict[str, Setting]] = {}
    for group in found:
        how = analyses[group.analysis]
        key = (how.by, group_label(review, group, how))
        held.setdefault(key, {})[group.analysis] = _setting(short[group.analysis], group, how)
    groups = [
        Settings(
            label,
            tuple(
                settings.get(n) or Setting(short[n], "", None, None, pooled=False, why=NONE_LEFT)
                for n in used
                if analyses[n].by == by
            ),
        )
        for (by, label), settings in sorted(held.items(), key=lambda h: tuple(BY).index(h[0][0]))
    ]
    return sensitivity_panel("The analyses of the plan side by side", groups)


def _setting(label: str, group: Group, analysis: Analysis) -> Setting:
    result = group.result
    status = result.status.value
    counted = together(group, analysis.unit).partition(" (")[0]
    if result.estimate is None:
        point, span = percent(result.crude.estimate), _span(result.crude.interval)
        return Setting(label, counted, point, span, pooled=False, why=status)
    why = "" if status == "ok" else status
    span = _span(result.interval)
    return Setting(label, counted, percent(result.estimate), span, pooled=True, why=why)


def _lines(group: Group, analysis: Analysis, *, short: bool) -> Iterator[ForestLine]:
    counted = "" if analysis.unit == "patients" else f" {analysis.unit}"
    for line in () if short else sorted(group.lines, key=lambda x: x.row.study.citation.year):
        label = line.row.cohort.label
        yield ForestLine(
            line.row.study.name + (f": {label}" if label else ""),
            f"{line.events} of {line.n}{counted}",
            line.n,
            percent(line.exact.estimate),
            _span(line.exact.interval),
        )
    if len(group.lines) > 1 or short:
        yield _whole(group, analysis)


def _whole(group: Group, analysis: Analysis) -> ForestLine:
    result = group.result
    n = sum(line.n for line in group.lines)
    counted = together(group, analysis.unit).partition(" (")[0]
    if result.estimate is None:
        label = f"Not pooled: {result.status.value}"
        point, span = percent(result.crude.estimate), _span(result.crude.interval)
        return ForestLine(label, counted, n, point, span, status="not pooled")
    status = result.status.value
    label = f"Pooled, {_MEANT.get(result.estimand, result.estimand)}"
    label += "" if status == "ok" else f"; {status}"
    point, span = percent(result.estimate), _span(result.interval)
    return ForestLine(label, counted, n, point, span, _span(result.prediction), status)


def _span(interval: Interval | None) -> tuple[float, float] | None:
    return None if interval is None else (percent(interval.lower), percent(interval.upper))


def _belief(review: Review, analysis: str) -> Drawing | None:
    """Return prior and posterior of the largest group that a Bayesian model pooled."""
    from paucity.synthesis import BayesPooled, belief

    how = plan(review.evidence)[analysis]
    groups = [
        g
        for g in synthesize(review.evidence)
        if g.analysis == analysis and isinstance(g.result, BayesPooled) and g.result.estimate
    ]
    if not groups:
        return None
    group = max(groups, key=lambda g: (len(g.lines), sum(line.n for line in g.lines)))
    prior = getattr(group.result, "prior", None)
    found = belief(*counts_of(group.lines), prior=prior)
    label = group_label(review, group, how)
    whose = f"{together(group, how.unit)} in {len(group.lines)} studies"
    title = f"Before and after the studies: {label} ({analysis_label(analysis, how)})"
    before = [percent(p) for p in found.before]
    return belief_picture(title, whose, before, [percent(p) for p in found.after])
