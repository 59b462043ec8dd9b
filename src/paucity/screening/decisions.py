"""What the votes on each report come to: consensus, conflict, or waiting for more.

At title and abstract a report goes on if every vote is to include or unsure, as the Cochrane
Handbook advises to be over-inclusive there (chapter 4, 4.6.3). At full text unsure settles nothing.
A conflict is settled by the vote of the reviewer the protocol names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from paucity.literature.normal import identity
from paucity.screening.limits import Limit, failed_limit
from paucity.screening.votes import Choice, Stage, Vote
from paucity.text import Finding, Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from paucity.protocol import Criterion, ScreeningPlan
    from paucity.screening.corpus import Corpus


class State(StrEnum):
    """Where a report stands at a stage."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    AUTOMATIC = "excluded automatically"
    CONFLICT = "conflict"
    UNDECIDED = "undecided"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the votes on one report at one stage come to.

    Attributes:
        report: its position in the corpus.
        stage: the stage.
        state: included, excluded, in conflict, ...
        reason: why it is excluded.
        votes: the last vote of each reviewer, by name.
        settled: an arbiter's vote settled a conflict.
        limit: the criterion that excluded it automatically.
    """

    report: int
    stage: Stage
    state: State
    reason: str = ""
    votes: tuple[Vote, ...] = ()
    settled: bool = False
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions about all reports.

    Attributes:
        title: at title and abstract, by the report's position.
        full_text: at full text.
        cast: the votes that hold for a report, with its position, in the order of their files.
        findings: votes that hold for no report, or for several; reasons the protocol does not list.
    """

    title: tuple[Decision, ...]
    full_text: tuple[Decision, ...]
    cast: tuple[tuple[int, Vote], ...]
    findings: tuple[Finding, ...]


def decide(
    corpus: Corpus,
    votes: Iterable[Vote],
    plan: ScreeningPlan,
    criteria: Mapping[str, Criterion],
) -> Decisions:
    """Decide about every report from the votes.

    Args:
        corpus: the reports.
        votes: of all reviewers; those of one reviewer in the order of the file.
        plan: how many decide, and who settles conflicts.
        criteria: the criteria on reports that exclude automatically.
    """
    findings: list[Finding] = []
    cast: list[tuple[int, Vote]] = []
    for vote in votes:
        report = _meant(vote, corpus, findings)
        if report is not None:
            cast.append((report, vote))
        _check_reason(vote, plan, findings)
    last: dict[tuple[int, Stage], dict[str, Vote]] = {}
    for report, vote in cast:
        last.setdefault((report, vote.stage), {})[vote.reviewer] = vote
    title, full = [], []
    for number, report_held in enumerate(corpus.reports):
        members = [corpus.records[p] for p in report_held.positions]
        own = last.get((number, Stage.TITLE), {})
        first = _decided(number, Stage.TITLE, own, plan)
        limit = failed_limit(members, criteria)
        if limit is not None:
            if own:
                findings.append(_voted_and_failed(own, limit))
            votes_held = tuple(own[name] for name in sorted(own))
            first = Decision(
                number, Stage.TITLE, State.AUTOMATIC, limit.label, votes_held, limit=limit
            )
        title.append(first)
        second = _decided(number, Stage.FULL_TEXT, last.get((number, Stage.FULL_TEXT), {}), plan)
        if first.state is not State.INCLUDED:
            if second.votes and first.state is not State.AUTOMATIC:
                findings.append(_too_early(second.votes[0], first.state))
            second = Decision(number, Stage.FULL_TEXT, State.NOT_REACHED, votes=second.votes)
        full.append(second)
    return Decisions(tuple(title), tuple(full), tuple(cast), tuple(findings))


