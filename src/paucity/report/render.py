"""Print a table: for the terminal, as CSV, as JSON and as Markdown. HTML has its own module."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from paucity.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.report.table import Cell, Column, Table

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~#$])")
_MARKS: Final = "abcdefghijklmnopqrstuvwxyz"


def footnotes(table: Table) -> dict[str, str]:
    """Return the mark of every remark made in a cell, in the order of the rows.

    >>> from paucity.report.table import Cell, Column, Table, TableRow
    >>> column = Column("n", "N")
    >>> rows = (TableRow({"n": Cell("5", 5, derived="23% of 22 is 5")}),)
    >>> footnotes(Table("t", "T", (column,), rows))
    {'23% of 22 is 5': 'a'}
    """
    remarks: dict[str, str] = {}
    for row in table.rows:
        for column in table.columns:
            for remark in remarks_of(row[column.key]):
                remarks.setdefault(remark, _mark(len(remarks)))
    return remarks


def remarks_of(cell: Cell) -> tuple[str, ...]:
    """Return what is to be printed below the table about a cell."""
    return tuple(clean(text) for text in (cell.derived, cell.note) if text)


def _mark(i: int) -> str:
    letter = _MARKS[i % len(_MARKS)]
    return letter * (i // len(_MARKS) + 1)


def clean(text: str) -> str:
    """Return the text on one line and without control characters, which terminals obey.

    >>> clean("a\\x1b[31mb\\nc")
    'a[31mb c'
    """
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def has_groups(table: Table) -> bool:
    """Tell whether any row stands under a group heading."""
    return any(row.group for row in table.rows)


# -- terminal ----------------------------------------------------------------------------------


def as_text(table: Table, *, width: int = 80, styled: bool = False) -> str:
    """Return a table for the terminal.

    Args:
        table: the table.
        width: columns of the terminal; cells wrap to fit, and where they cannot the rows become
            lists of fields.
        styled: use bold and dim text; False where the output is not a terminal.

    Returns:
        The table with its title, footnotes and notes, ending in a newline.
    """
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=max(20, width),
        force_terminal=styled,
        no_color=True,
        color_system=None if not styled else "standard",
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=False,
        legacy_windows=False,
    )
    marks = footnotes(table)
    console.print(clean(table.title), style="bold")
    if width >= 9 * len(table.columns):
        _grid(console, table, marks)
    else:
        _fields(console, table, marks)
    for remark, mark in marks.items():
        console.print(f"{mark} {remark}", style="dim")
    for note in table.notes:
        console.print(clean(note), style="dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _grid(console: Any, table: Table, marks: dict[str, str]) -> None:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for i, column in enumerate(table.columns):
        justify: Any = "right" if column.numeric else "left"
        grid.add_column(
            Text(clean(column.label)), justify=justify, overflow="fold", min_width=8 if not i else 3
        )
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            grid.add_row(Text(clean(group), style="bold"))
        cells = [_marked(row[c.key], marks) for c in table.columns]
        if has_groups(table):
            cells[0] = f"  {cells[0]}"
        grid.add_row(*map(Text, cells))
    console.print(grid)


def _fields(console: Any, table: Table, marks: dict[str, str]) -> None:
    """Print each row as a list of fields: for terminals too narrow for columns."""
    group = ""
    for row in table.rows:
        console.print()
        if row.group != group:
            group = row.group
            console.print(clean(group), style="bold")
        for i, column in enumerate(table.columns):
            text = _marked(row[column.key], marks)
            if text:
                console.print(text if i == 0 else f"  {clean(column.label)}: {text}")


def _marked(cell: Cell, marks: dict[str, str]) -> str:
    text = clean(cell.text)
    found = ",".join(marks[r] for r in remarks_of(cell))
    return f"{text} [{found}]" if found else text


# -- CSV ---------------------------------------------------------------------------------------


def as_csv(table: Table, *, sources: bool = False) -> str:
    """Return a table as CSV that a spreadsheet can open without running what is in it.

    Numbers stay numbers; where the printed text says more than the number (``14 (64%)``), it
    follows in a column of its own, named with ``_text``. Text that a spreadsheet would take for a
    formula gets an apostrophe before it.

    Args:
        table: the table.
        sources: add the file and line of each column's cells, in columns named with ``_source``.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    grouped = has_groups(table)
    parts = {c.key: _csv_parts(table, c, sources=sources) for c in table.columns}
    header = ["group"] if grouped else []
    header += [f"{c.key}{part}" for c in table.columns for part in parts[c.key]]
    writer.writerow([guarded(h) for h in header])
    for row in table.rows:
        line: list[str | int] = [guarded(row.group)] if grouped else []
        for column in table.columns:
            line += [_csv_value(row[column.key], part) for part in parts[column.key]]
        writer.writerow(line)
    return out.getvalue()


