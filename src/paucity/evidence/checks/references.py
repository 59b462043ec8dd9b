"""Names that point at something: cohorts, therapies, definitions, documents, citations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paucity.evidence.checks.check import ERROR, WARNING, Found, check, joined
from paucity.evidence.figures import entries
from paucity.evidence.quality import judgements
from paucity.evidence.view import read_in, source_of
from paucity.sources import Source
from paucity.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Cohort
    from paucity.evidence.view import Evidence, StudyView
    from paucity.record import Record
    from paucity.sources import Citation
    from paucity.text import Marks


@check("dangling-cohort", ERROR)
def dangling_cohort(view: StudyView) -> Iterator[Found]:
    """A cohort named that the study does not have."""
    known = view.study.cohorts
    for entry in entries(view.study):
        if entry.cohort not in known:
            yield _dangling(view, entry.marks, ("cohort",), "cohort", entry.cohort, known)
    for appraisal in view.study.quality:
        if appraisal.of and appraisal.of not in known:
            yield _dangling(view, appraisal.marks, ("of",), "cohort", appraisal.of, known)
    for name, cohort in known.items():
        yield from _dangling_relatives(view, cohort)
        if name in view.family.ancestors(name) or _circular(view, name):
            message = f"`{name}` is part of itself"
            yield Found(cohort.marks.span("part_of"), message, f"{view.study.id}/{name}")


def _dangling_relatives(view: StudyView, cohort: Cohort) -> Iterator[Found]:
    """Yield the cohorts that a cohort says it is part of, divided into, or overlaps."""
    known = view.study.cohorts
    for i, parent in enumerate(cohort.part_of):
        if parent not in known:
            yield _dangling(view, cohort.marks, ("part_of", i), "cohort", parent, known)
    for title, division in cohort.divided_into.items():
        for part in division.cohorts:
            if part not in known:
                path = ("divided_into", title)
                yield _dangling(view, cohort.marks, path, "cohort", part, known)
    for overlap in cohort.overlaps:
        if not _overlap_known(overlap.cohort, view):
            yield _dangling(view, overlap.marks, ("cohort",), "cohort", overlap.cohort, known)


def _circular(view: StudyView, name: str) -> bool:
    cohorts = view.study.cohorts
    return (
        any(name in cohorts[a].part_of for a in view.family.ancestors(name) if a in cohorts)
        or name in cohorts[name].part_of
    )


def _overlap_known(name: str, view: StudyView) -> bool:
    study_id, _, cohort = name.rpartition("/")
    study = view.evidence.studies.get(study_id) if study_id else view.study
    return study is not None and cohort in study.cohorts


def _dangling(
    view: StudyView,
    marks: Marks,
    path: tuple[str | int, ...],
    kind: str,
    name: str,
    known: object,
) -> Found:
    names = list(known) if isinstance(known, dict) else []
    message = f"there is no {kind} `{name}`"
    hint = did_you_mean(name, names) or (f"known here: {', '.join(names)}" if names else "")
    return Found(marks.span(*path), message, f"{view.study.id}/{name}", hint)


@check("dangling-therapy", ERROR)
def dangling_therapy(view: StudyView) -> Iterator[Found]:
    """A therapy named that the study does not have."""
    known = view.study.therapies
    for entry in entries(view.study):
        if entry.therapy and entry.therapy not in known:
            yield _dangling(view, entry.marks, ("therapy",), "therapy", entry.therapy, known)
    for cohort in view.study.cohorts.values():
        for name in cohort.therapy:
            if name not in known:
                yield _dangling(view, cohort.marks, ("therapy",), "therapy", name, known)


@check("dangling-definition", ERROR)
def dangling_definition(view: StudyView) -> Iterator[Found]:
    """A response definition named that neither the review nor the library has."""
    known = view.evidence.definitions
    for response in view.study.responses:
        if response.definition and response.definition not in known:
            hint = did_you_mean(response.definition, known)
            message = f"there is no definition `{response.definition}`"
            span = response.marks.span("definition")
            subject = f"{view.study.id}/{response.cohort}"
            yield Found(span, message, subject, hint or "write it in definitions/")


@check("dangling-level", ERROR)
def dangling_level(view: StudyView) -> Iterator[Found]:
    """A response level that the review's scale does not have."""
    scale = view.evidence.protocol.scale
    if not scale:
        return
    for response in view.study.responses:
        for field in ("counts", "percents", "time_to"):
            for level in getattr(response, field):
                if level not in scale:
                    message = f"`{level}` is not a level of the scale {', '.join(scale)}"
                    hint = did_you_mean(level, scale) or "add it to `scale` in review.yaml"
                    subject = f"{view.study.id}/{response.cohort}"
                    yield Found(response.marks.span(field, level), message, subject, hint)


@check("dangling-source", ERROR)
def dangling_source(view: StudyView) -> Iterator[Found]:
    """A document named as read that sources/ does not have."""
    sources, studies = view.evidence.sources, view.evidence.studies
    for record in (view.study, *_sourced(view)):
        place = record if record is view.study else getattr(record, "source", None)
        named = place.read_in if place is not None else ""
        if place is not None and named and named not in sources and named not in studies:
            message = f"there is no document `{named}`"
            hint = did_you_mean(named, {*sources, *studies}) or "describe it in sources/"
            yield Found(place.marks.span("read_in"), message, view.study.id, hint)


