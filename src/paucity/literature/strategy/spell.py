"""Bring a term as typed to its words and wildcards, passing over the signs that PubMed does.

Source: PubMed User Guide, "Truncating search terms" and "PubMed character conversions".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from paucity.literature.strategy.scan import Source

STEM: Final = 4
"""Fewest letters before a ``*`` (User Guide, "Truncating search terms")."""

_IGNORED: Final = re.compile(r"[!#$%+;<>=?\\^_{}~\[\]()&|]+")
_FOREIGN: Final = re.compile(r"(?<=[^\W_])[?#$](?=\d?[^\W_])|(?<=[^\W_])[#$](?=\d?(?:\s|$))")
"""What other databases take for letters of a word; a `?` behind a word only ends a question."""
_SPACE: Final = re.compile(r"\s+")
_LETTERS: Final = re.compile(r"[^\W_]")
_APART: Final = re.compile(r"[\s/-]+")


def clean(source: Source, text: str, offset: int, *, hyphens: bool = True) -> str:
    """Return a term's words divided by one space, with the wildcards that count.

    Args:
        source: takes the findings.
        text: the term as typed.
        offset: where it stands.
        hyphens: keep them; otherwise the words they join stand apart.

    A ``*`` counts at the end of the last word, after four letters of that word or more. One in the
    middle of a word is kept, since leaving it out would lose what it may find; any other is passed
    over. Each gives a finding.
    """
    if sign := _FOREIGN.search(text):
        message = f"PubMed knows no wildcard `{sign[0]}`, as in `{text}`; it is read as a space"
        hint = "write both spellings, joined by OR; PubMed knows `*` at the end of a word"
        source.fault("strategy-wildcard-unknown", offset, message, hint)
    text = _SPACE.sub(" ", _IGNORED.sub(" ", text)).strip()
    if not hyphens:
        text = " ".join(filter(None, _APART.split(text)))
    if "*" not in text:
        return text
    words = text.split(" ")
    last = len(words) - 1
    return " ".join(
        filter(None, (_starred(source, w, offset, last=i == last) for i, w in enumerate(words)))
    )


def _starred(source: Source, word: str, offset: int, *, last: bool) -> str:
    if "*" not in word:
        return word
    stem = _APART.split(word.split("*", 1)[0])[-1]
    letters = len(_LETTERS.findall(stem))
    inside = bool(_LETTERS.search(word.split("*", 1)[1]))
    plain = " ".join(word.replace("*", " ").split())
    if letters < STEM:
        message = f"`{word}` has {letters} letters before the `*`; PubMed asks for {STEM}"
        hint = f"the `*` is passed over and `{plain or word}` searched: write the words out"
        source.fault("strategy-stem-short", offset, message, hint)
        return plain
    if inside:
        message = f"PubMed's help knows no `*` inside a word, as in `{word}`; it is kept here"
        hint = "write both spellings, joined by OR"
        source.fault("strategy-wildcard-inside", offset, message, hint)
        return word
    if not last:
        message = f"`{word}` is not the last word of its phrase, so PubMed passes over the `*`"
        hint = "only the last word can be truncated: write the phrases out, joined by OR"
        source.fault("strategy-wildcard-inside", offset, message, hint)
        return plain
    return word.rstrip("*") + "*"
