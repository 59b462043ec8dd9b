"""Checks of every number against every other: one function each, listed here.

Study checks look at one study, review checks at all of them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.checks import (
    analyses,
    counts,
    events,
    people,
    percents,
    population,
    references,
    responses,
    review,
)
from paucity.evidence.view import Evidence, StudyView, view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.checks.check import Check
    from paucity.text import Finding

STUDY_CHECKS: tuple[Check[StudyView], ...] = (
    references.dangling_cohort,
    references.dangling_therapy,
    references.dangling_definition,
    references.dangling_level,
    references.dangling_source,
    references.no_source,
    references.wrong_citation,
    references.identifier_form,
    counts.counts_exceed,
    counts.counts_short,
    counts.level_forced,
    counts.parts_exceed,
    counts.division_does_not_add_up,
    counts.remainder_derived,
    counts.causes_short,
    counts.details_exceed,
    counts.level_split,
    counts.characteristics_exceed,
    percents.percent_base,
    percents.percent_fits_no_count,
    percents.percent_ambiguous,
    percents.courses_as_patients,
    percents.left_out_but_counted,
    percents.restated_otherwise,
    events.categories_overlap,
    events.denominator_changes,
    events.before_after_unclear,
    events.whole_hides_part,
    events.told_elsewhere_only,
    population.disease_against_parts,
    population.line_mixed,
    population.prior_repeated,
    population.intolerant_not_refractory,
    population.refractory_too_early,
    population.status_not_asked_for,
    population.continued_therapy,
    responses.no_definition,
    responses.no_window,
    responses.no_denominator,
    responses.time_beyond_definition,
    responses.responses_disagree,
    responses.course_unclear,
    responses.courses_not_people,
    responses.unpublished,
    people.people_not_fixed,
    people.people_not_counted,
)

REVIEW_CHECKS: tuple[Check[Evidence], ...] = (
    references.duplicate_identifier,
    references.reference_list,
    people.counted_in_two_tables,
    people.dangling_established,
    review.units_mixed,
    review.definitions_mixed,
    review.missing_not_told,
    review.criteria_differ,
    review.cohort_undecided,
    review.ongoing_line_differs,
    review.agent_not_searched,
    review.own_study,
    review.outdated_symbol,
    review.search_not_told,
    review.main_criteria_unknown,
    analyses.analysis_unknown,
    analyses.certainty_does_not_fit,
)


def run(evidence: Evidence) -> Iterator[Finding]:
    """Yield the findings of every check."""
    for study in evidence.studies.values():
        looked_at = view(study, evidence)
        for study_check in STUDY_CHECKS:
            yield from study_check(looked_at)
    for review_check in REVIEW_CHECKS:
        yield from review_check(evidence)
