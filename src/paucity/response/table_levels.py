"""The level of each participant as columns: certain, or one of several, and what would decide."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from paucity.response.plan import Always
from paucity.response.table_layout import is_value, levels_in, state_column
from paucity.response.table_rules import Rules
from paucity.response.table_score import probabilities
from paucity.response.table_states import states_in_words

if TYPE_CHECKING:
    from paucity.response.plan import MarkerPlan, Plan


class Levels:
    """Compiles the levels of one definition, over one assessment or two.

    Args:
        ibis: the library.
        plans: of the definition; a second one is that of the confirming assessment.
    """

    def __init__(self, ibis: Any, plans: list[Plan]) -> None:
        self.ibis = ibis
        self.plan = plans[0]
        self.assessments = [Rules(ibis, plan, number) for number, plan in enumerate(plans)]

    def table(self, whole: Any) -> Any:
        """Return the levels.

        Args:
            whole: a row for each participant, with the states and truths of the markers.
        """
        for rules in self.assessments:
            whole = rules.with_score(whole)
        whole = self._ruled(whole)
        possible, deciding = [], []
        for assessment in self.assessments:
            some, open_ = self._decided(whole, assessment)
            possible.append(some)
            deciding.append(open_)
        reached = possible[0] if len(possible) == 1 else self._worse(*possible)
        outcomes = self.plan.outcomes
        mask = reduce(
            lambda a, b: a + b,
            [p.ifelse(self.ibis.literal(2**i, "int16"), 0) for i, p in enumerate(reached)],
        )
        opens = {}
        for i in range(len(self.plan.markers)):
            if found := [d[i] for d in deciding if i in d]:
                opens[f"o{i}"] = reduce(lambda a, b: a | b, found).fill_null(False)  # noqa: FBT003
        whole = whole.mutate(mask=mask, **opens).view()
        said = [
            (whole.mask == m, " or ".join(levels_in(outcomes, m)))
            for m in range(1, 2 ** len(outcomes))
        ]
        single = [(whole.mask == 2**i, name) for i, name in enumerate(outcomes)]
        certain = whole.mask.isin([2**i for i in range(len(outcomes))])
        listed = self.ibis.literal("")
        for i, marker in enumerate(self.plan.markers):
            if f"o{i}" in opens:
                listed += whole[f"o{i}"].ifelse(f"; {marker.name}", "")
        return whole.select(
            participant=whole.participant.cast("string"),
            level=self.ibis.cases(*single, else_=""),
            result=self.ibis.cases(*said),
            certain=certain,
            deciding=certain.ifelse("", listed.substr(2)) if self.plan.levels else listed.substr(2),
            **self._score_columns(whole),
            **{m.name: self._state(whole, i, m) for i, m in enumerate(self.plan.markers)},
            **{c: whole[c] for c in whole.columns if is_value(c)},
        )

    def _ruled(self, whole: Any) -> Any:
        """Add whether the rule of each level holds."""
        rules = {
            _rule_column(assessment, k): assessment.holds(whole, rule)
            for assessment in self.assessments
            for k, (_, rule) in enumerate(assessment.plan.levels)
        }
        return whole.mutate(**rules).view()

    def _score_columns(self, whole: Any) -> dict[str, Any]:
        first = self.assessments[0].scored
        if first is None:
            return {}
        least, most = whole[first.least], whole[first.most]
        out = {"score_least": least / float(first.scale), "score_most": most / float(first.scale)}
        if self.plan.probability:
            ends = probabilities(self.ibis, least, most, first.scale, self.plan.probability)
            out |= {"probability_least": ends[0], "probability_most": ends[1]}
        return out

    def _state(self, whole: Any, i: int, marker: MarkerPlan) -> Any:
        nothing = self.assessments[0].nobody[marker.name].state
        column = state_column(0, i)
        if column not in whole.columns:
            return self.ibis.literal(nothing)
        state = whole[column]
        words = states_in_words(marker.asked[0])
        named = [(state == number, word) for number, word in enumerate(words, 1)]
        return self.ibis.cases(*named, else_=nothing)

    def _decided(self, whole: Any, assessment: Rules) -> tuple[list[Any], dict[int, Any]]:
        """Return which outcomes are possible, and when each marker would decide."""
        plan = assessment.plan
        names = [m.name for m in plan.markers]
        going = self.ibis.literal(True)  # noqa: FBT003
        possible: list[Any] = []
        deciding: dict[int, Any] = {}
        for k, (_, rule) in enumerate(plan.levels):
            if isinstance(rule, Always):
                possible.append(going)
                going = self.ibis.literal(False)  # noqa: FBT003
                continue
            found = whole[_rule_column(assessment, k)]
            possible.append(going & found.fill_null(True))  # noqa: FBT003
            for marker, hit in assessment.open_markers(whole, rule, found):
                i = names.index(marker)
                here = hit & going
                deciding[i] = deciding[i] | here if i in deciding else here
            going &= ~found.fill_null(False)  # noqa: FBT003
        if len(plan.outcomes) > len(possible):
            possible.append(going)
        for marker, hit in () if plan.levels else assessment.open_items(whole):
            i = names.index(marker)
            deciding[i] = deciding[i] | hit if i in deciding else hit
        return possible[: len(plan.outcomes)], deciding

    def _worse(self, one: list[Any], other: list[Any]) -> list[Any]:
        """Return which outcomes the worse of two assessments can be."""

        def up_to(some: list[Any], i: int) -> Any:
            return reduce(lambda a, b: a | b, some[: i + 1])

        return [(one[i] & up_to(other, i)) | (other[i] & up_to(one, i)) for i in range(len(one))]


def _rule_column(assessment: Rules, level: int) -> str:
    return f"r{assessment.number}_{level}"
