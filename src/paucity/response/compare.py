"""Where two definitions differ: in which marker, level or statement, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from paucity.expression.english import say_number
from paucity.expression.nodes import Compare, Counted, Is, Name, Number, Text
from paucity.response.bands import counted, distinct, gaps, let_in, rules_of
from paucity.response.language import Rule, children, walk, written
from paucity.response.model import STATES_OF_BAND
from paucity.response.planes import Point, Region, TooManyPiecesError, outside, remainder
from paucity.vocabulary import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.expression import Node
    from paucity.response.criteria import Criterion, CriterionBand, Parameter
    from paucity.response.model import Band, Definition, Level, Marker
    from paucity.text import Span


class Differs(StrEnum):
    """In what two definitions differ."""

    ONLY_A = "only in the first"
    ONLY_B = "only in the second"
    OPERATOR = "operator"
    THRESHOLD = "threshold"
    RULE = "rule"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two definitions.

    Attributes:
        about: the marker (by its preferred name), ``levels/PR``, or the field.
        part: what of it: ``improved``, ``when``, a field; empty if it is there in one alone.
        in_a: what the first says; empty if nothing.
        in_b: what the second says.
        kind: in what they differ.
        band: the baselines it is about, as the first (or only) definition writes them.
        example: a baseline and value that count under one definition alone, if there are any.
        counts_in: ``a`` or ``b``: under which the example counts.
        span_a: where the first says it, if it does.
        span_b: where the second says it, if it does.
    """

    about: str
    in_a: str
    in_b: str
    kind: Differs
    part: str = ""
    band: str = ""
    example: Point | None = None
    counts_in: str = ""
    span_a: Span | None = None
    span_b: Span | None = None


def differences(a: Definition, b: Definition) -> tuple[Difference, ...]:
    """Return where two definitions differ in what they define.

    Rules that hold for the same baselines and values are the same rule, however they are written.
    Names, sources, remarks and lists of what is unstated are not compared.

    Args:
        a: the first definition.
        b: the second.

    Returns:
        The differences: general statements, parameters, markers, criteria, then levels.

    >>> from paucity.response.load import load_definition
    >>> printed, emended = (load_definition(f"marsh-2013{v}")[0] for v in ("", "-emended"))
    >>> [(d.about, d.in_a, d.in_b) for d in differences(printed, emended)][0][1:]
    ('percent_change >= 100 and value > 5', 'percent_change >= 100 and value > 2')
    """
    return (
        *_statements(a, b),
        *_parameters(a, b),
        *_markers(a, b),
        *_criteria(a, b),
        *_levels(a, b),
        *_signs(a, b),
    )


def _statements(a: Definition, b: Definition) -> Iterator[Difference]:
    said_a, said_b = _said(a), _said(b)
    for name in said_a:
        if said_a[name] != said_b[name]:
            spans = (a.marks.span(*name.split(".")), b.marks.span(*name.split(".")))
            yield Difference(
                name.split(".", maxsplit=1)[0],
                said_a[name],
                said_b[name],
                _presence(said_a[name], said_b[name], Differs.STATEMENT),
                name,
                span_a=spans[0],
                span_b=spans[1],
            )


def _said(d: Definition) -> dict[str, str]:
    """Return the plain statements of a definition by their field."""
    by = d.assess.by if d.assess else None
    times = d.assess.at if d.assess else ()
    since = d.assess.since if d.assess else None
    rows = d.probability
    fails = d.fails
    return {
        "kind": d.kind,
        "basis": d.basis,
        "headline": written(d.headline.node) if d.headline else "",
        "assess.by": f"{by.days} d" if by else "",
        "assess.at": ", ".join(f"{t.days} d" for t in times),
        "assess.after": d.assess.after if d.assess else "",
        "assess.since": f"{since.days} d" if since else "",
        "probability": ", ".join(f"{say_number(r.score)}: {r.share.printed}" for r in rows),
        "scale": ", ".join(d.scale),
        "fails.level": fails.level if fails else "",
        "fails.after": f"{fails.after.days} d" if fails else "",
        "fails.or_longer": f"{fails.after}{' or longer' * fails.or_longer}" if fails else "",
        "fails.therapy": fails.therapy if fails else "",
        "fails.definition": fails.definition if fails else "",
    }


def _presence(in_a: str, in_b: str, otherwise: Differs) -> Differs:
    if not in_a:
        return Differs.ONLY_B
    return otherwise if in_b else Differs.ONLY_A


