"""Read what Europe PMC answers as JSON, in its full form and in its short one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.record import Correction, Person, Record
from paucity.literature.responses import (
    end,
    keep_rest,
    list_at,
    read_items,
    text_at,
    without_markup,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

    from paucity.literature.draft import Draft, Reading

_USED: Final = frozenset(
    {
        "id", "source", "pmid", "pmcid", "doi", "title", "authorString", "authorList",
        "journalInfo", "journalTitle", "journalVolume", "issue", "journalIssn", "pubYear",
        "pageInfo", "language", "pubTypeList", "pubType", "abstractText", "meshHeadingList",
        "keywordList", "affiliation", "firstPublicationDate", "commentCorrectionList",
    }
)  # fmt: skip

_KINDS: Final[Mapping[str, str]] = {
    "comment in": "CommentIn",
    "comment on": "CommentOn",
    "erratum in": "ErratumIn",
    "erratum for": "ErratumFor",
    "retraction in": "RetractionIn",
    "retraction of": "RetractionOf",
    "republished in": "RepublishedIn",
    "republished from": "RepublishedFrom",
    "update in": "UpdateIn",
    "update of": "UpdateOf",
    "expression of concern in": "ExpressionOfConcernIn",
    "expression of concern for": "ExpressionOfConcernFor",
    "preprint in": "UpdateIn",
    "preprint of": "UpdateOf",
}
"""Europe PMC's words for PubMed's RefType; others are kept as written."""


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of Europe PMC's answers."""
    return read_items(stream, reading, ("resultList", "result"), _record)


def _record(item: Mapping[str, Any], draft: Draft) -> Record:
    source, number = text_at(item, "source"), text_at(item, "id")
    draft.single["database"] = "Europe PMC"
    draft.one("title", without_markup(text_at(item, "title")), "europepmc:title")
    draft.one("pmid", text_at(item, "pmid"), "europepmc:pmid")
    if source == "MED":
        draft.one("pmid", number, "europepmc:id")
    draft.one("pmcid", text_at(item, "pmcid"), "europepmc:pmcid")
    draft.one("doi", text_at(item, "doi"), "europepmc:doi")
    if source and number:
        draft.many("identifiers", [("europepmc", f"{source}:{number}")])
    if source == "PPR":
        draft.single["kind"] = "article"
    _people(item, draft)
    _journal(item, draft)
    draft.one("abstract", without_markup(text_at(item, "abstractText")), "europepmc:abstractText")
    draft.many("languages", [text_at(item, "language")])
    kinds = [text_at({"x": x}, "x") for x in list_at(item, "pubTypeList", "pubType")]
    draft.many("publication_types", kinds or [text_at(item, "pubType")])
    words = (text_at({"x": x}, "x") for x in list_at(item, "keywordList", "keyword"))
    draft.many("keywords", words)
    draft.many("mesh", map(_heading, list_at(item, "meshHeadingList", "meshHeading")))
    for other in list_at(item, "commentCorrectionList", "commentCorrection"):
        draft.add("corrections", _correction(other))
    if not draft.lists.get("authors") or not any(p.affiliations for p in draft.lists["authors"]):
        draft.many("affiliations", [text_at(item, "affiliation")])
    keep_rest(item, _USED, "europepmc", draft)
    return end(draft)


def _people(item: Mapping[str, Any], draft: Draft) -> None:
    people = list_at(item, "authorList", "author")
    for who in people:
        draft.add("authors", _person(who))
    if not people:
        names = text_at(item, "authorString").rstrip(".")
        for name in filter(None, map(v.squeeze, names.split(","))):
            draft.add("authors", v.person_initials_last(name))


def _person(who: Any) -> Person | None:
    group = text_at(who, "collectiveName")
    family = group or text_at(who, "lastName") or text_at(who, "fullName")
    if not family:
        return None
    places = list_at(who, "authorAffiliationDetailsList", "authorAffiliation")
    orcid = text_at(who, "authorId", "value") if text_at(who, "authorId", "type") == "ORCID" else ""
    return Person(
        family,
        "" if group else text_at(who, "firstName") or text_at(who, "initials"),
        text_at(who, "suffix"),
        collective=bool(group),
        orcid=orcid,
        affiliations=tuple(x for p in places if (x := v.squeeze(text_at(p, "affiliation")))),
    )


def _journal(item: Mapping[str, Any], draft: Draft) -> None:
    info = item.get("journalInfo")
    journal = info.get("journal") if isinstance(info, dict) else None
    draft.one("journal", text_at(journal, "title"), "europepmc:journal")
    short = text_at(journal, "medlineAbbreviation") or text_at(item, "journalTitle")
    draft.one("abbreviation", short, "europepmc:journalTitle")
    volume = text_at(info, "volume") or text_at(item, "journalVolume")
    draft.one("volume", volume, "europepmc:volume")
    draft.one("issue", text_at(info, "issue") or text_at(item, "issue"), "europepmc:issue")
    numbers = (text_at(journal, "issn"), text_at(journal, "essn"), text_at(item, "journalIssn"))
    draft.many("issn", v.issns("; ".join(numbers)))
    draft.many("identifiers", [("nlm", x)] if (x := text_at(journal, "nlmid")) else [])
    draft.one("pages", text_at(item, "pageInfo"), "europepmc:pageInfo")
    year = text_at(item, "pubYear") or text_at(info, "yearOfPublication")
    draft.one("year", v.year_in(year), "europepmc:pubYear")
    first = text_at(item, "firstPublicationDate")
    printed = v.iso_date(text_at(info, "dateOfPublication"))
    date = printed or (v.iso_date(first) if first[:4] == year else "")
    draft.one("date", date, "europepmc:firstPublicationDate")
    if first and first != date:
        draft.keep("europepmc:firstPublicationDate", first)


def _heading(item: Any) -> str:
    star = "*" if text_at(item, "majorTopic_YN") == "Y" else ""
    parts = [f"{star}{text_at(item, 'descriptorName')}"]
    for qualifier in list_at(item, "meshQualifierList", "meshQualifier"):
        star = "*" if text_at(qualifier, "majorTopic_YN") == "Y" else ""
        parts.append(f"{star}{text_at(qualifier, 'qualifierName')}")
    return "/".join(parts) if text_at(item, "descriptorName") else ""


def _correction(item: Any) -> Correction | None:
    kind = text_at(item, "type")
    if not kind:
        return None
    pmid = text_at(item, "id") if text_at(item, "source") == "MED" else ""
    citation = v.squeeze(text_at(item, "reference"))
    return Correction(_KINDS.get(kind.casefold(), kind), pmid, v.doi_in(citation), citation)
