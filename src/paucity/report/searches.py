"""The searches of a review as the report prints them: sentences, strategy, and what was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.literature.strategy.notes import notes_on
from paucity.literature.strategy.parse import parse_strategy
from paucity.report.methods import search_sentences
from paucity.report.table import Cell

if TYPE_CHECKING:
    from paucity.literature.live.log import Run, SearchLog
    from paucity.protocol import Search
    from paucity.review import Review

FILES = "searches/"


@dataclass(frozen=True, slots=True)
class RunText:
    """One run of a search: what is said of it, the query as sent, and what was lost."""

    said: Cell
    sent: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchText:
    """One search.

    Attributes:
        sentences: that tell of it, each with its line.
        strategy: as the protocol states it; empty if it states none.
        place: where the strategy stands.
        inferred: what of the strategy the source does not tell.
        runs: each time it was run from here.
        notes: what a run over records at hand does not do as the database does; told where it was
            not run at the database.
    """

    sentences: tuple[Cell, ...]
    strategy: str
    place: Cell
    inferred: tuple[Cell, ...]
    runs: tuple[RunText, ...]
    notes: tuple[str, ...]


def searches_text(review: Review) -> tuple[SearchText, ...]:
    """Return the searches of a review in words."""
    logs = [one.log for one in review.searched] or [None] * len(review.protocol.searches)
    return tuple(
        _search(review, search, log)
        for search, log in zip(review.protocol.searches, logs, strict=True)
    )


def _search(review: Review, search: Search, log: SearchLog | None) -> SearchText:
    stated = search.strategy.strip()
    text = review.texts.get(stated, "").strip() if _is_file(stated) else stated
    place = search.marks.span("strategy")
    notes = notes_on(parse_strategy(text)) if text and log is None else ()
    return SearchText(
        tuple(search_sentences(search)),
        text,
        Cell("Strategy as stated", None, place),
        tuple(
            Cell(what, None, search.marks.span("inferred", i))
            for i, what in enumerate(search.inferred)
        ),
        tuple(_run(run) for run in log.runs) if log else (),
        tuple(f"{n.what}. {n.effect[:1].upper()}{n.effect[1:]}." for n in notes),
    )


def _is_file(stated: str) -> bool:
    return stated.startswith(FILES) and "\n" not in stated and stated.endswith(".txt")


def _run(run: Run) -> RunText:
    what = "Brought up to date" if run.kind == "update" else "Run"
    where = f" at {run.host}" if run.host else ""
    counts = f"{run.found:,} found, {run.received:,} received"
    if run.new is not None:
        counts += f", {run.new:,} of them new"
    if run.changed is not None:
        counts += f", {run.changed:,} changed"
    if run.retracted:
        counts += f", {run.retracted:,} retracted since"
    said = Cell(f"{what} on {run.date}{where} with {run.with_}: {counts}.", None, run.marks.span())
    sent = "\n".join((run.sent, *run.filters))
    return RunText(said, sent, (*run.lost, *run.told))
