"""What a regimen gives of each drug on each day, and what it comes to in all."""

from __future__ import annotations

from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from paucity.dosing.english import say_bounds, say_number, say_unit
from paucity.dosing.schedule import DayDose, cumulative, daily
from paucity.report.figures.drawing import FAINT, FILLS, INK, Drawing, bare, new, saved, style
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from paucity.dosing.model import Regimen


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
    lanes = list(dict.fromkeys((d.drug, d.unit) for d in given))
    first, last = min(d.day for d in given), max(d.day for d in given)
    totals = {(t.drug, t.unit): say_bounds(t.amount, t.unit) for t in cumulative(regimen)}
    label = regimen.label or regimen.name
    said = "; ".join(
        f"{drug}, {totals.get((drug, unit), 'an unknown amount')} in all" for drug, unit in lanes
    )
    return Drawing(
        f"regimen-{regimen.name}",
        f"{label}: dose of each drug by day",
        f"Dose by day, from day {first} to day {last}. {said}.",
        _day_table(regimen, given),
        partial(_draw_schedule, given, totals),
    )


def _draw_schedule(given: Sequence[DayDose], totals: Mapping[tuple[str, str], str]) -> str:
    lanes = list(dict.fromkeys((d.drug, d.unit) for d in given))
    first, last = min(d.day for d in given), max(d.day for d in given)
    span = last - first + 1
    height = 0.45 + 0.72 * len(lanes)
    with style():
        figure = new(height)
        grid = figure.subplots(len(lanes), 1, sharex=True, squeeze=False)
        for i, lane in enumerate(lanes):
            doses = [d for d in given if (d.drug, d.unit) == lane]
            _lane(grid[i][0], lane, doses, totals.get(lane, ""), span)
        axis = grid[-1][0]
        axis.spines["bottom"].set_visible(True)
        axis.set_xlabel("day", labelpad=1)
        step = 1 if span <= 14 else 7 * -(-span // 126)
        axis.set_xticks([d for d in range(first, last + 1) if (d - first) % step == 0])
        axis.set_xlim(first - 0.7, last + 0.7)
        bottom = 0.36 / height
        figure.subplots_adjust(left=0.27, right=0.99, top=0.97, hspace=0.25, bottom=bottom)
        return saved(figure)


def _lane(
    axes: Axes, lane: tuple[str, str], doses: Sequence[DayDose], total: str, span: int
) -> None:
    drug, unit = lane
    heights = {d.day: _ends(d) for d in doses}
    days = sorted(heights)
    lows, highs = [heights[d][0] for d in days], [heights[d][1] for d in days]
    width = min(0.72, 0.06 * span)
    axes.bar(days, highs, width=width, facecolor="#dbe5ea", edgecolor=INK, linewidth=0.5)
    axes.bar(days, lows, width=width, facecolor=FILLS[0], edgecolor=INK, linewidth=0.5)
    top = max(highs) or 1.0
    for day, text, middle in _labels(doses):
        axes.text(middle, heights[day][1] + top * 0.06, text, ha="center", va="bottom", size=7)
    axes.set_ylim(0, top * 1.38)
    axes.set_yticks([])
    bare(axes, "bottom")
    axes.spines["bottom"].set_color(FAINT)
    name = "\n".join(wrap(drug, 26)[:2])
    under = f"{say_unit(unit)} each day given" + (f"\nin all {total}" if total else "")
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "left"}
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
