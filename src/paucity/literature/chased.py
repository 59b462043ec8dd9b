"""Put what citation searching found into a review: an export in records/, and its log.

PRISMA 2020 counts records from citation searching in the column of other methods. Every work that
was reached is a record. Of one that only a reference list names the record holds what is printed
there, marked as such, and who cites it: enough to look for it, and not a checked record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity import __version__
from paucity.literature.chase import work_of
from paucity.literature.live import log as logs
from paucity.literature.live.log import RawFile, Run, SearchLog
from paucity.literature.normal import identity
from paucity.literature.read import read_file
from paucity.literature.record import LISTED, Place, Record, Reference
from paucity.literature.write import write_records
from paucity.text import Marks
from paucity.writer import change_file, read_for_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from paucity.literature.chase import Chase, Library

NAME: Final = "citations"
KIND: Final = "citation searching"


class ChaseError(Exception):
    """What was found cannot be put into the review."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of citation searching.

    Attributes:
        starts: the file of reports begun with, as given.
        corpus: the files and stores gone through, as given.
        direction: backward, forward or both.
        depth: most steps; None for as many as there are.
        date: ISO date of the day.
    """

    starts: str
    corpus: tuple[str, ...]
    direction: str
    depth: int | None
    date: str


CITED_AS: Final = "[cited as] "
"""Before the title of a work that is known only as a reference list prints it."""

MAX_CITING: Final = 10
"""Most citing works that a record names."""


@dataclass(slots=True)
class _Printed:
    """A work as reference lists print it: the first reference that says more, and who cites it."""

    reference: Reference
    by: dict[str, None]


def found_records(
    done: Chase, held: Library, known: Mapping[str, Record] | None = None
) -> list[Record]:
    """Return a record of each work that was reached, in the order of reaching.

    Args:
        done: what following citations gave.
        held: the records gone through.
        known: further records by the names of their works, of a store.
    """
    records = {**(known or {}), **held.records}
    printed, _ = _printed(done, held, known or {})
    out = []
    for one in done.reached:
        if not one.generation:
            continue
        found = records.get(one.work)
        if found is None:
            found = _as_printed(printed.get(one.work, _Printed(Reference(), {})), one.work)
        out.append(replace(found, place=Place()))
    return out


def unidentified_records(
    done: Chase, held: Library, known: Mapping[str, Record] | None = None
) -> list[Record]:
    """Return a record of each cited work that has no identifier, as printed, in order of its words.

    They cannot be followed. Two references are taken for one work only if they are printed alike.
    """
    _, unnamed = _printed(done, held, known or {})
    return [_as_printed(unnamed[words], "") for words in sorted(unnamed)]


def _printed(
    done: Chase, held: Library, known: Mapping[str, Record]
) -> tuple[dict[str, _Printed], dict[str, _Printed]]:
    """Return what the reference lists gone through print: by work, and by words without one."""
    named: dict[str, _Printed] = {}
    unnamed: dict[str, _Printed] = {}
    for one in done.reached:
        if one.work not in done.listed:
            continue
        stored = known[one.work].references if one.work in known else ()
        for reference in (*held.lists.get(one.work, ()), *stored):
            work = held.name(work_of(reference))
            words = work or " ".join(reference.citation.casefold().split())
            if not words:
                continue
            group = named if work else unnamed
            there = group.setdefault(words, _Printed(reference, {}))
            if not there.reference.citation:
                there.reference = reference
            there.by[one.work] = None
    return named, unnamed


def _as_printed(printed: _Printed, work: str) -> Record:
    """Return a record of a work that only reference lists name."""
    scheme, _, identifier = work.partition(":")
    given = {"pmid": "", "doi": "", "pmc": "", scheme: identifier}
    reference = printed.reference
    title = reference.title or reference.citation
    by = list(printed.by)
    more = f" and {len(by) - MAX_CITING} more" if len(by) > MAX_CITING else ""
    notes = [f"Cited as: {reference.citation}"] if reference.citation else []
    if by:
        notes.append(f"In the reference list of {', '.join(by[:MAX_CITING])}{more}")
    return Record(
        title=f"{CITED_AS}{title}" if title else "",
        pmid=given["pmid"],
        doi=given["doi"],
        pmcid=given["pmc"],
        database=LISTED,
        notes=tuple(notes),
    )


def put_chase(root: Path, done: Chase, found: Iterable[Record], asked: Asked) -> tuple[str, str]:
    """Write what was found, and add the run to the log; return the names of both files.

    Reached works and references without identifier are records alike; of the latter those are left
    out that an earlier run wrote, since nothing but their words would tell that they are the same.

    Args:
        root: the review folder.
        done: what following citations gave.
        found: its records, see :func:`found_records` and :func:`unidentified_records`.
        asked: what was asked.

    Raises:
        ChaseError: records/ leads out of the review, its log cannot be read, or a file is in
            the way; nothing that is there is changed.
        ChangedError: the log changed meanwhile.
        OSError: a file cannot be written.
    """
    folder = root / logs.RECORDS
    if not folder.resolve().is_relative_to(root.resolve()):
        raise ChaseError(f"{logs.RECORDS}/ leads outside the review folder")
    path = logs.log_path(root, NAME)
    before = read_for_change(path)
    log = SearchLog(marks=Marks(path.name), database=KIND, kind=KIND)
    if before is not None:
        read, findings = logs.read_log(root, path)
        if read is None or findings or read.kind != KIND:
            where = f": {findings[0].span} {findings[0].message}" if findings else ""
            raise ChaseError(f"{logs.RECORDS}/{path.name} cannot be added to{where}")
        log = read
    before_now = _written(folder, log)
    records = tuple(r for r in found if work_of(r) or identity(r) not in before_now)
    name = f"{NAME}.{len(log.runs) + 1}.ris"
    data = "".join(write_records(records, "ris")).encode("utf-8")
    target = folder / name
    there = read_for_change(target)
    if there not in {None, data}:
        raise ChaseError(f"{logs.RECORDS}/{name} is in the way: move it")
    files: tuple[RawFile, ...] = ()
    if records:
        files = (
            RawFile(
                marks=Marks(""),
                file=name,
                records=len(records),
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            ),
        )
        if there is None:
            change_file(target, data, None)
    run = _run(log, done, asked, files, records)
    change_file(path, logs.log_text(replace(log, runs=(*log.runs, run))).encode("utf-8"), before)
    return (f"{logs.RECORDS}/{name}" if records else "", f"{logs.RECORDS}/{path.name}")


def _written(folder: Path, log: SearchLog) -> frozenset[str]:
    """Return the identities of the records without identifier that earlier runs wrote."""
    names = [raw.file for run in log.runs for raw in run.files]
    paths = [folder / name for name in names if "/" not in name and "\\" not in name]
    records = [r for path in paths if path.is_file() for r in read_file(path).records]
    return frozenset(identity(r) for r in records if not work_of(r))


def _run(
    log: SearchLog,
    done: Chase,
    asked: Asked,
    files: tuple[RawFile, ...],
    records: Sequence[Record],
) -> Run:
    ways = {"both": "backward and forward", "backward": "backward", "forward": "forward"}
    starts = sum(r.generation == 0 for r in done.reached)
    steps = "until nothing was new" if asked.depth is None else f"at most {asked.depth} steps"
    corpus = f", in {', '.join(asked.corpus)}" if asked.corpus else ""
    begun = f"{starts} report{'' if starts == 1 else 's'} of {asked.starts}"
    sent = f"{ways[asked.direction]} from {begun}, {steps}{corpus}"
    return Run(
        marks=Marks(""),
        kind="full" if not log.runs else "update",
        date=asked.date,
        with_=f"paucity {__version__}",
        sent=sent,
        told=tuple(_told(done, records)),
        found=len(records),
        received=len(records),
        files=files,
    )


def _told(done: Chase, records: Sequence[Record]) -> Iterator[str]:
    """Yield what a reader of the log must know of what was found."""
    if not done.complete:
        yield "more was to be reached beyond the depth"
    if listed := sum(record.database == LISTED for record in records):
        yield f"{listed} of the records are known only as reference lists print them"
