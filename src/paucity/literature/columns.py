"""What the columns of tables mean, whoever wrote them, as data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final[Mapping[str, str]] = {
    "title": "title, article title, document title, primary title, ti, study title",
    "original_title": "original title, original_title, translated title",
    "authors": "authors, author, author names, author full names, au, first authors, author s,"
    " author list",
    "editors": "editors, editor, secondary authors",
    "year": "year, publication year, published year, py, date published, publication date,"
    " year of publication, pubyear, yr",
    "date": "date",
    "journal": "journal, source title, journal book, publication title, journal title, so,"
    " secondary title, booktitle, t2",
    "abbreviation": "abbreviated source title, journal abbreviation, alternate title1, iso",
    "citation": "source, citation",
    "volume": "volume, vl, vol",
    "issue": "issue, is, number",
    "pages": "pages, page, pg",
    "start": "page start, start page, bp, first page",
    "end": "page end, end page, ep, last page",
    "article_number": "art no, article number, ar",
    "doi": "doi, di, digital object identifier",
    "pmid": "pmid, pubmed id, pm, pubmedid, medline pmid",
    "pmcid": "pmcid, pmc id, pmc",
    "issn": "issn, sn, eissn, ei",
    "isbn": "isbn, bn",
    "abstract": "abstract, ab, abstract note, notes abstract",
    "keywords": "keywords, author keywords, de, manual tags, index keywords, id keywords plus",
    "mesh": "mesh, mesh headings",
    "publication_types": "document type, publication type, dt, item type",
    "languages": "language, la, language of original document",
    "affiliations": "affiliations, affiliation, c1, correspondence address",
    "publisher": "publisher, pu",
    "database": "database, db, database name",
    "urls": "url, link, urls, open url link",
    "notes": "notes, note",
    "accession": "accession number, ut, eid, embase accession id, covidence, unique id, key, ref",
    "registrations": "clinical trial numbers, nct number, trial registration",
    "type": "type of reference, type, pt, entrytype",
    "paucity": "paucity",
}

COLUMNS: Final[Mapping[str, str]] = {
    name.strip(): field for field, names in _NAMES.items() for name in names.split(",")
}
"""Field of each column, by the column's name as :func:`plain_name` gives it."""


def plain_name(column: str) -> str:
    """Return a column's name in small letters, its words divided by one space.

    >>> plain_name("Art. No."), plain_name("publication_year"), plain_name("Journal/Book")
    ('art no', 'publication year', 'journal book')
    """
    return re.sub(r"[\W_]+", " ", column.replace("﻿", "")).strip().lower()
