"""Where the states and values of markers stand in the columns of a compiled definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from paucity.response.plan import MarkerPlan


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a whole number: of a state, or of the one reported if `state` is empty."""

    marker: str
    state: str
    word: str
    shift: int
    bits: int


SIDES: Final = ("b", "v")
"""The baseline, and the value after it."""

VALUE_PARTS: Final = ("low", "at")
INTERVAL_PARTS: Final = ("high", "low_open", "high_open")
"""What is kept of a value; of one below or above detection also its other end."""

OPEN_PARTS: Final = ("low_open", "high_open")
_VALUE: Final = "_value_"

WORD: Final = "word"
"""How the names of all whole numbers begin that hold states."""


def value_column(marker: int, side: str, part: str) -> str:
    """Return the name of the column with a part of a value.

    Args:
        marker: its place among the markers that are in the data.
        side: one of `SIDES`.
        part: one of `VALUE_PARTS` or `INTERVAL_PARTS`.
    """
    return f"{_VALUE}{marker}_{side}_{part}"


def state_column(assessment: int, marker: int) -> str:
    """Return the name of the column with the state of a marker: 0 is none, others count from 1.

    Args:
        assessment: the first, or the confirming one.
        marker: its place in the plan.
    """
    return f"s{assessment}_{marker}"


def truth_column(assessment: int, marker: int, asked: int) -> str:
    """Return the name of the column with one truth of a marker.

    Args:
        assessment: the first, or the confirming one.
        marker: its place in the plan.
        asked: the place of the state among those asked of the marker.
    """
    return f"t{assessment}_{marker}_{asked}"


def is_value(column: str) -> bool:
    """Tell whether a column is one that `value_column` names; no marker begins like it."""
    return column.startswith(_VALUE)


def word_prefix(assessment: int) -> str:
    """Return how the names of the whole numbers begin that hold the states of an assessment."""
    return f"{WORD}{assessment}_"


FALSE: Final = 1
TRUE: Final = 2
"""Truths as bits; 0 is unknown."""

_BITS: Final = 60


def lay_out(markers: list[MarkerPlan], prefix: str) -> tuple[Field, ...]:
    """Lay out the states of markers in as few whole numbers as can be.

    Each marker has bits of its own, so that numbers of several markers are put together by adding.

    Args:
        markers: with the states asked of them.
        prefix: of the names of the numbers.
    """
    out, word, shift = [], 0, 0
    for marker in markers:
        for state in ("", *marker.asked):
            bits = 2 if state else 3
            if shift + bits > _BITS:
                word, shift = word + 1, 0
            out.append(Field(marker.name, state, f"{prefix}{word}", shift, bits))
            shift += bits
    return tuple(out)


def levels_in(names: tuple[str, ...], mask: int) -> list[str]:
    """Return the levels whose bits are set."""
    return [name for i, name in enumerate(names) if mask & 2**i]
