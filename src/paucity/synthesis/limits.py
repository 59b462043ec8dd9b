"""Where a profile likelihood falls to a level: the limits of an interval, for any model.

The signed root of the likelihood-ratio statistic is close to linear in the quantity, so the root
is found in a few steps. The caller gives the profile: the log-likelihood maximised over all else.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable


def drop(level: float) -> float:
    """Return how far below its maximum a profile is at the ends of an interval.

    Half the chi-square quantile with one degree of freedom (Wilks 1938).

    Example:
        >>> round(drop(0.95), 4)
        1.9207
    """
    return 0.5 * float(special.chdtri(1, 1 - level))


def bracketed(
    above: Callable[[float], float], inner: float, outer: float, width: float = 1e-9
) -> float:
    """Return the root between two points of opposite sign.

    By the regula falsi with the weights of Anderson & Björck (1973, BIT 13:253), and halving where
    that is slow.

    Args:
        above: A continuous function, of one sign at `inner` and of the other at `outer`.
        inner: One end.
        outer: The other end.
        width: How close to the root to come.

    Example:
        >>> round(bracketed(lambda v: 2 - v * v, 0.0, 2.0), 9)
        1.414213562
    """
    a, b, at_a, at_b = inner, outer, above(inner), above(outer)
    last = abs(b - a)
    for i in range(200):
        if at_b == 0 or abs(b - a) <= width * (1 + abs(b)):
            return b
        slow = i % 3 == 2 and abs(b - a) > 0.5 * last
        last = abs(b - a) if i % 3 == 2 else last
        c = (a + b) / 2 if slow else b - at_b * (b - a) / (at_b - at_a)
        at_c = above(c)
        if abs(c - b) <= 0.1 * width * (1 + abs(c)):
            return c
        if (at_c > 0) == (at_b > 0):
            share = 1 - at_c / at_b if at_b else 0.5
            at_a *= share if share > 0 else 0.5
        else:
            a, at_a = b, at_b
        b, at_b = c, at_c
    return b


def limit(
    height: Callable[[float], float],
    best: float,
    top: float,
    level: float,
    step: float,
    farthest: float,
) -> float:
    """Return where a profile falls to the level of an interval, on one side of its maximum.

    Args:
        height: The profile log-likelihood.
        best: Where it is highest.
        top: Its height there.
        level: Coverage.
        step: First step from the maximum; its sign says to which side.
        farthest: Value beyond which the limit is taken for infinite.

    Returns:
        The limit, or an infinity of the step's sign if the profile does not fall so far.
    """
    aim = math.sqrt(drop(level))

    @cache
    def above(value: float) -> float:
        return aim - math.sqrt(max(top - height(value), 0.0))

    inner, outer = best, best + step
    while above(outer) > 0:
        if abs(outer) > farthest:
            return math.copysign(math.inf, step)
        inner, step = outer, 2 * step
        outer = inner + step
    return bracketed(above, inner, outer)


def both(
    height: Callable[[float], float],
    best: float,
    top: float,
    level: float,
    error: float,
    farthest: float = 60.0,
) -> tuple[float, float]:
    """Return both limits; `error` is about the standard error. See `limit`.

    Example:
        >>> low, high = both(lambda v: -0.5 * (v - 1) ** 2, 1.0, 0.0, 0.95, 1.2)
        >>> round(low, 4), round(high, 4)
        (-0.96, 2.96)
    """
    first = 2 * min(max(error, 1e-8), 5.0)
    lower, upper = (limit(height, best, top, level, s * first, farthest) for s in (-1.0, 1.0))
    return lower, upper
