"""Say why a cohort or an agent is in or out, and what a participant's values amount to.

Criterion by criterion, marker by marker, with the lines each rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.participants.model import say_value
from paucity.participants.tell import say_person, tell
from paucity.text import did_you_mean
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.eligibility import AgentResult, CohortResult, Eligibility, Judgement
    from paucity.participants.model import DescribedParticipant, ReportedLevel
    from paucity.review import Review

_MARKS = {True: "yes", False: "no", None: "?"}


def participant_named(review: Review, what: str) -> DescribedParticipant | None:
    """Return the participant of that name: ``study/name``, or the name alone if it is the only one.

    A study or cohort of the same name comes first.
    """
    people = review.people.participants
    study, _, cohort = what.partition("/")
    known = review.evidence.studies.get(study)
    if known is not None and (not cohort or cohort in known.cohorts):
        return None
    if what in people:
        return people[what]
    same = [p for p in people.values() if p.id == what]
    return same[0] if len(same) == 1 else None


def participant_lines(review: Review, person: DescribedParticipant) -> list[str]:
    """Return what a participant's values amount to by each definition, with the lines they are on.

    Args:
        review: the review.
        person: one of its participants.
    """
    about = [say_person(person), f"cohort {person.study}/{person.cohort}", person.therapy]
    lines = [f"{person.key}: {', '.join(part for part in about if part)}"]
    if person.index:
        lines.append(f"Day 0: {person.index}")
    lines += [f"Reported: {_level(review, entry)}" for entry in person.reported]
    lines += ["", "Values"]
    for value in person.values:
        when = str(value.day) if value.day else "day not told"
        told = f" ({value.told})" if value.told and say_value(value) != value.told else ""
        said = f"{value.marker.name}: {say_value(value)}{told}, {when}"
        lines.append(f"  {value.marks.span()}  {said}")
    for assessment in review.recomputed.values():
        told_by = tell(review.people, assessment, person.key)
        result = told_by.result or f"not computed: {told_by.why_not}"
        lines += ["", f"{assessment.definition}: {result}"]
        for marker in told_by.markers:
            place = f"  {marker.span}" if marker.span else ""
            lines.append(f"    {marker.text}{place}")
        lines += [f"    {text}" for text in told_by.levels]
        if told_by.deciding:
            lines.append(f"    would decide: {', '.join(told_by.deciding)}")
    return lines


def _level(review: Review, entry: ReportedLevel) -> str:
    definition = review.definitions.get(entry.definition)
    by = f" by {entry.definition}" if entry.definition else ""
    words = ", in words only" if definition and definition.basis != "rule" else ""
    return f"{entry.level}{by}{words}  {entry.marks.span()}"


def participant_data(review: Review, person: DescribedParticipant) -> dict[str, Any]:
    """Return what a participant's values amount to as plain data."""
    by = []
    for assessment in review.recomputed.values():
        told = tell(review.people, assessment, person.key)
        by.append(
            {
                "definition": assessment.definition,
                "result": told.result,
                "certain": told.certain,
                "deciding": list(told.deciding),
                "markers": [
                    {"state": m.state, "text": m.text, "at": str(m.span) if m.span else ""}
                    for m in told.markers
                ],
                "levels": list(told.levels),
                "choices": [{"about": c.about, "taken": c.taken} for c in assessment.choices],
            }
        )
    reported = [
        {"level": r.level, "definition": r.definition, "at": str(r.marks.span())}
        for r in person.reported
    ]
    return {"participant": person.key, "reported": reported, "recomputed": by}


def explained(review: Review, what: str, result: Eligibility) -> list[str]:
    """Return the lines of an explanation.

    Args:
        review: the review.
        what: an agent, a cohort (``study/cohort``) or a study.
        result: the outcome of the set of criteria to explain.

    Raises:
        KeyError: there is no such agent, cohort or study; the text says what is near.
    """
    agent, cohorts = _found(review, what, result)
    lines = [f"Criteria: {result.criteria}"]
    if agent is not None:
        lines += _agent_lines(agent)
    for cohort in cohorts:
        lines += ["", *_cohort_lines(cohort)]
    return lines


