"""Records read from text by a declaration, and the JSON Schema from the same declaration.

A record class is a frozen dataclass whose fields say how they are read. Reading a
:class:`~paucity.text.Map` into a record never raises: each fault becomes a finding at its line,
the field stays empty, and the rest is read.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from paucity.text import (
    Document,
    Finding,
    Map,
    Marks,
    Seq,
    Severity,
    Value,
    did_you_mean,
    span_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from paucity.vocabulary import Vocabulary

R = TypeVar("R", bound="Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something read from a review's text; `marks` says where it and its fields stand."""

    marks: Marks = field(default=Marks(""), repr=False, compare=False)


class Reading:
    """One file being read: its name, the vocabulary, and the findings so far."""

    def __init__(self, name: str, vocabulary: Vocabulary) -> None:
        self.name = name
        self.vocabulary = vocabulary
        self.findings: list[Finding] = []

    def fault(self, code: str, at: int, message: str, hint: str = "", subject: str = "") -> None:
        """Note an error at a packed place."""
        span = span_of(self.name, at)
        self.findings.append(Finding(code, Severity.ERROR, span, message, hint, subject))


class Shape(Protocol):
    """How one kind of value is read and described."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Any:
        """Return the value, or None after noting a fault."""

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of the value, adding record schemas to `definitions`."""


def shown(value: Value) -> str:
    """Return a value in a few words, for a message."""
    if isinstance(value, Map):
        return "a mapping"
    if isinstance(value, Seq):
        return "a list"
    if value is None:
        return "nothing"
    return f"`{value if len(value) <= 60 else value[:57] + '...'}`"


