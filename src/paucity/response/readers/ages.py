"""Ages as ISO 8601 durations, and the dates they stand for."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DURATION: Final = re.compile(
    r"P(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?(?:T.*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Age:
    """An age in whole years, months and days.

    `exact` tells whether it is given to the day; an age of 8 years is anywhere in that year.
    """

    years: int
    months: int
    days: int
    exact: bool


def read_age(text: str) -> Age | None:
    """Return an age, or None if the text is none.

    >>> read_age("P8Y3M14D")
    Age(years=8, months=3, days=14, exact=True)
    >>> read_age("P8Y").exact, read_age("eight")
    (False, None)
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    found = {k: int(v or 0) for k, v in match.groupdict().items()}
    exact = match["days"] is not None or match["weeks"] is not None
    return Age(found["years"], found["months"], found["weeks"] * 7 + found["days"], exact)


def at_age(birth: date, age: Age) -> date | None:
    """Return the date of an age, by the calendar; None beyond it.

    >>> at_age(date(2012, 2, 29), Age(1, 0, 1, True))
    datetime.date(2013, 3, 1)
    """
    year, month = divmod(birth.month - 1 + age.months, 12)
    year += birth.year + age.years
    if not 1 <= year <= 9998:
        return None
    day = min(birth.day, monthrange(year, month + 1)[1])
    try:
        return date(year, month + 1, day) + timedelta(days=age.days)
    except OverflowError:
        return None
