"""What the index holds of a record: the words of its fields, and values to be met as a whole.

Everything is worked out by the view that the reference search uses, so that both see the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.literature.nbib import short_name
from paucity.literature.strategy.filters import passed
from paucity.literature.strategy.nodes import DateField, Field
from paucity.literature.strategy.view import (
    NAMES,
    WORDS,
    View,
    day,
    languages,
    people,
    spellings,
)
from paucity.literature.strategy.words import flat, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.literature.record import Record

IN_TITLE_ABSTRACT: Final = (Field.TITLE, Field.ABSTRACT, Field.KEYWORD)
IN_TEXT_WORDS: Final = (*IN_TITLE_ABSTRACT, Field.SUBSTANCE, Field.CORPORATE_AUTHOR)
APART: Final = (
    Field.TRANSLITERATED_TITLE,
    Field.AFFILIATION,
    Field.GRANT,
    Field.CONFLICT_OF_INTEREST,
    Field.PUBLISHER,
)
"""Fields of words that only a search in all fields looks at too."""

REST_OF_TEXT_WORDS: Final = "text_words"
REST_OF_ALL: Final = "all_fields"
VALUES: Final = "values"

TOKENED: Final = (
    *(field.value for field in (*IN_TEXT_WORDS, *APART, Field.BOOK)),
    REST_OF_TEXT_WORDS,
    REST_OF_ALL,
)
"""Fields of the index that are searched by word and phrase."""

WHOLE: Final = tuple(
    sorted(set(Field) - WORDS - NAMES - {Field.LANGUAGE, Field.PHARMACOLOGICAL_ACTION})
)
"""Fields whose value must be met as a whole."""

DATES: Final = tuple(field for field in DateField if field is not DateField.PRINT)
"""Dates of the index; PubMed's date of print is read as the date of publication."""


def where(field: Field) -> tuple[str, ...]:
    """Return the fields of the index that hold the words of a field of PubMed.

    >>> where(Field.TITLE_ABSTRACT)
    ('ti', 'ab', 'ot')
    """
    if field is Field.TITLE_ABSTRACT:
        return tuple(f.value for f in IN_TITLE_ABSTRACT)
    words = (*(f.value for f in IN_TEXT_WORDS), REST_OF_TEXT_WORDS)
    if field is Field.TEXT_WORD:
        return words
    if field is Field.ALL:
        return (*words, *(f.value for f in APART), REST_OF_ALL)
    return (field.value,)


def words_of(record: Record) -> Mapping[str, tuple[str, ...]]:
    """Return the texts of each field that is searched by word, as words with one space between."""
    view = View(record)
    held = {f: view.flats(f) for f in (*IN_TEXT_WORDS, *APART, Field.BOOK)}
    known = {text for f in IN_TEXT_WORDS for text in held[f]}
    text_words = [t for t in dict.fromkeys(view.flats(Field.TEXT_WORD)) if t not in known]
    known |= {*text_words, *(text for f in APART for text in held[f])}
    others = [t for t in dict.fromkeys(view.flats(Field.ALL)) if t not in known]
    out: dict[str, tuple[str, ...]] = {f.value: texts for f, texts in held.items() if texts}
    if text_words:
        out[REST_OF_TEXT_WORDS] = tuple(text_words)
    if others:
        out[REST_OF_ALL] = tuple(others)
    return {name: tuple(text.strip() for text in texts) for name, texts in out.items()}


def values_of(record: Record) -> Iterator[str]:
    r"""Yield the values that are met as a whole, each after the name of what it is and a tab.

    >>> from paucity.literature.record import Record
    >>> list(values_of(Record(mesh=("*Fever/drug therapy",))))[:4]
    ['mh\tfever', 'mh\tfever\t*', 'mh\tfever\t/drug therapy', 'sh\tdrug therapy']
    """
    view = View(record)
    yield from _headings(view)
    for field in WHOLE:
        for text in view.flats(field):
            yield f"{field}\t{text.strip()}"
    for kind in record.publication_types:
        yield f"pt\t{key(kind)}"
    for code in sorted(languages(record)):
        yield f"la\t{code}"
    for name in passed(record):
        yield f"has\t{name}"
    yield from _names(record)
    if not record.publication_types:
        yield "no\tpt"
    if not record.languages:
        yield "no\tla"
    for when in DATES:
        if day(record, when) is None:
            yield f"no\t{when}"


def _headings(view: View) -> Iterator[str]:
    for name, starred, qualifiers in view.mesh:
        yield f"mh\t{name}"
        if starred or any(qualifiers.values()):
            yield f"mh\t{name}\t*"
        for qualifier, main in qualifiers.items():
            yield f"mh\t{name}\t/{qualifier}"
            yield f"sh\t{qualifier}"
            if main:
                yield f"mh\t{name}\t/{qualifier}\t*"


def _names(record: Record) -> Iterator[str]:
    for field in sorted(NAMES):
        for who in people(record, field):
            exact, completed = spellings(who)
            yield from (f"{field}\t=\t{name}" for name in sorted(exact))
            yield from (f"{field}\t~\t{name}" for name in sorted(completed))
            yield f"{field}\t*\t{flat(short_name(who)).strip()}"


def days_of(record: Record) -> Mapping[str, int]:
    """Return each date of a record, as days counted as `datetime.date.toordinal` counts them."""
    found = ((field, day(record, field)) for field in DATES)
    return {field.value: when.toordinal() for field, when in found if when is not None}
