"""Small data sets in the formats that are read, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from paucity.response.measured import Measured
from paucity.response.series import Series

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400_000_000
SHARED = (Path(__file__).parents[2] / "../shared").resolve()


def values(data: Any, participant: str) -> dict[tuple[str, float], str]:
    """Return the values of a participant of a series by marker and day."""
    assert isinstance(data, Series)
    person = next(p for p in data.participants if p.name == participant)
    return {(m.marker, m.at / DAY): str(m.value) for m in person.measurements}


def events(data: Any, participant: str) -> list[tuple[str, float]]:
    """Return the events of a participant of a series with their days."""
    person = next(p for p in data.participants if p.name == participant)
    return [(e.event, e.at / DAY) for e in person.events]


def codes(data: Any) -> list[str]:
    """Return the codes of what was found."""
    return [f.code for f in data.findings]


def counted(data: Any) -> dict[str, int]:
    """Return how many values of each marker were read, of a series."""
    out: dict[str, int] = {}
    for person in data.participants:
        for m in person.measurements:
            assert isinstance(m.value, Measured | str | None)
            out[m.marker] = out.get(m.marker, 0) + 1
    return out


def write_csv(folder: Path, tables: Mapping[str, str]) -> Path:
    """Write tables as CSV files into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def synthea() -> Path:
    path = SHARED / "data" / "patients" / "Synthea27NjParquet_5.4.zip"
    if not path.exists():
        pytest.skip("the Synthea27Nj sample is not there")
    return path
