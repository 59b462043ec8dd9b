"""Cells of a large table: plain numbers by the engine, other spellings once each in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import add
from typing import TYPE_CHECKING, Any, Final

from paucity.response.cells import Meaning, limit_of, value_of
from paucity.response.engines import SPARK, engine_of
from paucity.response.measured import Fault, Measured
from paucity.response.series import WHITESPACE
from paucity.response.table_series import NONE, Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MILLION: Final = 1_000_000
# Without backslashes, which engines take for escapes in text each in their own way.
_PLAIN: Final = "^[0-9]{1,9}([.][0-9]{1,6})?$"
_SIGNED: Final = "^-?[0-9]{1,5}([.][0-9]{1,6})?$"
_MOST: Final = 1e9

FAULTY, NUMBER, SIGN, EVENT, INDEX = range(5)
"""What a row of a marker and unit is."""


class Faults:
    """Numbers for faults, in a column of a table."""

    def __init__(self) -> None:
        self.known: list[Fault] = []
        self._numbers: dict[Fault, int] = {}

    def number(self, fault: Fault) -> int:
        """Return the number of a fault."""
        if fault not in self._numbers:
            self._numbers[fault] = len(self.known)
            self.known.append(fault)
        return self._numbers[fault]


def as_text(table: Any, column: str | None, ibis: Any) -> Any:
    """Return a column as text without nulls; no column is empty text."""
    if column is None:
        return ibis.literal("")
    found = table[column]
    return (found if found.type().is_string() else found.cast("string")).fill_null("")


def stripped(text: Any, ibis: Any) -> Any:
    """Return text without white space at its ends, as `series.WHITESPACE` has it.

    Some versions of the library that writes SQL write a form feed as a backslash and an f, which
    Spark reads as the letter; for Spark the characters are therefore named by their numbers.
    """
    connection = engine_of(text)
    if connection is None or connection.name != SPARK:
        return text.strip()
    scalar = ibis.udf.scalar
    char = scalar.builtin(_char, name="char", signature=(("int32",), "string"))
    trim = scalar.builtin(_trim, name="btrim", signature=(("string", "string"), "string"))
    ends = [char(ibis.literal(ord(sign), "int32")) for sign in WHITESPACE]
    return trim(text, reduce(add, ends))


def _char(_code: int) -> str:
    """Stand for the function of Spark that gives a character by its number."""
    raise AssertionError("computed by the engine")


def _trim(_text: str, _ends: str) -> str:
    """Stand for the function of Spark that takes characters off both ends."""
    raise AssertionError("computed by the engine")


def millionths(column: Any, ibis: Any, *, signed: bool = False) -> tuple[Any, Any]:
    """Return whether a cell is a plain number, and that number in millionths.

    A number of at most 15 digits is the double nearest to it and back, so both steps are exact.

    Args:
        column: text, or a number; a `signed` one may be negative, of up to 5 digits.
        ibis: the library.
        signed: whether minus signs are allowed.
    """
    if column.type().is_string():
        plain = column.re_search(_SIGNED if signed else _PLAIN)
        number = ibis.ifelse(plain, column, ibis.null("string")).try_cast("float64")
        return plain, (number * MILLION).round().cast("int64")
    number = column.cast("float64")
    inside = number.between(-99_999.0 if signed else 0.0, 99_999.0 if signed else _MOST)
    kept = ibis.ifelse(inside, number, ibis.null("float64"))
    # DuckDB leaves out checks that the statistics of a Parquet file seem to make needless, and
    # those do not count NaN: it passes as inside, and is turned into nothing only here. Whatever
    # way the cast rounds, what is not recovered exactly below is no plain number.
    whole = (kept * MILLION).try_cast("int64")
    return (whole / float(MILLION) == number).fill_null(False), whole  # noqa: FBT003


@dataclass(frozen=True, slots=True)
class Pair:
    """A marker and unit as written, with what they mean."""

    marker: str
    unit: str
    most: int
    meaning: Meaning | Fault


@dataclass(slots=True)
class Lookups:
    """Everything that was looked up, and the scales that make all of it whole."""

    pairs: list[Pair]
    values: dict[tuple[int, str], Measured | str | Fault] = field(default_factory=dict)
    limits: dict[tuple[int, str], Fraction | Fault | None] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)

    def look_up(self, values: Iterable[tuple[int, str]], limits: Iterable[tuple[int, str]]) -> None:
        """Read every spelling of a value or limit, by the number of its pair and its text."""
        for number, text in values:
            meaning = self.pairs[number].meaning
            found = meaning if isinstance(meaning, Fault) else value_of(text, meaning)
            self.values[number, text] = found
        for number, text in limits:
            meaning = self.pairs[number].meaning
            found_limit = None if isinstance(meaning, Fault) else limit_of(text, meaning)
            self.limits[number, text] = found_limit

    def settle_scales(self) -> None:
        """Find the scale of each marker at which every value and limit is whole."""
        finest: dict[str, list[Fraction]] = {}
        largest: dict[str, list[Fraction]] = {}
        signs: dict[str, tuple[str, ...]] = {}
        for pair in self.pairs:
            meaning = pair.meaning
            if isinstance(meaning, Fault) or meaning.event:
                continue
            if meaning.values:
                signs[meaning.marker] = meaning.values
                continue
            step = meaning.factor / MILLION
            finest.setdefault(meaning.marker, []).extend((step, meaning.offset))
            largest.setdefault(meaning.marker, []).append(pair.most * step + meaning.offset)
        for (number, _), ends in self._numbers():
            meaning = self.pairs[number].meaning
            if isinstance(meaning, Meaning) and meaning.marker in finest:
                finest[meaning.marker].extend(ends)
                largest[meaning.marker].extend(ends)
        for code, marker in enumerate(sorted({*finest, *signs}), 1):
            if marker in signs:
                self.scales[marker] = Scale(code, values=signs[marker])
            else:
                scale = lcm(*(n.denominator for n in finest[marker]))
                most = int(max(largest[marker]) * scale) + 1
                self.scales[marker] = Scale(code, scale, most)

    def _numbers(self) -> Iterable[tuple[tuple[int, str], list[Fraction]]]:
        for key, value in self.values.items():
            if isinstance(value, Measured):
                yield key, [value.low, *([] if value.high is None else [value.high])]
        for key, limit in self.limits.items():
            if isinstance(limit, Fraction):
                yield key, [limit]

    def pair_rows(self, faults: Faults) -> list[tuple[Any, ...]]:
        """Return marker, unit, number, kind, code, factor, offset, event and fault of each pair."""
        out = []
        for number, pair in enumerate(self.pairs):
            meaning = pair.meaning
            row: tuple[Any, ...]
            if isinstance(meaning, Fault):
                row = (FAULTY, NONE, 0, 0, "", faults.number(meaning))
            elif meaning.event:
                kind = INDEX if meaning.event == "index" else EVENT
                row = (kind, NONE, 0, 0, meaning.event, NONE)
            else:
                scale = self.scales[meaning.marker]
                step = meaning.factor * scale.scale / MILLION
                by = (0, 0) if scale.values else (int(step), int(meaning.offset * scale.scale))
                row = (SIGN if scale.values else NUMBER, scale.code, *by, "", NONE)
            out.append((pair.marker, pair.unit, number, *row))
        return out

    def value_rows(self, faults: Faults) -> list[tuple[Any, ...]]:
        """Return pair, text, low, high, two open ends and the fault of each spelling."""
        out = []
        for key, value in self.values.items():
            meaning = self.pairs[key[0]].meaning
            if isinstance(value, Fault) or isinstance(meaning, Fault):
                fault = value if isinstance(value, Fault) else meaning
                number = faults.number(fault) if isinstance(fault, Fault) else NONE
                out.append((*key, NONE, NONE, False, False, number))
                continue
            scale = self.scales[meaning.marker]
            if isinstance(value, str):
                number = scale.values.index(value)
                out.append((*key, number, number, False, False, NONE))
                continue
            high = NONE if value.high is None else int(value.high * scale.scale)
            low = int(value.low * scale.scale)
            out.append((*key, low, high, value.low_open, value.high_open, NONE))
        return out

    def limit_rows(self, faults: Faults) -> list[tuple[Any, ...]]:
        """Return pair, text, the limit and the fault of each spelling."""
        out = []
        for key, limit in self.limits.items():
            meaning = self.pairs[key[0]].meaning
            if isinstance(limit, Fault):
                out.append((*key, NONE, faults.number(limit)))
            elif isinstance(limit, Fraction) and isinstance(meaning, Meaning):
                out.append((*key, int(limit * self.scales[meaning.marker].scale), NONE))
            else:
                out.append((*key, NONE, NONE))
        return out


def largest_of(scales: Mapping[str, Scale]) -> int:
    """Return the largest number that any marker has in the table."""
    return max((s.largest for s in scales.values()), default=0)
