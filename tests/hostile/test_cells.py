"""No cell of any table that is written is a formula for a spreadsheet; numbers stay numbers."""

from __future__ import annotations

import ast
import csv
import io
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from paucity.cli import main
from paucity.exchange.adrs import adrs_csv
from paucity.literature import Person, Record, Reference, read_bytes, write_records
from paucity.literature.write import write_xlsx
from paucity.report.outputs import plan_csv
from paucity.report.render import as_csv
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.response.assess import assess, to_csv
from paucity.response.load import load_definition
from paucity.response.read_series import read_series
from paucity.response.results import Layout, write_rows
from paucity.response.simulate_files import _csv
from paucity.screening.load import screen
from paucity.screening.sheet import sheet_of
from paucity.screening.votes import Choice, Stage, Vote
from paucity.screening.votes import write_rows as write_votes
from paucity.text import Span
from support.reviews import load

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src/paucity"
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HOSTILE = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a",
           "=cmd|' /C calc'!A0", "-", '="a",b', "x\r=1", "x\r\n@1")  # fmt: skip
hostile = pytest.mark.parametrize("text", HOSTILE)


def cells(text: str) -> list[str]:
    """Return all cells of a table, none of which is a formula."""
    found = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    for cell in found:
        assert not cell.startswith(SIGNS) or re.fullmatch(r"-\d+(\.\d+)?", cell), cell
    assert found
    return found


def hostile_record(text: str) -> Record:
    """Return a record whose every field that holds text holds this one."""
    plain = {f.name: text for f in fields(Record) if isinstance(getattr(Record(), f.name), str)}
    lists = dict.fromkeys(
        ("registrations", "issn", "isbn", "keywords", "mesh", "publication_types", "languages",
         "affiliations", "urls", "notes"), (text,)
    )  # fmt: skip
    who = (Person(text, text, text, affiliations=(text,)),)
    pairs = ((text, text), ("ris:U2", text))
    return Record(
        **plain,  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
        authors=who,
        editors=who,
        year=2013,
        identifiers=pairs,
        extra=pairs,
        references=(Reference(text, text, text),),
    )


@hostile
@pytest.mark.parametrize("lossless", [True, False])
def test_records(text: str, lossless: bool) -> None:  # noqa: FBT001
    record = hostile_record(text)
    written = "".join(write_records([record], "csv", lossless=lossless))
    found = cells(written)
    assert "2013" in found
    if lossless:
        assert read_bytes(written.encode(), "x.csv").records == (record,)


