"""The syntax tree of a search strategy: what a database is asked, apart from how it is written.

A strategy is numbered lines; each line is one tree. Nodes are frozen and carry no behaviour. Every
node knows where it stands; the place is no part of equality.

In the text of a :class:`Term` and of a part of :class:`Near`, words are divided by one space and
four signs are wildcards, each for letters of one word: ``*`` any number, ``$3`` at most three,
``?`` one or none, ``#`` exactly one. A sign that the database would ignore is not there any more.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from paucity.text import Finding

Syntax = Literal["pubmed", "ovid"]


class Field(StrEnum):
    """Where a term is looked for, by PubMed's tag."""

    ALL = "all"
    TEXT_WORD = "tw"
    TITLE_ABSTRACT = "tiab"
    TITLE = "ti"
    ABSTRACT = "ab"
    TRANSLITERATED_TITLE = "tt"
    KEYWORD = "ot"
    AFFILIATION = "ad"
    AUTHOR = "au"
    FIRST_AUTHOR = "1au"
    LAST_AUTHOR = "lastau"
    FULL_AUTHOR = "fau"
    AUTHOR_IDENTIFIER = "auid"
    CORPORATE_AUTHOR = "cn"
    INVESTIGATOR = "ir"
    EDITOR = "ed"
    NAME_AS_SUBJECT = "ps"
    JOURNAL = "ta"
    JOURNAL_IDENTIFIER = "jid"
    VOLUME = "vi"
    ISSUE = "ip"
    PAGE = "pg"
    PLACE = "pl"
    PUBLISHER = "pubn"
    BOOK = "book"
    ISBN = "isbn"
    LANGUAGE = "la"
    SUBSTANCE = "nm"
    REGISTRY_NUMBER = "rn"
    PHARMACOLOGICAL_ACTION = "pa"
    GRANT = "gr"
    REGISTRATION = "si"
    CONFLICT_OF_INTEREST = "cois"
    PMID = "pmid"
    PMCID = "pmc"
    DOI = "doi"
    ARTICLE_IDENTIFIER = "aid"
    LOCATION = "lid"


class DateField(StrEnum):
    """Which date of a citation is meant, by PubMed's tag."""

    PUBLICATION = "dp"
    ELECTRONIC = "epdat"
    PRINT = "ppdat"
    ENTRY = "edat"
    CREATED = "crdt"
    INDEXED = "mhda"
    REVISED = "lr"
    COMPLETED = "dcom"


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A place in the text of a strategy; line and column are counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Term:
    """Words to be found in a field.

    Attributes:
        text: the words, with wildcards.
        field: where; None for an untagged term, which a database maps as it sees fit.
        phrase: written in quotes. Words without quotes are a phrase too where `field` is given;
            an untagged term without quotes asks for each word (or hyphenated group) by itself.
        at: the place.
    """

    text: str
    field: Field | None = None
    phrase: bool = False
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Words close to each other in one field.

    Attributes:
        parts: each a choice of words or phrases with wildcards; one of each part must be there.
        distance: the most words that may stand between neighbours, 0 for none.
        field: where.
        ordered: the parts must come in this order.
        at: the place.
    """

    parts: tuple[tuple[str, ...], ...]
    distance: int
    field: Field
    ordered: bool = False
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class MeSH:
    """A heading that the citation is indexed with.

    Attributes:
        heading: as written.
        qualifier: the subheading attached to it, in full; may be empty.
        explode: headings below it in the tree count too (and so for the qualifier).
        major: only where it is a main topic.
        at: the place.
    """

    heading: str
    qualifier: str = ""
    explode: bool = True
    major: bool = False
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Subheading:
    """A subheading attached to whichever heading, by its name in full."""

    name: str
    explode: bool = True
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class PublicationType:
    """A publication type, and with `explode` those below it in the tree."""

    name: str
    explode: bool = True
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A date between two days, both counted in.

    Attributes:
        field: which date.
        first: ISO 8601, as exact as written (``2000``, ``2000-05``); empty for no beginning.
        last: the same, up to the last day that it covers; empty for no end.
        at: the place.
    """

    field: DateField
    first: str
    last: str
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Recent:
    """A date within the time before the day of the search."""

    field: DateField
    count: int
    unit: Literal["days", "months", "years"]
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter or subset of the database by its name; ``all`` is every citation."""

    name: str
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class LineRef:
    """The result of another line of the strategy."""

    number: int
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read; whether a citation meets it is not known. A finding says why."""

    text: str
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of its two or more operands."""

    operands: tuple[Node, ...]
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its two or more operands."""

    operands: tuple[Node, ...]
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The left operand without the right one."""

    left: Node
    right: Node
    at: At = dataclasses.field(default=At(), compare=False)


Leaf: TypeAlias = (
    "Term | Near | MeSH | Subheading | PublicationType | DateRange | Recent | Filter | LineRef"
    " | Unread"
)
Node: TypeAlias = "Leaf | And | Or | Not"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a strategy.

    Attributes:
        number: as written, or counted from 1.
        node: what it asks; None if nothing of it could be read.
        text: as written, without number and printed count.
        printed: how many citations it found when it was run, where the line says so.
        at: where its text begins.
    """

    number: int
    node: Node | None
    text: str
    printed: int | None = None
    at: At = dataclasses.field(default=At(), compare=False)


@dataclass(frozen=True, slots=True)
class Strategy:
    """A search strategy as read; its result is that of the last line.

    Attributes:
        lines: in order.
        syntax: whose way of writing it is in.
        findings: what was found while reading, in order; spans count from the text's first line.
    """

    lines: tuple[Line, ...]
    syntax: Syntax = "pubmed"
    findings: tuple[Finding, ...] = ()
