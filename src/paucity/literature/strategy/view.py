"""What each search field holds of a record, as PubMed's User Guide describes the fields."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from paucity.literature.normal import doi_key, language_key, page_key
from paucity.literature.strategy.dates import first_day, read_day
from paucity.literature.strategy.fields import subheading
from paucity.literature.strategy.nodes import DateField, Field
from paucity.literature.strategy.words import flat, key, tokens
from paucity.literature.values import iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from paucity.literature.record import Person, Record

WORDS: Final = frozenset(
    {
        Field.ALL,
        Field.TEXT_WORD,
        Field.TITLE_ABSTRACT,
        Field.TITLE,
        Field.ABSTRACT,
        Field.TRANSLITERATED_TITLE,
        Field.KEYWORD,
        Field.AFFILIATION,
        Field.CORPORATE_AUTHOR,
        Field.PUBLISHER,
        Field.BOOK,
        Field.GRANT,
        Field.CONFLICT_OF_INTEREST,
        Field.SUBSTANCE,
    }
)
"""Fields searched by word and phrase; any other value must be met as a whole."""

NAMES: Final = frozenset(
    {
        Field.AUTHOR,
        Field.FIRST_AUTHOR,
        Field.LAST_AUTHOR,
        Field.FULL_AUTHOR,
        Field.INVESTIGATOR,
        Field.EDITOR,
        Field.NAME_AS_SUBJECT,
    }
)
"""Fields that hold names of people."""

_NUMBERED_NAME: Final = re.compile(r"^(?P<number>\S+) \((?P<name>.*)\)$")
_SEASONS: Final[Mapping[str, str]] = {
    "winter": "01",
    "spring": "04",
    "summer": "07",
    "fall": "10",
    "autumn": "10",
}
"""Month that PubMed gives a season (User Guide, "Publication Date")."""

_MONTHS: Final = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|winter|spring|summer|fall|autumn)",
    re.IGNORECASE,
)
_KEPT: Final[Mapping[DateField, tuple[str, ...]]] = {
    DateField.ELECTRONIC: ("pubmed:ArticleDate", "nbib:DEP"),
    DateField.ENTRY: ("pubmed:History:pubmed", "nbib:EDAT"),
    DateField.CREATED: ("pubmed:History:entrez", "nbib:CRDT"),
    DateField.INDEXED: ("pubmed:History:medline", "nbib:MHDA"),
    DateField.REVISED: ("pubmed:DateRevised", "nbib:LR"),
    DateField.COMPLETED: ("pubmed:DateCompleted", "nbib:DCOM"),
}
"""Where a record keeps each date that has no field of its own."""


class View:
    """A record as it is searched; what a field holds is worked out once."""

    __slots__ = ("_flat", "_mesh", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self._flat: dict[Field, tuple[str, ...]] = {}
        self._mesh: tuple[tuple[str, bool, dict[str, bool]], ...] | None = None

    def flats(self, field: Field) -> tuple[str, ...]:
        """Return the values of a field as flat texts."""
        held = self._flat.get(field)
        if held is None:
            held = tuple(f for f in map(flat, _values(self.record, field)) if f.strip())
            self._flat[field] = held
        return held

    @property
    def mesh(self) -> tuple[tuple[str, bool, dict[str, bool]], ...]:
        """Return each heading by its key, whether it is starred, and its subheadings the same."""
        if self._mesh is None:
            self._mesh = tuple(_heading(text) for text in self.record.mesh)
        return self._mesh


def _heading(text: str) -> tuple[str, bool, dict[str, bool]]:
    name, *qualifiers = text.split("/")
    found = {}
    for qualifier in qualifiers:
        bare = qualifier.strip().lstrip("*")
        found[subheading(bare) or key(bare)] = qualifier.strip().startswith("*")
    return key(name), name.startswith("*"), found


def _values(record: Record, field: Field) -> Iterator[str]:
    if field is Field.TITLE_ABSTRACT:
        for part in (Field.TITLE, Field.ABSTRACT, Field.KEYWORD):
            yield from _values(record, part)
    elif field is Field.TEXT_WORD:
        yield from _text_words(record)
    elif field is Field.ALL:
        yield from _everything(record)
    else:
        yield from _READ[field](record)


def _text_words(record: Record) -> Iterator[str]:
    yield from _values(record, Field.TITLE_ABSTRACT)
    for heading in record.mesh:
        yield from heading.split("/")
    yield from record.publication_types
    for part in (Field.SUBSTANCE, Field.CORPORATE_AUTHOR, Field.REGISTRATION):
        yield from _values(record, part)
    yield from _extra(record, "nbib:PS", "pubmed:PS")


def _everything(record: Record) -> Iterator[str]:
    yield from _text_words(record)
    for who in (*record.authors, *record.editors):
        yield f"{who.family} {_initials(who)}"
        if who.given:
            yield f"{who.given} {who.family}"
    for part in _OTHERS:
        yield from _READ[part](record)


_OTHERS: Final = (
    Field.TRANSLITERATED_TITLE,
    Field.AFFILIATION,
    Field.JOURNAL,
    Field.VOLUME,
    Field.ISSUE,
    Field.PAGE,
    Field.PUBLISHER,
    Field.GRANT,
    Field.CONFLICT_OF_INTEREST,
    Field.PMID,
    Field.PMCID,
    Field.DOI,
    Field.REGISTRY_NUMBER,
)
"""What all fields hold beyond the text words; the place of publication is not among them."""


def _extra(record: Record, *names: str) -> Iterator[str]:
    yield from (value for name, value in record.extra if name in names)


def _abstracts(record: Record) -> Iterator[str]:
    yield record.abstract
    for name, value in record.extra:
        if name.startswith("pubmed:OtherAbstract") or name == "nbib:OAB":
            yield value


def _substances(record: Record) -> Iterator[str]:
    for value in _extra(record, "pubmed:RN", "nbib:RN"):
        found = _NUMBERED_NAME.match(value)
        yield found["name"] if found else value
    yield from _extra(record, "pubmed:SupplMesh", "nbib:NM", "nbib:SB")


def _numbers(record: Record) -> Iterator[str]:
    for value in _extra(record, "pubmed:RN", "nbib:RN"):
        found = _NUMBERED_NAME.match(value)
        yield from (found["number"], found["name"]) if found else (value,)


def _affiliations(record: Record) -> Iterator[str]:
    yield from record.affiliations
    for who in record.authors:
        yield from who.affiliations


def _identifiers(record: Record) -> Iterator[str]:
    yield from (doi_key(record.doi), record.pmcid, record.pmid)
    yield from (value for _, value in record.identifiers)


def _book(record: Record) -> Iterator[str]:
    if record.kind in {"book", "chapter"}:
        yield record.journal or record.title


def _registrations(record: Record) -> Iterator[str]:
    for value in record.registrations:
        yield value
        yield from value.split("/")


_READ: Final[Mapping[Field, Callable[[Record], Iterator[str] | tuple[str, ...]]]] = {
    Field.TITLE: lambda r: (r.title,),
    Field.ABSTRACT: _abstracts,
    Field.TRANSLITERATED_TITLE: lambda r: (r.original_title,),
    Field.KEYWORD: lambda r: r.keywords,
    Field.AFFILIATION: _affiliations,
    Field.AUTHOR_IDENTIFIER: lambda r: tuple(w.orcid for w in r.authors),
    Field.CORPORATE_AUTHOR: lambda r: tuple(w.family for w in r.authors if w.collective),
    Field.JOURNAL: lambda r: (r.journal, r.abbreviation, *r.issn),
    Field.JOURNAL_IDENTIFIER: lambda r: tuple(v for s, v in r.identifiers if s == "nlm"),
    Field.VOLUME: lambda r: (r.volume,),
    Field.ISSUE: lambda r: (r.issue,),
    Field.PAGE: lambda r: (page_key(r.pages)[0], r.pages.split("-")[0]),
    Field.PLACE: lambda r: tuple(_extra(r, "pubmed:Country", "nbib:PL")),
    Field.PUBLISHER: lambda r: (r.publisher,),
    Field.BOOK: _book,
    Field.ISBN: lambda r: r.isbn,
    Field.SUBSTANCE: _substances,
    Field.REGISTRY_NUMBER: _numbers,
    Field.GRANT: lambda r: tuple(_extra(r, "pubmed:Grant", "nbib:GR")),
    Field.REGISTRATION: _registrations,
    Field.CONFLICT_OF_INTEREST: lambda r: tuple(_extra(r, "pubmed:COI", "nbib:COIS")),
    Field.PMID: lambda r: (r.pmid,),
    Field.PMCID: lambda r: (r.pmcid,),
    Field.DOI: lambda r: (doi_key(r.doi),),
    Field.ARTICLE_IDENTIFIER: _identifiers,
    Field.LOCATION: _identifiers,
}


def people(record: Record, field: Field) -> tuple[Person, ...]:
    """Return the people that a field of names holds, without groups."""
    from paucity.literature.values import person

    authors = tuple(w for w in record.authors if not w.collective)
    match field:
        case Field.FIRST_AUTHOR:
            return authors[:1]
        case Field.LAST_AUTHOR:
            return authors[-1:]
        case Field.EDITOR:
            return record.editors
        case Field.INVESTIGATOR:
            return tuple(map(person, _extra(record, "pubmed:Investigator", "nbib:FIR")))
        case Field.NAME_AS_SUBJECT:
            return tuple(map(person, _extra(record, "nbib:FPS", "pubmed:FPS")))
        case _:
            return authors


_SHORT: Final = re.compile(r"^[^\W\d_]{1,4}$")


def _initials(who: Person) -> str:
    given = who.given.strip()
    if given.isupper() and _SHORT.match(given):
        return key(given)
    return "".join(word[0] for word in tokens(given))


def is_named(who: Person, name: str, *, exact: bool) -> bool:
    """Tell whether a name as searched means a person: ``smith ja``, ``smith``, ``smith john``.

    Args:
        who: the person.
        name: as searched, family name first or last.
        exact: written in quotes, so that initials are not completed.

    >>> from paucity.literature.record import Person
    >>> is_named(Person("Smith", "John A"), "smith j", exact=False)
    True
    >>> is_named(Person("Smith", "John A"), "smith j", exact=True)
    False
    """
    wanted = key(name)
    whole, begun = spellings(who)
    return wanted in whole or (not exact and wanted in begun)


@lru_cache(maxsize=1024)
def spellings(who: Person) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that mean a person in full, and those that leave initials to be completed.

    >>> from paucity.literature.record import Person
    >>> whole, begun = spellings(Person("Smith", "John A"))
    >>> sorted(whole), sorted(begun)
    (['john a smith', 'smith ja', 'smith john a'], ['smith', 'smith j', 'smith ja'])
    """
    family, initials, full = key(who.family), _initials(who), key(who.given)
    whole = {f"{family} {initials}", f"{family} {full}", f"{full} {family}"}
    begun = {f"{family} {initials[:n]}" for n in range(1, len(initials) + 1)}
    return frozenset(whole), frozenset({family, *begun})


