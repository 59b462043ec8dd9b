"""Write a strategy in Ovid's syntax for MEDLINE.

The codes of fields have their source in :mod:`~paucity.literature.strategy.ovid_fields`, adjacency
and wildcards in :mod:`~paucity.literature.strategy.ovid`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from paucity.literature.strategy.evaluate import chunks
from paucity.literature.strategy.fields import ABBREVIATIONS
from paucity.literature.strategy.filters import expanded
from paucity.literature.strategy.losses import Losses, joined
from paucity.literature.strategy.nodes import (
    And,
    DateField,
    DateRange,
    Field,
    Filter,
    LineRef,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    PublicationType,
    Strategy,
    Subheading,
    Term,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.words import has_wildcard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIELDS: Final[Mapping[Field, str]] = {
    Field.ALL: "af",
    Field.TEXT_WORD: "mp",
    Field.TITLE_ABSTRACT: "ti,ab,kf",
    Field.TITLE: "ti",
    Field.ABSTRACT: "ab",
    Field.TRANSLITERATED_TITLE: "ot",
    Field.KEYWORD: "kf",
    Field.AFFILIATION: "in",
    Field.AUTHOR: "au",
    Field.FULL_AUTHOR: "fa",
    Field.JOURNAL: "jn",
    Field.LANGUAGE: "lg",
    Field.SUBSTANCE: "nm",
    Field.REGISTRY_NUMBER: "rn",
    Field.PMID: "ui",
    Field.DOI: "do",
    Field.REGISTRATION: "si",
    Field.VOLUME: "vo",
    Field.ISSUE: "ip",
    Field.PAGE: "pg",
    Field.PLACE: "cp",
    Field.NAME_AS_SUBJECT: "pn",
}
_NUMBERS: Final = frozenset({Field.PMID, Field.DOI, Field.REGISTRATION, Field.REGISTRY_NUMBER})
"""Fields whose value is written as it is, in quotes."""

_CODES: Final = {name: code for code, name in ABBREVIATIONS.items()}
_KEPT: Final = re.compile(r"[^\w*?#$-]|_")
_RESERVED: Final = re.compile(
    r"(?:^|[\s-])(?:and|or|not|adj\d*)(?=$|[\s-])|^(?:exp|limit)(?=$|[\s-])", re.IGNORECASE
)

_Piece: TypeAlias = "tuple[str, bool]"
"""A text, and whether it is made of several operands."""


def to_ovid(strategy: Strategy) -> tuple[str, tuple[str, ...]]:
    """Return a strategy in Ovid's syntax and what is lost; see :func:`translate`."""
    writer = _Writer()
    for line in strategy.lines:
        piece = None if line.node is None else writer.piece(line.node)
        if piece is None:
            writer.losses.note("nothing is left of the line; it is left out", f"#{line.number}")
            continue
        writer.numbers.setdefault(line.number, writer.emit(piece[0]))
    if len(writer.lines) == 1:
        return writer.lines[0], writer.losses.told()
    text = "\n".join(f"{i}. {line}" for i, line in enumerate(writer.lines, 1))
    return text, writer.losses.told()


