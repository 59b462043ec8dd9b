"""Checks of participants: what they name, how many there are, and whether their levels fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.evidence.checks.check import ERROR, WARNING, Check, Found, check, joined
from paucity.evidence.figures import denominator, level_figures, size
from paucity.participants.recompute import outcome_of
from paucity.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.evidence.model import Response, Study
    from paucity.evidence.view import Evidence
    from paucity.participants.model import DescribedParticipant, ReportedLevel
    from paucity.participants.people import People, ValueFault
    from paucity.response.assess import Assessment
    from paucity.response.evaluate import Outcome
    from paucity.sources import Source
    from paucity.text import Finding, Marks


@dataclass(frozen=True, slots=True)
class Described:
    """What the checks look at: the participants, the studies, and the levels recomputed."""

    people: People
    evidence: Evidence
    recomputed: Mapping[str, Assessment]


@check("dangling-participant", ERROR)
def dangling_participant(view: Described) -> Iterator[Found]:
    """A participant of a study, cohort, therapy, level, definition or document that is not there.

    The participant is shown, and is linked to nothing.
    """
    for person in view.people.participants.values():
        study = view.evidence.studies.get(person.study)
        if study is None:
            known = view.evidence.studies
            yield _dangling(person, person.marks, "study", person.study, known)
        else:
            yield from _dangling_in_study(person, study)
        for level in person.reported:
            yield from _dangling_level(view, person, level)
        documents = view.evidence.sources
        for marks, name in _documents(person):
            if name and name not in documents:
                yield _dangling(person, marks, "document", name, documents, "read_in")


def _dangling_in_study(person: DescribedParticipant, study: Study) -> Iterator[Found]:
    if not person.cohort:
        message = f"the cohort of {person.key} is not said"
        hint = f"known here: {', '.join(study.cohorts)}" if study.cohorts else ""
        yield Found(person.marks.span(), message, person.key, hint)
    elif person.cohort not in study.cohorts:
        yield _dangling(person, person.marks, "cohort", person.cohort, study.cohorts)
    if person.therapy and person.therapy not in study.therapies:
        yield _dangling(person, person.marks, "therapy", person.therapy, study.therapies)


def _dangling_level(
    view: Described, person: DescribedParticipant, level: ReportedLevel
) -> Iterator[Found]:
    scale = view.evidence.protocol.scale
    if scale and level.level not in scale:
        yield _dangling(person, level.marks, "level", level.level, scale)
    known = view.evidence.definitions
    if level.definition and level.definition not in known:
        yield _dangling(person, level.marks, "definition", level.definition, known)
    judge = view.recomputed.get(level.definition)
    if judge is not None and judge.levels and level.level not in judge.levels:
        message = f"the definition `{level.definition}` has no level `{level.level}`"
        hint = f"its levels: {', '.join(judge.levels)}"
        yield Found(level.marks.span("level"), message, person.key, hint)


def _documents(person: DescribedParticipant) -> Iterator[tuple[Marks, str]]:
    """Yield every document named as one that was read, with where that stands."""
    if person.read_in:
        yield person.marks, person.read_in
    for source in _places(person):
        yield source.marks, source.read_in


def _places(person: DescribedParticipant) -> Iterator[Source]:
    """Yield every place that is named: the participant's, and those of its values and levels."""
    named = [person.source, *(v.source for v in person.values)]
    named += [*(r.source for r in person.reported), *(e.source for e in person.events)]
    yield from (source for source in named if source is not None)
    yield from person.sources.values()
    for value in person.values:
        yield from value.sources.values()


def _dangling(
    person: DescribedParticipant,
    marks: Marks,
    kind: str,
    name: str,
    known: Mapping[str, object],
    field: str = "",
) -> Found:
    hint = did_you_mean(name, known) or (f"known here: {', '.join(known)}" if known else "")
    return Found(marks.span(field or kind), f"there is no {kind} `{name}`", person.key, hint)


@check("participant-without-source", WARNING)
def participant_without_source(view: Described) -> Iterator[Found]:
    """A participant whose values have no place in a document.

    Nobody can look them up.
    """
    for person in view.people.participants.values():
        if person.source is not None:
            continue
        bare = [v.marks.span() for v in person.values if v.source is None]
        bare += [r.marks.span() for r in person.reported if r.source is None]
        if bare:
            what = "a value or level" if len(bare) == 1 else f"{len(bare)} values and levels"
            message = f"where {what} of {person.key} stand{'s' * (len(bare) == 1)} is not said"
            hint = "give the participant, its file or its study a `source`"
            yield Found(bare[0], message, person.key, hint)


@check("value-unusable", ERROR)
def value_unusable(view: Described) -> Iterator[Found]:
    """A value that cannot be computed with.

    It is no number, or its unit is missing or cannot be turned into the usual one: where the factor
    depends on the assay, pg/ml cannot become U/ml. What a source tells only in words belongs under
    `told`.
    """
    yield from map(_told, view.people.unusable)


@check("value-doubtful", WARNING)
def value_doubtful(view: Described) -> Iterator[Found]:
    """A value with something odd about it.

    Two values of one marker at one time, a day that is not told, limits that are reversed, a flag
    that means nothing. Of two values either may be the true one, so both are kept in mind.
    """
    yield from map(_told, view.people.doubtful)


def _told(fault: ValueFault) -> Found:
    return Found(fault.span, fault.reason, f"{fault.participant}/{fault.marker}", fault.hint)


