"""Whatever goes in, a clear error or a status comes out: no warning, no nonsense."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import numpy as np
import pytest

import paucity.synthesis
from paucity.synthesis import (
    MEANING,
    Prior,
    Status,
    bootstrap,
    combine,
    meta_regression,
    pool,
    pool_bayes,
    pool_beta_binomial,
    pool_glmm,
    pool_inverse_variance,
    proportion_intervals,
    refused,
    subgroups,
)

POOLERS = [pool, pool_bayes, pool_glmm, pool_beta_binomial, pool_inverse_variance]
BAD = [
    ([3], [2], "3 events in 2 patients"),
    ([-1], [2], "zero or more"),
    ([1], [-2], "zero or more"),
    ([0.5], [2], "whole number"),
    ([1], [2.5], "whole number"),
    ([0], [0], "0 patients"),
    ([math.nan], [2], "finite"),
    ([1], [math.inf], "finite"),
    ([], [], "no studies"),
    ([1, 2], [3], "2 event counts and 1 patient counts"),
    ([[1, 2]], [[3, 4]], "2 dimensions"),
    (1, 2, "0 dimensions"),
    (["1"], ["2"], "not numbers"),
    ("12", "34", "not numbers"),
    ([None], [2], "not numbers"),
    ([[1], [2, 3]], [1, 2], "not numbers"),
    ([True], [2], "true/false"),
    ([10**30], [10**30], "2\\*\\*53"),
    ([1 + 2j], [3], "not numbers"),
]


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize(("x", "n", "message"), BAD)
def test_impossible_counts_are_refused_in_words(pooler, x, n, message):
    with pytest.raises(ValueError, match=message) as caught:
        pooler(x, n)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda v: np.array(v, np.uint8)])
def test_any_kind_of_list_will_do(pooler, kind):
    wanted = pooler([1, 5, 9], [9, 9, 20])
    assert pooler(kind([1, 5, 9]), kind([9, 9, 20])) == wanted


CASES = {
    "one study": ([12], [34]),
    "one patient": ([1], [1]),
    "all zero": ([0, 0, 0], [5, 10, 22]),
    "all events": ([2, 3, 1], [2, 3, 1]),
    "all equal": ([5, 5, 5], [10, 10, 10]),
    "same proportion": ([5, 10, 15], [10, 20, 30]),
    "reports only": ([1, 1, 0, 1], [1, 1, 1, 1]),
    "all or none": ([0, 1, 1], [22, 1, 1]),
    "a billion": ([10**9 - 1, 3, 10**8], [10**9, 10**9, 10**9]),
    "a billion against one": ([10**9, 0, 1], [10**9, 1, 2]),
    "mixed": ([1, 2, 0, 12], [1, 2, 22, 34]),
}


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("case", CASES)
def test_every_case_gives_a_number_in_range_or_a_reason(pooler, case):
    x, n = CASES[case]
    r = pooler(x, n)
    assert r.inputs.events == tuple(x)
    assert r.sentence.endswith(".")
    assert r.crude.estimate == sum(x) / sum(n)
    if r.estimate is None:
        assert r.interval is None
        assert r.status not in {Status.OK, Status.BOUNDARY}
        assert r.sentence.startswith(f"No pooled proportion: {r.status}")
    else:
        assert 0 <= r.estimate <= 1
        assert 0 <= r.interval.lower <= r.estimate + 1e-12
        assert r.estimate <= r.interval.upper + 1e-12 <= 1 + 1e-12
        assert r.interval.lower < r.interval.upper


@pytest.mark.parametrize("pooler", [pool_glmm, pool_beta_binomial, pool_inverse_variance])
@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("one study", Status.SINGLE_STUDY),
        ("all zero", Status.NO_EVENTS),
        ("all events", Status.ALL_EVENTS),
    ],
)
def test_likelihoods_without_a_maximum_get_their_status(pooler, case, status):
    r = pooler(*CASES[case])
    assert (r.estimate, r.status) == (None, status)


def test_pool_refuses_two_studies_unless_told():
    assert pool([2, 3], [4, 5]).status is Status.TOO_FEW
    assert pool([2, 3], [4, 5], minimum_studies=2).estimate is not None


def test_pool_chooses_bayes_for_few_or_sparse_data():
    assert "Bayesian" in pool([2, 3, 0, 12], [2, 3, 22, 34]).method
    assert "GLMM" in pool([5] * 12, list(range(8, 20))).method
    assert "Bayesian" in pool([0] * 11 + [2], [9] * 12).method


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool([1, 2, 3], [4, 5, 6], level=95), "Divide a percentage by 100"),
        (lambda: pool([1, 2, 3], [4, 5, 6], level="95"), "strictly between 0 and 1"),
        (lambda: pool([1, 2, 3], [4, 5, 6], level=math.nan), "strictly between 0 and 1"),
        (lambda: pool([1, 2, 3], [4, 5, 6], method="best"), "expected one of auto"),
        (lambda: pool([1, 2, 3], [4, 5, 6], tau=3), "option"),
        (lambda: pool_inverse_variance([1], [2], scale="probit"), "expected one of logit"),
        (lambda: Prior(sd=-1), "above 0"),
        (lambda: Prior(mean=math.inf), "finite"),
        (lambda: Prior(spread="uniform"), "half-normal"),
        (lambda: pool_bayes([1, 2], [3, 4], thresholds=[50]), "strictly between"),
        (lambda: combine([0.1], [0.2]), "at least two"),
        (lambda: combine([0.1, 0.3], [0.2, 0.0]), "not above 0"),
        (lambda: bootstrap([1, 2], [3, 4], replicates=5), "at least 100"),
        (lambda: meta_regression([1, 2], [3, 4], ["x", "y"]), "subgroups"),
        (lambda: meta_regression([1, 2], [3, 4], [1, 2, 3]), "one row for each of 2"),
        (lambda: meta_regression([1, 2], [3, 4], [1, math.nan]), "study 2"),
        (lambda: subgroups([1, 2], [3, 4], ["a"]), "1 labels for 2"),
        (lambda: subgroups([1, 2], [3, 4], ["a", "a"]), "one group"),
        (lambda: refused(Status.OK, [1], [2]), "stands for an answer"),
        (lambda: proportion_intervals([1], [2], method="exact"), "clopper-pearson"),
    ],
)
def test_wrong_options_say_what_is_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_status_is_documented():
    assert set(MEANING) == set(Status)
    assert all(text.endswith(".") and len(text) > 80 for text in MEANING.values())


def test_refusals_of_the_review_carry_their_reason():
    r = refused(Status.OVERLAPPING_COHORTS, [2, 3], [4, 5], reason="Cohort b is part of a.")
    assert "Cohort b is part of a." in r.sentence
    assert r.notes == (MEANING[Status.OVERLAPPING_COHORTS],)


def test_the_library_imports_nothing_else_of_paucity():
    allowed = {"numpy", "scipy", "paucity.synthesis"}
    standard = {"__future__", "collections", "dataclasses", "enum", "functools", "itertools"}
    standard |= {"math", "typing"}
    for path in Path(paucity.synthesis.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name if name.startswith("paucity") else name.split(".")[0]
                inside = top.startswith("paucity.synthesis") or top in allowed | standard
                assert inside, f"{path.name} imports {name}"
