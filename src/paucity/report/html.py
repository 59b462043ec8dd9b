"""Print a table as HTML: great-tables makes the structure, the report's style sheet the looks.

Cells are escaped here, and only here, before great-tables sees them; it is told to pass them on.
Columns and groups go by neutral keys, so that no identifier in the page comes from a review's text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from paucity.report.render import clean, footnotes, has_groups, remarks_of

if TYPE_CHECKING:
    from paucity.report.links import Links
    from paucity.report.table import Cell, Table

_TABLE: Final = re.compile(r"<table\b.*</table>", re.DOTALL)
_TIMES: Final = re.compile(r"(?<=[0-9]) 10\^(?=[0-9])")
_POWER: Final = re.compile(r"(?<![0-9.])10\^([0-9]+)")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_LONG: Final = 16
"""A table of more rows may be parted between printed pages."""

_WORDY: Final = 400
"""Letters in a cell from which on columns are no longer of use."""

_HEADING: Final = re.compile(r">((?:row|group)[0-9]+|c0)</th>")
_DROPPED: Final = re.compile(
    r' (?:data-quarto-[a-z-]+|aria-labelledby)="[^"]*"| (?:rowspan|colspan)="1"'
)


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
    import polars as pl
    from great_tables import GT, html

    identifier = table_id(table)
    marks = footnotes(table)
    keys = [f"c{i}" for i in range(len(table.columns))]
    grouped = has_groups(table)
    groups = list(dict.fromkeys(row.group for row in table.rows))
    data: dict[str, list[str]] = {
        key: [str(cell_html(row[column.key], links, marks, identifier)) for row in table.rows]
        for key, column in zip(keys, table.columns, strict=True)
    }
    names = {f"row{i}": text for i, text in enumerate(data["c0"])}
    for i in _repeated(table):
        names[f"row{i}"] = str(Markup('<span class="hidden">{}</span>').format(_first(table, i)))
    data["c0"] = list(names)
    if grouped:
        data["g"] = [f"group{groups.index(row.group)}" for row in table.rows]
    made = GT(
        pl.DataFrame(data, schema=dict.fromkeys(data, pl.String)),
        rowname_col="c0",
        groupname_col="g" if grouped else None,
        id=identifier,
    ).fmt_passthrough(escape=False)
    heads = {k: str(escape(clean(c.label))) for k, c in zip(keys, table.columns, strict=True)}
    names["c0"] = heads.pop("c0")
    made = made.tab_stubhead("c0").cols_label({k: html(label) for k, label in heads.items()})
    numeric = [k for k, c in zip(keys, table.columns, strict=True) if c.numeric and k != "c0"]
    made = made.cols_align("left", [k for k in keys[1:] if k not in numeric])
    if numeric:
        made = made.cols_align("right", numeric)
    for note in _notes(table, marks, identifier):
        made = made.tab_source_note(html(str(note)))
    names |= {f"group{i}": str(escape(clean(group))) for i, group in enumerate(groups)}
    return _finished(made.as_raw_html(), table, names, number)


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


def _repeated(table: Table) -> list[int]:
    """Return the rows named as the row above them is: they are read out, and not printed again."""
    return [
        i
        for i in range(1, len(table.rows))
        if _first(table, i) == _first(table, i - 1)
        and table.rows[i].group == table.rows[i - 1].group
    ]


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


def _finished(raw: str, table: Table, names: dict[str, str], number: int | None) -> Markup:
    """Keep the table of great-tables' page; give it a caption, and rows and groups their names.

    Row and group headings pass through great-tables as placeholders: it derives identifiers from
    some of them, and escapes the others a second time.
    """
    match = _TABLE.search(raw)
    assert match is not None  # noqa: S101
    made = _DROPPED.sub("", match[0])
    size = len(table.columns)
    shape = f"cols-{size if size < 9 else 'many'}{' long' if len(table.rows) > _LONG else ''}"
    attributes = f'id="{table_id(table)}" class="gt_table {shape}"'
    made = made.replace('class="gt_table"', attributes, 1)
    made = _HEADING.sub(lambda m: f">{names.get(m[1], '')}</th>", made)
    label = Markup('<span class="number">Table {}</span> ').format(number) if number else ""
    caption = Markup("<caption>{}{}</caption>").format(label, clean(table.title))
    return Markup(made.replace(">", f">{caption}", 1))  # noqa: S704  # all of it was escaped above
