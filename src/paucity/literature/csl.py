"""Read and write CSL-JSON, the format of citation processors, one item at a time."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.carry import is_carried
from paucity.literature.detect import sniff_encoding
from paucity.literature.draft import Draft, Reading
from paucity.literature.record import Person, Record
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_ITEM: Final = 64_000_000
"""Most characters that are held while looking for the end of one item."""

OWN_ID: Final = "paucity-"
"""How the id of an item begins that had none; CSL asks for one."""

_CHUNK: Final = 262_144
_ONE: Final[Mapping[str, str]] = {
    "title": "title",
    "original-title": "original_title",
    "container-title": "journal",
    "container-title-short": "abbreviation",
    "journalAbbreviation": "abbreviation",
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "number": "pages",
    "DOI": "doi",
    "PMID": "pmid",
    "PMCID": "pmcid",
    "abstract": "abstract",
    "publisher": "publisher",
    "source": "database",
}


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of a CSL-JSON array, or of a single item; findings go to `reading`."""
    codec = reading.encoding or sniff_encoding(stream.peek(8192)[:8192])
    text = io.TextIOWrapper(stream, codec, errors="replace")
    try:
        for number, (line, item) in enumerate(_items(text, reading), 1):
            draft = Draft(reading, number, line)
            if isinstance(item, dict):
                yield _record(item, draft)
            else:
                message = f"item {number} is not an object: {str(item)[:40]!r}"
                draft.fault("record-empty", line, message)
    finally:
        text.detach()


