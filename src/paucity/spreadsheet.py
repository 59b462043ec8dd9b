"""Cells of tables that somebody may open in a spreadsheet."""

from __future__ import annotations

import re
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

_NUMBER: Final = re.compile(r"-\d+(\.\d+)?")


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula.

    Args:
        cell: text that would be taken for one gets an apostrophe before it; a negative number, and
            what is no text, stays as it is.

    >>> harmless("=1+1"), harmless("-5"), harmless("-5+1"), harmless(7)
    ("'=1+1", '-5', "'-5+1", 7)
    """
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
