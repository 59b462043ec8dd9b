"""Which figures a review's report has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.report.answer import Answer, count_at
from paucity.report.figures import Bar, Drawing, evidence_map, response_bars, schedule_figure
from paucity.report.populations import known_of
from paucity.report.synthesis import synthesis_drawings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.review import Review


def drawings_of(review: Review, answers: tuple[Answer, ...]) -> dict[str, Drawing]:
    """Return the figures of a report by name: responses, evidence, synthesis, regimens."""
    scale = review.protocol.scale
    levels = {name: level.label for name, level in scale.items() if not level.outside}
    populations = review.protocol.populations
    made = [
        response_bars(_bars(answers, list(levels)), levels),
        evidence_map(
            [answer.label for answer in answers],
            list(dict.fromkeys(p.label or name for name, p in populations.items())),
            known_of(review, answers),
        ),
        *synthesis_drawings(review),
        *(schedule_figure(regimen) for regimen in review.regimens.values()),
    ]
    return {drawing.name: drawing for drawing in made if drawing is not None}


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
