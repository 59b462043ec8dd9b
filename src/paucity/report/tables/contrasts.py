"""The table of populations held against one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.analysis import plan
from paucity.contrasts import contrasts
from paucity.counts import percent_of, whole_percent
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.report.tables.pooled import analysis_label, group_label

if TYPE_CHECKING:
    from paucity.analysis import Group
    from paucity.contrasts import Contrast
    from paucity.protocol import Analysis
    from paucity.review import Review

EXPLORATORY: Final = (
    "Nobody was randomised to a population. The studies of two populations differ in more than "
    "their people, and there are few of them: a contrast here explores, and shows no effect."
)


def contrast_table(review: Review) -> Table:
    """Return every pair of populations of the plan, with the odds ratio or why there is none."""
    found = contrasts(review.evidence)
    analyses = plan(review.evidence)
    rows = tuple(_row(review, c, analyses[c.analysis]) for c in found)
    columns = (
        Column("pair", "Populations"),
        Column("one", "The first", numeric=True),
        Column("other", "The second", numeric=True),
        Column("ratio", "Odds ratio (95% interval)", numeric=True),
        Column("chance", "Is the first higher?"),
        Column("why", "Why there is no number"),
    )
    notes = (
        EXPLORATORY,
        (
            "Odds ratio: the odds of response in the median study of the first over those of the "
            "second, by one model with the same spread between studies in both. Agents are never "
            "held against one another."
        ),
    )
    shown = tuple(c for c in columns if any(row[c.key].text for row in rows))
    return Table("contrasts", "Populations against one another", shown, rows, notes)


def _row(review: Review, found: Contrast, analysis: Analysis) -> TableRow:
    pair = [group_label(review, g, analysis) for g in (found.group, found.against)]
    ratio = found.odds_ratio
    return TableRow(
        {
            "pair": Cell(" against ".join(pair)),
            "one": _counted(found.group),
            "other": _counted(found.against),
            "ratio": EMPTY if ratio is None else Cell(ratio_text(found), f"{ratio[0]:.4g}"),
            "chance": Cell(chance_text(found)),
            "why": Cell(found.why),
        },
        group=analysis_label(found.analysis, analysis),
    )


def _counted(group: Group) -> Cell:
    events, n = sum(x.events for x in group.lines), sum(x.n for x in group.lines)
    k = len(group.lines)
    cohorts = f"{k} cohort{'' if k == 1 else 's'}"
    return Cell(f"{events} of {n} ({percent_of(events, n)}%), {cohorts}", f"{events}/{n}")


def ratio_text(found: Contrast) -> str:
    """Return an odds ratio with its limits: `2.1 (0.31 to 12)`; empty if there is none."""
    if found.odds_ratio is None:
        return ""
    point, low, high = map(_short, found.odds_ratio)
    return f"{point} ({low} to {high})"


def _short(value: float) -> str:
    """Return a ratio with two digits that count.

    >>> [_short(v) for v in (0.004, 0.314, 2.06, 12.4, 5000)]
    ['below 0.01', '0.31', '2.1', '12', 'above 999']
    """
    if value < 0.01:
        return "below 0.01"
    if value >= 999.5:
        return "above 999"
    return f"{value:.2f}" if value < 0.995 else f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def chance_text(found: Contrast) -> str:
    """Return how probable it is that the first is higher, or the p-value of no difference."""
    if found.higher is not None:
        share = found.higher
        told = ">99" if share > 0.99 else "<1" if share < 0.01 else whole_percent(share)
        return f"probability {told}%"
    if found.p is None:
        return ""
    return f"p = {found.p:.2g}" if found.p >= 0.001 else "p < 0.001"


def contrast_sentence(review: Review, found: Contrast) -> str:
    """Return a contrast in words, for the terminal."""
    analysis = plan(review.evidence)[found.analysis]
    one, other = (group_label(review, g, analysis) for g in (found.group, found.against))
    if found.odds_ratio is None:
        return f"{one} against {other}: none, {found.why}"
    chance = chance_text(found).replace("probability", "higher with a probability of")
    return f"{one} against {other}: odds ratio {ratio_text(found)}, {chance}"
