"""The flow diagram of PRISMA 2020 (Page et al. 2021, BMJ 372:n71), drawn from its boxes.

Columns and boxes stand where its templates for new and updated reviews have them. A box whose count
nobody told has a broken outline.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from paucity.report.figures.drawing import INK, Drawing, new, saved, style
from paucity.report.prisma import (
    PREVIOUS,
    SECTIONS,
    WITHIN,
    Box,
    Row,
    alt,
    flow_table,
    last_rows,
    previous_box,
    rows_of,
    said,
    titles_of,
)
from paucity.report.render import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from paucity.screening.flow import Flow

_WASH: Final = "#e9eef1"
_WIDTH: Final = 7.2


def flow_figure(flow: Flow) -> Drawing:
    """Return the diagram of a flow.

    Args:
        flow: the counts; None is drawn as not reported.
    """
    return Drawing(
        "prisma-flow",
        "PRISMA 2020 flow of records, reports and studies",
        alt(flow),
        flow_table(flow),
        partial(_draw, _parts(flow)),
    )


def flow_png(flow: Flow, dpi: int = 200) -> bytes:
    """Return the diagram as PNG, without dates."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    with style():
        figure = _figure(_parts(flow))
        FigureCanvasAgg(figure)
        figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


# -- drawing -----------------------------------------------------------------------------------

_LINE: Final = 1.32
"""Height of a line of text, in sizes of its letters."""
_PAD: Final = 0.07
_GAP: Final = 0.24
_STRIP: Final = 0.26
_STEP: Final = 0.07
_MOST_LINES: Final = 5
"""Most lines of one name; what is longer is cut, and stands whole in the data."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the columns stand, in inches, and how large letters are, in points.

    `before` is the left of the column of previous studies; a new review has none.
    """

    lefts: tuple[float, ...]
    width: float
    size: float
    before: float | None = None


def _layout(*, wide: bool, updated: bool) -> _Layout:
    count = (4 if wide else 2) + updated
    gap = {2: 0.3, 3: 0.22, 4: 0.16, 5: 0.12}[count]
    start = _STRIP + 0.1
    width = (_WIDTH - start - 0.02 - gap * (count - 1)) / count
    lefts = tuple(start + i * (width + gap) for i in range(count))
    size = {2: 8.0, 3: 7.4, 4: 6.6, 5: 5.8}[count]
    return _Layout(lefts[updated:], width, size, lefts[0] if updated else None)


def _kept(n: int | None, unknown: str) -> str:
    """Return a count in brackets that no line break parts."""
    return f"({said(n, unknown)})".replace(" ", "\u00a0")


def _lines(box: Box, layout: _Layout) -> list[tuple[float, str]]:
    """Return the lines of a box, each with how far it is moved in, in inches."""
    kept = "" if box.bare else f" {_kept(box.n, box.unknown)}"
    head = f"{clean(box.title)}:" if box.bare else f"{clean(box.title)}{kept}"
    out = [(0.0, line) for line in _wrapped(head, layout, 0.0)]
    for name, n in box.parts:
        text = f"{clean(name.removeprefix(WITHIN))} {_kept(n, box.unknown)}"
        indent = _STEP * (2 if name.startswith(WITHIN) else 1)
        first, *rest = _wrapped(text, layout, indent + 2 * _STEP)
        out += [(indent, first), *((indent + 2 * _STEP, line) for line in rest)]
    if box.besides:
        name, waiting = box.besides
        text = f"{clean(name)} {_kept(waiting, box.unknown)}"
        out += [(0.0, line) for line in _wrapped(text, layout, 0.0)]
    return out


def _wrapped(text: str, layout: _Layout, indent: float) -> list[str]:
    """Return text in lines that fit a box, as measured; words longer than a line are broken."""
    room = layout.width - 2 * _PAD - indent - 0.02
    lines = [""]
    for word in _drawable(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _wide(longer, layout.size) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and _wide(lines[-1] + letter, layout.size) > room:
                lines.append("")
            lines[-1] += letter
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 2], lines[_MOST_LINES - 2] + "…", lines[-1]]
    return lines


