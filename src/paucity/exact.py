"""Exact limits of a proportion from a handful of people, without floating-point arithmetic.

The report prints an interval beside every count, on every machine with the same digits. Decimal
arithmetic of fixed precision does that, and spares loading a numerical library.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from math import comb, exp, lgamma, log, log1p
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Number = TypeVar("Number", float, Decimal)

_DIGITS: Final = 40
_FELT: Final = Decimal("1e-42")
"""Share of a sum that is not felt in its digits."""

_STEPS: Final = 44
"""Halvings of the unit interval: limits are right to 13 decimals."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limit of a proportion, from 0 to 1."""

    low: Decimal
    high: Decimal


@lru_cache(maxsize=1024)
def clopper_pearson(events: int, n: int, level: Decimal = Decimal("0.95")) -> Limits:
    """Return the exact (Clopper-Pearson) interval of a proportion.

    Clopper & Pearson 1934, Biometrika 26:404: each limit is the proportion under which a result at
    least as far away has half of what `level` leaves. Coverage is never below `level`.

    Args:
        events: how many had it.
        n: out of how many, at least 1.
        level: coverage, between 0 and 1.

    Raises:
        ValueError: the counts are no proportion, or the level is none.

    >>> limits = clopper_pearson(14, 22)
    >>> [str(round(x, 4)) for x in (limits.low, limits.high)]
    ['0.4066', '0.8280']
    """
    _refuse(events, n, level)
    with localcontext(Context(prec=_DIGITS)):
        tail = (1 - level) / 2
        low, high = Decimal(0), Decimal(1)
        if events > 0:
            low = _limit(lambda p: _at_least(events, n, p) < tail, Decimal(0), Decimal(1))
        if events < n:
            high = _limit(lambda p: _at_most(events, n, p) > tail, Decimal(0), Decimal(1))
        return Limits(low, high)


def clopper_pearson_of_many(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a proportion among many people.

    The same limits as :func:`clopper_pearson`, in floating point, which is fast for any number of
    people and right to about 9 decimals.

    Args:
        events: how many had it.
        n: out of how many, at least 1.
        level: coverage, between 0 and 1.

    Raises:
        ValueError: the counts are no proportion, or the level is none.

    >>> [round(x, 4) for x in clopper_pearson_of_many(14, 22)]
    [0.4066, 0.828]
    """
    _refuse(events, n, level)
    tail = (1 - level) / 2
    low, high = 0.0, 1.0
    if events > 0:
        low = _limit(lambda p: _lower_tail(n - events, n, 1 - p) < tail, 0.0, 1.0)
    if events < n:
        high = _limit(lambda p: _lower_tail(events, n, p) > tail, 0.0, 1.0)
    return low, high


def _refuse(events: int, n: int, level: Decimal | float) -> None:
    """Raise ValueError for counts that are no proportion, or a level that is no coverage."""
    if not 0 <= events <= n or n < 1:
        raise ValueError(f"{events} of {n} is no proportion")
    if not 0 < level < 1:
        raise ValueError(f"a coverage lies between 0 and 1, found {level}")


def _lower_tail(x: int, n: int, p: float) -> float:
    """Return the probability of `x` or fewer of `n`, from the term at `x` down to the last felt."""
    if x > n * p:  # the terms would grow: sum the other side
        return 1.0 if x >= n else 1.0 - _lower_tail(n - x - 1, n, 1 - p)
    size = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1) + x * log(p) + (n - x) * log1p(-p)
    total = term = 1.0
    for k in range(x, 0, -1):
        term *= k / (n - k + 1) * (1 - p) / p
        total += term
        if term < 1e-18 * total:
            break
    return exp(size) * total


def _limit(below: Callable[[Number], bool], low: Number, high: Number) -> Number:
    """Return the proportion at which `below` turns from true to false, by bisection."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(x: int, n: int, p: Decimal) -> Decimal:
    """Return the probability of `x` or fewer of `n`; `p` is inside (0, 1).

    Summed from the term at `x` down to the last that is felt.
    """
    if x > n * p:  # the terms would grow: sum the other side
        return Decimal(1) if x >= n else 1 - _at_most(n - x - 1, n, 1 - p)
    against = (1 - p) / p
    total = term = _ways(n, x) * p**x * (1 - p) ** (n - x)
    for k in range(x, 0, -1):
        term = term * k / (n - k + 1) * against
        total += term
        if term < _FELT * total:
            break
    return total


@lru_cache(maxsize=64)
def _ways(n: int, x: int) -> Decimal:
    """Return how many ways there are to choose `x` of `n`, to the digits of the context."""
    return +Decimal(comb(n, x))


def _at_least(x: int, n: int, p: Decimal) -> Decimal:
    """Return the probability of `x` or more of `n`."""
    return _at_most(n - x, n, 1 - p)
