"""Make the pages of checks and findings."""  # noqa: INP001

from __future__ import annotations

import re
from functools import cache
from inspect import cleandoc, getdoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import audit
import codes
import patients
import yaml

from paucity.dosing import DOSE_CHECKS, REGIMEN_CHECKS
from paucity.evidence.checks import REVIEW_CHECKS, STUDY_CHECKS
from paucity.participants import PARTICIPANT_CHECKS
from paucity.response import (
    DEFINITION_CHECKS,
    LIBRARY_CHECKS,
)
from paucity.review import load_review

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.text import Finding

from words import noun, plain

DOCS = Path(__file__).parent

# -- checks ------------------------------------------------------------------------------------


class Documented:
    """One check: its code, how bad its findings are, what it says, and which group it is of."""

    def __init__(self, code: str, severities: tuple[str, ...], doc: str, group: str) -> None:
        self.code = code
        self.severities = severities
        self.doc = doc
        self.group = group

    @property
    def title(self) -> str:
        """Return the first line of the documentation."""
        return noun(self.doc.split("\n", 1)[0].rstrip("."))


_GROUPS = {
    "counts": "Counts",
    "percents": "Percentages",
    "events": "Events and outcomes",
    "people": "People counted twice",
    "population": "Who the people are",
    "references": "Names, places and citations",
    "responses": "Responses",
    "checks": "Participants described one by one",
    "analyses": "The analysis plan and certainty",
    "review": "The review as a whole",
}


@cache
def checks() -> list[Documented]:
    """Return every check of the product, in groups."""
    out = [
        Documented(c.code, (c.severity.value,), c.doc, _GROUPS[c.look.__module__.rsplit(".")[-1]])
        for c in (*STUDY_CHECKS, *PARTICIPANT_CHECKS, *REVIEW_CHECKS)
    ]
    lint = [(f, "Definitions") for f in DEFINITION_CHECKS]
    lint += [(f, "Definitions together") for f in LIBRARY_CHECKS]
    for function, group in lint:
        code = function.__name__.replace("_", "-")
        found = codes.severities(function.__module__, function.__name__)
        out.append(Documented(code, found, _prose(function), group))
    for doses, group in ((DOSE_CHECKS, "Doses"), (REGIMEN_CHECKS, "Dose schedules")):
        for code, function in doses.items():
            found = codes.severities(function.__module__, function.__name__)
            out.append(Documented(code, found, _prose(function), group))
    order = [*_GROUPS.values(), "Definitions", "Definitions together", "Doses", "Dose schedules"]
    return sorted(out, key=lambda c: order.index(c.group))


def _prose(function: object) -> str:
    """Return a docstring without its arguments and examples."""
    doc = cleandoc(getdoc(function) or "")
    return re.split(r"\n\n(?=Args:|Yields:|Returns:|Raises:|>>>)", doc)[0]


def checks_page() -> Iterator[str]:
    """Yield the lines of the page of checks."""
    yield "# Checks"
    yield ""
    yield (
        "Every number is held against every other. Each check has a code, a severity, and its"
        " documentation in the code, which is what stands here. Where the bundled review shows the"
        " fault, the message is given as an example. {doc}`findings` lists every code, with those"
        " that come from reading the files."
    )
    group = ""
    for check in checks():
        if check.group != group:
            group = check.group
            yield f"\n## {group}"
        yield f"\n### {check.code}\n"
        yield f"*{' or '.join(check.severities)}*\n"
        yield noun(check.doc)
        example = _example_of(check.code)
        if example:
            yield f"\nIn the bundled review: {plain(example)}"


def _example_of(code: str) -> str:
    """Return the first message of a code in the bundled review."""
    for key, told in audit.messages().items():
        if key.partition(" ")[0] == code:
            return told[0]
    return ""


# -- findings ----------------------------------------------------------------------------------


@cache
def readings() -> dict[str, dict[str, Any]]:
    """Return what is written of the findings that no check makes."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((DOCS / "reading.yaml").read_text("utf-8"))
    return loaded


@cache
def made(code: str) -> Finding | None:
    """Return the finding that the example of a code gives, None if it has no example."""
    entry = readings()[code]
    if "data" in entry:
        return patients.finding(code, entry)
    example = entry.get("example")
    if example is None:
        return None
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"review.yaml": "title: An example\n", **example}.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        review = load_review(root)
    return next(f for f in review.findings if f.code == code)


def findings_page() -> Iterator[str]:
    """Yield the lines of the page of findings."""
    documented = {c.code: c for c in checks()}
    told = readings()
    yield "# Findings\n"
    yield (
        "Every code that a finding can have. An *error* is something that cannot be: a file that"
        " cannot be read, a name that points at nothing, more responders than people. A *warning*"
        " is something that does not fit. A *note* is something to know. Errors and warnings make"
        " `paucity check` exit with 1; notes do not.\n"
    )
    yield "| Code | Severity | What it says |"
    yield "|---|---|---|"
    for code in sorted({*documented, *told}):
        if code in documented:
            check = documented[code]
            link = f"[{code}](checks.md#{code})"
            yield f"| {link} | {' or '.join(check.severities)} | {check.title} |"
        else:
            entry = _entry(code)
            says = entry["says"].split(". ")[0].rstrip(".")
            yield f"| [{code}](#{code}) | {_severity(code)} | {says} |"
    group = ""
    for code in told:
        entry = _entry(code)
        if entry["group"] != group:
            group = entry["group"]
            yield f"\n## {group}"
        yield f"\n### {code}\n"
        yield f"{entry['says']}\n"
        yield f"What to do: {entry['do'][0].lower()}{entry['do'][1:]}"
        finding = made(code)
        if finding is not None:
            for name, text, kind in _shown(entry, finding):
                yield f"\n```{{code-block}} {kind}\n:caption: {name}\n"
                yield f"{text.rstrip()}\n```"
            hint = f" ({finding.hint})" if finding.hint else ""
            yield f"\n> {finding.span}: {finding.message}{hint}".replace("<", "\\<")


def _shown(entry: dict[str, Any], finding: Finding) -> Iterator[tuple[str, str, str]]:
    """Yield what of an example is shown: name, text and language."""
    if "data" in entry:
        name = patients.name_of(entry)
        yield name, entry["data"], "json" if name.endswith("json") else "text"
        if "mapping" in entry:
            yield patients.MAPPING, entry["mapping"], "yaml"
    elif text := entry["example"].get(finding.span.file, ""):
        name = finding.span.file
        yield name, text, "yaml" if name.endswith((".yaml", ".yml")) else "text"


def _entry(code: str) -> dict[str, Any]:
    entry = readings()[code]
    base = readings()[entry["same_as"]] if "same_as" in entry else {}
    return {**base, **entry}


def _severity(code: str) -> str:
    finding = made(code)
    return finding.severity.value if finding is not None else "error"
