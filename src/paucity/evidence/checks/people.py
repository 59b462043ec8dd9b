"""People who stand in more than one row or table, and how many distinct people there are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from paucity.evidence.checks.check import NOTE, WARNING, Found, check, joined
from paucity.evidence.figures import size
from paucity.evidence.view import family_of
from paucity.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.cohorts import Family
    from paucity.evidence.view import Evidence, StudyView


@check("counted-in-two-tables", WARNING)
def counted_in_two_tables(evidence: Evidence) -> Iterator[Found]:
    """The same people in the table of established therapy and among the included.

    Added up, they would be counted twice.
    """
    for key in evidence.protocol.established:
        study_id, _, whole = key.partition("/")
        study = evidence.studies.get(study_id)
        if study is None or whole not in study.cohorts:
            continue
        family = family_of(study, evidence)
        inside = [
            c
            for s, c in evidence.included
            if s == study_id and (c == whole or whole in family.ancestors(c))
        ]
        if not inside:
            continue
        parts = joined([f"`{c}` ({_sized(family, c)})" for c in inside])
        message = (
            f"{parts} of {study.name} are among the {_sized(family, whole)} of `{whole}` "
            f"in the table of established therapy"
        )
        span = study.cohorts[inside[0]].marks.span()
        yield Found(span, message, f"{study_id}/{whole}", "never add the two tables")


def _sized(family: Family, name: str) -> str:
    cohort = family.cohorts[name]
    courses, patients = size(cohort, "courses"), size(cohort, "patients")
    if courses is not None:
        return f"{courses} courses"
    return f"{patients} patients" if patients is not None else "of unknown size"


@check("people-not-fixed", NOTE)
def people_not_fixed(view: StudyView) -> Iterator[Found]:
    """Included cohorts that may share people, so that only bounds on distinct people are known."""
    for a, b in combinations(view.included, 2):
        shared = view.family.shared(a, b)
        if shared.exact is not None:
            continue
        distinct = view.family.distinct([a, b])
        message = f"`{a}` and `{b}` may share {shared} people: {distinct} distinct people in both"
        subject = f"{view.study.id}/{a}"
        yield Found(view.study.cohorts[a].marks.span(), message, subject)


@check("people-not-counted", WARNING)
def people_not_counted(view: StudyView) -> Iterator[Found]:
    """A cohort without a number of patients, courses or cases."""
    for name, cohort in view.study.cohorts.items():
        if all(size(cohort, unit) is None for unit in ("patients", "courses", "cases")):
            message = f"how many people `{name}` has is not said"
            yield Found(cohort.marks.span(), message, f"{view.study.id}/{name}", "add `patients:`")


@check("dangling-established", WARNING)
def dangling_established(evidence: Evidence) -> Iterator[Found]:
    """A cohort of established therapy named in review.yaml that no study has."""
    known = [f"{s.id}/{c}" for s in evidence.studies.values() for c in s.cohorts]
    for i, key in enumerate(evidence.protocol.established):
        if key not in known:
            message = f"there is no cohort `{key}`"
            span = evidence.protocol.marks.span("established", i)
            yield Found(span, message, "protocol/established", did_you_mean(key, known))
