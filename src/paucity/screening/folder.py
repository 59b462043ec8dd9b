"""Find the exports, votes and merges of a review folder, and change the vote files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.screening.corpus import MERGES
from paucity.screening.load import Screening, screen
from paucity.screening.votes import file_of, with_votes
from paucity.text import Finding, Severity, Span, read_text
from paucity.writer import change_file, read_for_change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from paucity.literature.live.log import SearchLog
    from paucity.protocol import Criterion, ScreeningPlan, Search
    from paucity.screening.votes import Vote

NO_EXPORT: Final = frozenset({".md", ".yaml", ".yml", ".sha256"})
"""Endings of files in ``records/`` that tell of the exports and are none."""


def exports_in(root: Path, findings: list[Finding]) -> list[tuple[Path, str]]:
    """Return the exports below ``records/`` with their names, in order of these.

    Args:
        root: the review folder.
        findings: takes what is not read, and why.
    """
    out: list[tuple[Path, str]] = []
    if not _is_folder(root, "records", findings):
        return out
    for path in exports_below(root / "records", root, findings):
        name = shown_name(path.relative_to(root))
        if _inside(root, path):
            out.append((path, name))
        else:
            message, hint = "leads outside the review folder", "copy the file into the folder"
            findings.append(_unread(name, Severity.ERROR, message, hint))
    return out


def exports_below(place: Path, root: Path, findings: list[Finding], made: str = "") -> list[Path]:
    """Return the exports below a folder, in order of their names.

    Links to folders are not followed; hidden files are left out, and what tells of exports.

    Args:
        place: the folder.
        root: the folder that names begin at.
        findings: takes what is not read, and why.
        made: the real path of a folder that is passed over: what is written goes there.
    """
    out = []

    def unlisted(error: OSError) -> None:
        name = shown_name(Path(error.filename).relative_to(root))
        message = f"cannot be listed: {(error.strerror or 'unreadable').lower()}"
        findings.append(_unread(f"{name}/", Severity.ERROR, message, "correct its permissions"))

    for folder, inner, names in os.walk(place, onerror=unlisted):
        here = Path(folder)
        if os.path.realpath(here) == made:
            inner.clear()
            continue
        if here != place and set(names) >= WRITTEN:
            name = shown_name(here.relative_to(root))
            message = "is not read: an earlier run of `paucity records` wrote it"
            findings.append(_unread(f"{name}/", Severity.NOTE, message, ""))
            inner.clear()
            continue
        for link in sorted(name for name in inner if (here / name).is_symlink()):
            name = shown_name((here / link).relative_to(root))
            message = "is a link to a folder, which is not followed"
            hint = f"copy the folder into {place.name}/"
            findings.append(_unread(f"{name}/", Severity.ERROR, message, hint))
        inner[:] = sorted(f for f in inner if not f.startswith("."))
        paths = (here / name for name in names if not name.startswith("."))
        out += [path for path in paths if path.suffix.lower() not in NO_EXPORT]
    return sorted(out, key=lambda path: path.as_posix())


WRITTEN: Final = frozenset({"merges.yaml", "exports.csv", "flow.json"})
"""Files by which a folder is known that `paucity records` wrote."""


def shown_name(path: Path) -> str:
    r"""Return a path as text that can be printed and written whatever bytes are in it.

    >>> shown_name(Path("a\nb.ris"))
    'a\\nb.ris'
    """
    text = os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _is_folder(root: Path, name: str, findings: list[Finding]) -> bool:
    """Tell whether a folder is there; note something else of its name."""
    place = root / name
    if place.exists() and not place.is_dir():
        message = "is a file; a folder of that name is read"
        findings.append(_unread(name, Severity.ERROR, message, "rename it"))
    return place.is_dir()


def _inside(root: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return False


def _unread(name: str, severity: Severity, message: str, hint: str) -> Finding:
    return Finding("file-unreadable", severity, Span(name), message, hint, name)


def votes_in(root: Path, findings: list[Finding]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return each reviewer's name with the text of the vote file, and the texts by file name.

    Args:
        root: the review folder.
        findings: takes what is not read, and why.
    """
    votes, texts = [], {}
    listed: list[Path] = []
    if _is_folder(root, "screening", findings):
        try:
            listed = sorted((root / "screening").iterdir(), key=lambda p: p.name)
        except OSError as error:
            message = f"cannot be listed: {(error.strerror or 'unreadable').lower()}"
            hint = "correct its permissions"
            findings.append(_unread("screening/", Severity.ERROR, message, hint))
    for path in listed:
        name = f"screening/{path.name}"
        if path.name.startswith(".") or name == MERGES or path.suffix == ".md":
            continue
        if path.suffix != ".csv":
            message = "is not read: votes are in one .csv for each reviewer, merges in merges.yaml"
            findings.append(_unread(name, Severity.NOTE, message, ""))
            continue
        text, fault = read_text(root, path)
        if fault is not None:
            findings.append(fault)
            continue
        votes.append((path.stem, text))
        texts[name] = text
    return votes, texts


def merges_in(root: Path, findings: list[Finding]) -> str:
    """Return the text of the merge file, empty if there is none."""
    path = root / MERGES
    if not path.exists():
        return ""
    text, fault = read_text(root, path)
    if fault is not None:
        findings.append(fault)
    return text


def read_folder(
    root: Path,
    *,
    searches: Sequence[Search] = (),
    logs: Mapping[str, SearchLog] | None = None,
    plan: ScreeningPlan | None = None,
    criteria: Mapping[str, Criterion] | None = None,
    workers: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Screening, dict[str, str]]:
    """Return the screening of a review folder, and the texts of its files by name.

    Args:
        root: the folder.
        searches: of the protocol.
        logs: of the searches that were run from here, by name.
        plan: of the protocol.
        criteria: the criteria on reports.
        workers: how many processes read large exports.
        progress: is told what is being done.
    """
    from dataclasses import replace

    findings: list[Finding] = []
    files = exports_in(root, findings)
    votes, texts = votes_in(root, findings)
    merges = merges_in(root, findings)
    if merges:
        texts[MERGES] = merges
    screening = screen(
        files,
        votes,
        merges,
        searches=searches,
        logs=logs,
        plan=plan,
        criteria=criteria,
        workers=workers,
        progress=progress,
    )
    return replace(screening, findings=(*findings, *screening.findings)), texts


def add_votes(root: Path, reviewer: str, votes: Sequence[Vote]) -> None:
    """Add votes at the end of a reviewer's file; nothing that stands there is touched.

    Raises:
        ChangedError: the file changed in the meantime.
        ValueError: the file is no vote file, or no text.
        OSError: it cannot be written.
    """
    path = root / file_of(reviewer)
    before = read_for_change(path)
    try:
        text = (before or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file_of(reviewer)} is not UTF-8 text") from None
    change_file(path, with_votes(text, votes, reviewer).encode("utf-8"), before)
