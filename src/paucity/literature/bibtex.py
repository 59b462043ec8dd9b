"""Read and write BibTeX; entries that a parser would drop are kept."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.carry import is_carried
from paucity.literature.detect import lines
from paucity.literature.draft import Draft, Reading
from paucity.literature.latex import escaped, plain_text
from paucity.literature.markup import MissingLibraryError
from paucity.literature.nbib import full_name
from paucity.literature.record import Person, Record
from paucity.text import Severity

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

MAX_CHARACTERS: Final = 300_000_000
"""Most text of one BibTeX file that is read; the format can only be parsed as a whole."""

_KINDS: Final[Mapping[str, str]] = {
    "article": "article-journal", "book": "book", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "conference": "paper-conference", "phdthesis": "thesis",
    "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report", "report": "report",
    "dataset": "dataset", "software": "software", "online": "webpage", "unpublished": "manuscript",
    "manual": "document", "proceedings": "book", "misc": "document",
}  # fmt: skip
_WRITTEN: Final[Mapping[str, str]] = {
    "article-journal": "article", "book": "book", "chapter": "incollection", "thesis": "thesis",
    "paper-conference": "inproceedings", "report": "report", "dataset": "dataset",
    "software": "software", "webpage": "online", "manuscript": "unpublished", "document": "misc",
}  # fmt: skip
_ONE: Final[Mapping[str, str]] = {
    "title": "title",
    "origtitle": "original_title",
    "journal": "journal",
    "journaltitle": "journal",
    "booktitle": "journal",
    "shortjournal": "abbreviation",
    "volume": "volume",
    "number": "issue",
    "issue": "issue",
    "pmid": "pmid",
    "pmcid": "pmcid",
    "abstract": "abstract",
    "publisher": "publisher",
    "database": "database",
}
_GROUP: Final = re.compile(r"^\{([^{}]*)\}$")


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of a BibTeX file; findings go to `reading`."""
    try:
        from bibtexparser.splitter import Splitter
    except ImportError:
        raise MissingLibraryError("bibtexparser", "reading BibTeX") from None
    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
    text = _whole(stream, reading)
    number = 0
    strings: dict[str, str] = dict(_MONTHS)
    blocks: list[Any] = list(Splitter(text).split().blocks)
    for block in blocks:
        line = (block.start_line or 0) + 1
        kind = type(block).__name__
        entry = getattr(block, "ignore_error_block", block)
        if kind == "String":
            strings[entry.key.lower()] = _bare(entry.value, strings)
        elif hasattr(entry, "fields"):
            number += 1
            draft = Draft(reading, number, line)
            if kind == "DuplicateFieldKeyBlock":
                draft.fault("field-repeated", line, "a field is written twice; all are kept")
            yield _record(entry, draft, strings)
        elif kind == "ParsingFailedBlock":
            number += 1
            draft = Draft(reading, number, line)
            message = "the entry is not readable as BibTeX; its text is kept whole"
            draft.fault("entry-unreadable", line, message, "check its braces and quotes")
            yield _damaged(block.raw or "", draft)
        elif kind == "ImplicitComment" and (entry.comment or "").strip():
            message = f"text between entries is passed over: {entry.comment.strip()[:60]!r}"
            reading.fault("text-outside-record", line, message)


_MONTHS: Final = {
    m: m
    for m in ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
}


def _whole(stream: io.BufferedReader, reading: Reading) -> str:
    held, size = [], 0
    for number, line in lines(stream, reading):
        held.append(line)
        size += len(line) + 1
        if size > MAX_CHARACTERS:
            message = f"BibTeX of at most {MAX_CHARACTERS / 1e6:.0f} MB is read; it ends here"
            reading.fault("file-too-large", number, message, "split the file", severity=_ERROR)
            break
    return "\n".join(held)


_ERROR: Final = Severity.ERROR


