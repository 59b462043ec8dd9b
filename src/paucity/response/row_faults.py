"""What can be wrong with a row as a whole, said alike by both readers."""

from __future__ import annotations

from typing import Final

from paucity.response.measured import Fault

ROW_LENGTH: Final = Fault("row-length", "a row has not as many cells as the header")
NO_PARTICIPANT: Final = Fault("participant-missing", "there is no participant")
INDEX_WITHOUT_DATE: Final = Fault("index-without-date", "the index has no date")
INDEX_CONFLICT: Final = Fault(
    "index-conflict", "a participant has more than one index date; none is used"
)
NO_TIME: Final = Fault("time-missing", "there is no time")
NO_INDEX: Final = Fault("index-missing", "there is no index date to count from")
NO_ROWS: Final = Fault("no-rows", "there is no row below the header")
LIMITS_REVERSED: Final = Fault(
    "limits-reversed", "the lower reference limit is above the upper one; neither is used"
)
ZONE_MIXED: Final = Fault(
    "zone-mixed",
    "a time zone is given for only one of index and measurement; their dates are compared",
)

HINTS: Final = {
    "conflicting-values": "keep the one that is right, or give the times of day",
    "index-missing": "give a row with the marker `index` and a date, or the dates with --index",
    "row-length": "put a value that has a comma in it between quotes",
    "time-missing": "give a day from the first dose, or a date",
    "unit-missing": "write its unit, or take the usual one with --assume-unit",
    "unmapped-marker": "write a name of the vocabulary, or say what it stands for with --mapping",
}
"""What to do about a row, by the code of what is wrong with it."""


def said_again(marker: str, *, conflict: bool) -> Fault:
    """Return what is noted about several rows of a marker at one moment."""
    if conflict:
        reason = f"{marker} has different values at one moment; any may be the true one"
        return Fault("conflicting-values", reason)
    return Fault("repeated-row", f"{marker} is given more than once for one moment")


def mixed_units(marker: str, listed: str, unit: str) -> Fault:
    """Return what is noted about a marker in several units."""
    return Fault("mixed-units", f"{marker} comes in {listed}; all are turned into {unit}")


def unknown_flag(word: str) -> Fault:
    """Return what is noted about a flag that means nothing."""
    return Fault("unknown-flag", f"the flag `{word[:40]}` means nothing here")
