"""Decide which cohorts and agents a set of criteria lets in, with each criterion's verdict.

Criteria stand at three levels: the report, the cohort, and the agent across reports. A cohort of
which only part qualifies is not let in whole: the answer says how many qualify and, where no
sub-cohort carries them, asks for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from paucity.evidence.facts import Because, CohortFacts, FactError, answerable, therapies_of
from paucity.evidence.shares import Share, both, narrowed
from paucity.evidence.view import Evidence, family_of
from paucity.expression.nodes import Compare, Is, Name, Node, Number, Text
from paucity.expression.truth import truth
from paucity.logic import Bounds, Truth, add, all_of, compare, exactly
from paucity.text import Finding, Severity, did_you_mean
from paucity.vocabulary import Kind, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.evidence.cohorts import Family
    from paucity.evidence.model import Study
    from paucity.protocol import CriteriaSet, Criterion


class Verdict(StrEnum):
    """Whether something is let in."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion's verdict on one report, cohort or agent, and the lines it rests on."""

    criterion: str
    label: str
    level: str
    truth: Truth
    share: Share | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class CohortResult:
    """What the criteria say of one cohort.

    Attributes:
        share: how many members qualify, at least and at most.
        carried_by: included sub-cohorts that hold the members who qualify.
    """

    study: str
    cohort: str
    verdict: Verdict
    share: Share
    judgements: tuple[Judgement, ...]
    carried_by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AgentResult:
    """What the criteria say of one agent across reports."""

    agent: str
    verdict: Verdict
    patients: Bounds
    cohorts: tuple[tuple[str, str], ...]
    reports: tuple[str, ...]
    judgements: tuple[Judgement, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The outcome of one set of criteria over all studies.

    Attributes:
        included: the cohorts let in under an agent that is let in, in study order.
        by_study: the same, by study.
    """

    criteria: str
    cohorts: Mapping[tuple[str, str], CohortResult]
    agents: Mapping[str, AgentResult]
    findings: tuple[Finding, ...]
    included: tuple[tuple[str, str], ...] = ()
    by_study: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def included_cohorts(self) -> tuple[tuple[str, str], ...]:
        """Return the cohorts let in under an agent that is let in, in study order."""
        return self.included

    def included_of(self, study: str) -> tuple[str, ...]:
        """Return those of one study."""
        return self.by_study.get(study, ())


def _included(
    cohorts: Iterable[tuple[str, str]], agents: Mapping[str, AgentResult]
) -> tuple[tuple[str, str], ...]:
    allowed = {
        cohort
        for agent in agents.values()
        if agent.verdict is Verdict.INCLUDED
        for cohort in agent.cohorts
    }
    return tuple(key for key in cohorts if key in allowed)


def resolve(name: str, sets: Mapping[str, CriteriaSet]) -> CriteriaSet:
    """Return a set of criteria with those of the set it is based on filled in."""
    own = sets[name]
    chain = [own]
    seen = {name}
    while chain[-1].based_on in sets and chain[-1].based_on not in seen:
        seen.add(chain[-1].based_on)
        chain.append(sets[chain[-1].based_on])
    merged: dict[str, dict[str, Criterion]] = {"report": {}, "cohort": {}, "agent": {}}
    for criteria in reversed(chain):
        for level, held in merged.items():
            for gone in criteria.drop:
                held.pop(gone, None)
            held.update(getattr(criteria, level))
    return replace(
        own,
        based_on="",
        drop=(),
        report=merged["report"],
        cohort=merged["cohort"],
        agent=merged["agent"],
    )


def assess(
    name: str, criteria: CriteriaSet, evidence: Evidence, agents: Iterable[str] = ()
) -> Eligibility:
    """Apply a set of criteria to every cohort and every agent.

    Args:
        name: the set's name.
        criteria: the set, resolved.
        evidence: the studies, and the review's vocabulary.
        agents: agents that were searched for, which are judged even if no study used them.

    Returns:
        The verdict on every cohort and agent. Criteria that ask for what there is not give findings
        and count as unknown.
    """
    findings: list[Finding] = []
    results: dict[tuple[str, str], CohortResult] = {}
    for study in evidence.studies.values():
        family = family_of(study, evidence)
        results.update(_study_results(family, criteria, evidence.vocabulary, findings))
    verdicts = _agents(criteria, evidence, results, agents, findings)
    included = _included(results, verdicts)
    by_study: dict[str, tuple[str, ...]] = {}
    for study_id, cohort in included:
        by_study[study_id] = (*by_study.get(study_id, ()), cohort)
    found = tuple(dict.fromkeys(findings))
    return Eligibility(name, results, verdicts, found, included, by_study)


def _study_results(
    family: Family, criteria: CriteriaSet, vocabulary: Vocabulary, findings: list[Finding]
) -> dict[tuple[str, str], CohortResult]:
    study = family.study
    shares: dict[str, Share] = {}
    judged: dict[str, tuple[Judgement, ...]] = {}
    for cohort_id in study.cohorts:
        facts = CohortFacts(study, family, cohort_id, vocabulary)
        share, judgements = _judge(facts, criteria, findings)
        shares[cohort_id], judged[cohort_id] = share, judgements
    shares = narrowed(shares, family)
    return {(study.id, c): _result(study, c, shares, judged[c], family) for c in study.cohorts}


def _judge(
    facts: CohortFacts, criteria: CriteriaSet, findings: list[Finding]
) -> tuple[Share, tuple[Judgement, ...]]:
    total = Share(facts.n, facts.n, facts.n)
    out = []
    for level in ("report", "cohort"):
        held: Mapping[str, Criterion] = getattr(criteria, level)
        for name, criterion in held.items():
            facts.because = []
            try:
                share = facts.share(criterion.require.node)
            except (FactError, RecursionError) as error:
                findings.append(_unanswerable(criterion, name, answerable(error)))
                share = Share(0, facts.n, facts.n)
            total = both(total, share)
            because = tuple(facts.because)
            out.append(Judgement(name, criterion.label or name, level, share.truth, share, because))
    return total, tuple(out)


def _unanswerable(criterion: Criterion, name: str, error: FactError) -> Finding:
    span = criterion.marks.span("require")
    hint = f"known here: {', '.join(error.known)}" if error.known else ""
    return Finding(
        "criterion-unanswerable",
        Severity.ERROR,
        type(span)(span.file, span.line, span.column + error.column),
        f"criterion `{name}`: {error.message}",
        hint,
        f"criteria/{name}",
    )


def _result(
    study: Study,
    cohort_id: str,
    shares: Mapping[str, Share],
    judgements: tuple[Judgement, ...],
    family: Family,
) -> CohortResult:
    share = shares[cohort_id]
    below = [d for d in family.descendants(cohort_id) if shares[d].truth is True]
    carried = family.topmost(below)
    cohort = study.cohorts[cohort_id]
    sized = family.people(cohort_id).exact is not None or cohort.courses is not None
    verdict, reason = _verdict(share, judgements, carried, family, sized=sized)
    return CohortResult(study.id, cohort_id, verdict, share, judgements, carried, reason)


def _verdict(
    share: Share,
    judgements: tuple[Judgement, ...],
    carried: tuple[str, ...],
    family: Family,
    *,
    sized: bool,
) -> tuple[Verdict, str]:
    if share.truth is True:
        return Verdict.INCLUDED, "meets every criterion"
    failed = [j.label for j in judgements if j.truth is False]
    if share.truth is False:
        why = "; ".join(failed) or "no member meets all criteria together"
        return Verdict.EXCLUDED, f"does not meet: {why}"
    held = family.distinct(carried) if carried else exactly(0)
    if share.low > 0 and held.low is not None and held.low >= share.high:
        names = ", ".join(carried)
        return Verdict.EXCLUDED, (
            f"{held} of {share.n} are eligible, and stand as their own cohort: {names}"
        )
    if share.partly and share.low == share.high:
        return Verdict.UNDECIDED, (
            f"{share.low} of {share.n} are eligible: write them as a sub-cohort of their own"
        )
    open_ = [j.label for j in judgements if j.truth is None]
    bounds = f"{share.low} to {share.high} of {share.n} may be eligible"
    if not sized:
        bounds = "how many people it has is not told"
    return Verdict.UNDECIDED, f"{bounds}; not known: {'; '.join(open_)}"


# -- agents ------------------------------------------------------------------------------------


def _agents(
    criteria: CriteriaSet,
    evidence: Evidence,
    results: Mapping[tuple[str, str], CohortResult],
    searched: Iterable[str],
    findings: list[Finding],
) -> dict[str, AgentResult]:
    groups: dict[str, dict[str, list[str]]] = {}
    open_: dict[str, list[tuple[str, str]]] = {}
    for study in evidence.studies.values():
        family = family_of(study, evidence)
        for therapy in study.therapies.values():
            groups.setdefault(therapy.agent.name, {})
        for cohort_id in study.cohorts:
            for name in therapies_of(study, family, cohort_id):
                agent = study.therapies[name].agent.name
                verdict = results[study.id, cohort_id].verdict
                if verdict is Verdict.INCLUDED:
                    groups[agent].setdefault(study.id, []).append(cohort_id)
                elif verdict is Verdict.UNDECIDED:
                    open_.setdefault(agent, []).append((study.id, cohort_id))
    for agent in searched:
        if not any(_covers(agent, studied, evidence.vocabulary) for studied in groups):
            groups.setdefault(agent, {})
    return {
        agent: _agent_result(
            agent, groups[agent], open_.get(agent, []), criteria, evidence, findings
        )
        for agent in sorted(groups, key=str.casefold)
    }


def _covers(searched: str, studied: str, vocabulary: Vocabulary) -> bool:
    """Tell whether an agent studied is of the kind searched for, or contains it."""
    names = (studied, *vocabulary.components(studied))
    return any(vocabulary.is_a(Kind.DRUG, name, searched) for name in names)


def _standing(family: Family, names: list[str]) -> tuple[str, ...]:
    """Return the cohorts, each person in one, that stand for those let in.

    A whole stands for its parts, unless responses are told only of parts that make it up.
    """
    told = {response.cohort for response in family.study.responses}
    answered = {n for n in names if n in told or told & set(family.descendants(n))}
    out: list[str] = []
    todo = list(family.topmost(names))
    while todo:
        name = todo.pop(0)
        parts = () if name in told else _making_up(family, name, answered, set(names))
        todo[:0] = parts
        out += [] if parts else [name]
    return tuple(dict.fromkeys(out))


def _making_up(family: Family, name: str, answered: set[str], among: set[str]) -> tuple[str, ...]:
    """Return parts that make up a cohort and are among those let in, if one has a response."""
    size = family.people(name).exact
    for parts in family.divisions(name):
        sizes = [family.people(part).exact for part in parts]
        whole = None not in sizes and sum(n for n in sizes if n is not None) == size
        if whole and set(parts) <= among and set(parts) & answered:
            return parts
    return ()


def _agent_result(
    agent: str,
    held: Mapping[str, list[str]],
    open_: list[tuple[str, str]],
    criteria: CriteriaSet,
    evidence: Evidence,
    findings: list[Finding],
) -> AgentResult:
    studies = evidence.studies
    patients = exactly(0)
    cohorts: list[tuple[str, str]] = []
    for study_id, names in held.items():
        family = family_of(studies[study_id], evidence)
        patients = add(patients, family.distinct(names))
        cohorts += [(study_id, n) for n in _standing(family, names)]
    patients = _less_shared(patients, cohorts, evidence)
    possible = patients
    for study_id, name in open_:
        more = family_of(studies[study_id], evidence).people(name).high
        high = None if possible.high is None or more is None else possible.high + more
        possible = Bounds(possible.low, high)
    values = {
        "patients": possible,
        "reports": exactly(len(held)),
        "cohorts": exactly(len(cohorts)),
    }
    judgements = []
    for name, criterion in criteria.agent.items():
        try:
            met = _agent_truth(criterion.require.node, values, agent, evidence.vocabulary)
        except (FactError, RecursionError) as error:
            findings.append(_unanswerable(criterion, name, answerable(error)))
            met = None
        because = tuple(Because(f"{s}/{c}", studies[s].cohorts[c].marks.span()) for s, c in cohorts)
        judgements.append(Judgement(name, criterion.label or name, "agent", met, None, because))
    verdict, reason = _agent_verdict(judgements, cohorts, patients)
    reports = tuple(dict.fromkeys(s for s, _ in cohorts))
    return AgentResult(agent, verdict, patients, tuple(cohorts), reports, tuple(judgements), reason)


def _agent_verdict(
    judgements: list[Judgement], cohorts: list[tuple[str, str]], patients: Bounds
) -> tuple[Verdict, str]:
    overall = all_of(j.truth for j in judgements)
    if overall is None:
        open_ = "; ".join(j.label for j in judgements if j.truth is None)
        return Verdict.UNDECIDED, f"not known: {open_}"
    if overall is False or not cohorts:
        failed = "; ".join(j.label for j in judgements if j.truth is False)
        people = f"{patients} eligible {'patient' if str(patients) == '1' else 'patients'}"
        return Verdict.EXCLUDED, f"{people}" + (f"; does not meet: {failed}" if failed else "")
    return Verdict.INCLUDED, f"{patients} eligible patients"


def _less_shared(patients: Bounds, cohorts: list[tuple[str, str]], evidence: Evidence) -> Bounds:
    """Lower the bounds by the people that cohorts of different studies are said to share."""
    keys = {f"{s}/{c}" for s, c in cohorts}
    least, most = Fraction(0), Fraction(0)
    for study_id, name in cohorts:
        study = evidence.studies[study_id]
        cohort = study.cohorts[name]
        for overlap in cohort.overlaps:
            if overlap.cohort in keys and not overlap.cohort.startswith(f"{study_id}/"):
                least += overlap.at_least or 0
                size = family_of(study, evidence).people(name).high or Fraction(0)
                most += size if overlap.at_most is None else overlap.at_most
    low = None if patients.low is None else max(Fraction(0), patients.low - most)
    high = None if patients.high is None else patients.high - least
    return Bounds(low, high if high is None or low is None else max(low, high))


_AGENT_NAMES = ("patients", "reports", "cohorts", "agent")


def _agent_truth(
    node: Node, values: Mapping[str, Bounds], agent: str, vocabulary: Vocabulary
) -> Truth:
    def part(simple: Node) -> Truth:
        match simple:
            case Is(left=Name(name="agent"), right=(Name() | Text()) as right):
                return _is_agent(agent, right, vocabulary)
            case Compare(left=Name() as left, right=Number(value=value)) if left.name in values:
                return compare(values[left.name], simple.operator, exactly(value))
            case _:
                raise FactError("this is nothing an agent has", simple.column, _AGENT_NAMES)

    return truth(node, part)


def _is_agent(agent: str, wanted: Name | Text, vocabulary: Vocabulary) -> bool:
    term = wanted.name if isinstance(wanted, Name) else wanted.value
    found = vocabulary.find(Kind.DRUG, term)
    if found is None:
        hint = did_you_mean(term, (t.name for t in vocabulary.terms(Kind.DRUG)))
        raise FactError(f"`{term}` is not a known drug", wanted.column, [hint])
    return vocabulary.is_a(Kind.DRUG, agent, found.name)
