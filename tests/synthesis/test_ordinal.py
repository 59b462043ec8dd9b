"""Ordered responses: one model, thresholds that cannot cross."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthesis_data import quick

from paucity.synthesis import Status, pool_beta_binomial, pool_ordinal
from paucity.synthesis.ordinal import MODELS
from paucity.synthesis.proportional_odds import value_and_gradient

TABLES = st.lists(
    st.lists(st.integers(0, 12), min_size=3, max_size=3).filter(sum), min_size=2, max_size=5
)
EXAMPLE = [[3, 2, 5], [1, 4, 2], [6, 1, 3], [0, 3, 9]]


@pytest.mark.parametrize("model", MODELS)
@settings(quick, max_examples=10)
@given(table=TABLES)
def test_thresholds_never_cross(model, table):
    r = pool_ordinal(table, model=model)
    best, either = r.thresholds
    for kind in ("mean", "median"):
        a, b = getattr(best, kind), getattr(either, kind)
        if a is not None and b is not None:
            assert 0 <= a.estimate <= b.estimate + 1e-12 <= 1 + 1e-12


@pytest.mark.parametrize("model", MODELS)
def test_reversing_the_levels_mirrors_the_thresholds(model):
    one = pool_ordinal(EXAMPLE, model=model)
    two = pool_ordinal([row[::-1] for row in EXAMPLE], labels=("NR", "PR", "CR"), model=model)
    # Quasi-Newton, then Newton steps with a numerical Hessian: 1e-7 is its stopping distance.
    assert one.thresholds[0].mean.estimate == pytest.approx(
        1 - two.thresholds[1].mean.estimate, abs=1e-7
    )


def test_gradient_of_the_proportional_odds_likelihood():
    counts, weight = np.array(EXAMPLE), np.ones(4)
    point = np.array([-0.7, 0.4, 0.9])

    def value(p):
        return value_and_gradient(counts, weight, p[:2], p[2])[0]

    gradient = value_and_gradient(counts, weight, point[:2], point[2])[1]
    for i, e in enumerate(np.eye(3) * 1e-5):
        numeric = (value(point + e) - value(point - e)) / 2e-5
        assert numeric == pytest.approx(gradient[i], abs=1e-7)  # step squared, and rounding / step


@pytest.mark.parametrize("tau", [0.0, 0.5, 3.0, 20.0])
def test_refining_the_quadrature_changes_nothing_at_1e_8(tau):
    counts, weight = np.array([*EXAMPLE, [0, 0, 22], [40, 0, 0]]), np.ones(6)
    coarse, fine = (
        value_and_gradient(counts, weight, np.array([-0.7, 0.4]), tau, refine=r) for r in (1.0, 2.0)
    )
    assert coarse[0] == pytest.approx(fine[0], abs=1e-8)
    assert coarse[1] == pytest.approx(fine[1], abs=1e-7)


def test_without_spread_the_model_is_the_pooled_table():
    r = pool_ordinal([[10, 20, 30], [5, 10, 15]])
    assert r.status is Status.BOUNDARY
    assert r.tau == 0
    assert [t.mean.estimate for t in r.thresholds] == pytest.approx([1 / 6, 1 / 2], abs=1e-12)
    # Wald interval of logit(1/6) from 90 patients: se = sqrt(1 / (90 p (1 - p)))
    half = 1.959963984540054 / np.sqrt(90 * (1 / 6) * (5 / 6))
    assert r.interval.lower == pytest.approx(1 / (1 + np.exp(np.log(5) + half)), abs=1e-10)


def test_two_levels_are_the_beta_binomial():
    table = [[3, 7], [5, 5], [0, 12]]
    r = pool_ordinal(table, labels=("yes", "no"), model="dirichlet-multinomial")
    b = pool_beta_binomial([3, 5, 0], [10, 10, 12])
    assert r.estimate == pytest.approx(b.estimate, abs=1e-12)
    assert r.rho == pytest.approx(b.heterogeneity.rho, abs=1e-12)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("table", "status"),
    [
        ([[3, 4, 5]], Status.SINGLE_STUDY),
        ([[3, 0, 0], [4, 0, 0]], Status.ALL_EVENTS),
        ([[0, 0, 3], [0, 0, 4]], Status.NO_EVENTS),
        ([[0, 3, 0], [0, 4, 0]], Status.DIVERGES),
        ([[3, 0, 0], [0, 0, 4]], Status.DIVERGES),
    ],
)
def test_data_without_a_maximum_get_a_reason(model, table, status):
    r = pool_ordinal(table, model=model)
    assert (r.estimate, r.status) == (None, status)
    assert r.sentence.startswith("No pooled responses")


@pytest.mark.parametrize("model", MODELS)
def test_a_level_nobody_reached_is_zero_without_an_interval(model):
    r = pool_ordinal([[0, 2, 5], [0, 4, 2], [0, 1, 7]], model=model)
    best, either = r.thresholds
    assert best.mean.estimate == 0
    assert best.mean.interval is None
    assert either.mean.interval.lower < either.mean.estimate < either.mean.interval.upper


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "found rows of 2 counts; expected 3"),
        ([[1, 2, -3]], "zero or more"),
        ([[0, 0, 0], [1, 2, 3]], "study 1 has no patients"),
        ([[1.5, 2, 3]], "whole number"),
        ([], "found rows of 0"),
    ],
)
def test_bad_tables_say_what_is_wrong(table, message):
    with pytest.raises(ValueError, match=message):
        pool_ordinal(table)