def _items(text: io.TextIOWrapper, reading: Reading) -> Iterator[tuple[int, Any]]:
    """Yield each item of an array with its line, holding one at a time."""
    decoder = json.JSONDecoder(object_pairs_hook=_object)
    held, line, ended, size = "", 1, False, _CHUNK
    while True:
        gap = re.match(r"[\s,\[\]\ufeff]*", held)
        skipped = gap[0] if gap else ""
        line += skipped.count("\n")
        held = held[len(skipped) :]
        if held:
            try:
                item, end = decoder.raw_decode(held)
            except (ValueError, RecursionError) as error:
                if ended or len(held) > MAX_ITEM or isinstance(error, RecursionError):
                    _broken(reading, line, error)
                    return
            else:
                if not (end == len(held) and not ended and isinstance(item, int | float)):
                    yield line, item
                    line += held.count("\n", 0, end)
                    held = held[end:]
                    size = _CHUNK
                    continue
        if ended:
            return
        more = text.read(size)
        size = min(2 * size, MAX_ITEM)
        ended = not more
        held += more


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; a value whose name was there already is kept under another."""
    held: dict[str, Any] = {}
    for key, value in pairs:
        name = key
        while name in held and held[name] != value:
            name += " again"
        held[name] = value
    return held


def _broken(reading: Reading, line: int, error: Exception) -> None:
    what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
    message = f"not readable as JSON from here: {what}; the items before are kept"
    reading.fault("json-broken", line, message, "fetch the file again", severity=Severity.ERROR)


def _record(item: dict[str, Any], draft: Draft) -> Record:
    for key, value in item.items():
        if key == "id" and str(value).startswith(OWN_ID):
            continue
        field = _ONE.get(key)
        if field and isinstance(value, str | int | float) and not isinstance(value, bool):
            draft.one(field, str(value).strip(), f"csl:{key}")
        elif key in _HANDLERS and _HANDLERS[key](draft, value):
            continue
        elif value not in (None, "", [], {}):
            kept = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            draft.keep(f"csl:{key}" if isinstance(value, str) else f"csl-json:{key}", kept)
    if not (draft.single.get("title") or draft.single.get("doi") or draft.carried):
        draft.fault("record-empty", draft.place.line, "the item has neither title nor DOI")
    return draft.done()


def _people(field: str) -> Any:
    def take(draft: Draft, value: Any) -> bool:
        if not (isinstance(value, list) and all(isinstance(who, dict) for who in value)):
            return False
        for who in value:
            draft.add(field, _person({k: str(x) for k, x in who.items() if x is not None}))
        return all(map(_is_whole, value))

    return take


def _is_whole(who: dict[str, Any]) -> bool:
    """Tell whether a person has room for all that a name says."""
    return who.keys() <= _OF_NAMES and not any(
        all(map(who.get, both)) for both in (("family", "literal"), ("family", "name"), _PARTICLES)
    )


_PARTICLES: Final = ("non-dropping-particle", "dropping-particle")
_OF_NAMES: Final = {"family", "given", "suffix", "literal", "name", "ORCID", *_PARTICLES}


def _person(who: dict[str, str]) -> Person:
    particle = who.get("non-dropping-particle") or who.get("dropping-particle") or ""
    family = " ".join(filter(None, (particle, who.get("family", ""))))
    group = who.get("literal") or who.get("name") or ""
    orcid = who.get("ORCID", "").rpartition("/")[2]
    return Person(
        family or group,
        who.get("given", ""),
        who.get("suffix", ""),
        collective=bool(group and not family),
        orcid=orcid,
    )


def _issued(draft: Draft, value: Any) -> bool:
    parts = value.get("date-parts") if isinstance(value, dict) else None
    try:
        numbers = [int(x) for x in parts[0]] if parts else []
    except (TypeError, ValueError, IndexError, KeyError):
        return False
    if not numbers:
        raw = str(value.get("raw") or value.get("literal") or "") if isinstance(value, dict) else ""
        draft.one("year", v.year_in(raw), "csl:issued", raw)
        draft.one("date", v.iso_date(raw), "csl:issued", raw)
        return bool(v.year_in(raw)) and not set(value) - {"raw", "literal"}
    draft.one("year", v.year_in(str(numbers[0])), "csl:issued", str(numbers[0]))
    draft.one("date", v.iso_date("-".join(map(str, numbers))), "csl:issued")
    whole = set(value) == {"date-parts"} and parts is not None and len(parts) == 1
    return whole and bool(draft.single.get("year"))


def _strings(field: str, split: str) -> Any:
    def take(draft: Draft, value: Any) -> bool:
        items = value if isinstance(value, list) else re.split(split, value)
        if not all(isinstance(x, str) for x in items):
            return False
        draft.many(field, [x.strip() for x in items])
        return True

    def guarded(draft: Draft, value: Any) -> bool:
        return isinstance(value, str | list) and take(draft, value)

    return guarded


def _issn(draft: Draft, value: Any) -> bool:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    draft.many("issn", v.issns(text))
    return bool(v.issns(text))


def _kind(draft: Draft, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    draft.one("kind", {"journal-article": "article-journal"}.get(value, value), "csl:type")
    return value != "journal-article"


def _custom(draft: Draft, value: Any) -> bool:
    lines = value.get("paucity") if isinstance(value, dict) else None
    if not (isinstance(lines, list) and all(isinstance(x, str) and is_carried(x) for x in lines)):
        return False
    draft.carried += lines
    return set(value) == {"paucity"}


_HANDLERS: Final[Mapping[str, Any]] = {
    "author": _people("authors"),
    "editor": _people("editors"),
    "issued": _issued,
    "ISSN": _issn,
    "ISBN": _strings("isbn", r"[,;\s]+"),
    "keyword": _strings("keywords", r"\s*[;,]\s*"),
    "URL": _strings("urls", r"\n"),
    "language": _strings("languages", r"\s*;\s*"),
    "note": _strings("notes", r"\n\n+"),
    "type": _kind,
    "custom": _custom,
}


def item_of(record: Record, carried: list[str]) -> dict[str, Any]:
    """Return a record as a CSL-JSON item."""
    dated = re.fullmatch(r"\d{4}(?:-\d\d){0,2}", record.date)
    numbers = [int(x) for x in record.date.split("-")] if dated else [record.year]
    item: dict[str, Any] = {"type": record.kind}
    item |= {key: getattr(record, field) for key, field in _ONE.items() if key not in _SECOND}
    item |= {
        "author": [_name(who) for who in record.authors],
        "editor": [_name(who) for who in record.editors],
        "issued": {"date-parts": [numbers]} if record.year else {},
        "ISSN": ", ".join(record.issn),
        "ISBN": ", ".join(record.isbn),
        "keyword": "; ".join(record.keywords),
        "URL": "\n".join(record.urls),
        "language": "; ".join(record.languages),
        "note": "\n\n".join(record.notes),
    }
    for tag, value in record.extra:
        if tag.startswith("csl:"):
            item.setdefault(tag.removeprefix("csl:"), value)
        elif tag.startswith("csl-json:"):
            try:
                item[tag.removeprefix("csl-json:")] = json.loads(value)
            except (ValueError, RecursionError):
                continue  # it was no JSON; the writer carries it
    if carried:
        custom = item.get("custom")
        item["custom"] = {**(custom if isinstance(custom, dict) else {}), "paucity": carried}
    return {key: value for key, value in item.items() if value}


_SECOND: Final = frozenset({"journalAbbreviation", "number"})


def _name(who: Person) -> dict[str, str]:
    parts = {"family": who.family, "given": who.given, "suffix": who.suffix, "ORCID": who.orcid}
    if who.collective:
        parts = {"literal": who.family}
    return {key: value for key, value in parts.items() if value}
