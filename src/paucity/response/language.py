"""The expression language as definitions use it: rules of markers, of levels, and of headlines.

A marker's rule speaks of its ``baseline`` and its later ``value``, in numbers or in states. A
level's rule counts markers in a state. A name with no meaning there is a finding at its column.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from paucity.expression import ExpressionError, Node, parse
from paucity.expression.english import say_number
from paucity.expression.nodes import (
    And,
    Arithmetic,
    Call,
    Compare,
    Counted,
    Includes,
    Is,
    Name,
    Not,
    Number,
    Or,
    Text,
)
from paucity.record import Reading, Record
from paucity.response.rules import QUANTITIES
from paucity.shapes import read_duration
from paucity.text import Marks, Span, Value, did_you_mean, span_of

STATES: Final = frozenset(
    ("improved", "resolved", "normal", "abnormal", "present", "absent", "met", "untested")
)
"""States a marker can be in.

A sign that is ``absent`` is ``normal``; it is ``resolved`` if it was present before. ``untested``
holds where no value was taken.
"""

LIMITS: Final = frozenset(("lower_limit", "upper_limit"))
"""The laboratory's reference limits, as numbers in a marker's rule."""

AGE: Final = "age"
"""How old the participant was when the value was taken, compared with a time: `age < 4 wk`."""

SCORE: Final = "score"
"""The sum of the points, in a level's rule: `score >= 169`."""

OTHERWISE: Final = "otherwise"
"""The rule of a level that takes everyone whom no better level took."""

_LONG: Final = "a number has at most 15 digits before and 12 after its point"
_LONG_HINT: Final = "write it as printed, or in a larger unit"

MAX_DEPTH: Final = 40
"""Deepest nesting of a rule that is read."""

Names = Callable[[str], str | None]
"""Returns the name of the marker that a word stands for, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Record):
    """An expression of a definition: as written, as parsed, and where it stands.

    `template` is the expression with the names of parameters in it, if it has any; `node` has their
    defaults in their place.
    """

    text: str
    node: Node
    template: Node | None = None


@dataclass(frozen=True, slots=True)
class Misuse:
    """A part of a rule that means nothing there: its column, what it is, and what to do."""

    column: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RuleShape:
    """An expression of the definition language; names are checked by whoever knows the markers."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Rule | None:
        """Return the rule, or None after noting a fault at its column."""
        if not isinstance(value, str):
            reading.fault("not-an-expression", at, f"`{key}` should be an expression")
            return None
        try:
            node = parse(value)
        except ExpressionError as error:
            shown = value if len(value) <= 60 else f"{value[:57]}..."
            message = f"`{shown}`: {error.message}"
            reading.fault("not-an-expression", at + error.column, message, error.hint)
            return None
        for number in walk(node):
            if isinstance(number, Number) and _is_long(number):
                reading.fault("not-an-expression", at + number.column, _LONG, _LONG_HINT)
                return None
        if too_deep(node):
            reading.fault("not-an-expression", at, f"`{key}` is nested over {MAX_DEPTH} deep")
            return None
        return Rule(text=value, node=node, marks=Marks(reading.name, at))

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a rule."""
        definitions.setdefault(
            "rule", {"type": "string", "description": "a rule: percent_change <= -25"}
        )
        return {"$ref": "#/$defs/rule"}


RULE: Final = RuleShape()


def children(node: Node) -> tuple[Node, ...]:
    """Return the expressions that an expression is made of."""
    match node:
        case And(operands=parts) | Or(operands=parts) | Call(arguments=parts):
            return parts
        case Not(operand=inner):
            return (inner,)
        case Arithmetic() | Compare() | Is() | Includes():
            return (node.left, node.right)
    return ()


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return an expression with each expression it is made of changed."""
    match node:
        case And(operands=parts):
            return And(tuple(map(change, parts)), node.column)
        case Or(operands=parts):
            return Or(tuple(map(change, parts)), node.column)
        case Not(operand=inner):
            return Not(change(inner), node.column)
        case Call(arguments=parts):
            return Call(node.name, tuple(map(change, parts)), node.column)
        case Arithmetic() | Compare() | Is() | Includes():
            return replace(node, left=change(node.left), right=change(node.right))
    return node


