"""Modules import only downwards, and loading a review loads no heavy library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import paucity

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(paucity.__file__).parent

LAYERS = (
    {"lazy", "memory", "processes", "text"},
    {"vocabulary"},
    {
        *("logic", "counts", "exact", "agreement", "expression", "record", "shapes"),
        *("spread", "spreadsheet", "sources", "dosing", "protocol", "writer"),
    },
    {"literature"},
    {"screening"},
    {"evidence"},
    {"response"},
    {"synthesis"},
    {"participants", "linked"},
    {"review"},
    {"schemas", "starter", "explain", "analysis", "contrasts"},
    {"exchange"},
    {"report"},
    {"web"},
    {"cli"},
)
"""What may be imported, lowest first; modules of one layer may import one another, in no circle."""

APART = ("literature", "evidence", "response", "synthesis")
"""Packages that meet only in the review and the participants it describes."""

HEAVY = ("numpy", "scipy", "matplotlib", "polars", "great_tables", "rich", "pandas", "jinja2")


def rank(name: str) -> int:
    return next((i for i, layer in enumerate(LAYERS) if name in layer), len(LAYERS))


def parts() -> dict[str, list[Path]]:
    """Return the files of every module and package directly below the root."""
    out: dict[str, list[Path]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        inner = path.relative_to(ROOT)
        name = inner.parts[0].removesuffix(".py")
        if name not in {"__init__", "__main__"}:
            out.setdefault(name, []).append(path)
    return out


def imports(tree: ast.AST, path: Path) -> Iterator[tuple[str, int]]:
    """Yield the parts of paucity that a file imports, wherever in it, with the line."""
    here = ("paucity", *path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level]] if node.level else []
            base += (node.module or "").split(".") if node.module else []
            names = [".".join([*base, alias.name]) for alias in node.names]
        for name in names:
            inside = name.split(".")
            if inside[0] == "paucity" and len(inside) > 1:
                yield inside[1], node.lineno


def edges() -> Iterator[tuple[str, str, str]]:
    """Yield who imports whom, and where, between parts."""
    known = parts()
    for name, paths in known.items():
        for path in paths:
            for other, line in imports(ast.parse(path.read_text("utf-8")), path):
                if other != name and other in known:
                    yield name, other, f"{path.relative_to(ROOT)}:{line}"


def test_every_module_has_its_layer() -> None:
    placed = set().union(*LAYERS)
    bare = {"library", "reviews"}  # data, no code but what makes them packages
    assert {p for p in parts() if p not in placed | bare} == set()


def test_modules_import_only_from_their_layer_or_below() -> None:
    upward = [
        f"{place}: {a} imports {b}"
        for a, b, place in edges()
        if a not in {"library", "reviews"} and rank(b) > rank(a)
    ]
    assert upward == []


def test_no_two_modules_import_each_other() -> None:
    below: dict[str, set[str]] = {}
    for a, b, _ in edges():
        below.setdefault(a, set()).add(b)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for other in below.get(todo.pop(), set()) - seen:
                seen.add(other)
                todo.append(other)
        return seen

    assert [name for name in below if name in reached(name)] == []


@pytest.mark.parametrize("name", APART)
def test_what_meets_in_the_review_meets_nowhere_else(name: str) -> None:
    met = [f"{place}: {b}" for a, b, place in edges() if a == name and b in APART]
    assert met == []


def test_the_reader_of_imports_sees_every_way_of_writing_one() -> None:
    text = """
import paucity.web.pages
from paucity import cli, text
from . import review
from ..report.html import page
def late():
    from paucity.synthesis import pool
if TYPE_CHECKING:
    from paucity.screening.votes import Vote
import numpy
"""
    path = ROOT / "evidence" / "view.py"
    seen = [name for name, _ in imports(ast.parse(text), path)]
    assert seen.count("evidence") == 1  # `from . import review` is evidence.review
    assert set(seen) == {"web", "cli", "text", "evidence", "report", "synthesis", "screening"}


@pytest.mark.parametrize("module", ["paucity.review", "paucity.evidence.checks"])
def test_loading_a_review_loads_no_heavy_library(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    loaded = set(done.stdout.split())
    assert "paucity" in loaded
    assert loaded & set(HEAVY) == set()
