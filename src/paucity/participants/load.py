"""Read files of participants, and link each participant to the study that describes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paucity.evidence.load import identifier
from paucity.participants.model import DescribedParticipant, ParticipantFile
from paucity.record import read_document
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.evidence.model import Study
    from paucity.text import Document
    from paucity.vocabulary import Vocabulary


def load_participants(
    documents: Iterable[Document], studies: Mapping[str, Study], vocabulary: Vocabulary
) -> tuple[tuple[ParticipantFile, ...], dict[str, DescribedParticipant], list[Finding]]:
    """Read participants from the documents of a review.

    Args:
        documents: YAML files, and tables as :func:`~paucity.participants.tabular.parse_table`
            turns them into documents.
        studies: gives participants the cohort, the document and the place they do not name.
        vocabulary: knows the markers.

    Returns:
        The files; the participants by ``study/name``, in that order; and what is wrong with them.
        Rows of a table about a participant that a YAML file describes are added to it.
    """
    files: list[ParticipantFile] = []
    findings: list[Finding] = []
    held: dict[str, DescribedParticipant] = {}
    for document in sorted(documents, key=lambda d: _is_table(d.name)):
        file, found = read_document(ParticipantFile, document, vocabulary)
        findings += found
        if file is None:
            continue
        file = replace(file, study=file.study or identifier(document))
        files.append(file)
        for name, person in file.participants.items():
            linked = _linked(replace(person, id=name, study=file.study), file, studies)
            before = held.get(linked.key)
            if before is None:
                held[linked.key] = linked
            elif _is_table(document.name) and not _is_table(before.marks.file):
                held[linked.key], found = _joined(before, linked)
                findings += found
            else:
                findings.append(_repeated(before, linked))
    return tuple(files), dict(sorted(held.items())), findings


def _is_table(name: str) -> bool:
    return name.endswith(".csv")


def _linked(
    person: DescribedParticipant, file: ParticipantFile, studies: Mapping[str, Study]
) -> DescribedParticipant:
    """Return a participant with what the file and the study say of all of theirs."""
    study = studies.get(person.study)
    cohorts = list(study.cohorts) if study else []
    return replace(
        person,
        cohort=person.cohort or (cohorts[0] if len(cohorts) == 1 else ""),
        therapy=person.therapy or _only_therapy(person, study),
        index=person.index or file.index,
        read_in=person.read_in or file.read_in or (study.read_in if study else ""),
        source=person.source or file.source or (study.source if study else None),
    )


def _only_therapy(person: DescribedParticipant, study: Study | None) -> str:
    """Return the therapy that all responses of the cohort are to, if there is one such."""
    if study is None:
        return ""
    cohort = person.cohort or (next(iter(study.cohorts)) if len(study.cohorts) == 1 else "")
    named = {r.therapy for r in study.responses if r.cohort == cohort}
    return named.pop() if len(named) == 1 else ""


def _joined(
    one: DescribedParticipant, rows: DescribedParticipant
) -> tuple[DescribedParticipant, list[Finding]]:
    """Return a participant with the values of a table added, and what the table contradicts."""
    findings = []
    filled = {}
    for field in ("age", "sex"):
        ours, theirs = getattr(one, field), getattr(rows, field)
        if ours and theirs and str(ours) != str(theirs):
            message = f"`{field}` of {one.key} is {theirs} here, and {ours} in {one.marks.file}"
            span = rows.marks.span(field)
            hint = "say one thing of one participant"
            finding = Finding("participant-repeated", Severity.ERROR, span, message, hint, one.key)
            findings.append(finding)
        filled[field] = ours or theirs
    joined = replace(
        one,
        values=(*one.values, *rows.values),
        reported=one.reported or rows.reported,
        age=filled["age"],
        sex=filled["sex"],
    )
    return joined, findings


def _repeated(before: DescribedParticipant, again: DescribedParticipant) -> Finding:
    message = f"{again.key} is also described in {before.marks.file}; that is what is read"
    hint = "write one participant in one place; a .csv may add values to one in a .yaml"
    span = again.marks.span()
    return Finding("participant-repeated", Severity.ERROR, span, message, hint, again.key)
