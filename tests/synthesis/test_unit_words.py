"""Sentences take the word for what is counted."""

from __future__ import annotations

import pytest

from paucity.synthesis import (
    Status,
    bootstrap,
    meta_regression,
    missing_outcomes,
    pool,
    pool_beta_binomial,
    pool_glmm,
    pool_inverse_variance,
    pool_ordinal,
    refused,
    small_study_test,
    subgroups,
    tipping_point,
)

X, N = [1, 5, 9], [9, 9, 20]
RESULTS = {
    "pool": lambda u: pool(X, N, unit=u),
    "glmm": lambda u: pool_glmm(X, N, unit=u),
    "beta-binomial": lambda u: pool_beta_binomial(X, N, unit=u),
    "inverse variance": lambda u: pool_inverse_variance(X, N, unit=u),
    "one each": lambda u: pool_glmm([1, 0, 1], [1, 1, 1], unit=u),
    "too few": lambda u: pool(X[:2], N[:2], unit=u),
    "refused": lambda u: refused(Status.OVERLAPPING_COHORTS, X, N, unit=u),
    "ordinal": lambda u: pool_ordinal([[1, 2, 3], [2, 1, 3]], interval="wald", unit=u),
    "ordinal, one": lambda u: pool_ordinal([[1, 2, 3]], unit=u),
    "bootstrap": lambda u: bootstrap(X, N, replicates=100, unit=u),
    "tipping point": lambda u: tipping_point([5, 9, 8], [6, 10, 9], threshold=0.5, unit=u),
    "missing": lambda u: missing_outcomes(X, N, [1, 0, 2], method="glmm", unit=u),
    "small studies": lambda u: small_study_test([1] * 10, [4] * 10, unit=u),
    "regression": lambda u: meta_regression([1, 0, 1, 0], [1] * 4, [0, 1, 2, 3], unit=u),
    "subgroups": lambda u: subgroups([*X, 3], [*N, 9], ["a", "a", "b", "b"], unit=u),
    "Bayesian subgroups": lambda u: subgroups(X, N, ["a", "a", "b"], method="bayes", unit=u),
}


@pytest.mark.parametrize("name", RESULTS)
def test_courses_are_never_called_patients(name):
    result = RESULTS[name]("courses")
    assert "course" in result.sentence
    assert "patient" not in result.sentence
    assert result.inputs.unit == "courses"
    assert RESULTS[name]("patients").sentence == result.sentence.replace("course", "patient")


def test_one_study_is_not_called_studies():
    assert "1 study" in pool_ordinal([[1, 2, 3]]).sentence
    assert "1 studies" not in pool_ordinal([[1, 2, 3]]).sentence


def test_what_may_be_counted_is_said():
    with pytest.raises(ValueError, match="unit: found 'people'; expected one of patients"):
        pool(X, N, unit="people")
