"""The command itself: its options, its few errors, and what every command needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from paucity import __version__
from paucity.memory import MemoryShortError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from paucity.review import Review
    from paucity.text import Finding


REVIEW = click.argument("review", default=".", metavar="[REVIEW]")


FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Output format."
)


DISCLAIMER = "For review and research. Not advice for a patient's care."


_EXTRAS = {
    "bibtexparser": "literature",
    "duckdb": "assess",
    "httpx": "live",
    "ibis": "assess",
    "isal": "medline",
    "lxml": "literature",
    "matplotlib": "report",
    "numpy": "synthesis",
    "openpyxl": "literature",
    "pyarrow": "literature",
    "pyreadstat": "sas",
    "rapidfuzz": "literature",
    "scipy": "synthesis",
    "tantivy": "medline",
    "xml2arrow": "medline",
}
"""The extra that brings each library which is not always there."""


INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""


_BY_DUCKDB = "Query interrupted"
"""What DuckDB's RuntimeError says of a query that Ctrl-C ended."""

_MEDLINE: Final = frozenset({"numpy", "pyarrow"})
"""Libraries of the extra `medline` that others bring too."""


def _extra(error: ModuleNotFoundError) -> str | None:
    """Return the extra that brings a missing library to the part of paucity that needs it."""
    library = (error.name or "").partition(".")[0]
    frame = error.__traceback__
    while library in _MEDLINE and frame is not None:
        if str(frame.tb_frame.f_globals.get("__name__")).startswith("paucity.literature.medline"):
            return "medline"
        frame = frame.tb_next
    return _EXTRAS.get(library)


class Fault(click.ClickException):
    """A fault of use or of the folder: one line, exit code 2."""

    exit_code = 2


class Clean(click.Group):
    """Turns Ctrl-C, and the few errors a user can cause at the outside, into one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._invoked(ctx)
        except (KeyboardInterrupt, RuntimeError) as error:
            if isinstance(error, RuntimeError) and str(error) != _BY_DUCKDB:
                raise
            if sys.stderr.isatty():
                click.echo(err=True)  # the line begins with ^C
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)

    def _invoked(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except ModuleNotFoundError as error:
            extra = _extra(error)
            if extra is None:
                raise
            message = f"this needs {error.name}: install it with `pip install 'paucity[{extra}]'`"
            raise Fault(message) from None
        except ImportError as error:
            from paucity.literature.markup import MissingLibraryError

            if isinstance(error, MissingLibraryError):
                raise Fault(str(error)) from None
            raise
        except (MemoryShortError, MemoryError) as error:
            message = str(error) or "there is not enough memory; nothing more was written"
            raise Fault(message) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            place = f"{error.filename}: " if error.filename else ""
            raise Fault(f"{place}{reason}") from None


@click.group(
    cls=Clean,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=DISCLAIMER,
)
@click.version_option(__version__, prog_name="paucity")
def main() -> None:
    """Compile a review of rare-disease evidence from a folder of plain text.

    REVIEW is the folder that holds review.yaml (the current folder if left out), or the name of a
    bundled review: see `paucity list`.
    """


def load(place: str) -> Review:
    """Return the review that a path or a bundled name means, or end with one line."""
    from paucity.processes import processors
    from paucity.review import ReviewError, find_review, load_review

    try:
        return load_review(find_review(place), workers=processors())
    except ReviewError as error:
        raise Fault(str(error)) from None


def tell(findings: Iterable[Finding], line: Callable[[Finding], str], *, err: bool = True) -> None:
    """Print the first findings of each code and file, and how many more there are.

    Args:
        findings: in order.
        line: gives the text of one.
        err: on standard error.
    """
    from paucity.text import shortened

    first, rest = shortened(findings)
    for text in (*map(line, first), *rest):
        click.echo(text, err=err)


def plural(count: int, word: str) -> str:
    """Return a count with its word."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def severities(review: Review) -> list[str]:
    """Return how many findings of each severity are open, in words."""
    from paucity.text import Severity

    found = [f.severity for f in review.findings]
    return [plural(found.count(severity), severity.value) for severity in Severity]


def summary(review: Review) -> str:
    """Return the review's name and how many studies it has."""
    studies = len(review.evidence.studies)
    return f"{review.name}: {studies} {'study' if studies == 1 else 'studies'}"


def exit_code(review: Review, *, strict: bool) -> int:
    """Return 0 if a review is clean and 1 if not; notes count only where `strict`."""
    from paucity.text import Severity

    if strict:
        return int(bool(review.findings or review.accepted))
    return int(any(f.severity is not Severity.NOTE for f in review.findings))
