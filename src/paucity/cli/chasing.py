"""Follow citations for the command `paucity chase`, and say what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.group import Fault, plural, tell
from paucity.cli.searching import told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from paucity.literature.chase import Chase, Corpus, Library, Reached
    from paucity.literature.chased import Asked
    from paucity.literature.record import Record


@dataclass(frozen=True, slots=True)
class Chased:
    """What was reached: each work with its record, and what is cited without an identifier."""

    done: Chase
    works: tuple[tuple[Reached, Record], ...]
    unidentified: tuple[Record, ...]


def reached_from(done: Chase, held: Library, stores: list[Path]) -> Chased:
    """Return what was reached with the records of exports and stores."""
    from paucity.literature.chased import found_records, unidentified_records

    known = _known(stores, done)
    reached = [one for one in done.reached if one.generation]
    works = zip(reached, found_records(done, held, known), strict=True)
    return Chased(done, tuple(works), tuple(unidentified_records(done, held, known)))


def put(review: Path, chased: Chased, asked: Asked) -> None:
    """Write what was found into a review, and say so."""
    from paucity.literature.chased import ChaseError, put_chase
    from paucity.literature.record import LISTED
    from paucity.review import ReviewError, find_review
    from paucity.writer import ChangedError

    try:
        root = find_review(str(review))
    except ReviewError as error:
        raise Fault(str(error)) from None
    found = [*(record for _, record in chased.works), *chased.unidentified]
    try:
        names = put_chase(root, chased.done, found, asked)
    except (ChaseError, ChangedError) as error:
        raise Fault(f"{error}; nothing was changed") from None
    click.echo(f"Written: {', '.join(filter(None, names))}", err=True)
    if bare := sum(record.database == LISTED for record in found):
        what = plural(bare, "record")
        click.echo(f"{what} known only as reference lists print them: look up title and abstract",
                   err=True)  # fmt: skip


def _known(stores: list[Path], done: Chase) -> dict[str, Record]:
    """Return the records that a store has of works that were reached."""
    if not stores:
        return {}
    from paucity.literature.chase import work_of
    from paucity.literature.medline.cited import records_in
    from paucity.literature.medline.store import open_store

    wanted = {one.work for one in done.reached}
    return {work_of(record): record for record in records_in(open_store(stores[0]), wanted)}


def stored(folder: Path, records: list[Record]) -> tuple[Library, Corpus]:
    """Return a store as a corpus, and some records beside it under the names the store gives."""
    from paucity.literature.chase import library
    from paucity.literature.medline.cited import Stored, pmids_in
    from paucity.literature.medline.store import StoreError, open_store

    try:
        store = open_store(folder)
        held = library(records)
        cited = (work for works in held.forward.values() for work in works)
        held = library(records, pmids_in(store, {*held.records, *cited}))
        return held, Stored(store, held)
    except StoreError as error:
        raise Fault(str(error)) from None


def chase_data(chased: Chased) -> dict[str, Any]:
    """Return what was reached as plain data."""
    from paucity.literature.record import LISTED

    done = chased.done
    records = {one.work: record for one, record in chased.works}
    works = []
    for one in done.reached:
        work: dict[str, Any] = {"work": one.work, "generation": one.generation, "how": one.how}
        work["path"] = list(one.path)
        if record := records.get(one.work):
            work |= {"title": record.title, "printed_only": record.database == LISTED}
        works.append(work)
    return {
        "starts": sum(one.generation == 0 for one in done.reached),
        "found": len(chased.works),
        "complete": done.complete,
        "unidentified": len(chased.unidentified),
        "works": works,
        "unidentified_works": [
            {"title": record.title, "notes": list(record.notes)} for record in chased.unidentified
        ],
    }


def tell_chase(chased: Chased) -> None:
    """Print how much was reached, and what could not be followed."""
    starts = sum(one.generation == 0 for one in chased.done.reached)
    end = (
        "nothing more is to be reached" if chased.done.complete else "more is to be reached beyond"
    )
    click.echo(
        f"{plural(len(chased.works), 'work')} reached from {plural(starts, 'report')}; {end}"
    )
    if chased.unidentified:
        what = plural(len(chased.unidentified), "cited work")
        rest = "cannot be followed; --into and --format json keep what is printed"
        click.echo(f"{what} without PMID, DOI and PMCID {rest}")


def exported(paths: Iterable[Path]) -> list[Record]:
    """Return the records of exports, or end with one line."""
    from paucity.literature.read import read_file

    out: list[Record] = []
    for path in paths:
        read = read_file(path, str(path))
        tell(read.findings, told)
        if not read.records:
            raise Fault(f"{path}: no records could be read")
        out += read.records
    return out
