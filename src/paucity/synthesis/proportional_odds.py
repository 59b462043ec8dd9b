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
from scipy import special

from paucity.synthesis.types import Counts, Floats

STEP, WIDTH = 0.35, 0.3  # of the integrand's standard deviation; of the log-odds scale
NEGLIGIBLE = 40.0
WIDEST = 60.0
NEAR = -2.3  # log tau below which a likelihood that rises towards 0 does so all the way

Derivatives = tuple[float, Floats, Floats]
"""A value, its gradient and its Hessian."""

Objective = Callable[[Floats], Derivatives]


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
    """Return the log-likelihood and its gradient by thresholds and tau; see `derivatives`."""
    return derivatives(counts, multiplicity, thresholds, tau, refine)[:2]


def derivatives(
    counts: Counts, multiplicity: Floats, thresholds: Floats, tau: float, refine: float = 1.0
) -> Derivatives:
    """Return the log-likelihood with its first and second derivatives by thresholds and tau.

    Under the integral the binomial terms are differentiated, so nothing is divided by tau. With
    g the gradient of the log integrand and h its Hessian, the Hessian of the log integral is
    E[h] + E[g g'] - E[g] E[g'], expectations under the integrand.

    Args:
        counts: Unique rows, shape (U, C).
        multiplicity: How often each occurs, shape (U,).
        thresholds: Increasing, shape (C - 1,).
        tau: At least 0.
        refine: Divides the quadrature step.

    Returns:
        Value, gradient of shape (C,), Hessian of shape (C, C).
    """
    yes, no = counts[:, :-1].astype(np.float64), counts[:, 1:].astype(np.float64)
    z = _nodes(yes, no, thresholds, tau, refine)
    yes, no = yes[:, None], no[:, None]
    eta = thresholds + tau * z[..., None]
    log_f, p = _binomials(yes, no, eta)
    log_f -= 0.5 * z * z
    top = log_f.max(axis=1, keepdims=True)
    mass = np.exp(log_f - top)
    total = mass.sum(axis=1)
    row = top[:, 0] + np.log(total * (z[:, 1] - z[:, 0])) - 0.5 * math.log(2 * math.pi)
    size = thresholds.size + 1
    slope = np.empty((*z.shape, size))  # g of each row at each node
    np.subtract(yes, (yes + no) * p, out=slope[..., :-1])
    np.multiply(z, slope[..., :-1].sum(axis=-1), out=slope[..., -1])
    share = mass / total[:, None]
    mean = np.matmul(share[:, None], slope)[:, 0]
    share *= multiplicity[:, None]
    flat = slope.reshape(-1, size)
    hessian = flat.T @ (flat * share.reshape(-1, 1)) - mean.T @ (mean * multiplicity[:, None])
    bend = ((yes + no) * p * (1 - p)).reshape(-1, size - 1)
    by_power = np.stack([share, share * z, share * z * z]).reshape(3, -1) @ bend
    hessian[:-1, :-1] -= np.diag(by_power[0])
    hessian[:-1, -1] -= by_power[1]
    hessian[-1, :-1] -= by_power[1]
    hessian[-1, -1] -= by_power[2].sum()
    gradient = multiplicity @ mean
    value = float(multiplicity @ row) + _between(
        thresholds, multiplicity @ counts, gradient, hessian
    )
    return value, gradient, hessian


def _binomials(yes: Floats, no: Floats, eta: Floats) -> tuple[Floats, Floats]:
    """Return the sum over thresholds of the binomial terms' logs, and expit(eta)."""
    small = np.exp(-np.abs(eta))
    p = np.where(eta >= 0, 1.0, small) / (1 + small)
    body = (yes + no) * np.log1p(small) + np.where(eta >= 0, no, yes) * np.abs(eta)
    return -body.sum(axis=-1), p


def _between(thresholds: Floats, pooled: Floats, gradient: Floats, hessian: Floats) -> float:
    """Return the factors free of the study effect, and add their derivatives to those given."""
    gaps, inner = np.diff(thresholds), pooled[1:-1]
    push = inner / np.expm1(gaps)
    gradient[1:-1] += push
    gradient[:-2] -= push
    bend = push / -np.expm1(-gaps)  # minus the second derivative by the gap
    for j, b in enumerate(bend.tolist()):
        hessian[j : j + 2, j : j + 2] += [[-b, b], [b, -b]]
    return float(inner @ np.log(-np.expm1(-gaps)))


def _nodes(yes: Floats, no: Floats, thresholds: Floats, tau: float, refine: float) -> Floats:
    """Return trapezoidal nodes z (U, J) covering each row's integrand down to exp(-40)."""
    z, curve = _modes(yes, yes + no, thresholds, tau)
    scale = 1 / np.sqrt(curve)

    def height(at: Floats) -> Floats:
        return _binomials(yes, no, thresholds + tau * at[..., None])[0] - 0.5 * at * at

    low = height(z) - NEGLIGIBLE
    side = np.array([[-1.0], [1.0]])
    reach = np.broadcast_to(8 * scale, (2, z.size))
    for _ in range(60):
        short = height(z + side * reach) > low
        if not short.any():
            break
        reach = np.where(short, 1.3 * reach, reach)
    first, last = z + side * reach
    step = np.minimum(STEP * scale, WIDTH / max(tau, 1e-300)) / refine
    size = int(np.ceil((last - first) / step).max()) + 1
    return np.asarray(first[:, None] + (last - first)[:, None] * np.linspace(0.0, 1.0, size))


