"""Read the dates of a strategy, and the first and last day that a date as written covers."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.nodes import At, DateField, DateRange, Recent

if TYPE_CHECKING:
    from typing import Literal

    Unit = Literal["days", "months", "years"]

_DATE: Final = re.compile(r"(\d{4})(?:[/.-](\d{1,2}))?(?:[/.-](\d{1,2}))?")
_RECENT: Final = re.compile(r"last (?:(\d{1,5}) )?(day|month|year)s?", re.IGNORECASE)
_ENDLESS: Final = 2100
"""A year this late stands for no end: PubMed writes 3000."""


def read_day(text: str) -> str | None:
    """Return a date as PubMed writes it in ISO 8601, as exact as written; None if it is no date.

    >>> read_day("2016/5"), read_day("2016"), read_day("2016/13")
    ('2016-05', '2016', None)
    """
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[2] and not 1 <= month <= 12:
        return None
    if found[3] and not 1 <= day <= 31:
        return None
    if year < 1:
        return None
    return "-".join(
        filter(None, (f"{year:04}", found[2] and f"{month:02}", found[3] and f"{day:02}"))
    )


def read_range(text: str, field: DateField, at: At) -> DateRange | Recent | None:
    """Return the range or the time before the search that a text means; None if it is neither.

    >>> read_range("2000:3000", DateField.PUBLICATION, At())
    DateRange(field=<DateField.PUBLICATION: 'dp'>, first='2000', last='', at=...)
    """
    if found := _RECENT.fullmatch(" ".join(text.split())):
        unit: Unit = "days" if found[2][0] in "dD" else "months" if found[2][0] in "mM" else "years"
        return Recent(field, int(found[1] or 1), unit, at)
    first, colon, last = (part.strip() for part in text.partition(":"))
    if not colon:
        last = first
    begin = read_day(first) if first else ""
    end = read_day(last) if last else ""
    if begin is None or end is None or not (begin or end):
        return None
    return DateRange(field, begin, "" if end and int(end[:4]) >= _ENDLESS else end, at)


def first_day(text: str) -> date:
    """Return the first day that an ISO date covers; a day beyond the month's end is its last.

    >>> first_day("2016-02")
    datetime.date(2016, 2, 1)
    """
    year, month, day = _parts(text)
    return date(year, month or 1, min(day or 1, monthrange(year, month or 1)[1]))


def last_day(text: str) -> date:
    """Return the last day that an ISO date covers.

    >>> last_day("2016-02"), last_day("2016")
    (datetime.date(2016, 2, 29), datetime.date(2016, 12, 31))
    """
    year, month, day = _parts(text)
    month = month or 12
    end = monthrange(year, month)[1]
    return date(year, month, min(day or end, end))


def _parts(text: str) -> tuple[int, int, int]:
    year, month, day = [*map(int, text.split("-")), 0, 0][:3]
    return year, month, day


def days_before(today: date, recent: Recent) -> date:
    """Return the first day of the time before a day.

    >>> days_before(date(2020, 2, 29), Recent(DateField.PUBLICATION, 1, "years"))
    datetime.date(2019, 2, 28)
    """
    if recent.unit == "days":
        return date.fromordinal(max(1, today.toordinal() - recent.count))
    months = recent.count * (12 if recent.unit == "years" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
