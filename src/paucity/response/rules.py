"""Rules over a marker's baseline and value, as exact linear constraints.

``percent_change >= 100`` says ``value - 2 * baseline >= 0``; ``fold_decrease > 1.5`` says
``baseline - 1.5 * value > 0``. Over a positive baseline every rule of that sort is a half plane, so
whether one rule implies another is decided exactly, in :mod:`paucity.response.planes`.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import And, Compare, Not, Or
from paucity.response.linear import Linear, NotComputableError, linear
from paucity.response.planes import Constraint, Region, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.expression import Node

MAX_REGIONS: Final = 8
"""Most alternatives that a rule is taken apart into. Published rules have one or two."""

MAX_CONSTRAINTS: Final = 24
"""Most comparisons in one alternative of a rule."""


class NotLinearError(ValueError):
    """A comparison that is no linear constraint over baseline and value."""


QUANTITIES: Final = frozenset(
    ("baseline", "value", "change", "percent_change", "fold_decrease", "fold_increase")
)
"""Names that stand for a number in a marker's rule."""

_NEGATED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


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
    try:
        forms = linear(comparison, lambda number: number.value)
    except NotComputableError as error:
        raise NotLinearError(str(error)) from None
    return tuple(_constraint(rule) for rule in forms)


def _constraint(rule: Linear) -> Constraint:
    baseline, value, lower, upper, constant = rule.form
    if lower or upper:
        raise NotLinearError("a comparison with reference limits")
    return Constraint(baseline, value, constant, strict=rule.strict)


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
