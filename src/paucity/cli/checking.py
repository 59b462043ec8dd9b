"""Check a review and print its findings."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paucity.cli.group import (
    REVIEW,
    exit_code,
    load,
    main,
    severities,
    summary,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.review import Review
    from paucity.text import Finding


@main.command()
@REVIEW
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="github writes annotations for a pull request.",
)
@click.option("--strict", is_flag=True, help="Count accepted findings and notes as findings too.")
@click.option("--notes", is_flag=True, help="Show notes, which do not fail the check.")
def check(review: str, form: str, *, strict: bool, notes: bool) -> None:
    """Check every number of a review against every other.

    Exits with 0 if there is no open error or warning, 1 if there is, 2 if there is no review.
    """
    gc.disable()  # a check is over before collecting garbage would pay
    loaded = load(review)
    shown = _shown(loaded, strict=strict, notes=notes)
    if form == "json":
        from paucity.report.exports import findings_data

        click.echo(json.dumps(findings_data(loaded), indent=2, ensure_ascii=False))
    elif form == "github":
        folder = review if Path(review).is_dir() else ""
        for finding in shown:
            click.echo(_annotation(finding, folder))
    else:
        _print_findings(loaded, shown, strict=strict, notes=notes)
    sys.exit(exit_code(loaded, strict=strict))


def _shown(review: Review, *, strict: bool, notes: bool) -> list[Finding]:
    from paucity.text import Severity, in_order

    shown = [f for f in review.findings if notes or strict or f.severity is not Severity.NOTE]
    if strict:
        shown += [finding for finding, _ in review.accepted]
    return in_order(shown)


_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def _print_findings(review: Review, shown: Iterable[Finding], *, strict: bool, notes: bool) -> None:
    tell(shown, _lines, err=False)
    total = severities(review)
    total[-1] += _where(notes or strict, "--notes")
    accepted = len(review.accepted)
    total.append(f"{accepted} accepted" + _where(strict, "--strict" if accepted else ""))
    if review.accepted and not strict:
        click.echo("Accepted as known faults of the source:")
        for code, count in _accepted_by_code(review):
            click.echo(f"  {code}" + (f" ×{count}" if count > 1 else ""))
    click.echo(f"{summary(review)}: {', '.join(total)}")


def _lines(finding: Finding) -> str:
    severity = click.style(finding.severity, fg=_COLOURS[finding.severity])
    place = click.style(str(finding.span), bold=True)
    line = f"{place}: {severity} [{finding.code}] {finding.message}"
    about = f"about {finding.subject}" if finding.subject else ""
    below = "; ".join(filter(None, (about, finding.hint)))
    return f"{line}\n    {below}" if below else line


def _accepted_by_code(review: Review) -> list[tuple[str, int]]:
    from collections import Counter

    return sorted(Counter(finding.code for finding, _ in review.accepted).items())


def _where(shown: bool, option: str) -> str:  # noqa: FBT001
    return "" if shown or not option else f" ({option} shows them)"


_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def _annotation(finding: Finding, folder: str) -> str:
    """Return a finding as a workflow command, its text escaped as such commands ask."""
    message = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    for char, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        message = message.replace(char, code)
    file = (Path(folder) / finding.span.file).as_posix()
    for char, code in (("%", "%25"), (":", "%3A"), (",", "%2C"), ("\n", "%0A"), ("\r", "%0D")):
        file = file.replace(char, code)
    place = f"file={file},line={finding.span.line},col={finding.span.column}"
    return f"::{_LEVELS[finding.severity]} {place},title={finding.code}::{message}"
