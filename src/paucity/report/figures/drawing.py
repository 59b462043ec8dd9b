"""What a figure is, and how it is drawn the same on every machine.

Letters are drawn as outlines of matplotlib's own DejaVu, and settings of the user's own matplotlib
do not count, so a figure is the same to the byte wherever it is drawn.
"""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from functools import partial

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from paucity.report.table import Table

INK: Final = "#1d2a33"
FAINT: Final = "#8a949b"
FILLS: Final = ("#1f4254", "#7fa3b5", "#e9eef1", "#ffffff")
"""Fills from the best level down; they differ in lightness."""

_WIDTH: Final = 7.2
"""Width of a figure in inches: the text column of an A4 page."""

_STYLE: Final[Any] = {
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


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of the report.

    Attributes:
        name: file name, without its ending.
        title: caption.
        alt: what it shows, for those who do not see it.
        data: what is drawn, as a table.
        draw: draws it, as SVG; matplotlib is loaded only then.
        note: what has to be said beside it.
    """

    name: str
    title: str
    alt: str
    data: Table
    draw: partial[str] = field(repr=False)
    note: str = ""

    @property
    def key(self) -> str:
        """Return a digest of what is drawn and of what draws it: the same digest, the same SVG."""
        code, library = _drawer()
        drawn = (library, self.name, self.draw.args)
        return hashlib.sha256(code + repr(drawn).encode()).hexdigest()


@cache
def _drawer() -> tuple[bytes, str]:
    """Return what draws figures: the code of this package, and the version of matplotlib."""
    code = b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py")))
    return code, version("matplotlib")


@contextmanager
def style() -> Iterator[None]:
    """Draw in the report's style, whatever the user's own settings are."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams.update(_STYLE)
        yield


def new(height: float) -> Figure:
    """Return an empty figure as wide as the text.

    Args:
        height: height in inches.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height))
    FigureCanvasSVG(figure)
    return figure


def saved(figure: Figure) -> str:
    """Return a figure as SVG without dates and remarks."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return re.sub(r"<!--.*?-->\n?", "", out.getvalue(), flags=re.DOTALL)


def bare(axes: Axes, *keep: str) -> None:
    """Take the frame and the tick marks off, but for the sides named."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
    axes.tick_params(length=0)


def percent_axis(axes: Axes, last: float) -> None:
    """Make an axis of percentages, with rows from the top down.

    Args:
        axes: with a row at each whole number, the first at 0.
        last: where the row after the last one would stand.
    """
    axes.set_xlim(0, 100)
    axes.set_ylim(last - 0.7, -0.75)
    axes.set_yticks([])
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.grid(axis="x", color="#e1e6e9", linewidth=0.6)
    axes.set_axisbelow(True)
    bare(axes, "bottom")
    axes.set_xlabel("Percent, with 95% interval", labelpad=2, size=7.5)


def beside(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    """Write beside the plot; `x` is a share of its width."""
    how = {"va": "center", "parse_math": False, **how}
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), **how)