@dataclass(slots=True)
class _Writer:
    """The lines written so far, and the number each line of the source has among them."""

    lines: list[str] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)

    def emit(self, text: str) -> int:
        """Write a line and return its number; one that only names the last line is that line."""
        if text == str(len(self.lines)):
            return len(self.lines)
        self.lines.append(text)
        return len(self.lines)

    def piece(self, node: Node) -> _Piece | None:
        """Return a node's text; None if Ovid has nothing for it."""
        match node:
            case And(operands):
                return self.both(operands)
            case Or(operands):
                return joined([self.piece(x) for x in operands], "or")
            case Not(left, right):
                first, second = self.piece(left), self.piece(right)
                return first if first is None else joined([first, second], "not")
            case Term():
                return self.term(node)
            case Near():
                return self.near(node)
            case LineRef(number):
                if number in self.numbers:
                    return str(self.numbers[number]), False
                return self.lost("a line that is not there", f"#{number}")
            case Filter(name):
                meant = expanded(name)
                return self.piece(meant) if meant else self.lost("a filter of PubMed", name)
            case _:
                return self.indexed(node)

    def lost(self, kind: str, what: str) -> _Piece | None:
        sentence = f"{kind} has no counterpart in Ovid; it is left out"
        self.losses.note(f"{sentence} (more is found if AND joined it, less if OR did)", what)
        return None

    def both(self, operands: Sequence[Node]) -> _Piece | None:
        """Join by AND; what Ovid takes as a limit becomes one, on a line of its own."""
        limits = [(x, text) for x in operands if (text := self.limit(x))]
        rest = [x for x in operands if all(x is not limited for limited, _ in limits)]
        if not limits or not rest:
            return joined([self.piece(x) for x in operands], "and")
        base = joined([self.piece(x) for x in rest], "and")
        if base is None:
            return None
        number = self.emit(base[0])
        body = " and ".join(text for _, text in limits)
        body = f"({body})" if len(limits) > 1 else body
        return str(self.emit(f"limit {number} to {body}")), False

    def limit(self, node: Node) -> str:
        """Return a node as a limit, or an empty text if it is none."""
        if isinstance(node, Filter) and node.name == "hasabstract":
            return "abstracts"
        if not isinstance(node, DateRange) or node.field is not DateField.PUBLICATION:
            return ""
        if "-" in node.first + node.last:
            sentence = "Ovid limits by whole years; month and day are dropped and more is found"
            self.losses.note(sentence, show(node))
        first, last = node.first[:4], node.last[:4]
        if first and first == last:
            return f'yr="{first}"'
        return f'yr="{first or "1860"} -{last or "Current"}"'

    def term(self, term: Term) -> _Piece | None:
        if term.field is None:
            sentence = "untagged: searched in all fields, not mapped to headings as PubMed does"
            self.losses.note(sentence, term.text)
            words = " and ".join(self.words(x, quoted=term.phrase) for x in chunks(term))
            return (f"({words}).af." if " and " in words else f"{words}.af."), False
        code = _FIELDS.get(term.field)
        if code is None:
            if term.field not in {Field.FIRST_AUTHOR, Field.LAST_AUTHOR, Field.CORPORATE_AUTHOR}:
                return self.lost(f"the field [{term.field.value}]", term.text)
            self.losses.note("searched among all authors: more is found", term.text)
            code = "au"
        if term.field in _NUMBERS:
            return f'"{term.text}".{code}.', False
        if code in {"au", "pn"} and not term.phrase and not has_wildcard(term.text):
            if " " not in term.text:
                self.losses.note("a family name is truncated, so longer ones are found", term.text)
            return f"{self.words(term.text)}*.{code}.", False
        quoted = term.phrase or code == "jn"
        return f"{self.words(term.text, quoted=quoted)}.{code}.", False

    def words(self, text: str, *, quoted: bool = False) -> str:
        """Return words as Ovid takes them for a phrase, in quotes where it would misread them."""
        plain = " ".join(_KEPT.sub(" ", text).split())
        if has_wildcard(plain):
            if _RESERVED.search(plain):
                self.losses.note("truncated within quotes, which Ovid may not do", plain)
                return f'"{plain}"'
            return plain
        if quoted or _RESERVED.search(plain) or plain.replace(" ", "").isdigit():
            return f'"{plain}"'
        return plain

    def near(self, node: Near) -> _Piece | None:
        code = _FIELDS.get(node.field)
        if code is None:
            return self.lost(f"nearness in [{node.field.value}]", show(node))
        if node.ordered and node.distance:
            self.losses.note("Ovid's adjN takes words in any order: more is found", show(node))
        if len(node.parts) > 2:
            self.losses.note("three or more words near each other may be counted apart", show(node))
        operator = "adj" if node.ordered and not node.distance else f"adj{node.distance + 1}"
        parts = []
        for part in node.parts:
            texts = [self.words(text) for text in part]
            parts.append(texts[0] if len(texts) == 1 else f"({' or '.join(texts)})")
        return f"({f' {operator} '.join(parts)}).{code}.", False

    def indexed(self, node: Node) -> _Piece | None:
        match node:
            case MeSH():
                return self.mesh(node)
            case Subheading(name, explode):
                return f"{self.words(name)}.{'xs' if explode else 'fs'}.", False
            case PublicationType(name, explode):
                if explode:
                    self.losses.note("publication type without the narrower ones", name)
                return f"{self.words(name)}.pt.", False
            case DateRange():
                return self.lost("a date that does not limit other terms", show(node))
            case _:
                return self.lost("what PubMed alone knows", show(node))

    def mesh(self, node: MeSH) -> _Piece | None:
        if has_wildcard(node.heading):
            if node.qualifier or node.major:
                self.losses.note("truncated heading without subheading or focus", node.heading)
            return f"{self.words(node.heading)}.sh.", False
        if node.qualifier and node.explode:
            self.losses.note("Ovid does not explode the subheading", node.qualifier)
        heading = " ".join(re.sub(r'[\[\]"/]', " ", node.heading).split())
        before = ("exp " if node.explode else "") + ("*" if node.major else "")
        code = _CODES.get(node.qualifier, "")
        return f"{before}{heading[:1].upper()}{heading[1:]}/{code}", False
