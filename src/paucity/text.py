"""Read text whose every value knows its line: sources, spans and findings.

A YAML file becomes a tree of :class:`Map`, :class:`Seq`, ``str`` and ``None``. Scalars stay as they
were typed: what a field means (a count, a word, a date) is decided by whoever reads the field, so a
country ``no`` stays a word and a printed ``22.0`` keeps its decimal. Reading never raises on
content; what is wrong comes back as findings.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_BYTES: Final = 5_000_000
"""Largest text file that is read. A study's extraction is a few kilobytes."""

MAX_DEPTH: Final = 40
"""Deepest nesting that is read."""

_COLUMN_BITS: Final = 20
_COLUMN_MASK: Final = (1 << _COLUMN_BITS) - 1


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_RANK: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a review's text: file, line and column, both counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a review: what, where, how bad, and what to do about it.

    Attributes:
        code: stable name of the check or fault, documented one section each.
        severity: error, warning or note.
        span: the place in the text.
        message: a sentence that names what was found and what was expected.
        hint: what to do about it; may be empty.
        subject: what the finding is about (``mahlaoui-2007/second-line``), stable when lines move;
            a reviewer accepts a finding by its code and subject.
    """

    code: str
    severity: Severity
    span: Span
    message: str
    hint: str = ""
    subject: str = ""

    def sort_key(self) -> tuple[Span, int, str, str]:
        """Return the key that orders findings by place, then severity, code and message."""
        return (self.span, _RANK[self.severity], self.code, self.message)


def finding_data(finding: Finding) -> dict[str, str | int]:
    """Return a finding as plain data, as every command and file prints it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
    }


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings once each, ordered by place."""
    return sorted(set(findings), key=Finding.sort_key)


SHOWN: Final = 20
"""Findings of one code in one file that are printed."""


def shortened(findings: Iterable[Finding]) -> tuple[list[Finding], list[str]]:
    """Return the first findings of each code and file, and a line on each of which there are more.

    Args:
        findings: in the order in which they are printed.

    >>> from paucity.text import Finding, Severity, Span
    >>> many = [Finding("x", Severity.NOTE, Span("a.ris", n), "") for n in range(1, 1001)]
    >>> first, rest = shortened(many)
    >>> len(first), rest
    (20, ['a.ris: 980 more like this [x]'])
    """
    counts: Counter[tuple[str, str]] = Counter()
    first = []
    for finding in findings:
        kind = (finding.span.file, finding.code)
        counts[kind] += 1
        if counts[kind] <= SHOWN:
            first.append(finding)
    rest = [
        f"{file}: {count - SHOWN:,} more like this [{code}]"
        for (file, code), count in counts.items()
        if count > SHOWN
    ]
    return first, rest


class Map(dict[str, "Value"]):
    """A mapping read from text, which knows where it, its keys and its values stand."""

    __slots__ = ("at", "keys_at", "values_at")

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.keys_at: dict[str, int] = {}
        self.values_at: dict[str, int] = {}


class Seq(list["Value"]):
    """A sequence read from text, which knows where it and its items stand."""

    __slots__ = ("at", "items_at")

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.items_at: list[int] = []


Value: TypeAlias = "str | Map | Seq | None"


def pack(line: int, column: int) -> int:
    """Return one integer for a place; line and column are counted from 0."""
    return line << _COLUMN_BITS | min(column, _COLUMN_MASK)


def span_of(file: str, at: int) -> Span:
    """Return the span of a packed place.

    >>> str(span_of("studies/x.yaml", pack(30, 8)))
    'studies/x.yaml:31:9'
    """
    return Span(file, (at >> _COLUMN_BITS) + 1, (at & _COLUMN_MASK) + 1)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a record and each of its fields stand, kept when the parsed tree is gone."""

    file: str
    at: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)

    def span(self, *path: str | int) -> Span:
        """Return where the field at `path` stands, or the record if the field is not written."""
        for end in range(len(path), 0, -1):
            found = self.fields.get(".".join(map(str, path[:end])))
            if found is not None:
                return span_of(self.file, found)
        return span_of(self.file, self.at)


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read: its name in the review, its tree, and what was found while reading it."""

    name: str
    tree: Value = None
    findings: tuple[Finding, ...] = ()

    @property
    def readable(self) -> bool:
        """Tell whether the file could be read as YAML at all."""
        return not any(f.severity is Severity.ERROR and f.code in _FATAL for f in self.findings)


_FATAL: Final = frozenset({"file-unreadable", "not-yaml", "not-text"})


class _Loader(yaml.CSafeLoader):
    """libyaml's composer without Python's tag resolution: scalars stay as typed."""

    def resolve(self, kind: type, value: object, implicit: object) -> str:  # noqa: ARG002
        return "plain"


_BREAKS: Final = str.maketrans("\x85\u2028\u2029", "   ")
"""Letters that libyaml ends a line at and editors do not: lines must count alike in both."""

_QUOTES: Final = frozenset({"'", '"'})
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_DEEP: Final = re.compile(rf"^[ \-?:]{{{MAX_DEPTH},}}", re.MULTILINE)


def _finding(code: str, name: str, at: int, message: str, hint: str = "") -> Finding:
    return Finding(code, Severity.ERROR, span_of(name, at), message, hint, name)


def parse_yaml(text: str, name: str) -> Document:
    """Parse one YAML document into a tree with places.

    Args:
        text: the document.
        name: the file's name in the review, used in spans.

    Returns:
        The tree and its findings. Duplicate keys are refused (the first stays), as are anchors,
        tags and further documents: each value stands where it is written.

    >>> doc = parse_yaml("country: no\\n", "x.yaml")
    >>> doc.tree
    {'country': 'no'}
    """
    if not text.isascii():
        text = text.translate(_BREAKS)
    if too_deep := _depth_finding(text, name):
        return Document(name, None, (too_deep,))
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return Document(name, None, (_not_yaml(error, name, text),))
    finally:
        loader.dispose()
    findings: list[Finding] = []
    builder = _Builder(name, findings, anchored="&" in text)
    tree = None if root is None else builder.held(root)[1]
    return Document(name, tree, tuple(findings))


def _depth_finding(text: str, name: str) -> Finding | None:
    """Refuse hostile nesting before a recursive composer meets it."""
    if text.count("[") + text.count("{") < MAX_DEPTH and not _DEEP.search(text):
        return None
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark: Any = event.start_mark
                    at = pack(mark.line, mark.column)
                    found = f"nested more than {MAX_DEPTH} levels deep"
                    return _finding("not-yaml", name, at, found, "write it flatter")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        return _not_yaml(error, name, text)
    return None


def _not_yaml(error: yaml.YAMLError, name: str, text: str) -> Finding:
    problem = getattr(error, "problem", None) or str(error).split("\n")[0]
    mark = getattr(error, "problem_mark", None)
    if "expected ':'" in problem:  # noticed a line later, or past the end of the file
        mark = getattr(error, "context_mark", None) or mark
    at = pack(mark.line, mark.column) if mark else 0
    if mark and mark.line > (last := text.count("\n")):
        at = pack(last, len(text) - (text.rfind("\n") + 1))
    if "single document" in str(error) or "expected a single" in problem:
        return _finding("not-yaml", name, at, "a second document begins here", "remove the ---")
    hint = "check the indentation, quotes and brackets here and on the line above"
    if "tab" in problem or "cannot start any token" in problem:
        hint = "indent with spaces, and put quotes around a value that begins with @, ` or a tab"
    return _finding("not-yaml", name, at, f"not readable as YAML: {problem}", hint)


class _Builder:
    """Turn libyaml's nodes into our tree, noting what a review file may not contain."""

    def __init__(self, name: str, findings: list[Finding], *, anchored: bool) -> None:
        self.name = name
        self.findings = findings
        self.anchored = anchored
        self.seen: set[int] = set()

    def held(self, node: Any) -> tuple[int, Value]:
        """Return a value and where it begins: inside its quotes, if it has them."""
        mark = node.start_mark
        at = pack(mark.line, mark.column)
        if self.anchored and self._repeated(node):
            return at, None
        if node.tag != "plain":
            self._tagged(node)
        if node.id == "mapping":
            return at, self._map(node, at)
        if node.id == "sequence":
            return at, self._seq(node, at)
        text: str = node.value
        if not node.style:
            return at, None if text in _NULL else text
        return (pack(mark.line, mark.column + 1) if node.style in _QUOTES else at), text

    def _repeated(self, node: Any) -> bool:
        """Tell whether an alias repeats a value that stands elsewhere, and note it."""
        if id(node) not in self.seen:
            self.seen.add(id(node))
            return False
        at = pack(node.start_mark.line, node.start_mark.column)
        message, hint = "an alias repeats this value", "write the value out where it is meant"
        self.findings.append(_finding("yaml-alias", self.name, at, message, hint))
        return True

    def _tagged(self, node: Any) -> None:
        at = pack(node.start_mark.line, node.start_mark.column)
        self.findings.append(
            _finding("yaml-tag", self.name, at, f"the tag {node.tag!r} is ignored", "remove it")
        )

    def _seq(self, node: Any, at: int) -> Seq:
        seq = Seq(at)
        for child in node.value:
            child_at, value = self.held(child)
            seq.items_at.append(child_at)
            seq.append(value)
        return seq

    def _map(self, node: Any, at: int) -> Map:
        out = Map(at)
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            key_at = pack(mark.line, mark.column)
            if not isinstance(key_node, yaml.ScalarNode):
                message = "a key must be a word"
                self.findings.append(_finding("yaml-key", self.name, key_at, message))
                continue
            key = key_node.value
            if key in out:
                first = span_of(self.name, out.keys_at[key])
                message = f"`{key}` is written twice; the first is on line {first.line}"
                hint = "keep one; the first is used"
                self.findings.append(_finding("duplicate-key", self.name, key_at, message, hint))
                continue
            out.keys_at[key] = key_at
            out.values_at[key], out[key] = self.held(value_node)
        return out


