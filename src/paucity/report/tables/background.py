"""Tables of what surrounds the evidence: causes, definitions, regimens, studies under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.dosing.english import say_amount, say_bounds, say_days
from paucity.dosing.model import Dose, reading_of
from paucity.dosing.schedule import cumulative, equivalents, whole_days
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.response.english import say_definition
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from paucity.review import Review


def genes(review: Review) -> Table:
    """Return the genes that cause the disease, with protein, disease and inheritance."""
    protocol = review.protocol
    rows = []
    for i, word in enumerate(protocol.causes):
        term = review.evidence.vocabulary.find(Kind.GENE, word.written)
        span = protocol.marks.span("causes", i)
        facts = {k: _text(v) for k, v in term.extra.items()} if term else {}
        name = term.name if term else word.written
        note = "" if name == word.written else f"printed as {word.written}"
        rows.append(
            TableRow(
                {
                    "gene": Cell(name, name, span, note=note),
                    "protein": Cell(facts.get("protein", ""), facts.get("protein")),
                    "disease": Cell(facts.get("disease", ""), facts.get("disease")),
                    "inheritance": Cell(facts.get("inheritance", ""), facts.get("inheritance")),
                }
            )
        )
    columns = (
        Column("gene", "Gene"),
        Column("protein", "Protein"),
        Column("disease", "Disease"),
        Column("inheritance", "Inheritance"),
    )
    return Table("genes", "Genetic causes of the disease", columns, tuple(rows))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def definitions(review: Review) -> Table:
    """Return the response definitions in use: how each level is decided, and what is unstated."""
    levels = [n for n, level in review.protocol.scale.items() if not level.outside]
    used = {r.definition for s in review.evidence.studies.values() for r in s.responses}
    rows = []
    for name, definition in review.definitions.items():
        if definition.kind != "response" or (
            name not in used and definition.variant_of not in used
        ):
            continue
        lines = say_definition(definition)
        cells = {
            "definition": Cell(definition.label or name, name, definition.marks.span()),
            "basis": Cell("rule" if definition.basis == "rule" else "in words", definition.basis),
            "by": Cell(
                str(definition.assess.by)
                if definition.assess and definition.assess.by
                else "not stated"
            ),
            "markers": Cell("; ".join(x.text for x in lines if x.part in {"markers", "signs"})),
            "unstated": Cell("; ".join(x.text for x in lines if x.part == "unstated")),
        }
        for level in levels:
            told = [
                x.text.partition(": ")[2] for x in lines if x.part == "levels" and x.about == level
            ]
            span = definition.marks.span("levels", level)
            cells[f"level-{level}"] = Cell("; ".join(told), span=span)
        rows.append(TableRow(cells))
    columns = (
        Column("definition", "Definition"),
        Column("basis", "Basis"),
        Column("by", "Assessed by"),
        *(Column(f"level-{level}", level) for level in levels),
        Column("markers", "Markers and signs"),
        Column("unstated", "Not stated"),
    )
    return Table("definitions", "Response definitions in use", columns, tuple(rows))


def regimens(review: Review) -> Table:
    """Return what each regimen gives of each drug: by day, by course, and in all."""
    rows = []
    for name, regimen in review.regimens.items():
        for total in cumulative(regimen):
            doses = [d for d in regimen.schedule if d.drug.name == total.drug]
            days = sorted({day for dose in doses for day in dose.days})
            amount = say_bounds(total.amount, total.unit) if total.unit else ""
            per_day, per_course = _bases(doses)
            rows.append(
                TableRow(
                    {
                        "drug": Cell(total.drug, total.drug, regimen.marks.span()),
                        "days": Cell(say_days(days) if days else "not stated"),
                        "day": Cell(per_day, per_day or None),
                        "course": Cell(per_course, per_course or None),
                        "total": Cell(
                            amount,
                            amount or None,
                            derived="sum of the scheduled doses" if amount else "",
                            note="; ".join(total.why_open),
                        ),
                    },
                    group=regimen.label or name,
                )
            )
    columns = (
        Column("drug", "Drug"),
        Column("days", "Given"),
        Column("day", "As a daily dose", numeric=True),
        Column("course", "As a course", numeric=True),
        Column("total", "Cumulative dose, one cycle", numeric=True),
    )
    note = "Shown for review and research; not for prescribing."
    return Table("regimens", "Dose schedules and cumulative doses", columns, tuple(rows), (note,))


def _bases(doses: list[Dose]) -> tuple[str, str]:
    """Return a dose said for the day and for the course, where one length of course settles it."""
    if len(doses) != 1:
        return "", ""
    amount, days = reading_of(doses[0]), whole_days(doses[0])
    if amount is None or days is None:
        return "", ""
    readings = equivalents(amount, days)
    if len(readings) != 1:
        return "", ""
    return say_amount(readings[0].per_day), say_amount(readings[0].per_course)


def ongoing(review: Review) -> Table:
    """Return the studies under way, as the source takes them and as they are registered."""
    rows = []
    for trial in review.protocol.ongoing:
        span = trial.marks.span()
        differs = bool(trial.line and trial.registered_line) and trial.line != trial.registered_line
        rows.append(
            TableRow(
                {
                    "agent": Cell(trial.agent.name, trial.agent.name, span),
                    "registry": Cell(
                        trial.registry,
                        trial.registry or None,
                        trial.marks.span("registry") if trial.registry else None,
                    ),
                    "population": Cell(trial.population),
                    "place": Cell(trial.place),
                    "line": Cell(
                        trial.line,
                        trial.line or None,
                        trial.marks.span("line") if trial.line else None,
                    ),
                    "registered": Cell(
                        trial.registered_line,
                        trial.registered_line or None,
                        trial.marks.span("registered_line") if trial.registered_line else None,
                        note="differs from what the source takes it for" if differs else "",
                    )
                    if trial.registered_line
                    else EMPTY,
                }
            )
        )
    columns = (
        Column("agent", "Agent"),
        Column("registry", "Registry number"),
        Column("population", "Population"),
        Column("place", "Where"),
        Column("line", "Line, as the source takes it"),
        Column("registered", "Line, as registered"),
    )
    return Table("ongoing", "Studies under way that the source names", columns, tuple(rows))
