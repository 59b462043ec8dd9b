"""Participants whom a review's studies describe, as an export needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.evidence.cohorts import Family
from paucity.evidence.facts import therapies_of

if TYPE_CHECKING:
    from paucity.participants.model import DescribedParticipant
    from paucity.review import Review


@dataclass(frozen=True, slots=True)
class Described:
    """What a study says of one participant beside the values.

    Attributes:
        therapy: the agent that day 0 is the first dose of; empty if that is not told for certain.
        response: the level reported; empty without one, or where several differ.
        vague: whether the time of a value is told only as `baseline` or `by` a day, so that the
            day it stands at is the latest it can be.
    """

    therapy: str = ""
    response: str = ""
    vague: bool = False


def described(review: Review, participant: str) -> Described:
    """Return what a review says of a participant.

    Args:
        review: the review.
        participant: as in its series: ``study/name``.
    """
    found = review.people.participants.get(participant)
    if found is None:
        return Described()
    levels = {reported.level for reported in found.reported}
    vague = any(v.day is not None and (v.day.by or v.day.baseline) for v in found.values)
    return Described(_therapy(review, found), levels.pop() if len(levels) == 1 else "", vague)


def _therapy(review: Review, found: DescribedParticipant) -> str:
    study = review.evidence.studies.get(found.study)
    if study is None:
        return ""
    names: tuple[str, ...] = (found.therapy,) if found.therapy else ()
    cohort = found.cohort or (next(iter(study.cohorts)) if len(study.cohorts) == 1 else "")
    if not names and cohort in study.cohorts:
        names = therapies_of(study, Family(study), cohort)
    if len(names) != 1 or names[0] not in study.therapies:
        return ""
    return study.therapies[names[0]].agent.name
