"""The marginal likelihood is the integral it claims to be, and its derivatives are exact."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from synthesis_data import columns, quick, sets

from paucity.synthesis import likelihood, maximum, profile
from paucity.synthesis.logit_normal import mean_and_slopes, mu_for_mean
from paucity.synthesis.pairs import evaluate_pairs

MU = st.floats(-4, 4)
TAU = st.floats(0, 6)


def brute(x, n, mu, tau):
    """One integral by half a million points, the plain way."""
    theta = np.linspace(mu - 50 * tau, mu + 50 * tau, 500_001)  # data may pull 30 tau away
    log_mass = stats.binom.logpmf(x, n, special.expit(theta)) + stats.norm.logpdf(theta, mu, tau)
    return np.log(np.exp(log_mass).sum() * (theta[1] - theta[0]))


def terms(x, n, mu, tau, refine=1.0):
    table = likelihood.build(np.array(x), np.array(n), refine=refine)
    out = likelihood.evaluate(table, np.array([float(mu)]), np.array([float(tau)]))
    return table, out


@pytest.mark.parametrize("tau", [0.02, 0.3, 1.0, 3.5, 12.0])
@pytest.mark.parametrize("mu", [-3.0, 0.4])
def test_each_study_agrees_with_brute_force_integration(mu, tau):
    x, n = [0, 1, 2, 12, 0, 22, 5, 788], [22, 1, 2, 34, 5, 22, 97, 3155]
    table, out = terms(x, n, mu, tau)
    for i in range(len(x)):
        # Half a million terms summed, and scipy's binomial, are good to about 1e-9.
        expected = brute(x[i], n[i], mu, tau)
        assert out.value[0][table.index[i]] == pytest.approx(expected, abs=2e-8, rel=1e-9)


@quick
@given(sets(1, 5, 3000), MU, TAU)
def test_halving_the_steps_changes_nothing_at_1e_8(rows, mu, tau):
    x, n = columns(rows)
    _, coarse = terms(x, n, mu, tau)
    _, fine = terms(x, n, mu, tau, refine=2.0)
    for name in ("value", "d1", "d2"):
        a, b = getattr(coarse, name), getattr(fine, name)
        # A study more than e^-60 from likely decides nothing, and is good to six digits only.
        seen = fine.value > -60
        assert (np.abs(a - b) / (1 + np.abs(b)))[seen].max(initial=0) < 1e-8
        assert (np.abs(a - b) / (1 + np.abs(b))).max() < 1e-6


@quick
@given(sets(1, 4, 60), MU, st.floats(0.05, 5))
def test_derivatives_agree_with_differences(rows, mu, tau):
    x, n = columns(rows)
    step = 1e-4 * tau
    _, at = terms(x, n, mu, tau)
    sides = {}
    for key, (a, b) in {"mu": (step, 0.0), "tau": (0.0, step)}.items():
        sides[key] = terms(x, n, mu + a, tau + b)[1], terms(x, n, mu - a, tau - b)[1]
    # Central differences: error of order step squared times third derivatives.
    for name, key, source in (
        ("d1", "mu", "value"),
        ("d2", "tau", "value"),
        ("d11", "mu", "d1"),
        ("d12", "tau", "d1"),
        ("d22", "tau", "d2"),
    ):
        up, down = sides[key]
        numeric = (getattr(up, source) - getattr(down, source)) / (2 * step)
        exact = getattr(at, name)
        assert np.abs(numeric - exact).max() < 1e-3 * (1 + np.abs(exact).max())


@quick
@given(sets(1, 4, 60), MU, TAU)
def test_pairs_agree_with_the_grid_of_rows(rows, mu, tau):
    x, n = (np.array(v) for v in columns(rows))
    table = likelihood.build(x, n)
    grid = likelihood.evaluate(table, np.array([mu]), np.array([tau]))
    pairs = evaluate_pairs(table, x, n, np.full(x.size, mu), tau)
    for name in ("value", "d1", "d2", "d11", "d22"):
        wanted = getattr(grid, name)[0][table.index]
        got = getattr(pairs, name)
        assert np.abs(got - wanted).max() < 1e-9 * (1 + np.abs(wanted).max())


@quick
@given(sets(2, 6), st.floats(0, 4))
def test_at_fixed_tau_one_more_event_never_lowers_the_estimate(rows, tau):
    # Provable: the likelihood is log-supermodular in (events, mu).
    x, n = (np.array(v) for v in columns(rows))
    i = int(np.argmax(n - x))
    if x.sum() == 0 or (x == n).all() or x[i] == n[i] or n.sum() - x.sum() == 1:
        return
    more = x.copy()
    more[i] += 1
    found = []
    for events in (x, more):
        table = likelihood.build(events, n)
        found.append(profile.over_mu(table, table.multiplicity, tau, 0.0)[1])
    assert found[1] > found[0] - 1e-9


def test_peak_probability_is_right_for_a_billion_patients():
    x, n = np.array([3e8, 1.0, 12.0]), np.array([1e9, 1e9, 34.0])
    # The normal limit (its next term is 1e-9 here), a product, and whole numbers. scipy's own
    # logpmf is off by 3e-6 for the first: it subtracts log-gammas of 2e10.
    expected = [
        -0.5 * np.log(2 * np.pi * 1e9 * 0.3 * 0.7),
        (1e9 - 1) * np.log1p(-1e-9),
        np.log(math.comb(34, 12)) + 12 * np.log(12 / 34) + 22 * np.log(22 / 34),
    ]
    assert likelihood.peak_log_probability(x, n) == pytest.approx(expected, abs=2e-9)


@quick
@given(st.floats(0.01, 0.99), st.floats(0, 80))
def test_mean_proportion_and_its_inverse_agree(mean, tau):
    mu = float(mu_for_mean(math.log(mean / (1 - mean)), np.array([tau]))[0][0])
    assert mean_and_slopes(mu, tau)[0] == pytest.approx(mean, rel=1e-9)


def test_score_at_zero_is_the_derivative_by_tau_squared():
    x, n = np.array([1, 5, 9]), np.array([10, 11, 12])
    table = likelihood.build(x, n)
    mu, value, score = maximum.at_zero(table, table.multiplicity[None, :])
    tau = 1e-3
    near = maximum.total(table, table.multiplicity, mu, np.array([tau]), 0).value
    # next term of the expansion is of order tau^2 relative
    assert (near - value)[0] / tau**2 == pytest.approx(score[0], rel=1e-4)
