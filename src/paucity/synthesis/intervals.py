"""Intervals for one proportion: Clopper-Pearson, Wilson, Agresti-Coull, Jeffreys, mid-p."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import numbers
from paucity.synthesis.types import Floats, Interval, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts

Limits = tuple[Floats, Floats]


def clopper_pearson(x: Counts, n: Counts, level: float) -> Limits:
    """Return exact limits from the two binomial tails.

    Clopper & Pearson 1934, Biometrika 26:404; by beta quantiles as in Brown, Cai & DasGupta 2001,
    Statistical Science 16:101, section 4.2.1. Coverage is never below `level`.

    Example:
        >>> [float(v[0].round(4)) for v in clopper_pearson(np.array([2]), np.array([2]), 0.95)]
        [0.1581, 1.0]
    """
    return _beta_limits(x, n, level, (0.0, 1.0))


def jeffreys(x: Counts, n: Counts, level: float) -> Limits:
    """Return equal-tailed limits of the Jeffreys posterior, 0 and 1 at the ends.

    Brown, Cai & DasGupta 2001, Statistical Science 16:101, section 3 (with their rule that the
    lower limit is 0 at x = 0 and the upper 1 at x = n).

    Example:
        >>> [float(v[0].round(4)) for v in jeffreys(np.array([0]), np.array([22]), 0.95)]
        [0.0, 0.1067]
    """
    return _beta_limits(x, n, level, (0.5, 0.5))


def _beta_limits(x: Counts, n: Counts, level: float, shift: tuple[float, float]) -> Limits:
    alpha = (1 - level) / 2
    first, second = shift
    none, everyone = x == 0, x == n
    below, above = np.where(none, 1, x), np.where(everyone, n - 1, x)
    lower = special.betaincinv(below + first, n - below + second, alpha)
    if first == 0:  # Clopper-Pearson: Beta(x, n - x + 1) and Beta(x + 1, n - x)
        lower = special.betaincinv(below, n - below + 1.0, alpha)
        upper = special.betainccinv(above + 1.0, np.maximum(n - above, 1), alpha)
    else:
        upper = special.betainccinv(above + first, n - above + second, alpha)
    return np.where(none, 0.0, lower), np.where(everyone, 1.0, upper)


def wilson(x: Counts, n: Counts, level: float) -> Limits:
    """Return limits that invert the score test.

    Wilson 1927, JASA 22:209; Brown, Cai & DasGupta 2001, equation 4.

    Example:
        >>> [float(v[0].round(4)) for v in wilson(np.array([12]), np.array([34]), 0.95)]
        [0.2149, 0.5209]
    """
    z = float(special.ndtri((1 + level) / 2))
    size = n.astype(np.float64)
    centre = (x + z * z / 2) / (size + z * z)
    half = z * np.sqrt(x * (size - x) / size + z * z / 4) / (size + z * z)
    lower, upper = centre - half, centre + half
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def agresti_coull(x: Counts, n: Counts, level: float) -> Limits:
    """Return the "add z squared" limits, cut to 0 and 1.

    Agresti & Coull 1998, American Statistician 52:119.

    Example:
        >>> [float(v[0].round(4)) for v in agresti_coull(np.array([12]), np.array([34]), 0.95)]
        [0.2142, 0.5215]
    """
    z = float(special.ndtri((1 + level) / 2))
    size = n + z * z
    centre = (x + z * z / 2) / size
    half = z * np.sqrt(centre * (1 - centre) / size)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def mid_p(x: Counts, n: Counts, level: float) -> Limits:
    """Return limits that count half the probability of what was seen.

    Lancaster 1961, JASA 56:223; Berry & Armitage 1995, The Statistician 44:417. Each limit solves
    a monotone equation by bisection down to neighbouring floating-point numbers.

    Example:
        >>> [float(v[0].round(4)) for v in mid_p(np.array([1]), np.array([1]), 0.95)]
        [0.05, 1.0]
    """
    alpha = (1 - level) / 2
    lower = _mid_p_lower(x, n, alpha)
    upper = 1 - _mid_p_lower(n - x, n, alpha)
    return lower, upper


def _mid_p_lower(x: Counts, n: Counts, alpha: float) -> Floats:
    # P(X > x | p) + P(X = x | p) / 2 = [P(X >= x) + P(X >= x + 1)] / 2, increasing in p.
    # Both tails are regularised incomplete beta functions.
    first = np.maximum(x, 1)
    low, high = np.zeros(x.shape), np.ones(x.shape)
    for _ in range(200):
        middle = (low + high) / 2
        at_least = special.betainc(first, n - first + 1.0, middle)
        more = np.where(x == n, 0.0, special.betainc(x + 1.0, np.maximum(n - x, 1), middle))
        below = (at_least + more) / 2 < alpha
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if np.all((high - low) <= 4e-16 * high):
            break
    return np.where(x == 0, 0.0, (low + high) / 2)


METHODS: dict[str, tuple[str, Callable[[Counts, Counts, float], Limits]]] = {
    "clopper-pearson": ("Clopper-Pearson", clopper_pearson),
    "wilson": ("Wilson", wilson),
    "agresti-coull": ("Agresti-Coull", agresti_coull),
    "jeffreys": ("Jeffreys", jeffreys),
    "mid-p": ("mid-p", mid_p),
}


def proportion_intervals(
    events: ArrayLike, n: ArrayLike, *, method: str = "clopper-pearson", level: float = 0.95
) -> tuple[Quantity, ...]:
    """Give each study's proportion with its interval.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        method: One of `clopper-pearson`, `wilson`, `agresti-coull`, `jeffreys`, `mid-p`.
        level: Coverage, between 0 and 1.

    Returns:
        One quantity per study, on the scale 0 to 1.

    Raises:
        ValueError: If the counts, method or level are not valid.

    Example:
        >>> rows = proportion_intervals([2, 0], [2, 22])
        >>> [(round(q.interval.lower, 3), round(q.interval.upper, 3)) for q in rows]
        [(0.158, 1.0), (0.0, 0.154)]
    """
    x, m = numbers.studies(events, n)
    name, limits = METHODS[numbers.one_of(method, tuple(METHODS), "method")]
    level = numbers.probability(level, "level")
    lower, upper = limits(x, m, level)
    return tuple(
        Quantity(a / b, Interval(float(lo), float(up), level, name))
        for a, b, lo, up in zip(x.tolist(), m.tolist(), lower, upper, strict=True)
    )


def crude(events: ArrayLike, n: ArrayLike, level: float) -> Quantity:
    """Give all events over all patients with the exact interval.

    Right only if every study shares one proportion.
    """
    total_x, total_n = int(np.sum(events)), int(np.sum(n))
    return proportion_intervals([total_x], [total_n], level=level)[0]
