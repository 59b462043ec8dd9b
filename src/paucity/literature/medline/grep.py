"""Answer a strategy straight from PubMed's files, reading only what may meet it."""

from __future__ import annotations

from array import array
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paucity.literature.medline.candidates import candidates
from paucity.literature.medline.prefilter import need
from paucity.literature.medline.reference import identifier, records_of
from paucity.literature.medline.split import (
    IncompleteError,
    Split,
    UnusualError,
    batches,
    walked,
)
from paucity.literature.medline.store import StoreError, rank
from paucity.literature.strategy.evaluate import Given, matches
from paucity.literature.strategy.walk import resolved
from paucity.processes import process_pool, processors
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from paucity.literature.medline.prefilter import Need
    from paucity.literature.record import Record
    from paucity.literature.strategy.nodes import Strategy
    from paucity.logic import Truth

_HINT: Final = "fetch the file again"


@dataclass(frozen=True, slots=True)
class Grepped:
    """What a strategy finds in files.

    Attributes:
        records: that meet the strategy, in the order of the files; of a citation that several
            files hold, as the last of them has it.
        undecided: of which it is not known, the same way.
        seen: citations looked at.
        read: citations that had to be read.
        findings: of files that are damaged.
    """

    records: tuple[Record, ...]
    undecided: tuple[Record, ...]
    seen: int
    read: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _File:
    """What one file gave.

    Attributes:
        name: of the file.
        keys: PMID and version of each citation in one number, in order; 0 for one without.
        found: position, record and truth of each citation that is not out.
        deleted: PMID and version of each citation withdrawn.
        read: citations that had to be read.
        fault: why nothing is taken.
    """

    name: str
    keys: array[int] = field(default_factory=lambda: array("q"))
    found: list[tuple[int, Record, Truth]] = field(default_factory=list)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    read: int = 0
    fault: str = ""


_VERSIONS: Final = 14
"""Bits of a key that hold the version."""


def _key(pmid: int, version: int) -> int:
    return (pmid << _VERSIONS) + version


def grep(
    strategy: Strategy,
    files: Sequence[Path],
    given: Given = Given(),  # noqa: B008
    *,
    processes: int = 0,
    tell: Callable[[int, int], None] | None = None,
) -> Grepped:
    """Run a strategy over PubMed's files without importing them.

    A later file replaces or withdraws citations of an earlier one, by the rule of a store; so
    updates count. Of a file that is damaged nothing is taken.

    Args:
        strategy: the strategy; its result is that of its last line.
        files: packed or not, in any order.
        given: headings of MeSH, and the day of the search.
        processes: how many; one for each core if 0.
        tell: called with the files done and all of them.
    """
    ordered = sorted(files, key=lambda path: rank(path.name))
    question = _Question(strategy, need(resolved(strategy), given), given)
    done = []
    for one in _each(question, ordered, processes or processors()):
        done.append(one)
        if tell:
            tell(len(done), len(ordered))
    return _joined(done)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of each file.

    Attributes:
        strategy: the strategy.
        wanted: what a citation must have in its bytes to meet it.
        given: headings of MeSH, and the day of the search.
    """

    strategy: Strategy
    wanted: Need
    given: Given


_asked: list[_Question] = []
"""The question of a reading process, which it is given once: all of MeSH may be part of it."""


def _each(question: _Question, files: Sequence[Path], processes: int) -> Iterator[_File]:
    if processes <= 1 or len(files) <= 1:
        yield from (_grep_file(path, question) for path in files)
        return
    with process_pool(min(processes, len(files)), _asked.append, question) as pool:
        try:
            yield from pool.map(_grep_asked, files)
        except BrokenProcessPool:
            message = "a reading process was killed (too little memory?)"
            raise StoreError(message) from None


def _grep_asked(path: Path) -> _File:
    return _grep_file(path, _asked[0])


def _grep_file(path: Path, question: _Question) -> _File:
    for plain in (True, False):
        out, split = _File(path.name), Split()
        try:
            source = batches(path, split) if plain else walked(path, split)
            _look(out, source, split, question)
        except UnusualError:
            continue
        except IncompleteError as error:
            return _File(path.name, fault=str(error))
        out.deleted = split.deleted
        return out
    return _File(path.name, fault="it cannot be read as PubMed XML")


def _look(out: _File, source: Iterable[list[bytes]], split: Split, question: _Question) -> None:
    """Read those citations that may meet a strategy, and judge them."""
    for chunks in source:
        first = len(out.keys)
        out.keys.extend(_key(*(identifier(chunk) or (0, 0))) for chunk in chunks)
        hits = candidates(question.wanted, chunks, inline=split.inline)
        out.read += len(hits)
        numbers = [first + i + 1 for i in hits]
        for number, record in zip(
            numbers, records_of([chunks[i] for i in hits], out.name, numbers), strict=True
        ):
            truth = matches(question.strategy, record, question.given)
            if truth is not False:
                out.found.append((number - 1, record, truth))


def _joined(files: Sequence[_File]) -> Grepped:
    """Put the files together: later ones replace and withdraw citations of earlier ones."""
    standing = _standing(files, {f.keys[at] >> _VERSIONS for f in files for at, _, _ in f.found})
    kept = [
        (record, truth)
        for number, file in enumerate(files)
        for at, record, truth in file.found
        if not file.keys[at] or standing.get(file.keys[at] >> _VERSIONS) == (number, at)
    ]
    findings = [
        Finding(
            "medline-incomplete",
            Severity.ERROR,
            Span(f.name, 1),
            f"{f.fault}; nothing of this file is taken",
            _HINT,
            f.name,
        )
        for f in files
        if f.fault
    ]
    return Grepped(
        tuple(record for record, truth in kept if truth),
        tuple(record for record, truth in kept if truth is None),
        sum(len(f.keys) for f in files),
        sum(f.read for f in files),
        tuple(findings),
    )


def _standing(files: Sequence[_File], pmids: set[int]) -> dict[int, tuple[int, int]]:
    """Return file and position of the version of each of some citations that counts."""
    last: dict[int, tuple[int, int]] = {}
    for number, file in enumerate(files):
        for at, key in enumerate(file.keys):
            if key >> _VERSIONS in pmids:
                last[key] = (number, at)
        for pmid, version in file.deleted:
            last.pop(_key(pmid, version), None)
    highest: dict[int, int] = {}
    for key in last:
        pmid = key >> _VERSIONS
        highest[pmid] = max(key, highest.get(pmid, 0))
    return {pmid: last[key] for pmid, key in highest.items()}
