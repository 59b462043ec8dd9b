"""List the records that may be one report, and settle whether they are."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.building import terminal_width
from paucity.cli.group import FORMAT, Fault, plural
from paucity.cli.records import merged_records, spare
from paucity.cli.screening import screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.literature.record import Record
    from paucity.report.table import Table
    from paucity.screening.corpus import Corpus
    from paucity.screening.pairs import Question

PLACE = click.argument("place", type=click.Path(path_type=Path))
OUT = click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("build/records"),
    show_default=True,
    help="Where `paucity records` wrote the merges of a folder that is no review.",
)

_SHOWN = 300
"""Characters of an abstract that are shown."""


def _corpus(place: Path, out: Path) -> tuple[Corpus, Path]:
    """Return the records of a place and the file of their merges."""
    _, screening, merges = merged_records((place,), out)
    spare(screening, merges)
    return screening.corpus, merges


@screen.command()
@PLACE
@OUT
@click.option("--next", "most", default=5, show_default=True, help="How many to show.")
@FORMAT
def pairs(place: Path, out: Path, most: int, form: str) -> None:
    """Show the records of which a person must say whether they are one report.

    PLACE is a review folder, or the folder of exports that was given to `paucity records`. Each
    question shows the records side by side and why it is asked; settle it with `paucity screen
    pair`.
    """
    from paucity.literature.decide import ASK, MERGE
    from paucity.report import render
    from paucity.screening.pairs import questions

    corpus, merges = _corpus(place, out)
    held = questions(corpus)
    if form == "json":
        click.echo(render.dump({"pairs": [_data(q) for q in held]}), nl=False)
        return
    for number, question in enumerate(held[:most], 1):
        title = f"{number} of {len(held)}"
        table = _side_by_side(question, title)
        click.echo(render.as_text(table, width=terminal_width()))
    if not held:
        click.echo("no pair to decide")
        return
    words = [place.as_posix(), *held[0].merge.records]
    if merges.parent == out:  # of a folder that is no review
        words += ["--out", out.as_posix()]
    named = " ".join(shlex.quote(render.clean(word)) for word in words)
    click.echo(f"Merged without asking from {MERGE:+g} points on, asked from {ASK:+g} on: {merges}")
    click.echo("Settle the first with --same in place of --apart if it is one report:")
    click.echo(f"  paucity screen pair {named} --apart --by NAME --because TEXT")


def _rows(records: tuple[Record, ...]) -> list[tuple[str, list[str]]]:
    """Return what is known of records, a row for each thing that any of them tells."""

    def authors(record: Record) -> str:
        return "; ".join(f"{w.family}, {w.given}".rstrip(", ") for w in record.authors)

    def abstract(record: Record) -> str:
        whole = record.abstract
        return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}..."

    tell: dict[str, Callable[[Record], str]] = {
        "Title": lambda r: r.title,
        "Authors": authors,
        "Year": lambda r: str(r.year or ""),
        "Journal": lambda r: r.journal,
        "Volume": lambda r: r.volume,
        "Issue": lambda r: r.issue,
        "Pages": lambda r: r.pages,
        "DOI": lambda r: r.doi,
        "PMID": lambda r: r.pmid,
        "Kind": lambda r: "; ".join(r.publication_types) or r.kind,
        "Database": lambda r: r.database,
        "Abstract": abstract,
        "Read in": lambda r: f"{r.place.file}:{r.place.line}",
    }
    rows = [(label, [told(record) for record in records]) for label, told in tell.items()]
    return [(label, cells) for label, cells in rows if any(cells)]


def _side_by_side(question: Question, title: str) -> Table:
    from paucity.report.table import Cell, Column, Table, TableRow

    keys = [f"record{i}" for i in range(len(question.records))]
    names = zip(keys, question.merge.records, strict=True)
    columns = (Column("field", ""), *(Column(key, name) for key, name in names))
    rows = []
    for label, cells in _rows(question.records):
        told = {key: Cell(cell) for key, cell in zip(keys, cells, strict=True)}
        differs = len(set(cells)) > 1 and label != "Read in"
        rows.append(TableRow({"field": Cell(f"{label} *" if differs else label), **told}))
    why = tuple(f"Why: {reason}" for reason in question.why)
    return Table("pair", title, columns, tuple(rows), ("* differs", *why))


def _data(question: Question) -> dict[str, Any]:
    rows = _rows(question.records)
    records = [
        {"record": name, **{label.lower(): cells[i] for label, cells in rows}}
        for i, name in enumerate(question.merge.records)
    ]
    return {"records": records, "why": list(question.why), "by": question.merge.by}


@screen.command()
@PLACE
@click.argument("records", nargs=-1, required=True, metavar="RECORD RECORD...")
@OUT
@click.option("--same/--apart", default=None, help="They are one report, or are kept apart.")
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@click.option("--because", required=True, metavar="TEXT", help="Why.")
def pair(
    place: Path, records: tuple[str, ...], out: Path, by: str, because: str, *, same: bool | None
) -> None:
    """Say whether records are one report, and write it to the file of merges.

    RECORD is a record as `paucity screen pairs` names it, or its PMID or DOI where that leaves no
    doubt. Two records that nobody asked about can be decided too: a merge is undone so.
    """
    from paucity.screening.pairs import PairError, asked_about, settle
    from paucity.writer import ChangedError, change_file, read_for_change

    if same is None:
        raise click.UsageError("say --same or --apart")
    if len(records) < 2:
        raise click.UsageError("name at least 2 records")
    corpus, merges = _corpus(place, out)
    before = read_for_change(merges)
    if (before or b"").decode("utf-8-sig", "replace") != corpus.merges_before:
        raise Fault(f"{merges} was changed in the meantime; nothing is written")
    try:
        asked = asked_about(corpus, records)
        settled = settle(corpus, asked, same=same, by=by, because=because)
        change_file(merges, settled.text.encode(), before)
    except (PairError, ChangedError) as error:
        raise Fault(str(error)) from None
    for finding in settled.findings:
        click.echo(f"{merges}: {finding.severity} {finding.message} ({finding.hint})", err=True)
    said = "are one report" if same else "are kept apart"
    was = f"; was `{asked.decision}` by {asked.by}" if asked in corpus.merges else ""
    click.echo(f"{' and '.join(settled.merge.records)} {said}{was} ({merges})")
    click.echo(f"{plural(settled.open, 'pair')} left to decide")
