"""The pages that show a review's files: the text line by line, and what was made of it beside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from paucity.dosing.english import describe_regimen, say_bounds
from paucity.dosing.schedule import assumptions, cumulative
from paucity.participants.recompute import outcome_of
from paucity.report.references import say_citation
from paucity.report.table import Cell
from paucity.response.english import say_definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.dosing.model import Regimen
    from paucity.evidence.eligibility import CohortResult
    from paucity.evidence.model import Study
    from paucity.participants.model import DescribedParticipant
    from paucity.report.figures import Drawing
    from paucity.response.model import Definition
    from paucity.review import Review
    from paucity.sources import Accepted
    from paucity.text import Finding, Span

_KEY = re.compile(r"^(\s*(?:- )*)([^\s#:'\"{}\[\],&*][^:#'\"{}\[\]]*)(:)(?=\s|$)")
_KINDS = ("study", "source", "definition", "regimen")


class Leaves:
    """What is shown beside each file: looked up once, for however many files there are."""

    def __init__(
        self, review: Review, texts: Mapping[str, str], drawings: Mapping[str, Drawing]
    ) -> None:
        self.review = review
        self.texts = texts
        self.drawings = drawings
        evidence = review.evidence
        kinds = (evidence.studies, evidence.sources, review.definitions, review.regimens)
        self.records: dict[str, dict[str, Any]] = {}
        for kind, held in zip(_KINDS, kinds, strict=True):
            for record in held.values():
                self.records.setdefault(record.marks.file, {})[kind] = record
        self.found: dict[str, list[Finding]] = {}
        for finding in review.findings:
            self.found.setdefault(finding.span.file, []).append(finding)
        self.accepted: dict[str, list[tuple[Finding, Accepted]]] = {}
        for pair in review.accepted:
            self.accepted.setdefault(pair[0].span.file, []).append(pair)
        self.judged: dict[str, list[CohortResult]] = {}
        for (study, _), result in (
            review.eligibility.cohorts if review.eligibility else {}
        ).items():
            self.judged.setdefault(study, []).append(result)
        self.people: dict[str, list[DescribedParticipant]] = {}
        for person in review.people.participants.values():
            files = dict.fromkeys((person.marks.file, *(v.marks.file for v in person.values)))
            for file in files:
                self.people.setdefault(file, []).append(person)
        self.users = users_of(evidence.studies.values())

    def given(self, file: str) -> dict[str, Any]:
        """Return what the template of one file's page is given."""
        held = {kind: self.records.get(file, {}).get(kind) for kind in _KINDS}
        found, accepted = self.found.get(file, []), self.accepted.get(file, [])
        flagged = {f.span.line for f in (*found, *(f for f, _ in accepted))}
        study, definition, regimen = held["study"], held["definition"], held["regimen"]
        return {
            **held,
            "title": self._name(file, held),
            "file": file,
            "lines": source_lines(self.texts[file], flagged),
            "found": [(finding, None) for finding in found],
            "accepted": accepted,
            "judged": self.judged.get(study.id, []) if study else [],
            "people": self._people(file),
            "used_by": self._used_by(held),
            "statements": _by_part(definition) if definition else {},
            "described": describe_regimen(regimen) if regimen else "",
            "assumed": assumptions(regimen) if regimen else (),
            "totals": _totals(regimen) if regimen else (),
            "drawing": self.drawings.get(f"regimen-{regimen.name}") if regimen else None,
        }

    def _name(self, file: str, held: Mapping[str, Any]) -> str:
        for kind in ("study", "definition", "regimen"):
            record = held[kind]
            if record is not None:
                return str(getattr(record, "label", "") or record.name)
        if held["source"] is not None:
            return held["source"].citation.title or say_citation(held["source"].citation) or file
        if self.people.get(file):
            return f"Participants: {file.rsplit('/', 1)[-1]}"
        return "Protocol" if file == "review.yaml" else file

    def _people(self, file: str) -> list[tuple[DescribedParticipant, Cell, list[tuple[Cell, str]]]]:
        """Return the participants of a file, each with its study and its recomputed levels."""
        out = []
        for person in self.people.get(file, ()):
            study = self.review.evidence.studies.get(person.study)
            name = study.name if study else person.study
            cell = Cell(name, person.study, study.marks.span() if study else None)
            levels = []
            for name, assessment in self.review.recomputed.items():
                outcome = outcome_of(assessment, person.key)
                if outcome is not None:
                    d = self.review.definitions[name]
                    levels.append((Cell(d.label or name, name, d.marks.span()), outcome.result))
            out.append((person, cell, levels))
        return out

    def _used_by(self, held: Mapping[str, Any]) -> list[Cell]:
        """Return the studies that were read in a document, or that name a definition or regimen."""
        for kind, key in (("source", "id"), ("definition", "name"), ("regimen", "name")):
            if held[kind] is not None:
                return self.users.get((kind, getattr(held[kind], key)), [])
        return []


def users_of(studies: Iterable[Study]) -> dict[tuple[str, str], list[Cell]]:
    """Return the studies that use each document, definition and regimen, with the line."""
    out: dict[tuple[str, str], dict[str, Cell]] = {}

    def note(kind: str, name: str, study: Study, span: Span) -> None:
        if name:
            cells = out.setdefault((kind, name), {})
            cells.setdefault(study.id, Cell(study.name, study.id, span))

    for study in studies:
        note("source", study.read_in, study, study.marks.span("read_in"))
        for response in study.responses:
            span = response.marks.span("definition")
            note("definition", response.definition, study, span)
        for therapy in study.therapies.values():
            note("regimen", therapy.regimen, study, therapy.marks.span("regimen"))
    return {key: list(cells.values()) for key, cells in out.items()}


def _by_part(definition: Definition) -> dict[str, list[str]]:
    """Return a definition's statements under the part they belong to."""
    out: dict[str, list[str]] = {}
    for line in say_definition(definition):
        out.setdefault(line.part, []).append(line.text)
    return out


def _totals(regimen: Regimen) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (total.drug, say_bounds(total.amount, total.unit) if total.unit else "", total.why_open)
        for total in cumulative(regimen)
    ]


def source_lines(text: str, flagged: Iterable[int] = ()) -> list[tuple[int, Markup, bool]]:
    """Return the lines of a file with their numbers, keys and remarks marked up.

    Args:
        text: the file.
        flagged: numbers of the lines that something was found on.
    """
    marked = set(flagged)
    return [
        (number, _marked_up(line), number in marked)
        for number, line in enumerate(text.splitlines() or [""], start=1)
    ]


def _marked_up(line: str) -> Markup:
    line = line.expandtabs(2)
    if line.lstrip().startswith("#"):
        return Markup("<i>{}</i>").format(_visible(line))
    match = _KEY.match(line)
    if match is None:
        return escape(_visible(line))
    rest = line[match.end() :]
    return Markup("{}<b>{}</b>:{}").format(match[1], _visible(match[2]), _visible(rest))


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
