"""Tables of responses: established therapy, included cohorts, and totals per agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.counts import percent_of
from paucity.dosing.english import describe, describe_regimen
from paucity.evidence.cohorts import Family
from paucity.evidence.figures import Figure, entry_figure
from paucity.evidence.rows import Row, established_rows, included_rows
from paucity.report.comparison import not_compared, several_agents
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow, count_cell
from paucity.spread import say_duration, say_spread
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from paucity.evidence.model import Cohort, Therapy
    from paucity.review import Review


def agent_label(review: Review, name: str) -> str:
    """Return how an agent is printed."""
    term = review.evidence.vocabulary.find(Kind.DRUG, name)
    return term.label if term else name


def levels_of(review: Review, *, outside: bool = False) -> list[str]:
    """Return the response levels of the scale, best first; `outside` adds those that are none."""
    return [n for n, level in review.protocol.scale.items() if outside or not level.outside]


def level_cell(figure: Figure | None, row: Row, level: str, *, outside: bool = False) -> Cell:
    """Return the cell of one level: the count, with the percentage as printed.

    Nobody at a level is zero where the other levels account for everyone; what is no response
    level (`outside`) is not told then.
    """
    if row.response is None:
        return EMPTY
    if figure is None:
        return EMPTY if outside else _nobody(row)
    marks = row.response.marks
    span = marks.span("counts" if level in row.response.counts else "percents", level)
    if figure.count is None:
        return Cell(f"{figure.percent}%" if figure.percent is not None else "", None, span)
    percent = f" ({figure.percent}%)" if figure.percent is not None else ""
    return Cell(f"{figure.count}{percent}", figure.count, span, figure.derived)


def _nobody(row: Row) -> Cell:
    """Return the cell of a level nobody is at: zero if the other levels account for everyone."""
    counts = [f.count for f in row.figures().values()]
    if row.response is None or row.n is None or None in counts:
        return EMPTY
    if sum(c for c in counts if c is not None) != row.n:
        return EMPTY
    span = row.response.marks.span("counts")
    return Cell("0", 0, span, "the other levels account for everyone")


def size_cell(row: Row) -> Cell:
    """Return the cell of a row's size: people, and courses where they differ."""
    cohort = row.cohort
    people, courses = cohort.patients, cohort.courses
    if people is None and courses is None:
        return count_cell(row.n, cohort.marks.span())
    if people is not None and courses is not None and courses != people:
        return Cell(f"{people} ({courses} courses)", people, cohort.marks.span("patients"))
    if row.unit == "courses" and courses is not None:
        return Cell(f"{courses} courses", courses, cohort.marks.span("courses"))
    return count_cell(people, cohort.marks.span("patients"))


def dose_cell(review: Review, row: Row) -> Cell:
    """Return the cell of what was given."""
    therapy = row.therapy
    if therapy is None:
        return EMPTY
    if therapy.doses:
        text = "; ".join(_doses(therapy))
    elif therapy.regimen in review.regimens:
        text = describe_regimen(review.regimens[therapy.regimen], readings=False)
    else:
        return EMPTY
    course = f" ({therapy.course} course)" if therapy.course else ""
    return Cell(text + course, text, therapy.marks.span("doses"))


def _doses(therapy: Therapy) -> list[str]:
    """Return the doses as the document read prints them, with the drug where there are several."""
    own = [d for d in therapy.doses if not (d.source and d.source.read_in)] or therapy.doses
    several = len({d.drug.name for d in own}) > 1
    told = [(d.drug.written, describe(d, readings=False)) for d in own]
    return [f"{drug}: {dose}" if several else dose for drug, dose in told]


def time_cell(row: Row) -> Cell:
    """Return the cell of when response was assessed, or what is told of a larger cohort."""
    response = row.response
    if response is not None and response.assessed:
        times = " and ".join(say_duration(d) for d in response.assessed)
        note = f" ({response.assessed_note})" if response.assessed_note else ""
        return Cell(times + note, times, response.marks.span("assessed"))
    for name in Family(row.study).ancestors(row.cohort.id):
        for other in row.study.responses:
            if other.cohort == name and other.time_to:
                parts = [f"{level} in {say_spread(s)}" for level, s in other.time_to.items()]
                whole = row.study.cohorts[name]
                text = f"{'; '.join(parts)} (whole cohort: {_whole(whole)})"
                return Cell(text, None, other.marks.span("time_to"), note="not of this row alone")
    if response is not None and response.assessed_note:
        return Cell(response.assessed_note, None, response.marks.span("assessed_note"))
    return EMPTY


def _whole(cohort: Cohort) -> str:
    """Return what a cohort is called where only its size tells it from its parts."""
    sizes = [
        f"{n} {unit}"
        for unit, n in (("patients", cohort.patients), ("courses", cohort.courses))
        if n
    ]
    return cohort.label or ", ".join(sizes)


def study_cell(row: Row) -> Cell:
    """Return the cell of the study, naming the cohort where it is not the whole study."""
    label = row.cohort.label
    name = f"{row.study.name}: {label}" if label else row.study.name
    return Cell(name, row.key, row.cohort.marks.span())


