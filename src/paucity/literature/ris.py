"""Read and write RIS in any vendor's dialect; a record without its ER is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature import values as v
from paucity.literature.carry import is_carried
from paucity.literature.detect import lines
from paucity.literature.draft import Draft, Fields, Reading
from paucity.literature.nbib import full_name
from paucity.literature.ris_dialects import (
    ACCESSIONS,
    BASE,
    DIALECTS,
    KINDS,
    TELLING,
    TYPES,
    Dialect,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

    from paucity.literature.record import Record


_TAG: Final = re.compile(r"^\s{0,3}([A-Z][A-Z0-9]) {1,2}-(?: (.*)|)$")
_COUNTER: Final = re.compile(r"^\s*\d+\.\s*$")
_PLAIN_RANGE: Final = re.compile(r"^([^\s-]+)-([^\s-]+)$")

Field = tuple[str, str, int]


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of a RIS text; findings go to `reading`.

    A record ends at its ER, at the next TY, or at the end of the file. Text between two records
    (Ovid prints links there) belongs to the one before it.
    """
    fields = Fields()
    number = 0
    closed = True
    for line_number, line in lines(stream, reading):
        found = _TAG.match(line)
        tag = found[1] if found else ""
        if tag == "TY" and fields:
            number += 1
            if not closed:
                _unclosed(reading, fields, number, line_number)
            yield _record(fields, Draft(reading, number, fields.first_line))
            fields = Fields()
        if tag == "ER":
            closed = True
        elif found and (not closed or tag == "TY"):
            closed = False
            fields.open(tag, (found[2] or "").strip(), line_number, reading)
        elif line.strip() and not (closed and _COUNTER.match(line)):
            closed = _loose(fields, line, line_number, reading, closed=closed)
    if fields:
        if not closed:
            _unclosed(reading, fields, number + 1, 0)
        yield _record(fields, Draft(reading, number + 1, fields.first_line))


def _loose(fields: Fields, line: str, line_number: int, reading: Reading, *, closed: bool) -> bool:
    """Take a line that opens no field; return whether the record is still closed."""
    text = line.strip()
    if not fields:
        found = _TAG.match(line)
        if found:
            fields.open(found[1], (found[2] or "").strip(), line_number, reading)
            reading.fault("record-without-type", line_number, "a record begins without its TY line")
            return False
        reading.once("text-outside-record", line_number, f"passed over: {text[:60]!r}")
    elif not closed or "after" in fields.tags:
        fields.more(text, line_number, reading)
    else:
        fields.open("after", text, line_number, reading)
    return closed


def _unclosed(reading: Reading, fields: Fields, number: int, at: int) -> None:
    where = f"the next begins on line {at}" if at else "the file ends"
    message = f"record {number} has no ER line: {where}; what was read of it is kept"
    hint = "the export may be cut short; compare its number of records with the database's"
    reading.fault("record-unclosed", fields.last_line, message, hint, number=number)


def dialect_of(text: str) -> Dialect | None:
    """Return the dialect of one record's text."""
    for dialect in DIALECTS:
        if any(mark.search(text) for mark in dialect.marks):
            return dialect
    return None


def _record(fields: Fields, draft: Draft) -> Record:
    joined = fields.joined("\n")
    return record_of(joined, draft, _dialect_of_fields(joined))


def _dialect_of_fields(fields: list[Field]) -> Dialect | None:
    short = "\n".join(f"{tag}  - {value}" for tag, value, _ in fields if tag in TELLING)
    return dialect_of(short)


def record_of(fields: list[Field], draft: Draft, dialect: Dialect | None) -> Record:
    """Return the record of tagged fields, read as one vendor means them."""
    meanings = {**BASE, **dialect.tags} if dialect else BASE
    pages = _Pages()
    for tag, value, line in fields:
        if is_carried(value):
            draft.carried.append(value)
            continue
        meaning = meanings.get(tag, "")
        handler = _HANDLERS.get(meaning)
        if meaning in {"start", "end", "article_number"}:
            pages.take(draft, meaning, tag, value)
        elif handler and value:
            handler(draft, tag, value, line)
        elif value:
            draft.keep(f"ris:{tag}", value)
    draft.one("pages", pages.text(), "ris:SP")
    _provider(draft)
    _month(draft)
    _repeated_title(draft)
    if not (draft.single.get("title") or draft.single.get("doi") or draft.single.get("pmid")):
        draft.fault("record-empty", draft.place.line, "the record has neither title nor identifier")
    return draft.done()


