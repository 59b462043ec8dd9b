"""The package stands alone, and needs its heavy libraries only where it uses them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.literature.support import read

import paucity.literature

MODULES = sorted(Path(paucity.literature.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_no_module_imports_evidence_response_or_synthesis(path: Path) -> None:
    names = {
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    inside = {n for n in names if n.startswith("paucity.")}
    core = {"paucity.lazy", "paucity.memory", "paucity.text", "paucity.writer"}
    assert {n for n in inside if not n.startswith("paucity.literature")} <= core


def test_importing_loads_no_heavy_library() -> None:
    code = (
        "import sys, paucity.literature; print([m for m in"
        " ('lxml', 'bibtexparser', 'rapidfuzz', 'openpyxl', 'pyarrow') if m in sys.modules])"
    )
    call = [sys.executable, "-c", code]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("library", "text"),
    [("lxml", "<PubmedArticleSet/>"), ("bibtexparser", "@article{a, title={A}}")],
)
def test_a_missing_library_is_named(
    library: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [m for m in sys.modules if m.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    found = read(text)
    assert [f.code for f in found.findings] == ["library-missing"]
    assert f"needs {library}" in found.findings[0].message
