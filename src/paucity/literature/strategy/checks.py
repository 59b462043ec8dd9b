"""Look a strategy over: lines that lead nowhere, headings that are none, what costs records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.dates import first_day, last_day
from paucity.literature.strategy.mesh import Mesh, preferred
from paucity.literature.strategy.nodes import (
    And,
    DateRange,
    Filter,
    LineRef,
    MeSH,
    Node,
    Not,
    Or,
    Strategy,
    Term,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.walk import references, walk
from paucity.literature.strategy.wording import found, wording
from paucity.literature.strategy.words import has_wildcard, key
from paucity.text import Finding, Severity, did_you_mean, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANIMALS: Final = frozenset({"animals", "animal", "other animals"})
_HUMANS: Final = frozenset({"humans", "human"})


def lint(strategy: Strategy, name: str = "strategy", mesh: Mesh | None = None) -> list[Finding]:
    r"""Return everything found in a strategy, while reading it and by looking it over.

    Args:
        strategy: as read.
        name: of its file, used in findings.
        mesh: the headings, to know a misspelt one.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> [f.code for f in lint(parse_strategy("#1 hlh\n#2 mas\n#3 #1 AND #4"))]
    ['strategy-line-unused', 'strategy-line-missing']
    """
    findings = list(strategy.findings)
    for check in (_missing, _unused, _repeated, _terms, _lines_twice, _animals, _dates):
        findings += check(strategy, name)
    findings += wording(strategy, name, mesh)
    if mesh is not None and mesh.headings:
        findings += _headings(strategy, name, mesh)
    return in_order(findings)


def _missing(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield each reference to a line that is not there before."""
    before: set[int] = set()
    numbers = {line.number for line in strategy.lines}
    for line in strategy.lines:
        for node in walk(line.node):
            if isinstance(node, LineRef) and node.number not in before:
                there = node.number in numbers
                what = "does not stand before this line" if there else "is not there"
                message = f"line {line.number} names line {node.number}, which {what}"
                hint = "correct the number; a line can name only lines before it"
                code = "strategy-line-missing"
                yield found(code, name, node.at, message, hint, Severity.ERROR)
        before.add(line.number)


def _unused(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield each line that the last line does not come to rest on."""
    lines = {}
    for line in reversed(strategy.lines):
        lines[line.number] = line
    if len(lines) < 2:
        return
    last = strategy.lines[-1]
    reached, todo = {last.number}, [last.number]
    while todo:
        named = lines.get(todo.pop())
        for number in references(named.node if named is not None else None):
            if number not in reached:
                reached.add(number)
                todo.append(number)
    for line in strategy.lines:
        if line.number not in reached:
            message = f"line {line.number} plays no part in the last line, which is the result"
            hint = "name it in a later line, or remove it"
            yield found("strategy-line-unused", name, line.at, message, hint)


def _repeated(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield each line that asks what an earlier one asks."""
    seen: dict[Node, int] = {}
    for line in strategy.lines:
        if line.node is None:
            continue
        first = seen.setdefault(line.node, line.number)
        if first != line.number:
            message = f"line {line.number} asks the same as line {first}"
            yield found("strategy-line-repeated", name, line.at, message, "remove one of them")


def _terms(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield each term that stands twice among the same alternatives."""
    for line in strategy.lines:
        for node in walk(line.node):
            if not isinstance(node, And | Or):
                continue
            seen: set[Node | tuple[str, str, bool]] = set()
            for operand in node.operands:
                same = _same(operand)
                if same in seen and not isinstance(operand, LineRef):
                    message = f"{show(operand)} stands twice in one list"
                    hint = "remove one, or correct it: another spelling may have been meant"
                    code = "strategy-term-repeated"
                    yield found(code, name, operand.at, message, hint, Severity.NOTE)
                seen.add(same)


def _lines_twice(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield where a line is joined with itself, or with a line that it is a part of already."""
    code = "strategy-line-named-twice"
    lines = {line.number: line.node for line in reversed(strategy.lines)}
    for line in strategy.lines:
        for node in walk(line.node):
            if not isinstance(node, And | Or):
                continue
            named = [x for x in node.operands if isinstance(x, LineRef)]
            for i, one in enumerate(named):
                if one in named[:i]:
                    message = f"line {line.number} names line {one.number} twice"
                    hint = "remove one, or correct the number: another line may have been meant"
                    yield found(code, name, one.at, message, hint)
                for other in named:
                    before = other.number < line.number
                    whole = lines.get(other.number) if before else None
                    if isinstance(whole, type(node)) and one in whole.operands:
                        message = f"line {one.number} is a part of line {other.number} already"
                        hint = "leave it out, or correct the number: another may have been meant"
                        yield found(code, name, one.at, message, hint)


def _same(node: Node) -> Node | tuple[str, str, bool]:
    """Return what is alike for terms that find the same; PubMed tells a hyphen from a space."""
    if isinstance(node, Term) and node.field and not has_wildcard(node.text):
        return node.field.value, key(node.text), "-" in node.text
    return node


def _animals(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield where leaving out animals, or asking for humans, loses studies of people."""
    for line in strategy.lines:
        for node in walk(line.node):
            if isinstance(node, Not) and _is_named(node.right, _ANIMALS):
                message = "studies of both animals and humans are left out too"
                hint = "write NOT (animals[mh] NOT humans[mh])"
                yield found("strategy-animals", name, node.right.at, message, hint)
            elif isinstance(node, And):
                for operand in node.operands:
                    if _is_limit(operand, _HUMANS) and not _both(node):
                        message = "citations not yet indexed have no heading Humans and are lost"
                        hint = "write NOT (animals[mh] NOT humans[mh]) instead"
                        code = "strategy-humans"
                        yield found(code, name, operand.at, message, hint)


def _both(node: And) -> bool:
    return any(_is_heading(x, _ANIMALS) for x in node.operands)


def _is_named(node: Node, names: frozenset[str]) -> bool:
    """Tell whether a node asks for one of some names, as heading, filter or word."""
    word = isinstance(node, Term) and key(node.text) in names
    return word or _is_limit(node, names)


def _is_limit(node: Node, names: frozenset[str]) -> bool:
    return _is_heading(node, names) or (isinstance(node, Filter) and node.name in names)


def _is_heading(node: Node, names: frozenset[str]) -> bool:
    return isinstance(node, MeSH) and not node.qualifier and key(node.heading) in names


def _dates(strategy: Strategy, name: str) -> Iterator[Finding]:
    """Yield each range that ends before it begins."""
    for line in strategy.lines:
        for node in walk(line.node):
            if isinstance(node, DateRange) and node.first and node.last:
                if first_day(node.first) <= last_day(node.last):
                    continue
                message = f"{show(node)} ends before it begins: nothing meets it"
                hint = "write the earlier date first"
                code = "strategy-date-backwards"
                yield found(code, name, node.at, message, hint, Severity.ERROR)


def _headings(strategy: Strategy, name: str, mesh: Mesh) -> Iterator[Finding]:
    """Yield each heading that MeSH does not have."""
    for line in strategy.lines:
        for node in walk(line.node):
            if not isinstance(node, MeSH) or has_wildcard(node.heading):
                continue
            if preferred(mesh, node.heading) is None:
                message = f"MeSH has no heading or entry term `{node.heading}`"
                near = did_you_mean(node.heading, mesh.headings.values())
                hint = near or "look it up in the MeSH browser"
                yield found("strategy-heading-unknown", name, node.at, message, hint)
