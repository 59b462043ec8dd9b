"""Ordered responses: one model, thresholds that cannot cross."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthesis_data import quick

from paucity.synthesis import Status, ordinal_profile, pool_beta_binomial, pool_ordinal
from paucity.synthesis.ordinal import MODELS
from paucity.synthesis.proportional_odds import derivatives, value_and_gradient

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
    # Newton steps end where the likelihood gains nothing: at rounding, the root of it apart.
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


@pytest.mark.parametrize("point", [[-0.7, 0.4, 0.9], [-1.2, 1.1, 3.0], [-0.2, 0.1, 0.01]])
def test_second_derivatives_are_differences_of_the_gradient(point):
    counts, weight = np.array([*EXAMPLE, [0, 0, 22]]), np.array([1.0, 2, 1, 3, 1])
    at = np.array(point)
    hessian = derivatives(counts, weight, at[:2], at[2])[2]
    for i, e in enumerate(np.eye(3) * 1e-5):
        up, down = (derivatives(counts, weight, p[:2], p[2])[1] for p in (at + e, at - e))
        # a step of 1e-5 errs by its square times fourth derivatives, here at most a few hundred
        assert (up - down) / 2e-5 == pytest.approx(hessian[i], rel=1e-6, abs=1e-6)


def test_large_studies_far_apart_are_integrated_around_their_modes():
    # By scipy's adaptive rule on the log-odds scale. Undamped Newton steps for the mode go to and
    # fro between steep flanks here.
    from scipy import integrate, special

    table, thresholds, tau = [[30, 2, 5], [1, 40, 20], [60, 10, 3], [0, 3, 90]], [-1.1, 0.9], 5.4

    def density(u, row):
        low, high = special.expit(thresholds[0] + u), special.expit(thresholds[1] + u)
        p = low ** row[0] * (high - low) ** row[1] * (1 - high) ** row[2]
        return p * np.exp(-0.5 * (u / tau) ** 2) / (tau * np.sqrt(2 * np.pi))

    for row in table:
        peak = float(special.logit((row[0] + row[1] / 2 + 0.5) / (sum(row) + 1)))
        spots = [peak - 4, peak, peak + 4]
        whole = integrate.quad(density, -60, 60, args=(row,), points=spots, epsabs=0, limit=500)[0]
        found = value_and_gradient(np.array([row]), np.ones(1), np.array(thresholds), tau)[0]
        assert found == pytest.approx(np.log(whole), abs=1e-8)


@pytest.mark.parametrize("tau", [0.0, 0.5, 3.0, 20.0])
def test_refining_the_quadrature_changes_nothing_at_1e_8(tau):
    counts, weight = np.array([*EXAMPLE, [0, 0, 22], [40, 0, 0]]), np.ones(6)
    coarse, fine = (
        value_and_gradient(counts, weight, np.array([-0.7, 0.4]), tau, refine=r) for r in (1.0, 2.0)
    )
    assert coarse[0] == pytest.approx(fine[0], abs=1e-8)
    assert coarse[1] == pytest.approx(fine[1], abs=1e-7)


def test_without_spread_the_model_is_the_pooled_table():
    r = pool_ordinal([[10, 20, 30], [5, 10, 15]], interval="wald")
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


def test_nearly_separated_studies_mirror_and_take_few_steps(monkeypatch):
    # The likelihood hardly falls as the spread grows: steps end at its bound instead of
    # shortening there for ever.
    calls = []
    monkeypatch.setattr(
        ordinal_profile, "derivatives", lambda *a: calls.append(1) or derivatives(*a)
    )
    table = [[12, 0, 0], [0, 0, 13], [0, 14, 0], [1, 1, 0]]
    one = pool_ordinal(table)
    assert len(calls) < 2000  # 400 or so
    two = pool_ordinal([row[::-1] for row in table], labels=("NR", "PR", "CR"))
    for kind in ("mean", "median"):
        a, b = getattr(one.thresholds[0], kind), getattr(two.thresholds[1], kind)
        assert a.estimate == pytest.approx(1 - b.estimate, abs=1e-7)
        assert a.interval.lower == pytest.approx(1 - b.interval.upper, abs=1e-6)
        assert a.interval.upper == pytest.approx(1 - b.interval.lower, abs=1e-6)
