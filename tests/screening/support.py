"""Small corpora and reviews, made by hand."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from paucity.protocol import ScreeningPlan
from paucity.screening.corpus import Corpus, gather
from paucity.screening.votes import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = ",".join(COLUMNS) + "\n"


def ris(number: int, *, year: str = "2013", extra: str = "", title: str = "") -> str:
    """Return a record in RIS whose DOI ends in its number."""
    title = title or f"{WORDS[number % len(WORDS)]} in case number {number} of a rare disease"
    return (
        f"TY  - JOUR\nTI  - {title}\nAU  - Author{number}, A\nPY  - {year}\n"
        f"DO  - 10.1000/case{number}\n{extra}ER  - \n"
    )


WORDS = ("Alemtuzumab", "Anakinra", "Tocilizumab", "Etanercept", "Ruxolitinib", "Emapalumab")


def corpus(files: Mapping[str, str], merges: str = "") -> Corpus:
    """Return the corpus of exports given as text."""
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in sorted(files.items()):
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            paths.append((path, name))
        return gather(paths, merges)


def plan(**values: object) -> ScreeningPlan:
    """Return how to screen; two reviewers if not told."""
    return ScreeningPlan(**values)  # type: ignore[arg-type]


def row(
    record: int | str, decision: str, reason: str = "", stage: str = "title and abstract"
) -> str:
    """Return one row of a vote file."""
    name = f"doi:10.1000/case{record}" if isinstance(record, int) else record
    return f"{name},{stage},{decision},{reason},,\n"


def full(record: int | str, decision: str, reason: str = "") -> str:
    """Return one row at full text."""
    return row(record, decision, reason, "full text")
