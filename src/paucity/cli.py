"""The command line. Heavy imports stand inside the commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.shell_completion import CompletionItem

    from paucity.report.table import Table
    from paucity.review import Review
    from paucity.text import Finding

REVIEW = click.argument("review", default=".", metavar="[REVIEW]")
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Output format."
)
DISCLAIMER = "For review and research. Not advice for a patient's care."


class _Clean(click.Group):
    """Turns the few errors a user can cause at the outside into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except ModuleNotFoundError as error:
            extra = _EXTRAS.get((error.name or "").partition(".")[0])
            if extra is None:
                raise
            message = f"this needs {error.name}: install it with `pip install 'paucity[{extra}]'`"
            raise _Fault(message) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            place = f"{error.filename}: " if error.filename else ""
            raise _Fault(f"{place}{reason}") from None


_EXTRAS = {
    "great_tables": "report",
    "matplotlib": "report",
    "numpy": "synthesis",
    "polars": "report",
    "scipy": "synthesis",
}
"""The extra that brings each library which is not always there."""


class _Fault(click.ClickException):
    """A fault of use or of the folder: one line, exit code 2."""

    exit_code = 2


@click.group(
    cls=_Clean,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=DISCLAIMER,
)
@click.version_option(__version__, prog_name="paucity")
def main() -> None:
    """Compile a review of rare-disease evidence from a folder of plain text.

    REVIEW is the folder that holds review.yaml (the current folder if left out), or the name of a
    bundled review: see `paucity list`.
    """


def _load(place: str) -> Review:
    from paucity.review import ReviewError, find_review, load_review

    try:
        return load_review(find_review(place))
    except ReviewError as error:
        raise _Fault(str(error)) from None


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
    loaded = _load(review)
    shown = _shown(loaded, strict=strict, notes=notes)
    if form == "json":
        click.echo(_findings_json(loaded))
    elif form == "github":
        folder = review if Path(review).is_dir() else ""
        for finding in shown:
            click.echo(_annotation(finding, folder))
    else:
        _print_findings(loaded, shown, strict=strict, notes=notes)
    sys.exit(_code(loaded, strict=strict))


def _shown(review: Review, *, strict: bool, notes: bool) -> list[Finding]:
    from paucity.text import Severity, in_order

    shown = [f for f in review.findings if notes or strict or f.severity is not Severity.NOTE]
    if strict:
        shown += [finding for finding, _ in review.accepted]
    return in_order(shown)


def _code(review: Review, *, strict: bool) -> int:
    from paucity.text import Severity

    if strict:
        return int(bool(review.findings or review.accepted))
    return int(any(f.severity is not Severity.NOTE for f in review.findings))


_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def _print_findings(review: Review, shown: Iterable[Finding], *, strict: bool, notes: bool) -> None:
    for finding in shown:
        severity = click.style(finding.severity, fg=_COLOURS[finding.severity])
        place = click.style(str(finding.span), bold=True)
        click.echo(f"{place}: {severity} [{finding.code}] {finding.message}")
        about = f"about {finding.subject}" if finding.subject else ""
        if finding.hint or about:
            click.echo(f"    {'; '.join(filter(None, (about, finding.hint)))}")
    total = _counts(review)
    total[-1] += _where(notes or strict, "--notes")
    accepted = len(review.accepted)
    total.append(f"{accepted} accepted" + _where(strict, "--strict" if accepted else ""))
    if review.accepted and not strict:
        click.echo("Accepted as known faults of the source:")
        for code, count in _accepted_by_code(review):
            click.echo(f"  {code}" + (f" ×{count}" if count > 1 else ""))
    click.echo(f"{_summary(review)}: {', '.join(total)}")


def _counts(review: Review) -> list[str]:
    """Return how many findings of each severity are open, in words."""
    from paucity.text import Severity

    found = [f.severity for f in review.findings]
    return [_plural(found.count(severity), severity.value) for severity in Severity]


def _accepted_by_code(review: Review) -> list[tuple[str, int]]:
    from collections import Counter

    return sorted(Counter(finding.code for finding, _ in review.accepted).items())


def _where(shown: bool, option: str) -> str:  # noqa: FBT001
    return "" if shown or not option else f" ({option} shows them)"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _summary(review: Review) -> str:
    studies = len(review.evidence.studies)
    return f"{review.name}: {studies} {'study' if studies == 1 else 'studies'}"


def _findings_json(review: Review) -> str:
    data = {
        "findings": [finding_data(f) for f in review.findings],
        "accepted": [{**finding_data(f), "reason": a.reason} for f, a in review.accepted],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
    }


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


@main.command()
@REVIEW
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Where to write; REVIEW/build if left out."
)
def build(review: str, out: Path | None) -> None:
    """Compile a review into its report, tables and data."""
    from paucity.review import BUNDLED

    loaded = _load(review)
    place = out
    if place is None:
        place = Path("build") / review if review in BUNDLED else Path(review) / "build"
    _write(loaded, place)
    click.echo(_told(loaded))
    click.echo(f"Report: {place / 'index.html'}")
    sys.exit(_code(loaded, strict=False))


