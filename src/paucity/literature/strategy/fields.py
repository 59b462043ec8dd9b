"""PubMed's field tags with all their names, and the subheadings with their abbreviations.

Source: PubMed User Guide (National Library of Medicine), "Search field tags" and "MeSH
Subheadings"; the long names and four-letter codes are those that EInfo gives for PubMed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from paucity.literature.strategy.nodes import DateField, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final[Mapping[str, str]] = {
    "all": "all, all fields, all field",
    "tw": "tw, text word, text words, word, text",
    "tiab": "tiab, title/abstract, title / abstract, title-abstract, title/abstracts",
    "ti": "ti, title, titl",
    "ab": "ab, abstract",
    "tt": "tt, transliterated title",
    "ot": "ot, other term, other terms, otrm, keyword, keywords",
    "ad": "ad, affiliation, affl, address",
    "au": "au, author, author name, auth",
    "1au": "1au, first author, first author name, author - first, faut",
    "lastau": "lastau, last author, last author name, author - last, laut",
    "fau": "fau, full author, full author name, author - full, full",
    "auid": "auid, author identifier, author - identifier",
    "cn": "cn, corporate author, author - corporate, coln, corporate",
    "ir": "ir, investigator, fir, full investigator name, full investigator, finv, invr",
    "ed": "ed, editor",
    "ps": "ps, personal name as subject, subject - personal name",
    "ta": "ta, journal, jour, journal title, so",
    "jid": "jid, nlm unique id, nlmid",
    "vi": "vi, volume, vol",
    "ip": "ip, issue, iss",
    "pg": "pg, pagination, page",
    "pl": "pl, place of publication, cnty",
    "pubn": "pubn, publisher",
    "book": "book",
    "isbn": "isbn",
    "la": "la, language, lang",
    "nm": "nm, supplementary concept, substance name, subs, substance",
    "rn": "rn, ec/rn number, ecno, registry number",
    "pa": "pa, pharmacological action, papx",
    "gr": "gr, grant number, grants and funding, grnt, grant",
    "si": "si, secondary source id, secondary source identifier",
    "cois": "cois, conflict of interest statement, conflict of interest statements",
    "pmid": "pmid, uid, pubmed id, pubmed identifier",
    "pmc": "pmc, pmcid",
    "doi": "doi",
    "aid": "aid, article identifier, pid, publisher id",
    "lid": "lid, location id",
}
_DATES: Final[Mapping[str, str]] = {
    "dp": "dp, pdat, date - publication, publication date, date of publication",
    "epdat": "epdat, epdt, electronic publication date, electronic date of publication",
    "ppdat": "ppdat, ppdt, print publication date, print date of publication",
    "edat": "edat, date - entry, date - entrez, entry date, entrez date",
    "crdt": "crdt, date - create, create date, date - created",
    "mhda": "mhda, date - mesh, mesh date",
    "lr": "lr, mdat, date - modification, modification date, date last revised",
    "dcom": "dcom, cdat, date - completion, completion date",
}
_KINDS: Final[Mapping[str, str]] = {
    "mesh": "mh, mesh, mesh terms, mesh term, mesh heading, mesh headings, mh term",
    "major": "majr, mesh major topic, major topic, mesh major topics, mj",
    "subheading": "sh, subh, subheading, mesh subheading, mesh subheadings, subheadings",
    "type": "pt, ptyp, publication type, publication types",
    "filter": "filter, filt, sb, subset, subsets",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """What a field tag means.

    Attributes:
        kind: text field, date, MeSH heading, main heading, subheading, publication type, filter.
        field: the text field, if it is one.
        date: the date, if it is one.
        explode: whether narrower headings count.
        distance: of a proximity tag.
    """

    kind: Literal["text", "date", "mesh", "major", "subheading", "type", "filter"]
    field: Field | None = None
    date: DateField | None = None
    explode: bool = True
    distance: int | None = None


def _table() -> dict[str, Tag]:
    table: dict[str, Tag] = {}
    for code, names in _NAMES.items():
        table.update(dict.fromkeys(names.split(", "), Tag("text", field=Field(code))))
    for code, names in _DATES.items():
        table.update(dict.fromkeys(names.split(", "), Tag("date", date=DateField(code))))
    kinds = (
        Tag("mesh"),
        Tag("major"),
        Tag("subheading"),
        Tag("type"),
        Tag("filter"),
    )
    for tag in kinds:
        table.update(dict.fromkeys(_KINDS[tag.kind].split(", "), tag))
    return table


TAGS: Final[Mapping[str, Tag]] = _table()
"""Every name of every tag, in small letters."""

PROXIMITY: Final = frozenset({Field.TITLE, Field.TITLE_ABSTRACT, Field.AFFILIATION})
"""The only fields with proximity (User Guide, "Proximity searching")."""

_SUFFIX: Final = re.compile(
    r"^(?P<name>.*?)\s*:\s*(?:(?P<noexp>no ?exp)|(?P<exp>exp)|~(?P<n>\d{1,4}))$"
)
_SPACE: Final = re.compile(r"\s+")


def read_tag(text: str) -> Tag | None:
    """Return what the text between square brackets means, or None if PubMed has no such tag.

    >>> read_tag("MeSH Terms:noexp").explode
    False
    >>> read_tag("tiab:~3").distance
    3
    >>> read_tag("Date - Publication").date
    <DateField.PUBLICATION: 'dp'>
    """
    name = _SPACE.sub(" ", text).strip().casefold()
    found = _SUFFIX.match(name)
    if found is None:
        return TAGS.get(name)
    base = TAGS.get(found["name"])
    if base is None:
        return None
    if found["n"]:
        return Tag(base.kind, base.field, base.date, base.explode, int(found["n"]))
    return Tag(base.kind, base.field, base.date, explode=not found["noexp"])


_SUBHEADINGS: Final = """\
AB Abnormalities; AD Administration and Dosage; AE Adverse Effects; AG Agonists;
AA Analogs and Derivatives; AN Analysis; AH Anatomy and Histology; AI Antagonists and Inhibitors;
BI Biosynthesis; BS Blood Supply; BL Blood; CF Cerebrospinal Fluid; CS Chemical Synthesis;
CI Chemically Induced; CH Chemistry; CL Classification; CO Complications; CN Congenital;
CY Cytology; DF Deficiency; DI Diagnosis; DH Diet Therapy; DG Diagnostic Imaging; DE Drug Effects;
DT Drug Therapy; EC Economics; ED Education; EM Embryology; EN Enzymology; EP Epidemiology;
ES Ethics; EH Ethnology; ET Etiology; GE Genetics; GD Growth and Development; HI History;
IM Immunology; IN Injuries; IR Innervation; IS Instrumentation; IP Isolation and Purification;
LJ Legislation and Jurisprudence; ME Metabolism; MT Methods; MI Microbiology; MO Mortality;
NU Nursing; OG Organization and Administration; PS Parasitology; PY Pathogenicity; PA Pathology;
PK Pharmacokinetics; PD Pharmacology; PH Physiology; PP Physiopathology; PO Poisoning;
PC Prevention and Control; PX Psychology; RE Radiation Effects; RT Radiotherapy; RH Rehabilitation;
SC Secondary; ST Standards; SN Statistics and Numerical Data; SD Supply and Distribution;
SU Surgery; TU Therapeutic Use; TH Therapy; TO Toxicity; TM Transmission; TR Transplantation;
TD Trends; UL Ultrastructure; UR Urine; VE Veterinary; VI Virology"""

ABBREVIATIONS: Final[Mapping[str, str]] = {
    entry.strip()[:2].casefold(): entry.strip()[3:].casefold() for entry in _SUBHEADINGS.split(";")
}
"""Subheading of each two-letter abbreviation, in small letters."""

_WRITTEN: Final = frozenset(ABBREVIATIONS.values())


def subheading(text: str) -> str:
    """Return the subheading that a text names, by abbreviation or in full; empty if none.

    >>> subheading("dt"), subheading("Prevention & Control"), subheading("groin")
    ('drug therapy', 'prevention and control', '')
    """
    name = _SPACE.sub(" ", text.replace("&", " and ")).strip(" *").casefold()
    name = ABBREVIATIONS.get(name, name)
    return name if name in _WRITTEN else ""
