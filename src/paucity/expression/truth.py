"""Judge a condition by Kleene's logic, given a judge of its simple parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.expression.nodes import And, Node, Not, Or
from paucity.logic import Truth, all_of, any_of, negate

if TYPE_CHECKING:
    from collections.abc import Callable


def truth(node: Node, part: Callable[[Node], Truth]) -> Truth:
    """Return whether a condition holds.

    Args:
        node: the condition.
        part: judges what is no conjunction, disjunction or negation.

    >>> from paucity.expression.parse import parse
    >>> truth(parse("a == 1 or not b == 1"), lambda _: None) is None
    True
    """
    match node:
        case And(operands=operands):
            return all_of(truth(o, part) for o in operands)
        case Or(operands=operands):
            return any_of(truth(o, part) for o in operands)
        case Not(operand=operand):
            return negate(truth(operand, part))
        case _:
            return part(node)