def _modes(yes: Floats, both: Floats, thresholds: Floats, tau: float) -> tuple[Floats, Floats]:
    """Return where each row's integrand is highest, and minus its log's second derivative there.

    By Newton steps, and by halving the bracket where these do not become shorter: between steep
    flanks they would go to and fro for ever.
    """
    total = yes.sum(axis=1)
    low, high = -tau * (both.sum(axis=1) - total), tau * total
    z, curve, last = np.zeros(total.size), np.ones(total.size), np.full(total.size, np.inf)
    for _ in range(200):
        p = special.expit(thresholds + tau * z[:, None])
        held = both * p
        slope = tau * (total - held.sum(axis=1)) - z
        curve = 1 + tau**2 * (held - held * p).sum(axis=1)
        if float((slope * slope / curve).max()) < 1e-4:
            break
        low, high = np.where(slope >= 0, z, low), np.where(slope <= 0, z, high)
        move = slope / curve
        newton = (low < z + move) & (z + move < high) & (np.abs(move) <= 0.5 * last)
        move = np.where(newton, move, (low + high) / 2 - z)
        z, last = z + move, np.abs(move)
    return z, curve


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

    def negative(point: Floats) -> Derivatives:
        thresholds, tau = _unpack(point)
        value, gradient, hessian = derivatives(counts, multiplicity, thresholds, tau)
        jacobian = _jacobian(thresholds, tau)
        slope = gradient @ jacobian
        curve = jacobian.T @ hessian @ jacobian
        # gaps and tau are exponentials: their own second derivatives are their first
        curve[1:, 1:] += np.diag(slope[1:])
        return -value, -slope, -curve

    best, thresholds, tau = zero, common, 0.0
    nearest = log_nearest(pooled)
    low = np.concatenate([[-np.inf], np.full(common.size - 1, -25.0), [nearest]])
    high = np.concatenate([[np.inf], np.full(common.size - 1, 6.0), [math.log(WIDEST)]])
    for start in (0.3, 1.0, 3.0):
        wide = common * math.sqrt(1 + 0.346 * start**2)
        first = np.concatenate([[wide[0]], np.log(np.diff(wide)), [math.log(start)]])
        point, least = minimum(negative, first, low, high)
        if -least > best + 1e-9 and point[-1] > nearest:
            best = -least
            thresholds, tau = _unpack(point)
    covariance = _covariance(counts, multiplicity, thresholds, tau)
    return OddsFit(thresholds, tau, covariance, best, zero)


def log_nearest(pooled: Floats) -> float:
    """Return the log of a tau so small that the data cannot tell it from 0.

    At a maximum below it the log-likelihood would exceed that at 0 by less than 1e-9.

    Args:
        pooled: Patients in each category, shape (C,).
    """
    return math.log(0.01) - 0.5 * math.log(float(pooled.sum()))


def minimum(
    negative: Objective, point: Floats, low: Floats, high: Floats, enough: float = 1e-19
) -> tuple[Floats, float]:
    """Go down to a local minimum by Newton steps kept downhill and inside bounds.

    The last parameter is log tau. Where that would leave its bound for 0 the way ends: what is
    there is known exactly.

    Args:
        negative: Value, gradient and Hessian.
        point: Start.
        low: Least value of each parameter.
        high: Greatest value of each parameter.
        enough: Gain of a step, by its quadratic model, after which no other is taken.

    Returns:
        The point and its value.
    """
    value, gradient, hessian = negative(point)
    for _ in range(60):
        # a parameter that would leave its bounds stays while the others move
        free = ((point > low) | (gradient < 0)) & ((point < high) | (gradient > 0))
        step = np.zeros(point.size)
        step[free] = _downhill(gradient[free], hessian[np.ix_(free, free)])
        gain = float(-gradient @ step)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        downward = point[-1] < NEAR and gradient[-1] > 0
        if downward and abs(hessian[-1, -1] / gradient[-1] - 2) < 0.1:
            step[-1] = low[-1] - point[-1]  # it falls with the square of tau: straight to 0
        for _ in range(30):
            trial = np.clip(point + step, low, high)
            least, slope, curve = negative(trial)
            if least <= value + 1e-13 * (1 + abs(value)):
                break
            step = step / 2
        else:
            break
        moved = float(np.abs(trial - point).max())
        point, value, gradient, hessian = trial, least, slope, curve
        if gain < enough or moved < 1e-11 or (point[-1] == low[-1] and gradient[-1] > 0):
            break
    return point, value


def _downhill(gradient: Floats, hessian: Floats) -> Floats:
    """Return the Newton step, with the Hessian's eigenvalues taken positive."""
    if gradient.size == 0:
        return gradient
    values, vectors = np.linalg.eigh(hessian)
    size = np.abs(values)
    floor = 1e-8 * max(float(size.max()), 1e-4)
    return np.asarray(-vectors @ ((vectors.T @ gradient) / np.maximum(size, floor)))


def _covariance(counts: Counts, multiplicity: Floats, thresholds: Floats, tau: float) -> Floats:
    hessian = derivatives(counts, multiplicity, thresholds, tau)[2]
    if tau > 0:
        return np.asarray(np.linalg.inv(-hessian))
    out = np.zeros_like(hessian)
    out[:-1, :-1] = np.linalg.inv(-hessian[:-1, :-1])
    return out
