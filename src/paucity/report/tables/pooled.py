"""Tables of the analysis plan: what was pooled, what was not and why, and how firm it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.analysis import Group, plan, synthesize
from paucity.counts import percent_of, whole_percent
from paucity.report.comparison import not_compared
from paucity.report.robustness import robustness_of
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow, count_cell
from paucity.report.tables.responses import agent_label

if TYPE_CHECKING:
    from paucity.protocol import Analysis
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
    )
    notes = (
        (
            "Together: the counts added as if from one study, with the exact (Clopper–Pearson) "
            "interval, which takes no account of differences between studies. Pooled: the median "
            f"study's proportion. {not_compared(review)}"
        ),
    )
    return Table("synthesis", "Synthesis, by the analysis plan", columns, rows, notes)


def group_label(review: Review, group: Group, analysis: Analysis) -> str:
    """Return how a group is printed."""
    if analysis.by == "agent":
        return agent_label(review, group.name)
    if analysis.by == "population":
        population = review.protocol.populations[group.name]
        return population.label or group.name
    return "all"


def analysis_label(name: str, analysis: Analysis) -> str:
    """Return how an analysis is printed."""
    return analysis.label or name


def together(group: Group, unit: str) -> str:
    """Return the counts of a group added up: `16 of 24 (67%)`."""
    events, n = sum(x.events for x in group.lines), sum(x.n for x in group.lines)
    counted = "" if unit == "patients" else f" {unit}"
    return f"{events} of {n}{counted} ({percent_of(events, n)}%)"


def limits(interval: Interval | None) -> str:
    """Return the limits of an interval in whole percent: `45 to 84%`; empty if there is none."""
    if interval is None:
        return ""
    return f"{whole_percent(interval.lower)} to {whole_percent(interval.upper)}%"


def _row(review: Review, group: Group) -> TableRow:
    analysis = plan(review.evidence)[group.analysis]
    result = group.result
    left_out = [f"{row.key} left out: {why}" for row, why in group.left_out]
    events, n = sum(x.events for x in group.lines), sum(x.n for x in group.lines)
    return TableRow(
        {
            "agent": Cell(
                group_label(review, group, analysis), group.name, note="; ".join(left_out)
            ),
            "cohorts": count_cell(len(group.lines)),
            "crude": Cell(together(group, analysis.unit), f"{events}/{n}"),
            "exact": _interval(result.crude.interval),
            "pooled": EMPTY
            if result.estimate is None
            else Cell(
                f"{whole_percent(result.estimate)}%",
                f"{result.estimate:.4f}",
                note="" if result.estimand == "median" else f"the {result.estimand} over studies",
            ),
            "interval": _interval(result.interval),
            "prediction": _interval(result.prediction),
            "status": Cell(
                result.status.value,
                result.status.value,
                note=" ".join(group.notes).removesuffix("."),
            ),
        },
        group=analysis_label(group.analysis, analysis),
    )


def _interval(interval: Interval | None) -> Cell:
    if interval is None:
        return EMPTY
    return Cell(limits(interval), f"{interval.lower:.4f}-{interval.upper:.4f}")


# -- sensitivity -------------------------------------------------------------------------------


def sensitivity(review: Review) -> Table:
    """Return the analyses of the plan side by side: a column each, a row for each group."""
    analyses = plan(review.evidence)
    found = synthesize(review.evidence)
    used = [name for name in analyses if any(g.analysis == name for g in found)]
    title = "The analyses side by side"
    if len(used) < 2:
        return Table("sensitivity", title, (), ())
    cells: dict[tuple[str, str], dict[str, Cell]] = {}
    for group in found:
        analysis = analyses[group.analysis]
        key = (analysis.by, group_label(review, group, analysis))
        cells.setdefault(key, {})[group.analysis] = _beside(group, analysis)
    several = len({by for by, _ in cells}) > 1
    rows = [
        TableRow(
            {"agent": Cell(label), **{_key(n): row.get(n, Cell("none")) for n in used}},
            group=BY[by] if several else "",
        )
        for (by, label), row in sorted(cells.items(), key=lambda c: tuple(BY).index(c[0][0]))
    ]
    shared, headings = shortened([analysis_label(name, analyses[name]) for name in used])
    columns = (
        Column("agent", "Group"),
        *(Column(_key(n), label) for n, label in zip(used, headings, strict=True)),
    )
    left_out = f"Headings without an outcome are of: {shared}. " if shared else ""
    notes = (
        (
            f"{left_out}Pooled: the proportion with its 95% interval. Where nothing was pooled: "
            f"the counts added, with the exact interval and the reason. None: no cohort is left. "
            f"{not_compared(review)}"
        ),
    )
    return Table("sensitivity", title, columns, tuple(rows), notes)


def _key(analysis: str) -> str:
    return f"analysis-{analysis}"


def shortened(labels: list[str]) -> tuple[str, list[str]]:
    """Return what most labels begin with, up to a comma, and the labels without it.

    >>> shortened(["Response, by agent", "Response, published", "Death"])
    ('Response', ['By agent', 'Published', 'Death'])
    """
    begins = [label.partition(", ")[0] for label in labels if ", " in label]
    shared = max(begins, key=begins.count, default="")
    if 2 * begins.count(shared) <= len(labels):
        return "", labels
    rests = [label.removeprefix(f"{shared}, ") for label in labels]
    return shared, [rest[:1].upper() + rest[1:] for rest in rests]


BY = {"agent": "By agent", "population": "By population", "all": "All together"}


def _beside(group: Group, analysis: Analysis) -> Cell:
    result = group.result
    status = result.status.value
    if result.estimate is None:
        exact = limits(result.crude.interval)
        why = status if status == "single study" else f"not pooled: {status}"
        text = f"{together(group, analysis.unit)}, {exact}; {why}"
        return Cell(text, status)
    told = "" if status == "ok" else f"; {status}"
    estimate = f"{whole_percent(result.estimate)}% ({limits(result.interval)})"
    counted = together(group, analysis.unit).partition(" (")[0]
    return Cell(f"Pooled {estimate} from {counted}{told}", status)


# -- robustness --------------------------------------------------------------------------------


def robustness(review: Review) -> Table:
    """Return how firm each pooled result is; results of the same counts stand once."""
    analyses = plan(review.evidence)
    rows: dict[tuple[object, ...], TableRow] = {}
    for group in synthesize(review.evidence):
        analysis = analyses[group.analysis]
        found = robustness_of(group, analysis)
        if found is None:
            continue
        name = analysis_label(group.analysis, analysis)
        label = group_label(review, group, analysis)
        key = (label, found.key)
        if key in rows:
            cells = dict(rows[key].cells)
            cells["agent"] = Cell(
                label,
                group.name,
                note="; ".join(filter(None, (cells["agent"].note, f"also: {name}"))),
            )
            rows[key] = TableRow(cells, rows[key].group)
            continue
        cells = {k: Cell(text) for k, text in found.told.items()}
        rows[key] = TableRow({"agent": Cell(label, group.name), **cells}, group=name)
    columns = [
        Column("agent", "Analysis and group"),
        Column("pooled", "Pooled", numeric=True),
        Column("without", "Without one study", numeric=True),
        Column("priors", "Under other priors", numeric=True),
        Column("above", "Probability above the threshold"),
        Column("estimate", "Failures that bring the estimate below it"),
        Column("lower", "Failures that bring the lower limit below it"),
        Column("missing", "Whatever became of those not assessed", numeric=True),
    ]
    columns = [c for c in columns if any(row[c.key].text for row in rows.values())]
    asked = sorted({analyses[g.analysis].threshold for g in synthesize(review.evidence)})
    threshold = " or ".join(f"{t:g}%" for t in asked)
    notes = [
        (
            f"Threshold: {threshold}. Failures: reports of one patient who did not respond, left "
            "unpublished. Case reports tend to be published because the patient responded. "
            f"{not_compared(review)}"
        )
    ]
    if any(c.key == "priors" for c in columns):
        notes.append(
            "Other priors: half and twice the width of the belief about the median study, half and "
            "twice that about the spread between studies, and a heavy-tailed one about the spread."
        )
    if rows and not any(c.key == "missing" for c in columns):
        notes.append("No cohort tells of people whose response was not assessed.")
    return Table(
        "robustness",
        "How firm the pooled results are",
        tuple(columns),
        tuple(rows.values()),
        tuple(notes),
    )
