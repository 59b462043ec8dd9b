"""Truncated, damaged, hostile and misencoded files: a finding, what was read is kept, no crash."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.literature.support import codes, read, report, written
from tests.literature.test_tables_and_items import BIBTEX, CSL
from tests.literature.test_tagged_formats import NBIB
from tests.literature.test_xml_formats import JATS, PUBMED

from paucity.literature import read_bytes, read_file
from paucity.literature.draft import Reading
from paucity.literature.read import stream_file

if TYPE_CHECKING:
    from pathlib import Path


def many_ris(count: int) -> bytes:
    rng = random.Random(7)  # noqa: S311
    return b"".join(
        f"TY  - JOUR\nTI  - Title {i} {rng.random()}\nER  - \n\n".encode() for i in range(count)
    )


def test_truncated_gzip_keeps_the_records_before_the_cut() -> None:
    packed = gzip.compress(many_ris(5000))
    library = read(packed[: len(packed) // 2])
    assert 1000 < len(library.records) < 4500
    assert [r.place.number for r in library.records] == list(range(1, len(library.records) + 1))
    assert "file-truncated" in codes(library)
    assert "unpacked bytes" in next(f for f in library.findings if "gz" not in f.code).message


def test_corrupt_gzip_keeps_the_records_before_the_damage() -> None:
    packed = bytearray(gzip.compress(many_ris(5000)))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    library = read(bytes(packed))
    assert len(library.records) > 1000
    assert "file-truncated" in codes(library)


def test_a_gzip_bomb_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ris.gz"
    record = b"TY  - JOUR\nTI  - A\nER  - \n\n"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        for _ in range(30):
            packed.write(record * 1000)
    tracemalloc.start()
    count = sum(1 for _ in stream_file(path, Reading("bomb")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("codec", "title"),
    [
        ("utf-8", "Müller’s 症例"),
        ("utf-8-sig", "Müller’s 症例"),
        ("utf-16", "Müller’s 症例"),
        ("utf-16-le", "A case of Müller"),
        ("cp1252", "Müller’s naïve case"),
        ("gb18030", "噬血细胞综合征一例报告并文献复习"),
    ],
)
def test_the_encoding_is_found_out(codec: str, title: str) -> None:
    text = f"TY  - JOUR\nTI  - {title}\nAU  - Ito, K\nER  - \n" * 3
    assert read(text.encode(codec)).records[2].title == title


def test_a_file_joined_from_two_encodings_loses_nothing() -> None:
    record = "TY  - JOUR\nTI  - {}\nER  - \n"
    data = record.format("Zoë 症").encode() + record.format("Zoë").encode("cp1252")
    library = read(data)
    assert [r.title for r in library.records] == ["Zoë 症", "Zoë"]
    assert [(f.code, f.span.line) for f in library.findings] == [("encoding-guessed", 5)]


def test_a_wrong_guess_can_be_overruled() -> None:
    data = "TY  - JOUR\nTI  - Žižka\nER  - \n".encode("cp1250")
    assert read_bytes(data, encoding="cp1250").records[0].title == "Žižka"


def test_line_ends_of_every_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = f"TY  - JOUR{end}TI  - A{end}ER  - {end}TY  - JOUR{end}TI  - B{end}ER  - {end}"
        assert [r.title for r in read(text).records] == ["A", "B"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lollollol">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>"
    "&i;</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
)


def test_entities_are_not_expanded() -> None:
    tracemalloc.start()
    library = read(BOMB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000  # expanded it would be a billion characters
    assert "xml-entities" in codes(library)
    assert all(len(r.title) < 100 for r in library.records)


def test_external_entities_are_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", "utf-8")
    text = (
        f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><PubmedArticleSet><PubmedArticle>'
        "<MedlineCitation><PMID>7</PMID><Article><ArticleTitle>&s;</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    assert all("secret" not in r.title for r in read(text).records)


def test_depth_is_bounded() -> None:
    text = "<PubmedArticleSet><PubmedArticle>" + "<b>" * 100_000
    library = read(text)
    assert "xml-broken" in codes(library)


def test_a_file_without_end_of_record_takes_neither_memory_nor_time() -> None:
    library = read(b"TY  - JOUR\nTI  - A\nAB  - " + b"word of some length\n" * 1_200_000)
    assert codes(library) == ["record-unclosed", "record-too-long"]
    assert library.records[0].title == "A"


def test_deep_json_is_refused() -> None:
    assert codes(read('[{"title": ' + "[" * 200_000)) == ["json-broken"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"just some words", "format-unknown"),
        (bytes(range(256)) * 20, "format-unknown"),
        (b"PK\x03\x04 not a workbook", "not-xlsx"),
        (b"\x1f\x8b", "file-truncated"),
    ],
)
def test_what_is_no_export_gives_a_finding(data: bytes, code: str) -> None:
    library = read(data)
    assert library.records == ()
    assert code in codes(library)


def test_a_file_that_is_not_there_gives_a_finding(tmp_path: Path) -> None:
    assert codes(read_file(tmp_path / "none.ris")) == ["file-unreadable"]
    assert codes(read_file(tmp_path)) == ["file-unreadable"]


SEEDS = [
    NBIB.encode(),
    PUBMED.encode(),
    JATS.encode(),
    BIBTEX.encode(),
    CSL.encode(),
    written([report(), report(notes=("n",))], "ris").encode(),
    written([report()], "csv").encode(),
    gzip.compress(NBIB.encode()),
]
PIECES = [b"{", b"}", b'"', b"\n", b"TY  - JOUR\n", b"ER  - \n", b"PMID- 1\n", b"&a;", b"\x00",
          b"\xff\xfe", b"[", b"]", b"\\", b" # ", b" and ", b"<", b">", b"\xe9", b"\r"]  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES)), max_size=6
    ),
)
def test_reading_never_raises(seed: bytes, edits: list[tuple[float, int, bytes]]) -> None:
    data = bytearray(seed)
    for where, gone, put in edits:
        at = int(where * len(data))
        data[at : at + gone] = put
    library = read(bytes(data))
    assert all(f.span.line >= 1 and f.message for f in library.findings)
    assert library.records or library.findings
