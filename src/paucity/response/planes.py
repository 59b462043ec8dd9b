"""Half planes over a marker's baseline and value, and what one implies about another, exactly.

Whether constraints can hold together, and whether some imply another, is decided by eliminating
variables (Fourier 1826, Motzkin 1936; Schrijver 1986, Theory of Linear and Integer Programming,
section 12.2), with fractions and with strict and weak inequality kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paucity.expression import Node


@dataclass(frozen=True, slots=True)
class Constraint:
    """A half plane: ``baseline * b + value * v + constant`` is above 0, or 0 if not strict."""

    baseline: Fraction
    value: Fraction
    constant: Fraction
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """Points that satisfy every constraint; `others` are conditions that are not numeric."""

    constraints: tuple[Constraint, ...] = ()
    others: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A baseline with a later value."""

    baseline: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two ends; an end that is None is infinite, an open end is left out."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False


MAX_PIECES: Final = 200
"""Most pieces that a union of regions is cut into."""


class TooManyPiecesError(ValueError):
    """Regions that are cut into more pieces than are looked at."""


ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)
DOMAIN: Final = (Constraint(ONE, ZERO, ZERO, strict=True), Constraint(ZERO, ONE, ZERO))
"""What holds of every measurement: a baseline above 0 and a value of at least 0."""

Form = tuple[Fraction, Fraction, Fraction]
"""A linear form: the factors of baseline and value, and a constant."""

_Line = tuple[Fraction, Fraction, bool]
"""``a * x + c`` is above 0, or 0 if not strict."""


def scaled(form: Form, by: Fraction) -> Form:
    """Return a linear form times a number."""
    return (form[0] * by, form[1] * by, form[2] * by)


def joined(*parts: Region) -> Region:
    """Return the region where all of the regions hold."""
    return Region(
        tuple(c for part in parts for c in part.constraints),
        tuple(n for part in parts for n in part.others),
    )


def opposite(constraint: Constraint) -> Constraint:
    """Return the half plane of the points that do not satisfy the constraint."""
    form = scaled((constraint.baseline, constraint.value, constraint.constant), -ONE)
    return Constraint(*form, strict=not constraint.strict)


def satisfies(point: Point, constraint: Constraint) -> bool:
    """Tell whether a point satisfies a constraint."""
    at = constraint.baseline * point.baseline + constraint.value * point.value + constraint.constant
    return at > 0 if constraint.strict else at >= 0


def _bounds(lines: Iterable[_Line]) -> Interval | None:
    """Return the x that satisfy every line, or None if there is none."""
    lows: list[tuple[Fraction, bool]] = []
    highs: list[tuple[Fraction, bool]] = []
    for a, c, strict in lines:
        if a > 0:
            lows.append((-c / a, strict))
        elif a < 0:
            highs.append((-c / a, not strict))
        elif c < 0 or (strict and c == 0):
            return None
    low, low_open = max(lows, default=(None, False))
    high, closed = min(highs, default=(None, True))
    interval = Interval(low, high, low_open, not closed)
    return None if _is_empty(interval) else interval


def _is_empty(interval: Interval) -> bool:
    low, high = interval.low, interval.high
    if low is None or high is None:
        return False
    return low > high or (low == high and (interval.low_open or interval.high_open))


def _shadow(planes: Sequence[tuple[Form, bool]]) -> Interval | None:
    """Return the x of the points (x, y) that satisfy every plane, eliminating y."""
    lines = [(f[0], f[2], strict) for f, strict in planes if f[1] == 0]
    up = [p for p in planes if p[0][1] > 0]
    down = [p for p in planes if p[0][1] < 0]
    for (above, s), (below, t) in product(up, down):
        a, b = -below[1], above[1]
        lines.append((a * above[0] + b * below[0], a * above[2] + b * below[2], s or t))
    return _bounds(lines)


def _planes(region: Region) -> list[tuple[Form, bool]]:
    return [((c.baseline, c.value, c.constant), c.strict) for c in (*region.constraints, *DOMAIN)]


def baselines(region: Region) -> Interval | None:
    """Return the baselines from which some value lies in the region, or None if it is empty."""
    return _shadow(_planes(region))


def values(region: Region) -> Interval | None:
    """Return the values that lie in the region from some baseline, or None if it is empty."""
    return _shadow([((f[1], f[0], f[2]), strict) for f, strict in _planes(region)])


def ratios(region: Region) -> Interval | None:
    """Return value over baseline in the region, or None if it is empty.

    With r = value/baseline and x = 1/baseline a constraint reads
    ``value * r + constant * x + baseline``, which is linear in r and x.

    >>> from paucity.expression import parse
    >>> from paucity.response.rules import regions
    >>> (rule,) = regions(parse("fold_decrease > 1.5"))
    >>> ratios(rule).high
    Fraction(2, 3)
    """
    domain = [((ONE, ZERO, ZERO), False), ((ZERO, ONE, ZERO), True)]
    planes = [((c.value, c.constant, c.baseline), c.strict) for c in region.constraints]
    return _shadow([*planes, *domain])