def _csv_parts(table: Table, column: Column, *, sources: bool) -> list[str]:
    cells = [row[column.key] for row in table.rows]
    parts = [""]
    if any(isinstance(c.value, int) and c.text != str(c.value) for c in cells):
        parts.append("_text")
    if sources and any(c.span for c in cells):
        parts.append("_source")
    return parts


def _csv_value(cell: Cell, part: str) -> str | int:
    if part == "_source":
        return guarded(f"{cell.span.file}:{cell.span.line}") if cell.span else ""
    if part == "" and isinstance(cell.value, int):
        return cell.value
    return guarded(cell.text)


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, with one kind of line end.

    >>> guarded("=1+1"), guarded("2 of 3")
    ("'=1+1", '2 of 3')
    """
    safe: str = harmless(text)
    return safe


# -- JSON --------------------------------------------------------------------------------------


def table_data(table: Table) -> dict[str, Any]:
    """Return a table as plain data: for each cell its text, its value and where it is from."""
    return {
        "name": table.name,
        "title": table.title,
        "columns": [{"key": c.key, "label": c.label, "numeric": c.numeric} for c in table.columns],
        "rows": [
            {
                **({"group": row.group} if row.group else {}),
                "cells": {c.key: _cell_data(row[c.key]) for c in table.columns},
            }
            for row in table.rows
        ],
        "notes": list(table.notes),
    }


def _cell_data(cell: Cell) -> dict[str, Any]:
    data: dict[str, Any] = {"text": cell.text, "value": cell.value}
    if cell.span is not None:
        data["source"] = {"file": cell.span.file, "line": cell.span.line}
    for name in ("derived", "note"):
        if text := getattr(cell, name):
            data[name] = text
    return data


def dump(data: Any) -> str:
    """Return data as JSON, laid out for reading and the same from run to run."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_json(table: Table) -> str:
    """Return a table as JSON."""
    return dump(table_data(table))


# -- Markdown ----------------------------------------------------------------------------------


def as_markdown(table: Table) -> str:
    """Return a table in GitHub's Markdown, everything in it escaped."""
    marks = footnotes(table)
    lines = [f"**{escaped(table.title)}**", ""]
    lines.append(_line(escaped(c.label) for c in table.columns))
    lines.append(_line("---:" if c.numeric else ":---" for c in table.columns))
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            rest = [""] * (len(table.columns) - 1)
            lines.append(_line(iter([f"**{escaped(group)}**" if group else "", *rest])))
        lines.append(_line(_markdown_cell(row[c.key], marks) for c in table.columns))
    below = [f"{mark}: {escaped(remark)}" for remark, mark in marks.items()]
    below += [escaped(note) for note in table.notes]
    for note in below:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def _line(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_cell(cell: Cell, marks: dict[str, str]) -> str:
    found = ",".join(marks[r] for r in remarks_of(cell))
    return escaped(cell.text) + (f" <sup>{found}</sup>" if found else "")


def escaped(text: str) -> str:
    """Return text that Markdown prints as it is.

    >>> print(escaped("a|b <c>*"))
    a\\|b &lt;c&gt;\\*
    """
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", text)


FORMATS: Final = {"csv": as_csv, "json": as_json, "markdown": as_markdown, "text": as_text}
"""Ways to print a table, by the name a user gives."""
