"""Participants' measurements as a table of whole numbers, for engines that compute on tables.

Values are exact there too: each marker's values are multiplied by one whole number, its scale, so
that every value and limit becomes whole; thresholds are multiplied alike. Nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from math import lcm
from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from paucity.response.series import Measurement, Series
    from paucity.text import Finding

NONE: Final = -1
"""Stands for a missing limit, an endless value, or a sign on which rows disagree."""

BIGINT: Final = 2**62
"""Size from which on 128-bit decimals are computed with."""

WIDEST: Final = 10**37
"""Size from which on a table cannot compute exactly."""


class MissingExtraError(ImportError):
    """A library that only large tables need is not installed."""


def load_ibis() -> Any:
    """Return ibis, or say how to install it.

    Raises:
        MissingExtraError: ibis or its DuckDB backend is not installed.
    """
    try:
        for name in ("duckdb", "pyarrow"):
            import_module(name)
        return import_module("ibis")
    except ImportError as error:
        hint = "install it with `pip install 'paucity[assess]'`"
        raise MissingExtraError(f"assessing large tables needs {error.name}; {hint}") from None


@dataclass(frozen=True, slots=True)
class Scale:
    """How a marker stands in the table.

    Attributes:
        code: its number.
        scale: what its values are multiplied by; 1 for a sign, whose value is a word's number.
        largest: the largest number in the table, scaled.
        values: the words of a sign.
    """

    code: int
    scale: int = 1
    largest: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Checked measurements as Ibis tables.

    Attributes:
        name: of the data.
        rows: participant, marker, at, value, lower, upper, flags; with `intervals` also
            value_high, low_open, high_open; with `people` also sex, age, laboratory. One row for
            each participant, marker and moment. No cell is null; `NONE` stands for nothing.
        participants: every participant, once.
        events: participant, event, at; or None if there are none.
        markers: how each marker stands in the rows, by preferred name.
        units: the unit that values of each marker are in.
        intervals: whether a value is below or above detection.
        limits: whether rows have reference limits or flags.
        people: whether rows tell sex, age or laboratory.
        findings: what was found while reading.
        read: rows read.
        refused: rows that are not used: row, code, reason; or None.
        repeated: rows that say again what an earlier one says.
    """

    name: str
    rows: Any
    participants: Any
    events: Any
    markers: Mapping[str, Scale]
    units: Mapping[str, str]
    intervals: bool = False
    limits: bool = True
    people: bool = False
    findings: tuple[Finding, ...] = ()
    read: int = 0
    refused: Any = field(default=None, repr=False)
    repeated: int = 0


def table_of(series: Series) -> Table:
    """Return a series that was read row by row as a table.

    Args:
        series: the measurements.

    Returns:
        The table in memory; it can be computed by any Ibis connection.
    """
    scales = scales_of(series)
    wide = any(s.largest >= BIGINT for s in scales.values())
    number = "decimal(38, 0)" if wide else "int64"
    schema = {
        "participant": "string",
        "marker": "int16",
        "at": "int64",
        **dict.fromkeys(("value", "lower", "upper"), number),
        "flags": "int16",
        "value_high": number,
        "low_open": "boolean",
        "high_open": "boolean",
        "sex": "string",
        "age": "float64",
        "laboratory": "string",
    }
    measured = list(_rows(series, scales))
    events = [(p.name, e.event, e.at) for p in series.participants for e in p.events]
    return Table(
        series.name,
        in_memory(measured, schema),
        in_memory([(p.name,) for p in series.participants], {"participant": "string"}),
        in_memory(events, {"participant": "string", "event": "string", "at": "int64"})
        if events
        else None,
        scales,
        series.units,
        intervals=any(row[7] != row[3] for row in measured),
        people=True,
        findings=series.findings,
        read=series.rows,
        repeated=series.repeated,
    )


def in_memory(rows: list[tuple[Any, ...]], schema: Mapping[str, str]) -> Any:
    """Return rows as a table in memory."""
    ibis = load_ibis()
    pa = import_module("pyarrow")
    arrow = ibis.schema(dict(schema)).to_pyarrow()
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, arrow, strict=True)]
    return ibis.memtable(pa.Table.from_arrays(arrays, schema=arrow))


def scales_of(series: Series) -> dict[str, Scale]:
    """Return how each marker of a series stands in a table."""
    signs: dict[str, set[str]] = {}
    numbers: dict[str, list[Fraction]] = {}
    for participant in series.participants:
        for m in participant.measurements:
            if m.marker not in series.units:
                signs.setdefault(m.marker, set()).update([str(m.value)] if m.value else [])
            else:
                numbers.setdefault(m.marker, []).extend(_numbers(m))
    out = {}
    for code, marker in enumerate(sorted({*signs, *numbers}), 1):
        if marker in signs:
            out[marker] = Scale(code, values=tuple(sorted(signs[marker])))
            continue
        scale = lcm(*(n.denominator for n in numbers[marker]))
        out[marker] = Scale(code, scale, int(max(numbers[marker]) * scale))
    return out


def _numbers(m: Measurement) -> Iterator[Fraction]:
    if isinstance(m.value, Measured):
        yield m.value.low
        if m.value.high is not None:
            yield m.value.high
    if m.low is not None:
        yield m.low
    if m.high is not None:
        yield m.high


def _rows(series: Series, scales: Mapping[str, Scale]) -> Iterator[tuple[Any, ...]]:
    for participant in series.participants:
        for m in participant.measurements:
            scale = scales[m.marker]
            low, high, low_open, high_open = _ends(m.value, scale)
            yield (
                participant.name,
                scale.code,
                m.at,
                low,
                _whole(m.low, scale.scale),
                _whole(m.high, scale.scale),
                m.flags,
                high,
                low_open,
                high_open,
                m.sex,
                float(m.age) if m.age is not None else float(NONE),
                m.laboratory,
            )


def _ends(value: Measured | str | None, scale: Scale) -> tuple[int, int, bool, bool]:
    if isinstance(value, Measured):
        low, high = _whole(value.low, scale.scale), _whole(value.high, scale.scale)
        return low, high, value.low_open, value.high_open
    number = NONE if value is None else scale.values.index(value)
    return number, number, False, False


def _whole(value: Fraction | None, scale: int) -> int:
    return NONE if value is None else int(value * scale)
