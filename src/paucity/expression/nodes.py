"""The parts an expression is made of.

A node knows its column in the text it was parsed from, so that whoever evaluates it can point at
the exact place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with its unit if one is written; a percentage is a hundredth of what is written."""

    value: Fraction
    unit: str = ""
    percent: bool = False
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text: a term of several words."""

    value: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name: what it means is up to where the expression is used."""

    name: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A named function of some arguments."""

    name: str
    arguments: tuple[Node, ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers joined by ``+ - * /``."""

    operator: str
    left: Node
    right: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers compared by ``< <= > >= == !=``."""

    operator: str
    left: Node
    right: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Is:
    """A fact that is, or is a kind of, a term."""

    left: Node
    right: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Includes:
    """A list of facts that includes a term, or a kind of it."""

    left: Node
    right: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    operand: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction of two or more."""

    operands: tuple[Node, ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction of two or more."""

    operands: tuple[Node, ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Counted:
    """At least `least` (or all, if None) of the named items are in the state."""

    state: str
    least: int | None
    items: tuple[str, ...] = ()
    column: int = field(default=0, compare=False)


Node: TypeAlias = (
    Number | Text | Name | Call | Arithmetic | Compare | Is | Includes | Not | And | Or | Counted
)


def names_in(node: Node) -> tuple[Name, ...]:
    """Return every name the expression uses, in order of appearance."""
    match node:
        case Name():
            return (node,)
        case Call(arguments=children) | And(operands=children) | Or(operands=children):
            return tuple(n for child in children for n in names_in(child))
        case Not(operand=operand):
            return names_in(operand)
        case Arithmetic() | Compare() | Is() | Includes():
            return (*names_in(node.left), *names_in(node.right))
        case _:
            return ()
