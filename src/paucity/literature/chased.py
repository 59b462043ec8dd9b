"""Put what citation searching found into a review: an export in records/, and its log.

PRISMA 2020 counts records from citation searching in the column of other methods. Every work that
was reached is a record; of one that only a reference list names, the record holds its identifier
and the reference as printed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity import __version__
from paucity.literature.chase import work_of
from paucity.literature.live import log as logs
from paucity.literature.live.log import RawFile, Run, SearchLog
from paucity.literature.record import Place, Record
from paucity.literature.write import write_records
from paucity.text import Marks
from paucity.writer import change_file, read_for_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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


def found_records(
    done: Chase, held: Library, known: Mapping[str, Record] | None = None
) -> list[Record]:
    """Return a record of each work that was reached, in the order of reaching.

    Args:
        done: what following citations gave.
        held: the records gone through.
        known: further records by the names of their works, of a store.
    """
    printed: dict[str, str] = {}
    for record in held.records.values():
        for reference in record.references:
            if reference.citation:
                printed.setdefault(held.name(work_of(reference)), reference.citation)
    out = []
    for one in done.reached:
        if not one.generation:
            continue
        found = held.records.get(one.work) or (known or {}).get(one.work)
        out.append(replace(found or _bare(one.work, printed), place=Place()))
    return out


def _bare(work: str, printed: Mapping[str, str]) -> Record:
    """Return what is known of a work that only reference lists name."""
    scheme, _, identifier = work.partition(":")
    notes = (printed[work],) if work in printed else ()
    pmid, doi = (identifier, "") if scheme == "pmid" else ("", identifier)
    return Record(pmid=pmid, doi=doi, notes=notes)


def put_chase(root: Path, done: Chase, found: Iterable[Record], asked: Asked) -> tuple[str, str]:
    """Write what was found, and add the run to the log; return the names of both files.

    Args:
        root: the review folder.
        done: what following citations gave.
        found: its records, see :func:`found_records`.
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
    records = tuple(found)
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
    run = _run(log, done, asked, files, len(records))
    change_file(path, logs.log_text(replace(log, runs=(*log.runs, run))).encode("utf-8"), before)
    return (f"{logs.RECORDS}/{name}" if records else "", f"{logs.RECORDS}/{path.name}")


def _run(log: SearchLog, done: Chase, asked: Asked, files: tuple[RawFile, ...], found: int) -> Run:
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
        told=() if done.complete else ("more was to be reached beyond the depth",),
        found=found,
        received=found,
        files=files,
    )
