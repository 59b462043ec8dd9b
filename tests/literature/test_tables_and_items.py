"""BibTeX, CSV, XLSX, CSL-JSON and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.literature.support import codes, one, read, report, written

from paucity.literature import Person, read_file
from paucity.literature.tabular import defuse, refuse
from paucity.literature.write import write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

BIBTEX = r"""
@string{jx = "Journal of X"}
@article{a1, title={A {HLH} case at 50\%}, author={M{\"u}ller, J{\'o}se and {WHO Group} and
  Ludwig van Beethoven}, journal=jx, year=2020, month=mar, pages={1--3}, eprint={77}}
@article{a1, title={The same key}}
@article{a2, title={One}, title={Two}}
some words
@article{a3, title={Never ends}, year={1999}
"""


def test_bibtex_is_read_with_its_accents_strings_and_names() -> None:
    record = read(BIBTEX).records[0]
    assert record.title == "A HLH case at 50%"
    assert record.authors == (
        Person("Müller", "Jóse"),
        Person("WHO Group", collective=True),
        Person("van Beethoven", "Ludwig"),
    )
    assert (record.journal, record.pages, record.date) == ("Journal of X", "1-3", "2020-03")
    assert ("bibtex:eprint", "77") in record.extra
    assert ("bibtex-raw:title", r"A {HLH} case at 50\%") in record.extra


def test_bibtex_entries_that_a_parser_would_drop_are_kept() -> None:
    library = read(BIBTEX)
    assert [r.title for r in library.records[1:]] == ["The same key", "One", "Never ends"]
    assert ("bibtex:title", "Two") in library.records[2].extra
    assert library.records[3].year == 1999
    assert {"field-repeated", "entry-unreadable", "text-outside-record"} <= set(codes(library))


def test_bibtex_writes_protected_capitals_again() -> None:
    record = read(BIBTEX).records[0]
    assert r"title = {A {HLH} case at 50\%}" in written([record], "bibtex")


def test_bibtex_keys_are_unique() -> None:
    text = written([report(), report(), report(authors=())], "bibtex")
    assert "@article{marsh2013," in text
    assert "@article{marsh2013-2," in text
    assert "@article{anonymous2013," in text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "|cmd", "%0A"])
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    assert defuse(cell).startswith("'")
    assert refuse(defuse(cell)) == cell


def test_a_title_that_is_a_formula_is_written_as_text(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    record = report(title='=HYPERLINK("http://x","y")')
    assert "'=HYPERLINK" in written([record], "csv")
    write_xlsx([record], tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx").active["A2"]  # type: ignore[index]
    assert cell.data_type == "s"
    assert cell.value.startswith("'=")
    assert read_file(tmp_path / "x.xlsx").records == (record,)


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_tables_are_understood_whatever_divides_them(divider: str) -> None:
    rows = [["Article Title", "Authors", "Publication Year", "DOI", "Mine"],
            ['"A case, rare"', '"Ito, Ken; Abe, J"', "2014", "10.1000/a", "kept"]]  # fmt: skip
    record = one("\n".join(divider.join(row) for row in rows))
    assert (record.title, record.year, record.doi) == ("A case, rare", 2014, "10.1000/a")
    assert [w.family for w in record.authors] == ["Ito", "Abe"]
    assert record.extra == (("csv:Mine", "kept"),)


def test_embase_prints_its_source_in_one_cell() -> None:
    record = one(
        'Title,Author Names,Source\nA case,"Liu R., Adler D.G.",'
        "Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014\n"
    )
    assert (record.journal, record.year) == ("Endoscopic Ultrasound", 2014)
    assert (record.volume, record.issue, record.pages) == ("3", "3", "152-160")
    assert record.authors[1] == Person("Adler", "D.G.")


def test_a_row_longer_than_its_header_is_kept_whole() -> None:
    library = read("title,doi\nA,10.1000/a,more\n")
    assert library.records[0].extra == (("csv:column 3", "more"),)
    assert codes(library) == ["row-too-long"]


CSL = """[
 {"id": "x", "type": "article-journal", "title": "A case", "author": [{"family": "Beethoven",
  "non-dropping-particle": "van", "given": "L"}, {"literal": "Study Group"}],
  "issued": {"date-parts": [[2018, 3]]}, "DOI": "10.1000/a", "odd": {"a": 1}},
 7,
 {"id": "y", "title": "Another"
"""


def test_csl_json_items_are_read_until_the_text_breaks() -> None:
    library = read(CSL)
    record = library.records[0]
    assert record.authors == (Person("van Beethoven", "L"), Person("Study Group", collective=True))
    assert (record.year, record.date) == (2018, "2018-03")
    assert ("csl-json:odd", '{"a": 1}') in record.extra
    assert codes(library) == ["record-empty", "json-broken"]
    assert [f.span.line for f in library.findings] == [5, 6]


SOURCES = "path\twhat\tsource\tlicence\na.xml\t177 articles\tgithub\tBSD\nb.xml\t2\tgithub\tBSD\n"


@pytest.mark.parametrize(
    "text", [SOURCES, "Alder;2013;Blood\nBirch;2014;Chest\n", "key,year,journal\n1,2013,Blood\n"]
)
def test_a_table_of_something_else_is_passed_over(text) -> None:
    library = read(text, "a.tsv")
    assert (library.records, codes(library)) == ((), ["columns-unknown"])
    assert library.findings[0].span.line == 1


def test_what_is_passed_over_is_told_by_its_columns() -> None:
    (found,) = read(SOURCES, "a.tsv").findings
    assert "its columns are `path`, `what`, `source`, `licence`;" in found.message
    assert "expected is one of title, abstract, DOI, PMID, PMCID" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "DOI,year\n10.1000/x,2013\n",
        "PubMed ID\n123\n",
        "authors,abstract\nAlder,Two children.\n",
        "NCT Number,Status\nNCT01234567,done\n",
    ],
)
def test_one_column_that_identifies_a_record_is_enough(text) -> None:
    library = read(text, "a.csv")
    assert len(library.records) == 1
    assert "columns-unknown" not in codes(library)


def test_a_workbook_of_something_else_is_passed_over(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["year", "budget"])
    book.active.append([2013, 7])
    book.save(tmp_path / "a.xlsx")
    library = read_file(tmp_path / "a.xlsx")
    assert (library.records, codes(library)) == ((), ["columns-unknown"])
    assert "`year`, `budget`" in library.findings[0].message
