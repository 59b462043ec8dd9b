"""A definition as one Ibis expression: the same rows as the reference evaluator, on any engine.

The measurements are grouped once, by participant and marker, to the values that count; the marker
states follow; grouped again, by participant, they give the levels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.response.table_layout import (
    FALSE,
    INTERVAL_PARTS,
    OPEN_PARTS,
    SIDES,
    TRUE,
    VALUE_PARTS,
    WORD,
    state_column,
    truth_column,
    value_column,
    word_prefix,
)
from paucity.response.table_levels import Levels
from paucity.response.table_series import load_ibis
from paucity.response.table_states import MarkerStates

if TYPE_CHECKING:
    from paucity.response.plan import Plan
    from paucity.response.table_series import Table


class Compiler:
    """Compiles one definition, over one window or two.

    Args:
        table: the measurements.
        plans: of the definition; a second one is that of the confirming assessment.
        values: whether the levels also have the values of each marker, in columns that
            `value_column` names, as they are in the table.

    Attributes:
        scales: how the markers that are in the data stand in the table.
    """

    def __init__(self, table: Table, plans: list[Plan], *, values: bool = False) -> None:
        self.ibis = load_ibis()
        self.table = table
        self.plans = plans
        self.values = values
        self.states = [MarkerStates(table, plan, number) for number, plan in enumerate(plans)]
        self.scales = self.states[0].scales

    def tables(self) -> tuple[Any, Any]:
        """Return the levels and the markers."""
        parts = [states.tables() for states in self.states]
        whole = self.table.participants
        for number, (pairs, _) in enumerate(parts):
            if pairs is not None:
                whole = whole.left_join(self._wide(pairs, number), "participant")
                whole = whole.drop([c for c in whole.columns if c.endswith("_right")])
        for number, (pairs, _) in enumerate(parts):
            if pairs is not None:
                whole = self._narrow(whole, number)
        return Levels(self.ibis, self.plans).table(whole.view()), parts[0][1]

    def _wide(self, pairs: Any, number: int) -> Any:
        """Return one row for each participant: the words of its markers, added up."""
        words = {c: pairs[c].sum().cast("int64") for c in pairs.columns if c.startswith(WORD)}
        values = {} if number else self._values(pairs)
        return pairs.group_by("participant").aggregate(**words, **values)

    def _values(self, pairs: Any) -> dict[str, Any]:
        """Return the values of each marker and their moments, each in a column of its own."""
        parts = (*VALUE_PARTS, *INTERVAL_PARTS) if self.table.intervals else VALUE_PARTS
        out = {}
        for i, marker in enumerate(self.scales if self.values else ()):
            here = pairs.marker == self.scales[marker].code
            for side in SIDES:
                for part in parts:
                    column = pairs[f"{side}_{part}"]
                    found = column.any(where=here) if part in OPEN_PARTS else column.max(where=here)
                    out[value_column(i, side, part)] = found
        return out

    def _narrow(self, whole: Any, number: int) -> Any:
        """Take the states and truths of every marker out of the words."""
        markers = {m.name: (i, m) for i, m in enumerate(self.plans[number].markers)}
        whole = whole.view()
        out = {}
        for field in self.states[number].layout:
            bits = (whole[field.word].fill_null(0) >> field.shift) & (2**field.bits - 1)
            i, marker = markers[field.marker]
            if not field.state:
                out[state_column(number, i)] = bits.cast("int8")
                continue
            known = self.ibis.cases((bits == TRUE, True), (bits == FALSE, False))
            out[truth_column(number, i, marker.asked.index(field.state))] = known
        keep = [c for c in whole.columns if not c.startswith(word_prefix(number))]
        return whole.select(*keep, **out)
