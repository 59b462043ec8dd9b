"""Tables of what the source tells in prose: adverse events, and what became of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.counts import percent_of
from paucity.evidence.cohorts import Family
from paucity.evidence.facts import therapies_of
from paucity.evidence.figures import Entry, Figure, entry_figure
from paucity.evidence.view import read_in
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.report.tables.responses import agent_label
from paucity.spread import say_spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Cohort, Study
    from paucity.review import Review


def share_cell(figure: Figure, span_of: Entry, unit: str) -> Cell:
    """Return a cell of a count out of its denominator, with its percentage."""
    marks = span_of.marks
    span = marks.span("count") if figure.derived == "" else marks.span("percent")
    if figure.count is None:
        text = f"{figure.percent}%" if figure.percent is not None else "not told"
        return Cell(text, None, span)
    if not figure.n:
        return Cell(str(figure.count), figure.count, span, figure.derived)
    share = percent_of(figure.count, figure.n)
    kind = "" if unit == "patients" else f" {unit}"
    return Cell(
        f"{figure.count} of {figure.n}{kind} ({share}%)", figure.count, span, figure.derived
    )


def relevant(review: Review) -> Iterator[tuple[str, Study, Cohort]]:
    """Yield agent, study and cohort of every included cohort and of those around it."""
    seen = set()
    for study_id, included in review.evidence.included:
        study = review.evidence.studies[study_id]
        family = Family(study)
        names = (included, *family.ancestors(included), *family.descendants(included))
        for therapy in therapies_of(study, family, included):
            agent = study.therapies[therapy].agent.name
            for name in study.cohorts:
                near = name in names or any(a in names for a in family.ancestors(name))
                if near and (agent, study_id, name) not in seen:
                    seen.add((agent, study_id, name))
                    yield agent, study, study.cohorts[name]


def _included(review: Review, study: Study, cohort: Cohort) -> bool:
    return (study.id, cohort.id) in review.evidence.included


def _whose(review: Review, study: Study, cohort: Cohort) -> Cell:
    label = cohort.label or ("" if len(study.cohorts) == 1 else cohort.id)
    name = f"{study.name}: {label}" if label else study.name
    note = "" if _included(review, study, cohort) else "not the included cohort alone"
    return Cell(name, f"{study.id}/{cohort.id}", cohort.marks.span(), note=note)


def _from(entry: Entry, study: Study) -> Cell:
    where = read_in(entry, study)
    return Cell(where if where != study.read_in else "", where or None)


def toxicity(review: Review) -> Table:
    """Return adverse events and complications, counts re-derived from percentages."""
    rows = []
    for agent, study, cohort in relevant(review):
        for event in study.events:
            if event.cohort != cohort.id:
                continue
            figure = entry_figure(event, study)
            before = event.when == "before"
            kind = f"{event.event.written}" + (f" ({event.within.written})" if event.within else "")
            note = event.note or ("whether it resolved is told: resolved" if event.resolved else "")
            when = "before" if before else event.when
            if event.time is not None:
                when = f"{when}, {say_spread(event.time)}"
            rows.append(
                TableRow(
                    {
                        "study": _whose(review, study, cohort),
                        "event": Cell(kind, event.event.name, event.marks.span("event"), note=note),
                        "when": Cell(when),
                        "count": share_cell(figure, event, event.of),
                        "printed": Cell(
                            f"{event.percent}%", str(event.percent), event.marks.span("percent")
                        )
                        if event.percent is not None
                        else EMPTY,
                        "read_in": _from(event, study),
                    },
                    group=agent_label(review, agent),
                )
            )
    columns = (
        Column("study", "Agent and cohort"),
        Column("event", "Event"),
        Column("when", "When"),
        Column("count", "Number", numeric=True),
        Column("printed", "As printed", numeric=True),
        Column("read_in", "Told elsewhere"),
    )
    notes = (
        (
            "Categories of one event may overlap. Counts derived from a printed percentage are "
            "given only where a single whole number fits."
        ),
    )
    return Table("toxicity", "Adverse events and complications", columns, _sorted(rows), notes)


def outcomes(review: Review) -> Table:
    """Return relapse, survival, transplant and follow-up."""
    rows = []
    for agent, study, cohort in relevant(review):
        for outcome in study.outcomes:
            if outcome.cohort != cohort.id:
                continue
            figure = entry_figure(outcome, study)
            among = f" after {outcome.among}" if outcome.among else ""
            causes = "; ".join(f"{n} {cause}" for cause, n in outcome.causes.items())
            rows.append(
                TableRow(
                    {
                        "study": _whose(review, study, cohort),
                        "outcome": Cell(
                            f"{outcome.outcome.written}{among}",
                            outcome.outcome.name,
                            outcome.marks.span("outcome"),
                            note=outcome.note,
                        ),
                        "count": share_cell(figure, outcome, outcome.of),
                        "time": Cell(say_spread(outcome.time), None, outcome.marks.span("time"))
                        if outcome.time
                        else EMPTY,
                        "causes": Cell(causes, causes or None, outcome.marks.span("causes"))
                        if causes
                        else EMPTY,
                        "read_in": _from(outcome, study),
                    },
                    group=agent_label(review, agent),
                )
            )
    columns = (
        Column("study", "Agent and cohort"),
        Column("outcome", "Outcome"),
        Column("count", "Number", numeric=True),
        Column("time", "When"),
        Column("causes", "Causes"),
        Column("read_in", "Told elsewhere"),
    )
    return Table("outcomes", "Relapse, survival and follow-up", columns, _sorted(rows))


def _sorted(rows: list[TableRow]) -> tuple[TableRow, ...]:
    """Return rows with groups together, in order of the group's name."""
    return tuple(sorted(rows, key=lambda row: row.group.casefold()))
