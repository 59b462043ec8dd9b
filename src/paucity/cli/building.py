"""Build a review's report, and print its tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paucity.cli.group import (
    DISCLAIMER,
    REVIEW,
    Fault,
    exit_code,
    load,
    main,
    severities,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from paucity.report.table import Table
    from paucity.review import Review


@main.command()
@REVIEW
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Where to write; REVIEW/build if left out."
)
def build(review: str, out: Path | None) -> None:
    """Compile a review into its report, tables and data."""
    from paucity.review import BUNDLED

    loaded = load(review)
    place = out
    if place is None:
        place = Path("build") / review if review in BUNDLED else Path(review) / "build"
    _write(loaded, place)
    click.echo(_told(loaded))
    click.echo(f"Report: {place / 'index.html'}")
    sys.exit(exit_code(loaded, strict=False))


def _write(review: Review, place: Path) -> None:
    from paucity.report.site import write_report

    write_report(review, place)


def _told(review: Review) -> str:
    """Return what a build found, in a few lines."""
    from paucity.evidence.eligibility import Verdict
    from paucity.report.tables.responses import agent_label

    lines = [summary(review)]
    result = review.eligibility
    if result is not None:
        agents = [a for a in result.agents.values() if a.verdict is Verdict.INCLUDED]
        told = [f"{agent_label(review, a.agent)} ({a.patients} patients)" for a in agents]
        lines.append(f"Included: {', '.join(told) or 'no agent'}")
    standings = [v.standing for v in review.claims]
    if standings:
        parts = [f"{standings.count(s)} {s}" for s in dict.fromkeys(sorted(standings))]
        lines.append(f"Conclusions: {', '.join(parts)}")
    accepted = f"{len(review.accepted)} accepted as known faults of the source"
    lines.append(f"Findings: {', '.join(severities(review))}; {accepted}")
    return "\n".join(lines)


@main.command()
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Where to write the report.")
def demo(out: Path | None) -> None:
    """Build the bundled review and say where its report is."""
    name = "hlh-salvage"
    loaded = load(name)
    place = out or Path("build") / name
    _write(loaded, place)
    click.echo(_told(loaded))
    click.echo(f"Open {place / 'index.html'} in a browser.")
    click.echo(DISCLAIMER)


def terminal_width() -> int:
    """Return how many letters a line of the terminal has."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


def _table_names(
    _context: click.Context, _parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from paucity.report.tables import TABLES

    return [CompletionItem(name) for name in TABLES if name.startswith(typed)]


@main.command()
@click.argument("name", shell_complete=_table_names)
@REVIEW
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "markdown"]),
    default="text",
    help="Output format.",
)
def table(name: str, review: str, form: str) -> None:
    """Print one table of a review.

    NAME is one of: genes, established, definitions, responses, totals, synthesis, sensitivity,
    contrasts, robustness, certainty, quality, toxicity, outcomes, agents, eligibility, claims,
    gaps, regimens, ongoing, flow, screening, decisions, screening-agreement, excluded-reports,
    prisma-2020, prisma-s, prisma-scr.
    """
    from paucity.report import render
    from paucity.report.tables import TABLES, named
    from paucity.text import did_you_mean

    if name not in TABLES:
        hint = did_you_mean(name, TABLES) or f"there are: {', '.join(TABLES)}"
        raise Fault(f"there is no table `{name}` ({hint})")
    made = named(load(review), name)
    if form == "text":
        click.echo(
            render.as_text(made, width=terminal_width(), styled=sys.stdout.isatty()), nl=False
        )
        return
    formats: dict[str, Callable[[Table], str]] = {
        "json": render.as_json,
        "csv": render.as_csv,
        "markdown": render.as_markdown,
    }
    click.echo(formats[form](made), nl=False)
