"""Tables in every format: what is in a cell comes out, and nothing in it is obeyed."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from great_tables import GT
from hypothesis import given
from hypothesis import strategies as st

from paucity.report.html import blocks_html, is_wordy, table_html
from paucity.report.links import Links
from paucity.report.render import as_csv, as_json, as_markdown, as_text, footnotes
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.text import Span
from report.great_tables_forms import FORMS, form
from report.pages import read

COLUMNS = (Column("study", "Study"), Column("n", "N", numeric=True), Column("why", "Why"))
LINKS = Links({"studies/a.yaml": "studies/a.html"}, {"studies/a.yaml": 9})


def table(*rows: TableRow, notes: tuple[str, ...] = ()) -> Table:
    return Table("sample", "A sample", COLUMNS, rows, notes)


def one(text: str, value: int | str | None = None, **more: object) -> Table:
    return table(TableRow({"study": Cell(text, value, **more)}))  # type: ignore[arg-type]


MARSH = table(
    TableRow(
        {
            "study": Cell("Doe 2001", None, Span("studies/a.yaml", 3)),
            "n": Cell("5 (23%)", 5, Span("studies/a.yaml", 4), derived="23% of 22 is 5"),
            "why": Cell("as told", note="in part"),
        },
        group="first",
    ),
    TableRow({"study": Cell("Doe 2001"), "n": Cell("7", 7)}, group="first"),
    TableRow({"study": Cell("Doe 2001"), "n": Cell("8", 8)}, group="second"),
    notes=("N, number.",),
)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    cell = rows_of(as_csv(one(f"{start}1+1")))[1][0]
    assert cell == f"'{start}1+1".replace("\r", "\n")


def test_csv_numbers_stay_numbers_and_the_printed_text_follows() -> None:
    rows = rows_of(as_csv(MARSH))
    assert rows[0] == ["group", "study", "n", "n_text", "why"]
    assert rows[1] == ["first", "Doe 2001", "5", "5 (23%)", "as told"]


def test_csv_names_the_line_of_each_cell_if_asked() -> None:
    rows = rows_of(as_csv(MARSH, sources=True))
    assert dict(zip(rows[0], rows[1], strict=True))["n_source"] == "studies/a.yaml:4"


@given(st.text(), st.text())
def test_csv_keeps_its_shape_whatever_is_in_a_cell(text: str, other: str) -> None:
    rows = rows_of(as_csv(table(TableRow({"study": Cell(text), "why": Cell(other)}))))
    assert [len(row) for row in rows] == [3, 3]
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert rows[1][0] in {expected, f"'{expected}"}


def test_json_holds_text_value_and_place() -> None:
    cell = json.loads(as_json(MARSH))["rows"][0]["cells"]["n"]
    assert cell == {
        "text": "5 (23%)",
        "value": 5,
        "source": {"file": "studies/a.yaml", "line": 4},
        "derived": "23% of 22 is 5",
    }


def test_footnotes_are_said_once_and_lettered_past_z() -> None:
    rows = [TableRow({"n": Cell(str(i), i, note=f"remark {i % 28}")}) for i in range(56)]
    marks = footnotes(table(*rows))
    assert list(marks.values())[:3] == ["a", "b", "c"]
    assert marks["remark 26"] == "aa"
    assert len(marks) == 28


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_text_fits_the_terminal(width: int) -> None:
    lines = as_text(MARSH, width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert any("Doe 2001" in line for line in lines)


def test_text_carries_no_control_characters_to_the_terminal() -> None:
    assert "\x1b" not in as_text(one("a\x1b[2Jb\x07"))
    assert "a[2Jb" in as_text(one("a\x1b[2Jb\x07"))


def test_text_is_not_read_as_markup() -> None:
    assert "[bold]x[/bold] :smile:" in as_text(one("[bold]x[/bold] :smile:"))


def test_markdown_prints_what_is_written() -> None:
    text = as_markdown(one("a|b <script> *c* [d](e) `f`"))
    assert r"a\|b &lt;script&gt; \*c\* \[d\](e) \`f\`" in text


@given(st.text())
def test_markdown_rows_have_as_many_cells_as_columns(text: str) -> None:
    row = as_markdown(one(text)).splitlines()[4]
    unescaped = row.replace(r"\\", "").replace(r"\|", "")
    assert unescaped.count("|") == 4


def test_html_links_a_cell_to_its_line() -> None:
    page = read(table_html(MARSH, LINKS.on("index.html")))
    assert page.links[:2] == ["studies/a.html#L3", "studies/a.html#L4"]


@pytest.mark.parametrize("grouped", [False, True])
def test_the_forms_are_what_great_tables_makes(*, grouped: bool) -> None:
    name = "grouped.html" if grouped else "plain.html"
    assert (FORMS / name).read_text(encoding="utf-8") == form(grouped=grouped)


def test_a_table_filled_into_its_form_is_what_great_tables_makes_of_the_whole() -> None:
    names = ("study", "n", "why", "group")
    texts = (
        ("a1", "1", "x", "group0"),
        ("a2", "2", "CELL1 {0}", "group1"),
        ("a3", "", "TABLE", "group0"),
    )
    whole = (
        GT(
            pl.DataFrame(texts, schema=["c0", "c1", "c2", "g"], orient="row"),
            rowname_col="c0",
            groupname_col="g",
            id="table-sample",
        )
        .fmt_passthrough(escape=False)
        .cols_align("right", ["c1"])
        .cols_align("left", ["c2"])
        .tab_source_note("N, number.")
        .as_raw_html()
    )
    rows = [
        TableRow({k: Cell(t) for k, t in zip(names[:3], row, strict=False)}, group=row[3])
        for row in texts
    ]
    made = table_html(table(*rows, notes=("N, number.",)), LINKS)

    def body(html: str) -> str:
        return html[html.index("<tbody") : html.index("</table>")]

    assert body(made) == body(whole)


def test_html_says_a_repeated_heading_once() -> None:
    html = table_html(MARSH, LINKS)
    assert html.count('<span class="hidden">Doe 2001</span>') == 1  # not across groups


def test_html_headings_name_rows_columns_and_groups() -> None:
    page = read(table_html(MARSH, LINKS, number=4))
    scopes = [a["scope"] for tag, a in page.tags if tag == "th"]
    assert scopes.count("col") == 3
    assert scopes.count("row") == 3
    assert scopes.count("colgroup") == 2
    assert "Table 4" in page.text


HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def test_html_escapes_every_place_a_text_can_stand_in() -> None:
    hostile = Table(
        HOSTILE,
        HOSTILE,
        (Column(HOSTILE, HOSTILE), Column("b", HOSTILE, numeric=True)),
        (
            TableRow(
                {
                    HOSTILE: Cell(HOSTILE, HOSTILE, Span("studies/a.yaml", 1)),
                    "b": Cell(HOSTILE, None, Span(HOSTILE, 1), derived=HOSTILE, note="row0"),
                },
                group=HOSTILE,
            ),
            TableRow({HOSTILE: Cell("group0"), "b": Cell("c0")}, group="row0"),
        ),
        (HOSTILE,),
    )
    page = read(table_html(hostile, LINKS))
    allowed = "table caption thead tbody tfoot tr th td a sup span"
    assert {tag for tag, _ in page.tags} <= {*allowed.split()}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    text = "".join(page.text)
    assert text.count(HOSTILE) == 8  # caption, 2 heads, group, 2 cells, footnote, note
    assert {"group0", "c0", "row0"} <= set(page.text)


def test_html_is_the_same_each_time() -> None:
    assert table_html(MARSH, LINKS) == table_html(MARSH, LINKS)


def test_html_identifiers_are_unique() -> None:
    rows = [TableRow({"study": Cell("x")}, group=g) for g in ("a b", "a-b", "A B!")]
    ids = read(table_html(table(*rows), LINKS)).ids
    assert len(ids) == len(set(ids))


def test_long_texts_become_a_list_with_groups_and_remarks() -> None:
    wordy = table(
        TableRow(
            {
                "study": Cell("Doe 2001", None, Span("studies/a.yaml", 3), note=HOSTILE),
                "why": Cell("x" * 500),
            },
            group=HOSTILE,
        )
    )
    assert is_wordy(wordy)
    assert not is_wordy(MARSH)
    page = read(blocks_html(wordy, LINKS))
    assert page.links == ["studies/a.html#L3"]
    assert "".join(page.text).count(HOSTILE) == 2
    assert not [tag for tag, _ in page.tags if tag in {"script", "img"}]


def test_powers_of_ten_are_raised_in_print_only() -> None:
    cell = one("more than 0.5 10^9/l, or 10^12/l")
    assert "0.5 × 10⁹/l, or 10¹²/l" in table_html(cell, LINKS)
    assert "0.5 10^9/l" in as_csv(cell)
