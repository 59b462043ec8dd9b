"""Import, search and read MEDLINE's files offline, and follow citations."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.chasing import (
    chase_data,
    exported,
    put,
    reached_from,
    stored,
    tell_chase,
)
from paucity.cli.group import FORMAT, Fault, main, plural, tell
from paucity.cli.searching import (
    MESH,
    PLACE,
    SEARCH,
    mesh_of,
    print_notes,
    print_untold,
    read_strategies,
    refuse_empty,
    tell_faults,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.cli.searching import Stated
    from paucity.literature.chase import Corpus, Direction
    from paucity.literature.medline.importing import Progress
    from paucity.literature.medline.search import Hits
    from paucity.literature.record import Record
    from paucity.literature.strategy.evaluate import Given
    from paucity.literature.write import TextFormat

STORE = click.argument(
    "store", metavar="STORE", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
TODAY = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help='Day of the search (2020-01-31), for "last 5 years"[dp].',
)
OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the records found: .ris, .nbib or .csv.",
)
IDS = click.option("--ids", is_flag=True, help="Print only the PMIDs found, one a line.")
PROCESSES = click.option(
    "--processes", type=click.IntRange(min=1), help="How many to use; one for each core by default."
)
_FORMATS: dict[str, TextFormat] = {".ris": "ris", ".nbib": "nbib", ".csv": "csv"}


@main.group()
def medline() -> None:
    """Import PubMed's baseline and update files, and search them offline."""


@medline.command("import")
@click.argument(
    "files", nargs=-1, metavar="FILES", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--into",
    "store",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the store; made if it is not there.",
)
@PROCESSES
@click.option("--no-index", is_flag=True, help="Make no search index; a later import makes it.")
def import_command(
    files: tuple[Path, ...], store: Path, processes: int | None, *, no_index: bool
) -> None:
    """Read baseline and update files (.xml.gz) into a store.

    Repeat the same command to go on after a stop, and give new update files as they come. A file
    that is damaged is named, and nothing of it is taken. Exits with 1 if there was one.
    """
    from paucity.literature.medline.importing import import_files
    from paucity.literature.medline.index import update_index
    from paucity.literature.medline.store import StoreError

    if not files and not (store / "manifest.json").is_file():
        raise Fault(f"{store}: there is no store yet; give the files to import")
    begin = time.monotonic()
    try:
        done = import_files(
            files, store, processes=processes or 0, tell=lambda p: _tell_import(p, begin)
        )
        tell(done.findings, told)
        if not no_index:
            begin = time.monotonic()
            update_index(
                done.store, processes=processes or 0, tell=lambda n, of: _tell_index(n, of, begin)
            )
    except StoreError as error:
        raise Fault(str(error)) from None
    taken = sum(part.records for part in done.taken)
    known = f", {plural(len(done.known), 'file')} known already" if done.known else ""
    made = plural(sum(bool(part.name) for part in done.taken), "file")
    click.echo(f"{store}: {made} read, {taken:,} citations{known}")
    sys.exit(int(any(finding.code == "medline-incomplete" for finding in done.findings)))


def _tell_import(progress: Progress, begin: float) -> None:
    left = _left(progress.size, progress.total, begin)
    done = f"{progress.done} of {plural(progress.files, 'file')}"
    click.echo(f"{done}, {progress.records:,} citations{left}", err=True)


def _tell_index(done: int, total: int, begin: float) -> None:
    if done == total or done // 2048 % 16 == 0:
        click.echo(f"indexed {done:,} of {total:,}{_left(done, total, begin)}", err=True)


def _left(done: int, total: int, begin: float) -> str:
    """Return how long the rest takes if it goes on as so far."""
    if not done or done >= total:
        return ""
    seconds = (time.monotonic() - begin) / done * (total - done)
    return (
        f", about {seconds / 60:.0f} min left" if seconds >= 60 else f", about {seconds:.0f} s left"
    )


@medline.command("search")
@STORE
@PLACE
@MESH
@TODAY
@SEARCH
@OUT
@IDS
@FORMAT
def search_command(
    store: Path,
    place: str,
    mesh_file: Path | None,
    today: datetime | None,
    number: int,
    out: Path | None,
    form: str,
    *,
    ids: bool,
) -> None:
    """Run a strategy over a store.

    Prints how many citations each line finds, and what is not done as PubMed does it.
    """
    from paucity.literature.medline.search import Searcher, search
    from paucity.literature.medline.store import StoreError, open_store
    from paucity.literature.strategy.evaluate import Given

    mesh = mesh_of(mesh_file)
    given = Given(mesh, today.date() if today else None)
    one = _one(place, number)
    try:
        searcher = Searcher(open_store(store))
        hits = search(one.strategy, searcher, given)
    except StoreError as error:
        raise Fault(str(error)) from None
    if out:
        _write(searcher.records(hits.keys), out)
    if form == "json":
        click.echo(json.dumps(_hits_data(one, hits), indent=2, ensure_ascii=False))
    elif ids:
        for pmid in hits.pmids:
            click.echo(pmid)
    else:
        _show(one, hits)


def _one(place: str, number: int) -> Stated:
    """Return the one strategy that a place means."""
    found = read_strategies(place, number)
    if len(found) > 1:
        raise Fault(f"{place}: states {len(found)} strategies; choose one with --search")
    refuse_empty(found[0])
    tell_faults(found[0], place)
    return found[0]


def _hits_data(one: Stated, hits: Hits) -> dict[str, Any]:
    return {
        "search": one.title,
        "records": hits.total,
        "lines": [
            {"number": line.number, "found": line.found, "undecided": line.undecided}
            for line in hits.lines
        ],
        "found": list(hits.pmids),
        "undecided": list(hits.undecided),
        "notes": [{"code": n.code, "what": n.what, "effect": n.effect} for n in hits.notes],
        "inferred": list(one.inferred),
        "unstated": list(one.unstated),
    }


