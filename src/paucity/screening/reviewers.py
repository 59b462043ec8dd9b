"""How far reviewers agree, two by two, on the records that both screened."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from paucity.agreement import Kappa, cohen_kappa, gwet_ac1, observed_agreement, pabak
from paucity.screening.votes import Choice, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.protocol import ScreeningPlan
    from paucity.screening.decisions import Decisions

NOBODY = "no record was screened by both"
ONE_SIDED = "both put every record on the same side, so chance alone agrees"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers at one stage.

    Attributes:
        stage: the stage.
        one: name of the first reviewer.
        other: name of the second.
        table: records by what the first and the second said.
        both: records that both screened: only these are counted.
        alone: records that just one of the two screened, and which are not counted.
        unsure: records both screened that are left out since one was unsure (at full text).
        raw: the part on which they agree.
        kappa: Cohen's kappa.
        pabak: prevalence- and bias-adjusted kappa.
        ac1: Gwet's AC1.
    """

    stage: Stage
    one: str
    other: str
    table: Mapping[tuple[str, str], int]
    both: int
    alone: int
    unsure: int
    raw: Kappa
    kappa: Kappa
    pabak: Kappa
    ac1: Kappa


def agreements(decisions: Decisions, plan: ScreeningPlan) -> tuple[Agreement, ...]:
    """Return the agreement of every two reviewers who screened at a stage.

    The first vote of each on a report counts, not the last: agreement is that of independent
    judgement, before a disagreement is talked over. The votes of the reviewer who settles conflicts
    are left out. At title and abstract unsure counts as include, since it has the same effect.
    """
    out = []
    for stage in Stage:
        first: dict[str, dict[int, Choice]] = {}
        for report, vote in decisions.cast:
            if vote.stage is stage and vote.reviewer != plan.settled_by:
                first.setdefault(vote.reviewer, {}).setdefault(report, vote.decision)
        out += [_pair(stage, a, b, first[a], first[b]) for a, b in combinations(sorted(first), 2)]
    return tuple(out)


def _pair(
    stage: Stage, one: str, other: str, mine: Mapping[int, Choice], theirs: Mapping[int, Choice]
) -> Agreement:
    table: dict[tuple[str, str], int] = {}
    unsure = 0
    shared = sorted(mine.keys() & theirs.keys())
    for report in shared:
        pair = _side(mine[report], stage), _side(theirs[report], stage)
        if "" in pair:
            unsure += 1
        else:
            table[pair] = table.get(pair, 0) + 1
    categories = [Choice.INCLUDE.value, Choice.EXCLUDE.value]
    return Agreement(
        stage,
        one,
        other,
        dict(sorted(table.items())),
        len(shared),
        len(mine.keys() ^ theirs.keys()),
        unsure,
        observed_agreement(table),
        cohen_kappa(table, NOBODY, ONE_SIDED),
        pabak(table, categories),
        gwet_ac1(table, categories),
    )


def _side(choice: Choice, stage: Stage) -> str:
    if choice is Choice.UNSURE:
        return Choice.INCLUDE.value if stage is Stage.TITLE else ""
    return choice.value
