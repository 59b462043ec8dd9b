"""Assess participants by definitions of response."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.building import terminal_width
from paucity.cli.choosing import choosing, settings_of
from paucity.cli.group import FORMAT, Fault, main
from paucity.cli.naming import DEFINITION_HELP, complete, find_definitions
from paucity.cli.opening import check_memory, fingerprint, opened, rows_of, short_of_memory
from paucity.text import finding_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.response import Definition
    from paucity.response.running import Job, Results
    from paucity.response.series import Series
    from paucity.response.table_series import Table
    from paucity.text import Finding

_ROWS = 400_000
"""Rows of results computed together: a part of a long result."""

FORMS = ["auto", "tidy", "omop", "sdtm", "adam", "fhir", "phenopackets"]


@main.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--definition",
    "-d",
    "names",
    multiple=True,
    required=True,
    metavar="NAME",
    shell_complete=complete,
    help=f"{DEFINITION_HELP} all: every one of the library that can be computed. Repeatable.",
)
@click.option("--review", metavar="REVIEW", help="Look among this review's own definitions first.")
@click.option("--form", "source", type=click.Choice(FORMS), default="auto",
              help="The format of the data.")  # fmt: skip
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE",
              help="A YAML file that says what the codes of the data stand for.")  # fmt: skip
@click.option("--unit", "units", multiple=True, metavar="MARKER=UNIT",
              help="Turn a marker's values into this unit. Repeatable.")  # fmt: skip
@click.option("--index", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              metavar="FILE", help="A CSV file: participant, date (the first dose).")  # fmt: skip
@click.option("--assume-unit", is_flag=True, help="Take values without unit as in the usual one.")
@choosing
@click.option("--engine", type=click.Choice(["auto", "rows", "duckdb", "spark"]), default="auto",
              help="rows: one after another; duckdb, spark: in bulk; auto: by the size of the data."
              )  # fmt: skip
@click.option("--memory", metavar="SIZE",
              help="What DuckDB or Spark may use, such as 4GB; the rest goes to disk."
              )  # fmt: skip
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False),
              help="Write a row for each participant and definition: .csv, .json or .parquet."
              )  # fmt: skip
@click.option("--explain", metavar="PARTICIPANT", multiple=True,
              help="Say how one participant was judged.")  # fmt: skip
@click.option("--figure", type=click.Path(path_type=Path, dir_okay=False), metavar="FLOW.svg",
              help="Draw how participants flow between the definitions.")  # fmt: skip
@click.option("--notes", is_flag=True, help="Show notes, which do not count as wrong.")
@FORMAT
def assess(data: Path, names: tuple[str, ...], form: str, **options: Any) -> None:
    """Assess participants by one or more definitions of response.

    DATA is a table with one row for each measurement (participant, marker, day or date, value,
    unit, and limits if there are any) in CSV or Parquet, or another format of --form.

    \b
    paucity assess labs.csv -d marsh-2013
    paucity assess labs.csv -d marsh-2013 -d wang-2015 --out results.csv --figure flow.svg
    paucity assess labs.csv -d wang-2015 --by "4 wk" --value best --explain p07

    A long result is written in parts, so that a run that was stopped goes on where it was. Exits
    with 0 if nothing is wrong, 1 if there are errors or warnings, 2 if it was misused or nobody in
    the data can be read.
    """
    from paucity.response.table_series import MissingExtraError

    options["explain"] = _only_one(options["explain"])
    try:
        _assess(data, names, {**options, "format": form})
    except MissingExtraError as error:
        raise Fault(str(error)) from None


def _only_one(explained: tuple[str, ...]) -> str | None:
    """Return the participant to explain, None if there is none; several end with one line."""
    if len(explained) > 1:
        from paucity.report.render import clean

        named = ", ".join(f"`{clean(name)}`" for name in explained)
        raise Fault(f"--explain is about one participant, found {named}; name one at a time")
    return explained[0] if explained else None


def _assess(place: Path, names: tuple[str, ...], options: dict[str, Any]) -> None:
    from paucity.response.running import Job, run

    _check_outputs(options, names)
    definitions, vocabulary, findings = find_definitions(names, options["review"])
    judge = find_definitions((options["judge"],), options["review"])[0] if options["judge"] else []
    if any(d.kind != "response" for d in judge) or len(judge) > 1:
        raise Fault(f"--judge is `{options['judge']}`, expected one definition of response")
    if options["figure"] and len(definitions) < 2:
        raise Fault("--figure shows two definitions or more; name another with --definition")
    check_memory(options["memory"], options["engine"])
    settings = settings_of(options, vocabulary)
    _check_parameters([name for name, _ in settings.parameters], [*definitions, *judge])
    if not place.exists():
        raise Fault(f"{place}: no such file or directory")
    with ExitStack() as stack, short_of_memory(options["memory"]):
        if options["out"]:
            _lock(options["out"], stack)
        tell = _teller(stack)
        tell(f"reading {place}")
        held = opened(place, options, vocabulary, stack)
        tell(f"{rows_of(held):,} rows read")
        digest = fingerprint(place, options) if options["out"] else ""
        job = Job(
            tuple(definitions),
            settings,
            vocabulary,
            judge[0] if judge else None,
            options["out"],
            digest,
            max(_ROWS // max(len(definitions), 1), 1),
            tell=tell,
        )
        if options["explain"] is not None:
            _explain(held, job, options)
            return
        results = _run(run, held, job)
    _print(results, [*findings, *results.findings], options)


def _check_outputs(options: dict[str, Any], names: tuple[str, ...]) -> None:
    """End with one line where a file cannot be written, before anything is computed."""
    from paucity.response.results import SUFFIXES

    for option, suffixes in (("out", SUFFIXES), ("figure", (".svg",))):
        path = options[option]
        if path is None:
            continue
        if path.suffix.casefold() not in suffixes:
            raise Fault(
                f"--{option} is `{path}`, expected a file ending in {' or '.join(suffixes)}"
            )
        if not path.parent.is_dir():
            raise Fault(f"--{option} {path}: there is no folder {path.parent}")
    if options["explain"] is not None and (options["out"] or options["figure"]):
        raise Fault("--explain is about one participant; leave --out and --figure out")
    if not all(names):
        raise Fault("a definition has a name; `paucity definition` lists them")


def _check_parameters(chosen: list[str], definitions: list[Definition]) -> None:
    """End with one line where a parameter is chosen that no definition here has."""
    from paucity.text import did_you_mean

    known = sorted({name for definition in definitions for name in definition.parameters})
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, known) or f"known here: {', '.join(known) or 'none'}"
            raise Fault(f"no definition here has a parameter `{name}` ({hint})")


def on_terminal() -> bool:
    """Tell whether someone watches the errors as they come."""
    return sys.stderr.isatty()


def _teller(stack: ExitStack) -> Callable[[str], None]:
    """Return what shows on a terminal how far the work is; elsewhere it is silent."""
    if not on_terminal():
        return lambda _: None

    def tell(words: str) -> None:
        click.echo(f"\r\x1b[K{words}", err=True, nl=False)

    stack.callback(lambda: click.echo("\r\x1b[K", err=True, nl=False))
    return tell


def _lock(out: Path, stack: ExitStack) -> None:
    """Keep other runs from writing the same file."""
    from paucity.response.locking import InUseError, locked

    try:
        stack.enter_context(locked(out))
    except InUseError as error:
        raise Fault(str(error)) from None


def _run(run: Callable[[Series | Table, Job], Results], held: Series | Table, job: Job) -> Results:
    from paucity.response.parts import PartsError

    try:
        return run(held, job)
    except PartsError as error:
        raise Fault(str(error)) from None


def _explain(held: Series | Table, job: Job, options: dict[str, Any]) -> None:
    from paucity.report.render import clean
    from paucity.response.running import explain

    found = explain(held, job, options["explain"])
    if found is None:
        raise Fault(f"there is no participant `{clean(options['explain'])}` in the data")
    if options["format"] == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    blocks = ["\n".join((name, *(f"  {clean(x)}" for x in lines))) for name, lines in found.items()]
    click.echo("\n\n".join(blocks) if blocks else "No definition here can be computed.")


def _print(results: Results, findings: list[Finding], options: dict[str, Any]) -> None:
    from dataclasses import replace

    from paucity.report.assessed import results_data, results_figure, results_text
    from paucity.text import Severity, in_order

    told = {(str(f.span), f.code, f.message): f for f in reversed(in_order(findings))}
    results = replace(results, findings=tuple(in_order(told.values())))
    if options["format"] == "json":
        data = {**results_data(results), "findings": [finding_data(f) for f in results.findings]}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        text = results_text(
            results,
            width=terminal_width(),
            styled=sys.stdout.isatty(),
            notes=options["notes"],
        )
        click.echo(text, nl=False)
    if options["figure"]:
        drawing = results_figure(results)
        if drawing is None:
            raise Fault("there is nothing to draw: no two definitions compared, or no participants")
        options["figure"].write_text(drawing.draw(), encoding="utf-8")
    if not results.participants:
        sys.exit(2)
    sys.exit(int(any(f.severity is not Severity.NOTE for f in results.findings)))
