"""A measured value as an interval: a number, or one below or above what the assay can detect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from paucity.expression.english import say_number

MAX_DECIMALS: Final = 12
"""Decimals of a value that are kept; further ones are rounded, half to even."""

LARGEST: Final = 10**12
"""Size from which on a value is refused as no measurement."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value known to lie between two ends, which belong to it unless open.

    A `high` of None is without end. Values are not negative.
    """

    low: Fraction
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    @property
    def point(self) -> Fraction | None:
        """Return the value where it is a single number, else None."""
        return self.low if self.low == self.high else None

    def __str__(self) -> str:
        if self.high is None:
            return f"{'>' if self.low_open else '>='}{say(self.low)}"
        if self.point is not None:
            return say(self.low)
        if not self.low and not self.low_open:
            return f"{'<' if self.high_open else '<='}{say(self.high)}"
        return f"{say(self.low)} to {say(self.high)}"


def exactly(value: Fraction | int) -> Measured:
    """Return a value that is a single number."""
    number = Fraction(value)
    return Measured(number, number)


def hull(one: Measured, other: Measured) -> Measured:
    """Return the smallest interval that holds both values.

    >>> str(hull(exactly(2), exactly(5)))
    '2 to 5'
    """
    low, low_open = min((one.low, one.low_open), (other.low, other.low_open))
    if one.high is None or other.high is None:
        return Measured(low, None, low_open)
    high, closed = max((one.high, not one.high_open), (other.high, not other.high_open))
    return Measured(low, high, low_open, not closed)


def say(value: Fraction) -> str:
    """Return a number as people write it, to 6 decimals where it has no end.

    >>> say(Fraction(3, 2)), say(Fraction(100, 8857))
    ('1.5', '0.011291')
    """
    text = say_number(value)
    return text if "/" not in text else say_number(Fraction(round(value * 10**6), 10**6))


_VALUE: Final = re.compile(
    r"(?P<sign><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,3})?)",
    re.ASCII,
)
_WORDS: Final = frozenset(("nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell is not read: a stable code and the reason in words."""

    code: str
    reason: str


def read_value(text: str) -> Measured | Fault:
    """Read a numeric value as laboratories write it.

    Args:
        text: such as ``4756``, ``0.5``, ``1.2e3``, ``<0.1``, ``>= 1000``.

    Returns:
        The value, or why it is none. More than 12 decimals are rounded.

    >>> read_value("<0.1").high_open, read_value("1,5").reason
    (True, '`1,5` is not a number; a decimal point is written as `.`')
    """
    shown = f"`{text[:40]}`"
    word = text.strip()
    if not word:
        return Fault("value-missing", "there is no value")
    if word.casefold() in _WORDS:
        return Fault("value-not-finite", f"{shown} is not a finite number")
    match = _VALUE.fullmatch(word)
    if match is None:
        hint = "; a decimal point is written as `.`" if re.fullmatch(r"\d+,\d+", word) else ""
        return Fault("value-not-a-number", f"{shown} is not a number{hint}")
    exact = Decimal(match["number"])
    if exact.adjusted() >= len(str(LARGEST)) - 1 and exact:
        return Fault("value-out-of-range", f"{shown} is larger than any measurement")
    if exact < 0:
        return Fault("value-negative", f"{shown} is negative")
    rounded = exact.quantize(Decimal(1).scaleb(-MAX_DECIMALS), ROUND_HALF_EVEN, Context(prec=60))
    number = Fraction(rounded)
    sign = match["sign"] or ""
    if not sign:
        return exactly(number)
    if sign in {">", ">=", "≥"}:
        return Measured(number, None, low_open=sign == ">")
    if sign == "<" and not number:
        return Fault("value-negative", f"{shown} is negative")
    return Measured(Fraction(0), number, high_open=sign == "<")


def scaled(value: Measured, factor: Fraction, offset: Fraction = Fraction(0)) -> Measured | Fault:
    """Return the value in another unit, or why it has none there.

    Args:
        value: in the unit it was measured in.
        factor: what to multiply by; positive.
        offset: what to add then; only temperatures have one.
    """
    low = value.low * factor + offset
    if offset and value.low == 0 and value.point is None:
        low = max(low, Fraction(0))
    if low < 0:
        return Fault("value-negative", f"{say(value.low)} is negative in the usual unit")
    high = None if value.high is None else value.high * factor + offset
    if high is not None and (high < low or (high == low and value.point is None)):
        return Fault("value-negative", f"{value} is negative in the usual unit")
    return Measured(low, high, value.low_open, value.high_open)
