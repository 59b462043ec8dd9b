"""Records made by hand, and where the shared exports are when they are there at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from paucity.literature import Library, Person, Place, Record, read_bytes, write_records

SHARED = (Path(__file__).parents[2] / "../shared").resolve()


def shared(path: str) -> Path:
    """Return a shared file, or skip the test visibly."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"shared/{path} is not here")
    return found


def read(text: str | bytes, name: str = "records/x") -> Library:
    """Read an export given as text."""
    return read_bytes(text.encode() if isinstance(text, str) else text, name)


def one(text: str | bytes) -> Record:
    """Read an export of one record."""
    records = read(text).records
    assert len(records) == 1
    return records[0]


def codes(library: Library) -> list[str]:
    """Return the codes of a library's findings."""
    return [finding.code for finding in library.findings]


def written(records: list[Record], form: str) -> str:
    """Return records as text of a format."""
    return "".join(write_records(records, form))  # type: ignore[arg-type]


def people(*names: str) -> tuple[Person, ...]:
    """Return persons from ``Family, Given``."""
    parts = (name.partition(", ") for name in names)
    return tuple(Person(family, given) for family, _, given in parts)


def report(number: int = 1, **values: object) -> Record:
    """Return a complete record; each value can be replaced."""
    base: dict[str, object] = {
        "title": "Salvage alemtuzumab in refractory hemophagocytic lymphohistiocytosis",
        "authors": people("Marsh, Rebecca", "Allen, Carl", "McClain, Kenneth"),
        "year": 2013,
        "journal": "Pediatric Blood & Cancer",
        "volume": "60",
        "issue": "1",
        "pages": "101-109",
        "place": Place("records/a.ris", number, 10 * number),
    }
    return Record(**{**base, **values})  # type: ignore[arg-type]
