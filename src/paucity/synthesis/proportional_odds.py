"""Fit the proportional-odds model with a random study effect, by exact likelihood.

With thresholds k_1 < k_2 < ... and a study effect u ~ Normal(0, tau), P(category <= c | u) =
expit(k_c + u) (McCullagh 1980, JRSS B 42:109; random effects: Hedeker & Gibbons 1994, Biometrics
50:933). Since expit(a) - expit(b) = expit(a) (1 - expit(b)) (1 - exp(b - a)), a study's
probability is a product of binomial terms in u, one per threshold, n_c "yes" and n_{c+1} "no",
times a factor free of u. The integral is therefore as smooth as a binomial one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from paucity.synthesis.types import Counts, Floats

STEP, WIDTH = 0.35, 0.3  # of the integrand's standard deviation; of the log-odds scale
NEGLIGIBLE = 40.0
WIDEST = 60.0

Objective = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, slots=True)
class OddsFit:
    """Hold thresholds (C - 1,), tau, their covariance (C, C) in that order, log-likelihoods.

    Log-likelihoods leave out the multinomial coefficients; tau's row and column are 0 at tau = 0.
    """

    thresholds: Floats
    tau: float
    covariance: Floats
    value: float
    value_zero: float


def value_and_gradient(
    counts: Counts, multiplicity: Floats, thresholds: Floats, tau: float, refine: float = 1.0
) -> tuple[float, Floats]:
    """Return the log-likelihood and its gradient by thresholds and tau.

    Args:
        counts: Unique rows, shape (U, C).
        multiplicity: How often each occurs, shape (U,).
        thresholds: Increasing, shape (C - 1,).
        tau: At least 0.
        refine: Divides the quadrature step.

    Returns:
        Value, and gradient of shape (C,).
    """
    yes, no = counts[:, :-1].astype(np.float64), counts[:, 1:].astype(np.float64)
    z = _nodes(yes, no, thresholds, tau, refine)
    eta = thresholds + tau * z[..., None]
    log_f = -0.5 * z * z - (
        yes[:, None] * np.logaddexp(0.0, -eta) + no[:, None] * np.logaddexp(0.0, eta)
    ).sum(axis=-1)
    top = log_f.max(axis=1, keepdims=True)
    mass = np.exp(log_f - top)
    total = mass.sum(axis=1)
    row = top[:, 0] + np.log(total * (z[:, 1] - z[:, 0])) - 0.5 * math.log(2 * math.pi)
    slope = yes[:, None] - (yes + no)[:, None] * special.expit(eta)
    share = mass / total[:, None]
    by_threshold = multiplicity @ (share[..., None] * slope).sum(axis=1)
    by_tau = float(multiplicity @ (share * z * slope.sum(axis=-1)).sum(axis=1))
    gaps, inner = np.diff(thresholds), multiplicity @ counts[:, 1:-1]
    value = float(multiplicity @ row) + float(inner @ np.log(-np.expm1(-gaps)))
    push = inner / np.expm1(gaps)
    by_threshold[1:] += push
    by_threshold[:-1] -= push
    return value, np.append(by_threshold, by_tau)


def _nodes(yes: Floats, no: Floats, thresholds: Floats, tau: float, refine: float) -> Floats:
    """Return trapezoidal nodes z (U, J) covering each row's integrand down to exp(-40)."""
    z = np.zeros(yes.shape[0])
    curve = np.ones(z.size)
    for _ in range(50):
        p = special.expit(thresholds + tau * z[:, None])
        slope = tau * (yes - (yes + no) * p).sum(axis=1) - z
        curve = 1 + tau**2 * ((yes + no) * p * (1 - p)).sum(axis=1)
        move = slope / curve
        z = z + np.clip(move, -3, 3)
        if float(np.abs(move * np.sqrt(curve)).max()) < 1e-3:
            break

    def height(at: Floats) -> Floats:
        eta = thresholds + tau * at[:, None]
        body = (yes * np.logaddexp(0.0, -eta) + no * np.logaddexp(0.0, eta)).sum(axis=1)
        return np.asarray(-0.5 * at * at - body)

    peak, scale = height(z), 1 / np.sqrt(curve)
    ends = []
    for sign in (-1.0, 1.0):
        reach = 8 * scale
        for _ in range(60):
            short = height(z + sign * reach) > peak - NEGLIGIBLE
            if not short.any():
                break
            reach = np.where(short, 1.3 * reach, reach)
        ends.append(z + sign * reach)
    step = np.minimum(STEP * scale, WIDTH / max(tau, 1e-300)) / refine
    size = int(np.ceil((ends[1] - ends[0]) / step).max()) + 1
    return np.asarray(np.linspace(ends[0], ends[1], size, axis=1))


