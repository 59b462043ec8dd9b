"""Which agent has been given to whom: people, responses, and where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from paucity.report.figures.drawing import FAINT, Drawing, bare, new, saved, style
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes


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
    cells = [(a, p, known.get((a, p), Known(0, 0))) for a in agents for p in populations]
    empty = "; ".join(f"{a} in {p}" for a, p, k in cells if k.most == 0)
    return Drawing(
        "evidence-map",
        "Eligible people each agent was given to, by population, and how many responded",
        f"Grid of {len(agents)} agents by {len(populations)} populations."
        + (f" Nothing is published of: {empty}." if empty else " No cell is empty."),
        _map_table(agents, populations, known),
        partial(_draw_map, agents, populations, known),
    )


def _draw_map(
    agents: Sequence[str], populations: Sequence[str], known: Mapping[tuple[str, str], Known]
) -> str:
    with style():
        figure = new(0.62 + 0.5 * len(agents))
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
        bare(axes)
        return saved(figure)


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
        )
    )
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    if known.most == 0:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        axes.text(x + 0.5, y + 0.5, "none\npublished", size=6.5, bbox=box, **middle)
        return
    below = known.responses or ("" if settled else "not told apart")
    lines = wrap(below, 17)[:2]
    height = (0.5, 0.36, 0.3)[len(lines)]
    axes.text(x + 0.5, y + height, known.people, size=9, weight="bold", **middle)
    if lines:
        size = 6.2 * min(1.0, 15 / max(map(len, lines)))  # within the square
        axes.text(x + 0.5, y + 0.69, "\n".join(lines), size=size, linespacing=1.1, **middle)


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
