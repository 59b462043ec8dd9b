"""Tell from their bytes alone which citations may meet a strategy.

The citations of a batch are looked through side by side in one text of small letters. Words beyond
ASCII are looked for apart, folded; a citation with character references or inline markup is put
into a searchable form alone.
"""

from __future__ import annotations

import codecs
import html
import re
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from paucity.literature.medline.prefilter import ANYTHING, Every, Some, Word
from paucity.literature.medline.scan import beyond_ascii, lowered, small_tags
from paucity.literature.strategy.words import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paucity.literature.medline.prefilter import Need

_INLINE: Final = re.compile(r"""</?(?:[a-z][\w:.-]*|DispFormula)(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ESCAPED: Final = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));")
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9:]{0,10}\s*/?>", re.IGNORECASE)
_ODD: Final = re.compile(rb"&(?!(?:amp|gt|quot|apos);|lt;[^a-zA-Z/])")
_UNKNOWN: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#)")
_FORENAME: Final = re.compile(rb"forename(?: [^>]*)?>([^<|\s][^<|]*)")
_LETTERS: Final = re.compile(rb"initials(?: [^>]*)?>([^<|\s][^<|]*)")
_NAME: Final = re.compile(rb"[a-z0-9]+")
_LONG_WORD: Final = re.compile(rb"[a-z0-9\x80-\xff]+")
_UNSURE: Final = b"*"
_TOGETHER: Final = 64
"""Citations looked through side by side: their text stays in the processor's cache."""


def candidates(what: Need, chunks: Sequence[bytes], *, inline: bool = True) -> list[int]:
    """Return which citations may meet a need, from the bytes of their XML.

    Args:
        what: the need.
        chunks: the XML of each citation.
        inline: they may hold inline markup, comments and the like.
    """
    if what == ANYTHING:
        return list(range(len(chunks)))
    met = _tester(what)
    out = []
    for first in range(0, len(chunks), _TOGETHER):
        some = chunks[first : first + _TOGETHER]
        out += [first + i for i in _may_meet(met, some, inline=inline)]
    return out


def _may_meet(
    met: Callable[[_Citation], bool], chunks: Sequence[bytes], *, inline: bool
) -> Iterator[int]:
    """Yield which of some citations may meet a need."""
    whole = b"".join(chunks)
    bounds = list(accumulate(map(len, chunks), initial=0))
    odd = _odd(whole, bounds, inline=inline)
    text = lowered(whole)
    others = _beyond(text, bounds)
    for i, (begin, end) in enumerate(pairwise(bounds)):
        if i in odd:
            alone = searchable(chunks[i], inline=inline)
            if alone is None or met(_Citation(alone, 0, len(alone))):
                yield i
        elif met(_Citation(text, begin, end, others.get(i, b""))):
            yield i


def _odd(text: bytes, bounds: Sequence[int], *, inline: bool) -> set[int]:
    """Return which citations must be put into a searchable form."""
    places = [found.start() for found in _ODD.finditer(text)]
    if inline:
        places += small_tags(text)
        places += (found.start() for found in _SPECIAL.finditer(text))
    return set(_which(places, bounds))


def _which(places: Sequence[int], bounds: Sequence[int]) -> list[int]:
    """Return which citation each place in a text belongs to."""
    import numpy as np

    found = np.searchsorted(bounds, np.asarray(places, np.int64), side="right") - 1
    return found.tolist()  # type: ignore[no-any-return]


def _beyond(text: bytes, bounds: Sequence[int]) -> dict[int, bytes]:
    """Return the words with letters beyond ASCII, folded, of the citations that have any."""
    places = beyond_ascii(text)
    out: dict[int, bytes] = {}
    done = 0
    for at, citation in zip(places, _which(places, bounds), strict=True):
        if at < done:
            continue
        begin = at
        while begin > done and text[begin - 1 : begin].isalnum():
            begin -= 1
        found = _LONG_WORD.match(text, at)
        done = found.end() if found else at + 1
        word = _folded_bytes(text[begin:done])
        out[citation] = out[citation] + b" " + word if citation in out else word
    return out


@lru_cache(maxsize=65_536)
def _folded_bytes(word: bytes) -> bytes:
    return folded(word.decode("utf-8", "replace")).encode("utf-8", "replace")


_SPECIAL: Final = re.compile(rb"<(?:[!?]|DispFormula)")


class _Citation:
    """One citation in a text; its people's initials are worked out once."""

    __slots__ = ("_initials", "begin", "end", "others", "text")

    def __init__(self, text: bytes, begin: int, end: int, others: bytes = b"") -> None:
        self.text = text
        self.begin = begin
        self.end = end
        self.others = others
        self._initials: bytes | None = None

    def holds(self, pattern: re.Pattern[bytes]) -> bool:
        """Tell whether a word stands in it."""
        return pattern.search(self.text, self.begin, self.end) is not None or (
            bool(self.others) and pattern.search(self.others) is not None
        )

    @property
    def initials(self) -> bytes:
        """Return each person's initials with spaces around; a star if they cannot be told."""
        if self._initials is None:
            self._initials = self._read_initials()
        return self._initials

    def _read_initials(self) -> bytes:
        begin = self.text.find(b"authorlist", self.begin, self.end)
        if begin < 0:
            return b""
        end = self.text.rfind(b"authorlist", begin, self.end)
        names = _FORENAME.findall(self.text, begin, end)
        names += _LETTERS.findall(self.text, begin, end)
        found = set(map(_initials, names))
        return _UNSURE if _UNSURE in found else b" %s " % b" ".join(found)


@lru_cache(maxsize=65_536)
def _initials(name: bytes) -> bytes:
    """Return the initials of given names, as :mod:`~paucity.literature.strategy.view` does."""
    name = _folded_bytes(name)
    if not name.isascii() or b"&" in name:
        return _UNSURE
    return b"".join(word[:1] for word in _NAME.findall(name))


def _tester(what: Need) -> Callable[[_Citation], bool]:
    """Return the test whether a citation meets a need."""
    match what:
        case Word(_, pattern, b""):
            return lambda citation: citation.holds(pattern)
        case Word(_, pattern, initials):
            return _word_or_initials(pattern, initials)
        case Every(needs):
            return _all_of([_tester(need) for need in needs])
        case Some(needs):
            tests = tuple(map(_tester, needs))
            return lambda c: any(test(c) for test in tests)


def _word_or_initials(pattern: re.Pattern[bytes], initials: bytes) -> Callable[[_Citation], bool]:
    """Return the test whether a word stands in the text, or among the initials of its people."""

    def met(citation: _Citation) -> bool:
        if citation.holds(pattern):
            return True
        held = citation.initials
        return initials in held or held is _UNSURE

    return met


def _all_of(tests: list[Callable[[_Citation], bool]]) -> Callable[[_Citation], bool]:
    """Return the test whether all tests are met; the one that failed last is tried first."""

    def met(citation: _Citation) -> bool:
        for place, test in enumerate(tests):
            if not test(citation):
                if place:
                    tests.insert(0, tests.pop(place))
                return False
        return True

    return met


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
    if _UNKNOWN.search(chunk) or (inline and (b"<!" in chunk or b"<?" in chunk)):
        return None
    text = chunk.decode("utf-8", "replace")
    if inline:
        text = _INLINE.sub("", text)
    text = text.replace("<", "|")
    if _ODD.search(chunk):
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
