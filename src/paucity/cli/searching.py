"""Look search strategies over, explain, translate and run them over exported records."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.group import FORMAT, Fault, main, plural, tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from paucity.literature.record import Record
    from paucity.literature.strategy.evaluate import Found
    from paucity.literature.strategy.mesh import Mesh
    from paucity.literature.strategy.nodes import Strategy
    from paucity.literature.strategy.notes import Note
    from paucity.text import Finding

PLACE = click.argument("place", metavar="FILE_OR_REVIEW")
MESH = click.option(
    "--mesh",
    "mesh_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="MeSH descriptor file of the NLM (desc20xx.xml, packed or not, or d20xx.bin).",
)
SEARCH = click.option(
    "--search", "number", type=int, default=0, help="Which search of a review; all if left out."
)


@main.group()
def strategy() -> None:
    """Look over, explain, translate and run search strategies.

    FILE_OR_REVIEW is a text file with a strategy in PubMed's or Ovid's syntax, `-` for standard
    input, or a review whose searches state a strategy.
    """


@dataclass(frozen=True, slots=True)
class Stated:
    """A strategy to work on, with its title and what was found.

    Of a review also what its source does not tell: what was inferred, and what is not stated.
    """

    title: str
    strategy: Strategy
    findings: tuple[Finding, ...]
    inferred: tuple[str, ...] = ()
    unstated: tuple[str, ...] = ()


@strategy.command("lint")
@PLACE
@MESH
@SEARCH
@FORMAT
def lint_command(place: str, mesh_file: Path | None, number: int, form: str) -> None:
    """Look a strategy over for faults and for what costs records.

    Exits with 0 if there is no error or warning, 1 if there is.
    """
    from paucity.text import Severity, finding_data

    mesh = mesh_of(mesh_file)
    found = [f for one in read_strategies(place, number, mesh) for f in one.findings]
    if form == "json":
        click.echo(json.dumps([finding_data(f) for f in found], indent=2, ensure_ascii=False))
    else:
        print_findings(found)
        kinds = [f.severity for f in found]
        told = [plural(kinds.count(severity), severity.value) for severity in Severity]
        click.echo(f"{place}: {', '.join(told)}")
    sys.exit(int(any(f.severity is not Severity.NOTE for f in found)))


@strategy.command()
@PLACE
@click.option(
    "--to",
    "target",
    type=click.Choice(["europepmc", "ovid", "pubmed"]),
    required=True,
    help="Whose syntax to write.",
)
@SEARCH
@FORMAT
def translate(place: str, target: str, number: int, form: str) -> None:
    """Write a strategy in another database's syntax, and say what is lost."""
    from paucity.literature.strategy.targets import Target
    from paucity.literature.strategy.targets import translate as written

    targets: dict[str, Target] = {"europepmc": "europepmc", "ovid": "ovid", "pubmed": "pubmed"}
    out: list[dict[str, Any]] = []
    for one in read_strategies(place, number):
        refuse_empty(one)
        tell_faults(one, place)
        text, losses = written(one.strategy, targets[target])
        out.append({"search": one.title, "text": text, "losses": list(losses)})
        if form == "text":
            click.echo(text)
            for loss in losses:
                click.echo(f"lost: {loss}", err=True)
    if form == "json":
        click.echo(json.dumps(out, indent=2, ensure_ascii=False))


@strategy.command()
@PLACE
@SEARCH
def explain(place: str, number: int) -> None:
    """Show how a strategy is read, and what cannot be done offline."""
    from paucity.literature.strategy.notes import notes_on
    from paucity.literature.strategy.show import show

    for one in read_strategies(place, number):
        refuse_empty(one)
        tell_faults(one, place)
        lines = plural(len(one.strategy.lines), "line")
        click.echo(f"{one.title}: {lines}, in the syntax of {_SYNTAX[one.strategy.syntax]}")
        for line in one.strategy.lines:
            click.echo(f"#{line.number}  {show(line.node) if line.node else '(nothing)'}")
        print_notes(notes_on(one.strategy))


_SYNTAX = {"pubmed": "PubMed", "ovid": "Ovid"}


