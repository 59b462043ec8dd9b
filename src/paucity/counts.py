"""Relate printed percentages to the integer counts behind them, with exact arithmetic.

A printed percentage of few people is nearly a count: 23% of 22 can only be 5. Everything here
is rational arithmetic over the digits as printed, so a printed ``22.0`` says more than ``22``.
The test that a printed figure can arise from a whole number of people is known as GRIM (Brown and
Heathers 2017, Social Psychological and Personality Science 8:363); that a printed standard
deviation can, as DEBIT (Heathers and Brown 2019, osf.io/5vb3u).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal


def rounding_interval(printed: Decimal) -> tuple[Fraction, Fraction]:
    """Return the closed interval of values that print as `printed`, ties counted on both sides.

    Args:
        printed: a number as printed; its decimals say how it was rounded.

    Returns:
        Lower and upper end. Whether a tie goes up, down or to even differs between programs, so
        both ends belong to the interval.

    >>> from decimal import Decimal
    >>> rounding_interval(Decimal("22"))
    (Fraction(43, 2), Fraction(45, 2))
    """
    exponent = printed.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    half = Fraction(1, 2 * 10**places)
    value = Fraction(printed)
    return value - half, value + half


def counts_for_percent(percent: Decimal, n: int) -> range:
    """Return the counts out of `n` that print as `percent`.

    Args:
        percent: a percentage as printed, 0 to 100.
        n: the denominator, people or courses; at least 1.

    Returns:
        A range of counts; empty if no whole count fits, longer than one if the count is ambiguous.

    Raises:
        ValueError: `n` is less than 1.

    >>> from decimal import Decimal
    >>> list(counts_for_percent(Decimal("23"), 22))
    [5]
    >>> list(counts_for_percent(Decimal("40"), 38))
    []
    """
    if n < 1:
        raise ValueError(f"a percentage needs at least one person as denominator, found n = {n}")
    twice, scale = _twice(percent)
    first = max(0, -(-(twice - 1) * n // (200 * scale)))
    last = min(n, (twice + 1) * n // (200 * scale))
    return range(first, max(first, last + 1))


def _twice(percent: Decimal) -> tuple[int, int]:
    """Return a number with all its decimals as twice an integer over twice a power of ten."""
    sign, digits, exponent = percent.as_tuple()
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    whole = int("".join(map(str, digits))) * (
        10**exponent if isinstance(exponent, int) and exponent > 0 else 1
    )
    return (-2 if sign else 2) * whole, 10**places


def counts_for_sd(percent: Decimal, sd: Decimal, n: int) -> tuple[int, ...]:
    """Return the counts out of `n` that print as a percentage and as its standard deviation.

    A column of yes and no, taken for 1 and 0, has a mean and a standard deviation, and the first
    decides the second: with c of n its square is c (n - c) / (n (n - 1)). That the two agree is
    the test known as DEBIT. The squares are compared, so nothing is rounded.

    Args:
        percent: the percentage as printed, 0 to 100; a mean of 0.35 is `Decimal("0.35").scaleb(2)`.
        sd: the standard deviation of the ones and zeros as printed, of a sample (n - 1).
        n: the denominator, people or courses; at least 2.

    Returns:
        The counts that fit both; empty if none does.

    Raises:
        ValueError: `n` is less than 2.

    >>> from decimal import Decimal
    >>> counts_for_sd(Decimal("35"), Decimal("0.18"), 20)
    ()
    >>> counts_for_sd(Decimal("35"), Decimal("0.49"), 20)
    (7,)
    """
    if n < 2:
        raise ValueError(f"a standard deviation needs at least two people, found n = {n}")
    low, high = rounding_interval(sd)
    least, most = max(low, Fraction(0)) ** 2, high**2
    return tuple(
        count
        for count in counts_for_percent(percent, n)
        if high >= 0 and least <= Fraction(count * (n - count), n * (n - 1)) <= most
    )


def fits(count: int, n: int, percent: Decimal) -> bool:
    """Tell whether `count` of `n` prints as `percent`.

    >>> from decimal import Decimal
    >>> fits(56, 113, Decimal("53")), fits(56, 106, Decimal("53"))
    (False, True)
    """
    return n >= 1 and count in counts_for_percent(percent, n)


def whole_percent(share: float) -> str:
    """Return a proportion in whole percent, halves up, whatever its last binary digits are.

    >>> whole_percent(0.025), whole_percent(0.6667), whole_percent(1.0)
    ('3', '67', '100')
    """
    return str(floor(round(100 * share, 9) + 0.5))


def percent_of(count: int, n: int, places: int = 0) -> str:
    """Return `count` of `n` as a percentage with `places` decimals, half away from zero.

    >>> percent_of(26, 34), percent_of(26, 34, 1)
    ('76', '76.5')
    """
    scaled = Fraction(100 * count * 10**places, n)
    whole = floor(scaled + Fraction(1, 2))
    if places == 0:
        return str(whole)
    digits = str(whole).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def bases_that_fit(pairs: Iterable[tuple[int, Decimal]], at_most: int) -> range:
    """Return every denominator up to `at_most` under which all counts print as their percentages.

    Args:
        pairs: counts with the percentages printed beside them.
        at_most: the largest denominator tried.

    >>> from decimal import Decimal
    >>> told = {56: 53, 34: 32, 4: 4, 12: 11}
    >>> list(bases_that_fit([(count, Decimal(p)) for count, p in told.items()], 113))
    [105, 106]
    """
    low, high = 1, at_most
    for count, percent in pairs:
        least, most = rounding_interval(percent)
        low = max(low, count, ceil(Fraction(100 * count) / most)) if most > 0 else at_most + 1
        if least > 0:
            high = min(high, floor(Fraction(100 * count) / least))
    return range(low, max(low, high + 1))


@dataclass(frozen=True, slots=True)
class Sum:
    """A denominator and the parts whose counts add up to it."""

    total: int
    parts: tuple[str, ...]


def sums_of(counts: Mapping[str, int]) -> list[Sum]:
    """Return the totals that two or more of the counts add up to, most parts first.

    >>> sums_of({"CR": 2, "PR": 1})
    [Sum(total=3, parts=('CR', 'PR'))]
    """
    names = [name for name, count in counts.items() if count]
    out = []
    for mask in range((1 << len(names)) - 1, 0, -1):
        parts = tuple(name for i, name in enumerate(names) if mask >> i & 1)
        if len(parts) > 1:
            out.append(Sum(sum(counts[p] for p in parts), parts))
    return sorted(out, key=lambda s: (-len(s.parts), s.parts))


def fisher_exact(a: int, b: int, c: int, d: int) -> Fraction:
    """Return the two-sided exact p value of the two by two table ((a, b), (c, d)).

    Sums the probabilities, given the margins, of all tables no more likely than this one (Fisher
    1935; the rule of R's fisher.test), exactly.

    >>> round(float(fisher_exact(6, 5, 4, 30)), 4)
    0.0074
    """
    from math import comb

    rows, columns, total = a + b, a + c, a + b + c + d
    weights = [
        comb(rows, x) * comb(total - rows, columns - x)
        for x in range(max(0, columns - (total - rows)), min(rows, columns) + 1)
    ]
    here = comb(rows, a) * comb(total - rows, columns - a)
    return Fraction(sum(w for w in weights if w <= here), sum(weights))
