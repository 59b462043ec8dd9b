"""Groups of rows with words at both sides of a plot in percent: forest plots and their like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from paucity.report.figures.drawing import beside, new, percent_axis, saved, style
from paucity.report.table import EMPTY, Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

Span: TypeAlias = tuple[float, float]
"""An interval, in percent."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where words and plot stand.

    Attributes:
        left: where the plot begins, as a share of the figure's width.
        right: where it ends, likewise.
        row: height of a row, in inches.
        axis: height of what is below the rows, in inches.
        margin: height of all that is not rows, in inches.
        size: of the words, in points.
    """

    left: float
    right: float
    row: float
    axis: float
    margin: float
    size: float

    @property
    def width(self) -> float:
        """Return the plot's width, as a share of the figure's."""
        return self.right - self.left

    @property
    def start(self) -> float:
        """Return where the words at the left begin, as a share of the plot's width."""
        return -self.left / self.width

    @property
    def end(self) -> float:
        """Return where the words at the right end, as a share of the plot's width."""
        return 1 + (1 - self.right) / self.width

    def write(self, axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
        """Write beside the plot; `x` is a share of its width."""
        beside(axes, x, y, text, **{"size": self.size, **how})


def draw_panels(
    layout: Layout,
    panels: Sequence[tuple[str, Sequence[Row]]],
    draw_row: Callable[[Axes, Row, float], None],
) -> str:
    """Draw each group under its heading, one row below the other, as SVG.

    Args:
        layout: where words and plot stand.
        panels: heading and rows of each group.
        draw_row: draws a row at a height.
    """
    rows = sum(len(found) + 1 for _, found in panels)
    height = layout.margin + layout.row * (rows + 0.35 * (len(panels) - 1))
    with style():
        figure = new(height)
        axes = figure.add_axes(
            (layout.left, layout.axis / height, layout.width, 1 - layout.margin / height)
        )
        y = 0.0
        for heading, found in panels:
            layout.write(axes, layout.start, y, heading, weight="bold")
            for row in found:
                y += 1
                draw_row(axes, row, y)
            y += 1.35
        percent_axis(axes, y)
        return saved(figure)


def limits(span: Span | None) -> Cell:
    """Return the cell of an interval, empty if there is none."""
    return EMPTY if span is None else Cell(f"{span[0]:.1f} to {span[1]:.1f}")
