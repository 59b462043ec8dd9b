"""The boxes of the PRISMA 2020 flow diagram (Page et al. 2021, BMJ 372:n71), in words and as data.

The boxes and their words follow the statement. A box whose count nobody told says so.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.report.render import clean
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.screening.flow import MAIN, count_of, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.screening.flow import Column as FlowColumn
    from paucity.screening.flow import Flow

UNKNOWN: Final = "not reported"
NOT_YET: Final = "not known yet"
MOST: Final = 8
"""Sources or reasons that are named in one box; the flow's data name all."""

WITHIN: Final = "\t"
"""Begins the name of a part that is part of the one above it."""

SECTIONS: Final = ("Identification", "Screening", "Included")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the diagram.

    Attributes:
        title: what is counted.
        n: how many; None if that is not known.
        parts: what it is made of, by name.
        bare: the box has no count of its own: each part has.
        unknown: what is said where a count is not known.
        besides: a count that stands in the box and is no part of it, with its name.
    """

    title: str
    n: int | None
    parts: tuple[tuple[str, int | None], ...] = ()
    bare: bool = False
    unknown: str = UNKNOWN
    besides: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a column: a box, what leaves to its side, and the section it stands in."""

    section: int
    box: Box | None
    out: Box | None = None


# -- boxes -------------------------------------------------------------------------------------


def rows_of(column: FlowColumn, *, main: bool) -> list[Row]:
    """Return the boxes of a column from above.

    Args:
        column: the counts.
        main: it is the column of databases and registers; that of other methods has no box for
            screening where nothing was screened out there.
    """
    rows = [Row(0, _identified(column, main=main), _removed(column, main=main))]
    if main or column.unscreened or column.excluded:
        out = _waiting(Box("Records excluded", column.excluded), "Records", column.unscreened)
        rows.append(Row(1, Box("Records screened", column.screened), out))
    rows.append(
        Row(
            1,
            Box("Reports sought for retrieval", column.sought),
            Box("Reports not retrieved", column.not_retrieved),
        )
    )
    reasons = column.excluded_reports
    gone = Box("Reports excluded", total(reasons), _few(reasons or ()))
    out = _waiting(gone, "Reports", column.unassessed)
    rows.append(Row(1, Box("Reports assessed for eligibility", column.assessed), out))
    return rows


def _identified(column: FlowColumn, *, main: bool) -> Box:
    named = [(name, n) for _, name, n in column.sources]
    if not main:
        return Box("Records identified from other methods", column.identified, _few(named))
    kinds = [(kind, [s for s in column.sources if s[0] == kind]) for kind in MAIN]
    parts: list[tuple[str, int | None]] = []
    for kind, held in kinds:
        if held and any(k for other, k in kinds if other != kind):
            counts = [n for _, _, n in held]
            whole = None if None in counts else sum(n or 0 for n in counts)
            parts.append((f"{kind}s", whole))
            named = [(WITHIN + name, n) for _, name, n in held]
            parts += _few([p for p in named if p[0].casefold() != f"{WITHIN}{kind}s"])
        else:
            parts += _few([(name, n) for _, name, n in held])
    return Box("Records identified from databases and registers", column.identified, tuple(parts))


def _removed(column: FlowColumn, *, main: bool) -> Box:
    doubles = "Duplicates" if main else "Duplicates, or found by databases too"
    parts: list[tuple[str, int | None]] = [(doubles, column.duplicates)]
    automatic = count_of(column, "automatic")
    if main or automatic:
        parts.append(("Marked as ineligible by automation tools", automatic))
        parts += [(f"{WITHIN}not {name}", n) for name, n in column.automatic or ()]
    if main or column.removed_otherwise:
        parts.append(("For other reasons", column.removed_otherwise))
    return Box("Records removed before screening", None, tuple(parts), bare=True)


def _waiting(box: Box, what: str, waiting: int | None) -> Box:
    """Return a box with what waits beside it; PRISMA has no box for a flow that is not final."""
    return replace(box, besides=(f"{what} waiting for a decision", waiting)) if waiting else box


def _few(parts: Sequence[tuple[str, int | None]]) -> tuple[tuple[str, int | None], ...]:
    """Return all of a few parts; of many the largest, the rest put together."""
    if len(parts) <= MOST:
        return tuple(parts)
    ordered = sorted(parts, key=lambda part: -(part[1] or 0))
    first, rest = ordered[: MOST - 1], ordered[MOST - 1 :]
    counts = [n for _, n in rest]
    summed = None if None in counts else sum(n or 0 for n in counts)
    return (*first, (f"{len(rest)} further", summed))


def titles_of(flow: Flow) -> tuple[str, str]:
    """Return the titles of the columns of databases and registers, and of other methods."""
    what = "new studies" if flow.previous else "studies"
    return (
        f"Identification of {what} via databases and registers",
        f"Identification of {what} via other methods",
    )


