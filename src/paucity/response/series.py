"""Participants' serial measurements, checked: what is used, what is refused, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paucity.response.row_faults import HINTS
from paucity.text import Finding, Severity, Span, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from fractions import Fraction

    from paucity.response.measured import Fault, Measured

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "participant": ("participant", "patient", "subject", "participant_id", "patient_id"),
    "marker": ("marker", "test", "analyte"),
    "time": ("time", "day", "days"),
    "date": ("date", "datetime"),
    "value": ("value", "result"),
    "unit": ("unit", "units"),
    "low": ("low", "lower_limit", "lln"),
    "high": ("high", "upper_limit", "uln"),
    "flags": ("flags", "flag"),
    "sex": ("sex",),
    "age": ("age",),
    "laboratory": ("laboratory", "lab"),
}
"""Columns of a tidy long table, each with the names it may have."""

WHITESPACE: Final = " \t\n\r\v\f"
"""What is taken off the ends of a cell; engines do not know the spaces of other scripts."""

REQUIRED: Final = ("participant", "marker", "value")

FLAGS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("n", "normal"), 1),
    **dict.fromkeys(("h", "hh", "high"), 2),
    **dict.fromkeys(("l", "ll", "low"), 4),
    **dict.fromkeys(("transfusion", "transfused"), 8),
    **dict.fromkeys(("g-csf", "gcsf"), 16),
}
"""Words of the flags column: normal, high, low, and events before the measurement; each a bit."""

EVENT_BITS: Final[Mapping[str, int]] = {"transfusion": 8, "G-CSF": 16}

EVENT_WORDS: Final[Mapping[str, str]] = {
    "index": "index",
    "first dose": "index",
    "next therapy": "next therapy",
    "death": "death",
    "transfusion": "transfusion",
    "g-csf": "G-CSF",
    "gcsf": "G-CSF",
}
"""Words in the marker column that name an event and not a marker, in lower case."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of one marker of one participant, in the usual unit of the marker.

    Attributes:
        marker: preferred name.
        at: microseconds from the index.
        value: a measured value, a word of a sign, or None where rows of one moment disagree on it.
        low: lower reference limit, in the unit of the value.
        high: upper reference limit.
        flags: bits of `FLAGS`.
        sex: as written, in lower case; empty if not written.
        age: in years, or None.
        laboratory: as written.
        row: of the data, counted from 1.
    """

    marker: str
    at: int
    value: Measured | str | None
    low: Fraction | None = None
    high: Fraction | None = None
    flags: int = 0
    sex: str = ""
    age: Fraction | None = None
    laboratory: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a participant, in microseconds from the index."""

    event: str
    at: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not used, and why."""

    row: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Participant:
    """All that is known of one participant, ordered by time."""

    name: str
    measurements: tuple[Measurement, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Participants' measurements as read.

    Attributes:
        name: of the data.
        participants: by name, in order; one whose rows are all refused stays.
        units: the unit that values of each marker are in.
        findings: what was found while reading.
        refused: every row that is not used.
        rows: rows read.
        repeated: rows that say again what an earlier one says.
    """

    name: str
    participants: tuple[Participant, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()
    rows: int = 0
    repeated: int = 0


def on_line(name: str) -> Callable[[int], tuple[Span, str]]:
    """Return where the rows of a text file stand: a row's line is one more, for the header."""
    return lambda row: (Span(name, row + 1), f"on line {row + 1}")


class Notes:
    """Findings about rows, one for each thing found, with how many rows and which come first.

    Args:
        name: of the data.
        place: where a row stands, and how that is said; on its line, if left out.
    """

    SHOWN: Final = 3

    def __init__(self, name: str, place: Callable[[int], tuple[Span, str]] | None = None) -> None:
        self.name = name
        self.place = place or on_line(name)
        self._rows: dict[tuple[str, str, Severity], tuple[int, list[int], str]] = {}

    def add(
        self, fault: Fault, row: int, severity: Severity, *, count: int = 1, hint: str = ""
    ) -> None:
        """Note something about a row, or about `count` rows of which it is the first."""
        key = (fault.code, fault.reason, severity)
        so_far, rows, hint = self._rows.get(key, (0, [], hint))
        rows.append(row)
        rows.sort()
        self._rows[key] = (so_far + count, rows[: self.SHOWN], hint)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, each at the first row it is about."""
        for (code, reason, severity), (count, rows, hint) in self._rows.items():
            span, where = self.place(rows[0])
            more = (
                "" if count == 1 else f"; {count} rows" + (f", the first {where}" if where else "")
            )
            if count == 1 and span.line == 1 and not where.startswith("on line"):
                more = f"; the row {where}" if where else ""
            todo = hint or HINTS.get(code, "")
            yield Finding(code, severity, span, f"{reason}{more}", todo, f"{self.name}/{code}")


def whole_findings(name: str, faults: Iterable[tuple[str, str, str]]) -> tuple[Finding, ...]:
    """Return findings about the data as a whole: code, message and hint of each."""
    return tuple(
        in_order(Finding(c, Severity.ERROR, Span(name), m, h, f"{name}/{c}") for c, m, h in faults)
    )


def columns_of(header: Iterable[str]) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Find the columns of a table.

    Args:
        header: names as written; case, spaces and underscores do not matter.

    Returns:
        The written name of each column found, and what is wrong: code, message and hint.

    >>> columns_of(["Patient", "test", "day", "value"])[0]["participant"]
    'Patient'
    """
    written = list(header)
    folded: dict[str, str] = {}
    faults = []
    for name in written:
        key = name.strip().casefold().replace(" ", "_")
        if key in folded:
            faults.append(("duplicate-column", f"column `{name}` is there twice", "keep one"))
        folded.setdefault(key, name)
    found = {}
    for column, names in COLUMNS.items():
        first = next((folded[n] for n in names if n in folded), None)
        if first is not None:
            found[column] = first
    listed = ", ".join(written[:12]) or "no columns"
    missing = [c for c in REQUIRED if c not in found]
    if "time" not in found and "date" not in found:
        missing.append("time (or date)")
    for column in missing:
        hint = "a table has one row for each measurement: participant, marker, time, value, unit"
        faults.append(("missing-column", f"there is no column `{column}` among {listed}", hint))
    return found, faults
