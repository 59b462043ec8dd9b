"""The GLMM finds the highest maximum, or says why there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from synthesis_data import columns, quick, reference, sets, usable

from paucity.synthesis import Status, fit_glmm, likelihood, meta_regression, pool_glmm
from paucity.synthesis.maximum import total
from paucity.synthesis.pairs import evaluate_pairs


@quick
@given(sets(2, 7))
def test_order_of_studies_changes_no_bit(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    one, other = fit_glmm(x, n), fit_glmm(x[::-1], n[::-1])
    assert (one.mu, one.tau, one.log_likelihood) == (other.mu, other.tau, other.log_likelihood)


@quick
@given(sets(2, 7))
def test_counting_non_events_mirrors_the_fit(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    one = fit_glmm(x, n)
    other = fit_glmm([b - a for a, b in rows], n)
    # Flat likelihoods leave half the digits of a maximum; the height is exact.
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10, abs=1e-10)
    assert one.mu == pytest.approx(-other.mu, abs=1e-5 * (1 + one.tau))


@quick
@given(sets(2, 6))
def test_no_point_of_a_fine_grid_is_higher(rows):
    x, n = columns(rows)
    assume(usable(x, n))
    fit = fit_glmm(x, n)
    table = likelihood.build(np.array(x), np.array(n))
    mu, tau = np.meshgrid(
        np.linspace(-12, 12, 97), np.concatenate([[0], np.geomspace(0.02, 60, 40)])
    )
    heights = total(table, table.multiplicity, mu.ravel(), tau.ravel(), 0).value
    assert heights.max() <= fit.log_likelihood + 1e-9


def test_two_maxima_of_roever_2022_the_higher_wins():
    # Röver & Friede 2022: tau = 0 is a local maximum (its score is negative), 0.590 the global.
    r = reference("metafor")["roever2022"]
    fit = fit_glmm(r["xi"], r["ni"])
    assert fit.tau == pytest.approx(0.5901225975330945, abs=1e-9)
    assert fit.log_likelihood > fit.log_likelihood_zero


def test_regression_escapes_the_local_maximum_metafor_stops_at():
    # rma.glmm with the dose returns tau2 = 0; the likelihood is higher at 0.354.
    r = reference("metafor")["roever2022"]
    fit = meta_regression(r["xi"], r["ni"], r["mod"])
    assert fit.tau2 == pytest.approx(0.354, abs=1e-3)
    common = meta_regression(r["xi"], r["ni"], r["mod"], model="inverse variance", tau2_method="EE")
    assert common.tau2 == 0
    z = np.array(r["mod"], float)
    eta = -1.66433770757765 + 0.00416066495421377 * z  # rma.glmm's coefficients, at tau = 0
    x, n = np.array(r["xi"]), np.array(r["ni"])
    table = likelihood.build(x, n)
    theirs = evaluate_pairs(table, x, n, eta, 0.0, 0).value.sum()
    assert fit.log_likelihood > theirs + 0.01


def test_homogeneous_data_split_in_halves_give_the_same_fit():
    whole = pool_glmm([6, 12, 18], [10, 20, 30])
    halves = pool_glmm([3, 3, 6, 6, 9, 9], [5, 5, 10, 10, 15, 15])
    assert whole.status is halves.status is Status.BOUNDARY
    assert whole.link_estimate == pytest.approx(halves.link_estimate, abs=1e-12)
    assert whole.standard_error == pytest.approx(halves.standard_error, rel=1e-10)


def test_all_or_none_studies_have_no_estimate_however_the_software_prints_one():
    # rma.glmm prints 0.999998 for these.
    r = pool_glmm([0, 1, 1], [22, 1, 1])
    assert (r.estimate, r.interval, r.status) == (None, None, Status.DIVERGES)
    assert "8.3%" in r.sentence


def test_single_patient_reports_identify_the_mean_only():
    r = pool_glmm([1] * 14 + [0] * 6, [1] * 20)
    assert r.status is Status.BOUNDARY
    assert (r.median, r.estimand) == (None, "mean")
    assert r.estimate == 0.7
    # The sum is binomial whatever tau is, so the exact interval is right: binom.test(14, 20).
    assert r.interval.lower == pytest.approx(0.4572108, abs=1e-7)
    assert r.log_likelihood == pytest.approx(-12.21728604109787, abs=1e-12)


def test_an_interval_the_data_do_not_limit_says_so():
    r = pool_glmm([0, 50, 25], [50, 50, 50])
    assert r.interval.lower < 1e-20
    assert r.interval.upper == pytest.approx(1, abs=1e-15)
    assert r.heterogeneity.tau2_interval.upper == pytest.approx(22697.614786858652, rel=1e-8)


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([0, 10**9], [5, 2 * 10**9]),
        ([3, 5 * 10**8], [10**9, 10**9]),
        ([10**8, 10**8 + 5, 10**8 - 20000], [10**9] * 3),
        ([1] + [0] * 50, [3] + [2] * 50),
    ],
)
def test_extreme_sizes_give_finite_answers_and_no_warning(x, n):
    r = pool_glmm(x, n)
    assert r.status in {Status.OK, Status.BOUNDARY}
    assert 0 < r.estimate < 1
    assert r.interval.lower <= r.estimate <= r.interval.upper
    assert math.isfinite(r.heterogeneity.tau2_interval.upper)


@quick
@given(sets(3, 6, 25))
def test_profile_interval_falls_by_the_chi_square_quantile_at_its_ends(rows):
    from paucity.synthesis.profile import over_tau

    x, n = columns(rows)
    assume(usable(x, n))
    r = pool_glmm(x, n)
    table = likelihood.build(np.array(x), np.array(n), reach=1e5)
    for end in (r.link_interval.lower, r.link_interval.upper):
        if math.isfinite(end):
            drop = r.log_likelihood - over_tau(table, table.multiplicity, end)[0]
            assert 2 * drop == pytest.approx(3.841458820694124, abs=1e-6)


def test_profile_interval_of_the_mean_agrees_with_a_fine_grid():
    # x_mixed8 of the reference sets; the profile over tau by brute force at each limit.
    from scipy import special

    from paucity.synthesis.logit_normal import mu_for_mean

    x, n = np.array([1, 2, 2, 6, 0, 0, 0, 12]), np.array([1, 2, 2, 7, 1, 1, 22, 34])
    r = pool_glmm(x, n)
    table = likelihood.build(x, n)
    tau = np.concatenate([[0.0], np.geomspace(0.05, 60, 800)])
    for end in (r.mean.interval.lower, r.mean.interval.upper):
        heights = total(
            table, table.multiplicity, mu_for_mean(float(special.logit(end)), tau)[0], tau, 0
        ).value
        # A grid step of 0.9% in tau misses the top by 1e-5 at most.
        assert 2 * (r.log_likelihood - heights.max()) == pytest.approx(3.841458820694124, abs=1e-4)
    wald = pool_glmm(x, n, interval="wald")
    assert r.mean.interval.upper > wald.mean.interval.upper


def test_mean_and_median_intervals_agree_where_there_is_no_spread_to_speak_of():
    r = pool_glmm([10**8, 10**8 + 5, 10**8 - 20000], [10**9] * 3)
    assert r.mean.interval.lower == pytest.approx(r.interval.lower, abs=1e-8)
