"""A store of MEDLINE on disk: its parts, what is known of each, and its lock."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.medline.part import Part
from paucity.writer import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT: Final = 1
"""Changed whenever a store written before could not be read any more."""

_NLM: Final = re.compile(r"^(?:pubmed|medline)(\d\d)n(\d+)\b")


class StoreError(Exception):
    """A store cannot be used; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store as it stands.

    Attributes:
        path: its folder.
        parts: of each file imported, by the file's name, in the order in which they count.
    """

    path: Path
    parts: Mapping[str, Part]

    @property
    def whole(self) -> tuple[Part, ...]:
        """Return the parts that hold something, in the order in which they count."""
        return tuple(part for part in self.parts.values() if part.name)


def columns_folder(store: Path) -> Path:
    """Return where the columns are."""
    return store / "citations"


def raw_folder(store: Path) -> Path:
    """Return where each citation's own XML is."""
    return store / "xml"


def index_folder(store: Path) -> Path:
    """Return where the search index is."""
    return store / "index"


def rank(file: str) -> tuple[int, int, int, str]:
    """Return what the files of a store are ordered by: a later one replaces an earlier.

    The National Library of Medicine numbers its files through a year, the baseline first and the
    updates after it. Any other file counts as later than those, by its name.

    >>> sorted(["b.xml", "pubmed20n1016.xml.gz", "pubmed20n0014.xml.gz"], key=rank)
    ['pubmed20n0014.xml.gz', 'pubmed20n1016.xml.gz', 'b.xml']
    """
    found = _NLM.match(file)
    return (0, int(found[1]), int(found[2]), file) if found else (1, 0, 0, file)


def open_store(path: Path) -> Store:
    """Return a store.

    Raises:
        StoreError: there is none, or it is not of a form this version reads.
    """
    manifest = path / "manifest.json"
    if not manifest.is_file():
        message = f"{path}: there is no store; make one with `paucity medline import FILES --into`"
        raise StoreError(message)
    return _read(path, manifest)


def new_store(path: Path) -> Store:
    """Return a store, making it if there is none.

    Raises:
        StoreError: the folder holds something else.
    """
    manifest = path / "manifest.json"
    if manifest.is_file():
        return _read(path, manifest)
    if path.exists() and (not path.is_dir() or any(p.name != "lock" for p in path.iterdir())):
        raise StoreError(f"{path}: is not empty and no store; give an empty or a new folder")
    for folder in (path, columns_folder(path), raw_folder(path), index_folder(path)):
        folder.mkdir(parents=True, exist_ok=True)
    store = Store(path, {})
    save(store)
    return store


def _read(path: Path, manifest: Path) -> Store:
    hint = "remove the folder and import again"
    try:
        held = json.loads(manifest.read_bytes())
        if held["format"] != FORMAT:
            message = f"{manifest}: form {held['format']}, and this reads {FORMAT}; {hint}"
            raise StoreError(message)
        parts = [Part(**entry) for entry in held["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{manifest}: cannot be read ({error}); {hint}") from None
    for part in parts:
        if part.name and not (columns_folder(path) / f"{part.name}.parquet").is_file():
            raise StoreError(f"{path}: the part of {part.file} is gone; {hint}")
    return Store(path, {part.file: part for part in sorted(parts, key=lambda p: rank(p.file))})


def with_part(store: Store, part: Part) -> Store:
    """Return a store with one more part, or another one of the same file."""
    parts = {**store.parts, part.file: part}
    return Store(store.path, {name: parts[name] for name in sorted(parts, key=rank)})


def save(store: Store) -> None:
    """Write the manifest of a store; the old one stands until the new one is whole."""
    held = {"format": FORMAT, "files": [asdict(part) for part in store.parts.values()]}
    write_whole(store.path / "manifest.json", f"{json.dumps(held, indent=1)}\n".encode())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a store for writing; the lock ends with the process, however it ends.

    Raises:
        StoreError: another import is at work.
    """
    path.mkdir(parents=True, exist_ok=True)
    with (path / "lock").open("a+b") as handle:
        try:
            _lock(handle.fileno())
        except OSError:
            message = f"{path}: another import is writing to this store; wait until it has ended"
            raise StoreError(message) from None
        yield


def _lock(handle: int) -> None:
    """Take the lock of an open file, or raise OSError."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
