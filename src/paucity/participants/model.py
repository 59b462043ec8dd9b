"""What a file of participants says: who they are, what was measured, and the level reported.

Records only. Field documentation is the user's documentation: `paucity schema participants`
prints it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.record import Reading, Record, RecordShape, many, need, opt, table, wrong_type
from paucity.shapes import (
    DURATION,
    TEXT,
    ChoiceShape,
    Duration,
    NumberShape,
    Word,
    WordShape,
    read_duration,
)
from paucity.sources import SOURCE, Accepted, Source
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from paucity.text import Value

MAX_DAYS: Final = 100_000
"""Largest distance from the index that is read, in days."""

LIMIT: Final = NumberShape(0, None, "a reference limit, 0 or more")


@dataclass(frozen=True, slots=True)
class Day:
    """When something was measured, counted from the index.

    Attributes:
        written: as in the text.
        days: from the index; the latest day it can be.
        by: the source says only by when.
        baseline: the source says only that it was before the first dose.
    """

    written: str
    days: Fraction
    by: bool = False
    baseline: bool = False

    def __str__(self) -> str:
        plain = self.written.removeprefix("by ").strip()
        if _DAYS.fullmatch(plain):
            return f"{'by ' if self.by else ''}day {plain}"
        return self.written


_DAYS: Final = re.compile(r"[+-]?(\d{1,6}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)


def read_day(text: str) -> Day | None:
    """Return a day as a source tells it, or None if the text is none.

    >>> read_day("by 2 wk").days, read_day("-3").days, str(read_day("14"))
    (Fraction(14, 1), Fraction(-3, 1), 'day 14')
    >>> read_day("baseline").baseline, read_day("soon")
    (True, None)
    """
    word = text.strip()
    if word == "baseline":
        return Day(word, Fraction(0), baseline=True)
    by = word.startswith("by ")
    plain = word.removeprefix("by ").strip()
    if _DAYS.fullmatch(plain):
        days = Fraction(plain)
    elif (found := read_duration(plain)) is not None:
        days = found.days
    else:
        return None
    if abs(days) > MAX_DAYS or (by and days <= 0):
        return None
    return Day(word, days, by=by)


@dataclass(frozen=True, slots=True)
class DayShape:
    """A day from the index, a time by which, or ``baseline``."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Day | None:
        """Return the day, or None after noting a fault."""
        found = read_day(value) if isinstance(value, str) else None
        if found is None:
            wanted = "a day from the first dose, such as `14`, `2 wk`, `by 2 wk` or `baseline`"
            wrong_type(key, value, wanted, at, reading)
        return found

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the JSON Schema of a day."""
        return {"type": ["number", "string"]}


DAY: Final = DayShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialValue(Record):
    """One value of one marker of one participant, at one time."""

    marker: Word = need(WordShape(Kind.MARKER), "the marker")
    day: Day | None = opt(
        DAY, "days from the first dose: `14`, `2 wk`; `by 2 wk` or `baseline` if no more is told"
    )
    value: str = opt(TEXT, "the value: a number, `<0.1`, `>40000`, or the word of a sign", "")
    unit: str = opt(TEXT, "its unit as printed", "")
    low: Decimal | None = opt(LIMIT, "lower reference limit, in the same unit")
    high: Decimal | None = opt(LIMIT, "upper reference limit, in the same unit")
    flags: tuple[str, ...] = many(
        TEXT, "`normal`, `high` or `low`, also where no value is told; `transfusion`, `G-CSF`"
    )
    told: str = opt(TEXT, "what the source says in words; shown, and not computed with", "")
    laboratory: str = opt(TEXT, "the laboratory, where limits differ between them", "")
    source: Source | None = opt(SOURCE, "where this stands, if not where the participant does")
    sources: Mapping[str, Source] = table(
        SOURCE, "where single fields stand, if elsewhere: `{flags: Table 1}`"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLevel(Record):
    """The level a source gives a participant, and the definition it was judged by."""

    level: str = need(TEXT, "the level, of the review's scale")
    definition: str = opt(TEXT, "the definition; the one of the cohort's response, if left out", "")
    assessed: tuple[Duration, ...] = many(DURATION, "time of assessment after the first dose")
    source: Source | None = opt(SOURCE, "where this stands, if not where the participant does")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantEvent(Record):
    """Something after which values no longer count, or count for less."""

    event: str = need(
        ChoiceShape(("next therapy", "death", "transfusion", "G-CSF")), "what happened"
    )
    day: Day = need(DAY, "when, in days from the first dose")
    source: Source | None = opt(SOURCE, "where this stands, if not where the participant does")


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedParticipant(Record):
    """One participant whom a study describes."""

    id: str = ""
    study: str = ""
    cohort: str = opt(TEXT, "the cohort; the study's only one, if left out", "")
    therapy: str = opt(TEXT, "the therapy, where the cohort had several", "")
    index: str = opt(TEXT, "what day 0 is; as the file says, if left out", "")
    age: Duration | None = opt(DURATION, "age: `52 y`")
    sex: str = opt(ChoiceShape(("female", "male")), "sex", "")
    reported: tuple[ReportedLevel, ...] = many(
        RecordShape(lambda: ReportedLevel, shorthand="level"), "the level reported"
    )
    values: tuple[SerialValue, ...] = many(RecordShape(lambda: SerialValue), "what was measured")
    events: tuple[ParticipantEvent, ...] = many(
        RecordShape(lambda: ParticipantEvent), "next therapy, death, transfusion, G-CSF"
    )
    note: str = opt(TEXT, "a remark to print beside it", "")
    read_in: str = opt(TEXT, "the document read, if not the file's", "")
    source: Source | None = opt(SOURCE, "where values stand that do not say so themselves")
    sources: Mapping[str, Source] = table(
        SOURCE, "where single fields stand, if elsewhere: `{age: abstract}`"
    )

    @property
    def key(self) -> str:
        """Return the participant's name in the review."""
        return f"{self.study}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFile(Record):
    """Participants of one study, described one by one."""

    study: str = opt(TEXT, "the study; the one the file is named after, if left out", "")
    index: str = opt(TEXT, "what day 0 is: `first dose of alemtuzumab`", "")
    read_in: str = opt(TEXT, "the document read, if not the study's own `read_in`", "")
    source: Source | None = opt(SOURCE, "where values stand that do not say so themselves")
    participants: Mapping[str, DescribedParticipant] = table(
        RecordShape(lambda: DescribedParticipant), "the participants, by a name of their own"
    )
    accepted: tuple[Accepted, ...] = many(RecordShape(lambda: Accepted), "accepted findings")


def say_value(value: SerialValue) -> str:
    """Return a value as it is printed: with its unit, or the flag told in its place.

    >>> from paucity.shapes import Word
    >>> say_value(SerialValue(marker=Word("ferritin", "ferritin"), value="<5", unit="ug/l"))
    '<5 ug/l'
    """
    if value.value:
        return f"{value.value} {value.unit}".rstrip()
    return ", ".join(value.flags) or value.told
