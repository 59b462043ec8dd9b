"""Tables of response definitions: thresholds, how they compare, and what they leave unstated."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

from paucity.participants.recompute import computable
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.response.bands import distinct, let_in, rules_of, say_baseline
from paucity.response.compare import differences
from paucity.response.english import say_definition
from paucity.response.english_rules import say_rule
from paucity.response.settings import DEFAULTS, choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.response.difference import Difference
    from paucity.response.model import Band, Definition, Marker, Remark
    from paucity.review import Review

MANY: Final = 8
"""Definitions with rules from on which pairs are compared in the files only."""

SETTINGS: Final = {
    "baseline": ("baseline", "last, first, nearest, best or worst value up to the index"),
    "baseline_age": ("age of a baseline", "a length of time"),
    "by": ("until when values count", "a length of time"),
    "at": ("until when values count", "a length of time"),
    "tolerance": ("until when values count", "a length of time"),
    "value": ("value that counts", "last, first, nearest, best or worst in the window"),
    "unstated_window": ("markers without a stated window", "a length of time"),
    "confirm": ("confirmation", "from when to when a second assessment must agree"),
    "censor": ("censoring", "events after which values no longer count"),
    "confounders": ("transfusion and G-CSF", "days and markers that do not count after them"),
    "zero_baseline": ("baseline of 0", "level, or not evaluable"),
    "normal": ("normal", "within limits, or disease"),
    "limits": ("reference limits", "limits by marker, laboratory, age and sex"),
    "limits_first": ("reference limits", "data, or settings"),
    "since": ("when values count", "a length of time before the index"),
    "parameters": ("parameter", "a number or rule for each parameter, by name"),
    "judge": ("judged by", "the name of a response definition"),
}
"""What each setting is about, as an assessment lists its choices, and what it takes."""


def name_of(review: Review, definition: Definition) -> str:
    """Return how a definition is printed; with its name where others are printed alike."""
    label = definition.label or definition.name
    alike = [d for d in review.definitions.values() if (d.label or d.name) == label]
    return label if len(alike) < 2 or label == definition.name else f"{label} ({definition.name})"


def ruled(review: Review) -> list[Definition]:
    """Return the definitions of response by which levels can be computed."""
    return [d for d in review.definitions.values() if computable(d)]


def thresholds(review: Review) -> Table:
    """Return what each definition asks of each marker, from which baseline."""
    rows = [
        row
        for definition in review.definitions.values()
        for row in threshold_rows(definition, name_of(review, definition))
    ]
    title = "What definitions ask of each marker"
    return Table("thresholds", title, _THRESHOLDS, tuple(rows))


_THRESHOLDS: Final = (
    Column("marker", "Marker"),
    Column("baseline", "From a baseline of"),
    Column("state", "Counts as"),
    Column("rule", "If"),
    Column("written", "As written"),
)


def thresholds_of(definition: Definition, number: int, label: str) -> Table:
    """Return what one definition asks of each marker."""
    rows = threshold_rows(definition)
    title = f"{label}: what it asks of each marker"
    return Table(f"thresholds-{number}", title, _THRESHOLDS, tuple(rows))


def threshold_rows(definition: Definition, group: str = "") -> list[TableRow]:
    """Return a row for each rule of each marker; a marker without one has a row of its own."""
    rows = []
    for marker in definition.markers:
        label = Cell(_with_unit(marker), marker.name.name, marker.marks.span())
        found = [
            TableRow(
                {
                    "marker": label,
                    "baseline": _baseline(band, marker),
                    "state": Cell(state, state),
                    "rule": Cell(say_rule(rule, marker.unit), None, rule.marks.span()),
                    "written": Cell(rule.text, rule.text, rule.marks.span()),
                },
                group,
            )
            for band in distinct(marker)[0]
            for state, rule in rules_of(band).items()
        ]
        bare = TableRow(
            {"marker": label, "rule": Cell("no rule of its own; levels name it")}, group
        )
        rows += found or [bare]
    return rows


def _with_unit(marker: Marker) -> str:
    return f"{marker.label}, {marker.unit}" if marker.unit and marker.measured else marker.label


def _baseline(band: Band, marker: Marker) -> Cell:
    if band.when is None:
        return Cell("any")
    intervals = let_in(band)
    if intervals:
        said = say_baseline(intervals, marker.unit).removeprefix("a baseline ").removeprefix("of ")
    else:
        said = say_rule(band.when, marker.unit).removesuffix(" at baseline")
    return Cell(said, None, band.when.marks.span())


# -- side by side ------------------------------------------------------------------------------


def matrix(review: Review) -> Table:
    """Return the markers by definition, in each cell the rule in short; then the levels."""
    definitions = ruled(review)
    labels: dict[str, str] = {}
    for definition in definitions:
        for marker in definition.markers:
            labels.setdefault(marker.name.name, marker.label)
    rows = []
    for name, label in labels.items():
        cells = {"marker": Cell(label, name)}
        for i, definition in enumerate(definitions):
            cells[f"d{i}"] = _short(definition, name)
        rows.append(TableRow(cells, "Markers"))
    levels = dict.fromkeys(name for d in definitions for name in d.levels)
    for level in levels:
        cells = {"marker": Cell(level, level)}
        for i, definition in enumerate(definitions):
            cells[f"d{i}"] = _level(definition, level)
        rows.append(TableRow(cells, "Levels"))
    columns = (
        Column("marker", "Marker or level"),
        *(Column(f"d{i}", name_of(review, d)) for i, d in enumerate(definitions)),
    )
    notes = (
        "Improved, if nothing else is said. Before a colon: the baseline that it holds for.",
        "A dash: the definition does not name the marker.",
    )
    return Table("matrix", "Definitions side by side", columns, tuple(rows), notes)


def _short(definition: Definition, name: str) -> Cell:
    marker = next((m for m in definition.markers if m.name.name == name), None)
    if marker is None:
        return Cell("–")
    parts = []
    for band in distinct(marker)[0]:
        where = "" if band.when is None else f"{_baseline(band, marker).text}: "
        for state, rule in rules_of(band).items():
            what = "" if state == "improved" else f"{state} if "
            parts.append(f"{where}{what}{say_rule(rule, marker.unit)}")
    return Cell("; ".join(parts) or "no rule of its own", None, marker.marks.span())


def _level(definition: Definition, level: str) -> Cell:
    told = [x for x in say_definition(definition) if x.part == "levels" and x.about == level]
    text = "; ".join(x.text.removeprefix(f"{level}: ") for x in told)
    return Cell(text, None, definition.marks.span("levels", level)) if text else Cell("–")


def pairs(review: Review) -> Sequence[tuple[Definition, Definition, tuple[Difference, ...]]]:
    """Return every two definitions with rules, and where they differ."""
    return _pairs(_Same(review))


class _Same:
    """A review that equals only itself, so that its differences can be kept."""

    def __init__(self, review: Review) -> None:
        self.review = review

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.review is self.review

    def __hash__(self) -> int:
        return id(self.review)


@lru_cache(maxsize=1)
def _pairs(same: _Same) -> tuple[tuple[Definition, Definition, tuple[Difference, ...]], ...]:
    """Compare once for the several tables of one report."""
    ordered = combinations(ruled(same.review), 2)
    return tuple((a, b, _differences(a, b)) for a, b in ordered)


def _differences(a: Definition, b: Definition) -> tuple[Difference, ...]:
    """Return where two definitions differ in whom they judge how, not in where they are from."""
    return tuple(d for d in differences(a, b) if d.part != "assess.after")


def comparison(review: Review) -> Table:
    """Return in how many points every two definitions differ."""
    definitions = ruled(review)
    counts = {(a.name, b.name): len(found) for a, b, found in pairs(review)}
    rows = []
    for i, one in enumerate(definitions):
        cells = {"definition": Cell(name_of(review, one), one.name, one.marks.span())}
        for j, other in enumerate(definitions):
            count = counts.get((one.name, other.name), counts.get((other.name, one.name)))
            cells[f"d{j}"] = Cell("–") if i == j else Cell(str(count), count)
        rows.append(TableRow(cells))
    columns = (
        Column("definition", "Definition"),
        *(Column(f"d{j}", name_of(review, d), numeric=True) for j, d in enumerate(definitions)),
    )
    title = "In how many points definitions differ"
    return Table("comparison", title, columns, tuple(rows) if len(rows) > 1 else ())


def difference_tables(review: Review) -> Table:
    """Return every point in which two definitions differ."""
    rows = []
    for a, b, found in pairs(review):
        rows += _difference_rows(found, a, f"{name_of(review, a)} / {name_of(review, b)}")
    title = "Where definitions differ"
    return Table("differences", title, _difference_columns("the first", "the second"), tuple(rows))


def differences_of(
    a: Definition, found: tuple[Difference, ...], number: int, labels: tuple[str, str]
) -> Table:
    """Return every point in which one pair differs; `a` is the first of the two."""
    title = f"{labels[0]} and {labels[1]}: where they differ"
    columns = _difference_columns(*labels)
    return Table(f"differences-{number}", title, columns, tuple(_difference_rows(found, a)))


def _difference_columns(one: str, other: str) -> tuple[Column, ...]:
    return (
        Column("about", "About"),
        Column("part", "What of it"),
        Column("a", one[:1].upper() + one[1:]),
        Column("b", other[:1].upper() + other[1:]),
        Column("example", "Counts in one alone"),
    )


def _difference_rows(
    found: tuple[Difference, ...], a: Definition, group: str = ""
) -> list[TableRow]:
    from paucity.expression.english import say_number

    labels = {m.name.name: m.label for m in a.markers}
    rows = []
    for d in found:
        example = EMPTY
        if d.example is not None:
            change = f"{say_number(d.example.baseline)} to {say_number(d.example.value)}"
            example = Cell(f"{change}: in the {'first' if d.counts_in == 'a' else 'second'}")
        part = f"{d.part} where {d.band}" if d.band else d.part
        cells = {
            "about": Cell(labels.get(d.about, d.about), d.about),
            "part": Cell(part or d.kind.value, d.kind.value),
            "a": Cell(d.in_a, d.in_a or None, d.span_a if d.in_a else None),
            "b": Cell(d.in_b, d.in_b or None, d.span_b if d.in_b else None),
            "example": example,
        }
        rows.append(TableRow(cells, group))
    return rows


# -- what is left open -------------------------------------------------------------------------


def unstated(review: Review) -> Table:
    """Return what definitions leave unstated, what is taken in its place, and by which setting."""
    rows = [
        row
        for definition in review.definitions.values()
        for row in unstated_rows(definition, name_of(review, definition))
    ]
    return Table("unstated", "What definitions leave unstated", _UNSTATED, tuple(rows))


_UNSTATED: Final = (
    Column("what", "Not stated"),
    Column("default", "Taken as"),
    Column("setting", "Setting that chooses otherwise"),
    Column("takes", "What it takes"),
)


def unstated_of(definition: Definition, number: int, label: str) -> Table:
    """Return what one definition leaves unstated."""
    title = f"{label}: what is not stated"
    rows = unstated_rows(definition)
    used = tuple(c for c in _UNSTATED if any(row[c.key].text for row in rows))
    return Table(f"unstated-{number}", title, used, tuple(rows))


def unstated_rows(definition: Definition, group: str = "") -> list[TableRow]:
    """Return a row for each thing a definition leaves unstated."""
    rows = []
    for remark in definition.unstated:
        takes = SETTINGS[remark.setting][1] if remark.setting else ""
        cells = {
            "what": Cell(remark.text, remark.about or None, remark.marks.span("text")),
            "default": _taken(definition, remark),
            "setting": Cell(remark.setting, remark.setting or None),
            "takes": Cell(takes, takes or None),
        }
        rows.append(TableRow(cells, group))
    return rows


def _taken(definition: Definition, remark: Remark) -> Cell:
    """Return what is taken: the definition's own words, or else the default of the setting."""
    if remark.default:
        return Cell(remark.default, remark.default, remark.marks.span("default"))
    if not remark.setting or not computable(definition):
        return Cell("nothing: not computed")
    about = SETTINGS[remark.setting][0]
    taken = next((c.taken for c in choices(definition, DEFAULTS) if c.about == about), "")
    return Cell(taken, taken or None)
