"""Carry what a format has no room for, so that writing and reading again loses nothing.

A writer reads back what it wrote. Each field that comes back different is written once more as a
line of JSON (``paucity:references=[...]``) in a place the format leaves free: a note, a custom
field, a column. Readers put such lines back where they belong.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.record import Correction, Person, Record, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX: Final = "paucity:"

_PARTS: Final[Mapping[str, type[Person] | type[Correction] | type[Reference]]] = {
    "authors": Person,
    "editors": Person,
    "corrections": Correction,
    "references": Reference,
}
_NEEDED: Final = frozenset({"family", "kind"})
_PAIRS: Final = frozenset({"identifiers", "extra"})
NAMES: Final = tuple(f.name for f in fields(Record) if f.name != "place")
_EMPTY: Final = Record()
_UNLIKE: Final = Record(**dict.fromkeys(NAMES))  # type: ignore[arg-type]
"""A record that differs from every other in every field."""


def plain(record: Record) -> dict[str, Any]:
    """Return a record's fields as JSON values, without those that are empty.

    >>> plain(Record(title="A case", authors=(Person("Ito", "K"),)))
    {'kind': 'article-journal', 'title': 'A case', 'authors': [{'family': 'Ito', 'given': 'K'}]}
    """
    out = {}
    for name in NAMES:
        value = getattr(record, name)
        if name == "kind" or value != getattr(_EMPTY, name):
            out[name] = _plain_value(name, value)
    return out


def _plain_value(name: str, value: Any) -> Any:
    if name in _PARTS:
        return [
            {k: v for k in part.__slots__ if (v := getattr(part, k)) or k in _NEEDED}
            for part in value
        ]
    if name in _PAIRS:
        return [list(pair) for pair in value]
    return list(value) if isinstance(value, tuple) else value


def differences(record: Record, came_back: Record) -> list[str]:
    """Return a line for each field of `record` that came back different."""
    lines = []
    for name in NAMES:
        value = getattr(record, name)
        other = getattr(came_back, name)
        if value != other or (other is None and came_back is _UNLIKE):
            text = json.dumps(_plain_value(name, value), ensure_ascii=False, separators=(",", ":"))
            lines.append(f"{PREFIX}{name}={_one_line(text)}")
    return lines


def everything(record: Record) -> list[str]:
    """Return a line for every field of a record."""
    return differences(record, _UNLIKE)


def _one_line(text: str) -> str:
    """Escape what could end a line or a braced value; JSON itself escapes the line feed."""
    return _BREAKING.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


_BREAKING: Final = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def restore(record: Record, lines: Iterable[str]) -> Record:
    """Return the record with the carried fields in place; a line that is damaged changes nothing.

    >>> restore(Record(), ['paucity:pmid="29657938"']).pmid
    '29657938'
    """
    values: dict[str, Any] = {}
    damaged: list[tuple[str, str]] = []
    for line in lines:
        name, _, text = line.removeprefix(PREFIX).partition("=")
        try:
            values[name] = _value(name, json.loads(text))
        except (ValueError, TypeError, KeyError, RecursionError):
            damaged.append(("damaged", line))
    if damaged:
        values["extra"] = values.get("extra", record.extra) + tuple(damaged)
    return replace(record, **values) if values else record


def is_carried(value: str) -> bool:
    """Tell whether a note is a carried field."""
    return value.startswith(PREFIX) and value.removeprefix(PREFIX).partition("=")[0] in _KNOWN


_KNOWN: Final = frozenset(NAMES)


def _value(name: str, value: Any) -> Any:
    """Return a field's value from JSON, or raise if it is of the wrong shape."""
    if name not in _KNOWN:
        raise KeyError(name)
    if name in _PARTS:
        return tuple(_part(_PARTS[name], item) for item in value)
    if name in _PAIRS:
        return tuple((_text(a), _text(b)) for a, b in value)
    if name == "year":
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise TypeError(name)
        return value
    if isinstance(getattr(_EMPTY, name), tuple):
        if not isinstance(value, list):
            raise TypeError(name)
        return tuple(_text(item) for item in value)
    return _text(value)


def _part(kind: type[Person] | type[Correction] | type[Reference], item: Any) -> Any:
    values = dict(item)
    for key, value in values.items():
        if key == "affiliations":
            values[key] = tuple(_text(v) for v in value)
        elif key == "collective":
            values[key] = bool(value)
        else:
            values[key] = _text(value)
    return kind(**values)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def from_plain(values: Mapping[str, Any]) -> Record:
    """Return the record that :func:`plain` described; fields of the wrong shape are left out."""
    return restore(Record(), [f"{PREFIX}{k}={json.dumps(v)}" for k, v in values.items()])
