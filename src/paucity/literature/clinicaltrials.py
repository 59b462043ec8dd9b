"""Read what ClinicalTrials.gov answers as JSON: registrations of studies, as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.record import Person, Record, Reference
from paucity.literature.responses import end, keep_rest, list_at, read_items, text_at

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

    from paucity.literature.draft import Draft, Reading

_USED: Final = frozenset({"protocolSection"})
_SECTIONS: Final = frozenset({"identificationModule"})
_NAMED: Final = frozenset({"nctId", "briefTitle", "officialTitle", "secondaryIdInfos", "acronym"})


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the registrations of ClinicalTrials.gov's answers."""
    return read_items(stream, reading, ("studies",), _record)


def _record(item: Mapping[str, Any], draft: Draft) -> Record:
    protocol = item.get("protocolSection")
    protocol = protocol if isinstance(protocol, dict) else {}
    named = protocol.get("identificationModule")
    number = text_at(named, "nctId")
    draft.single["database"] = "ClinicalTrials.gov"
    draft.single["kind"] = "report"
    official, brief = text_at(named, "officialTitle"), text_at(named, "briefTitle")
    draft.one("title", v.squeeze(official or brief), "clinicaltrials:officialTitle")
    draft.one("title", v.squeeze(brief), "clinicaltrials:briefTitle")
    if acronym := text_at(named, "acronym"):
        draft.keep("clinicaltrials:acronym", acronym)
    draft.many("registrations", [number])
    others = [text_at(x, "id") for x in list_at(named, "secondaryIdInfos")]
    draft.many("registrations", others)
    if number:
        draft.many("urls", [f"https://clinicaltrials.gov/study/{number}"])
    _dated(protocol, draft)
    _people(protocol, draft)
    described = protocol.get("descriptionModule")
    summary = text_at(described, "briefSummary"), text_at(described, "detailedDescription")
    draft.one("abstract", v.squeeze(" ".join(summary)), "clinicaltrials:abstract")
    conditions = protocol.get("conditionsModule")
    draft.many("keywords", _texts(conditions, "conditions"))
    draft.many("keywords", _texts(conditions, "keywords"))
    draft.many("publication_types", [text_at(protocol, "designModule", "studyType")])
    for reference in list_at(protocol, "referencesModule", "references"):
        citation = v.squeeze(text_at(reference, "citation"))
        pmid = text_at(reference, "pmid")
        if citation or pmid:
            draft.add("references", Reference(pmid, v.doi_in(citation), citation))
    rest = {k: x for k, x in named.items() if k not in _NAMED} if isinstance(named, dict) else {}
    keep_rest(rest, frozenset(), "clinicaltrials", draft)
    keep_rest(protocol, _SECTIONS, "clinicaltrials", draft)
    keep_rest(item, _USED, "clinicaltrials", draft)
    return end(draft)


def _texts(data: Any, name: str) -> list[str]:
    return [x for x in (text_at({"x": one}, "x") for one in list_at(data, name)) if x]


def _dated(protocol: Mapping[str, Any], draft: Draft) -> None:
    """Take the day of first posting: the day from which others could know of the study."""
    status = protocol.get("statusModule")
    posted = text_at(status, "studyFirstPostDateStruct", "date")
    posted = posted or text_at(status, "studyFirstSubmitDate")
    draft.one("year", v.year_in(posted), "clinicaltrials:posted")
    draft.one("date", v.iso_date(posted), "clinicaltrials:posted")


def _people(protocol: Mapping[str, Any], draft: Draft) -> None:
    """Take the officials as authors; without them, the sponsor stands as a group."""
    contacts = protocol.get("contactsLocationsModule")
    for who in list_at(contacts, "overallOfficials"):
        name, place = v.squeeze(text_at(who, "name")), v.squeeze(text_at(who, "affiliation"))
        if name:
            given, _, family = name.partition(",")[0].rpartition(" ")
            draft.add("authors", Person(family, given, affiliations=(place,) if place else ()))
    sponsor = text_at(protocol, "sponsorCollaboratorsModule", "leadSponsor", "name")
    if sponsor and not draft.lists.get("authors"):
        draft.add("authors", Person(sponsor, collective=True))
    draft.one("publisher", sponsor, "clinicaltrials:sponsor")
