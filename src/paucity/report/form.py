"""The form of a table in HTML, made by great-tables: what stands around headings, cells and notes.

All tables with the same columns have the same form, and all rows of a table. So great-tables makes
one table for each form, of words that stand for what is filled in, and every table is filled in
from that. The words hold letters and figures only, which great-tables passes on as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final = re.compile(
    r"(?P<head><table\b.*<tbody[^>]*>\n)(?P<group> *<tr[^>]*>\s*<th[^>]*>GROUP</th>\s*</tr>\n)?"
    r"(?P<row> *<tr>.*</tr>\n)(?P<end></tbody>\n)<tfoot>(?P<note>.*)</tfoot>(?P<last>\n</table>)",
    re.DOTALL,
)
_DROPPED: Final = re.compile(
    r' (?:data-quarto-[a-z-]+|aria-labelledby)="[^"]*"| (?:rowspan|colspan)="1"'
)
_WORDS: Final[Mapping[str, str]] = {
    '<table class="gt_table">': "<table {attributes}>{caption}",
    "TABLE-group": "{table}-{group}",
    "TABLE": "{table}",
    "stub-1": "stub-{number}",
    "GROUP": "{text}",
    "NOTE": "{text}",
}
"""What is filled in, by what stands for it; longer words before those they begin with."""

_CELL: Final = re.compile(r"(?:HEAD|CELL)([0-9]+)")


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a table, each to be filled in with `str.format`.

    Attributes:
        head: up to the first row; takes `table`, `attributes`, `caption` and the headings.
        group: the heading of a group of rows, "" if rows have no groups; takes `table`, `group`
            and `text`.
        row: one row; takes `table`, `group`, `number` and the cells.
        end: the end of the rows.
        note: a line below the table; takes `text`.
        last: the end of the table.
    """

    head: str
    group: str
    row: str
    end: str
    note: str
    last: str


@cache
def form_of(numeric: tuple[bool, ...], *, grouped: bool) -> Form:
    """Return the form of tables.

    Args:
        numeric: whether the cells of each column are numbers, which are set to the right; the
            first column names the row and is set to the left.
        grouped: whether rows stand under the headings of groups.
    """
    import polars as pl
    from great_tables import GT, html

    keys = [f"c{i}" for i in range(len(numeric))]
    data = {key: [f"CELL{i}"] for i, key in enumerate(keys)}
    if grouped:
        data["g"] = ["group"]
    made = GT(
        pl.DataFrame(data, schema=dict.fromkeys(data, pl.String)),
        rowname_col="c0",
        groupname_col="g" if grouped else None,
        id="TABLE",
    )
    made = made.tab_stubhead("c0")
    made = made.cols_label({key: html(f"HEAD{i}") for i, key in enumerate(keys) if i})
    for side, held in (("left", False), ("right", True)):
        chosen = [key for key, number in zip(keys[1:], numeric[1:], strict=True) if number is held]
        if chosen:
            made = made.cols_align(side, chosen)
    raw = _DROPPED.sub("", made.tab_source_note(html("NOTE")).as_raw_html())
    # These two name identifiers as well, and must be words of their own.
    raw = raw.replace(">c0</th>", ">HEAD0</th>").replace(">group</th>", ">GROUP</th>")
    match = _TABLE.search(raw)
    assert match is not None  # noqa: S101
    return Form(**{name: _to_fill(part or "") for name, part in match.groupdict().items()})


def _to_fill(part: str) -> str:
    part = part.replace("{", "{{").replace("}", "}}")
    for word, name in _WORDS.items():
        part = part.replace(word, name)
    return _CELL.sub(r"{\1}", part)
