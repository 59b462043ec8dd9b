"""Kleene's laws, and bounds that contain the truth."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.logic import (
    UNKNOWN,
    Bounds,
    Truth,
    add,
    all_of,
    any_of,
    compare,
    divide,
    exactly,
    minus,
    multiply,
    negate,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TRUTHS: tuple[Truth, ...] = (True, False, None)
PAIRS = list(product(TRUTHS, repeat=2))


def worlds(value: Truth) -> tuple[bool, ...]:
    """Return what an unknown truth may turn out to be."""
    return (True, False) if value is None else (value,)


def agreed(values: set[bool]) -> Truth:
    return values.pop() if len(values) == 1 else None


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_and_and_or_are_known_where_every_outcome_agrees(a: Truth, b: Truth) -> None:
    outcomes = list(product(worlds(a), worlds(b)))
    assert all_of([a, b]) is agreed({x and y for x, y in outcomes})
    assert any_of([a, b]) is agreed({x or y for x, y in outcomes})


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_de_morgan_holds(a: Truth, b: Truth) -> None:
    assert negate(all_of([a, b])) is any_of([negate(a), negate(b)])
    assert negate(any_of([a, b])) is all_of([negate(a), negate(b)])


@pytest.mark.parametrize(("a", "b", "c"), list(product(TRUTHS, repeat=3)))
def test_and_distributes_over_or(a: Truth, b: Truth, c: Truth) -> None:
    assert all_of([a, any_of([b, c])]) is any_of([all_of([a, b]), all_of([a, c])])
    assert any_of([a, all_of([b, c])]) is all_of([any_of([a, b]), any_of([a, c])])
    assert all_of([a, b, c]) is all_of([c, b, a])


@pytest.mark.parametrize("a", TRUTHS)
def test_negation_is_its_own_inverse_and_unknown_stays_unknown(a: Truth) -> None:
    assert negate(negate(a)) is a
    assert (negate(a) is None) == (a is None)


def test_nothing_asked_is_true_of_all_and_of_none() -> None:
    assert all_of([]) is True
    assert any_of([]) is False


numbers = st.fractions(-20, 20, max_denominator=6)


@st.composite
def bounded(draw: st.DrawFn) -> tuple[Fraction, Bounds]:
    """Draw a number and bounds around it, either end perhaps open."""
    number = draw(numbers)
    gap = st.none() | st.just(Fraction(0)) | st.fractions(0, 9, max_denominator=4)
    below, above = draw(gap), draw(gap)
    return number, Bounds(
        None if below is None else number - below, None if above is None else number + above
    )


def contains(bounds: Bounds, number: Fraction) -> bool:
    return (bounds.low is None or bounds.low <= number) and (
        bounds.high is None or number <= bounds.high
    )


@pytest.mark.parametrize(
    ("join", "exact"),
    [
        (add, lambda x, y: x + y),
        (multiply, lambda x, y: x * y),
        (lambda a, b: add(a, minus(b)), lambda x, y: x - y),
    ],
    ids=["sum", "product", "difference"],
)
def test_bounds_of_a_result_contain_it(
    join: Callable[[Bounds, Bounds], Bounds], exact: Callable[[Fraction, Fraction], Fraction]
) -> None:
    @given(bounded(), bounded())
    def check(a: tuple[Fraction, Bounds], b: tuple[Fraction, Bounds]) -> None:
        assert contains(join(a[1], b[1]), exact(a[0], b[0]))

    check()


@given(bounded(), bounded())
def test_bounds_of_a_quotient_contain_it(
    a: tuple[Fraction, Bounds], b: tuple[Fraction, Bounds]
) -> None:
    if b[0]:
        assert contains(divide(a[1], b[1]), a[0] / b[0])


def test_a_divisor_that_may_be_zero_leaves_the_quotient_unknown() -> None:
    assert divide(exactly(1), Bounds(Fraction(0), Fraction(2))) == UNKNOWN
    assert divide(exactly(1), exactly(0)) == UNKNOWN


@pytest.mark.parametrize(
    ("operator", "exact"),
    [
        ("<", lambda x, y: x < y),
        (">", lambda x, y: x > y),
        ("<=", lambda x, y: x <= y),
        (">=", lambda x, y: x >= y),
        ("==", lambda x, y: x == y),
        ("!=", lambda x, y: x != y),
    ],
)
def test_a_comparison_that_is_decided_is_right(
    operator: str, exact: Callable[[Fraction, Fraction], bool]
) -> None:
    @given(bounded(), bounded())
    def check(a: tuple[Fraction, Bounds], b: tuple[Fraction, Bounds]) -> None:
        told = compare(a[1], operator, b[1])
        assert told is None or told is exact(a[0], b[0])

    @given(numbers, numbers)
    def known_numbers_are_always_decided(x: Fraction, y: Fraction) -> None:
        assert compare(exactly(x), operator, exactly(y)) is exact(x, y)

    check()
    known_numbers_are_always_decided()


def test_bounds_that_run_down_are_refused() -> None:
    with pytest.raises(ValueError, match="run from 2 down to 1"):
        Bounds(Fraction(2), Fraction(1))


def test_bounds_say_what_is_not_known() -> None:
    assert [str(b) for b in (exactly(3), Bounds(Fraction(8), Fraction(9)), UNKNOWN)] == [
        "3",
        "8 to 9",
        "not known",
    ]
