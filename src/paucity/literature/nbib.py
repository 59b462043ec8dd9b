"""Read and write MEDLINE's tagged text, the format of PubMed's citation manager export."""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from paucity.literature import values as v
from paucity.literature.carry import is_carried
from paucity.literature.detect import lines
from paucity.literature.draft import Draft, Fields, Reading
from paucity.literature.record import Correction, Person, Record

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

_TAG: Final = re.compile(r"^([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)$")
_MARKED: Final = re.compile(r"^(.*\S)\s*\[(\w+)\]$")

CORRECTIONS: Final[Mapping[str, str]] = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "DatasetIn",
    "DRIN": "DatasetDescribedIn",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
"""MEDLINE tag of each kind of relation between two citations."""

_ONE: Final[Mapping[str, str]] = {
    "TI": "title",
    "TT": "original_title",
    "VI": "volume",
    "IP": "issue",
    "PG": "pages",
    "JT": "journal",
    "BTI": "journal",
    "TA": "abbreviation",
    "AB": "abstract",
    "PMC": "pmcid",
    "PB": "publisher",
    "OWN": "database",
}
_MANY: Final[Mapping[str, str]] = {
    "OT": "keywords",
    "MH": "mesh",
    "PT": "publication_types",
    "LA": "languages",
    "ISBN": "isbn",
    "GN": "notes",
    "SI": "registrations",
}


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of a MEDLINE text; findings go to `reading`."""
    fields = Fields()
    number = 0
    for line_number, line in lines(stream, reading):
        found = _TAG.match(line)
        if found and found[1] in {"PMID", "PMC"} and _begins_record(found[1], fields):
            if fields:
                number += 1
                yield _record(fields, Draft(reading, number, fields.first_line))
            fields = Fields()
        if found:
            fields.open(found[1], found[2].strip(), line_number, reading)
        elif fields and line.strip():
            fields.more(line.strip(), line_number, reading)
        elif line.strip():
            message = f"text before the first record is passed over: {line.strip()[:60]!r}"
            reading.once("text-outside-record", line_number, message)
    if fields:
        yield _record(fields, Draft(reading, number + 1, fields.first_line))


def _begins_record(tag: str, fields: Fields) -> bool:
    """Tell whether a tag opens a record: PMC's own export puts the PMCID before the PMID."""
    held = fields.tags
    if tag == "PMID":
        return "PMID" in held or not held <= {"PMC"}
    return "SO" in held or {"PST", "PMC"} <= held or not held


def _record(fields: Fields, draft: Draft) -> Record:
    names = _Names()
    for tag, value, _line in fields.joined(" "):
        if tag in _ONE:
            draft.one(_ONE[tag], value, f"nbib:{tag}")
        elif is_carried(value):
            draft.carried.append(value)
        elif tag in _MANY:
            draft.many(_MANY[tag], [value])
        elif tag in CORRECTIONS:
            draft.add("corrections", _correction(tag, value))
        elif handler := _SPECIAL.get(tag):
            handler(draft, names, value)
        else:
            draft.keep(f"nbib:{tag}", value)
    for who in names.people:
        draft.add("authors", who)
    for who in names.editors:
        draft.add("editors", who)
    if not (draft.single.get("title") or draft.single.get("pmid") or draft.single.get("doi")):
        draft.fault("record-empty", draft.place.line, "the record has neither title nor identifier")
    return draft.done()


