"""Draw the simulated coverage of each interval, and print it as the table of the documentation.

    python validation/coverage_figure.py

Reads `validation/coverage.csv`, as `coverage.py 200 validation/coverage.csv` writes it; writes
`docs/explanation/coverage.svg`.
"""
# ruff: noqa: INP001

from __future__ import annotations

import csv
import sys
from pathlib import Path

from paucity.report.figures.drawing import FILLS, INK, bare, new, saved, style

ROOT = Path(__file__).parents[1]
MARKS = ("x", "+", "1", "^", "s", "o")
NOMINAL = 0.95

Rows = dict[str, dict[str, float]]


def read() -> Rows:
    """Return the coverage of the median study's proportion by scenario and method."""
    out: Rows = {}
    text = (ROOT / "validation" / "coverage.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        scenario = f"{100 * float(row['median']):.0f}%, tau {float(row['tau']):g}"
        out.setdefault(scenario, {})[row["method"]] = float(row["covers_median"])
    return out


def table(rows: Rows) -> str:
    """Return the coverage as a Markdown table, in percent."""
    methods = list(next(iter(rows.values())))
    lines = [f"| Truth | {' | '.join(methods)} |", f"|---|{'---:|' * len(methods)}"]
    lines += [
        f"| {scenario} | {' | '.join(f'{100 * held[m]:.1f}' for m in methods)} |"
        for scenario, held in rows.items()
    ]
    return "\n".join(lines)


def draw(rows: Rows) -> str:
    """Return the coverage as SVG: a row for each scenario, a mark for each method."""
    methods = list(next(iter(rows.values())))
    with style():
        figure = new(0.9 + 0.3 * len(rows))
        axes = figure.add_axes((0.14, 0.17, 0.84, 0.68))
        axes.axvline(100 * NOMINAL, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        for i, method in enumerate(methods):
            xs = [100 * held[method] for held in rows.values()]
            filled = (
                {"color": FILLS[0]}
                if MARKS[i] in "x+1"
                else {"facecolor": FILLS[0] if MARKS[i] == "o" else "white", "edgecolor": FILLS[0]}
            )
            axes.scatter(xs, range(len(rows)), marker=MARKS[i], s=34, linewidths=1.1,
                         label=method, zorder=3, **filled)  # fmt: skip
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="y", color="#e1e6e9", linewidth=0.6)
        axes.set_xlabel("Simulations in which the 95% interval held the truth, percent")
        bare(axes, "bottom")
        figure.legend(loc="upper left", ncol=len(methods), frameon=False, columnspacing=1.0,
                      handletextpad=0.2, bbox_to_anchor=(0.0, 1.0))  # fmt: skip
        return saved(figure)


def main() -> None:
    """Write the figure and print the table."""
    rows = read()
    (ROOT / "docs" / "explanation" / "coverage.svg").write_text(draw(rows), encoding="utf-8")
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
