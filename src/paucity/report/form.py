"""The form of a table in HTML, made by great-tables: what stands around headings, cells and notes.

The rows of a table have one form, and so have its columns of text and its columns of numbers. So
great-tables has made one table with a row and a column of each kind, of words that stand for what
is filled in, and every table is put together from the lines of that. `forms/` holds it, once with
the heading of a group; a test makes it anew and compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FORMS: Final = Path(__file__).parent / "forms"
_TABLE: Final = re.compile(
    r"(?P<head><table\b.*<tbody[^>]*>\n)(?P<group> *<tr[^>]*>\s*<th[^>]*>GROUP</th>\s*</tr>\n)?"
    r"(?P<row> *<tr>.*</tr>\n)(?P<end></tbody>\n)<tfoot>(?P<note>.*)</tfoot>(?P<last>\n</table>)",
    re.DOTALL,
)
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
    made = (_FORMS / f"{'grouped' if grouped else 'plain'}.html").read_text(encoding="utf-8")
    span = f' colspan="{len(numeric)}"' if len(numeric) > 1 else ""
    match = _TABLE.search(made.replace(' colspan="3"', span))
    assert match is not None  # noqa: S101
    parts = match.groupdict(default="")
    return Form(**{name: _to_fill(part, numeric) for name, part in parts.items()})


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
