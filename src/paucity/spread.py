"""Times as reports give them: one value, several, a median with its range, or a minimum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.record import Reading, Record, RecordShape, many, opt
from paucity.shapes import DURATION, Duration
from paucity.text import Map, Seq, Value

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class RangeShape:
    """Two times, the shorter first: ``[2 d, 10 d]``."""

    def read(
        self, value: Value, at: int, key: str, reading: Reading
    ) -> tuple[Duration, Duration] | None:
        """Return both ends, or None after noting a fault."""
        if not isinstance(value, Seq) or len(value) != 2:
            message = f"`{key}` takes two times, the shorter first"
            reading.fault("wrong-type", at, message, "write it as `[2 d, 10 d]`")
            return None
        low = DURATION.read(value[0], value.items_at[0], f"{key}.0", reading)
        high = DURATION.read(value[1], value.items_at[1], f"{key}.1", reading)
        if low is None or high is None:
            return None
        if low.days > high.days:
            message = f"`{key}` runs from {low} down to {high}"
            reading.fault("range-reversed", at, message, "write the shorter time first")
            return None
        return low, high

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a pair of times."""
        item = DURATION.schema(definitions)
        return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread(Record):
    """A time as reported: each value, or a median with its range, or only a minimum."""

    values: tuple[Duration, ...] = many(DURATION, "each time reported")
    median: Duration | None = opt(DURATION, "the median")
    range_: tuple[Duration, Duration] | None = opt(RangeShape(), "shortest and longest time")
    minimum: Duration | None = opt(DURATION, "the shortest time allowed or seen")

    def ends(self) -> tuple[Fraction | None, Fraction | None]:
        """Return the shortest and the longest time in days, None where it is not known.

        A median alone says neither.

        >>> from paucity.shapes import read_duration
        >>> Spread(values=(read_duration("5 d"), read_duration("2 wk"))).ends()
        (Fraction(5, 1), Fraction(14, 1))
        """
        times = [t.days for t in (*self.values, *(self.range_ or ()))]
        if self.minimum is not None:
            every = [self.minimum.days, *times]
            return min(every), max(every) if times else None
        return min(times, default=None), max(times, default=None)

    def __str__(self) -> str:
        return say_spread(self)


@dataclass(frozen=True, slots=True)
class SpreadShape:
    """A time, several times in a list, or a mapping with a median and its range."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Spread | None:
        """Return the spread, or None after noting a fault."""
        if isinstance(value, Seq):
            value = _only_values(value, at)
        read = _SHAPE.read(value, at, key, reading)
        if not isinstance(read, Spread):
            return None
        if not (read.values or read.median or read.range_ or read.minimum):
            if not value or (isinstance(value, Map) and value.get("values") == []):
                reading.fault("wrong-type", at, f"`{key}` says no time", "write one, such as `5 d`")
            return None
        _check_order(read, at, key, reading)
        return read

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a time or a spread of times."""
        item = DURATION.schema(definitions)
        record = RecordShape(lambda: Spread).schema(definitions)
        return {"anyOf": [item, {"type": "array", "items": item}, record]}


_SHAPE: Final = RecordShape(lambda: Spread, shorthand="values")
SPREAD: Final = SpreadShape()


def _only_values(values: Seq, at: int) -> Map:
    whole = Map(at)
    whole["values"] = values
    whole.keys_at["values"] = whole.values_at["values"] = at
    return whole


def _check_order(spread: Spread, at: int, key: str, reading: Reading) -> None:
    """Note a median outside its range, and a minimum that something falls below."""
    places = spread.marks.fields
    if spread.median is not None and spread.range_ is not None:
        low, high = spread.range_
        if not low.days <= spread.median.days <= high.days:
            message = f"the median {spread.median} of `{key}` is outside its range, {low} to {high}"
            reading.fault("median-outside-range", places.get("median", at), message)
    if spread.minimum is not None:
        others = [*spread.values, *(spread.range_ or ()), *filter(None, [spread.median])]
        below = [t for t in others if t.days < spread.minimum.days]
        if below:
            message = f"{below[0]} is below the minimum of `{key}`, {spread.minimum}"
            reading.fault("below-minimum", places.get("minimum", at), message)


_UNITS: Final = {
    **dict.fromkeys(("min", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "week"),
    **dict.fromkeys(("mo", "mos", "month", "months"), "month"),
    **dict.fromkeys(("a", "y", "yr", "yrs", "year", "years"), "year"),
}
_WRITTEN: Final = re.compile(r"\s*([0-9.]+)\s*([a-z]+)\s*", re.IGNORECASE)


def _parts(time: Duration) -> tuple[str, str]:
    """Return the number and the unit word of a time; no unit where it is not a usual one."""
    match = _WRITTEN.fullmatch(time.written)
    unit = _UNITS.get(match[2].lower()) if match else None
    return (match[1], unit) if match and unit else (time.written, "")


def say_duration(time: Duration) -> str:
    """Return a length of time in words.

    >>> from paucity.shapes import read_duration
    >>> say_duration(read_duration("5 d")), say_duration(read_duration("1 wk"))
    ('5 days', '1 week')
    """
    number, unit = _parts(time)
    return f"{number} {unit}{'' if number == '1' else 's'}" if unit else number


def say_spread(spread: Spread) -> str:
    """Return the times in words, as journals print them.

    >>> from paucity.shapes import read_duration
    >>> four, two, ten = map(read_duration, ("4 d", "2 d", "10 d"))
    >>> say_spread(Spread(median=four, range_=(two, ten)))
    'a median of 4 days (range 2–10)'
    """
    said = []
    if spread.median is not None:
        said.append(f"a median of {say_duration(spread.median)}")
    if spread.range_ is not None:
        (low, unit_low), (high, unit_high) = (_parts(t) for t in spread.range_)
        same = unit_low == unit_high != ""
        both = f"{low}–{high}" if same else " to ".join(say_duration(t) for t in spread.range_)
        median_unit = _parts(spread.median)[1] if spread.median else ""
        if spread.median is None:
            said.append(f"{both} {unit_high}s" if same else both)
        else:
            said[-1] += f" (range {both}{'' if unit_high == median_unit else f' {unit_high}s'})"
    if spread.values:
        said.append(_or_list([say_duration(t) for t in spread.values]))
    if spread.minimum is not None:
        said.append(f"at least {say_duration(spread.minimum)}")
    return ", ".join(said)


def _or_list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
