"""Write a strategy in PubMed's syntax: read back, it is the same tree."""

from __future__ import annotations

from typing import Final

from paucity.literature.strategy.nodes import (
    And,
    DateRange,
    Filter,
    Line,
    LineRef,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    PublicationType,
    Recent,
    Strategy,
    Subheading,
    Term,
    Unread,
)
from paucity.literature.strategy.words import has_wildcard

_BARE: Final = frozenset({"and", "or", "not"})


def show_strategy(strategy: Strategy) -> str:
    """Return a strategy in PubMed's syntax, one line each, numbered if there are several.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> show_strategy(parse_strategy("exp Fever/ or (hip adj3 pain).ti,ab,kf."))
    '"Fever"[mh] OR "hip pain"[tiab:~2]'
    """
    numbered = len(strategy.lines) > 1
    return "\n".join(f"#{x.number} {_line(x)}" if numbered else _line(x) for x in strategy.lines)


def _line(line: Line) -> str:
    return "" if line.node is None else show(line.node)


def show(node: Node) -> str:
    """Return a node in PubMed's syntax, every joined operand in parentheses."""
    match node:
        case And(operands):
            return " AND ".join(map(_operand, operands))
        case Or(operands):
            return " OR ".join(map(_operand, operands))
        case Not(left, right):
            return f"{_operand(left)} NOT {_operand(right)}"
        case Term():
            return _term(node)
        case Near():
            return " OR ".join(_near(node, words) for words in _choices(node))
        case _:
            return _leaf(node)


def _operand(node: Node) -> str:
    text = show(node)
    inner = isinstance(node, And | Or | Not)
    if isinstance(node, Near) and len(_choices(node)) > 1:
        inner = True
    return f"({text})" if inner else text


def _leaf(node: Node) -> str:
    match node:
        case MeSH(heading, qualifier, explode, major):
            name = f"{heading}/{qualifier}" if qualifier else heading
            field = "majr" if major else "mh"
            return f'"{name}"[{field}{"" if explode or has_wildcard(heading) else ":noexp"}]'
        case Subheading(name, explode):
            return f'"{name}"[sh{"" if explode else ":noexp"}]'
        case PublicationType(name, explode):
            return f'"{name}"[pt{"" if explode else ":noexp"}]'
        case DateRange(field, first, last):
            return f"{_day(first) or '1000'}:{_day(last) or '3000'}[{field.value}]"
        case Recent(field, count, unit):
            return f'"last {count} {unit}"[{field.value}]'
        case Filter(name):
            return name if name.startswith(("has", "pubstatus", "owner")) else f'"{name}"[filter]'
        case LineRef(number):
            return f"#{number}"
        case Unread(text):
            return f'"{text.replace(chr(34), "")}"'
        case _:
            return show(node)


def _day(iso: str) -> str:
    return iso.replace("-", "/")


def _term(term: Term) -> str:
    tag = f"[{term.field.value}]" if term.field else ""
    words = term.text.casefold().split()
    if term.phrase or (tag and not _BARE.isdisjoint(words)):
        return f'"{term.text}"{tag}'
    return f"{term.text}{tag}"


def _choices(node: Near) -> list[tuple[str, ...]]:
    """Return each way to take one of the words of every part."""
    ways: list[tuple[str, ...]] = [()]
    for part in node.parts:
        ways = [(*way, text) for way in ways for text in part]
    return ways


def _near(node: Near, words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"[{node.field.value}:~{node.distance}]'
