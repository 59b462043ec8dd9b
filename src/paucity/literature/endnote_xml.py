"""Read EndNote's XML; what RIS has a tag for is read as that tag, so the two agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import ris
from paucity.literature.draft import Draft, Reading
from paucity.literature.markup import elements, local
from paucity.literature.ris_dialects import DIALECTS

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

    from paucity.literature.record import Record

TAGS: Final[Mapping[str, str]] = {
    "contributors/authors/author": "AU",
    "contributors/secondary-authors/author": "ED",
    "contributors/tertiary-authors/author": "A3",
    "contributors/subsidiary-authors/author": "A4",
    "contributors/translated-authors/author": "A4",
    "auth-address": "AD",
    "titles/title": "TI",
    "titles/secondary-title": "T2",
    "titles/tertiary-title": "T3",
    "titles/alt-title": "J2",
    "titles/short-title": "ST",
    "titles/translated-title": "TT",
    "periodical/full-title": "JO",
    "alt-periodical/full-title": "JO",
    "pages": "SP",
    "volume": "VL",
    "number": "IS",
    "issue": "IS",
    "section": "SE",
    "edition": "ET",
    "keywords/keyword": "KW",
    "dates/year": "PY",
    "dates/pub-dates/date": "DA",
    "pub-location": "CY",
    "publisher": "PB",
    "isbn": "SN",
    "accession-num": "AN",
    "call-num": "CN",
    "report-id": "M1",
    "abstract": "AB",
    "label": "LB",
    "notes": "N1",
    "research-notes": "RN",
    "work-type": "M3",
    "reviewed-item": "RI",
    "orig-pub": "OP",
    "reprint-edition": "RP",
    "electronic-resource-num": "DO",
    "urls/related-urls/url": "UR",
    "urls/pdf-urls/url": "L1",
    "urls/text-urls/url": "L2",
    "urls/web-urls/url": "UR",
    "remote-database-name": "DB",
    "remote-database-provider": "DP",
    "language": "LA",
    "caption": "CA",
    "rec-number": "ID",
    "access-date": "Y2",
    **{f"custom{n}": f"C{n}" for n in range(1, 9)},
}
"""The RIS tag that EndNote itself exports each of its elements under."""

_TYPES: Final[Mapping[str, str]] = {
    "Journal Article": "JOUR", "Electronic Article": "EJOUR", "Book": "BOOK",
    "Edited Book": "EDBOOK", "Book Section": "CHAP", "Conference Paper": "CPAPER",
    "Conference Proceedings": "CONF", "Thesis": "THES", "Report": "RPRT", "Web Page": "ELEC",
    "Generic": "GEN", "Dataset": "DATA", "Magazine Article": "MGZN", "Newspaper Article": "NEWS",
    "Government Document": "GOVDOC", "Electronic Book": "EBOOK", "Unpublished Work": "UNPB",
    "Manuscript": "MANSCPT", "Computer Program": "COMP", "Patent": "PAT", "Abstract": "ABST",
}  # fmt: skip


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of an EndNote XML document; findings go to `reading`."""
    for number, element in enumerate(elements(stream, reading, ("record",)), 1):
        line = element.sourceline or 1
        fields: list[ris.Field] = []
        rest: list[tuple[str, str]] = []
        for path, value in _leaves(element, ""):
            _file(path, value, line, fields, rest)
        draft = Draft(reading, number, line)
        endnote = next(d for d in DIALECTS if d.name == "EndNote")
        for path, value in rest:
            draft.keep(f"endnote:{path}", value)
        yield ris.record_of(sorted(fields, key=_type_first), draft, endnote)


def _file(
    path: str, value: str, line: int, fields: list[ris.Field], rest: list[tuple[str, str]]
) -> None:
    tag = TAGS.get(path)
    if path == "ref-type":
        name = value.partition("=")[0]
        fields.append(("TY", _TYPES.get(name, "GEN"), line))
        if name not in _TYPES:
            rest.append((path, value))
    elif tag:
        fields.append((tag, value, line))
    elif value:
        rest.append((path, value))


def _type_first(field: ris.Field) -> int:
    """Order as RIS does where the order matters: the type, then the journal's full name."""
    return {"TY": 0, "T2": 1, "JO": 2, "J2": 3}.get(field[0], 4)


def _leaves(element: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every element that holds text, by its path; styles are looked through."""
    for child in element:
        name = local(child)
        if not name:
            continue
        inner = f"{path}/{name}" if path else name
        if name == "ref-type":
            yield inner, f"{child.get('name', '')}={_text(child)}"
        elif any(local(x) not in {"style", ""} for x in child):
            yield from _leaves(child, inner)
        else:
            yield inner, _text(child)


def _text(element: Any) -> str:
    """Return text with its paragraphs, which EndNote ends with a carriage return."""
    text = "".join(element.itertext()).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(filter(None, (line.strip() for line in text.split("\n"))))
