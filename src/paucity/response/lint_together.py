"""Checks of several definitions together: copies with a changed figure, rules that were dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Final

from paucity.expression.english import say_number
from paucity.response.compare import differences
from paucity.response.difference import Difference, Differs
from paucity.response.model import Definition, found, marker_named
from paucity.text import Finding, Severity
from paucity.vocabulary import parse_unit

LibraryCheck = Callable[[Sequence[Definition]], Iterator[Finding]]


def definitions_nearly_same(definitions: Sequence[Definition]) -> Iterator[Finding]:
    """Find two definitions whose shared rules differ only in an operator or a threshold.

    One was copied from the other, so one of the two figures may be a misprint. Readings of a
    definition that were made here (``variant_of``) are not looked at.
    """
    printed = [d for d in definitions if not d.variant_of and d.basis == "rule"]
    for a, b in combinations(sorted(printed, key=lambda d: d.name), 2):
        if a.kind == b.kind:
            yield from _nearly_same(a, b)


def _nearly_same(a: Definition, b: Definition) -> Iterator[Finding]:
    found_all = differences(a, b)
    if a.fails and b.fails:
        differing = [d for d in found_all if d.part == "fails.or_longer"]
        alike = not {"fails.level", "fails.after"} & {d.part for d in found_all}
    else:
        with_rules = ({m.name.name for m in d.markers if m.bands} for d in (a, b))
        shared = frozenset.intersection(*map(frozenset, with_rules))
        differing = [d for d in found_all if d.about in shared]
        alike = len(shared) > 1 and all(d.kind in _SMALL for d in differing)
    for difference in differing if alike else ():
        yield _near_finding(a, b, difference)


_SMALL: Final = frozenset((Differs.OPERATOR, Differs.THRESHOLD))


def _near_finding(a: Definition, b: Definition, difference: Difference) -> Finding:
    marker = marker_named(a, difference.about)
    what = f"{marker.label}: " if marker else ""
    band = f" where `{difference.band}`" if difference.band else ""
    message = f"{what}{a.name} says `{difference.in_a}`{band}, {b.name} `{difference.in_b}`"
    if point := difference.example:
        only = a.name if difference.counts_in == "a" else b.name
        unit = parse_unit(marker.unit) if marker else None
        said = f" {unit.code}" if unit else ""
        change = f"{say_number(point.baseline)} to {say_number(point.value)}{said}"
        message += f"; from {change} counts in {only} alone"
    span = difference.span_a or a.marks.span()
    about = f"{b.name}/{difference.about}"
    hint = "the definitions are otherwise alike: check both against their sources for a misprint"
    return found(
        "definitions-nearly-same", Severity.WARNING, a, span, message, about=about, hint=hint
    )


def formal_definition_dropped(definitions: Sequence[Definition]) -> Iterator[Finding]:
    """Find a narrative definition of a study that has a formal one as well.

    The secondary source dropped the rule that the primary report gives.
    """
    for narrative in definitions:
        if narrative.basis != "narrative" or not narrative.study:
            continue
        for formal in definitions:
            same = (formal.study, formal.kind) == (narrative.study, narrative.kind)
            if same and formal.basis == "rule":
                message = (
                    f"the definition is in words here, but {formal.name} gives {narrative.study}'s"
                    " own rule"
                )
                span = narrative.marks.span("basis")
                hint = f"judge by {formal.name} where values are known"
                code = "formal-definition-dropped"
                yield found(code, Severity.WARNING, narrative, span, message, hint=hint)


LIBRARY_CHECKS: Final[tuple[LibraryCheck, ...]] = (
    definitions_nearly_same,
    formal_definition_dropped,
)
"""Every check of several definitions together."""
