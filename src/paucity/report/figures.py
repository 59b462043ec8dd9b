"""Draw the report's figures as SVG: each with words that say what it shows and its data as a table.

Fills differ in lightness and hatching, so they can be told apart in greyscale. Letters are drawn as
outlines of matplotlib's own DejaVu, so a figure is the same on every machine, to the byte.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from paucity.dosing.english import say_bounds, say_number, say_unit
from paucity.dosing.model import Regimen
from paucity.dosing.schedule import DayDose, cumulative, daily
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1d2a33"
FAINT: Final = "#8a949b"
_WIDTH: Final = 7.2
"""Width of a figure in inches: the text column of an A4 page."""

_STYLE: Final[dict[str, Any]] = {
    "svg.hashsalt": "paucity",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.5,
    "hatch.color": FAINT,
}
_FILLS: Final = ("#1f4254", "#7fa3b5", "#e9eef1", "#ffffff")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of the report.

    Attributes:
        name: file name, without its ending.
        title: caption.
        alt: what it shows, for those who do not see it.
        svg: the picture.
        data: what is drawn, as a table.
    """

    name: str
    title: str
    alt: str
    svg: str
    data: Table


def _saved(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return re.sub(r"<!--.*?-->\n?", "", out.getvalue(), flags=re.DOTALL)


def _new(height: float) -> Figure:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height))
    FigureCanvasSVG(figure)
    return figure


def _bare(axes: Axes, *keep: str) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
    axes.tick_params(length=0)


# -- responses ---------------------------------------------------------------------------------


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
    from matplotlib import rc_context

    places, heads = _places(bars)
    most = max(bar.n for bar in bars)
    with rc_context(_STYLE):
        figure = _new(0.55 + 0.235 * (len(bars) + len(heads)))
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
        _bare(axes, "left")
        _legend(figure, levels)
        svg = _saved(figure)
    said = "; ".join(f"{bar.group}, {bar.label}: {_counted(bar)} of {bar.n}" for bar in bars)
    return Drawing(
        "responses",
        "Responses in each included cohort; bars are as long as the cohort is large",
        f"Horizontal stacked bars, one for each cohort. {said}.",
        svg,
        _bar_table(bars, levels),
    )


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