def explained_data(review: Review, what: str, result: Eligibility) -> dict[str, Any]:
    """Return an explanation as plain data; raises as :func:`explained` does."""
    agent, cohorts = _found(review, what, result)
    data: dict[str, Any] = {"criteria": result.criteria}
    if agent is not None:
        data["agent"] = {
            "agent": agent.agent,
            "verdict": agent.verdict.value,
            "patients": str(agent.patients),
            "reason": agent.reason,
            "criteria": [_judgement_data(j) for j in agent.judgements],
        }
    data["cohorts"] = [
        {
            "cohort": f"{c.study}/{c.cohort}",
            "verdict": c.verdict.value,
            "eligible": {"at_least": c.share.low, "at_most": c.share.high, "of": c.share.n},
            "reason": c.reason,
            "criteria": [_judgement_data(j) for j in c.judgements],
        }
        for c in cohorts
    ]
    return data


def _judgement_data(judgement: Judgement) -> dict[str, Any]:
    return {
        "criterion": judgement.criterion,
        "label": judgement.label,
        "level": judgement.level,
        "met": judgement.truth,
        "because": [{"text": b.text, "at": str(b.span)} for b in judgement.because],
    }


def _found(
    review: Review, what: str, result: Eligibility
) -> tuple[AgentResult | None, list[CohortResult]]:
    study_id, _, cohort_id = what.partition("/")
    if (study_id, cohort_id) in result.cohorts:
        return None, [result.cohorts[study_id, cohort_id]]
    if what in review.evidence.studies:
        return None, [c for (s, _), c in result.cohorts.items() if s == what]
    term = review.evidence.vocabulary.find(Kind.DRUG, what)
    name = term.name if term else what
    if name not in result.agents and term is not None:
        kinds = [
            a for a in result.agents if review.evidence.vocabulary.is_a(Kind.DRUG, a, term.name)
        ]
        name = kinds[0] if len(kinds) == 1 else name
    if name in result.agents:
        agent = result.agents[name]
        return agent, list(_of_agent(review, name, result))
    known = [*result.agents, *review.evidence.studies, *(f"{s}/{c}" for s, c in result.cohorts)]
    known += review.people.participants
    hint = did_you_mean(what, known) or f"agents: {', '.join(result.agents)}"
    raise KeyError(f"there is no agent, cohort, study or participant `{what}` ({hint})")


def _of_agent(review: Review, agent: str, result: Eligibility) -> Iterator[CohortResult]:
    from paucity.evidence.cohorts import Family
    from paucity.evidence.facts import therapies_of

    for (study_id, cohort_id), cohort in result.cohorts.items():
        study = review.evidence.studies[study_id]
        given = therapies_of(study, Family(study), cohort_id)
        if any(study.therapies[t].agent.name == agent for t in given):
            yield cohort


def _agent_lines(agent: AgentResult) -> Iterator[str]:
    yield f"{agent.agent}: {agent.verdict} ({agent.reason})"
    for judgement in agent.judgements:
        yield from _judgement_lines(judgement)


def _cohort_lines(cohort: CohortResult) -> Iterator[str]:
    yield f"{cohort.study}/{cohort.cohort}: {cohort.verdict} ({cohort.reason})"
    for judgement in cohort.judgements:
        yield from _judgement_lines(judgement)


def _judgement_lines(judgement: Judgement) -> Iterator[str]:
    mark, label = _MARKS[judgement.truth], judgement.label
    share = judgement.share
    if judgement.truth is None and share is not None and (share.low, share.high) != (0, share.n):
        between = share.low if share.low == share.high else f"{share.low} to {share.high}"
        mark, label = "part", f"{label}: {between} of {share.n}"
    yield f"  {mark:>4}  {label}"
    for because in judgement.because:
        yield f"          {because.span}  {because.text}"
