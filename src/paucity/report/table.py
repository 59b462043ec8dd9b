"""A table as data: typed cells, each knowing the line it came from, before any rendering."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.text import Span

Plain: TypeAlias = int | str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: what is printed; empty where there is nothing to print.
        value: the value behind it, for programs: a count, a word, or None.
        span: the line of the review it came from; None for what no single line says.
        derived: how it was derived, in words; empty if it is as reported.
        note: a remark to print as a footnote.
    """

    text: str = ""
    value: Plain = None
    span: Span | None = None
    derived: str = ""
    note: str = ""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading, and whether it holds numbers."""

    key: str
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: cells by column key, under a group heading if there is one."""

    cells: Mapping[str, Cell]
    group: str = ""

    def __getitem__(self, key: str) -> Cell:
        return self.cells.get(key, EMPTY)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report.

    Attributes:
        name: short name, for the command line and file names.
        title: caption.
        columns: in order; the first names the row.
        rows: in order.
        notes: remarks below the table.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = field(default=())


def count_cell(value: int | None, span: Span | None = None, derived: str = "") -> Cell:
    """Return a cell of a count; empty where it is not known."""
    return Cell("" if value is None else str(value), value, span, derived)
