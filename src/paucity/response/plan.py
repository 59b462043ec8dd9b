"""A definition made ready to compute: what is asked of each marker, and of the markers together.

The reference evaluator and the table backend carry out the same plan, each in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from paucity.response.criteria import ProbabilityRow
    from paucity.response.linear import Linear
    from paucity.response.settings import ReferenceLimit, Selection, Settings, Windows


@dataclass(frozen=True, slots=True)
class Holds:
    """A linear comparison, with its words."""

    rule: Linear
    text: str


@dataclass(frozen=True, slots=True)
class InState:
    """A state of the marker at its baseline or at its later value."""

    when: str
    state: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A condition that cannot be decided, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801
    """One part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The part must not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AgeIs:
    """An age when the value was taken, compared with years."""

    operator: str
    years: Fraction


Condition: TypeAlias = AgeIs | Holds | InState | Unknown | All | Any_ | Negated


@dataclass(frozen=True, slots=True)
class BandPlan:
    """A rule, and the baselines it is for; all of them if `when` is None."""

    when: Condition | None
    rule: Condition
    text: str


@dataclass(frozen=True, slots=True)
class MarkerPlan:
    """What a definition asks of one marker.

    Attributes:
        name: preferred name.
        label: how to print it.
        values: the words a sign can have; empty for a measured marker.
        direction: where disease moves it: `raised`, `lowered` or nothing.
        unit: the unit its values come in.
        windows: when its values count.
        bands: for each state with rules of its own, the bands in order.
        asked: the states that levels ask for; the first is the one reported.
        limits: reference limits of the settings, in `unit`.
        at_once: whether one value is judged by itself, without a baseline.
    """

    name: str
    label: str
    values: tuple[str, ...]
    direction: str
    unit: str
    windows: Windows
    bands: Mapping[str, tuple[BandPlan, ...]]
    asked: tuple[str, ...]
    limits: tuple[ReferenceLimit, ...] = ()
    at_once: bool = False

    @property
    def sign(self) -> bool:
        """Tell whether it is a sign and not a number."""
        return bool(self.values)

    @property
    def healthy(self) -> str:
        """Return the word of a sign that is normal, or nothing."""
        for word in ("normal", "absent"):
            if word in self.values:
                return word
        return ""


@dataclass(frozen=True, slots=True)
class MarkerIs:
    """A marker in a state."""

    marker: str
    state: str


@dataclass(frozen=True, slots=True)
class CountOf:
    """At least `least` of the markers in the state."""

    state: str
    least: int
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Always:
    """Everyone."""


@dataclass(frozen=True, slots=True)
class AllRules:
    """Every part must hold."""

    parts: tuple[LevelRule, ...]


@dataclass(frozen=True, slots=True)
class AnyRule:
    """One part must hold."""

    parts: tuple[LevelRule, ...]


@dataclass(frozen=True, slots=True)
class NotRule:
    """The part must not hold."""

    part: LevelRule


@dataclass(frozen=True, slots=True)
class Named:
    """A criterion: a rule that has a name."""

    name: str
    label: str
    rule: LevelRule


@dataclass(frozen=True, slots=True)
class CountRules:
    """At least `least` of the rules, of markers or of criteria."""

    state: str
    least: int
    parts: tuple[LevelRule, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A marker or criterion that gives points: those of the first rule that holds, else none."""

    name: str
    label: str
    bands: tuple[tuple[Fraction, LevelRule], ...]


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """The sum of the points of the items, compared with a number."""

    operator: str
    value: Fraction
    items: tuple[Item, ...]


LevelRule: TypeAlias = (
    MarkerIs | CountOf | CountRules | Named | ScoreIs | Always | AllRules | AnyRule | NotRule
)

NO_LEVEL: Final = "none of the levels"
"""What is reported for who reaches none of a definition's levels."""

NO_LEVELS: Final = "score only"
"""What is reported for everyone by a score that has no levels."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition made ready to compute.

    Attributes:
        name: of the definition.
        markers: in the order of the definition.
        levels: rules by level, best first.
        selection: which value in the window counts.
        baseline: which value up to the index is the baseline.
        settings: the choices made.
        criteria: of the definition, by themselves.
        items: what gives points, in a score.
        probability: the printed table of a score.
    """

    name: str
    markers: tuple[MarkerPlan, ...]
    levels: tuple[tuple[str, LevelRule], ...]
    selection: Selection
    baseline: Selection
    settings: Settings
    criteria: tuple[Named, ...] = ()
    items: tuple[Item, ...] = ()
    probability: tuple[ProbabilityRow, ...] = ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Return the levels, best first, and `NO_LEVEL` if not everyone gets one."""
        names = tuple(name for name, _ in self.levels)
        if not self.levels:
            return (NO_LEVELS,)
        if isinstance(self.levels[-1][1], Always):
            return names
        return (*names, NO_LEVEL)

    @property
    def responders(self) -> tuple[str, ...]:
        """Return the levels that count as response: those that are more than what is left over."""
        return tuple(name for name, rule in self.levels if not isinstance(rule, Always))

    def marker(self, name: str) -> MarkerPlan:
        """Return the marker of that preferred name."""
        return next(m for m in self.markers if m.name == name)


def leaves(rule: LevelRule) -> Iterator[MarkerIs]:
    """Yield every marker and state that a level's rule asks for, in order."""
    match rule:
        case MarkerIs():
            yield rule
        case CountOf(state=state, markers=markers):
            for marker in markers:
                yield MarkerIs(marker, state)
        case AllRules(parts=parts) | AnyRule(parts=parts) | CountRules(parts=parts):
            for part in parts:
                yield from leaves(part)
        case NotRule(part=part) | Named(rule=part):
            yield from leaves(part)
        case ScoreIs(items=items):
            for part in (part for item in items for _, part in item.bands):
                yield from leaves(part)
