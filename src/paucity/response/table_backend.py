"""A definition as one Ibis expression: the same rows as the reference evaluator, on any engine.

The measurements are grouped once, by participant and marker, to the values that count; the marker
states follow; grouped again, by participant, they give the levels.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from paucity.response.plan import (
    All,
    AllRules,
    Always,
    Any_,
    AnyRule,
    CountOf,
    InState,
    MarkerIs,
    Negated,
    NotRule,
    Plan,
    uses_limits,
)
from paucity.response.series import Participant
from paucity.response.settings import MICROSECONDS
from paucity.response.states import MISSING, NOT_EVALUABLE, UNDECIDED, marker_states
from paucity.response.table_series import NONE, Table, load_ibis
from paucity.response.table_truth import Columns, Side, let_in, truth
from paucity.response.table_values import Chooser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.plan import Condition, LevelRule, MarkerPlan


def _asks_normal(plan: Plan) -> tuple[bool, bool]:
    """Tell whether anybody asks if a measured value is normal by limits, and a baseline."""

    def of(condition: Condition | None) -> Iterator[tuple[str, str]]:
        match condition:
            case InState(when=when, state=state):
                yield when, state
            case All(parts=parts) | Any_(parts=parts):
                for part in parts:
                    yield from of(part)
            case Negated(part=part):
                yield from of(part)

    value = baseline = False
    for marker in plan.markers:
        if marker.sign:
            continue
        states = {("value", s) for s in marker.asked}
        for bands in marker.bands.values():
            for band in bands:
                states |= {*of(band.when), *of(band.rule)}
        value |= bool({s for _, s in states} & {"normal", "abnormal", "resolved"})
        baseline |= any(w == "baseline" or s == "resolved" for w, s in states)
        baseline |= any(s == "resolved" for _, s in states)
    return value or baseline, baseline


class Compiler:
    """Compiles one definition, over one window or two.

    Args:
        table: the measurements.
        plans: of the definition; a second one is that of the confirming assessment.
    """

    def __init__(self, table: Table, plans: list[Plan]) -> None:
        self.ibis = load_ibis()
        self.table = table
        self.plans = plans
        self.plan = plans[0]
        self.nobody = [marker_states(plan, Participant("")) for plan in plans]

    def tables(self) -> tuple[Any, Any]:
        """Return the levels and the markers."""
        parts = [self._states(plan) for plan in self.plans]
        wide = [
            self._wide(plan, states, i)
            for i, (plan, (states, _)) in enumerate(zip(self.plans, parts, strict=True))
        ]
        whole = self.table.participants
        for one in wide:
            whole = whole.left_join(one, "participant")
            whole = whole.drop([c for c in whole.columns if c.endswith("_right")])
        levels = self._levels(whole)
        return levels, parts[0][1]

    def _states(self, plan: Plan) -> tuple[Any, Any]:
        """Return the truths and the state of each participant and marker."""
        chooser = Chooser(self.table, plan, _asks_normal(plan), limits=uses_limits(plan))
        if not chooser.used:
            return None, None
        pairs = chooser.pairs()
        compiled = {m.name: self._columns(pairs, m, chooser) for m in chooser.used}
        states = sorted({s for m in chooser.used for s in m.asked})
        out = {}
        for i, state in enumerate(states):
            branches = [
                (pairs.marker == chooser.code(m), truth(state, compiled[m.name]))
                for m in chooser.used
                if state in m.asked
            ]
            out[f"t{i}"] = self.ibis.cases(*branches, else_=self.ibis.null("boolean"))
        pairs = pairs.mutate(**out)
        named = {state: f"t{i}" for i, state in enumerate(states)}
        reported = [
            (
                pairs.marker == chooser.code(m),
                self._reported(self._columns(pairs, m, chooser), pairs[named[m.asked[0]]]),
            )
            for m in chooser.used
        ]
        pairs = pairs.mutate(state=self.ibis.cases(*reported).cast("int8"))
        return (pairs, named), self._detail(pairs, chooser)

    def _columns(self, pairs: Any, marker: MarkerPlan, chooser: Chooser) -> Columns:
        def side(letter: str) -> Side:
            found = {
                name: pairs[f"{letter}_{name}"]
                for name in ("high", "low_open", "high_open", "normal")
                if f"{letter}_{name}" in pairs.columns
            }
            return Side(pairs[f"{letter}_low"], pairs[f"{letter}_at"], **found)

        lower, upper = (pairs[n] if n in pairs.columns else None for n in ("lower", "upper"))
        scale = chooser.scales[marker.name]
        return Columns(self.ibis, marker, scale, side("b"), side("v"), pairs.taken, lower, upper)

    def _reported(self, columns: Columns, first: Any) -> Any:
        """Return the state that is reported: 0 so, 1 not so, 2 not evaluable, 3 missing, 4 open."""
        state = columns.plan.asked[0]
        bands = columns.plan.bands.get(state, ())
        none = columns.value.low.isnull()
        if bands or state == "resolved":
            none |= columns.baseline.low.isnull()
        branches = [(first, 0)]
        if bands and all(b.when is not None for b in bands):
            branches.append((~first & ~let_in(bands, columns), 2))
        return self.ibis.cases(*branches, (~first, 1), (none, 3), else_=4)

    def _detail(self, pairs: Any, chooser: Chooser) -> Any:
        """Return each marker's values and days, to look at."""
        scale = chooser.per_marker(
            pairs.marker, lambda m: float(chooser.scales[m.name].scale), "float64"
        )
        names = [(pairs.marker == chooser.code(m), m.name) for m in chooser.used]
        words = [
            (pairs.marker == chooser.code(m), self._words(pairs.state, m.asked[0]))
            for m in chooser.used
        ]

        def shown(column: Any) -> Any:
            nothing = self.ibis.null("float64")
            return self.ibis.ifelse(column == NONE, nothing, column.cast("float64") / scale)

        ends = {}
        if self.table.intervals:
            ends = {"baseline_high": shown(pairs.b_high), "value_high": shown(pairs.v_high)}
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
        words = (first, f"not {first}", NOT_EVALUABLE, MISSING, UNDECIDED)
        return self.ibis.cases(*((state == i, word) for i, word in enumerate(words)))

    def _wide(self, plan: Plan, states: Any, number: int) -> Any:
        """Return one row for each participant, with every truth and state."""
        if states is None:
            return self.table.participants
        pairs, named = states
        out = {}
        for i, marker in enumerate(plan.markers):
            if marker.name not in self.table.markers:
                continue
            here = pairs.marker == self.table.markers[marker.name].code
            out[f"p{number}_{i}"] = here.any()
            out[f"s{number}_{i}"] = pairs.state.max(where=here)
            for state in marker.asked:
                column = pairs[named[state]]
                out[f"{named[state]}_{number}_{i}"] = column.any(where=here)
        self.named = named
        return pairs.group_by("participant").aggregate(**out)

    def _levels(self, whole: Any) -> Any:
        possible, deciding = [], []
        for number in range(len(self.plans)):
            some, open_ = self._decided(whole, number)
            possible.append(some)
            deciding.append(open_)
        reached = possible[0] if len(possible) == 1 else self._worse(*possible)
        outcomes = self.plan.outcomes
        mask = reduce(
            lambda a, b: a + b,
            [p.ifelse(self.ibis.literal(2**i, "int16"), 0) for i, p in enumerate(reached)],
        )
        whole = whole.mutate(mask=mask)
        said = [
            (whole.mask == m, " or ".join(levels_in(outcomes, m)))
            for m in range(1, 2 ** len(outcomes))
        ]
        single = [(whole.mask == 2**i, name) for i, name in enumerate(outcomes)]
        certain = reduce(lambda a, b: a | b, [hit for hit, _ in single])
        listed = self.ibis.literal("")
        for i, marker in enumerate(self.plan.markers):
            opens = [d[i] for d in deciding if i in d]
            if opens:
                is_open = reduce(lambda a, b: a | b, opens)
                listed += is_open.fill_null(False).ifelse(f"; {marker.name}", "")  # noqa: FBT003
        return whole.select(
            participant=whole.participant.cast("string"),
            level=self.ibis.cases(*single, else_=""),
            result=self.ibis.cases(*said),
            certain=certain,
            deciding=certain.ifelse("", listed.substr(2)),
            **{m.name: self._state(whole, i, m) for i, m in enumerate(self.plan.markers)},
        )

    def _state(self, whole: Any, i: int, marker: MarkerPlan) -> Any:
        nothing = self.nobody[0][marker.name].state
        if f"s0_{i}" not in whole.columns:
            return self.ibis.literal(nothing)
        return self._words(whole[f"s0_{i}"], marker.asked[0]).fill_null(nothing)

    def _truth(self, whole: Any, number: int, marker: str, state: str) -> Any:
        """Return a truth of a participant, that of no values where there are none."""
        plan = self.plans[number]
        i = next(i for i, m in enumerate(plan.markers) if m.name == marker)
        nothing = self.nobody[number][marker].truths[state]
        default = self.ibis.null("boolean") if nothing is None else self.ibis.literal(nothing)
        if f"p{number}_{i}" not in whole.columns:
            return default
        column = whole[f"{self.named[state]}_{number}_{i}"]
        if nothing is None:
            return column
        return self.ibis.ifelse(whole[f"p{number}_{i}"].fill_null(False), column, default)  # noqa: FBT003

    def _rule(self, whole: Any, number: int, rule: LevelRule) -> Any:
        match rule:
            case MarkerIs(marker=marker, state=state):
                return self._truth(whole, number, marker, state)
            case CountOf(state=state, least=least, markers=markers):
                truths = [self._truth(whole, number, m, state) for m in markers]
                yes = self._number(truths, missing=False)
                can = self._number(truths, missing=True)
                return self.ibis.cases((yes >= least, True), (can < least, False))
            case AllRules(parts=parts):
                return reduce(lambda a, b: a & b, [self._rule(whole, number, p) for p in parts])
            case AnyRule(parts=parts):
                return reduce(lambda a, b: a | b, [self._rule(whole, number, p) for p in parts])
            case NotRule(part=part):
                return ~self._rule(whole, number, part)
        return self.ibis.literal(True)  # noqa: FBT003

    def _number(self, truths: list[Any], *, missing: bool) -> Any:
        ones = [t.fill_null(missing).cast("int16") for t in truths]
        return reduce(lambda a, b: a + b, ones, self.ibis.literal(0, "int16"))

    def _open(self, whole: Any, number: int, rule: LevelRule) -> Iterator[tuple[str, Any]]:
        """Yield the markers that keep a rule undecided, with when they do."""
        match rule:
            case AllRules(parts=parts) | AnyRule(parts=parts):
                inner = [leaf for part in parts for leaf in self._open(whole, number, part)]
            case NotRule(part=part):
                inner = list(self._open(whole, number, part))
            case MarkerIs(marker=marker, state=state):
                yield marker, self._truth(whole, number, marker, state).isnull()
                return
            case CountOf(state=state, markers=markers):
                inner = [(m, self._truth(whole, number, m, state).isnull()) for m in markers]
            case _:
                return
        undecided = self._rule(whole, number, rule).isnull()
        for marker, hit in inner:
            yield marker, hit & undecided

    def _decided(self, whole: Any, number: int) -> tuple[list[Any], dict[int, Any]]:
        """Return which outcomes are possible, and when each marker would decide."""
        plan = self.plans[number]
        names = [m.name for m in plan.markers]
        going = self.ibis.literal(True)  # noqa: FBT003
        possible: list[Any] = []
        deciding: dict[int, Any] = {}
        for _, rule in plan.levels:
            if isinstance(rule, Always):
                possible.append(going)
                going = self.ibis.literal(False)  # noqa: FBT003
                continue
            found = self._rule(whole, number, rule)
            possible.append(going & found.fill_null(True))  # noqa: FBT003
            for marker, hit in self._open(whole, number, rule):
                i = names.index(marker)
                here = hit & going
                deciding[i] = deciding[i] | here if i in deciding else here
            going &= ~found.fill_null(False)  # noqa: FBT003
        if len(plan.outcomes) > len(possible):
            possible.append(going)
        return possible[: len(plan.outcomes)], deciding

    def _worse(self, one: list[Any], other: list[Any]) -> list[Any]:
        """Return which outcomes the worse of two assessments can be."""

        def up_to(some: list[Any], i: int) -> Any:
            return reduce(lambda a, b: a | b, some[: i + 1])

        return [(one[i] & up_to(other, i)) | (other[i] & up_to(one, i)) for i in range(len(one))]


def levels_in(names: tuple[str, ...], mask: int) -> list[str]:
    """Return the levels whose bits are set."""
    return [name for i, name in enumerate(names) if mask & 2**i]
