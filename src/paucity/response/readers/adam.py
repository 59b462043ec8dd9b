"""CDISC ADaM: a laboratory dataset in the Basic Data Structure, such as ADLB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Fault
from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.cdisc import (
    Reading,
    age_of,
    date_of,
    flag_of,
    sex_of,
    study_day,
)
from paucity.response.readers.dataset import Dataset, read_dataset
from paucity.response.readers.sdtm import LATE
from paucity.response.readers.tables import text_of
from paucity.text import Severity

if TYPE_CHECKING:
    from paucity.response.readers.tidied import Data, Opening

DERIVED: Final = Fault("derived-row", "a row is derived from others (DTYPE) and not measured")
BASE: Final = Fault("baseline-conflict", "BASE is not the value that is flagged as baseline")

_NEEDED: Final = ("usubjid", "paramcd")
_UNIT: Final = r"\(([^()]*)\)\s*$"


def read_adam(opening: Opening) -> Data:
    """Read a laboratory dataset in the Basic Data Structure.

    Args:
        opening: a file with PARAMCD and AVAL, or a folder with one called ADLB.
    """
    return read_dataset(opening, Dataset("ADLB", "ADaM", _NEEDED, _tidy))


def _tidy(opening: Opening, tables: list[Any], uneven: list[int]) -> tuple[Any, Reading]:
    reader = _Reader(opening)
    parts = [reader.measured(table) for table in tables]
    reader.left_out(uneven)
    rows = reader.ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0]
    return rows, reader


class _Reader(Reading):
    """Turns a dataset into tidy rows."""

    def measured(self, table: Any) -> Any:
        """Return the measured rows whose parameters are mapped, and the events."""
        ibis = self.ibis
        self.read += int(table.count().to_pyarrow().as_py())
        rows = table.mutate(
            code=text_of(table, "paramcd"),
            display=text_of(table, "param"),
            value=self._value(table),
            day=study_day(table, "ady"),
        )
        derived = text_of(rows, "dtype") != ""
        self.note(rows.filter(derived), DERIVED, Severity.NOTE)
        rows = rows.filter(~derived)
        self._baselines(rows)
        whole = rows
        rows = self.mapped(rows, ("code",), lambda r: [f"LBTESTCD:{r['code']}", r["code"]])
        dated = (rows.day == "") | ibis.literal(bool(self.opening.index))
        unit = text_of(rows, "avalu")
        within = rows.display.re_extract(_UNIT, 1)
        out = rows.select(
            **{ROW_NUMBER: rows[ROW_NUMBER]},
            participant=text_of(rows, "usubjid"),
            marker=rows.marker,
            time=ibis.ifelse(dated, "", rows.day),
            date=ibis.ifelse(dated, self._moment(rows), ""),
            value=rows.value,
            unit=ibis.ifelse(unit == "", within, unit),
            low=self._limit(rows, "lo"),
            high=self._limit(rows, "hi"),
            flags=flag_of(rows, "anrind"),
            sex=sex_of(rows),
            age=age_of(rows),
        )
        events = [self._events(whole, "dthdt", "death", out.columns)]
        if not self.opening.index:
            events.append(self._events(whole, "trtsdt", "index", out.columns))
        return ibis.union(out, *events)

    def _value(self, table: Any) -> Any:
        """Return the value: the number, or the text where there is no number."""
        number = text_of(table, "aval")
        empty = (number == "") | (number.lower() == "nan")
        return self.ibis.ifelse(empty, text_of(table, "avalc"), number)

    def _moment(self, rows: Any) -> Any:
        timed, day = date_of(rows, "adtm"), date_of(rows, "adt")
        iso = timed.re_search(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]")
        return self.ibis.ifelse(iso, timed, day)

    def _limit(self, rows: Any, end: str) -> Any:
        """Return a reference limit; A1LO and A1HI are the older names."""
        new, old = text_of(rows, f"anr{end}"), text_of(rows, f"a1{end}")
        found = self.ibis.ifelse(new == "", old, new)
        return self.ibis.ifelse(found.lower() == "nan", "", found)

    def _baselines(self, rows: Any) -> None:
        """Note baselines that are flagged after the first dose, or are not BASE."""
        flagged = rows.filter(text_of(rows, "ablfl").upper() == "Y")
        late = text_of(flagged, "ady").try_cast("float64") > 1
        self.note(flagged.filter(late), LATE, Severity.WARNING)
        value = text_of(flagged, "aval").try_cast("float64")
        base = text_of(flagged, "base").try_cast("float64")
        self.note(flagged.filter((value - base).abs() > 1e-9), BASE, Severity.WARNING)

    def _events(self, rows: Any, column: str, event: str, columns: Any) -> Any:
        """Return an event of each subject, as a tidy row without number."""
        ibis = self.ibis
        found = rows.select(participant=text_of(rows, "usubjid"), date=date_of(rows, column))
        found = found.filter(found.date != "").distinct()
        cells = {c: ibis.literal("") for c in columns if c not in {"participant", "date"}}
        cells |= {"marker": ibis.literal(event), ROW_NUMBER: ibis.literal(0, "int64")}
        return found.mutate(**cells).select(*columns)
