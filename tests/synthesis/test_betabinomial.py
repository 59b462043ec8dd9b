"""Beta-binomial and Dirichlet-multinomial likelihoods without gamma functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from synthesis_data import columns, quick, sets, usable

from paucity.synthesis import Status, dirichlet, pool_beta_binomial
from paucity.synthesis.betabinomial import log_coefficients
from paucity.synthesis.rising import sum_nodes


def sums(x, n):
    counts = np.column_stack([x, np.array(n) - np.array(x)])
    return dirichlet.prepare(counts, np.ones(len(n)))


@quick
@given(sets(1, 5, 2000), st.floats(0.05, 0.95), st.floats(0.01, 0.9))
def test_likelihood_is_the_beta_binomial_one(rows, mean, rho):
    x, n = (np.array(v) for v in columns(rows))
    g = rho / (1 - rho)
    ours = dirichlet.log_likelihood(sums(x, n), np.array([mean, 1 - mean]), g)
    a, b = mean / g, (1 - mean) / g
    theirs = stats.betabinom.logpmf(x, n, a, b).sum()
    assert ours + log_coefficients(x, n) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@quick
@given(st.integers(0, 5000), st.floats(0.001, 1), st.floats(0, 100))
def test_compressed_sums_are_exact(m, a, g):
    j, w = sum_nodes(m)
    plain = np.log(a + g * np.arange(m)).sum()
    assert w @ np.log(a + g * j) == pytest.approx(plain, rel=1e-12, abs=1e-10)


@quick
@given(sets(2, 6, 30))
def test_no_point_of_a_fine_grid_is_higher(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    r = pool_beta_binomial(x, n)
    own = sums(x, n)
    best = max(
        dirichlet.log_likelihood(own, np.array([m, 1 - m]), g)
        for m in np.linspace(0.01, 0.99, 50)
        for g in np.concatenate([[0], np.geomspace(1e-3, 1e3, 30)])
    )
    assert best + log_coefficients(np.array(x), np.array(n)) <= r.log_likelihood + 1e-9


@quick
@given(sets(2, 6, 30))
def test_counting_non_events_mirrors_the_mean(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    one, two = pool_beta_binomial(x, n), pool_beta_binomial([b - a for a, b in rows], n)
    # A maximum is located to the square root of rounding where the likelihood is flat.
    assert one.estimate == pytest.approx(1 - two.estimate, abs=1e-6)


def test_share_of_studies_is_withheld():
    # The likelihood's supremum is rho = 1, mean 2/3: each study taken for one observation.
    r = pool_beta_binomial([0, 1, 1], [22, 1, 1])
    assert (r.estimate, r.status) == (None, Status.DIVERGES)


def test_a_billion_patients_need_no_billion_terms():
    r = pool_beta_binomial([5 * 10**8, 10**9 - 3], [10**9, 10**9])
    assert r.status is Status.OK
    assert 0 < r.interval.lower < r.estimate < r.interval.upper < 1
    same = pool_beta_binomial([10**8, 10**8 + 5, 10**8 - 20000], [10**9] * 3)
    assert same.status is Status.BOUNDARY
    assert same.estimate == pytest.approx(299980005 / 3e9, rel=1e-12)


def test_derivatives_agree_with_differences():
    own = sums(np.array([0, 3, 7, 29]), np.array([5, 9, 8, 77]))
    pi, g = np.array([0.3, 0.7]), 0.4

    def value(ratio, log_g):
        odds = np.exp(ratio) * pi[0] / pi[1]
        return dirichlet.log_likelihood(own, np.array([odds, 1.0]) / (1 + odds), g * np.exp(log_g))

    gradient, hessian = dirichlet._derivatives(own, pi, g)
    s = 1e-4  # central differences: error of order s^2, rounding of order 1e-13 / s^2
    e = np.eye(2) * s
    for i in range(2):
        assert (value(*e[i]) - value(*-e[i])) / (2 * s) == pytest.approx(gradient[i], abs=1e-6)
        for j in range(2):
            mixed = value(*(e[i] + e[j])) - value(*(e[i] - e[j]))
            mixed += value(*(-e[i] - e[j])) - value(*(e[j] - e[i]))
            assert mixed / (4 * s * s) == pytest.approx(hessian[i, j], abs=1e-4)
