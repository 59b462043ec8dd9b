"""What the folders of a review hold: sources, studies, participants, definitions, regimens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.dosing.library import library_regimens, load_library_regimen
from paucity.dosing.model import Regimen, read_regimen
from paucity.evidence.load import load_source, load_study
from paucity.participants import load_participants
from paucity.participants.people import People
from paucity.participants.tabular import parse_table
from paucity.response.load import definition_names, load_definition, read_definition
from paucity.text import Document, Finding, Severity, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.evidence.model import Study
    from paucity.participants.model import DescribedParticipant, ParticipantFile
    from paucity.response.model import Definition
    from paucity.review.folder import Folder
    from paucity.sources import SourceDocument
    from paucity.vocabulary import Vocabulary


def sources_in(loading: Folder, vocabulary: Vocabulary) -> Iterator[tuple[str, SourceDocument]]:
    """Yield the source documents by their names."""
    for document in loading.documents("sources"):
        source, found = load_source(document, vocabulary)
        loading.findings += found
        if source is not None:
            yield source.id, source


def studies_in(loading: Folder, vocabulary: Vocabulary) -> Iterator[tuple[str, Study]]:
    """Yield the studies by their names; of two with one name the first."""
    seen: dict[str, str] = {}
    for document in loading.documents("studies"):
        study, found = load_study(document, vocabulary)
        loading.findings += found
        if study is None:
            continue
        if study.id in seen:
            message = f"`{study.id}` is also {seen[study.id]}"
            finding = Finding(
                "duplicate-study",
                Severity.ERROR,
                Span(document.name),
                message,
                "rename one of the files",
                study.id,
            )
            loading.findings.append(finding)
            continue
        seen[study.id] = document.name
        yield study.id, study


def participants_in(
    loading: Folder, vocabulary: Vocabulary, studies: Mapping[str, Study]
) -> tuple[tuple[ParticipantFile, ...], dict[str, DescribedParticipant]]:
    """Return the files of participants, and the participants of all of them."""
    documents: list[Document] = []
    for path, name in loading.files("participants", (".yaml", ".yml", ".csv")):
        if path.suffix != ".csv":
            documents.append(loading.read(path, name))
            continue
        text, fault = loading.text(path, name)
        documents += parse_table(text, name) if fault is None else [Document(name, None, (fault,))]
    files, described, found = load_participants(documents, studies, vocabulary)
    loading.findings += found
    return files, described


def people_of(described: Mapping[str, DescribedParticipant], vocabulary: Vocabulary) -> People:
    """Return the participants with their values as series."""
    if not described:
        return People()
    from paucity.participants.gathering import gather  # not needed by most reviews

    return gather(described, vocabulary)


def definitions_in(
    loading: Folder,
    vocabulary: Vocabulary,
    studies: Iterable[Study],
    described: Iterable[DescribedParticipant],
) -> dict[str, Definition]:
    """Return the review's own definitions, those it names, and their variants."""
    out: dict[str, Definition] = {}
    for document in loading.documents("definitions"):
        definition, found = read_definition(document, vocabulary)
        loading.findings += found
        if definition is not None:
            out[definition.name] = definition
    named = {r.definition for s in studies for r in s.responses if r.definition}
    named |= {r.definition for p in described for r in p.reported if r.definition}
    ids = {s.id for s in studies}
    for name in definition_names():
        definition, found = load_definition(name, vocabulary)
        if definition is None or name in out:
            continue
        if name in named or definition.variant_of in named or definition.study in ids:
            loading.findings += found
            out[name] = definition
    return dict(sorted(out.items()))


def regimens_in(
    loading: Folder, vocabulary: Vocabulary, studies: Iterable[Study]
) -> dict[str, Regimen]:
    """Return the review's own regimens, and those of the library that studies name."""
    out: dict[str, Regimen] = {}
    for document in loading.documents("regimens"):
        regimen, found = read_regimen(document, vocabulary)
        loading.findings += found
        if regimen is not None:
            out[regimen.name] = regimen
    for study in studies:
        for therapy in study.therapies.values():
            name = therapy.regimen
            if not name or name in out:
                continue
            if name in library_regimens():
                regimen, found = load_library_regimen(name, vocabulary)
                loading.findings += found
                if regimen is not None:
                    out[name] = regimen
                continue
            hint = did_you_mean(name, (*out, *library_regimens())) or "write it in regimens/"
            loading.findings.append(
                Finding(
                    "dangling-regimen",
                    Severity.ERROR,
                    therapy.marks.span("regimen"),
                    f"there is no regimen `{name}`",
                    hint,
                    f"{study.id}/{therapy.id}",
                )
            )
    return dict(sorted(out.items()))
