"""Participants' levels recomputed from their values, by every definition that can be computed."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.participants.people import People
    from paucity.response.assess import Assessment
    from paucity.response.evaluate import Outcome
    from paucity.response.model import Definition
    from paucity.vocabulary import Vocabulary


def recompute(
    people: People, definitions: Mapping[str, Definition], vocabulary: Vocabulary
) -> dict[str, Assessment]:
    """Assess everyone by every definition of response that has rules.

    Args:
        people: the participants.
        definitions: by name; those in words only, and those of anything but response, are left out.
        vocabulary: knows the markers.

    Returns:
        The assessments by the definition's name, under the default settings: reported levels are
        not looked at.
    """
    if not people:
        return {}
    from paucity.response.assess import assess  # not needed by most reviews

    return {
        name: assess(people.series, definition, vocabulary=vocabulary)
        for name, definition in definitions.items()
        if computable(definition)
    }


def computable(definition: Definition) -> bool:
    """Tell whether levels can be computed by a definition at all."""
    ruled = any(level.rule is not None for level in definition.levels.values())
    return definition.kind == "response" and definition.basis == "rule" and ruled


def outcome_of(assessment: Assessment, participant: str) -> Outcome | None:
    """Return what became of one participant; None if the definition was not computed.

    Outcomes are in the order of participants' names.
    """
    at = bisect_left(assessment.outcomes, participant, key=lambda o: o.participant)
    found = assessment.outcomes[at : at + 1]
    return found[0] if found and found[0].participant == participant else None
