"""One review folder as one object: everything loaded, linked, checked and judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from paucity.dosing.checks import check_dose, check_regimen
from paucity.dosing.library import library_regimens, load_library_regimen
from paucity.dosing.model import Regimen, read_regimen
from paucity.evidence import checks
from paucity.evidence.claims import Verdict, judge
from paucity.evidence.eligibility import Eligibility, assess, resolve
from paucity.evidence.load import load_source, load_study
from paucity.evidence.view import DefinitionFacts, Evidence
from paucity.memory import uncollected
from paucity.participants import check_participants, load_participants, recompute
from paucity.participants.people import People
from paucity.participants.tabular import parse_table
from paucity.protocol import Protocol
from paucity.record import read_document
from paucity.response import LIBRARY_CHECKS, check_definition
from paucity.response.load import definition_names, load_definition, read_definition
from paucity.sources import Accepted, SourceDocument, accept
from paucity.text import (
    Document,
    Finding,
    Severity,
    Span,
    did_you_mean,
    in_order,
    parse_yaml,
    read_text,
)
from paucity.vocabulary import Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.evidence.model import Study
    from paucity.literature.live.log import SearchLog
    from paucity.participants.model import DescribedParticipant, ParticipantFile
    from paucity.protocol import Search
    from paucity.response.assess import Assessment
    from paucity.response.model import Definition
    from paucity.screening.load import Screening
    from paucity.screening.searched import Searched

FOLDERS = (
    "records",
    "searches",
    "screening",
    "studies",
    "sources",
    "definitions",
    "regimens",
    "participants",
    "vocabulary",
    "build",
)
"""Folders that a review may have."""

BUNDLED = {"hlh-salvage": "hlh_salvage"}
"""Reviews that come with paucity, by name."""


class ReviewError(Exception):
    """There is no review to read at the place given."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review, loaded and judged.

    Attributes:
        name: the folder's name.
        people: the participants whom studies describe one by one.
        recomputed: their levels by each definition with rules, by the definition's name.
        findings: what is open; ordered by place.
        accepted: findings the reviewer accepts as faults of the source, each with the acceptance.
        texts: the text of every file read, by name; not of exports, which may be large.
        screening: its records and votes; None if it has none.
        searched: its searches with the logs of their runs; empty if none was run from here.
    """

    name: str
    evidence: Evidence
    definitions: Mapping[str, Definition]
    regimens: Mapping[str, Regimen]
    claims: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]
    texts: Mapping[str, str]
    people: People = field(default_factory=People)
    recomputed: Mapping[str, Assessment] = field(default_factory=dict)
    screening: Screening | None = None
    searched: tuple[Searched, ...] = ()

    @property
    def protocol(self) -> Protocol:
        """Return the protocol."""
        return self.evidence.protocol

    @property
    def eligibility(self) -> Eligibility | None:
        """Return the outcome of the main criteria."""
        return self.evidence.eligibility.get(self.evidence.main)


def bundled_review(name: str) -> Path:
    """Return the folder of a review that comes with paucity."""
    return Path(str(files("paucity.reviews"))) / BUNDLED[name]


def find_review(place: str) -> Path:
    """Return the review folder that a path or the name of a bundled review means.

    Raises:
        ReviewError: there is no review there; says what to do.
    """
    path = Path(place)
    if (path / "review.yaml").exists() or (path / "review.yaml").is_symlink():
        return path
    if place in BUNDLED and not path.exists():
        return bundled_review(place)
    if not path.exists():
        hint = did_you_mean(place, BUNDLED) or f"bundled reviews: {', '.join(BUNDLED)}"
        raise ReviewError(f"there is no folder `{place}` ({hint})")
    if not path.is_dir():
        raise ReviewError(f"`{place}` is a file; name the folder that holds review.yaml")
    raise ReviewError(f"`{place}` has no review.yaml; `paucity init {place}` starts a review there")


@dataclass(slots=True)
class _Loading:
    """What has been read so far."""

    root: Path
    findings: list[Finding]
    texts: dict[str, str]

    def documents(self, folder: str) -> Iterator[Document]:
        """Yield the YAML files of a folder, in order of their names."""
        for path, name in self.files(folder, (".yaml", ".yml")):
            yield self.read(path, name)

    def files(self, folder: str, endings: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
        """Yield the files of a folder that are read, with their names, in order of these."""
        place = self.root / folder
        if not place.is_dir():
            if place.exists():
                self._fault(folder, "is a file; a folder of that name is read")
            return
        try:
            paths = sorted(place.iterdir(), key=lambda p: p.name)
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            self._fault(f"{folder}/", f"cannot be listed: {reason}")
            return
        for path in paths:
            if path.name.startswith("."):
                continue
            name = f"{folder}/{path.name}"
            if path.suffix in endings:
                yield path, name
            elif folder != "sources" and path.suffix != ".md":
                wanted = " or ".join(e for e in endings if e != ".yml")
                self._fault(name, f"is not read: files here end in {wanted}", Severity.NOTE)

    def read(self, path: Path, name: str) -> Document:
        """Read one YAML file, keeping its text."""
        text, fault = self.text(path, name)
        return Document(name, None, (fault,)) if fault else parse_yaml(text, name)

    def text(self, path: Path, name: str) -> tuple[str, Finding | None]:
        """Read one file, keeping its text, or say why it cannot be read."""
        text, fault = read_text(self.root, path, name)
        if fault is None:
            self.texts[name] = text
        return text, fault

    def _fault(self, name: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.findings.append(Finding("file-unreadable", severity, Span(name), message, "", name))


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
    loading = _Loading(root, [], {})
    vocabulary, found = bundled().extended(loading.documents("vocabulary"))
    loading.findings += found
    protocol, found = read_document(
        Protocol, loading.read(root / "review.yaml", "review.yaml"), vocabulary
    )
    loading.findings += found
    loading.findings += _misplaced(root)
    if protocol and any(search.strategy for search in protocol.searches):
        loading.findings += _strategies(loading, protocol)
    logs = _logs(loading)
    stated = protocol.searches if protocol else ()
    searched: tuple[Searched, ...] = ()
    if logs:
        from paucity.screening.searched import joined_searches

        searched = joined_searches(stated, logs)
        protocol = protocol or Protocol(title=root.resolve().name)
        protocol = replace(protocol, searches=tuple(one.search for one in searched))
    sources = dict(_sources(loading, vocabulary))
    studies = dict(_studies(loading, vocabulary))
    files, described = _participants(loading, vocabulary, studies)
    definitions = _definitions(loading, vocabulary, studies.values(), described.values())
    regimens = _regimens(loading, vocabulary, studies.values())
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
    people = _people(described, vocabulary)
    recomputed = recompute(people, definitions, vocabulary)
    loading.findings += check_participants(people, evidence, recomputed)
    loading.findings += _lint(_in_use(definitions, loading, studies.values()), definitions)
    loading.findings += _lint_doses(regimens, studies.values())
    screening = _screening(loading, evidence, stated, logs, workers)
    review = _assembled(loading, evidence, definitions, regimens, claims, files)
    return replace(
        review, people=people, recomputed=recomputed, screening=screening, searched=searched
    )


def _misplaced(root: Path) -> Iterator[Finding]:
    """Yield a note for every folder that looks like a misspelt one of ours."""
    try:
        paths = sorted(root.iterdir(), key=lambda p: p.name)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise ReviewError(f"`{root}` cannot be listed: {reason}") from None
    for path in paths:
        if path.is_dir() and path.name not in FOLDERS and not path.name.startswith((".", "_")):
            hint = did_you_mean(path.name, FOLDERS)
            if hint or any(path.glob("*.y*ml")):
                message = "this folder is not read"
                hint = hint or f"read are: {', '.join(FOLDERS)}"
                yield Finding(
                    "folder-unknown",
                    Severity.WARNING,
                    Span(f"{path.name}/"),
                    message,
                    hint,
                    path.name,
                )


def _strategies(loading: _Loading, protocol: Protocol) -> Iterator[Finding]:
    """Yield what is found in the strategies of the searches."""
    from paucity.literature.strategy.stated import read_stated

    stated, texts = read_stated(loading.root, protocol.searches, loading.texts)
    loading.texts.update(texts)
    for one in stated:
        yield from one.findings


def _logs(loading: _Loading) -> dict[str, SearchLog]:
    """Return the logs of the searches that were run from here, by name."""
    from contextlib import suppress

    paths: list[Path] = []
    with suppress(OSError):
        paths = sorted((loading.root / "records").glob("*.search.yaml"))
    if not paths:
        return {}
    from paucity.literature.live.log import logs_of  # not needed by most reviews

    logs, found = logs_of(loading.root)
    loading.findings += found
    for path in paths:
        text, fault = read_text(loading.root, path, f"records/{path.name}")
        if fault is None:
            loading.texts[f"records/{path.name}"] = text
    return logs


def _sources(loading: _Loading, vocabulary: Vocabulary) -> Iterator[tuple[str, SourceDocument]]:
    for document in loading.documents("sources"):
        source, found = load_source(document, vocabulary)
        loading.findings += found
        if source is not None:
            yield source.id, source


def _studies(loading: _Loading, vocabulary: Vocabulary) -> Iterator[tuple[str, Study]]:
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


def _participants(
    loading: _Loading, vocabulary: Vocabulary, studies: Mapping[str, Study]
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


def _people(described: Mapping[str, DescribedParticipant], vocabulary: Vocabulary) -> People:
    """Return the participants with their values as series."""
    if not described:
        return People()
    from paucity.participants.gathering import gather  # not needed by most reviews

    return gather(described, vocabulary)


def _screening(
    loading: _Loading,
    evidence: Evidence,
    searches: tuple[Search, ...],
    logs: Mapping[str, SearchLog],
    workers: int,
) -> Screening | None:
    """Return the records and votes, with what they say of the evidence; None without any."""
    if not any((loading.root / name).exists() for name in ("records", "screening")):
        plan = evidence.protocol.screening
        if plan is not None and plan.counts is not None:
            from paucity.screening.flow_checks import check_counts

            loading.findings += check_counts(plan.counts, None)
        return None
    from paucity.linked import check_overlaps, check_studies  # not needed by most reviews
    from paucity.screening.folder import read_folder

    protocol = evidence.protocol
    main = protocol.criteria.get(evidence.main)
    criteria = resolve(evidence.main, protocol.criteria).report if main else {}
    screening, texts = read_folder(
        loading.root,
        searches=searches,
        logs=logs,
        plan=protocol.screening,
        criteria=criteria,
        workers=workers,
    )
    loading.texts.update(texts)
    loading.findings += screening.findings
    loading.findings += check_studies(evidence, screening)
    loading.findings += check_overlaps(evidence, screening)
    return screening


def _definitions(
    loading: _Loading,
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


def _regimens(
    loading: _Loading, vocabulary: Vocabulary, studies: Iterable[Study]
) -> dict[str, Regimen]:
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


def _facts(definition: Definition) -> DefinitionFacts:
    by = definition.assess.by.days if definition.assess and definition.assess.by else None
    after = definition.fails.after.days if definition.fails else None
    label = definition.label or definition.name
    return DefinitionFacts(label, by, definition.basis == "narrative", after)


def _judged(evidence: Evidence, loading: _Loading) -> Evidence:
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
    definitions: Mapping[str, Definition], loading: _Loading, studies: Iterable[Study]
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
    loading: _Loading,
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
