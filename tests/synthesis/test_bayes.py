"""The Bayesian model integrates what it says, and its limits are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import special, stats
from synthesis_data import columns, quick, sets

from paucity.synthesis import Prior, Status, pool_bayes, posterior, prior_sensitivity
from paucity.synthesis.priors import in_words, log_density_tau

MIXED = ([1, 2, 2, 6, 0, 0, 0, 12], [1, 2, 2, 7, 1, 1, 22, 34])


@settings(quick, max_examples=8)
@given(sets(2, 6))
def test_halving_every_step_changes_nothing_at_1e_8(rows):
    x, n = (np.array(v) for v in columns(rows))
    coarse, fine = (posterior.posterior(x, n, Prior(), refine=r) for r in (1.0, 2.0))
    for f in (
        lambda p: p.log_evidence,
        lambda p: posterior.cdf_mu(p, 0.3),
        lambda p: posterior.cdf_new(p, 0.3),
        lambda p: posterior.cdf_mean(p, 0.4),
        lambda p: posterior.cdf_tau(p, 0.8),
        posterior.mean_new,
        lambda p: posterior.moments_mu(p)[0],
    ):
        assert f(coarse) == pytest.approx(f(fine), abs=1e-8, rel=1e-8)


def test_posterior_agrees_with_a_plain_two_dimensional_sum():
    x, n = np.array([2, 0, 5]), np.array([3, 8, 11])
    mu, tau = np.linspace(-9, 9, 601), np.linspace(0.01, 6.01, 301)
    z = np.linspace(-7, 7, 57)
    weight = stats.norm.pdf(z) * (z[1] - z[0])
    log_like = np.zeros((mu.size, tau.size))
    for a, b in zip(x, n, strict=True):
        p = special.expit(mu[:, None, None] + tau[:, None] * z)
        log_like += np.log(stats.binom.pmf(a, b, p) @ weight)
    mass = np.exp(log_like) * stats.norm.pdf(mu, 0, 1.5)[:, None] * stats.halfnorm.pdf(tau)
    mass /= mass.sum()
    post = posterior.posterior(x, n, Prior())
    # Midpoint rules: cells of 0.03 by 0.02, errors of their squares over 24.
    assert posterior.cdf_mu(post, 0.015) == pytest.approx(mass[mu <= 0.01].sum(), abs=2e-4)
    assert posterior.moments_mu(post)[0] == pytest.approx(float(mass.sum(1) @ mu), abs=1e-4)
    assert posterior.mean_tau(post) == pytest.approx(float(mass.sum(0) @ tau), abs=1e-3)


@settings(quick, max_examples=8)
@given(sets(2, 6))
def test_counting_non_events_mirrors_the_posterior(rows):
    x, n = columns(rows)
    one, two = pool_bayes(x, n), pool_bayes([b - a for a, b in rows], n)
    assert one.estimate == pytest.approx(1 - two.estimate, abs=1e-8)
    assert one.interval.lower == pytest.approx(1 - two.interval.upper, abs=1e-8)


@settings(quick, max_examples=8)
@given(sets(2, 5))
def test_order_of_studies_changes_no_bit(rows):
    x, n = (np.array(v) for v in columns(rows))
    one, two = (posterior.posterior(*pair, Prior()) for pair in ((x, n), (x[::-1], n[::-1])))
    assert posterior.cdf_new(one, 0.2) == posterior.cdf_new(two, 0.2)


def test_a_tight_prior_wins_and_a_flat_one_loses():
    x, n = [3, 5, 9], [10, 14, 30]
    tight = pool_bayes(x, n, prior=Prior(mean=1.0, sd=1e-4, scale=0.1))
    assert tight.estimate == pytest.approx(special.expit(1.0), abs=1e-5)
    # With hardly any spread allowed and a flat prior the posterior is that of one binomial:
    # log odds approximately normal around the crude ones, corrections of order 1 / events.
    flat = pool_bayes(x, n, prior=Prior(sd=50, scale=1e-3))
    assert flat.estimate == pytest.approx(17 / 54, abs=0.005)
    exact = stats.beta(17, 37)  # flat on the log odds
    assert flat.interval.lower == pytest.approx(exact.ppf(0.025), abs=2e-3)
    assert flat.interval.upper == pytest.approx(exact.ppf(0.975), abs=2e-3)


def test_with_no_spread_splitting_a_study_changes_nothing():
    prior = Prior(scale=1e-5)
    whole = pool_bayes([6, 8], [10, 20], prior=prior)
    halves = pool_bayes([3, 3, 4, 4], [5, 5, 10, 10], prior=prior)
    assert whole.estimate == pytest.approx(halves.estimate, abs=1e-8)
    assert whole.interval.upper == pytest.approx(halves.interval.upper, abs=1e-8)


def test_probabilities_are_ordered_and_agree_with_the_interval():
    r = pool_bayes(*MIXED, thresholds=[0.1, 0.5, 0.9])
    above = [e.median for e in r.exceedances]
    assert 1 > above[0] > above[1] > above[2] > 0
    at = pool_bayes(*MIXED, thresholds=[r.interval.lower, r.mean.interval.upper])
    assert at.exceedances[0].median == pytest.approx(0.975, abs=1e-8)
    assert at.exceedances[1].mean == pytest.approx(0.025, abs=1e-8)


def test_a_new_study_is_less_certain_than_the_median():
    r = pool_bayes(*MIXED)
    assert r.prediction.lower < r.interval.lower < r.interval.upper < r.prediction.upper


@pytest.mark.parametrize(
    ("x", "status", "word"),
    [([0, 0, 0], Status.NO_EVENTS, "lower"), ([5, 9, 2], Status.ALL_EVENTS, "upper")],
)
def test_one_sided_data_keep_an_estimate_and_own_up_to_the_prior(x, status, word):
    r = pool_bayes(x, [5, 9, 2])
    assert r.status is status
    assert f"the {word} limit is the prior's" in r.sentence
    assert 0 < r.interval.lower < r.estimate < r.interval.upper < 1


def test_one_study_is_not_pooled():
    r = pool_bayes([12], [34])
    assert (r.estimate, r.status) == (None, Status.SINGLE_STUDY)


@pytest.mark.parametrize("spread", ["half-normal", "half-cauchy", "exponential"])
def test_priors_on_tau_integrate_to_one(spread):
    tau = np.linspace(0, 4000, 4_000_001)
    area = np.trapezoid(np.exp(log_density_tau(Prior(spread=spread), tau)), tau)
    assert area == pytest.approx(1, abs=2e-4)  # half-Cauchy: 2 / (pi 4000) lies beyond


@pytest.mark.parametrize("spread", ["half-cauchy", "exponential"])
def test_other_priors_also_converge(spread):
    x, n = (np.array(v) for v in MIXED)
    coarse, fine = (posterior.posterior(x, n, Prior(spread=spread), refine=r) for r in (1.0, 2.0))
    assert coarse.log_evidence == pytest.approx(fine.log_evidence, abs=1e-8)
    assert posterior.cdf_new(coarse, 1.0) == pytest.approx(posterior.cdf_new(fine, 1.0), abs=1e-8)


def test_sensitivity_states_every_prior():
    rows = prior_sensitivity([2, 3, 1], [2, 3, 9])
    assert len({in_words(r.prior) for r in rows}) == len(rows) == 6
    assert len({round(r.estimate, 6) for r in rows}) > 1
