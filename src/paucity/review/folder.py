"""The files of a review folder, read once and kept with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.review.find import ReviewError
from paucity.text import Document, Finding, Severity, Span, did_you_mean, parse_yaml, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = (
    "records",
    "searches",
    "screening",
    "studies",
    "sources",
    "definitions",
    "regimens",
    "participants",
    "vocabulary",
    "build",
)
"""Folders that a review may have."""


@dataclass(slots=True)
class Folder:
    """A review folder, with what has been read and found so far."""

    root: Path
    findings: list[Finding]
    texts: dict[str, str]

    def documents(self, folder: str) -> Iterator[Document]:
        """Yield the YAML files of a folder, in order of their names."""
        for path, name in self.files(folder, (".yaml", ".yml")):
            yield self.read(path, name)

    def files(self, folder: str, endings: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
        """Yield the files of a folder that are read, with their names, in order of these."""
        place = self.root / folder
        if not place.is_dir():
            if place.exists():
                self._fault(folder, "is a file; a folder of that name is read")
            return
        try:
            paths = sorted(place.iterdir(), key=lambda p: p.name)
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            self._fault(f"{folder}/", f"cannot be listed: {reason}")
            return
        for path in paths:
            if path.name.startswith("."):
                continue
            name = f"{folder}/{path.name}"
            if path.suffix in endings:
                yield path, name
            elif folder != "sources" and path.suffix != ".md":
                wanted = " or ".join(e for e in endings if e != ".yml")
                self._fault(name, f"is not read: files here end in {wanted}", Severity.NOTE)

    def read(self, path: Path, name: str) -> Document:
        """Read one YAML file, keeping its text."""
        text, fault = self.text(path, name)
        return Document(name, None, (fault,)) if fault else parse_yaml(text, name)

    def text(self, path: Path, name: str) -> tuple[str, Finding | None]:
        """Read one file, keeping its text, or say why it cannot be read."""
        text, fault = read_text(self.root, path, name)
        if fault is None:
            self.texts[name] = text
        return text, fault

    def _fault(self, name: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.findings.append(Finding("file-unreadable", severity, Span(name), message, "", name))


def misplaced(root: Path) -> Iterator[Finding]:
    """Yield a note for every folder that looks like a misspelt one of ours."""
    try:
        paths = sorted(root.iterdir(), key=lambda p: p.name)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise ReviewError(f"`{root}` cannot be listed: {reason}") from None
    for path in paths:
        if path.is_dir() and path.name not in FOLDERS and not path.name.startswith((".", "_")):
            hint = did_you_mean(path.name, FOLDERS)
            if hint or any(path.glob("*.y*ml")):
                message = "this folder is not read"
                hint = hint or f"read are: {', '.join(FOLDERS)}"
                yield Finding(
                    "folder-unknown",
                    Severity.WARNING,
                    Span(f"{path.name}/"),
                    message,
                    hint,
                    path.name,
                )
