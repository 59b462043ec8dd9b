"""The state of each marker as columns: one row for each participant and marker with a value.

The values that count are chosen first; the truths of the states that levels ask for follow, and the
state that is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.response.settings import MICROSECONDS
from paucity.response.states import MISSING, NOT_EVALUABLE, UNDECIDED
from paucity.response.table_layout import FALSE, TRUE, Field, lay_out, word_prefix
from paucity.response.table_series import NONE, load_ibis
from paucity.response.table_truth import Columns, Side, comparisons, condition, let_in, truth
from paucity.response.table_values import Chooser

if TYPE_CHECKING:
    from paucity.response.plan import MarkerPlan, Plan
    from paucity.response.table_series import Table


def states_in_words(first: str) -> tuple[str, ...]:
    """Return the words of what is reported of a marker, by number: 0 is the state itself.

    Args:
        first: the state that is reported.
    """
    return (first, f"not {first}", NOT_EVALUABLE, MISSING, UNDECIDED)


class MarkerStates:
    """Compiles the states of the markers of one plan.

    Args:
        table: the measurements.
        plan: what is asked of each marker.
        number: of the assessment, in the names of columns.

    Attributes:
        scales: how the markers that are in the data stand in the table.
        layout: where each state stands in the words of `pairs`.
    """

    def __init__(self, table: Table, plan: Plan, number: int) -> None:
        self.ibis = load_ibis()
        self.table = table
        self.chooser = Chooser(table, plan)
        self.used = self.chooser.used
        self.scales = self.chooser.scales
        self.layout = lay_out(self.used, word_prefix(number))

    def tables(self) -> tuple[Any, Any]:
        """Return the words of each participant and marker, and what the words rest on.

        Each step is a table of its own (`view`), so that engines compute a condition once however
        often it is asked for.

        Returns:
            Two tables; None for both where no marker is in the data.
        """
        chooser = self.chooser
        if not self.used:
            return None, None
        pairs = self._compared(chooser.pairs())
        compiled = {m.name: self._columns(pairs, m) for m in self.used}
        named = {s: f"t{i}" for i, s in enumerate(sorted({s for m in self.used for s in m.asked}))}
        truths = {
            name: [
                (pairs.marker == chooser.code(m), truth(state, compiled[m.name]))
                for m in self.used
                if state in m.asked
            ]
            for state, name in named.items()
        }
        pairs = pairs.mutate(**{name: self._first(found) for name, found in truths.items()}).view()
        reported = {
            m.name: self._reported(self._columns(pairs, m), pairs[named[m.asked[0]]])
            for m in self.used
        }
        here = {m.name: pairs.marker == chooser.code(m) for m in self.used}
        words = {}
        for word in dict.fromkeys(f.word for f in self.layout):
            fields = [f for f in self.layout if f.word == word]
            branches = [
                (here[name], self._word(pairs, fields, name, named, reported[name]))
                for name in dict.fromkeys(f.marker for f in fields)
            ]
            words[word] = self.ibis.cases(*branches, else_=0).cast("int64")
        state = self._first([(here[name], found) for name, found in reported.items()])
        return pairs.mutate(**words), self._detail(pairs.mutate(state=state).view())

    def _compared(self, pairs: Any) -> Any:
        """Add the comparisons of every marker; those of different markers share columns.

        Of single numbers they are computed faster than they are kept.
        """
        if not self.table.intervals:
            return pairs
        shared: dict[str, list[tuple[Any, Any]]] = {}
        for marker in self.used:
            columns = self._columns(pairs, marker)
            for i, node in enumerate(comparisons(marker)):
                here = pairs.marker == self.chooser.code(marker)
                shared.setdefault(f"c{i}", []).append((here, condition(node, columns)))
        if not shared:
            return pairs
        return pairs.mutate(**{name: self._first(found) for name, found in shared.items()}).view()

    def _first(self, branches: list[tuple[Any, Any]]) -> Any:
        """Return what the branch of the marker at hand gives."""
        return self.ibis.cases(*branches)

    def _word(
        self, pairs: Any, fields: list[Field], marker: str, named: dict[str, str], reported: Any
    ) -> Any:
        """Return what a word holds of one marker: its state from 1, and truths as 0, 1 or 2."""
        total = self.ibis.literal(0, "int64")
        for field in (f for f in fields if f.marker == marker):
            part = reported + 1
            if field.state:
                known = pairs[named[field.state]]
                part = self.ibis.cases((known, TRUE), (~known, FALSE), else_=0)
            total += part.cast("int64") << field.shift
        return total

    def _columns(self, pairs: Any, marker: MarkerPlan) -> Columns:
        def side(letter: str) -> Side:
            found = {
                name: pairs[f"{letter}_{name}"]
                for name in ("high", "low_open", "high_open", "normal")
                if f"{letter}_{name}" in pairs.columns
            }
            return Side(pairs[f"{letter}_low"], pairs[f"{letter}_at"], **found)

        lower, upper, age = (
            pairs[n] if n in pairs.columns else None for n in ("lower", "upper", "age")
        )
        known = {
            node: pairs[f"c{i}"]
            for i, node in enumerate(comparisons(marker))
            if f"c{i}" in pairs.columns
        }
        return Columns(
            self.ibis,
            marker,
            self.scales[marker.name],
            side("b"),
            side("v"),
            pairs.taken,
            lower,
            upper,
            age,
            known,
        )

    def _reported(self, columns: Columns, first: Any) -> Any:
        """Return the state that is reported: 0 so, 1 not so, 2 not evaluable, 3 missing, 4 open."""
        state = columns.plan.asked[0]
        bands = columns.plan.bands.get(state, ())
        none = columns.value.low.isnull()
        if (bands or state == "resolved") and not columns.plan.at_once:
            none |= columns.baseline.low.isnull()
        branches = [(first, 0)]
        if bands and all(b.when is not None for b in bands):
            branches.append((~first & ~let_in(bands, columns), 2))
        return self.ibis.cases(*branches, (~first, 1), (none, 3), else_=4)

    def _detail(self, pairs: Any) -> Any:
        """Return each marker's values and days, to look at."""
        scale = self.chooser.per_marker(
            pairs.marker, lambda m: float(self.scales[m.name].scale), "float64"
        )
        names = [(pairs.marker == self.chooser.code(m), m.name) for m in self.used]
        words = [
            (pairs.marker == self.chooser.code(m), self._words(pairs.state, m.asked[0]))
            for m in self.used
        ]

        def shown(column: Any) -> Any:
            nothing = self.ibis.null("float64")
            return self.ibis.ifelse(column == NONE, nothing, column.cast("float64") / scale)

        ends = {}
        if self.table.intervals:
            for letter, name in (("b", "baseline"), ("v", "value")):
                ends[f"{name}_high"] = shown(pairs[f"{letter}_high"])
                ends[f"{name}_low_open"] = pairs[f"{letter}_low_open"]
                ends[f"{name}_high_open"] = pairs[f"{letter}_high_open"]
        return pairs.select(
            "participant",
            marker=self.ibis.cases(*names),
            state=self.ibis.cases(*words),
            baseline=shown(pairs.b_low),
            baseline_day=pairs.b_at / float(MICROSECONDS),
            value=shown(pairs.v_low),
            value_day=pairs.v_at / float(MICROSECONDS),
            **ends,
        )

    def _words(self, state: Any, first: str) -> Any:
        words = states_in_words(first)
        return self.ibis.cases(*((state == i, word) for i, word in enumerate(words)))
