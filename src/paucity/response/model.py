"""What a response definition says: markers with their rules, levels, and what is left unsaid."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.expression.nodes import Compare, Counted, Is, Name
from paucity.record import Reading, Record, RecordShape, many, need, opt, read_record, table
from paucity.response.criteria import (
    EXAMPLE,
    PARAMETER,
    CriteriaShape,
    Criterion,
    Example,
    Parameter,
    ProbabilityRow,
    ProbabilityShape,
)
from paucity.response.language import RULE, Rule, walk
from paucity.response.settings import SETTING_NAMES
from paucity.shapes import (
    DURATION,
    FLAG,
    NUMBER,
    TEXT,
    ChoiceShape,
    Duration,
    Word,
    WordShape,
    read_duration,
)
from paucity.sources import SOURCE, Accepted, Source
from paucity.text import Finding, Map, Marks, Seq, Severity, Span, Value
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from paucity.expression import Node

RESPONSE_SCALE: Final = ("CR", "PR", "NR")
"""The levels of a response definition that names no scale of its own, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark(Record):
    """Something said about a definition in words."""

    text: str = need(TEXT, "the remark")
    about: str = opt(TEXT, "the marker, level or field it is about", "")
    default: str = opt(TEXT, "what is assumed where the source does not say", "")
    setting: str = opt(
        ChoiceShape(SETTING_NAMES), "the setting of an assessment that chooses otherwise", ""
    )


REMARK: Final = RecordShape(lambda: Remark, shorthand="text")


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, or the statement that the source gives none (`duration` is None)."""

    duration: Duration | None = None

    def __str__(self) -> str:
        return str(self.duration) if self.duration else "unstated"


@dataclass(frozen=True, slots=True)
class WindowShape:
    """A length of time, or ``unstated``."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Window | None:
        """Return the window, or None after noting a fault."""
        if value == "unstated":
            return Window()
        found = read_duration(value) if isinstance(value, str) else None
        if found is None:
            message = f"`{key}` should be a time with its unit, such as `14 d`, or `unstated`"
            reading.fault("wrong-type", at, message)
            return None
        return Window(found)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a window."""
        return {"anyOf": [DURATION.schema(definitions), {"const": "unstated"}]}


WINDOW: Final = WindowShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Record):
    """What a marker must do to count, from the baselines that `when` lets in.

    The bands of a marker are tried in order; the first that applies decides. A marker whose
    baseline no band lets in is not evaluable.
    """

    when: Rule | None = opt(RULE, "which baselines it is for: `baseline < 0.5`; all, if left out")
    improved: Rule | None = opt(RULE, "when it has improved: `percent_change <= -25`")
    resolved: Rule | None = opt(RULE, "when it has resolved")
    normal: Rule | None = opt(RULE, "when it is normal, if the definition gives limits")
    met: Rule | None = opt(RULE, "when the criterion is met, in a diagnosis or score")
    points: Decimal | None = opt(NUMBER, "points it gives where met, in a score")
    printed: str = opt(TEXT, "the unit as the source prints it, where that differs", "")
    note: str = opt(TEXT, "a remark", "")


STATES_OF_BAND: Final = ("improved", "resolved", "normal", "met")
"""The fields of a band that are rules for a state of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker(Record):
    """A marker as one definition uses it; thresholds are in `unit`."""

    name: Word
    label: str = ""
    values: tuple[str, ...] = ()
    unit: str = opt(TEXT, "unit of the thresholds; the vocabulary's, if left out", "")
    bands: tuple[Band, ...] = many(RecordShape(lambda: Band), "its rules, tried in order")
    window: Window | None = opt(WINDOW, "until when it is judged, if not as the definition says")
    baseline_window: Window | None = opt(WINDOW, "how old its baseline may be")

    @property
    def measured(self) -> bool:
        """Tell whether the marker is a number and not a sign that is present or absent."""
        return not self.values


_OF_BAND: Final = frozenset(f.name for f in fields(Band) if "shape" in f.metadata)


