"""All records of a review as one object: exports read, duplicates merged, reports linked.

Exports are read in the order of their names, by several processes if that is asked for. What people
decided about merges (``screening/merges.yaml``) holds; the rest is decided anew each time.
"""

from __future__ import annotations

import gc
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paucity.literature.decide import deduplicate
from paucity.literature.links import find_links
from paucity.literature.markup import MissingLibraryError
from paucity.literature.merge import (
    Merge,
    Report,
    apply_merges,
    brought_up_to_date,
    merges_of,
    reference,
    references,
)
from paucity.literature.merge_file import read_merges, settled, taken_out, write_merges
from paucity.literature.normal import doi_key, identity, text_identity
from paucity.literature.overlap import possible_overlaps
from paucity.literature.read import Library, read_file
from paucity.memory import short, spared
from paucity.processes import process_pool
from paucity.screening.renewed import renewed
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from paucity.literature.links import Link
    from paucity.literature.overlap import Overlap
    from paucity.literature.record import Place, Record

MERGES: Final = "screening/merges.yaml"
"""Where a review keeps its merges."""

LARGE: Final = 4_000_000
"""Bytes of exports from which on they are read by several processes."""

HANDED: Final = 500_000_000
"""Largest export that another process reads: while records are handed over they are held twice."""

OWN_FORMAT: Final[Mapping[str, str]] = {
    "nbib": "PubMed",
    "pubmed-xml": "PubMed",
    "europepmc-json": "Europe PMC",
    "openalex-json": "OpenAlex",
    "crossref-json": "Crossref",
    "clinicaltrials-json": "ClinicalTrials.gov",
}
"""Databases that give a format of their own."""


@dataclass(frozen=True, slots=True)
class Export:
    """One export as read.

    Attributes:
        name: the file's name in the review.
        format: as detected; empty if it is none we know.
        records: how many it holds.
        database: that gives its format, or as most of its records name it; empty if they do not.
        again: how many of its records the same search had given before.
    """

    name: str
    format: str
    records: int
    database: str = ""
    again: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """The records of a review, and the reports they are of.

    Attributes:
        exports: the files, in order of their names.
        records: all records, in the order of files and within them.
        reports: one for each group of duplicates, in the order of their first records.
        merges: every merge, decided or open.
        merges_text: the merge file that says so.
        merges_before: the merge file as it was read; empty if there was none.
        findings: what was found while reading and merging.
        by_name: the reports that an identity can mean, by position; see :func:`names_of`.
        read_at: where a record was read that its search gave again, by its position.
    """

    exports: tuple[Export, ...] = ()
    records: tuple[Record, ...] = ()
    reports: tuple[Report, ...] = ()
    merges: tuple[Merge, ...] = ()
    merges_text: str = ""
    merges_before: str = ""
    findings: tuple[Finding, ...] = ()
    by_name: Mapping[str, frozenset[int]] = field(default_factory=dict, repr=False)
    read_at: Mapping[int, Place] = field(default_factory=dict, repr=False)