def walk(node: Node) -> Iterator[Node]:
    """Yield the expression and every expression within it, outermost first."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        todo.extend(reversed(children(current)))


def too_deep(node: Node) -> bool:
    """Tell whether an expression is nested deeper than is read."""
    layer: tuple[Node, ...] = (node,)
    for _ in range(MAX_DEPTH):
        layer = tuple(child for parent in layer for child in children(parent))
        if not layer:
            return False
    return True


def _is_long(number: Number) -> bool:
    """Tell whether a number has more digits than any measurement."""
    places = 14 if number.percent else 12
    return abs(number.value) >= 10**15 or (number.value * 10**places).denominator != 1


def span_in(rule: Rule, node: Node) -> Span:
    """Return where a part of a rule stands in the text."""
    return span_of(rule.marks.file, rule.marks.at + node.column)


def written(node: Node) -> str:
    """Return an expression in the language it is written in, in one spelling.

    >>> written(parse("percent_change>=100 and value between 0.5 and 2"))
    'percent_change >= 100 and value >= 0.5 and value <= 2'
    """
    match node:
        case Number():
            return _number(node)
        case Text():
            return f'"{node.value}"'
        case Name():
            return node.name
        case Call():
            return f"{node.name}({', '.join(map(written, node.arguments))})"
        case Arithmetic() | Compare():
            return f"{_grouped(node.left)} {node.operator} {_grouped(node.right)}"
        case Is() | Includes():
            word = "is" if isinstance(node, Is) else "includes"
            return f"{written(node.left)} {word} {written(node.right)}"
        case Not():
            return f"not {_grouped(node.operand)}"
        case And() | Or():
            return _joined(node)
        case Counted():
            amount = "all" if node.least is None else f"at least {node.least}"
            return f"{amount} {node.state}" + (f" of ({', '.join(node.items)})" * bool(node.items))


def _joined(node: And | Or) -> str:
    if isinstance(node, Or):
        return " or ".join(map(_grouped, node.operands))
    return " and ".join(_grouped(n) if isinstance(n, Or) else written(n) for n in node.operands)


def _number(node: Number) -> str:
    if node.percent:
        return f"{say_number(node.value * 100)}%"
    return f"{say_number(node.value)} {node.unit}".rstrip()


def _grouped(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, And | Or | Arithmetic) else written(node)


def misuses_in_marker(node: Node, states: Collection[str], *, early: bool) -> Iterator[Misuse]:
    """Yield what means nothing in a marker's rule.

    Args:
        node: the rule.
        states: the states the marker can be in.
        early: whether the rule decides before the later value is known, as ``when`` does.
    """
    match node:
        case And() | Or() | Not():
            for child in children(node):
                yield from misuses_in_marker(child, states, early=early)
        case Compare(left=Name(name="age")):
            yield from _misused_age(node)
        case Compare():
            yield from _misused_numbers(node.left, early=early)
            yield from _misused_numbers(node.right, early=early)
        case Is(left=Name(name="baseline" | "value" as when), right=Name()):
            yield from _misused_state(node.right, states, late=early and when == "value")
        case Name():
            yield from _misused_state(node, states, late=early)
        case _:
            hint = "write `value <= 500`, `percent_change <= -25`, `baseline is present`, `normal`"
            yield Misuse(node.column, f"`{written(node)}` says nothing about a marker", hint)


def age_in_years(number: Number) -> Fraction | None:
    """Return an age in years, of 365.25 days, or None if the number is no time.

    >>> age_in_years(Number(Fraction(4), "wk"))
    Fraction(112, 1461)
    """
    time = read_duration(f"{say_number(number.value)} {number.unit}")
    return None if time is None else time.days / Fraction(1461, 4)


def _misused_age(node: Compare) -> Iterator[Misuse]:
    """Yield what is wrong with an age: it is compared with a time."""
    right = node.right
    if not isinstance(right, Number) or age_in_years(right) is None:
        hint = "compare it with a time: `age < 4 wk`, `age <= 1.6 y`"
        yield Misuse(right.column, f"`{written(right)}` is no age", hint)


def _misused_state(node: Node, states: Collection[str], *, late: bool) -> Iterator[Misuse]:
    if _word(node) not in states:
        yield _unknown(_word(node), node.column, "state", states)
    elif late:
        yield _late(node)


def _late(node: Node) -> Misuse:
    hint = "say it of the baseline: `baseline < 0.5`, `baseline is present`"
    message = f"`{written(node)}` is not known yet where `when` chooses the band"
    return Misuse(node.column, message, hint)


def _unknown(word: str, column: int, what: str, known: Collection[str]) -> Misuse:
    hint = did_you_mean(word, known) or f"known here: {', '.join(sorted(known))}"
    return Misuse(column, f"`{word}` is not a {what} here", hint)


def _misused_numbers(node: Node, *, early: bool) -> Iterator[Misuse]:
    known = QUANTITIES | LIMITS
    for part in walk(node):
        if isinstance(part, Name):
            if part.name not in known:
                yield _unknown(part.name, part.column, "quantity", known)
            elif early and part.name not in {"baseline", *LIMITS}:
                yield _late(part)
        elif not isinstance(part, Number | Arithmetic):
            yield Misuse(part.column, f"`{written(part)}` is not a number")


def misuses_in_level(
    node: Node,
    name: Names,
    known: Collection[str],
    criteria: Collection[str] = (),
    *,
    scored: bool = False,
) -> Iterator[Misuse]:
    """Yield what means nothing in a level's rule.

    Args:
        node: the rule.
        name: gives the marker or criterion that a word stands for.
        known: the definition's markers.
        criteria: the criteria that the rule can ask for; they are met or not, and nothing else.
        scored: whether the definition gives points, so that there is a score.
    """
    match node:
        case Name(name=word) if word == OTHERWISE:
            return
        case And() | Or() | Not():
            for child in children(node):
                yield from misuses_in_level(child, name, known, criteria, scored=scored)
        case Counted():
            named = [(item, node.column) for item in node.items]
            yield from _misused_names(named, name, {*known, *criteria})
            yield from _misused_state(Name(node.state, node.column), STATES, late=False)
            for item in node.items:
                yield from _only_met(item, node.state, criteria, node.column)
        case Is(left=Name() | Text(), right=Name(name=state)):
            word = _word(node.left)
            yield from _misused_names([(word, node.left.column)], name, {*known, *criteria})
            yield from _misused_state(node.right, STATES, late=False)
            yield from _only_met(word, state, criteria, node.right.column)
        case Compare(left=Name(name="score"), right=Number()) if scored:
            return
        case Compare(left=Name() | Text(), right=Number()):
            yield from _misused_names([(_word(node.left), node.left.column)], name, known)
        case _:
            hint = "write `all normal`, `at least 2 improved`, `fever is resolved`, `otherwise`"
            yield Misuse(node.column, f"`{written(node)}` says nothing about a level", hint)


def _only_met(word: str, state: str, criteria: Collection[str], column: int) -> Iterator[Misuse]:
    """Yield a state that is asked of a criterion and is not ``met``."""
    if word in criteria and state != "met":
        yield Misuse(column, f"`{word}` is a criterion: it is met or not", f"write `{word} is met`")


def _misused_names(
    words: Iterable[tuple[str, int]], name: Names, known: Collection[str]
) -> Iterator[Misuse]:
    for word, column in words:
        if name(word) not in known:
            yield _unknown(word, column, "marker of this definition", known)


def _word(node: Node) -> str:
    if isinstance(node, Text):
        return node.value
    return node.name if isinstance(node, Name) else ""


def misuses_in_headline(node: Node) -> Iterator[Misuse]:
    """Yield what is wrong with a headline: anything but ``improvement >= 25%``."""
    match node:
        case Compare(left=Name(name="improvement"), right=Number(percent=True)):
            if node.operator not in {">", ">="}:
                yield Misuse(node.column, f"`{node.operator}` asks for less than an improvement")
        case _:
            hint = "write `improvement >= 25%`"
            yield Misuse(node.column, f"`{written(node)}` is no improvement in percent", hint)


def with_names(node: Node, name: Names) -> Node:
    """Return a level's rule with every marker under its preferred name."""

    def visit(n: Node) -> Node:
        match n:
            case And(operands=parts):
                return And(tuple(map(visit, parts)), n.column)
            case Or(operands=parts):
                return Or(tuple(map(visit, parts)), n.column)
            case Not(operand=inner):
                return Not(visit(inner), n.column)
            case Is(left=Name() | Text()):
                return Is(renamed(n.left), n.right, n.column)
            case Compare(left=Name() | Text()):
                return Compare(n.operator, renamed(n.left), n.right, n.column)
            case Counted():
                items = tuple(name(item) or item for item in n.items)
                return Counted(n.state, n.least, items, n.column)
        return n

    def renamed(n: Node) -> Node:
        return Name(name(_word(n)) or _word(n), n.column)

    return visit(node)