def read_yaml(root: Path, path: Path) -> Document:
    """Read one YAML file of a review folder.

    Args:
        root: the review folder; files that lead outside it are refused.
        path: the file.

    Returns:
        The document; a file that cannot be read gives one with a finding and no tree.
    """
    name = path.relative_to(root).as_posix()
    text, fault = read_text(root, path)
    if fault is not None:
        return Document(name, None, (fault,))
    return parse_yaml(text, name)


def read_text(root: Path, path: Path, name: str = "") -> tuple[str, Finding | None]:
    """Read one UTF-8 text file of a review folder, or say why it cannot be read."""
    name = name or path.relative_to(root).as_posix()

    def unreadable(message: str, hint: str = "") -> tuple[str, Finding]:
        return "", _finding("file-unreadable", name, 0, message, hint)

    try:
        if not _inside(root, path):
            return unreadable("leads outside the review folder", "copy the file into the folder")
        data = _stable_bytes(path)
    except _FileFaultError as fault:
        return unreadable(str(fault))
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "a link loop"
        return unreadable(f"cannot be read: {reason.lower()}")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start)
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8 text"
        hint = "save the file as UTF-8"
        return "", _finding("not-text", name, pack(line, column), message, hint)


def _inside(root: Path, path: Path) -> bool:
    """Tell whether a file stands in the folder; only links need to be followed to know."""
    place = path
    while place not in (root, place.parent):  # paths are slow to hash
        if place.is_symlink():
            return path.resolve(strict=True).is_relative_to(root.resolve())
        place = place.parent
    return True


