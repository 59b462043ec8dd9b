"""Read PubMed and MEDLINE XML: articles, books, update files with deletions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.draft import Draft, Reading
from paucity.literature.markup import elements, first_of_each, local, text_of
from paucity.literature.record import Correction, Person, Record, Reference

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

_NAMES: Final = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")
_ORCID: Final = re.compile(r"\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]")
_NAME_PARTS: Final = frozenset({"LastName", "ForeName", "Initials", "Suffix", "CollectiveName"})
_UNLABELLED: Final = frozenset({"", "UNLABELLED", "UNASSIGNED"})


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of a PubMed XML document; withdrawn PMIDs go to `reading.deleted`."""
    number = 0
    for element in elements(stream, reading, _NAMES):
        if local(element) == "DeleteCitation":
            reading.deleted += [text_of(pmid) for pmid in element.iter("{*}PMID")]
            continue
        number += 1
        draft = Draft(reading, number, element.sourceline or 1)
        yield (
            _book(element, draft)
            if local(element) == "PubmedBookArticle"
            else _article(element, draft)
        )


def _article(element: Any, draft: Draft) -> Record:
    citation = element if local(element) == "MedlineCitation" else element.find("MedlineCitation")
    data = element.find("PubmedData")
    if citation is not None:
        draft.one("pmid", text_of(citation.find("PMID")), "pubmed:PMID")
        _citation(citation, draft)
    if data is not None:
        _pubmed_data(data, draft)
    if not (draft.single.get("title") or draft.single.get("pmid")):
        draft.fault("record-empty", draft.place.line, "the record has neither title nor identifier")
    return draft.done()


def _citation(citation: Any, draft: Draft) -> None:
    article = citation.find("Article")
    draft.one("database", citation.get("Owner", ""), "pubmed:Owner")
    if status := citation.get("Status"):
        draft.keep("pubmed:Status", status)
    for name in ("DateCompleted", "DateRevised"):
        if (when := citation.find(name)) is not None:
            draft.keep(f"pubmed:{name}", _date(when)[1])
    if article is not None:
        _journal(article.find("Journal"), citation.find("MedlineJournalInfo"), draft)
        _described(article, draft)
        draft.one("pages", _pages(article.find("Pagination")), "pubmed:Pagination")
        for number in article.findall("ELocationID"):
            _identifier(draft, number.get("EIdType", ""), text_of(number))
        if not draft.single.get("date"):
            for when in article.findall("ArticleDate"):
                draft.keep("pubmed:ArticleDate", _date(when)[1])
        for number in article.iterfind("DataBankList/DataBank/AccessionNumberList/AccessionNumber"):
            draft.many("registrations", [text_of(number)])
        for grant in article.iterfind("GrantList/Grant"):
            parts = (text_of(grant.find(n)) for n in ("GrantID", "Acronym", "Agency", "Country"))
            draft.keep("pubmed:Grant", "/".join(filter(None, parts)))
    _indexing(citation, draft)


def _described(article: Any, draft: Draft) -> None:
    """Read what article and book have in common: title, abstract, people, language, type."""
    draft.one("title", text_of(article.find("ArticleTitle")), "pubmed:ArticleTitle")
    draft.one("original_title", text_of(article.find("VernacularTitle")), "pubmed:VernacularTitle")
    draft.one("abstract", _abstract(article.find("Abstract")), "pubmed:Abstract")
    for copyright_line in article.iterfind("Abstract/CopyrightInformation"):
        draft.keep("pubmed:Copyright", text_of(copyright_line))
    for people in article.findall("AuthorList"):
        field = "editors" if people.get("Type") == "editors" else "authors"
        for who in people.findall("Author"):
            draft.add(field, _person(who))
    draft.many("languages", [text_of(x) for x in article.findall("Language")])
    for kind in article.iter("PublicationType"):
        draft.many("publication_types", [text_of(kind)])


def _abstract(abstract: Any) -> str:
    """Return the abstract on one line, each section after its label, as MEDLINE prints it."""
    if abstract is None:
        return ""
    sections = []
    for section in abstract.findall("AbstractText"):
        label = section.get("Label", "")
        text = text_of(section)
        sections.append(text if label.upper() in _UNLABELLED else f"{label}: {text}")
    return " ".join(filter(None, sections))


