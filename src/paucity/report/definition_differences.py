"""Where two definitions differ: side by side in English, and as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from paucity.expression import say as say_node
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.response import differences
from paucity.response.bands import rules_of
from paucity.response.english import say_marker
from paucity.response.english_criteria import labels_of, say_criteria, say_parameters
from paucity.response.english_rules import say_clause, say_unit, say_who, where
from paucity.response.language import written
from paucity.response.measured import say
from paucity.response.model import STATES_OF_BAND
from paucity.response.settings import at_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.response import Definition, Difference
    from paucity.response.model import Marker
    from paucity.text import Span


def comparison_table(a: Definition, b: Definition) -> Table:
    """Return exactly where two definitions differ, with values for which it matters.

    Args:
        a: the first definition.
        b: the second.
    """
    found = differences(a, b)
    rows = tuple(_difference_row(d, a, b) for d in found)
    columns = (
        Column("about", "About"),
        Column("a", a.name),
        Column("b", b.name),
        Column("differs", "Differs in"),
        Column("example", "For example"),
    )
    title = f"Where {a.label or a.name} and {b.label or b.name} differ"
    notes = () if found else ("They define the same.",)
    return Table("comparison", title, columns, rows, notes)


def _difference_row(d: Difference, a: Definition, b: Definition) -> TableRow:
    said = [_said(d, a, d.in_a, d.span_a), _said(d, b, d.in_b, d.span_b)]
    if said[0] == said[1]:  # the English leaves out in what they differ
        said = [d.in_a, d.in_b]
    return TableRow(
        {
            "about": Cell(_about(d, a, b)),
            "a": Cell(said[0] or "-", d.in_a, d.span_a),
            "b": Cell(said[1] or "-", d.in_b, d.span_b),
            "differs": Cell(d.kind.value),
            "example": Cell(_example(d, a, b)),
        }
    )


def _about(d: Difference, a: Definition, b: Definition) -> str:
    part = d.part if not d.part.startswith(f"{d.about}.") else d.part.partition(".")[2]
    about = f"{d.about}, {part}" if part else d.about
    if not d.band:
        return about
    for marker in (m for m in (*a.markers, *b.markers) if m.name.name == d.about):
        for band in marker.bands:
            if band.when and written(band.when.node) == d.band:
                return about + where(band, marker.unit)
    return f"{about} (where {d.band})"


def _said(d: Difference, definition: Definition, text: str, span: Span | None) -> str:
    """Return what one definition says: in English what is a rule, the rest as it is."""
    kind, _, name = d.about.rpartition("/")
    said: Iterable[str] = ()
    match kind:
        case _ if not text:
            return ""
        case "" if d.about == "headline" and definition.headline:
            said = [say_node(definition.headline.node)]
        case "":
            marker = next((m for m in definition.markers if m.name.name == d.about), None)
            said = _of_marker(d, marker, text, span) if marker else ()
        case "levels" if d.part == "rule" and (rule := definition.levels[name].rule):
            said = [say_who(rule.node, labels_of(definition))]
        case "criteria" if d.part == "met":
            bands = (x for c in definition.criteria if c.name == name for x in c.bands)
            nodes = [x.met.node for x in bands if x.met and written(x.met.node) == text]
            said = [say_who(node, labels_of(definition)) for node in nodes[:1]]
        case "criteria" if d.part in {"", "bands"}:
            start = f"{labels_of(definition)[name]}: "
            lines = [x.text for x in say_criteria(definition) if x.about == name]
            said = [line.removeprefix(start) for line in lines]
        case "parameters":
            lines = [x.text for x in say_parameters(definition) if x.about == name]
            said = [line.partition(": ")[2] for line in lines]
    return "; ".join(said) or text


def _of_marker(d: Difference, marker: Marker, text: str, span: Span | None) -> Iterable[str]:
    """Return a marker, some of its bands, or one of its rules in English."""
    if d.part == "bands":
        bands = tuple(band for band in marker.bands if band.marks.span() == span)
        marker = replace(marker, bands=bands, window=None, baseline_window=None)
        if not bands:
            return ()
    if d.part in {"", "bands"}:
        return [line.removeprefix(marker.label).lstrip(":, ") for line in say_marker(marker)]
    if d.part not in {"when", *STATES_OF_BAND}:
        return ()
    rules = (x.when if d.part == "when" else rules_of(x).get(d.part) for x in marker.bands)
    nodes = [rule.node for rule in rules if rule and written(rule.node) == text]
    return [say_clause(node, marker.unit) for node in nodes[:1]]


def _example(d: Difference, a: Definition, b: Definition) -> str:
    if d.example is None:
        return ""
    under = a.name if d.counts_in == "a" else b.name
    unit = next((m.unit for m in (*a.markers, *b.markers) if m.name.name == d.about), "")
    change = "" if at_once(a) and at_once(b) else f"{say(d.example.baseline)} to "
    values = f"{change}{say(d.example.value)} {say_unit(unit)}".rstrip()
    return f"{values} counts by {under} only"


def comparison_data(a: Definition, b: Definition) -> dict[str, Any]:
    """Return where two definitions differ as plain data."""
    return {
        "a": a.name,
        "b": b.name,
        "differences": [_difference_data(d) for d in differences(a, b)],
    }


def _difference_data(d: Difference) -> dict[str, Any]:
    example = None
    if d.example is not None:
        example = {
            "baseline": say(d.example.baseline),
            "value": say(d.example.value),
            "counts_in": d.counts_in,
        }
    return {
        "about": d.about,
        "part": d.part,
        "differs": d.kind.value,
        "where": d.band,
        "a": d.in_a,
        "b": d.in_b,
        "example": example,
        "places": [str(span) if span else "" for span in (d.span_a, d.span_b)],
    }
