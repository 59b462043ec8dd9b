"""Which figures a review's report has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paucity.linked import prisma_flow
from paucity.report.answer import Answer, count_at
from paucity.report.comparison import not_compared, several_agents
from paucity.report.figures import (
    Bar,
    Drawing,
    definition_flow,
    evidence_map,
    response_bars,
    schedule_figure,
)
from paucity.report.figures.prisma import flow_figure
from paucity.report.populations import known_of
from paucity.report.synthesis import synthesis_drawings
from paucity.report.tables.definitions import name_of
from paucity.report.tables.participants import sensitivities
from paucity.response.agreement import compare_definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.review import Review


def drawings_of(review: Review, answers: tuple[Answer, ...]) -> dict[str, Drawing]:
    """Return the figures of a report by name: flow, evidence, synthesis, definitions, regimens.

    The figure of the definitions is there where participants are described one by one. It has rates
    where all are of one study that describes enough of them, as the tables have.
    """
    scale = review.protocol.scale
    levels = {name: level.label for name, level in scale.items() if not level.outside}
    populations = review.protocol.populations
    beside = not_compared(review) if several_agents(review) else ""
    made = [
        flow_figure(prisma_flow(review.evidence, review.screening)),
        response_bars(_bars(answers, list(levels)), levels),
        evidence_map(
            [answer.label for answer in answers],
            list(dict.fromkeys(p.label or name for name, p in populations.items())),
            known_of(review, answers),
        ),
        *synthesis_drawings(review),
    ]
    apart = {"belief", "prisma-flow"}  # no two agents stand in them
    shown = [replace(d, note="" if d.name in apart else beside) for d in made if d is not None]
    if flow := _flow(review):
        shown.append(flow)
    schedules = map(schedule_figure, review.regimens.values())
    shown += [drawing for drawing in schedules if drawing is not None]
    return {drawing.name: drawing for drawing in shown}


def _flow(review: Review) -> Drawing | None:
    """Return how the participants described flow between the definitions."""
    computed = [a for a in review.recomputed.values() if a.plan is not None]
    if len(computed) < 2:
        return None
    labels = {a.definition: name_of(review, review.definitions[a.definition]) for a in computed}
    studies = {person.study for person in review.people.participants.values()}
    rated = len(studies) == 1 and bool(sensitivities(review))
    levels = {a.definition: a.levels for a in computed}
    return definition_flow(compare_definitions(computed), levels, labels, rated=rated)


MANY = 60
"""Cohorts from which on each agent is drawn as one bar."""


def _bars(answers: tuple[Answer, ...], levels: list[str]) -> list[Bar]:
    held = [bar for answer in answers for bar in _of(answer, levels)]
    return held if len(held) <= MANY else _summed(held)


def _of(answer: Answer, levels: list[str]) -> Iterator[Bar]:
    for row in answer.rows:
        counts = {level: count_at(row, level) for level in levels}
        known = {level: count for level, count in counts.items() if count}
        if row.n and known and None not in counts.values():
            label = row.study.name + (f": {row.cohort.label}" if row.cohort.label else "")
            yield Bar(answer.label, label, row.n, row.unit, known)


def _summed(bars: list[Bar]) -> list[Bar]:
    """Return one bar for each agent and unit, which says how many cohorts it sums."""
    groups: dict[tuple[str, str], list[Bar]] = {}
    for bar in bars:
        groups.setdefault((bar.group, bar.unit), []).append(bar)
    out = []
    for (group, unit), members in groups.items():
        levels = dict.fromkeys(level for bar in members for level in bar.counts)
        counts = {level: sum(bar.counts.get(level, 0) for bar in members) for level in levels}
        cohorts = f"{len(members)} cohort{'' if len(members) == 1 else 's'}"
        label = f"sum over {cohorts}, {unit}"
        out.append(Bar(group, label, sum(bar.n for bar in members), unit, counts))
    return out