def _person(element: Any) -> Person:
    held = first_of_each(element)
    group = text_of(held.get("CollectiveName"))
    affiliations: tuple[str, ...] = ()
    if not held.keys() <= _NAME_PARTS:
        affiliations = tuple(filter(None, map(text_of, element.iter("Affiliation"))))
    return Person(
        family=group or text_of(held.get("LastName")),
        given=text_of(held.get("ForeName")) or text_of(held.get("Initials")),
        suffix=text_of(held.get("Suffix")),
        collective=bool(group),
        orcid=_orcid(element) if "Identifier" in held else "",
        affiliations=affiliations,
    )


def _orcid(element: Any) -> str:
    identifier = "".join(
        text_of(x) for x in element.findall("Identifier") if x.get("Source") == "ORCID"
    )
    found = _ORCID.search(identifier)
    digits = found[0].replace("-", "") if found else ""
    return "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def _journal(journal: Any, info: Any, draft: Draft) -> None:
    if journal is not None:
        held = first_of_each(journal)
        draft.one("journal", text_of(held.get("Title")), "pubmed:Title")
        draft.one("abbreviation", text_of(held.get("ISOAbbreviation")), "pubmed:ISO")
        draft.many("issn", v.issns(text_of(held.get("ISSN"))))
        issue = held.get("JournalIssue")
        if issue is not None:
            draft.one("volume", text_of(issue.find("Volume")), "pubmed:Volume")
            draft.one("issue", text_of(issue.find("Issue")), "pubmed:Issue")
            _published(issue.find("PubDate"), draft)
    if info is not None:
        held = first_of_each(info)
        draft.one("abbreviation", text_of(held.get("MedlineTA")), "pubmed:MedlineTA")
        draft.many("identifiers", [("nlm", x)] if (x := text_of(held.get("NlmUniqueID"))) else [])
        draft.many("issn", v.issns(text_of(held.get("ISSNLinking"))))
        if country := text_of(held.get("Country")):
            draft.keep("pubmed:Country", country)


def _published(element: Any, draft: Draft) -> None:
    if element is None:
        return
    year, date = _date(element)
    draft.one("year", year, "pubmed:PubDate")
    draft.one("date", v.iso_date(date), "pubmed:PubDate")
    if (season := text_of(element.find("Season"))) or element.find("MedlineDate") is not None:
        draft.keep("pubmed:PubDate", f"{year} {season}" if season else date)
    if year is None and date:
        draft.fault("year-unreadable", element.sourceline or 1, f"{date!r} holds no year")


def _date(element: Any) -> tuple[int | None, str]:
    held = first_of_each(element)
    whole = text_of(held.get("MedlineDate"))
    parts = [text_of(held.get(name)) for name in ("Year", "Month", "Day")]
    if parts[1].isdigit():
        whole = "-".join(filter(None, parts))
    text = whole or " ".join(filter(None, parts))
    return v.year_in(text), text


def _pages(pagination: Any) -> str:
    if pagination is None:
        return ""
    printed = text_of(pagination.find("MedlinePgn"))
    start, end = text_of(pagination.find("StartPage")), text_of(pagination.find("EndPage"))
    return printed or v.page_range(start, end)


def _identifier(draft: Draft, scheme: str, value: str) -> None:
    if not value or (scheme == "pubmed" and value == draft.single.get("pmid")):
        return
    if scheme in {"doi", "pubmed"}:
        draft.one("doi" if scheme == "doi" else "pmid", value, f"pubmed:{scheme}")
    elif scheme == "pmc":
        draft.one("pmcid", value, "pubmed:pmc")
    elif scheme:
        draft.many("identifiers", [(scheme, value)])


