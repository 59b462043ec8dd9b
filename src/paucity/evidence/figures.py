"""The number behind an entry: its count, its denominator, and how the count came about.

A count that is not printed is derived from the printed percentage, and only where exactly one whole
number fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from paucity.counts import counts_for_percent
from paucity.evidence.model import Cohort, Event, Outcome, Response, Study

if TYPE_CHECKING:
    from decimal import Decimal

    from paucity.shapes import Word

Entry: TypeAlias = Response | Outcome | Event


def entries(study: Study) -> tuple[Entry, ...]:
    """Return everything a study says of its cohorts: responses, outcomes and events."""
    return (*study.responses, *study.outcomes, *study.events)


def happenings(study: Study) -> tuple[Outcome | Event, ...]:
    """Return the outcomes and events of a study."""
    return (*study.outcomes, *study.events)


def word_of(entry: Outcome | Event) -> Word:
    """Return what happened."""
    return entry.outcome if isinstance(entry, Outcome) else entry.event


@dataclass(frozen=True, slots=True)
class Figure:
    """A count of a denominator.

    Attributes:
        count: the count, reported or derived; None if it is not known.
        n: the denominator; None if it is not known.
        percent: the percentage as printed.
        derived: how the count was derived, in words; empty if it is reported.
    """

    count: int | None
    n: int | None
    percent: Decimal | None = None
    derived: str = ""


def size(cohort: Cohort, unit: str) -> int | None:
    """Return a cohort's size in patients, courses or cases, if the text gives it."""
    if unit == "patients":
        return cohort.patients if cohort.patients is not None else cohort.enrolled
    return cohort.courses if unit == "courses" else cohort.cases


def denominator(entry: Entry, study: Study) -> int | None:
    """Return the denominator an entry names, or the size of its cohort in the entry's unit."""
    if entry.n is not None:
        return entry.n
    cohort = study.cohorts.get(entry.cohort)
    if cohort is None:
        return None
    if isinstance(entry, Response) and entry.denominator:
        named: int | None = getattr(cohort, entry.denominator)
        if named is not None:
            return named
    if isinstance(entry, Outcome) and entry.among:
        return _at_level(entry, study)
    return size(cohort, entry.of)


def _at_level(outcome: Outcome, study: Study) -> int | None:
    for response in study.responses:
        if response.cohort == outcome.cohort and outcome.among in response.counts:
            return response.counts[outcome.among]
    return None


def figure(count: int | None, percent: Decimal | None, n: int | None) -> Figure:
    """Return the figure for a count, a percentage or both.

    >>> from decimal import Decimal
    >>> figure(None, Decimal("23"), 22)
    Figure(count=5, n=22, percent=Decimal('23'), derived='23% of 22 is 5')
    >>> figure(None, Decimal("40"), 38).count is None
    True
    """
    if count is not None or percent is None or not n:
        return Figure(count, n, percent)
    fitting = counts_for_percent(percent, n)
    if len(fitting) != 1:
        return Figure(None, n, percent)
    return Figure(fitting[0], n, percent, f"{percent}% of {n} is {fitting[0]}")


def entry_figure(entry: Outcome | Event, study: Study) -> Figure:
    """Return the figure of an outcome or event."""
    return figure(entry.count, entry.percent, denominator(entry, study))


def level_figures(response: Response, study: Study) -> dict[str, Figure]:
    """Return the figure at each level of a response, in the order written."""
    n = denominator(response, study)
    levels = dict.fromkeys((*response.counts, *response.percents))
    return {
        level: figure(response.counts.get(level), response.percents.get(level), n)
        for level in levels
    }
