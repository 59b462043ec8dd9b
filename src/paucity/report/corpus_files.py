"""Write what came of exports: merged records, merges, links, questions, flow, checklists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.evidence.view import Evidence
from paucity.linked import prisma_flow
from paucity.protocol import Protocol
from paucity.report.checklist_facts import Facts
from paucity.report.checklists import CHECKLISTS, checklist_table
from paucity.report.figures.prisma import flow_figure, flow_png
from paucity.report.prisma import flow_data, flow_table
from paucity.report.record_files import contents
from paucity.report.render import as_csv, as_markdown, dump
from paucity.report.table import Cell, Column, Table, TableRow, count_cell
from paucity.screening.corpus import Corpus, links_of, name_of, overlaps_of
from paucity.vocabulary import bundled
from paucity.writer import ChangedError, change_file, read_for_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from paucity.literature.links import Link
    from paucity.literature.overlap import Overlap
    from paucity.review import Review
    from paucity.screening.load import Screening

ENDINGS = {"bibtex": "bib", "csl-json": "json"}
"""Ending of a format's files, where it is not the format's name."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and how much was found on the way."""

    files: tuple[Path, ...]
    links: int
    overlaps: int


def write_corpus(
    review: Review | None,
    screening: Screening,
    out: Path,
    *,
    forms: Sequence[str],
    merges: Path,
    workers: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write all that can be known from exports into a folder.

    Args:
        review: the review they are of, if there is one.
        screening: their records.
        out: the folder; files of the same names are replaced, others stay.
        forms: formats of the merged records.
        merges: the merge file; what people decided there is in `screening` already.
        workers: how many processes write the records.
        progress: is told what is being done.

    Raises:
        ChangedError: a file changed while it was being written.
        OSError: a file cannot be written.
    """
    corpus = screening.corpus
    evidence = review.evidence if review else _no_evidence()
    flow = prisma_flow(evidence, screening)
    held = [report.record for report in corpus.reports]
    content: dict[str, bytes] = {}
    with contents(held, forms, workers) as content_of:
        progress("looking for links between reports")
        links = links_of(corpus)
        progress("looking for shared patients")
        overlaps = overlaps_of(corpus)
        for form in forms:
            progress(f"writing records as {form}")
            content[f"records.{ENDINGS.get(form, form)}"] = content_of(form)
    searched = review.searched if review else ()
    facts = Facts(evidence, flow, screening, review is not None, searched)
    content |= {
        "exports.csv": as_csv(exports_table(corpus)).encode(),
        "links.csv": as_csv(links_table(corpus, links)).encode(),
        "overlaps.csv": as_csv(overlaps_table(corpus, overlaps)).encode(),
        "flow.svg": flow_figure(flow).draw().encode(),
        "flow.png": flow_png(flow),
        "flow.json": dump(flow_data(flow)).encode(),
        "flow.csv": as_csv(flow_table(flow)).encode(),
    }
    for name in CHECKLISTS:
        made = checklist_table(name, facts)
        content[f"{name}.md"] = as_markdown(made).encode()
        content[f"{name}.csv"] = as_csv(made).encode()
    _merge_file(merges, corpus.merges_text, corpus.merges_before)
    for name, data in content.items():
        change_file(out / name, data, read_for_change(out / name))
    return Written((merges, *(out / name for name in content)), len(links), len(overlaps))


def _merge_file(path: Path, text: str, read: str) -> None:
    """Write the merges, unless a person changed the file since it was read."""
    before = read_for_change(path)
    if before == text.encode():
        return
    if (before or b"").decode("utf-8-sig", "replace") != read:
        raise ChangedError(f"{path} was changed in the meantime; run the command again")
    change_file(path, text.encode(), before)


def _no_evidence() -> Evidence:
    return Evidence({}, {}, bundled(), Protocol(title=""))


# -- tables ------------------------------------------------------------------------------------


def exports_table(corpus: Corpus) -> Table:
    """Return the files with their format and how many records each holds."""
    columns = (
        Column("file", "File"),
        Column("format", "Format"),
        Column("database", "Database"),
        Column("records", "Records", numeric=True),
        Column("again", "Came again", numeric=True),
    )
    rows = tuple(
        TableRow(
            {
                "file": Cell(e.name),
                "format": Cell(e.format or "unknown"),
                "database": Cell(e.database),
                "records": count_cell(e.records),
                "again": count_cell(e.again),
            }
        )
        for e in corpus.exports
    )
    return Table("exports", "Exports read", columns, rows)


def links_table(corpus: Corpus, links: Iterable[Link]) -> Table:
    """Return the reports that belong together without being the same."""
    names = ("first", "relation", "second", "because", "stated")
    columns = tuple(Column(name, name.capitalize()) for name in names)
    rows = []
    for link in links:
        second = name_of(corpus, link.second) if link.second >= 0 else link.other
        stated = "by the database" if link.stated else "inferred"
        texts = (name_of(corpus, link.first), link.relation.value, second, link.because, stated)
        rows.append(TableRow({n: Cell(t) for n, t in zip(names, texts, strict=True)}))
    return Table("links", "Reports that belong together", columns, tuple(rows))


def overlaps_table(corpus: Corpus, overlaps: Iterable[Overlap]) -> Table:
    """Return the questions about pairs of reports that may describe the same patients."""
    names = ("first", "second", "score", "question")
    columns = tuple(Column(name, name.capitalize()) for name in names)
    rows = []
    for held in overlaps:
        first, second = name_of(corpus, held.first), name_of(corpus, held.second)
        texts = (first, second, f"{held.score:.2f}", held.question)
        rows.append(TableRow({n: Cell(t) for n, t in zip(names, texts, strict=True)}))
    title = "Reports that may describe the same patients"
    return Table("overlaps", title, columns, tuple(rows))
