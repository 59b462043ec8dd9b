"""From prior to posterior: what is believed of a proportion before the studies and after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from paucity.report.figures.drawing import FAINT, FILLS, INK, Drawing, bare, new, saved, style
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence


def belief_picture(
    title: str, whose: str, before: Sequence[float], after: Sequence[float]
) -> Drawing:
    """Draw prior and posterior as probability in equal bins from 0 to 100%.

    Args:
        title: the caption.
        whose: the evidence in a few words: `16 of 24, 3 studies`.
        before: prior probability of each bin, in percent.
        after: posterior probability of each bin, in percent.
    """
    width = 100 / len(after)
    top = max(range(len(after)), key=lambda i: after[i])
    alt = (
        f"Two outlines over 0 to 100%. Before the studies the belief is spread; after them "
        f"({whose}) it is highest between {top * width:g} and {(top + 1) * width:g}%."
    )
    drawn = (whose, tuple(before), tuple(after))
    return Drawing("belief", title, alt, _table(before, after), partial(_draw, *drawn))


def _draw(whose: str, before: tuple[float, ...], after: tuple[float, ...]) -> str:
    width = 100 / len(after)
    edges = [i * width for i in range(len(after) + 1)]
    with style():
        figure = new(1.9)
        axes = figure.add_axes((0.05, 0.22, 0.9, 0.74))
        axes.stairs(after, edges, fill=True, color=FILLS[1], linewidth=0)
        axes.stairs(after, edges, color=INK, linewidth=1.1)
        axes.stairs(before, edges, color=INK, linewidth=1.1, linestyle=(0, (3, 2)))
        most = max(*after, *before)
        top = max(range(len(after)), key=lambda i: after[i])
        left = (top + 0.5) * width > 50
        x, side = (0, "left") if left else (100, "right")
        axes.text(x, most * 0.92, f"after: {whose}", ha=side, size=8, parse_math=False)
        axes.text(x, most * 0.78, "dashed, before: the prior", ha=side, size=8)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, most * 1.08)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_yticks([])
        bare(axes, "bottom")
        axes.spines["bottom"].set_color(FAINT)
        axes.set_xlabel("Percent, median study", labelpad=2, size=7.5)
        return saved(figure)


def _table(before: Sequence[float], after: Sequence[float]) -> Table:
    width = 100 / len(after)
    rows = tuple(
        TableRow(
            {
                "bin": Cell(f"{i * width:g} to {(i + 1) * width:g}%"),
                "before": Cell(f"{b:.2f}"),
                "after": Cell(f"{a:.2f}"),
            }
        )
        for i, (b, a) in enumerate(zip(before, after, strict=True))
    )
    columns = (
        Column("bin", "Proportion"),
        Column("before", "Before, %", numeric=True),
        Column("after", "After, %", numeric=True),
    )
    return Table("figure-belief", "Probability of each range", columns, rows)
