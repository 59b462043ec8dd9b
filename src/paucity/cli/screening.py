"""Screen records: where things stand, voting, votes from and for a spreadsheet, the flow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paucity.cli.building import terminal_width
from paucity.cli.group import FORMAT, REVIEW, Fault, load, main, plural, tell

if TYPE_CHECKING:
    from paucity.review import Review
    from paucity.screening.flow import Flow
    from paucity.screening.load import Screening
    from paucity.screening.votes import Stage

STAGE = click.option(
    "--stage",
    type=click.Choice(["title and abstract", "full text"]),
    default="title and abstract",
    show_default=True,
    help="The stage of screening.",
)
REVIEWER = click.option(
    "--as", "reviewer", required=True, metavar="NAME", help="Whose votes: the name of the file."
)


@main.group()
def screen() -> None:
    """Screen the records of a review: votes, conflicts, what is next."""


def _screened(place: str) -> tuple[Review, Screening]:
    """Return a review with its records, or end with one line."""
    loaded = load(place)
    if loaded.screening is None:
        raise Fault(f"`{place}` has no records; put exports of the searches into its records/")
    return loaded, loaded.screening


def _folder(place: str) -> Path:
    """Return the folder of a review that may be changed."""
    from paucity.review import BUNDLED

    if place in BUNDLED and not Path(place).exists():
        raise Fault(f"`{place}` is bundled and cannot be changed; copy it first")
    return Path(place)


def _told(review: Review) -> None:
    """Say on the error stream what is wrong with the votes, and what could not be read."""
    from paucity.text import Severity

    read = ("review.yaml", "records/", "screening/")
    found = [
        f
        for f in review.findings
        if (f.severity is Severity.ERROR and f.span.file.startswith(read))
        or (f.severity is Severity.WARNING and f.span.file.startswith("screening/"))
    ]
    for finding in found[:5]:
        click.echo(f"{finding.span}: {finding.severity} {finding.message}", err=True)
    if len(found) > 5:
        click.echo(f"... {len(found) - 5} more: paucity check", err=True)


@screen.command()
@REVIEW
@click.option("--next", "most", default=5, show_default=True, help="How many to list as next.")
@FORMAT
def status(review: str, most: int, form: str) -> None:
    """Say where the records stand: by stage and reviewer, conflicts, what is next."""
    from paucity.report import render
    from paucity.report.tables import screening as tables

    loaded, held = _screened(review)
    if form == "json":
        made = [tables.screening(loaded), tables.agreement(loaded)]
        data = {t.name: render.table_data(t) for t in made}
        click.echo(render.dump({**data, "open": _open(held, 10**9)}), nl=False)
        return
    width = terminal_width()
    click.echo(render.as_text(tables.screening(loaded), width=width), nl=False)
    agreement = tables.agreement(loaded)
    if agreement.rows:
        click.echo()
        click.echo(render.as_text(agreement, width=width), nl=False)
    for heading, items in _open(held, most).items():
        if items:
            click.echo(f"\n{heading}:")
            for item in items:
                click.echo(f"  {item}")
    _told(loaded)


def _open(held: Screening, most: int) -> dict[str, list[str]]:
    """Return what waits for someone, stage by stage: conflicts first."""
    from paucity.report.render import clean
    from paucity.report.tables.screening import say_record
    from paucity.screening.corpus import name_of
    from paucity.screening.decisions import State

    out: dict[str, list[str]] = {}
    for decided in (held.decisions.title, held.decisions.full_text):
        for state, word in ((State.CONFLICT, "conflicts"), (State.UNDECIDED, "next")):
            found = [d for d in decided if d.state is state]
            if not found:
                continue
            lines = []
            for decision in found[:most]:
                record = held.corpus.reports[decision.report].record
                votes = ", ".join(f"{v.reviewer}: {v.decision}" for v in decision.votes)
                said = clean(say_record(record))
                said = said if len(said) <= 90 else f"{said[:87]}..."
                name = clean(name_of(held.corpus, decision.report))
                lines.append(f"{name}  {said}" + (f"  [{votes}]" if votes else ""))
            rest = len(found) - len(lines)
            out[f"{found[0].stage.value.capitalize()}, {word} ({len(found)})"] = (
                [*lines, f"and {rest} more"] if rest else lines
            )
    return out


@screen.command()
@REVIEW
@click.argument("record")
@REVIEWER
@STAGE
@click.option(
    "--decision",
    type=click.Choice(["include", "exclude", "unsure"]),
    required=True,
    help="The vote.",
)
@click.option("--reason", default="", help="Why it is excluded.")
@click.option("--note", default="", help="A remark.")
@click.option("--time", "when", default="", help="When, as ISO 8601; now if left out.")
def vote(
    review: str, record: str, reviewer: str, stage: str, decision: str, reason: str, note: str,
    when: str,
) -> None:  # fmt: skip
    """Add one vote to a reviewer's file.

    RECORD is the record's identity, as `paucity screen status` prints it: pmid:23418008. A bare
    PMID, a PMCID, and a DOI as it is or as an address will do.
    """
    from paucity.screening.corpus import name_of
    from paucity.screening.folder import add_votes
    from paucity.screening.naming import Names, spellings
    from paucity.screening.votes import Choice, Stage, Vote, file_of, objection_to
    from paucity.text import did_you_mean
    from paucity.writer import ChangedError

    reviewer = _reviewer(review, reviewer)
    folder = _folder(review)
    _, held = _screened(review)
    names = Names(held.corpus)
    meant = names.meant(record)
    if not meant.reports:
        written = [*spellings(record), record]
        guesses = (did_you_mean(name, held.corpus.by_name) for name in written)
        hint = next(filter(None, guesses), "see `paucity screen status`")
        raise Fault(f"there is no record `{record}` ({hint})")
    if len(meant.reports) > 1:
        raise Fault(f"`{record}` is {len(meant.reports)} reports: {names.candidates(meant)}")
    when = _time(when)
    made = Vote(meant.name, Stage(stage), Choice(decision), reason, when, note, reviewer)
    objection = objection_to(made, held.plan.reasons)
    if objection:
        raise Fault(f"{objection[0]} ({objection[1]})")
    try:
        add_votes(folder, reviewer, [made])
    except (ChangedError, ValueError) as error:
        raise Fault(str(error)) from None
    number = next(iter(meant.reports))
    if not meant.exact:
        click.echo(_taken(held, record, number))
    now = _state(held, folder, number, Stage(stage))
    click.echo(f"{name_of(held.corpus, number)}: {now} at {stage} ({file_of(reviewer)})")


def _taken(held: Screening, text: str, report: int) -> str:
    """Return which record a text was taken for."""
    from paucity.report.render import clean
    from paucity.report.tables.screening import say_record
    from paucity.screening.corpus import name_of

    said = say_record(held.corpus.reports[report].record)
    return clean(f"`{text}` is taken for {name_of(held.corpus, report)}: {said}")


def _reviewer(place: str, name: str) -> str:
    """Return a reviewer's name as the vote file spells it, or end with one line."""
    from unicodedata import normalize

    from paucity.screening.folder import votes_in
    from paucity.screening.votes import file_of, name_fault, name_key

    fault = name_fault(name)
    if fault is not None:
        raise Fault(f"{fault[0]}: {fault[1]}")
    votes, _ = votes_in(_folder(place), [])
    held = [other for other, _ in votes if name_key(other) == name_key(name)]
    if not held or name in held:
        return name
    for other in held:
        if normalize("NFC", other) == normalize("NFC", name):
            return other
    raise Fault(f"{file_of(held[0])} is there: vote as `{held[0]}`, or under a name that differs")


