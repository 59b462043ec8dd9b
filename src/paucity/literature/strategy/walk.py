"""Walk over the tree of a strategy, and put its lines together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paucity.literature.strategy.nodes import And, LineRef, Node, Not, Or, Strategy, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def walk(node: Node | None) -> Iterator[Node]:
    """Yield a node and all below it, in the order they are written."""
    if node is None:
        return
    yield node
    match node:
        case And(operands) | Or(operands):
            for operand in operands:
                yield from walk(operand)
        case Not(left, right):
            yield from walk(left)
            yield from walk(right)


def every(strategy: Strategy) -> Iterator[Node]:
    """Yield every node of every line."""
    for line in strategy.lines:
        yield from walk(line.node)


def references(node: Node | None) -> tuple[int, ...]:
    """Return the numbers of the lines that a node names, each once, in order."""
    return tuple(dict.fromkeys(n.number for n in walk(node) if isinstance(n, LineRef)))


def resolved(strategy: Strategy) -> Node | None:
    """Return the last line with every line it names written out; None if nothing can be read.

    A line may name only lines before it. What it names otherwise cannot be known: it becomes
    :class:`~paucity.literature.strategy.nodes.Unread`.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> resolved(parse_strategy("#1 hlh\\n#2 mas\\n#3 #1 OR #2"))
    Or(operands=(Term(text='hlh', ...), Term(text='mas', ...)), at=...)
    """
    before: dict[int, Node | None] = {}
    last: Node | None = None
    for line in strategy.lines:
        last = None if line.node is None else _filled(line.node, before)
        before.setdefault(line.number, last)
    return last


def _filled(node: Node, before: Mapping[int, Node | None]) -> Node:
    match node:
        case LineRef(number, at):
            return before.get(number) or Unread(f"#{number}", at)
        case And(operands) | Or(operands):
            return replace(node, operands=tuple(_filled(x, before) for x in operands))
        case Not(left, right):
            return replace(node, left=_filled(left, before), right=_filled(right, before))
        case _:
            return node
