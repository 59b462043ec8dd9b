"""What a marker's bands cover, and what they demand, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Final

from paucity.expression.english import say_number
from paucity.response.model import STATES_OF_BAND, Band, Marker
from paucity.response.planes import (
    ZERO,
    Constraint,
    Interval,
    Region,
    baseline_interval,
    baselines,
    implies,
    joined,
    ratios,
)
from paucity.response.rules import NotLinearError, regions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.response.language import Rule

_RISES: Final = Constraint(Fraction(-1), Fraction(1), Fraction(0), strict=True)
_FALLS: Final = Constraint(Fraction(1), Fraction(-1), Fraction(0), strict=True)


@dataclass(frozen=True, slots=True)
class Demand:
    """The least relative change that a band counts as improvement.

    Attributes:
        rise: whether the value must rise; else it must fall.
        least: the change as a part of the baseline: 1/3 for a 1.5-fold fall.
        strict: whether `least` itself is not enough.
    """

    rise: bool
    least: Fraction
    strict: bool


def parts(rule: Rule | None) -> tuple[Region, ...] | None:
    """Return the alternatives of a rule; one without conditions if there is no rule.

    Returns:
        The regions, or None if the rule has more alternatives than are looked at.
    """
    if rule is None:
        return (Region(),)
    try:
        return regions(rule.node)
    except NotLinearError:
        return None


def counted(band: Band, rule: Rule | None) -> tuple[Region, ...] | None:
    """Return where a rule of the band holds at baselines the band lets in."""
    when, then = parts(band.when), parts(rule)
    if when is None or then is None:
        return None
    return tuple(joined(w, t) for w in when for t in then)


def rules_of(band: Band) -> dict[str, Rule]:
    """Return the rules of a band by the state they are for."""
    return {key: rule for key in STATES_OF_BAND if (rule := getattr(band, key)) is not None}


def same_band(one: Band, other: Band) -> bool:
    """Tell whether two bands say the same, however they are spelled."""

    def content(band: Band) -> dict[str, object]:
        out: dict[str, object] = {key: rule.node for key, rule in rules_of(band).items()}
        return {**out, "when": band.when.node if band.when else None, "points": band.points}

    return content(one) == content(other)


def distinct(marker: Marker) -> tuple[tuple[Band, ...], tuple[tuple[Band, Band], ...]]:
    """Return the bands once each, and every repeated band after the one it repeats."""
    kept: list[Band] = []
    repeats = []
    for band in marker.bands:
        first = next((k for k in kept if same_band(k, band)), None)
        if first is None:
            kept.append(band)
        else:
            repeats.append((first, band))
    return tuple(kept), tuple(repeats)


def let_in(band: Band) -> tuple[Interval, ...] | None:
    """Return the baselines a band lets in, or None if they are not a matter of numbers alone."""
    found = parts(band.when)
    if found is None or any(r.others or any(c.value for c in r.constraints) for r in found):
        return None
    intervals = (baseline_interval(r) for r in found)
    return tuple(i for i in intervals if i is not None)


def covered(band: Band) -> tuple[Interval, ...] | None:
    """Return the numbers a band is for: baselines, or in a score the values that give its points.

    None if they are not a matter of one number alone.
    """
    if band.points is None or band.met is None or band.when is not None:
        return let_in(band)
    found = parts(band.met)
    if found is None or any(r.others or any(c.baseline for c in r.constraints) for r in found):
        return None
    turned = (
        Region(tuple(Constraint(c.value, ZERO, c.constant, c.strict) for c in r.constraints))
        for r in found
    )
    return tuple(i for r in turned if (i := baseline_interval(r)) is not None)


def gives_points(marker: Marker) -> bool:
    """Tell whether a marker gives points in a score."""
    return any(b.points is not None for b in marker.bands)


def gaps(marker: Marker) -> tuple[Interval, ...]:
    """Return the baselines, from 0 up, that no band lets in; none if that cannot be told.

    Of a marker that gives points, return the values that no band gives points to.
    """
    known: list[Interval] = []
    for band in marker.bands:
        intervals = covered(band)
        if intervals is None:
            return ()
        known.extend(intervals)
    return _complement(known) if known else ()


def _complement(known: Iterable[Interval]) -> tuple[Interval, ...]:
    out = []
    at, past = Fraction(0), False
    for interval in sorted(known, key=lambda i: (i.low or Fraction(0), i.low_open)):
        low = interval.low or Fraction(0)
        if low > at or (low == at and interval.low_open and not past):
            out.append(Interval(at, low, past, not interval.low_open))
        if interval.high is None:
            return tuple(out)
        at, past = max((at, past), (interval.high, not interval.high_open))
    return (*out, Interval(at, None, past))


def overlaps(marker: Marker) -> tuple[tuple[Band, Band, Interval], ...]:
    """Return every two different bands that are for the same baselines (or values), with those."""
    return tuple(
        (one, other, common)
        for one, other in combinations(distinct(marker)[0], 2)
        for a in covered(one) or ()
        for b in covered(other) or ()
        if (common := _common(a, b)) is not None
    )


def _common(a: Interval, b: Interval) -> Interval | None:
    low, low_open = max((i.low or Fraction(0), i.low_open) for i in (a, b))
    ends = [(i.high, not i.high_open) for i in (a, b) if i.high is not None]
    if not ends:
        return Interval(low, None, low_open)
    high, closed = min(ends)
    if low > high or (low == high and (low_open or not closed)):
        return None
    return Interval(low, high, low_open, not closed)


def evaluated(marker: Marker) -> Interval | None:
    """Return the span of baselines that the bands let in, or None if that cannot be told."""
    ends: list[Interval] = []
    for band in marker.bands:
        intervals = let_in(band)
        if not intervals:
            return None
        ends.extend(intervals)
    if not ends:
        return None
    low, low_open = min((i.low or Fraction(0), i.low_open) for i in ends)
    highs = [(i.high, not i.high_open) for i in ends if i.high is not None]
    if len(highs) < len(ends):
        return Interval(low, None, low_open)
    high, closed = max(highs)
    return Interval(low, high, low_open, not closed)


def demand(band: Band) -> Demand | None:
    """Return the least relative change that counts as improvement in a band.

    Returns:
        The demand, or None if the band's rule does not demand a change in one direction.
    """
    found = counted(band, band.improved) if band.improved else None
    found = tuple(r for r in found or () if baselines(r) is not None)
    if not found:
        return None
    rise = all(implies(r, _RISES) for r in found)
    if not rise and not all(implies(r, _FALLS) for r in found):
        return None
    least = []
    for region in found:
        interval = ratios(region)
        if interval is None:
            return None
        if rise:
            least.append(((interval.low or Fraction(0)) - 1, interval.low_open))
        elif interval.high is not None:
            least.append((1 - interval.high, interval.high_open))
    return Demand(rise, *min(least)) if least else None


def say_percent(share: Fraction) -> str:
    """Return a share as a percentage, to one decimal where it is not whole.

    >>> say_percent(Fraction(1, 4)), say_percent(Fraction(1, 3))
    ('25%', '33.3%')
    """
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    tenths = (percent * 10 + Fraction(1, 2)) // 1
    return f"{say_number(Fraction(tenths, 10))}%"


def say_baseline(intervals: Iterable[Interval], unit: str = "", what: str = "baseline") -> str:
    """Return a choice of baselines in words.

    Args:
        intervals: the baselines, any of them.
        unit: their unit.
        what: what they are, if not baselines.

    >>> say_baseline([Interval(Fraction(1, 2), Fraction(2))], "10^9/l")
    'a baseline of 0.5 to 2 10^9/l'
    >>> say_baseline([Interval(Fraction(0), Fraction(400))], "U/l")
    'a baseline of 400 U/l or less'
    """
    said = [_say_interval(interval, f" {unit}".rstrip()) for interval in intervals]
    return f"a {what} {' or '.join(said)}"


def _say_interval(interval: Interval, unit: str) -> str:
    low, high = interval.low, interval.high
    bottom = say_number(low or Fraction(0))
    if high is None:
        if interval.low_open:
            return f"above {bottom}{unit}"
        return f"of {bottom}{unit} or more"
    top = say_number(high)
    if low == high:
        return f"of exactly {top}{unit}"
    if not low and not interval.low_open:
        return f"below {top}{unit}" if interval.high_open else f"of {top}{unit} or less"
    if not interval.low_open and not interval.high_open:
        return f"of {bottom} to {top}{unit}"
    start = f"above {bottom}" if interval.low_open else f"of at least {bottom}"
    return f"{start} and {'below' if interval.high_open else 'at most'} {top}{unit}"
