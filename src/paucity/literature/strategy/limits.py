"""Read what stands after ``limit N to`` in Ovid's syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.nodes import (
    At,
    DateField,
    DateRange,
    Field,
    Filter,
    MeSH,
    Node,
    Or,
    PublicationType,
    Term,
    Unread,
)
from paucity.literature.strategy.scan import Source, fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEARS: Final = re.compile(
    r"yr\s*=\s*[\"\u201c]?\s*(\d{4})?\s*(-)?\s*(\d{4}|current)?\s*[\"\u201d]?", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"([a-z]+)(?: language)?$", re.IGNORECASE)
_HEADINGS: Final[Mapping[str, str]] = {
    "humans": "Humans",
    "human": "Humans",
    "animals": "Animals",
    "female": "Female",
    "male": "Male",
}


def read_limits(source: Source, text: str, offset: int) -> tuple[Node, ...]:
    """Return a node for each limit; one that is not known is told of and left undecided."""
    out: list[Node] = []
    at = source.at(offset)
    body = text.strip()
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1]
    for part in re.split(r"\s+and\s+", body):
        choices = [x.strip() for x in re.split(r"\s+or\s+", part.strip("() \n"))]
        nodes = tuple(_limit(source, choice, offset, at) for choice in choices if choice)
        if nodes:
            out.append(nodes[0] if len(nodes) == 1 else Or(nodes, at))
    return tuple(out)


def _limit(source: Source, text: str, offset: int, at: At) -> Node:
    name = text.casefold().strip()
    if found := _YEARS.fullmatch(text.strip()):
        first, dash, last = found[1] or "", found[2], (found[3] or "").casefold()
        end = "" if last == "current" else last or ("" if dash else first)
        if first or end:
            return DateRange(DateField.PUBLICATION, first, end, at)
    if name in _HEADINGS:
        return MeSH(_HEADINGS[name], "", explode=True, at=at)
    if name in {"abstracts", "has abstract"}:
        return Filter("hasabstract", at)
    if name.endswith(" language") and (found := _LANGUAGE.fullmatch(name)):
        return Term(found[1], Field.LANGUAGE, at=at)
    if name in _TYPES:
        return PublicationType(name, explode=False, at=at)
    message = f"the limit `{text.strip()}` is not read here"
    hint = "read are: a language, yr, humans, animals, female, male, abstracts, common types"
    fault(source, "strategy-limit-unknown", offset, message, hint)
    return Unread(f"limit to {text.strip()}", at)


_TYPES: Final = frozenset(
    {
        "case reports", "clinical trial", "randomized controlled trial", "review", "letter",
        "editorial", "comment", "meta analysis", "systematic review", "guideline",
        "practice guideline", "multicenter study", "comparative study", "observational study",
        "journal article", "news", "controlled clinical trial",
    }
)  # fmt: skip
