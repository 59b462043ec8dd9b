"""Say why a cohort or an agent is in or out, criterion by criterion, with the lines it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.text import did_you_mean
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.eligibility import AgentResult, CohortResult, Eligibility, Judgement
    from paucity.review import Review

_MARKS = {True: "yes", False: "no", None: "?"}


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
    hint = did_you_mean(what, known) or f"agents: {', '.join(result.agents)}"
    raise KeyError(f"there is no agent, cohort or study `{what}` ({hint})")


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
