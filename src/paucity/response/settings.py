"""How an assessment is carried out: every choice a definition leaves open, named and overridable.

Times are whole microseconds from the index (the first dose), so that day 14 is compared exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from paucity.shapes import Duration, read_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.model import Definition, Marker

MICROSECONDS: Final = 86_400_000_000
"""Microseconds in a day."""

EVENTS: Final = ("index", "next therapy", "death", "transfusion", "G-CSF")
"""What a row of the data can tell beside a measurement."""

Selection: TypeAlias = Literal["last", "first", "nearest", "best", "worst"]
"""Which of several values counts; `best` and `worst` go by where disease moves the marker."""

SELECTIONS: Final[tuple[Selection, ...]] = ("last", "first", "nearest", "best", "worst")


@dataclass(frozen=True, slots=True)
class Confounder:
    """An event after which values of some markers are not used.

    Attributes:
        event: a word of `EVENTS`, as a row of its own or in the flags of a measurement.
        markers: preferred names of the markers it moves.
        days: for how long; a value this many days after the event counts again.
    """

    event: str
    markers: tuple[str, ...]
    days: Fraction = Fraction(4)


@dataclass(frozen=True, slots=True)
class ReferenceLimit:
    """Reference limits of a marker, for whom they hold; ages in years, from `age_from` to below.

    An empty `sex` or `laboratory` and an age of None hold for all.
    """

    marker: str
    unit: str
    low: Fraction | None = None
    high: Fraction | None = None
    sex: str = ""
    laboratory: str = ""
    age_from: Fraction | None = None
    age_to: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A second assessment, from `after` to `by` after the end of the first.

    The confirmed level is the worse of the two.
    """

    after: Duration
    by: Duration


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one assessment; what is left alone has a named default.

    Attributes:
        baseline: which value up to the index is the baseline.
        baseline_age: how old a baseline may be; any age if None.
        by: until when values count; as the definition says if None.
        at: the time point assessed, for definitions with time points; their last if None.
        tolerance: how far from a time point a value may lie.
        value: which value in the window counts; None: the last, or the nearest to a time point.
        unstated_window: until when a marker counts whose window the source does not state; without
            end if None.
        confirm: a second assessment that must agree.
        censor: events after which values no longer count.
        confounders: events after which values of some markers do not count; as measured if empty.
        zero_baseline: from a baseline of 0 a relative change has no size. `level`: any rise counts
            as an unlimited one, and the rest of the rule decides; `not evaluable`: the marker is
            not judged.
        normal: `within limits`, or only not beyond the limit on the side of `disease`.
        limits: reference limits for values that come without.
        limits_first: whose limits are used where both exist: those of the `data` or of `settings`.
        since: how long before the index values count for a diagnosis or score, which look at the
            values around the index and not at change from a baseline; as the definition says if
            None, else `SINCE`. They count up to the index, or as long after it as `by` says.
        parameters: a number or rule for parameters on which sources differ, by name; the others
            stay as the definition says.
        judge: the response definition that judges refractoriness, by name; the one that the
            definition names if empty.

    >>> Settings(value="best").value
    'best'
    """

    baseline: Selection = "last"
    baseline_age: Duration | None = None
    by: Duration | None = None
    at: Duration | None = None
    tolerance: Duration = Duration("3 d", Fraction(3))
    value: Selection | None = None
    unstated_window: Duration | None = None
    confirm: Confirmation | None = None
    censor: tuple[str, ...] = ("next therapy", "death")
    confounders: tuple[Confounder, ...] = ()
    zero_baseline: Literal["level", "not evaluable"] = "level"
    normal: Literal["within limits", "disease"] = "within limits"
    limits: tuple[ReferenceLimit, ...] = ()
    limits_first: Literal["data", "settings"] = "data"
    since: Duration | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    judge: str = ""

    def __post_init__(self) -> None:
        for name in ("baseline", "value"):
            chosen = getattr(self, name)
            if chosen not in SELECTIONS and not (name == "value" and chosen is None):
                raise ValueError(f"`{name}` is `{chosen}`, expected one of {', '.join(SELECTIONS)}")
        known = {
            "zero_baseline": ("level", "not evaluable"),
            "normal": ("within limits", "disease"),
            "limits_first": ("data", "settings"),
        }
        for name, words in known.items():
            if getattr(self, name) not in words:
                found = getattr(self, name)
                raise ValueError(f"`{name}` is `{found}`, expected {' or '.join(words)}")
        for event in (*self.censor, *(c.event for c in self.confounders)):
            if event not in EVENTS:
                raise ValueError(f"`{event}` is no event, expected one of {', '.join(EVENTS)}")


DEFAULTS: Final = Settings()

SINCE: Final = Duration("14 d", Fraction(14))
"""How long before the index values count for a diagnosis or score that does not say."""


@dataclass(frozen=True, slots=True)
class Windows:
    """When values of a marker count, in microseconds from the index; both ends belong to it.

    An end of None is open. A baseline is at most at 0, a later value above 0.
    """

    baseline_from: int | None
    value_from: int
    value_to: int | None
    target: int | None = None


def microseconds(days: Fraction) -> int:
    """Return days in whole microseconds, rounded down.

    >>> microseconds(Fraction(14))
    1209600000000
    """
    return int(days * MICROSECONDS // 1)


def selection_of(definition: Definition, settings: Settings) -> Selection:
    """Return which value in the window counts."""
    if settings.value is not None:
        return settings.value
    if at_once(definition):
        return "worst"
    return "last" if time_point(definition, settings) is None else "nearest"


def time_point(definition: Definition, settings: Settings) -> Duration | None:
    """Return the time point that is assessed, or None if the definition has a window."""
    if at_once(definition):
        return None
    if settings.at is not None:
        return settings.at
    if settings.by is not None or definition.assess is None or definition.assess.by is not None:
        return None
    return max(definition.assess.at, key=lambda t: t.days, default=None)


def at_once(definition: Definition) -> bool:
    """Tell whether it judges values as they are, around the index, and not by what became of them.

    So do diagnoses and scores.
    """
    return definition.kind in {"diagnosis", "score"}


def windows_of(
    definition: Definition, marker: Marker, settings: Settings, *, confirming: bool = False
) -> Windows:
    """Return when a marker's values count.

    Args:
        definition: says until when it is assessed.
        marker: may have windows of its own, which come first.
        settings: override what the definition says.
        confirming: return the window of the second assessment.
    """
    if at_once(definition):
        return _around(definition, settings, confirming=confirming)
    age = settings.baseline_age
    if age is None and marker.baseline_window is not None:
        age = marker.baseline_window.duration
    start = None if age is None else -microseconds(age.days)
    point = time_point(definition, settings)
    low, high, target = 1, None, None
    if marker.window is not None:
        end = marker.window.duration or settings.unstated_window
        high = None if end is None else microseconds(end.days)
    elif point is not None:
        target = microseconds(point.days)
        tolerance = microseconds(settings.tolerance.days)
        low, high = max(1, target - tolerance), target + tolerance
    else:
        end = settings.by or (definition.assess.by if definition.assess else None)
        end = end or settings.unstated_window
        high = None if end is None else microseconds(end.days)
    if confirming and settings.confirm is not None and high is not None:
        low = high + max(1, microseconds(settings.confirm.after.days))
        high += microseconds(settings.confirm.by.days)
        target = None
    return Windows(start, low, high, target if target is not None else high)


def _around(definition: Definition, settings: Settings, *, confirming: bool) -> Windows:
    """Return when values count for a diagnosis or score; nothing is a baseline."""
    start = -microseconds(_since(definition, settings).days)
    end = _end(definition, settings)
    high = 0 if end is None else microseconds(end.days)
    if confirming and settings.confirm is not None:
        start = high + max(1, microseconds(settings.confirm.after.days))
        high += microseconds(settings.confirm.by.days)
    return Windows(1, start, high, 0)


def _since(definition: Definition, settings: Settings) -> Duration:
    stated = definition.assess.since if definition.assess else None
    return settings.since or stated or SINCE


def _end(definition: Definition, settings: Settings) -> Duration | None:
    return settings.by or (definition.assess.by if definition.assess else None)


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice an assessment rests on: what, as what, and who chose it."""

    about: str
    taken: str
    origin: Literal["stated", "default", "chosen"]

    def __str__(self) -> str:
        by = {"stated": "as the definition states", "default": "default", "chosen": "as chosen"}
        return f"{self.about}: {self.taken} ({by[self.origin]})"


