"""Read the small values that every format writes in its own way: names, dates, identifiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature.record import Person

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX: Final = re.compile(r"^(?:Jr|Sr|II|III|IV|1st|2nd|3rd|4th|5th)\.?$", re.IGNORECASE)
_INITIALS: Final = re.compile(r"^[^\W\d_a-z]{1,4}$|^(?:[^\W\d_]\.[ -]?){1,5}$")
_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_ISSN: Final = re.compile(r"\b(\d{4})-?(\d{3}[\dXx])\b")
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NUMERIC_DATE: Final = re.compile(r"^(\d{4})(?:[/.-](\d{1,2})(?:[/.-](\d{1,2}))?)?$")
_WORD_DATE: Final = re.compile(r"^(\d{4}) ([A-Za-z]{3,9})\.?(?: (\d{1,2}))?$")


def squeeze(text: str) -> str:
    """Return text with each run of white space as one space.

    >>> squeeze(" a\\n  case ")
    'a case'
    """
    return " ".join(text.split())


def person(name: str) -> Person:
    """Read a name as ``Family, Given``, ``Family, G., Jr`` or a name that cannot be divided.

    >>> person("Smith, J. W., 2nd")
    Person(family='Smith', given='J. W.', suffix='2nd', collective=False, orcid='', affiliations=())
    """
    family, *rest = (squeeze(part) for part in name.split(","))
    if not rest:
        return Person(family)
    suffix = next((part for part in rest if _SUFFIX.match(part)), "")
    if suffix:
        rest.remove(suffix)
    return Person(family, ", ".join(part for part in rest if part), suffix)


def person_initials_last(name: str) -> Person:
    """Read a name as MEDLINE, Embase and Scopus print it, ``Liu RX`` or ``Liu R.X. Jr``.

    >>> person_initials_last("de Saint Basile G").given
    'G'
    """
    if "," in name:
        return person(name)
    words = squeeze(name).split(" ")
    suffix = words.pop() if len(words) > 2 and _SUFFIX.match(words[-1]) else ""
    if len(words) > 1 and _INITIALS.match(words[-1]):
        return Person(" ".join(words[:-1]), words[-1], suffix)
    return Person(squeeze(name))


def people(text: str) -> Iterator[Person]:
    """Read several names from one value, whichever way they are separated.

    >>> [p.family for p in people("Liu R., Adler D.G.")]
    ['Liu', 'Adler']
    >>> [p.family for p in people("Ito, K; Abe, J")]
    ['Ito', 'Abe']
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]") and ("'" in text or '"' in text):
        yield from map(person, _quoted(text))
        return
    for separator in (";", " and ", "|"):
        if separator in text:
            parts = [p for p in map(squeeze, text.split(separator)) if p]
            yield from (person(p) if "," in p else person_initials_last(p) for p in parts)
            return
    parts = [p for p in (squeeze(p) for p in re.split(r",\s*(?:and\s+|&\s*)?", text)) if p]
    if len(parts) == 2 and not _ends_in_initials(parts[0]):
        yield person(text)
    elif len(parts) > 1 and len(parts) % 2 == 0 and all(_INITIALS.match(p) for p in parts[1::2]):
        yield from (Person(a, b) for a, b in zip(parts[::2], parts[1::2], strict=True))
    else:
        yield from map(person_initials_last, parts)


def _quoted(text: str) -> list[str]:
    return [a or b for a, b in re.findall(r"'([^']*)'|\"([^\"]*)\"", text)]


def _ends_in_initials(name: str) -> bool:
    words = name.split(" ")
    return len(words) > 1 and bool(_INITIALS.match(words[-1]))


def doi_in(text: str) -> str:
    """Return the first DOI of a text, without its resolver and without closing punctuation.

    >>> doi_in("http://dx.doi.org/10.1002/cpp.2398")
    '10.1002/cpp.2398'
    >>> doi_in("doi: 10.1016/0140-6736(90)91234-5.")
    '10.1016/0140-6736(90)91234-5'
    """
    found = _DOI.search(text)
    if not found:
        return ""
    doi = found[0].rstrip(".,;:'")
    while doi and doi[-1] in ")]}" and doi.count(doi[-1]) > doi.count("([{"[")]}".index(doi[-1])]):
        doi = doi[:-1].rstrip(".,;:")
    return doi


def year_in(text: str) -> int | None:
    """Return the first year of a text, 1500 to 2099.

    >>> year_in("2019//"), year_in("10 15")
    (2019, None)
    """
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def iso_date(text: str) -> str:
    """Return a date in ISO 8601, as exact as written; empty if it is only a year or not a date.

    >>> iso_date("2012/07/03"), iso_date("2018 Apr"), iso_date("20180327"), iso_date("2018")
    ('2012-07-03', '2018-04', '2018-03-27', '')
    """
    text = squeeze(text).rstrip("/")
    if re.fullmatch(r"(?:1[5-9]|20)\d{6}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if found := _NUMERIC_DATE.match(text):
        year, month, day = (found[1], int(found[2] or 0), int(found[3] or 0))
    elif found := _WORD_DATE.match(text):
        month = _MONTHS.get(found[2][:3].lower(), 0)
        year, day = (found[1], int(found[3] or 0))
    else:
        return ""
    if not 1 <= month <= 12 or day > 31:
        return ""
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def month_day(text: str, year: int) -> str:
    """Return the ISO date of a month, and perhaps a day, in a year: ``APR 21``.

    >>> month_day("APR 21", 2014)
    '2014-04-21'
    """
    return iso_date(f"{year} {text.title()}")


def issns(text: str) -> list[str]:
    """Return the ISSNs of a text, with their hyphen.

    >>> issns("03064530 (ISSN); 0894-9867")
    ['0306-4530', '0894-9867']
    """
    return [f"{a}-{b.upper()}" for a, b in _ISSN.findall(text)]


def page_range(start: str, end: str) -> str:
    """Return pages from a first and a last page, either of which may hold the whole range.

    >>> page_range("94", "103"), page_range("94-103", ""), page_range("e0815", "e0815")
    ('94-103', '94-103', 'e0815')
    """
    start, end = squeeze(start), squeeze(end)
    if not end or end == start or "-" in start or not start:
        return start or end
    return f"{start}-{end}"
