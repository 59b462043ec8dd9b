"""The analyses of the plan side by side: what each pools, or why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from paucity.counts import whole_percent
from paucity.report.figures.drawing import FILLS, INK, Drawing
from paucity.report.figures.panels import Layout, Span, draw_panels, limits
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Setting:
    """One analysis of one agent or population; proportions in percent.

    Attributes:
        label: the analysis.
        counted: the counts added: `16 of 24`; empty if no cohort is left.
        point: the pooled proportion, or if nothing is pooled that of the counts added.
        interval: its 95% interval.
        pooled: whether the proportion is pooled.
        why: why nothing is pooled, or what is to be said of the number; empty if nothing is.
    """

    label: str
    counted: str
    point: float | None
    interval: Span | None
    pooled: bool
    why: str = ""

    @property
    def said(self) -> str:
        """Return the number, or the reason in its place: `68% (37 to 90)`."""
        if not self.pooled or self.point is None:
            return self.why
        point = f"{whole_percent(self.point / 100)}%"
        if self.interval is None:
            return point
        low, high = (whole_percent(end / 100) for end in self.interval)
        return f"{point} ({low} to {high})" + (f", {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class Settings:
    """The analyses of one agent or population."""

    heading: str
    settings: tuple[Setting, ...]


def sensitivity_panel(title: str, groups: Sequence[Settings]) -> Drawing | None:
    """Draw every analysis of each group under one another, or the reason for its refusal.

    Args:
        title: the caption.
        groups: agents or populations, each with its analyses.

    Returns:
        The figure; None if there is nothing to draw.
    """
    if not any(group.settings for group in groups):
        return None
    told = " ".join(f"{g.heading}: {'; '.join(map(_told, g.settings))}." for g in groups)
    alt = (
        f"For each of {len(groups)} group{'' if len(groups) == 1 else 's'} the analyses of the "
        f"plan under one another, in percent with 95% interval. {told}"
    )
    drawn = partial(_draw, tuple(groups))
    return Drawing("sensitivity", title, alt, _table(groups), drawn)


def _told(setting: Setting) -> str:
    return ", ".join(filter(None, (setting.label, setting.counted, setting.said)))


_LAYOUT: Final = Layout(left=0.37, right=0.63, row=0.195, axis=0.44, margin=0.5, size=7.2)


def _draw(groups: tuple[Settings, ...]) -> str:
    return draw_panels(_LAYOUT, [(group.heading, group.settings) for group in groups], _setting)


def _setting(axes: Axes, setting: Setting, y: float) -> None:
    """Draw a filled diamond if something is pooled, an open square if the counts are only added."""
    _LAYOUT.write(
        axes, _LAYOUT.start + 0.04, y, shorten(setting.label, 58, placeholder="…"), size=6.8
    )
    if setting.counted:
        _LAYOUT.write(axes, 1.04, y, setting.counted)
    how = {} if setting.pooled else {"style": "italic"}
    _LAYOUT.write(axes, _LAYOUT.end, y, setting.said, ha="right", **how)
    if setting.point is None or setting.interval is None:
        return
    drawn: dict[str, Any] = {"color": INK, "linewidth": 1.3}
    marker: dict[str, Any] = {"marker": "D", "s": 24, "color": FILLS[0]}
    if not setting.pooled:
        drawn = {"color": INK, "linewidth": 0.7, "linestyle": (0, (1, 1.6))}
        marker = {"marker": "s", "s": 15, "facecolor": "white", "edgecolor": INK}
    axes.plot(setting.interval, (y, y), solid_capstyle="butt", zorder=2, **drawn)
    axes.scatter([setting.point], [y], linewidths=0.8, zorder=3, clip_on=False, **marker)


def _table(groups: Sequence[Settings]) -> Table:
    rows = tuple(
        TableRow(
            {
                "analysis": Cell(setting.label),
                "counted": Cell(setting.counted),
                "percent": EMPTY if setting.point is None else Cell(f"{setting.point:.1f}"),
                "interval": limits(setting.interval),
                "kind": Cell(_kind(setting)),
                "why": Cell(setting.why),
            },
            group=group.heading,
        )
        for group in groups
        for setting in group.settings
    )
    columns = (
        Column("analysis", "Analysis"),
        Column("counted", "Counted"),
        Column("percent", "Percent", numeric=True),
        Column("interval", "95% interval", numeric=True),
        Column("kind", "What is drawn"),
        Column("why", "Reason or remark"),
    )
    return Table("figure-sensitivity", "Analyses drawn", columns, rows)


def _kind(setting: Setting) -> str:
    if setting.point is None:
        return "nothing"
    return "pooled" if setting.pooled else "counts added"
