"""Amounts are read exactly, or refused with a sentence that helps."""

from __future__ import annotations

from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.dosing import Amount, bounds_of, parse_amount, say_amount
from paucity.dosing.amount import EXAMPLES, MAX_LENGTH
from paucity.logic import UNKNOWN, Bounds

from .strategies import amounts

READ = [
    ("2 mg/kg/day", Amount((F(2),), "mg/kg", "per kg", basis="day")),
    ("15 mg/kg per day", Amount((F(15),), "mg/kg", "per kg", basis="day")),
    ("2 mg per kg per d", Amount((F(2),), "mg/kg", "per kg", basis="day")),
    ("2 mg/kg once daily", Amount((F(2),), "mg/kg", "per kg", basis="day")),
    ("2 mg/kg every 24 h", Amount((F(2),), "mg/kg", "per kg", basis="day")),
    ("25 or 50 mg/kg per course", Amount((F(25), F(50)), "mg/kg", "per kg", basis="course")),
    ("25 mg/kg or 50 mg/kg/course", Amount((F(25), F(50)), "mg/kg", "per kg", basis="course")),
    ("5, 10, or 20 mg", Amount((F(5), F(10), F(20)), "mg", "flat")),
    ("100 mg/m2", Amount((F(100),), "mg/m2", "per m2")),
    ("100 mg/m²", Amount((F(100),), "mg/m2", "per m2")),
    ("100 mg/m^2", Amount((F(100),), "mg/m2", "per m2")),
    ("1 g daily", Amount((F(1),), "g", "flat", basis="day")),
    ("1,500 mg", Amount((F(1500),), "mg", "flat")),
    ("0.75 mg/kg", Amount((F(3, 4),), "mg/kg", "per kg")),
    ("10 µg/kg/day", Amount((F(10),), "ug/kg", "per kg", basis="day")),
    ("500 IU/m2 weekly", Amount((F(500),), "[iU]/m2", "per m2", None, None, None, "dose", F(1))),
    ("30 mg/week", Amount((F(30),), "mg", "flat", basis="week")),
    ("5-10 mg/kg/day", Amount((), "mg/kg", "per kg", F(5), F(10), basis="day")),
    ("5 mg/kg to 10 mg/kg a day", Amount((), "mg/kg", "per kg", F(5), F(10), basis="day")),
    ("up to 10 mg/kg/day", Amount((), "mg/kg", "per kg", None, F(10), basis="day")),
    ("at least 2 mg", Amount((), "mg", "flat", F(2), None)),
    ("12 mg as a single dose", Amount((F(12),), "mg", "flat", basis="dose")),
    ("2 mg/kg/day in 2 divided doses", Amount((F(2),), "mg/kg", "per kg", basis="day")),
]


@pytest.mark.parametrize(("text", "amount"), READ)
def test_an_amount_is_read_as_written(text: str, amount: Amount) -> None:
    assert parse_amount(text) == amount
    assert parse_amount(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "median 1 mg/kg (0.1-8.9)",
        "Median 1 mg/kg (range, 0.1–8.9 mg/kg)",
        "median of 1 mg/kg, range 0.1 to 8.9",
        "median 1 (0.1-8.9) mg/kg",
    ],
)
def test_a_median_keeps_its_range_however_printed(text: str) -> None:
    assert parse_amount(text) == Amount((F(1),), "mg/kg", "per kg", F(1, 10), F(89, 10), "median")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("30 mg three times weekly", F(3)),
        ("30 mg 3x/wk", F(3)),
        ("30 mg thrice a week", F(3)),
        ("30 mg 3 times per week", F(3)),
        ("30 mg/dose tiw", F(3)),
        ("30 mg/day three times weekly", F(3)),
        ("30 mg twice daily", F(14)),
        ("30 mg q8h", F(21)),
        ("30 mg every other day", F(7, 2)),
        ("30 mg every 2 weeks", F(1, 2)),
    ],
)
def test_how_often_a_dose_is_given_is_counted_by_the_week(text: str, times: F) -> None:
    assert parse_amount(text) == Amount((F(30),), "mg", "flat", None, None, None, "dose", times)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("much", "number is missing"),
        ("5", "the unit is missing"),
        ("5 kPa", "`kPa` is no unit of a dose"),
        ("5 mg or 10 g", "two units, mg and g"),
        ("0.5 mg/kg or 1 mg", "two units"),
        ("0,5 mg", "decimals with a point"),
        ("1.5 MU/m2", "millions or thousandths"),
        ("0 mg", "more than 0"),
        ("10-5 mg", "downwards"),
        ("median 1 mg (2-3)", "outside its range"),
        ("median 1 or 2 mg", "one value"),
        ("1 mg/kg (0.1-8.9)", "`median 1`"),
        ("1 mg (IV)", "number is missing"),
        ("10 mg biweekly", "`every 2 weeks`"),
        ("2 mg/kg/day bid", "whole day or for each dose"),
        ("25 mg/kg per course weekly", "per course"),
        ("2 mg/kg/day per course", "per day and per course"),
        ("6 mg for 5 days", "`over`"),
        ("6 mg then less", "`then less` is not part"),
        ("6 mg every 0 days", "no interval"),
        ("6 mg weekly twice daily", "twice how often"),
        ("6 mg " * MAX_LENGTH, "characters"),
    ],
)
def test_a_refused_amount_says_why_and_ends_with_examples(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="not an amount") as refused:
        parse_amount(text)
    assert why in str(refused.value)
    assert str(refused.value).endswith(EXAMPLES)
    assert len(str(refused.value)) < 400


@given(amounts())
def test_what_is_said_of_an_amount_reads_back_as_the_same_amount(amount: Amount) -> None:
    assert parse_amount(say_amount(amount)) == amount


SCRAPS = """
    2 25 0.1 , . - – or to mg g µg mg/kg mg/m2 /day per course dose week daily 3x/wk median ( )
    range every other q8h bid up at least over ² MU once ٣ ß ſ K
"""
words = st.sampled_from([*SCRAPS.split(), "\u0000", "\n"])


@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=12).map(" ".join)))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    assert amount.unit
    assert amount.values or amount.low is not None or amount.high is not None
    assert parse_amount(say_amount(amount)) == amount


def test_a_median_alone_bounds_nothing() -> None:
    assert bounds_of(parse_amount("median 1 mg/kg")) == UNKNOWN
    assert bounds_of(parse_amount("median 1 mg/kg (0.1-8.9)")) == Bounds(F(1, 10), F(89, 10))