def gather(
    files: Sequence[tuple[Path, str]],
    merges: str = "",
    *,
    merges_name: str = MERGES,
    fetched: Sequence[Sequence[str]] = (),
    searches: Mapping[str, str] | None = None,
    workers: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Corpus:
    """Read exports, merge duplicates as people and the model decide, and index the reports.

    Args:
        files: the exports and their names in the review.
        merges: the merge file as it stands; empty if there is none.
        merges_name: its name, for findings.
        fetched: the files of each search that was run from here, in the order of its runs.
        searches: which search gave each export, by the export's name.
        workers: how many processes read large exports.
        progress: is told what is being done.

    Returns:
        The corpus; nothing in the files raises.

    Raises:
        MemoryShortError: the records do not fit into memory.
    """
    libraries = _libraries(files, searches or {}, workers, progress)
    findings = [f for library in libraries for f in library.findings]
    named = [(n, lib.records) for (_, n), lib in zip(files, libraries, strict=True)]
    held = renewed(named, fetched)
    records = list(held.records)
    exports = tuple(
        Export(
            name,
            library.format or "",
            len(library.records),
            OWN_FORMAT.get(library.format or "") or _database(library),
            held.again.get(name, 0),
        )
        for (_, name), library in zip(files, libraries, strict=True)
    )
    progress(f"looking for duplicates among {len(records):,} records")
    before, found = read_merges(merges, merges_name)
    findings += found
    findings += taken_out(before, merges_name)
    found_now = _found(records, findings)
    decided, found = settled(found_now, brought_up_to_date(before, records), merges_name)
    findings += found
    reports, found = apply_merges(records, decided, merges_name)
    findings += found
    return Corpus(
        exports=exports,
        records=tuple(records),
        reports=tuple(reports),
        merges=tuple(decided),
        merges_text=write_merges(decided),
        merges_before=merges,
        findings=tuple(findings),
        by_name=_index(records, reports, held.earlier),
        read_at=held.read_at,
    )


def _found(records: Sequence[Record], findings: list[Finding]) -> list[Merge]:
    """Return the merges that deduplication finds; none, with a finding, where it cannot run."""
    try:
        return merges_of(records, deduplicate(records))
    except MissingLibraryError as error:
        message = f"duplicates are not looked for: {error}"
        span = Span(records[0].place.file) if records else Span("records/")
        findings.append(Finding("library-missing", Severity.ERROR, span, message))
        return []


def _libraries(
    files: Sequence[tuple[Path, str]],
    searches: Mapping[str, str],
    workers: int,
    progress: Callable[[str], None],
) -> list[Library]:
    """Read exports in the order of their names, the largest first where several processes read."""
    sizes = {name: _size(path) for path, name in files}
    spare = spared()
    handed = [held for held in files if sizes[held[1]] <= HANDED]
    told: dict[str, Future[Library]] = {}
    out = []
    with ExitStack() as open_:
        if workers > 1 and len(handed) > 1 and sum(sizes[name] for _, name in handed) >= LARGE:
            pool = open_.enter_context(process_pool(workers, gc.disable))  # all of it is kept
            for path, name in sorted(handed, key=lambda held: -sizes[held[1]]):
                search = searches.get(name, "")
                told[name] = pool.submit(read_file, path, name, search, spare=spare)
        for path, name in files:
            progress(f"reading {name}")
            if name in told:
                out.append(_result(told.pop(name)))
            else:
                out.append(read_file(path, name, searches.get(name, ""), spare=spare))
    return out


def _result(told: Future[Library]) -> Library:
    try:
        return told.result()
    except BrokenProcessPool:
        raise short("the records (a process that read them was ended by the system)") from None


def _size(path: Path) -> int:
    """Return about how many bytes there are to read; text packs to an eighth or so."""
    try:
        size = path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
    return size * 8 if path.suffix.lower() == ".gz" else size


def _database(library: Library) -> str:
    """Return the database that most records of an export name; a tie goes by the name."""
    counts: dict[str, int] = {}
    for record in library.records:
        if record.database:
            counts[record.database] = counts.get(record.database, 0) + 1
    most = min(counts, key=lambda name: (-counts[name], name), default="")
    return most if 2 * counts.get(most, 0) > len(library.records) else ""


def names_of(record: Record) -> tuple[str, ...]:
    """Return every identity that a record goes by, the one it is named by first.

    A vote on a DOI still finds its record when a later export brings the PMID too, and one on a
    record without identifiers when a later export brings the first.

    >>> from paucity.literature.record import Record
    >>> names_of(Record(pmid="23418008", doi="10.1000/X"))
    ('pmid:23418008', 'doi:10.1000/x')
    >>> names_of(Record(doi="10.1000/X", title="A case"))
    ('doi:10.1000/x', 'text:5de76da60f6067bd')
    """
    first = identity(record)
    further = [
        f"pmid:{record.pmid}" if record.pmid else "",
        f"doi:{doi_key(record.doi)}" if record.doi else "",
        f"pmcid:{record.pmcid}" if record.pmcid else "",
        text_identity(record) if record.title else "",
    ]
    return tuple(dict.fromkeys((first, *filter(None, further))))


def _index(
    records: Sequence[Record],
    reports: Iterable[Report],
    earlier: Mapping[int, Sequence[Record]],
) -> dict[str, frozenset[int]]:
    named = references(records)
    held: dict[str, set[int]] = {}
    for number, report in enumerate(reports):
        for position in report.positions:
            for name in (*names_of(records[position]), named[position]):
                held.setdefault(name, set()).add(number)
            # A vote on what the record said before it came again stays a vote on it.
            for before in earlier.get(position, ()):
                for name in (*names_of(before), reference(before)):
                    held.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in held.items()}


def name_of(corpus: Corpus, report: int) -> str:
    """Return how a report is named in vote files: its identity, with its file where two share it.

    The identity is that of the merged record, so it is the PMID if any of its records has one.
    """
    held = corpus.reports[report]
    own = identity(held.record)
    if corpus.by_name.get(own) == frozenset({report}):
        return own
    named = references(corpus.records)
    return next((n for n in (named[p] for p in held.positions) if len(corpus.by_name[n]) == 1), own)


def links_of(corpus: Corpus) -> list[Link]:
    """Return the reports that belong together without being the same."""
    return find_links([report.record for report in corpus.reports])


def overlaps_of(corpus: Corpus) -> list[Overlap]:
    """Return the questions about pairs of reports that may describe the same patients."""
    return possible_overlaps([report.record for report in corpus.reports])
