"""Tables of screening: the flow, what reviewers decided, how far they agree, what was excluded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from paucity.linked import prisma_flow
from paucity.report.checklist_facts import Facts
from paucity.report.checklists import checklist_table
from paucity.report.prisma import flow_table
from paucity.report.table import Cell, Column, Table, TableRow, count_cell
from paucity.screening.decisions import State
from paucity.screening.votes import Choice, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.agreement import Kappa
    from paucity.literature.record import Record
    from paucity.review import Review
    from paucity.screening.load import Screening


def flow(review: Review) -> Table:
    """Return the flow of PRISMA 2020; a count that nobody told is ``not reported``."""
    return flow_table(prisma_flow(review.evidence, review.screening))


_STATES = (
    State.INCLUDED,
    State.EXCLUDED,
    State.AUTOMATIC,
    State.CONFLICT,
    State.UNDECIDED,
)


_COUNTED = (
    "Include against exclude, the first vote of each reviewer, before a disagreement was talked"
    " over; only reports that both screened are counted. At title and abstract unsure counts as"
    " include, since it has the same effect."
)
_FORMULAS = (
    "Kappa with the standard error of Fleiss, Cohen and Everitt 1969; PABAK, prevalence- and"
    " bias-adjusted kappa (Byrt 1993), with the exact interval of the part that agrees; AC1 with"
    " the variance of Gwet 2008."
)


def screening(review: Review) -> Table:
    """Return where the reports stand at each stage, and what each reviewer voted."""
    columns = (
        Column("who", "Who"),
        *(_state_column(state) for state in _STATES),
        Column("all", "All", numeric=True),
    )
    held = review.screening
    rows = tuple(_status_rows(held)) if held is not None else ()
    notes = ("Rows of reviewers count the last vote of each on a report; unsure is undecided.",)
    return Table("screening", "Decisions by stage and reviewer", columns, rows, notes)


def _state_column(state: State) -> Column:
    return Column(state.value.replace(" ", "_"), state.value.capitalize(), numeric=True)


def _status_rows(held: Screening) -> Iterator[TableRow]:
    for stage, decided in (
        (Stage.TITLE, held.decisions.title),
        (Stage.FULL_TEXT, held.decisions.full_text),
    ):
        counts = Counter(d.state for d in decided)
        del counts[State.NOT_REACHED]
        yield _row("All reports", stage, counts)
        last = {(v.reviewer, report): v for report, v in held.decisions.cast if v.stage is stage}
        states = {
            Choice.INCLUDE: State.INCLUDED,
            Choice.EXCLUDE: State.EXCLUDED,
            Choice.UNSURE: State.UNDECIDED,
        }
        for reviewer in sorted({name for name, _ in last}):
            voted = Counter(states[v.decision] for (name, _), v in last.items() if name == reviewer)
            yield _row(reviewer, stage, voted)


def _row(who: str, stage: Stage, counts: Counter[State]) -> TableRow:
    cells = {s.value.replace(" ", "_"): count_cell(counts.get(s, 0)) for s in _STATES}
    cells |= {"who": Cell(who, who), "all": count_cell(sum(counts.values()))}
    return TableRow(cells, stage.value.capitalize())


def agreement(review: Review) -> Table:
    """Return how far every two reviewers agree on the reports that both screened."""
    columns = (
        Column("reviewers", "Reviewers"),
        Column("both", "Screened by both", numeric=True),
        Column("alone", "By one of them", numeric=True),
        Column("raw", "Agree, % (exact 95% interval)", numeric=True),
        Column("kappa", "Cohen's kappa (95% interval)", numeric=True),
        Column("pabak", "PABAK (95% interval)", numeric=True),
        Column("ac1", "Gwet's AC1 (95% interval)", numeric=True),
    )
    rows = []
    for held in review.screening.agreements if review.screening else ():
        left_out = f"{held.unsure} left out: one reviewer was unsure" if held.unsure else ""
        cells = {
            "reviewers": Cell(f"{held.one} and {held.other}"),
            "both": Cell(str(held.both), held.both, note=left_out),
            "alone": count_cell(held.alone),
            "raw": _percent(held.raw),
            "kappa": _coefficient(held.kappa),
            "pabak": _coefficient(held.pabak),
            "ac1": _coefficient(held.ac1),
        }
        rows.append(TableRow(cells, held.stage.value.capitalize()))
    notes = (_COUNTED, _FORMULAS)
    return Table("screening-agreement", "Agreement of reviewers", columns, tuple(rows), notes)


def _percent(held: Kappa) -> Cell:
    if held.value is None or held.low is None or held.high is None:
        return Cell("none", None, note=held.reason)
    text = f"{100 * held.value:.0f} ({100 * held.low:.0f} to {100 * held.high:.0f})"
    return Cell(text, text)


def _coefficient(held: Kappa) -> Cell:
    if held.value is None:
        return Cell("none", None, note=held.reason)
    if held.low is None or held.high is None:
        return Cell(f"{held.value:.2f}", f"{held.value:.2f}", note=held.reason)
    text = f"{held.value:.2f} ({held.low:.2f} to {held.high:.2f})"
    return Cell(text, text)


def decisions(review: Review) -> Table:
    """Return every report with what was decided about it at each stage, and why."""
    names = ("record", "report", "title", "title_reason", "full_text", "full_text_reason", "votes")
    heads = ("Record", "Report", "Title and abstract", "Reason", "Full text", "Reason", "Votes")
    columns = tuple(Column(n, h) for n, h in zip(names, heads, strict=True))
    held = review.screening
    rows = tuple(_decision_rows(held, names)) if held is not None else ()
    return Table("decisions", "Decisions about every report", columns, rows)


def _decision_rows(held: Screening, names: Sequence[str]) -> Iterator[TableRow]:
    from paucity.screening.corpus import name_of  # not needed by most reviews

    for first, second in zip(held.decisions.title, held.decisions.full_text, strict=True):
        reason = first.reason
        if first.limit is not None:
            reason = f"not {first.reason} ({first.limit.found})"
        votes = [f"{v.reviewer} {v.stage}: {v.decision}" for v in (*first.votes, *second.votes)]
        texts = (
            name_of(held.corpus, first.report),
            say_record(held.corpus.reports[first.report].record),
            first.state.value,
            reason,
            second.state.value,
            second.reason,
            "; ".join(votes),
        )
        yield TableRow({n: Cell(t) for n, t in zip(names, texts, strict=True)})


def excluded_reports(review: Review) -> Table:
    """Return the reports excluded at full text, each with its reason (PRISMA 2020, item 16b)."""
    columns = (Column("report", "Report"), Column("record", "Record"), Column("reason", "Reason"))
    held = review.screening
    rows = tuple(_excluded_rows(held)) if held is not None else ()
    return Table("excluded-reports", "Reports excluded at full text", columns, rows)


def _excluded_rows(held: Screening) -> Iterator[TableRow]:
    from paucity.screening.corpus import name_of  # not needed by most reviews

    for decision in held.decisions.full_text:
        if decision.state is State.EXCLUDED:
            record = held.corpus.reports[decision.report].record
            name = name_of(held.corpus, decision.report)
            span = next((v.span for v in decision.votes if v.decision is Choice.EXCLUDE), None)
            yield TableRow(
                {
                    "report": Cell(say_record(record)),
                    "record": Cell(name, name),
                    "reason": Cell(decision.reason or "no reason given", decision.reason, span),
                }
            )


def facts_of(review: Review) -> Facts:
    """Return what the checklists of a review are filled from."""
    held = review.screening
    return Facts(
        review.evidence,
        prisma_flow(review.evidence, held),
        held,
        searched=review.searched,
    )


def prisma_2020(review: Review) -> Table:
    """Return the PRISMA 2020 checklist, filled where the data know the answer."""
    return checklist_table("prisma-2020", facts_of(review))


def prisma_s(review: Review) -> Table:
    """Return the PRISMA-S checklist for searches, filled where the data know the answer."""
    return checklist_table("prisma-s", facts_of(review))


def prisma_scr(review: Review) -> Table:
    """Return the PRISMA-ScR checklist for scoping reviews, filled where the data know."""
    return checklist_table("prisma-scr", facts_of(review))


def say_record(record: Record) -> str:
    """Return a record in one line: first author, year, title, journal.

    >>> from paucity.literature.record import Person, Record
    >>> say_record(Record(authors=(Person("Marsh"), Person("Allen")), year=2013, title="Salvage"))
    'Marsh et al. 2013. Salvage'
    """
    first = record.authors[0].family if record.authors else "Anonymous"
    who = f"{first} et al." if len(record.authors) > 1 else first
    year = str(record.year) if record.year else "n.d."
    journal = f". {record.journal}" if record.journal else ""
    return f"{who} {year}. {record.title.rstrip('.') or 'No title'}{journal}"
