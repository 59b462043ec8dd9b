"""Decide which records are one report, and join them into groups.

The sum of a comparison's points decides: at `MERGE` points a pair is one report; between `ASK` and
`MERGE` a person is asked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from paucity.literature.block import Features, candidate_pairs, features
from paucity.literature.compare import Reason, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paucity.literature.record import Record

MERGE: Final = 10.0
"""Points from which a pair is merged without asking."""

ASK: Final = 7.0
"""Points from which a person is asked."""


class Verdict(StrEnum):
    """What was decided about a pair."""

    DUPLICATE = "duplicate"
    UNCERTAIN = "uncertain"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about two records, with every reason.

    Attributes:
        first: position of the one.
        second: position of the other; always larger.
        verdict: duplicate, uncertain or different.
        points: the sum.
        reasons: what it is the sum of.
    """

    first: int
    second: int
    verdict: Verdict
    points: float
    reasons: tuple[Reason, ...]

    def told(self) -> str:
        """Return the reasons as one line.

        >>> Decision(0, 1, Verdict.DUPLICATE, 12, (Reason(12, "same PMID"),)).told()
        'same PMID (+12)'
        """
        return "; ".join(map(str, self.reasons))


@dataclass(frozen=True, slots=True)
class Deduplication:
    """Groups of records that are one report, and every decision behind them.

    Attributes:
        groups: positions of the records of each report that was found more than once.
        merged: the pairs decided to be one report.
        uncertain: the pairs a person should look at, most points first.
        held_apart: pairs decided to be duplicates that were not joined, because their groups
            contradict each other.
        compared: how many pairs were compared.
    """

    groups: tuple[tuple[int, ...], ...]
    merged: tuple[Decision, ...]
    uncertain: tuple[Decision, ...]
    held_apart: tuple[Decision, ...]
    compared: int


def deduplicate(records: Sequence[Record]) -> Deduplication:
    """Find the records that are one report.

    Args:
        records: all records of a review, in any order.

    Returns:
        Groups, and the decision about each pair that is a duplicate or uncertain. Errata, replies,
        retractions and further reports of one study are never duplicates; see
        :func:`~paucity.literature.links.find_links`.

    Raises:
        MissingLibraryError: rapidfuzz is not installed.
    """
    held = [features(record) for record in records]
    pairs = sorted(candidate_pairs(held))
    decided = (_decide(a, b, held) for a, b in pairs)
    told = [decision for decision in decided if decision.verdict is not Verdict.DIFFERENT]
    return _joined(told, held, len(pairs))


def _decide(a: int, b: int, held: Sequence[Features]) -> Decision:
    points, reasons = compare(held[a], held[b])
    verdict = Verdict.DIFFERENT
    if points >= MERGE:
        verdict = Verdict.DUPLICATE
    elif points >= ASK:
        verdict = Verdict.UNCERTAIN
    return Decision(a, b, verdict, points, reasons)


def _joined(
    decisions: Iterable[Decision], held: Sequence[Features], compared: int
) -> Deduplication:
    """Join pairs into groups, surest first; a group never holds two PMIDs."""
    parent = list(range(len(held)))
    pmids = [item.pmid for item in held]

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    merged, uncertain, apart = [], [], []
    for decision in sorted(decisions, key=lambda d: (-d.points, d.first, d.second)):
        if decision.verdict is Verdict.UNCERTAIN:
            uncertain.append(decision)
        elif decision.verdict is Verdict.DUPLICATE:
            a, b = root(decision.first), root(decision.second)
            if a != b and pmids[a] and pmids[b] and pmids[a] != pmids[b]:
                apart.append(decision)
                continue
            merged.append(decision)
            low, high = min(a, b), max(a, b)
            parent[high] = low
            pmids[low] = pmids[low] or pmids[high]
    groups: dict[int, list[int]] = defaultdict(list)
    for position in range(len(held)):
        groups[root(position)].append(position)
    found = tuple(tuple(g) for g in groups.values() if len(g) > 1)
    rest = tuple(d for d in uncertain if root(d.first) != root(d.second))
    return Deduplication(found, tuple(merged), rest, tuple(apart), compared)
