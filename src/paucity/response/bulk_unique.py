"""One row for each participant, marker and moment of a large table."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from paucity.response.bulk_cells import SIGN
from paucity.response.engines import engine_of
from paucity.response.row_faults import said_again
from paucity.response.series import EVENT_BITS
from paucity.response.settings import MICROSECONDS
from paucity.response.table_series import NONE, load_ibis
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.response.series import Notes

_KEY = ["participant", "marker", "at"]
_BITS = 62
_NORMAL_BITS = 7


def unique(
    rows: Any, markers: Mapping[int, str], notes: Notes, keep: Callable[[Any], Any]
) -> tuple[Any, int]:
    """Join rows of one marker at one moment to the interval that holds all their values.

    Args:
        rows: measurements.
        markers: names by number.
        notes: told what was joined.
        keep: computes rows once.

    Returns:
        The rows, and how many say again what another one says.
    """
    suspected = rows.semi_join(_suspected(rows), _KEY[:2]) if _joins_bits(rows) else rows
    grouped = suspected.group_by(_KEY).aggregate(n=suspected.count())
    again = grouped.filter(grouped.n > 1)
    if not int(again.limit(1).count().to_pyarrow().as_py()):
        return rows, 0
    again = keep(again)
    repeated = keep(rows.semi_join(again, _KEY))
    joined = keep(_joined(repeated))
    found = joined.group_by("marker", "conflict").aggregate(
        n=joined.n.sum(), first=joined.row.min(), groups=joined.count()
    )
    spare = 0
    for row in found.to_pyarrow().to_pylist():
        conflict = bool(row["conflict"])
        severity = Severity.WARNING if conflict else Severity.NOTE
        fault = said_again(markers[row["marker"]], conflict=conflict)
        notes.add(fault, int(row["first"]), severity, count=int(row["n"]))
        spare += int(row["n"]) - int(row["groups"])
    columns = [c for c in rows.columns if c in joined.columns]
    alone = rows.anti_join(again, _KEY).select(*columns)
    return keep(alone.union(joined.select(*columns))), spare


def _joins_bits(rows: Any) -> bool:
    """Tell whether the engine can join the bits of numbers."""
    connection = engine_of(rows)
    return connection is None or connection.has_operation(load_ibis().expr.operations.BitOr)


def _suspected(rows: Any) -> Any:
    """Return the participants and markers that may have two rows at one moment.

    Each day sets one of 62 bits. Powers of two add up to their union only if none is there twice,
    so that groups need not be made of every moment.
    """
    ibis = load_ibis()
    day = (rows["at"] // MICROSECONDS).cast("int64")
    bit = ibis.literal(1, "int64") << ((day % _BITS + _BITS) % _BITS)
    grouped = rows.mutate(bit=bit).group_by(_KEY[:2])
    grouped = grouped.aggregate(total=lambda t: t.bit.sum(), union=lambda t: t.bit.bit_or())
    return grouped.filter(grouped.total != grouped.union).select(*_KEY[:2])


def _joined(rows: Any) -> Any:
    """Return one row for each group of rows at one moment."""
    ibis = load_ibis()
    rows = rows.mutate(
        endless=(rows.value_high == NONE) & (rows.value != NONE),
        low_order=rows.value * 2 + rows.low_open.cast("int8"),
        high_order=rows.value_high * 2 - rows.high_open.cast("int8"),
    )
    same = [rows[c].min() == rows[c].max() for c in ("low_order", "high_order")]
    conflict = ~(same[0] & same[1])
    endless = rows.endless.any()
    nothing = conflict & (rows.kind.min() == SIGN)
    value, kind = rows.value.min(), rows.value.type()

    def agreed(column: Any, other: int) -> Any:
        return ibis.ifelse(column.min() == column.max(), column.min(), other)

    events = reduce(add, [(rows.flags & bit).max() for bit in EVENT_BITS.values()])
    return rows.group_by(_KEY).aggregate(
        n=rows.count(),
        row=rows.row.min(),
        conflict=conflict,
        value=ibis.ifelse(nothing, NONE, value).cast(kind),
        value_high=ibis.ifelse(nothing | endless, NONE, rows.value_high.max()).cast(kind),
        low_open=rows.low_open.argmin(rows.low_order),
        high_open=rows.high_open.argmax(rows.high_order) & ~endless,
        lower=agreed(rows.lower, NONE).cast(kind),
        upper=agreed(rows.upper, NONE).cast(kind),
        flags=(events + agreed(rows.flags & _NORMAL_BITS, 0)).cast("int16"),
        **{c: rows[c].argmin(rows.row) for c in ("sex", "age", "laboratory") if c in rows.columns},
    )
