"""Say doses and regimens in English, as journals print them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.dosing.model import Dose, Regimen, amount_of, reading_of, runs
from paucity.expression.english import say_number as say_exactly
from paucity.spread import say_duration, say_spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.dosing.amount import Amount
    from paucity.logic import Bounds

_TIMES: Final = {1: "weekly", 2: "twice weekly", 3: "three times weekly"}


def say_number(value: Fraction) -> str:
    """Return a number in decimals: exactly where they end, else to three significant figures.

    >>> say_number(Fraction(643, 10)), say_number(Fraction(25, 3))
    ('64.3', '8.33')
    """
    exact = say_exactly(value)
    if "/" not in exact:
        return exact
    return f"{float(value):.3g}" if abs(value) < 1000 else str(round(value))


def say_unit(unit: str) -> str:
    """Return a unit as journals print it.

    >>> say_unit("mg/m2"), say_unit("[iU]/kg"), say_unit("ug")
    ('mg/m²', 'IU/kg', 'µg')
    """
    mass, slash, scale = unit.partition("/")
    mass = mass.replace("[iU]", "IU")
    mass = f"µ{mass[1:]}" if mass.startswith("u") and len(mass) > 1 else mass
    return f"{mass}{slash}{scale.replace('m2', 'm²')}"


def say_bounds(bounds: Bounds, unit: str) -> str:
    """Return a quantity that may be known only between two ends.

    >>> from paucity.logic import Bounds
    >>> say_bounds(Bounds(Fraction(25), Fraction(50)), "mg/kg")
    '25 to 50 mg/kg'
    """
    said = say_unit(unit)
    match bounds.low, bounds.high:
        case None, None:
            return "an unknown amount"
        case None, Fraction() as high:
            return f"at most {say_number(high)} {said}"
        case Fraction() as low, None:
            return f"at least {say_number(low)} {said}"
        case Fraction() as low, Fraction() as high if low != high:
            return f"{say_number(low)} to {say_number(high)} {said}"
        case low, _:
            return f"{say_number(low or Fraction(0))} {said}"


def say_amount(amount: Amount) -> str:
    """Return an amount in words that :func:`~paucity.dosing.amount.parse_amount` reads back.

    >>> from paucity.dosing.amount import parse_amount
    >>> say_amount(parse_amount("30 mg 3x/wk"))
    '30 mg three times weekly'
    >>> say_amount(parse_amount("median 1 mg/kg (0.1-8.9)"))
    'median 1 mg/kg (range 0.1–8.9)'
    """
    tail = _basis(amount)
    unit = say_unit(amount.unit)
    if not amount.values:
        return f"{_range(amount)} {unit}{tail}"
    values = say_list([say_number(v) for v in amount.values], "or")
    said = f"{values} {unit}{tail}"
    if amount.statistic is not None:
        said = f"{amount.statistic} {said}"
        if amount.low is not None and amount.high is not None:
            said += f" (range {_range(amount)})"
    return said


def _range(amount: Amount) -> str:
    if amount.low is None or amount.high is None:
        if amount.high is not None:
            return f"up to {say_number(amount.high)}"
        return f"at least {say_number(amount.low or Fraction(0))}"
    return f"{say_number(amount.low)}–{say_number(amount.high)}"


def _basis(amount: Amount) -> str:
    if amount.times_per_week is not None:
        return f" {say_frequency(amount.times_per_week)}"
    if amount.basis is None:
        return ""
    if amount.basis == "day":
        return " daily" if amount.scale == "flat" else "/day"
    return f" per {amount.basis}"


def say_frequency(times_per_week: Fraction) -> str:
    """Return how often a dose is given.

    >>> say_frequency(Fraction(14)), say_frequency(Fraction(7, 2)), say_frequency(Fraction(1, 3))
    ('twice daily', 'every other day', 'every 3 weeks')
    """
    times = times_per_week
    if times.denominator == 1 and times % 7 == 0:
        daily = int(times // 7)
        return {1: "daily", 2: "twice daily"}.get(daily, f"{daily} times daily")
    if times.denominator == 1:
        return _TIMES.get(int(times), f"{times} times weekly")
    for unit, length in (("week", 1), ("day", 7), ("hour", 168)):
        interval = length / times
        if interval.denominator == 1:
            return (
                "every other day"
                if interval == 2 and unit == "day"
                else (f"every {interval} {unit}s")
            )
    return f"{times.numerator} times in {times.denominator} weeks"


def say_days(days: Sequence[int]) -> str:
    """Return days in words.

    >>> say_days((1, 2, 3)), say_days((1, 8, 15, 22))
    ('days 1–3', 'days 1, 8, 15 and 22')
    """
    said = [str(a) if a == b else f"{a}–{b}" if a >= 0 else f"{a} to {b}" for a, b in runs(days)]
    return f"day{'s' if len(days) > 1 else ''} {say_list(said, 'and')}"


def say_list(words: Sequence[str], last: str) -> str:
    """Return words as a list, `last` before the last of them."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def describe(dose: Dose, *, readings: bool = True) -> str:
    """Return a dose as journals print it, without the drug.

    Args:
        dose: the dose.
        readings: add how an emended dose is read, in square brackets.

    Returns:
        Amount, duration, days, route, what it depends on and taper, as far as stated.

    >>> from paucity.shapes import Word, read_duration
    >>> from paucity.spread import Spread
    >>> five = Spread(values=(read_duration("5 d"),))
    >>> atg = Word("rabbit ATG", "rabbit ATG")
    >>> describe(Dose(drug=atg, dose="25 or 50 mg/kg per course", over=five))
    '25 or 50 mg/kg per course over 5 days'
    """
    said = _printed(dose)
    if dose.over is not None:
        said += f" over {say_spread(dose.over)}"
    if dose.days:
        said += f" on {say_days(dose.days)}"
    if dose.route is not None:
        said += f", {dose.route}"
    if dose.by:
        said += f", by {dose.by}"
    if dose.taper is not None:
        said += ", then tapered"
        said += "" if dose.taper == "not stated" else f" ({dose.taper})"
    reading = reading_of(dose)
    if readings and reading is not None and reading != amount_of(dose):
        said += f" [read as {say_amount(reading)}]"
    return said


def _printed(dose: Dose) -> str:
    amount = amount_of(dose)
    if amount is not None:
        return say_amount(amount)
    return "dose not stated" if dose.dose is None else dose.dose


def describe_regimen(regimen: Regimen, *, readings: bool = True) -> str:
    """Return a regimen in one line, the steps of a drug together.

    Args:
        regimen: the regimen.
        readings: add how emended doses are read, in square brackets.

    Returns:
        The drugs in the order of the schedule, parted by semicolons.

    >>> from paucity.shapes import Word
    >>> mp = Word("MP", "methylprednisolone")
    >>> steps = (Dose(drug=mp, dose="2 mg/kg/day", days=(1, 2, 3)),
    ...          Dose(drug=mp, dose="1 mg/kg/day", days=(4,)))
    >>> describe_regimen(Regimen(schedule=steps))
    'methylprednisolone 2 mg/kg/day on days 1–3, then 1 mg/kg/day on day 4'
    """
    said = []
    for drug in regimen.drugs:
        steps = [describe(d, readings=readings) for d in regimen.schedule if d.drug.name == drug]
        said.append(f"{drug} {', then '.join(steps)}")
    whole = "; ".join(said) or "no doses"
    return f"{whole}; every {say_duration(regimen.cycle)}" if regimen.cycle else whole
