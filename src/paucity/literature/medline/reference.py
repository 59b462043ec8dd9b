"""Citations read by lxml: the plain path, which the fast one is held against."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import pubmed_xml
from paucity.literature.draft import Reading
from paucity.literature.medline.schema import schema
from paucity.literature.medline.split import UnusualError
from paucity.literature.record import Place, Record
from paucity.literature.values import iso_date
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OPEN: Final = b"<PubmedArticleSet>"
_DOCTYPE: Final = b'<!DOCTYPE PubmedArticleSet SYSTEM "pubmed.dtd">'
"""Never fetched; with it an entity that PubMed's own definition may declare is no fault."""
CLOSE: Final = b"</PubmedArticleSet>"

_PMID: Final = re.compile(
    rb'<PMID(?:\s+Version\s*=\s*["\']\s*(\d{1,4})\s*["\'])?[^>]*>\s*(\d{1,18})\s*<'
)


def records_of(
    chunks: Sequence[bytes], name: str = "", numbers: Iterable[int] = ()
) -> list[Record]:
    """Return the records that the XML of citations holds.

    Args:
        chunks: each the bytes of one ``PubmedArticle`` or ``PubmedBookArticle``.
        name: the file they are from.
        numbers: their positions in that file, counted from 1.

    Raises:
        UnusualError: the bytes are not those of whole citations, one each.
    """
    reading = Reading(name, encoding="utf-8")
    text = _DOCTYPE + OPEN + b"".join(chunks) + CLOSE
    records = list(pubmed_xml.read(io.BufferedReader(io.BytesIO(text)), reading))
    if len(records) != len(chunks) or any(f.severity is Severity.ERROR for f in reading.findings):
        raise UnusualError
    places = tuple(numbers) or range(1, len(records) + 1)
    return [replace(r, place=Place(name, n)) for r, n in zip(records, places, strict=True)]


def identifier(chunk: bytes) -> tuple[int, int] | None:
    """Return PMID and version of a citation's XML; None if it has no PMID that is a number.

    >>> identifier(b'<PubmedArticle><MedlineCitation><PMID Version="2">17</PMID>')
    (17, 2)
    """
    found = _PMID.search(chunk)
    return (int(found[2]), int(found[1] or 1)) if found else None


def table_of(chunks: Sequence[bytes]) -> Any:
    """Return the rows of citations, as the reference reader reads them."""
    import pyarrow as pa

    rows = [
        row_of(record, identifier(chunk) or (0, 1))
        for record, chunk in zip(records_of(chunks), chunks, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=schema())


def row_of(record: Record, key: tuple[int, int]) -> dict[str, Any]:
    """Return a record as a row of a part."""
    pmid, version = key
    cited = [r.pmid for r in record.references if r.pmid]
    return {
        "pmid": pmid,
        "version": version,
        **{name: getattr(record, name) for name in _SAME},
        "year": record.year,
        "authors": [
            {"family": w.family, "given": w.given, "suffix": w.suffix, "collective": w.collective}
            for w in record.authors
        ],
        **{name: list(getattr(record, name)) for name in _LISTS},
        "references": list(dict.fromkeys(cited)),
        "corrections": [
            {"kind": c.kind, "pmid": c.pmid, "citation": c.citation} for c in record.corrections
        ],
        "revised": iso_date(dict(record.extra).get("pubmed:DateRevised", "")),
    }


_SAME: Final = (
    "kind", "title", "original_title", "abstract", "journal", "abbreviation", "volume", "issue",
    "pages", "date", "doi", "pmcid",
)  # fmt: skip
_LISTS: Final = (
    "issn", "languages", "publication_types", "mesh", "keywords", "registrations",
)  # fmt: skip
