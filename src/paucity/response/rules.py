"""Rules over a marker's baseline and value, as exact linear constraints.

``percent_change >= 100`` says ``value - 2 * baseline >= 0``; ``fold_decrease > 1.5`` says
``baseline - 1.5 * value > 0``. Over a positive baseline every rule of that sort is a half plane, so
whether one rule implies another is decided exactly, in :mod:`paucity.response.planes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import And, Arithmetic, Compare, Name, Not, Number, Or
from paucity.response.planes import ONE, ZERO, Constraint, Form, Region, joined, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.expression import Node

MAX_REGIONS: Final = 8
"""Most alternatives that a rule is taken apart into. Published rules have one or two."""

MAX_CONSTRAINTS: Final = 24
"""Most comparisons in one alternative of a rule."""


class NotLinearError(ValueError):
    """A comparison that is no linear constraint over baseline and value."""


_QUANTITIES: Final[dict[str, tuple[Form, str]]] = {
    "baseline": ((ONE, ZERO, ZERO), ""),
    "value": ((ZERO, ONE, ZERO), ""),
    "change": ((-ONE, ONE, ZERO), ""),
    "percent_change": ((Fraction(-100), Fraction(100), ZERO), "baseline"),
    "fold_decrease": ((ONE, ZERO, ZERO), "value"),
    "fold_increase": ((ZERO, ONE, ZERO), "baseline"),
}

QUANTITIES: Final = frozenset(_QUANTITIES)
"""Names that stand for a number in a marker's rule."""

_NEGATED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class _Ratio:
    """A linear form over 1, the baseline or the value."""

    form: Form
    below: str = ""


def _constant(form: Form) -> Fraction | None:
    return form[2] if form[0] == form[1] == 0 else None


def _sum(a: Form, b: Form) -> Form:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def _ratio(node: Node) -> _Ratio:
    match node:
        case Number():
            return _Ratio((ZERO, ZERO, node.value))
        case Name() if node.name in _QUANTITIES:
            return _Ratio(*_QUANTITIES[node.name])
        case Arithmetic(operator="+"):
            return _added(_ratio(node.left), _ratio(node.right))
        case Arithmetic(operator="-"):
            right = _ratio(node.right)
            return _added(_ratio(node.left), _Ratio(scaled(right.form, -ONE), right.below))
        case Arithmetic(operator="*"):
            return _multiplied(_ratio(node.left), _ratio(node.right))
        case Arithmetic(operator="/"):
            return _divided(_ratio(node.left), _ratio(node.right))
    raise NotLinearError("not a number made of baseline and value")


def _over(ratio: _Ratio, below: str) -> Form:
    """Return the numerator over a given denominator."""
    if ratio.below == below:
        return ratio.form
    constant = _constant(ratio.form)
    if ratio.below or constant is None:
        raise NotLinearError("not linear in baseline and value")
    return scaled(_QUANTITIES[below][0], constant)


def _added(a: _Ratio, b: _Ratio) -> _Ratio:
    below = a.below or b.below
    return _Ratio(_sum(_over(a, below), _over(b, below)), below)


def _multiplied(a: _Ratio, b: _Ratio) -> _Ratio:
    for factor, other in ((a, b), (b, a)):
        constant = _constant(factor.form)
        if constant is not None and not factor.below:
            return _Ratio(scaled(other.form, constant), other.below)
    raise NotLinearError("a product of two measurements")


def _divided(a: _Ratio, b: _Ratio) -> _Ratio:
    if b.below:
        raise NotLinearError("division by a ratio")
    if constant := _constant(b.form):
        return _Ratio(scaled(a.form, 1 / constant), a.below)
    for name in ("baseline", "value"):
        if b.form == _QUANTITIES[name][0] and not a.below:
            return _Ratio(a.form, name)
    raise NotLinearError("division by something other than a number, baseline or value")


