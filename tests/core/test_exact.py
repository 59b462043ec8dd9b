"""The exact interval against published values, another implementation, and its own definition."""

from __future__ import annotations

from decimal import Decimal
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.exact import clopper_pearson, clopper_pearson_of_many
from paucity.synthesis.intervals import proportion_intervals

counts = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_newcombe_1998_table_i() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, Table I, method 5, four decimals."""
    published = {
        (81, 263): ("0.2527", "0.3676"),
        (15, 148): ("0.0578", "0.1617"),
        (0, 20): ("0.0000", "0.1684"),
        (1, 29): ("0.0009", "0.1776"),
    }
    for (x, n), (low, high) in published.items():
        limits = clopper_pearson(x, n)
        assert (f"{limits.low:.4f}", f"{limits.high:.4f}") == (low, high)


@given(counts)
def test_agrees_with_the_beta_quantiles(pair: tuple[int, int]) -> None:
    x, n = pair
    ours = clopper_pearson(x, n)
    theirs = proportion_intervals([x], [n])[0].interval
    assert theirs is not None
    # scipy inverts the incomplete beta function to about 1e-12
    assert float(ours.low) == pytest.approx(theirs.lower, abs=1e-10)
    assert float(ours.high) == pytest.approx(theirs.upper, abs=1e-10)


@pytest.mark.parametrize(("x", "n"), [(1, 6000), (3000, 6000), (5000, 6500), (6499, 6500)])
def test_agrees_with_the_beta_quantiles_among_thousands(x: int, n: int) -> None:
    ours = clopper_pearson(x, n)
    theirs = proportion_intervals([x], [n])[0].interval
    assert theirs is not None
    assert float(ours.low) == pytest.approx(theirs.lower, abs=1e-10)
    assert float(ours.high) == pytest.approx(theirs.upper, abs=1e-10)


@given(counts)
def test_each_tail_has_what_the_level_leaves(pair: tuple[int, int]) -> None:
    x, n = pair
    limits = clopper_pearson(x, n)

    def tail(p: Decimal, numbers: range) -> Decimal:
        return sum((comb(n, k) * p**k * (1 - p) ** (n - k) for k in numbers), Decimal(0))

    if x > 0:
        assert tail(limits.low, range(x, n + 1)) == pytest.approx(
            Decimal("0.025"), abs=Decimal("1e-10")
        )
    if x < n:
        assert tail(limits.high, range(x + 1)) == pytest.approx(
            Decimal("0.025"), abs=Decimal("1e-10")
        )


@given(counts)
def test_mirrored_counts_give_mirrored_limits(pair: tuple[int, int]) -> None:
    x, n = pair
    ours, mirrored = clopper_pearson(x, n), clopper_pearson(n - x, n)
    assert abs(ours.low - (1 - mirrored.high)) < Decimal("1e-12")


@pytest.mark.parametrize(("x", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_counts_that_are_no_proportion_are_refused(x: int, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(x, n)


@pytest.mark.parametrize(
    ("events", "n"), [(0, 1), (1, 1), (0, 7), (7, 7), (1, 3), (14, 22), (3, 500), (250, 500)]
)
def test_the_fast_limits_are_the_exact_ones(events: int, n: int) -> None:
    exact = clopper_pearson(events, n)
    assert clopper_pearson_of_many(events, n) == pytest.approx(
        (float(exact.low), float(exact.high)), abs=1e-11
    )


def test_the_limits_of_many_people_are_those_of_the_beta_distribution() -> None:
    # scipy.stats.beta.ppf: 0.025 of (x, n - x + 1), 0.975 of (x + 1, n - x)
    beta = pytest.importorskip("scipy.stats").beta
    for x, n in ((123_456, 500_000), (1, 500_000), (499_999, 500_000)):
        expected = (beta.ppf(0.025, x, n - x + 1), beta.ppf(0.975, x + 1, n - x))
        assert clopper_pearson_of_many(x, n) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("events", "n", "level"), [(2, 1, 0.9), (-1, 3, 0.9), (0, 0, 0.9), (1, 2, 1)]
)
def test_what_is_no_proportion_is_refused(events: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"proportion|coverage"):
        clopper_pearson_of_many(events, n, level)
