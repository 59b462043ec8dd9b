"""Which figures a review's report has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.report.answer import Answer, count_at
from paucity.report.figures import Bar, Drawing, evidence_map, response_bars, schedule_figure
from paucity.report.populations import known_of

if TYPE_CHECKING:
    from paucity.review import Review


def drawings_of(review: Review, answers: tuple[Answer, ...]) -> dict[str, Drawing]:
    """Return the figures of a report by name: responses, evidence map, regimens by day."""
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
        *(schedule_figure(regimen) for regimen in review.regimens.values()),
    ]
    return {drawing.name: drawing for drawing in made if drawing is not None}


def _bars(answers: tuple[Answer, ...], levels: list[str]) -> list[Bar]:
    out = []
    for answer in answers:
        for row in answer.rows:
            counts = {level: count_at(row, level) for level in levels}
            known = {level: count for level, count in counts.items() if count}
            if row.n and known and None not in counts.values():
                label = row.study.name + (f": {row.cohort.label}" if row.cohort.label else "")
                out.append(Bar(answer.label, label, row.n, row.unit, known))
    return out
