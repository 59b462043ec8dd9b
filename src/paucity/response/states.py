"""What became of each marker: the values that count, and the states they prove or rule out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final

from paucity.logic import all_of, any_of, negate
from paucity.response.linear import holds
from paucity.response.measured import Measured, exactly, say
from paucity.response.plan import AgeIs, All, Any_, Holds, InState, Negated, Unknown
from paucity.response.series import EVENT_BITS
from paucity.response.settings import MICROSECONDS, microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.logic import Truth
    from paucity.response.plan import BandPlan, Condition, MarkerPlan, Plan
    from paucity.response.series import Measurement, Participant
    from paucity.response.settings import ReferenceLimit, Selection, Settings

IMPROVED: Final = "improved"
NOT_EVALUABLE: Final = "not evaluable"
MISSING: Final = "missing"
UNDECIDED: Final = "undecided"
"""A state that the values at hand neither prove nor rule out: `<0.1`, no reference limits."""


@dataclass(frozen=True, slots=True)
class MarkerState:
    """One marker of one participant: the values that count and what they prove.

    Attributes:
        marker: preferred name.
        state: `improved`, `not improved`, `not evaluable`, `missing` or `undecided`; or the same
            of the state that the levels ask for first.
        baseline: the baseline value, as printed; empty if there is none.
        baseline_day: its day from the index.
        value: the later value that counts.
        value_day: its day.
        truths: every state asked for, true, false or unknown.
        reason: why it is not evaluable, missing or undecided.
        at_once: whether the value is judged by itself, without a baseline.
    """

    marker: str
    state: str
    baseline: str = ""
    baseline_day: Fraction | None = None
    value: str = ""
    value_day: Fraction | None = None
    truths: Mapping[str, Truth] = field(default_factory=dict)
    reason: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class _Facts:
    """The two values of a marker that count."""

    plan: MarkerPlan
    baseline: Measurement | None
    value: Measurement | None
    taken: bool
    settings: Settings

    def known(self) -> dict[str, Measured | None]:
        return {
            "baseline": _number(self.baseline),
            "value": _number(self.value),
            "lower_limit": _limit(self.value, 0, self),
            "upper_limit": _limit(self.value, 1, self),
        }


def _number(measurement: Measurement | None) -> Measured | None:
    value = measurement.value if measurement else None
    return value if isinstance(value, Measured) else None


def _limit(measurement: Measurement | None, end: int, facts: _Facts) -> Measured | None:
    if measurement is None:
        return None
    limit = limits_of(measurement, facts.plan, facts.settings)[end]
    return None if limit is None else exactly(limit)


def limits_of(
    measurement: Measurement, plan: MarkerPlan, settings: Settings
) -> tuple[Fraction | None, Fraction | None]:
    """Return the reference limits that hold for a measurement."""
    own = (measurement.low, measurement.high)
    if settings.limits_first == "data" and own != (None, None):
        return own
    found = next((limit for limit in plan.limits if _applies(limit, measurement)), None)
    return own if found is None else (found.low, found.high)


def _applies(limit: ReferenceLimit, m: Measurement) -> bool:
    if limit.age_from is not None and (m.age is None or m.age < limit.age_from):
        return False
    if limit.age_to is not None and (m.age is None or m.age >= limit.age_to):
        return False
    return limit.sex.lower() in {"", m.sex} and limit.laboratory in {"", m.laboratory}


def marker_states(plan: Plan, participant: Participant) -> dict[str, MarkerState]:
    """Return what became of every marker of a definition.

    Args:
        plan: what the definition asks.
        participant: all that was measured.
    """
    settings = plan.settings
    censored = min((e.at for e in participant.events if e.event in settings.censor), default=None)
    by_marker: dict[str, list[Measurement]] = {}
    for measurement in participant.measurements:
        by_marker.setdefault(measurement.marker, []).append(measurement)
    out = {}
    for marker in plan.markers:
        rows = by_marker.get(marker.name, [])
        facts = _facts(plan, marker, rows, participant, censored)
        out[marker.name] = _state(facts)
    return out


def _facts(
    plan: Plan,
    marker: MarkerPlan,
    rows: list[Measurement],
    participant: Participant,
    censored: int | None,
) -> _Facts:
    w = marker.windows
    before = [m for m in rows if m.at <= 0 and (w.baseline_from is None or m.at >= w.baseline_from)]
    after = [m for m in rows if m.at >= w.value_from and (w.value_to is None or m.at <= w.value_to)]
    if censored is not None:
        after = [m for m in after if m.at <= censored]
    usable = [m for m in after if not confounded(m, marker, participant, plan.settings)]
    baseline = _chosen(
        [m for m in before if not confounded(m, marker, participant, plan.settings)],
        marker,
        plan.baseline,
        0,
    )
    value = _chosen(usable, marker, plan.selection, w.target)
    return _Facts(marker, baseline, value, bool(after), plan.settings)


def confounded(
    measurement: Measurement, marker: MarkerPlan, participant: Participant, settings: Settings
) -> bool:
    """Tell whether a value does not count, because of a transfusion or the like before it."""
    for confounder in settings.confounders:
        if marker.name not in confounder.markers:
            continue
        if measurement.flags & EVENT_BITS.get(confounder.event, 0):
            return True
        span = microseconds(confounder.days)
        for event in participant.events:
            if event.event == confounder.event and 0 <= measurement.at - event.at < span:
                return True
    return False


def _chosen(
    rows: list[Measurement], marker: MarkerPlan, selection: Selection, target: int | None
) -> Measurement | None:
    """Return the value that counts. Of two as near, or as good, the earlier counts."""
    if not rows:
        return None
    if selection in {"best", "worst"} and (marker.direction or marker.healthy):
        return min(rows, key=_goodness(marker, best=selection == "best"))
    match selection:
        case "first":
            return min(rows, key=lambda m: m.at)
        case "nearest" if target is not None:
            return min(rows, key=lambda m: (abs(m.at - target), m.at))
    return max(rows, key=lambda m: m.at)


def _goodness(
    marker: MarkerPlan, *, best: bool
) -> Callable[[Measurement], tuple[int, Fraction, Fraction, int]]:
    """Return the order of values from the one wanted on.

    Values below or above detection are ordered by their upper end, then by their lower one.
    """

    def key(m: Measurement) -> tuple[int, Fraction, Fraction, int]:
        if marker.sign:
            healthy = m.value == marker.healthy
            return (int(healthy is not best), Fraction(0), Fraction(0), m.at)
        lowest = (marker.direction == "raised") is best
        value = m.value
        if not isinstance(value, Measured):
            return (2, Fraction(0), Fraction(0), m.at)
        endless = value.high is None
        high, low = value.high or Fraction(0), value.low
        sign = 1 if lowest else -1
        return (int(endless) * sign, sign * high, sign * low, m.at)

    return key


def _state(facts: _Facts) -> MarkerState:
    truths = {state: _truth(state, facts) for state in facts.plan.asked}
    first = facts.plan.asked[0]
    state, reason = _reported(first, truths[first], facts)
    return MarkerState(
        facts.plan.name,
        state,
        _printed(facts.baseline),
        _day(facts.baseline),
        _printed(facts.value),
        _day(facts.value),
        truths,
        reason,
        facts.plan.at_once,
    )


def _printed(measurement: Measurement | None) -> str:
    if measurement is None:
        return ""
    return "conflicting" if measurement.value is None else str(measurement.value)


def _day(measurement: Measurement | None) -> Fraction | None:
    return None if measurement is None else Fraction(measurement.at, MICROSECONDS)


def _reported(state: str, truth: Truth, facts: _Facts) -> tuple[str, str]:
    """Return a state in words, with the reason where it is neither true nor false."""
    bands = facts.plan.bands.get(state, ())
    if bands and truth is False and _let_in(bands, facts) is False:
        return NOT_EVALUABLE, "no rule is for this baseline"
    if truth is not None:
        return (state, "") if truth else (f"not {state}", "")
    if facts.value is None:
        if facts.taken:
            return MISSING, "every value in the window is left out by the transfusion policy"
        return MISSING, "no value in the window"
    if facts.baseline is None and (bands or state == "resolved") and not facts.plan.at_once:
        return MISSING, "no baseline"
    if state in {"normal", "abnormal"} and not facts.plan.sign:
        low, high = limits_of(facts.value, facts.plan, facts.settings)
        if low is None and high is None:
            return UNDECIDED, "no reference limits"
    return UNDECIDED, "the values do not decide it"


def _let_in(bands: tuple[BandPlan, ...], facts: _Facts) -> Truth:
    return any_of(True if b.when is None else _condition(b.when, facts) for b in bands)


def _truth(state: str, facts: _Facts) -> Truth:
    """Return whether the marker is in the state."""
    bands = facts.plan.bands.get(state)
    if bands is not None:
        return _banded(bands, facts)
    if state == "untested":
        return not facts.taken
    if state == "resolved":
        was = _truth("normal", replace(facts, value=facts.baseline))
        return all_of([negate(was), _truth("normal", facts)])
    if state == "abnormal":
        return negate(_truth("normal", facts))
    return _of_value(state, facts, facts.value)


def _banded(bands: tuple[BandPlan, ...], facts: _Facts) -> Truth:
    """Return the truth of the first band that applies; a baseline may fit several."""
    possible: set[Truth] = set()
    none: Truth = False
    for band in bands:
        applies = True if band.when is None else _condition(band.when, facts)
        if applies is not False:
            possible.add(_condition(band.rule, facts))
        if applies is True:
            break
    else:
        possible.add(none)
    return possible.pop() if len(possible) == 1 else None


def _of_value(state: str, facts: _Facts, measurement: Measurement | None) -> Truth:
    """Return whether one value of the marker is in the state."""
    if measurement is None or measurement.value is None:
        return None
    plan = facts.plan
    if plan.sign:
        if state == "normal":
            return measurement.value == plan.healthy if plan.healthy else None
        return measurement.value == state if state in plan.values else None
    return normal(measurement, plan, facts.settings) if state == "normal" else None


def normal(measurement: Measurement, plan: MarkerPlan, settings: Settings) -> Truth:
    """Return whether a measured value is normal, by its limits or else by its flag."""
    value = measurement.value
    if not isinstance(value, Measured):
        return None
    low, high = limits_of(measurement, plan, settings)
    if low is None and high is None:
        return _flagged(measurement.flags, plan.direction, settings)
    above = None if low is None else _at_least(value, low)
    below = None if high is None else _at_most(value, high)
    if settings.normal == "disease" and plan.direction:
        return below if plan.direction == "raised" else above
    needed = {"raised": [below], "lowered": [above]}.get(plan.direction, [])
    given = [truth for truth, end in ((above, low), (below, high)) if end is not None]
    return all_of([*needed, *given])


def _flagged(flags: int, direction: str, settings: Settings) -> Truth:
    """Return what the flag says: N, H or L; several say nothing."""
    bits = flags & 7
    if bits == 1:
        return True
    if bits not in {2, 4}:
        return None
    if settings.normal == "disease" and direction:
        return (bits == 2) is (direction == "lowered")
    return False


def _at_least(value: Measured, low: Fraction) -> Truth:
    if value.low >= low:
        return True
    high = value.high
    if high is not None and (high < low or (high == low and value.high_open)):
        return False
    return None


def _at_most(value: Measured, high: Fraction) -> Truth:
    if value.high is not None and value.high <= high:
        return True
    if value.low > high or (value.low == high and value.low_open):
        return False
    return None


COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "==": eq,
    "!=": ne,
}
"""The comparisons of the language, over numbers and over columns alike."""


def _condition(condition: Condition, facts: _Facts) -> Truth:
    match condition:
        case Holds(rule=rule):
            return holds(rule, facts.known())
        case AgeIs(operator=operator, years=years):
            age = facts.value.age if facts.value else None
            return None if age is None else COMPARISONS[operator](age, years)
        case InState(when="baseline", state=state):
            return _truth(state, replace(facts, value=facts.baseline))
        case InState(state=state):
            return _truth(state, facts)
        case All(parts=parts):
            return all_of(_condition(p, facts) for p in parts)
        case Any_(parts=parts):
            return any_of(_condition(p, facts) for p in parts)
        case Negated(part=part):
            return negate(_condition(part, facts))
        case Unknown():
            return None


def say_state(state: MarkerState) -> str:
    """Return what became of a marker, in words.

    >>> say_state(MarkerState("ferritin", "improved", "4756", Fraction(0), "1500", Fraction(14)))
    'ferritin: 4756 (day 0) -> 1500 (day 14): improved'
    """
    values = [
        f"{text} (day {say(day)})" if day is not None else "?"
        for text, day in ((state.baseline, state.baseline_day), (state.value, state.value_day))
    ][state.at_once :]
    why = f" ({state.reason})" if state.reason else ""
    return f"{state.marker}: {' -> '.join(values)}: {state.state}{why}"
