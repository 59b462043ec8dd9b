"""Turn participants' values into the series that an assessment takes, refusing none in silence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.participants.people import People, ValueFault
from paucity.response.cells import Words, flags_of, value_of
from paucity.response.measured import Fault
from paucity.response.moments import read_days
from paucity.response.read_series import series_from_rows
from paucity.response.series import Participant, Series
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.participants.model import DescribedParticipant, SerialValue
    from paucity.vocabulary import Vocabulary

DAYS_OF_YEAR: Final = Fraction(1461, 4)
"""Days of a year, as lengths of time are read."""

_ANY: Final = ">=0"
"""A value of which only a flag is told: it may be any."""

_NORMAL: Final = 7
"""The bits of the flags that say normal, high or low."""


def gather(participants: Mapping[str, DescribedParticipant], vocabulary: Vocabulary) -> People:
    """Return the participants with their values as series.

    Args:
        participants: by ``study/name``.
        vocabulary: knows markers and units.

    Returns:
        Everyone, also those without a value that can be computed with.
    """
    if not participants:
        return People()
    gathering = _Gathering(vocabulary)
    for person in participants.values():
        gathering.add(person)
    return gathering.people(participants)


class _Gathering:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.words = Words(vocabulary)
        self.vocabulary = vocabulary
        self.rows: list[dict[str, str]] = []
        self.behind: list[tuple[DescribedParticipant, SerialValue | None]] = []
        self.values: dict[tuple[str, str, int], list[SerialValue]] = {}
        self.unusable: list[ValueFault] = []
        self.doubtful: list[ValueFault] = []

    def add(self, person: DescribedParticipant) -> None:
        """Turn one participant's values and events into rows."""
        about = {"participant": person.key, "sex": person.sex, "age": _years(person)}
        for value in person.values:
            row = self._row(person, value)
            if row is not None:
                self.rows.append({**about, **row})
                self.behind.append((person, value))
        for event in person.events:
            self.rows.append({**about, "marker": event.event, "day": _decimal(event.day.days)})
            self.behind.append((person, None))

    def _row(self, person: DescribedParticipant, value: SerialValue) -> dict[str, str] | None:
        """Return the cells of a value, None if it is not computed with."""
        if not value.marker.known or not (value.value or value.flags):
            return None
        if value.day is None:
            hint = "give its `day`, or write it under `told` if the source gives none"
            self._odd(person, value, "day", "its day is not told, so it is not computed with", hint)
            return None
        unit = value.unit if value.value else value.unit or self._usual(value)
        meaning = self.words.meaning(value.marker.name, unit)
        if isinstance(meaning, Fault):
            self._refuse(person, value, "unit" if value.unit else "marker", meaning.reason)
            return None
        if meaning.warning is not None:
            self._odd(person, value, "unit", meaning.warning.reason)
        text = value.value or ("" if meaning.values else _ANY)
        read = value_of(text, meaning)
        if isinstance(read, Fault):
            self._refuse(person, value, "value" if value.value else "flags", read.reason)
            return None
        bits, unknown = flags_of(" ".join(value.flags))
        for word in unknown:
            known = "known: normal, high, low, transfusion, G-CSF"
            self._odd(person, value, "flags", f"the flag `{word[:40]}` means nothing here", known)
        if not value.value and not bits & _NORMAL:
            self._refuse(person, value, "flags", "neither a value is told nor that it is normal")
            return None
        day = _decimal(value.day.days)
        at = read_days(day)
        if isinstance(at, int):
            self.values.setdefault((person.key, value.marker.name, at), []).append(value)
        return {
            "marker": value.marker.name,
            "day": day,
            "value": text,
            "unit": unit,
            "flags": " ".join(value.flags),
            "laboratory": value.laboratory,
            **self._limits(person, value, sign=bool(meaning.values)),
        }

    def _usual(self, value: SerialValue) -> str:
        term = self.vocabulary.find(Kind.MARKER, value.marker.name)
        return self.words.unit_of(term) if term else ""

    def _limits(
        self, person: DescribedParticipant, value: SerialValue, *, sign: bool
    ) -> dict[str, str]:
        low, high = value.low, value.high
        if low is None and high is None:
            return {}
        field = "low" if low is not None else "high"
        if sign:
            self._odd(person, value, field, "a sign has no reference limits; they are not used")
            return {}
        if low is not None and high is not None and low > high:
            reason = "the lower reference limit is above the upper one; neither is used"
            self._odd(person, value, field, reason)
            return {}
        ends = {"low": low, "high": high}
        return {k: format(v, "f") for k, v in ends.items() if v is not None}

    def _refuse(
        self, person: DescribedParticipant, value: SerialValue, field: str, reason: str
    ) -> None:
        said = _of(value, reason)
        self.unusable.append(
            ValueFault(person.key, value.marker.name, said, value.marks.span(field))
        )

    def _odd(
        self,
        person: DescribedParticipant,
        value: SerialValue,
        field: str,
        reason: str,
        hint: str = "",
    ) -> None:
        span = value.marks.span(field)
        said = _of(value, reason)
        self.doubtful.append(ValueFault(person.key, value.marker.name, said, span, hint))

    def people(self, participants: Mapping[str, DescribedParticipant]) -> People:
        """Return everyone with the series of their rows."""
        series = Series("participants")
        if self.rows:
            series = series_from_rows(self.rows, _HEADER, "participants", self.words)
        for refused in series.refused:
            person, value = self.behind[refused.row - 1]
            if value is not None:
                self._refuse(person, value, "value", refused.reason)
        present = {p.name for p in series.participants}
        without = (Participant(key) for key in participants if key not in present)
        everyone = tuple(sorted((*series.participants, *without), key=lambda p: p.name))
        self.doubtful += _conflicts(self.values, self.words)
        return People(
            participants,
            replace(series, participants=everyone),
            {key: tuple(same) for key, same in self.values.items()},
            tuple(self.unusable),
            tuple(self.doubtful),
        )


_HEADER: Final = (
    *("participant", "marker", "day", "value", "unit", "low", "high", "flags"),
    *("sex", "age", "laboratory"),
)


def _of(value: SerialValue, reason: str) -> str:
    """Return a reason that names the marker."""
    named = value.marker.name in reason or value.marker.written in reason
    return reason if named else f"{value.marker.name}: {reason}"


def _conflicts(
    values: Mapping[tuple[str, str, int], list[SerialValue]], words: Words
) -> Iterator[ValueFault]:
    """Yield the values of one marker at one time that are not the same."""
    for (participant, marker, _), same in values.items():
        told = dict.fromkeys(_comparable(value, words) for value in same)
        if len(told) > 1:
            listed = " and ".join(f"{v.value} {v.unit}".strip() for v in same if v.value)
            reason = f"{marker} is {listed or 'told twice'} at one time; any may be the true one"
            span = same[-1].marks.span("value")
            yield ValueFault(participant, marker, reason, span, "keep one, or correct a day")


def _comparable(value: SerialValue, words: Words) -> str:
    meaning = words.meaning(value.marker.name, value.unit)
    return str(value.value if isinstance(meaning, Fault) else value_of(value.value, meaning))


def _years(person: DescribedParticipant) -> str:
    return "" if person.age is None else _decimal(person.age.days / DAYS_OF_YEAR)


def _decimal(number: Fraction) -> str:
    """Return a number as a decimal text, to 9 decimals where it has no end.

    >>> _decimal(Fraction(14)), _decimal(Fraction(-1, 3))
    ('14', '-0.333333333')
    """
    billionths = round(number * 10**9)
    return format(Decimal(billionths).scaleb(-9).normalize(), "f")
