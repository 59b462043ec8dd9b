"""Decide the levels of a definition from marker states: the reference evaluator.

Levels are tried in order, best first, in Kleene logic. A participant gets a level only when it is
certain; otherwise every level that stays possible, with the markers that would decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.logic import all_of, any_of, negate
from paucity.response.plan import (
    NO_LEVEL,
    AllRules,
    Always,
    AnyRule,
    CountOf,
    MarkerIs,
    NotRule,
    leaves,
)
from paucity.response.states import marker_states, say_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.logic import Truth
    from paucity.response.plan import LevelRule, Plan
    from paucity.response.series import Participant
    from paucity.response.states import MarkerState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one participant reached by one definition.

    Attributes:
        participant: as named in the data.
        possible: the levels that are possible, best first; one where it is certain.
        deciding: the markers that would decide, by preferred name; none where it is certain.
        markers: what became of each marker.
        unconfirmed: the levels possible before a second assessment, if there is one.
    """

    participant: str
    possible: tuple[str, ...]
    deciding: tuple[str, ...] = ()
    markers: tuple[MarkerState, ...] = ()
    unconfirmed: tuple[str, ...] = ()

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
            if sum(t is True for t in truths) >= least:
                return True
            return None if sum(t is not False for t in truths) >= least else False
        case AllRules(parts=parts):
            return all_of(level_truth(p, states) for p in parts)
        case AnyRule(parts=parts):
            return any_of(level_truth(p, states) for p in parts)
        case NotRule(part=part):
            return negate(level_truth(part, states))


def open_leaves(rule: LevelRule, states: Mapping[str, MarkerState]) -> Iterator[str]:
    """Yield the markers, undecided themselves, that keep a rule undecided."""
    if level_truth(rule, states) is not None:
        return
    match rule:
        case AllRules(parts=parts) | AnyRule(parts=parts):
            for part in parts:
                yield from open_leaves(part, states)
        case NotRule(part=part):
            yield from open_leaves(part, states)
        case _:
            for leaf in leaves(rule):
                if states[leaf.marker].truths[leaf.state] is None:
                    yield leaf.marker


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
    return (*possible, NO_LEVEL), deciding


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
    return Outcome(
        participant.name,
        possible,
        names if len(possible) > 1 else (),
        tuple(states[m.name] for m in plan.markers),
        unconfirmed,
    )


def trace(plan: Plan, outcome: Outcome) -> tuple[str, ...]:
    """Return in words how a participant's level came about, one statement to a line.

    Args:
        plan: the definition that was computed.
        outcome: of one participant.
    """
    lines = [say_state(state) for state in outcome.markers]
    states = {state.marker: state for state in outcome.markers}
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
            truths = [states[m].truths[state] for m in markers]
            known, most = sum(t is True for t in truths), sum(t is not False for t in truths)
            found = f"{known}" if known == most else f"{known} to {most}"
            return f"{least} of {len(markers)} {state} needed, {found} found"
        case AllRules(parts=parts):
            return " and ".join(_say_rule(p, states) for p in parts)
        case AnyRule(parts=parts):
            return " or ".join(f"({_say_rule(p, states)})" for p in parts)
        case NotRule(part=part):
            return f"not ({_say_rule(part, states)})"


_WORDS = {True: "yes", False: "no", None: "unknown"}