def _unpack(point: Floats) -> tuple[Floats, float]:
    gaps = np.exp(np.minimum(point[1:-1], 6.0))
    return np.concatenate([[point[0]], point[0] + np.cumsum(gaps)]), float(np.exp(point[-1]))


def _jacobian(thresholds: Floats, tau: float) -> Floats:
    """Return d(thresholds, tau) / d(first threshold, log gaps, log tau)."""
    size = thresholds.size + 1
    out = np.zeros((size, size))
    out[:-1, 0] = 1.0
    for j, gap in enumerate(np.diff(thresholds).tolist()):
        out[j + 1 : -1, j + 1] = gap
    out[-1, -1] = tau
    return out


def fit(counts: Counts, multiplicity: Floats) -> OddsFit:
    """Find the highest maximum, tau = 0 included.

    Args:
        counts: Unique rows, shape (U, C), every category seen at least once.
        multiplicity: Shape (U,).

    Returns:
        The fit; thresholds increase by construction.
    """
    pooled = multiplicity @ counts
    common = special.logit(np.cumsum(pooled)[:-1] / pooled.sum())
    zero = float(special.xlogy(pooled, pooled / pooled.sum()).sum())

    def negative(point: Floats) -> tuple[float, Floats]:
        thresholds, tau = _unpack(point)
        value, gradient = value_and_gradient(counts, multiplicity, thresholds, tau)
        return -value, -(gradient @ _jacobian(thresholds, tau))

    best, thresholds, tau = zero, common, 0.0
    for start in (0.3, 1.0, 3.0):
        wide = common * math.sqrt(1 + 0.346 * start**2)
        first = np.concatenate([[wide[0]], np.log(np.diff(wide)), [math.log(start)]])
        bounds = [(None, None)] + [(-25.0, 6.0)] * (wide.size - 1) + [(-9.0, math.log(WIDEST))]
        found = optimize.minimize(
            negative,
            first,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
        )
        point = _polish(negative, found.x)
        value = -negative(point)[0]
        if value > best + 1e-9 and point[-1] > -8.5:
            best = value
            thresholds, tau = _unpack(point)
    covariance = _covariance(negative, pooled, thresholds, tau)
    return OddsFit(thresholds, tau, covariance, best, zero)


def _hessian(negative: Objective, point: Floats) -> Floats:
    step = 1e-4
    rows = [
        (
            8 * (negative(point + step * e)[1] - negative(point - step * e)[1])
            - (negative(point + 2 * step * e)[1] - negative(point - 2 * step * e)[1])
        )
        / (12 * step)
        for e in np.eye(point.size)
    ]
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def _polish(negative: Objective, point: Floats) -> Floats:
    """Take Newton steps while they help: the quasi-Newton end is good to half the digits only."""
    value, gradient = negative(point)
    for _ in range(4):
        try:
            step = np.linalg.solve(_hessian(negative, point), gradient)
        except np.linalg.LinAlgError:
            break
        trial, slope = negative(point - step)
        if not trial <= value + 1e-12 * abs(value) or np.abs(step).max() > 1:
            break
        point, value, gradient = point - step, trial, slope
        if np.abs(step).max() < 1e-9:
            break
    return point


def _covariance(negative: Objective, pooled: Floats, thresholds: Floats, tau: float) -> Floats:
    size = thresholds.size + 1
    out = np.zeros((size, size))
    if tau == 0:
        cumulative = np.cumsum(pooled)[:-1] / pooled.sum()
        slope = 1 / (cumulative * (1 - cumulative))
        low = np.minimum.outer(cumulative, cumulative)
        out[:-1, :-1] = (low - np.outer(cumulative, cumulative)) * np.outer(slope, slope)
        out[:-1, :-1] /= pooled.sum()
        return out
    point = np.concatenate([[thresholds[0]], np.log(np.diff(thresholds)), [math.log(tau)]])
    jacobian = _jacobian(thresholds, tau)
    return np.asarray(jacobian @ np.linalg.inv(_hessian(negative, point)) @ jacobian.T)
