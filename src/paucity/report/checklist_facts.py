"""What the answers to reporting checklists are taken from, and what an answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.evidence.view import Evidence
    from paucity.literature.live.log import SearchLog
    from paucity.protocol import Search
    from paucity.screening.flow import Flow
    from paucity.screening.load import Screening
    from paucity.screening.searched import Searched
    from paucity.text import Span


@dataclass(frozen=True, slots=True)
class Facts:
    """What answers are taken from.

    Attributes:
        evidence: the studies and the protocol.
        flow: from records to studies.
        screening: records and votes, if there are any.
        review: a review folder is there, not just exports.
        searched: the searches with the logs of their runs; empty if none was run from here.
    """

    evidence: Evidence
    flow: Flow
    screening: Screening | None = None
    review: bool = True
    searched: tuple[Searched, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the data say about an item, and where it stands in the report or folder."""

    text: str
    where: str = ""
    span: Span | None = None


def count(n: int, word: str, words: str = "") -> str:
    """Return a count with its word."""
    return f"{n:,} {word if n == 1 else words or word + 's'}"


def searches(facts: Facts, *kinds: str) -> list[Search]:
    """Return the searches of the protocol, of some kinds or all."""
    return [s for s in facts.evidence.protocol.searches if not kinds or s.kind in kinds]


def logged(facts: Facts) -> list[tuple[Search, SearchLog | None]]:
    """Return the searches of the protocol, each with the log of its runs if it has one."""
    if facts.searched:
        return [(one.search, one.log) for one in facts.searched]
    return [(search, None) for search in searches(facts)]


def joined(texts: Iterable[str]) -> str:
    """Return texts once each, with semicolons between."""
    return "; ".join(dict.fromkeys(t for t in texts if t))
