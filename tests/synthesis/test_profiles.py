"""Profile intervals are where twice the fall of the likelihood is the chi-square quantile."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy import optimize, special, stats
from synthesis_data import columns, quick, sets, usable

from paucity.synthesis import (
    Status,
    meta_regression,
    pool_beta_binomial,
    pool_glmm,
    pool_ordinal,
    small_study_test,
)
from paucity.synthesis.limits import both, bracketed, limit
from paucity.synthesis.proportional_odds import value_and_gradient

CHI2 = 3.841458820694124  # 95% quantile, one degree of freedom
ORDERED = [[3, 2, 5], [1, 4, 2], [6, 1, 3], [0, 3, 9]]


def test_limits_of_a_parabola_are_those_of_the_normal_distribution():
    # -(v - 2)^2 / (2 * 0.3^2): 2 -+ 1.96 * 0.3
    found = both(lambda v: -0.5 * ((v - 2) / 0.3) ** 2, 2.0, 0.0, 0.95, 0.3)
    assert found == pytest.approx((2 - 0.3 * 1.959963984540054, 2 + 0.3 * 1.959963984540054))


def test_a_profile_that_never_falls_has_no_limit():
    assert limit(lambda v: -1 / (1 + math.exp(-v)), -9.0, 0.0, 0.95, 1.0, 60.0) == math.inf


@pytest.mark.parametrize("power", [1, 3, 5])
def test_a_root_is_found_however_flat_the_curve(power):
    # a root of multiplicity `power` is lost to rounding at the power-th root of 1e-16
    found = bracketed(lambda v: (0.3 - v) ** power, -1.0, 2.0)
    assert found == pytest.approx(0.3, abs=2e-3 if power > 1 else 1e-9)


def beta_binomial_profile(x, n, mean):
    """Return the log-likelihood at a mean, maximised over rho by scipy, rho = 0 included."""

    def negative(log_g):
        a, b = mean / math.exp(log_g), (1 - mean) / math.exp(log_g)
        return -stats.betabinom.logpmf(x, n, a, b).sum()

    starts = np.linspace(-8, 5, 27)
    low = min(starts, key=negative)
    best = optimize.minimize_scalar(negative, bounds=(low - 0.6, low + 0.6), method="bounded")
    return max(-best.fun, stats.binom.logpmf(x, n, mean).sum())


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([0, 5, 12], [22, 20, 34]),
        ([1, 2, 2, 6, 0, 0, 0, 12], [1, 2, 2, 7, 1, 1, 22, 34]),
        ([5, 5, 5], [10, 10, 10]),
    ],
)
def test_beta_binomial_limits_are_where_scipy_s_likelihood_has_fallen(x, n):
    r = pool_beta_binomial(x, n)
    for end in (r.interval.lower, r.interval.upper):
        fall = r.log_likelihood - beta_binomial_profile(np.array(x), np.array(n), end)
        assert 2 * fall == pytest.approx(CHI2, abs=1e-4)  # scipy's bounded search stops at 1e-5
    rho = r.heterogeneity.rho_interval
    assert 0 <= rho.lower <= r.heterogeneity.rho <= rho.upper <= 1


@settings(quick, max_examples=6)
@given(sets(2, 5, 20))
def test_two_levels_have_the_intervals_of_the_binary_models(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    table = [[a, b - a] for a, b in rows]
    share = pool_ordinal(table, labels=("yes", "no"), model="dirichlet-multinomial")
    binary = pool_beta_binomial(x, n)
    assert share.interval.lower == pytest.approx(binary.interval.lower, abs=1e-7)
    assert share.interval.upper == pytest.approx(binary.interval.upper, abs=1e-7)


def test_proportional_odds_limits_are_where_the_likelihood_has_fallen():
    # Against a search of scipy's over the second threshold and tau, from several starts.
    r = pool_ordinal(ORDERED)
    counts, weight = np.unique(np.array(ORDERED), axis=0, return_counts=True)
    weight = weight.astype(float)

    def best(first):
        def negative(p):
            thresholds = np.array([first, first + math.exp(p[0])])
            return -value_and_gradient(counts, weight, thresholds, math.exp(p[1]))[0]

        starts = ([0.0, s] for s in (-3.0, -0.3, 0.7))
        return max(-optimize.minimize(negative, s, method="Nelder-Mead").fun for s in starts)

    centre = best(float(special.logit(r.thresholds[0].median.estimate)))
    for end in (r.interval.lower, r.interval.upper):
        assert 2 * (centre - best(float(special.logit(end)))) == pytest.approx(CHI2, abs=1e-3)


def test_thresholds_mirror_with_their_intervals():
    one, two = pool_ordinal(ORDERED), pool_ordinal([row[::-1] for row in ORDERED])
    a, b = one.thresholds[0].mean.interval, two.thresholds[1].mean.interval
    assert (a.lower, a.upper) == pytest.approx((1 - b.upper, 1 - b.lower), abs=1e-6)


def test_regression_limits_are_where_a_fit_with_the_slope_held_has_fallen():
    # Holding the slope at its limit by an offset is a fit of shifted log odds: here by quadrature
    # written out, maximised over intercept and tau by scipy.
    x, n, z = np.array([1, 4, 6, 9]), np.array([10, 12, 11, 12]), np.array([0.0, 1, 2, 3])
    r = meta_regression(x, n, z)
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    weight = weight / weight.sum()

    def held(slope):
        def negative(p):
            theta = p[0] + slope * z[:, None] + math.exp(p[1]) * node
            return -np.log(
                stats.binom.pmf(x[:, None], n[:, None], special.expit(theta)) @ weight
            ).sum()

        starts = ([-2.0, -6.0], [-2.0, -0.5])
        return max(-optimize.minimize(negative, s, method="Nelder-Mead").fun for s in starts)

    for end in (r.interval.lower, r.interval.upper):
        assert 2 * (r.log_likelihood - held(end)) == pytest.approx(CHI2, abs=1e-3)
    # one covariate: its p-value is that of the test against the model without it
    assert r.coefficients[1].p == pytest.approx(r.likelihood_ratio.p, rel=1e-6)


def test_an_effect_and_its_interval_agree_whatever_the_covariate_s_unit():
    x, n = [1, 4, 6, 9, 3], [10, 12, 11, 12, 30]
    plain, scaled = (
        meta_regression(x, n, [f * v for v in (0, 1, 2, 3, 7)]).interval for f in (1.0, 1000.0)
    )
    assert plain.lower == pytest.approx(1000 * scaled.lower, rel=1e-5)
    assert plain.upper == pytest.approx(1000 * scaled.upper, rel=1e-5)


def test_wald_is_still_to_be_had():
    for pooler in (pool_beta_binomial, pool_glmm):
        assert pooler([0, 5, 12], [22, 20, 34], interval="wald").interval is not None
        with pytest.raises(ValueError, match="expected one of profile, wald"):
            pooler([0, 5, 12], [22, 20, 34], interval="likelihood")
    r = small_study_test([1] * 5 + [3] * 6, [4] * 5 + [9] * 6)
    assert r.status in {Status.OK, Status.BOUNDARY}
    assert r.interval.method == "profile likelihood"
