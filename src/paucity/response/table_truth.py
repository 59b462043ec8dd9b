"""A plan's conditions as Ibis expressions over the two values of a marker that count.

Null is unknown: SQL's ``and``, ``or`` and ``not`` are Kleene's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from math import lcm
from typing import TYPE_CHECKING, Any

from paucity.response.plan import AgeIs, All, Any_, Holds, InState, Negated
from paucity.response.states import COMPARISONS
from paucity.response.table_series import BIGINT, NONE, WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from paucity.response.linear import Linear
    from paucity.response.plan import BandPlan, Condition, MarkerPlan
    from paucity.response.table_series import Scale


class TooWideError(ValueError):
    """Numbers are too long to be computed exactly in a table."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two values that count, as columns; null where there is none.

    Attributes:
        low: the value, or its lower end; the number of a sign's word.
        high: its upper end, `NONE` if endless; or None if all values are single numbers.
        low_open: whether the lower end does not belong to it.
        high_open: whether the upper end does not belong to it.
        normal: 1 if it is normal, 0 if not, 2 if that is not known; or None if nobody asks.
        at: its moment.
    """

    low: Any
    at: Any
    high: Any = None
    low_open: Any = None
    high_open: Any = None
    normal: Any = None


@dataclass(frozen=True, slots=True)
class Columns:
    """What conditions of one marker are compiled over.

    Attributes:
        ibis: the library.
        plan: what is asked of the marker.
        scale: how it stands in the table.
        baseline: the value before.
        value: the value after.
        taken: whether there is any value in the window, counted or not.
        lower: lower reference limit.
        upper: upper reference limit.
        known: comparisons that are columns already.
    """

    ibis: Any
    plan: MarkerPlan
    scale: Scale
    baseline: Side
    value: Side
    taken: Any
    lower: Any = None
    upper: Any = None
    age: Any = None
    known: Mapping[Holds, Any] = field(default_factory=dict)

    def at_baseline(self) -> Columns:
        """Return the same with the baseline in place of the value; comparisons are made anew."""
        return replace(self, value=self.baseline, known={})

    def unknown(self) -> Any:
        """Return a truth that is not known."""
        return self.ibis.null("boolean")

    def side(self, name: str) -> Side:
        """Return a variable of a linear form."""
        match name:
            case "baseline":
                return self.baseline
            case "value":
                return self.value
        limit = self.lower if name == "lower_limit" else self.upper
        return Side(limit, self.value.at, None if self.value.high is None else limit)


def truth(state: str, columns: Columns) -> Any:
    """Return whether the marker is in the state, as an expression."""
    bands = columns.plan.bands.get(state)
    if bands is not None:
        return _banded(bands, columns)
    match state:
        case "untested":
            return ~columns.taken
        case "resolved":
            before = truth("normal", columns.at_baseline())
            return ~before & truth("normal", columns)
        case "abnormal":
            return ~truth("normal", columns)
    return _of_value(state, columns)


def let_in(bands: tuple[BandPlan, ...], columns: Columns) -> Any:
    """Return whether any band applies."""
    if any(b.when is None for b in bands):
        return columns.ibis.literal(True)  # noqa: FBT003
    whens = [condition(b.when, columns) for b in bands if b.when is not None]
    return reduce(lambda a, b: a | b, whens)


def _banded(bands: tuple[BandPlan, ...], columns: Columns) -> Any:
    """Return the truth of the first band that applies; from the last band backwards."""
    ibis = columns.ibis
    rest = ibis.literal(False)  # noqa: FBT003
    for band in reversed(bands):
        rule = condition(band.rule, columns)
        if band.when is None:
            rest = rule
            continue
        when = condition(band.when, columns)
        both = ibis.ifelse(rule == rest, rule, columns.unknown())
        rest = ibis.cases((when, rule), (~when, rest), else_=both)
    return rest


def _of_value(state: str, columns: Columns) -> Any:
    plan, side = columns.plan, columns.value
    if not plan.sign:
        if state != "normal" or side.normal is None:
            return columns.unknown()
        return columns.ibis.cases((side.normal == 1, True), (side.normal == 0, False))
    word = plan.healthy if state == "normal" else state
    if not word or word not in plan.values:
        return columns.unknown()
    known = side.low.nullif(NONE)
    if word not in columns.scale.values:
        return known == NONE
    return known == columns.scale.values.index(word)


def condition(node: Condition, columns: Columns) -> Any:
    """Return a condition as an expression."""
    match node:
        case Holds(rule=rule):
            return columns.known[node] if node in columns.known else holds(rule, columns)
        case AgeIs(operator=operator, years=years):
            if columns.age is None:
                return columns.unknown()
            return COMPARISONS[operator](columns.age, float(years))
        case InState(when="baseline", state=state):
            return truth(state, columns.at_baseline())
        case InState(state=state):
            return truth(state, columns)
        case All(parts=parts):
            return reduce(lambda a, b: a & b, [condition(p, columns) for p in parts])
        case Any_(parts=parts):
            return reduce(lambda a, b: a | b, [condition(p, columns) for p in parts])
        case Negated(part=part):
            return ~condition(part, columns)
    return columns.unknown()


def comparisons(marker: MarkerPlan) -> tuple[Holds, ...]:
    """Return the comparisons in the bands of a marker, once each."""

    def within(node: Condition | None) -> Iterator[Holds]:
        match node:
            case Holds():
                yield node
            case All(parts=parts) | Any_(parts=parts):
                for part in parts:
                    yield from within(part)
            case Negated(part=part):
                yield from within(part)

    found = [
        node
        for bands in marker.bands.values()
        for band in bands
        for rule in (band.when, band.rule)
        for node in within(rule)
    ]
    return tuple(dict.fromkeys(found))


def holds(rule: Linear, columns: Columns) -> Any:
    """Return whether a linear form holds, in whole numbers.

    Raises:
        TooWideError: the numbers are too long.
    """
    if columns.plan.sign:
        return columns.unknown()
    sides = {name: columns.side(name) for name, _ in rule.terms}
    if columns.value.high is None:
        found = _of_points(rule, columns, sides)
    else:
        found = _of_intervals(rule, columns, sides)
    if rule.below and rule.below not in sides:
        sides[rule.below] = columns.side(rule.below)
        missing = sides[rule.below].low.isnull()
        found = columns.ibis.ifelse(missing, columns.unknown(), found)
    return found


def _whole(rule: Linear, scale: Scale) -> tuple[dict[str, int], int, bool]:
    """Return the form in whole numbers, and whether it needs more than 64 bits."""
    numbers: list[Fraction] = [c for _, c in rule.terms]
    constant = rule.constant * scale.scale
    by = lcm(*(n.denominator for n in (*numbers, constant)))
    terms = {name: int(c * by) for name, c in rule.terms}
    bound = sum(abs(c) for c in terms.values()) * max(scale.largest, 1) + abs(constant * by)
    if bound >= WIDEST:
        raise TooWideError("the numbers are too long to be compared exactly in a table")
    return terms, int(constant * by), bound >= BIGINT


def _of_points(rule: Linear, columns: Columns, sides: dict[str, Side]) -> Any:
    terms, constant, wide = _whole(rule, columns.scale)
    total = _total({n: s.low for n, s in sides.items()}, terms, constant, columns, wide=wide)
    found = total > 0 if rule.strict else total >= 0
    if not _needs_rest(rule):
        return found
    zero = [columns.side(n).low == 0 for n in {rule.below, *sides}]
    return columns.ibis.ifelse(reduce(lambda a, b: a & b, zero), rule.at_rest, found)


def _needs_rest(rule: Linear) -> bool:
    return bool(rule.below) and rule.at_rest is rule.strict and not rule.constant


def _total(
    ends: dict[str, Any], terms: dict[str, int], constant: int, columns: Columns, *, wide: bool
) -> Any:
    ibis = columns.ibis
    kind = "decimal(38, 0)" if wide else "int64"
    parts = [end.cast(kind) * _number(ibis, terms[name], kind) for name, end in ends.items()]
    if constant or not parts:
        parts.append(_number(ibis, constant, kind))
    if wide:
        parts = [part.cast(kind) for part in parts]
    return reduce(lambda a, b: a + b, parts)


def _number(ibis: Any, value: int, kind: str) -> Any:
    from decimal import Decimal

    return ibis.literal(value if kind == "int64" else Decimal(value), kind)


def _of_intervals(rule: Linear, columns: Columns, sides: dict[str, Side]) -> Any:
    """Return the truth from the least and the most that the form can be."""
    ibis = columns.ibis
    terms, constant, wide = _whole(rule, columns.scale)
    least, most = (
        _extreme(sides, terms, constant, columns, wide=wide, most=most) for most in (False, True)
    )
    at_least = (least.total > 0) | ((least.total == 0) & ~(least.reached & rule.strict))
    below = (most.total < 0) | ((most.total == 0) & (~most.reached | rule.strict))
    true, false = least.finite & at_least, most.finite & below
    found = ibis.cases((true, True), (false, False))
    if not _needs_rest(rule):
        return found
    every = [columns.side(n) for n in sorted({rule.below, *sides})]
    can_rest = reduce(lambda a, b: a & b, [(s.low == 0) & ~_open(s.low_open, ibis) for s in every])
    must_rest = can_rest & reduce(lambda a, b: a & b, [s.high == 0 for s in every])
    kept = ibis.ifelse(found == rule.at_rest, found, columns.unknown())
    return ibis.cases((must_rest, rule.at_rest), (can_rest, kept), else_=found)


@dataclass(frozen=True, slots=True)
class _Extreme:
    total: Any
    finite: Any
    reached: Any


def _open(flag: Any, ibis: Any) -> Any:
    return ibis.literal(False) if flag is None else flag  # noqa: FBT003


def _extreme(
    sides: dict[str, Side],
    terms: dict[str, int],
    constant: int,
    columns: Columns,
    *,
    wide: bool,
    most: bool,
) -> _Extreme:
    ibis = columns.ibis
    ends, finite, reached = {}, ibis.literal(True), ibis.literal(True)  # noqa: FBT003
    for name, side in sides.items():
        upper = (terms[name] > 0) is most
        ends[name] = side.high if upper else side.low
        if upper:
            finite &= side.high != NONE
        reached &= ~_open(side.high_open if upper else side.low_open, ibis)
    return _Extreme(_total(ends, terms, constant, columns, wide=wide), finite, reached)
