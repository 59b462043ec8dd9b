"""Find what is left open, and what does not fit, in doses and regimens.

Each check is a plain function of a dose or a regimen; :data:`DOSE_CHECKS` and
:data:`REGIMEN_CHECKS` list them by the code of their findings.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from paucity.dosing.amount import Amount, bounds_of
from paucity.dosing.english import say_amount, say_bounds, say_days
from paucity.dosing.model import Dose, Regimen, amount_of, reading_of, runs
from paucity.dosing.schedule import (
    equivalents,
    lasts_days,
    times,
    unit_factor,
    whole_days,
)
from paucity.logic import Bounds
from paucity.spread import say_spread
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def _lacks_basis(dose: Dose) -> Amount | None:
    """Return the printed amount where it does not say what it is for."""
    amount = amount_of(dose)
    return amount if amount is not None and amount.basis is None else None


def _open_point(code: str, dose: Dose, message: str) -> Finding:
    """Return a finding about a printed amount: a note once the reviewer has said how it is read."""
    emended = reading_of(dose) if dose.emended is not None else None
    if emended is not None and emended.basis is not None:
        message += f"; read here as {say_amount(emended)}"
        return Finding(code, Severity.NOTE, dose.marks.span("dose"), message, "", dose.drug.name)
    hint = "give your reading in `emended`; add to `dose` only what the source prints"
    return Finding(code, Severity.WARNING, dose.marks.span("dose"), message, hint, dose.drug.name)


def dose_basis(dose: Dose) -> Iterator[Finding]:
    """Find an amount that is for a day or for the course, without saying which.

    Args:
        dose: the dose; days listed one by one make a single dose of the amount, and so a basis.

    Yields:
        The finding, which gives both readings in figures where the duration is known.

    >>> from paucity.shapes import Word, read_duration
    >>> from paucity.spread import Spread
    >>> five = Spread(values=(read_duration("5 d"),))
    >>> dose = Dose(drug=Word("ATG", "ATG"), dose="25 mg/kg", over=five)
    >>> print(next(dose_basis(dose)).message)
    ATG: 25 mg/kg over 5 days without `per course` or `per day`: read as per course it is
    5 mg/kg/day; read as per day a course is 125 mg/kg
    """
    amount = _lacks_basis(dose)
    if amount is None or (dose.days and not lasts_days(dose)):
        return
    over = f" over {say_spread(dose.over)}" if dose.over is not None else ""
    said = f"{dose.drug}: {say_amount(amount)}{over} without `per course` or `per day`"
    yield _open_point("dose-basis", dose, f"{said}: {_both_readings(dose, amount)}")


def _both_readings(dose: Dose, amount: Amount) -> str:
    """Return what an amount comes to, read as per course and read as per day."""
    length = whole_days(dose)
    if length is not None:
        course, day = equivalents(amount, length)
        total = say_amount(replace(day.per_course, basis=None))
        return (
            f"read as per course it is {say_amount(course.per_day)};"
            f" read as per day a course is {total}"
        )
    low, high = dose.over.ends() if dose.over is not None else (None, None)
    if low is None or high is None:
        return "the two differ by the number of days, which is not stated either"
    each = bounds_of(amount)
    a_day = times(each, Bounds(1 / high, 1 / low)) if low > 0 else Bounds(None, None)
    total = say_bounds(times(each, Bounds(low, high)), amount.unit)
    return (
        f"read as per course it is {say_bounds(a_day, amount.unit)} a day;"
        f" read as per day a course is {total}"
    )


def dose_steps_without_day(dose: Dose) -> Iterator[Finding]:
    """Find an amount given on several days in a row that does not say `per day`.

    Args:
        dose: the dose; one whose duration is stated belongs to :func:`dose_basis`.

    Yields:
        The finding, which gives both readings in figures.
    """
    amount = _lacks_basis(dose)
    longest = max((last - first + 1 for first, last in runs(dose.days)), default=0)
    if amount is None or longest < 2 or lasts_days(dose):
        return
    split, each = equivalents(amount, len(dose.days))
    message = (
        f"{dose.drug}: {say_amount(amount)} on {say_days(dose.days)} without `per day`: read as"
        f" per day it is {say_amount(replace(each.per_course, basis=None))} in all; read as divided"
        f" over the {len(dose.days)} days it is {say_amount(split.per_day)}"
    )
    yield _open_point("dose-steps-without-day", dose, message)


def _alternatives(a: Dose, b: Dose) -> bool:
    """Tell whether two doses are for different cases, or go different ways into the body."""
    by_case = bool(a.by and b.by and a.by != b.by)
    return by_case or (a.route is not None and b.route is not None and a.route.name != b.route.name)


def _by_drug(regimen: Regimen) -> Iterator[tuple[str, list[Dose]]]:
    for drug in regimen.drugs:
        yield drug, [d for d in regimen.schedule if d.drug.name == drug]


def regimen_gap(regimen: Regimen) -> Iterator[Finding]:
    """Find days without a dose between two steps of the same drug.

    Args:
        regimen: the regimen; only steps of at least two days in a row are compared, so that a
            dose on the first day of each week leaves no gap.

    Yields:
        One finding for each gap.
    """
    for drug, doses in _by_drug(regimen):
        given = {day for dose in doses for day in dose.days}
        steps = [d for d in doses if any(last > first for first, last in runs(d.days))]
        for a, b in pairwise(sorted(steps, key=lambda d: (d.days[0], d.days[-1]))):
            missing = sorted(set(range(a.days[-1] + 1, b.days[0])) - given)
            if missing and not _alternatives(a, b):
                message = (
                    f"{drug} has no dose on {say_days(missing)}, between {say_days(a.days)} and"
                    f" {say_days(b.days)}"
                )
                yield _about(regimen, "regimen-gap", b, "days", message)


def regimen_overlap(regimen: Regimen) -> Iterator[Finding]:
    """Find two doses of the same drug on the same day.

    Args:
        regimen: the regimen; doses that depend on different things (`by`), or are given by
            different routes, may share days.

    Yields:
        One finding for each pair of doses.
    """
    for drug, doses in _by_drug(regimen):
        for a, b in combinations(doses, 2):
            shared = sorted(set(a.days) & set(b.days))
            if shared and not _alternatives(a, b):
                message = f"{drug} has two doses on {say_days(shared)}: {_short(a)} and {_short(b)}"
                yield _about(regimen, "regimen-overlap", b, "days", message)


def _short(dose: Dose) -> str:
    amount = amount_of(dose)
    return say_amount(amount) if amount is not None else dose.dose or "an amount not stated"


def regimen_unit_mixed(regimen: Regimen) -> Iterator[Finding]:
    """Find a drug dosed in units that cannot be added up, such as mg/kg and mg/m2.

    Args:
        regimen: the regimen; doses by different routes are not compared.

    Yields:
        One finding for each dose whose unit differs from an earlier one's.
    """
    for drug, doses in _by_drug(regimen):
        for i, dose in enumerate(doses):
            amount = amount_of(dose)
            for earlier in doses[:i]:
                first = amount_of(earlier)
                if amount is None or first is None or _alternatives(earlier, dose):
                    continue
                if unit_factor(amount.unit, first.unit) is None:
                    message = (
                        f"{drug} is dosed in {first.unit} ({_short(earlier)}) and in"
                        f" {amount.unit} ({_short(dose)})"
                    )
                    yield _about(regimen, "regimen-unit-mixed", dose, "dose", message)
                    break


def _about(regimen: Regimen, code: str, dose: Dose, place: str, message: str) -> Finding:
    subject = f"{regimen.name}/{dose.drug}" if regimen.name else dose.drug.name
    hint = "compare the schedule with its source"
    return Finding(code, Severity.WARNING, dose.marks.span(place), message, hint, subject)


DOSE_CHECKS: Final[Mapping[str, Callable[[Dose], Iterator[Finding]]]] = MappingProxyType(
    {"dose-basis": dose_basis, "dose-steps-without-day": dose_steps_without_day}
)
"""Checks of one dose, by the code of their findings."""

REGIMEN_CHECKS: Final[Mapping[str, Callable[[Regimen], Iterator[Finding]]]] = MappingProxyType(
    {
        "regimen-gap": regimen_gap,
        "regimen-overlap": regimen_overlap,
        "regimen-unit-mixed": regimen_unit_mixed,
    }
)
"""Checks of a whole regimen, by the code of their findings."""


def check_dose(dose: Dose, about: str = "") -> Iterator[Finding]:
    """Find everything that is open about one dose.

    Args:
        dose: the dose.
        about: what it belongs to, such as a study or regimen; begins the findings' subject.

    Yields:
        The findings, their subject being `about` and the drug.
    """
    for check in DOSE_CHECKS.values():
        for found in check(dose):
            yield replace(found, subject=f"{about}/{found.subject}") if about else found


def check_regimen(regimen: Regimen) -> Iterator[Finding]:
    """Find everything that is open about a regimen and its doses.

    Args:
        regimen: the regimen.

    Yields:
        The findings, their subject being the regimen and the drug.
    """
    for dose in regimen.schedule:
        yield from check_dose(dose, regimen.name)
    for check in REGIMEN_CHECKS.values():
        yield from check(regimen)
