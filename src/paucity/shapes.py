"""The simple values a field can hold: words, counts, numbers, times, terms of the vocabulary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from paucity.record import Reading, wrong_type
from paucity.text import Value, did_you_mean

if TYPE_CHECKING:
    from fractions import Fraction

    from paucity.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class TextShape:
    """Words, as typed."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> str | None:
        if isinstance(value, str):
            return value
        wrong_type(key, value, "words", at, reading)
        return None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class CountShape:
    """A whole number of people, courses or the like; not negative."""

    low: int = 0
    high: int | None = None

    def read(self, value: Value, at: int, key: str, reading: Reading) -> int | None:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
            number = int(value)
            if self.low <= number and (self.high is None or number <= self.high):
                return number
        hint = ""
        if isinstance(value, str) and value.endswith("%"):
            hint = "a percentage goes into `percent` or `percents`"
        range_ = f"{self.low} or more" if self.high is None else f"{self.low} to {self.high}"
        wrong_type(key, value, f"a whole number, {range_}", at, reading, hint)
        return None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        out: dict[str, Any] = {"type": "integer", "minimum": self.low}
        return out if self.high is None else {**out, "maximum": self.high}


_DECIMAL = re.compile(r"[-+]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})")


@dataclass(frozen=True, slots=True)
class NumberShape:
    """A number as printed, with its decimals kept."""

    low: int | None = None
    high: int | None = None
    what: str = "a number"

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Decimal | None:
        if isinstance(value, str):
            text = value.removesuffix("%").strip() if self.high == 100 else value
            if _DECIMAL.fullmatch(text):
                try:
                    number = Decimal(text)
                except InvalidOperation:
                    number = None
                if number is not None and self._inside(number):
                    return number
        wrong_type(key, value, self.what, at, reading)
        return None

    def _inside(self, number: Decimal) -> bool:
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        out: dict[str, Any] = {"type": ["number", "string"] if self.high == 100 else "number"}
        if self.low is not None:
            out["minimum"] = self.low
        if self.high is not None:
            out["maximum"] = self.high
        return out


@dataclass(frozen=True, slots=True)
class FlagShape:
    """Yes or no, written true or false."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> bool | None:
        word = value.casefold() if isinstance(value, str) else ""
        if word in {"true", "false"}:
            return word == "true"
        wrong_type(key, value, "true or false", at, reading)
        return None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class ChoiceShape:
    """One of a few fixed words."""

    words: tuple[str, ...]

    def read(self, value: Value, at: int, key: str, reading: Reading) -> str | None:
        if isinstance(value, str) and value in self.words:
            return value
        hint = did_you_mean(value, self.words) if isinstance(value, str) else ""
        wrong_type(key, value, f"one of {', '.join(self.words)}", at, reading, hint)
        return None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the vocabulary: as written, and the preferred name it stands for.

    An unknown word keeps its text and has itself as name, so nothing is lost.
    """

    written: str
    name: str
    known: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class WordShape:
    """A term of the vocabulary."""

    kind: Kind

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Word | None:
        if not isinstance(value, str):
            wrong_type(key, value, f"a {self.kind}", at, reading)
            return None
        term = reading.vocabulary.find(self.kind, value)
        if term is not None:
            return Word(value, term.name)
        near = reading.vocabulary.suggest(self.kind, value)
        hint = f"did you mean `{near}`?" if near else ""
        add = f"or add it to the review's vocabulary/ as a {self.kind}"
        reading.fault(
            f"unknown-{self.kind.replace(' ', '-')}",
            at,
            f"`{value}` is not a known {self.kind}",
            f"{hint} {add}".strip() if hint else add.removeprefix("or "),
        )
        return Word(value, value, known=False)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        name = f"word-{self.kind.replace(' ', '-')}"
        definitions.setdefault(name, {"type": "string", "description": f"a {self.kind}"})
        return {"$ref": f"#/$defs/{name}"}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written, and in days (a month is 30.4375 days, a year 365.25)."""

    written: str
    days: Fraction

    def __str__(self) -> str:
        return self.written


def read_duration(text: str) -> Duration | None:
    """Return a duration, or None if the text is none.

    >>> read_duration("2 wk").days
    Fraction(14, 1)
    """
    from paucity.vocabulary.units import duration_days

    days = duration_days(text)
    return None if days is None else Duration(text, days)


@dataclass(frozen=True, slots=True)
class DurationShape:
    """A length of time with its unit."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Duration | None:
        found = read_duration(value) if isinstance(value, str) else None
        if found is None:
            wrong_type(
                key, value, "a time with its unit, such as `14 d`, `2 wk` or `6 mo`", at, reading
            )
        return found

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "string", "pattern": r"^[0-9.]+ ?[a-z]+$"}


TEXT = TextShape()
COUNT = CountShape()
NUMBER = NumberShape()
PERCENT = NumberShape(0, 100, "a percentage from 0 to 100")
FLAG = FlagShape()
DURATION = DurationShape()
