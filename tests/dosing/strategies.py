"""Amounts and schedules for property tests."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from paucity.dosing import Amount, Dose, Regimen, say_amount
from paucity.shapes import Word

UNITS = (("mg/kg", "per kg"), ("mg/m2", "per m2"), ("mg", "flat"), ("[iU]/kg", "per kg"))

sizes = st.builds(Fraction, st.integers(1, 99_999), st.sampled_from([1, 2, 4, 10, 100, 1000]))
frequencies = st.one_of(
    st.integers(1, 6).map(Fraction),
    st.integers(2, 6).map(lambda n: Fraction(7 * n)),
    st.integers(2, 60).map(lambda n: Fraction(7, n)),
    st.integers(1, 12).map(lambda n: Fraction(1, n)),
    st.sampled_from([5, 10, 15, 36, 48, 72]).map(lambda n: Fraction(168, n)),
)


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    unit, scale = draw(st.sampled_from(UNITS))
    basis = draw(st.sampled_from([None, "day", "course", "dose", "week", "often"]))
    times = draw(frequencies) if basis == "often" else None
    if times == 7:
        basis, times = "day", None
    values: tuple[Fraction, ...] = ()
    low = high = None
    statistic = None
    match draw(st.sampled_from(["values", "range", "median", "up to", "at least"])):
        case "values":
            values = tuple(draw(st.lists(sizes, min_size=1, max_size=3, unique=True)))
        case "range":
            low, high = sorted((draw(sizes), draw(sizes)))
        case "median":
            low, middle, high = sorted((draw(sizes), draw(sizes), draw(sizes)))
            values, statistic = (middle,), "median"
            if draw(st.booleans()):
                low = high = None
        case "up to":
            high = draw(sizes)
        case _:
            low = draw(sizes)
    basis = "dose" if basis == "often" else basis
    return Amount(values, unit, scale, low, high, statistic, basis, times)


@st.composite
def regimens(draw: st.DrawFn) -> Regimen:
    """Regimens whose doses all have days."""
    schedule = []
    for _ in range(draw(st.integers(1, 4))):
        amount = draw(amounts())
        days = draw(st.sets(st.integers(-7, 60), min_size=1, max_size=20))
        drug = draw(st.sampled_from(["alfazumab", "betasone"]))
        schedule.append(
            Dose(drug=Word(drug, drug), dose=say_amount(amount), days=tuple(sorted(days)))
        )
    return Regimen(name="made-up", schedule=tuple(schedule))
