"""Scenarios of synthetic participants: what a simulation is told, read from a file and checked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.record import Record, RecordShape, many, need, opt, read_document, table
from paucity.response.settings import EVENTS
from paucity.shapes import COUNT, PERCENT, TEXT, NumberShape
from paucity.text import Document, Finding, Severity, Span, did_you_mean, read_yaml
from paucity.vocabulary import Kind, UnitError, Vocabulary, bundled, convert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.vocabulary import Term

_LIBRARY: Final = Path(__file__).parent.parent / "library"
_FOLDER: Final = _LIBRARY / "simulation"

POSITIVE: Final = NumberShape(0, 10**9, "a number from 0 to 1e9")
SPREAD: Final = NumberShape(1, 10, "a geometric standard deviation from 1 to 10")
DAY: Final = NumberShape(-3650, 3650, "a day from -3650 to 3650")
MAX_DECIMALS: Final = 4
CAP: Final = 10**9
"""Largest value that is computed with, in the smallest step of its marker."""

MAX_VISITS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Record):
    """A log-normal distribution of the value before the first dose."""

    median: Decimal = need(POSITIVE, "the median, in the usual unit")
    spread: Decimal = need(SPREAD, "geometric standard deviation between people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Record):
    """Where a marker goes: to a multiple of the baseline, or to a value; log-normal around it."""

    ratio: Decimal | None = opt(POSITIVE, "median multiple of the baseline")
    to: Decimal | None = opt(POSITIVE, "median value, whatever the baseline")
    spread: Decimal = opt(SPREAD, "geometric standard deviation between people", Decimal(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Record):
    """Reference limits, in the usual unit."""

    low: Decimal | None = opt(POSITIVE, "lower limit")
    high: Decimal | None = opt(POSITIVE, "upper limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection(Record):
    """What the assay can tell, in the usual unit."""

    below: Decimal | None = opt(POSITIVE, "values below are written as `<` this")
    above: Decimal | None = opt(POSITIVE, "values above are written as `>` this")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerCourse(Record):
    """How one measured marker behaves."""

    decimals: int = opt(COUNT, "decimals of a value in the usual unit", 0)
    baseline: Baseline = need(RecordShape(lambda: Baseline), "values before the first dose")
    limits: Limits | None = opt(RecordShape(lambda: Limits), "reference limits")
    noise: Decimal = opt(SPREAD, "geometric standard deviation within a person", Decimal(1))
    missing: Decimal = opt(PERCENT, "percentage of visits at which it is not taken", Decimal(0))
    units: Mapping[str, Decimal] = table(PERCENT, "units, with the percentage of people")
    detection: Detection | None = opt(RecordShape(lambda: Detection), "what the assay can tell")
    effects: Mapping[str, Effect] = table(RecordShape(lambda: Effect), "where it goes, by course")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignCourse(Record):
    """How one sign behaves."""

    present: Decimal = need(PERCENT, "percentage of people who have it before the first dose")
    clears: Mapping[str, Decimal] = table(PERCENT, "percentage in whom it clears, by course")
    missing: Decimal = opt(PERCENT, "percentage of visits at which it is not told", Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCourse(Record):
    """An event: in how many, when, and which measurements carry its flag for four days."""

    share: Mapping[str, Decimal] = table(PERCENT, "percentage of people, by course")
    days: tuple[Decimal, ...] = many(DAY, "first and last day on which it happens")
    flags: tuple[str, ...] = many(TEXT, "markers whose values carry its flag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits(Record):
    """When values are taken."""

    days: tuple[Decimal, ...] = many(DAY, "planned days from the first dose")
    reached: int = opt(COUNT, "day by which the new level is reached", 14)
    jitter: int = opt(COUNT, "days by which a visit is early or late", 0)
    missed: Decimal = opt(PERCENT, "percentage of visits that are missed", Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Record):
    """Who takes part."""

    ages: tuple[Decimal, ...] = many(POSITIVE, "youngest and oldest age, in years")
    without_baseline: Decimal = opt(PERCENT, "percentage without values up to day 0", Decimal(0))
    duplicated: Decimal = opt(PERCENT, "percentage of rows that are there twice", Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Record):
    """All that a simulation is told. It describes made-up people and no patients."""

    name: str = ""
    label: str = opt(TEXT, "how to print its name", "")
    about: str = need(TEXT, "what its numbers are: sources, or that they are arbitrary choices")
    definitions: tuple[str, ...] = many(TEXT, "definitions the true level is told for")
    visits: Visits = need(RecordShape(lambda: Visits), "when values are taken")
    courses: Mapping[str, Decimal] = table(PERCENT, "courses, with the percentage of people")
    people: People = opt(RecordShape(lambda: People), "who takes part", People())
    markers: Mapping[str, MarkerCourse] = table(
        RecordShape(lambda: MarkerCourse), "measured markers"
    )
    signs: Mapping[str, SignCourse] = table(RecordShape(lambda: SignCourse), "signs")
    events: Mapping[str, EventCourse] = table(RecordShape(lambda: EventCourse), "events")


@cache
def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with paucity.

    >>> scenario_names()
    ('hlh-response',)
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_scenario(
    place: str, vocabulary: Vocabulary | None = None
) -> tuple[Scenario | None, list[Finding]]:
    """Read a scenario that comes with paucity, or one from a YAML file.

    Args:
        place: its name, or the path of a file ending in .yaml.
        vocabulary: knows the markers; the bundled one, if left out.

    Returns:
        The scenario and what is wrong with it; None if it cannot be simulated.
    """
    words = vocabulary or bundled()
    if place in scenario_names():
        return read_scenario(read_yaml(_LIBRARY, _FOLDER / f"{place}.yaml"), words)
    path = Path(place)
    if path.suffix in {".yaml", ".yml"}:
        return read_scenario(read_yaml(path.parent, path), words)
    hint = did_you_mean(place, scenario_names()) or f"known: {', '.join(scenario_names())}"
    message = f"`{place}` is not a scenario that comes with paucity, nor a YAML file"
    finding = Finding("unknown-scenario", Severity.ERROR, Span(place), message, hint, place)
    return None, [finding]


def read_scenario(
    document: Document, vocabulary: Vocabulary
) -> tuple[Scenario | None, list[Finding]]:
    """Read a scenario; its name is the name of its file.

    Args:
        document: the file as read.
        vocabulary: knows the markers.

    Returns:
        The scenario and what is wrong with it; None if it cannot be simulated.
    """
    name = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    scenario, findings = read_document(Scenario, document, vocabulary, name=name)
    if scenario is not None and not findings:
        findings = [
            Finding("scenario-inconsistent", Severity.ERROR, span, message, hint, name)
            for span, message, hint in _faults(scenario, vocabulary)
        ]
    return (None if findings else scenario), findings


_Fault = tuple[Span, str, str]


def _faults(s: Scenario, vocabulary: Vocabulary) -> Iterator[_Fault]:
    yield from _visit_faults(s)
    if sum(s.courses.values()) != 100:
        message = f"the courses add up to {sum(s.courses.values())}%, not 100%"
        yield s.marks.span("courses"), message, ""
    if len(s.people.ages) not in {0, 2} or list(s.people.ages) != sorted(s.people.ages):
        yield s.people.marks.span("ages"), "`ages` are the youngest and the oldest", ""
    if not s.markers:
        yield s.marks.span(), "there is no measured marker", "add one under `markers`"
    for name, marker in s.markers.items():
        yield from _marker_faults(name, marker, s, vocabulary)
    for name, sign in s.signs.items():
        term = vocabulary.find(Kind.MARKER, name)
        if term is None or not term.extra.get("values"):
            yield sign.marks.span(), f"`{name}` is no sign of the vocabulary", ""
        yield from _by_course(name, sign.clears, s, sign.marks.span("clears"))
    for name, event in s.events.items():
        yield from _event_faults(name, event, s)


def _visit_faults(s: Scenario) -> Iterator[_Fault]:
    days, span = s.visits.days, s.visits.marks.span
    if not 1 <= len(days) <= MAX_VISITS:
        yield span("days"), f"a scenario has 1 to {MAX_VISITS} visits", ""
    elif any(d != int(d) for d in days) or len(set(days)) < len(days):
        yield span("days"), "visits are on whole days, each once", ""
    if not 1 <= s.visits.reached <= 3650:
        yield span("reached"), "`reached` is a day from 1 to 3650", ""
    if s.visits.jitter > 30:
        yield span("jitter"), "a visit is at most 30 days early or late", ""


def _event_faults(name: str, event: EventCourse, s: Scenario) -> Iterator[_Fault]:
    span = event.marks.span
    if name not in EVENTS or name == "index":
        known = ", ".join(e for e in EVENTS if e != "index")
        yield span(), f"`{name}` is no event", f"known: {known}"
    if len(event.days) != 2 or event.days[0] > event.days[1]:
        yield span("days"), "`days` are the first and the last day", ""
    yield from _by_course(name, event.share, s, span("share"))
    for flagged in event.flags:
        if flagged not in s.markers:
            yield span("flags"), f"`{flagged}` is no marker here", ""


def _by_course(name: str, given: Mapping[str, object], s: Scenario, span: Span) -> Iterator[_Fault]:
    if set(given) != set(s.courses):
        listed = ", ".join(s.courses)
        yield span, f"{name}: a value for each course is needed: {listed}", ""


def _marker_faults(
    name: str, marker: MarkerCourse, s: Scenario, vocabulary: Vocabulary
) -> Iterator[_Fault]:
    span = marker.marks.span
    term = vocabulary.find(Kind.MARKER, name)
    if term is None or term.extra.get("values"):
        hint = f"did you mean `{near}`?" if (near := vocabulary.suggest(Kind.MARKER, name)) else ""
        yield span(), f"`{name}` is no measured marker of the vocabulary", hint
        return
    if marker.decimals > MAX_DECIMALS:
        yield span("decimals"), f"at most {MAX_DECIMALS} decimals are kept", ""
    yield from _unit_faults(name, marker, term)
    yield from _by_course(name, marker.effects, s, span("effects"))
    yield from _effect_faults(name, marker)


def _unit_faults(name: str, marker: MarkerCourse, term: Term) -> Iterator[_Fault]:
    span = marker.marks.span("units")
    if sum(marker.units.values()) != 100:
        yield span, f"{name}: the units add up to {sum(marker.units.values())}%, not 100%", ""
    for unit in marker.units:
        try:
            if convert(Fraction(0), str(term.extra.get("unit", "")), unit, term):
                yield span, f"{name}: {unit} has another zero than the usual unit", ""
        except UnitError as error:
            yield span, f"{name}: {error}", ""


def _effect_faults(name: str, marker: MarkerCourse) -> Iterator[_Fault]:
    sizes = [marker.baseline.median, *(e.to for e in marker.effects.values())]
    if any(size is not None and size * 10**marker.decimals > CAP for size in sizes):
        message = f"{name}: a value is larger than is computed with"
        yield marker.marks.span(), message, "use fewer decimals"
    for effect in marker.effects.values():
        if (effect.ratio is None) == (effect.to is None):
            yield effect.marks.span(), f"{name}: an effect has a `ratio` or a `to`", ""
        if effect.ratio is not None and effect.ratio > 1000:
            yield effect.marks.span("ratio"), f"{name}: a ratio is above 1000", ""
