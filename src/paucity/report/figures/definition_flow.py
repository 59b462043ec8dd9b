"""The same participants under several definitions: who has which result, and whose changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from paucity.counts import percent_of
from paucity.report.figures.drawing import FAINT, FILLS, INK, Drawing, new, saved, style
from paucity.report.table import Cell, Column, Table, TableRow, count_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from paucity.response.agreement import ResponseRate, Sensitivity

MOST: Final = 6
"""Definitions side by side; with more, the figure goes on below with the last one repeated."""

_WIDTH: Final = 7.2
_SIDE: Final = 0.95
"""Inches across: the whole, and what is kept free at the right for the names of low blocks."""

_HEIGHT: Final = 2.6
_HEAD: Final = 0.68
_FOOT: Final = 0.42
"""Inches that the blocks, the names above them and the rates below them take."""

_GAP: Final = 0.05
"""Inches between two blocks."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """One definition: its name, what stands below, and participants by result, best first."""

    name: str
    rate: str
    blocks: tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True)
class _Flow:
    """Stacks side by side, and participants by their results under each two neighbours."""

    stacks: tuple[_Stack, ...]
    between: tuple[tuple[tuple[tuple[str, ...], tuple[str, ...], int], ...], ...]
    fills: tuple[str, ...]
    n: int


def definition_flow(
    sensitivity: Sensitivity,
    levels: Mapping[str, Sequence[str]],
    labels: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
    *,
    rated: bool = True,
) -> Drawing | None:
    """Draw the same participants under several definitions, as they flow from one to the next.

    Columns are definitions, blocks are results (a level, or the levels that stay possible), and a
    ribbon joins the participants of two blocks. Ribbons of those whose result changes are darker,
    those of results that differ and have a level in common paler.

    Args:
        sensitivity: the definitions compared, as
            :func:`paucity.response.agreement.compare_definitions` returns it.
        levels: the levels of each definition by its name, best first.
        labels: how to print the names of definitions; the names themselves, if left out.
        words: what is said of those counted as responding, by definition; ``respond``, if left
            out.
        rated: whether a rate stands below each definition; else of how many the result is certain,
            for participants who are no sample of anyone.

    Returns:
        The figure; None if no two definitions are compared, or there are no participants.
    """
    rates = sensitivity.rates
    if not sensitivity.comparisons or not rates[0].participants:
        return None
    flow = _flow(sensitivity, levels, labels or {}, words or {}, rated=rated)
    names = [stack.name for stack in flow.stacks]
    said = "; ".join(f"{stack.name}: {_counted(stack)}" for stack in flow.stacks)
    changed = "; ".join(
        f"{n} between {a} and {b}"
        for (a, b), n in zip(pairwise(names), map(_changed, flow.between), strict=True)
    )
    people = f"{flow.n} participant{'' if flow.n == 1 else 's'}"
    return Drawing(
        "definition-flow",
        f"The same {people} under {len(names)} definitions; {_shades(flow)}",
        f"A column of blocks for each definition, joined by ribbons. {said}. "
        f"Participants whose result differs: {changed}. "
        f"Below the columns: {'; '.join(stack.rate for stack in flow.stacks)}.",
        _table(flow),
        partial(_draw, flow),
    )


def _flow(
    sensitivity: Sensitivity,
    levels: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    words: Mapping[str, str],
    *,
    rated: bool,
) -> _Flow:
    rates = sensitivity.rates
    known = {(c.one, c.other): c.table for c in sensitivity.comparisons}
    between = []
    for a, b in pairwise(rates):
        orders = [_order(levels[r.definition]) for r in (a, b)]
        pairs = known[a.definition, b.definition].items()
        rows = [(one, other, n) for (one, other), n in pairs if n]
        rows.sort(key=lambda row: (orders[0](row[0]), orders[1](row[1])))
        between.append(tuple(rows))
    stacks = []
    for i, rate in enumerate(rates):
        held: Counter[tuple[str, ...]] = Counter()
        for one, other, n in between[max(0, i - 1)]:
            held[other if i else one] += n
        ordered = sorted(held.items(), key=lambda kv: _order(levels[rate.definition])(kv[0]))
        label = labels.get(rate.definition) or rate.definition
        certain = sum(n for result, n in ordered if len(result) == 1)
        below = (
            _rate(rate, words.get(rate.definition, "respond"))
            if rated
            else f"{certain:,} of {rate.participants:,} certain"
        )
        stacks.append(_Stack(label, below, tuple(ordered)))
    fills = tuple(dict.fromkeys(level for r in rates for level in levels[r.definition]))
    return _Flow(tuple(stacks), tuple(between), fills, rates[0].participants)


def _order(levels: Sequence[str]) -> Any:
    """Return a key that orders results from the best down, ranges between their levels."""
    place = {level: i for i, level in enumerate(levels)}

    def key(result: tuple[str, ...]) -> tuple[float, int, tuple[int, ...]]:
        at = tuple(place[level] for level in result)
        return sum(at) / len(at), len(at), at

    return key


def _rate(rate: ResponseRate, word: str) -> str:
    low, high = (percent_of(x, rate.participants) for x in (rate.certain, rate.possible))
    return f"{low}% {word}" if low == high else f"{low} to {high}% {word}"


def _shades(flow: _Flow) -> str:
    """Return what the shades of the ribbons say; paler ones are explained where there are any."""
    pale = any(o != a and set(o) & set(a) for rows in flow.between for o, a, _ in rows)
    return "dark ribbons: the result changes" + ("; paler ones: it may" if pale else "")


def _counted(stack: _Stack) -> str:
    return ", ".join(f"{' or '.join(result)} {n}" for result, n in stack.blocks)


def _changed(rows: Sequence[tuple[tuple[str, ...], tuple[str, ...], int]]) -> int:
    return sum(n for one, other, n in rows if one != other)


def _table(flow: _Flow) -> Table:
    rows = []
    names = [stack.name for stack in flow.stacks]
    for (a, b), between in zip(pairwise(names), flow.between, strict=True):
        for one, other, n in between:
            cells = {
                "from": Cell(a),
                "result": Cell(" or ".join(one)),
                "to": Cell(b),
                "then": Cell(" or ".join(other)),
                "n": count_cell(n),
            }
            rows.append(TableRow(cells))
    columns = (
        Column("from", "Definition"),
        Column("result", "Result"),
        Column("to", "Next definition"),
        Column("then", "Result there"),
        Column("n", "Participants", numeric=True),
    )
    return Table("figure-definition-flow", "Participants drawn", columns, tuple(rows))


# -- drawing -----------------------------------------------------------------------------------


def _draw(flow: _Flow) -> str:
    k = len(flow.stacks)
    panels = 1 if k <= MOST else ceil((k - 1) / (MOST - 1))
    each = _HEAD + _HEIGHT + _FOOT
    total = panels * each
    with style():
        figure = new(total)
        for panel in range(panels):
            start = panel * (MOST - 1)
            stacks = flow.stacks[start : start + MOST]
            bottom = (total - (panel + 1) * each) / total
            axes = figure.add_axes((0.0, bottom, 1.0, each / total))
            axes.set_axis_off()
            axes.set_xlim(0, _WIDTH)
            axes.set_ylim(-_FOOT, _HEIGHT + _HEAD)
            _panel(axes, stacks, flow.between[start : start + len(stacks) - 1], flow)
        return saved(figure)


def _panel(axes: Axes, stacks: Sequence[_Stack], between: Sequence[Any], flow: _Flow) -> None:
    """Draw columns side by side; axes are in inches."""
    bar = min(0.95, 0.38 * _WIDTH / len(stacks))
    step = (_WIDTH - bar - _SIDE) / max(1, len(stacks) - 1)
    starts = [0.03 + i * step for i in range(len(stacks))]
    places = [_places(stack, flow.n) for stack in stacks]
    for i, rows in enumerate(between):
        ends = starts[i] + bar, starts[i + 1]
        _ribbons(axes, rows, ends, (places[i], places[i + 1]), flow.n)
    for stack, x, place in zip(stacks, starts, places, strict=True):
        _blocks(axes, stack, (x, bar, min(step - bar, _SIDE)), place, flow)
        name = "\n".join(_shortened(stack.name, int(min(step, bar + _SIDE) / 0.07), 4))
        axes.text(x, _HEIGHT + 0.1, name, va="bottom", weight="bold", size=7,
                  parse_math=False, linespacing=1.05)  # fmt: skip
        axes.text(x, -0.1, stack.rate, va="top", size=7, parse_math=False)


def _shortened(text: str, letters: int, lines: int) -> list[str]:
    """Return a text in a few lines; what does not fit ends in an ellipsis."""
    found = wrap(text, max(letters, 4)) or [""]
    if len(found) <= lines:
        return found
    last = found[lines - 1]
    return [*found[: lines - 1], f"{last[: max(letters, 4) - 1]}…"]


def _places(stack: _Stack, n: int) -> dict[tuple[str, ...], tuple[float, float]]:
    """Return bottom and top of each block, in inches; heights are as the counts are."""
    scale = (_HEIGHT - _GAP * (len(stack.blocks) - 1)) / n
    top, out = _HEIGHT, {}
    for result, count in stack.blocks:
        out[result] = (top - count * scale, top)
        top -= count * scale + _GAP
    return out


def _blocks(
    axes: Axes,
    stack: _Stack,
    across: tuple[float, float, float],
    places: Mapping[tuple[str, ...], tuple[float, float]],
    flow: _Flow,
) -> None:
    """Draw a column; `across` is its left edge, its width, and the room at its side."""
    from matplotlib.patches import Rectangle

    x, bar, room_beside = across
    small = []
    for result, count in stack.blocks:
        low, high = places[result]
        fill = _fill(result, flow.fills)
        axes.add_patch(Rectangle((x, low), bar, high - low, **fill))
        letters = int(bar / 0.058)
        room = int((high - low) / 0.115)
        if room < 1 or (room == 1 and not _one_line(result, count, letters)):
            small.append((result, count, (low + high) / 2))
            continue
        name = _shortened(" or ".join(result), letters, max(1, min(3, room - 1)))
        lines = [*name, f"{count:,}"] if room > 1 else _one_line(result, count, letters)
        dark = fill["facecolor"] == FILLS[0]
        plain = fill["hatch"] == ""
        box = None if plain else {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        said = "\n".join(lines)
        axes.text(x + bar / 2, (low + high) / 2, said, ha="center", va="center", size=6.5,
                  color="white" if dark else INK, parse_math=False, linespacing=1.1,
                  bbox=box)  # fmt: skip
    _beside(axes, small, x + bar, int((room_beside - 0.1) / 0.046))


def _one_line(result: tuple[str, ...], count: int, letters: int) -> list[str]:
    """Return a result with its count where that fits a line, else nothing."""
    for word in (" or ", "/"):
        whole = f"{word.join(result)} {count:,}"
        if len(whole) <= letters:
            return [whole]
    return []


def _beside(
    axes: Axes, small: Sequence[tuple[tuple[str, ...], int, float]], x: float, letters: int
) -> None:
    """Name the blocks too low for words at their side, from the top down, none over another."""
    wanted = [y for _, _, y in small]
    step = 0.125
    at: list[float] = []
    for y in wanted:
        at.append(min(y, at[-1] - step) if at else min(y, _HEIGHT))
    under = min(0.0, at[-1]) if at else 0.0
    at = [y - under for y in at]
    for (result, count, y), place in zip(small, at, strict=True):
        axes.plot([x, x + 0.05], [y, place], color=INK, linewidth=0.5, zorder=4)
        name = _shortened("/".join(result), letters - len(f" {count:,}"), 1)[0]
        said = _one_line(result, count, letters) or [f"{name} {count:,}"]
        axes.text(x + 0.06, place, said[0], va="center", size=6, parse_math=False,
                  zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4,
                                  "alpha": 0.85})  # fmt: skip


def _fill(result: tuple[str, ...], levels: Sequence[str]) -> dict[str, Any]:
    """Return how a block is filled: levels from dark to light, ranges hatched."""
    if len(result) > 1:
        return {"facecolor": "#ffffff", "edgecolor": INK, "linewidth": 0.5, "hatch": "\\\\\\\\\\"}
    i = levels.index(result[0])
    hatch = ("", "", "", "....")[i % 4]
    return {"facecolor": FILLS[i % 4], "edgecolor": INK, "linewidth": 0.5, "hatch": hatch}


def _ribbons(
    axes: Axes,
    rows: Sequence[tuple[tuple[str, ...], tuple[str, ...], int]],
    ends: tuple[float, float],
    places: tuple[Mapping[Any, tuple[float, float]], Mapping[Any, tuple[float, float]]],
    n: int,
) -> None:
    tops = [{result: top for result, (_, top) in place.items()} for place in places]
    scales = [(_HEIGHT - _GAP * (len(place) - 1)) / n for place in places]
    heights = []
    for one, other, count in rows:
        a, b = tops[0][one], tops[1][other]
        tops[0][one] -= count * scales[0]
        heights.append((a, count * scales[0], b, count * scales[1]))
        tops[1][other] -= count * scales[1]
    for (one, other, count), (a, thick, b, thin) in zip(rows, heights, strict=True):
        may = one != other and bool(set(one) & set(other))
        _ribbon(axes, ends, (a, a - thick), (b, b - thin), changes=one != other, may=may)
        if thick >= 0.14 and one != other:
            x = ends[0] + 0.2 * (ends[1] - ends[0])
            y = a - thick / 2 + _smooth(0.2) * ((b - thin / 2) - (a - thick / 2))
            axes.text(x, y, f"{count:,}", ha="center", va="center", size=6, color=INK,
                      zorder=3)  # fmt: skip


def _smooth(t: float) -> float:
    """Return how far a ribbon has gone up or down at a part of its way."""
    return t * t * (3 - 2 * t)


def _ribbon(
    axes: Axes,
    ends: tuple[float, float],
    left: tuple[float, float],
    right: tuple[float, float],
    *,
    changes: bool,
    may: bool,
) -> None:
    """Draw a ribbon: dark where the result changes, paler where a level is possible in both."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    x0, x1 = ends
    middle = (x0 + x1) / 2
    (a, c), (b, d) = left, right
    points = [(x0, a), (middle, a), (middle, b), (x1, b), (x1, d), (middle, d), (middle, c),
              (x0, c), (x0, a)]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    color, order = (FILLS[1], 2) if changes else (FILLS[2], 1)
    patch = PathPatch(Path(points, codes), facecolor=color, edgecolor=FAINT, linewidth=0.3,
                      alpha=0.35 if may else 0.75, zorder=order)  # fmt: skip
    axes.add_patch(patch)