class _FileFaultError(Exception):
    """Why a file is not read, in words for a finding."""


def _stable_bytes(path: Path) -> bytes:
    """Return the file's bytes as they stood at one moment."""
    for _ in range(3):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise _FileFaultError("is not an ordinary file")
            if before.st_size > MAX_BYTES:
                size, most = before.st_size / 1e6, MAX_BYTES / 1e6
                raise _FileFaultError(f"is {size:.0f} MB; text of at most {most:.0f} MB is read")
            data = _read_all(descriptor, before.st_size)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if same and len(data) == after.st_size:
            return data
    raise _FileFaultError("changed while it was being read; run the command again")


def _read_all(descriptor: int, size: int) -> bytes:
    """Read to the end, or to one byte more than the size that was promised."""
    data = os.read(descriptor, size + 1)
    while len(data) <= size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def closest(word: str, words: Iterable[str]) -> str | None:
    """Return the word most like `word`, or None if none is close.

    >>> closest("alemtuzumb", ["anakinra", "alemtuzumab"])
    'alemtuzumab'
    """
    from difflib import get_close_matches

    folded = {w.casefold(): w for w in sorted(words, reverse=True)}
    match = get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[match[0]] if match else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return a hint naming the word most like `word`, or an empty text."""
    near = closest(word, words)
    return f"did you mean `{near}`?" if near else ""
