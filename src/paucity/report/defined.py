"""A definition in English, all in a list, and two side by side; as words and as data."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from paucity.report.render import as_text, clean
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.response import say_definition
from paucity.response.bands import distinct, let_in, rules_of, say_baseline
from paucity.response.english_rules import say_rule, say_unit
from paucity.response.settings import at_once
from paucity.spread import say_duration
from paucity.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paucity.response import Definition
    from paucity.response.model import Band, Marker, Window
    from paucity.text import Finding

_HEADINGS: Final = {
    "assessment": "When",
    "levels": "Levels",
    "signs": "Signs",
    "unstated": "What the source does not state, and what is taken unless you choose otherwise",
    "ambiguous": "What can be read in more than one way",
    "emended": "What this reading changes",
    "parameters": "What sources give differently",
    "remarks": "Remarks",
    "criteria": "Criteria",
    "probability": "Probability",
    "example": "Worked example",
}
"""Heading of each part of a definition; another part has its own name as heading."""


def definition_text(definition: Definition, *, width: int = 100, styled: bool = False) -> str:
    """Return a definition in English.

    Args:
        definition: the definition.
        width: letters in a line.
        styled: use bold text; False where the output is not a terminal.
    """
    lines = say_definition(definition)
    out = [clean(line.text) for line in lines if line.part == "definition"]
    out[0] = f"{out[0]} [{clean(definition.name)}]"
    out += [clean(f"{about}: {text}") for about, text in _origin(definition)]
    out = [part for line in out for part in wrap(line, width, subsequent_indent="  ")]
    if definition.markers:
        table = thresholds(definition)
        out += ["", as_text(table, width=width, styled=styled).rstrip("\n")]
    parts = dict.fromkeys(line.part for line in lines)
    for part in (p for p in parts if p not in {"definition", "markers"}):
        out += ["", _HEADINGS.get(part, part)]
        for line in (line for line in lines if line.part == part):
            out += _item(line.text, width)
    if definition.note:
        out += ["", "Note", *_item(definition.note, width)]
    return "\n".join(out) + "\n"


def _item(text: str, width: int) -> list[str]:
    return wrap(
        clean(text),
        max(width, 40),
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
    )


def _origin(d: Definition) -> Iterator[tuple[str, str]]:
    """Yield where a definition is from."""
    if d.study:
        yield "used by", d.study
    if d.cites:
        yield "published in", "; ".join(d.cites)
    place = ", ".join(filter(None, (d.source.at if d.source else "", f"doi {d.doi}" * bool(d.doi))))
    if d.read_in or place:
        yield "read in", ", ".join(filter(None, (d.read_in, place)))


def thresholds(definition: Definition) -> Table:
    """Return what a definition asks of each marker, a row for each rule.

    >>> from paucity.response import load_definition
    >>> rows = thresholds(load_definition("marsh-2013")[0]).rows
    >>> [rows[3][key].text for key in ("marker", "baseline", "state", "rule")]
    ['ANC', 'below 0.5 10^9/l', 'improved', 'up by at least 100% and more than 0.5 10^9/l']
    """
    rows = tuple(row for marker in definition.markers for row in _marker_rows(marker))
    columns = [
        Column("marker", "Marker"),
        Column("baseline", "Where" if at_once(definition) else "From a baseline"),
        Column("state", "Is"),
        Column("rule", "If"),
        Column("points", "Points", numeric=True),
        Column("judged", "Judged"),
    ]
    used = [c for c in columns if c.key == "marker" or any(row[c.key].text for row in rows)]
    return Table("thresholds", "What is asked of each marker", tuple(used), rows)


def _marker_rows(marker: Marker) -> Iterator[TableRow]:
    judged = Cell("; ".join(_judged(marker)))
    bands = distinct(marker)[0]
    if not any(map(rules_of, bands)):
        none = Cell("no rule of its own")
        yield TableRow({"marker": Cell(marker.label), "rule": none, "judged": judged})
    for band in bands:
        points = "" if band.points is None else str(band.points)
        for state, rule in rules_of(band).items():
            yield TableRow(
                {
                    "marker": Cell(marker.label),
                    "baseline": Cell(_baseline(band, marker.unit)),
                    "state": Cell(state),
                    "rule": Cell(say_rule(rule, marker.unit), rule.text, rule.marks.span()),
                    "points": Cell(points),
                    "judged": judged,
                }
            )


def _baseline(band: Band, unit: str) -> str:
    if band.when is None:
        return ""
    if intervals := let_in(band):
        return (
            say_baseline(intervals, say_unit(unit)).removeprefix("a baseline ").removeprefix("of ")
        )
    return say_rule(band.when, unit)


def _judged(marker: Marker) -> Iterator[str]:
    def said(window: Window) -> str:
        return say_duration(window.duration) if window.duration else ""

    if marker.baseline_window and (time := said(marker.baseline_window)):
        yield f"from a baseline at most {time} old"
    if marker.window:
        time = said(marker.window)
        yield f"by {time}" if time else "at no stated time"


def definition_data(definition: Definition) -> dict[str, Any]:
    """Return a definition as plain data: what it is, its rules, and every statement in English."""
    source = definition.source.at if definition.source else ""
    return {
        "name": definition.name,
        "label": definition.label,
        "kind": definition.kind,
        "basis": definition.basis,
        "status": definition.status,
        "study": definition.study,
        "cites": list(definition.cites),
        "source": source,
        "read_in": definition.read_in,
        "doi": definition.doi,
        "variant_of": definition.variant_of,
        "thresholds": [
            {
                "marker": marker.name.name,
                "unit": marker.unit,
                "when": band.when.text if band.when else "",
                "state": state,
                "rule": rule.text,
                "points": None if band.points is None else str(band.points),
            }
            for marker in definition.markers
            for band in distinct(marker)[0]
            for state, rule in rules_of(band).items()
        ],
        "lines": [
            {"part": line.part, "about": line.about, "text": line.text}
            for line in say_definition(definition)
        ],
    }


# -- all of them -------------------------------------------------------------------------------


def list_text(definitions: Iterable[Definition], *, width: int = 100) -> str:
    """Return definitions with one line each: name, kind, how far it can be relied on, label.

    The label is last, since it is what is cut where a line is too long.
    """
    held = list(definitions)
    column = max((len(d.name) for d in held), default=0)
    lines = []
    for d in held:
        standing = _STANDING[d.status] if d.basis == "rule" else "in words only"
        line = clean(f"{d.name:{column}}  {d.kind}, {standing}: {d.label or d.name}")
        lines.append(line if len(line) <= width else f"{line[: max(width, 40) - 1]}…")
    return "\n".join(lines) + "\n"


_STANDING: Final = {
    "verified": "verified",
    "secondary": "secondary source",
    "unverified": "not verified",
}


def list_data(definitions: Iterable[Definition]) -> list[dict[str, str]]:
    """Return definitions as plain data: name, label, kind, basis and status of each."""
    keys = ("name", "label", "kind", "basis", "status")
    return [{key: getattr(d, key) for key in keys} for d in definitions]


# -- findings -----------------------------------------------------------------------------------


def findings_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield findings in words: place, severity, code and message, and below it what to do."""
    first, rest = shortened(findings)
    for finding in first:
        message = clean(finding.message)
        yield f"{finding.span}: {finding.severity} [{finding.code}] {message}"
        if finding.hint:
            yield f"    {clean(finding.hint)}"
    yield from map(clean, rest)
