"""Make the forms of tables by great-tables; run as a program, it writes them into the package.

A form is a table of one row, whose columns name it, are set to the left and to the right. The words
in it stand for what the report fills in.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
from great_tables import GT, html

FORMS = Path(__file__).parents[2] / "src/paucity/report/forms"


def form(*, grouped: bool) -> str:
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
    table = made[made.index("<table") : made.index("</table>")] + "</table>\n"
    # The report needs neither Quarto's marks nor spans of one.
    table = re.sub(r' (?:data-quarto-[a-z-]+="[^"]*"|rowspan="1"|colspan="1")', "", table)
    # These two name identifiers as well, and must be words of their own.
    return table.replace(">c0</th>", ">STUB</th>").replace(">group</th>", ">GROUP</th>")


if __name__ == "__main__":
    for name, grouped in (("plain", False), ("grouped", True)):
        (FORMS / f"{name}.html").write_text(form(grouped=grouped), encoding="utf-8")
