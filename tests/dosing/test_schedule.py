"""Schedules are laid out by day and added up, exactly; what is assumed is said."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.dosing import (
    Amount,
    Regimen,
    assumptions,
    cumulative,
    daily,
    equivalents,
    lay_out,
    parse_amount,
)
from paucity.dosing.schedule import times, unit_factor
from paucity.logic import UNKNOWN, Bounds, add, exactly

from .strategies import amounts, regimens

Made = Callable[[str], Regimen]


def one(dose: str) -> str:
    return f"schedule: [{{drug: alfazumab, {dose}}}]"


@pytest.mark.parametrize(
    ("dose", "days", "total"),
    [
        ("dose: 2 mg/kg/day, days: 4-6", {4: F(2), 5: F(2), 6: F(2)}, F(6)),
        ("dose: 100 mg/m2, days: [1, 8]", {1: F(100), 8: F(100)}, F(200)),
        ("dose: 25 mg/kg per course, over: 5 d", dict.fromkeys(range(1, 6), F(5)), F(25)),
        ("dose: 25 mg/kg per course, days: 4-5", {4: F(25, 2), 5: F(25, 2)}, F(25)),
        ("dose: 3 mg/kg/day, days: 8, over: 2 d", {8: F(3), 9: F(3)}, F(6)),
        ("dose: 30 mg three times weekly, days: 1-7", {1: F(30), 3: F(30), 5: F(30)}, F(90)),
        ("dose: 30 mg three times weekly, days: [1, 4]", {1: F(30), 4: F(30)}, F(60)),
        ("dose: 30 mg every other day, days: 1-4", {1: F(30), 3: F(30)}, F(60)),
        ("dose: 30 mg twice daily, days: 1-2", {1: F(60), 2: F(60)}, F(120)),
        ("dose: 70 mg/week, days: 1-2", {1: F(10), 2: F(10)}, F(20)),
        ("dose: 2 mg, days: 1, over: 4 h", {1: F(2)}, F(2)),
    ],
)
def test_an_amount_is_given_its_days(
    dose: str, days: dict[int, F], total: F, regimen: Made
) -> None:
    made = regimen(one(dose))
    assert {d.day: d.amount.exact for d in daily(made)} == days
    assert cumulative(made)[0].amount.exact == total


@pytest.mark.parametrize(
    ("dose", "assumed"),
    [
        ("dose: 15 mg/kg, days: 1-3", "one dose is given on each day listed"),
        ("dose: 25 mg/kg per course, over: 5 d", "it is begun on day 1"),
        ("dose: 25 mg/kg per course, days: 1-5", "the course is divided equally over its days"),
        ("dose: 1 mg twice weekly, days: 1-7", "spread evenly"),
        ("dose: 2 mg/kg/day", "neither its days nor its duration are stated"),
        ("note: unknown", "its amount is not stated"),
    ],
)
def test_what_is_assumed_is_said(dose: str, assumed: str, regimen: Made) -> None:
    assert any(assumed in sentence for sentence in assumptions(regimen(one(dose))))


def test_a_dose_a_day_on_its_days_assumes_nothing(regimen: Made) -> None:
    assert assumptions(regimen(one("dose: 2 mg/kg/day, days: 1-3"))) == ()


def test_an_amount_without_its_basis_counts_under_both_readings(regimen: Made) -> None:
    made = regimen(one("dose: 25 or 50 mg/kg, emended: 25 or 50 mg/kg per course, over: 5 d"))
    assert cumulative(made)[0].amount == Bounds(F(25), F(50))
    assert cumulative(made, as_printed=True)[0].amount == Bounds(F(25), F(250))
    assert daily(made, as_printed=True) == ()


def test_a_duration_with_a_range_bounds_the_total(regimen: Made) -> None:
    made = regimen(one("dose: 2 mg/kg/day, over: {median: 4 d, range: [2 d, 10 d]}"))
    assert cumulative(made)[0].amount == Bounds(F(4), F(20))
    assert lay_out(made).unplaced[0].text == "its days are not stated"


def test_a_taper_leaves_the_total_open_above(regimen: Made) -> None:
    (total,) = cumulative(regimen(one("dose: 4 mg/kg/day, days: 1-5, taper: true")))
    assert total.amount == Bounds(F(20), None)
    assert total.why_open == ("what is given while it is tapered is not counted",)


def test_a_dose_that_is_not_stated_leaves_its_drug_open_and_no_other(regimen: Made) -> None:
    text = """\
        schedule:
          - {drug: alfazumab, dose: 1 mg, days: 1}
          - {drug: alfazumab, days: 2}
          - {drug: betasone, dose: 1 mg, days: 1}
        """
    first, second = cumulative(regimen(text))
    assert (first.amount, second.amount) == (Bounds(F(1), None), exactly(1))


def test_grams_and_milligrams_are_added_and_kilograms_and_square_metres_are_not(
    regimen: Made,
) -> None:
    text = """\
        schedule:
          - {drug: alfazumab, dose: 500 mg, days: 1}
          - {drug: alfazumab, dose: 1 g, days: 2}
          - {drug: alfazumab, dose: 2 mg/kg, days: 3}
          - {drug: alfazumab, dose: 3 mg/m2, days: 3}
        """
    totals = {t.unit: t.amount.exact for t in cumulative(regimen(text))}
    assert totals == {"mg": 1500, "mg/kg": 2, "mg/m2": 3}


@given(regimens())
def test_a_total_is_the_sum_of_its_days(made: Regimen) -> None:
    sums: dict[str, Bounds] = {}
    for given_ in daily(made):
        key = f"{given_.drug} {given_.unit}"
        sums[key] = add(sums.get(key, exactly(0)), given_.amount)
    for total in cumulative(made):
        if any(d.amount == UNKNOWN for d in daily(made) if d.drug == total.drug):
            assert total.amount.high is None
        elif not total.why_open:
            assert total.amount == sums[f"{total.drug} {total.unit}"]
        else:
            assert total.amount.high is None


@given(regimens())
def test_every_dose_is_on_its_own_days_or_said_to_have_none(made: Regimen) -> None:
    listed = {(d.drug.name, day) for d in made.schedule for day in d.days}
    layout = lay_out(made)
    assert {(d.drug, d.day) for d in layout.days} <= listed
    assert not layout.unplaced


def test_a_course_and_its_days_are_told_apart_only_by_the_basis() -> None:
    said = parse_amount("25 or 50 mg/kg per course")
    (only,) = equivalents(said, 5)
    assert only.per_day.values == (5, 10)
    both = equivalents(parse_amount("25 or 50 mg/kg"), 5)
    assert [e.per_course.values for e in both] == [(25, 50), (125, 250)]
    assert [e.per_day.values for e in both] == [(5, 10), (25, 50)]


@given(amounts(), st.integers(1, 400))
def test_an_equivalent_turned_back_is_the_same_amount(amount: Amount, days: int) -> None:
    for found in equivalents(amount, days):
        (back,) = equivalents(found.per_course, days)
        assert back.per_day == found.per_day
        (forth,) = equivalents(found.per_day, days)
        assert forth.per_course == found.per_course


def test_an_amount_per_dose_has_no_equivalent_without_a_frequency() -> None:
    assert equivalents(parse_amount("2 mg per dose"), 5) == ()
    (found,) = equivalents(parse_amount("30 mg three times weekly"), 14)
    assert found.per_course.values == (180,)
    (found,) = equivalents(parse_amount("30 mg/week"), 14)
    assert found.per_course.values == (60,)


@pytest.mark.parametrize("days", [0, -1, F(-1, 2)])
def test_a_course_without_length_is_refused(days: int | F) -> None:
    with pytest.raises(ValueError, match="more than 0 days"):
        equivalents(parse_amount("2 mg/kg"), days)


def test_units_convert_only_within_one_scale() -> None:
    assert unit_factor("g", "mg") == 1000
    assert unit_factor("mg", "mg/kg") is None
    assert unit_factor("mg", "[iU]") is None


def test_an_open_end_stays_open() -> None:
    assert times(Bounds(F(2), None), Bounds(F(3), F(4))) == Bounds(F(6), None)