def choices(definition: Definition, settings: Settings) -> tuple[Choice, ...]:
    """Return every choice that an assessment by a definition rests on.

    Args:
        definition: what it states needs no choice, unless it is overridden.
        settings: the choices made.

    >>> from paucity.response.load import load_definition
    >>> print(choices(load_definition("wang-2015")[0], Settings())[1])
    until when values count: by 14 d (as the definition states)
    """
    return tuple(_choices(definition, settings))


def _choices(definition: Definition, s: Settings) -> Iterator[Choice]:
    def chosen(name: str) -> Literal["default", "chosen"]:
        return "default" if getattr(s, name) == getattr(DEFAULTS, name) else "chosen"

    once = at_once(definition)
    if once:
        yield _when(definition, s)
    else:
        yield Choice("baseline", f"the {s.baseline} value up to the index", chosen("baseline"))
        yield _until(definition, s)
    which = selection_of(definition, s)
    yield Choice("value that counts", f"the {which} in the window", chosen("value"))
    if not once:
        age = str(s.baseline_age) if s.baseline_age else "no limit but what a marker states"
        yield Choice("age of a baseline", age, chosen("baseline_age"))
    if any(m.window is not None and m.window.duration is None for m in definition.markers):
        open_end = f"by {s.unstated_window}" if s.unstated_window else "without end"
        yield Choice("markers without a stated window", open_end, chosen("unstated_window"))
    confirm = (
        f"a second assessment {s.confirm.after} to {s.confirm.by} later" if s.confirm else "none"
    )
    yield Choice("confirmation", confirm, chosen("confirm"))
    censor = f"no values after {' or '.join(s.censor)}" if s.censor else "none"
    yield Choice("censoring", censor, chosen("censor"))
    policy = "; ".join(
        f"no {', '.join(c.markers)} within {float(c.days):g} d after {c.event}"
        for c in s.confounders
    )
    yield Choice("transfusion and G-CSF", policy or "as measured", chosen("confounders"))
    if not once:
        zero = "the rest of the rule decides" if s.zero_baseline == "level" else "not evaluable"
        yield Choice("baseline of 0", zero, chosen("zero_baseline"))
    side = "within both limits" if s.normal == "within limits" else "on the side of disease only"
    yield Choice("normal", side, chosen("normal"))
    limits = "those that come with the data"
    if s.limits:
        other = "settings" if s.limits_first == "data" else "data"
        first = "data" if s.limits_first == "data" else "settings"
        limits = f"those of the {first}, else of the {other}"
    yield Choice("reference limits", limits, chosen("limits"))
    mine = dict(s.parameters)
    for name, parameter in definition.parameters.items():
        taken = mine.get(name, parameter.default.text)
        yield Choice(f"parameter {name}", taken, "chosen" if name in mine else "stated")


