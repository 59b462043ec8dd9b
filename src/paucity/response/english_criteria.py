"""Say in English what diagnoses and scores have: parameters, criteria, points, an example."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from paucity.expression.english import say_number
from paucity.expression.nodes import Number
from paucity.response.bands import rules_of
from paucity.response.english_rules import say_clause, say_points, say_unit, say_who
from paucity.response.parameters import parameters_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.response.criteria import Example, ProbabilityRow
    from paucity.response.language import Rule
    from paucity.response.model import Definition


@dataclass(frozen=True, slots=True)
class Line:
    """One statement about a definition: which part it belongs to, what of it, and the words."""

    part: str
    about: str
    text: str


def labels_of(definition: Definition) -> dict[str, str]:
    """Return how to print each marker and criterion, by its name."""
    labels = {m.name.name: m.label for m in definition.markers}
    return labels | {c.name: c.label or _plain(c.name) for c in definition.criteria}


def _plain(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def say_parameters(definition: Definition) -> Iterator[Line]:
    """Yield what is taken for each parameter, and what other sources print."""
    for name, parameter in definition.parameters.items():
        unit = _unit_of(definition, name)
        said = _say_value(parameter.default, unit)
        source = f", as in {parameter.source}" if parameter.source else ""
        text = f"{_plain(name)}: {said}{source}"
        others = [
            _say_value(v.take, unit) + (f" ({v.source})" if v.source else "")
            for v in parameter.variants
        ]
        if others:
            text += f"; elsewhere {', or '.join(others)}"
        yield Line("parameters", name, text)


def _unit_of(definition: Definition, name: str) -> str:
    """Return the unit of the marker whose rule uses a parameter."""
    for marker in definition.markers:
        for band in marker.bands:
            rules = [*rules_of(band).values(), *([band.when] if band.when else [])]
            if any(r.template and parameters_in(r.template, {name: None}) for r in rules):
                return marker.unit
    return ""


def _say_value(rule: Rule, unit: str) -> str:
    if isinstance(rule.node, Number):
        return f"{say_number(rule.node.value)} {say_unit(rule.node.unit or unit)}".rstrip()
    return say_clause(rule.node, unit)


def say_criteria(definition: Definition) -> Iterator[Line]:
    """Yield who meets each criterion, or the points it gives."""
    labels = labels_of(definition)
    for criterion in definition.criteria:
        for place, band in enumerate(criterion.bands):
            what = "met" if band.points is None else say_points(band.points)
            if place and band.points is not None:
                what = f"otherwise {what}"
            said = say_who(band.met.node, labels) if band.met else "not said"
            text = f"{labels[criterion.name]}: {what} if {said}"
            yield Line("criteria", criterion.name, text)


def say_probability(definition: Definition) -> Iterator[Line]:
    """Yield the printed table of a score, and how it is read between its rows."""
    if definition.probability:
        said = ", ".join(
            f"{_share(row)} at {say_number(row.score)}" for row in definition.probability
        )
        text = (
            f"probability by points, as printed: {said}; between two rows on a straight line,"
            " beyond the table and beside a bound only as a bound"
        )
        yield Line("probability", "", text)


def _share(row: ProbabilityRow) -> str:
    words = {"<": "less than ", ">": "more than "}
    printed = row.share.printed
    return words.get(printed[0], "") + printed.lstrip("<>")


def say_example(definition: Definition) -> Iterator[Line]:
    """Yield the first example: its values, the answer, and the arithmetic."""
    for example in definition.examples[:1]:
        labels = labels_of(definition)
        answer = example.expect
        if example.score:
            answer += f", score {example.score}"
        if example.probability:
            share = example.probability.replace("<", "less than ").replace(">", "more than ")
            answer += f", probability {share}%"
        judge = f", judged by {example.judged_by}" if example.judged_by else ""
        units = {m.name.name: say_unit(m.unit) for m in definition.markers if m.measured}
        values = say_values(example, labels, units)
        text = f"for example {values}{judge}: {answer}; {example.why}"
        yield Line("example", "", " ".join(text.split()))


def say_values(example: Example, labels: dict[str, str], units: Mapping[str, str]) -> str:
    """Return the values of an example in words.

    Args:
        example: the participant.
        labels: how to print each marker, by its preferred name.
        units: the unit of values that are written without one, by preferred name.

    >>> from paucity.response.criteria import Example
    >>> values = {"ferritin": (("0", "4756"), ("14", "1500"))}
    >>> say_values(Example(values=values, expect="PR", why=""), {}, {"ferritin": "ug/l"})
    'ferritin 4756 ug/l on day 0 and 1500 ug/l on day 14'
    """
    out = []
    for name, values in example.values.items():
        label, unit = labels.get(name, name), units.get(name, "")
        if all(day == "0" for day, _ in values):
            out.append(f"{label} {' and '.join(_amount(text, unit) for _, text in values)}")
        else:
            days = " and ".join(f"{_amount(text, unit)} on day {day}" for day, text in values)
            out.append(f"{label} {days}")
    for name, limit in example.limits.items():
        ends = [
            f"{word} {say_number(Fraction(end))} {units.get(name, '')}".rstrip()
            for word, end in (("from", limit.low), ("up to", limit.high))
            if end is not None
        ]
        out.append(f"{labels.get(name, name)} normal {' '.join(ends)}")
    if example.age is not None:
        out.append(f"age {say_number(Fraction(example.age))} years")
    return ", ".join(out)


def _amount(text: str, unit: str) -> str:
    """Return a value with its unit, without the signs of comparison."""
    words = {"<=": "at most ", ">=": "at least ", "<": "below ", ">": "above "}
    if text[-1:].isdigit():
        text = f"{text} {unit}".rstrip()
    for sign, word in words.items():
        if text.startswith(sign):
            return word + text.removeprefix(sign).strip()
    return text
