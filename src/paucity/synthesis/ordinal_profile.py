"""Profile likelihood of one threshold of the proportional-odds model.

Thresholds are written from the one in question outwards, so that it, or the mean proportion it
stands for, can be held while the gaps to the others and the spread between studies move.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import limits
from paucity.synthesis.logit_normal import mean_and_slopes, mu_for_mean
from paucity.synthesis.proportional_odds import WIDEST, derivatives, log_nearest, minimum

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.proportional_odds import Derivatives, Objective, OddsFit
    from paucity.synthesis.types import Counts, Floats

STARTS = (0.2, 3.0)  # tau from which a limit that was found is checked
ENOUGH = 1e-9  # Newton's gain squares with each step: what is left is far below 1e-12


def threshold_interval(
    counts: Counts,
    multiplicity: Floats,
    best: OddsFit,
    i: int,
    centre: float,
    error: float,
    level: float,
    *,
    mean: bool,
) -> tuple[float, float]:
    """Return the profile-likelihood interval of one threshold, in log odds.

    Args:
        counts: Unique rows, shape (U, C).
        multiplicity: How often each occurs, shape (U,).
        best: The maximum.
        i: Which threshold, from 0.
        centre: Its value there.
        error: Its standard error, for the first step.
        level: Coverage.
        mean: Whether `centre` is that of the mean proportion over studies, not the median's.
    """
    height = _profile(counts, multiplicity, best, i, (), mean=mean)
    found = limits.both(height, centre, best.value, level, error)
    # A second maximum over tau may reach farther: look from elsewhere at the limits found.
    wary = _profile(counts, multiplicity, best, i, STARTS, mean=mean)
    if any(math.isfinite(end) and wary(end) > height(end) + 1e-7 for end in found):
        found = limits.both(wary, centre, best.value, level, error)
    return found


def _profile(
    counts: Counts,
    multiplicity: Floats,
    best: OddsFit,
    i: int,
    starts: tuple[float, ...],
    *,
    mean: bool,
) -> Callable[[float], float]:
    pooled = multiplicity @ counts
    gaps = np.log(np.diff(best.thresholds))
    low = np.append(np.full(gaps.size, -25.0), log_nearest(pooled))
    high = np.append(np.full(gaps.size, 6.0), math.log(WIDEST))
    last = np.append(gaps, math.log(best.tau if best.tau > 0 else 0.5))

    def height(logit: float) -> float:
        nonlocal last
        negative = _held(counts, multiplicity, i, logit, mean=mean)
        last, least = minimum(negative, last, low, high, ENOUGH)
        last[-1] = max(last[-1], math.log(0.1))  # nearer to 0 the way back is flat
        points = [np.append(gaps, math.log(tau)) for tau in starts]
        ends = (-minimum(negative, at, low, high, ENOUGH)[1] for at in points)
        return max(_without_spread(pooled, i, logit), -least, *ends)

    return height


def _held(counts: Counts, multiplicity: Floats, i: int, logit: float, *, mean: bool) -> Objective:
    """Return the negative log-likelihood by (log gaps, log tau) with threshold i held."""

    def negative(point: Floats) -> Derivatives:
        tau = float(np.exp(point[-1]))
        anchor, slope, bend = _anchor(logit, tau) if mean else (logit, 0.0, 0.0)
        gaps = np.exp(np.minimum(point[:-1], 6.0))
        thresholds = anchor + np.concatenate(
            [-np.cumsum(gaps[:i][::-1])[::-1], [0], np.cumsum(gaps[i:])]
        )
        value, gradient, hessian = derivatives(counts, multiplicity, thresholds, tau)
        # a gap below i moves all thresholds at or below it down, one above all beyond it up
        jacobian = np.zeros((thresholds.size + 1, thresholds.size))
        for j, gap in enumerate(gaps.tolist()):
            if j < i:
                jacobian[: j + 1, j] = -gap
            else:
                jacobian[j + 1 : -1, j] = gap
        jacobian[:-1, -1], jacobian[-1, -1] = slope * tau, tau
        own = gradient @ jacobian
        curve = jacobian.T @ hessian @ jacobian + np.diag(own)
        curve[-1, -1] += bend * tau**2 * float(gradient[:-1].sum())
        return -value, -own, -curve

    return negative


def _anchor(logit: float, tau: float) -> tuple[float, float, float]:
    """Return the median's log odds that give a mean's, and its two derivatives by tau.

    The second is a difference of the first: it only guides the steps.
    """
    at = tau * np.array([1.0, 1 + 1e-4, 1 - 1e-4])
    mu = mu_for_mean(logit, at)[0].tolist()
    slopes = []
    for m, t in zip(mu, at.tolist(), strict=True):
        _, d_mu, d_tau = mean_and_slopes(m, t)
        slopes.append(-d_tau / max(d_mu, 1e-300))
    return mu[0], slopes[0], (slopes[1] - slopes[2]) / (2e-4 * tau)


def _without_spread(pooled: Floats, i: int, logit: float) -> float:
    """Return the log-likelihood at tau = 0: levels keep their shares on each side of i."""
    upper, lower = pooled[: i + 1], pooled[i + 1 :]
    inside = float(special.xlogy(upper, upper / upper.sum()).sum())
    inside += float(special.xlogy(lower, lower / lower.sum()).sum())
    inside += float(special.log_expit(logit)) * float(upper.sum())
    return inside + float(special.log_expit(-logit)) * float(lower.sum())
