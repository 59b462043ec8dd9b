"""From the cohorts that reports tell of to those the review rests on, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.evidence.eligibility import CohortResult, Eligibility, Verdict
from paucity.report.table import Cell

if TYPE_CHECKING:
    from paucity.review import Review


@dataclass(frozen=True, slots=True)
class Reason:
    """Cohorts that leave the review for the same reason."""

    text: str
    cohorts: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """How many come in and go out, and why.

    Attributes:
        reports: studies read.
        told: cohorts the studies tell of.
        excluded: cohorts that do not qualify, by reason.
        parts: cohorts counted through a part of theirs.
        undecided: cohorts of which the text does not say enough, by reason.
        unused: cohorts that qualify, under an agent that does not.
        included: cohorts the review rests on.
        agents_in: agents let in.
        agents_out: agents searched for or found, and not let in.
    """

    reports: int
    told: int
    excluded: tuple[Reason, ...]
    parts: tuple[Reason, ...]
    undecided: tuple[Reason, ...]
    unused: tuple[Cell, ...]
    included: tuple[Cell, ...]
    agents_in: int
    agents_out: int


def flow_of(review: Review) -> Flow | None:
    """Return the flow under the main criteria; None if the review has no criteria."""
    result = review.eligibility
    if result is None:
        return None
    taken = set(result.included_cohorts())
    out: dict[str, dict[str, list[Cell]]] = {"excluded": {}, "parts": {}, "undecided": {}}
    unused = []
    included = []
    for key, cohort in result.cohorts.items():
        cell = _cell(review, cohort)
        if key in taken:
            included.append(cell)
        elif cohort.verdict is Verdict.INCLUDED:
            if _within(review, key, taken):
                out["parts"].setdefault("part of an included cohort", []).append(cell)
            elif any((key[0], name) in taken for name in cohort.carried_by):
                out["parts"].setdefault("counted through its parts", []).append(cell)
            else:
                unused.append(cell)
        elif cohort.verdict is Verdict.UNDECIDED:
            out["undecided"].setdefault(cohort.reason, []).append(cell)
        elif cohort.carried_by and cohort.share.low > 0:
            text = "only some are eligible, and they stand as a cohort of their own"
            out["parts"].setdefault(text, []).append(cell)
        else:
            out["excluded"].setdefault(_why(cohort), []).append(cell)
    return Flow(
        reports=len(review.evidence.studies),
        told=len(result.cohorts),
        excluded=_reasons(out["excluded"]),
        parts=_reasons(out["parts"]),
        undecided=_reasons(out["undecided"]),
        unused=tuple(unused),
        included=tuple(included),
        agents_in=_agents(result, include=True),
        agents_out=_agents(result, include=False),
    )


def _agents(result: Eligibility, *, include: bool) -> int:
    return sum((a.verdict is Verdict.INCLUDED) is include for a in result.agents.values())


def _within(review: Review, key: tuple[str, str], taken: set[tuple[str, str]]) -> bool:
    from paucity.evidence.cohorts import Family

    study, cohort = key
    above = Family(review.evidence.studies[study]).ancestors(cohort)
    return any((study, name) in taken for name in above)


def _cell(review: Review, result: CohortResult) -> Cell:
    study = review.evidence.studies[result.study]
    cohort = study.cohorts[result.cohort]
    label = cohort.label or ("" if len(study.cohorts) == 1 else cohort.id)
    count, unit = cohort.patients, "patient"
    if count is None and cohort.courses is not None:
        count, unit = cohort.courses, "course"
    size = "" if count is None else f" ({count} {unit}{'' if count == 1 else 's'})"
    name = f"{study.name}: {label}" if label else study.name
    return Cell(name + size, f"{result.study}/{result.cohort}", cohort.marks.span())


def _why(result: CohortResult) -> str:
    """Return the first criterion that is not met: the reason a reader is given."""
    failed = [j.label for j in result.judgements if j.truth is False]
    if not failed:
        return "no member meets all criteria together"
    return f"criterion not met, {failed[0]}"


def _reasons(held: dict[str, list[Cell]]) -> tuple[Reason, ...]:
    ordered = sorted(held.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Reason(text, tuple(cells)) for text, cells in ordered)