@dataclass(frozen=True, slots=True)
class MarkersShape:
    """Markers by name, each with one rule, a list of bands, or both and more in a mapping."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> tuple[Marker, ...] | None:
        """Return the markers that could be read."""
        if not isinstance(value, Map):
            reading.fault("wrong-type", at, f"`{key}` should be markers, one to a line")
            return None
        out: dict[str, Marker] = {}
        for name, tree in value.items():
            marker = self._marker(name, tree, value, reading)
            if marker is None:
                continue
            if first := out.get(marker.name.name):
                message = f"`{name}` and `{first.name.written}` are the same marker"
                hint = "put both rules under one name, as a list of bands"
                reading.fault("duplicate-marker", value.keys_at[name], message, hint)
                continue
            out[marker.name.name] = marker
        return tuple(out.values())

    def _marker(self, name: str, tree: Value, among: Map, reading: Reading) -> Marker | None:
        word = WordShape(Kind.MARKER).read(name, among.keys_at[name], name, reading)
        if word is None:
            return None
        at = among.values_at[name]
        whole = _whole(tree, at)
        if whole is None:
            reading.fault("wrong-type", at, f"`{name}` should be a rule or a list of bands")
            return None
        term = reading.vocabulary.find(Kind.MARKER, name)
        facts = term.extra if term else {}
        values, unit = facts.get("values", ()), facts.get("unit", "")
        marker = read_record(
            Marker,
            whole,
            reading,
            name=word,
            label=term.label if term else name,
            values=(values,) if isinstance(values, str) else values,
        )
        if marker is not None and not marker.unit and isinstance(unit, str):
            return replace(marker, unit=unit)
        return marker

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of the markers."""
        band = RecordShape(lambda: Band).schema(definitions)
        whole = RecordShape(lambda: Marker).schema(definitions)
        properties = {
            **definitions["Band"]["properties"],
            **definitions["Marker"]["properties"],
        }
        definitions["Marker"] = {**definitions["Marker"], "properties": properties}
        bands = {"type": "array", "items": band}
        item = {"anyOf": [whole, bands, {"type": "null"}]}
        return {"type": "object", "additionalProperties": item}


def _whole(tree: Value, at: int) -> Map | None:
    """Return a marker in its long form: a mapping with `bands`."""
    if isinstance(tree, str):
        return None
    whole = Map(tree.at if isinstance(tree, Map) else at)
    if tree is None:
        return whole
    if isinstance(tree, Seq):
        _put(whole, "bands", tree, at, at)
        return whole
    band = Map(tree.at)
    for key, value in tree.items():
        into = band if key in _OF_BAND else whole
        _put(into, key, value, tree.keys_at[key], tree.values_at[key])
    if band:
        written = whole.get("bands")
        bands = Seq(band.at)
        bands.append(band)
        bands.items_at.append(band.at)
        if isinstance(written, Seq):
            bands.extend(written)
            bands.items_at.extend(written.items_at)
        elif written is not None:
            bands.append(written)
            bands.items_at.append(whole.values_at["bands"])
        _put(whole, "bands", bands, band.at, band.at)
    return whole


def _put(into: Map, key: str, value: Value, key_at: int, value_at: int) -> None:
    into[key] = value
    into.keys_at[key] = key_at
    into.values_at[key] = value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Record):
    """One level of the outcome: a rule that can be computed, or a description in words."""

    rule: Rule | None = opt(RULE, "who reaches it: `at least 2 improved`, `otherwise`")
    described: str = opt(TEXT, "what the source says, in a few words, if it gives no rule", "")
    inferred: str = opt(TEXT, "what the rule is inferred from, if the source does not state it", "")


LEVEL: Final = RecordShape(lambda: Level, shorthand="rule")


