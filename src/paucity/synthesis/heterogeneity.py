"""Estimate the spread between studies from effects and variances, linear in the number of studies.

With w = 1 / (v + tau2) everything needed of the k by k weight matrices is a sum over studies of
products of w with columns of the design, so nothing larger than p by p is ever formed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis.spread_roots import highest_maximum, prepare, q_root

if TYPE_CHECKING:
    from paucity.synthesis.types import Floats

TAU2_METHODS = ("EE", "DL", "PM", "ML", "REML")


@dataclass(frozen=True, slots=True)
class Fit:
    """Hold a weighted least-squares fit at one tau2.

    `beta` (p,), `covariance` (p, p) under the model, `q` the weighted residual sum of squares,
    `log_det` the log determinant of X'WX, `trace` that of P = W - WX(X'WX)^-1 X'W, `slope` the
    quantity y'PPy.
    """

    beta: Floats
    covariance: Floats
    q: float
    log_det: float
    trace: float
    slope: float
    log_weights: float


def weighted_fit(y: Floats, v: Floats, x: Floats, tau2: float) -> Fit:
    """Fit y on x with weights 1 / (v + tau2).

    Args:
        y: Effects, shape (k,).
        v: Sampling variances, shape (k,).
        x: Design matrix, shape (k, p), of full column rank.
        tau2: Variance between studies.

    Returns:
        The fit with the pieces the score functions need.
    """
    w = 1 / (v + tau2)
    weighted = x * w[:, None]
    information = x.T @ weighted
    covariance = np.linalg.inv(information)
    beta = covariance @ (weighted.T @ y)
    residual = y - x @ beta
    log_det = float(np.linalg.slogdet(information)[1])
    return Fit(
        beta=beta,
        covariance=covariance,
        q=float(w @ residual**2),
        log_det=log_det,
        trace=float(w.sum() - np.sum(covariance * (weighted.T @ weighted))),
        slope=float((w**2) @ residual**2),
        log_weights=float(np.log(w).sum()),
    )


def log_likelihood(fit: Fit, x: Floats, *, restricted: bool) -> float:
    """Return the (restricted) log-likelihood of a fit.

    Harville 1977, JASA 72:320; the restricted form carries log|X'X| / 2, as metafor's does, so
    that it does not depend on the scaling of the covariates.
    """
    k, p = x.shape
    value: float = 0.5 * (fit.log_weights - fit.q)
    if not restricted:
        return float(value - 0.5 * k * math.log(2 * math.pi))
    own = float(np.linalg.slogdet(x.T @ x)[1])
    return float(value - 0.5 * (k - p) * math.log(2 * math.pi) + 0.5 * (own - fit.log_det))


def estimate_tau2(y: Floats, v: Floats, x: Floats, method: str) -> float:
    """Estimate the variance between studies.

    Args:
        y: Effects, shape (k,).
        v: Sampling variances, shape (k,).
        x: Design matrix, shape (k, p).
        method: `EE` (none), `DL` (DerSimonian & Laird 1986), `PM` (Paule & Mandel 1982), `ML`,
            `REML`. Where a likelihood has several local maxima the highest is taken, tau2 = 0
            included.

    Returns:
        tau2 of at least zero, to a relative 1e-14.

    Example:
        >>> y, v = np.array([0.0, 2.0, 4.0]), np.ones(3)
        >>> round(estimate_tau2(y, v, np.ones((3, 1)), "PM"), 10)
        3.0
    """
    k, p = x.shape
    if method == "EE" or k <= p:
        return 0.0
    at_zero = weighted_fit(y, v, x, 0.0)
    if method == "DL":
        return float(max(0.0, (at_zero.q - (k - p)) / at_zero.trace))
    if method == "PM":
        return q_root(prepare(y, v, x), float(k - p)) or 0.0
    return highest_maximum(prepare(y, v, x), restricted=method == "REML")


def tau2_q_profile(y: Floats, v: Floats, x: Floats, level: float) -> tuple[float, float] | None:
    """Return the Q-profile interval of tau2, or None where it is empty.

    Viechtbauer 2007, Statistics in Medicine 26:37. If even Q at tau2 = 0 lies below the lower
    chi-square quantile (the studies agree better than chance allows) no tau2 is compatible with
    the data and the interval is empty; metafor prints 0 to 0 there.

    Example:
        >>> y, v = np.array([0.0, 2.0, 4.0]), np.ones(3)
        >>> [round(t, 4) for t in tau2_q_profile(y, v, np.ones((3, 1)), 0.95)]
        [0.0843, 156.9916]
    """
    df = x.shape[0] - x.shape[1]
    if df < 1:
        return None
    alpha = (1 - level) / 2
    data = prepare(y, v, x)
    lower, upper = (q_root(data, float(special.chdtri(df, a))) for a in (alpha, 1 - alpha))
    return None if upper is None else (lower or 0.0, upper)


def typical_variance(v: Floats, x: Floats) -> float:
    """Return the variance that stands for "within study" in I2.

    Higgins & Thompson 2002, Statistics in Medicine 21:1539, equation 9, generalised to
    covariates as (k - p) / trace(P).
    """
    k, p = x.shape
    fit = weighted_fit(np.zeros(k), v, x, 0.0)
    return float((k - p) / fit.trace)
