"""What is published of each agent in each population: the data of the evidence map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.cohorts import Family
from paucity.evidence.facts import CohortFacts, FactError
from paucity.evidence.shares import Share
from paucity.logic import Bounds, add, exactly
from paucity.report.answer import Answer, count_at
from paucity.report.figures import Known

if TYPE_CHECKING:
    from paucity.evidence.rows import Row
    from paucity.expression import Node
    from paucity.review import Review


def known_of(review: Review, answers: tuple[Answer, ...]) -> dict[tuple[str, str], Known]:
    """Return what is published of each agent in each population, both by their labels."""
    return {
        (answer.label, population.label or name): _known(review, answer.rows, population.is_.node)
        for answer in answers
        for name, population in review.protocol.populations.items()
    }


def _known(review: Review, rows: tuple[Row, ...], node: Node) -> Known:
    total = exactly(0)
    inside: list[Row] = []
    settled = True
    for study_id in dict.fromkeys(row.study.id for row in rows):
        members = [row for row in rows if row.study.id == study_id]
        shares = [_share(review, row, node) for row in members]
        total = add(total, _people(members, shares))
        inside += [row for row, s in zip(members, shares, strict=True) if s.truth is True]
        settled = settled and all(s.truth is not None for s in shares)
    low = int(total.low or 0)
    high = None if total.high is None else int(total.high)
    said = _responded(review, inside) if settled and inside else ""
    return Known(low, high, said)


def _share(review: Review, row: Row, node: Node) -> Share:
    facts = CohortFacts(row.study, Family(row.study), row.cohort.id, review.evidence.vocabulary)
    try:
        return facts.share(node)
    except FactError:
        return Share(0, facts.n, facts.n)


def _people(members: list[Row], shares: list[Share]) -> Bounds:
    if all(share.truth is True for share in shares):
        return Family(members[0].study).distinct([row.cohort.id for row in members])
    low = max(share.low for share in shares)
    return Bounds(exactly(low).low, exactly(sum(share.high for share in shares)).high)


def _responded(review: Review, rows: list[Row]) -> str:
    """Return how many responded, patients and courses apart."""
    good = [name for name, level in review.protocol.scale.items() if level.responder]
    said = []
    for unit in dict.fromkeys(row.unit for row in rows):
        counts = [count_at(r, level) for r in rows if r.unit == unit for level in good]
        sizes = [r.n for r in rows if r.unit == unit]
        if None in counts or None in sizes or not good:
            return ""
        kind = "" if unit == "patients" else f" {unit}"
        said.append(f"{sum(c or 0 for c in counts)} of {sum(s or 0 for s in sizes)}{kind}")
    return f"{', '.join(said)} responded"