def baseline_interval(region: Region) -> Interval | None:
    """Return the baselines, from 0 up, that satisfy the constraints that are on them alone.

    >>> from paucity.expression import parse
    >>> from paucity.response.rules import regions
    >>> (band,) = regions(parse("baseline < 0.5"))
    >>> baseline_interval(band)
    Interval(low=Fraction(0, 1), high=Fraction(1, 2), low_open=False, high_open=True)
    """
    lines = [(c.baseline, c.constant, c.strict) for c in region.constraints if c.value == 0]
    return _bounds([*lines, (ONE, ZERO, False)])


def witness(region: Region) -> Point | None:
    """Return a point of the region in short numbers, or None if the region is empty.

    Conditions that are not numeric are taken to hold.

    >>> from paucity.expression import parse
    >>> from paucity.response.rules import regions
    >>> (rule,) = regions(parse("baseline > 400 and percent_change <= -50"))
    >>> point = witness(rule)
    >>> str(point.baseline), str(point.value)
    ('401', '0')
    """
    among = baselines(region)
    if among is None:
        return None
    first = _above(region, inside(among))
    for times in range(2, 11):
        if first is None or _is_decimal(first.value):
            break
        baseline = inside(among) * times
        other = _above(region, baseline) if contains(among, baseline) else None
        if other is not None and _is_decimal(other.value):
            return other
    return first


def _above(region: Region, baseline: Fraction) -> Point | None:
    """Return a point of the region with the given baseline."""
    planes = [(f[1], f[0] * baseline + f[2], strict) for f, strict in _planes(region)]
    between = _bounds(planes)
    return None if between is None else Point(baseline, inside(between))


def _is_decimal(number: Fraction) -> bool:
    """Tell whether a number can be written with a few decimals."""
    return (number * 10**6).denominator == 1


def inside(interval: Interval) -> Fraction:
    """Return a number of the interval that is short to write.

    >>> str(inside(Interval(Fraction(1, 2), Fraction(2), low_open=True)))
    '1'
    """
    low, high = interval.low, interval.high
    if low is None and high is None:
        return ZERO
    for scale in (10**places for places in range(13)):
        if low is not None:
            found = Fraction(ceil(low * scale), scale)
            if found == low and interval.low_open:
                found += Fraction(1, scale)
        else:
            assert high is not None  # noqa: S101
            found = Fraction(floor(high * scale), scale)
            if found == high and interval.high_open:
                found -= Fraction(1, scale)
        if contains(interval, found):
            return found
    assert low is not None  # noqa: S101
    assert high is not None  # noqa: S101
    return (low + high) / 2


def contains(interval: Interval, number: Fraction) -> bool:
    """Tell whether a number lies in the interval."""
    low, high = interval.low, interval.high
    above = low is None or number > low or (number == low and not interval.low_open)
    below = high is None or number < high or (number == high and not interval.high_open)
    return above and below


def feasible(region: Region) -> bool:
    """Tell whether the region has a point; conditions that are not numeric are taken to hold."""
    return baselines(region) is not None


def counterexample(region: Region, constraint: Constraint) -> Point | None:
    """Return a point of the region that violates the constraint, or None if there is none."""
    return witness(Region((*region.constraints, opposite(constraint)), region.others))


def implies(region: Region, constraint: Constraint) -> bool:
    """Tell whether every point of the region satisfies the constraint.

    >>> from paucity.expression import parse
    >>> from paucity.response.rules import constraints, regions
    >>> (band,) = regions(parse("baseline between 0.5 and 2.0 and value > 5"))
    >>> implies(band, constraints(parse("percent_change >= 100"))[0])
    True
    """
    return not feasible(Region((*region.constraints, opposite(constraint))))


def outside(first: Sequence[Region], second: Sequence[Region]) -> Point | None:
    """Return a point of the first union of regions that is not in the second, or None.

    Args:
        first: alternatives of one rule.
        second: alternatives of another; a condition that is not numeric must be in both.

    Raises:
        TooManyPiecesError: the regions are cut into too many pieces.

    >>> from paucity.expression import parse
    >>> from paucity.response.rules import regions
    >>> a, b = regions(parse("fold_decrease >= 1.5")), regions(parse("fold_decrease > 1.5"))
    >>> outside(b, a) is None, outside(a, b) is None
    (True, False)
    """
    for part in remainder(first, second):
        if found := witness(part):
            return found
    return None


def remainder(first: Sequence[Region], second: Sequence[Region]) -> tuple[Region, ...]:
    """Return the pieces of the first union of regions that lie outside the second.

    Args:
        first: alternatives of one rule.
        second: alternatives of another; one with a condition that is not numeric takes away only
            from regions that have the same condition.

    Raises:
        TooManyPiecesError: there are more than ``MAX_PIECES`` on the way.
    """
    pieces: list[Region] = []
    seen = 0
    for region in first:
        rest = [region]
        for other in second:
            if set(other.others) <= set(region.others):
                rest = [piece for part in rest for piece in _without(part, other)]
                seen += len(rest)
                if seen > MAX_PIECES:
                    raise TooManyPiecesError(f"more than {MAX_PIECES} pieces")
        pieces += rest
    return tuple(pieces)


def _without(region: Region, other: Region) -> list[Region]:
    """Return the disjoint pieces of the region that lie outside the other."""
    pieces = []
    kept = region.constraints
    for constraint in other.constraints:
        piece = Region((*kept, opposite(constraint)), region.others)
        if feasible(piece):
            pieces.append(piece)
        if constraint not in kept:
            kept = (*kept, constraint)
    return pieces
