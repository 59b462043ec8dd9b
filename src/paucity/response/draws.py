"""Random numbers that are the same on every machine.

Draws are taken as raw 64-bit integers from PCG64, whose stream numpy keeps fixed, and everything
made of them is integer arithmetic. A log-normal factor is one of 1024 equally likely quantiles,
worked out in decimal arithmetic; so the tails end at 3.3 standard deviations.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from math import prod
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Whole: TypeAlias = NDArray[np.int64]

SCALE: Final = 10**6
"""What factors are multiplied by."""

_BITS: Final = 10
_QUANTILES: Final = 1 << _BITS
CONTEXT: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""Decimal arithmetic that does not depend on the caller's."""


@cache
def normal_quantiles() -> tuple[Decimal, ...]:
    """Return the middles of equally likely parts of the standard normal, to 9 decimals."""
    normal = NormalDist()
    parts = ((i + 0.5) / _QUANTILES for i in range(_QUANTILES))
    return tuple(Decimal(f"{normal.inv_cdf(p):.9f}") for p in parts)


@cache
def factors(spread: Decimal) -> tuple[int, ...]:
    """Return log-normal factors with median 1, in millionths.

    Args:
        spread: geometric standard deviation; 1 gives no variation.

    >>> set(factors(Decimal(1))), factors(Decimal(2))[512] > SCALE > factors(Decimal(2))[511]
    ({1000000}, True)
    """
    log = CONTEXT.ln(spread)
    made = (CONTEXT.exp(CONTEXT.multiply(z, log)) for z in normal_quantiles())
    return tuple(int((f * SCALE).to_integral_value(ROUND_HALF_EVEN)) for f in made)


def threshold(percent: Decimal, times: Decimal = Decimal(1)) -> int:
    """Return below which raw integer something of a chance in percent happens.

    Args:
        percent: the chance.
        times: what to multiply it by; above 100% it always happens.

    >>> threshold(Decimal(50)) == 2**31, threshold(Decimal(80), Decimal(3)) == 2**32
    (True, True)
    """
    return int(min(Decimal(1), percent * times / 100) * 2**32)


class Draws:
    """A stream of random integers for one block of participants.

    Args:
        seed: of the whole simulation.
        block: number of the block.
    """

    def __init__(self, seed: int, block: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, block]))

    def raw(self, *shape: int) -> Whole:
        """Return integers from 0 to 2**32 - 1."""
        drawn = np.asarray(self._bits.random_raw(prod(shape)), dtype=np.uint64)
        return (drawn >> np.uint64(32)).astype(np.int64).reshape(shape)

    def whole(self, low: int, high: int, *shape: int) -> Whole:
        """Return whole numbers from low to high, both included."""
        return low + (self.raw(*shape) * (high - low + 1) >> 32)

    def choice(self, percents: Iterable[Decimal], *shape: int) -> Whole:
        """Return which of some alternatives is taken; their chances add up to 100 percent."""
        so_far, ends = Decimal(0), []
        for percent in percents:
            so_far += percent
            ends.append(threshold(so_far))
        cuts = np.array(ends[:-1], dtype=np.int64)
        return np.searchsorted(cuts, self.raw(*shape), side="right").astype(np.int64)


def lognormal(raw: Whole, spread: Decimal) -> Whole:
    """Return the log-normal factors, in millionths, that raw integers stand for."""
    found: Whole = np.array(factors(spread), dtype=np.int64)[raw >> (32 - _BITS)]
    return found


def rounded(top: Whole, bottom: int) -> Whole:
    """Return a quotient of integers that are not negative, rounded half up."""
    found: Whole = (2 * top + bottom) // (2 * bottom)
    return found
