"""The screening of a review as one object: records, votes, decisions, agreement, flow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from paucity.protocol import ScreeningPlan
from paucity.screening.corpus import Corpus, gather
from paucity.screening.decisions import Decisions, decide
from paucity.screening.flow import Column, flow_of_corpus
from paucity.screening.flow_checks import check_counts, check_logs, check_searches
from paucity.screening.reviewers import Agreement, agreements
from paucity.screening.votes import Vote, file_of, is_reviewer, name_fault, name_key, read_votes
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from paucity.literature.live.log import SearchLog
    from paucity.protocol import Criterion, Search


@dataclass(frozen=True, slots=True)
class Screening:
    """What came of a review's records.

    Attributes:
        corpus: records and reports.
        votes: of all reviewers, in the order of their names and files.
        plan: how the protocol says to screen.
        decisions: about each report.
        agreements: of every two reviewers at each stage.
        main: the flow's column of databases and registers.
        other: its column of other methods; None if nothing came from them.
        criteria: the criteria on reports that exclude automatically.
        findings: what was found in records, votes and counts.
    """

    corpus: Corpus
    votes: tuple[Vote, ...]
    plan: ScreeningPlan
    decisions: Decisions
    agreements: tuple[Agreement, ...]
    main: Column
    other: Column | None
    criteria: Mapping[str, Criterion] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)


def screen(
    files: Sequence[tuple[Path, str]],
    votes: Iterable[tuple[str, str]] = (),
    merges: str = "",
    *,
    searches: Sequence[Search] = (),
    logs: Mapping[str, SearchLog] | None = None,
    plan: ScreeningPlan | None = None,
    criteria: Mapping[str, Criterion] | None = None,
    workers: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Screening:
    """Read the records and votes of a review and say what they come to.

    Args:
        files: the exports, with their names in the review.
        votes: each reviewer's name with the text of the vote file.
        merges: the text of the merge file, empty if there is none.
        searches: of the protocol.
        logs: of the searches that were run from here, by name.
        plan: of the protocol.
        criteria: the criteria on reports.
        workers: how many processes read large exports.
        progress: is told what is being done.
    """
    logs = logs or {}
    fetched, named = files_by_search(searches, logs)
    corpus = gather(
        files, merges, fetched=fetched, searches=named, workers=workers, progress=progress
    )
    return judged(corpus, votes, searches=searches, logs=logs, plan=plan, criteria=criteria)


def files_by_search(
    searches: Sequence[Search], logs: Mapping[str, SearchLog]
) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    """Return the files of each log in the order of its runs, and which search gave each file."""
    if not logs:
        return [], {file: str(n) for n, s in enumerate(searches, 1) for file in s.files}
    from paucity.screening.searched import files_of_log, joined_searches

    held = joined_searches(searches, logs)
    named = {file: one.key for one in held for file in one.search.files}
    return [files_of_log(log) for _, log in sorted(logs.items())], named


def judged(
    corpus: Corpus,
    votes: Iterable[tuple[str, str]] = (),
    *,
    searches: Sequence[Search] = (),
    logs: Mapping[str, SearchLog] | None = None,
    plan: ScreeningPlan | None = None,
    criteria: Mapping[str, Criterion] | None = None,
) -> Screening:
    """Say what votes on the reports of a corpus come to; see :func:`screen`."""
    plan = plan or ScreeningPlan()
    logs = logs or {}
    if logs:
        from paucity.screening.searched import joined_searches

        searches = [held.search for held in joined_searches(searches, logs)]
    findings = list(corpus.findings)
    votes = sorted(votes)
    read: list[Vote] = []
    for reviewer, text in votes:
        fault = name_fault(reviewer)
        if fault is not None:
            message, hint = f"the votes are not counted: {fault[0]}", f"rename the file: {fault[1]}"
            span = Span(f"screening/{reviewer}.csv")
            findings.append(Finding("reviewer-name", Severity.ERROR, span, message, hint))
            continue
        held, found = read_votes(text, reviewer)
        read += held
        findings += found
    names = [reviewer for reviewer, _ in votes if is_reviewer(reviewer)]
    findings += _named_twice(names)
    plan = replace(plan, settled_by=_spelt(plan.settled_by, names))
    decisions = decide(corpus, read, plan, criteria or {})
    main, other = flow_of_corpus(corpus, decisions, searches, plan.removed_otherwise)
    findings += decisions.findings
    findings += check_searches(searches, corpus, logs)
    findings += check_logs(logs, corpus)
    if plan.counts is not None:
        findings += check_counts(plan.counts, main)
    return Screening(
        corpus=corpus,
        votes=tuple(read),
        plan=plan,
        decisions=decisions,
        agreements=agreements(decisions, plan),
        main=main,
        other=other,
        criteria=criteria or {},
        findings=tuple(findings),
    )


def _named_twice(names: Iterable[str]) -> Iterator[Finding]:
    """Yield the reviewers whose names differ in nothing but capitals or the encoding of accents."""
    held: dict[str, str] = {}
    for name in names:
        first = held.setdefault(name_key(name), name)
        if first != name:
            message = f"may be the votes of `{first}` once more; they count as those of another"
            hint = f"move the rows into {file_of(first)}, or give the two names that differ"
            about = file_of(name)
            yield Finding("reviewer-twice", Severity.ERROR, Span(about), message, hint, about)


def _spelt(name: str, names: Sequence[str]) -> str:
    """Return a name as the file of the reviewer spells it, if it is that of just one."""
    alike = [n for n in names if name_key(n) == name_key(name)]
    return alike[0] if name not in names and len(alike) == 1 else name