PREVIOUS: Final = "Previous studies"
"""Title of the column of an updated review that holds what its previous version had included."""


def previous_box(flow: Flow) -> Box | None:
    """Return the box of what the previous version had included; None for a new review."""
    if flow.previous is None:
        return None
    studies, reports = flow.previous
    what = "included in previous version of review"
    return Box(f"Studies {what}", studies, ((f"Reports of studies {what}", reports),))


def last_rows(flow: Flow) -> list[Row]:
    """Return the boxes of what is included."""
    new_ = "New studies included in review" if flow.previous else "Studies included in review"
    what = "Reports of new included studies" if flow.previous else "Reports of included studies"
    unknown = UNKNOWN if flow.main.sought is None else NOT_YET
    box = Box(new_, flow.studies, ((what, flow.reports),), unknown=unknown)
    if flow.previous is None:
        return [Row(2, box)]
    studies, reports = flow.previous
    both = None if flow.studies is None else flow.studies + studies
    told = None if flow.reports is None or reports is None else flow.reports + reports
    parts = (("Reports of total included studies", told),)
    whole = Box("Total studies included in review", both, parts, unknown=unknown)
    return [Row(2, box), Row(2, whole)]


# -- words and data ----------------------------------------------------------------------------


def said(n: int | None, unknown: str = UNKNOWN) -> str:
    """Return a count in words: `n = 1,204`, or that it is not reported."""
    return unknown if n is None else f"n = {n:,}"


def _boxes(flow: Flow) -> Iterator[tuple[str, str, Box]]:
    """Yield every box with the title of its column and with its section."""
    before = previous_box(flow)
    if before is not None:
        yield PREVIOUS, SECTIONS[0], before
    title, other = titles_of(flow)
    columns = [(title, rows_of(flow.main, main=True))]
    if flow.other:
        columns.append((other, rows_of(flow.other, main=False)))
    columns.append(("", last_rows(flow)))
    for name, rows in columns:
        for row in rows:
            for box in (row.box, row.out):
                if box is not None:
                    yield name, SECTIONS[row.section], box


def _group(column: str, section: str) -> str:
    """Return the heading of boxes in a table: a column's title, and below it its other sections."""
    _, via, sources = column.partition(" via ")
    return f"{section}: {sources}" if via and section != SECTIONS[0] else column or section


def flow_table(flow: Flow) -> Table:
    """Return the boxes of a flow as a table."""
    rows = []
    for column, section, box in _boxes(flow):
        group = _group(column, section)
        if not box.bare:
            rows.append(TableRow({"box": Cell(box.title), "n": _count(box.n, box.unknown)}, group))
        for name, n in box.parts:
            label = f"{box.title}: {name.removeprefix(WITHIN)}"
            rows.append(TableRow({"box": Cell(label), "n": _count(n, box.unknown)}, group))
        if box.besides:
            name, n = box.besides
            rows.append(TableRow({"box": Cell(name), "n": _count(n, box.unknown)}, group))
    columns = (Column("box", "Box"), Column("n", "Number", numeric=True))
    title = "Flow of records, reports and studies (PRISMA 2020)"
    return Table("flow", title, columns, tuple(rows), flow.remarks)


def _count(n: int | None, unknown: str) -> Cell:
    return Cell(unknown if n is None else str(n), n)


def flow_data(flow: Flow) -> dict[str, Any]:
    """Return a flow as plain data; null is what is not reported."""

    def column(held: FlowColumn | None) -> dict[str, Any] | None:
        if held is None:
            return None
        data = asdict(held)
        data["sources"] = [{"kind": k, "name": name, "n": n} for k, name, n in held.sources]
        for box in ("automatic", "excluded_reports"):
            counts = getattr(held, box)
            data[box] = None if counts is None else [{"reason": r, "n": n} for r, n in counts]
        return data

    previous = flow.previous and {"studies": flow.previous[0], "reports": flow.previous[1]}
    return {
        "databases_and_registers": column(flow.main),
        "other_methods": column(flow.other),
        "previous": previous or None,
        "included": {"studies": flow.studies, "reports": flow.reports},
        "remarks": list(flow.remarks),
    }


def alt(flow: Flow) -> str:
    """Return the diagram in words: the boxes from above, column by column."""
    told: dict[str, list[str]] = {}
    for column, _, box in _boxes(flow):
        parts = "; ".join(
            f"{name.removeprefix(WITHIN)} {said(n, box.unknown)}" for name, n in box.parts
        )
        own = box.title if box.bare else f"{box.title}, {said(box.n, box.unknown)}"
        besides = f", and {box.besides[0]}, {said(box.besides[1])}" if box.besides else ""
        told.setdefault(column, []).append((f"{own} ({parts})" if parts else own) + besides)
    lines = [f"{f'{name}: ' if name else ''}{', then '.join(held)}." for name, held in told.items()]
    return clean("Flow diagram from identification to inclusion. " + " ".join(lines))
