"""Where two definitions differ: in which marker, level or statement, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.expression.english import say_number
from paucity.response.compare_markers import compare_markers
from paucity.response.difference import Difference, Differs, presence, rule_difference
from paucity.response.language import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.criteria import Criterion, CriterionBand, Parameter
    from paucity.response.model import Definition, Level


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
        *compare_markers(a.markers, b.markers),
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
                presence(said_a[name], said_b[name], Differs.STATEMENT),
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


def _parameters(a: Definition, b: Definition) -> Iterator[Difference]:
    """Yield where the choices differ that two definitions leave open by name."""
    for name in dict.fromkeys((*a.parameters, *b.parameters)):
        one, other = a.parameters.get(name), b.parameters.get(name)
        in_a, in_b = ("" if p is None else _choice(p) for p in (one, other))
        if in_a != in_b:
            spans = [p.marks.span() if p else None for p in (one, other)]
            kind = presence(in_a, in_b, Differs.STATEMENT)
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
            kind = presence(in_a, in_b, Differs.RULE)
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
        yield rule_difference(about, "met", a.met, b.met)
    if a.points != b.points:
        in_a, in_b = ("" if n is None else str(n) for n in (a.points, b.points))
        kind = presence(in_a, in_b, Differs.STATEMENT)
        yield Difference(about, in_a, in_b, kind, "points")


def _bands(criterion: Criterion) -> str:
    said = []
    for band in criterion.bands:
        rule = written(band.met.node) if band.met else "no rule"
        said.append(rule if band.points is None else f"{rule}: {band.points} points")
    return "; ".join(said) or "no rule"


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
        yield rule_difference(about, "rule", one, other)
    in_a, in_b = (level.described if level else "" for level in (a, b))
    if in_a != in_b:
        yield Difference(
            about,
            in_a,
            in_b,
            presence(in_a, in_b, Differs.STATEMENT),
            "described",
            span_a=a.marks.span("described") if a else None,
            span_b=b.marks.span("described") if b else None,
        )


def _signs(a: Definition, b: Definition) -> Iterator[Difference]:
    ours = {s.name or s.printed: s for s in a.signs}
    theirs = {s.name or s.printed: s for s in b.signs}
    for name, sign in ours.items():
        if name not in theirs:
            yield Difference("signs", name, "", Differs.ONLY_A, span_a=sign.marks.span())
    for name, sign in theirs.items():
        if name not in ours:
            yield Difference("signs", "", name, Differs.ONLY_B, span_b=sign.marks.span())