def _fill(i: int) -> dict[str, Any]:
    hatch = ("", "", "", "////")[i % 4]
    return {"facecolor": _FILLS[i % 4], "edgecolor": INK, "linewidth": 0.5, "hatch": hatch}


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
    label = "\n".join(wrap(f"{bar.label} (n\u00a0=\u00a0{bar.n})", 40)[:2])
    size = 7.5 if "\n" not in label else 6.6
    axes.text(-0.42, y, label, transform=axes.get_yaxis_transform(), va="center", size=size,
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


# -- what is known of whom ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What is published of one agent in one population: people, and how many responded.

    `least` and `most` bound the number of people; `responses` is empty where it is not told.
    """

    least: int
    most: int | None
    responses: str = ""

    @property
    def people(self) -> str:
        """Return the number of people in words."""
        if self.most == 0:
            return "none"
        if self.least == self.most:
            return str(self.least)
        return f"{self.least} to {'?' if self.most is None else self.most}"


def evidence_map(
    agents: Sequence[str], populations: Sequence[str], known: Mapping[tuple[str, str], Known]
) -> Drawing | None:
    """Draw which agent has been given to whom: people and responses, and where there are none.

    Args:
        agents: how the agents are printed, top to bottom.
        populations: how the populations are printed, left to right.
        known: what is published, by agent and population; what is missing is none.

    Returns:
        The figure; None if there is nothing to draw.
    """
    if not agents or not populations:
        return None
    from matplotlib import rc_context

    with rc_context(_STYLE):
        figure = _new(0.62 + 0.5 * len(agents))
        head = 0.55 / (0.62 + 0.5 * len(agents))
        axes = figure.add_axes((0.15, 0.02, 0.84, 0.97 - head))
        axes.set_xlim(0, len(populations))
        axes.set_ylim(len(agents), 0)
        for y, agent in enumerate(agents):
            for x, population in enumerate(populations):
                _square(axes, x, y, known.get((agent, population), Known(0, 0)))
        axes.set_xticks([x + 0.5 for x in range(len(populations))])
        room = max(10, 88 // len(populations))
        heads = [wrap(p, room, break_long_words=False)[:4] for p in populations]
        longest = max(len(line) for lines in heads for line in lines)
        size = min(7.0, 7.0 * 1.15 * room / longest)
        axes.set_xticklabels(["\n".join(lines) for lines in heads], size=size)
        axes.xaxis.tick_top()
        axes.set_yticks([y + 0.5 for y in range(len(agents))])
        axes.set_yticklabels(["\n".join(wrap(a, 18)[:3]) for a in agents], weight="bold")
        _bare(axes)
        svg = _saved(figure)
    cells = [(a, p, known.get((a, p), Known(0, 0))) for a in agents for p in populations]
    empty = "; ".join(f"{a} in {p}" for a, p, k in cells if k.most == 0)
    return Drawing(
        "evidence-map",
        "Eligible people each agent was given to, by population, and how many responded",
        f"Grid of {len(agents)} agents by {len(populations)} populations."
        + (f" Nothing is published of: {empty}." if empty else " No cell is empty."),
        svg,
        _map_table(agents, populations, known),
    )


def _square(axes: Axes, x: int, y: int, known: Known) -> None:
    from matplotlib.patches import Rectangle

    settled = known.least == known.most
    fill = "#ffffff" if known.most == 0 else "#cfdde4" if known.least else "#eef2f4"
    hatch = "////" if known.most == 0 else ""
    axes.add_patch(
        Rectangle(
            (x + 0.03, y + 0.06),
            0.94,
            0.88,
            facecolor=fill,
            edgecolor=FAINT,
            linewidth=0.5,
            hatch=hatch,
        )  # fmt: skip
    )
    middle = {"ha": "center", "va": "center"}
    if known.most == 0:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        axes.text(x + 0.5, y + 0.5, "none\npublished", size=6.5, bbox=box, **middle)
        return
    below = known.responses or ("" if settled else "not told apart")
    height = 0.36 if below else 0.5
    axes.text(x + 0.5, y + height, known.people, size=9, weight="bold", **middle)
    if below:
        axes.text(x + 0.5, y + 0.7, below, size=6.5, **middle)


def _map_table(
    agents: Sequence[str], populations: Sequence[str], known: Mapping[tuple[str, str], Known]
) -> Table:
    rows = []
    for agent in agents:
        cells = {"agent": Cell(agent, agent)}
        for i, population in enumerate(populations):
            k = known.get((agent, population), Known(0, 0))
            text = k.people + (f"; {k.responses}" if k.responses else "")
            cells[f"p{i}"] = Cell(text, k.least if k.least == k.most else k.people)
        rows.append(TableRow(cells))
    columns = (
        Column("agent", "Agent"),
        *(Column(f"p{i}", p, numeric=True) for i, p in enumerate(populations)),
    )
    return Table("figure-evidence-map", "People and responses drawn", columns, tuple(rows))


# -- regimens ----------------------------------------------------------------------------------


def schedule_figure(regimen: Regimen) -> Drawing | None:
    """Draw what a regimen gives of each drug on each day, with what it comes to in all.

    Args:
        regimen: the regimen; drawn as it is read, one cycle of it.

    Returns:
        The figure; None if no dose can be given a day.
    """
    given = daily(regimen)
    if not given:
        return None
    from matplotlib import rc_context

    lanes = list(dict.fromkeys((d.drug, d.unit) for d in given))
    first, last = min(d.day for d in given), max(d.day for d in given)
    totals = {(t.drug, t.unit): say_bounds(t.amount, t.unit) for t in cumulative(regimen)}
    with rc_context(_STYLE):
        figure = _new(0.45 + 0.72 * len(lanes))
        grid = figure.subplots(len(lanes), 1, sharex=True, squeeze=False)
        for i, lane in enumerate(lanes):
            doses = [d for d in given if (d.drug, d.unit) == lane]
            _lane(grid[i][0], lane, doses, totals.get(lane, ""), last - first + 1)
        axis = grid[-1][0]
        axis.spines["bottom"].set_visible(True)
        axis.set_xlabel("day", labelpad=1)
        span = last - first + 1
        step = 1 if span <= 14 else 7
        axis.set_xticks([d for d in range(first, last + 1) if (d - first) % step == 0])
        axis.set_xlim(first - 0.7, last + 0.7)
        figure.subplots_adjust(left=0.27, right=0.99, top=0.97, hspace=0.25,
                               bottom=0.36 / (0.45 + 0.72 * len(lanes)))  # fmt: skip
        svg = _saved(figure)
    label = regimen.label or regimen.name
    said = "; ".join(
        f"{drug}, {totals.get((drug, unit), 'an unknown amount')} in all" for drug, unit in lanes
    )
    return Drawing(
        f"regimen-{regimen.name}",
        f"{label}: dose of each drug by day",
        f"Dose by day, from day {first} to day {last}. {said}.",
        svg,
        _day_table(regimen, given),
    )


def _lane(
    axes: Axes, lane: tuple[str, str], doses: Sequence[DayDose], total: str, span: int
) -> None:
    drug, unit = lane
    heights = {d.day: _ends(d) for d in doses}
    days = sorted(heights)
    lows, highs = [heights[d][0] for d in days], [heights[d][1] for d in days]
    width = min(0.72, 0.06 * span)
    axes.bar(days, highs, width=width, facecolor="#dbe5ea", edgecolor=INK, linewidth=0.5)
    axes.bar(days, lows, width=width, facecolor=_FILLS[0], edgecolor=INK, linewidth=0.5)
    top = max(highs) or 1.0
    for day, text, middle in _labels(doses):
        axes.text(middle, heights[day][1] + top * 0.06, text, ha="center", va="bottom", size=7)
    axes.set_ylim(0, top * 1.38)
    axes.set_yticks([])
    _bare(axes, "bottom")
    axes.spines["bottom"].set_color(FAINT)
    name = "\n".join(wrap(drug, 26)[:2])
    under = f"{say_unit(unit)} each day given" + (f"\nin all {total}" if total else "")
    place = {"transform": axes.transAxes, "ha": "left"}
    axes.text(-0.36, 0.62, name, weight="bold", va="bottom", **place)
    axes.text(-0.36, 0.54, under, size=7, va="top", **place)


def _ends(dose: DayDose) -> tuple[float, float]:
    low = dose.amount.low if dose.amount.low is not None else dose.amount.high
    high = dose.amount.high if dose.amount.high is not None else dose.amount.low
    return float(low or 0), float(high or 0)


def _labels(doses: Sequence[DayDose]) -> list[tuple[int, str, float]]:
    """Return what to write over each stretch of days on which the dose is the same."""
    out: list[tuple[int, str, float]] = []
    start = 0
    ordered = sorted(doses, key=lambda d: d.day)
    for i, dose in enumerate(ordered):
        follows = i + 1 < len(ordered) and (
            ordered[i + 1].amount == dose.amount and ordered[i + 1].day == dose.day + 1
        )
        if not follows:
            first = ordered[start]
            low, high = dose.amount.low, dose.amount.high
            known = [say_number(x) for x in dict.fromkeys((low, high)) if x is not None]
            out.append((dose.day, "–".join(known) or "?", (first.day + dose.day) / 2))
            start = i + 1
    return out


def _day_table(regimen: Regimen, given: Sequence[DayDose]) -> Table:
    rows = tuple(
        TableRow(
            {
                "drug": Cell(d.drug, d.drug),
                "day": Cell(str(d.day), d.day),
                "dose": Cell(say_bounds(d.amount, d.unit)),
            }
        )
        for d in given
    )
    columns = (Column("drug", "Drug"), Column("day", "Day", numeric=True), Column("dose", "Dose"))
    label = regimen.label or regimen.name
    return Table(f"figure-regimen-{regimen.name}", f"{label}: doses drawn", columns, rows)