@dataclass(frozen=True, slots=True)
class SignShape:
    """A sign as a source prints it, looked up among markers and events."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Sign | None:
        """Return the sign; one that is not known keeps its text and the nearest known word."""
        if not isinstance(value, str):
            reading.fault("wrong-type", at, f"`{key}` should be words, as printed")
            return None
        marks = Marks(reading.name, at)
        for kind in (Kind.MARKER, Kind.EVENT):
            if term := reading.vocabulary.find(kind, value):
                return Sign(printed=value, name=term.name, kind=kind, marks=marks)
        near = reading.vocabulary.suggest(Kind.MARKER, value)
        near = near or reading.vocabulary.suggest(Kind.EVENT, value)
        return Sign(printed=value, near=near or "", marks=marks)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a sign."""
        return TEXT.schema(definitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Record):
    """A sign that a source lists: as printed, and the term it names (`kind` is None if none)."""

    printed: str
    name: str = ""
    kind: Kind | None = None
    near: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assess(Record):
    """When the response is assessed."""

    by: Duration | None = opt(DURATION, "the latest time")
    since: Duration | None = opt(
        DURATION, "how long before the index values count, in a diagnosis or score"
    )
    at: tuple[Duration, ...] = many(DURATION, "the times of assessment, if they are fixed")
    after: str = opt(TEXT, "what the time is counted from: `first dose`", "")
    source: Source | None = opt(SOURCE, "where it is stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Record):
    """Not reaching a level in time: the rule of refractory disease."""

    level: str = need(TEXT, "the level that is not reached: `PR`, meaning PR or better")
    after: Duration = need(DURATION, "how long the therapy was given")
    or_longer: bool = opt(FLAG, "true if the time is a minimum", default=False)
    therapy: str = opt(TEXT, "the therapy that failed", "")
    definition: str = opt(TEXT, "the response definition that judges, if the source names one", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Record):
    """A published definition of response, diagnosis, score or refractoriness.

    `faults` counts the errors in its text: a rule with one is left out, so that what is left of the
    definition is not the definition.
    """

    name: str = ""
    faults: int = 0
    label: str = opt(TEXT, "how to print its name", "")
    kind: str = need(
        ChoiceShape(("response", "diagnosis", "score", "refractoriness")), "what it defines"
    )
    basis: str = opt(
        ChoiceShape(("rule", "narrative")), "rule: can be computed; narrative: words only", "rule"
    )
    study: str = opt(TEXT, "the study that used it", "")
    cites: tuple[str, ...] = many(TEXT, "the publication that defines it")
    source: Source | None = opt(SOURCE, "the place in the document it was read in")
    read_in: str = opt(TEXT, "the document it was read in, if not the publication itself", "")
    doi: str = opt(TEXT, "DOI of the document it was read in", "")
    status: str = opt(
        ChoiceShape(("verified", "secondary", "unverified")),
        "verified against the publication, read in a secondary source, or unverified",
        "unverified",
    )
    variant_of: str = opt(TEXT, "the definition as printed, of which this is another reading", "")
    emends: tuple[Remark, ...] = many(REMARK, "what this reading changes, and why")
    assess: Assess | None = opt(RecordShape(lambda: Assess, shorthand="by"), "when it is assessed")
    headline: Rule | None = opt(RULE, "the improvement it announces: `improvement >= 25%`")
    markers: tuple[Marker, ...] = field(
        default=(), metadata={"shape": MarkersShape(), "doc": "the markers and their rules"}
    )
    parameters: Mapping[str, Parameter] = table(
        PARAMETER, "numbers and rules on which published sources differ"
    )
    criteria: tuple[Criterion, ...] = field(
        default=(), metadata={"shape": CriteriaShape(), "doc": "rules over markers, by name"}
    )
    scale: tuple[str, ...] = many(TEXT, "the levels it ought to define, best first")
    levels: Mapping[str, Level] = table(LEVEL, "the levels it defines, best first")
    probability: tuple[ProbabilityRow, ...] = field(
        default=(),
        metadata={
            "shape": ProbabilityShape(),
            "doc": "printed table of a score: the probability in percent by points",
        },
    )
    signs: tuple[Sign, ...] = many(SignShape(), "signs it lists, as printed")
    fails: Failure | None = opt(RecordShape(lambda: Failure), "the response that is not reached")
    unstated: tuple[Remark, ...] = many(REMARK, "what the source does not state")
    ambiguous: tuple[Remark, ...] = many(REMARK, "what can be read in more than one way")
    examples: tuple[Example, ...] = many(EXAMPLE, "participants with the answer worked out by hand")
    note: str = opt(TEXT, "a remark", "")
    accepted: tuple[Accepted, ...] = many(RecordShape(lambda: Accepted), "accepted findings")


def scale_of(definition: Definition) -> tuple[str, ...]:
    """Return the levels the definition ought to define, best first."""
    if definition.scale or definition.kind != "response":
        return definition.scale
    return RESPONSE_SCALE


def marker_named(definition: Definition, name: str) -> Marker | None:
    """Return the definition's marker of that preferred name, or None."""
    return next((m for m in definition.markers if m.name.name == name), None)


def scored(definition: Definition) -> bool:
    """Tell whether it gives points."""
    return any(points is not None for points in points_in(definition))


def points_in(definition: Definition) -> tuple[Decimal | None, ...]:
    """Return the points of every band of its markers and criteria, None where it gives none."""
    of_markers = (b.points for m in definition.markers for b in m.bands)
    return (*of_markers, *(b.points for c in definition.criteria for b in c.bands))


def criterion_named(definition: Definition, name: str) -> Criterion | None:
    """Return the definition's criterion of that name, or None."""
    return next((c for c in definition.criteria if c.name == name), None)


def countable(definition: Definition, state: str) -> tuple[str, ...]:
    """Return what is counted where a rule counts a state and names nothing.

    Markers with a rule for it where they have to have one, else all; and if criteria can be
    counted, each of them in the place of the markers that it asks for.
    """
    markers = definition.markers
    if state in {"improved", "met"}:
        markers = tuple(m for m in markers if any(getattr(b, state) for b in m.bands))
    names = tuple(m.name.name for m in markers)
    if state != "met" or not definition.criteria:
        return names
    rules = [b.met.node for c in definition.criteria for b in c.bands if b.met]
    within = asked_names(rules)
    return tuple(n for n in (*names, *(c.name for c in definition.criteria)) if n not in within)


def asked_names(nodes: Iterable[Node]) -> frozenset[str]:
    """Return the markers and criteria that rules name."""
    out: set[str] = set()
    for node in nodes:
        for part in walk(node):
            match part:
                case Counted(items=items):
                    out.update(items)
                case Is(left=Name(name=name)) | Compare(left=Name(name=name)):
                    out.add(name)
    return frozenset(out)


def found(
    code: str,
    severity: Severity,
    definition: Definition,
    span: Span,
    message: str,
    *,
    about: str = "",
    hint: str = "",
) -> Finding:
    """Return a finding about a definition, or about a part of it (a marker, a level, a field)."""
    subject = f"{definition.name}/{about}" if about else definition.name
    return Finding(code, severity, span, message, hint, subject)
