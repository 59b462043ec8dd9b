"""Leave-one-out, small studies, selection, missing outcomes, bootstrap, subgroups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from synthesis_data import reference

from paucity.synthesis import (
    Status,
    bootstrap,
    fit_glmm,
    leave_one_out,
    meta_regression,
    missing_outcomes,
    pool_glmm,
    small_study_test,
    subgroups,
    tipping_point,
)
from paucity.synthesis.batched import resample

PRITZ = reference("metafor")["pritz1997"]
X, N = PRITZ["xi"], PRITZ["ni"]


def test_batched_bootstrap_is_the_loop_of_single_fits():
    b = bootstrap(X, N, replicates=200, seed=4)
    drawn = resample(len(X), 200, seed=4)
    for i in range(0, 200, 7):
        one = fit_glmm(np.array(X)[drawn[i]], np.array(N)[drawn[i]])
        assert b.mu[i] == pytest.approx(one.mu, abs=1e-9)
        assert b.tau[i] == pytest.approx(one.tau, abs=1e-7)  # Newton stops at 1e-10 of its scale


def test_bootstrap_is_the_same_every_time_and_moves_with_the_seed():
    assert bootstrap(X, N, replicates=100) == bootstrap(X, N, replicates=100)
    assert bootstrap(X, N, replicates=100).mu != bootstrap(X, N, replicates=100, seed=1).mu


def test_bootstrap_counts_replicates_without_a_maximum():
    b = bootstrap([1, 2, 0, 12], [1, 2, 22, 34], replicates=300)
    drawn = resample(4, 300, seed=0)
    none_mixed = ~(drawn == 3).any(axis=1)
    zero = np.array([1, 2, 0, 12])[drawn].sum(axis=1) == 0
    full = ~(drawn >= 2).any(axis=1)
    single = np.zeros(300, bool)  # 1/1 alone is also "all events"
    assert b.diverged == (none_mixed & ~zero & ~full & ~single).sum() > 0
    assert b.mu.count(float("-inf")) == zero.sum()
    assert b.mu.count(float("inf")) == full.sum()


def test_leave_one_out_is_the_pool_without_that_study():
    r = leave_one_out(X, N, method="glmm")
    alone = pool_glmm(X[1:], N[1:])
    assert r.without[0].estimate == alone.estimate
    assert len(r.without) == len(X)


def test_leaving_out_the_only_mixed_study_leaves_no_estimate():
    r = leave_one_out([2, 0, 12], [2, 9, 34], method="glmm")
    assert r.without[2].status is Status.DIVERGES
    assert "In 1 of 3 cases there is no estimate left" in r.sentence


def test_tipping_point_is_the_first_report_that_tips():
    x, n = [5, 6, 7], [7, 8, 9]
    r = tipping_point(x, n, threshold=0.5, conclusion="estimate", method="glmm")
    m = r.reports
    assert m > 0
    assert pool_glmm(x + [0] * m, n + [1] * m, interval="wald").estimate <= 0.5
    assert pool_glmm(x + [0] * (m - 1), n + [1] * (m - 1), interval="wald").estimate > 0.5


def test_tipping_point_of_a_conclusion_that_fails_is_zero():
    assert tipping_point([1, 1, 2], [9, 9, 9], threshold=0.5).reports == 0


def test_tipping_point_out_of_reach_is_none():
    r = tipping_point([500, 600], [900, 900], threshold=0.01, conclusion="estimate", maximum=3)
    assert r.reports is None
    assert "Not even 3" in r.sentence


def test_small_study_test_refuses_few_studies_and_constant_size():
    few = small_study_test([1] * 9, list(range(2, 11)))
    same = small_study_test([1, 2, 3] * 4, [5] * 12)
    assert few.status is same.status is Status.TOO_FEW
    assert "no evidence against selective publication" in few.sentence
    assert small_study_test(X, N).status is Status.OK


def test_missing_outcomes_bracket_and_contain_the_assessed():
    r = missing_outcomes([3, 5, 12], [9, 10, 30], [0, 2, 4], method="glmm")
    assert r.interval.lower == r.worst.interval.lower < r.assessed.interval.lower
    assert r.interval.upper == r.best.interval.upper > r.assessed.interval.upper
    none = missing_outcomes([3, 5, 12], [9, 10, 30], [0, 0, 0], method="glmm")
    assert (none.interval.lower, none.interval.upper) == (
        none.assessed.interval.lower,
        none.assessed.interval.upper,
    )


def test_subgroup_means_are_what_the_dummy_regression_says():
    x, n = [1, 4, 2, 9, 14, 5], [9, 12, 11, 12, 20, 6]
    r = subgroups(x, n, ["a", "a", "a", "b", "b", "b"])
    fit = r.common_spread
    log_odds = [c.estimate for c in fit.coefficients]
    assert fit.status is Status.BOUNDARY  # tau = 0: then each group is its crude proportion
    assert special.expit(log_odds[0]) == pytest.approx(7 / 32, abs=1e-9)
    assert special.expit(sum(log_odds)) == pytest.approx(28 / 38, abs=1e-9)
    assert "not randomised" in r.sentence


def test_swapping_the_reference_group_changes_no_test():
    x, n = [1, 4, 2, 9, 14, 5, 3], [9, 12, 31, 12, 50, 6, 8]
    one = subgroups(x, n, list("aaabbbb"))
    two = subgroups(x[::-1], n[::-1], list("bbbbaaa"))
    a, b = one.common_spread.likelihood_ratio, two.common_spread.likelihood_ratio
    assert a.statistic == pytest.approx(b.statistic, abs=1e-8)


@pytest.mark.parametrize(
    ("x", "n", "z"),
    [
        ([2, 1, 0, 0], [4, 4, 9, 3], [0, 0, 1, 1]),  # a group without events
        ([0, 1, 4, 4], [4, 4, 4, 4], [0, 1, 2, 3]),  # only one study is mixed
    ],
)
def test_separation_is_a_status_not_a_large_number(x, n, z):
    r = meta_regression(x, n, z)
    assert (r.estimate, r.status) == (None, Status.SEPARATED)


def test_overlap_is_not_separation():
    r = meta_regression([1, 3, 2, 4], [4, 4, 4, 4], [0, 1, 2, 3])
    assert r.status in {Status.OK, Status.BOUNDARY}


def test_dependent_covariates_are_refused():
    r = meta_regression([1, 3, 2, 4, 2], [4, 4, 4, 4, 9], [[1, 2], [2, 4], [3, 6], [4, 8], [5, 10]])
    assert r.status is Status.TOO_FEW
    assert "combination" in r.sentence


def test_units_of_a_covariate_do_not_change_its_test():
    z = np.array(PRITZ["mod"], float)
    one, two = meta_regression(X, N, z), meta_regression(X, N, 1e6 * z + 5e6)
    assert one.likelihood_ratio.statistic == pytest.approx(two.likelihood_ratio.statistic, abs=1e-8)
    assert one.estimate == pytest.approx(1e6 * two.estimate, rel=1e-6)


def test_a_tie_with_the_threshold_is_not_above_it():
    # With two failures there are two of four: by symmetry the median is one half, to rounding.
    for method in ("bayes", "glmm"):
        found = tipping_point(
            [1, 1], [1, 1], threshold=0.5, conclusion="estimate", method=method, maximum=9
        )
        assert found.reports == (2 if method == "bayes" else 0)