@cache
def _wide(text: str, size: float) -> float:
    """Return the width of a text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size)
    width: float = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    return width / 72


@cache
def _letters() -> frozenset[int]:
    """Return the letters that the font has."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def _drawable(text: str) -> str:
    """Return text whose letters the font has; the table below the figure has the others."""
    return "".join(c if ord(c) in _letters() else "\u25a1" for c in text)


def _height(box: Box | None, layout: _Layout) -> float:
    if box is None:
        return 0.0
    return len(_lines(box, layout)) * layout.size / 72 * _LINE + 2 * _PAD


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is drawn: the titles of the columns, their rows, as many in each, and the rest."""

    titles: tuple[str, ...]
    main: tuple[Row, ...]
    other: tuple[Row, ...]
    last: tuple[Row, ...]
    before: Box | None = None


def _parts(flow: Flow) -> _Parts:
    """Return what is drawn of a flow."""
    main = rows_of(flow.main, main=True)
    other = rows_of(flow.other, main=False) if flow.other else []
    if other and len(other) < len(main):
        other.insert(1, Row(1, None))
    titles = titles_of(flow)[: 2 if other else 1]
    return _Parts(titles, tuple(main), tuple(other), tuple(last_rows(flow)), previous_box(flow))


def _draw(parts: _Parts) -> str:
    with style():
        return saved(_figure(parts))


def _figure(parts: _Parts) -> Figure:
    """Draw the diagram; rows of all columns stand at the same height."""
    main, other, last = parts.main, parts.other, parts.last
    layout = _layout(wide=bool(other), updated=parts.before is not None)
    beside: list[Row | None] = [*other] or [None] * len(main)
    pairs = list(zip(main, beside, strict=True))
    heights = [
        max(_height(b, layout) for r in pair if r for b in (r.box, r.out)) for pair in pairs
    ] + [max(_height(row.box, layout), _height(row.out, layout)) for row in last]
    heights[0] = max(heights[0], _height(parts.before, layout))
    headings = _headings(parts, layout)
    heads = max(_tall(lines, layout) for _, _, lines in headings) + 0.09
    tops = [heads + sum(heights[:i]) + _GAP * i for i in range(len(heights) + 1)]
    tall = tops[-1] - _GAP + 0.04
    figure = new(tall)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, _WIDTH)
    axes.set_ylim(tall, 0)
    axes.set_axis_off()
    for left, right, lines in headings:
        _heading(axes, left, right, heads - 0.09, lines, layout)
    sections = [row.section for row, _ in pairs] + [row.section for row in last]
    _strips(axes, sections, tops, heights, layout)
    for column, rows in enumerate([main, other]):
        _column(axes, rows, tops, heights, layout, 2 * column)
    _included(axes, parts, tops, heights, layout)
    return figure


def _headings(parts: _Parts, layout: _Layout) -> list[tuple[float, float, list[str]]]:
    """Return where each heading begins and ends, and its lines."""
    places = [
        (layout.lefts[2 * i], layout.lefts[2 * i + 1] + layout.width, title)
        for i, title in enumerate(parts.titles)
    ]
    if layout.before is not None:
        places.insert(0, (layout.before, layout.before + layout.width, PREVIOUS))
    # Bold letters are wider than those that are measured, by less than a fifth.
    return [
        (left, right, _wrapped(title, layout, layout.width - (right - left) / 1.2))
        for left, right, title in places
    ]


def _tall(lines: Sequence[str], layout: _Layout) -> float:
    return len(lines) * layout.size / 72 * _LINE + 0.08


def _heading(
    axes: Axes, left: float, right: float, height: float, lines: Sequence[str], layout: _Layout
) -> None:
    _rectangle(axes, left, 0.02, right - left, height, fill=_WASH)
    step = layout.size / 72 * _LINE
    top = 0.02 + height / 2 - (len(lines) - 1) * step / 2
    place: dict[str, Any] = {"ha": "center", "va": "center_baseline", "weight": "bold"}
    for i, line in enumerate(lines):
        axes.text((left + right) / 2, top + i * step, line, size=layout.size, **place)


def _strips(
    axes: Axes,
    sections: Sequence[int],
    tops: Sequence[float],
    heights: Sequence[float],
    layout: _Layout,
) -> None:
    for number, name in enumerate(SECTIONS):
        held = [i for i, section in enumerate(sections) if section == number]
        top, bottom = tops[held[0]], tops[held[-1]] + heights[held[-1]]
        _rectangle(axes, 0.02, top, _STRIP - 0.02, bottom - top, fill=_WASH)
        middle = (top + bottom) / 2
        size = min(layout.size, (bottom - top) / len(name) / 0.66 * 72)
        axes.text(
            _STRIP / 2 + 0.01, middle, name, rotation=90, ha="center", va="center", size=size,
            weight="bold",
        )  # fmt: skip


def _column(
    axes: Axes,
    rows: Sequence[Row],
    tops: Sequence[float],
    heights: Sequence[float],
    layout: _Layout,
    first: int,
) -> None:
    above: float | None = None
    for i, row in enumerate(rows):
        if row.box is None:
            continue
        left, top, height = layout.lefts[first], tops[i], heights[i]
        if above is not None:
            _arrow(axes, (left + layout.width / 2, above), (left + layout.width / 2, top))
        _box(axes, row.box, left, top, height, layout)
        above = top + height
        if row.out is not None:
            side = layout.lefts[first + 1]
            _box(axes, row.out, side, top, height, layout)
            _arrow(axes, (left + layout.width, top + height / 2), (side, top + height / 2))


def _included(
    axes: Axes, parts: _Parts, tops: Sequence[float], heights: Sequence[float], layout: _Layout
) -> None:
    """Draw what is included, and the lines that lead there from every column."""
    start = len(parts.main)
    middle = layout.lefts[0] + layout.width / 2
    above = tops[start - 1] + heights[start - 1]
    for i, row in enumerate(parts.last, start):
        if row.box is None:
            continue
        _arrow(axes, (middle, above), (middle, tops[i]))
        _box(axes, row.box, layout.lefts[0], tops[i], heights[i], layout, heavy=True)
        above = tops[i] + heights[i]
    if parts.before is not None and layout.before is not None:
        _box(axes, parts.before, layout.before, tops[0], heights[0], layout)
        x = layout.before + layout.width / 2
        total = start + len(parts.last) - 1
        low = tops[total] + heights[total] / 2
        axes.plot([x, x], [tops[0] + heights[0], low], color=INK, linewidth=0.7)
        _arrow(axes, (x, low), (layout.lefts[0], low))
    if parts.other:
        x = layout.lefts[2] + layout.width / 2
        bottom, turn = tops[start - 1] + heights[start - 1], tops[start] - _GAP / 2
        axes.plot([x, x, middle], [bottom, turn, turn], color=INK, linewidth=0.7)


def _box(
    axes: Axes, box: Box, left: float, top: float, height: float, layout: _Layout,
    *, heavy: bool = False,
) -> None:  # fmt: skip
    known = [n for _, n in box.parts] if box.bare else [box.n]
    unknown = all(n is None for n in known)
    _rectangle(axes, left, top, layout.width, height, broken=unknown, heavy=heavy)
    step = layout.size / 72 * _LINE
    lines = _lines(box, layout)
    y = top + (height - len(lines) * step) / 2 + step / 2
    for i, (indent, line) in enumerate(lines):
        axes.text(
            left + _PAD + indent, y + i * step, line, size=layout.size, ha="left",
            va="center_baseline", parse_math=False,
        )  # fmt: skip


def _rectangle(
    axes: Axes, left: float, top: float, width: float, height: float,
    *, fill: str = "#ffffff", broken: bool = False, heavy: bool = False,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (left, top),
            width,
            height,
            facecolor=fill,
            edgecolor=INK,
            linewidth=1.2 if heavy else 0.7,
            linestyle=(0, (3, 2)) if broken else "solid",
        )
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", xy=end, xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.7, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 7},
    )  # fmt: skip
