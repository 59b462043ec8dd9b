"""Forest plot: every cohort with its exact interval, and what was pooled or why it was not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from paucity.counts import whole_percent
from paucity.report.figures.drawing import FILLS, INK, Drawing
from paucity.report.figures.panels import Layout, Span, draw_panels, limits
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a forest plot; proportions in percent.

    Attributes:
        label: the cohort, or what stands for the group as a whole.
        counted: the counts as printed: `14 of 22`.
        n: denominator; the marker is larger for more, and never too small to see.
        point: the proportion; None where there is no number.
        interval: its 95% interval.
        prediction: the interval for a new study.
        status: for a group as a whole: what kind of result it is; empty for a cohort.
    """

    label: str
    counted: str
    n: int
    point: float | None
    interval: Span | None
    prediction: Span | None = None
    status: str = ""

    @property
    def said(self) -> str:
        """Return proportion and interval: `64% (41 to 83)`."""
        point = "" if self.point is None else f"{_whole(self.point)}%"
        if self.interval is None:
            return point
        low, high = self.interval
        return f"{point} ({_whole(low)} to {_whole(high)})".strip()


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of one agent or population, that of the whole last."""

    heading: str
    lines: tuple[Line, ...]


def forest_plot(name: str, title: str, panels: Sequence[Panel]) -> Drawing | None:
    """Draw cohorts with exact intervals, and below them the pooled result or why there is none.

    Args:
        name: the figure's file name, without its ending.
        title: its caption.
        panels: the groups.

    Returns:
        The figure; None if there is no line to draw.
    """
    if not any(panel.lines for panel in panels):
        return None
    said = " ".join(f"{panel.heading}: {'; '.join(map(_told, panel.lines))}." for panel in panels)
    alt = f"Forest plot of {sum(len(p.lines) for p in panels)} lines, in percent. {said}"
    return Drawing(name, title, alt, _table(name, panels), partial(_draw, tuple(panels)))


def _whole(value: float) -> str:
    return whole_percent(value / 100)


def _told(line: Line) -> str:
    parts = [f"{line.label}, {line.counted}" if line.counted else line.label, line.said]
    if line.prediction:
        low, high = line.prediction
        parts.append(f"a new study {_whole(low)} to {_whole(high)}")
    return ", ".join(filter(None, parts))


_LAYOUT: Final = Layout(left=0.375, right=0.745, row=0.205, axis=0.4, margin=0.46, size=7.5)


def _draw(panels: tuple[Panel, ...]) -> str:
    most = max(line.n for panel in panels for line in panel.lines)
    rows = [(panel.heading, panel.lines) for panel in panels]
    return draw_panels(_LAYOUT, rows, partial(_line, most=most))


def _line(axes: Axes, line: Line, y: float, *, most: int) -> None:
    whole = bool(line.status)
    how = {"style": "italic"} if whole else {}
    _LAYOUT.write(axes, _LAYOUT.start + 0.03, y, shorten(line.label, 50, placeholder="…"), **how)
    if line.counted:
        _LAYOUT.write(axes, 1.05, y, line.counted, **how)
    if line.said:
        _LAYOUT.write(axes, _LAYOUT.end, y, line.said, ha="right", **how)
    if line.point is None or line.interval is None:
        return
    if whole and line.status == "not pooled":
        return
    if whole:
        _diamond(axes, line, y)
        return
    axes.plot(line.interval, (y, y), color=INK, linewidth=0.9, solid_capstyle="butt", zorder=2)
    axes.scatter(
        [line.point], [y], s=14 + 60 * line.n / most, marker="s", color=FILLS[0], linewidths=0,
        zorder=3, clip_on=False,
    )  # fmt: skip


def _diamond(axes: Axes, line: Line, y: float) -> None:
    from matplotlib.patches import Polygon

    if line.prediction:
        low, high = line.prediction
        axes.plot((low, high), (y, y), color=INK, linewidth=0.9, linestyle=(0, (2, 1.5)), zorder=2)
        for end in (low, high):
            axes.plot((end, end), (y - 0.18, y + 0.18), color=INK, linewidth=0.9, zorder=2)
    if line.point is None or line.interval is None:
        return
    low, high = line.interval
    corners = [(low, y), (line.point, y - 0.34), (high, y), (line.point, y + 0.34)]
    axes.add_patch(Polygon(corners, facecolor=FILLS[1], edgecolor=INK, linewidth=0.7, zorder=3))


def _table(name: str, panels: Sequence[Panel]) -> Table:
    rows = tuple(
        TableRow(
            {
                "cohort": Cell(line.label),
                "counted": Cell(line.counted),
                "n": Cell(str(line.n), line.n),
                "percent": EMPTY if line.point is None else Cell(f"{line.point:.1f}"),
                "interval": limits(line.interval),
                "prediction": limits(line.prediction),
                "status": Cell(line.status),
            },
            group=panel.heading,
        )
        for panel in panels
        for line in panel.lines
    )
    columns = (
        Column("cohort", "Cohort"),
        Column("counted", "Counted"),
        Column("n", "N", numeric=True),
        Column("percent", "Percent", numeric=True),
        Column("interval", "95% interval", numeric=True),
        Column("prediction", "A new study", numeric=True),
        Column("status", "Status"),
    )
    used = tuple(c for c in columns if any(row[c.key].text for row in rows))
    return Table(f"figure-{name}", "Proportions drawn", used, rows)


def percent(share: float) -> float:
    """Return a proportion in percent, rounded so that every machine draws the same.

    >>> percent(2 / 3)
    66.667
    """
    if not math.isfinite(share):
        raise ValueError(f"{share} is no proportion")
    return round(100 * share, 3)
