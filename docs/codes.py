"""Find every finding code the product can use, in its source text."""  # noqa: INP001

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import paucity
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(paucity.__file__).parent
_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")
_MAKERS = frozenset(
    {
        *("Finding", "fault", "_fault", "_finding", "found", "_found", "check", "_open_point"),
        *("_about", "moved", "Fault", "Broken", "note", "refuse"),
    }
)
_TRIPLES = frozenset({"response"})
"""Packages that write a fault as code, message and hint."""
_NO_FINDINGS = ("synthesis", "report", "web", "library")


def used() -> frozenset[str]:
    """Return the code of every finding made anywhere in the product."""
    found: set[str] = set()
    idle = _idle()
    for path in sorted(SRC.rglob("*.py")):
        if path.relative_to(SRC).parts[0] in {*_NO_FINDINGS, *idle}:
            continue
        triples = path.relative_to(SRC).parts[0] in _TRIPLES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found.update(_codes(node))
            if triples and isinstance(node, ast.Tuple) and len(node.elts) == 3:
                found.update(_triple(*node.elts))
    return frozenset(found)


def _idle() -> frozenset[str]:
    """Return the packages that nothing else imports yet: no command can make their findings."""
    packages = {path.parent.name for path in SRC.glob("*/__init__.py")}
    texts = {path: path.read_text(encoding="utf-8") for path in SRC.rglob("*.py")}
    return frozenset(
        name
        for name in packages
        if not any(
            f"paucity.{name}" in text and path.relative_to(SRC).parts[0] != name
            for path, text in texts.items()
        )
    )


def _codes(node: ast.AST) -> Iterator[str]:
    """Yield the codes one piece of source names."""
    if isinstance(node, ast.Call) and _name(node.func) in _MAKERS:
        for argument in (*node.args, *(k.value for k in node.keywords if k.arg == "code")):
            yield from _constant(argument)
            if isinstance(argument, ast.JoinedStr) and _is_unknown(argument):
                yield from (f"unknown-{kind.replace(' ', '-')}" for kind in Kind)
    elif isinstance(node, ast.Assign):
        yield from _assigned(node)


def _triple(code: ast.expr, message: ast.expr, hint: ast.expr) -> Iterator[str]:
    """Yield the code of a fault that is written as code, message and hint."""
    said = isinstance(message, ast.Name | ast.JoinedStr) or (
        isinstance(message, ast.Constant) and " " in str(message.value)
    )
    if said and isinstance(hint, ast.Name | ast.Constant | ast.JoinedStr):
        yield from _constant(code)


def _assigned(node: ast.Assign) -> Iterator[str]:
    """Yield the codes assigned to a variable called `code`."""
    for target in node.targets:
        if isinstance(target, ast.Name) and target.id == "code":
            yield from _constant(node.value)
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for one, value in zip(target.elts, node.value.elts, strict=False):
                if isinstance(one, ast.Name) and one.id == "code":
                    yield from _constant(value)


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_constant(node.body), *_constant(node.orelse))
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _CODE.fullmatch(node.value)
    ):
        yield node.value


def _is_unknown(node: ast.JoinedStr) -> bool:
    first = node.values[0]
    return isinstance(first, ast.Constant) and first.value == "unknown-"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def severities(module: str, function: str) -> tuple[str, ...]:
    """Return the severities a function gives its findings, worst first.

    Args:
        module: the module's name.
        function: the function; functions of the same module that it calls are followed.
    """
    path = SRC.parent / (module.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    todo, seen, found = [function], set(), set()
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Attribute) and _name(node.value) == "Severity":
                found.add(node.attr.lower())
            elif isinstance(node, ast.Name):
                todo.append(node.id)
    return tuple(s for s in ("error", "warning", "note") if s in found)
