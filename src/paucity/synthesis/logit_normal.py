"""The logit-normal distribution of a study's true proportion: its mean and how that moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.types import Floats


WIDE = 12.0  # tau from which the roles of the two distributions are exchanged
# A logistic variable at nodes 0.5 apart: its density is analytic within pi of the real line.
_S = np.arange(-80, 81) * 0.5
_S_WEIGHT = special.expit(_S) * special.expit(-_S)
_S_WEIGHT /= _S_WEIGHT.sum()


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


def mean_proportion(mu: Floats, tau: float) -> Floats:
    """Return the mean proportion over studies for each mean log odds.

    expit(a) is the chance that a logistic variable s is at most a. So for a wide spread the mean
    is that of the chance that Normal(mu, tau) exceeds s, which is smooth in s.

    Args:
        mu: Mean log odds, any shape.
        tau: Standard deviation of the log odds between studies.

    Example:
        >>> [round(float(mean_proportion(np.array(1.0), t)), 6) for t in (0.0, 2.0, 50.0)]
        [0.731059, 0.647726, 0.507973]
    """
    if tau > WIDE:
        return np.asarray(special.ndtr((mu[..., None] - _S) / tau) @ _S_WEIGHT)
    z, weight = nodes(tau)
    return np.asarray(special.expit(mu[..., None] + tau * z) @ weight)


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


def mu_for_mean(target: float, tau: Floats) -> tuple[Floats, Floats]:
    """Return the mu that gives each tau a mean proportion, by damped Newton steps.

    Args:
        target: The log odds of the mean proportion.
        tau: Shape (T,).

    Returns:
        mu, and its derivative by the target, each of shape (T,).

    Example:
        >>> mu = float(mu_for_mean(math.log(4), np.array([1.5]))[0][0])
        >>> round(mean_and_slopes(mu, 1.5)[0], 12)
        0.8
    """
    mu, slope = np.empty(tau.size), np.empty(tau.size)
    # nodes grow with tau; beyond `WIDE` they do not
    scale = np.where(tau > WIDE, np.inf, np.ceil(np.log(np.maximum(tau, 1.5) / 1.5) / math.log(8)))
    for group in np.unique(scale):
        pick = scale == group
        mu[pick], slope[pick] = _solve(target, tau[pick], wide=bool(np.isinf(group)))
    return mu, slope


def _solve(target: float, tau: Floats, *, wide: bool) -> tuple[Floats, Floats]:
    tails = _wide_tails if wide else _tails(tau)
    mu = target * np.sqrt(1 + 0.346 * tau**2)
    slope = np.ones(tau.size)
    for _ in range(100):
        value, other, density = tails(mu, tau)
        value, other = np.maximum(value, 1e-300), np.maximum(other, 1e-300)
        slope = np.maximum(density / value / other, 1e-12)
        move = (target - np.log(value / other)) / slope
        mu = mu + np.clip(move, -5.0 - tau, 5.0 + tau)
        if bool((np.abs(move) < 1e-10 * (1 + np.abs(mu))).all()):
            break
    return np.asarray(mu), np.asarray(1 / slope)


def _tails(tau: Floats) -> Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Return what gives the mean proportion, that of the rest, and its slope by mu."""
    step = min(0.4, 0.6 / max(float(tau.max()), 1e-300))
    z = np.arange(-math.ceil(8 / step), math.ceil(8 / step) + 1) * step
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()

    def tails(mu: Floats, tau: Floats) -> tuple[Floats, Floats, Floats]:
        spread = tau[:, None] * z
        p, q = special.expit(mu[:, None] + spread), special.expit(-mu[:, None] - spread)
        return p @ weight, q @ weight, (p * q) @ weight

    return tails


def _wide_tails(mu: Floats, tau: Floats) -> tuple[Floats, Floats, Floats]:
    z = (mu[:, None] - _S) / tau[:, None]
    density = np.exp(-0.5 * z * z) @ _S_WEIGHT / (tau * math.sqrt(2 * math.pi))
    return special.ndtr(z) @ _S_WEIGHT, special.ndtr(-z) @ _S_WEIGHT, density
