"""The rules of levels as truths of a participant, and the markers that keep a rule undecided.

Null is unknown: SQL's ``and``, ``or`` and ``not`` are Kleene's.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from paucity.response.plan import (
    AllRules,
    AnyRule,
    CountOf,
    CountRules,
    MarkerIs,
    Named,
    NotRule,
    ScoreIs,
)
from paucity.response.series import Participant
from paucity.response.states import marker_states
from paucity.response.table_layout import state_column, truth_column
from paucity.response.table_score import Scored, score_truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.plan import LevelRule, Plan


class Rules:
    """The rules of one plan over the states and truths of its markers, one row a participant.

    Args:
        ibis: the library.
        plan: has the rules.
        number: of the assessment, in the names of columns.

    Attributes:
        nobody: the state of each marker, and its truths, of who has no values.
        scored: the score, once `with_score` has added it; None if the plan has none.
    """

    def __init__(self, ibis: Any, plan: Plan, number: int) -> None:
        self.ibis = ibis
        self.plan = plan
        self.number = number
        self.nobody = marker_states(plan, Participant(""))
        self.scored: Scored | None = None

    def with_score(self, whole: Any) -> Any:
        """Add the least and the most that each item and the score can come to."""
        if not self.plan.items:
            return whole
        bands = [
            [(points, self.holds(whole, rule)) for points, rule in item.bands]
            for item in self.plan.items
        ]
        self.scored = scored = Scored(self.ibis, bands, self.number)
        whole = whole.mutate(**scored.items()).view()
        return whole.mutate(**scored.totals(whole)).view()

    def holds(self, whole: Any, rule: LevelRule) -> Any:
        """Return whether a rule holds, null where that is not known."""
        match rule:
            case MarkerIs(marker=marker, state=state):
                return self._truth(whole, marker, state)
            case CountOf(state=state, least=least, markers=markers):
                return self._counted([self._truth(whole, m, state) for m in markers], least)
            case CountRules(least=least, parts=parts):
                return self._counted([self.holds(whole, p) for p in parts], least)
            case Named(rule=part):
                return self.holds(whole, part)
            case ScoreIs(operator=operator, value=value):
                return score_truth(self.ibis, whole, self._score, operator, value)
            case AllRules(parts=parts):
                return reduce(lambda a, b: a & b, [self.holds(whole, p) for p in parts])
            case AnyRule(parts=parts):
                return reduce(lambda a, b: a | b, [self.holds(whole, p) for p in parts])
            case NotRule(part=part):
                return ~self.holds(whole, part)
        return self.ibis.literal(True)  # noqa: FBT003

    def _truth(self, whole: Any, marker: str, state: str) -> Any:
        """Return a truth of a participant, that of no values where there are none."""
        markers = self.plan.markers
        i = next(i for i, m in enumerate(markers) if m.name == marker)
        nothing = self.nobody[marker].truths[state]
        default = self.ibis.null("boolean") if nothing is None else self.ibis.literal(nothing)
        column = truth_column(self.number, i, markers[i].asked.index(state))
        if column not in whole.columns:
            return default
        if nothing is None:
            return whole[column]
        return self.ibis.ifelse(whole[state_column(self.number, i)] > 0, whole[column], default)

    def _counted(self, truths: list[Any], least: int) -> Any:
        yes = self._number(truths, missing=False)
        can = self._number(truths, missing=True)
        return self.ibis.cases((yes >= least, True), (can < least, False))

    def _number(self, truths: list[Any], *, missing: bool) -> Any:
        ones = [t.fill_null(missing).cast("int16") for t in truths]
        return reduce(lambda a, b: a + b, ones, self.ibis.literal(0, "int16"))

    def open_markers(
        self, whole: Any, rule: LevelRule, found: Any = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield the markers that keep a rule undecided, with when they do.

        What is `found` of the rule is not computed again.
        """
        match rule:
            case AllRules(parts=parts) | AnyRule(parts=parts) | CountRules(parts=parts):
                inner = [leaf for part in parts for leaf in self.open_markers(whole, part)]
            case NotRule(part=part) | Named(rule=part):
                # As open as its part. `NOT x IS NULL` would be read as `NOT (x IS NULL)`.
                yield from self.open_markers(whole, part)
                return
            case ScoreIs():
                inner = list(self.open_items(whole))
            case MarkerIs(marker=marker, state=state):
                yield marker, self._truth(whole, marker, state).isnull()
                return
            case CountOf(state=state, markers=markers):
                inner = [(m, self._truth(whole, m, state).isnull()) for m in markers]
            case _:
                return
        undecided = (self.holds(whole, rule) if found is None else found).isnull()
        for marker, hit in inner:
            yield marker, hit & undecided

    def open_items(self, whole: Any) -> Iterator[tuple[str, Any]]:
        """Yield the markers that keep the points of an item open, with when they do."""
        for i, item in enumerate(self.plan.items):
            least, most = (whole[name] for name in self._score.ends(i))
            for _, rule in item.bands:
                for marker, hit in self.open_markers(whole, rule):
                    yield marker, hit & (least < most)

    @property
    def _score(self) -> Scored:
        if self.scored is None:
            raise ValueError("the score is asked for before its columns are there")
        return self.scored
