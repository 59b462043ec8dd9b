"""The analysis plan and what is said of certainty: names that are there, steps that add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from paucity.evidence.checks.check import ERROR, WARNING, Found, check, joined
from paucity.evidence.cohorts import Family
from paucity.evidence.facts import CohortFacts, FactError, answerable
from paucity.evidence.rows import included_rows
from paucity.protocol import LEVELS_OF_CERTAINTY
from paucity.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paucity.evidence.view import Evidence
    from paucity.protocol import Analysis, BeliefBefore, Certainty, Expression
    from paucity.text import Span


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps an analysis from being carried out."""

    span: Span
    message: str
    hint: str = ""


def faults(analysis: Analysis, evidence: Evidence) -> Iterator[Fault]:
    """Yield what keeps an analysis from being carried out: names that are not there.

    Args:
        analysis: the analysis.
        evidence: all that was read.
    """
    protocol, marks = evidence.protocol, analysis.marks
    for i, level in enumerate(analysis.levels):
        if level not in protocol.scale:
            hint = _hint(level, protocol.scale, "the scale has")
            message = f"`{level}` is not a level of the scale"
            yield Fault(marks.span("levels", i), message, hint)
    if analysis.criteria and analysis.criteria not in protocol.criteria:
        hint = _hint(analysis.criteria, protocol.criteria, "there are")
        message = f"there is no set of criteria `{analysis.criteria}`"
        yield Fault(marks.span("criteria"), message, hint)
    if analysis.by == "population" and not protocol.populations:
        hint = "add `populations`, or group by agent"
        yield Fault(marks.span("by"), "there are no populations to group by", hint)
    best = tuple(name for name, level in protocol.scale.items() if not level.outside)
    if analysis.method == "ordinal" and analysis.levels != best[: len(analysis.levels)]:
        message = f"{joined(analysis.levels)} are not the best levels of the scale"
        hint = f"an ordinal analysis counts from the best level down: {', '.join(best[:-1])}"
        yield Fault(marks.span("levels"), message, hint)
    yield from _impossible(analysis.prior)
    if analysis.about is not None:
        yield from _unanswerable(analysis.about, marks.span("about"), evidence)


_FARTHEST = 10
_NARROWEST, _WIDEST = Decimal("0.01"), 5
"""Limits of a prior on log odds: 10 is 5 in 100,000."""


def _impossible(prior: BeliefBefore | None) -> Iterator[Fault]:
    """Yield what no prior on log odds can be."""
    if prior is None:
        return
    if abs(prior.mean) > _FARTHEST:
        message = f"a prior mean of {prior.mean} is no log odds"
        yield Fault(
            prior.marks.span("mean"), message, f"from -{_FARTHEST} to {_FARTHEST}; 0 is 50%"
        )
    for name, value in (("sd", prior.sd), ("scale", prior.scale)):
        if not _NARROWEST <= value <= _WIDEST:
            message = f"a prior {name} of {value} is outside {_NARROWEST} to {_WIDEST}"
            yield Fault(prior.marks.span(name), message, "on the scale of log odds; 1 is usual")


def _hint(name: str, known: Iterable[str], there: str) -> str:
    names = list(known)
    return did_you_mean(name, names) or (f"{there} {', '.join(names)}" if names else "")


def _unanswerable(about: Expression, span: Span, evidence: Evidence) -> Iterator[Fault]:
    """Yield why an expression cannot be answered of any cohort, if it cannot."""
    study = next((s for s in evidence.studies.values() if s.cohorts), None)
    if study is None:
        return
    facts = CohortFacts(study, Family(study), next(iter(study.cohorts)), evidence.vocabulary)
    try:
        facts.share(about.node)
    except (FactError, RecursionError) as error:
        told = answerable(error)
        at = replace(span, column=span.column + told.column)
        known = f"known here: {', '.join(told.known)}" if told.known else ""
        yield Fault(at, told.message, known)


@check("analysis-unknown", ERROR)
def analysis_unknown(evidence: Evidence) -> Iterator[Found]:
    """An analysis that names a level, criteria or populations that are not there.

    Or whose prior is none. It is not carried out: its result would be one of something else.
    """
    for name, analysis in evidence.protocol.analyses.items():
        for fault in faults(analysis, evidence):
            yield Found(fault.span, fault.message, f"analyses/{name}", fault.hint)
    known = evidence.protocol.analyses
    for entry in evidence.protocol.certainty:
        if entry.analysis and entry.analysis not in known:
            hint = _hint(entry.analysis, known, "there are")
            message = f"there is no analysis `{entry.analysis}`"
            yield Found(entry.marks.span("analysis"), message, _subject(entry), hint)


def _subject(entry: Certainty) -> str:
    return f"certainty/{entry.agent}"


@check("certainty-does-not-fit", WARNING)
def certainty_does_not_fit(evidence: Evidence) -> Iterator[Found]:
    """A level of certainty that its own steps do not lead to, or of an agent without evidence.

    Begun at one level, the reasons written lead down to another than the one written.
    """
    agents = {r.therapy.agent.name for r in included_rows(evidence) if r.therapy is not None}
    for entry in evidence.protocol.certainty:
        if entry.agent.name not in agents:
            message = f"no included cohort was given {entry.agent.written}"
            yield Found(entry.marks.span("agent"), message, _subject(entry))
        steps = sum(reason.steps for reason in entry.down)
        start = LEVELS_OF_CERTAINTY.index(entry.starts)
        reached = LEVELS_OF_CERTAINTY[min(start + steps, len(LEVELS_OF_CERTAINTY) - 1)]
        if reached != entry.level:
            counted = "1 step" if steps == 1 else f"{steps} steps"
            reasons = joined([r.for_ for r in entry.down]) or "no reason"
            message = (
                f"{counted} down from {entry.starts} ({reasons}) is {reached}; written is "
                f"{entry.level}"
            )
            yield Found(entry.marks.span("level"), message, _subject(entry))