def established(review: Review) -> Table:
    """Return established therapy and its success, as printed."""
    levels = levels_of(review, outside=True)
    rows = []
    for row in established_rows(review.evidence):
        figures = row.figures()
        agent = row.therapy.agent.name if row.therapy else ""
        cells = {
            "study": study_cell(row),
            "regimen": Cell(
                agent_label(review, agent),
                agent,
                row.therapy.marks.span("agent") if row.therapy else None,
            ),
            "n": size_cell(row),
            "relapses": _relapses(row),
        }
        scale = review.protocol.scale
        cells |= {
            f"level-{x}": level_cell(figures.get(x), row, x, outside=scale[x].outside)
            for x in levels
        }
        rows.append(TableRow(cells))
    columns = (
        Column("regimen", "Regimen"),
        Column("study", "Study"),
        Column("n", "N", numeric=True),
        *(Column(f"level-{x}", x, numeric=True) for x in levels),
        Column("relapses", "Relapses after CR", numeric=True),
    )
    note = "Percentages as printed by the source; what they are percentages of is checked."
    return Table("established", "Established therapy and success", columns, tuple(rows), (note,))


def _relapses(row: Row) -> Cell:
    for outcome in row.study.outcomes:
        if outcome.cohort == row.cohort.id and outcome.outcome.name == "relapse":
            figure = entry_figure(outcome, row.study)
            return count_cell(figure.count, outcome.marks.span("count"), figure.derived)
    return EMPTY


def by_agent(review: Review) -> dict[str, list[Row]]:
    """Return the included rows by agent, agents by label and rows by year."""
    groups: dict[str, list[Row]] = {}
    for row in included_rows(review.evidence):
        if row.therapy is not None:
            groups.setdefault(row.therapy.agent.name, []).append(row)
    ordered = sorted(groups, key=lambda name: agent_label(review, name).casefold())
    return {
        name: sorted(groups[name], key=lambda r: (r.study.citation.year, r.study.id))
        for name in ordered
    }


def responses(review: Review) -> Table:
    """Return the responses of every included cohort."""
    levels = levels_of(review)
    rows = []
    for agent, group in by_agent(review).items():
        for row in group:
            figures = row.figures()
            cells = {
                "study": study_cell(row),
                "n": size_cell(row),
                "dose": dose_cell(review, row),
                "time": time_cell(row),
                "definition": _definition_cell(review, row),
            }
            cells |= {f"level-{x}": level_cell(figures.get(x), row, x) for x in levels}
            rows.append(TableRow(cells, group=agent_label(review, agent)))
    columns = (
        Column("study", "Agent and study"),
        Column("n", "N", numeric=True),
        Column("dose", "Dose"),
        Column("time", "Time of assessment"),
        *(Column(f"level-{x}", x, numeric=True) for x in levels),
        Column("definition", "Judged by"),
    )
    notes = [f"{x}, {review.protocol.scale[x].label}" for x in levels]
    if any(r.cohort.concomitant for group in by_agent(review).values() for r in group):
        notes.append("Other therapy went on beside it in part of the cohorts")
    beside = (not_compared(review),) if several_agents(review) else ()
    return Table(
        "responses",
        "Therapy and responses of included cohorts",
        columns,
        tuple(rows),
        ("; ".join(notes) + ".", *beside),
    )


def _definition_cell(review: Review, row: Row) -> Cell:
    if row.response is None or not row.response.definition:
        return Cell("not stated")
    known = review.evidence.definitions.get(row.response.definition)
    label = known.label if known else row.response.definition
    return Cell(label, row.response.definition, row.response.marks.span("definition"))


def totals(review: Review) -> Table:
    """Return the totals of each agent, patients and courses kept apart."""
    levels = levels_of(review)
    rows = []
    for agent, group in by_agent(review).items():
        for unit in dict.fromkeys(row.unit for row in group):
            members = [row for row in group if row.unit == unit]
            cells = {
                "agent": Cell(agent_label(review, agent), agent),
                "unit": Cell(unit, unit),
                "cohorts": count_cell(len(members)),
                "n": _sum_cell([row.n for row in members]),
            }
            for level in levels:
                counts = [_count(row, level) for row in members]
                cells[f"level-{level}"] = _sum_cell(counts)
            cells["responders"] = _responders(review, members)
            rows.append(TableRow(cells))
    columns = (
        Column("agent", "Agent"),
        Column("unit", "Counted in"),
        Column("cohorts", "Cohorts", numeric=True),
        Column("n", "N", numeric=True),
        *(Column(f"level-{x}", x, numeric=True) for x in levels),
        Column("responders", "Responders", numeric=True),
    )
    notes = (f"Patients and courses are never added. {not_compared(review)}",)
    return Table("totals", "Totals of each agent", columns, tuple(rows), notes)


def _count(row: Row, level: str) -> int | None:
    figure = row.figures().get(level)
    if figure is not None:
        return figure.count
    known = [f.count for f in row.figures().values()]
    full = row.n is not None and None not in known and sum(c or 0 for c in known) == row.n
    return 0 if full else None


def _sum_cell(counts: list[int | None]) -> Cell:
    if any(c is None for c in counts):
        return Cell("not known")
    total = sum(c for c in counts if c is not None)
    terms = " + ".join(str(c) for c in counts)
    return Cell(str(total), total, derived=f"{terms} = {total}" if len(counts) > 1 else "")


def _responders(review: Review, members: list[Row]) -> Cell:
    names = [n for n, level in review.protocol.scale.items() if level.responder]
    counts = [_count(row, n) for row in members for n in names]
    sizes = [row.n for row in members]
    if not names or any(c is None for c in (*counts, *sizes)):
        return Cell("not known")
    total, n = sum(c or 0 for c in counts), sum(s or 0 for s in sizes)
    share = f" ({percent_of(total, n)}%)" if n else ""
    return Cell(f"{total} of {n}{share}", total, derived=f"{' + '.join(names)} over all rows")
