"""Print a table as HTML: great-tables makes its form, the report's style sheet the looks.

Cells are escaped here, and only here, and filled into the form. Columns and groups go by neutral
keys, so that no identifier in the page comes from a review's text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from paucity.report.form import form_of
from paucity.report.render import clean, footnotes, has_groups, remarks_of

if TYPE_CHECKING:
    from paucity.report.links import Links
    from paucity.report.table import Cell, Table, TableRow

_TIMES: Final = re.compile(r"(?<=[0-9]) 10\^(?=[0-9])")
_POWER: Final = re.compile(r"(?<![0-9.])10\^([0-9]+)")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_LONG: Final = 16
"""A table of more rows may be parted between printed pages."""

_WORDY: Final = 400
"""Letters in a cell from which on columns are no longer of use."""


def table_html(table: Table, links: Links, *, number: int | None = None) -> Markup:
    """Return a table as an HTML fragment.

    Args:
        table: the table; it has at least one column.
        links: where lines of text are shown; cells with a span become links to them.
        number: the table's number in the report.

    Returns:
        A `<table>` with caption, headings, row groups, footnotes and notes, the same from run to
        run. Identifiers begin with ``table-`` and the table's name.
    """
    identifier = table_id(table)
    marks = footnotes(table)
    form = form_of(tuple(c.numeric for c in table.columns), grouped=has_groups(table))
    label = Markup('<span class="number">Table {}</span> ').format(number) if number else ""
    parts = [
        form.head.format(
            *(escape(clean(column.label)) for column in table.columns),
            table=identifier,
            attributes=f'id="{identifier}" class="gt_table {_shape(table)}"',
            caption=Markup("<caption>{}{}</caption>").format(label, clean(table.title)),
        )
    ]
    repeated = _repeated(table)
    for i, (group, rows) in enumerate(_groups(table).items()):
        name = f"group{i}"
        parts.append(form.group.format(table=identifier, group=name, text=escape(clean(group))))
        for place, row in rows:
            cells = [cell_html(row[c.key], links, marks, identifier) for c in table.columns]
            if place in repeated:
                cells[0] = Markup('<span class="hidden">{}</span>').format(_first(table, place))
            parts.append(form.row.format(*cells, table=identifier, group=name, number=place + 1))
    parts.append(form.end)
    notes = "".join(form.note.format(text=note) for note in _notes(table, marks, identifier))
    parts.append(f"<tfoot>{notes}</tfoot>" if notes else "")
    return Markup("".join([*parts, form.last]))  # noqa: S704  # all of it was escaped above


def _groups(table: Table) -> dict[str, list[tuple[int, TableRow]]]:
    """Return the rows of each group with their places, the groups in the order they begin."""
    held: dict[str, list[tuple[int, TableRow]]] = {}
    for i, row in enumerate(table.rows):
        held.setdefault(row.group, []).append((i, row))
    return held


def _shape(table: Table) -> str:
    """Return the classes that say how large a table is."""
    size = len(table.columns)
    return f"cols-{size if size < 9 else 'many'}{' long' if len(table.rows) > _LONG else ''}"


def is_wordy(table: Table) -> bool:
    """Tell whether a table holds texts too long for columns."""
    return any(len(cell.text) > _WORDY for row in table.rows for cell in row.cells.values())


def blocks_html(table: Table, links: Links) -> Markup:
    """Return a table of long texts as a list: each row a name with its fields below.

    Args:
        table: the table; footnotes stand in brackets after their cells.
        links: where lines of text are shown.
    """
    blocks = []
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            blocks.append(Markup('<p class="block-group">{}</p>\n').format(clean(group)))
        fields = Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
                clean(column.label), _with_remarks(row[column.key], links)
            )
            for column in table.columns[1:]
            if row[column.key].text
        )
        name = _with_remarks(row[table.columns[0].key], links)
        made = Markup('<div class="block"><p class="block-name">{}</p><dl>{}</dl></div>\n')
        blocks.append(made.format(name, fields))
    notes = Markup("").join(Markup("<p>{}</p>").format(clean(note)) for note in table.notes)
    return Markup("").join(blocks) + Markup('<div class="notes">{}</div>').format(notes)


def _with_remarks(cell: Cell, links: Links) -> Markup:
    text = cell_html(cell, links, {}, "", plain=True)
    return text + "".join(f" ({remark})" for remark in remarks_of(cell))


def _first(table: Table, i: int) -> str:
    return clean(table.rows[i][table.columns[0].key].text)


def _repeated(table: Table) -> set[int]:
    """Return the rows named as the row above them is: they are read out, and not printed again."""
    return {
        i
        for i in range(1, len(table.rows))
        if _first(table, i) == _first(table, i - 1)
        and table.rows[i].group == table.rows[i - 1].group
    }


def table_id(table: Table) -> str:
    """Return the identifier of a table in the page."""
    return f"table-{re.sub(r'[^a-z0-9]+', '-', table.name.lower()).strip('-') or 'x'}"


def typeset(text: str) -> str:
    """Return text on one line, with powers of ten as a journal sets them.

    >>> typeset("more than 0.5 10^9/l")
    'more than 0.5 × 10⁹/l'
    """
    text = _TIMES.sub(" × 10^", clean(text))
    return _POWER.sub(lambda m: f"10{m[1].translate(_RAISED)}", text)


def cell_html(
    cell: Cell, links: Links, marks: dict[str, str], identifier: str, *, plain: bool = False
) -> Markup:
    """Return a cell's text, escaped: a link to its line, then the marks of its footnotes.

    Args:
        cell: the cell.
        links: where lines of text are shown.
        marks: the mark of every remark.
        identifier: the identifier of the table.
        plain: leave the marks out, for a cell that stands in running text.
    """
    text = escape(typeset(cell.text))
    href = links.to(cell.span)
    if href and text:
        text = Markup('<a href="{}">{}</a>').format(href, text)
    refs = Markup(",").join(
        Markup('<a href="#{}-{}">{}</a>').format(identifier, marks[r], marks[r])
        for r in (() if plain else remarks_of(cell))
    )
    return text + (Markup('<sup class="mark">{}</sup>').format(refs) if refs else Markup(""))


def _notes(table: Table, marks: dict[str, str], identifier: str) -> list[Markup]:
    """Return the lines below a table: its footnotes run on in one line, then its notes."""
    feet = [
        Markup('<span id="{}-{}"><sup>{}</sup>{}</span>').format(identifier, mark, mark, remark)
        for remark, mark in marks.items()
    ]
    notes = [escape(clean(note)) for note in table.notes]
    return [Markup("; ").join(feet) + ".", *notes] if feet else notes
