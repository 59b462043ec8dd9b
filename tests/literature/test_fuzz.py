"""Damaged exports of every format: reading never raises, and every line is kept or named.

Each line of an export ends in a word of its own. After damage each word that still stands in the
file must be found in a record, or in the lines that a finding names.
"""

from __future__ import annotations

import re
from dataclasses import replace

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
    return any(word in f.message or f.span.line <= line for f in library.findings)


def marked(name: str) -> str:
    """Return an export whose every value holds a word of its own."""
    if name == "a.csv":
        rows = "".join(f'"Title w{n}0",w{n}1,"w{n}2 a, b",w{n}3\n' for n in range(10, 19))
        return f"title,journal,abstract,remark\n{rows}"
    head = {"a.ris": "TY  - JOUR", "a.nbib": "PMID- {n}"}[name]
    tags = ("TI", "AB", "AU", "ZZ") if name == "a.ris" else ("TI", "AB", "FAU", "ZZ")
    end = "ER  - \n" if name == "a.ris" else "\n"
    return "".join(
        head.format(n=n)
        + "\n"
        + "".join(f"{tag:<4}- Text w{n}{i}\n" for i, tag in enumerate(tags))
        + end
        for n in range(10, 19)
    )


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(["a.ris", "a.nbib", "a.csv"]), edits=edits)
def test_every_word_of_a_damaged_export_is_kept_or_named(
    name: str, edits: list[tuple[str, float, bytes]]
) -> None:
    data = damaged(marked(name).encode(), edits)
    library = read_bytes(data, name)
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data), 1):
        for found in re.findall(rb"(?<![^\s,\"])w1\d\d(?![^\s,\"])", line):
            assert kept_or_named(library, found.decode(), number), (found, number)
