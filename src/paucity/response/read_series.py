"""Read participants' measurements row by row: the reference reader.

Nothing is dropped in silence: a row is used, refused with a reason, or repeats an earlier one.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from paucity.response.cells import Meaning, Words, flags_of, limit_of, value_of
from paucity.response.measured import Fault, Measured, hull
from paucity.response.moments import Moment, read_days, read_moment, since, zones_differ
from paucity.response.row_faults import (
    INDEX_CONFLICT,
    INDEX_WITHOUT_DATE,
    LIMITS_REVERSED,
    NO_INDEX,
    NO_PARTICIPANT,
    NO_ROWS,
    NO_TIME,
    ROW_LENGTH,
    ZONE_MIXED,
    mixed_units,
    said_again,
    unknown_flag,
)
from paucity.response.series import (
    WHITESPACE,
    Event,
    Measurement,
    Notes,
    Participant,
    Refused,
    Series,
    columns_of,
    whole_findings,
)
from paucity.text import Severity, in_order
from paucity.vocabulary import Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from paucity.text import Span

MAX_BYTES: Final = 200_000_000
"""Largest file that is read row by row; larger ones are read in bulk."""

ROW_NUMBER: Final = "row_number"
"""Column with the number of a row, where rows are not counted."""

_NORMAL_BITS: Final = 7
_T = TypeVar("_T")


def read_series(
    path: Path,
    *,
    vocabulary: Vocabulary | None = None,
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    index: Mapping[str, str] | None = None,
    assume_unit: bool = False,
) -> Series:
    """Read a tidy long CSV file of measurements.

    Args:
        path: one row for each measurement: participant, marker, time (days from the first dose)
            or date, value, unit, and if there are any low, high, flags, sex, age, laboratory.
        vocabulary: knows the markers; the bundled one, if left out.
        mapping: markers by the word the data use, where it is no name, synonym or LOINC code.
        units: the unit a marker is to be turned into, where it is not the vocabulary's.
        index: date of the first dose by participant, where dates are given and no `index` rows.
        assume_unit: take values without unit to be in the usual one.

    Returns:
        The series; what cannot be read is among its findings and refused rows.
    """
    words = Words(vocabulary or bundled(), mapping, units, assume_unit=assume_unit)
    return series_of_file(path, words, index)


def series_of_file(path: Path, words: Words, index: Mapping[str, str] | None = None) -> Series:
    """Read a tidy long CSV file of measurements.

    Args:
        path: the file.
        words: what markers and units mean.
        index: date of the first dose by participant.
    """
    try:
        size = path.stat().st_size
        text = path.read_bytes().decode("utf-8-sig") if size <= MAX_BYTES else ""
    except UnicodeDecodeError as error:
        fault = ("not-text", f"byte {error.start} is not UTF-8 text", "save the file as UTF-8")
        return Series(path.name, findings=whole_findings(path.name, [fault]))
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        fault = ("file-unreadable", f"cannot be read: {reason}", "")
        return Series(path.name, findings=whole_findings(path.name, [fault]))
    if size > MAX_BYTES:
        message = f"{size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read row by row"
        fault = ("file-too-large", message, "read it in bulk, with `read_table`")
        return Series(path.name, findings=whole_findings(path.name, [fault]))
    return parse_series(text, path.name, words, index)


def parse_series(
    text: str, name: str, words: Words, index: Mapping[str, str] | None = None
) -> Series:
    """Read the text of a tidy long CSV file.

    Args:
        text: the file's text.
        name: of the data, for findings.
        words: what markers and units mean.
        index: date of the first dose by participant.

    >>> text = "participant,marker,day,value,unit\\np1,ferritin,0,4756,ug/l\\np1,ferritin,14,x,ug/l"
    >>> series = parse_series(text, "labs.csv", Words(bundled()))
    >>> print(series.findings[0].span, series.findings[0].message)
    labs.csv:3:1 `x` is not a number
    """
    table = csv.reader(io.StringIO(text.replace("\0", "�"), newline=""))
    try:
        rows = [row for row in table if row]
    except csv.Error as error:
        fault = ("not-a-table", f"line {table.line_num}: {error}", "")
        return Series(name, findings=whole_findings(name, [fault]))
    if not rows:
        return Series(name, findings=whole_findings(name, [("empty-file", "nothing is in it", "")]))
    header, *body = rows
    dicts = (
        dict(zip(header, row, strict=False)) if len(row) == len(header) else row for row in body
    )
    return series_from_rows(dicts, header, name, words, index)


def series_from_rows(
    rows: Iterable[Mapping[str, Any] | list[str]],
    header: Iterable[str],
    name: str,
    words: Words,
    index: Mapping[str, str] | None = None,
    place: Callable[[int], tuple[Span, str]] | None = None,
) -> Series:
    """Return the series in rows of a table.

    Args:
        rows: cells by column, as text or as numbers and dates; a list is a row of wrong length.
            A cell `row_number` numbers the row; rows are counted from 1 where it is not there.
        header: the columns.
        name: of the data, for findings.
        words: what markers and units mean.
        index: date of the first dose by participant.
        place: where a row stands, for findings; on its line of a text file, if left out.
    """
    columns, faults = columns_of(header)
    if any(code == "missing-column" for code, _, _ in faults):
        return Series(name, findings=whole_findings(name, faults))
    reader = _Reader(name, words, columns, index or {}, place)
    for number, row in enumerate(rows, 1):
        reader.add(number if isinstance(row, list) else row.get(ROW_NUMBER, number), row)
    series = reader.series()
    return replace(
        series, findings=tuple(in_order((*whole_findings(name, faults), *series.findings)))
    )


def cell(value: object) -> str:
    """Return a cell as text; numbers as they print.

    >>> cell(None), cell(4756.0), cell(Decimal("1E+3"))
    ('', '4756.0', '1000')
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class _Raw:
    """A row whose words are understood, before its time is known."""

    row: int
    participant: str
    meaning: Meaning
    cells: Mapping[str, str]