def wrong_type(
    key: str, value: Value, wanted: str, at: int, reading: Reading, hint: str = ""
) -> None:
    """Note that a field's value is not of the kind wanted."""
    reading.fault("wrong-type", at, f"`{key}` is {shown(value)}, expected {wanted}", hint)


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list; a single item may stand without its brackets."""

    item: Shape

    def read(self, value: Value, at: int, key: str, reading: Reading) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, Seq):
            one = self.item.read(value, at, key, reading)
            return () if one is None else (one,)
        out = []
        for i, (item, item_at) in enumerate(zip(value, value.items_at, strict=True)):
            read = self.item.read(item, item_at, f"{key}.{i}", reading)
            if read is not None:
                out.append(read)
        return tuple(out)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        item = self.item.schema(definitions)
        return {"anyOf": [item, {"type": "array", "items": item}]}


@dataclass(frozen=True, slots=True)
class TableShape:
    """Named values: ``CR: 2``."""

    item: Shape

    def read(self, value: Value, at: int, key: str, reading: Reading) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Map):
            wrong_type(key, value, "names with their values, one to a line", at, reading)
            return {}
        out = {}
        for name, item in value.items():
            read = self.item.read(item, value.values_at[name], f"{key}.{name}", reading)
            if read is not None:
                out[name] = read
        return out

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.item.schema(definitions)}


@dataclass(frozen=True, slots=True)
class RecordShape:
    """A nested record.

    `shorthand` names the field that a bare word fills; `named` the one that learns the record's own
    name, where it stands in a table.
    """

    cls: Callable[[], type[Record]]
    shorthand: str = ""
    named: str = ""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Record | None:
        cls = self.cls()
        if self.shorthand and isinstance(value, str | Seq):
            bare = Map(at)
            bare[self.shorthand] = value
            bare.keys_at[self.shorthand] = bare.values_at[self.shorthand] = at
            value = bare
        if not isinstance(value, Map):
            wrong_type(key, value, f"a mapping ({', '.join(_plan(cls))})", at, reading)
            return None
        given = {self.named: key.partition(".")[2]} if self.named else {}
        return read_record(cls, value, reading, **given)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        cls = self.cls()
        ref = {"$ref": f"#/$defs/{cls.__name__}"}
        if cls.__name__ not in definitions:
            definitions[cls.__name__] = {}
            definitions[cls.__name__] = record_schema(cls, definitions)
        if self.shorthand:
            return {"anyOf": [_plan(cls)[self.shorthand].shape.schema(definitions), ref]}
        return ref


def need(shape: Shape, doc: str) -> Any:
    """Declare a field that must be written."""
    return field(metadata={"shape": shape, "doc": doc, "required": True})


def opt(shape: Shape, doc: str, default: Any = None) -> Any:
    """Declare a field that may be left out."""
    return field(default=default, metadata={"shape": shape, "doc": doc})


def many(shape: Shape, doc: str) -> Any:
    """Declare a list, empty if left out; one item may stand without brackets."""
    return field(default=(), metadata={"shape": ListShape(shape), "doc": doc})


def table(shape: Shape, doc: str) -> Any:
    """Declare named values, empty if left out."""
    return field(default_factory=dict, metadata={"shape": TableShape(shape), "doc": doc})


@dataclass(frozen=True, slots=True)
class _Field:
    attribute: str
    shape: Shape
    doc: str
    required: bool


_PLANS: dict[type[Record], dict[str, _Field]] = {}
_REQUIRED: dict[type[Record], tuple[str, ...]] = {}


def _plan(cls: type[Record]) -> dict[str, _Field]:
    """Return how each field of a record class is read, by its name in the text."""
    plan = _PLANS.get(cls)
    if plan is None:
        plan = _PLANS[cls] = {
            f.name.rstrip("_"): _Field(
                f.name,
                f.metadata["shape"],
                f.metadata["doc"],
                f.default is MISSING and f.default_factory is MISSING,
            )
            for f in fields(cls)
            if "shape" in f.metadata
        }
        _REQUIRED[cls] = tuple(name for name, known in plan.items() if known.required)
    return plan


def read_record(cls: type[R], tree: Map, reading: Reading, **given: Any) -> R | None:
    """Read a mapping into a record.

    Args:
        cls: the record class.
        tree: the mapping as parsed.
        reading: collects the findings.
        **given: fields that do not come from the text (an identifier, say).

    Returns:
        The record, or None if a required field is missing (with a finding that says so).
    """
    plan = _plan(cls)
    values: dict[str, Any] = dict(given)
    places = dict(tree.values_at)
    for key, value in tree.items():
        known = plan.get(key)
        if known is None:
            _unknown_key(key, tree, plan, reading)
            continue
        if value is None and not known.required:
            continue
        read = known.shape.read(value, places[key], key, reading)
        if read is not None:
            values[known.attribute] = read
        if isinstance(value, Map):
            places.update((f"{key}.{name}", at) for name, at in value.values_at.items())
        elif isinstance(value, Seq):
            places.update((f"{key}.{i}", at) for i, at in enumerate(value.items_at))
    missing = [n for n in _REQUIRED[cls] if plan[n].attribute not in values]
    for name in missing:
        if name not in tree:
            reading.fault("missing-field", tree.at, f"`{name}` is missing: {plan[name].doc}")
    if missing:
        return None
    return cls(marks=Marks(reading.name, tree.at, places), **values)


def _unknown_key(key: str, tree: Map, plan: Iterable[str], reading: Reading) -> None:
    hint = did_you_mean(key, plan) or f"known here: {', '.join(plan)}"
    reading.fault("unknown-field", tree.keys_at[key], f"`{key}` is not a field here", hint)


def read_document(
    cls: type[R], document: Document, vocabulary: Vocabulary, **given: Any
) -> tuple[R | None, list[Finding]]:
    """Read a whole document into a record, with all its findings."""
    reading = Reading(document.name, vocabulary)
    reading.findings.extend(document.findings)
    if not document.readable:
        return None, reading.findings
    if not isinstance(document.tree, Map):
        found = "empty" if document.tree is None else "not a mapping"
        reading.fault(
            "wrong-type", 0, f"the file is {found}, expected fields: {', '.join(_plan(cls))}"
        )
        return None, reading.findings
    return read_record(cls, document.tree, reading, **given), reading.findings


def record_schema(cls: type[Record], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a record class."""
    plan = _plan(cls)
    properties = {
        name: {**f.shape.schema(definitions), "description": f.doc} for name, f in plan.items()
    }
    doc = (cls.__doc__ or "").strip().split("\n")[0]
    out: dict[str, Any] = {
        "type": "object",
        "description": doc,
        "properties": properties,
        "additionalProperties": False,
    }
    if required := [name for name, f in plan.items() if f.required]:
        out["required"] = required
    return out


def document_schema(cls: type[Record], title: str) -> dict[str, Any]:
    """Return a self-contained JSON Schema for files that hold one record of this class."""
    definitions: dict[str, Any] = {}
    body = record_schema(cls, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def field_docs(cls: type[Record]) -> Mapping[str, str]:
    """Return what each field of a record class is for."""
    return {name: f.doc for name, f in _plan(cls).items()}
