"""The table of the analysis plan: what was pooled, and why the rest was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.analysis import Group, plan, synthesize
from paucity.counts import percent_of
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow, count_cell
from paucity.report.tables.responses import agent_label

if TYPE_CHECKING:
    from paucity.review import Review
    from paucity.synthesis.types import Interval


def synthesis(review: Review) -> Table:
    """Return the result of every analysis, with its status in words."""
    rows = tuple(_row(review, group) for group in synthesize(review.evidence))
    columns = (
        Column("agent", "Analysis and group"),
        Column("cohorts", "Cohorts", numeric=True),
        Column("crude", "Together", numeric=True),
        Column("exact", "Exact 95% interval", numeric=True),
        Column("pooled", "Pooled", numeric=True),
        Column("interval", "95% interval", numeric=True),
        Column("prediction", "A new study", numeric=True),
        Column("status", "Status"),
        Column("sentence", "In words"),
    )
    notes = (
        (
            "Together: the counts added as if from one study, with the exact (Clopper–Pearson) "
            "interval, which takes no account of differences between studies. Pooled: the median "
            "study's proportion. No study compared the agents: differences between rows are not "
            "differences between treatments."
        ),
    )
    return Table("synthesis", "Synthesis, by the analysis plan", columns, rows, notes)


def _row(review: Review, group: Group) -> TableRow:
    analysis = plan(review.evidence)[group.analysis]
    result = group.result
    events, n = sum(x.events for x in group.lines), sum(x.n for x in group.lines)
    label = agent_label(review, group.name) if analysis.by == "agent" else group.name
    left_out = [f"{row.key} left out: {why}" for row, why in group.left_out]
    crude = result.crude.interval
    return TableRow(
        {
            "agent": Cell(label or "all", group.name, note="; ".join(left_out)),
            "cohorts": count_cell(len(group.lines)),
            "crude": Cell(f"{events} of {n} ({percent_of(events, n)}%)", f"{events}/{n}"),
            "exact": _interval(crude),
            "pooled": EMPTY
            if result.estimate is None
            else Cell(f"{100 * result.estimate:.0f}%", f"{result.estimate:.4f}"),
            "interval": _interval(result.interval),
            "prediction": _interval(result.prediction),
            "status": Cell(result.status.value, result.status.value),
            "sentence": Cell(" ".join((result.sentence, *group.notes))),
        },
        group=analysis.label or group.analysis,
    )


def _interval(interval: Interval | None) -> Cell:
    if interval is None:
        return EMPTY
    low, high = f"{100 * interval.lower:.0f}", f"{100 * interval.upper:.0f}"
    return Cell(f"{low} to {high}%", f"{interval.lower:.4f}-{interval.upper:.4f}")
