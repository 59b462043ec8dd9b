"""Findings about the rows of a large table, each found by a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paucity.response.bulk_cells import EVENT, INDEX, NUMBER, Faults, Lookups
from paucity.response.cells import flags_of
from paucity.response.row_faults import LIMITS_REVERSED, ZONE_MIXED, mixed_units, unknown_flag
from paucity.response.table_series import NONE
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.response.measured import Fault
    from paucity.response.series import Notes


@dataclass(frozen=True, slots=True)
class RowNotes:
    """Notes what was found about checked rows.

    Args:
        columns: written names of the columns there are.
        notes: takes what is found.
        faults: the faults by their numbers.
        units: the unit that each marker is turned into.
    """

    columns: Mapping[str, str]
    notes: Notes
    faults: Faults
    units: Mapping[str, str]

    def add(self, checked: Any, lookups: Lookups) -> None:
        """Note every fault and oddity of the rows, once each."""
        bad = checked.filter(checked.fault != NONE)
        for row in _first(bad, "fault"):
            fault = self.faults.known[row["fault"]]
            unmapped = fault.code == "unmapped-marker"
            severity = Severity.WARNING if unmapped else Severity.ERROR
            self.notes.add(fault, row["first"], severity, count=row["n"])
        good = checked.filter((checked.fault == NONE) & (checked.kind != INDEX))
        if "date" in self.columns:
            note_rows(self.notes, checked.filter(checked.zone_mixed), ZONE_MIXED, Severity.WARNING)
        measured = good.filter(good.kind != EVENT)
        for end in ("low", "high"):
            if end in self.columns:
                column = f"{end}_fault"
                for row in _first(measured.filter(measured[column] != NONE), column):
                    fault = self.faults.known[row[column]]
                    self.notes.add(fault, row["first"], Severity.WARNING, count=row["n"])
        if {"low", "high"} <= set(self.columns):
            wrong = measured.filter(measured.reversed_limits)
            note_rows(self.notes, wrong, LIMITS_REVERSED, Severity.WARNING)
        if "flags" in self.columns:
            for row in _first(measured, "flags_text"):
                for word in flags_of(row["flags_text"])[1]:
                    note = unknown_flag(word)
                    self.notes.add(note, row["first"], Severity.NOTE, count=row["n"])
        self._units(measured, lookups)

    def _units(self, measured: Any, lookups: Lookups) -> None:
        """Note every marker that comes in more than one unit."""
        names = {scale.code: marker for marker, scale in lookups.scales.items()}
        numbers = measured.filter(measured.kind == NUMBER)
        used: dict[str, set[str]] = {}
        for row in numbers.select("marker", "pair").distinct().to_pyarrow().to_pylist():
            marker, unit = names[row["marker"]], lookups.pairs[row["pair"]].unit.strip()
            used.setdefault(marker, set()).add(unit or self.units.get(marker, ""))
        for marker, found in used.items():
            if len(found) > 1:
                listed = " and ".join(sorted(found))
                note = mixed_units(marker, listed, self.units.get(marker, ""))
                self.notes.add(note, 0, Severity.NOTE)


def note_rows(notes: Notes, rows: Any, fault: Fault, severity: Severity) -> None:
    """Note a fault of some rows, if there are any."""
    found = rows.aggregate(n=rows.count(), first=rows.row.min()).to_pyarrow().to_pylist()[0]
    if found["n"]:
        notes.add(fault, int(found["first"]), severity, count=int(found["n"]))


def _first(rows: Any, column: str) -> list[dict[str, Any]]:
    """Return how many rows have each value of a column, and the first of them."""
    grouped = rows.group_by(column).aggregate(n=rows.count(), first=rows.row.min())
    return [
        {column: row[column], "n": int(row["n"]), "first": int(row["first"])}
        for row in grouped.to_pyarrow().to_pylist()
    ]
