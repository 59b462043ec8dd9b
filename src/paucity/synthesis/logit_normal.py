"""The logit-normal distribution of a study's true proportion: its mean and how that moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from paucity.synthesis.types import Floats


def nodes(tau: float) -> tuple[Floats, Floats]:
    """Return standard normal nodes and weights fine enough to integrate expit(mu + tau z).

    The integrand is analytic within pi / tau of the real line, so the trapezoidal rule with step
    h errs by about exp(-2 pi^2 / (h tau)) (Trefethen & Weideman 2014).
    """
    step = min(0.4, 0.4 / max(tau, 1e-300))
    edge = math.ceil(9 / step)
    z = np.arange(-edge, edge + 1) * step
    weight = np.exp(-0.5 * z * z)
    return z, weight / weight.sum()


def mean_and_slopes(mu: float, tau: float) -> tuple[float, float, float]:
    """Return the mean proportion over studies and its derivatives by mu and tau.

    Args:
        mu: Mean log odds.
        tau: Standard deviation of the log odds between studies.

    Returns:
        E[p], dE[p]/dmu, dE[p]/dtau.

    Example:
        >>> [round(v, 6) for v in mean_and_slopes(1.0, 2.0)]
        [0.647726, 0.140498, -0.042022]
    """
    z, weight = nodes(tau)
    p = special.expit(mu + tau * z)
    slope = weight * p * special.expit(-mu - tau * z)
    return float(weight @ p), float(slope.sum()), float(slope @ z)


def mu_for_mean(mean: float, tau: Floats) -> Floats:
    """Return the mu that gives each tau a mean proportion, by bracketed Newton steps.

    Args:
        mean: Between 0 and 1.
        tau: Shape (T,).

    Returns:
        Shape (T,).

    Example:
        >>> mu = float(mu_for_mean(0.8, np.array([1.5]))[0])
        >>> round(mean_and_slopes(mu, 1.5)[0], 12)
        0.8
    """
    out = np.empty(tau.size)
    scale = np.ceil(np.log(np.maximum(tau, 1.5) / 1.5) / math.log(8))  # nodes grow with tau
    for group in np.unique(scale):
        pick = scale == group
        out[pick] = _solve(mean, tau[pick])
    return out


def _solve(mean: float, tau: Floats) -> Floats:
    step = min(0.4, 0.6 / max(float(tau.max()), 1e-300))
    z = np.arange(-math.ceil(8 / step), math.ceil(8 / step) + 1) * step
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    spread = tau[:, None] * z
    target = float(special.logit(mean))
    mu = target * np.sqrt(1 + 0.346 * tau**2)
    for _ in range(100):
        p, q = special.expit(mu[:, None] + spread), special.expit(-mu[:, None] - spread)
        value, other = p @ weight, q @ weight
        slope = ((p * q) @ weight) / np.maximum(value * other, 1e-300)
        move = (target - np.log(value / other)) / np.maximum(slope, 1e-12)
        mu = mu + np.clip(move, -5.0 - tau, 5.0 + tau)
        if bool((np.abs(move) < 1e-10 * (1 + np.abs(mu))).all()):
            break
    return np.asarray(mu)
