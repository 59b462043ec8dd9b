"""Doses are said as journals print them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.dosing import Regimen, describe, describe_regimen
from paucity.dosing.english import say_days, say_number

Made = Callable[[str], Regimen]


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        ("dose: 25 or 50 mg/kg per course, over: 5 d", "25 or 50 mg/kg per course over 5 days"),
        ("dose: 2 mg/kg/day", "2 mg/kg/day"),
        (
            "dose: median 1 mg/kg (0.1-8.9), over: {median: 4 d, range: [2 d, 10 d]}",
            "median 1 mg/kg (range 0.1–8.9) over a median of 4 days (range 2–10)",
        ),
        ("dose: 30 mg 3x/wk, route: IV", "30 mg three times weekly, intravenous"),
        ("dose: 100 mg/m2, days: [1, 8, 15, 22]", "100 mg/m² on days 1, 8, 15 and 22"),
        ("dose: 1 g daily, taper: true", "1 g daily, then tapered"),
        ("dose: 1 g daily, taper: over 4 weeks", "1 g daily, then tapered (over 4 weeks)"),
        ("dose: 5-10 mg/kg/day, by: severity", "5–10 mg/kg/day, by severity"),
        ("dose: 1 mg/kg, emended: 1 mg/kg/day, days: 1", "1 mg/kg on day 1 [read as 1 mg/kg/day]"),
        ("days: 1-2", "dose not stated on days 1–2"),
    ],
)
def test_a_dose_is_said_shortly(dose: str, said: str, regimen: Made) -> None:
    (only,) = regimen(f"schedule: [{{drug: alfazumab, {dose}}}]").schedule
    assert describe(only) == said


def test_a_regimen_is_said_drug_by_drug(regimen: Made) -> None:
    text = """\
        cycle: 4 wk
        schedule:
          - {drug: alfazumab, dose: 25 mg/m2, days: 1}
          - {drug: BS, dose: 2 mg/kg, emended: 2 mg/kg/day, days: 1-3}
          - {drug: BS, dose: 1 mg/kg, emended: 1 mg/kg/day, days: 4-7}
        """
    assert describe_regimen(regimen(text), readings=False) == (
        "alfazumab 25 mg/m² on day 1; betasone 2 mg/kg on days 1–3, then 1 mg/kg on days 4–7;"
        " every 4 weeks"
    )
    assert "[read as 2 mg/kg/day]" in describe_regimen(regimen(text))


def test_a_regimen_without_doses_says_so() -> None:
    assert describe_regimen(Regimen()) == "no doses"


@given(st.integers(-(10**30), 10**30), st.integers(0, 9), st.integers(0, 9))
def test_a_number_with_an_end_is_said_exactly(n: int, twos: int, fives: int) -> None:
    value = F(n, 2**twos * 5**fives)
    assert F(say_number(value)) == value


@given(st.sets(st.integers(0, 400), min_size=1, max_size=40))
def test_days_said_are_the_days_meant(days: set[int]) -> None:
    said = say_days(sorted(days)).split(" ", 1)[1]
    back: set[int] = set()
    for part in said.replace(" and ", ", ").split(", "):
        first, _, last = part.replace(" to ", "–").partition("–")
        back.update(range(int(first), int(last or first) + 1))
    assert back == days
