"""Say an expression in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.expression.nodes import (
    And,
    Arithmetic,
    Call,
    Compare,
    Counted,
    Includes,
    Is,
    Name,
    Node,
    Not,
    Number,
    Or,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

_RELATIONS = {
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
    "==": "equal to",
    "!=": "not equal to",
}
_TIGHT = {"+": 1, "-": 1, "*": 2, "/": 2}
_OPPOSITES = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def say_number(value: Fraction) -> str:
    """Return a number as people write it.

    >>> from fractions import Fraction
    >>> say_number(Fraction(3, 2)), say_number(Fraction(1, 3))
    ('1.5', '1/3')
    """
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(value.numerator) * (10**places // value.denominator)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def say(node: Node, words: Mapping[str, str] | Callable[[str], str] | None = None) -> str:
    """Return the expression as an English clause.

    Args:
        node: the expression.
        words: how to say a name, as a mapping or a function; underscores become spaces otherwise.

    >>> from paucity.expression.parse import parse
    >>> say(parse("prior includes etoposide and patients >= 2"))
    'prior includes etoposide and patients is at least 2'
    """
    if callable(words):
        return _Speaker(words).say(node)
    known = words or {}
    return _Speaker(lambda name: known.get(name, name.replace("_", " "))).say(node)


class _Speaker:
    """Says nodes, with one way of saying names."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self.name = name

    def say(self, node: Node) -> str:
        match node:
            case Number() | Text() | Name() | Call() | Arithmetic():
                return self._value(node)
            case Compare() | Is() | Includes():
                return self._relation(node, negative=False)
            case Not(operand=operand):
                return self._negative(operand)
            case And(operands=(Compare() as low, Compare() as high)) if _is_span(low, high):
                return self._span(low, high)
            case And(operands=operands):
                return " and ".join(self._grouped(o, Or) for o in operands)
            case Or(operands=operands):
                return " or ".join(self._grouped(o, And) for o in operands)
            case Counted():
                amount = "all" if node.least is None else f"at least {node.least}"
                of = f" of {', '.join(map(self.name, node.items))}" if node.items else ""
                return f"{amount} {self.name(node.state)}{of}"

    def _value(self, node: Number | Text | Name | Call | Arithmetic) -> str:
        match node:
            case Number(percent=True):
                return f"{say_number(node.value * 100)}%"
            case Number():
                return f"{say_number(node.value)} {node.unit}".rstrip()
            case Text():
                return node.value
            case Name():
                return self.name(node.name)
            case Call():
                return f"{self.name(node.name)}({', '.join(map(self.say, node.arguments))})"
            case Arithmetic():
                left = self._side(node.left, _TIGHT[node.operator])
                right = self._side(node.right, _TIGHT[node.operator] + 1)
                return f"{left} {node.operator} {right}"

    def _side(self, node: Node, tight: int) -> str:
        """Return one side of an operator, in parentheses if it binds less than `tight`."""
        spoken = self.say(node)
        loose = isinstance(node, Arithmetic) and _TIGHT[node.operator] < tight
        return f"({spoken})" if loose else spoken

    def _relation(self, node: Compare | Is | Includes, *, negative: bool) -> str:
        left, right = self.say(node.left), self.say(node.right)
        match node:
            case Compare():
                operator = _OPPOSITES[node.operator] if negative else node.operator
                return f"{left} is {_RELATIONS[operator]} {right}"
            case Is():
                return f"{left} is {'not ' if negative else ''}{right}"
            case Includes():
                return f"{left} {'does not include' if negative else 'includes'} {right}"

    def _span(self, low: Compare, high: Compare) -> str:
        """Return a number between two ends, or within a distance of one."""
        match low.right, high.right:
            case Arithmetic("-", target, distance), Arithmetic("+", same, _) if target == same:
                ends = f"within {self.say(distance)} of {self.say(target)}"
            case _:
                ends = f"between {self.say(low.right)} and {self.say(high.right)}"
        return f"{self.say(low.left)} is {ends}"

    def _negative(self, node: Node) -> str:
        if isinstance(node, Compare | Is | Includes):
            return self._relation(node, negative=True)
        return f"not ({self.say(node)})"

    def _grouped(self, node: Node, other: type[And] | type[Or]) -> str:
        spoken = self.say(node)
        return f"({spoken})" if isinstance(node, other) else spoken


def _is_span(low: Compare, high: Compare) -> bool:
    return (low.operator, high.operator) == (">=", "<=") and low.left == high.left
