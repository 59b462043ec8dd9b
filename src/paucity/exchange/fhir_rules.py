"""Rules of a definition as characteristics of a FHIR R5 EvidenceVariable.

A threshold on a value, or a sign that is present, is a type with a value. What compares two values
of one marker (a change from baseline) has no structure in FHIR and becomes an expression, with its
English beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.exchange.codes import codes_of
from paucity.exchange.document import UCUM, number, slug, ucum
from paucity.expression import say
from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Number, Or
from paucity.response.bands import distinct, let_in, overlaps, rules_of
from paucity.response.criteria import met
from paucity.response.english_rules import say_level, say_rule
from paucity.response.language import OTHERWISE, Rule, written
from paucity.response.model import countable, marker_named
from paucity.response.settings import (
    DEFAULTS,
    MICROSECONDS,
    microseconds,
    time_point,
    windows_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paucity.expression import Node
    from paucity.response.model import Band, Definition, Level, Marker
    from paucity.vocabulary import Vocabulary

Characteristic = dict[str, Any]

_SYSTEMS: Final = (
    ("LOINC", "http://loinc.org", ""),
    ("SCT", "http://snomed.info/sct", ""),
    ("HP", "http://human-phenotype-ontology.org", "HP:"),
)
"""Code systems of a marker: the name here, its address in FHIR, and what its codes begin with."""

_MIRROR: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "=="}


def expressed(text: str, said: str) -> Characteristic:
    """Return a characteristic that only an expression states.

    Args:
        text: the expression, in the language of definitions.
        said: the same in English.
    """
    expression = {"description": said, "language": "text/plain", "expression": text}
    return {"description": said, "definitionExpression": expression}


def combined(code: str, parts: Sequence[Characteristic], least: int = 0) -> Characteristic:
    """Return a combination of characteristics; one part of an `all-of` or `any-of` is itself."""
    if len(parts) == 1 and code in {"all-of", "any-of"}:
        return dict(parts[0])
    whole: dict[str, Any] = {"code": code}
    if code == "at-least":
        whole["threshold"] = least
    return {"definitionByCombination": {**whole, "characteristic": [dict(p) for p in parts]}}


def negated(part: Characteristic) -> Characteristic:
    """Return the opposite of a characteristic."""
    if "exclude" in part:
        wrapped = {"code": "all-of", "characteristic": [dict(part)]}
        return {"exclude": True, "definitionByCombination": wrapped}
    return {"exclude": True, **part}


@dataclass
class Rules:
    """Turns the rules of one definition into characteristics, noting what FHIR cannot say."""

    definition: Definition
    vocabulary: Vocabulary
    notes: dict[str, None] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Keep a note once."""
        self.notes[text] = None

    # -- levels --------------------------------------------------------------------------------

    def level(self, name: str, level: Level, better: Sequence[str]) -> Characteristic:
        """Return a level: its rule, and that no better level is reached.

        Args:
            name: of the level.
            level: the level.
            better: levels tried before it.
        """
        labels = {m.name.name: m.label for m in self.definition.markers}
        said = f"{name}: {say_level(level, labels)}"
        if level.rule is None:
            self.note(f"{name} is described in words only")
            return {"linkId": slug(name), "description": said}
        parts = [negated({"definitionId": slug(b)}) for b in better]
        if not (isinstance(level.rule.node, Name) and level.rule.node.name == OTHERWISE):
            parts.append(self._who(level.rule.node))
        elif not parts:
            return {"linkId": slug(name), "description": said}
        if better:
            self.note("levels are tried in order, best first: each leaves out those before it")
        made = combined("all-of", parts)
        return {"linkId": slug(name), "description": said, **_without(made, "description")}

    def _who(self, node: Node) -> Characteristic:
        """Return what a level's rule asks."""
        match node:
            case And(operands=parts):
                return combined("all-of", [self._who(p) for p in parts])
            case Or(operands=parts):
                return combined("any-of", [self._who(p) for p in parts])
            case Not(operand=inner):
                return negated(self._who(inner))
            case Counted():
                return self._count(node)
            case Is(left=Name(name=name), right=Name(name=state)):
                return self._named(name, state)
            case Compare(left=Name(name=name), operator=operator, right=Number() as right):
                if (of := marker_named(self.definition, name)) is not None:
                    return self._condition(Compare(operator, Name("value"), right), of)
        self.note(f"`{written(node)}` is given as an expression")
        return expressed(written(node), say(node))

    def _count(self, node: Counted) -> Characteristic:
        names = node.items or countable(self.definition, node.state)
        least = len(names) if node.least is None else node.least
        if not names or not least:
            self.note(f"`{written(node)}` counts nothing and is given as an expression")
            return expressed(written(node), say(node))
        parts = [self._named(n, node.state) for n in names]
        if least == len(parts):
            return combined("all-of", parts)
        return combined("at-least", parts, least)

    def _named(self, name: str, state: str) -> Characteristic:
        """Return that a marker is in a state, or that a criterion is met."""
        if (marker := marker_named(self.definition, name)) is not None:
            return self.state(marker, state)
        if f"{name}/met" in self.linked:
            return {"definitionId": self.linked[f"{name}/met"]}
        criterion = next(c for c in self.definition.criteria if c.name == name)
        link = self._link(name, "met", f"{name}/met")
        rules = [band.met for band in met(criterion.bands) if band.met is not None]
        said = f"{criterion.label or name}: {'; or '.join(say(r.node) for r in rules)}"
        made = combined("any-of", [self._who(r.node) for r in rules])
        return {"linkId": link, "description": said, **_without(made, "description", "linkId")}

    def _link(self, name: str, state: str, key: str) -> str:
        """Return a new label for a characteristic, which others can refer to."""
        link, count = slug(f"{slug(name, 48)}-{state}"), 1
        while link in self.linked.values():
            count += 1
            link = f"{slug(link, 60)}-{count}"
        self.linked[key] = link
        return link

    # -- markers -------------------------------------------------------------------------------

    def state(self, marker: Marker, state: str) -> Characteristic:
        """Return that a marker is in a state; a second mention refers to the first."""
        key = f"{marker.name.name}/{state}"
        if key in self.linked:
            return {"definitionId": self.linked[key]}
        link = self._link(marker.name.name, state, key)
        bands = [b for b in distinct(marker)[0] if state in rules_of(b)]
        made = self._banded(marker, state, bands) if bands else self._plain(marker, state, "value")
        said = made.get("description") or f"{marker.label} {state}"
        if bands:
            said = f"{marker.label} {state}: {_said(bands, state, marker)}"
        return {"linkId": link, "description": said, **_without(made, "description")}

    def _banded(self, marker: Marker, state: str, bands: Sequence[Band]) -> Characteristic:
        """Return the first band that applies; a band leaves out the baselines of those before."""
        crossing = {frozenset((id(a), id(b))) for a, b, _ in overlaps(marker)}
        out = []
        for i, band in enumerate(bands):
            parts = [] if band.when is None else [self._condition(band.when.node, marker)]
            for before in bands[:i]:
                apart = let_in(before) is not None and let_in(band) is not None
                if before.when is not None and (
                    not apart or frozenset((id(before), id(band))) in crossing
                ):
                    parts.append(negated(self._condition(before.when.node, marker)))
            rule: Rule = rules_of(band)[state]
            parts.append(self._condition(rule.node, marker))
            out.append(combined("all-of", parts))
            if band.when is None:
                break
        return combined("any-of", out)

    def _plain(self, marker: Marker, state: str, when: str) -> Characteristic:
        """Return a state that needs no rule: a sign's word, normal, resolved."""
        healthy = _healthy(marker)
        if state in {"normal", "abnormal"} and healthy:
            found = self._sign(marker, healthy, when)
            return found if state == "normal" else negated(found)
        if state in marker.values:
            return self._sign(marker, state, when)
        if state == "resolved" and healthy:
            before = negated(self._sign(marker, healthy, "baseline"))
            return combined("all-of", [before, self._sign(marker, healthy, "value")])
        words = {
            "normal": "within the reference limits of the laboratory",
            "abnormal": "beyond the reference limits of the laboratory",
            "untested": "no value was taken",
        }
        said = f"{marker.label}: {words.get(state, state)}"
        if when == "baseline":
            said += ", at baseline"
        self.note(f"{state} has no structure in FHIR and is given as an expression")
        text = state if when == "value" else f"baseline is {state}"
        return expressed(f"{marker.name.name}: {text}", said)

    def _sign(self, marker: Marker, word: str, when: str) -> Characteristic:
        value: dict[str, Any] = {"valueCodeableConcept": {"text": word}}
        if set(marker.values) == {"present", "absent"}:
            value = {"valueBoolean": word == "present"}
        return self._typed(marker, value, when)

    def _condition(self, node: Node, marker: Marker) -> Characteristic:
        """Return a marker's rule, or a part of it."""
        match node:
            case And(operands=parts):
                return combined("all-of", self._together(parts, marker))
            case Or(operands=parts):
                return combined("any-of", [self._condition(p, marker) for p in parts])
            case Not(operand=inner):
                return negated(self._condition(inner, marker))
            case Is(left=Name(name="baseline" | "value" as when), right=Name(name=state)):
                return self._plain(marker, state, when)
            case Name(name=state):
                return self._plain(marker, state, "value")
        bound = _threshold(node)
        if bound is not None and (value := _quantity(*bound[1:], marker)):
            return self._typed(marker, {"valueQuantity": value}, bound[0])
        return self._unsaid(node, marker)

    def _together(self, parts: Sequence[Node], marker: Marker) -> list[Characteristic]:
        """Return the parts of a conjunction, two inclusive ends of one value as a range."""
        out, rest = [], list(parts)
        for when in ("baseline", "value"):
            ends = {
                bound[1]: (part, _quantity("==", bound[2], marker))
                for part in rest
                if (bound := _threshold(part)) and bound[0] == when
            }
            if set(ends) == {">=", "<="} and all(q for _, q in ends.values()):
                low, high = ends[">="][1], ends["<="][1]
                out.append(self._typed(marker, {"valueRange": {"low": low, "high": high}}, when))
                used = [part for part, _ in ends.values()]
                rest = [p for p in rest if not any(p is u for u in used)]
        return [*out, *(self._condition(p, marker) for p in rest)]

    def _unsaid(self, node: Node, marker: Marker) -> Characteristic:
        said = say_rule(Rule(text=written(node), node=node), marker.unit)
        self.note(
            "a change from baseline, an age, and limits of the laboratory have no structure here: "
            "they are given as expressions in the language of definitions"
        )
        made = expressed(f"{marker.name.name}: {written(node)}", f"{marker.label}: {said}")
        return {**made, **self._timed(marker, "value")}

    def _typed(self, marker: Marker, value: Mapping[str, Any], when: str) -> Characteristic:
        """Return a type with its value, at baseline or later."""
        of: dict[str, Any] = {"text": marker.name.name}
        coding = [
            {"system": uri, "code": f"{prefix}{code}"}
            for system, uri, prefix in _SYSTEMS
            for code in codes_of(marker.name.name, system, self.vocabulary)
        ]
        if coding:
            of["coding"] = coding
        else:
            self.note(f"{marker.label} has no code in the vocabulary and is named in words")
        return {"definitionByTypeAndValue": {"type": of, **value}, **self._timed(marker, when)}

    def _timed(self, marker: Marker, when: str) -> Characteristic:
        """Return when the value that counts is taken, from the first dose."""
        d = self.definition
        if d.kind != "response":
            return {}
        timed: dict[str, Any] = {
            "description": "a value after it",
            "eventCodeableConcept": {"text": (d.assess.after if d.assess else "") or "first dose"},
        }
        windows = windows_of(d, marker, DEFAULTS)
        low: int | None = 0
        high = windows.value_to
        if when == "baseline":
            timed["description"] = "the baseline: the last value up to it"
            low, high = windows.baseline_from, 0
        elif marker.window is None and (point := time_point(d, DEFAULTS)):
            if (length := _days(microseconds(point.days))) is not None:
                timed["quantity"] = length
            return {"timeFromEvent": [timed]}
        elif high is None:
            self.note("no latest time is stated for some values, and none is given")
        ends = {"low": _days(low), "high": _days(high)}
        if span := {end: length for end, length in ends.items() if length is not None}:
            timed["range"] = span
        return {"timeFromEvent": [timed]}


