"""A section of the report for each agent: what was given, to whom, with what response and harm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paucity.dosing.english import describe, describe_regimen
from paucity.report.answer import (
    Answer,
    Share,
    age_cell,
    best,
    own_or_inherited,
    responders,
    traits,
)
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.report.tables.responses import level_cell, levels_of, size_cell, study_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Prior
    from paucity.evidence.rows import Row
    from paucity.review import Review


@dataclass(frozen=True, slots=True)
class Given:
    """What one or more rows were given, in words, each dose with its line."""

    studies: tuple[Cell, ...]
    doses: tuple[Cell, ...]
    regimen: str


@dataclass(frozen=True, slots=True)
class Section:
    """What the report tells of one agent."""

    answer: Answer
    given: tuple[Given, ...]
    cohorts: Table
    responses: Table
    harms: Table
    outcomes: Table
    regimens: tuple[str, ...]


def sections(
    review: Review, answers: tuple[Answer, ...], tables: dict[str, Table]
) -> tuple[Section, ...]:
    """Return the section of every agent.

    Args:
        review: the review.
        answers: the agents let in.
        tables: the report's tables by name; rows on harms and outcomes are taken from them.
    """
    return tuple(
        Section(
            answer=answer,
            given=tuple(_given(review, answer)),
            cohorts=_cohorts(review, answer),
            responses=_responses(review, answer),
            harms=_part(
                tables.get("toxicity"), answer, "harms", "adverse events and complications"
            ),
            outcomes=_part(
                tables.get("outcomes"), answer, "outcomes", "relapse, survival and follow-up"
            ),
            regimens=_regimens(review, answer),
        )
        for answer in answers
    )


def _regimens(review: Review, answer: Answer) -> tuple[str, ...]:
    names = (row.therapy.regimen for row in answer.rows if row.therapy)
    return tuple(dict.fromkeys(name for name in names if name in review.regimens))


def _part(table: Table | None, answer: Answer, name: str, what: str) -> Table:
    """Return the rows of a table that stand under one agent."""
    title = f"{answer.label}: {what}"
    name = f"{name}-{answer.agent}"
    if table is None:
        return Table(name, title, (), ())
    rows = [replace(row, group="") for row in table.rows if row.group == answer.label]
    columns = [c for c in table.columns if any(row[c.key].text for row in rows)]
    if columns:
        columns[0] = replace(columns[0], label="Cohort")
    return Table(name, title, tuple(columns), tuple(rows), table.notes)


def _given(review: Review, answer: Answer) -> Iterator[Given]:
    """Yield what was given, rows with the same doses together."""
    held: dict[tuple[str, ...], tuple[list[Cell], list[Cell], str]] = {}
    for row in answer.rows:
        doses = list(_doses(review, row))
        key = tuple(cell.text for cell in doses)
        regimen = row.therapy.regimen if row.therapy else ""
        held.setdefault(key, ([], doses, regimen))[0].append(study_cell(row))
    for studies, doses, regimen in held.values():
        name = regimen if regimen in review.regimens else ""
        yield Given(tuple(studies), tuple(doses), name)


def _doses(review: Review, row: Row) -> Iterator[Cell]:
    therapy = row.therapy
    if therapy is None:
        return
    for dose in therapy.doses:
        text = f"{dose.drug.name} {describe(dose)}"
        yield Cell(text, None, dose.marks.span(), note=dose.note)
    if not therapy.doses and therapy.regimen in review.regimens:
        text = describe_regimen(review.regimens[therapy.regimen])
        yield Cell(text, None, therapy.marks.span("regimen"))
    elif not therapy.doses:
        yield Cell("dose not stated", None, therapy.marks.span())


# -- to whom -----------------------------------------------------------------------------------


def _cohorts(review: Review, answer: Answer) -> Table:
    rows = tuple(_cohort(review, row) for row in answer.rows)
    columns = (
        Column("study", "Cohort"),
        Column("n", "N", numeric=True),
        Column("disease", "Disease and trigger"),
        Column("age", "Age"),
        Column("status", "Status"),
        Column("prior", "Therapy before"),
        Column("beside", "Continued beside"),
    )
    used = tuple(c for c in columns if any(row[c.key].text for row in rows))
    return Table(f"cohorts-{answer.agent}", f"{answer.label}: who was treated", used, rows)


def _cohort(review: Review, row: Row) -> TableRow:
    diseases = [c for name in ("disease", "trigger") for c in traits(review, row, name)]
    ages = [c for c in (*traits(review, row, "age_group"), age_cell(row)) if c is not None]
    return TableRow(
        {
            "study": study_cell(row),
            "n": size_cell(row),
            "disease": joined(diseases),
            "age": joined(ages),
            "status": joined(list(traits(review, row, "status"))),
            "prior": _priors(row, "prior"),
            "beside": _priors(row, "concomitant"),
        }
    )


def joined(cells: list[Cell]) -> Cell:
    """Return several cells as one, which leads to the first of their lines."""
    if not cells:
        return EMPTY
    return Cell("; ".join(dict.fromkeys(c.text for c in cells)), None, cells[0].span)


def _priors(row: Row, name: str) -> Cell:
    entries, _ = own_or_inherited(row, name)
    own: tuple[Prior, ...] = entries or ()
    told = [p for p in own if p.patients != 0]
    return joined([Cell(_said(p, row), None, p.marks.span()) for p in told])


def _said(prior: Prior, row: Row) -> str:
    agents = " + ".join(word.written for word in prior.agents)
    extra = []
    if prior.not_given:
        agents = f"no {agents}"
    if prior.doses is not None:
        extra.append(f"{prior.doses} dose{'' if prior.doses == 1 else 's'}")
    if prior.dose:
        extra.append(prior.dose)
    if prior.within is not None:
        extra.append(f"in the last {prior.within}")
    if prior.patients is not None and prior.patients != row.cohort.patients:
        extra.append(f"{prior.patients} of {row.cohort.patients or '?'}")
    elif prior.percent is not None:
        extra.append(f"{prior.percent}%")
    if prior.response:
        extra.append(f"response {prior.response}")
    if prior.stopped:
        extra.append(f"stopped for {prior.stopped}")
    return agents + (f" ({', '.join(extra)})" if extra else "")


# -- with what response ------------------------------------------------------------------------


def _responses(review: Review, answer: Answer) -> Table:
    levels = levels_of(review)
    scale = review.protocol.scale
    good = [name for name in levels if scale[name].responder]
    rows = []
    for row in answer.rows:
        figures = row.figures()
        marks = row.response.marks if row.response else row.cohort.marks
        cells = {
            "study": study_cell(row),
            "n": size_cell(row),
            "responders": _share_cell(responders(review, row)),
            "best": _share_cell(best(review, row)),
            "time": Cell(
                " and ".join(map(str, row.response.assessed)) if row.response else "",
                None,
                marks.span("assessed"),
            ),
        }
        cells |= {f"level-{x}": level_cell(figures.get(x), row, x) for x in levels}
        rows.append(TableRow(cells))
    columns = [
        Column("study", "Cohort"),
        Column("n", "N", numeric=True),
        *(Column(f"level-{x}", x, numeric=True) for x in levels),
    ]
    if good:
        columns.append(Column("responders", f"{' or '.join(good)} (95% CI)", numeric=True))
    if levels and good != levels[:1]:
        columns.append(Column("best", f"{levels[0]} (95% CI)", numeric=True))
    columns.append(Column("time", "Assessed at"))
    used = tuple(c for c in columns if any(row[c.key].text for row in rows) or c.numeric)
    note = "; ".join(f"{x}, {scale[x].label}" for x in levels)
    notes = (f"{note}. CI, exact (Clopper–Pearson) confidence interval.",) if levels else ()
    title = f"{answer.label}: responses"
    return Table(f"responses-{answer.agent}", title, used, tuple(rows), notes)


def _share_cell(found: Share | None) -> Cell:
    if found is None:
        return Cell("not known")
    return Cell(f"{found.fraction} ({found.interval})", found.count, found.span)
