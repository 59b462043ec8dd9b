"""Profile-likelihood intervals of the binomial-normal model, global over the other parameter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import limits
from paucity.synthesis.logit_normal import mu_for_mean
from paucity.synthesis.maximum import WIDEST_SCAN, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.likelihood import Table
    from paucity.synthesis.maximum import Maximum
    from paucity.synthesis.types import Floats

FARTHEST = 100.0  # log odds at which a limit counts as 0% or 100% (1e-44)
WIDEST = 1e4  # tau at which an upper limit counts as infinite
RELATIVE = 1e-13


def mu_interval(
    table: Table, counts: Floats, best: Maximum, error: float, level: float
) -> tuple[float, float]:
    """Return the profile-likelihood interval of the mean log odds.

    The limits are where twice the fall of the log-likelihood, maximised over tau of 0 or more,
    is the chi-square quantile. A limit the likelihood does not set is infinite.

    Args:
        table: Unique studies.
        counts: Multiplicities, shape (U,).
        best: The maximum, one row.
        error: Standard error of mu, for the first step.
        level: Coverage.

    Returns:
        Lower and upper limit on the log-odds scale.
    """
    target = float(best.value[0]) - 0.5 * float(special.chdtri(1, 1 - level))
    mu, tau = float(best.mu[0]), float(best.tau[0])

    def above(value: float) -> float:
        return over_tau(table, counts, value)[0] - target

    first = float(special.ndtri((1 + level) / 2)) * min(max(error, 1e-8), 10.0)
    limits = []
    for sign in (-1.0, 1.0):
        limit = None
        if tau > 0:
            limit = _newton_limit(table, counts, target, mu, mu + sign * first, tau)
            if limit is not None and abs(above(limit)) > 1e-9:
                limit = None  # another tau fits better there: search globally
        if limit is None:
            limit = _bracketed(above, mu, sign, first, FARTHEST)
        limits.append(limit)
    return limits[0], limits[1]


def _newton_limit(
    table: Table, counts: Floats, target: float, centre: float, mu: float, tau: float
) -> float | None:
    """Solve value = target and derivative by log tau = 0 (Venzon & Moolgavkar 1988)."""
    side = math.copysign(1.0, mu - centre)
    for _ in range(25):
        at = total(table, counts, np.array([mu]), np.array([tau]))
        value, d1, slope = float(at.value[0]) - target, float(at.d1[0]), tau * float(at.d2[0])
        cross = tau * float(at.d12[0])
        bend = tau**2 * float(at.d22[0]) + slope
        determinant = d1 * bend - slope * cross
        if bend >= 0 or determinant == 0 or side * d1 > 0:
            return None
        step = -(bend * value - slope * slope) / determinant
        turn = -(d1 * slope - cross * value) / determinant
        if not (abs(step) < 3 * (1 + tau) and abs(turn) < 2):
            return None
        mu, tau = mu + step, tau * math.exp(turn)
        if abs(mu) > FARTHEST:
            return None
        if abs(step) <= RELATIVE * (1 + abs(mu)) or (abs(step) < 1e-9 and abs(value) < 1e-13):
            return mu
    return None


def _bracketed(
    above: Callable[[float], float],
    start: float,
    sign: float,
    first: float,
    farthest: float,
    width: float = 1e-13,
) -> float:
    inner, step = start, first
    outer = start + sign * step
    while above(outer) > 0:
        inner, step = outer, 2 * step
        if sign * inner > farthest:
            return sign * math.inf
        outer = start + sign * step
    return limits.bracketed(above, inner, outer, width)


def over_tau(table: Table, counts: Floats, mu: float) -> tuple[float, float]:
    """Return the log-likelihood maximised over tau at a given mu, and that tau.

    The profile over tau may have two maxima, so it is scanned before it is refined.
    """
    first, last = _narrow(table, counts), WIDEST_SCAN * (1 + abs(mu) / 10)
    grid = np.concatenate([[0.0], np.geomspace(first, last, 32)])
    heights = total(table, counts, np.full(grid.size, mu), grid, 0).value
    j = int(heights.argmax())
    if j == 0:
        return float(heights[0]), 0.0
    value, tau = float(heights[j]), float(grid[j])
    low = math.log(grid[j - 1]) if j > 1 else math.log(grid[1]) - 12
    high = math.log(grid[j + 1]) if j + 1 < grid.size else math.log(tau) + 12
    log_tau = math.log(tau)
    for _ in range(60):
        at = total(table, counts, np.array([mu]), np.array([math.exp(log_tau)]))
        tau = math.exp(log_tau)
        value = max(value, float(at.value[0]))
        slope = tau * float(at.d2[0])
        bend = tau**2 * float(at.d22[0]) + slope
        low, high = (log_tau, high) if slope > 0 else (low, log_tau)
        step = -slope / bend if bend < 0 else math.inf
        proposal = log_tau + step
        if not low < proposal < high:
            proposal = 0.5 * (low + high)
        if abs(step * slope) < 1e-16 or high - low < 1e-12:
            break
        log_tau = proposal
    return value, tau


def _narrow(table: Table, counts: Floats) -> float:
    """Return a tau so small that the data can hardly tell it from 0."""
    information = float(counts @ (table.x * (table.n - table.x) / table.n))
    return 0.1 / math.sqrt(max(information, 100.0))


def over_mu(table: Table, counts: Floats, tau: float, mu: float) -> tuple[float, float]:
    """Return the log-likelihood maximised over mu at a given tau (it is concave), and that mu."""
    deviation = np.array([tau])
    value = -math.inf
    for _ in range(80):
        at = total(table, counts, np.array([mu]), deviation, 1)
        value = float(at.value[0])
        slope, bend = float(at.d1[0]), max(-float(at.d11[0]), 1e-300)
        step = slope / bend
        if abs(step * slope) < 1e-17:
            break
        mu += min(max(step, -1 - tau), 1 + tau)
    return value, mu


def tau_interval(table: Table, counts: Floats, best: Maximum, level: float) -> tuple[float, float]:
    """Return the profile-likelihood interval of tau, the standard deviation between studies.

    Args:
        table: Unique studies.
        counts: Multiplicities, shape (U,).
        best: The maximum, one row.
        level: Coverage.

    Returns:
        Lower limit (0 where tau = 0 is compatible) and upper limit, possibly infinite.
    """
    target = float(best.value[0]) - 0.5 * float(special.chdtri(1, 1 - level))
    common = float(best.mu_zero[0])

    def above(log_tau: float) -> float:
        deviation = math.exp(log_tau)
        guess = common * math.sqrt(1 + 0.346 * deviation**2)
        return over_mu(table, counts, deviation, guess)[0] - target

    tau = float(best.tau[0])
    lower = 0.0
    if float(best.at_zero[0]) < target:
        lower = math.exp(_bracketed(above, math.log(tau), -1.0, 0.5, 60.0))
    start = math.log(max(tau, 0.01 * _narrow(table, counts)))
    upper = _bracketed(above, start, 1.0, 0.5, math.log(WIDEST))
    return lower, math.exp(upper) if upper < math.inf else math.inf


def mean_interval(
    table: Table, counts: Floats, best: Maximum, mean: float, error: float, level: float
) -> tuple[float, float]:
    """Return the profile-likelihood interval of the mean proportion over studies.

    For each mean the likelihood is maximised over tau along the curve of (mu, tau) that have it.

    Args:
        table: Unique studies.
        counts: Multiplicities, shape (U,).
        best: The maximum, one row.
        mean: The mean proportion there.
        error: Its standard error on the log-odds scale, for the first step.
        level: Coverage.

    Returns:
        Lower and upper limit, from 0 to 1, to about six digits.
    """
    target = float(best.value[0]) - 0.5 * float(special.chdtri(1, 1 - level))
    first = float(special.ndtri((1 + level) / 2)) * min(max(error, 1e-8), 5.0)

    def above(logit: float) -> float:
        return over_tau_at_mean(table, counts, logit) - target

    centre = float(special.logit(mean))
    ends = (_bracketed(above, centre, sign, first, 30.0, 1e-9) for sign in (-1.0, 1.0))
    lower, upper = (float(special.expit(end)) for end in ends)
    return lower, upper


def over_tau_at_mean(table: Table, counts: Floats, logit: float) -> float:
    """Return the log-likelihood maximised over tau at given log odds of the mean proportion.

    The curve is scanned, zoomed in on twice, and its top taken from a parabola.
    """
    tau: Floats = np.concatenate([[0.0], np.geomspace(_narrow(table, counts), WIDEST_SCAN, 18)])
    height: Floats = np.empty(0)
    for zoom in range(3):
        mu = mu_for_mean(logit, tau)[0]
        height = total(table, counts, mu, tau, 0).value
        j = int(height.argmax())
        if tau[j] == 0 or j in {0, tau.size - 1} or zoom == 2:
            break
        low = tau[j - 1] if tau[j - 1] > 0 else tau[j] / 50
        tau = np.geomspace(low, tau[j + 1], 13)
    j = int(height.argmax())
    if tau[j] == 0 or j in {0, tau.size - 1}:
        return float(height[j])
    a, b, c = (float(v) for v in height[j - 1 : j + 2])
    bend = a - 2 * b + c
    return b - (a - c) ** 2 / (8 * bend) if bend < 0 else b
