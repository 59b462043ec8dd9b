"""The Bayesian model integrates what it says, and its limits are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import special, stats
from synthesis_data import columns, quick, sets

from paucity.synthesis import (
    Prior,
    Status,
    pool_bayes,
    posterior,
    prior_sensitivity,
    subgroups,
    under_priors,
)
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
        lambda p: posterior.at_new(p, 0.3)[0],
        lambda p: posterior.at_mean(p, math.log(2 / 3))[0],
        lambda p: posterior.at_tau(p, 0.8)[0],
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
    assert posterior.moments_tau(post)[0] == pytest.approx(float(mass.sum(0) @ tau), abs=1e-3)


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
    assert posterior.at_new(one, 0.2) == posterior.at_new(two, 0.2)


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
    assert posterior.at_new(coarse, 1.0) == pytest.approx(posterior.at_new(fine, 1.0), abs=1e-8)


def test_sensitivity_states_every_prior():
    rows = prior_sensitivity([2, 3, 1], [2, 3, 9])
    assert len({in_words(r.prior) for r in rows}) == len(rows) == 6
    assert len({round(r.estimate, 6) for r in rows}) > 1


@pytest.mark.parametrize("data", [MIXED, ([1, 14, 1], [1, 22, 1]), ([1, 2], [1, 2])])
def test_other_priors_on_the_same_nodes_are_what_they_are_on_their_own(data):
    for found in under_priors(*data):
        own = pool_bayes(*data, prior=found.prior)
        assert found.median.estimate == pytest.approx(own.estimate, abs=1e-7)
        assert found.median.interval.lower == pytest.approx(own.interval.lower, abs=1e-7)
        assert found.median.interval.upper == pytest.approx(own.interval.upper, abs=1e-7)


def test_prior_sensitivity_gives_what_each_prior_gives():
    for r in prior_sensitivity([2, 3, 1], [2, 3, 9], thresholds=[0.5]):
        own = pool_bayes([2, 3, 1], [2, 3, 9], prior=r.prior, thresholds=[0.5])
        assert r.prediction.lower == pytest.approx(own.prediction.lower, abs=1e-7)
        assert r.exceedances[0].mean == pytest.approx(own.exceedances[0].mean, abs=1e-7)
        assert r.log_evidence == pytest.approx(own.log_evidence, abs=1e-8)


@pytest.mark.parametrize("spread", ["half-normal", "exponential"])
@pytest.mark.parametrize(("sd", "scale"), [(5.0, 5.0), (8.0, 8.0), (1e-3, 10.0), (10.0, 1e-3)])
@pytest.mark.parametrize("data", [MIXED, ([0, 0], [3, 4]), ([0, 1, 1], [22, 1, 1])])
def test_a_wide_prior_gives_numbers_in_range_and_no_warning(spread, sd, scale, data):
    r = pool_bayes(*data, prior=Prior(sd=sd, scale=scale, spread=spread))
    assert 0 <= r.interval.lower < r.estimate < r.interval.upper <= 1
    assert 0 <= r.mean.interval.lower <= r.mean.estimate <= r.mean.interval.upper <= 1
    assert r.prediction.lower <= r.interval.lower
    assert r.tau.interval.lower < r.tau.estimate < r.tau.interval.upper


@pytest.mark.parametrize("wrong", [{"sd": 101}, {"scale": 1e-7}, {"mean": -101}])
def test_a_prior_beyond_any_belief_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match=r"prior .*: found .*; expected"):
        Prior(**wrong)


def plain_sum(groups):
    """Return P(second above first), and the evidence of groups apart and together, by grids."""
    mu, tau = np.linspace(-8, 8, 161), (np.arange(100) + 0.5) * 0.06
    z = np.linspace(-7, 7, 57)
    weight = stats.norm.pdf(z) * (z[1] - z[0])
    width, height = mu[1] - mu[0], tau[1] - tau[0]

    def likelihood(rows):
        log_like = np.zeros((mu.size, tau.size))
        for a, b in rows:
            p = special.expit(mu[:, None, None] + tau[:, None] * z)
            log_like += np.log(stats.binom.pmf(a, b, p) @ weight)
        return np.exp(log_like) * stats.norm.pdf(mu, 0, 1.5)[:, None]

    spread = stats.halfnorm.pdf(tau) * height
    first, second = (likelihood(rows) * width for rows in groups)
    joint = np.einsum("it,jt,t->ij", first, second, spread)
    above = np.triu(joint, 1).sum() + np.trace(joint) / 2
    together = (likelihood(groups[0] + groups[1]) * width * spread).sum()
    return above / joint.sum(), joint.sum() / together


def test_groups_with_one_spread_agree_with_a_plain_sum():
    groups = ([(1, 10), (2, 12)], [(8, 11), (9, 12)])
    rows = groups[0] + groups[1]
    r = subgroups(*zip(*rows, strict=True), ["a", "a", "b", "b"], method="bayes").common_spread
    above, factor = plain_sum(groups)
    # Midpoint rules: cells of 0.1 by 0.06.
    assert r.contrasts[0].higher == pytest.approx(above, abs=2e-3)
    assert r.bayes_factor == pytest.approx(factor, rel=1e-3)


def test_equal_groups_differ_by_nothing():
    r = subgroups([3, 5, 3, 5], [10, 9, 10, 9], ["a", "a", "b", "b"], method="bayes").common_spread
    (contrast,) = r.contrasts
    assert contrast.higher == pytest.approx(0.5, abs=1e-9)
    assert contrast.difference.estimate == pytest.approx(0.0, abs=1e-8)
    assert r.bayes_factor < 1


def test_a_group_of_one_study_has_its_place_where_the_spread_is_shared():
    r = subgroups([3, 5, 8], [10, 9, 9], ["a", "a", "b"], method="bayes")
    assert r.results[1].status is Status.SINGLE_STUDY
    assert r.common_spread.medians[1].interval.lower > 0.2
    assert "does not compare treatments" in r.sentence