def _days(at: int | None) -> dict[str, Any] | None:
    """Return a time in microseconds as a quantity of days, or None without one."""
    length = None if at is None else number(Fraction(at, MICROSECONDS))
    if length is None:
        return None
    return {"value": length, "unit": "days", "system": UCUM, "code": "d"}


def _without(made: Mapping[str, Any], *keys: str) -> Characteristic:
    return {k: v for k, v in made.items() if k not in keys}


def _said(bands: Sequence[Band], state: str, marker: Marker) -> str:
    out = []
    for band in bands:
        when = f"{say_rule(band.when, marker.unit)}: " if band.when else ""
        out.append(f"{when}{say_rule(rules_of(band)[state], marker.unit)}")
    return "; or ".join(out)


def _healthy(marker: Marker) -> str:
    """Return the word of a sign that is no disease."""
    return next((w for w in ("absent", "normal") if w in marker.values), "")


def _threshold(node: Node) -> tuple[str, str, Number] | None:
    """Return a comparison of one value with a number: which value, operator and number."""
    if not isinstance(node, Compare) or node.operator not in _MIRROR:
        return None
    match node.left, node.right:
        case Name(name="baseline" | "value" as when), Number() as right:
            return when, node.operator, right
        case Number() as left, Name(name="baseline" | "value" as when):
            return when, _MIRROR[node.operator], left
    return None


def _quantity(operator: str, found: Number, marker: Marker) -> dict[str, Any] | None:
    """Return a FHIR Quantity, or None for a number or a unit that it cannot hold."""
    value, unit = number(found.value), found.unit or marker.unit
    if value is None or found.percent:
        return None
    quantity: dict[str, Any] = {"value": value}
    if operator != "==":
        quantity["comparator"] = operator
    if unit:
        quantity["unit"] = unit
    if code := ucum(unit):
        quantity |= {"system": UCUM, "code": code}
    return quantity
