"""Collect one record while its fields are read; whatever finds no room becomes an extra."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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


class Draft:
    """A record being read."""

    __slots__ = ("carried", "extra", "lists", "number", "place", "reading", "single")

    def __init__(self, reading: Reading, number: int, line: int) -> None:
        self.reading = reading
        self.number = number
        self.place = Place(reading.name, number, line, reading.search)
        self.single: dict[str, Any] = {}
        self.lists: dict[str, list[Any]] = {}
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
        held.extend(v for v in values if v and v not in held)

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
