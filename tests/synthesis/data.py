"""Data sets and hypothesis strategies for the synthesis tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HERE = Path(__file__).parent / "reference"


def reference(name: str) -> dict[str, Any]:
    with (HERE / f"{name}.json").open(encoding="utf-8") as file:
        return json.load(file)["sets"]


@st.composite
def study(draw: st.DrawFn, largest: int = 40) -> tuple[int, int]:
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def sets(least: int = 2, most: int = 8, largest: int = 40) -> st.SearchStrategy[Any]:
    return st.lists(study(largest), min_size=least, max_size=most)


def columns(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [x for x, _ in rows], [n for _, n in rows]
