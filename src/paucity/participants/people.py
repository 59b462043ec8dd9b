"""Participants with their values as series, each value knowing its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paucity.response.series import Series
from paucity.response.settings import MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from paucity.participants.model import DescribedParticipant, SerialValue
    from paucity.text import Span


@dataclass(frozen=True, slots=True)
class ValueFault:
    """Why a value is not computed with, or what is odd about it; and where that stands."""

    participant: str
    marker: str
    reason: str
    span: Span
    hint: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The participants a review describes.

    Attributes:
        participants: by ``study/name``, in that order.
        series: their values, as the assessment takes them.
        values: the values by participant, marker and microseconds from the index.
        unusable: values that cannot be computed with.
        doubtful: values that are computed with, or partly, and are odd.
    """

    participants: Mapping[str, DescribedParticipant] = field(default_factory=dict)
    series: Series = Series("participants")
    values: Mapping[tuple[str, str, int], tuple[SerialValue, ...]] = field(default_factory=dict)
    unusable: tuple[ValueFault, ...] = ()
    doubtful: tuple[ValueFault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.participants)


def values_at(
    people: People, participant: str, marker: str, day: Fraction | None
) -> tuple[SerialValue, ...]:
    """Return the values as printed behind a value that an assessment used."""
    if day is None:
        return ()
    return people.values.get((participant, marker, round(day * MICROSECONDS)), ())
