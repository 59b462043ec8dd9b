"""Rows of evidence: a cohort, its therapy and its response, as tables and claims use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.evidence.figures import Figure, denominator, level_figures
from paucity.evidence.view import Evidence, family_of, read_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paucity.evidence.cohorts import Family
    from paucity.evidence.model import Cohort, Response, Study, Therapy


@dataclass(frozen=True, slots=True)
class Row:
    """One cohort under one therapy, with its main response and what else is told of it.

    Attributes:
        response: the response counted; None if none is told.
        others: other responses of the same people, at other times or read elsewhere.
    """

    study: Study
    cohort: Cohort
    therapy: Therapy | None
    response: Response | None
    others: tuple[Response, ...] = ()

    @property
    def key(self) -> str:
        """Return the cohort's name in the review."""
        return f"{self.study.id}/{self.cohort.id}"

    @property
    def unit(self) -> str:
        """Return what the row counts: courses where a cohort is made of repeat courses."""
        if self.cohort.line == "repeat" and self.cohort.courses is not None:
            return "courses"
        return self.response.of if self.response else "patients"

    @property
    def n(self) -> int | None:
        """Return the denominator of the row."""
        if self.response is not None:
            return denominator(self.response, self.study)
        return self.cohort.patients

    def figures(self) -> dict[str, Figure]:
        """Return the figure at each level told."""
        return level_figures(self.response, self.study) if self.response else {}


def rows_of(family: Family, cohort_id: str) -> Iterator[Row]:
    """Yield the rows of one cohort of a study: one for each therapy it had a response to."""
    from paucity.evidence.facts import therapies_of

    study = family.study
    cohort = study.cohorts[cohort_id]
    for name in therapies_of(study, family, cohort_id) or ("",):
        therapy = study.therapies.get(name)
        told = [r for r in study.responses if r.cohort == cohort_id and r.therapy == name]
        own = [r for r in told if read_in(r, study) == study.read_in] or told
        main = own[0] if own else None
        yield Row(study, cohort, therapy, main, tuple(r for r in told if r is not main))


def rows(evidence: Evidence, keys: Iterable[tuple[str, str]]) -> tuple[Row, ...]:
    """Return the rows of the cohorts, in order."""
    families = ((family_of(evidence.studies[s], evidence), c) for s, c in keys)
    return tuple(row for family, c in families for row in rows_of(family, c))


def included_rows(evidence: Evidence) -> tuple[Row, ...]:
    """Return the rows of the included cohorts, the same ones whenever they are asked for."""
    studies, held = evidence.rows.get(evidence.included, (None, ()))
    if studies is not evidence.studies:
        held = rows(evidence, evidence.included)
        evidence.rows[evidence.included] = evidence.studies, held
    return held


def established_rows(evidence: Evidence) -> tuple[Row, ...]:
    """Return the rows of established therapy that the protocol names."""
    keys = []
    for key in evidence.protocol.established:
        study_id, _, cohort = key.partition("/")
        study = evidence.studies.get(study_id)
        if study is not None and cohort in study.cohorts:
            keys.append((study_id, cohort))
    return rows(evidence, keys)
