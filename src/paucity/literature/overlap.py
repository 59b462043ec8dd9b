"""Ask whether two reports may describe the same patients.

A case report and the later series of the same centre share people; counting them twice inflates
the evidence. What a record says is compared: authors, place, the years patients were seen, age and
sex, diagnosis. The answer is a question to the reviewer, never a decision.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from paucity.literature.normal import family_key, fold, initial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


@dataclass(frozen=True, slots=True)
class Patients:
    """What a record says about the patients it describes.

    Attributes:
        authors: family name and initial.
        centres: institutions, folded.
        period: first and last year in which patients were seen, if stated.
        people: age in months and sex of each single patient described.
        words: of the diagnosis: MeSH headings, keywords and title.
        count: how many patients, if stated.
    """

    authors: frozenset[str]
    centres: frozenset[str]
    period: tuple[int, int] | None
    people: frozenset[tuple[int, str]]
    words: frozenset[str]
    count: int | None


LONGEST: Final = 100_000
"""Characters of title and abstract, and of headings, in which patients are looked for."""

_AGE: Final = re.compile(
    r"\b(?:an? |aged |age of )?(?P<age>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)[ -](?P<unit>years?|yr|months?|mo|weeks?|days?)[ -]?(?:old)?\b[ ,-]*"
    r"(?:\w+ ){0,2}?(?P<sex>boy|girl|male|female|man|woman|infant girl|infant boy)\b",
    re.IGNORECASE,
)
_SHORT_AGE: Final = re.compile(
    r"\b(?P<sex>boy|girl|man|woman|male|female)(?: patient)?,? aged (?P<age>\d{1,3})"
    r" ?(?P<unit>years?|yr|months?|mo|weeks?|days?)?",
    re.IGNORECASE,
)
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        1,
    )
}
_UNITS: Final = ("year", "yr", "month", " mo", "-mo", "week", "day", "aged")
_SEXES: Final = ("boy", "girl", "male")
_MAN: Final = re.compile(r"man\b")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_COUNTED: Final = ("patients", "children", "cases", "adults", "infants", "participants")
_MALE: Final = frozenset({"boy", "male", "man", "infant boy"})
_PERIOD: Final = re.compile(
    r"\b(?:between|from|during|in|and|to|through|until|-|–)?\s*"
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|[A-Z][a-z]{2}\.?)\s+)?((?:19|20)\d\d)\s*(?:and|to|through|until|-|–|—)\s*"
    r"(?:(?:the end of\s+)?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December|[A-Z][a-z]{2}\.?)\s+)?((?:19|20)\d\d)\b"
)
_COUNT: Final = re.compile(
    r"\b(?P<n>\d{1,5}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r" (?:\w+ ){0,3}?(?:patients|children|cases|adults|infants|participants)\b",
    re.IGNORECASE,
)
_INSTITUTION: Final = re.compile(
    r"universit|hospital|h[oô]pital|institut|clinic|klinik|cent(?:er|re)|school|college|charit",
    re.IGNORECASE,
)
_COMMON: Final = frozenset(
    [
        "a",
        "adult",
        "adults",
        "after",
        "aged",
        "all",
        "an",
        "and",
        "as",
        "at",
        "by",
        "case",
        "cases",
        "child",
        "children",
        "clinical",
        "disease",
        "for",
        "female",
        "from",
        "humans",
        "in",
        "infant",
        "its",
        "male",
        "middle",
        "of",
        "on",
        "or",
        "patient",
        "patients",
        "report",
        "reports",
        "review",
        "series",
        "study",
        "syndrome",
        "the",
        "therapy",
        "to",
        "treated",
        "treatment",
        "use",
        "with",
    ]
)


def patients_of(record: Record) -> Patients:
    """Return what a record says about its patients."""
    text = f"{record.title}. {record.abstract}"[:LONGEST]
    small = text.casefold()
    places = [a for who in record.authors for a in who.affiliations] or list(record.affiliations)
    headings = " ".join((*record.mesh, *record.keywords, record.title))[:LONGEST]
    return Patients(
        authors=frozenset(
            f"{family_key(w)} {initial(w)}".strip() for w in record.authors if not w.collective
        ),
        centres=frozenset(c for place in dict.fromkeys(places) for c in _centres(place)),
        period=_period(text) if len(_YEAR.findall(text)) > 1 else None,
        people=frozenset(_people(text)) if _tells_of_one(small) else frozenset(),
        words=frozenset(w for w in fold(headings).split() if len(w) > 2 and w not in _COMMON),
        count=_count(text) if any(word in small for word in _COUNTED) else None,
    )


def _tells_of_one(small: str) -> bool:
    """Tell whether a text in small letters can state age and sex; most do not."""
    if not any(unit in small for unit in _UNITS):
        return False
    return any(sex in small for sex in _SEXES) or _MAN.search(small) is not None


@lru_cache(maxsize=16_384)
def _centres(place: str) -> tuple[str, ...]:
    parts = [fold(part) for part in re.split(r"[,;]", place) if _INSTITUTION.search(part)]
    return tuple(words for words in parts if " " in words)


def _period(text: str) -> tuple[int, int] | None:
    spans = [(int(a), int(b)) for a, b in _PERIOD.findall(text)]
    good = [(a, b) for a, b in spans if 0 <= b - a <= 40]
    return (min(a for a, _ in good), max(b for _, b in good)) if good else None


def _people(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_AGE, _SHORT_AGE):
        for found in pattern.finditer(text):
            age = found["age"].lower()
            number = _NUMBERS.get(age) or int(age)
            unit = (found["unit"] or "years").lower()
            months = number * 12 if unit.startswith("y") else number
            months = 0 if unit[0] in "wd" else months
            yield months, "male" if found["sex"].lower() in _MALE else "female"


def _count(text: str) -> int | None:
    found = _COUNT.search(text)
    if not found:
        return None
    return _NUMBERS.get(found["n"].lower()) or int(found["n"])


def possible_overlaps(records: Sequence[Record], least: float = 0.5) -> list[Overlap]:
    """Ask about each pair of reports that may describe the same patients.

    Args:
        records: one for each report, duplicates already merged.
        least: the score from which a pair is asked about.

    Returns:
        Questions, the likeliest first. Only pairs that share an author are compared; an author of
        very many of the records does not make a pair by himself.
    """
    held = [patients_of(record) for record in records]
    frequency = Counter(w for item in held for w in item.words)
    common = {w for w, n in frequency.items() if n > max(3, 0.2 * len(held))}
    out = []
    for a, b in sorted(_pairs(held)):
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
    score = 0.2 if len(shared) == 1 else 0.3
    reasons = [f"{len(shared)} of {least} authors shared"]
    if 2 * len(shared) >= least and len(shared) > 1:
        score += 0.1
    if centres := a.centres & b.centres:
        score += 0.2
        reasons.append(f"same centre ({min(centres)})")
    words = (a.words & b.words) - common
    both = a.words & b.words
    if len(both) >= 2:
        score += 0.15 if words else 0.1
        reasons.append(f"same subject ({', '.join(sorted(both)[:3])})")
    else:
        score -= 0.3
    if a.period and b.period:
        low, high = max(a.period[0], b.period[0]), min(a.period[1], b.period[1])
        if low <= high:
            score += 0.2
            reasons.append(f"patients seen {low} to {high} in both")
        else:
            score -= 0.3
            reasons.append("patients seen in different years")
    if people := a.people & b.people:
        months, sex = min(people)
        age = f"{months // 12} years" if months >= 24 else f"{months} months"
        score += 0.3
        reasons.append(f"a {sex} of {age} in both")
    elif a.people and b.people and len(a.people) == len(b.people) == 1:
        score -= 0.3
        reasons.append("age or sex differs")
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
