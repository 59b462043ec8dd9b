"""Say the rules of markers and of levels in English."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.expression import Node, say
from paucity.expression.english import say_number
from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Number, Or
from paucity.response.bands import let_in, say_baseline
from paucity.response.language import OTHERWISE, STATES, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from paucity.response.model import Band, Level

_AMOUNTS: Final = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_MIRROR: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_STATES: Final = {"untested": "not tested"}
_UNITS: Final = {"Cel": "°C", "[degF]": "°F", "a": "years"}
_LIMITS: Final = {"lower_limit": "the lower limit", "upper_limit": "the upper limit"}


def say_unit(unit: str) -> str:
    """Return a unit as people write it, where its code is another word.

    >>> say_unit("Cel"), say_unit("10^9/l")
    ('°C', '10^9/l')
    """
    return _UNITS.get(unit, unit)


def where(band: Band, unit: str) -> str:
    """Return which baselines, or ages, a band is for, as a clause after the marker's name."""
    if band.when is None:
        return ""
    if intervals := let_in(band):
        return f", from {say_baseline(intervals, say_unit(unit))}"
    return f", where {say_clause(band.when.node, unit)}"


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
    return say_clause(rule.node, unit)


def say_clause(node: Node, unit: str) -> str:
    """Return a condition of a marker as what has become of the marker."""
    match node:
        case And(operands=parts):
            return " and ".join(_grouped(p, unit) for p in parts)
        case Or(operands=parts):
            return " or ".join(_grouped(p, unit) for p in parts)
        case Compare(operator=operator, left=Name(), right=Number()) if operator in _AMOUNTS:
            return _amount(node, unit)
        case Compare(operator=operator, left=Name(name="value"), right=Name(name=limit)) if (
            operator in _AMOUNTS and limit in _LIMITS
        ):
            return f"{_AMOUNTS[operator]} {_LIMITS[limit]} of normal"
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
    said = say_clause(node, unit)
    return f"({said})" if isinstance(node, And | Or) else said


def _amount(node: Compare, unit: str) -> str:
    """Say a comparison of one quantity with a number."""
    assert isinstance(node.left, Name)  # noqa: S101
    assert isinstance(node.right, Number)  # noqa: S101
    operator, number = node.operator, node.right
    amount = number.value * 100 if number.percent else number.value
    shown = f"{say_number(abs(amount))} {say_unit(number.unit or unit)}".rstrip()
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
    said = say_who(level.rule.node, labels)
    return f"{said} (inferred: {level.inferred})" if level.inferred else said


def say_who(node: Node, labels: Mapping[str, str]) -> str:
    """Return who meets a rule over markers and criteria."""
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
    said = say_who(node, labels)
    return f"({said})" if isinstance(node, And | Or) else said


def _count(node: Counted, labels: Mapping[str, str]) -> str:
    state = _STATES.get(node.state, node.state)
    amount = "all" if node.least is None else f"at least {node.least}"
    if node.items:
        named = [labels.get(item, item) for item in node.items]
        listed = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
        return f"{amount} of {listed} {state}"
    return f"{amount} {'marker' if node.least == 1 else 'markers'} {state}"


def say_points(points: Decimal) -> str:
    """Return points as people write them.

    >>> from decimal import Decimal
    >>> say_points(Decimal("1.50")), say_points(Decimal(1))
    ('1.5 points', '1 point')
    """
    number = say_number(Fraction(points))
    return f"{number} point{'' if number == '1' else 's'}"