@strategy.command()
@PLACE
@click.argument(
    "records",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@MESH
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help='Day of the search (2020-01-31), for "last 5 years"[dp].',
)
@click.option("--ids", is_flag=True, help="Print only the records found, one a line.")
@SEARCH
@FORMAT
def run(
    place: str,
    records: tuple[Path, ...],
    mesh_file: Path | None,
    today: datetime | None,
    number: int,
    form: str,
    *,
    ids: bool,
) -> None:
    """Run a strategy over exported records, of any format that is read.

    Prints how many records each line finds, and what is not done as PubMed does it.
    """
    held = _records(records)
    mesh = mesh_of(mesh_file)
    out: list[dict[str, Any]] = []
    for one in read_strategies(place, number, mesh):
        refuse_empty(one)
        tell_faults(one, place)
        done = _run(one, held, mesh, today.date() if today else None)
        out.append(done.data())
        if form == "text":
            done.show(ids=ids)
    if form == "json":
        click.echo(json.dumps(out, indent=2, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Done:
    """A strategy that was run."""

    read: Stated
    found: tuple[Found, ...]
    notes: tuple[Note, ...]
    names: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """Return what was found as plain data."""
        last = self.found[-1]
        return {
            "search": self.read.title,
            "records": len(self.names),
            "lines": [
                {"number": f.number, "found": len(f.matched), "undecided": len(f.undecided)}
                for f in self.found
            ],
            "found": [self.names[i] for i in last.matched],
            "undecided": [self.names[i] for i in last.undecided],
            "notes": [{"code": n.code, "what": n.what, "effect": n.effect} for n in self.notes],
            "inferred": list(self.read.inferred),
            "unstated": list(self.read.unstated),
        }

    def show(self, *, ids: bool) -> None:
        """Print the counts of the lines, or the records of the last line."""
        last = self.found[-1]
        if ids:
            for i in last.matched:
                click.echo(self.names[i])
            if last.undecided:
                click.echo(f"{len(last.undecided):,} more undecided", err=True)
            return
        _print_counts(self.read.strategy, self.found)
        total = f"{self.read.title}: {len(last.matched):,} of {plural(len(self.names), 'record')}"
        more = f", {len(last.undecided):,} more undecided" if last.undecided else ""
        click.echo(f"{total} found{more}")
        print_notes(self.notes)
        print_untold(self.read)


def _run(one: Stated, records: list[Record], mesh: Mesh | None, today: date | None) -> _Done:
    from paucity.literature.normal import identity
    from paucity.literature.strategy import evaluate
    from paucity.literature.strategy.notes import notes_on

    given = evaluate.Given(mesh, today)
    found = evaluate.run(one.strategy, records, given)
    names = tuple(identity(record) for record in records)
    return _Done(one, found, notes_on(one.strategy, records, given), names)


def _print_counts(read: Strategy, found: tuple[Found, ...]) -> None:
    wide = max(len(f"{len(f.matched):,}") for f in found)
    for line, result in zip(read.lines, found, strict=True):
        unknown = f" (+{len(result.undecided):,} undecided)" if result.undecided else ""
        printed = "" if line.printed is None else f" (printed: {line.printed:,})"
        text = line.text if len(line.text) <= 70 else f"{line.text[:67]}..."
        count = f"{len(result.matched):,}".rjust(wide)
        click.echo(f"#{line.number:<3} {count}{unknown}{printed}  {text}")


def print_notes(notes: Iterable[Note]) -> None:
    """Print what is not done as PubMed does it."""
    for note in notes:
        click.echo(f"note: {note.what}. {note.effect[:1].upper()}{note.effect[1:]}.")


def print_untold(one: Stated, *, err: bool = False) -> None:
    """Print what the source of a review does not tell of its search."""
    if one.inferred:
        click.echo(f"inferred, not told by the source: {'; '.join(one.inferred)}", err=err)
    if one.unstated:
        click.echo(f"not stated by the source: {'; '.join(one.unstated)}", err=err)


def print_findings(findings: Iterable[Finding]) -> None:
    """Print findings with their hints."""
    tell(findings, _with_hint, err=False)


def _with_hint(finding: Finding) -> str:
    return f"{told(finding)}\n    {finding.hint}" if finding.hint else told(finding)


def told(finding: Finding) -> str:
    """Return a finding on one line."""
    return f"{finding.span}: {finding.severity} [{finding.code}] {finding.message}"


def tell_faults(one: Stated, place: str) -> None:
    """Say on standard error what of a strategy is not read as it was meant."""
    from paucity.text import Severity

    tell((f for f in one.findings if f.severity is Severity.ERROR), told)
    kinds = [finding.severity for finding in one.findings]
    if warnings := kinds.count(Severity.WARNING):
        what = plural(warnings, "warning")
        click.echo(f"{one.title}: {what}; see `paucity strategy lint {place}`", err=True)


def read_strategies(place: str, number: int, mesh: Mesh | None = None) -> list[Stated]:
    """Return the strategies that a place means: a file's one, or those of a review."""
    from paucity.literature.strategy.checks import lint
    from paucity.literature.strategy.parse import parse_strategy

    path = Path(place)
    if place == "-" or path.is_file():
        text = _text(place, path)
        read = parse_strategy(text, place)
        return [Stated(place, read, tuple(lint(read, place, mesh)))]
    if (path / "manifest.json").is_file() and not (path / "review.yaml").is_file():
        message = "is a store of `paucity medline`, and a strategy is asked for here"
        raise Fault(f"{place}: {message}; look at the order of the arguments")
    if not path.exists() and (path.suffix or "/" in place):
        raise Fault(f"{place}: there is no such file or review folder")
    return _of_review(place, number, mesh)


def _text(place: str, path: Path) -> str:
    data = sys.stdin.buffer.read() if place == "-" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{place}:{line}: byte 0x{data[error.start]:02x} is not UTF-8; save it as UTF-8"
        raise Fault(message) from None


def _of_review(place: str, number: int, mesh: Mesh | None) -> list[Stated]:
    from paucity.cli.group import load
    from paucity.literature.strategy.checks import lint
    from paucity.literature.strategy.stated import read_stated
    from paucity.review import find_review

    review = load(place)
    stated, _ = read_stated(find_review(place), review.protocol.searches, review.texts)
    if number:
        stated = [one for one in stated if one.number == number]
    if not stated:
        which = f"search {number}" if number else "any search"
        message = f"{place}: review.yaml states no strategy for {which}; write `strategy:` there"
        raise Fault(message)
    out = []
    for one in stated:
        extra = [f for f in lint(one.strategy, one.name, mesh) if f.code in _BY_MESH]
        title = f"{review.name}, search {one.number} ({one.database})"
        search = review.protocol.searches[one.number - 1]
        found = (*one.findings, *extra)
        out.append(Stated(title, one.strategy, found, search.inferred, search.unstated))
    return out


_BY_MESH = frozenset({"strategy-heading-unknown"})


def refuse_empty(one: Stated) -> None:
    """End with one line if a strategy asks nothing."""
    if all(line.node is None for line in one.strategy.lines):
        print_findings(one.findings)
        raise Fault(f"{one.title}: there is no strategy to work on")


def mesh_of(path: Path | None) -> Mesh | None:
    """Return the headings of a MeSH descriptor file, or end with one line."""
    if path is None:
        return None
    from paucity.literature.strategy.mesh import read_mesh

    mesh = read_mesh(path)
    tell(mesh.findings, _with_hint)
    if not mesh.headings:
        raise Fault(f"{path}: no MeSH headings could be read")
    if any(f.code in {"xml-broken", "file-truncated"} for f in mesh.findings):
        message = "the file is damaged; headings would explode to a part of what stands below them"
        raise Fault(f"{path}: {message}. Fetch it again")
    return mesh


def _records(paths: Iterable[Path]) -> list[Record]:
    from paucity.literature.read import read_file

    out: list[Record] = []
    for path in paths:
        library = read_file(path, str(path))
        out += library.records
        tell(library.findings, told)
        if not library.records:
            raise Fault(f"{path}: no records could be read")
    return out
