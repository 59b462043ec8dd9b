"""Checks on the units of thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import Compare, Name, Number
from paucity.response.bands import rules_of
from paucity.response.language import AGE, span_in, walk
from paucity.response.model import found
from paucity.text import Finding, Severity, Span
from paucity.vocabulary import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.model import Definition, Marker


def unit_slip(definition: Definition) -> Iterator[Finding]:
    """Find a unit that is printed or written wrongly, such as ``10^9/I`` for 10^9/l.

    A unit that is no unit cannot be converted, and a count without its volume can be read as
    another count.
    """
    for marker in definition.markers:
        places = [(band.printed, band.marks.span("printed")) for band in marker.bands]
        places += [(marker.unit, marker.marks.span("unit")), *_units_in_rules(marker)]
        for text, span in dict(reversed(places)).items():
            unit = parse_unit(text) if text else None
            if not text or (unit and not unit.slip):
                continue
            reason = unit.slip if unit else f"`{text}` is not a unit known here"
            severity = Severity.NOTE if unit else Severity.ERROR
            message = f"{marker.label}: {reason}"
            yield found("unit-slip", severity, definition, span, message, about=marker.name.name)


def unit_mixed(definition: Definition) -> Iterator[Finding]:
    """Find a threshold in another unit than the other thresholds of its marker.

    Rules compare plain numbers; a threshold in another unit would be compared as if it were not.
    """
    for marker in definition.markers:
        usual = parse_unit(marker.unit)
        for text, span in _units_in_rules(marker):
            unit = parse_unit(text)
            if unit and usual and unit.code != usual.code:
                message = f"{marker.label} in {text} stands beside thresholds in {marker.unit}"
                hint = f"give every threshold in one unit, and name it once: `unit: {text}`"
                about = marker.name.name
                yield found(
                    "unit-mixed", Severity.ERROR, definition, span, message, about=about, hint=hint
                )


def _units_in_rules(marker: Marker) -> Iterator[tuple[str, Span]]:
    for band in marker.bands:
        for rule in filter(None, (band.when, *rules_of(band).values())):
            of_age = [n.right for n in walk(rule.node) if isinstance(n, Compare) and _is_age(n)]
            for node in walk(rule.node):
                if isinstance(node, Number) and node.unit and not any(node is n for n in of_age):
                    yield node.unit, span_in(rule, node)


def _is_age(comparison: Compare) -> bool:
    return comparison.left == Name(AGE)


UNIT_CHECKS: Final = (unit_slip, unit_mixed)
"""The checks of this module."""
