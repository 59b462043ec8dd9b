"""A definition of a diagnosis as an OHDSI cohort definition.

The index is every event that meets one of the criteria; the rule of the level must hold at it,
looking back. So a person enters on the day on which the rule is first met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.exchange.circe import (
    Cohort,
    Concept,
    Group,
    InexpressibleError,
    cohort_expression,
    group,
    in_every_unit,
    leaf,
    leaves,
    nothing_left,
    value_range,
)
from paucity.exchange.document import Exported
from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Number, Or
from paucity.response.bands import distinct, rules_of
from paucity.response.criteria import met
from paucity.response.english_rules import say_level
from paucity.response.language import OTHERWISE, written
from paucity.response.model import countable, marker_named
from paucity.response.settings import DEFAULTS, MICROSECONDS, windows_of
from paucity.text import in_order
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from paucity.expression import Node
    from paucity.response.model import Definition, Marker

_FLIPPED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_HINT: Final = "leave out what cannot be said with `--leave-out`, or write this part by hand"


def cohort_of_definition(
    definition: Definition,
    *,
    level: str = "",
    within: int | None = None,
    concepts: Mapping[str, Concept] | None = None,
    leave_out: bool = False,
    vocabulary: Vocabulary | None = None,
) -> Exported:
    """Return who reaches a level of a definition as a cohort expression.

    Args:
        definition: of a diagnosis; a rule on a change from baseline cannot be said.
        level: the level; the first one, if left out.
        within: how many days before the index a criterion may lie; if left out, as long as the
            definition's values count when it is computed here, or any time.
        concepts: OMOP concepts of markers that the vocabulary has none for, by preferred name.
        leave_out: leave out the alternatives that CIRCE cannot say, and note each.
        vocabulary: knows the markers; the bundled one, if left out.

    Returns:
        The expression, or why there is none.
    """
    span = definition.marks.span()
    cohort = Cohort(vocabulary or bundled(), concepts or {}, span, definition.name)
    name = level or next(iter(definition.levels), "")
    wanted = definition.levels.get(name)
    if wanted is None or wanted.rule is None:
        said = f"level `{name}` has no rule" if wanted else f"there is no level `{name}`"
        known = ", ".join(definition.levels) or "none"
        cohort.refuse("not-expressible", f"{definition.name}: {said}", f"levels: {known}", name)
        return Exported(None, (), tuple(cohort.findings))
    if within is None:
        within = _counts_for(definition)
    writer = _Writer(cohort, definition, within, leave_out)
    whole = writer.part(wanted.rule.node)
    if whole is None and not cohort.findings:
        cohort.refuse(*nothing_left(definition.name), name)
    if whole is None or cohort.findings:
        return Exported(None, tuple(cohort.notes), tuple(in_order(cohort.findings)))
    if "Type" not in whole:
        whole = group("ALL", [whole])
    primary = []
    for criterion in leaves(whole):
        if criterion not in primary:
            primary.append(criterion)
    labels = {m.name.name: m.label for m in definition.markers}
    said = f"{definition.label or definition.name}: {say_level(wanted, labels)}"
    _notes(cohort, within)
    data = cohort_expression(cohort, primary, [(f"{definition.name}: {name}", said, whole)])
    return Exported(data, tuple(cohort.notes))


def _counts_for(definition: Definition) -> int | None:
    """Return for how many days up to the index values count by default, None without a limit."""
    if not definition.markers or definition.kind not in {"diagnosis", "score"}:
        return None
    start = windows_of(definition, definition.markers[0], DEFAULTS).value_from
    return -start // MICROSECONDS


def _notes(cohort: Cohort, within: int | None) -> None:
    days = "any number of" if within is None else str(within)
    cohort.note(f"criteria count for {days} days up to the index")
    cohort.note("what is not recorded counts as not met; the definition leaves it open")


@dataclass
class _Writer:
    """Turns rules into groups; None stands for a part that was left out or refused."""

    cohort: Cohort
    definition: Definition
    within: int | None
    leave_out: bool

    def part(self, node: Node) -> Group | None:
        """Return what a level's or a criterion's rule asks."""
        match node:
            case And(operands=parts):
                return self._all([self.part(p) for p in parts])
            case Or(operands=parts):
                return self._any([self.part(p) for p in parts])
            case Counted():
                return self._count(node)
            case Is(left=Name(name=name), right=Name(name=state)):
                return self._state(name, state)
            case Compare(left=Name(name=name), operator=operator, right=Number() as right):
                if (marker := marker_named(self.definition, name)) is not None:
                    found = Compare(operator, Name("value"), right)
                    return self._tried(found, marker)
        said = "everyone else" if node == Name(OTHERWISE) else f"`{written(node)}`"
        self._refused(f"{said} cannot be said in CIRCE", "")
        return None

    # -- parts together ------------------------------------------------------------------------

    def _all(self, made: Sequence[Group | None]) -> Group | None:
        """Return the parts together; where one cannot be said, none is."""
        kept = [m for m in made if m is not None]
        return group("ALL", kept) if len(kept) == len(made) else None

    def _any(self, made: Sequence[Group | None]) -> Group | None:
        kept = [m for m in made if m is not None]
        return group("ANY", kept) if kept else None

    def _count(self, node: Counted) -> Group | None:
        names = node.items or countable(self.definition, node.state)
        made = [m for n in names if (m := self._state(n, node.state)) is not None]
        least = len(names) if node.least is None else node.least
        if not made or least > len(made):
            asked = f"`{written(node)}` counts to {least}"
            self._refused(f"{asked}, and {len(made)} of {len(names)} can be said", "")
            return None
        if len(made) < len(names):
            self.cohort.note(f"`{written(node)}`: {len(made)} of {len(names)} are looked at")
        return group("AT_LEAST", made, least)

    def _refused(self, message: str, about: str) -> None:
        if self.leave_out:
            self.cohort.note(f"left out: {message}")
        else:
            self.cohort.refuse("not-expressible", message, _HINT, about)

    def _tried(self, node: Node, marker: Marker) -> Group | None:
        """Return a marker's rule, or None after refusing what cannot be said."""
        before = len(self.cohort.findings)
        try:
            return self._condition(node, marker)
        except InexpressibleError as error:
            found = self.cohort.findings[before:]
            if not found:
                self._refused(f"{marker.label}: {error}", marker.name.name)
            elif self.leave_out:
                del self.cohort.findings[before:]
                for finding in found:
                    self.cohort.note(f"left out: {finding.message}")
            return None

    # -- markers and criteria --------------------------------------------------------------------

    def _state(self, name: str, state: str) -> Group | None:
        marker = marker_named(self.definition, name)
        if marker is None:
            return self._criterion(name)
        bands = [b for b in distinct(marker)[0] if state in rules_of(b)]
        if not bands:
            return self._tried(Name(state), marker)
        for band in bands:
            if band.when is None:
                return self._tried(rules_of(band)[state].node, marker)
            asked = f"{marker.label}: a rule of its own where `{written(band.when.node)}`"
            self._refused(f"{asked} cannot be said in CIRCE", name)
        return None

    def _criterion(self, name: str) -> Group | None:
        found = next((c for c in self.definition.criteria if c.name == name), None)
        rules = [b.met for b in met(found.bands) if b.met is not None] if found else []
        if not rules:
            self._refused(f"`{name}` has no rule", name)
            return None
        return self._any([self.part(r.node) for r in rules])

    def _condition(self, node: Node, marker: Marker) -> Group:
        """Return a marker's rule.

        Raises:
            InexpressibleError: the rule, or a part that it cannot do without, cannot be said.
        """
        match node:
            case And(operands=parts):
                if both := _between(parts):
                    return self._measured(marker, "", both)
                return group("ALL", [self._condition(p, marker) for p in parts])
            case Or(operands=parts):
                made = self._any([self._tried(p, marker) for p in parts])
                if made is None:
                    raise InexpressibleError(f"`{written(node)}` cannot be said in CIRCE")
                return made
            case Not(operand=Compare(operator=operator) as inner) if operator in _FLIPPED:
                flipped = Compare(_FLIPPED[operator], inner.left, inner.right)
                return self._condition(flipped, marker)
            case Is(left=Name(name="value"), right=Name(name=state)) | Name(name=state):
                return self._plain(marker, state)
            case Compare(left=Name(name="value"), operator=operator, right=Number() as right):
                return self._compared(marker, operator, right)
            case Compare(left=Number() as left, operator=operator, right=Name(name="value")):
                return self._compared(marker, _MIRROR.get(operator, operator), left)
        raise InexpressibleError(f"`{written(node)}` cannot be said in CIRCE")

    def _compared(self, marker: Marker, operator: str, right: Number) -> Group:
        if right.percent or operator == "!=":
            raise InexpressibleError("only a number with one comparison can be said in CIRCE")
        return self._measured(marker, operator, (right.value,), right.unit)

    def _measured(
        self, marker: Marker, operator: str, ends: tuple[Fraction, ...], unit: str = ""
    ) -> Group:
        """Return that a measurement passes a threshold, in whichever known unit it is recorded."""
        term = self.cohort.vocabulary.find(Kind.MARKER, marker.name.name)
        given = unit or marker.unit
        found = in_every_unit(ends, given, term)
        if not found:
            raise InexpressibleError(f"no unit that {given} can be turned into has an OMOP concept")
        parts = []
        for turned, units in found:
            criterion: Group = {"ValueAsNumber": value_range(operator, *turned)}
            if units:
                criterion["Unit"] = units
            parts.append(self._event(marker, criterion, "Measurement"))
        if given:
            listed = ", ".join(u["CONCEPT_CODE"] for _, units in found for u in units)
            self.cohort.note(f"{marker.label}: values count in these units only: {listed}")
        return group("ANY", parts) if len(parts) > 1 else parts[0]

    def _plain(self, marker: Marker, state: str) -> Group:
        """Return a state that needs no number: a sign that is there, a value beyond limits."""
        if state == "present" and state in marker.values:
            return self._event(marker, {}, "Condition")
        if state == "abnormal" and marker.measured:
            ratios = ({"RangeHighRatio": ("gt", 1)}, {"RangeLowRatio": ("lt", 1)})
            parts = [
                self._event(marker, {k: {"Value": v, "Op": op}}, "Measurement")
                for ratio in ratios
                for k, (op, v) in ratio.items()
            ]
            return group("ANY", parts)
        if state == "normal" and marker.measured:
            criterion = {
                "RangeHighRatio": {"Value": 1, "Op": "lte"},
                "RangeLowRatio": {"Value": 1, "Op": "gte"},
            }
            return self._event(marker, criterion, "Measurement")
        raise InexpressibleError(f"`{state}` cannot be said in CIRCE")

    def _event(self, marker: Marker, criterion: Group, domain: str) -> Group:
        found = self.cohort.concept(Kind.MARKER, marker.name.name, domain)
        if found is None:
            raise InexpressibleError("no concept")
        return leaf({"CodesetId": found[0], **criterion}, found[1], (self.within, 0))


def _between(parts: Sequence[Node]) -> tuple[Any, Any] | None:
    """Return the two ends of ``value >= a and value <= b``."""
    match parts:
        case (
            Compare(operator=">=", left=Name(name="value"), right=Number(unit="") as low),
            Compare(operator="<=", left=Name(name="value"), right=Number(unit="") as high),
        ):
            return low.value, high.value
    return None
