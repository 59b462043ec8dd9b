"""Say a definition in English, one statement to a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.expression import Node, say
from paucity.expression.english import say_number
from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Number, Or
from paucity.response.bands import distinct, let_in, rules_of, say_baseline
from paucity.response.language import OTHERWISE, STATES, Rule
from paucity.response.model import Band, Definition, Failure, Level, Marker, scale_of
from paucity.spread import say_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Line:
    """One statement about a definition: which part it belongs to, what of it, and the words."""

    part: str
    about: str
    text: str


_AMOUNTS: Final = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_MIRROR: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_STATES: Final = {"untested": "not tested"}
_STATUS: Final = {
    "verified": "verified against the publication",
    "secondary": "read in a secondary source",
    "unverified": "not verified",
}


def say_definition(definition: Definition) -> tuple[Line, ...]:
    """Return a definition in English.

    Args:
        definition: the definition.

    Returns:
        Its statements in the order they are best read: what it is, when it is assessed, markers,
        levels, signs, then what is unstated, ambiguous or changed.

    >>> from paucity.response.load import load_definition
    >>> marsh, _ = load_definition("marsh-2013-emended")
    >>> [line.text for line in say_definition(marsh) if line.about == "ferritin"]
    ['ferritin: improved if down by at least 25%']
    """
    return tuple(_lines(definition))


def _lines(d: Definition) -> Iterator[Line]:
    basis = "computable" if d.basis == "rule" else "in words only"
    what = f"{d.label or d.name}: {d.kind}, {basis}, {_STATUS[d.status]}"
    yield Line("definition", d.name, what)
    if d.variant_of:
        yield Line("definition", "variant_of", f"another reading of {d.variant_of}")
    yield from _assessment(d)
    for marker in d.markers:
        for text in say_marker(marker):
            yield Line("markers", marker.name.name, text)
    yield from _levels(d)
    if d.signs:
        signs = ", ".join(sign.name or sign.printed for sign in d.signs)
        yield Line("signs", "", f"signs: {signs}")
    remarks = (("unstated", d.unstated), ("ambiguous", d.ambiguous), ("emended", d.emends))
    for part, said in remarks:
        for remark in said:
            default = f" (taken as: {remark.default})" if remark.default else ""
            yield Line(part, remark.about, f"{remark.text}{default}")


def _assessment(d: Definition) -> Iterator[Line]:
    if d.assess:
        after = f" after {d.assess.after}" if d.assess.after else ""
        if d.assess.by:
            text = f"assessed within {say_duration(d.assess.by)}{after}"
            yield Line("assessment", "by", text)
        if d.assess.at:
            times = " and ".join(say_duration(t) for t in d.assess.at)
            yield Line("assessment", "at", f"assessed at {times}{after}")
    if d.headline:
        yield Line("assessment", "headline", f"announced as: {say(d.headline.node)}")


def _levels(d: Definition) -> Iterator[Line]:
    labels = {m.name.name: m.label for m in d.markers}
    for name, level in d.levels.items():
        yield Line("levels", name, f"{name}: {say_level(level, labels)}")
    for name in scale_of(d):
        if name not in d.levels:
            yield Line("levels", name, f"{name}: not defined")
    if d.fails:
        yield Line("levels", "fails", _say_failure(d.fails))


def _say_failure(fails: Failure) -> str:
    time = say_duration(fails.after)
    longer = " or more" if fails.or_longer else ""
    therapy = f" of {fails.therapy}" if fails.therapy else ""
    by = f", as {fails.definition} defines it" if fails.definition else ""
    return f"refractory: no {fails.level} or better{by}, after {time}{longer}{therapy}"


def say_marker(marker: Marker) -> tuple[str, ...]:
    """Return what a definition asks of a marker, one sentence for each band and state.

    Args:
        marker: the marker; a band that is printed twice is said once.
    """
    out = []
    for band in distinct(marker)[0]:
        start = f"{marker.label}{_where(band, marker.unit)}"
        points = f", for {band.points} points" if band.points is not None else ""
        for state, rule in rules_of(band).items():
            out.append(f"{start}: {state} if {say_rule(rule, marker.unit)}{points}")
    if marker.baseline_window and marker.baseline_window.duration:
        time = say_duration(marker.baseline_window.duration)
        out.append(f"{marker.label}: the baseline is at most {time} old")
    if marker.window:
        time = say_duration(marker.window.duration) if marker.window.duration else ""
        out.append(f"{marker.label}: judged {f'by {time}' if time else 'at no stated time'}")
    return tuple(out) or (f"{marker.label}: no rule of its own",)


def _where(band: Band, unit: str) -> str:
    if band.when is None:
        return ""
    if intervals := let_in(band):
        return f", from {say_baseline(intervals, unit)}"
    return f", where {_clause(band.when.node, unit)}"


def say_rule(rule: Rule, unit: str = "") -> str:
    """Return a marker's rule as what has become of the marker.

    Args:
        rule: the rule.
        unit: the unit of its thresholds.

    >>> from paucity.expression import parse
    >>> text = "percent_change >= 100 and value > 0.5"
    >>> say_rule(Rule(text=text, node=parse(text)), "10^9/l")
    'up by at least 100% and more than 0.5 10^9/l'
    """
    return _clause(rule.node, unit)


def _clause(node: Node, unit: str) -> str:
    match node:
        case And(operands=parts):
            return " and ".join(_grouped(p, unit) for p in parts)
        case Or(operands=parts):
            return " or ".join(_grouped(p, unit) for p in parts)
        case Compare(operator=operator, left=Name(), right=Number()) if operator in _AMOUNTS:
            return _amount(node, unit)
        case Is(left=Name(name="value"), right=Name(name=state)):
            return _STATES.get(state, state)
        case Is(left=Name(name="baseline"), right=Name(name=state)):
            return f"{_STATES.get(state, state)} at baseline"
        case Name(name=state) if state in STATES:
            return _STATES.get(state, state)
        case Not(operand=inner):
            return f"not {_grouped(inner, unit)}"
    return say(node)


def _grouped(node: Node, unit: str) -> str:
    said = _clause(node, unit)
    return f"({said})" if isinstance(node, And | Or) else said


def _amount(node: Compare, unit: str) -> str:
    """Say a comparison of one quantity with a number."""
    assert isinstance(node.left, Name)  # noqa: S101
    assert isinstance(node.right, Number)  # noqa: S101
    operator, number = node.operator, node.right
    amount = number.value * 100 if number.percent else number.value
    shown = f"{say_number(abs(amount))} {number.unit or unit}".rstrip()
    if node.left.name == "percent_change":
        shown = f"{say_number(abs(amount))}%"
    down = amount < 0 and operator in {"<", "<="}
    up = amount >= 0 and operator in {">", ">="}
    match node.left.name:
        case "percent_change" | "change" if down:
            return f"down by {_AMOUNTS[_MIRROR[operator]]} {shown}"
        case "percent_change" | "change" if up:
            return f"up by {_AMOUNTS[operator]} {shown}"
        case "fold_decrease":
            return f"down {_AMOUNTS[operator]} {say_number(amount)}-fold"
        case "fold_increase":
            return f"up {_AMOUNTS[operator]} {say_number(amount)}-fold"
        case "value" if amount >= 0:
            return f"{_AMOUNTS[operator]} {shown}"
        case "baseline" if amount >= 0:
            return f"{_AMOUNTS[operator]} {shown} at baseline"
    return say(node)


def say_level(level: Level, labels: Mapping[str, str]) -> str:
    """Return who reaches a level.

    Args:
        level: the level.
        labels: how to print each marker, by its preferred name.
    """
    if level.rule is None:
        return level.described or "not defined"
    said = _who(level.rule.node, labels)
    return f"{said} (inferred: {level.inferred})" if level.inferred else said


def _who(node: Node, labels: Mapping[str, str]) -> str:
    match node:
        case Name(name=name) if name == OTHERWISE:
            return "everyone else who can be judged"
        case And(operands=parts):
            return ", and ".join(_of(p, labels) for p in parts)
        case Or(operands=parts):
            return " or ".join(_of(p, labels) for p in parts)
        case Not(operand=inner):
            return f"not {_of(inner, labels)}"
        case Counted():
            return _count(node, labels)
        case Is(left=Name(name=marker), right=Name(name=state)):
            return f"{labels.get(marker, marker)} {_STATES.get(state, state)}"
    return say(node, dict(labels))


def _of(node: Node, labels: Mapping[str, str]) -> str:
    said = _who(node, labels)
    return f"({said})" if isinstance(node, And | Or) else said


def _count(node: Counted, labels: Mapping[str, str]) -> str:
    state = _STATES.get(node.state, node.state)
    amount = "all" if node.least is None else f"at least {node.least}"
    if node.items:
        named = [labels.get(item, item) for item in node.items]
        listed = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
        return f"{amount} of {listed} {state}"
    return f"{amount} {'marker' if node.least == 1 else 'markers'} {state}"