def _time(text: str) -> str:
    """Return the time of a vote: as given, or now."""
    from datetime import UTC, datetime

    from paucity.screening.votes import is_time

    if text and not is_time(text):
        raise Fault(f"`{text}` is no time: write 2026-11-22 or 2026-11-22T18:30:00Z")
    return text or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(held: Screening, folder: Path, report: int, stage: Stage) -> str:
    """Return where a report stands by the votes as they are now."""
    from paucity.screening.folder import votes_in
    from paucity.screening.load import judged

    votes, _ = votes_in(folder, [])
    now = judged(held.corpus, votes, plan=held.plan, criteria=held.criteria).decisions
    decided = now.title if stage.value.startswith("title") else now.full_text
    return decided[report].state.value


@screen.command("export")
@REVIEW
@REVIEWER
@STAGE
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="The table; to the terminal if left out."
)
@click.option("--all", "everything", is_flag=True, help="Also records the reviewer has voted on.")
def export_(review: str, reviewer: str, stage: str, out: Path | None, *, everything: bool) -> None:
    """Write what a reviewer has still to screen, as a table for a spreadsheet.

    Fill in the columns decision (include, exclude, unsure), reason and note, save as CSV, and read
    it back with `paucity screen import`. A table with decisions that were not read back is never
    written over.
    """
    from paucity.screening.sheet import sheet_of, unread_in
    from paucity.screening.votes import Stage
    from paucity.writer import ChangedError, change_file, read_for_change

    reviewer = _reviewer(review, reviewer)
    _, held = _screened(review)
    text, count = sheet_of(held, reviewer, Stage(stage), everything=everything)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        before = read_for_change(out)
        if before and unread_in(before, held, reviewer, Stage(stage)):
            raise Fault(
                f"{out} is there and holds what would be lost: read it with `paucity screen "
                "import`, or write to another file"
            )
        change_file(out, text.encode("utf-8-sig"), before)
    except ChangedError as error:
        raise Fault(str(error)) from None
    click.echo(f"{out}: {plural(count, 'record')} to screen at {stage}")