def _signs(a: Definition, b: Definition) -> Iterator[Difference]:
    ours = {s.name or s.printed: s for s in a.signs}
    theirs = {s.name or s.printed: s for s in b.signs}
    for name, sign in ours.items():
        if name not in theirs:
            yield Difference("signs", name, "", Differs.ONLY_A, span_a=sign.marks.span())
    for name, sign in theirs.items():
        if name not in ours:
            yield Difference("signs", "", name, Differs.ONLY_B, span_b=sign.marks.span())


def _markers(a: Definition, b: Definition) -> Iterator[Difference]:
    ours = {m.name.name: m for m in a.markers}
    theirs = {m.name.name: m for m in b.markers}
    for name, marker in ours.items():
        if name in theirs:
            yield from marker_differences(marker, theirs[name])
        else:
            yield Difference(name, _all(marker), "", Differs.ONLY_A, span_a=marker.marks.span())
    for name, marker in theirs.items():
        if name not in ours:
            yield Difference(name, "", _all(marker), Differs.ONLY_B, span_b=marker.marks.span())


def _parameters(a: Definition, b: Definition) -> Iterator[Difference]:
    """Yield where the choices differ that two definitions leave open by name."""
    for name in dict.fromkeys((*a.parameters, *b.parameters)):
        one, other = a.parameters.get(name), b.parameters.get(name)
        in_a, in_b = ("" if p is None else _choice(p) for p in (one, other))
        if in_a != in_b:
            spans = [p.marks.span() if p else None for p in (one, other)]
            kind = _presence(in_a, in_b, Differs.STATEMENT)
            yield Difference(
                f"parameters/{name}", in_a, in_b, kind, span_a=spans[0], span_b=spans[1]
            )


def _choice(parameter: Parameter) -> str:
    listed = (parameter.default, *(v.take for v in parameter.variants))
    return " or ".join(written(rule.node) for rule in listed)


def _criteria(a: Definition, b: Definition) -> Iterator[Difference]:
    ours = {c.name: c for c in a.criteria}
    theirs = {c.name: c for c in b.criteria}
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        about = f"criteria/{name}"
        if one is None or other is None:
            in_a, in_b = ("" if c is None else _bands(c) for c in (one, other))
            spans = [c.marks.span() if c else None for c in (one, other)]
            kind = _presence(in_a, in_b, Differs.RULE)
            yield Difference(about, in_a, in_b, kind, span_a=spans[0], span_b=spans[1])
        elif len(one.bands) != len(other.bands):
            spans = [c.marks.span() for c in (one, other)]
            yield Difference(
                about,
                _bands(one),
                _bands(other),
                Differs.RULE,
                "bands",
                span_a=spans[0],
                span_b=spans[1],
            )
        else:
            for mine, yours in zip(one.bands, other.bands, strict=True):
                yield from _criterion_band_differences(about, mine, yours)


def _criterion_band_differences(
    about: str, a: CriterionBand, b: CriterionBand
) -> Iterator[Difference]:
    if (a.met and a.met.node) != (b.met and b.met.node):
        yield _rule_difference(about, "met", a.met, b.met)
    if a.points != b.points:
        in_a, in_b = ("" if n is None else str(n) for n in (a.points, b.points))
        kind = _presence(in_a, in_b, Differs.STATEMENT)
        yield Difference(about, in_a, in_b, kind, "points")


def _bands(criterion: Criterion) -> str:
    said = []
    for band in criterion.bands:
        rule = written(band.met.node) if band.met else "no rule"
        said.append(rule if band.points is None else f"{rule}: {band.points} points")
    return "; ".join(said) or "no rule"


def _all(marker: Marker) -> str:
    return "; ".join(map(_whole, distinct(marker)[0])) or "named, without a rule"


def _whole(band: Band) -> str:
    rules = ", ".join(f"{key}: {written(rule.node)}" for key, rule in rules_of(band).items())
    return f"when {written(band.when.node)}: {rules}" if band.when else rules or "no rule"


_FIELDS: Final = ("window", "baseline_window")


def marker_differences(a: Marker, b: Marker) -> Iterator[Difference]:
    """Yield where two definitions differ about one marker.

    Args:
        a: the marker in the first definition.
        b: the same marker in the second.
    """
    name = a.name.name
    for field in _FIELDS:
        in_a, in_b = (str(getattr(m, field) or "") for m in (a, b))
        if in_a != in_b:
            kind = _presence(in_a, in_b, Differs.STATEMENT)
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


