"""One participant of a large table, as the reference evaluator takes participants."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from paucity.response.measured import Measured
from paucity.response.series import Event, Measurement, Participant
from paucity.response.table_parts import Part, only
from paucity.response.table_series import NONE, Scale, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def participant_in(table: Table, name: str) -> Participant | None:
    """Return one participant of a table, for the reference evaluator; None for an unknown name.

    Args:
        table: the measurements.
        name: of the participant.
    """
    person = Part(0, name, name, 1)
    some = only(table, person)
    if not int(some.participants.count().to_pyarrow().as_py()):
        return None
    markers = {scale.code: (marker, scale) for marker, scale in table.markers.items()}
    rows = some.rows.to_pyarrow().to_pylist()
    measured = sorted((_measurement(r, *markers[r["marker"]]) for r in rows), key=_place)
    events: Iterator[Mapping[str, Any]] = iter(())
    if some.events is not None:
        events = iter(some.events.to_pyarrow().to_pylist())
    happened = sorted((Event(e["event"], e["at"]) for e in events), key=lambda e: (e.at, e.event))
    return Participant(name, tuple(measured), tuple(happened))


def _place(measurement: Measurement) -> tuple[str, int]:
    return measurement.marker, measurement.at


def _measurement(row: Mapping[str, Any], marker: str, scale: Scale) -> Measurement:
    low = int(row["value"])
    value: Measured | str | None
    if scale.values:
        value = None if low == NONE else scale.values[low]
    else:
        high = int(row.get("value_high", low))
        value = Measured(
            Fraction(low, scale.scale),
            None if high == NONE else Fraction(high, scale.scale),
            bool(row.get("low_open")),
            bool(row.get("high_open")),
        )
    limits = [_limit(row.get(end), scale.scale) for end in ("lower", "upper")]
    age = row.get("age")
    return Measurement(
        marker,
        row["at"],
        value,
        limits[0],
        limits[1],
        row.get("flags") or 0,
        row.get("sex") or "",
        None if age is None or age == NONE else Fraction(age).limit_denominator(10**6),
        row.get("laboratory") or "",
    )


def _limit(value: Any, scale: int) -> Fraction | None:
    return None if value is None or int(value) == NONE else Fraction(int(value), scale)
