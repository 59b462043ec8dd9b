"""Read participants' measurements in bulk, in an engine: the same rows, findings and refusals.

Plain numbers are read by the engine. Everything else (units, `<0.1`, dates, flags) is looked up
once for each distinct spelling, by the same functions that read row by row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from paucity.response.bulk_cells import (
    EVENT,
    FAULTY,
    NUMBER,
    SIGN,
    Faults,
    as_text,
    largest_of,
    stripped,
)
from paucity.response.bulk_notes import RowNotes, note_rows
from paucity.response.bulk_times import Times, distinct, left
from paucity.response.bulk_unique import unique
from paucity.response.bulk_values import Values
from paucity.response.cells import Meaning, Words, flags_of, limit_of
from paucity.response.engines import (
    ROW,
    NotATableError,
    engine_of,
    keep,
    moved,
    numbered,
    open_file,
)
from paucity.response.measured import Fault
from paucity.response.moments import Moment, read_moment
from paucity.response.row_faults import NO_PARTICIPANT, NO_ROWS, ROW_LENGTH
from paucity.response.series import WHITESPACE, Notes, columns_of, whole_findings
from paucity.response.table_series import BIGINT, NONE, WIDEST, Table, in_memory, load_ibis
from paucity.text import Severity, in_order
from paucity.vocabulary import Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from paucity.text import Span

_INTERVAL: Final = ("value_high", "low_open", "high_open")
_PEOPLE: Final = ("sex", "age", "laboratory")
_KEPT: Final = ("participant", "marker", "at", "value", *_INTERVAL, "lower", "upper", "flags")


def read_table(
    path: Path,
    *,
    vocabulary: Vocabulary | None = None,
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    index: Mapping[str, str] | None = None,
    assume_unit: bool = False,
    connection: Any = None,
) -> Table:
    """Read a tidy long CSV or Parquet file of measurements, of any size.

    Args:
        path: one row for each measurement, as :func:`paucity.response.read_series.read_series`
            takes it; `.parquet` is read as Parquet, all else as CSV.
        vocabulary: knows the markers; the bundled one, if left out.
        mapping: markers by the word the data use, where it is no name, synonym or LOINC code.
        units: the unit a marker is to be turned into, where it is not the vocabulary's.
        index: date of the first dose by participant, where dates are given and no `index` rows.
        assume_unit: take values without unit to be in the usual one.
        connection: an Ibis connection to DuckDB or Spark; to DuckDB in memory, if left out. One to
            a file keeps large data out of memory.

    Returns:
        The table; what cannot be read is among its findings and refused rows.
    """
    words = Words(vocabulary or bundled(), mapping, units, assume_unit=assume_unit)
    return table_of_file(path, words, index, connection)


def table_of_file(
    path: Path, words: Words, index: Mapping[str, str] | None = None, connection: Any = None
) -> Table:
    """Read a tidy long CSV or Parquet file of measurements, of any size.

    Args:
        path: the file.
        words: what markers and units mean.
        index: date of the first dose by participant.
        connection: an Ibis connection to DuckDB or Spark; to DuckDB in memory, if left out.
    """
    connection = connection or load_ibis().duckdb.connect()
    try:
        if path.stat().st_size == 0:
            return _nothing(path.name, ("empty-file", "nothing is in it", ""))
        raw, uneven = open_file(connection, path)
        return table_from(raw, path.name, words, index, connection, uneven=uneven)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        return _nothing(path.name, ("file-unreadable", f"cannot be read: {reason}", ""))
    except NotATableError as error:
        reason = str(error).replace(str(path), path.name)
        return _nothing(path.name, ("not-a-table", f"cannot be read as a table: {reason}", ""))


def _nothing(name: str, *faults: tuple[str, str, str]) -> Table:
    people = in_memory([], {"participant": "string"})
    schema = {"participant": "string", "marker": "int16", "at": "int64", "value": "int64"}
    found = whole_findings(name, faults)
    return Table(name, in_memory([], schema), people, None, {}, {}, findings=found)


def table_from(
    raw: Any,
    name: str = "table",
    words: Words | None = None,
    index: Mapping[str, str] | None = None,
    connection: Any = None,
    *,
    uneven: int = 0,
    place: Callable[[int], tuple[Span, str]] | None = None,
) -> Table:
    """Check the rows of an Ibis table of measurements, on any connection.

    Args:
        raw: tidy long rows, such as `connection.table("labs")`; with their numbers in `row_number`
            if they have any.
        name: of the data, for findings.
        words: what markers and units mean; the names and usual units of the vocabulary, if left
            out.
        index: date of the first dose by participant.
        connection: the connection to keep the checked rows in; that of the table, if left out.
        uneven: rows that were left out as too long or too short.
        place: where a row stands, for findings; on its line of a text file, if left out.
    """
    words = words or Words(bundled())
    connection = connection or engine_of(raw) or load_ibis().duckdb.connect()
    raw = numbered(moved(raw, connection))
    columns, faults = columns_of(c for c in raw.columns if c != ROW)
    if any(code == "missing-column" for code, _, _ in faults):
        return _nothing(name, *faults)
    reader = _Bulk(raw, name, words, columns, connection, place)
    if uneven:
        reader.notes.add(ROW_LENGTH, 0, Severity.ERROR, count=uneven)
    table = reader.table(index or {})
    found = tuple(in_order((*whole_findings(name, faults), *table.findings)))
    return replace(table, findings=found, read=table.read + uneven)


class _Bulk:
    """Reads one large table."""

    def __init__(
        self,
        raw: Any,
        name: str,
        words: Words,
        columns: Mapping[str, str],
        connection: Any,
        place: Callable[[int], tuple[Span, str]] | None = None,
    ) -> None:
        self.ibis = load_ibis()
        self.connection = connection
        self.name = name
        self.words = words
        self.columns = columns
        self.notes = Notes(name, place)
        self.faults = Faults()
        self.raw = raw
        self.numbered_by_text = False
        self.people = _PEOPLE if any(c in columns for c in _PEOPLE) else ()

    def keep(self, rows: Any) -> Any:
        """Compute rows once, and keep them in the connection."""
        return keep(self.connection, rows)

    def table(self, index: Mapping[str, str]) -> Table:
        """Return the checked table."""
        self.numbered_by_text = bool(index)
        rows = self._cells()
        nobody = rows.participant.isnull()
        if rows.participant.type().is_string():
            nobody = rows.participant == ""
        blank = rows.filter(nobody)
        note_rows(self.notes, blank, NO_PARTICIPANT, Severity.ERROR)
        rows = rows.filter(~nobody)
        read = int(self.raw.count().to_pyarrow().as_py())
        if not read:
            self.notes.add(NO_ROWS, 0, Severity.ERROR)
        values = Values(self.ibis, self.words, self.columns, self.notes, self.faults)
        lookups = values.look_up(rows)
        wide = largest_of(lookups.scales) >= BIGINT
        if largest_of(lookups.scales) >= WIDEST:
            fault = ("numbers-too-long", "the numbers are too long to be kept exactly", "")
            return _nothing(self.name, fault)
        rows = values.add(rows, lookups, "decimal(38, 0)" if wide else "int64")
        rows = self._timed(rows, index)
        checked = self.keep(self._checked(rows))
        participants = self.keep(checked.select("participant").distinct())
        units = {m: self._unit(m) for m, scale in lookups.scales.items() if not scale.values}
        RowNotes(self.columns, self.notes, self.faults, units).add(checked, lookups)
        good = checked.filter(checked.fault == NONE)
        events = good.filter(good.kind == EVENT).select("participant", "event", "at")
        measured = good.filter((good.kind == NUMBER) | (good.kind == SIGN))
        marks = {s.code: m for m, s in lookups.scales.items()}
        measured, repeated = unique(measured, marks, self.notes, self.keep)
        uncertain = measured.filter(measured.value_high != measured.value).limit(1)
        intervals = bool(uncertain.count().to_pyarrow().as_py())
        if not intervals:
            measured = measured.drop(*_INTERVAL)
        return Table(
            self.name,
            measured.select(*(c for c in measured.columns if c in (*_KEPT, *self.people))),
            participants,
            events if int(events.count().to_pyarrow().as_py()) else None,
            lookups.scales,
            units,
            intervals=intervals,
            people=bool(self.people),
            findings=tuple(in_order(self.notes.findings())),
            read=read,
            refused=self._refused(checked, blank),
            repeated=repeated,
        )

    def _unit(self, marker: str) -> str:
        term = self.words.term(marker)
        return self.words.unit_of(term) if term else ""

    def _cells(self) -> Any:
        """Return the columns under their own names, texts without nulls."""
        raw, ibis, columns = self.raw, self.ibis, self.columns

        def text(column: str) -> Any:
            return as_text(raw, columns.get(column), ibis)

        def number(column: str) -> Any:
            if column not in columns:
                return ibis.literal("")
            found = raw[columns[column]]
            numeric = found.type().is_integer() or found.type().is_floating()
            return found if numeric else text(column)

        return raw.select(
            row=raw[ROW],
            participant=self._who(),
            marker_text=text("marker"),
            unit_text=text("unit"),
            time=number("time"),
            date=text("date"),
            value=number("value"),
            low=number("low"),
            high=number("high"),
            flags_text=text("flags"),
            sex=stripped(text("sex"), self.ibis).lower(),
            age_text=text("age"),
            laboratory=stripped(text("laboratory"), self.ibis),
        )

    def _who(self) -> Any:
        """Return participants; whole numbers stay so, as they are grouped faster."""
        column = self.raw[self.columns["participant"]]
        if column.type().is_integer() and not self.numbered_by_text:
            return column
        return stripped(as_text(self.raw, self.columns["participant"], self.ibis), self.ibis)

    def _timed(self, rows: Any, index: Mapping[str, str]) -> Any:
        """Return the rows with their times from the index."""
        moments: dict[str, Moment] = {}
        for participant, text in index.items():
            moment = read_moment(str(text))
            if isinstance(moment, Fault):
                self.notes.add(moment, 0, Severity.ERROR)
            else:
                moments[participant.strip(WHITESPACE)] = moment
        return Times(self.ibis, self.faults, moments, "date" in self.columns).add(rows)

    def _checked(self, rows: Any) -> Any:
        """Return the rows as they are kept, each with its first fault or `NONE`."""
        ibis, rows = self.ibis, self._flagged(rows)
        measured = (rows.kind == NUMBER) | (rows.kind == SIGN)
        value_fault = ibis.ifelse(measured, rows.value_fault.fill_null(NONE), NONE)
        fault = ibis.cases(
            (rows.kind == FAULTY, rows.pair_fault),
            (rows.time_fault != NONE, rows.time_fault),
            else_=value_fault,
        )
        reversed_ = (rows.low_limit != NONE) & (rows.high_limit != NONE)
        reversed_ &= rows.low_limit > rows.high_limit
        kind = rows.scaled.type()
        closed = ibis.literal(False)  # noqa: FBT003
        low = rows.scaled.coalesce(rows.odd_low).fill_null(NONE).cast(kind)
        kept = {
            "participant": rows.participant,
            "marker": rows.marker,
            "at": rows["at"],
            "value": low,
            "value_high": rows.scaled.coalesce(rows.odd_high).fill_null(NONE).cast(kind),
            "low_open": rows.low_open.fill_null(closed),
            "high_open": rows.high_open.fill_null(closed),
            "lower": ibis.ifelse(reversed_, NONE, rows.low_limit).cast(kind),
            "upper": ibis.ifelse(reversed_, NONE, rows.high_limit).cast(kind),
            "flags": rows.flags,
            **{c: rows[c] for c in self.people},
            "kind": rows.kind,
            "event": rows.event,
            "fault": fault.cast("int32"),
            "row": rows.row,
            "pair": rows.pair,
        }
        if "flags" in self.columns:
            kept["flags_text"] = rows.flags_text
        if "date" in self.columns:
            kept["zone_mixed"] = rows.zone_mixed
        if {"low", "high"} <= set(self.columns):
            kept["reversed_limits"] = reversed_
        for end in ("low", "high"):
            if end in self.columns:
                kept[f"{end}_fault"] = rows[f"{end}_fault"].fill_null(NONE)
        return rows.select(**kept)

    def _flagged(self, rows: Any) -> Any:
        """Add the bits of the flags, and ages in years."""
        rows = rows.mutate(flags=self.ibis.literal(0, "int16"), age=self.ibis.literal(float(NONE)))
        if "flags" in self.columns:
            bits = [(text, flags_of(text)[0]) for text in distinct(rows.flags_text)]
            schema = {"flags_text": "string", "flags": "int16"}
            rows = left(rows.drop("flags"), in_memory(bits, schema), ["flags_text"])
        if "age" in self.columns:
            years = Meaning("age", unit="a")
            ages = [(text, limit_of(text, years)) for text in distinct(rows.age_text)]
            known = [(t, float(a)) for t, a in ages if a is not None and not isinstance(a, Fault)]
            schema = {"age_text": "string", "years": "float64"}
            rows = left(rows, in_memory(known, schema), ["age_text"])
            rows = rows.mutate(age=rows.years.fill_null(float(NONE)))
        return rows

    def _refused(self, checked: Any, blank: Any) -> Any:
        """Return every row that is not used: row, code, reason."""
        known = [(i, f.code, f.reason) for i, f in enumerate(self.faults.known)]
        faults = in_memory(known, {"fault": "int32", "code": "string", "reason": "string"})
        bad = checked.filter(checked.fault != NONE).inner_join(faults, "fault")
        nobody = blank.select(
            "row",
            code=self.ibis.literal(NO_PARTICIPANT.code),
            reason=self.ibis.literal(NO_PARTICIPANT.reason),
        )
        return bad.select("row", "code", "reason").union(nobody)
