"""Say what participants' values amount to: as printed in the source, by each definition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.evidence.checks.check import joined
from paucity.participants.model import say_value
from paucity.participants.people import values_at
from paucity.participants.recompute import outcome_of
from paucity.response.evaluate import trace
from paucity.response.states import MISSING, UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.participants.model import DescribedParticipant, SerialValue
    from paucity.participants.people import People
    from paucity.response.assess import Assessment
    from paucity.response.plan import Plan
    from paucity.response.states import MarkerState
    from paucity.text import Span

OPEN: Final = frozenset((MISSING, UNDECIDED))
"""States in which it is not known what became of a marker."""

_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class ToldMarker:
    """What became of one marker of one participant by one definition.

    Attributes:
        label: of the marker.
        state: as the assessment reports it.
        text: the values as the source prints them, the change, and the state.
        span: where the later value stands, or the earlier one if there is no later.
    """

    label: str
    state: str
    text: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Told:
    """One participant by one definition.

    Attributes:
        definition: its name.
        result: the level, or those that are possible; empty if it was not computed.
        certain: whether the level is certain.
        deciding: labels of the markers that would decide.
        markers: every marker the definition asks for.
        levels: how each level was decided, in words.
        scale: the levels the definition can give.
        why_not: why the definition was not computed.
    """

    definition: str
    result: str = ""
    certain: bool = False
    deciding: tuple[str, ...] = ()
    markers: tuple[ToldMarker, ...] = ()
    levels: tuple[str, ...] = ()
    scale: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the whole of it in words, one statement to a line."""
        end = f"{self.result}; {joined(self.deciding)} would decide" if self.deciding else ""
        return (*(m.text for m in self.markers), *self.levels, end or self.result)

    @property
    def known(self) -> tuple[ToldMarker, ...]:
        """Return the markers of which something is known."""
        return tuple(m for m in self.markers if m.state not in OPEN or m.span is not None)


def tell(people: People, assessment: Assessment, participant: str) -> Told:
    """Return what one participant's values amount to by one definition.

    Args:
        people: the participants.
        assessment: of all of them by the definition.
        participant: as ``study/name``.
    """
    outcome, plan = outcome_of(assessment, participant), assessment.plan
    if outcome is None or plan is None:
        why = assessment.findings[0].message if assessment.findings else "it cannot be computed"
        return Told(assessment.definition, why_not=why)
    levels = trace(plan, outcome)[len(outcome.markers) : -1]
    return Told(
        assessment.definition,
        outcome.result,
        outcome.certain,
        tuple(plan.marker(name).label for name in outcome.deciding),
        tuple(_marker(people, participant, plan, state) for state in outcome.markers),
        levels,
        assessment.levels,
    )


def _marker(people: People, participant: str, plan: Plan, state: MarkerState) -> ToldMarker:
    label = plan.marker(state.marker).label
    before = values_at(people, participant, state.marker, state.baseline_day)
    after = values_at(people, participant, state.marker, state.value_day)
    latest = after or before
    values = [_printed(told) for told in (before, after)]
    if any(values):
        first, then = values
        said = f"{label}: {first or 'no value before'}, then {then or 'no value'}{_change(state)}"
    else:
        said = f"{label}: no value"
    reason = f" ({state.reason})" if state.reason and state.state != MISSING else ""
    shown = "not known" if state.state in OPEN else state.state
    if state.state == UNDECIDED:
        shown = "not decided"
    return ToldMarker(
        label,
        state.state,
        f"{said}: {shown}{reason}",
        latest[0].marks.span("value" if latest[0].value else "flags") if latest else None,
    )


def _printed(values: tuple[SerialValue, ...]) -> str:
    """Return values of one time as the source prints them, with the time."""
    if not values:
        return ""
    texts = dict.fromkeys(say_value(value) for value in values)
    bare = "" if any(value.value for value in values) else ", no number told"
    return f"{' or '.join(texts)} ({values[0].day}{bare})"


def _change(state: MarkerState) -> str:
    """Return the change in percent of the baseline, to one decimal; none from or to a range."""
    if not (_NUMBER.fullmatch(state.baseline) and _NUMBER.fullmatch(state.value)):
        return ""
    baseline, value = Fraction(state.baseline), Fraction(state.value)
    if not baseline or baseline == value:
        return ""
    tenths = round(abs(value - baseline) * 1000 / baseline)
    percent = format(Decimal(tenths) / 10, "f").removesuffix(".0")
    return f", {'down' if value < baseline else 'up'} by {percent}%"


def say_person(person: DescribedParticipant) -> str:
    """Return who a participant is, in a few words.

    >>> from paucity.participants.model import DescribedParticipant
    >>> say_person(DescribedParticipant(cohort="all", sex="female"))
    'female'
    """
    told = [str(person.age) if person.age else "", person.sex]
    return ", ".join(t for t in told if t)


def only_told(person: DescribedParticipant) -> Iterator[SerialValue]:
    """Yield what is told of a participant in words alone, or without a day: never computed with."""
    for value in person.values:
        if value.day is None or not (value.value or value.flags):
            yield value
