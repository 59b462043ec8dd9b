"""Responses of each cohort as one bar, as long as the cohort is large."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from paucity.report.figures.drawing import FILLS, INK, Drawing, bare, new, saved, style
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """Responses of one cohort: counts by level, best first."""

    group: str
    label: str
    n: int
    unit: str
    counts: Mapping[str, int]


def response_bars(bars: Sequence[Bar], levels: Mapping[str, str]) -> Drawing | None:
    """Draw the responses of each cohort as one bar, as long as the cohort is large.

    Args:
        bars: the cohorts, those of one agent together.
        levels: the levels of the scale with their names in full, best first.

    Returns:
        The figure; None if there is no cohort to draw.
    """
    if not bars:
        return None
    said = "; ".join(f"{bar.group}, {bar.label}: {_counted(bar)} of {_size(bar)}" for bar in bars)
    return Drawing(
        "responses",
        "Responses in each included cohort; bars are as long as the cohort is large",
        f"Horizontal stacked bars, one for each cohort. {said}.",
        _bar_table(bars, levels),
        partial(_draw_bars, bars, levels),
    )


def _draw_bars(bars: Sequence[Bar], levels: Mapping[str, str]) -> str:
    places, heads = _places(bars)
    most = max(bar.n for bar in bars)
    with style():
        figure = new(0.55 + 0.235 * (len(bars) + len(heads)))
        axes = figure.add_axes((0.30, 0.06, 0.68, 0.86))
        for bar, y in zip(bars, places, strict=True):
            _one_bar(axes, bar, y, list(levels), most)
        for name, y in heads.items():
            axes.text(-0.435, y, name, transform=axes.get_yaxis_transform(), weight="bold",
                      va="center")  # fmt: skip
        axes.set_xlim(0, most * 1.42)
        axes.set_ylim(max(places) + 0.7, -0.7)
        axes.set_yticks([])
        axes.set_xticks([])
        bare(axes, "left")
        _legend(figure, levels)
        return saved(figure)


def _places(bars: Sequence[Bar]) -> tuple[list[float], dict[str, float]]:
    """Return the height of each bar, and of the heading over each group."""
    places: list[float] = []
    heads: dict[str, float] = {}
    y = 0.0
    for bar in bars:
        if bar.group not in heads:
            heads[bar.group] = y
            y += 1
        places.append(y)
        y += 1
    return places, heads


def _counted(bar: Bar) -> str:
    return ", ".join(f"{level} {count}" for level, count in bar.counts.items())


def _size(bar: Bar) -> str:
    """Return the size of a cohort, with the unit where it is not people."""
    return str(bar.n) if bar.unit == "patients" else f"{bar.n} {bar.unit}"


def _fill(i: int) -> dict[str, Any]:
    hatch = ("", "", "", "////")[i % 4]
    return {"facecolor": FILLS[i % 4], "edgecolor": INK, "linewidth": 0.5, "hatch": hatch}


def _one_bar(axes: Axes, bar: Bar, y: float, levels: list[str], most: int) -> None:
    left = 0
    for level, count in bar.counts.items():
        if not count:
            continue
        i = levels.index(level) if level in levels else len(levels)
        axes.barh(y, count, left=left, height=0.62, **_fill(i))
        if count / most > 0.05:
            color = "white" if i % 4 == 0 else INK
            axes.text(left + count / 2, y, str(count), ha="center", va="center", color=color)
        left += count
    axes.text(left + most * 0.015, y, _counted(bar), va="center", color=INK, size=7.5)
    size = _size(bar).replace(" ", "\u00a0")
    label = "\n".join(wrap(f"{bar.label} (n\u00a0=\u00a0{size})", 40)[:2])
    points = 7.5 if "\n" not in label else 6.6
    axes.text(-0.42, y, label, transform=axes.get_yaxis_transform(), va="center", size=points,
              linespacing=1.0)  # fmt: skip


def _legend(figure: Figure, levels: Mapping[str, str]) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(label=f"{k}, {name}", **_fill(i)) for i, (k, name) in enumerate(levels.items())
    ]
    figure.legend(handles=patches, loc="upper left", ncol=len(patches), frameon=False,
                  bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, handlelength=1.2,
                  handleheight=0.9, columnspacing=1.6)  # fmt: skip


def _bar_table(bars: Sequence[Bar], levels: Mapping[str, str]) -> Table:
    rows = tuple(
        TableRow(
            {
                "cohort": Cell(bar.label),
                "n": Cell(str(bar.n), bar.n),
                "unit": Cell(bar.unit),
                **{x: Cell(str(bar.counts.get(x, "")), bar.counts.get(x)) for x in levels},
            },
            group=bar.group,
        )
        for bar in bars
    )
    columns = (
        Column("cohort", "Cohort"),
        Column("n", "N", numeric=True),
        Column("unit", "Counted in"),
        *(Column(x, x, numeric=True) for x in levels),
    )
    return Table("figure-responses", "Responses drawn", columns, rows)
