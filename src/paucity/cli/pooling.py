"""Pool counts, carry out the analysis plan, and draw the forest plot."""

from __future__ import annotations

import json
from pathlib import Path

import click

from paucity.cli.building import terminal_width
from paucity.cli.group import (
    FORMAT,
    REVIEW,
    Fault,
    load,
    main,
)


@main.command()
@click.argument("counts", nargs=-1, required=True, metavar="EVENTS/N...")
@click.option(
    "--method",
    type=click.Choice(["auto", "bayes", "glmm", "beta-binomial", "inverse variance"]),
    default="auto",
    show_default=True,
    help="How to pool; auto is Bayesian where studies are few or sparse.",
)
@click.option("--level", default=0.95, show_default=True, help="Coverage of the intervals.")
@click.option("--minimum", default=3, show_default=True, help="Least number of studies to pool.")
@FORMAT
def pool(counts: tuple[str, ...], method: str, level: float, minimum: int, form: str) -> None:
    """Pool proportions from small uncontrolled studies, or say why not.

    Each EVENTS/N is one study: paucity pool 2/2 3/3 0/22 12/34.
    """
    from paucity.report.outputs import counts_data, counts_text, parse_counts
    from paucity.synthesis import pool as pool_counts

    try:
        x, n = parse_counts(counts)
        result = pool_counts(x, n, method=method, level=level, minimum_studies=minimum)
    except ValueError as error:
        raise Fault(str(error)) from None
    if form == "json":
        click.echo(counts_data(x, n, result, level))
    else:
        click.echo(counts_text(x, n, result, level, width=terminal_width()))


@main.command()
@REVIEW
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    help="Output format; csv holds the counts, as metafor reads them.",
)
def synthesize(review: str, form: str) -> None:
    """Carry out a review's analysis plan: what was pooled, and why the rest was not."""
    from paucity.report import outputs

    loaded = load(review)
    if form == "csv":
        click.echo(outputs.plan_csv(loaded), nl=False)
    elif form == "json":
        click.echo(json.dumps(outputs.plan_data(loaded), indent=2, ensure_ascii=False))
    else:
        click.echo(outputs.plan_text(loaded, width=terminal_width()))


@main.command()
@REVIEW
@click.option("--analysis", help="An analysis of the plan; the main one if left out.")
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The SVG file to write.",
)
def forest(review: str, analysis: str | None, out: Path) -> None:
    """Draw an analysis of a review as a forest plot."""
    from paucity.analysis import plan
    from paucity.report.synthesis import forest as draw
    from paucity.report.synthesis import main_analysis
    from paucity.text import did_you_mean

    loaded = load(review)
    known = plan(loaded.evidence)
    name = analysis or main_analysis(loaded)
    if name not in known:
        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise Fault(f"there is no analysis `{name}` ({hint})")
    drawing = draw(loaded, name, "forest")
    if drawing is None:
        raise Fault(f"the analysis `{name}` has no cohort to draw")
    out.write_text(drawing.draw(), encoding="utf-8")
    click.echo(f"{drawing.title}: {out}")
