"""Where things are from: citations, places in a document, and the documents themselves.

Also the findings a reviewer has accepted, which belong to a source as much as its numbers do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.record import Record, RecordShape, many, need, opt, table
from paucity.shapes import FLAG, TEXT, ChoiceShape
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Record):
    """Where a value stands, how it came there, and which document it was read in."""

    at: str = opt(TEXT, "the place: a table, section or page of the document read", "")
    kind: str = opt(
        ChoiceShape(("reported", "derived", "personal communication", "not stated")),
        "reported (the default), derived by arithmetic, or a personal communication",
        "reported",
    )
    read_in: str = opt(TEXT, "the document read, if not the study's own `read_in`", "")
    by: str = opt(TEXT, "who communicated it, or how it was derived", "")
    cites: tuple[str, ...] = many(TEXT, "reference numbers the document gives at this place")


SOURCE = RecordShape(lambda: Source, shorthand="at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Record):
    """A bibliographic citation."""

    authors: tuple[str, ...] = many(TEXT, "family name and initials, in order")
    et_al: bool = opt(FLAG, "true if further authors are not listed", default=False)
    year: str = opt(TEXT, "year of publication", "")
    title: str = opt(TEXT, "title", "")
    journal: str = opt(TEXT, "journal, abbreviated or in full", "")
    volume: str = opt(TEXT, "volume", "")
    issue: str = opt(TEXT, "issue", "")
    pages: str = opt(TEXT, "pages or article number", "")
    doi: str = opt(TEXT, "DOI, without https://doi.org/", "")
    pmid: str = opt(TEXT, "PubMed identifier", "")
    language: str = opt(TEXT, "language of publication", "")
    registry: str = opt(TEXT, "trial registry number", "")


CITATION = RecordShape(lambda: Citation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Record):
    """One entry of a secondary source's reference list."""

    study: str = opt(TEXT, "the study file it stands for, if there is one", "")
    citation: Citation | None = opt(CITATION, "the citation, if no study file has it")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument(Record):
    """A document that studies were read in: its citation and its reference list."""

    id: str = ""
    citation: Citation = need(CITATION, "bibliographic citation")
    kind: str = opt(
        ChoiceShape(("review", "abstract", "registry", "full text", "web page")),
        "what kind of document it is",
        "review",
    )
    note: str = opt(TEXT, "a remark", "")
    references: Mapping[str, Reference] = table(
        RecordShape(lambda: Reference, shorthand="study"), "its reference list, by number"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Record):
    """A finding the reviewer has looked at and accepts as a fault of the source."""

    finding: str = need(TEXT, "the finding's code")
    about: str = opt(TEXT, "the finding's subject; every subject in this file, if left out", "")
    reason: str = need(TEXT, "why it stands")


def accept(
    findings: Iterable[Finding], accepted: Iterable[Accepted], ours: Container[str] = ()
) -> tuple[list[Finding], list[tuple[Finding, Accepted]], list[Finding]]:
    """Part the findings a reviewer has accepted from the rest.

    Args:
        findings: all findings of a review.
        accepted: what the reviewer accepts; an entry speaks for its own file, or for the subject
            it names.
        ours: names of the files whose acceptances must speak for something; those of the library
            need not, since not every review shows every fault.

    Returns:
        The open findings; the accepted ones, each with its acceptance; and a finding for every
        acceptance that speaks for nothing (any more).
    """
    entries = list(accepted)
    by_code: dict[str, list[Accepted]] = {}
    for entry in entries:
        if entry.finding.startswith(_UNACCEPTABLE):
            continue
        by_code.setdefault(entry.finding, []).append(entry)
    open_: list[Finding] = []
    known: list[tuple[Finding, Accepted]] = []
    used: set[int] = set()
    for finding in findings:
        speaking = [e for e in by_code.get(finding.code, ()) if _speaks_for(e, finding)]
        if speaking:
            known.append((finding, speaking[0]))
            used.update(map(id, speaking))
        else:
            open_.append(finding)
    stale = [_stale(e) for e in entries if id(e) not in used and e.marks.file in ours]
    return open_, known, stale


def _speaks_for(entry: Accepted, finding: Finding) -> bool:
    if entry.about:
        return finding.subject == entry.about or finding.subject.startswith(f"{entry.about}/")
    return finding.span.file == entry.marks.file


_UNACCEPTABLE = (
    "claim-unreadable",
    "criterion-unanswerable",
    "dangling-",
    "duplicate-key",
    "duplicate-study",
    "file-",
    "folder-",
    "missing-field",
    "not-",
    "participant-repeated",
    "participants-table",
    "unknown-",
    "vocabulary-",
    "wrong-type",
    "yaml-",
)
"""Codes of findings about the review's own text, which no source is to blame for."""


def _stale(entry: Accepted) -> Finding:
    if entry.finding.startswith(_UNACCEPTABLE):
        return Finding(
            "accepted-nothing",
            Severity.WARNING,
            entry.marks.span("finding"),
            f"`{entry.finding}` is a fault of this review's text, not of a source",
            "mend it where it is found",
            f"{entry.finding}/{entry.about}",
        )
    about = f" about {entry.about}" if entry.about else ""
    return Finding(
        "accepted-nothing",
        Severity.WARNING,
        entry.marks.span("finding"),
        f"accepts `{entry.finding}`{about}, but there is no such finding",
        "remove the entry, or correct its code or subject",
        f"{entry.finding}/{entry.about}",
    )
