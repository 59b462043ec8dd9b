"""Screening in a spreadsheet: a table of what is to be screened, and the votes filled into it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity.screening.corpus import name_of
from paucity.screening.decisions import State
from paucity.screening.naming import Names
from paucity.screening.votes import Stage, Vote, guarded, objection_to, read_votes
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from paucity.literature.record import Record
    from paucity.screening.load import Screening

SHEET: Final = (
    *("record", "decision", "reason", "note", "title", "authors", "year", "journal", "abstract"),
    *("doi", "pmid"),
)
"""Columns of the table, in order; the reviewer fills in decision, reason and note."""


def sheet_of(
    held: Screening, reviewer: str, stage: Stage, *, everything: bool = False
) -> tuple[str, int]:
    """Return the records a reviewer has still to screen, as CSV, and how many they are.

    Args:
        held: the screening.
        reviewer: who screens.
        stage: the stage; at full text only what was included at title and abstract.
        everything: also what the reviewer has voted on, with the vote.
    """
    decided = held.decisions.title if stage is Stage.TITLE else held.decisions.full_text
    last = {
        report: vote
        for report, vote in held.decisions.cast
        if vote.reviewer == reviewer and vote.stage is stage
    }
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SHEET)
    count = 0
    for decision in decided:
        if decision.state in {State.AUTOMATIC, State.NOT_REACHED}:
            continue
        vote = last.get(decision.report)
        if vote is not None and not everything:
            continue
        count += 1
        record = held.corpus.reports[decision.report].record
        name = name_of(held.corpus, decision.report)
        mine = (vote.decision.value, vote.reason, vote.note) if vote else ("", "", "")
        writer.writerow([guarded(cell) for cell in (name, *mine, *_cells(record))])
    return out.getvalue(), count


def _cells(record: Record) -> tuple[str, ...]:
    authors = "; ".join(f"{w.family}, {w.given}".rstrip(", ") for w in record.authors)
    year = str(record.year or "")
    return (record.title, authors, year, record.journal, record.abstract, record.doi, record.pmid)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a table holds.

    Attributes:
        votes: those that are new.
        faults: a finding for each row that cannot be a vote.
        taken: the rows that name a record otherwise than its vote file does: their line, what they
            say, and the report it was taken for.
    """

    votes: tuple[Vote, ...]
    faults: tuple[Finding, ...] = ()
    taken: tuple[tuple[int, str, int], ...] = ()


def votes_of_sheet(
    text: str, name: str, held: Screening, reviewer: str, stage: Stage, time: str
) -> Sheet:
    """Return the votes filled into a table, and a finding for each row that cannot be one.

    Args:
        text: the table, whatever divides its cells; columns may have been moved or taken out.
        name: its name, for findings.
        held: the screening; a vote that its last one repeats is passed over. A record that has two
            different votes in the table is a fault: which holds is not for us to say.
        reviewer: whose votes they are.
        stage: of all votes in the table.
        time: of all of them.
    """
    last = {
        report: vote
        for report, vote in held.decisions.cast
        if vote.reviewer == reviewer and vote.stage is stage
    }
    votes, found = read_votes(text, reviewer, stage=stage, needed=("record", "decision"))
    faults = [
        Finding(f.code, f.severity, Span(name, f.span.line), f.message, f.hint)
        for f in found
        if f.severity is not Severity.NOTE
    ]
    out = []
    taken = []
    told: dict[int, Vote] = {}
    names = Names(held.corpus)

    def refuse(vote: Vote, code: str, message: str, hint: str) -> None:
        faults.append(Finding(code, Severity.ERROR, Span(name, vote.line), message, hint))

    for vote in votes:
        meant = names.meant(vote.record)
        made = replace(vote, record=meant.name, stage=stage, time=time)
        if not meant.reports:
            hint = "write its identity as `paucity screen export` does, or its DOI or PMID"
            refuse(vote, "vote-without-record", f"`{vote.record}` is none of the records", hint)
            continue
        if len(meant.reports) > 1:
            message = f"`{vote.record}` is {len(meant.reports)} reports"
            refuse(vote, "vote-ambiguous", message, f"one of {names.candidates(meant)}")
            continue
        report = next(iter(meant.reports))
        if not meant.exact:
            taken.append((vote.line, vote.record, report))
        first = told.setdefault(report, made)
        if first is not made:
            if _differ(first, made):
                message = f"`{vote.record}` has another vote in line {first.line}"
                refuse(vote, "vote-unreadable", message, "leave one row for each record")
            continue
        before = last.get(report)
        if before is not None and not _differ(before, made):
            continue
        objection = objection_to(made, held.plan.reasons)
        if objection:
            refuse(vote, "vote-unreadable", *objection)
        else:
            out.append(made)
    return Sheet(tuple(out), tuple(faults), tuple(taken))


def unread_in(data: bytes, held: Screening, reviewer: str, stage: Stage) -> bool:
    """Tell whether a file holds anything but votes that are in the reviewer's file already.

    Args:
        data: the file, a table of :func:`sheet_of` or something else.
        held: the screening.
        reviewer: whose table it would be.
        stage: of its votes.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    sheet = votes_of_sheet(text, "", held, reviewer, stage, "")
    return bool(sheet.votes or sheet.faults)


def _differ(before: Vote, now: Vote) -> bool:
    told = [(v.decision, v.reason, v.note) for v in (before, now)]
    return told[0] != told[1]