@screen.command("import")
@REVIEW
@click.argument("table", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@REVIEWER
@STAGE
@click.option("--time", "when", default="", help="When, as ISO 8601; now if left out.")
def import_(review: str, table: Path, reviewer: str, stage: str, when: str) -> None:
    """Add the votes of a filled-in TABLE to a reviewer's file.

    Rows without a decision are passed over, and so is a vote that stands in the file already. A row
    that cannot be read is told, and nothing is written until all can be.
    """
    from paucity.screening.folder import add_votes
    from paucity.screening.sheet import votes_of_sheet
    from paucity.screening.votes import Stage, file_of
    from paucity.text import read_text
    from paucity.writer import ChangedError

    reviewer = _reviewer(review, reviewer)
    when = _time(when)
    folder = _folder(review)
    _, held = _screened(review)
    text, fault = read_text(table.parent, table, table.name)
    if fault is not None:
        raise Fault(f"{fault.span}: {fault.message}")
    sheet = votes_of_sheet(text, table.name, held, reviewer, Stage(stage), when)
    if sheet.faults:
        tell(sheet.faults, lambda f: f"{f.span}: {f.message} ({f.hint})")
        raise Fault(f"nothing is written: {plural(len(sheet.faults), 'row')} cannot be read")
    if sheet.votes:
        try:
            add_votes(folder, reviewer, sheet.votes)
        except (ChangedError, ValueError) as error:
            raise Fault(str(error)) from None
    for line, written, report in sheet.taken:
        click.echo(f"{table.name}:{line}: {_taken(held, written, report)}")
    click.echo(f"{plural(len(sheet.votes), 'vote')} added to {file_of(reviewer)}")


@main.command()
@REVIEW
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="A file ending in .svg .png .json .csv .md"
)
def flow(review: str, out: Path | None) -> None:
    """Print or draw the PRISMA 2020 flow of a review; what nobody told is `not reported`."""
    from paucity.linked import prisma_flow
    from paucity.report import render
    from paucity.report.prisma import flow_table

    loaded = load(review)
    _told(loaded)
    held = prisma_flow(loaded.evidence, loaded.screening)
    if out is None:
        click.echo(
            render.as_text(flow_table(held), width=terminal_width(), styled=sys.stdout.isatty()),
            nl=False,
        )
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(flow_bytes(held, out.suffix.lower()))
    click.echo(str(out))


def flow_bytes(held: Flow, ending: str) -> bytes:
    """Return a flow in the format that a file's ending names, or end with one line."""
    from paucity.report import render
    from paucity.report.prisma import flow_data, flow_table

    if ending in {".svg", ".png"}:
        from paucity.report.figures.prisma import flow_figure, flow_png

        return flow_figure(held).draw().encode() if ending == ".svg" else flow_png(held)
    if ending == ".json":
        return render.dump(flow_data(held)).encode()
    made = {".csv": render.as_csv, ".md": render.as_markdown}
    if ending not in made:
        raise Fault(f"`{ending}` is none of .svg .png .json .csv .md")
    return made[ending](flow_table(held)).encode()
