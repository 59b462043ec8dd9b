"""From raw exports to merged records, flow and checklists, in one command and offline."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paucity.cli.group import Fault, main, plural, tell
from paucity.memory import uncollected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from paucity.review import Review
    from paucity.screening.load import Screening
    from paucity.text import Finding

FORMS = ("ris", "nbib", "bibtex", "csl-json", "csv", "xlsx", "parquet")


@main.command()
@click.argument(
    "places", nargs=-1, required=True, metavar="PLACE...", type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("build/records"),
    show_default=True,
    help="Where to write.",
)
@click.option(
    "--to", "forms", multiple=True, type=click.Choice(FORMS), help="Formats of the merged records; "
    "ris if left out. May be given more than once.",
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Show no finding but how many there are.")
def records(places: tuple[Path, ...], out: Path, forms: tuple[str, ...], *, quiet: bool) -> None:
    """Read exports, merge duplicates, and write records, links, flow and checklists.

    PLACE is a review folder, a folder of exports, or exports themselves: nbib, RIS, PubMed, EndNote
    or JATS XML, BibTeX, CSL-JSON, CSV, XLSX, packed with gzip or not. What a person decided in the
    merge file (merges.yaml in OUT, or screening/merges.yaml of a review) holds.
    """
    from paucity.literature.markup import MissingLibraryError
    from paucity.processes import processors
    from paucity.report.corpus_files import write_corpus
    from paucity.writer import ChangedError

    show = _progress()
    try:
        with uncollected():
            review, screening, merges = merged_records(places, out, show)
            spare(screening, merges)
            written = write_corpus(
                review,
                screening,
                out,
                forms=tuple(dict.fromkeys(forms)) or ("ris",),
                merges=merges,
                workers=processors(),
                progress=show,
            )
    except (ChangedError, MissingLibraryError) as error:
        raise Fault(str(error)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Fault(
            f"{error.filename or out}: {reason}; no file there is half written."
            " Mend it and run the command again"
        ) from None
    finally:
        show("")
    found = screening.findings
    _print(found, quiet=quiet)
    corpus = screening.corpus
    undecided = sum(m.decision == "undecided" for m in corpus.merges)
    click.echo(f"{plural(len(corpus.exports), 'file')}, {plural(len(corpus.records), 'record')}")
    gone = len(corpus.records) - len(corpus.reports)
    pairs = "no pair to decide"
    if undecided:
        pairs = f"{plural(undecided, 'pair')} to decide: paucity screen pairs"
    reports = plural(len(corpus.reports), "report")
    click.echo(f"{plural(gone, 'duplicate')} merged ({pairs}), {reports}")
    asked = f"{plural(written.overlaps, 'question')} of shared patients"
    click.echo(f"{plural(written.links, 'link')} between reports, {asked}")
    names = ", ".join(sorted(p.name for p in written.files if p != merges))
    click.echo(f"Merges: {merges}")
    click.echo(f"Written to {out}: {names}")
    errors = sum(f.severity == "error" for f in found)
    warnings = sum(f.severity == "warning" for f in found)
    click.echo(f"Findings: {plural(errors, 'error')}, {plural(warnings, 'warning')}")
    sys.exit(int(bool(errors or warnings)))


def spare(screening: Screening, merges: Path) -> None:
    """End if the merge file cannot be read whole: writing it again would lose a decision."""
    for finding in screening.findings:
        if finding.span.file.endswith("merges.yaml") and finding.severity == "error":
            place = f"{merges}:{finding.span.line}"
            raise Fault(f"{place}: {finding.message}; mend it first, so that no decision is lost")


def _progress() -> Callable[[str], None]:
    """Return what shows a line of progress, if the error stream is a terminal."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(text: str) -> None:
        click.echo(f"\r\x1b[K{text[:100]}", nl=False, err=True)

    return show


def merged_records(
    places: tuple[Path, ...], out: Path, show: Callable[[str], None] = lambda _: None
) -> tuple[Review | None, Screening, Path]:
    """Return the review, if it is one, with its records, and where its merges are kept."""
    from paucity.screening.corpus import MERGES
    from paucity.text import read_text

    if len(places) == 1 and (places[0] / "review.yaml").exists():
        from paucity.cli.group import load

        show("reading the review")
        review = load(str(places[0]))
        if review.screening is None:
            raise Fault(f"`{places[0]}` has no records; put exports into its records/")
        return review, review.screening, places[0] / MERGES
    from paucity.processes import processors
    from paucity.screening.load import screen

    merges = out / "merges.yaml"
    text = ""
    if merges.exists():
        text, fault = read_text(out, merges)
        if fault is not None:
            raise Fault(f"{merges}: {fault.message}")
    findings: list[Finding] = []
    files = _exports(places, out, findings)
    if not files:
        raise Fault(f"there is no file in {', '.join(map(str, places))}")
    screening = screen(files, (), text, workers=processors(), progress=show)
    return None, replace(screening, findings=(*findings, *screening.findings)), merges


def _exports(places: Iterable[Path], made: Path, findings: list[Finding]) -> list[tuple[Path, str]]:
    """Return files with the names they go by: as given, or within the folder given.

    What an earlier run wrote into `made` is no export. A file that is given twice is read once, and
    a name that two files would have is completed by the folder's.
    """
    from paucity.screening.folder import exports_below, shown_name

    out: dict[str, Path] = {}
    known: set[str] = set()
    own = os.path.realpath(made)
    for place in places:
        if not place.exists():
            raise Fault(f"there is no file or folder `{place}`")
        if os.path.realpath(place) == own:
            raise Fault(f"`{place}` holds the exports; choose another folder with --out")
        found = exports_below(place, place, findings, own) if place.is_dir() else [place]
        real = [os.path.realpath(path) for path in found]
        for path, whole in zip(found, real, strict=True):
            if whole in known or whole.startswith(own + os.sep):
                continue
            name = shown_name(path.relative_to(place) if place.is_dir() else path)
            name = shown_name(path) if name in out else name
            if name in out:
                raise Fault(f"two files go by the name `{name}`; rename one")
            out[name] = path
        known.update(real)
    return [(path, name) for name, path in sorted(out.items())]


def _print(found: Iterable[Finding], *, quiet: bool) -> None:
    if quiet:
        return
    tell(found, _line)


def _line(finding: Finding) -> str:
    hint = f" ({finding.hint})" if finding.hint else ""
    place = click.style(str(finding.span), bold=True)
    return f"{place}: {finding.severity} [{finding.code}] {finding.message}{hint}"
