"""Times of measurements: days or dates as written, counted from the index.

A date without a time of day stands for all of that day. Day 0 is the index day, and what is dated
on it counts as before the first dose, since nothing says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Final

from paucity.response.measured import Fault
from paucity.response.settings import MICROSECONDS

MAX_DAYS: Final = 100_000
"""Largest distance from the index that is read, in days."""

_DAYS: Final = re.compile(r"[+-]?(\d{1,6}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with or without a time of day.

    Attributes:
        day: days since 1970-01-01, as written.
        time: microseconds since midnight, or None if only the date is written.
        zone: offset from UTC in microseconds, or None if none is written.
    """

    day: int
    time: int | None = None
    zone: int | None = None


_EPOCH: Final = date(1970, 1, 1)


@lru_cache(maxsize=65536)
def read_days(text: str) -> int | Fault:
    """Return a number of days from the index in microseconds, or why it is none.

    >>> read_days("14"), read_days("soon").reason
    (1209600000000, '`soon` is not a number of days from the index')
    """
    word = text.strip()
    if not _DAYS.fullmatch(word):
        return Fault("time-not-readable", f"`{text[:40]}` is not a number of days from the index")
    days = Decimal(word)
    if abs(days) > MAX_DAYS:
        return Fault("time-out-of-range", f"{word} days from the index is no time of a measurement")
    return int((days * MICROSECONDS).to_integral_value(ROUND_HALF_EVEN))


@lru_cache(maxsize=65536)
def read_moment(text: str) -> Moment | Fault:
    """Return a date as written, or why it is none.

    Args:
        text: an ISO 8601 date, with or without a time of day and an offset from UTC.

    >>> read_moment("2020-02-30").reason
    '`2020-02-30` is not a date of the calendar'
    >>> read_moment("3/4/2020").reason
    '`3/4/2020` is not a date; write it as YYYY-MM-DD'
    """
    word = text.strip()
    shown = f"`{text[:40]}`"
    if re.fullmatch(r"\d{4}(-\d{1,2})?", word, re.ASCII):
        return Fault("date-incomplete", f"{shown} has no day; write the full date, YYYY-MM-DD")
    if not re.match(r"\d{4}-\d{2}-\d{2}", word, re.ASCII):
        return Fault("date-not-readable", f"{shown} is not a date; write it as YYYY-MM-DD")
    try:
        parsed = datetime.fromisoformat(word)
        zone = parsed.utcoffset()
    except (ValueError, OverflowError):
        return Fault("date-impossible", f"{shown} is not a date of the calendar")
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        return Fault("date-impossible", f"{shown} lies outside {_FIRST_YEAR} to {_LAST_YEAR}")
    day = (parsed.date() - _EPOCH).days
    if len(word) == len("2020-01-01"):
        return Moment(day)
    offset = None if zone is None else (zone.days * 86_400 + zone.seconds) * 1_000_000
    return Moment(day, _since_midnight(parsed.time()), offset)


def _since_midnight(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def since(index: Moment, moment: Moment) -> int:
    """Return the time from the index in microseconds.

    With a time of day on both sides the time that passed counts, offsets from UTC taken into
    account. Otherwise dates are compared: a date stands for the end of its day, and a time of day
    only orders what happened within the day.

    >>> index = read_moment("2020-01-01")
    >>> since(index, read_moment("2020-01-15")) == 14 * MICROSECONDS
    True
    >>> since(index, read_moment("2020-01-01T18:00")) <= 0 < since(index, read_moment("2020-01-02"))
    True
    """
    days = (moment.day - index.day) * MICROSECONDS
    mixed = (index.zone is None) is not (moment.zone is None)
    if moment.time is None:
        return days
    if index.time is None or mixed:
        return days - MICROSECONDS + moment.time + 1
    return days + moment.time - index.time - ((moment.zone or 0) - (index.zone or 0))


def zones_differ(index: Moment, moment: Moment) -> bool:
    """Tell whether two times of day cannot be compared, as only one has an offset from UTC."""
    timed = moment.time is not None and index.time is not None
    return timed and (moment.zone is None) is not (index.zone is None)
