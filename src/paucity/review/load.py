"""Load a review folder: everything read, linked, checked and judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paucity.dosing.checks import check_dose, check_regimen
from paucity.evidence import checks
from paucity.evidence.claims import Verdict, judge
from paucity.evidence.eligibility import Eligibility, assess, resolve
from paucity.evidence.view import DefinitionFacts, Evidence
from paucity.memory import uncollected
from paucity.participants import check_participants, recompute
from paucity.protocol import Protocol
from paucity.record import read_document
from paucity.response import LIBRARY_CHECKS, check_definition
from paucity.review.find import ReviewError
from paucity.review.folder import Folder, misplaced
from paucity.review.model import Review
from paucity.review.parts import (
    definitions_in,
    participants_in,
    people_of,
    regimens_in,
    sources_in,
    studies_in,
)
from paucity.review.records import logs_in, screening_in, strategies_in
from paucity.sources import accept
from paucity.text import in_order
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from paucity.dosing.model import Regimen
    from paucity.evidence.model import Study
    from paucity.participants.model import ParticipantFile
    from paucity.response.model import Definition
    from paucity.screening.searched import Searched
    from paucity.text import Finding


def load_review(root: Path, *, workers: int = 1) -> Review:
    """Load a review folder.

    Args:
        root: the folder that holds review.yaml.
        workers: how many processes read large exports.

    Returns:
        The review with its findings. Nothing in the folder's content raises.

    Raises:
        ReviewError: the folder cannot be read at all.
        MemoryShortError: its records do not fit into memory.
    """
    if not root.is_dir():
        raise ReviewError(f"`{root}` is not a folder")
    with uncollected():
        return _loaded(root, workers)


def _loaded(root: Path, workers: int) -> Review:
    loading = Folder(root, [], {})
    vocabulary, found = bundled().extended(loading.documents("vocabulary"))
    loading.findings += found
    protocol, found = read_document(
        Protocol, loading.read(root / "review.yaml", "review.yaml"), vocabulary
    )
    loading.findings += found
    loading.findings += misplaced(root)
    if protocol and any(search.strategy for search in protocol.searches):
        loading.findings += strategies_in(loading, protocol)
    logs = logs_in(loading)
    stated = protocol.searches if protocol else ()
    searched: tuple[Searched, ...] = ()
    if logs:
        from paucity.screening.searched import joined_searches

        searched = joined_searches(stated, logs)
        protocol = protocol or Protocol(title=root.resolve().name)
        protocol = replace(protocol, searches=tuple(one.search for one in searched))
    sources = dict(sources_in(loading, vocabulary))
    studies = dict(studies_in(loading, vocabulary))
    files, described = participants_in(loading, vocabulary, studies)
    definitions = definitions_in(loading, vocabulary, studies.values(), described.values())
    regimens = regimens_in(loading, vocabulary, studies.values())
    evidence = _judged(
        Evidence(
            studies=studies,
            sources=sources,
            vocabulary=vocabulary,
            protocol=protocol or Protocol(title=root.resolve().name),
            definitions={name: _facts(d) for name, d in definitions.items()},
        ),
        loading,
    )
    claims, found = judge(evidence)
    loading.findings += found
    loading.findings += checks.run(evidence)
    people = people_of(described, vocabulary)
    recomputed = recompute(people, definitions, vocabulary)
    loading.findings += check_participants(people, evidence, recomputed)
    loading.findings += _lint(_in_use(definitions, loading, studies.values()), definitions)
    loading.findings += _lint_doses(regimens, studies.values())
    screening = screening_in(loading, evidence, stated, logs, workers)
    review = _assembled(loading, evidence, definitions, regimens, claims, files)
    return replace(
        review, people=people, recomputed=recomputed, screening=screening, searched=searched
    )


def _facts(definition: Definition) -> DefinitionFacts:
    by = definition.assess.by.days if definition.assess and definition.assess.by else None
    after = definition.fails.after.days if definition.fails else None
    label = definition.label or definition.name
    return DefinitionFacts(label, by, definition.basis == "narrative", after)


def _judged(evidence: Evidence, loading: Folder) -> Evidence:
    """Return the evidence with the outcome of every set of criteria."""
    protocol = evidence.protocol
    searched = [w.name for s in protocol.searches for w in s.agents if w.known]
    results: dict[str, Eligibility] = {}
    for name in protocol.criteria:
        criteria = resolve(name, protocol.criteria)
        result = assess(name, criteria, evidence, searched)
        loading.findings += result.findings
        results[name] = result
    main = protocol.main or next(iter(protocol.criteria), "")
    return replace(evidence, eligibility=results, main=main)


def _in_use(
    definitions: Mapping[str, Definition], loading: Folder, studies: Iterable[Study]
) -> list[Definition]:
    """Return the definitions that responses are judged by, and the review's own."""
    named = {r.definition for s in studies for r in s.responses}
    return [d for d in definitions.values() if d.name in named or d.marks.file in loading.texts]


def _lint(used: Iterable[Definition], known: Mapping[str, Definition]) -> Iterator[Finding]:
    """Yield what the definitions themselves are found to lack, and where two nearly agree."""
    for definition in used:
        yield from check_definition(definition)
    for check in LIBRARY_CHECKS:
        yield from check(tuple(known.values()))


def _lint_doses(regimens: Mapping[str, Regimen], studies: Iterable[Study]) -> Iterator[Finding]:
    """Yield what the doses are found to lack."""
    for regimen in regimens.values():
        yield from check_regimen(regimen)
    for study in studies:
        for therapy in study.therapies.values():
            for dose in therapy.doses:
                yield from check_dose(dose, f"{study.id}/{therapy.id}")


def _assembled(
    loading: Folder,
    evidence: Evidence,
    definitions: Mapping[str, Definition],
    regimens: Mapping[str, Regimen],
    claims: Iterable[Verdict],
    files: Iterable[ParticipantFile],
) -> Review:
    entries = [
        *evidence.protocol.accepted,
        *(a for s in evidence.studies.values() for a in s.accepted),
        *(a for d in definitions.values() for a in d.accepted),
        *(a for r in regimens.values() for a in r.accepted),
        *(a for f in files for a in f.accepted),
    ]
    open_, accepted, stale = accept(in_order(loading.findings), entries, loading.texts)
    return Review(
        name=loading.root.resolve().name.replace("_", "-"),
        evidence=evidence,
        definitions=definitions,
        regimens=regimens,
        claims=tuple(claims),
        findings=tuple(in_order([*open_, *stale])),
        accepted=tuple(accepted),
        texts=loading.texts,
    )
