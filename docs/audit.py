"""Hold the audit of the bundled review's source against what the review computes."""  # noqa: INP001

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from paucity.evidence.eligibility import Verdict
from paucity.participants.recompute import outcome_of
from paucity.review import Review, bundled_review, load_review

DOCS = Path(__file__).parent
_HEAD = """\
# The audit of the bundled review's source

`hlh-salvage` encodes a published review (doi 10.1002/pbc.26308). Before it was encoded, that
review was read against itself, against arithmetic and against public abstracts, and what does not
fit was written down: {rows} rows, A1 to F14. This page says of each row what computes it from the
encoded data. {computed} rows are computed. For the others the last column says why nothing can be.

H changes a count, a rule or an eligibility decision; M changes how something is read; L is a slip
of copying or printing; ok is a row that turned out to be right. A code leads to its documentation.
A test asserts that each finding is made, and each claim judged, as this page says.

| Row | Severity | What the source says | What computes it |
|---|---|---|---|
"""


@cache
def bundled() -> Review:
    """Return the bundled review, read once."""
    return load_review(bundled_review("hlh-salvage"))


@cache
def rows() -> dict[str, dict[str, Any]]:
    """Return the rows of the audit, by number."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((DOCS / "audit.yaml").read_text("utf-8"))
    return loaded


@cache
def messages() -> dict[str, tuple[str, ...]]:
    """Return the messages of the bundled review by `code subject`, open and accepted."""
    review = bundled()
    out: dict[str, tuple[str, ...]] = {}
    for finding in (*review.findings, *(f for f, _ in review.accepted)):
        key = f"{finding.code} {finding.subject}"
        if finding.message not in out.get(key, ()):
            out[key] = (*out.get(key, ()), finding.message)
    return out


def missing() -> list[str]:
    """Return what the audit says is computed and the bundled review does not compute."""
    standing = {v.name: v.standing.value for v in bundled().claims}
    out = []
    for row, told in rows().items():
        out += [f"{row}: {key}" for key in told.get("finds", ()) if key not in messages()]
        for claim, wanted in told.get("claims", {}).items():
            if standing.get(claim) != wanted:
                out.append(f"{row}: claim {claim} is {standing.get(claim)}, not {wanted}")
        out += [
            f"{row}: {key} is not excluded" for key in told.get("excluded", ()) if not _out(key)
        ]
        for key, wanted in told.get("recomputed", {}).items():
            levels = {name: _level(key, name) for name in wanted}
            out += [f"{row}: {key} is {levels[n]} by {n}" for n in wanted if levels[n] != wanted[n]]
        for name, keys in told.get("leaves", {}).items():
            out += [
                f"{row}: `{name}` does not leave {key}" for key in keys if key not in _left(name)
            ]
    return out


def _out(key: str) -> bool:
    study, _, cohort = key.partition("/")
    result = bundled().eligibility
    return result is not None and result.cohorts[study, cohort].verdict is Verdict.EXCLUDED


def _level(participant: str, definition: str) -> str:
    """Return the level that a participant's values give by a definition."""
    assessment = bundled().recomputed.get(definition)
    outcome = outcome_of(assessment, participant) if assessment else None
    return outcome.result if outcome else "not computed"


def _left(name: str) -> set[str]:
    """Return the cohorts that the main criteria let in and a set of criteria does not."""
    evidence = bundled().evidence
    theirs = set(evidence.eligibility[name].included_cohorts())
    return {f"{s}/{c}" for s, c in evidence.included if (s, c) not in theirs}


def page() -> str:
    """Return the page."""
    computed = sum(
        any(k in told for k in ("finds", "claims", "excluded", "leaves", "recomputed"))
        for told in rows().values()
    )
    lines = [
        f"| {row} | {told['severity']} | {_cell(told['says'])} | {'<br>'.join(_computed(told))} |"
        for row, told in rows().items()
    ]
    return _HEAD.format(rows=len(rows()), computed=computed) + "\n".join(lines) + "\n"


def _computed(told: dict[str, Any]) -> list[str]:
    """Return what computes a row, one statement each."""
    out = []
    for key in told.get("finds", ()):
        code, _, subject = key.partition(" ")
        said = "; ".join(messages().get(key, ("not found",)))
        where = "findings" if code.startswith("claim-") else "checks"
        out.append(f"[{code}](reference/{where}.md#{code}) about `{subject}`: {_cell(said)}")
    for claim, standing in told.get("claims", {}).items():
        out.append(f"claim `{claim}`: {standing}")
    if told.get("excluded"):
        out.append(f"excluded: {', '.join(f'`{k}`' for k in told['excluded'])}")
    for key, levels in told.get("recomputed", {}).items():
        for name, level in levels.items():
            out.append(f"recomputed from the values told, `{key}` is {level} by `{name}`")
    for name, keys in told.get("leaves", {}).items():
        out.append(f"the criteria `{name}` leave out {', '.join(f'`{k}`' for k in keys)}")
    if told.get("why"):
        out.append(_cell(told["why"]) if not out else f"({_cell(told['why'])})")
    return out


def _cell(text: str) -> str:
    """Return a text that can stand in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
