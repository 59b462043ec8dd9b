"""Checks of diagnoses and scores: criteria that nothing asks for, cut-offs out of reach."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.expression.english import say_number
from paucity.expression.nodes import Compare, Counted, Name, Number
from paucity.response.language import SCORE, span_in, walk, written
from paucity.response.model import STATES_OF_BAND, asked_names, countable, found, scored
from paucity.response.parameters import parameters_in
from paucity.response.scoring import Points, compare, total
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.language import Rule
    from paucity.response.model import Definition


def _level_rules(definition: Definition) -> Iterator[Rule]:
    yield from (level.rule for level in definition.levels.values() if level.rule)


def _criterion_rules(definition: Definition) -> Iterator[Rule]:
    yield from (b.met for c in definition.criteria for b in c.bands if b.met)


def criterion_unused(definition: Definition) -> Iterator[Finding]:
    """Find a criterion, or the rule of a marker, that is never asked for and gives no points.

    It was forgotten where the criteria are counted, or its name is misspelt there.
    """
    rules = [*_level_rules(definition), *_criterion_rules(definition)]
    used = set(asked_names(r.node for r in rules))
    for rule in rules:
        for node in walk(rule.node):
            if isinstance(node, Counted) and not node.items:
                used.update(countable(definition, node.state))
    code = "criterion-unused"
    for criterion in definition.criteria:
        if criterion.name not in used and all(b.points is None for b in criterion.bands):
            message = f"the criterion {criterion.label or criterion.name} is never asked for"
            about, span = f"criteria/{criterion.name}", criterion.marks.span()
            hint = "count it in a level's rule, or give it points"
            yield found(code, Severity.WARNING, definition, span, message, about=about, hint=hint)
    if definition.basis != "rule":
        return
    for marker in definition.markers:
        ruled = [b for b in marker.bands if b.met]
        if ruled and marker.name.name not in used and all(b.points is None for b in ruled):
            message = f"{marker.label} has a rule for being met, and is never asked for"
            span, about = ruled[0].marks.span("met"), marker.name.name
            hint = "count it in a level's or criterion's rule, or give it points"
            yield found(code, Severity.WARNING, definition, span, message, about=about, hint=hint)


def parameter_unused(definition: Definition) -> Iterator[Finding]:
    """Find a parameter that no rule uses.

    Choosing it would change nothing; its name is probably misspelt in the rule it belongs to.
    """
    rules = [*_level_rules(definition), *_criterion_rules(definition)]
    for marker in definition.markers:
        for band in marker.bands:
            found_here = (getattr(band, key) for key in ("when", *STATES_OF_BAND))
            rules += [rule for rule in found_here if rule]
    used: set[str] = set()
    for rule in rules:
        if rule.template is not None:
            used |= parameters_in(rule.template, definition.parameters)
    for name, parameter in definition.parameters.items():
        if name not in used:
            message = f"no rule uses the parameter {name}"
            about, span = f"parameters/{name}", parameter.marks.span()
            code = "parameter-unused"
            yield found(code, Severity.WARNING, definition, span, message, about=about)


def score_out_of_reach(definition: Definition) -> Iterator[Finding]:
    """Find a cut-off that no score reaches, or that every score does.

    The points add up to less than the text says, so a cut-off or the points of an item are
    misprinted, or an item was forgotten.
    """
    if not scored(definition):
        return
    reach = _reach(definition)
    for name, level in definition.levels.items():
        for node in walk(level.rule.node) if level.rule else ():
            match node:
                case Compare(operator=operator, left=Name(name=word), right=Number() as right) if (
                    word == SCORE
                ):
                    truth = compare(reach, operator, right.value)
                case _:
                    continue
            if truth is None or level.rule is None:
                continue
            every = "every score does" if truth else "no score does"
            low, high = say_number(reach.low), say_number(reach.high)
            message = f"`{written(node)}`: {every}, since the points come to {low} to {high}"
            span, about = span_in(level.rule, node), f"levels/{name}"
            hint = "check the cut-off and the points of each item against the source"
            code = "score-out-of-reach"
            yield found(code, Severity.WARNING, definition, span, message, about=about, hint=hint)


def _reach(definition: Definition) -> Points:
    """Return the least and the most that the points can come to."""
    of_markers = [[b.points for b in m.bands if b.met] for m in definition.markers]
    of_criteria = [[b.points for b in c.bands if b.met] for c in definition.criteria]
    parts = []
    for bands in (*of_markers, *of_criteria):
        points = [Fraction(0), *(Fraction(p) for p in bands if p is not None)]
        parts.append(Points(min(points), max(points)))
    return total(parts)


CRITERIA_CHECKS: Final = (criterion_unused, parameter_unused, score_out_of_reach)
"""The checks of this module."""
