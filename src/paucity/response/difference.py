"""One difference between two definitions, and how two rules differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from paucity.expression.nodes import Compare, Counted, Is, Name, Number, Text
from paucity.response.language import children, written

if TYPE_CHECKING:
    from paucity.expression import Node
    from paucity.response.language import Rule
    from paucity.response.planes import Point
    from paucity.text import Span


class Differs(StrEnum):
    """In what two definitions differ."""

    ONLY_A = "only in the first"
    ONLY_B = "only in the second"
    OPERATOR = "operator"
    THRESHOLD = "threshold"
    RULE = "rule"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two definitions.

    Attributes:
        about: the marker (by its preferred name), ``levels/PR``, or the field.
        part: what of it: ``improved``, ``when``, a field; empty if it is there in one alone.
        in_a: what the first says; empty if nothing.
        in_b: what the second says.
        kind: in what they differ.
        band: the baselines it is about, as the first (or only) definition writes them.
        example: a baseline and value that count under one definition alone, if there are any.
        counts_in: ``a`` or ``b``: under which the example counts.
        span_a: where the first says it, if it does.
        span_b: where the second says it, if it does.
    """

    about: str
    in_a: str
    in_b: str
    kind: Differs
    part: str = ""
    band: str = ""
    example: Point | None = None
    counts_in: str = ""
    span_a: Span | None = None
    span_b: Span | None = None


def presence(in_a: str, in_b: str, otherwise: Differs) -> Differs:
    """Return that only one says something, or how they differ where both do.

    Args:
        in_a: what the first says; empty if nothing.
        in_b: what the second says.
        otherwise: what it is where both say something.
    """
    if not in_a:
        return Differs.ONLY_B
    return otherwise if in_b else Differs.ONLY_A


def rule_difference(
    name: str, part: str, a: Rule | None, b: Rule | None, band: str = ""
) -> Difference:
    """Return the difference of two rules: in an operator, in a number, or in more.

    Args:
        name: what the rules are about.
        part: what of it they say.
        a: the rule of the first definition, if it has one.
        b: that of the second.
        band: the baselines they are for.
    """
    in_a, in_b = (written(rule.node) if rule else "" for rule in (a, b))
    kind = presence(in_a, in_b, Differs.RULE)
    if a and b:
        kind = _kind(a.node, b.node)
    spans = tuple(rule.marks.span() if rule else None for rule in (a, b))
    return Difference(name, in_a, in_b, kind, part, band, span_a=spans[0], span_b=spans[1])


def _kind(a: Node, b: Node) -> Differs:
    """Return whether two rules differ in one operator, in one number, or in more."""
    edits = _edits(a, b)
    if edits == [Differs.OPERATOR]:
        return Differs.OPERATOR
    return Differs.THRESHOLD if edits == [Differs.THRESHOLD] else Differs.RULE


def _edits(a: Node, b: Node) -> list[Differs]:
    """Return every place in which two trees of one shape differ; a rule if the shapes differ."""
    if a == b:
        return []
    if isinstance(a, Number) and isinstance(b, Number):
        alike = (a.unit, a.percent) == (b.unit, b.percent)
        return [Differs.THRESHOLD if alike else Differs.RULE]
    if type(a) is not type(b) or len(children(a)) != len(children(b)):
        return [Differs.RULE]
    if isinstance(a, Counted) and isinstance(b, Counted):
        alike = (a.state, a.items) == (b.state, b.items)
        return [Differs.THRESHOLD if alike and a.least and b.least else Differs.RULE]
    if isinstance(a, Name | Text | Is):
        return [Differs.RULE]
    here = []
    if isinstance(a, Compare) and isinstance(b, Compare) and a.operator != b.operator:
        strictness = a.operator.rstrip("=") == b.operator.rstrip("=")
        here.append(Differs.OPERATOR if strictness else Differs.RULE)
    elif getattr(a, "operator", "") != getattr(b, "operator", ""):
        here.append(Differs.RULE)
    for one, other in zip(children(a), children(b), strict=True):
        here += _edits(one, other)
    return here
