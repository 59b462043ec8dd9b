"""Every check finds what it is for, at its place, with its figures, and nothing once mended."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import paucity
from evidence.examples import EXAMPLES
from paucity.evidence.checks import REVIEW_CHECKS, STUDY_CHECKS
from paucity.participants import PARTICIPANT_CHECKS
from paucity.text import Severity
from support.reviews import Example, findings, load, marked

if TYPE_CHECKING:
    from paucity.evidence.checks.check import Check

CHECKS = (*STUDY_CHECKS, *PARTICIPANT_CHECKS, *REVIEW_CHECKS)
CODES = {example.code for example in EXAMPLES}

ON_DISK = {"file-unreadable", "not-text", "folder-unknown"}
"""Findings about files as such: their examples are in the tests of hostile folders."""


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_fault_is_found_at_its_place_with_its_figures(example: Example, tmp_path: Path) -> None:
    found = findings(load(tmp_path, example.wrong()), example.code)
    at = [f for f in found if str(f.span) == marked(example.wrong())]
    assert at, f"expected at {marked(example.wrong())}, found {[(str(f.span)) for f in found]}"
    told = [f for f in at if f.subject == example.subject]
    assert told, [f.subject for f in at]
    for piece in example.says:
        assert any(piece in f.message for f in told), [f.message for f in told]
    assert any(example.hint in f.hint for f in told), [f.hint for f in told]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_mended_review_has_no_such_finding(example: Example, tmp_path: Path) -> None:
    right = findings(load(tmp_path, example.right()), example.code)
    assert right == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_has_a_failing_and_a_passing_example(check: Check[object]) -> None:
    assert check.code in CODES


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_is_documented_in_sentences(check: Check[object]) -> None:
    assert check.doc
    assert check.title
    assert check.doc.rstrip().endswith(".")


def test_no_two_checks_share_a_code() -> None:
    codes = [check.code for check in CHECKS]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if c.code in CODES], ids=lambda check: check.code
)
def test_a_finding_has_the_severity_of_its_check(check: Check[object], tmp_path: Path) -> None:
    example = next(e for e in EXAMPLES if e.code == check.code)
    assert {f.severity for f in findings(load(tmp_path, example.wrong()), check.code)} == {
        check.severity
    }


def _codes_in(module: str) -> set[str]:
    """Return the codes that a module's own findings carry, read from its source."""
    path = Path(inspect.getfile(paucity)).parent / module
    out: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in {"Finding", "_finding", "fault"}:
                out |= {
                    n.value
                    for n in ast.walk(node.args[0])
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
    return {code for code in out if "-" in code and not code.endswith("-")}


@pytest.mark.parametrize(
    "module",
    [
        "text.py",
        "record.py",
        "protocol.py",
        "sources.py",
        "spread.py",
        "review/folder.py",
        "review/parts.py",
        "evidence/claims.py",
        "evidence/eligibility.py",
        "participants/load.py",
        "participants/tabular.py",
    ],
)
def test_every_finding_of_reading_and_judging_has_an_example(module: str) -> None:
    codes = _codes_in(module)
    assert codes, "no finding is made here any more"
    assert codes <= CODES | ON_DISK


def test_a_finding_is_error_warning_or_note() -> None:
    assert {check.severity for check in CHECKS} <= set(Severity)