def _when(definition: Definition, s: Settings) -> Choice:
    end = _end(definition, s)
    taken = f"from {_since(definition, s)} before the index to {end or 'the index'}"
    origin: Literal["stated", "default", "chosen"] = "default"
    if s.since or s.by:
        origin = "chosen"
    elif definition.assess and definition.assess.since:
        origin = "stated"
    return Choice("when values count", f"{taken}{' after it' if end else ''}", origin)


def _until(definition: Definition, s: Settings) -> Choice:
    about = "until when values count"
    point = time_point(definition, s)
    if point is not None:
        taken = f"at {point}, give or take {s.tolerance}"
        return Choice(about, taken, "chosen" if s.at else "default")
    if s.by is not None:
        return Choice(about, f"by {s.by}", "chosen")
    if definition.assess and definition.assess.by:
        return Choice(about, f"by {definition.assess.by}", "stated")
    if s.unstated_window is not None:
        return Choice(about, f"by {s.unstated_window}", "chosen")
    return Choice(about, "without end, as none is stated", "default")


def duration(text: str) -> Duration:
    """Return a length of time for a setting.

    Args:
        text: such as ``14 d`` or ``2 wk``.

    Raises:
        ValueError: the text is no length of time.

    >>> Settings(by=duration("4 wk")).by.days
    Fraction(28, 1)
    """
    found = read_duration(text)
    if found is None:
        raise ValueError(f"`{text}` is no length of time; write it as `14 d` or `2 wk`")
    return found


SETTING_NAMES: Final = tuple(f.name for f in fields(Settings))
