"""Real exports, when they are at hand: every file is read, and comes back equal in every format."""

from __future__ import annotations

import pytest
from tests.literature.support import SHARED, shared, written

from paucity.literature import Record, essence, read_bytes, read_file

EXPORTS = "data/exports"
FILES = (
    sorted(
        str(path.relative_to(SHARED))
        for folder in ("asreview_demo", "reflib", "jats", "pubmed/nbib", "pubmed/jcore")
        for path in (SHARED / EXPORTS / folder).glob("*.*")
        if path.suffix in {".ris", ".nbib", ".xml", ".gz", ".txt", ".csv"} and path.stat().st_size
    )
    if SHARED.exists()
    else ["data/exports"]
)
NOT_RECORDS = {"PubmedXMLMultiplier.xml", "XMLMultiplierReader.xml"}


@pytest.mark.parametrize("name", FILES)
def test_a_real_export_is_read_and_comes_back_equal(name: str) -> None:
    path = shared(name)
    library = read_file(path)
    if path.name in NOT_RECORDS:
        assert [f.code for f in library.findings] == ["format-unknown"]
        return
    assert library.records
    assert not any(f.severity == "error" for f in library.findings)
    held = list(library.records)[:40]
    for form in ("ris", "nbib", "bibtex", "csl-json", "csv"):
        again = read_bytes(written(held, form).encode(), encoding="utf-8")
        assert list(again.records) == held


def without_application(record: Record) -> Record:
    """Return a record without what only EndNote's XML says about EndNote itself."""
    from dataclasses import replace

    return replace(record, extra=tuple(x for x in record.extra if not x[0].startswith("endnote:")))


def test_the_same_library_as_ris_and_endnote_xml_is_equal() -> None:
    ris = read_file(shared(f"{EXPORTS}/reflib/blue-light.ris")).records
    xml = read_file(shared(f"{EXPORTS}/reflib/blue-light.xml")).records
    assert len(ris) == 102
    assert list(map(without_application, xml)) == list(ris)


def test_the_same_library_as_nbib_agrees_with_ris() -> None:
    """EndNote drops the electronic ISSN, group authors and a page given only as a location."""
    ris = {r.pmid: r for r in read_file(shared(f"{EXPORTS}/reflib/blue-light.ris")).records}
    nbib = read_file(shared(f"{EXPORTS}/reflib/blue-light.nbib")).records
    assert len(nbib) == 80
    dropped = 0
    for record in nbib:
        ours, other = essence(record), essence(ris[record.pmid])
        assert other.pop("issn") <= ours.pop("issn")
        if any(who.collective for who in record.authors) or not ris[record.pmid].pages:
            dropped += 1
            continue
        assert ours == other
    assert dropped == 2
