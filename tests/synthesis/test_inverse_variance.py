"""Inverse-variance pooling: invariances, and refusals where it would mislead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from synthesis_data import columns, quick, sets

from paucity.synthesis import Status, combine, pool_inverse_variance
from paucity.synthesis.heterogeneity import estimate_tau2, log_likelihood, weighted_fit
from paucity.synthesis.spread_roots import prepare, q_root

TAU2 = st.sampled_from(["EE", "DL", "PM", "ML", "REML"])
SCALE = st.sampled_from(["logit", "arcsine", "freeman-tukey"])


@quick
@given(sets(3, 8), TAU2, SCALE)
def test_order_of_studies_does_not_matter(rows, method, scale):
    x, n = columns(rows)
    assume(0 < sum(x) < sum(n))
    one = pool_inverse_variance(x, n, tau2_method=method, scale=scale)
    two = pool_inverse_variance(x[::-1], n[::-1], tau2_method=method, scale=scale)
    # Sums in another order differ by rounding, and tau2 is a root of such sums.
    assert one.estimate == pytest.approx(two.estimate, abs=1e-8)


@quick
@given(sets(3, 8), TAU2, SCALE)
def test_counting_non_events_mirrors_the_estimate(rows, method, scale):
    x, n = columns(rows)
    assume(0 < sum(x) < sum(n))
    one = pool_inverse_variance(x, n, tau2_method=method, scale=scale)
    two = pool_inverse_variance([b - a for a, b in rows], n, tau2_method=method, scale=scale)
    assert one.estimate == pytest.approx(1 - two.estimate, abs=1e-7)


@quick
@given(sets(2, 6))
def test_splitting_studies_in_halves_leaves_the_common_effect(rows):
    data = [(2 * a + 2, 2 * b + 4) for a, b in rows]  # even, with no zero cell
    halves = [(a // 2, b // 2) for a, b in data for _ in range(2)]
    whole = pool_inverse_variance(*columns(data), tau2_method="EE", test="wald")
    split = pool_inverse_variance(*columns(halves), tau2_method="EE", test="wald")
    assert whole.link_estimate == pytest.approx(split.link_estimate, abs=1e-12)
    assert whole.standard_error == pytest.approx(split.standard_error, rel=1e-12)


@quick
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.05, 4)), min_size=3, max_size=9),
    st.sampled_from(["ML", "REML"]),
)
def test_no_tau2_of_a_fine_grid_is_likelier(rows, method):
    y, v = (np.array(c) for c in zip(*rows, strict=True))
    x = np.ones((y.size, 1))
    best = estimate_tau2(y, v, x, method)
    restricted = method == "REML"

    def height(tau2):
        return log_likelihood(weighted_fit(y, v, x, tau2), x, restricted=restricted)

    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 400)])
    assert max(height(t) for t in grid) <= height(best) + 1e-9


WIDE = st.tuples(st.floats(-20, 20), st.floats(-6, 4), st.floats(-2, 2))  # log10 of variances


@quick
@given(st.lists(WIDE, min_size=4, max_size=9), st.booleans(), st.sampled_from([0.1, 1.0, 5.0]))
def test_the_generalised_q_equals_its_target_at_its_root(rows, covariate, target):
    y, log_v, other = (np.array(c) for c in zip(*rows, strict=True))
    v = 10.0**log_v
    assume(not covariate or np.ptp(other) > 0.1)
    x = np.column_stack([np.ones(y.size), other]) if covariate else np.ones((y.size, 1))
    tau2 = q_root(prepare(y, v, x), target)
    q = weighted_fit(y, v, x, tau2 or 0.0).q
    if tau2 is None:
        assert q <= target
    else:
        # tau2 is good to 1e-14 of itself; Q, a sum of squares of differences, to about 1e-10
        assert q == pytest.approx(target, rel=1e-8)


@pytest.mark.parametrize("method", ["PM", "ML", "REML"])
@pytest.mark.parametrize("covariate", [False, True])
def test_roots_are_those_of_brent(method, covariate):
    # scipy's Brent on the score as written with the whole k by k matrix P.
    from scipy import optimize

    rng = np.random.default_rng(7)
    y, v = rng.normal(0, 1.5, 12), rng.uniform(0.05, 0.6, 12)
    x = np.column_stack([np.ones(12), rng.normal(size=12)]) if covariate else np.ones((12, 1))

    def score(tau2):
        w = np.diag(1 / (v + tau2))
        p = w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w
        if method == "PM":
            return y @ p @ y - (12 - x.shape[1])
        return y @ p @ p @ y - np.trace(p if method == "REML" else w)

    expected = optimize.brentq(score, 1e-6, 50, xtol=1e-14)
    assert estimate_tau2(y, v, x, method) == pytest.approx(expected, rel=1e-11)


def test_ad_hoc_is_never_narrower_than_wald():
    y, v = [0.1, 0.11, 0.09], [0.1, 0.2, 0.3]
    wald, adhoc = (combine(y, v, test=t).interval for t in ("wald", "ad hoc"))
    assert adhoc.upper - adhoc.lower > wald.upper - wald.lower


def test_hartung_knapp_on_studies_that_agree_exactly_has_no_interval():
    # metafor gives [0.5, 0.5] here.
    r = pool_inverse_variance([5, 10, 15], [10, 20, 30], test="hartung-knapp")
    assert r.interval is None
    assert r.status is Status.BOUNDARY
    assert "zero width" in r.sentence
    assert pool_inverse_variance([5, 10, 15], [10, 20, 30]).interval.upper > 0.6


def test_riley_prediction_needs_three_studies():
    assert pool_inverse_variance([3, 5], [9, 9]).prediction is None
    assert pool_inverse_variance([3, 5, 6], [9, 9, 9]).prediction is not None


def test_harmonic_back_transform_misleads_as_published():
    # Schwarzer et al. 2019: estimates far below any study's proportion; here 0.001% against 0.3%.
    x, n = [0, 1, 0, 40], [10, 20, 15, 12000]
    harmonic, inverse = (
        pool_inverse_variance(
            x, n, scale="freeman-tukey", tau2_method="EE", back_transform=b
        ).estimate
        for b in ("harmonic", "inverse-variance")
    )
    assert harmonic == 0
    assert inverse == pytest.approx(41 / 12045, rel=0.1)


@pytest.mark.parametrize("scale", ["logit", "arcsine", "freeman-tukey"])
@pytest.mark.parametrize("events", [[0, 0, 0], [5, 10, 22]])
def test_nothing_to_correct_where_nobody_or_everybody_responded(scale, events):
    r = pool_inverse_variance(events, [5, 10, 22], scale=scale)
    assert r.estimate is None
    assert r.status in {Status.NO_EVENTS, Status.ALL_EVENTS}


def test_ten_thousand_studies_need_no_matrix_of_studies():
    rng = np.random.default_rng(1)
    n = rng.integers(1, 40, 10_000)
    x = rng.binomial(n, 0.4)
    r = pool_inverse_variance(x, n)  # 800 MB if it were 10,000 by 10,000
    assert r.heterogeneity.q_df == 9999