@hostile
def test_a_workbook(text: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    write_xlsx([hostile_record(text)], tmp_path / "x.xlsx")
    for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["records"].iter_rows():
        for cell in row:
            assert cell.data_type in {"s", "inlineStr"} or cell.value is None
            assert not str(cell.value or "").startswith(SIGNS)


RIS = (
    "TY  - JOUR\nTI  - {text} a case of elm disease in a boy\nAU  - {text}, {text}\n"
    "PY  - 201{n}\nJO  - {text}\nT2  - {text}\nDO  - 10.1000/{text}{n}\nDB  - {text}\n"
    "AD  - {text}, Oak Clinic, Fir\nC1  - {text}\nN1  - {text}\nKW  - {text}\nM3  - Case Reports\n"
    "AB  - {text} A boy of 7 years with elm disease was treated in 2009.\nER  - \n\n"
)


@hostile
def test_what_is_written_of_exports(text: str, tmp_path: Path) -> None:
    line = " ".join(text.split())
    folder = tmp_path / "exports"
    folder.mkdir()
    name = text.replace("/", "") + ".ris"
    (folder / name).write_text("".join(RIS.format(text=line, n=n) for n in range(3)), "utf-8")
    out = tmp_path / "out"
    call = ["records", str(folder), "--out", str(out), "--to", "csv", "--quiet"]
    done = CliRunner().invoke(main, call)
    assert done.exit_code in {0, 1}, done.output
    tables = sorted(out.glob("*.csv"))
    assert {"exports.csv", "flow.csv", "links.csv", "overlaps.csv", "records.csv"} <= {
        p.name for p in tables
    }
    for path in tables:
        cells(path.read_bytes().decode("utf-8-sig"))


@hostile
def test_a_table_of_a_review(text: str) -> None:
    columns = (Column(text, text), Column("count", text, numeric=True), Column("below", text))
    row = {text: Cell(text, text, Span(text, 7)), "count": Cell("-5", -5), "below": Cell("-7", -7)}
    table = Table("x", text, columns, (TableRow(row, text),), (text,))
    for sources in (True, False):
        found = cells(as_csv(table, sources=sources))
        assert {"-5", "-7"} <= set(found)


@hostile
def test_a_sheet_and_votes(text: str, tmp_path: Path) -> None:
    line = " ".join(text.split())
    path = tmp_path / "a.ris"
    path.write_text("".join(RIS.format(text=line, n=n) for n in range(3)), encoding="utf-8")
    held = screen([(path, text)], (), "")
    sheet, count = sheet_of(held, "ab", Stage.TITLE, everything=True)
    assert count
    cells(sheet)
    vote = Vote(text, Stage.TITLE, Choice.EXCLUDE, text, text, text)
    assert len(cells(write_votes([vote]))) == 6


@hostile
def test_results_of_assess(text: str, tmp_path: Path) -> None:
    layout = Layout(markers=(text,), scores=(text,))
    row = [text] * 4 + [True, text, -1.5, "value", text, -3, text, -2]
    row = row[: len(layout.columns)]
    write_rows(tmp_path / "r.csv", layout, [[tuple(row)]], ())
    found = cells((tmp_path / "r.csv").read_text("utf-8"))
    assert "-1.5" in found
    assert "-3" in found


LABS = "participant,marker,day,value,unit\n{0},ferritin,0,9000,ug/l\n{0},ferritin,14,400,ug/l\n"
NAMES = [text for text in HOSTILE if not set(text) & set(",\r\n\t")]
named = pytest.mark.parametrize("text", NAMES)


@named
def test_assessments(text: str, tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(LABS.format(text), encoding="utf-8")
    definition, _ = load_definition("wang-2015")
    found = assess(read_series(path), definition)
    assert f"'{text}" in cells(to_csv(found))
    assert f"'{text}" in cells(adrs_csv([found], text, text, {"wang-2015": text}))
    call = ["assess", str(path), "-d", "wang-2015", "-o", str(tmp_path / "r.csv")]
    done = CliRunner().invoke(main, call)
    assert done.exit_code in {0, 1}, done.output
    assert f"'{text}" in cells((tmp_path / "r.csv").read_text("utf-8"))


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_assessments_in_bulk(tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    from paucity.response.assess_table import assess_table, write_levels
    from paucity.response.read_table import read_table

    path = tmp_path / "labs.csv"
    rows = [LABS.format(name).split("\n", 1)[1] for name in (*NAMES, "-7")]
    path.write_text(LABS.split("\n", 1)[0] + "\n" + "".join(rows), encoding="utf-8")
    definition, _ = load_definition("wang-2015")
    write_levels(assess_table(read_table(path), definition), tmp_path / "r.csv")
    found = cells((tmp_path / "r.csv").read_text("utf-8"))
    assert {*(f"'{name}" for name in NAMES), "-7"} <= set(found)


@hostile
def test_what_is_simulated(text: str, tmp_path: Path) -> None:
    with _csv(tmp_path / "x.csv", (text, "day")) as write:
        write([(text, "-3"), ("a", "-0.5")])
    found = cells((tmp_path / "x.csv").read_bytes().decode())
    assert {"-3", "-0.5"} <= set(found)


def test_a_plan(tmp_path: Path) -> None:
    from report import hostile as review

    cells(plan_csv(load(tmp_path, review.FILES)))


WRITERS = {
    "exchange/adrs.py",
    "literature/write.py",
    "report/outputs.py",
    "report/render.py",
    "response/assess.py",
    "response/assess_table.py",
    "response/results.py",
    "response/simulate_files.py",
    "response/table_lines.py",
    "screening/sheet.py",
    "screening/votes.py",
}


def writing() -> Iterator[str]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node, "attr", "")
            if name in {"DictWriter", "write_csv", "Workbook"} or (
                name == "writer" and getattr(getattr(node, "value", None), "id", "") == "csv"
            ):
                yield path.relative_to(SOURCE).as_posix()


def test_nothing_else_writes_tables() -> None:
    """A module that begins to write tables belongs into this list, and into a test above."""
    assert set(writing()) == WRITERS
