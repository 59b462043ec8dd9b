"""Assess the participants of a large table by a definition of response."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from paucity.response.assess import about_participants
from paucity.response.prepare import prepare
from paucity.response.settings import DEFAULTS, Choice, Settings
from paucity.response.table_backend import Compiler
from paucity.response.table_layout import is_value, levels_in
from paucity.response.table_series import Table, load_ibis
from paucity.response.table_truth import TooWideError
from paucity.spreadsheet import FORMULA, NUMBER
from paucity.text import Finding, Severity, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paucity.response.model import Definition
    from paucity.response.table_series import Scale
    from paucity.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class TableAssessment:
    """Participants assessed by one definition, not computed until asked for.

    Attributes:
        definition: its name.
        levels: Ibis table: participant, level, result, certain, deciding, and the state of each
            marker under its preferred name; for a score also score_least and score_most, and if it
            has a printed table the probability in percent, probability_least and probability_most;
            or None if the definition cannot be computed.
        markers: Ibis table, one row for each participant and marker with a value: participant,
            marker, state, baseline, baseline_day, value, value_day (values as floats, to look at;
            of a value below or above detection the lower end, the upper one as value_high, and
            whether each end is open).
        values: Ibis table: the levels, and beside them the values of each marker of `scales` as
            they are in the table, in the columns that `value_column` names; if they were asked for.
        scales: how the markers that are in the data stand in `values`.
        choices: everything the result rests on that the definition leaves open.
        outcomes: what a result can be, best first.
        responders: the levels that count as response.
        findings: what stood in the way.
    """

    definition: str
    levels: Any = field(default=None, repr=False)
    markers: Any = field(default=None, repr=False)
    values: Any = field(default=None, repr=False)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    outcomes: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def results(self) -> Mapping[str, int]:
        """Return how many participants have each result, certain ones first."""
        if self.levels is None:
            return {}
        counted = self.levels.group_by("result").aggregate(n=self.levels.count()).to_pyarrow()
        counts = {row["result"]: int(row["n"]) for row in counted.to_pylist()}
        order = self.outcomes.index
        ordered = sorted(counts, key=lambda r: (len(self.parts(r)), [*map(order, self.parts(r))]))
        return {result: counts[result] for result in ordered}

    def parts(self, result: str) -> tuple[str, ...]:
        """Return the levels that a result names, best first."""
        every = (tuple(levels_in(self.outcomes, m)) for m in range(1, 2 ** len(self.outcomes)))
        return next(levels for levels in every if " or ".join(levels) == result)


def assess_table(
    table: Table,
    definition: Definition,
    settings: Settings = DEFAULTS,
    vocabulary: Vocabulary | None = None,
    *,
    judge: Definition | None = None,
    values: bool = False,
) -> TableAssessment:
    """Assess every participant of a table by a definition, as one expression.

    Args:
        table: the measurements.
        definition: of any kind; one in words only gives a finding and no levels.
        settings: the choices that the definition leaves open.
        vocabulary: knows the markers; the bundled one, if left out.
        judge: the response definition that judges refractoriness; the one that `settings` or the
            definition names, if left out.
        values: whether the values of each marker are wanted beside the levels.

    Returns:
        Expressions that are computed when they are asked for, and the choices they rest on.
    """
    load_ibis()
    ready = prepare(definition, settings, table.units, vocabulary, judge)
    plan, findings, made = ready.plan, list(ready.findings), ready.choices
    if plan is None:
        return TableAssessment(definition.name, choices=made, findings=tuple(in_order(findings)))
    plans = [plan, ready.confirming] if ready.confirming else [plan]
    try:
        compiler = Compiler(table, plans, values=values)
        levels, markers = compiler.tables()
    except TooWideError as error:
        message = f"{definition.label or definition.name}: {error}; assess row by row"
        span = definition.marks.span()
        code = "numbers-too-long"
        findings.append(Finding(code, Severity.ERROR, span, message, "", definition.name))
        return TableAssessment(definition.name, choices=made, findings=tuple(in_order(findings)))
    own = [c for c in levels.columns if not is_value(c)]
    return TableAssessment(
        definition.name,
        levels.select(*own) if values else levels,
        markers,
        levels if values else None,
        compiler.scales,
        made,
        plan.outcomes,
        plan.responders,
        tuple(in_order(findings)),
    )


def baseline_findings(table: Table, definition: Definition) -> list[Finding]:
    """Return the finding about participants without any value up to the index, by a query."""
    everyone = int(table.participants.count().to_pyarrow().as_py())
    return about_participants(definition, table.name, everyone, without_baseline(table, everyone))


def without_baseline(table: Table, everyone: int) -> int:
    """Return how many of all participants have no value up to the index, by a query."""
    with_one = table.rows.filter(table.rows["at"] <= 0).participant.nunique()
    return everyone - int(with_one.to_pyarrow().as_py())


def _texts(rows: Any) -> list[str]:
    return [name for name, kind in rows.schema().items() if kind.is_string()]


def _harmless(cell: Any) -> Any:
    """Return a column as :func:`paucity.spreadsheet.harmless` gives each of its cells."""
    ibis = load_ibis()
    risky = cell.substr(0, 1).isin(FORMULA) & ~cell.re_search(f"^{NUMBER}$")
    return ibis.ifelse(risky, ibis.literal("'") + cell, cell)


def write_levels(assessment: TableAssessment, path: Path) -> None:
    """Write one row for each participant, by name.

    Args:
        assessment: what is computed now.
        path: a file ending in `.parquet`, or else CSV, where text that a spreadsheet would take
            for a formula gets an apostrophe before it.

    Raises:
        ValueError: the definition cannot be computed, so that there is nothing to write.
    """
    if assessment.levels is None:
        raise ValueError(f"{assessment.definition} is not computed; see its findings")
    rows = assessment.levels.order_by("participant")
    as_parquet = path.suffix.casefold() == ".parquet"
    if not as_parquet:
        rows = rows.mutate(**{name: _harmless(rows[name]) for name in _texts(rows)})
    computed = rows.to_pyarrow()
    if as_parquet:
        import_module("pyarrow.parquet").write_table(computed, path)
    else:
        import_module("pyarrow.csv").write_csv(computed, path)
