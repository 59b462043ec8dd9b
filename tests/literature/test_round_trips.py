"""Writing and reading again gives equal records, whatever stands in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.literature.support import report, written

from paucity.literature import Correction, Person, Place, Record, Reference, read_bytes
from paucity.literature.carry import NAMES, from_plain
from paucity.literature.write import write_parquet, write_xlsx

FORMS = ("ris", "nbib", "bibtex", "csl-json", "csv")
HOWTO = Path(__file__).parents[2] / "docs/howto/from-exports-to-prisma.md"

words = st.text(max_size=30)
nasty = st.sampled_from(
    ["TY  - JOUR", "x\nER  - ", "a\nPMID- 7", "{", "}", "\\", "=1+1", "'=1", '"', ",", "a;b", " a ",
     "\u2028", "\x00", "é\r\nb", "@article{x,", "paucity:title=1", "H\u2082O", "\ufeff", "A & B %",
     "]]>", "-5", "10.1000/xyz", "2018 Jan", "  ", "\ud800"]
)  # fmt: skip
text = st.one_of(words, nasty, st.builds(lambda a, b: a + b, words, nasty))
texts = st.lists(text, max_size=3).map(tuple)
pairs = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "ris:U2",
                "ris:TY",
                "ris:after",
                "ris:ER",
                "ris:DP",
                "nbib:PHST",
                "nbib:DP",
                "nbib:IS",
                "csl:shortTitle",
                "csl:type",
                "csl:author",
                "csl-json:custom",
                "csl-json:odd",
                "bibtex:eprint",
                "bibtex:type",
                "bibtex:key",
                "bibtex-raw:title",
                "bibtex:unreadable",
                "csv:odd",
                "damaged",
                "x",
            ]
        ),
        text,
    ),
    max_size=3,
).map(tuple)
persons = st.lists(st.builds(Person, text, text, text, st.booleans(), text, texts), max_size=3).map(
    tuple
)
records = st.builds(
    Record,
    kind=st.sampled_from(["article-journal", "book", "thesis", "odd kind"]),
    title=text,
    original_title=text,
    authors=persons,
    editors=persons,
    year=st.one_of(st.none(), st.integers(-5, 3000)),
    date=st.sampled_from(
        ["", "2018-03", "2018-03-05", "2018", "nonsense", "2018-13", "2018-x", "2018-0"]
    ),
    journal=text,
    abbreviation=text,
    volume=text,
    issue=text,
    pages=st.one_of(text, st.sampled_from(["211-6", "S27", "e0815", "1-2-3"])),
    doi=text,
    pmid=st.one_of(text, st.sampled_from(["29657938"])),
    pmcid=text,
    identifiers=pairs,
    registrations=texts,
    issn=texts,
    isbn=texts,
    abstract=text,
    keywords=texts,
    mesh=texts,
    publication_types=texts,
    languages=texts,
    affiliations=texts,
    publisher=text,
    database=text,
    urls=texts,
    notes=texts,
    corrections=st.lists(st.builds(Correction, text, text, text, text), max_size=2).map(tuple),
    references=st.lists(st.builds(Reference, text, text, text), max_size=2).map(tuple),
    extra=pairs,
)


def again(held: list[Record], form: str) -> list[Record]:
    """Return records as they come back from a text of a format."""
    data = written(held, form).encode("utf-8", "surrogatepass")
    return list(read_bytes(data, f"x.{form}", encoding="utf-8").records)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(held=st.lists(records, min_size=1, max_size=3))
def test_a_record_comes_back_equal(form: str, held: list[Record]) -> None:
    assert again(held, form) == held


@pytest.mark.parametrize("first", FORMS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(held=st.lists(records, min_size=1, max_size=2), second=st.sampled_from(FORMS))
def test_a_record_passes_through_two_formats(first: str, second: str, held: list[Record]) -> None:
    assert again(again(held, first), second) == held


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
def test_every_field_comes_back_through_every_other_format(form: str, name: str) -> None:
    held = [report(), replace(FULL, **{name: getattr(Record(), name)}), FULL]
    for other in FORMS:
        assert again(again(held, form), other) == held


FULL = Record(
    kind="chapter",
    title="{Salvage} of =elm disease; a \\case",
    original_title="Ulmenkrankheit",
    authors=(
        Person("van Elm", "Ada B", "Jr", orcid="0000-0002-1825-0097", affiliations=("Oak; Fir",)),
        Person("The Elm Group", collective=True),
    ),
    editors=(Person("Oak", "O", affiliations=("Fir",)),),
    year=2018,
    date="2018-03-05",
    journal="Annals of Elms & Oaks",
    abbreviation="Ann Elm",
    volume="7",
    issue="2 Pt 1",
    pages="e0815-7",
    doi="10.1000/elm(1)<2>",
    pmid="29657938",
    pmcid="PMC5887696",
    identifiers=(("embase", "L373791783"), ("odd", "7")),
    registrations=("NCT01104025",),
    issn=("0306-4530", "1873-3360"),
    isbn=("978-3-16-148410-0",),
    abstract="AIM: To see.\nRESULTS: -5 of 7; 100% & more.",
    keywords=("elm; tree", "elm", "elm"),
    mesh=("Acne Vulgaris/*therapy",),
    publication_types=("Case Reports", "Letter"),
    languages=("eng", "ger"),
    affiliations=("Fir Clinic, Oak",),
    publisher="Fir",
    database="MEDLINE",
    urls=("https://example.org/a b", "https://example.org/c"),
    notes=("one\n\ntwo", "@three"),
    corrections=(Correction("ErratumIn", "9", "10.1/e", "J. 2"),),
    references=(Reference("7", "10.2/c", "Oak O. 1978.", "PMC7", "Elms"),),
    extra=(("csl-json:odd", '{"a": 1}'), ("nbib:PHST", "2018/01/01"), ("ris:U2", "x")),
)


# -- what a format loses ------------------------------------------------------------------------


def test_a_format_that_is_not_lossless_says_what_it_loses() -> None:
    """The table of the guide names these, and nothing else is lost."""
    text = HOWTO.read_text("utf-8")
    for lost in ("32,767 characters", "halves of a character", "analysis only"):
        assert lost in text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(held=st.lists(records, min_size=1, max_size=3))
def test_a_workbook_gives_records_back(
    held: list[Record], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("books") / "x.xlsx"
    write_xlsx(held, path)
    assert list(read_bytes(path.read_bytes(), "x.xlsx").records) == held


def test_a_workbook_cuts_a_long_text_and_damages_nothing_else(tmp_path: Path) -> None:
    held = replace(FULL, abstract="word " * 8000 + "end", keywords=("a;b",))
    write_xlsx([held, FULL], tmp_path / "x.xlsx")
    first, second = read_bytes((tmp_path / "x.xlsx").read_bytes(), "x.xlsx").records
    assert second == FULL
    assert first.abstract == held.abstract[:32_767].strip()
    assert replace(first, abstract="") == replace(held, abstract="")


def test_halves_of_a_character_come_back_though_no_encoding_can_write_them() -> None:
    for form in FORMS:
        (back,) = again([Record(title="a\ud800b", doi="10.1000/a")], form)
        assert back.title == "a\ud800b"
        assert "\ud800" not in written([Record(title="a\ud800b", doi="10.1000/a")], form)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(held=st.lists(records, min_size=0, max_size=3))
@example(held=[replace(FULL, year=10**12)])
def test_parquet_has_columns_and_the_whole_record(
    held: list[Record], tmp_path_factory: pytest.TempPathFactory
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path_factory.mktemp("tables") / "x.parquet"
    write_parquet(held, path)
    rows = parquet.read_table(path).to_pylist()
    assert [from_plain(json.loads(row["record"])) for row in rows] == held
    for row, record in zip(rows, held, strict=True):
        assert row["title"] == re.sub("[\ud800-\udfff]", "\ufffd", record.title)
        assert row["year"] in {record.year, None}
        assert len(row["keywords"]) == len(record.keywords)


def test_the_columns_of_parquet(tmp_path: Path) -> None:
    """As an analysis written against them expects them."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    place = Place("a.ris", 2, 17, "medline")
    write_parquet([replace(FULL, place=place)], tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    texts = ("kind", "title", "date", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid",
             "abstract", "database", "file", "search", "record")  # fmt: skip
    lists = ("authors", "keywords", "mesh", "publication_types", "languages", "issn")
    types = dict.fromkeys(texts, pa.string()) | dict.fromkeys(lists, pa.list_(pa.string()))
    types |= {"year": pa.int32(), "line": pa.int32()}
    assert {f.name: f.type for f in table.schema} == types
    (row,) = table.to_pylist()
    assert (row["file"], row["line"], row["search"], row["year"]) == ("a.ris", 17, "medline", 2018)
    assert row["authors"] == ["van Elm, Ada B, Jr", "The Elm Group"]
    assert row["keywords"] == ["elm; tree", "elm", "elm"]


def test_parquet_is_written_the_same_each_time_and_is_not_read(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    write_parquet([FULL], tmp_path / "a.parquet")
    write_parquet([FULL], tmp_path / "b.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    assert data == (tmp_path / "b.parquet").read_bytes()
    (finding,) = read_bytes(data, "a.parquet").findings
    assert finding.code == "format-unknown"
    assert "Parquet" in finding.message
