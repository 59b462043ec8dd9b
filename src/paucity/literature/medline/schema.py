"""The columns of a part: one row for each citation of one of PubMed's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "pmid": ("int64", "PubMed identifier."),
    "version": ("int16", "Version of the citation; nearly always 1."),
    "kind": ("string", "CSL type: `article-journal`, `chapter` or `book`."),
    "title": ("string", "In English, as PubMed prints it; inline markup is taken out."),
    "original_title": ("string", "In the language of the report (`VernacularTitle`)."),
    "abstract": ("string", "Each section after its label, on one line."),
    "authors": ("people", "Family name, given names, suffix; whether it is a group."),
    "journal": ("string", "Title of the journal, or of the book a chapter stands in."),
    "abbreviation": ("string", "ISO abbreviation, or MEDLINE's where there is none."),
    "issn": ("strings", "With their hyphen; the linking ISSN last."),
    "volume": ("string", "As written."),
    "issue": ("string", "As written."),
    "pages": ("string", "As written (`MedlinePgn`), or first and last page."),
    "year": ("int16", "Of publication; the first year of a `MedlineDate`."),
    "date": ("string", "ISO 8601, as exact as printed; empty if only the year is known."),
    "languages": ("strings", "Three letters."),
    "publication_types": ("strings", "As the National Library of Medicine assigned them."),
    "mesh": ("strings", "As MEDLINE prints them: `Fever/*drug therapy`, main topics starred."),
    "keywords": ("strings", "Of all owners; main topics starred."),
    "doi": ("string", "Without its resolver."),
    "pmcid": ("string", "With its prefix."),
    "registrations": ("strings", "Accession numbers, among them those of trials (`NCT01104025`)."),
    "references": ("strings", "PMIDs of the works it cites, where PubMed knows them."),
    "corrections": ("relations", "Stated relations: PubMed's `RefType`, the other PMID, citation."),
    "revised": ("string", "Day on which the citation was last revised, ISO 8601."),
}
"""Type and meaning of each column, in order. Text that is not there is empty, never null."""

SOUGHT: Final = ("pmid", "year")
"""Columns whose least and greatest values are kept, for whoever reads a part by them."""

_LISTED: Final = ("issn", "languages", "publication_types", "mesh", "keywords")
REPEATED: Final = (
    "version", "kind", "journal", "abbreviation", "volume", "issue", "year", "date", "revised",
    *(f"{name}.list.element" for name in _LISTED),
)  # fmt: skip
"""Columns whose values come again and again, each written once, by their paths in Parquet."""


def schema() -> Any:
    """Return the schema of a part, for pyarrow."""
    import pyarrow as pa

    person = [("family", pa.string()), ("given", pa.string()), ("suffix", pa.string()),
              ("collective", pa.bool_())]  # fmt: skip
    relation = [("kind", pa.string()), ("pmid", pa.string()), ("citation", pa.string())]
    types = {
        "int64": pa.int64(),
        "int16": pa.int16(),
        "string": pa.string(),
        "strings": pa.list_(pa.string()),
        "people": pa.list_(pa.struct(person)),
        "relations": pa.list_(pa.struct(relation)),
    }
    return pa.schema([pa.field(name, types[kind]) for name, (kind, _) in COLUMNS.items()])


def raw_schema() -> Any:
    """Return the schema of the file that keeps each citation's own XML."""
    import pyarrow as pa

    return pa.schema([pa.field("xml", pa.binary())])
