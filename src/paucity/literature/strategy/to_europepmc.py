"""Write a strategy in Europe PMC's syntax, as one query.

The fields are those that the service lists (https://www.ebi.ac.uk/europepmc/webservices/rest/fields)
and its own website accepts. ``TITLE_ABS`` and ``HAS_ABSTRACT`` are not in the list, but are
what other clients write, and are answered. There is no field for headings alone: ``KW`` holds them
beside authors' keywords. ``AUTH_FIRST`` and ``AUTH_LAST`` are listed, but not how they hold a name,
so all authors are searched instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.dates import first_day, last_day
from paucity.literature.strategy.evaluate import chunks
from paucity.literature.strategy.filters import expanded
from paucity.literature.strategy.losses import joined
from paucity.literature.strategy.nodes import (
    DateField,
    DateRange,
    Field,
    Filter,
    MeSH,
    Node,
    PublicationType,
    Strategy,
    Term,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.view import language
from paucity.literature.strategy.walk import resolved
from paucity.literature.strategy.words import has_wildcard, tokens
from paucity.literature.strategy.writer import Piece, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS: Final[Mapping[Field, tuple[str, ...]]] = {
    Field.TITLE: ("TITLE",),
    Field.ABSTRACT: ("ABSTRACT",),
    Field.TITLE_ABSTRACT: ("TITLE_ABS", "KW"),
    Field.TEXT_WORD: ("TITLE_ABS", "KW"),
    Field.KEYWORD: ("KW",),
    Field.AFFILIATION: ("AFF",),
    Field.AUTHOR: ("AUTH",),
    Field.JOURNAL: ("JOURNAL",),
    Field.PMCID: ("PMCID",),
    Field.DOI: ("DOI",),
    Field.SUBSTANCE: ("CHEM",),
    Field.GRANT: ("GRANT_ID",),
    Field.VOLUME: ("VOLUME",),
    Field.ISSUE: ("ISSUE",),
    Field.ISBN: ("ISBN",),
    Field.LANGUAGE: ("LANG",),
}
_WIDER: Final[Mapping[Field, str]] = {
    Field.TITLE_ABSTRACT: "KW holds MeSH headings beside authors' keywords: more is found",
    Field.KEYWORD: "KW holds MeSH headings beside authors' keywords: more is found",
    Field.TEXT_WORD: "text words are searched in title, abstract and KW only: less may be found",
}
_AUTHORS: Final = frozenset(
    {Field.FIRST_AUTHOR, Field.LAST_AUTHOR, Field.FULL_AUTHOR, Field.CORPORATE_AUTHOR}
)
_ISSN: Final = re.compile(r"\d{4}-?\d{3}[\dXx]")
_QUOTE: Final = re.compile(r'["\\\[\]{}^~()]')


def to_europepmc(strategy: Strategy) -> tuple[str, tuple[str, ...]]:
    """Return a strategy in Europe PMC's syntax and what is lost; see :func:`translate`."""
    node = resolved(strategy)
    writer = _EuropePMC()
    piece = None if node is None else writer.piece(node)
    if piece is None:
        return "", (*writer.losses.told(), "nothing is left of the strategy")
    return piece[0], writer.losses.told()


class _EuropePMC(Writer):
    def __init__(self) -> None:
        super().__init__("Europe PMC")

    def term(self, term: Term) -> Piece | None:
        name = term.field
        if name is None or name is Field.ALL:
            sentence = "searched in all fields and full text: more is found; no mapping to headings"
            self.losses.note(sentence, term.text)
            texts = chunks(term) if name is None else (term.text,)
            return joined([self.phrase(x, "") for x in texts], "AND")
        if name in _WIDER:
            self.losses.note(_WIDER[name], f"[{name.value}]")
        if name is Field.LANGUAGE:
            return f"LANG:{language(term.text)}", False
        if name is Field.PMID:
            return f"EXT_ID:{term.text} AND SRC:MED", True
        if name is Field.JOURNAL and _ISSN.fullmatch(term.text):
            return f"ISSN:{term.text}", False
        if name in _AUTHORS:
            self.losses.note("searched among all authors: more is found", term.text)
            return self.phrase(term.text, "AUTH:")
        if name not in _FIELDS:
            return self.lost(f"the field [{name.value}]", term.text)
        return self.words(term.text, name)

    def words(self, text: str, field: Field) -> Piece | None:
        fields = _FIELDS.get(field, ("TITLE_ABS",))
        return joined([self.phrase(text, f"{name}:") for name in fields], "OR")

    def phrase(self, text: str, prefix: str) -> Piece:
        plain = " ".join(_QUOTE.sub(" ", text).split())
        if not has_wildcard(plain):
            return f'{prefix}"{plain}"', False
        if any(sign in plain for sign in "$?#"):
            self.losses.note("`?`, `#` and `$` become `*`: more is found", text)
            plain = re.sub(r"\$\d|[?#]", "*", plain)
        words = re.split(r"[\s/-]+", plain)
        if len(words) == 1:
            return f"{prefix}{words[0]}", False
        sentence = "a truncated phrase becomes its words, side by side or not: more is found"
        self.losses.note(sentence, text)
        kept = [w for w in words if tokens(w)]
        each = [w if "*" in w else f'"{w}"' for w in kept]
        return " AND ".join(f"{prefix}{w}" for w in each), len(kept) > 1

    def indexed(self, node: Node) -> Piece | None:
        match node:
            case MeSH():
                return self.mesh(node)
            case PublicationType(name, explode):
                if explode:
                    self.losses.note("publication type without the narrower ones", name)
                return f'PUB_TYPE:"{name}"', False
            case DateRange() if node.field in {DateField.PUBLICATION, DateField.ELECTRONIC}:
                self.losses.note(
                    "the date of first publication counts, online or in print", show(node)
                )
                first = first_day(node.first).isoformat() if node.first else "1000-01-01"
                last = last_day(node.last).isoformat() if node.last else "3000-12-31"
                return f"FIRST_PDATE:[{first} TO {last}]", False
            case Filter("hasabstract"):
                return "HAS_ABSTRACT:Y", False
            case Filter(name):
                meant = expanded(name)
                return self.piece(meant) if meant else self.lost("a filter of PubMed", name)
            case _:
                return self.lost("what PubMed alone knows", show(node))

    def mesh(self, node: MeSH) -> Piece:
        sentence = "a heading is searched in KW, which holds authors' keywords too: more is found"
        self.losses.note(sentence, "[mh]")
        if node.explode:
            self.losses.note("no explosion: narrower headings are not found", node.heading)
        if node.major:
            self.losses.note("no main topics: more is found", node.heading)
        if node.qualifier:
            what = f"{node.heading}/{node.qualifier}"
            self.losses.note("no subheadings: more is found", what)
        return self.phrase(node.heading, "KW:")
