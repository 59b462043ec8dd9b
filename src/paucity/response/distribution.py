"""How a score is distributed over participants, where some have a range of points.

A quantile grows with each value it is of: it is at its least where all points are at their least,
and at its most where all are at their most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Ranges: TypeAlias = "Mapping[tuple[float, float], int]"
"""Participants by the least and the most points they can have."""


def quantile_bounds(ranges: Ranges, share: float) -> tuple[float, float]:
    """Return the least and the most that a quantile can be, whatever is missing.

    Type 7 of Hyndman and Fan (1996, Am Stat 50:361): between the two nearest of the ordered values
    on a straight line.

    Args:
        ranges: of at least one participant.
        share: of the participants below the quantile: 0 is the smallest, 0.5 the median.

    >>> quantile_bounds({(10, 10): 1, (20, 25): 2, (40, 40): 1}, 0.5)
    (20.0, 25.0)
    >>> quantile_bounds({(10, 10): 1, (20, 20): 1}, 0.25)
    (12.5, 12.5)
    """
    low, high = (
        _quantile(sorted((ends[side], n) for ends, n in ranges.items()), share) for side in (0, 1)
    )
    return low, high


def _quantile(ordered: list[tuple[float, int]], share: float) -> float:
    place = share * (sum(n for _, n in ordered) - 1)
    before = _value_at(ordered, int(place))
    after = _value_at(ordered, int(place) + 1)
    return before + (place - int(place)) * (after - before)


def _value_at(ordered: Iterable[tuple[float, int]], place: int) -> float:
    """Return the value at a place from 0; the last, if there are not so many."""
    value, passed = 0.0, 0
    for value, n in ordered:  # noqa: B007
        passed += n
        if passed > place:
            break
    return float(value)
