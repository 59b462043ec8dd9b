"""How far two judges agree beyond chance: kappa, its prevalence-adjusted form, and Gwet's AC1.

A judge is a reviewer who screens, or a definition that says who responded. Kappa falls when nearly
everyone is put into one category, as in screening; the other two coefficients stand beside it for
that reason. Everything is computed from the table of the two judgements.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Final

from paucity.exact import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Z_95: Final = 1.959963984540054
"""Standard normal quantile of 0.975."""

NOBODY: Final = "nobody is certain under both definitions"
ONE_LEVEL: Final = "both definitions put everyone at one level, so chance alone agrees"


@dataclass(frozen=True, slots=True)
class Kappa:
    """A coefficient of agreement with its 95% interval, or why there is none.

    Attributes:
        value: agreement beyond chance, at most 1.
        low: lower limit.
        high: upper limit.
        observed: the part that agrees.
        n: how many both judged.
        reason: why `value`, or the interval, is missing.
    """

    value: float | None
    low: float | None
    high: float | None
    observed: Fraction | None
    n: int
    reason: str = ""


def observed_agreement(table: Mapping[tuple[str, str], int]) -> Kappa:
    """Return the part that agrees, with its exact (Clopper-Pearson) interval.

    >>> found = observed_agreement({("in", "in"): 3, ("in", "out"): 1})
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.75, 0.194, 0.994)
    """
    n = sum(table.values())
    if not n:
        return Kappa(None, None, None, None, 0, NOBODY)
    same = sum(count for (a, b), count in table.items() if a == b)
    limits = clopper_pearson(same, n)
    return Kappa(same / n, float(limits.low), float(limits.high), Fraction(same, n), n)


def cohen_kappa(
    table: Mapping[tuple[str, str], int], nobody: str = NOBODY, one_level: str = ONE_LEVEL
) -> Kappa:
    """Return Cohen's kappa of two ratings with its large-sample 95% interval.

    The standard error is that of Fleiss, Cohen and Everitt 1969 (Psychol Bull 72:323, eq. 13).

    Args:
        table: participants by the first and the second rating.
        nobody: what to say where there is no one.
        one_level: what to say where both use one category only.

    Returns:
        Kappa; without a value where both ratings give everyone one category, so that agreement by
        chance is certain.

    >>> kappa = cohen_kappa({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15})
    >>> round(kappa.value, 3), round(kappa.low, 3), round(kappa.high, 3)
    (0.4, 0.151, 0.649)
    """
    n = sum(table.values())
    if not n:
        return Kappa(None, None, None, None, 0, nobody)
    categories = sorted({c for pair in table for c in pair})
    share, row, column = _shares(table, categories, n)
    observed = sum((share.get((c, c), Fraction(0)) for c in categories), Fraction(0))
    chance = sum((row[c] * column[c] for c in categories), Fraction(0))
    if chance == 1:
        return Kappa(None, None, None, observed, n, one_level)
    kappa = (observed - chance) / (1 - chance)
    diagonal = sum(
        (
            share.get((c, c), Fraction(0)) * (1 - (row[c] + column[c]) * (1 - kappa)) ** 2
            for c in categories
        ),
        Fraction(0),
    )
    off = (
        sum((p * (column[a] + row[b]) ** 2 for (a, b), p in share.items() if a != b), Fraction(0))
        * (1 - kappa) ** 2
    )
    variance = (diagonal + off - (kappa - chance * (1 - kappa)) ** 2) / ((1 - chance) ** 2 * n)
    return _with_interval(kappa, variance, observed, n)


def pabak(table: Mapping[tuple[str, str], int], categories: Sequence[str]) -> Kappa:
    """Return kappa adjusted for prevalence and bias: chance is one in as many as categories.

    Byrt, Bishop and Carlin 1993 (J Clin Epidemiol 46:423) for two categories, Brennan and Prediger
    1981 (Educ Psychol Meas 41:687) for more. It is linear in the part that agrees, so the limits
    are those of the exact interval of that part, taken through the same line.

    Args:
        table: people by the first and the second rating.
        categories: all that a judge could choose from, at least two.

    >>> found = pabak({("in", "in"): 45, ("in", "out"): 5}, ["in", "out"])
    >>> round(found.value, 6)
    0.8
    """
    found = observed_agreement(table)
    if found.observed is None or found.low is None or found.high is None:
        return found
    q = len(_at_least_two(categories))

    def adjusted(part: Fraction | float) -> float:
        return float((q * part - 1) / (q - 1))

    return Kappa(
        adjusted(found.observed), adjusted(found.low), adjusted(found.high), found.observed, found.n
    )


def gwet_ac1(table: Mapping[tuple[str, str], int], categories: Sequence[str]) -> Kappa:
    """Return Gwet's AC1 of two ratings with its large-sample 95% interval.

    Gwet 2008 (Br J Math Stat Psychol 61:29): chance is the mean of pi (1 - pi) over the categories
    but one, where pi is the mean of the two raters' shares; the variance is his for two raters,
    without a correction for a finite population.

    Args:
        table: people by the first and the second rating.
        categories: all that a judge could choose from, at least two.

    >>> found = gwet_ac1({("in", "in"): 45, ("in", "out"): 5}, ["in", "out"])
    >>> round(found.value, 4)
    0.8895
    """
    n = sum(table.values())
    if not n:
        return Kappa(None, None, None, None, 0, NOBODY)
    names = sorted({*_at_least_two(categories), *(c for pair in table for c in pair)})
    q = len(names)
    share, row, column = _shares(table, names, n)
    mean = {c: (row[c] + column[c]) / 2 for c in names}
    observed = sum((share.get((c, c), Fraction(0)) for c in names), Fraction(0))
    chance = sum((p * (1 - p) for p in mean.values()), Fraction(0)) / (q - 1)
    value = (observed - chance) / (1 - chance)
    first = sum((share.get((c, c), Fraction(0)) * (1 - mean[c]) for c in names), Fraction(0))
    second = sum(
        (p * (1 - (mean[a] + mean[b]) / 2) ** 2 for (a, b), p in share.items()), Fraction()
    )
    variance = (
        observed * (1 - observed)
        - 4 * (1 - value) * (first / (q - 1) - observed * chance)
        + 4 * (1 - value) ** 2 * (second / (q - 1) ** 2 - chance**2)
    ) / (n * (1 - chance) ** 2)
    return _with_interval(value, variance, observed, n)


def _at_least_two(categories: Sequence[str]) -> Sequence[str]:
    if len(set(categories)) < 2:
        raise ValueError(f"agreement needs two categories, found {len(set(categories))}")
    return categories


def _shares(
    table: Mapping[tuple[str, str], int], categories: Sequence[str], n: int
) -> tuple[dict[tuple[str, str], Fraction], dict[str, Fraction], dict[str, Fraction]]:
    """Return the share of each cell, row and column."""
    share = {pair: Fraction(count, n) for pair, count in table.items()}
    row = {c: sum((p for (a, _), p in share.items() if a == c), Fraction(0)) for c in categories}
    column = {c: sum((p for (_, b), p in share.items() if b == c), Fraction(0)) for c in categories}
    return share, row, column


def _with_interval(value: Fraction, variance: Fraction, observed: Fraction, n: int) -> Kappa:
    if variance <= 0:
        who = "all agree" if observed == 1 else "the counts leave no spread"
        reason = f"{who}, so the large-sample interval has no width"
        return Kappa(float(value), None, None, observed, n, reason)
    half = Z_95 * sqrt(variance)
    low, high = max(-1.0, float(value) - half), min(1.0, float(value) + half)
    return Kappa(float(value), low, high, observed, n)
