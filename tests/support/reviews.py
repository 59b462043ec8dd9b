"""Small reviews written beside what is expected of them.

A review is a few short texts; `»` in one of them marks the place where a finding must stand. The
mark is taken out before the text is written to disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING

from paucity.review import Review, load_review
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MARK = "»"
STUDY = "studies/doe-2001.yaml"

PROTOCOL = """\
title: A small review
scale:
  CR: {label: complete response, responder: true}
  PR: {label: partial response, responder: true}
  NR: no response
  died: {label: died before assessment, outside: true}
criteria:
  main:
    cohort:
      etoposide: prior includes etoposide
"""
"""The protocol of a small review, where a test does not bring its own."""

CITATION = "citation: {authors: [Doe J, Roe R], year: 2001, language: English}\n"
"""The first line of a study, where a test does not bring its own."""


def study_text(text: str) -> str:
    """Return the text of a study, with a citation if it has none."""
    text = dedent(text).lstrip("\n")
    return text if text.lstrip(MARK).startswith("citation:") else CITATION + text


def files_of(
    study: str = "", protocol: str = "", files: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the texts of a small review by file name, marks and all."""
    out = {"review.yaml": dedent(protocol).lstrip("\n") if protocol else PROTOCOL}
    if study:
        out[STUDY] = study_text(study)
    for name, text in (files or {}).items():
        out[name] = study_text(text) if name.startswith("studies/") else dedent(text).lstrip("\n")
    return out


def marked(files: Mapping[str, str]) -> str:
    """Return the marked place as `file:line:column`; empty if there is none."""
    for name, text in files.items():
        if MARK in text:
            before = text[: text.index(MARK)]
            column = len(before) - (before.rfind("\n") + 1)
            return f"{name}:{before.count(chr(10)) + 1}:{column + 1}"
    return ""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the texts into a folder, without their marks, and return the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(MARK, ""), encoding="utf-8")
    return folder


def load(folder: Path, files: Mapping[str, str]) -> Review:
    """Write the texts into a folder and load it as a review."""
    return load_review(write(folder, files))


def findings(review: Review, *codes: str) -> list[Finding]:
    """Return the open findings of these codes."""
    return [f for f in review.findings if f.code in codes]


def serious(review: Review) -> list[Finding]:
    """Return the open findings that are errors or warnings."""
    return [f for f in review.findings if f.severity is not Severity.NOTE]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A small review with a fault, the finding it must give, and the edit that mends it.

    Attributes:
        code: the finding's code.
        claim: what the example proves, in words.
        study: the study's text, the fault's place marked.
        says: what the message must say, piece by piece.
        mended: replacements, each of which must apply, after which the finding is gone.
        subject: the finding's subject.
        hint: a piece of its hint.
        protocol: the protocol's text, if not the usual.
        files: further files.
    """

    code: str
    claim: str
    says: tuple[str, ...]
    mended: Mapping[str, str]
    subject: str = "doe-2001/all"
    study: str = ""
    hint: str = ""
    protocol: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def wrong(self) -> dict[str, str]:
        """Return the texts with the fault."""
        return files_of(self.study, self.protocol, self.files)

    def right(self) -> dict[str, str]:
        """Return the texts without the fault."""
        out = {name: text.replace(MARK, "") for name, text in self.wrong().items()}
        for old, new in self.mended.items():
            assert any(old in text for text in out.values()), f"nothing to mend: {old!r}"
            out = {name: text.replace(old, new) for name, text in out.items()}
        return out

    def __str__(self) -> str:
        return f"{self.code}: {self.claim}"
