"""Write a strategy for databases that know words and operators, but few fields or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.dates import first_day, last_day
from paucity.literature.strategy.evaluate import chunks
from paucity.literature.strategy.losses import joined
from paucity.literature.strategy.nodes import (
    And,
    DateField,
    DateRange,
    Field,
    MeSH,
    Node,
    Not,
    Or,
    Term,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.view import language
from paucity.literature.strategy.walk import walk
from paucity.literature.strategy.words import has_wildcard, tokens
from paucity.literature.strategy.writer import Piece, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

Filters = tuple[tuple[str, str], ...]

_SIGNS: Final = re.compile(r'["\\\[\]{}^~()|:!+]')
_SHORT_STEM: Final = re.compile(r"(?<!\w)\w{0,2}[*$?#]")
_OPERATORS: Final = re.compile(
    r"\b(?:AND|OR|NOT|ALL|AREA|COVERAGE|DISTANCE|EXPANSION|MISSING|RANGE|SEARCH|TILT)\b"
)
"""Words that are operators in capitals; as words of a term they are sent in small letters."""

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
        negation: how NOT is written.
        truncates: whether it knows ``*`` for any letters and ``?`` for one, after three letters.
    """

    name: str
    dates: tuple[str, str] | None
    language: str
    operators: bool
    where: str
    negation: str = "NOT"
    truncates: bool = False


OPENALEX: Final = Target(
    "OpenAlex",
    ("from_publication_date", "to_publication_date"),
    "language",
    operators=True,
    where="title, abstract and full text",
    truncates=True,
)
"""``search.exact``, by "Search" (https://developers.openalex.org/guides/searching)."""

CROSSREF: Final = Target(
    "Crossref",
    ("from-pub-date", "until-pub-date"),
    "",
    operators=False,
    where="the citation: title, authors, journal, year",
)
"""``query.bibliographic``, by https://api.crossref.org/swagger-ui/index.html."""

CLINICALTRIALS: Final = Target(
    "ClinicalTrials.gov",
    None,
    "",
    operators=True,
    where="the registration, with synonyms",
    negation="AND NOT",
)
"""``query.term``, by "Search Operators"
(https://clinicaltrials.gov/find-studies/constructing-complex-search-queries): NOT has one operand,
and quotes make a phrase. It names no sign for truncation."""


def to_plain(node: Node, target: Target) -> tuple[str, Filters, tuple[str, ...]]:
    """Return the query for a database of words, its filters, and what is lost.

    Dates and language become filters where they limit the whole strategy.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> node = parse_strategy("(hlh OR mas) AND 2000:3000[dp] AND english[la]").lines[0].node
    >>> to_plain(node, OPENALEX)[:2]
    ('"hlh" OR "mas"', (('from_publication_date', '2000-01-01'), ('language', 'en')))
    """
    filters: list[tuple[str, str]] = []
    rest = _filtered(node, target, filters)
    writer = _Plain(target)
    if rest is None:
        text = ""
    elif target.operators:
        piece = writer.piece(rest)
        text = piece[0] if piece else ""
    else:
        sentence = f"{target.name} has no operators: it finds records with any of the words"
        writer.losses.note(sentence, "AND, OR, NOT")
        text = writer.all_words(rest)
    return text, tuple(sorted(filters)), writer.losses.told()


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


class _Plain(Writer):
    def __init__(self, target: Target) -> None:
        super().__init__(target.name, target.negation)
        self.target = target

    def term(self, term: Term) -> Piece | None:
        if term.field is not None and term.field not in _WORDS:
            return self.lost(f"the field [{term.field.value}]", show(term))
        if term.field is not None:
            self.losses.note(f"searched in {self.target.where}", f"[{term.field.value}]")
        texts = chunks(term) if term.field is None else (term.text,)
        return joined([self.words(x) for x in texts], "AND")

    def words(self, text: str, field: Field = Field.ALL) -> Piece | None:  # noqa: ARG002
        if has_wildcard(text):
            text = self.truncated(text)
        plain = _OPERATORS.sub(lambda found: found[0].lower(), _SIGNS.sub(" ", text))
        words = " ".join(plain.split())
        return (f'"{words}"', False) if tokens(words) else None

    def truncated(self, text: str) -> str:
        """Return a text with the wildcards that the database knows."""
        if not self.target.truncates or _SHORT_STEM.search(text):
            limit = " of fewer than three letters" if self.target.truncates else ""
            sentence = f"no truncation{limit}: the stem is searched as a word, and may find nothing"
            self.losses.note(sentence, text)
            return re.sub(r"\$\d?|[*?#]", "", text)
        if re.search(r"\$\d|\?", text):
            self.losses.note("`?` and `$` become `*`: more is found", text)
        return re.sub(r"\$\d?|\?", "*", text).replace("#", "?")

    def indexed(self, node: Node) -> Piece | None:
        if isinstance(node, MeSH):
            self.losses.note("no headings: the words of a heading are searched", node.heading)
            return self.words(node.heading)
        return self.lost("what is no word", show(node))

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
