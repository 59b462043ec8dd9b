"""Times as bounds in days."""

from __future__ import annotations

from paucity.logic import UNKNOWN, Bounds
from paucity.spread import Spread


def days(spread: Spread) -> Bounds:
    """Return the shortest and longest time of a spread, in days; a median alone bounds nothing."""
    if spread.range_ is not None:
        return Bounds(spread.range_[0].days, spread.range_[1].days)
    if spread.values:
        values = [value.days for value in spread.values]
        return Bounds(min(values), max(values))
    return UNKNOWN if spread.minimum is None else Bounds(spread.minimum.days, None)
