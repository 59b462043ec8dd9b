"""Damaged exports of every format: reading never raises, and every line is kept or named.

Each line of an export ends in a word of its own. After damage each word that still stands in the
file must be found in a record, or in the lines that a finding names.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.literature.support import report, written
from tests.literature.test_tables_and_items import BIBTEX, CSL
from tests.literature.test_tagged_formats import NBIB
from tests.literature.test_xml_formats import JATS, PUBMED

from paucity.literature import Library, read_bytes

SEEDS = {
    "a.nbib": NBIB,
    "a.xml": PUBMED,
    "a.jats": JATS,
    "a.bib": BIBTEX,
    "a.json": CSL,
    "a.ris": written([report(), report(notes=("n",), doi="10.1000/b")], "ris"),
    "a.csv": written([report(), report(title="Second", doi="10.1000/b")], "csv"),
}
PUT = [b"\x00", b"\xff", b"\xe9", b"\x1b", b"\r", b"\n", b"\x85", b'"', b"'", b"<", b"&", b"{",
       b"]", b"TY  - ", b"ER  - \n", b"PMID- ", b"  - ", b"\xef\xbb\xbf", b"\xc3"]  # fmt: skip
edits = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.floats(0, 1), st.sampled_from(PUT)),
        st.tuples(st.just("flip"), st.floats(0, 1), st.binary(min_size=1, max_size=1)),
        st.tuples(st.just("cut"), st.floats(0, 1), st.just(b"")),
        st.tuples(st.just("twice"), st.floats(0, 1), st.just(b"")),
        st.tuples(st.just("gone"), st.floats(0, 1), st.just(b"")),
    ),
    max_size=5,
)


def damaged(data: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, put in edits:
        at = int(where * len(data))
        lines = data.splitlines(keepends=True)
        line = int(where * (len(lines) - 1)) if lines else 0
        if kind == "put":
            data = data[:at] + put + data[at:]
        elif kind == "flip":
            data = data[:at] + put + data[at + 1 :]
        elif kind == "cut":
            data = data[:at]
        elif kind == "twice" and lines:
            data = b"".join([*lines[: line + 1], *lines[line:]])
        elif kind == "gone" and lines:
            data = b"".join([*lines[:line], *lines[line + 1 :]])
    return data


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(SEEDS)), edits=edits)
def test_reading_damaged_exports_never_raises(
    name: str, edits: list[tuple[str, float, bytes]]
) -> None:
    library = read_bytes(damaged(SEEDS[name].encode(), edits), name)
    assert library.records or library.findings
    assert all(f.span.line >= 1 and f.message for f in library.findings)
    for record in library.records:
        assert record == replace(record)


def kept_or_named(library: Library, word: str, line: int) -> bool:
    if any(word in repr(record) for record in library.records):
        return True
    return any(
        word in f.message
        or f.span.line <= line
        or any(int(since) <= line for since in re.findall(r"from line (\d+) on", f.message))
        for f in library.findings
    )


TAGGED = {
    "a.ris": ("TY  - JOUR\n", ("TI", "AB", "AU", "ZZ"), "ER  - \n"),
    "a.nbib": ("PMID- {n}\n", ("TI", "AB", "FAU", "ZZ"), "\n"),
}
WRITTEN = {
    "a.csv": (
        "title,journal,abstract,remark\n",
        '"Title w{n}0",w{n}1,"w{n}2 a, b",w{n}3\n',
        "",
    ),
    "a.bib": (
        "",
        (
            "@article{{key{n},\n  title = {{ w{n}0 }},\n  abstract = {{Text w{n}1 }},\n"
            "  author = {{Oak, w{n}2 }},\n  odd = {{ w{n}3 }},\n}}\n"
        ),
        "",
    ),
    "a.json": (
        "[\n",
        (
            '{{"id": "k{n}",\n "title": "Text w{n}0 ",\n "abstract": " w{n}1",\n'
            ' "author": [{{"family": "Oak",\n "given": "w{n}2"}}],\n "odd": "w{n}3"}},\n'
        ),
        '{"title": "last"}]\n',
    ),
    "a.endnote.xml": (
        "<xml><records>\n",
        (
            '<record>\n<ref-type name="Journal Article">17</ref-type>\n<contributors><authors>\n'
            "<author>Oak, w{n}2 </author>\n</authors></contributors>\n<titles>\n"
            "<title><style>Text w{n}0 </style></title>\n</titles>\n<abstract> w{n}1 </abstract>\n"
            "<odd> w{n}3 </odd>\n</record>\n"
        ),
        "</records></xml>\n",
    ),
    "a.pubmed.xml": (
        "<PubmedArticleSet>\n",
        (
            '<PubmedArticle>\n<MedlineCitation Status="MEDLINE">\n<PMID Version="1">{n}</PMID>\n'
            "<Article>\n<ArticleTitle>Text w{n}0 </ArticleTitle>\n<Abstract>\n"
            '<AbstractText Label="AIM">Text w{n}1 </AbstractText>\n</Abstract>\n<AuthorList>\n'
            "<Author>\n<LastName>Oak</LastName>\n<ForeName> w{n}2 </ForeName>\n</Author>\n"
            "</AuthorList>\n</Article>\n<KeywordList>\n<Keyword> w{n}3 </Keyword>\n</KeywordList>\n"
            "</MedlineCitation>\n</PubmedArticle>\n"
        ),
        "</PubmedArticleSet>\n",
    ),
}


def marked(name: str) -> str:
    """Return an export whose every value holds a word of its own."""
    if name in WRITTEN:
        begin, record, end = WRITTEN[name]
        return begin + "".join(record.format(n=n) for n in range(10, 19)) + end
    head, tags, end = TAGGED[name]
    return "".join(
        head.format(n=n) + "".join(f"{tag:<4}- Text w{n}{i}\n" for i, tag in enumerate(tags)) + end
        for n in range(10, 19)
    )


@pytest.mark.parametrize("name", [*TAGGED, *WRITTEN])
def test_every_word_of_a_whole_export_is_kept(name: str) -> None:
    records = repr(read_bytes(marked(name).encode(), name).records)
    for n in range(10, 19):
        assert all(f"w{n}{i}" in records for i in range(4))


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from([*TAGGED, *WRITTEN]), edits=edits)
def test_every_word_of_a_damaged_export_is_kept_or_named(
    name: str, edits: list[tuple[str, float, bytes]]
) -> None:
    data = damaged(marked(name).encode(), edits)
    library = read_bytes(data, name)
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data), 1):
        for found in re.findall(rb"(?<![^\s,\"])w1\d\d(?![^\s,\"])", line):
            assert kept_or_named(library, found.decode(), number), (found, number)