def _in_percent(node: Node, beside: Node) -> Node:
    """Read ``25%`` as 25 where it stands beside ``percent_change``."""
    if isinstance(node, Number) and node.percent and beside == Name("percent_change"):
        return Number(node.value * 100)
    return node


def constraints(comparison: Compare) -> tuple[Constraint, ...]:
    """Return the constraints that a comparison stands for.

    Args:
        comparison: over ``baseline``, ``value``, ``change``, ``percent_change``,
            ``fold_decrease``, ``fold_increase`` and numbers. A value of 0 counts as an infinite
            fold decrease. A percentage is a hundredth, except beside ``percent_change``.

    Returns:
        One constraint, or two for ``==``.

    Raises:
        NotLinearError: the comparison is of another sort.

    >>> from paucity.expression import parse
    >>> (rule,) = constraints(parse("fold_decrease > 1.5"))
    >>> [str(n) for n in (rule.baseline, rule.value, rule.constant)], rule.strict
    (['1', '-3/2', '0'], True)
    """
    left = _ratio(_in_percent(comparison.left, comparison.right))
    right = _ratio(_in_percent(comparison.right, comparison.left))
    below = left.below or right.below
    form = _sum(_over(left, below), scaled(_over(right, below), -ONE))
    match comparison.operator:
        case ">" | ">=":
            return (Constraint(*form, strict=comparison.operator == ">"),)
        case "<" | "<=":
            return (Constraint(*scaled(form, -ONE), strict=comparison.operator == "<"),)
        case "==":
            return (Constraint(*form), Constraint(*scaled(form, -ONE)))
    raise NotLinearError("two values that differ are two regions")


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Return the parts that an expression joins by ``and``, nested ones taken apart."""
    if isinstance(node, And):
        return tuple(part for child in node.operands for part in conjuncts(child))
    return (node,)


def regions(node: Node) -> tuple[Region, ...]:
    """Return the alternatives of a rule, each a conjunction of constraints.

    Args:
        node: a rule; what is not a linear comparison is kept whole among a region's `others`.

    Raises:
        NotLinearError: the rule has more than ``MAX_REGIONS`` alternatives, or one of them more
            than ``MAX_CONSTRAINTS`` comparisons.

    >>> from paucity.expression import parse
    >>> len(regions(parse("percent_change >= 100 and (value > 5 or baseline < 1)")))
    2
    """
    found = tuple(dict.fromkeys(_regions(node)))
    if len(found) > MAX_REGIONS or any(len(r.constraints) > MAX_CONSTRAINTS for r in found):
        raise NotLinearError("more alternatives or comparisons than are looked at")
    return found


def _regions(node: Node) -> tuple[Region, ...]:
    match node:
        case Or(operands=parts):
            return tuple(r for part in parts for r in _regions(part))
        case And(operands=parts):
            return _crossed([_regions(part) for part in parts])
        case Not(operand=Not(operand=inner)):
            return _regions(inner)
        case Not(operand=And(operands=parts)):
            return _regions(Or(tuple(Not(p) for p in parts)))
        case Not(operand=Or(operands=parts)):
            return _regions(And(tuple(Not(p) for p in parts)))
        case Not(operand=Compare(operator=operator, left=left, right=right)):
            return _regions(Compare(_NEGATED[operator], left, right))
        case Compare(operator="!=", left=left, right=right):
            return _regions(Or((Compare("<", left, right), Compare(">", left, right))))
        case Compare():
            try:
                return (Region(constraints(node)),)
            except NotLinearError:
                return (Region(others=(node,)),)
    return (Region(others=(node,)),)


def _crossed(parts: Sequence[Sequence[Region]]) -> tuple[Region, ...]:
    count = 1
    for part in parts:
        count *= len(part)
        if count > MAX_REGIONS:
            raise NotLinearError("more alternatives than are looked at")
    return tuple(joined(*choice) for choice in product(*parts))