class _Reader:
    def __init__(
        self,
        name: str,
        words: Words,
        columns: Mapping[str, str],
        index: Mapping[str, str],
        place: Callable[[int], tuple[Span, str]] | None,
    ) -> None:
        self.name = name
        self.words = words
        self.columns = columns
        self.notes = Notes(name, place)
        self.refused: list[Refused] = []
        self.rows = 0
        self.raw: list[_Raw] = []
        self.names: dict[str, None] = {}
        self.units: dict[str, Counter[str]] = {}
        self.index: dict[str, Moment | None] = {}
        self.index_rows: dict[str, list[tuple[int, Moment]]] = {}
        for participant, text in index.items():
            moment = read_moment(cell(text))
            if isinstance(moment, Fault):
                self.notes.add(moment, 0, Severity.ERROR)
            else:
                self.index[participant.strip(WHITESPACE)] = moment

    def refuse(self, row: int, fault: Fault, severity: Severity = Severity.ERROR) -> None:
        self.refused.append(Refused(row, fault.code, fault.reason))
        self.notes.add(fault, row, severity)

    def add(self, number: int, row: Mapping[str, Any] | list[str]) -> None:
        self.rows += 1
        if isinstance(row, list):
            self.refuse(number, ROW_LENGTH)
            return
        cells = {c: cell(row.get(written)) for c, written in self.columns.items()}
        participant = cells["participant"].strip(WHITESPACE)
        if not participant:
            self.refuse(number, NO_PARTICIPANT)
            return
        self.names[participant] = None
        meaning = self.words.meaning(cells["marker"], cells.get("unit", ""))
        if isinstance(meaning, Fault):
            unmapped = meaning.code == "unmapped-marker"
            self.refuse(number, meaning, Severity.WARNING if unmapped else Severity.ERROR)
            return
        if meaning.warning:
            self.notes.add(meaning.warning, number, Severity.WARNING)
        if meaning.event == "index":
            self._index(number, participant, cells)
            return
        self.raw.append(_Raw(number, participant, meaning, cells))

    def _index(self, number: int, participant: str, cells: Mapping[str, str]) -> None:
        if not cells.get("date", "").strip(WHITESPACE):
            days = read_days(cells.get("time", ""))
            if days != 0:
                self.refuse(number, INDEX_WITHOUT_DATE)
            return
        moment = read_moment(cells["date"])
        if isinstance(moment, Fault):
            self.refuse(number, moment)
        else:
            self.index_rows.setdefault(participant, []).append((number, moment))

    def _settle_index(self) -> None:
        """Give every participant the index on which all rows agree."""
        for participant, rows in self.index_rows.items():
            given = self.index.get(participant)
            found = {moment for _, moment in rows} | ({given} if given else set())
            self.index[participant] = found.pop() if len(found) == 1 else None
            if found:
                for row, _ in rows:
                    self.refuse(row, INDEX_CONFLICT)

    def _at(self, raw: _Raw) -> int | Fault:
        if raw.cells.get("time", "").strip(WHITESPACE):
            return read_days(raw.cells["time"])
        text = raw.cells.get("date", "")
        if not text.strip(WHITESPACE):
            return NO_TIME
        moment = read_moment(text)
        if isinstance(moment, Fault):
            return moment
        index = self.index.get(raw.participant)
        if index is None:
            return NO_INDEX
        if zones_differ(index, moment):
            self.notes.add(ZONE_MIXED, raw.row, Severity.WARNING)
        return since(index, moment)

    def series(self) -> Series:
        """Return the series of all rows added."""
        self._settle_index()
        events: dict[str, list[Event]] = {}
        found: dict[tuple[str, str, int], list[Measurement]] = {}
        for raw in self.raw:
            at = self._at(raw)
            if isinstance(at, Fault):
                self.refuse(raw.row, at)
            elif raw.meaning.event:
                events.setdefault(raw.participant, []).append(Event(raw.meaning.event, at))
            elif measurement := self._measurement(raw, at):
                key = (raw.participant, raw.meaning.marker, at)
                found.setdefault(key, []).append(measurement)
        measurements: dict[str, list[Measurement]] = {}
        for (participant, _, _), same in found.items():
            measurements.setdefault(participant, []).append(self._one(same))
        repeated = sum(len(same) - 1 for same in found.values())
        participants = tuple(
            Participant(
                name,
                tuple(sorted(measurements.get(name, ()), key=lambda m: (m.marker, m.at))),
                tuple(sorted(events.get(name, ()), key=lambda e: (e.at, e.event))),
            )
            for name in sorted(self.names)
        )
        self.notes_on_units()
        if not self.rows:
            self.notes.add(NO_ROWS, 0, Severity.ERROR)
        return Series(
            self.name,
            participants,
            {marker: self._unit(marker) for marker in sorted(self.units)},
            tuple(in_order(self.notes.findings())),
            tuple(sorted(self.refused, key=lambda r: r.row)),
            self.rows,
            repeated,
        )

    def _unit(self, marker: str) -> str:
        term = self.words.term(marker)
        return self.words.unit_of(term) if term else ""

    def notes_on_units(self) -> None:
        """Note every marker that comes in more than one unit."""
        for marker, units in self.units.items():
            if len(units) > 1:
                listed = " and ".join(sorted(units))
                self.notes.add(mixed_units(marker, listed, self._unit(marker)), 0, Severity.NOTE)

    def _measurement(self, raw: _Raw, at: int) -> Measurement | None:
        meaning, cells = raw.meaning, raw.cells
        value = value_of(cells["value"], meaning)
        if isinstance(value, Fault):
            self.refuse(raw.row, value)
            return None
        limits = []
        for end in ("low", "high"):
            limit = limit_of(cells.get(end, ""), meaning)
            if isinstance(limit, Fault):
                self.notes.add(limit, raw.row, Severity.WARNING)
                limit = None
            limits.append(limit)
        low, high = limits
        if low is not None and high is not None and low > high:
            self.notes.add(LIMITS_REVERSED, raw.row, Severity.WARNING)
            low = high = None
        flags, unknown = flags_of(cells.get("flags", ""))
        for word in unknown:
            self.notes.add(unknown_flag(word), raw.row, Severity.NOTE)
        if not meaning.values:
            unit = cells.get("unit", "").strip() or meaning.unit
            self.units.setdefault(meaning.marker, Counter())[unit] += 1
        age = limit_of(cells.get("age", ""), _YEARS)
        return Measurement(
            meaning.marker,
            at,
            value,
            low,
            high,
            flags,
            cells.get("sex", "").strip(WHITESPACE).lower(),
            None if isinstance(age, Fault) else age,
            cells.get("laboratory", "").strip(WHITESPACE),
            raw.row,
        )

    def _one(self, same: list[Measurement]) -> Measurement:
        """Return one measurement for rows of one marker at one moment."""
        if len(same) == 1:
            return same[0]
        first = min(same, key=lambda m: m.row)
        conflict = any(m.value != first.value for m in same)
        severity = Severity.WARNING if conflict else Severity.NOTE
        fault = said_again(first.marker, conflict=conflict)
        self.notes.add(fault, first.row, severity, count=len(same))
        events = 0
        for measurement in same:
            events |= measurement.flags & ~_NORMAL_BITS
        normal = _agreed([m.flags & _NORMAL_BITS for m in same]) or 0
        value = _joined([m.value for m in same])
        low, high = _agreed([m.low for m in same]), _agreed([m.high for m in same])
        return replace(first, value=value, low=low, high=high, flags=events | normal)


_YEARS: Final = Meaning("age", unit="a")


def _agreed(values: list[_T]) -> _T | None:
    return values[0] if all(v == values[0] for v in values) else None


def _joined(values: list[Measured | str | None]) -> Measured | str | None:
    """Return the value that holds every one of the values; None for signs that differ."""
    out = values[0]
    for value in values[1:]:
        if isinstance(out, Measured) and isinstance(value, Measured):
            out = hull(out, value)
        elif out != value:
            return None
    return out
