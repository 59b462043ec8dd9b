"""Read what a record says about the patients it describes: who saw them, where, when, and whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from paucity.literature.normal import family_key, fold, initial
from paucity.literature.strategy.words import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paucity.literature.record import Record


@dataclass(frozen=True, slots=True)
class Patients:
    """What a record says about the patients it describes.

    Attributes:
        authors: family name and initial.
        centres: institutions, folded.
        period: first and last year in which patients were seen, if stated.
        people: age in months and sex of each single patient described.
        words: of the diagnosis: MeSH headings without qualifiers, keywords and title.
        count: how many patients, if stated.
        told: its title or abstract speaks of patients.
        none: it describes no patients: animals alone, or somebody else's work.
    """

    authors: frozenset[str]
    centres: frozenset[str]
    period: tuple[int, int] | None
    people: frozenset[tuple[int, str]]
    words: frozenset[str]
    count: int | None
    told: bool
    none: bool


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
_WORDS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_NUMBERS: Final = {word: number for number, word in enumerate(_WORDS, 1)}
_UNITS: Final = ("year", "yr", "month", " mo", "-mo", "week", "day", "aged")
_SEXES: Final = ("boy", "girl", "male")
_MAN: Final = re.compile(r"man\b")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_COUNTED: Final = ("patients", "children", "cases", "adults", "infants", "participants")
_TOLD: Final = re.compile(
    r"\b(?:patients?|cases?|child(?:ren)?|adults?|infants?|neonates?|wom[ae]n|m[ae]n|boys?|girls?"
    r"|participants?|cohort)\b"
)
_OTHERS: Final = frozenset(
    {"editorial", "practice guideline", "guideline", "news", "published erratum", "biography"}
)
"""Publication types of reports that describe no patients of their own."""

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
_PASSED: Final = STOPWORDS | {
    "adolescent", "adult", "adults", "aged", "animal", "animals", "case", "cases", "child",
    "children", "clinical", "disease", "female", "human", "humans", "infant", "male", "middle",
    "newborn", "patient", "patients", "preschool", "pregnancy", "report", "reports", "review",
    "series", "study", "syndrome", "therapy", "treated", "treatment", "use", "vitro", "young",
}  # fmt: skip
"""Words that say nothing of a diagnosis: those of any text, and of MEDLINE's check tags, which
every indexed article has (NLM's indexing training, "Check Tags")."""


def patients_of(record: Record) -> Patients:
    """Return what a record says about its patients."""
    text = f"{record.title}. {record.abstract}"[:LONGEST]
    small = text.casefold()
    places = [a for who in record.authors for a in who.affiliations] or list(record.affiliations)
    headings = [heading.split("/")[0] for heading in record.mesh]
    subject = fold(" ".join((*headings, *record.keywords, record.title))[:LONGEST])
    return Patients(
        authors=frozenset(
            f"{family_key(w)} {initial(w)}".strip() for w in record.authors if not w.collective
        ),
        centres=frozenset(c for place in dict.fromkeys(places) for c in _centres(place)),
        period=_period(text) if len(_YEAR.findall(text)) > 1 else None,
        people=frozenset(_people(text)) if _tells_of_one(small) else frozenset(),
        words=frozenset(w for w in subject.split() if len(w) > 2 and w not in _PASSED),
        count=_count(text) if any(word in small for word in _COUNTED) else None,
        told=_TOLD.search(small) is not None,
        none=_without_patients(record, headings),
    )


def _without_patients(record: Record, headings: Iterable[str]) -> bool:
    """Tell whether the indexing says that a report describes no patients of its own."""
    named = {heading.lstrip("*").casefold() for heading in headings}
    kinds = {kind.casefold() for kind in record.publication_types}
    return ("animals" in named and "humans" not in named) or not kinds.isdisjoint(_OTHERS)


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
