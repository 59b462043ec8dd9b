"""Citations as journals print them, and the list of references."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.report.table import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.review import Review
    from paucity.sources import Citation
    from paucity.text import Span

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s\"<>]+")
_PMID = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference.

    Attributes:
        name: how the report calls it.
        citation: authors, title, journal.
        text: the citation in words, up to the identifiers.
        span: where it is written.
        what: what it is to the review: a study, or a kind of document read.
        cited: its number in the document it was extracted from.
    """

    name: str
    citation: Citation
    text: str
    span: Span
    what: str
    cited: Cell

    @property
    def doi(self) -> str:
        """Return the DOI if it has the form of one, else nothing."""
        doi = self.citation.doi
        return doi if _DOI.fullmatch(doi) else ""

    @property
    def pmid(self) -> str:
        """Return the PubMed identifier if it has the form of one, else nothing."""
        pmid = self.citation.pmid
        return pmid if _PMID.fullmatch(pmid) else ""


def say_citation(citation: Citation) -> str:
    """Return a citation in Vancouver style, without its identifiers.

    >>> from paucity.sources import Citation
    >>> say_citation(Citation(authors=("Roe J",), et_al=True, year="2001", title="A case",
    ...                       journal="J Rare", volume="1", issue="2", pages="3-4"))
    'Roe J, et al. A case. J Rare. 2001;1(2):3–4.'
    """
    authors = ", ".join(citation.authors) + (", et al" if citation.et_al else "")
    issue = f"({citation.issue})" if citation.issue else ""
    pages = re.sub(r"(?<=\w)-(?=\w)", "–", citation.pages)
    place = f"{citation.volume}{issue}" + (f":{pages}" if pages else "")
    when = citation.year + (f";{place}" if place else "")
    parts = (authors, citation.title, citation.journal, when)
    said = " ".join(p if p.endswith((".", "?", "!")) else f"{p}." for p in parts if p)
    return said + (f" {citation.registry}." if citation.registry else "")


def references(review: Review) -> tuple[Entry, ...]:
    """Return the studies by name and year, then the documents they were read in."""
    return (*_studies(review), *_sources(review))


def _studies(review: Review) -> Iterator[Entry]:
    for study in sorted(review.evidence.studies.values(), key=lambda s: (s.name.casefold(), s.id)):
        cited = EMPTY_CITED
        if study.read_in:
            number = f"reference {study.reference} of " if study.reference else "in "
            cited = Cell(f"{number}{_called(review, study.read_in)}", None,
                         study.marks.span("read_in"))  # fmt: skip
        yield Entry(
            study.name, study.citation, say_citation(study.citation),
            study.marks.span("citation"), "study", cited,
        )  # fmt: skip


EMPTY_CITED = Cell()


def _sources(review: Review) -> Iterator[Entry]:
    for source in review.evidence.sources.values():
        yield Entry(
            _called(review, source.id), source.citation, say_citation(source.citation),
            source.marks.span("citation"), source.kind, EMPTY_CITED,
        )  # fmt: skip


def _called(review: Review, name: str) -> str:
    """Return how a document is called: first author and year, or its name."""
    source = review.evidence.sources.get(name)
    if source is None or not source.citation.authors:
        return name
    first = source.citation.authors[0].rsplit(" ", 1)[0]
    return f"{first} {source.citation.year}".strip()