def _bare(value: Any, strings: Mapping[str, str]) -> str:
    """Return a value without its outer braces or quotes, its abbreviations written out."""
    text = str(value).strip()
    parts = re.split(r"\s#\s(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text) if " # " in text else [text]
    if len(parts) > 1 and not text.startswith("{"):
        return "".join(_bare(part, strings) for part in parts)
    if len(text) > 1 and text[0] + text[-1] in {"{}", '""'}:
        return text[1:-1]
    return strings.get(text.lower(), text)


def _record(entry: Any, draft: Draft, strings: Mapping[str, str]) -> Record:
    kind = entry.entry_type.lower()
    draft.one("kind", _KINDS.get(kind, "document"), "bibtex:type", kind)
    if _WRITTEN.get(_KINDS.get(kind, "")) != kind:
        draft.keep("bibtex:type", kind)
    draft.keep("bibtex:key", entry.key)
    for field in entry.fields:
        name, raw = field.key.lower(), _bare(field.value, strings)
        text = v.squeeze(plain_text(raw)) if name != "abstract" else plain_text(raw).strip()
        if name == "paucity":
            draft.carried += [x.strip() for x in raw.split("\n") if is_carried(x.strip())]
        elif name in _ONE:
            draft.one(_ONE[name], text, f"bibtex:{name}")
            if text != raw and escaped(text) != raw:
                draft.keep(f"bibtex-raw:{name}", raw)
        elif handler := _HANDLERS.get(name):
            handler(draft, name, raw)
        elif raw:
            draft.keep(f"bibtex:{name}", raw)
    month = dict(draft.extra).get("bibtex:month", "")
    if (year := draft.single.get("year")) and (date := v.month_day(month[:3], year)):
        draft.single.setdefault("date", date)
    if not (draft.single.get("title") or draft.single.get("doi") or draft.carried):
        draft.fault("record-empty", draft.place.line, "the entry has neither title nor DOI")
    return draft.done()


def _damaged(raw: str, draft: Draft) -> Record:
    """Keep an entry that cannot be parsed, with the fields that stand in it whole."""
    for name, value in re.findall(r"(\w+)\s*=\s*[{\"]([^{}\"]*)[}\"]", raw):
        if name.lower() in {"title", "journal", "doi", "pmid", "volume"}:
            draft.one(_ONE.get(name.lower(), name.lower()), v.squeeze(value), "bibtex:raw")
        elif name.lower() == "year":
            draft.one("year", v.year_in(value), "bibtex:raw")
    draft.keep("bibtex:unreadable", raw)
    return draft.done()


def _people(field: str) -> Callable[[Draft, str, str], None]:
    def take(draft: Draft, _name: str, raw: str) -> None:
        for name in re.split(r"\s+and\s+(?![^{]*\})", raw.strip()):
            draft.add(field, _person(name))

    return take


def _person(name: str) -> Person:
    """Read ``Family, Given``, ``Family, Jr, Given``, ``Given Family`` or ``{A Group}``."""
    if group := _GROUP.match(name.strip()):
        return Person(v.squeeze(plain_text(group[1])), collective=True)
    text = v.squeeze(plain_text(name))
    if "," in text:
        return v.person(text)
    last = v.person_initials_last(text)
    if last.given or " " not in text:
        return last
    words = text.split(" ")
    cut = next((i for i, w in enumerate(words[:-1]) if i and w[:1].islower()), len(words) - 1)
    return Person(" ".join(words[cut:]), " ".join(words[:cut]))


def _year(draft: Draft, name: str, raw: str) -> None:
    year = v.year_in(raw)
    if year is None:
        draft.keep(f"bibtex:{name}", raw)
        draft.fault("year-unreadable", draft.place.line, f"{raw[:40]!r} holds no year")
        return
    draft.one("year", year, f"bibtex:{name}", raw)
    draft.one("date", v.iso_date(raw), f"bibtex:{name}")


def _pages(draft: Draft, name: str, raw: str) -> None:
    pages = re.sub(r"\s*(?:--+|–|—)\s*", "-", plain_text(raw).strip())
    draft.one("pages", pages, f"bibtex:{name}")


def _doi(draft: Draft, name: str, raw: str) -> None:
    doi = v.doi_in(plain_text(raw))
    if doi:
        draft.one("doi", doi, f"bibtex:{name}", raw)
    else:
        draft.keep(f"bibtex:{name}", raw)


def _several(field: str, split: str) -> Callable[[Draft, str, str], None]:
    def take(draft: Draft, _name: str, raw: str) -> None:
        draft.many(field, [v.squeeze(x) for x in re.split(split, plain_text(raw))])

    return take


def _issn(draft: Draft, name: str, raw: str) -> None:
    draft.many("issn", v.issns(raw))
    if not v.issns(raw):
        draft.keep(f"bibtex:{name}", raw)


_HANDLERS: Final[Mapping[str, Callable[[Draft, str, str], None]]] = {
    "author": _people("authors"),
    "editor": _people("editors"),
    "year": _year,
    "date": _year,
    "pages": _pages,
    "doi": _doi,
    "issn": _issn,
    "isbn": _several("isbn", r"[;,]\s*"),
    "keywords": _several("keywords", r"[;,]\s*"),
    "language": _several("languages", r"[;,]\s*"),
    "url": _several("urls", r"\s+"),
    "note": _several("notes", r"\n\n+"),
}


_KEPT: Final = re.compile(r"bibtex:[\w:.+/-]+")
"""Extras that have the name of a field."""

_ENTRY: Final = re.compile("(?!(?:comment|preamble|string)$)[A-Za-z]+", re.IGNORECASE)
"""Types of entries; the three others are no entries."""


def write(record: Record, carried: list[str], key: str) -> str:
    """Return a record as one BibTeX entry, ending with an empty line."""
    kept = [(t.removeprefix("bibtex:"), x) for t, x in record.extra if _KEPT.fullmatch(t)]
    raw = {t.removeprefix("bibtex-raw:"): x for t, x in record.extra if "bibtex-raw:" in t}
    named = dict(kept)
    kind = named.get("type", "")
    if not _ENTRY.fullmatch(kind):
        kind = _WRITTEN.get(record.kind, "misc")
    container = "journal" if kind == "article" else "booktitle"
    out = [("title", record.title), ("origtitle", record.original_title)]
    out += [("author", " and ".join(map(_written, record.authors)))]
    out += [("editor", " and ".join(map(_written, record.editors)))]
    out += [(container, record.journal), ("shortjournal", record.abbreviation)]
    out += [("year", str(record.year or "")), ("date", record.date)]
    out += [("volume", record.volume), ("number", record.issue)]
    out += [("pages", record.pages.replace("-", "--")), ("doi", record.doi)]
    out += [("pmid", record.pmid), ("pmcid", record.pmcid), ("publisher", record.publisher)]
    out += [("issn", ", ".join(record.issn)), ("isbn", ", ".join(record.isbn))]
    out += [("language", ", ".join(record.languages)), ("database", record.database)]
    out += [("keywords", "; ".join(record.keywords)), ("abstract", record.abstract)]
    out += [("note", "\n\n".join(record.notes)), ("url", " ".join(record.urls))]
    fields = [(name, raw[name] if _same(raw, name, x) else _value(name, x)) for name, x in out if x]
    fields += [(t, x) for t, x in kept if t not in {"type", "key", "unreadable"} and _balanced(x)]
    if carried:
        fields.append(("paucity", "\n".join(map(_braces, carried))))
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
    return f"@{kind}{{{key},\n{body}}}\n\n"


def _same(raw: Mapping[str, str], name: str, text: str) -> bool:
    held = raw.get(name)
    return held is not None and _balanced(held) and v.squeeze(plain_text(held)) == v.squeeze(text)


def _balanced(value: str) -> bool:
    depth = 0
    for character in re.sub(r"\\.", "", value):
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0 and not value.endswith("\\")


def _value(name: str, text: str) -> str:
    return text if name in {"author", "editor"} else escaped(text.rstrip("\\"))


def _written(who: Person) -> str:
    if who.collective:
        return "{" + escaped(who.family) + "}"
    return escaped(full_name(who))


def _braces(line: str) -> str:
    """Write braces inside JSON strings as escapes, so that the entry's own braces balance."""
    out, inside, skip = [], False, False
    for character in line:
        if inside and not skip and character in "{}":
            out.append(f"\\u{ord(character):04x}")
        else:
            out.append(character)
        if character == '"' and not skip:
            inside = not inside
        skip = inside and character == "\\" and not skip
    return "".join(out)
