"""Times of the rows of a large table, counted from each participant's index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.response.bulk_cells import INDEX, MILLION, Faults, millionths, stripped
from paucity.response.measured import Fault
from paucity.response.moments import Moment, read_days, read_moment
from paucity.response.row_faults import INDEX_CONFLICT, INDEX_WITHOUT_DATE, NO_INDEX, NO_TIME
from paucity.response.series import WHITESPACE
from paucity.response.settings import MICROSECONDS
from paucity.response.table_series import NONE, in_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final = -(2**40)
"""Stands for no time of day and no offset from UTC."""

_MOMENT: Final = {"day": "int64", "tod": "int64", "zone": "int64"}


def left(rows: Any, other: Any, on: list[str]) -> Any:
    """Join what was looked up to rows that may have it."""
    joined = rows.left_join(other, on)
    return joined.drop([c for c in joined.columns if c.endswith("_right")])


def distinct(column: Any) -> list[str]:
    """Return the distinct texts of a column."""
    table = column.as_table().distinct().to_pyarrow()
    return [text for (text,) in zip(*(c.to_pylist() for c in table.columns), strict=True)]


@dataclass(frozen=True, slots=True)
class Times:
    """Adds to rows the time `at` from the index, or the number of a fault in `time_fault`.

    Args:
        ibis: the library.
        faults: gives faults their numbers.
        index: date of the first dose by participant, as given beside the data.
        dated: whether there is a column of dates.
    """

    ibis: Any
    faults: Faults
    index: Mapping[str, Moment]
    dated: bool

    def add(self, rows: Any) -> Any:
        """Return the rows with `at`, `time_fault` and `zone_mixed`."""
        ibis, text = self.ibis, ibis_null(self.ibis, "string")
        written = rows.time.notnull()
        if rows.time.type().is_string():
            written = stripped(rows.time, ibis) != ""
        if self.dated:
            undated = stripped(rows.date, ibis) == ""
            written = ibis.ifelse(rows.kind == INDEX, undated, written)
        plain, whole = millionths(rows.time, ibis, signed=True)
        plain = plain & written
        rows = rows.mutate(
            by_day=written,
            at=ibis.ifelse(plain, whole * (MICROSECONDS // MILLION), ibis_null(ibis, "int64")),
            odd_time=ibis.ifelse(written & ~plain, rows.time.cast("string").fill_null(""), text),
            time_fault=ibis.literal(NONE, "int32"),
            zone_mixed=ibis.literal(False),  # noqa: FBT003
        )
        rows = self._spelled(rows)
        rows = self._from_dates(rows) if self.dated else self._undated(rows)
        no_date = (rows.kind == INDEX) & rows.by_day & ~(rows["at"] == 0).fill_null(False)  # noqa: FBT003
        return self._fault(rows, no_date, INDEX_WITHOUT_DATE)

    def _fault(self, rows: Any, where: Any, fault: Fault) -> Any:
        """Give the rows a fault where they have it."""
        number = self.ibis.literal(self.faults.number(fault), "int32")
        return rows.mutate(time_fault=self.ibis.ifelse(where, number, rows.time_fault))

    def _spelled(self, rows: Any) -> Any:
        """Look up the times that are no plain numbers."""
        odd = distinct(rows.filter(rows.odd_time.notnull()).odd_time)
        if not odd:
            return rows
        out = []
        for text in odd:
            days = read_days(text)
            fault = isinstance(days, Fault)
            number = self.faults.number(days) if isinstance(days, Fault) else NONE
            out.append((text, NONE if fault else days, number))
        schema = {"odd_time": "string", "odd_at": "int64", "odd_fault": "int32"}
        rows = left(rows, in_memory(out, schema), ["odd_time"])
        read = ibis_null_if(self.ibis, rows.odd_fault != NONE, rows.odd_at)
        return rows.mutate(
            at=rows["at"].coalesce(read),
            time_fault=rows.odd_fault.coalesce(rows.time_fault),
        )

    def _undated(self, rows: Any) -> Any:
        return self._fault(rows, ~rows.by_day, NO_TIME)

    def _from_dates(self, rows: Any) -> Any:
        """Count dates from the index of their participant."""
        ibis = self.ibis
        key = ibis.ifelse(~rows.by_day, rows.date, ibis_null(ibis, "string"))
        rows = rows.mutate(date_key=key)
        rows = self._fault(rows, ~rows.by_day & (stripped(rows.date, ibis) == ""), NO_TIME)
        found: list[tuple[Any, ...]] = []
        for text in distinct(rows.filter(rows.date_key.notnull()).date_key):
            moment = read_moment(text)
            if isinstance(moment, Moment):
                found.append((text, *_numbers(moment), NONE))
            elif text.strip(WHITESPACE):
                found.append((text, 0, _NOTHING, _NOTHING, self.faults.number(moment)))
        schema = {"date_key": "string", **_MOMENT, "date_fault": "int32"}
        rows = left(rows, in_memory(found, schema), ["date_key"])
        rows = rows.mutate(time_fault=rows.date_fault.coalesce(rows.time_fault))
        rows = left(rows, self._indexes(rows), ["participant"])
        counted = ~rows.by_day & (rows.time_fault == NONE)
        rows = rows.mutate(counted=counted, agreed=rows.agreed.fill_null(False))  # noqa: FBT003
        at_index = rows.kind == INDEX
        rows = self._since(rows, rows.counted & rows.agreed & ~at_index)
        rows = rows.mutate(wrong=rows.counted & ~rows.agreed)
        rows = self._fault(rows, rows.wrong & (rows.kind == INDEX), INDEX_CONFLICT)
        return self._fault(rows, rows.wrong & (rows.kind != INDEX), NO_INDEX)

    def _indexes(self, rows: Any) -> Any:
        """Return the index of each participant, and whether all that is written agrees on it."""
        written = rows.filter((rows.kind == INDEX) & (rows.date_fault == NONE))
        written = written.select("participant", **{n: written[n] for n in _MOMENT})
        if self.index:
            given = [(name, *_numbers(moment)) for name, moment in self.index.items()]
            beside = in_memory(given, {"participant": "string", **_MOMENT})
            written = written.union(beside)
        grouped = written.group_by("participant").aggregate(
            **{f"index_{n}": written[n].min() for n in _MOMENT},
            **{f"last_{n}": written[n].max() for n in _MOMENT},
        )
        same = [grouped[f"index_{n}"] == grouped[f"last_{n}"] for n in _MOMENT]
        return grouped.select(
            "participant", *(f"index_{n}" for n in _MOMENT), agreed=same[0] & same[1] & same[2]
        )

    def _since(self, rows: Any, counted: Any) -> Any:
        """Add the time from the index; the same sums as when row by row."""
        ibis = self.ibis
        days = (rows.day - rows.index_day) * MICROSECONDS
        zoned = (rows.zone == _NOTHING) != (rows.index_zone == _NOTHING)
        timed = (rows.tod != _NOTHING) & (rows.index_tod != _NOTHING)
        offset = ibis.ifelse(rows.zone == _NOTHING, 0, rows.zone - rows.index_zone)
        at = ibis.cases(
            (rows.tod == _NOTHING, days),
            (~timed | zoned, days - MICROSECONDS + rows.tod + 1),
            else_=days + rows.tod - rows.index_tod - offset,
        )
        return rows.mutate(
            at=ibis.ifelse(counted, at, rows["at"]), zone_mixed=counted & timed & zoned
        )


def _numbers(moment: Moment) -> tuple[int, int, int]:
    time = _NOTHING if moment.time is None else moment.time
    return moment.day, time, _NOTHING if moment.zone is None else moment.zone


def ibis_null_if(ibis: Any, where: Any, column: Any) -> Any:
    """Return a column without the cells of some rows."""
    return ibis.ifelse(where, ibis_null(ibis, str(column.type())), column)


def ibis_null(ibis: Any, kind: str) -> Any:
    """Return nothing, of a type."""
    return ibis.null(kind)
