"""Say a definition in English, list them, and compare two."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from paucity.cli.building import terminal_width
from paucity.cli.group import FORMAT, Fault, load, main
from paucity.cli.naming import complete, find_definition
from paucity.text import finding_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.review import Review
    from paucity.text import Finding


_SAID_ABOVE = ("unstated", "ambiguous")


@main.command()
@click.argument("name", required=False, shell_complete=complete)
@click.option("--compare", nargs=2, metavar="A B", help="Say exactly where two definitions differ.")
@click.option("--review", metavar="REVIEW", help="Look among this review's own definitions first.")
@FORMAT
def definition(
    name: str | None, compare: tuple[str, str] | None, review: str | None, form: str
) -> None:
    """Say in English what a definition asks, or where two differ.

    NAME is a definition of the library, a YAML file, or REVIEW:NAME; left out, all are listed.

    \b
    paucity definition marsh-2013
    paucity definition definitions/ours.yaml
    paucity definition --compare marsh-2013 wang-2015

    Exits with 1 if there is an open error or warning in a file of your own, 2 if there is no such
    definition.
    """
    if name and compare:
        raise Fault("name one definition, or two with --compare, not both")
    loaded = load(review) if review else None
    if compare:
        _compare(compare, loaded, form)
    elif name:
        _one(name, loaded, form)
    else:
        _list(loaded, form)


def _one(name: str, review: Review | None, form: str) -> None:
    from paucity.report.defined import definition_data, definition_text, findings_lines
    from paucity.response import definition_names

    found, findings = find_definition(name, review)
    if form == "json":
        data = {**definition_data(found), "findings": [finding_data(f) for f in findings]}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        text = definition_text(found, width=terminal_width(), styled=sys.stdout.isatty())
        click.echo(text, nl=False)
        shown = [f for f in findings if f.code not in _SAID_ABOVE]
        if shown:
            click.echo("\n".join(["", "Findings", *findings_lines(shown)]))
    sys.exit(_code(findings) if name not in definition_names() else 0)


def _code(findings: Sequence[Finding]) -> int:
    from paucity.text import Severity

    return int(any(f.severity is not Severity.NOTE for f in findings))


def _compare(names: tuple[str, str], review: Review | None, form: str) -> None:
    from paucity.report.definition_differences import comparison_data, comparison_table
    from paucity.report.render import as_text

    (a, _), (b, _) = (find_definition(name, review) for name in names)
    if form == "json":
        click.echo(json.dumps(comparison_data(a, b), indent=2, ensure_ascii=False))
    else:
        table = comparison_table(a, b)
        if not table.rows:
            click.echo(f"{a.name} and {b.name} define the same.")
            return
        click.echo(as_text(table, width=terminal_width(), styled=sys.stdout.isatty()), nl=False)


def _list(review: Review | None, form: str) -> None:
    from paucity.report.defined import list_data, list_text
    from paucity.response import library_definitions

    held = {d.name: d for d in library_definitions()}
    if review is not None:
        held |= review.definitions
    known = [held[name] for name in sorted(held)]
    if form == "json":
        click.echo(json.dumps(list_data(known), indent=2, ensure_ascii=False))
    else:
        click.echo(list_text(known, width=terminal_width()), nl=False)
