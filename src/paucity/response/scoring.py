"""The points of a score under missing data, and the probability printed beside them.

A probability between two printed rows is interpolated on a straight line between them; beyond the
table, and between a row and one that is printed as a bound, only bounds are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.response.measured import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paucity.logic import Truth
    from paucity.response.criteria import ProbabilityRow

HUNDRED: Final = Fraction(100)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of one item, or of all together: the least and the most they can be."""

    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        return say(self.low) if self.low == self.high else f"{say(self.low)} to {say(self.high)}"


@dataclass(frozen=True, slots=True)
class Probability:
    """A probability in percent, between two ends.

    Attributes:
        low: the least it can be.
        high: the most.
        low_open: whether it is more than `low`.
        high_open: whether it is less than `high`.
        interpolated: whether it stands between printed rows.
    """

    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False
    interpolated: bool = False

    def __str__(self) -> str:
        low, high = _tenth(self.low), _tenth(self.high)
        if self.low == self.high:
            return f"{low}%"
        if not self.low and self.high_open:
            return f"<{high}%"
        if self.high == HUNDRED and self.low_open:
            return f">{low}%"
        return f"{low}% to {high}%"


def _tenth(value: Fraction) -> str:
    return say(Fraction(round(value * 10), 10))


def points_of(bands: Iterable[tuple[Fraction, Truth]]) -> Points:
    """Return the points that the first rule that holds can give, 0 if none does.

    >>> str(points_of([(Fraction(50), None), (Fraction(35), True)]))
    '35 to 50'
    """
    possible = []
    for points, truth in bands:
        if truth is not False:
            possible.append(points)
        if truth:
            break
    else:
        possible.append(Fraction(0))
    return Points(min(possible), max(possible))


def total(parts: Iterable[Points]) -> Points:
    """Return the sum of the points of independent items."""
    low = high = Fraction(0)
    for part in parts:
        low += part.low
        high += part.high
    return Points(low, high)


def compare(points: Points, operator: str, value: Fraction) -> Truth:
    """Return whether a score is above, below or at a number.

    >>> compare(Points(Fraction(160), Fraction(180)), ">=", Fraction(169)) is None
    True
    """
    match operator:
        case ">=":
            return _sure(points.low >= value, points.high < value)
        case ">":
            return _sure(points.low > value, points.high <= value)
        case "<=":
            return _sure(points.high <= value, points.low > value)
        case "<":
            return _sure(points.high < value, points.low >= value)
    same = _sure(points.low == points.high == value, not points.low <= value <= points.high)
    return same if operator == "==" or same is None else not same


def _sure(yes: bool, no: bool) -> Truth:  # noqa: FBT001
    return True if yes else False if no else None


def probability_of(points: Points, rows: Sequence[ProbabilityRow]) -> Probability | None:
    """Return the probability that a printed table gives for a score.

    Args:
        points: the score, or the least and most it can be.
        rows: the table, by score.

    >>> from paucity.response.criteria import ProbabilityRow, read_share
    >>> rows = [ProbabilityRow(Fraction(n), read_share(t)) for n, t in ((160, "40"), (170, "54"))]
    >>> nine = Fraction(169)
    >>> str(probability_of(Points(nine, nine), rows))
    '52.6%'
    """
    if not rows:
        return None
    least, most = _at(points.low, rows), _at(points.high, rows)
    return Probability(
        least.low,
        most.high,
        least.low_open,
        most.high_open,
        least.interpolated or most.interpolated,
    )


def _at(score: Fraction, rows: Sequence[ProbabilityRow]) -> Probability:
    """Return the probability of one score."""
    before = next((r for r in reversed(rows) if r.score <= score), None)
    after = next((r for r in rows if r.score >= score), None)
    if before is None or after is None or before is after:
        row = before or after
        assert row is not None  # noqa: S101
        low = row.share.low if before else Fraction(0)
        high = row.share.high if after else HUNDRED
        return Probability(
            low,
            high,
            low_open=row.share.bound and row.share.high == HUNDRED,
            high_open=row.share.bound and row.share.low == 0 and after is not None,
        )
    if before.share.bound or after.share.bound:
        return Probability(before.share.low, after.share.high, interpolated=True)
    part = (score - before.score) / (after.score - before.score)
    here = before.share.low + part * (after.share.low - before.share.low)
    return Probability(here, here, interpolated=True)
