"""A definition as one Ibis expression: the same rows as the reference evaluator, on any engine.

The measurements are grouped once, by participant and marker, to the values that count; the marker
states follow; grouped again, by participant, they give the levels.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from paucity.response.plan import (
    All,
    AllRules,
    Always,
    Any_,
    AnyRule,
    CountOf,
    CountRules,
    InState,
    MarkerIs,
    Named,
    Negated,
    NotRule,
    Plan,
    ScoreIs,
    uses_limits,
)
from paucity.response.series import Participant
from paucity.response.settings import MICROSECONDS
from paucity.response.states import MISSING, NOT_EVALUABLE, UNDECIDED, marker_states
from paucity.response.table_layout import (
    FALSE,
    INTERVAL_PARTS,
    OPEN_PARTS,
    SIDES,
    TRUE,
    VALUE_PARTS,
    Field,
    is_value,
    lay_out,
    levels_in,
    value_column,
)
from paucity.response.table_score import Scored, probabilities, score_truth
from paucity.response.table_series import NONE, Table, load_ibis
from paucity.response.table_truth import Columns, Side, comparisons, condition, let_in, truth
from paucity.response.table_values import Chooser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.plan import Condition, LevelRule, MarkerPlan
    from paucity.response.table_series import Scale

_WORD: Final = "word"


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
        values: whether the levels also have the values of each marker, in columns that
            `value_column` names, as they are in the table.
    """

    def __init__(self, table: Table, plans: list[Plan], *, values: bool = False) -> None:
        self.ibis = load_ibis()
        self.table = table
        self.plans = plans
        self.plan = plans[0]
        self.values = values
        self.scales: dict[str, Scale] = {}
        self.layouts: dict[int, tuple[Field, ...]] = {}
        self.nobody = [marker_states(plan, Participant("")) for plan in plans]

    def tables(self) -> tuple[Any, Any]:
        """Return the levels and the markers."""
        parts = [self._states(plan, i) for i, plan in enumerate(self.plans)]
        whole = self.table.participants
        for number, (pairs, _) in enumerate(parts):
            if pairs is not None:
                whole = whole.left_join(self._wide(pairs, number), "participant")
                whole = whole.drop([c for c in whole.columns if c.endswith("_right")])
        for number, (pairs, _) in enumerate(parts):
            if pairs is not None:
                whole = self._narrow(whole, number)
        return self._levels(whole.view()), parts[0][1]

    def _states(self, plan: Plan, number: int) -> tuple[Any, Any]:
        """Return the words of each participant and marker, and what the words rest on.

        Each step is a table of its own (`view`), so that engines compute a condition once however
        often it is asked for.
        """
        chooser = Chooser(self.table, plan, _asks_normal(plan), limits=uses_limits(plan))
        if not chooser.used:
            return None, None
        if not number:
            self.scales = chooser.scales
        pairs = self._compared(chooser.pairs(), chooser)
        compiled = {m.name: self._columns(pairs, m, chooser) for m in chooser.used}
        named = {
            s: f"t{i}" for i, s in enumerate(sorted({s for m in chooser.used for s in m.asked}))
        }
        truths = {
            name: [
                (pairs.marker == chooser.code(m), truth(state, compiled[m.name]))
                for m in chooser.used
                if state in m.asked
            ]
            for state, name in named.items()
        }
        pairs = pairs.mutate(**{name: self._first(found) for name, found in truths.items()}).view()
        reported = {
            m.name: self._reported(self._columns(pairs, m, chooser), pairs[named[m.asked[0]]])
            for m in chooser.used
        }
        here = {m.name: pairs.marker == chooser.code(m) for m in chooser.used}
        self.layouts[number] = layout = lay_out(chooser.used, f"{_WORD}{number}_")
        words = {}
        for word in dict.fromkeys(f.word for f in layout):
            fields = [f for f in layout if f.word == word]
            branches = [
                (here[name], self._word(pairs, fields, name, named, reported[name]))
                for name in dict.fromkeys(f.marker for f in fields)
            ]
            words[word] = self.ibis.cases(*branches, else_=0).cast("int64")
        state = self._first([(here[name], found) for name, found in reported.items()])
        return pairs.mutate(**words), self._detail(pairs.mutate(state=state).view(), chooser)

    def _compared(self, pairs: Any, chooser: Chooser) -> Any:
        """Add the comparisons of every marker; those of different markers share columns.

        Of single numbers they are computed faster than they are kept.
        """
        if not self.table.intervals:
            return pairs
        shared: dict[str, list[tuple[Any, Any]]] = {}
        for marker in chooser.used:
            columns = self._columns(pairs, marker, chooser)
            for i, node in enumerate(comparisons(marker)):
                here = pairs.marker == chooser.code(marker)
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

    def _wide(self, pairs: Any, number: int) -> Any:
        """Return one row for each participant: the words of its markers, added up."""
        words = {c: pairs[c].sum().cast("int64") for c in pairs.columns if c.startswith(_WORD)}
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
        names = {m.name: i for i, m in enumerate(self.plans[number].markers)}
        whole = whole.view()
        out = {}
        for field in self.layouts[number]:
            bits = (whole[field.word].fill_null(0) >> field.shift) & (2**field.bits - 1)
            i = names[field.marker]
            if not field.state:
                out[f"s{number}_{i}"] = bits.cast("int8")
                continue
            known = self.ibis.cases((bits == TRUE, True), (bits == FALSE, False))
            out[self._named(number, i, field.state)] = known
        keep = [c for c in whole.columns if not c.startswith(f"{_WORD}{number}_")]
        return whole.select(*keep, **out)

    def _named(self, number: int, i: int, state: str) -> str:
        """Return the name of the column of a truth."""
        return f"t{number}_{i}_{self.plans[number].markers[i].asked.index(state)}"

    def _columns(self, pairs: Any, marker: MarkerPlan, chooser: Chooser) -> Columns:
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
            chooser.scales[marker.name],
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
        words = self._states_in_words(first)
        return self.ibis.cases(*((state == i, word) for i, word in enumerate(words)))

    def _states_in_words(self, first: str) -> tuple[str, ...]:
        return (first, f"not {first}", NOT_EVALUABLE, MISSING, UNDECIDED)

    def _levels(self, whole: Any) -> Any:
        whole = self._ruled(self._scored(whole))
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
        opens = {}
        for i in range(len(self.plan.markers)):
            if found := [d[i] for d in deciding if i in d]:
                opens[f"o{i}"] = reduce(lambda a, b: a | b, found).fill_null(False)  # noqa: FBT003
        whole = whole.mutate(mask=mask, **opens).view()
        said = [
            (whole.mask == m, " or ".join(levels_in(outcomes, m)))
            for m in range(1, 2 ** len(outcomes))
        ]
        single = [(whole.mask == 2**i, name) for i, name in enumerate(outcomes)]
        certain = whole.mask.isin([2**i for i in range(len(outcomes))])
        listed = self.ibis.literal("")
        for i, marker in enumerate(self.plan.markers):
            if f"o{i}" in opens:
                listed += whole[f"o{i}"].ifelse(f"; {marker.name}", "")
        return whole.select(
            participant=whole.participant.cast("string"),
            level=self.ibis.cases(*single, else_=""),
            result=self.ibis.cases(*said),
            certain=certain,
            deciding=certain.ifelse("", listed.substr(2)) if self.plan.levels else listed.substr(2),
            **self._score_columns(whole),
            **{m.name: self._state(whole, i, m) for i, m in enumerate(self.plan.markers)},
            **{c: whole[c] for c in whole.columns if is_value(c)},
        )

    def _ruled(self, whole: Any) -> Any:
        """Add whether the rule of each level holds."""
        rules = {
            f"r{number}_{k}": self._rule(whole, number, rule)
            for number, plan in enumerate(self.plans)
            for k, (_, rule) in enumerate(plan.levels)
        }
        return whole.mutate(**rules).view()

    def _scored(self, whole: Any) -> Any:
        """Add the least and the most that each item and the score can come to."""
        self.scores = []
        for number, plan in enumerate(self.plans):
            if not plan.items:
                continue
            bands = [
                [(points, self._rule(whole, number, rule)) for points, rule in item.bands]
                for item in plan.items
            ]
            scored = Scored(self.ibis, bands, number)
            self.scores.append(scored)
            whole = whole.mutate(**scored.items()).view()
            whole = whole.mutate(**scored.totals(whole)).view()
        return whole

    def _score_columns(self, whole: Any) -> dict[str, Any]:
        if not self.scores:
            return {}
        first = self.scores[0]
        least, most = whole[first.least], whole[first.most]
        out = {"score_least": least / float(first.scale), "score_most": most / float(first.scale)}
        if self.plan.probability:
            ends = probabilities(self.ibis, least, most, first.scale, self.plan.probability)
            out |= {"probability_least": ends[0], "probability_most": ends[1]}
        return out

    def _state(self, whole: Any, i: int, marker: MarkerPlan) -> Any:
        nothing = self.nobody[0][marker.name].state
        if f"s0_{i}" not in whole.columns:
            return self.ibis.literal(nothing)
        state = whole[f"s0_{i}"]
        words = self._states_in_words(marker.asked[0])
        named = [(state == number, word) for number, word in enumerate(words, 1)]
        return self.ibis.cases(*named, else_=nothing)

    def _truth(self, whole: Any, number: int, marker: str, state: str) -> Any:
        """Return a truth of a participant, that of no values where there are none."""
        plan = self.plans[number]
        i = next(i for i, m in enumerate(plan.markers) if m.name == marker)
        nothing = self.nobody[number][marker].truths[state]
        default = self.ibis.null("boolean") if nothing is None else self.ibis.literal(nothing)
        column = self._named(number, i, state)
        if column not in whole.columns:
            return default
        if nothing is None:
            return whole[column]
        return self.ibis.ifelse(whole[f"s{number}_{i}"] > 0, whole[column], default)

    def _rule(self, whole: Any, number: int, rule: LevelRule) -> Any:
        match rule:
            case MarkerIs(marker=marker, state=state):
                return self._truth(whole, number, marker, state)
            case CountOf(state=state, least=least, markers=markers):
                return self._counted([self._truth(whole, number, m, state) for m in markers], least)
            case CountRules(least=least, parts=parts):
                return self._counted([self._rule(whole, number, p) for p in parts], least)
            case Named(rule=part):
                return self._rule(whole, number, part)
            case ScoreIs(operator=operator, value=value):
                return score_truth(self.ibis, whole, self.scores[number], operator, value)
            case AllRules(parts=parts):
                return reduce(lambda a, b: a & b, [self._rule(whole, number, p) for p in parts])
            case AnyRule(parts=parts):
                return reduce(lambda a, b: a | b, [self._rule(whole, number, p) for p in parts])
            case NotRule(part=part):
                return ~self._rule(whole, number, part)
        return self.ibis.literal(True)  # noqa: FBT003

    def _counted(self, truths: list[Any], least: int) -> Any:
        yes = self._number(truths, missing=False)
        can = self._number(truths, missing=True)
        return self.ibis.cases((yes >= least, True), (can < least, False))

    def _number(self, truths: list[Any], *, missing: bool) -> Any:
        ones = [t.fill_null(missing).cast("int16") for t in truths]
        return reduce(lambda a, b: a + b, ones, self.ibis.literal(0, "int16"))

    def _open(
        self, whole: Any, number: int, rule: LevelRule, found: Any = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield the markers that keep a rule undecided, with when they do.

        What is `found` of the rule is not computed again.
        """
        match rule:
            case AllRules(parts=parts) | AnyRule(parts=parts) | CountRules(parts=parts):
                inner = [leaf for part in parts for leaf in self._open(whole, number, part)]
            case NotRule(part=part) | Named(rule=part):
                # As open as its part. `NOT x IS NULL` would be read as `NOT (x IS NULL)`.
                yield from self._open(whole, number, part)
                return
            case ScoreIs():
                inner = list(self._open_items(whole, number))
            case MarkerIs(marker=marker, state=state):
                yield marker, self._truth(whole, number, marker, state).isnull()
                return
            case CountOf(state=state, markers=markers):
                inner = [(m, self._truth(whole, number, m, state).isnull()) for m in markers]
            case _:
                return
        undecided = (self._rule(whole, number, rule) if found is None else found).isnull()
        for marker, hit in inner:
            yield marker, hit & undecided

    def _open_items(self, whole: Any, number: int) -> Iterator[tuple[str, Any]]:
        """Yield the markers that keep the points of an item open, with when they do."""
        for i, item in enumerate(self.plans[number].items):
            least, most = (whole[name] for name in self.scores[number].ends(i))
            for _, rule in item.bands:
                for marker, hit in self._open(whole, number, rule):
                    yield marker, hit & (least < most)

    def _decided(self, whole: Any, number: int) -> tuple[list[Any], dict[int, Any]]:
        """Return which outcomes are possible, and when each marker would decide."""
        plan = self.plans[number]
        names = [m.name for m in plan.markers]
        going = self.ibis.literal(True)  # noqa: FBT003
        possible: list[Any] = []
        deciding: dict[int, Any] = {}
        for k, (_, rule) in enumerate(plan.levels):
            if isinstance(rule, Always):
                possible.append(going)
                going = self.ibis.literal(False)  # noqa: FBT003
                continue
            found = whole[f"r{number}_{k}"]
            possible.append(going & found.fill_null(True))  # noqa: FBT003
            for marker, hit in self._open(whole, number, rule, found):
                i = names.index(marker)
                here = hit & going
                deciding[i] = deciding[i] | here if i in deciding else here
            going &= ~found.fill_null(False)  # noqa: FBT003
        if len(plan.outcomes) > len(possible):
            possible.append(going)
        for marker, hit in () if plan.levels else self._open_items(whole, number):
            i = names.index(marker)
            deciding[i] = deciding[i] | hit if i in deciding else hit
        return possible[: len(plan.outcomes)], deciding

    def _worse(self, one: list[Any], other: list[Any]) -> list[Any]:
        """Return which outcomes the worse of two assessments can be."""

        def up_to(some: list[Any], i: int) -> Any:
            return reduce(lambda a, b: a | b, some[: i + 1])

        return [(one[i] & up_to(other, i)) | (other[i] & up_to(one, i)) for i in range(len(one))]
