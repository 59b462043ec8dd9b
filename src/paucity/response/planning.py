"""Make a definition ready to compute: its rules as plans, in the units that the data come in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import And, Compare, Is, Name, Not, Number, Or
from paucity.response.bands import rules_of
from paucity.response.language import age_in_years, written
from paucity.response.linear import Linear, NotComputableError, in_unit, linear
from paucity.response.model import scored
from paucity.response.parameters import choose_parameters
from paucity.response.plan import (
    AgeIs,
    All,
    Any_,
    BandPlan,
    Condition,
    Holds,
    InState,
    MarkerIs,
    MarkerPlan,
    Negated,
    Plan,
    Unknown,
    leaves,
)
from paucity.response.planning_levels import POINTS, LevelPlanner
from paucity.response.settings import ReferenceLimit, Settings, at_once, selection_of, windows_of
from paucity.text import Finding, Severity
from paucity.vocabulary import Kind, UnitError, Vocabulary, bundled, convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.expression import Node
    from paucity.response.model import Band, Definition, Marker
    from paucity.response.plan import Item, LevelRule, Named


def make_plan(
    definition: Definition,
    settings: Settings,
    units: Mapping[str, str],
    vocabulary: Vocabulary | None = None,
    *,
    confirming: bool = False,
) -> tuple[Plan | None, list[Finding]]:
    """Make a definition ready to compute.

    Args:
        definition: of response, a diagnosis or a score, by rule.
        settings: the choices the definition leaves open.
        units: the unit that values of each marker come in, by preferred name.
        vocabulary: knows the markers; the bundled one, if left out.
        confirming: whether it is for the second assessment.

    Returns:
        The plan, or None where the definition cannot be computed; and what stands in the way.

    >>> from paucity.response.load import load_definition
    >>> plan, findings = make_plan(load_definition("wang-2015")[0], Settings(), {})
    >>> plan.outcomes, findings
    (('CR', 'PR', 'NR'), [])
    """
    return _Planner(definition, settings, units, vocabulary or bundled()).plan(
        confirming=confirming
    )


class _Planner:
    def __init__(
        self,
        definition: Definition,
        settings: Settings,
        units: Mapping[str, str],
        vocabulary: Vocabulary,
    ) -> None:
        self.definition = definition
        self.settings = settings
        self.units = units
        self.vocabulary = vocabulary
        self.findings: list[Finding] = []
        self.compared: dict[tuple[str, str], Compare] = {}

    def _found(self, code: str, message: str, hint: str = "", about: str = "") -> None:
        name = self.definition.name
        subject = f"{name}/{about}" if about else name
        span = self.definition.marks.span()
        self.findings.append(Finding(code, Severity.ERROR, span, message, hint, subject))

    def plan(self, *, confirming: bool) -> tuple[Plan | None, list[Finding]]:
        d, s = self._with_parameters(), self.settings
        if any(f.severity is Severity.ERROR for f in self.findings):
            return None, self.findings
        if d.faults:
            count = "an error" if d.faults == 1 else f"{d.faults} errors"
            message = f"{d.label or d.name} is not computed: there is {count} in its text"
            self._found("not-computable", message, "`paucity definition` with its file shows where")
            return None, self.findings
        ruled = {name: level.rule.node for name, level in d.levels.items() if level.rule}
        bare = not ruled and not (d.kind == "score" and scored(d))
        if d.kind == "refractoriness" or d.basis != "rule" or bare:
            reason = "it is in words only" if d.basis != "rule" else "it gives no rule for a level"
            if d.kind == "refractoriness":
                reason = "a response definition has to judge it"
            hint = "choose a definition with rules"
            self._found("not-computable", f"{d.label or d.name} is not computed: {reason}", hint)
            return None, self.findings
        if words := [n for n, level in d.levels.items() if level.rule is None]:
            said = " and ".join(words)
            message = f"{d.label or d.name} is not computed: {said} is described in words only"
            self._found("not-computable", message, "choose a definition with rules")
            return None, self.findings
        try:
            planner = LevelPlanner(d)
            levels = tuple((n, planner.level(node)) for n, node in ruled.items())
        except NotComputableError as error:
            self._found("not-computable", f"{d.label or d.name} is not computed: {error}")
            return None, self.findings
        self.compared = planner.compared
        criteria = tuple(planner.criteria.values())
        asked = _asked(levels, criteria, planner.items)
        used = [m for m in d.markers if m.name.name in asked or not at_once(d)]
        markers = tuple(self._marker(m, asked, confirming=confirming) for m in used)
        plan = Plan(
            d.name,
            markers,
            levels,
            selection_of(d, s),
            s.baseline,
            s,
            criteria,
            planner.items,
            d.probability,
        )
        self._check_selection(plan)
        return plan, self.findings

    def _with_parameters(self) -> Definition:
        """Return the definition with the parameters that were chosen."""

        def name(word: str) -> str | None:
            known = (m.name.name for m in self.definition.markers)
            criteria = (c.name for c in self.definition.criteria)
            if word in {*known, *criteria}:
                return word
            term = self.vocabulary.find(Kind.MARKER, word)
            return term.name if term else None

        chosen = dict(self.settings.parameters)
        self.definition, findings = choose_parameters(self.definition, chosen, name)
        self.findings += findings
        return self.definition

    def _check_selection(self, plan: Plan) -> None:
        if not {plan.selection, plan.baseline} & {"best", "worst"}:
            return
        by_default = at_once(self.definition) and self.settings.value is None
        for marker in () if by_default else plan.markers:
            if not marker.direction and not marker.healthy:
                message = f"which value of {marker.label} is the best is not known; the last counts"
                hint = "give its `direction` in the vocabulary"
                self._found("selection-without-direction", message, hint, marker.name)

    def _marker(
        self, marker: Marker, asked: Mapping[str, tuple[str, ...]], *, confirming: bool
    ) -> MarkerPlan:
        name = marker.name.name
        term = self.vocabulary.find(Kind.MARKER, name)
        facts = term.extra if term else {}
        direction, usual = facts.get("direction", ""), facts.get("unit", "")
        unit = self.units.get(name) or (usual if isinstance(usual, str) else "")
        bands = {}
        for state in ("improved", "resolved", "normal", "met"):
            ruled = [b for b in marker.bands if state in rules_of(b)]
            if ruled:
                bands[state] = tuple(self._band(b, state, marker, unit) for b in ruled)
        bands |= self._points(marker, unit)
        for (of, state), node in self.compared.items():
            if of == name:
                bands[state] = (BandPlan(None, self._condition(node, marker, unit), state),)
        self._break_circles(marker, bands)
        states = asked.get(name, ())
        first = tuple(s for s in ("improved", "met", "resolved", "normal") if s in states)
        rest = tuple(s for s in states if s not in first)
        return MarkerPlan(
            name,
            marker.label or name,
            marker.values,
            direction if isinstance(direction, str) else "",
            "" if marker.values else unit,
            windows_of(self.definition, marker, self.settings, confirming=confirming),
            bands,
            (*first, *rest) or ("normal",),
            () if marker.values else tuple(self._limits(marker, unit)),
            at_once(self.definition),
        )

    def _points(self, marker: Marker, unit: str) -> dict[str, tuple[BandPlan, ...]]:
        """Return the rule of each band that gives points, and `met`: one that gives more than 0."""
        out: dict[str, tuple[BandPlan, ...]] = {}
        positive = []
        for i, band in enumerate(marker.bands):
            if band.points is None or band.met is None:
                continue
            then = self._condition(band.met.node, marker, unit)
            if band.when is not None:
                then = All((self._condition(band.when.node, marker, unit), then))
            out[f"{POINTS} {i}"] = (BandPlan(None, then, band.met.text),)
            if band.points > 0:
                positive.append(then)
        if positive:
            rule = positive[0] if len(positive) == 1 else Any_(tuple(positive))
            out["met"] = (BandPlan(None, rule, "points"),)
        return out

    def _limits(self, marker: Marker, unit: str) -> Iterator[ReferenceLimit]:
        """Yield the settings' reference limits of a marker, in the unit its values come in."""
        term = self.vocabulary.find(Kind.MARKER, marker.name.name)
        for limit in self.settings.limits:
            of = self.vocabulary.find(Kind.MARKER, limit.marker)
            if (of.name if of else limit.marker) != marker.name.name:
                continue
            try:
                low, high = (
                    None if end is None else convert(end, limit.unit or unit, unit, term)
                    for end in (limit.low, limit.high)
                )
            except UnitError as error:
                message = f"{marker.label}: a reference limit is not used: {error}"
                self._found("limit-not-convertible", message, about=marker.name.name)
                continue
            yield replace(limit, marker=marker.name.name, unit=unit, low=low, high=high)

    def _break_circles(self, marker: Marker, bands: dict[str, tuple[BandPlan, ...]]) -> None:
        """Leave undecided what is defined by itself: improved if resolved, resolved if improved."""
        uses = {
            state: {s for b in of for c in (b.when, b.rule) if c for s in _states_in(c)}
            for state, of in bands.items()
        }
        uses.setdefault("resolved", {"normal"})
        uses["abnormal"] = {"normal"}
        for state in tuple(bands):
            reached: set[str] = set()
            todo = set(uses[state])
            while todo:
                current = todo.pop()
                reached.add(current)
                todo |= uses.get(current, set()) - reached
            if state in reached:
                message = f"{marker.label}: `{state}` is defined by itself, and is not computed"
                self._found("rule-not-computable", message, about=marker.name.name)
                bands[state] = (BandPlan(None, Unknown("defined by itself"), ""),)
                uses[state] = set()

    def _band(self, band: Band, state: str, marker: Marker, unit: str) -> BandPlan:
        rule = rules_of(band)[state]
        when = self._condition(band.when.node, marker, unit) if band.when else None
        then = self._condition(rule.node, marker, unit)
        if self.settings.zero_baseline == "not evaluable" and _divides(then):
            above = Holds(_ABOVE_ZERO, "baseline > 0")
            when = above if when is None else All((when, above))
        return BandPlan(when, then, rule.text)

    def _condition(self, node: Node, marker: Marker, unit: str) -> Condition:
        match node:
            case And(operands=parts):
                return All(tuple(self._condition(p, marker, unit) for p in parts))
            case Or(operands=parts):
                return Any_(tuple(self._condition(p, marker, unit) for p in parts))
            case Not(operand=inner):
                return Negated(self._condition(inner, marker, unit))
            case Is(left=Name(name=when), right=Name(name=state)):
                return InState(when, state)
            case Name(name=state):
                return InState("value", state)
            case Compare(operator=operator, left=Name(name="age"), right=Number() as right):
                years = age_in_years(right)
                return Unknown("no age") if years is None else AgeIs(operator, years)
            case Compare(operator="!=", left=left, right=right):
                return Negated(self._condition(Compare("==", left, right), marker, unit))
            case Compare():
                return self._comparison(node, marker, unit)
        return Unknown(f"`{written(node)}` cannot be computed")

    def _comparison(self, node: Compare, marker: Marker, unit: str) -> Condition:
        try:
            rules = linear(node, lambda n: self._number(n, marker))
            text = written(node)
            parts = tuple(Holds(self._converted(rule, marker, unit), text) for rule in rules)
        except (NotComputableError, UnitError) as error:
            message = f"{marker.label}: `{written(node)}` is not computed: {error}"
            self._found("rule-not-computable", message, about=marker.name.name)
            return Unknown(str(error))
        return parts[0] if len(parts) == 1 else All(parts)

    def _number(self, number: Number, marker: Marker) -> Fraction:
        if not number.unit:
            return number.value
        term = self.vocabulary.find(Kind.MARKER, marker.name.name)
        return convert(number.value, number.unit, marker.unit, term)

    def _converted(self, rule: Linear, marker: Marker, unit: str) -> Linear:
        """Return the form over values in the unit they come in."""
        if not unit or not marker.unit or unit == marker.unit:
            return rule
        if not rule.constant and not sum(rule.form[:4]):
            return rule
        term = self.vocabulary.find(Kind.MARKER, marker.name.name)
        try:
            offset = convert(Fraction(0), unit, marker.unit, term)
            factor = convert(Fraction(1), unit, marker.unit, term) - offset
        except UnitError:
            if rule.constant:
                raise
            return rule
        return in_unit(rule, factor, offset)


