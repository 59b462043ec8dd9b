"""A document in another format: what it says, and what that format could not say."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.vocabulary import parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.text import Finding

UCUM: Final = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Exported:
    """A document in another format.

    Attributes:
        data: plain data, ready for JSON; None where the format cannot say what was asked for.
        notes: what the format does not say, in words; also written into the document where it has
            a place for notes.
        findings: why there is no document.
    """

    data: Mapping[str, Any] | None
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def json_text(data: Any) -> str:
    """Return plain data as JSON, the same text for the same data everywhere."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def number(value: Fraction) -> int | float | None:
    """Return a number that JSON writes without loss, or None if there is none.

    >>> number(Fraction(1, 2)), number(Fraction(3)), number(Fraction(1, 3))
    (0.5, 3, None)
    """
    if value.denominator == 1:
        return value.numerator if abs(value.numerator) < 2**53 else None
    near = float(value)
    return near if Fraction(repr(near)) == value else None


def ucum(unit: str) -> str:
    """Return the UCUM code of a unit as written, or nothing if it is none.

    >>> ucum("10^9/l"), ucum("U/I")
    ('10*9/L', '')
    """
    parsed = parse_unit(unit) if unit else None
    return parsed.code if parsed is not None and not parsed.slip else ""


def slug(text: str, longest: int = 64) -> str:
    """Return text as an identifier of letters, digits and hyphens.

    >>> slug("soluble IL-2 receptor")
    'soluble-IL-2-receptor'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:longest].rstrip("-") or "x"
