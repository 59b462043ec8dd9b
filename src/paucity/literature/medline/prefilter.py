"""Tell from its bytes alone that a citation cannot meet a strategy.

The test is one-sided: it may let through what does not meet the strategy, and never holds back what
meets it or is undecided. Words must stand in the citation's text, initials in its given names; for
whatever the reader works out of several values (pages, identifiers) nothing is required.
"""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass
from functools import lru_cache
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
    from collections.abc import Callable, Iterable, Sequence

MAX_HEADINGS: Final = 40
"""Most headings, an exploded one's and those below it, that are looked for."""

_PIECE: Final = re.compile(r"[^\W_]+|\*+|\$[1-9]|[?#]")
_INLINE: Final = re.compile(r"""</?(?:[a-z][\w:.-]*|DispFormula)(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ESCAPED: Final = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|([A-Za-z][A-Za-z0-9]*));")
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9:]{0,10}\s*/?>", re.IGNORECASE)
_ODD: Final = re.compile(rb"&(?!(?:amp|gt|quot|apos);|lt;[^a-zA-Z/])")
_SMALL_TAG: Final = re.compile(rb"<(?:[a-z!?]|/[a-z]|DispFormula)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that must be there.

    Attributes:
        text: its letters, folded; only its beginning or a part of it where there were wildcards.
        test: finds it as a word.
        initials: finds it among the initials of given names, where that would do too.
    """

    text: bytes
    test: re.Pattern[bytes]
    initials: re.Pattern[bytes] | None = None


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
    before, after = (b"(?<![a-z0-9])" if begins else b"", b"(?![a-z0-9])" if ends else b"")
    # A letter beyond ASCII beside the word makes it part of a longer one; that is let through.
    test = re.compile(before + re.escape(text) + after)
    initials = None
    if field is Field.ALL:
        letters = (re.escape(bytes([c])) for c in text)
        between = rb"[^<|]*(?<![a-z0-9])"  # each begins a name, whatever else stands between
        initials = re.compile(between + between.join(letters))
    return Word(text, test, initials)


def candidates(what: Need, chunks: Sequence[bytes], *, inline: bool = True) -> list[int]:
    """Return which citations may meet a need, from the bytes of their XML.

    Args:
        what: the need.
        chunks: the XML of each citation.
        inline: they may hold inline markup.
    """
    if what == ANYTHING:
        return list(range(len(chunks)))
    texts = (searchable(chunk, inline=inline) for chunk in chunks)
    met = _tester(what)
    return [i for i, text in enumerate(texts) if text is None or met(text)]


def _has_inline(chunk: bytes) -> bool:
    """Tell whether a citation holds inline markup, comments or the like."""
    return _SMALL_TAG.search(chunk) is not None


def _tester(what: Need) -> Callable[[bytes], bool]:
    """Return the test whether a text meets a need."""
    match what:
        case Word(word, pattern, initials):
            search = pattern.search

            def test(text: bytes) -> bool:
                if word in text and search(text):
                    return True
                return initials is not None and _initialled(word, initials, text)

            return test
        case Every(needs):
            tests = tuple(map(_tester, needs))
            return lambda text: all(test(text) for test in tests)
        case Some(needs):
            tests = tuple(map(_tester, needs))
            return lambda text: any(test(text) for test in tests)


def _initialled(word: bytes, initials: re.Pattern[bytes], text: bytes) -> bool:
    """Tell whether initials are those of some given names in the lists of authors."""
    begin = text.find(b"authorlist")
    if begin < 0:
        return False
    names = text[begin : text.rfind(b"authorlist")]
    opening = text[begin - 1 : begin]  # the sign that opens a tag here
    for tag in (b"forename", b"initials"):
        if opening + tag + b" " in names:
            return True
        for name in names.split(opening + tag + b">")[1:]:
            first = name[:1]
            if (first == word[:1] or not first.isalnum()) and initials.match(name):
                return True
    return False


def searchable(chunk: bytes, *, inline: bool = True) -> bytes | None:
    """Return a citation's text as words are compared; None if that cannot be told from its bytes.

    What stands in tags is kept too, and tags divide words as they do for a reader, apart from those
    of inline markup.

    Args:
        chunk: its XML.
        inline: it may hold inline markup, comments and the like.

    >>> searchable(b"<AbstractText>H<sub>2</sub>O and TNF-&#945;</AbstractText>")
    b'|abstracttext>h2o and tnf-alpha|/abstracttext>'
    """
    odd = b"&" in chunk and _ODD.search(chunk)
    if not odd and chunk.isascii() and not (inline and _has_inline(chunk)):
        return chunk.lower()
    if inline and (b"<!" in chunk or b"<?" in chunk):
        return None
    text = chunk.decode("utf-8", "replace")
    if inline:
        text = _INLINE.sub("", text)
    text = text.replace("<", "|")
    if odd:
        text = _MARKUP.sub("", _ESCAPED.sub(_character, text))
    return text.encode("ascii", _FOLD).lower()


def _narrow(error: UnicodeError) -> tuple[bytes, int]:
    """Return what stands for a run of characters beyond ASCII, and where the text goes on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    run = error.object[error.start : error.end]
    return _folded(run).encode("utf-8", "replace"), error.end


_folded: Final = lru_cache(maxsize=16_384)(folded)
_FOLD: Final = "paucity-fold"
codecs.register_error(_FOLD, _narrow)


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return html.unescape(found[0])
    number = int(found[1]) if found[1] else int(found[2], 16)
    return chr(number) if number < 0x110000 else "\ufffd"


def plain_words(what: Need) -> Sequence[bytes]:
    """Return the words of a need, for showing what is looked for."""
    match what:
        case Word(text):
            return (text,)
        case Every(needs) | Some(needs):
            return tuple(dict.fromkeys(w for n in needs for w in plain_words(n)))