@check("participants-exceed", ERROR)
def participants_exceed(view: Described) -> Iterator[Found]:
    """More participants described than the cohort has people."""
    for (study, cohort), people in _by_cohort(view).items():
        n = size(view.evidence.studies[study].cohorts[cohort], "patients")
        if n is not None and len(people) > n:
            names = joined([f"`{p.id}`" for p in people])
            whom = "1 patient" if n == 1 else f"{n} patients"
            message = f"`{cohort}` has {whom}, and {len(people)} are described: {names}"
            yield Found(people[n].marks.span(), message, f"{study}/{cohort}")


def _by_cohort(view: Described) -> dict[tuple[str, str], list[DescribedParticipant]]:
    """Return the participants of each cohort that there is, by study and cohort."""
    out: dict[tuple[str, str], list[DescribedParticipant]] = {}
    for person in view.people.participants.values():
        study = view.evidence.studies.get(person.study)
        if study is not None and person.cohort in study.cohorts:
            out.setdefault((study.id, person.cohort), []).append(person)
    return out


@check("participants-against-counts", WARNING)
def participants_against_counts(view: Described) -> Iterator[Found]:
    """Participants at a level at which the cohort's response counts fewer.

    The study tells of a cohort and of its participants one by one, and the two do not agree.
    """
    for study_id, study in view.evidence.studies.items():
        people = [p for p in view.people.participants.values() if p.study == study_id]
        for response in study.responses if people else ():
            told = level_figures(response, study)
            counts = {level: figure.count for level, figure in told.items()}
            full = sum(c or 0 for c in counts.values()) == denominator(response, study)
            same = [r for r in study.responses if _to(r) == _to(response)]
            for level, theirs in _at_levels(people, response, alone=len(same) == 1).items():
                counted = counts.get(level, 0 if full else None)
                if counted is not None and len(theirs) > counted:
                    yield _against(response, level, counted, theirs)


def _to(response: Response) -> tuple[str, str]:
    return response.cohort, response.therapy


def _at_levels(
    people: list[DescribedParticipant], response: Response, *, alone: bool
) -> dict[str, list[tuple[DescribedParticipant, ReportedLevel]]]:
    """Return who is reported at each level of one response.

    Where the cohort has several responses, only a level that names its definition is one's.
    """
    out: dict[str, list[tuple[DescribedParticipant, ReportedLevel]]] = {}
    for person in people:
        if person.cohort != response.cohort or person.therapy not in {"", response.therapy}:
            continue
        for level in person.reported:
            named = level.definition == response.definition and level.definition
            if (named or (alone and not level.definition)) and _same_time(level, response):
                out.setdefault(level.level, []).append((person, level))
    return out


def _same_time(level: ReportedLevel, response: Response) -> bool:
    """Tell whether a level may be of the assessment that a response tells of."""
    times = {t.days for t in response.assessed}
    return not level.assessed or not times or bool(times & {t.days for t in level.assessed})


def _against(
    response: Response,
    level: str,
    counted: int,
    theirs: list[tuple[DescribedParticipant, ReportedLevel]],
) -> Found:
    names = joined([f"`{person.id}`" for person, _ in theirs])
    reported = "is" if len(theirs) == 1 else "are"
    message = (
        f"{names} {reported} reported as {level}, of which the response of `{response.cohort}`"
        f" to `{response.therapy}` counts {counted}"
    )
    person, entry = theirs[counted]
    hint = f"correct one of the two; the response stands at {response.marks.span()}"
    return Found(entry.marks.span("level"), message, person.key, hint)


@check("response-recomputed-differs", WARNING)
def response_recomputed_differs(view: Described) -> Iterator[Found]:
    """A level reported by a definition that, applied to the values, certainly gives another.

    The reported level stands; the report shows both. A level that the values leave possible is no
    contradiction, even if they cannot prove it.
    """
    for person in view.people.participants.values():
        for level in person.reported:
            name = level.definition or _definition_of(view, person)
            assessment = view.recomputed.get(name)
            if assessment is None or level.level not in assessment.levels:
                continue
            outcome = outcome_of(assessment, person.key)
            if outcome is not None and level.level not in outcome.possible:
                yield _differs(person, level, name, outcome)


def _definition_of(view: Described, person: DescribedParticipant) -> str:
    """Return the definition by which the responses of a participant's cohort were judged."""
    study = view.evidence.studies.get(person.study)
    named = {
        r.definition
        for r in (study.responses if study else ())
        if r.cohort == person.cohort and person.therapy in {"", r.therapy}
    }
    return named.pop() if len(named) == 1 else ""


def _differs(
    person: DescribedParticipant, level: ReportedLevel, definition: str, outcome: Outcome
) -> Found:
    known = [
        f"{state.marker} {state.state}"
        for state in outcome.markers
        if state.truths and None not in state.truths.values()
    ]
    because = f": {', '.join(known)}" if known else ""
    message = (
        f"{person.key} is reported as {level.level}, and is {outcome.result} by `{definition}`"
        f"{because}"
    )
    hint = "look at the values and their days, or accept that the source judged otherwise"
    return Found(level.marks.span("level"), message, person.key, hint)


PARTICIPANT_CHECKS: Final[tuple[Check[Described], ...]] = (
    dangling_participant,
    participant_without_source,
    value_unusable,
    value_doubtful,
    participants_exceed,
    participants_against_counts,
    response_recomputed_differs,
)
"""Every check of participants."""


def check_participants(
    people: People, evidence: Evidence, recomputed: Mapping[str, Assessment]
) -> Iterator[Finding]:
    """Yield what the checks find about participants.

    Args:
        people: the participants.
        evidence: the studies, definitions and documents they may name.
        recomputed: their levels by each definition.
    """
    if people:
        for each in PARTICIPANT_CHECKS:
            yield from each(Described(people, evidence, recomputed))
