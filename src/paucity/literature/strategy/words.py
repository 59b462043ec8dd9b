"""Words as they are compared: of records and of terms, by one rule.

Letters are compared without case and accents, Greek letters by their names (``TNFα`` is
``tnfalpha``); whatever is neither letter nor number divides words (``first-line`` is ``first
line``, ``Crohn's`` is ``crohn s``). Words are not stemmed: ``tumor`` does not find ``tumors``.

A text is kept as its words with one space before, between and behind them, so that a phrase is
found by looking for a piece of text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(r"(?P<word>[^\W_]+)|(?P<any>\*+)|(?P<most>\$[1-9])|(?P<one>[?#])")
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9:]{0,10}\s*/?>", re.IGNORECASE)
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th",
        "ı": "i", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon",
        "ζ": "zeta", "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda",
        "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
        "ς": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    }
)  # fmt: skip

STOPWORDS: Final = frozenset(
    {
        "a", "about", "again", "all", "almost", "also", "although", "always", "among", "an", "and",
        "another", "any", "are", "as", "at", "be", "because", "been", "before", "being", "between",
        "both", "but", "by", "can", "could", "did", "do", "does", "done", "due", "during", "each",
        "either", "enough", "especially", "etc", "for", "found", "from", "further", "had", "has",
        "have", "having", "here", "how", "however", "i", "if", "in", "into", "is", "it", "its",
        "itself", "just", "kg", "km", "made", "mainly", "make", "may", "mg", "might", "ml", "mm",
        "most", "mostly", "must", "nearly", "neither", "no", "nor", "obtained", "of", "often", "on",
        "our", "overall", "perhaps", "pmid", "quite", "rather", "really", "regarding", "seem",
        "seen",
        "several", "should", "show", "showed", "shown", "shows", "significantly", "since", "so",
        "some", "such", "than", "that", "the", "their", "theirs", "them", "then", "there",
        "therefore", "these", "they", "this", "those", "through", "thus", "to", "upon", "various",
        "very", "was", "we", "were", "what", "when", "which", "while", "with", "within", "without",
        "would",
    }
)  # fmt: skip
"""Words that an untagged search passes over (PubMed User Guide, "Stopwords")."""


def folded(text: str) -> str:
    """Return text in small letters without accents, Greek letters by name.

    >>> folded("Müller TNFα H₂O")
    'muller tnfalpha h2o'
    """
    if text.isascii():
        return text.lower()
    text = text.casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)


def tokens(text: str) -> list[str]:
    """Return the words of a text as they are compared.

    >>> tokens("Crohn's disease: first-line <i>anti</i>-TNFα")
    ['crohn', 's', 'disease', 'first', 'line', 'anti', 'tnfalpha']
    """
    if "<" in text:
        text = _MARKUP.sub("", text)
    return _WORD.findall(folded(text))


@lru_cache(maxsize=16_384)
def flat(text: str) -> str:
    """Return a text's words with a space before, between and behind them.

    >>> flat("First-line")
    ' first line '
    """
    return f" {' '.join(tokens(text))} "


def key(text: str) -> str:
    """Return a name as it is compared as a whole."""
    return flat(text).strip()


def has_wildcard(text: str) -> bool:
    """Tell whether a term's text holds a wildcard."""
    return any(sign in text for sign in "*$?#")


@lru_cache(maxsize=65_536)
def expression(text: str) -> str:
    r"""Return the regular expression of a term's words in a flat text, without the outer spaces.

    >>> expression("breast feed*")
    'breast\\ feed[^ ]*'
    """
    out: list[str] = []
    end = 0
    for found in _PIECE.finditer(folded(text)):
        if out and found.start() > end:
            out.append("\\ ")
        end = found.end()
        if found["word"]:
            out.append(re.escape(found["word"]))
        elif found["any"]:
            out.append("[^ ]*")
        elif found["most"]:
            out.append(f"[^ ]{{0,{found['most'][1]}}}")
        else:
            out.append("[^ ]" if found["one"] == "#" else "[^ ]?")
    return "".join(out)


@lru_cache(maxsize=65_536)
def finder(text: str, *, whole: bool = False) -> Callable[[str], bool]:
    """Return the test whether a flat text holds the words of a term side by side.

    Args:
        text: the term, with wildcards.
        whole: the flat text must consist of these words alone.

    >>> finder("feed*")(flat("Breast feeding")), finder("feed")(flat("Breast feeding"))
    (True, False)
    """
    if not has_wildcard(text):
        wanted = flat(text)
        if not wanted.strip():
            return _never
        return wanted.__eq__ if whole else (lambda held: wanted in held)
    if not whole and text.endswith("*") and not has_wildcard(text[:-1]) and text[-2:-1].isalnum():
        begin = flat(text[:-1])[:-1]
        return lambda held: begin in held
    pattern = re.compile(f" {expression(text)} ")
    if whole:
        return lambda held: pattern.fullmatch(held) is not None
    return lambda held: pattern.search(held) is not None


def _never(held: str) -> bool:  # noqa: ARG001
    return False


def places(text: str, held: str) -> list[tuple[int, int]]:
    """Return first and last word of each place where a flat text holds the words of a term.

    >>> places("a b", flat("a b a b"))
    [(0, 1), (2, 3)]
    """
    pattern = _spotter(text)
    out = []
    for found in pattern.finditer(held):
        first = held.count(" ", 0, found.start())
        out.append((first, first + found[1].count(" ")))
    return out


@lru_cache(maxsize=16_384)
def _spotter(text: str) -> re.Pattern[str]:
    return re.compile(f"(?= ({expression(text)}) )" if expression(text) else r"(?!)()")
