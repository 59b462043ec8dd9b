"""The form of a table in HTML, made by great-tables: what stands around headings, cells and notes.

The rows of a table have one form, and so have its columns of text and its columns of numbers. So
great-tables makes one table with a row and a column of each kind, of words that stand for what is
filled in, and every table is put together from the lines of that. The words hold letters only,
which great-tables passes on as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TABLE: Final = re.compile(
    r"(?P<head><table\b.*<tbody[^>]*>\n)(?P<group> *<tr[^>]*>\s*<th[^>]*>GROUP</th>\s*</tr>\n)?"
    r"(?P<row> *<tr>.*</tr>\n)(?P<end></tbody>\n)<tfoot>(?P<note>.*)</tfoot>(?P<last>\n</table>)",
    re.DOTALL,
)
_DROPPED: Final = re.compile(r' (?:data-quarto-[a-z-]+="[^"]*"|rowspan="1"|colspan="1")')
_COLUMN: Final = re.compile(r"TABLE-(?:LEFT|RIGHT)")
_WORDS: Final[Mapping[str, str]] = {
    '<table class="gt_table">': "<table {attributes}>{caption}",
    "TABLE-group": "{table}-{group}",
    "TABLE": "{table}",
    "stub-1": "stub-{number}",
    "STUB": "{0}",
    "GROUP": "{text}",
    "NOTE": "{text}",
}
"""What is filled in, by what stands for it; longer words before those they begin with."""


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
    made = _one_of_each(grouped=grouped)
    made = made.replace('colspan="3"', f'colspan="{len(numeric)}"')
    match = _TABLE.search(_DROPPED.sub("", made))
    assert match is not None  # noqa: S101
    parts = match.groupdict(default="")
    return Form(**{name: _to_fill(part, numeric) for name, part in parts.items()})


@cache
def _one_of_each(*, grouped: bool) -> str:
    """Return a table of one row, whose columns name it, are set to the left and to the right."""
    import polars as pl
    from great_tables import GT, html

    data = {"c0": "STUB", "LEFT": "CELL", "RIGHT": "CELL", **({"g": "group"} if grouped else {})}
    made = (
        GT(
            pl.DataFrame(data),
            rowname_col="c0",
            groupname_col="g" if grouped else None,
            id="TABLE",
        )
        .tab_stubhead("c0")
        .cols_label(LEFT="CELL", RIGHT="CELL")
        .cols_align("left", ["LEFT"])
        .cols_align("right", ["RIGHT"])
        .tab_source_note(html("NOTE"))
        .as_raw_html()
    )
    # These two name identifiers as well, and must be words of their own.
    return made.replace(">c0</th>", ">STUB</th>").replace(">group</th>", ">GROUP</th>")


def _to_fill(part: str, numeric: tuple[bool, ...]) -> str:
    part = "".join(_for_columns(part.replace("{", "{{").replace("}", "}}"), numeric))
    for word, name in _WORDS.items():
        part = part.replace(word, name)
    return part


def _for_columns(part: str, numeric: tuple[bool, ...]) -> Iterator[str]:
    """Yield lines, those of the column to the left and to the right as often as there are such."""
    lines = part.splitlines(keepends=True)
    for i, line in enumerate(lines):
        if "TABLE-LEFT" in line:
            for column, number in enumerate(numeric[1:], 1):
                own = _COLUMN.sub(f"TABLE-c{column}", lines[i + 1] if number else line)
                yield own.replace("CELL", f"{{{column}}}")
        elif "TABLE-RIGHT" not in line:
            yield line