def _show(one: Stated, hits: Hits) -> None:
    wide = max(len(f"{line.found:,}") for line in hits.lines)
    for line, result in zip(one.strategy.lines, hits.lines, strict=True):
        unknown = f" (+{result.undecided:,} undecided)" if result.undecided else ""
        text = " ".join(line.text.split())
        shown = text if len(text) <= 70 else f"{text[:67]}..."
        click.echo(f"#{line.number:<3} {f'{result.found:,}'.rjust(wide)}{unknown}  {shown}")
    more = f", {len(hits.undecided):,} more undecided" if hits.undecided else ""
    click.echo(f"{one.title}: {len(hits.pmids):,} of {hits.total:,} citations found{more}")
    print_notes(hits.notes)
    print_untold(one)


def _write(records: Iterable[Record], path: Path) -> None:
    from paucity.literature.write import write_records

    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise Fault(f"{path}: name it .ris, .nbib or .csv, so that the format is known")
    with path.open("w", encoding="utf-8", newline="") as out:
        for text in write_records(records, form):
            out.write(text)


@main.command("grep")
@PLACE
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILES",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@MESH
@TODAY
@SEARCH
@OUT
@PROCESSES
def grep_command(
    place: str,
    files: tuple[Path, ...],
    mesh_file: Path | None,
    today: datetime | None,
    number: int,
    out: Path | None,
    processes: int | None,
) -> None:
    """Run a strategy over PubMed's files (.xml.gz) without importing them.

    Prints PMID, year and title of each citation found. Exits with 1 if a file is damaged.
    """
    from paucity.literature.medline.grep import grep
    from paucity.literature.medline.store import StoreError
    from paucity.literature.strategy.evaluate import Given
    from paucity.literature.strategy.notes import notes_on

    one = _one(place, number)
    given: Given = Given(mesh_of(mesh_file), today.date() if today else None)
    begin = time.monotonic()
    try:
        done = grep(
            one.strategy, files, given, processes=processes or 0,
            tell=lambda n, of: _tell_files(n, of, begin),
        )  # fmt: skip
    except StoreError as error:
        raise Fault(str(error)) from None
    if out:
        _write(done.records, out)
    else:
        for record in done.records:
            click.echo(f"{record.pmid}\t{record.year or ''}\t{record.title}")
    tell(done.findings, told)
    more = f", {len(done.undecided):,} more undecided" if done.undecided else ""
    found = f"{len(done.records):,} of {plural(done.seen, 'citation')} found{more}"
    click.echo(f"{one.title}: {found}; {done.read:,} had to be read", err=True)
    for note in notes_on(one.strategy, (), given):
        click.echo(f"note: {note.what}. {note.effect[:1].upper()}{note.effect[1:]}.", err=True)
    print_untold(one, err=True)
    sys.exit(int(bool(done.findings)))


def _tell_files(done: int, total: int, begin: float) -> None:
    if total > 1:
        click.echo(f"{done} of {plural(total, 'file')}{_left(done, total, begin)}", err=True)


@main.command("chase")
@click.argument("seeds", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("corpus", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--direction",
    type=click.Choice(["backward", "forward", "both"]),
    default="both",
    help="To what a report cites, to what cites it, or both.",
)
@click.option(
    "--depth", type=click.IntRange(min=1), help="Most steps; until nothing is new if left out."
)
@click.option(
    "--into",
    metavar="REVIEW",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write what is found into the review's records/, with a log.",
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the search, for the log; today if left out.",
)
@FORMAT
def chase_command(
    seeds: Path,
    corpus: tuple[Path, ...],
    direction: Direction,
    depth: int | None,
    into: Path | None,
    day: datetime | None,
    form: str,
) -> None:
    """Follow citations from the reports of SEEDS, an export of any format.

    CORPUS is exports with reference lists (PubMed XML, JATS), or a store of `paucity medline`.
    The flow of a review counts what --into writes as found by citation searching.
    """
    from paucity.literature.chase import chase, library, work_of

    begun = exported([seeds])
    if not any(map(work_of, begun)):
        message = "no report in it has a PMID, DOI or PMCID, so no citation can be followed"
        raise Fault(f"{seeds}: {message}")
    folders = [path for path in corpus if path.is_dir()]
    if len(folders) > 1:
        raise Fault(f"{folders[1]}: give one store")
    records = [*begun, *exported(path for path in corpus if path.is_file())]
    held = library(records)
    where: Corpus = held
    if folders:
        held, where = stored(folders[0], records)
    done = chase(map(work_of, begun), where, direction=direction, depth=depth)
    chased = reached_from(done, held, folders)
    if into is not None:
        from paucity.literature.chased import Asked

        when = (day or datetime.now(UTC).astimezone()).date().isoformat()
        asked = Asked(str(seeds), tuple(map(str, corpus)), direction, depth, when)
        put(into, chased, asked)
    if form == "json":
        click.echo(json.dumps(chase_data(chased), indent=2, ensure_ascii=False))
        return
    for one, record in chased.works:
        via = f"{one.how} {'by ' if one.how == 'cited' else ''}{one.path[-2]}"
        click.echo(
            f"{one.generation}  {one.work}  {via}{'  ' if record.title else ''}{record.title}"
        )
    tell_chase(chased)
    if not corpus and not any(record.references for record in begun):
        click.echo(_NO_LISTS, err=True)


_NO_LISTS = (
    "no report in SEEDS has a reference list and no CORPUS is given; PubMed XML and JATS have them"
)
