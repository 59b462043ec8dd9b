"""Collect one record while its fields are read; whatever finds no room becomes an extra."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.carry import restore
from paucity.literature.record import Place, Record
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Reading:
    """One export being read: its name, the search that found it, and the findings so far.

    Attributes:
        name: the file's name in the review, used in places and spans.
        search: the search that found its records.
        encoding: a codec to read text with; empty to detect it.
        findings: what was found while reading.
        deleted: PMIDs that an update file says are withdrawn (``DeleteCitation``).
    """

    name: str
    search: str = ""
    encoding: str = ""
    findings: list[Finding] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def once(self, code: str, line: int, message: str) -> None:
        """Note something the first time it happens in a file."""
        if not any(finding.code == code for finding in self.findings):
            self.fault(code, line, message)

    def fault(
        self,
        code: str,
        line: int,
        message: str,
        hint: str = "",
        *,
        severity: Severity = Severity.WARNING,
        number: int = 0,
    ) -> None:
        """Note something about the file at a line; `number` names the record."""
        subject = f"{self.name}#{number}" if number else self.name
        span = Span(self.name, max(1, line))
        self.findings.append(Finding(code, severity, span, message, hint, subject))


def _tag(pair: tuple[str, str]) -> str:
    return pair[0]


MAX_RECORD: Final = 20_000_000
"""Most characters of one record of tagged text; a file that is no export can have no end."""


class Fields:
    """The tagged fields of one record, their lines joined only when it is complete."""

    __slots__ = ("_fields", "_size", "tags")

    def __init__(self) -> None:
        self._fields: list[tuple[str, list[str], int]] = []
        self._size = 0
        self.tags: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._fields)

    @property
    def first_line(self) -> int:
        """Line of the first field."""
        return self._fields[0][2]

    @property
    def last_line(self) -> int:
        """Line of the last field."""
        return self._fields[-1][2]

    def open(self, tag: str, value: str, line: int, reading: Reading) -> None:
        """Begin a field, up to the most that one record may hold."""
        self.tags.add(tag)
        if self._fits(len(value) + 8, line, reading):
            self._fields.append((tag, [value] if value else [], line))

    def more(self, value: str, line: int, reading: Reading) -> None:
        """Continue the last field, up to the most that one record may hold."""
        if self._fits(len(value) + 1, line, reading):
            self._fields[-1][1].append(value)

    def _fits(self, size: int, line: int, reading: Reading) -> bool:
        before = self._size
        self._size += size
        if self._size <= MAX_RECORD:
            return True
        if before <= MAX_RECORD:
            message = f"more than {MAX_RECORD:,} characters in one record; the rest is passed over"
            reading.fault("record-too-long", line, message, "look whether the file is an export")
        return not self._fields

    def joined(self, between: str) -> list[tuple[str, str, int]]:
        """Return each field with its whole value and the line it begins on."""
        return [(tag, between.join(parts), line) for tag, parts, line in self._fields]


class Draft:
    """A record being read."""

    __slots__ = ("_seen", "carried", "extra", "lists", "number", "place", "reading", "single")

    def __init__(self, reading: Reading, number: int, line: int) -> None:
        self.reading = reading
        self.number = number
        self.place = Place(reading.name, number, line, reading.search)
        self.single: dict[str, Any] = {}
        self.lists: dict[str, list[Any]] = {}
        self._seen: dict[str, set[Any]] = {}
        self.extra: list[tuple[str, str]] = []
        self.carried: list[str] = []

    def one(self, name: str, value: Any, tag: str, written: str | None = None) -> None:
        """Set a field that holds one value; a second, different value is kept as an extra.

        Args:
            name: the field.
            value: what it holds; nothing is done for an empty one.
            tag: the source's name for it.
            written: the value as written, if it differs.
        """
        if not value:
            return
        held = self.single.setdefault(name, value)
        if held != value:
            self.keep(tag, str(value) if written is None else written)

    def many(self, name: str, values: Iterable[Any]) -> None:
        """Add to a field that holds several values; a value already held is not repeated."""
        held = self.lists.setdefault(name, [])
        seen = self._seen.setdefault(name, set())
        for value in values:
            if value and value not in seen:
                seen.add(value)
                held.append(value)

    def add(self, name: str, value: Any) -> None:
        """Add a value to a field that holds several, even if it is there already."""
        if value:
            self.lists.setdefault(name, []).append(value)

    def keep(self, tag: str, value: str) -> None:
        """Keep a value the model has no field for."""
        self.extra.append((tag, value))

    def fault(self, code: str, line: int, message: str, hint: str = "") -> None:
        """Note something about this record."""
        self.reading.fault(code, line, message, hint, number=self.number)

    def done(self) -> Record:
        """Return the record."""
        values: dict[str, Any] = dict(self.single)
        for name, items in self.lists.items():
            values[name] = tuple(items)
        record = Record(**values, extra=tuple(sorted(self.extra, key=_tag)), place=self.place)
        return restore(record, self.carried) if self.carried else record
