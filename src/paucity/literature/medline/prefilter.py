"""Say what a citation must have in its bytes to meet a strategy.

What is asked for is one-sided: it may let through what does not meet the strategy, and never holds
back what meets it or is undecided. Words must stand in the citation's text, initials in its given
names; for whatever the reader works out of several values (pages, identifiers) nothing is required.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from paucity.literature.strategy.evaluate import Given, chunks, headings
from paucity.literature.strategy.filters import expanded
from paucity.literature.strategy.nodes import (
    And,
    Field,
    Filter,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    Term,
)
from paucity.literature.strategy.view import NAMES, WORDS
from paucity.literature.strategy.words import folded, has_wildcard, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_HEADINGS: Final = 40
"""Most headings, an exploded one's and those below it, that are looked for."""

_PIECE: Final = re.compile(r"[^\W_]+|\*+|\$[1-9]|[?#]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that must be there.

    Attributes:
        text: its letters, folded; only its beginning or a part of it where there were wildcards.
        test: finds it as a word.
        initials: how the initials of a person begin, or are, where that would do too; else empty.
    """

    text: bytes
    test: re.Pattern[bytes]
    initials: bytes = b""


@dataclass(frozen=True, slots=True)
class Every:
    """All of some needs."""

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of some needs; none if there are none."""

    needs: tuple[Need, ...]


Need: TypeAlias = "Word | Every | Some"

ANYTHING: Final = Every(())
"""What every citation has."""


def need(node: Node | None, given: Given = Given()) -> Need:  # noqa: B008
    """Return what a citation must have to meet a node, or to be undecided.

    Args:
        node: with no references to other lines; see
            :func:`paucity.literature.strategy.walk.resolved`.
        given: headings of MeSH.
    """
    match node:
        case And(operands):
            return _every(need(x, given) for x in operands)
        case Or(operands):
            return _some(need(x, given) for x in operands)
        case Not(left, _):
            return need(left, given)
        case Term():
            return _term(node)
        case Near(parts, _, field):
            return _every(_some(_words(text, field) for text in part) for part in parts)
        case MeSH():
            return _headings(node, given)
        case Filter(name):
            meant = expanded(name)
            return ANYTHING if meant is None else need(meant, given)
        case _:
            return ANYTHING


def _every(needs: Iterable[Need]) -> Need:
    """Return all of some needs, the one that is met least often first, as far as can be guessed."""
    held = [n for n in needs if n != ANYTHING]
    if len(held) == 1:
        return held[0]
    return Every(tuple(sorted(held, key=_rarity, reverse=True)))


def _some(needs: Iterable[Need]) -> Need:
    held = tuple(dict.fromkeys(needs))
    if ANYTHING in held:
        return ANYTHING
    return held[0] if len(held) == 1 else Some(held)


def _rarity(what: Need) -> float:
    """Return a guess of how rarely a need is met: long words are rare, many choices are not."""
    match what:
        case Word(text):
            return float(min(len(text), 12))
        case Every(needs):
            return max(map(_rarity, needs), default=0.0)
        case Some(needs):
            return min(map(_rarity, needs), default=99.0) - len(needs)


def _term(term: Term) -> Need:
    field = term.field
    if field is None:
        return _every(_words(chunk, Field.ALL) for chunk in chunks(term))
    if field in WORDS:
        return _words(term.text, field)
    if field in NAMES and not has_wildcard(term.text):
        # The family name, alone or beside initials or given names: one word is in the text.
        return _some(_word(word, Field.TITLE) for word in tokens(term.text))
    return ANYTHING


def _headings(node: MeSH, given: Given) -> Need:
    if has_wildcard(node.heading):
        return _words(node.heading, Field.TITLE)
    wanted = headings(node, given.mesh)
    if len(wanted) > MAX_HEADINGS:
        return ANYTHING
    return _some(_words(name, Field.TITLE) for name in sorted(wanted))


def _words(text: str, field: Field) -> Need:
    """Return the need of every word of a term."""
    if not has_wildcard(text):
        held = tokens(text)
        return _every(_word(w, field) for w in held) if held else Some(())
    return _every(_stems(text, field))


def _stems(text: str, field: Field) -> Iterable[Need]:
    """Yield the need of each piece of text between wildcards; pieces that touch are one word."""
    source = folded(text)
    end = -1
    found = list(_PIECE.finditer(source))
    for i, piece in enumerate(found):
        begins = piece.start() != end
        end = piece.end()
        if not piece[0][0].isalnum():
            continue
        ends = i + 1 == len(found) or found[i + 1].start() != end
        yield _word(piece[0], field, begins=begins, ends=ends)


def _word(word: str, field: Field, *, begins: bool = True, ends: bool = True) -> Need:
    """Return the need of a word, or of its beginning, end or middle."""
    if not word.isascii():
        return ANYTHING
    if field is Field.ALL and (any(c.isdigit() for c in word) or not begins):
        return ANYTHING
    text = word.encode()
    letters = re.escape(text)
    # What stands before is looked at last: a pattern that begins with letters is found faster.
    # A letter beyond ASCII beside the word makes it part of a longer one; that is let through.
    before = b"(?<![a-z0-9]" + letters + b")" if begins else b""
    test = re.compile(letters + before + (b"(?![a-z0-9])" if ends else b""))
    initials = b" " + text + (b" " if ends else b"") if field is Field.ALL else b""
    return Word(text, test, initials)


def plain_words(what: Need) -> Sequence[bytes]:
    """Return the words of a need, for showing what is looked for."""
    match what:
        case Word(text):
            return (text,)
        case Every(needs) | Some(needs):
            return tuple(dict.fromkeys(w for n in needs for w in plain_words(n)))
