"""Lay a regimen out day by day, and add up what of each drug is given.

Everything is exact, and everything assumed on the way is said. A dose that the text does not fix
to days stays off the days and still counts in the total, as far as the total is known: ``25 or 50
mg/kg`` over 5 days with no word on what the figure is for comes to 25 to 250 mg/kg.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Final, Literal

from paucity.dosing.amount import Amount, bounds_of, scaled
from paucity.dosing.model import MAX_DAYS, Dose, Regimen, amount_of, reading_of, runs
from paucity.logic import UNKNOWN, Bounds, add, exactly
from paucity.vocabulary.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ZERO: Final = exactly(0)


@dataclass(frozen=True, slots=True)
class DayDose:
    """What is given of one drug on one day by one dose of the schedule."""

    drug: str
    day: int
    amount: Bounds
    unit: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What was assumed about a dose, or why it has no days."""

    drug: str
    text: str
    dose: Dose = field(repr=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """A regimen laid out.

    Attributes:
        days: what is given, by day and then in the order of the schedule.
        assumed: what was assumed in laying it out.
        unplaced: the doses without days, and why.
    """

    days: tuple[DayDose, ...]
    assumed: tuple[Remark, ...]
    unplaced: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What a regimen gives of one drug in all.

    Attributes:
        drug: the drug.
        unit: the unit; empty if no dose of the drug can be read.
        amount: the amount, within its bounds; an open end is unknown.
        first: first day it is given on, None if no dose has days.
        last: last day it is given on.
        why_open: why the amount is not fully known.
    """

    drug: str
    unit: str
    amount: Bounds
    first: int | None = None
    last: int | None = None
    why_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Equivalent:
    """An amount for the day and for the course, under one reading of it."""

    reading: Literal["per course", "per day", "as written"]
    per_day: Amount
    per_course: Amount


@dataclass(slots=True)
class _Placed:
    """One dose being laid out."""

    dose: Dose
    amount: Amount | None
    days: list[tuple[int, Bounds]] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    unplaced: str = ""
    total: Bounds = UNKNOWN


def lay_out(regimen: Regimen, *, as_printed: bool = False) -> Layout:
    """Lay a regimen out day by day.

    Args:
        regimen: the regimen.
        as_printed: use the amounts as printed, even where one is emended.

    Returns:
        The days, what was assumed, and the doses that could not be given days.
    """
    placed = [_place(dose, as_printed=as_printed) for dose in regimen.schedule]
    days = [
        DayDose(p.dose.drug.name, day, amount, p.amount.unit)
        for p in placed
        if p.amount is not None
        for day, amount in p.days
    ]
    return Layout(
        tuple(sorted(days, key=lambda d: d.day)),
        tuple(Remark(p.dose.drug.name, text, p.dose) for p in placed for text in p.assumed),
        tuple(Remark(p.dose.drug.name, p.unplaced, p.dose) for p in placed if p.unplaced),
    )


def daily(regimen: Regimen, *, as_printed: bool = False) -> tuple[DayDose, ...]:
    """Return what is given on each day, by day and then in the order of the schedule.

    >>> from paucity.shapes import Word
    >>> step = Dose(drug=Word("MP", "methylprednisolone"), dose="2 mg/kg/day", days=(4, 5))
    >>> [(d.day, str(d.amount)) for d in daily(Regimen(schedule=(step,)))]
    [(4, '2'), (5, '2')]
    """
    return lay_out(regimen, as_printed=as_printed).days


def cumulative(regimen: Regimen, *, as_printed: bool = False) -> tuple[Total, ...]:
    """Add up what is given of each drug, in the order of the schedule.

    Args:
        regimen: the regimen; what is added up is one cycle of it.
        as_printed: use the amounts as printed, even where one is emended.

    Returns:
        A total for each drug and unit. Alternatives and ranges give a lower and an upper end; a
        taper that is not spelled out, or a dose that cannot be added up, leaves the upper open.

    >>> from paucity.shapes import Word
    >>> step = Dose(drug=Word("VP-16", "etoposide"), dose="100 mg/m2", days=(1, 8, 15, 22))
    >>> cumulative(Regimen(schedule=(step,)))[0].amount.exact
    Fraction(400, 1)
    """
    placed = [_place(dose, as_printed=as_printed) for dose in regimen.schedule]
    return tuple(
        total
        for drug in regimen.drugs
        for total in _totals(drug, [p for p in placed if p.dose.drug.name == drug])
    )


def _totals(drug: str, doses: Sequence[_Placed]) -> list[Total]:
    """Add up the doses of one drug, by unit; milligrams and grams are one unit."""
    why_open = tuple(dict.fromkeys(reason for p in doses for reason in _why_open(p)))
    units: dict[str, list[tuple[_Placed, Fraction]]] = {}
    for p in doses:
        if p.amount is not None:
            for unit, members in units.items():
                if (factor := unit_factor(p.amount.unit, unit)) is not None:
                    members.append((p, factor))
                    break
            else:
                units[p.amount.unit] = [(p, Fraction(1))]
    totals = []
    for unit, members in units.items():
        amount, known = _ZERO, False
        for p, factor in members:
            if p.total != UNKNOWN:
                amount, known = add(amount, times(p.total, factor)), True
        if not known:
            amount = UNKNOWN
        elif why_open:
            amount = Bounds(amount.low, None)
        days = [day for p, _ in members for day, _ in p.days]
        first, last = (min(days), max(days)) if days else (None, None)
        totals.append(Total(drug, unit, amount, first, last, why_open))
    return totals or [Total(drug, "", UNKNOWN, why_open=why_open)]


def times(a: Bounds, b: Bounds | Fraction) -> Bounds:
    """Return the product of quantities that are not negative; an open end stays open.

    >>> str(times(Bounds(Fraction(2), None), Fraction(3)))
    '6 to ?'
    """
    if isinstance(b, Fraction):
        b = exactly(b)
    return Bounds(
        None if a.low is None or b.low is None else a.low * b.low,
        None if a.high is None or b.high is None else a.high * b.high,
    )


def unit_factor(unit: str, other: str) -> Fraction | None:
    """Return how many of `other` one `unit` is, or None where they measure different things.

    >>> unit_factor("g/m2", "mg/m2"), unit_factor("mg/kg", "mg/m2")
    (Fraction(1000, 1), None)
    """
    if unit == other:
        return Fraction(1)
    mass, _, scale = unit.partition("/")
    other_mass, _, other_scale = other.partition("/")
    a, b = parse_unit(mass), parse_unit(other_mass)
    if scale != other_scale or a is None or b is None or a.dimension != b.dimension:
        return None
    return a.factor / b.factor


def _why_open(placed: _Placed) -> Iterator[str]:
    """Say why a dose leaves its drug's total open; nothing if it does not."""
    if placed.total.high is None:
        yield placed.unplaced or "the amount has no upper end"
    if placed.dose.taper is not None:
        yield "what is given while it is tapered is not counted"


def _place(dose: Dose, *, as_printed: bool) -> _Placed:
    """Give one dose its days, or say why it has none."""
    placed = _Placed(dose, amount_of(dose) if as_printed else reading_of(dose))
    amount = placed.amount
    if amount is None:
        placed.unplaced = (
            "its amount is not stated" if dose.dose is None else "its amount cannot be read"
        )
        return placed
    each = bounds_of(amount)
    days: Sequence[int] = dose.days
    length = whole_days(dose)
    if amount.basis is None and lasts_days(dose):
        _without_days(placed, amount, each)
        return placed
    if len(days) < 2 and length is not None and (length > 1 or not days):
        first = days[0] if days else 1
        days = range(first, first + length)
        placed.assumed.append(f"it is begun on day {first}")
    if not days:
        _without_days(placed, amount, each)
        return placed
    _on_days(placed, amount, each, days)
    placed.total = _ZERO
    for _, given in placed.days:
        placed.total = add(placed.total, given)
    return placed


def _on_days(placed: _Placed, amount: Amount, each: Bounds, days: Sequence[int]) -> None:
    """Lay an amount on the days it is given on."""
    in_a_row = [d for first, last in runs(days) if last > first for d in range(first, last + 1)]
    if amount.times_per_week is not None and amount.times_per_week >= 7:
        each = times(each, amount.times_per_week / 7)
    elif amount.times_per_week is not None and in_a_row:
        days = _spread_out(days, amount.times_per_week)
        placed.assumed.append("the doses of a week are spread evenly, the first on the first day")
    elif amount.basis == "course":
        each = times(each, Fraction(1, len(days)))
        placed.assumed.append("the course is divided equally over its days")
    elif amount.basis == "week" and in_a_row:
        each = times(each, Fraction(1, 7))
        placed.assumed.append("the amount for a week is divided equally over seven days")
    elif amount.basis is None or (amount.basis == "dose" and amount.times_per_week is None):
        placed.assumed.append("one dose is given on each day listed")
    placed.days = [(day, each) for day in days]


def _spread_out(days: Sequence[int], times_per_week: Fraction) -> list[int]:
    """Return the days of doses given so often a week, evenly within each stretch of days."""
    given = []
    for first, last in runs(days):
        for k in count():
            day = first + int(k * 7 / times_per_week)
            if day > last:
                break
            given.append(day)
    return given


def _without_days(placed: _Placed, amount: Amount, each: Bounds) -> None:
    """Say why a dose has no days, and what its total is as far as the duration tells."""
    over = placed.dose.over
    low, high = over.ends() if over is not None else (None, None)
    length = Bounds(low, high)
    if amount.basis == "course":
        placed.unplaced = "its days are not stated"
        placed.total = each
    elif amount.basis is None:
        placed.unplaced = "it is not stated whether the amount is for a day or for the course"
        if length != UNKNOWN:
            whole = times(each, length)
            placed.total = Bounds(_least(each.low, whole.low), _most(each.high, whole.high))
    else:
        placed.unplaced = "neither its days nor its duration are stated"
        if length != UNKNOWN:
            placed.unplaced = "its days are not stated"
            placed.total = _over_time(amount, each, length)


def _over_time(amount: Amount, each: Bounds, length: Bounds) -> Bounds:
    """Return what is given in a length of time, in days."""
    if amount.basis == "day":
        return times(each, length)
    if amount.times_per_week is not None:
        return times(each, times(length, amount.times_per_week / 7))
    if amount.basis == "week":
        return times(each, times(length, Fraction(1, 7)))
    return UNKNOWN


def _least(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else min(a, b)


def _most(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else max(a, b)


def whole_days(dose: Dose) -> int | None:
    """Return how many days a dose is given over, where that is one whole number of days."""
    if dose.over is None or dose.over.median is not None or dose.over.minimum is not None:
        return None
    low, high = dose.over.ends()
    if low is None or low != high or low.denominator != 1 or not 1 <= low <= MAX_DAYS:
        return None
    return int(low)


def lasts_days(dose: Dose) -> bool:
    """Tell whether a dose is given over more than a day, or over a time not known to be less."""
    if dose.over is None:
        return False
    _, longest = dose.over.ends()
    return longest is None or longest > 1


def equivalents(amount: Amount, over_days: int | Fraction) -> tuple[Equivalent, ...]:
    """Return what an amount is for the day and for the course.

    Args:
        amount: the amount.
        over_days: length of the course in days, more than 0.

    Returns:
        One reading where the amount says what it is for; both where it does not; none for an
        amount per dose that does not say how often, which no length of time settles.

    Raises:
        ValueError: the course has no length.

    >>> from paucity.dosing.amount import parse_amount
    >>> for e in equivalents(parse_amount("25 mg/kg"), 5):
    ...     print(e.reading, e.per_day.values[0], e.per_course.values[0])
    per course 5 25
    per day 25 125
    """
    days = Fraction(over_days)
    if days <= 0:
        raise ValueError(f"a course lasts more than 0 days, found {over_days}")
    if amount.times_per_week is not None:
        a_day = scaled(amount, amount.times_per_week / 7, "day")
        return (Equivalent("as written", a_day, scaled(a_day, days, "course")),)
    if amount.basis == "week":
        a_day = scaled(amount, Fraction(1, 7), "day")
        return (Equivalent("as written", a_day, scaled(a_day, days, "course")),)
    one = Fraction(1)
    course = Equivalent(
        "per course", scaled(amount, 1 / days, "day"), scaled(amount, one, "course")
    )
    day = Equivalent("per day", scaled(amount, one, "day"), scaled(amount, days, "course"))
    found: dict[str | None, tuple[Equivalent, ...]] = {
        "course": (course,),
        "day": (day,),
        "dose": (),
        None: (course, day),
    }
    return found[amount.basis]


def assumptions(regimen: Regimen, *, as_printed: bool = False) -> tuple[str, ...]:
    """Return what laying a regimen out takes for granted, in sentences, each once.

    >>> from paucity.shapes import Word
    >>> step = Dose(drug=Word("VP-16", "etoposide"), dose="100 mg/m2", days=(1, 8))
    >>> assumptions(Regimen(schedule=(step,)))
    ('etoposide: one dose is given on each day listed',)
    """
    layout = lay_out(regimen, as_printed=as_printed)
    return _sentences((*layout.assumed, *layout.unplaced))


def _sentences(remarks: Iterable[Remark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{r.drug}: {r.text}" for r in remarks))
