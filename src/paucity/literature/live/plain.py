"""Write a strategy for databases that know words and operators, but few fields or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.dates import first_day, last_day
from paucity.literature.strategy.evaluate import chunks
from paucity.literature.strategy.losses import Losses, joined
from paucity.literature.strategy.nodes import (
    And,
    DateField,
    DateRange,
    Field,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    Term,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.view import language
from paucity.literature.strategy.walk import walk
from paucity.literature.strategy.words import has_wildcard, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

Filters = tuple[tuple[str, str], ...]

_SIGNS: Final = re.compile(r'["\\\[\]{}^~()|:!+]')
_WORDS: Final = frozenset(
    {Field.ALL, Field.TEXT_WORD, Field.TITLE_ABSTRACT, Field.TITLE, Field.ABSTRACT, Field.KEYWORD}
)
_ISO: Final[Mapping[str, str]] = {
    "eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it",
    "jpn": "ja", "chi": "zh", "zho": "zh", "por": "pt", "rus": "ru", "pol": "pl", "dut": "nl",
    "nld": "nl", "tur": "tr", "kor": "ko", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi",
}  # fmt: skip
"""ISO 639-1 of the codes that MEDLINE uses; https://www.loc.gov/standards/iso639-2."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a database can be told beside words.

    Attributes:
        name: of the database, for the sentences.
        dates: the names of its filters for the first and the last day of publication.
        language: the name of its filter for the language.
        operators: whether it knows AND, OR and NOT; where not, it is given all words.
        where: what it searches, for the sentence on fields.
    """

    name: str
    dates: tuple[str, str] | None
    language: str
    operators: bool
    where: str


OPENALEX: Final = Target(
    "OpenAlex",
    ("from_publication_date", "to_publication_date"),
    "language",
    operators=True,
    where="title, abstract and full text, by their stems",
)
CROSSREF: Final = Target(
    "Crossref",
    ("from-pub-date", "until-pub-date"),
    "",
    operators=False,
    where="the citation: title, authors, journal, year",
)
CLINICALTRIALS: Final = Target(
    "ClinicalTrials.gov", None, "", operators=True, where="the registration, with synonyms"
)


def to_plain(node: Node, target: Target) -> tuple[str, Filters, tuple[str, ...]]:
    """Return the query for a database of words, its filters, and what is lost.

    Dates and language become filters where they limit the whole strategy.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> node = parse_strategy("(hlh OR mas) AND 2000:3000[dp] AND english[la]").lines[0].node
    >>> to_plain(node, OPENALEX)[:2]
    ('"hlh" OR "mas"', (('from_publication_date', '2000-01-01'), ('language', 'en')))
    """
    losses = Losses()
    filters: list[tuple[str, str]] = []
    rest = _filtered(node, target, filters)
    writer = _Writer(target, losses)
    if rest is None:
        text = ""
    elif target.operators:
        piece = writer.piece(rest)
        text = piece[0] if piece else ""
    else:
        sentence = f"{target.name} has no operators: it finds records with any of the words"
        losses.note(sentence, "AND, OR, NOT")
        text = writer.all_words(rest)
    return text, tuple(sorted(filters)), losses.told()


def _filtered(node: Node, target: Target, filters: list[tuple[str, str]]) -> Node | None:
    """Return a node without the limits that became filters; None if nothing else is left."""
    if isinstance(node, And):
        left = [x for x in (_filtered(o, target, filters) for o in node.operands) if x]
        return And(tuple(left), node.at) if len(left) > 1 else (left[0] if left else None)
    taken = {name for name, _ in filters}
    if isinstance(node, DateRange) and target.dates and node.field is DateField.PUBLICATION:
        names = target.dates
        if taken.isdisjoint(names):
            if node.first:
                filters.append((names[0], first_day(node.first).isoformat()))
            if node.last:
                filters.append((names[1], last_day(node.last).isoformat()))
            return None
    if isinstance(node, Term) and node.field is Field.LANGUAGE and target.language:
        code = _ISO.get(language(node.text))
        if code and target.language not in taken:
            filters.append((target.language, code))
            return None
    return node


@dataclass(slots=True)
class _Writer:
    target: Target
    losses: Losses = field(default_factory=Losses)

    def piece(self, node: Node) -> tuple[str, bool] | None:
        """Return a node's text; None if the database has nothing for it."""
        match node:
            case And(operands):
                return joined([self.piece(x) for x in operands], "AND")
            case Or(operands):
                return joined([self.piece(x) for x in operands], "OR")
            case Not(left, right):
                first, second = self.piece(left), self.piece(right)
                return first if first is None else joined([first, second], "NOT")
            case Term():
                return self.term(node)
            case Near(parts):
                self.losses.note("no distance between words; all must be there", show(node))
                each = [joined([self.phrase(w) for w in part], "OR") for part in parts]
                return joined(each, "AND")
            case MeSH(heading):
                self.losses.note("no headings: the words of a heading are searched", heading)
                return self.phrase(heading)
            case _:
                return self.lost(show(node))

    def lost(self, what: str) -> tuple[str, bool] | None:
        sentence = f"{self.target.name} has no counterpart for this; it is left out"
        self.losses.note(f"{sentence} (more is found if AND joined it, less if OR did)", what)
        return None

    def term(self, term: Term) -> tuple[str, bool] | None:
        if term.field is not None and term.field not in _WORDS:
            return self.lost(show(term))
        if term.field is not None:
            self.losses.note(f"searched in {self.target.where}", f"[{term.field.value}]")
        texts = chunks(term) if term.field is None else (term.text,)
        return joined([self.phrase(x) for x in texts], "AND")

    def phrase(self, text: str) -> tuple[str, bool] | None:
        if has_wildcard(text):
            sentence = "no truncation: the stem is searched as a word, and may find nothing"
            self.losses.note(sentence, text)
            text = re.sub(r"\$\d?|[*?#]", "", text)
        words = " ".join(_SIGNS.sub(" ", text).split())
        return (f'"{words}"', False) if tokens(words) else None

    def all_words(self, node: Node) -> str:
        """Return every word of a node once, but those that NOT takes away."""
        words: list[str] = []
        for one in _wanted(node):
            piece = self.piece(one)
            if piece:
                plain = re.sub(r"\b(?:AND|OR|NOT)\b|[\"()]", " ", piece[0])
                words += plain.split()
        return " ".join(dict.fromkeys(words))


def _wanted(node: Node) -> list[Node]:
    if isinstance(node, Not):
        return _wanted(node.left)
    if isinstance(node, And | Or):
        return [x for operand in node.operands for x in _wanted(operand)]
    return list(walk(node))