def _indexing(citation: Any, draft: Draft) -> None:
    draft.many("mesh", _headings(citation))
    for words in citation.findall("KeywordList"):
        draft.many("keywords", [_starred(word) for word in words.findall("Keyword")])
    for chemical in citation.iterfind("ChemicalList/Chemical"):
        number, name = (text_of(chemical.find(n)) for n in ("RegistryNumber", "NameOfSubstance"))
        draft.keep("pubmed:RN", f"{number} ({name})")
    for supplement in citation.iterfind("SupplMeshList/SupplMeshName"):
        draft.keep("pubmed:SupplMesh", text_of(supplement))
    for relation in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        source, pmid = text_of(relation.find("RefSource")), text_of(relation.find("PMID"))
        kind = relation.get("RefType", "")
        if kind == "Cites":
            draft.add("references", Reference(pmid, v.doi_in(source), source))
        else:
            draft.add("corrections", Correction(kind, pmid, v.doi_in(source), source))
    for other in citation.findall("OtherAbstract"):
        language = other.get("Language", "")
        draft.keep(f"pubmed:OtherAbstract:{language}", _abstract(other))
    for note in citation.findall("GeneralNote"):
        draft.many("notes", [text_of(note)])
    for statement in citation.findall("CoiStatement"):
        draft.keep("pubmed:COI", text_of(statement))
    for who in citation.iterfind("InvestigatorList/Investigator"):
        person = _person(who)
        draft.keep("pubmed:Investigator", f"{person.family}, {person.given}".rstrip(", "))


def _headings(citation: Any) -> Iterator[str]:
    """Yield each heading with its qualifiers as MEDLINE prints them, the main topics starred."""
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        yield "/".join(map(_starred, heading))


def _starred(element: Any) -> str:
    return f"{'*' if element.get('MajorTopicYN') == 'Y' else ''}{text_of(element)}"


def _pubmed_data(data: Any, draft: Draft) -> None:
    for number in data.iterfind("ArticleIdList/ArticleId"):
        _identifier(draft, number.get("IdType", ""), text_of(number))
    for reference in data.iterfind("ReferenceList//Reference"):
        draft.add("references", _reference(reference))
    for history in data.iterfind("History/PubMedPubDate"):
        draft.keep(f"pubmed:History:{history.get('PubStatus', '')}", _date(history)[1])
    if status := text_of(data.find("PublicationStatus")):
        draft.keep("pubmed:PublicationStatus", status)


def _book(element: Any, draft: Draft) -> Record:
    document = element.find("BookDocument")
    if document is None:
        return draft.done()
    draft.one("pmid", text_of(document.find("PMID")), "pubmed:PMID")
    book = document.find("Book")
    _described(document, draft)
    for number in document.iterfind("ArticleIdList/ArticleId"):
        _identifier(draft, number.get("IdType", ""), text_of(number))
    if book is not None:
        title = text_of(book.find("BookTitle"))
        draft.single["kind"] = "chapter" if draft.single.get("title") else "book"
        draft.one("journal" if draft.single.get("title") else "title", title, "pubmed:BookTitle")
        draft.one("publisher", text_of(book.find("Publisher/PublisherName")), "pubmed:Publisher")
        _published(book.find("PubDate"), draft)
        draft.many("isbn", [text_of(x) for x in book.findall("Isbn")])
        draft.one("volume", text_of(book.find("Volume")), "pubmed:Volume")
        for people in book.findall("AuthorList"):
            for who in people.findall("Author"):
                draft.add("editors" if people.get("Type") == "editors" else "authors", _person(who))
    for words in document.findall("KeywordList"):
        draft.many("keywords", [_starred(word) for word in words.findall("Keyword")])
    for reference in document.iterfind("ReferenceList//Reference"):
        draft.add("references", _reference(reference))
    return draft.done()


def _reference(element: Any) -> Reference:
    ids = {x.get("IdType"): text_of(x) for x in element.iterfind("ArticleIdList/ArticleId")}
    citation = text_of(element.find("Citation"))
    pmcid = ids.get("pmc") or ids.get("pmcid") or ""
    return Reference(
        pmid=ids.get("pubmed", ""),
        doi=ids.get("doi") or v.doi_in(citation),
        citation=citation,
        pmcid=f"PMC{pmcid.removeprefix('PMC')}" if pmcid else "",
    )
