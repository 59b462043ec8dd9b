"""Small reviews with an analysis plan."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from paucity.analysis import Group, synthesize
from support.reviews import PROTOCOL, load

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.review import Review

RULE = """\
kind: response
markers: {ferritin: {improved: percent_change <= -25}}
levels: {CR: any improved, NR: otherwise}
"""
WORDS = "{kind: response, basis: narrative, levels: {CR: {described: no sign left}}}\n"


def cohort(
    events: int,
    n: int,
    *,
    author: str,
    agent: str = "anakinra",
    definition: str = "",
    of: str = "patients",
    kind: str = "",
    more: str = "",
) -> str:
    """Return a study of one cohort: so many complete responses among so many."""
    judged = f", definition: {definition}" if definition else ""
    told = f"{{at: Table 1, kind: {kind}}}" if kind else "Table 1"
    return (
        f"citation: {{authors: [{author} J], year: 2001, language: English}}\n"
        f"cohorts:\n  all: {{patients: {n}, courses: {n}, prior: etoposide{more}}}\n"
        f"therapies: {{x: {{agent: {agent}}}}}\n"
        f"responses:\n  - {{cohort: all, therapy: x, of: {of}, counts: {{CR: {events}, "
        f"NR: {n - events}}}{judged}, source: {told}}}\n"
    )


def review(folder: Path, plan: str, *studies: str, extra: str = "") -> Review:
    """Return a review with a plan and studies named a, b, c ..."""
    files = {f"studies/{'abcdefghij'[i]}.yaml": text for i, text in enumerate(studies)}
    files["definitions/rule.yaml"] = RULE
    files["definitions/words.yaml"] = WORDS
    files["review.yaml"] = PROTOCOL + extra + "analyses:\n" + indent(plan, "  ")
    return load(folder, files)


def results(folder: Path, plan: str, *studies: str, extra: str = "") -> tuple[Group, ...]:
    """Return the results of a plan over studies named a, b, c ..."""
    return synthesize(review(folder, plan, *studies, extra=extra).evidence)


def keys(group: Group) -> list[str]:
    """Return the cohorts a group counts."""
    return [line.row.key for line in group.lines]
