"""JSON documents read with their lines, in bounded size and depth; what is broken is told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES: Final = 200_000_000
"""Largest JSON document that is read; one in each line of NDJSON."""

MAX_DEPTH: Final = 60
"""Deepest nesting that is read."""

SUFFIXES: Final = (".json", ".ndjson", ".jsonl")
_LINES: Final = (".ndjson", ".jsonl")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_LONE: Final = re.compile("[\ud800-\udfff]")


class Number(str):
    """A number as it is written; its decimals are kept."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a document is not read: code, line and reason."""

    code: str
    line: int
    reason: str


@dataclass(slots=True)
class Document:
    """One JSON value.

    Attributes:
        line: where it begins.
        value: the value; of an object without the long list that `parts` holds.
        parts: the items of that list, each with its line.
    """

    line: int
    value: Any = None
    parts: list[tuple[int, Any]] = field(default_factory=list)


_DECODER: Final = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


def documents(path: Path, long: str, only: tuple[bytes, ...] = ()) -> Iterator[Document | Broken]:
    """Yield the JSON documents of a file.

    Args:
        path: one document, one in each line, or one list of them.
        long: the name in a document whose list is read item by item (`entry` of a FHIR Bundle).
        only: of NDJSON, pass over lines that hold none of these; empty: none is passed over.

    Raises:
        OSError: the file cannot be read.
    """
    if path.suffix.casefold() in _LINES:
        yield from _of_lines(path, long, only)
        return
    size = path.stat().st_size
    if size > MAX_BYTES:
        yield Broken("file-too-large", 1, f"{size / 1e6:.0f} MB; write it as NDJSON, in lines")
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Broken("not-text", 1, f"byte {error.start} is not UTF-8 text")
        return
    yield from _of_text(text, long, 1)


def _of_lines(path: Path, long: str, only: tuple[bytes, ...]) -> Iterator[Document | Broken]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_BYTES):
            number += 1
            if len(line) >= MAX_BYTES:
                yield Broken("file-too-large", number, "the line is too long to be read")
                return
            if only and not any(word in line for word in only):
                continue
            try:
                text = line.decode("utf-8-sig").strip()
            except UnicodeDecodeError as error:
                yield Broken("not-text", number, f"byte {error.start} is not UTF-8 text")
                continue
            if text:
                yield from _of_text(text, long, number)


def _of_text(text: str, long: str, first: int) -> Iterator[Document | Broken]:
    """Yield the documents of a text whose first line has a number."""
    at = 0
    lines = _Lines(text, first)
    while (at := _skip(text, at)) < len(text):
        try:
            if text[at] == "[" and not at:
                for line, value, _ in _items(text, at, lines):
                    if line:
                        yield Document(line, value)
                return
            found, at = _document(text, at, long, lines)
        except json.JSONDecodeError as error:
            yield Broken("json-broken", lines.at(error.pos), f"not readable as JSON: {error.msg}")
            return
        except (RecursionError, _DeepError):
            reason = f"nested more than {MAX_DEPTH} levels deep"
            yield Broken("json-too-deep", lines.at(at), reason)
            return
        yield found


class _DeepError(Exception):
    """A value is nested too deep."""


class _Lines:
    """Counts lines; places are asked for in rising order."""

    def __init__(self, text: str, first: int) -> None:
        self.text = text
        self.place = 0
        self.line = first

    def at(self, place: int) -> int:
        """Return the line of a place."""
        self.line += self.text.count("\n", self.place, place)
        self.place = max(self.place, place)
        return self.line


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int) -> tuple[Any, int]:
    """Return one value and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except StopIteration as error:
        raise json.JSONDecodeError("Expecting value", text, error.value) from None
    if text.count("[", at, end) + text.count("{", at, end) > MAX_DEPTH:
        _check_depth(value)
    return value, end


def _check_depth(value: Any) -> None:
    """Raise where a value is nested too deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        inner = [i for o in level for i in (o.values() if isinstance(o, dict) else o)]
        level = [i for i in inner if isinstance(i, dict | list)]
        if not level:
            return
    raise _DeepError


def _items(text: str, at: int, lines: _Lines) -> Iterator[tuple[int, Any, int]]:
    """Yield the items of the list that begins here: line, value, and where the rest begins.

    After the last item the rest begins behind the list.
    """
    end = _skip(text, at + 1)
    if text[end : end + 1] == "]":
        yield 0, None, end + 1
        return
    while True:
        line = lines.at(end)
        value, end = _value(text, end)
        end = _skip(text, end)
        mark = text[end : end + 1]
        if mark not in {",", "]"}:
            raise json.JSONDecodeError("Expecting ',' or ']'", text, end)
        end = _skip(text, end + 1)
        yield line, value, end
        if mark == "]":
            return


def _document(text: str, at: int, long: str, lines: _Lines) -> tuple[Document, int]:
    """Return the document that begins here, and where it ends."""
    out = Document(lines.at(at), {})
    if text[at] != "{" or f'"{long}"' not in text:
        out.value, end = _value(text, at)
        return out, end
    end = _skip(text, at + 1)
    if text[end : end + 1] == "}":
        return out, end + 1
    while True:
        key, end = _name(text, end)
        if key == long and text[end : end + 1] == "[":
            for line, value, after in _items(text, end, lines):
                end = after
                if line:
                    out.parts.append((line, value))
        else:
            out.value[key], end = _value(text, end)
        end = _skip(text, end)
        mark = text[end : end + 1]
        if mark not in {",", "}"}:
            raise json.JSONDecodeError("Expecting ',' or '}'", text, end)
        end = _skip(text, end + 1)
        if mark == "}":
            return out, end


def _name(text: str, at: int) -> tuple[str, int]:
    """Return the name of a member, and where its value begins."""
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting a name in double quotes", text, at)
    name, end = _value(text, at)
    end = _skip(text, end)
    if text[end : end + 1] != ":":
        raise json.JSONDecodeError("Expecting ':'", text, end)
    return name, _skip(text, end + 1)


def as_map(value: Any) -> dict[str, Any]:
    """Return an object, an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, or a single one as a list."""
    found = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, dict)]


def as_text(value: Any) -> str:
    """Return a text or number as text that can be written, else an empty one.

    >>> as_text("  4756 "), as_text(None), as_text(True)
    ('4756', '', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return _LONE.sub("�", value).strip() if isinstance(value, str) else ""
