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

    def name(text: str) -> str:
        if callable(words):
            return words(text)
        return (words or {}).get(text, text.replace("_", " "))

    def number(n: Number) -> str:
        if n.percent:
            return f"{say_number(n.value * 100)}%"
        return f"{say_number(n.value)} {n.unit}".rstrip()

    def group(child: Node, *, tight: bool) -> str:
        spoken = visit(child)
        return f"({spoken})" if tight and isinstance(child, And | Or) else spoken

    def visit(n: Node) -> str:
        match n:
            case Number():
                return number(n)
            case Text():
                return n.value
            case Name():
                return name(n.name)
            case Call():
                return f"{name(n.name)}({', '.join(map(visit, n.arguments))})"
            case Arithmetic():
                return f"{operand(n.left)} {n.operator} {operand(n.right)}"
            case Compare():
                return f"{visit(n.left)} is {_RELATIONS[n.operator]} {visit(n.right)}"
            case Is():
                return f"{visit(n.left)} is {visit(n.right)}"
            case Includes():
                return f"{visit(n.left)} includes {visit(n.right)}"
            case Not(operand=inner):
                return negative(inner)
            case And():
                return " and ".join(group(c, tight=isinstance(c, Or)) for c in n.operands)
            case Or():
                return " or ".join(group(c, tight=isinstance(c, And)) for c in n.operands)
            case Counted():
                return counted(n)

    def operand(n: Node) -> str:
        return f"({visit(n)})" if isinstance(n, Arithmetic) else visit(n)

    def negative(n: Node) -> str:
        match n:
            case Is():
                return f"{visit(n.left)} is not {visit(n.right)}"
            case Includes():
                return f"{visit(n.left)} does not include {visit(n.right)}"
            case Compare():
                flipped = _OPPOSITES[n.operator]
                return f"{visit(n.left)} is {_RELATIONS[flipped]} {visit(n.right)}"
            case _:
                return f"not ({visit(n)})"

    def counted(n: Counted) -> str:
        amount = "all" if n.least is None else f"at least {n.least}"
        of = f" of {', '.join(map(name, n.items))}" if n.items else ""
        return f"{amount} {name(n.state)}{of}"

    return visit(node)