def _sourced(view: StudyView) -> Iterator[Record]:
    study = view.study
    yield from (*study.responses, *study.outcomes, *study.events, *study.notes)
    yield from study.therapies.values()
    for response in study.responses:
        yield from (*response.restated, *response.details)
    for appraisal in study.quality:
        yield from judgements(appraisal).values()
    for cohort in study.cohorts.values():
        yield cohort
        yield from (*cohort.parts, *cohort.prior, *cohort.concomitant)


@check("no-source", WARNING)
def no_source(view: StudyView) -> Iterator[Found]:
    """A number without its place in a document.

    Every number says where it stands: by its own `source`, its cohort's or the study's.
    """
    for entry in entries(view.study):
        source = source_of(entry, view.study)
        if source is None or not source.at:
            message = "no source says where this stands"
            subject = f"{view.study.id}/{entry.cohort}"
            yield Found(entry.marks.span(), message, subject, "add `source: Table 2`, say")


@check("wrong-citation", WARNING)
def wrong_citation(view: StudyView) -> Iterator[Found]:
    """A citation that points at another work.

    The document read gives reference numbers beside what it says of a study; the study's own number
    in its reference list is not among them.
    """
    own = view.study.reference
    if not own:
        return
    for entry in _sourced(view):
        source = getattr(entry, "source", None)
        if not isinstance(source, Source) or not source.cites or own in source.cites:
            continue
        document = view.evidence.sources.get(read_in(entry, view.study))
        names = [_reference_name(n, view) for n in source.cites] if document else []
        told = f" ({joined([n for n in names if n])})" if any(names) else ""
        message = f"{source.at} cites {joined(source.cites)}{told}; this study is reference {own}"
        yield Found(source.marks.span("cites"), message, view.study.id)


def _reference_name(number: str, view: StudyView) -> str:
    document = view.evidence.sources.get(view.study.read_in)
    reference = document.references.get(number) if document else None
    if reference is None:
        return ""
    if reference.study in view.evidence.studies:
        return view.evidence.studies[reference.study].name
    return reference.study


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_PMID = re.compile(r"[1-9]\d{0,8}")
_YEAR = re.compile(r"(1[6-9]|20|21)\d\d")


@check("identifier-form", ERROR)
def identifier_form(view: StudyView) -> Iterator[Found]:
    """A DOI, PMID or year that cannot be one."""
    yield from _forms(view.study.citation, view.study.id)


def _forms(citation: Citation, subject: str) -> Iterator[Found]:
    marks = citation.marks
    if citation.doi and not _DOI.fullmatch(citation.doi):
        hint = "write it from 10. on, without https://doi.org/"
        yield Found(marks.span("doi"), f"`{citation.doi}` is not a DOI", subject, hint)
    if citation.pmid and not _PMID.fullmatch(citation.pmid):
        hint = "a PMID is a number of up to 9 digits"
        yield Found(marks.span("pmid"), f"`{citation.pmid}` is not a PMID", subject, hint)
    if citation.year and not _YEAR.fullmatch(citation.year):
        yield Found(marks.span("year"), f"`{citation.year}` is not a year", subject)


@check("duplicate-identifier", ERROR)
def duplicate_identifier(evidence: Evidence) -> Iterator[Found]:
    """Two studies with the same DOI, PMID or reference number."""
    seen: dict[tuple[str, str, str], str] = {}
    for study in evidence.studies.values():
        for field in ("doi", "pmid"):
            value = getattr(study.citation, field).casefold()
            marks = study.citation.marks
            yield from _twice(seen, (field, "", value), study.id, marks, field)
        key = ("reference", study.read_in, study.reference)
        yield from _twice(seen, key, study.id, study.marks, "reference")


def _twice(
    seen: dict[tuple[str, str, str], str],
    key: tuple[str, str, str],
    study: str,
    marks: Marks,
    field: str,
) -> Iterator[Found]:
    if not key[2]:
        return
    if key in seen:
        message = f"{field} {key[2]} is also that of {seen[key]}"
        yield Found(marks.span(field), message, study)
    seen.setdefault(key, study)


@check("reference-list", ERROR)
def reference_list(evidence: Evidence) -> Iterator[Found]:
    """A reference list that names a study there is not, or disagrees with the study's number."""
    for document in evidence.sources.values():
        yield from _forms(document.citation, document.id)
        for number, reference in document.references.items():
            if reference.citation is not None:
                yield from _forms(reference.citation, f"{document.id}/{number}")
            if not reference.study:
                continue
            study = evidence.studies.get(reference.study)
            span = document.marks.span("references", number)
            subject = f"{document.id}/{number}"
            if study is None:
                hint = did_you_mean(reference.study, evidence.studies)
                message = f"reference {number}: there is no study `{reference.study}`"
                yield Found(span, message, subject, hint)
            elif study.reference and study.reference != number:
                message = f"{study.id} says it is reference {study.reference}, here it is {number}"
                yield Found(span, message, subject)
