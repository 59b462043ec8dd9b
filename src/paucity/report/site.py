"""Write the report of a review: one folder of pages, tables, figures and data, for reading offline.

Everything is made in memory first. A file is replaced only as a whole, and only if it differs; the
index comes last. Files that an earlier run wrote and this one does not are removed, if they still
have the checksums it left; anything else in the folder stays.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.linked import prisma_flow
from paucity.report.checklists import CHECKLISTS
from paucity.report.exports import evidence_data, findings_data
from paucity.report.links import Links, pages_for
from paucity.report.pages import Pages
from paucity.report.prisma import flow_data
from paucity.report.render import as_csv, as_json, as_markdown, dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.report.figures import Drawing
    from paucity.report.table import Table
    from paucity.review import Review

SUMS: Final = "SHA256SUMS"
"""The file that lists every other file with its checksum, as `sha256sum --check` reads it."""

for _needed in ("matplotlib", "numpy", "scipy"):
    # They are loaded late; that one is missing is told early.
    if find_spec(_needed) is None:
        raise ModuleNotFoundError(f"No module named {_needed!r}", name=_needed)

_LIBRARY: Final = Path(__file__).parent.parent / "library"
_STYLE: Final = Path(__file__).parent / "style.css"


@dataclass(frozen=True, slots=True)
class Report:
    """A report before it is written: the text of every file by its path."""

    files: Mapping[str, str] = field(repr=False)


def write_report(review: Review, out: Path) -> None:
    """Write the report of a review into a folder.

    Args:
        review: the review.
        out: the folder; made if there is none. Files in it that no report wrote stay.

    Raises:
        OSError: a file cannot be written.
    """
    from paucity.report.tables import all_tables

    write_files(make_report(review, all_tables(review), _figures_in(out)), out)


def make_report(
    review: Review, tables: Iterable[Table], drawn: Mapping[str, str] | None = None
) -> Report:
    """Return the report of a review.

    Args:
        review: the review.
        tables: its tables.
        drawn: figures of an earlier run by path; one that shows the same is not drawn again.
    """
    tables = tuple(tables)
    texts = {**library_texts(review), **review.texts}
    links = Links(pages_for(texts), {name: _lines(text) for name, text in texts.items()})
    pages = Pages(review, tables, texts, links)
    files: dict[str, str] = {"style.css": _STYLE.read_text(encoding="utf-8")}
    for table in tables:
        files[f"tables/{table.name}.csv"] = as_csv(table)
        files[f"tables/{table.name}.json"] = as_json(table)
    for name in CHECKLISTS:
        files |= {f"tables/{t.name}.md": as_markdown(t) for t in tables if t.name == name}
    for drawing in pages.drawings.values():
        path = f"figures/{drawing.name}.svg"
        files[path] = _drawn(drawing, (drawn or {}).get(path, ""))
        files[f"figures/{drawing.name}.csv"] = as_csv(drawing.data)
    files["evidence.json"] = dump(evidence_data(review))
    files["findings.json"] = dump(findings_data(review))
    files["flow.json"] = dump(flow_data(prisma_flow(review.evidence, review.screening)))
    files |= pages.source_pages()
    files["checklists.html"] = pages.checklists()
    files["index.html"] = pages.index()
    return Report(files)


def _lines(text: str) -> int:
    return max(1, len(text.splitlines()))


def library_texts(review: Review) -> dict[str, str]:
    """Return the text of the library's files that a review uses, as named in spans."""
    out = {}
    for records in (review.definitions.values(), review.regimens.values()):
        for record in records:
            name = record.marks.file
            if name and name not in review.texts:
                text = _library_text(name.removeprefix("library/"))
                if text is not None:
                    out[name] = text
    return out


@cache
def _library_text(name: str) -> str | None:
    path = _LIBRARY / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


# -- figures -----------------------------------------------------------------------------------


def _drawn(drawing: Drawing, before: str) -> str:
    """Return a figure: as it was, if it was drawn from the same by the same program."""
    mark = f"<!-- drawn from {drawing.key} -->\n"
    return before if before.endswith(mark) else drawing.draw() + mark


def _figures_in(out: Path) -> dict[str, str]:
    """Return the figures that an earlier run wrote into a folder and nobody changed since."""
    figures = {}
    for path, digest in _sums_in(out).items():
        if path.startswith("figures/") and path.endswith(".svg") and (out / path).is_file():
            content = (out / path).read_bytes()
            if hashlib.sha256(content).hexdigest() == digest:
                figures[path] = content.decode("utf-8", "replace")
    return figures


# -- writing -----------------------------------------------------------------------------------


def write_files(report: Report, out: Path) -> None:
    """Write the files of a report into a folder, each as a whole."""
    before = _sums_in(out)
    data = {path: text.encode("utf-8", "replace") for path, text in sorted(report.files.items())}
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in data.items()}
    last = ("index.html",)
    for path in (*(p for p in data if p not in last), *(p for p in last if p in data)):
        _replace(out / path, data[path])
    listing = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    for path, digest in before.items():
        if path not in sums:
            _remove(out, path, digest)
    _replace(out / SUMS, listing.encode())


def _replace(path: Path, content: bytes) -> None:
    """Give a file its content, if it has another; readers see the old file or the new one."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _sums_in(out: Path) -> dict[str, str]:
    """Return the files that an earlier run wrote into a folder."""
    try:
        text = (out / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("  ") for line in text.splitlines())
    return {path: digest for digest, _, path in pairs if path}


def _remove(out: Path, path: str, digest: str) -> None:
    """Remove a file an earlier run wrote, unless it lies elsewhere or was changed since."""
    place = out / path
    if not place.is_file() or not place.resolve().is_relative_to(out.resolve()):
        return
    if hashlib.sha256(place.read_bytes()).hexdigest() == digest:
        place.unlink()
        if place.parent != out and not any(place.parent.iterdir()):
            place.parent.rmdir()
