"""Exclude records that certainly fail the criteria on reports: the year, the language.

Criteria stand in ``review.yaml`` in the language of expressions. A record excludes itself only
where its fields say so for certain; what is not stated is unknown, and unknown is not no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import Compare, Is, Name, Node, Number, Text
from paucity.expression.truth import truth
from paucity.literature.normal import language_key
from paucity.logic import Truth, compare, exactly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from paucity.literature.record import Record
    from paucity.protocol import Criterion
    from paucity.text import Span

_UNDETERMINED: Final = frozenset({"und", "mul", "zxx", ""})
"""MEDLINE's codes for a language that is not determined, several, and none."""

_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Limit:
    """A criterion that a report certainly does not meet.

    Attributes:
        criterion: its name.
        label: how it is printed: the reason shown.
        found: what the records say, ``year 1998``.
        span: where the criterion stands.
    """

    criterion: str
    label: str
    found: str
    span: Span


def failed_limit(records: Sequence[Record], criteria: Mapping[str, Criterion]) -> Limit | None:
    """Return the first criterion that a report certainly fails, None if there is none.

    Args:
        records: all records of the report. Where they differ (a year online and one in print), each
            must fail.
        criteria: the criteria on reports, by name.
    """
    for name, criterion in criteria.items():
        node = criterion.require.node
        told = [_holds(node, record) for record in records]
        known = [t for t in told if t is not None]
        if known and not any(known):
            found = "; ".join(dict.fromkeys(filter(None, (_told(node, r) for r in records))))
            span = criterion.marks.span("require")
            return Limit(name, criterion.label or name, found, span)
    return None


def _asks(part: Node) -> str:
    """Return the field of a record that a simple condition asks for; empty if it is none."""
    match part:
        case Compare(left=Name(name="year")) | Compare(right=Name(name="year")):
            return "year"
        case Is(left=Name(name="language")):
            return "language"
        case _:
            return ""


def _holds(node: Node, record: Record) -> Truth:
    try:
        return truth(node, lambda part: _part(part, record))
    except RecursionError:
        return None


def _part(part: Node, record: Record) -> Truth:
    match part:
        case Compare(left=Name(name="year"), right=Number(value=value, unit="")):
            return _year(record, part.operator, value)
        case Compare(left=Number(value=value, unit=""), right=Name(name="year")):
            return _year(record, _TURNED.get(part.operator, part.operator), value)
        case Is(left=Name(name="language"), right=Name(name=word) | Text(value=word)):
            return _language(record, word)
        case _:
            return None


def _year(record: Record, operator: str, value: Fraction) -> Truth:
    if record.year is None:
        return None
    return compare(exactly(record.year), operator, exactly(value))


def _language(record: Record, word: str) -> Truth:
    keys = {language_key(language) for language in record.languages}
    if language_key(word) in keys:
        return True
    return None if not keys or keys & _UNDETERMINED else False


def _told(node: Node, record: Record) -> str:
    """Return what a record says of the fields a condition asks for."""
    asked: list[str] = []

    def seen(part: Node) -> Truth:
        asked.append(_asks(part))
        return None

    truth(node, seen)
    out = []
    if "year" in asked and record.year is not None:
        out.append(f"year {record.year}")
    if "language" in asked and record.languages:
        out.append(f"language {', '.join(record.languages)}")
    return ", ".join(out)