def _unit(text: str) -> str:
    unit = parse_unit(text)
    return unit.code if unit else text


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
        yield _rule_difference(name, "when", a.when, b.when)
    ours, theirs = rules_of(a), rules_of(b)
    where = written(a.when.node) if a.when else ""
    for state in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(state), theirs.get(state)
        if one and other and one.node == other.node:
            continue
        example, counts_in, comparable = _example(a, one, b, other) if alike else (None, "", False)
        if one and other and comparable and example is None and _same_baselines(a, b):
            continue
        found = _rule_difference(name, state, one, other, where)
        if one and other and example:
            yield Difference(
                name,
                found.in_a,
                found.in_b,
                found.kind,
                state,
                where,
                example,
                counts_in,
                found.span_a,
                found.span_b,
            )
        else:
            yield found
    if a.points != b.points:
        in_a, in_b = ("" if n is None else str(n) for n in (a.points, b.points))
        kind = _presence(in_a, in_b, Differs.STATEMENT)
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


def _rule_difference(
    name: str, part: str, a: Rule | None, b: Rule | None, band: str = ""
) -> Difference:
    in_a, in_b = (written(rule.node) if rule else "" for rule in (a, b))
    kind = _presence(in_a, in_b, Differs.RULE)
    if a and b:
        kind = _kind(a.node, b.node)
    spans = tuple(rule.marks.span() if rule else None for rule in (a, b))
    return Difference(name, in_a, in_b, kind, part, band, span_a=spans[0], span_b=spans[1])


def _kind(a: Node, b: Node) -> Differs:
    """Return whether two rules differ in one operator, in one number, or in more."""
    edits = _edits(a, b)
    if edits == [Differs.OPERATOR]:
        return Differs.OPERATOR
    return Differs.THRESHOLD if edits == [Differs.THRESHOLD] else Differs.RULE


def _edits(a: Node, b: Node) -> list[Differs]:
    """Return every place in which two trees of one shape differ; a rule if the shapes differ."""
    if a == b:
        return []
    if isinstance(a, Number) and isinstance(b, Number):
        alike = (a.unit, a.percent) == (b.unit, b.percent)
        return [Differs.THRESHOLD if alike else Differs.RULE]
    if type(a) is not type(b) or len(children(a)) != len(children(b)):
        return [Differs.RULE]
    if isinstance(a, Counted) and isinstance(b, Counted):
        alike = (a.state, a.items) == (b.state, b.items)
        return [Differs.THRESHOLD if alike and a.least and b.least else Differs.RULE]
    if isinstance(a, Name | Text | Is):
        return [Differs.RULE]
    here = []
    if isinstance(a, Compare) and isinstance(b, Compare) and a.operator != b.operator:
        strictness = a.operator.rstrip("=") == b.operator.rstrip("=")
        here.append(Differs.OPERATOR if strictness else Differs.RULE)
    elif getattr(a, "operator", "") != getattr(b, "operator", ""):
        here.append(Differs.RULE)
    for one, other in zip(children(a), children(b), strict=True):
        here += _edits(one, other)
    return here


def _levels(a: Definition, b: Definition) -> Iterator[Difference]:
    for name in dict.fromkeys((*a.levels, *b.levels)):
        one, other = a.levels.get(name), b.levels.get(name)
        yield from _level_differences(f"levels/{name}", one, other)
    shared = [name for name in a.levels if name in b.levels]
    theirs = [name for name in b.levels if name in a.levels]
    if shared != theirs:
        said = ", ".join(shared), ", ".join(theirs)
        yield Difference("levels", *said, Differs.STATEMENT, "order")


def _level_differences(about: str, a: Level | None, b: Level | None) -> Iterator[Difference]:
    one, other = (level.rule if level else None for level in (a, b))
    if (one and one.node) != (other and other.node):
        yield _rule_difference(about, "rule", one, other)
    in_a, in_b = (level.described if level else "" for level in (a, b))
    if in_a != in_b:
        yield Difference(
            about,
            in_a,
            in_b,
            _presence(in_a, in_b, Differs.STATEMENT),
            "described",
            span_a=a.marks.span("described") if a else None,
            span_b=b.marks.span("described") if b else None,
        )
