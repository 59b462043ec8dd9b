"""Where two definitions differ about a marker: in its bands and rules, and for which values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import Number
from paucity.response.bands import counted, distinct, gaps, let_in, rules_of
from paucity.response.difference import Difference, Differs, presence, rule_difference
from paucity.response.language import walk, written
from paucity.response.model import STATES_OF_BAND
from paucity.response.planes import TooManyPiecesError, outside, remainder
from paucity.vocabulary import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paucity.response.language import Rule
    from paucity.response.model import Band, Marker
    from paucity.response.planes import Point, Region


def compare_markers(a: Iterable[Marker], b: Iterable[Marker]) -> Iterator[Difference]:
    """Yield where two definitions differ about their markers.

    Args:
        a: the markers of the first definition.
        b: those of the second.
    """
    ours = {m.name.name: m for m in a}
    theirs = {m.name.name: m for m in b}
    for name, marker in ours.items():
        if name in theirs:
            yield from _marker_differences(marker, theirs[name])
        else:
            yield Difference(name, _all(marker), "", Differs.ONLY_A, span_a=marker.marks.span())
    for name, marker in theirs.items():
        if name not in ours:
            yield Difference(name, "", _all(marker), Differs.ONLY_B, span_b=marker.marks.span())


_FIELDS: Final = ("window", "baseline_window")


def _marker_differences(a: Marker, b: Marker) -> Iterator[Difference]:
    name = a.name.name
    for field in _FIELDS:
        in_a, in_b = (str(getattr(m, field) or "") for m in (a, b))
        if in_a != in_b:
            kind = presence(in_a, in_b, Differs.STATEMENT)
            spans = a.marks.span(field), b.marks.span(field)
            yield Difference(name, in_a, in_b, kind, field, span_a=spans[0], span_b=spans[1])
    if _unit(a.unit) != _unit(b.unit):
        yield Difference(name, a.unit, b.unit, Differs.STATEMENT, "unit")
    alike = _in_one_unit(a, b)
    if alike and _equivalent(a, b):
        return
    pairs, only_a, only_b = _paired(distinct(a)[0], distinct(b)[0])
    for one, other in pairs:
        yield from _band_differences(name, one, other, alike=alike)
    for band in only_a:
        yield Difference(name, _whole(band), "", Differs.ONLY_A, "bands", span_a=band.marks.span())
    for band in only_b:
        yield Difference(name, "", _whole(band), Differs.ONLY_B, "bands", span_b=band.marks.span())


def _in_one_unit(a: Marker, b: Marker) -> bool:
    """Tell whether all numbers of two markers are in one unit, so that they can be compared."""
    codes = {_unit(a.unit), _unit(b.unit)}
    for band in (*a.bands, *b.bands):
        rules = [*rules_of(band).values(), *([band.when] if band.when else [])]
        numbers = (n for rule in rules for n in walk(rule.node) if isinstance(n, Number))
        codes |= {_unit(n.unit) for n in numbers if n.unit}
    return len(codes) == 1


def _unit(text: str) -> str:
    unit = parse_unit(text)
    return unit.code if unit else text


def _all(marker: Marker) -> str:
    return "; ".join(map(_whole, distinct(marker)[0])) or "named, without a rule"


def _whole(band: Band) -> str:
    rules = ", ".join(f"{key}: {written(rule.node)}" for key, rule in rules_of(band).items())
    return f"when {written(band.when.node)}: {rules}" if band.when else rules or "no rule"


def _equivalent(a: Marker, b: Marker) -> bool:
    """Tell whether two markers judge everyone the same, however their bands are cut."""
    if any(band.points is not None for marker in (a, b) for band in marker.bands):
        return False
    try:
        for state in ("when", *STATES_OF_BAND):
            ours, theirs = _reached(a, state), _reached(b, state)
            if ours is None or theirs is None or outside(ours, theirs) or outside(theirs, ours):
                return False
    except TooManyPiecesError:
        return False
    return gaps(a) == gaps(b)


def _reached(marker: Marker, state: str) -> tuple[Region, ...] | None:
    """Return where a marker is in a state, or is judged for ``when``; None if not by numbers."""
    out: list[Region] = []
    taken: tuple[Region, ...] = ()
    for band in distinct(marker)[0]:
        rule = None if state == "when" else getattr(band, state)
        let, where = counted(band, None), counted(band, rule)
        if let is None or where is None or any(r.others for r in (*let, *where)):
            return None
        if state == "when" or rule is not None:
            out += remainder(where, taken)
        taken = (*taken, *let)
    return tuple(out)


def _paired(
    ours: tuple[Band, ...], theirs: tuple[Band, ...]
) -> tuple[list[tuple[Band, Band]], list[Band], list[Band]]:
    """Pair the bands that let in the same baselines; a single rest on both sides is a pair too."""
    pairs, only_a, only_b = [], [], list(theirs)
    for band in ours:
        twin = next((other for other in only_b if _same_baselines(band, other)), None)
        if twin is None:
            only_a.append(band)
        else:
            pairs.append((band, twin))
            only_b.remove(twin)
    if len(only_a) == len(only_b) == 1:
        pairs.append((only_a.pop(), only_b.pop()))
    return pairs, only_a, only_b


def _same_baselines(a: Band, b: Band) -> bool:
    if (a.when and a.when.node) == (b.when and b.when.node):
        return True
    ours, theirs = let_in(a), let_in(b)
    return ours is not None and ours == theirs


def _band_differences(name: str, a: Band, b: Band, *, alike: bool) -> Iterator[Difference]:
    if not _same_baselines(a, b):
        yield rule_difference(name, "when", a.when, b.when)
    ours, theirs = rules_of(a), rules_of(b)
    where = written(a.when.node) if a.when else ""
    for state in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(state), theirs.get(state)
        if one and other and one.node == other.node:
            continue
        example, counts_in, comparable = _example(a, one, b, other) if alike else (None, "", False)
        if one and other and comparable and example is None and _same_baselines(a, b):
            continue
        found = rule_difference(name, state, one, other, where)
        if one and other and example:
            found = replace(found, example=example, counts_in=counts_in)
        yield found
    if a.points != b.points:
        in_a, in_b = ("" if n is None else str(n) for n in (a.points, b.points))
        kind = presence(in_a, in_b, Differs.STATEMENT)
        yield Difference(name, in_a, in_b, kind, "points", where)


def _example(
    a: Band, one: Rule | None, b: Band, other: Rule | None
) -> tuple[Point | None, str, bool]:
    """Return a point that counts under one band alone, which one, and whether they compare."""
    ours, theirs = counted(a, one), counted(b, other)
    if not ours or not theirs:
        return None, "", False
    if any(region.others for region in (*ours, *theirs)):
        return None, "", False
    try:
        if found := outside(ours, theirs):
            return found, "a", True
        return outside(theirs, ours), "b", True
    except TooManyPiecesError:
        return None, "", False
