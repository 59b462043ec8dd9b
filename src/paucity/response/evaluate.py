"""Decide the levels of a definition from marker states: the reference evaluator.

Levels are tried in order, best first, in Kleene logic. A participant gets a level only when it is
certain; otherwise every level that stays possible, with the markers that would decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.logic import all_of, any_of, negate
from paucity.response.measured import say
from paucity.response.plan import (
    AllRules,
    Always,
    AnyRule,
    CountOf,
    CountRules,
    Item,
    MarkerIs,
    Named,
    NotRule,
    ScoreIs,
    leaves,
)
from paucity.response.scoring import (
    Points,
    Probability,
    compare,
    points_of,
    probability_of,
    total,
)
from paucity.response.states import marker_states, say_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.logic import Truth
    from paucity.response.plan import LevelRule, Plan
    from paucity.response.series import Participant
    from paucity.response.states import MarkerState


@dataclass(frozen=True, slots=True)
class CriterionState:
    """One criterion of one participant: met, not met, or unknown."""

    name: str
    label: str
    met: Truth


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """What one item adds to a score."""

    name: str
    label: str
    points: Points


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one participant reached by one definition.

    Attributes:
        participant: as named in the data.
        possible: the levels that are possible, best first; one where it is certain.
        deciding: the markers that would decide, by preferred name; none where it is certain.
        markers: what became of each marker.
        unconfirmed: the levels possible before a second assessment, if there is one.
        criteria: what became of each criterion, in the order of the definition.
        items: the points of each item, in a score.
        score: the least and most the points can add up to, in a score.
        probability: what the score's printed table gives for it.

    Criteria and points are those of the first assessment.
    """

    participant: str
    possible: tuple[str, ...]
    deciding: tuple[str, ...] = ()
    markers: tuple[MarkerState, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    criteria: tuple[CriterionState, ...] = ()
    items: tuple[ItemPoints, ...] = ()
    score: Points | None = None
    probability: Probability | None = None

    @property
    def certain(self) -> bool:
        """Tell whether the level is certain."""
        return len(self.possible) == 1

    @property
    def level(self) -> str:
        """Return the level where it is certain, else nothing."""
        return self.possible[0] if self.certain else ""

    @property
    def result(self) -> str:
        """Return the level, or the levels that are possible: `PR or NR`."""
        return " or ".join(self.possible)


def level_truth(rule: LevelRule, states: Mapping[str, MarkerState]) -> Truth:
    """Return whether a level's rule holds.

    Args:
        rule: of the level.
        states: of the markers, with the truths the rule asks for.

    >>> from paucity.response.states import MarkerState
    >>> states = {n: MarkerState(n, "", truths={"improved": t})
    ...           for n, t in (("a", True), ("b", None), ("c", False))}
    >>> level_truth(CountOf("improved", 2, ("a", "b", "c")), states) is None
    True
    """
    match rule:
        case Always():
            return True
        case MarkerIs(marker=marker, state=state):
            return states[marker].truths[state]
        case CountOf(state=state, least=least, markers=markers):
            truths = [states[m].truths[state] for m in markers]
            return _counted(truths, least)
        case CountRules(least=least, parts=parts):
            return _counted([level_truth(p, states) for p in parts], least)
        case Named(rule=part):
            return level_truth(part, states)
        case ScoreIs(operator=operator, value=value, items=items):
            points = total(item_points(i, states) for i in items)
            return compare(points, operator, value)
        case AllRules(parts=parts):
            return all_of(level_truth(p, states) for p in parts)
        case AnyRule(parts=parts):
            return any_of(level_truth(p, states) for p in parts)
        case NotRule(part=part):
            return negate(level_truth(part, states))


def _counted(truths: list[Truth], least: int) -> Truth:
    if sum(t is True for t in truths) >= least:
        return True
    return None if sum(t is not False for t in truths) >= least else False


def item_points(item: Item, states: Mapping[str, MarkerState]) -> Points:
    """Return the points of an item of a score."""
    return points_of((points, level_truth(rule, states)) for points, rule in item.bands)


def open_leaves(rule: LevelRule, states: Mapping[str, MarkerState]) -> Iterator[str]:
    """Yield the markers, undecided themselves, that keep a rule undecided."""
    if level_truth(rule, states) is not None:
        return
    match rule:
        case AllRules(parts=parts) | AnyRule(parts=parts) | CountRules(parts=parts):
            for part in parts:
                yield from open_leaves(part, states)
        case NotRule(part=part) | Named(rule=part):
            yield from open_leaves(part, states)
        case ScoreIs(items=items):
            yield from _open_items(items, states)
        case _:
            for leaf in leaves(rule):
                if states[leaf.marker].truths[leaf.state] is None:
                    yield leaf.marker


def _open_items(items: Iterable[Item], states: Mapping[str, MarkerState]) -> Iterator[str]:
    """Yield the markers, undecided themselves, that keep the points of items open."""
    for item in items:
        points = item_points(item, states)
        if points.low != points.high:
            for _, rule in item.bands:
                yield from open_leaves(rule, states)


def decide(plan: Plan, states: Mapping[str, MarkerState]) -> tuple[tuple[str, ...], set[str]]:
    """Return the levels that are possible, best first, and the markers that would decide."""
    possible: list[str] = []
    deciding: set[str] = set()
    for name, rule in plan.levels:
        truth = level_truth(rule, states)
        if truth is False:
            continue
        possible.append(name)
        if truth:
            return tuple(possible), deciding
        deciding.update(open_leaves(rule, states))
    deciding.update(() if plan.levels else _open_items(plan.items, states))
    return (*possible, plan.outcomes[-1]), deciding


def worse(plan: Plan, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the levels that the worse of two assessments can be."""
    order = plan.outcomes
    pairs = {max(order.index(a), order.index(b)) for a in one for b in other}
    return tuple(order[i] for i in sorted(pairs))


def evaluate(plan: Plan, participant: Participant, confirming: Plan | None = None) -> Outcome:
    """Return what a participant reached.

    Args:
        plan: the definition, ready to compute.
        participant: all that was measured.
        confirming: the same definition over the window of a second assessment.
    """
    states = marker_states(plan, participant)
    possible, deciding = decide(plan, states)
    unconfirmed: tuple[str, ...] = ()
    if confirming is not None:
        later, later_deciding = decide(confirming, marker_states(confirming, participant))
        unconfirmed, possible = possible, worse(plan, possible, later)
        deciding |= later_deciding
    names = tuple(m.name for m in plan.markers if m.name in deciding)
    items = tuple(ItemPoints(i.name, i.label, item_points(i, states)) for i in plan.items)
    score = total(i.points for i in items) if items else None
    return Outcome(
        participant.name,
        possible,
        names if len(possible) > 1 or not plan.levels else (),
        tuple(states[m.name] for m in plan.markers),
        unconfirmed,
        tuple(CriterionState(c.name, c.label, level_truth(c, states)) for c in plan.criteria),
        items,
        score,
        probability_of(score, plan.probability) if score else None,
    )


def trace(plan: Plan, outcome: Outcome) -> tuple[str, ...]:
    """Return in words how a participant's level came about, one statement to a line.

    Args:
        plan: the definition that was computed.
        outcome: of one participant.
    """
    lines = [say_state(state) for state in outcome.markers]
    states = {state.marker: state for state in outcome.markers}
    named = {True: "met", False: "not met", None: "met or not met"}
    for criterion in plan.criteria:
        said = _say_rule(criterion.rule, states)
        lines.append(f"{criterion.label}: {said}: {named[level_truth(criterion, states)]}")
    lines += [f"{item.label}: {_say_points(item.points)}" for item in outcome.items]
    if outcome.score is not None:
        lines.append(f"score: {_say_points(outcome.score)}")
    if outcome.probability is not None:
        between = ", interpolated" if outcome.probability.interpolated else ""
        lines.append(f"probability: {outcome.probability} (printed table{between})")
    for name, rule in plan.levels:
        truth = level_truth(rule, states)
        word = {True: "certain", False: "impossible", None: "possible"}[truth]
        lines.append(f"{name}: {_say_rule(rule, states)}: {word}")
        if truth:
            break
    if outcome.unconfirmed:
        lines.append(f"before confirmation: {' or '.join(outcome.unconfirmed)}")
    end = f"{outcome.participant}: {outcome.result}"
    if outcome.deciding:
        end += f"; {', '.join(outcome.deciding)} would decide"
    return (*lines, end)


def _say_rule(rule: LevelRule, states: Mapping[str, MarkerState]) -> str:
    match rule:
        case Always():
            return "everyone else"
        case MarkerIs(marker=marker, state=state):
            return f"{marker} {state} ({_WORDS[states[marker].truths[state]]})"
        case CountOf(state=state, least=least, markers=markers):
            return _say_count(state, least, [states[m].truths[state] for m in markers])
        case CountRules(state=state, least=least, parts=parts):
            return _say_count(state, least, [level_truth(p, states) for p in parts])
        case Named(label=label):
            return f"{label} met ({_WORDS[level_truth(rule, states)]})"
        case ScoreIs(operator=operator, value=value, items=items):
            points = total(item_points(i, states) for i in items)
            return f"score {operator} {say(value)}, {points} found"
        case AllRules(parts=parts):
            return " and ".join(_say_rule(p, states) for p in parts)
        case AnyRule(parts=parts):
            return " or ".join(f"({_say_rule(p, states)})" for p in parts)
        case NotRule(part=part):
            return f"not ({_say_rule(part, states)})"


def _say_points(points: Points) -> str:
    return f"{points} point{'' if points.low == points.high == 1 else 's'}"


def _say_count(state: str, least: int, truths: list[Truth]) -> str:
    known, most = sum(t is True for t in truths), sum(t is not False for t in truths)
    found = f"{known}" if known == most else f"{known} to {most}"
    return f"{least} of {len(truths)} {state} needed, {found} found"


_WORDS = {True: "yes", False: "no", None: "unknown"}
