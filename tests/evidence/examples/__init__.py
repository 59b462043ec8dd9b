"""A failing and a passing example of every check, by the module the check stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.examples import (
    analyses,
    counts,
    events,
    judged,
    participants,
    people,
    percents,
    population,
    reading,
    references,
    responses,
    review,
)

if TYPE_CHECKING:
    from support.reviews import Example

EXAMPLES: tuple[Example, ...] = (
    *references.EXAMPLES,
    *counts.EXAMPLES,
    *percents.EXAMPLES,
    *events.EXAMPLES,
    *population.EXAMPLES,
    *responses.EXAMPLES,
    *people.EXAMPLES,
    *participants.EXAMPLES,
    *review.EXAMPLES,
    *analyses.EXAMPLES,
    *judged.EXAMPLES,
    *reading.EXAMPLES,
)