_ABOVE_ZERO: Final = Linear(
    (Fraction(1), Fraction(0), Fraction(0), Fraction(0), Fraction(0)), strict=True
)


def _states_in(condition: Condition) -> Iterator[str]:
    match condition:
        case InState(state=state):
            yield state
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                yield from _states_in(part)
        case Negated(part=part):
            yield from _states_in(part)


def _divides(condition: Condition) -> bool:
    """Tell whether a condition divides by the baseline."""
    match condition:
        case Holds(rule=rule):
            return rule.below == "baseline"
        case All(parts=parts) | Any_(parts=parts):
            return any(map(_divides, parts))
        case Negated(part=part):
            return _divides(part)
    return False


def _asked(
    levels: Iterable[tuple[str, LevelRule]], criteria: Iterable[Named], items: Iterable[Item]
) -> dict[str, tuple[str, ...]]:
    """Return the states asked of each marker; of one that gives points, whether it is met first."""
    out: dict[str, tuple[str, ...]] = {}
    rules = [*(rule for _, rule in levels), *criteria]
    for item in items:
        if any(isinstance(rule, MarkerIs) and rule.marker == item.name for _, rule in item.bands):
            rules.append(MarkerIs(item.name, "met"))
        rules += [rule for _, rule in item.bands]
    for rule in rules:
        for leaf in leaves(rule):
            known = out.get(leaf.marker, ())
            if leaf.state not in known:
                out[leaf.marker] = (*known, leaf.state)
    return out
