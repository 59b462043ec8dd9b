"""The one record model: a report as a database exported it.

A record is frozen and carries no behaviour. What the model names is held in its own field, as the
source wrote it apart from white space; whatever else the source said is kept in `extra` under the
name the source gave it (``ris:U2``), and written back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

LISTED: Final = "reference list"
"""The database that a record names which is made of what a reference list prints."""


@dataclass(frozen=True, slots=True)
class Person:
    """An author or editor.

    Attributes:
        family: family name; the whole name of a group, or of a name that cannot be divided.
        given: given names or initials, as written.
        suffix: ``Jr``, ``3rd``.
        collective: this is a group, not a person.
        orcid: bare ORCID iD.
        affiliations: as printed.
    """

    family: str
    given: str = ""
    suffix: str = ""
    collective: bool = False
    orcid: str = ""
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What a database states about two reports: an erratum, a retraction, a comment.

    Attributes:
        kind: PubMed's RefType, ``ErratumIn``, ``RetractionOf``, ``CommentOn``.
        pmid: the other report, if stated.
        doi: the other report, if stated.
        citation: the other report as printed.
    """

    kind: str
    pmid: str = ""
    doi: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that a report cites.

    Attributes:
        pmid: if stated.
        doi: if stated.
        citation: the work as printed.
        pmcid: with its prefix, if stated.
        title: where the source marks it off from the rest.
    """

    pmid: str = ""
    doi: str = ""
    citation: str = ""
    pmcid: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record came from.

    Attributes:
        file: the export's name in the review (``records/pubmed.nbib``).
        number: the record's position in the file, counted from 1.
        line: the line it begins on, counted from 1.
        search: which search found it (the key of the search in ``review.yaml``).
    """

    file: str = ""
    number: int = 0
    line: int = 1
    search: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One report as one database exported it.

    Attributes:
        kind: CSL type, ``article-journal``, ``chapter``, ``paper-conference``, ``thesis``.
        title: in English where the source gives one.
        original_title: in the language of the report.
        authors: in order.
        editors: in order.
        year: of publication.
        date: ISO 8601, as exact as the source (``2018-03``); empty when only the year is known.
        journal: journal, or the book or proceedings the report stands in.
        abbreviation: the journal's abbreviated name.
        volume: as written.
        issue: as written.
        pages: as written (``211-6``, ``e0815``, ``S27``), or the article number.
        doi: without its resolver.
        pmid: PubMed identifier.
        pmcid: with its prefix (``PMC5887696``).
        identifiers: further ones with their scheme, ``("embase", "L373791783")``.
        registrations: of trials and data sets (``NCT01104025``).
        issn: with their hyphen.
        isbn: as written.
        abstract: with the labels of its sections; paragraphs are lines.
        keywords: authors' and vendors' keywords.
        mesh: MeSH headings as MEDLINE prints them (``Acne Vulgaris/*therapy``).
        publication_types: as the database says (``Case Reports``).
        languages: as written (``eng``, ``English``).
        affiliations: of the report where the source does not say whose.
        publisher: as written.
        database: as the source names itself.
        urls: in order.
        notes: free text of the source, one paragraph each.
        corrections: stated relations to other reports.
        references: works it cites.
        extra: everything else: the source's own name for it, and its value.
        place: where the record came from; not part of equality.
    """

    kind: str = "article-journal"
    title: str = ""
    original_title: str = ""
    authors: tuple[Person, ...] = ()
    editors: tuple[Person, ...] = ()
    year: int | None = None
    date: str = ""
    journal: str = ""
    abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    registrations: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    publisher: str = ""
    database: str = ""
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    references: tuple[Reference, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    place: Place = field(default=Place(), compare=False)
