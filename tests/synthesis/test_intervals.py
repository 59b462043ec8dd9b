"""Intervals for one proportion keep their promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from synthesis_data import quick, study

from paucity.synthesis import proportion_intervals
from paucity.synthesis.intervals import METHODS

METHOD = st.sampled_from(list(METHODS))


def limits(x, n, method, level=0.95):
    (row,) = proportion_intervals([x], [n], method=method, level=level)
    return row.interval.lower, row.interval.upper


@quick
@given(study(200), METHOD)
def test_interval_contains_its_estimate_within_0_and_1(row, method):
    x, n = row
    low, high = limits(x, n, method)
    assert 0 <= low <= x / n <= high <= 1
    assert low < high


@quick
@given(study(200), METHOD)
def test_complement_mirrors_the_interval(row, method):
    x, n = row
    low, high = limits(x, n, method)
    other_low, other_high = limits(n - x, n, method)
    # Both ends are roots to a few units in the last place.
    assert low == pytest.approx(1 - other_high, abs=1e-13)
    assert high == pytest.approx(1 - other_low, abs=1e-13)


@quick
@given(study(100), METHOD)
def test_limits_rise_with_the_number_of_events(row, method):
    x, n = row
    if x < n:
        low, high = limits(x, n, method)
        next_low, next_high = limits(x + 1, n, method)
        assert next_low >= low
        assert next_high >= high


@quick
@given(study(60), METHOD)
def test_a_higher_level_gives_a_wider_interval(row, method):
    low, high = limits(*row, method, 0.9)
    wide_low, wide_high = limits(*row, method, 0.99)
    assert wide_low <= low
    assert wide_high >= high


@quick
@given(study(60))
def test_clopper_pearson_limits_leave_exactly_half_alpha_in_each_tail(row):
    x, n = row
    low, high = limits(x, n, "clopper-pearson")
    if x > 0:
        assert stats.binom.sf(x - 1, n, low) == pytest.approx(0.025, rel=1e-9)
    if x < n:
        assert stats.binom.cdf(x, n, high) == pytest.approx(0.025, rel=1e-9)


@quick
@given(study(60))
def test_mid_p_limit_counts_half_of_what_was_seen(row):
    x, n = row
    low, _ = limits(x, n, "mid-p")
    if x > 0:
        tail = stats.binom.sf(x, n, low) + stats.binom.pmf(x, n, low) / 2
        assert tail == pytest.approx(0.025, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_billion_patients_give_the_normal_interval(method):
    n, x = 10**9, 3 * 10**8
    low, high = limits(x, n, method)
    half = special.ndtri(0.975) * np.sqrt(0.3 * 0.7 / n)
    # Asymptotically equal: the next term is of order 1/n.
    assert low == pytest.approx(0.3 - half, abs=2e-8)
    assert high == pytest.approx(0.3 + half, abs=2e-8)


def test_clopper_pearson_covers_at_least_its_level_for_every_p():
    n = 12
    rows = proportion_intervals(range(n + 1), [n] * (n + 1))
    for p in np.linspace(0.001, 0.999, 400):
        inside = [q.interval.lower <= p <= q.interval.upper for q in rows]
        assert stats.binom.pmf(np.arange(n + 1), n, p) @ inside >= 0.95
