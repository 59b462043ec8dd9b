"""Ask whether two reports may describe the same patients.

A case report and the later series of the same centre share people; counting them twice inflates
the evidence. What a record says is compared: authors, place, the years patients were seen, age and
sex, diagnosis. The answer is a question to the reviewer, never a decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.literature.patients import patients_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.literature.patients import Patients
    from paucity.literature.record import Record


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two reports that may describe the same patients.

    Attributes:
        first: position of the one.
        second: position of the other; always larger.
        score: 0 to 1, for the order in which they are shown.
        reasons: what agrees.
        question: for the reviewer.
    """

    first: int
    second: int
    score: float
    reasons: tuple[str, ...]
    question: str


def possible_overlaps(records: Sequence[Record], least: float = 0.5) -> list[Overlap]:
    """Ask about each pair of reports that may describe the same patients.

    Args:
        records: one for each report, duplicates already merged.
        least: the score from which a pair is asked about.

    Returns:
        Questions, the likeliest first. Only pairs that share an author are compared; an author of
        very many of the records does not make a pair by himself. Beside authors and subject
        something must point to the same people: the centre, the years, age and sex, or that most
        authors, and at least three, are the same where both reports speak of patients.
    """
    held = [patients_of(record) for record in records]
    frequency = Counter(w for item in held for w in item.words)
    common = {w for w, n in frequency.items() if n > max(3, 0.2 * len(held))}
    out = []
    for a, b in sorted(_pairs(held)):
        if held[a].none or held[b].none:
            continue
        score, reasons = _score(held[a], held[b], records[a], records[b], common)
        if score >= least:
            question = _question(records[a], records[b], reasons)
            out.append(Overlap(a, b, score, tuple(reasons), question))
    return sorted(out, key=lambda o: (-o.score, o.first, o.second))


def _pairs(held: Sequence[Patients]) -> set[tuple[int, int]]:
    by_author: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(held):
        for author in item.authors:
            by_author[author].append(position)
    shared: Counter[tuple[int, int]] = Counter()
    for members in by_author.values():
        if len(members) <= 60:
            for i, a in enumerate(members):
                for b in members[i + 1 :]:
                    shared[a, b] += 1
    return set(shared)


def _score(
    a: Patients, b: Patients, first: Record, second: Record, common: set[str]
) -> tuple[float, list[str]]:
    shared = a.authors & b.authors
    least = min(len(a.authors), len(b.authors))
    most = 2 * len(shared) >= least and len(shared) > 1
    score = (0.2 if len(shared) == 1 else 0.3) + (0.1 if most else 0.0)
    reasons = [f"{len(shared)} of {least} authors shared"]
    pointed = most and len(shared) > 2 and a.told and b.told
    if centres := a.centres & b.centres:
        score, pointed = score + 0.2, True
        reasons.append(f"same centre ({min(centres)})")
    both = a.words & b.words
    if len(both) >= 2:
        score += 0.15 if both - common else 0.1
        named = sorted(both, key=lambda word: (word in common, word))
        reasons.append(f"same subject ({', '.join(named[:3])})")
    else:
        score -= 0.3
    if a.period and b.period:
        low, high = max(a.period[0], b.period[0]), min(a.period[1], b.period[1])
        if low <= high:
            score, pointed = score + 0.2, True
            reasons.append(f"patients seen {low} to {high} in both")
        else:
            score -= 0.3
            reasons.append("patients seen in different years")
    if people := a.people & b.people:
        months, sex = min(people)
        age = f"{months // 12} years" if months >= 24 else f"{months} months"
        score, pointed = score + 0.3, True
        reasons.append(f"a {sex} of {age} in both")
    elif a.people and b.people and len(a.people) == len(b.people) == 1:
        score -= 0.3
        reasons.append("age or sex differs")
    if not pointed:
        score -= 0.2
    if _review(first) or _review(second):
        score -= 0.2
    return round(max(0.0, min(1.0, score)), 2), reasons


def _review(record: Record) -> bool:
    return any("review" in t.casefold() for t in record.publication_types)


def _question(first: Record, second: Record, reasons: Sequence[str]) -> str:
    names = [
        f"{r.authors[0].family if r.authors else 'anonymous'} {r.year or 'n.d.'}"
        for r in (first, second)
    ]
    return f"Do {names[0]} and {names[1]} describe the same patients? {'; '.join(reasons)}."