def _meant(vote: Vote, corpus: Corpus, findings: list[Finding]) -> int | None:
    """Return the report a vote is about; a merged report answers to all its identities."""
    held = corpus.by_name.get(vote.record) or corpus.by_name.get(vote.record.casefold())
    about = f"{vote.reviewer}/{vote.record}"
    if not held:
        message = f"there is no record `{vote.record}`; the vote is kept and counts for nothing"
        hint = "an export is missing, or the identity is misspelt"
        findings.append(_finding("vote-without-record", vote, message, hint))
        return None
    if len(held) > 1:
        own = {
            n
            for n in held
            if identity(corpus.reports[n].record).casefold() == vote.record.casefold()
        }
        if len(own) == 1:
            return own.pop()
        message = f"`{vote.record}` is {len(held)} reports; the vote counts for none of them"
        hint = f"add its file, as in `{vote.record} in records/export.ris`, or merge the records"
        findings.append(Finding("vote-ambiguous", Severity.ERROR, vote.span, message, hint, about))
        return None
    return next(iter(held))


def _finding(code: str, vote: Vote, message: str, hint: str) -> Finding:
    about = f"{vote.reviewer}/{vote.record}"
    return Finding(code, Severity.WARNING, vote.span, message, hint, about)


def _check_reason(vote: Vote, plan: ScreeningPlan, findings: list[Finding]) -> None:
    if vote.decision is not Choice.EXCLUDE:
        return
    if not vote.reason:
        if vote.stage is Stage.FULL_TEXT:
            message = f"`{vote.record}` is excluded at full text without a reason"
            hint = "PRISMA 2020 counts reports excluded at full text by reason; vote again with one"
            findings.append(_finding("vote-without-reason", vote, message, hint))
        return
    known = [*plan.reasons, "not retrieved"]
    if plan.reasons and vote.reason not in known:
        message = f"`{vote.reason}` is none of the protocol's reasons for exclusion"
        hint = did_you_mean(vote.reason, known) or f"reasons: {', '.join(known)}"
        findings.append(_finding("vote-reason-unknown", vote, message, hint))


def _voted_and_failed(own: Mapping[str, Vote], limit: Limit) -> Finding:
    vote = own[min(own)]
    message = f"`{vote.record}` was voted on, and is excluded anyway: {limit.label} ({limit.found})"
    hint = "correct the criterion or the record, if the vote is right"
    about = f"{vote.reviewer}/{vote.record}"
    return Finding("vote-on-limited", Severity.NOTE, vote.span, message, hint, about)


def _too_early(vote: Vote, state: State) -> Finding:
    message = f"`{vote.record}` has a vote at full text, and is {state} at title and abstract"
    hint = "the vote counts as soon as the record is included at title and abstract"
    about = f"{vote.reviewer}/{vote.record}"
    return Finding("vote-too-early", Severity.WARNING, vote.span, message, hint, about)


def _decided(number: int, stage: Stage, last: Mapping[str, Vote], plan: ScreeningPlan) -> Decision:
    """Return what the last votes of the reviewers come to."""
    votes = tuple(last[name] for name in sorted(last))
    needed = plan.reviewers
    arbiter = last.get(plan.settled_by)
    others = [v for v in votes if v is not arbiter]
    judges = others if len(others) >= needed else list(votes)
    state = _consensus(judges, stage, needed)
    settled = False
    counted: Sequence[Vote] = judges
    definite = arbiter is not None and arbiter.decision is not Choice.UNSURE
    if arbiter is not None and definite and arbiter not in judges and state is State.CONFLICT:
        state = State.EXCLUDED if arbiter.decision is Choice.EXCLUDE else State.INCLUDED
        settled, counted = True, [arbiter]
    reason = _reason(counted, plan) if state is State.EXCLUDED else ""
    return Decision(number, stage, state, reason, votes, settled)


def _consensus(votes: Sequence[Vote], stage: Stage, needed: int) -> State:
    if len(votes) < needed:
        return State.UNDECIDED
    said = {v.decision for v in votes}
    if said == {Choice.EXCLUDE}:
        return State.EXCLUDED
    if said == {Choice.INCLUDE} or (stage is Stage.TITLE and Choice.EXCLUDE not in said):
        return State.INCLUDED
    return State.CONFLICT if len(votes) > 1 else State.UNDECIDED


def _reason(votes: Sequence[Vote], plan: ScreeningPlan) -> str:
    """Return the reason a report is counted under: of several, the protocol's first."""
    given = {v.reason for v in votes if v.decision is Choice.EXCLUDE and v.reason}
    order = {reason: i for i, reason in enumerate(plan.reasons)}
    return min(given, key=lambda r: (order.get(r, len(order)), r), default="")