class _Names:
    """Full names, short names and the affiliations that follow each."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.editors: list[Person] = []
        self._full = False

    def full(self, value: str) -> None:
        self.people.append(v.person(value))
        self._full = True

    def short(self, draft: Draft, value: str) -> None:
        """Take the short name, unless it only repeats the full name before it."""
        if self._full:
            self._full = False
            if value != short_name(self.people[-1]):
                draft.keep("nbib:AU", value)
            return
        self.people.append(v.person_initials_last(value))

    def group(self, value: str) -> None:
        self.people.append(Person(value, collective=True))
        self._full = False

    def affiliation(self, draft: Draft, value: str) -> None:
        if not self.people:
            draft.many("affiliations", [value])
            return
        last = self.people[-1]
        self.people[-1] = replace(last, affiliations=(*last.affiliations, value))

    def orcid(self, draft: Draft, value: str) -> None:
        found = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", value)
        if not (found and self.people) or self.people[-1].orcid:
            draft.keep("nbib:AUID", value)
            return
        self.people[-1] = replace(self.people[-1], orcid=found[0])


def short_name(who: Person) -> str:
    """Return a name as MEDLINE abbreviates it.

    >>> short_name(Person("de Saint Basile", "Geneviève", "Jr"))
    'de Saint Basile G Jr'
    """
    words = re.split(r"[\s.\-]+", who.given)
    initials = "".join(w if w.isupper() and len(w) < 4 else w[:1] for w in words)
    return " ".join(filter(None, (who.family, initials, who.suffix)))


def _correction(tag: str, value: str) -> Correction:
    found = re.search(r"\bPMID: ?(\d{1,9})", value)
    return Correction(CORRECTIONS[tag], found[1] if found else "", v.doi_in(value), value)


def _pmid(draft: Draft, _: _Names, value: str) -> None:
    digits = re.match(r"\d{1,9}$", value)
    if digits:
        draft.one("pmid", value.lstrip("0"), "nbib:PMID", value)
    elif value:
        draft.keep("nbib:PMID", value)


def _date(draft: Draft, _: _Names, value: str) -> None:
    year, date = v.year_in(value), v.iso_date(value)
    if year is None:
        draft.fault("year-unreadable", draft.place.line, f"{value!r} holds no year")
    draft.one("year", year, "nbib:DP", value)
    draft.one("date", date, "nbib:DP", value)
    if value != medline_date(date, year):
        draft.keep("nbib:DP", value)


_DATE: Final = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")


def medline_date(date: str, year: int | None) -> str:
    """Return a date as MEDLINE prints it.

    >>> medline_date("2018-03-05", 2018)
    '2018 Mar 5'
    """
    parts = (date or str(year or "")).split("-")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    if not _DATE.fullmatch(date):
        return date or str(year or "")
    if len(parts) > 1:
        parts[1] = months[int(parts[1]) - 1]
    if len(parts) > 2:
        parts[2] = str(int(parts[2]))
    return " ".join(parts)


def _article_id(tag: str) -> Callable[[Draft, _Names, str], None]:
    def read_id(draft: Draft, _: _Names, value: str) -> None:
        found = _MARKED.match(value)
        scheme, bare = (found[2], found[1]) if found else ("", value)
        if scheme == "doi":
            draft.one("doi", bare, f"nbib:{tag}", value)
        elif scheme in {"pii", "bookaccession", "mid"}:
            draft.many("identifiers", [(scheme, bare)])
        elif tag == "LID" and not scheme and not draft.single.get("pages"):
            draft.one("pages", bare, "nbib:LID", value)
        elif value != draft.single.get("pages"):
            draft.keep(f"nbib:{tag}", value)

    return read_id


def _issn(draft: Draft, _: _Names, value: str) -> None:
    draft.many("issn", v.issns(value))
    draft.keep("nbib:IS", value)


def _jid(draft: Draft, _: _Names, value: str) -> None:
    draft.many("identifiers", [("nlm", value)])


_SPECIAL: Final[Mapping[str, Callable[[Draft, _Names, str], None]]] = {
    "PMID": _pmid,
    "DP": _date,
    "LID": _article_id("LID"),
    "AID": _article_id("AID"),
    "IS": _issn,
    "JID": _jid,
    "FAU": lambda _draft, names, value: names.full(value),
    "AU": lambda draft, names, value: names.short(draft, value),
    "CN": lambda _draft, names, value: names.group(value),
    "FED": lambda _draft, names, value: names.editors.append(v.person(value)),
    "AD": lambda draft, names, value: names.affiliation(draft, value),
    "AUID": lambda draft, names, value: names.orcid(draft, value),
    "MID": lambda draft, _, value: draft.many("identifiers", [("mid", value)]),
}


_KEPT: Final = re.compile("nbib:(?!PMID)[A-Z][A-Z0-9]{1,3}")
"""Extras that are fields of MEDLINE's format and begin no record."""


def write(record: Record, carried: list[str]) -> str:
    """Return a record as MEDLINE text, ending with an empty line."""
    tags_of_corrections = {kind: tag for tag, kind in CORRECTIONS.items()}
    kept = [(t.removeprefix("nbib:"), x) for t, x in record.extra if _KEPT.fullmatch(t)]
    tags = {tag for tag, _ in kept}
    out: list[tuple[str, str]] = [("OWN", record.database), ("PMC", record.pmcid)]
    if "IS" not in tags:
        out += [("IS", x) for x in record.issn]
    out += [("VI", record.volume), ("IP", record.issue)]
    if "DP" not in tags:
        out.append(("DP", medline_date(record.date, record.year)))
    out += [("TI", record.title), ("TT", record.original_title), ("PG", record.pages)]
    out += [("AB", record.abstract)]
    out += [("AD", x) for x in record.affiliations]
    for who in record.authors:
        out += [("CN", who.family)] if who.collective else _author(who)
        out += [("AUID", f"ORCID: {who.orcid}")] if who.orcid else []
        out += [("AD", x) for x in who.affiliations]
    out += [("FED", full_name(who)) for who in record.editors]
    out += [("LA", x) for x in record.languages] + [("SI", x) for x in record.registrations]
    out += [("PT", x) for x in record.publication_types] + [("PB", record.publisher)]
    out += [("TA", record.abbreviation), ("JT", record.journal)]
    out += [("ISBN", x) for x in record.isbn] + [("MH", x) for x in record.mesh]
    out += [("OT", x) for x in record.keywords]
    out += [(tags_of_corrections.get(c.kind, "GN"), c.citation) for c in record.corrections]
    out += [("AID", f"{record.doi} [doi]")] if record.doi else []
    out += [_identifier(scheme, value) for scheme, value in record.identifiers]
    out += kept + [("GN", x) for x in (*record.notes, *carried)]
    body = "".join(_line(tag, value) for tag, value in out if value)
    return f"PMID- {record.pmid}\n{body}\n"


def _author(who: Person) -> list[tuple[str, str]]:
    return [("FAU", full_name(who)), ("AU", short_name(who))]


def full_name(who: Person) -> str:
    """Return ``Family, Given, Suffix``."""
    return ", ".join(filter(None, (who.family, who.given, who.suffix)))


def _identifier(scheme: str, value: str) -> tuple[str, str]:
    if scheme in {"nlm", "mid"}:
        return ("JID" if scheme == "nlm" else "MID", value)
    return ("AID", f"{value} [{scheme}]") if scheme in {"pii", "bookaccession"} else ("", "")


def _line(tag: str, value: str) -> str:
    if not tag:
        return ""
    head = f"{tag:<4}- "
    if len(value) < 84 or value.startswith("paucity:"):
        return f"{head}{' '.join(value.split(chr(10)))}\n"
    pieces = wrap(value, 84, break_long_words=False, break_on_hyphens=False) or [""]
    return head + "\n      ".join(pieces) + "\n"
