"""Cells of tables that somebody may open in a spreadsheet."""

from __future__ import annotations

import re
from typing import Any, Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, full-width signs too (OWASP, CSV
injection)."""

NUMBER: Final = r"-[0-9]+(\.[0-9]+)?"
"""What begins with a sign and is no formula but a number."""

_NUMBER: Final = re.compile(NUMBER)


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula.

    Args:
        cell: text that would be taken for one gets an apostrophe before it; a negative number, and
            what is no text, stays as it is. Line ends become line feeds: Python's writer puts no
            quotation marks around a carriage return, and what follows it would begin a cell.

    >>> harmless("=1+1"), harmless("-5"), harmless("-5+1"), harmless(7)
    ("'=1+1", '-5', "'-5+1", 7)
    """
    if not isinstance(cell, str):
        return cell
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    if not cell.startswith(FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
