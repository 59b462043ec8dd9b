"""Kleene's three-valued logic, and arithmetic over bounds: unknown is not no.

A truth value is ``True``, ``False`` or ``None`` for unknown (Kleene 1952, Introduction to
Metamathematics, section 64). A number that is only partly known is a pair of :class:`Bounds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Truth: TypeAlias = bool | None
"""``True``, ``False``, or ``None`` for unknown."""


def all_of(values: Iterable[Truth]) -> Truth:
    """Return the conjunction: false if any is false, else unknown if any is unknown.

    >>> all_of([True, None]), all_of([False, None])
    (None, False)
    """
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def any_of(values: Iterable[Truth]) -> Truth:
    """Return the disjunction: true if any is true, else unknown if any is unknown.

    >>> any_of([True, None]), any_of([False, None])
    (True, None)
    """
    return negate(all_of(negate(v) for v in values))


def negate(value: Truth) -> Truth:
    """Return the negation; unknown stays unknown."""
    return None if value is None else not value


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number known to lie between two ends, either of which may be open-ended (None)."""

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"bounds run from {self.low} down to {self.high}")

    @property
    def exact(self) -> Fraction | None:
        """Return the number where it is known, else None."""
        return self.low if self.low == self.high else None

    def __str__(self) -> str:
        if self.exact is not None:
            return str(self.exact)
        if self.low is None and self.high is None:
            return "not known"
        return (
            f"{'?' if self.low is None else self.low} to {'?' if self.high is None else self.high}"
        )


UNKNOWN = Bounds(None, None)


@lru_cache(maxsize=1024)
def exactly(value: int | Fraction) -> Bounds:
    """Return the bounds of a known number."""
    return Bounds(Fraction(value), Fraction(value))


def add(a: Bounds, b: Bounds) -> Bounds:
    """Return the bounds of a sum."""
    return Bounds(
        None if a.low is None or b.low is None else a.low + b.low,
        None if a.high is None or b.high is None else a.high + b.high,
    )


def minus(a: Bounds) -> Bounds:
    """Return the bounds of the negative."""
    return Bounds(
        None if a.high is None else -a.high,
        None if a.low is None else -a.low,
    )


def multiply(a: Bounds, b: Bounds) -> Bounds:
    """Return the bounds of a product; unknown unless all ends are known."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return exactly(0) if exactly(0) in (a, b) else UNKNOWN
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Bounds(min(ends), max(ends))


def divide(a: Bounds, b: Bounds) -> Bounds:
    """Return the bounds of a quotient; unknown where the divisor may be zero."""
    if b.low is None or b.high is None or b.low <= 0 <= b.high:
        return UNKNOWN
    return multiply(a, Bounds(1 / b.high, 1 / b.low))


def compare(a: Bounds, operator: str, b: Bounds) -> Truth:
    """Return whether `a` stands in the relation to `b`, unknown where the bounds overlap.

    Args:
        a: the left side.
        operator: one of ``< <= > >= == !=``.
        b: the right side.

    >>> compare(Bounds(Fraction(8), Fraction(9)), ">=", exactly(2))
    True
    >>> compare(Bounds(Fraction(0), Fraction(3)), ">=", exactly(2)) is None
    True
    """
    match operator:
        case "<":
            return _less(a, b)
        case ">":
            return _less(b, a)
        case "<=":
            return negate(_less(b, a))
        case ">=":
            return negate(_less(a, b))
        case "==":
            return _equal(a, b)
        case _:
            return negate(_equal(a, b))


def _less(a: Bounds, b: Bounds) -> Truth:
    if a.high is not None and b.low is not None and a.high < b.low:
        return True
    if a.low is not None and b.high is not None and a.low >= b.high:
        return False
    return None


def _equal(a: Bounds, b: Bounds) -> Truth:
    if a.exact is not None and a.exact == b.exact:
        return True
    if _less(a, b) or _less(b, a):
        return False
    return None
