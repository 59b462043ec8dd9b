"""Parse an expression into nodes, or say at which column and why it cannot be read."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import (
    LarkError,
    UnexpectedCharacters,
    UnexpectedEOF,
    UnexpectedToken,
    VisitError,
)

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

MAX_LENGTH = 2_000
"""Longest expression that is read, in characters."""


MAX_NESTING = 100
"""Most brackets, signs and negations together."""

_NOT = re.compile(r"\bnot\b")


class ExpressionError(ValueError):
    """An expression that cannot be read, with the column (from 0) and what to do."""

    def __init__(self, message: str, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.hint = hint


def _number(node: Node) -> Node:
    """Refuse a condition where a number is meant."""
    if isinstance(node, And | Or | Not | Compare | Is | Includes | Counted):
        message = "a condition cannot stand where a number is meant"
        raise ExpressionError(message, node.column, "join conditions with `and` or `or`")
    return node


_PLAIN = {"≤": "<=", "≥": ">=", "≠": "!="}


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Turn lark's tree into nodes."""

    def or_(self, *operands: Node) -> Node:
        return operands[0] if len(operands) == 1 else Or(operands, operands[0].column)

    def and_(self, *operands: Node) -> Node:
        return operands[0] if len(operands) == 1 else And(operands, operands[0].column)

    def not_(self, operand: Node) -> Node:
        return Not(operand, max(0, operand.column - 4))

    def compare(self, left: Node, operator: Token, right: Node) -> Node:
        return Compare(
            _PLAIN.get(operator, str(operator)), _number(left), _number(right), left.column
        )

    def is_(self, left: Node, right: Node) -> Node:
        return Is(_number(left), _number(right), left.column)

    def is_not(self, left: Node, right: Node) -> Node:
        return Not(Is(_number(left), _number(right), left.column), left.column)

    def includes(self, left: Node, right: Node) -> Node:
        return Includes(_number(left), _number(right), left.column)

    def alternatives(self, term: Node) -> Node:
        return term

    def between(self, value: Node, low: Node, high: Node) -> Node:
        column = _number(value).column
        _number(low), _number(high)
        return And((Compare(">=", value, low, column), Compare("<=", value, high, column)), column)

    def within(self, value: Node, distance: Node, target: Node) -> Node:
        _number(target), _number(distance)
        low = Arithmetic("-", target, distance, target.column)
        high = Arithmetic("+", target, distance, target.column)
        return self.between(value, low, high)

    def counted(self, state: Token, *items: Token) -> tuple[str, tuple[str, ...], int]:
        return str(state), tuple(map(str, items)), (state.column or 1) - 1

    def at_least(self, least: Token, counted: tuple[str, tuple[str, ...], int]) -> Node:
        return Counted(counted[0], int(Fraction(least)), counted[1], counted[2])

    def every(self, counted: tuple[str, tuple[str, ...], int]) -> Node:
        return Counted(counted[0], None, counted[1], counted[2])

    def some(self, counted: tuple[str, tuple[str, ...], int]) -> Node:
        return Counted(counted[0], 1, counted[1], counted[2])

    def add(self, left: Node, right: Node) -> Node:
        return Arithmetic("+", _number(left), _number(right), left.column)

    def subtract(self, left: Node, right: Node) -> Node:
        return Arithmetic("-", _number(left), _number(right), left.column)

    def multiply(self, left: Node, right: Node) -> Node:
        return Arithmetic("*", _number(left), _number(right), left.column)

    def divide(self, left: Node, right: Node) -> Node:
        return Arithmetic("/", _number(left), _number(right), left.column)

    def minus(self, operand: Node) -> Node:
        if isinstance(operand, Number):
            return Number(-operand.value, operand.unit, operand.percent, operand.column)
        return Arithmetic("-", Number(Fraction(0)), _number(operand), operand.column)

    def percent(self, number: Token, _sign: Token) -> Node:
        return Number(Fraction(number) / 100, "", True, (number.column or 1) - 1)  # noqa: FBT003

    def quantity(self, number: Token, unit: Token) -> Node:
        return Number(Fraction(number), str(unit), column=(number.column or 1) - 1)

    def number(self, number: Token) -> Node:
        return Number(Fraction(number), column=(number.column or 1) - 1)

    def text(self, token: Token) -> Node:
        return Text(str(token)[1:-1], (token.column or 1) - 1)

    def name(self, token: Token) -> Node:
        return Name(str(token), (token.column or 1) - 1)

    def call(self, name: Token, *arguments: Node) -> Node:
        return Call(str(name), arguments, (name.column or 1) - 1)


@cache
def _parser() -> Lark:
    grammar = files("paucity.expression").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


@cache
def parse(text: str) -> Node:
    """Parse an expression.

    Args:
        text: for example ``patients >= 2`` or ``prior includes etoposide``.

    Returns:
        The expression's root node.

    Raises:
        ExpressionError: the text is not an expression; says where and what was expected.

    >>> parse("patients >= 2")
    Compare(operator='>=', left=Name(name='patients', column=0), ...)
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    flat = text.replace("\n", " ")
    if sum(map(flat.count, "(+-*/")) + len(_NOT.findall(flat)) > MAX_NESTING:
        raise ExpressionError("too deeply nested", 0, "write it as several")
    try:
        tree = _parser().parse(flat)
        result: Any = _Build().transform(tree)
    except UnexpectedEOF:
        raise ExpressionError("ends too early", len(flat), "complete it") from None
    except UnexpectedCharacters as error:
        at: int = getattr(error, "pos_in_stream", 0)
        found = flat[at : at + 1]
        raise ExpressionError(f"`{found}` cannot stand here", at) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise ExpressionError("ends too early", len(flat), "complete it") from None
        column = error.token.start_pos or 0
        message = f"`{error.token}` cannot stand here"
        raise ExpressionError(message, column, _expected(error)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ExpressionError):
            raise error.orig_exc from None
        raise ExpressionError("cannot be read as an expression") from None
    except (LarkError, RecursionError):
        raise ExpressionError("cannot be read as an expression") from None
    node: Node = result
    return node


_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "WHOLE": "a whole number",
    "STRING": 'a "quoted term"',
    "COMPARE": "a comparison",
    "LPAR": "(",
    "RPAR": ")",
}


def _expected(error: UnexpectedToken) -> str:
    names = sorted(_WORDS.get(t, t.lower()) for t in error.expected if t not in {"$END", "UNIT"})
    if error.token.type == "NAME":
        return 'put quotes around a term of several words: "rabbit ATG"'
    return f"expected {', '.join(names[:6])}" if names else ""
