"""Fit the binomial-normal model with covariates by exact likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paucity.synthesis import likelihood, limits
from paucity.synthesis.pairs import evaluate_pairs

if TYPE_CHECKING:
    from paucity.synthesis.likelihood import Table, Terms
    from paucity.synthesis.types import Counts, Floats

SCAN = 12


@dataclass(frozen=True, slots=True)
class RegressionFit:
    """Hold coefficients (p,), their covariance (p, p), tau and the marginal log-likelihood."""

    beta: Floats
    covariance: Floats
    tau: float
    log_likelihood: float


def separated(x: Counts, n: Counts, design: Floats) -> bool:
    """Say whether some combination of covariates predicts the outcome without exception.

    Looks by linear programming for b with design @ b >= 0 where all had the event, <= 0 where
    none had, and = 0 where some had, not all zero (Albert & Anderson 1984, Biometrika 71:1;
    Konis 2007, thesis, Oxford). Then the likelihood has no finite maximum, for any tau.

    Example:
        >>> design = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
        >>> separated(np.array([2, 1, 0]), np.array([4, 4, 9]), design)
        True
    """
    sign = np.where(x == n, 1.0, np.where(x == 0, -1.0, 0.0))
    ends, inside = sign != 0, sign == 0
    if not ends.any():
        return False
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-300)
    from scipy import optimize  # slow to load, and needed here alone

    signed = sign[ends, None] * scaled[ends]
    result = optimize.linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(signed.shape[0]),
        A_eq=scaled[inside] if inside.any() else None,
        b_eq=np.zeros(int(inside.sum())) if inside.any() else None,
        bounds=(-1, 1),
    )
    return bool(result.status == 0 and -result.fun > 1e-7)


def fit_regression(x: Counts, n: Counts, design: Floats) -> RegressionFit:
    """Maximise the likelihood over coefficients and tau.

    Args:
        x: Events, shape (k,); not separated by the design, and some study with both outcomes.
        n: Patients, shape (k,).
        design: Shape (k, p), of full rank, with the intercept.

    Returns:
        The highest maximum, tau = 0 included.
    """
    scale = np.maximum(np.sqrt((design**2).mean(axis=0)), 1e-300)
    q, r = np.linalg.qr(design / scale)
    q, r = q * math.sqrt(x.size), r / math.sqrt(x.size)  # columns of q about 1 in size
    table = likelihood.build(x, n)
    information = float((x * (n - x) / n).sum())
    taus = np.geomspace(min(0.1, 0.3 / math.sqrt(max(information, 1.0))), 40.0, SCAN)
    gamma, height = _climb(table, x, n, q, _start(x, n, q), 0.0)[::2]
    best, tau = gamma, 0.0
    scan = []
    for t in taus.tolist():
        gamma, _, value = _climb(table, x, n, q, gamma, t)
        scan.append((value, gamma))
    heights = np.array([height, *(v for v, _ in scan), -np.inf])
    tops = np.flatnonzero((heights[1:-1] >= heights[:-2]) & (heights[1:-1] >= heights[2:]))
    for i in [*tops.tolist(), 0]:
        end, end_tau, value = _climb(table, x, n, q, scan[i][1], float(taus[i]), free=True)
        if value > height and end_tau > 1e-8:
            best, tau, height = end, end_tau, value
    hessian = _summed(evaluate_pairs(table, x, n, q @ best, tau), q, tau)[1]
    size = q.shape[1]
    inner = np.linalg.inv(-hessian if tau > 0 else -hessian[:size, :size])[:size, :size]
    back = np.linalg.inv(r) / scale[:, None]
    return RegressionFit(back @ best, back @ inner @ back.T, tau, height)


def coefficient_interval(
    x: Counts, n: Counts, design: Floats, fit: RegressionFit, j: int, level: float
) -> tuple[tuple[float, float], float]:
    """Return the profile-likelihood interval of one coefficient, and the statistic of its being 0.

    The coefficient's column becomes an offset; the others and tau are maximised over, from the
    fit's own, from no spread and from a wide one, since the profile over tau may have two maxima.

    Args:
        x: Events, shape (k,).
        n: Patients, shape (k,).
        design: Shape (k, p), p of at least 2.
        fit: The maximum.
        j: Which coefficient.
        level: Coverage.

    Returns:
        Lower and upper limit, and the likelihood-ratio statistic.
    """
    rest = np.delete(design, j, axis=1)
    scale = np.maximum(np.sqrt((rest**2).mean(axis=0)), 1e-300)
    q, r = np.linalg.qr(rest / scale)
    q, r = q * math.sqrt(x.size), r / math.sqrt(x.size)
    table = likelihood.build(x, n)
    own = r @ (np.delete(fit.beta, j) * scale)
    taus = [t for t in (fit.tau, 0.3, 2.0) if t > 0]

    def height(beta: float) -> float:
        offset = beta * design[:, j]
        shifted = own + np.linalg.lstsq(q, (fit.beta[j] - beta) * design[:, j], rcond=None)[0]
        gamma, _, best = _climb(table, x, n, q, shifted, 0.0, offset=offset)
        ends = (_climb(table, x, n, q, gamma, t, free=True, offset=offset)[2] for t in taus)
        return max(best, *ends)

    centre, error = float(fit.beta[j]), math.sqrt(float(fit.covariance[j, j]))
    farthest = 60.0 / max(float(np.abs(design[:, j]).max()), 1e-300)
    ends = tuple(
        limits.limit(
            height, centre, fit.log_likelihood, level, s * 2 * error, abs(centre) + farthest
        )
        for s in (-1.0, 1.0)
    )
    statistic = max(0.0, 2 * (fit.log_likelihood - height(0.0)))
    return (ends[0], ends[1]), statistic


def _start(x: Counts, n: Counts, q: Floats) -> Floats:
    logit = np.log((x + 0.5) / (n - x + 0.5))
    return np.asarray(np.linalg.lstsq(q, logit, rcond=None)[0])


def _summed(terms: Terms, q: Floats, tau: float) -> tuple[Floats, Floats]:
    """Return gradient and Hessian by (coefficients, log tau)."""
    gradient = np.append(q.T @ terms.d1, tau * terms.d2.sum())
    size = q.shape[1]
    hessian = np.empty((size + 1, size + 1))
    hessian[:size, :size] = q.T @ (q * terms.d11[:, None])
    hessian[:size, size] = hessian[size, :size] = tau * (q.T @ terms.d12)
    hessian[size, size] = tau**2 * terms.d22.sum() + tau * terms.d2.sum()
    return gradient, hessian


def _climb(
    table: Table,
    x: Counts,
    n: Counts,
    q: Floats,
    gamma: Floats,
    tau: float,
    *,
    free: bool = False,
    offset: Floats | float = 0.0,
) -> tuple[Floats, float, float]:
    size = q.shape[1]
    terms = evaluate_pairs(table, x, n, offset + q @ gamma, tau)
    value = float(terms.value.sum())
    for _ in range(100):
        gradient, hessian = _summed(terms, q, tau)
        if not free:
            gradient, hessian = gradient[:size], hessian[:size, :size]
        values, vectors = np.linalg.eigh(-hessian)
        floor = 1e-9 * max(float(np.abs(values).max()), 1e-12)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor))
        decrement = float(gradient @ step)
        step *= min(1.0, (2.0 + tau) / max(float(np.abs(step).max()), 1e-300))
        for _ in range(40):
            new = gamma + step[:size]
            new_tau = tau * math.exp(min(float(step[size]), 1.5)) if free else tau
            trial = evaluate_pairs(table, x, n, offset + q @ new, new_tau)
            if float(trial.value.sum()) >= value - 1e-13 * (1 + abs(value)):
                break
            step = step / 2
        else:
            break
        gamma, tau, terms, value = new, new_tau, trial, float(trial.value.sum())
        if decrement < (1e-20 if free else 1e-12) or (free and tau < 1e-9):
            break
    return gamma, tau, value