def languages(record: Record) -> frozenset[str]:
    """Return the languages of a record as three letters."""
    return frozenset(map(language, record.languages))


def language(name: str) -> str:
    """Return three letters for a language by name or code, as PubMed takes either.

    >>> language("English"), language("eng"), language("Swedish")
    ('eng', 'eng', 'swe')
    """
    code = language_key(name)
    return _CODES.get(code, code[:3])


_CODES: Final[Mapping[str, str]] = {
    "romanian": "rum",
    "croatian": "hrv",
    "serbian": "srp",
    "slovak": "slo",
    "icelandic": "ice",
    "persian": "per",
}
"""MEDLINE's code where it is not how the name begins."""


def day(record: Record, field: DateField) -> date | None:
    """Return the day of a record that counts for a date field; None if the record has none.

    A missing month is January and a missing day the first; a season is its first month (PubMed
    User Guide, "Publication Date").
    """
    if field in {DateField.PUBLICATION, DateField.PRINT}:
        return _published(record)
    for value in _extra(record, *_KEPT[field]):
        text = value.split(" ")[0] if value[:4].isdigit() and ":" in value else value
        iso = iso_date(text) or (read_day(text[:4]) or "")
        if iso:
            return first_day(iso)
    return None


def _published(record: Record) -> date | None:
    if record.date and (iso := read_day(record.date)):
        return first_day(iso)
    if record.year is None or not 1 <= record.year <= 9999:
        return None
    year = f"{record.year:04}"
    for value in _extra(record, "pubmed:PubDate", "nbib:DP"):
        if found := _MONTHS.search(value):
            word = found[1].lower()
            if word in _SEASONS:
                return first_day(f"{year}-{_SEASONS[word]}")
            if iso := iso_date(f"{year} {word.title()}"):
                return first_day(iso)
    return first_day(year)