def _write(review: Review, place: Path) -> None:
    from paucity.report.site import write_report

    write_report(review, place)


def _told(review: Review) -> str:
    """Return what a build found, in a few lines."""
    from paucity.evidence.eligibility import Verdict
    from paucity.report.tables.responses import agent_label

    lines = [_summary(review)]
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
    lines.append(f"Findings: {', '.join(_counts(review))}; {accepted}")
    return "\n".join(lines)


@main.command()
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Where to write the report.")
def demo(out: Path | None) -> None:
    """Build the bundled review and say where its report is."""
    name = "hlh-salvage"
    loaded = _load(name)
    place = out or Path("build") / name
    _write(loaded, place)
    click.echo(_told(loaded))
    click.echo(f"Open {place / 'index.html'} in a browser.")
    click.echo(DISCLAIMER)


def _width() -> int:
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
    robustness, certainty, quality, toxicity, outcomes, agents, eligibility, claims, gaps, regimens,
    ongoing.
    """
    from paucity.report import render
    from paucity.report.tables import TABLES, named
    from paucity.text import did_you_mean

    if name not in TABLES:
        hint = did_you_mean(name, TABLES) or f"there are: {', '.join(TABLES)}"
        raise _Fault(f"there is no table `{name}` ({hint})")
    made = named(_load(review), name)
    if form == "text":
        click.echo(render.as_text(made, width=_width(), styled=sys.stdout.isatty()), nl=False)
        return
    formats: dict[str, Callable[[Table], str]] = {
        "json": render.as_json,
        "csv": render.as_csv,
        "markdown": render.as_markdown,
    }
    click.echo(formats[form](made), nl=False)


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
        raise _Fault(str(error)) from None
    if form == "json":
        click.echo(counts_data(x, n, result, level))
    else:
        click.echo(counts_text(x, n, result, level, width=_width()))


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

    loaded = _load(review)
    if form == "csv":
        click.echo(outputs.plan_csv(loaded), nl=False)
    elif form == "json":
        click.echo(json.dumps(outputs.plan_data(loaded), indent=2, ensure_ascii=False))
    else:
        click.echo(outputs.plan_text(loaded, width=_width()))


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

    loaded = _load(review)
    known = plan(loaded.evidence)
    name = analysis or main_analysis(loaded)
    if name not in known:
        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise _Fault(f"there is no analysis `{name}` ({hint})")
    drawing = draw(loaded, name, "forest")
    if drawing is None:
        raise _Fault(f"the analysis `{name}` has no cohort to draw")
    out.write_text(drawing.draw(), encoding="utf-8")
    click.echo(f"{drawing.title}: {out}")


@main.command()
@click.argument("what")
@REVIEW
@click.option("--criteria", help="The set of criteria; the main one if left out.")
@FORMAT
def explain(what: str, review: str, criteria: str | None, form: str) -> None:
    """Say why a cohort or an agent is in or out.

    WHAT is an agent (alemtuzumab), a cohort (mahlaoui-2007/second-line), or a study.
    """
    from paucity.explain import explained, explained_data

    loaded = _load(review)
    known = loaded.evidence.eligibility
    name = criteria or loaded.evidence.main
    if name not in known:
        from paucity.text import did_you_mean

        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise _Fault(f"there is no set of criteria `{name}` ({hint})")
    try:
        if form == "json":
            data = explained_data(loaded, what, known[name])
            click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            click.echo("\n".join(explained(loaded, what, known[name])))
    except KeyError as error:
        raise _Fault(str(error.args[0])) from None


@main.command("list")
@FORMAT
def list_(form: str) -> None:
    """List the bundled reviews, definitions and regimens."""
    from paucity.dosing.library import library_regimens
    from paucity.response import definition_names
    from paucity.review import BUNDLED

    held = {
        "reviews": list(BUNDLED),
        "definitions": list(definition_names()),
        "regimens": list(library_regimens()),
    }
    if form == "json":
        click.echo(json.dumps(held, indent=2))
        return
    for kind, names in held.items():
        click.echo(f"{kind}:")
        for name in names:
            click.echo(f"  {name}")


@main.command()
@click.argument(
    "kind",
    type=click.Choice(["study", "review", "source", "definition", "regimen"]),
    default="study",
)
def schema(kind: str) -> None:
    """Print the JSON Schema of a kind of file, for editors to complete and validate with."""
    from paucity.schemas import schema_of

    click.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Start a new review in FOLDER: a small one that already builds."""
    from paucity.starter import StarterError, start

    try:
        for name in start(folder):
            click.echo(f"  {folder / name}")
    except StarterError as error:
        raise _Fault(str(error)) from None
    click.echo(f"Next: paucity check {folder}, then paucity build {folder}")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell; say `eval "$(paucity completion bash)"`."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise _Fault(f"no completion for {shell}")
    click.echo(found(main, {}, "paucity", "_PAUCITY_COMPLETE").source())
