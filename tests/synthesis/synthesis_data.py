"""Data sets and hypothesis strategies for the synthesis tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from paucity.synthesis.glmm import identified

HERE = Path(__file__).parent / "reference"

# The same examples every time: a failure anywhere is a failure everywhere.
quick = settings(derandomize=True, deadline=None, max_examples=15)


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


def usable(x: list[int], n: list[int]) -> bool:
    """Say whether the GLMM and the beta-binomial have a maximum."""
    events, patients = np.array(x), np.array(n)
    return identified(events, patients) is None and bool((patients > 1).any())