class _Pages:
    """First page, last page and article number, which stand in any order."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def take(self, draft: Draft, meaning: str, tag: str, value: str) -> None:
        if meaning in self.held or (meaning == "article_number" and self.held):
            if value and value != self.held.get(meaning):
                draft.keep(f"ris:{tag}", value)
        elif value:
            self.held[meaning] = value

    def text(self) -> str:
        pages = v.page_range(self.held.get("start", ""), self.held.get("end", ""))
        return pages or self.held.get("article_number", "")


def _type(draft: Draft, tag: str, value: str, line: int) -> None:
    kind = KINDS.get(value.upper(), "document")
    draft.one("kind", kind, f"ris:{tag}", value)
    if TYPES.get(kind) != value:
        draft.keep(f"ris:{tag}", value)
    if value.upper() not in KINDS:
        message = f"type {value!r} is not one we know; it is kept"
        draft.fault("type-unknown", line, message)


def _person(field: str) -> Callable[[Draft, str, str, int], None]:
    def read_person(draft: Draft, _tag: str, value: str, _line: int) -> None:
        for name in value.split("\n"):
            who = v.person(name) if "," in name else v.person_initials_last(name)
            draft.add(field, who)

    return read_person


def _year(draft: Draft, tag: str, value: str, line: int) -> None:
    year = v.year_in(value)
    if year is None:
        message = f"{value!r} holds no year; it is kept as written"
        draft.fault("year-unreadable", line, message, "write the year as four digits")
        draft.keep(f"ris:{tag}", value)
        return
    draft.one("year", year, f"ris:{tag}", value)
    _exact(draft, tag, value)


def _date(draft: Draft, tag: str, value: str, _line: int) -> None:
    year = v.year_in(value)
    if year is None:
        draft.keep(f"ris:{tag}", value)
        return
    draft.single.setdefault("year", year)
    _exact(draft, tag, value)


def _month(draft: Draft) -> None:
    """Join a month to its year, which may stand on a later line."""
    year = draft.single.get("year")
    month = dict(draft.extra).get("ris:DA", "")
    date = v.month_day(month, year) if year and month and "date" not in draft.single else ""
    if date:
        draft.single["date"] = date
        draft.extra.remove(("ris:DA", month))


def _exact(draft: Draft, tag: str, value: str) -> None:
    text = re.sub(r"/{2,}.*$|/$", "", value)
    date = v.iso_date(text)
    if date:
        draft.one("date", date, f"ris:{tag}", value)
    elif not re.fullmatch(r"\s*\d{4}[/-]*\s*", value):
        draft.keep(f"ris:{tag}", value)


def _journal(draft: Draft, tag: str, value: str, _line: int) -> None:
    draft.one("journal", value, f"ris:{tag}")


def _journal_or_abbreviation(draft: Draft, tag: str, value: str, _line: int) -> None:
    if "journal" not in draft.single:
        draft.one("journal", value, f"ris:{tag}")
    elif value != draft.single["journal"]:
        draft.one("abbreviation", value, f"ris:{tag}")


def _abbreviation(draft: Draft, tag: str, value: str, _line: int) -> None:
    draft.one("abbreviation", value, f"ris:{tag}")


def _doi(draft: Draft, tag: str, value: str, line: int) -> None:
    doi = v.doi_in(value)
    if not doi:
        draft.keep(f"ris:{tag}", value)
        draft.fault("doi-unreadable", line, f"{value[:60]!r} is not a DOI; it is kept as written")
        return
    draft.one("doi", doi, f"ris:{tag}", value)


def _accession(draft: Draft, tag: str, value: str, _line: int) -> None:
    for part in filter(None, (p.strip() for p in value.split(";"))):
        scheme = next((s for s, form in ACCESSIONS if form.fullmatch(part)), "")
        if scheme == "pmc":
            draft.one("pmcid", part, f"ris:{tag}")
        else:
            draft.many("identifiers", [(scheme or "accession", part)])


def _provider(draft: Draft) -> None:
    """Take the accession number for a PMID where the provider says it is one."""
    source = f"{draft.single.get('database', '')} {dict(draft.extra).get('ris:DP', '')}"
    if not re.search(r"\b(?:NLM|PubMed|MEDLINE)\b", source, re.IGNORECASE):
        return
    identifiers = draft.lists.get("identifiers", [])
    for scheme, value in list(identifiers):
        if scheme == "accession" and re.fullmatch(r"[1-9]\d{0,8}", value):
            draft.one("pmid", value, "ris:AN")
            identifiers.remove((scheme, value))


def _issn(draft: Draft, tag: str, value: str, _line: int) -> None:
    found = v.issns(value)
    draft.many("issn", found)
    for part in re.split(r"[\n;,]| (?=97[89])", value):
        bare = re.sub(r"[^0-9Xx]", "", re.sub(r"\(.*?\)", "", part))
        if len(bare) in {10, 13}:
            draft.many("isbn", [v.squeeze(part)])
        elif len(bare) != 8 and bare:
            draft.keep(f"ris:{tag}", part.strip())
    if "(" in value:
        draft.keep(f"ris:{tag}", value)


def _each_line(field: str) -> Callable[[Draft, str, str, int], None]:
    def read_lines(draft: Draft, _tag: str, value: str, _line: int) -> None:
        draft.many(field, [part.strip() for part in value.split("\n")])

    return read_lines


def _text(field: str) -> Callable[[Draft, str, str, int], None]:
    def read_text(draft: Draft, tag: str, value: str, _line: int) -> None:
        draft.one(field, value, f"ris:{tag}")

    return read_text


def _note(draft: Draft, _tag: str, value: str, _line: int) -> None:
    draft.add("notes", value)


def _repeated_title(draft: Draft) -> None:
    """Drop a short title that is the title again, as EndNote prints it."""
    short = dict(draft.extra).get("ris:ST", "")
    if short and short == draft.single.get("title"):
        draft.extra.remove(("ris:ST", short))


def _pmid(draft: Draft, tag: str, value: str, _line: int) -> None:
    if re.fullmatch(r"[1-9]\d{0,8}", value):
        draft.one("pmid", value, f"ris:{tag}")
    else:
        draft.keep(f"ris:{tag}", value)


def _pmcid(draft: Draft, tag: str, value: str, _line: int) -> None:
    if re.fullmatch(r"PMC\d+", value):
        draft.one("pmcid", value, f"ris:{tag}")
    else:
        draft.keep(f"ris:{tag}", value)


_HANDLERS: Final[Mapping[str, Callable[[Draft, str, str, int], None]]] = {
    "type": _type,
    "title": _text("title"),
    "original_title": _text("original_title"),
    "author": _person("authors"),
    "editor": _person("editors"),
    "abstract": _text("abstract"),
    "year": _year,
    "date": _date,
    "journal": _journal,
    "journal_or_abbreviation": _journal_or_abbreviation,
    "abbreviation": _abbreviation,
    "volume": _text("volume"),
    "issue": _text("issue"),
    "doi": _doi,
    "accession": _accession,
    "issn": _issn,
    "keywords": _each_line("keywords"),
    "affiliations": _each_line("affiliations"),
    "languages": _each_line("languages"),
    "publisher": _text("publisher"),
    "database": _text("database"),
    "url": _each_line("urls"),
    "note": _note,
    "publication_type": _each_line("publication_types"),
    "pmid": _pmid,
    "pmcid": _pmcid,
}


_KEPT: Final = re.compile("ris:(?!ER)[A-Z][A-Z0-9]")
"""Extras that are fields of RIS and end no record."""


def write(record: Record, carried: list[str]) -> str:
    """Return a record as RIS, ending with ER and an empty line."""
    kept = [(t.removeprefix("ris:"), x) for t, x in record.extra if _KEPT.fullmatch(t)]
    own = {tag for tag, _ in kept}
    kind = next((x for tag, x in kept if tag == "TY"), TYPES.get(record.kind, "GEN"))
    start, end = record.pages, ""
    if found := _PLAIN_RANGE.match(record.pages):
        start, end = found[1], found[2]
    out: list[tuple[str, str]] = [("TI", record.title), ("TT", record.original_title)]
    out += [("AU", full_name(who)) for who in record.authors]
    out += [("ED", full_name(who)) for who in record.editors]
    out += [("PY", str(record.year or "")), ("DA", record.date.replace("-", "/"))]
    out += [("T2", record.journal), ("J2", record.abbreviation)]
    out += [("VL", record.volume), ("IS", record.issue), ("SP", start), ("EP", end)]
    out += [("DO", record.doi)]
    if record.pmid:
        out += [("AN", record.pmid)] + ([] if "DP" in own else [("DP", "PubMed")])
    out += [("AN", value) for _, value in record.identifiers] + [("C2", record.pmcid)]
    out += [("SN", x) for x in (*record.issn, *record.isbn)] if "SN" not in own else []
    out += [("AB", record.abstract)] + [("KW", x) for x in record.keywords]
    out += [("AD", x) for x in record.affiliations] + [("LA", x) for x in record.languages]
    out += [("M3", x) for x in record.publication_types] + [("PB", record.publisher)]
    out += [("DB", record.database)] + [("UR", x) for x in record.urls]
    out += [(tag, x) for tag, x in kept if tag != "TY"]
    out += [("N1", x) for x in (*record.notes, *carried)]
    body = "".join(f"{tag}  - {_safe(value)}\n" for tag, value in out if value)
    return f"TY  - {kind}\n{body}ER  - \n\n"


def _safe(value: str) -> str:
    """Return a value whose later lines cannot be taken for tags."""
    if "\n" not in value:
        return value
    first, *rest = value.split("\n")
    return "\n".join([first, *(f"    {x}" if _TAG.match(x) else x for x in rest)])
