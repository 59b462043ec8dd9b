"""Parts of a long result, kept beside the file until it is whole, so that a stopped run goes on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.response.results import write_parquet
from paucity.writer import UNFINISHED, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from paucity.response.results import Layout

_MANIFEST: Final = "manifest.json"

_LEFT: Final = frozenset({f".{_MANIFEST}{UNFINISHED}", f"{_MANIFEST}{UNFINISHED}"})
"""What a killed run can leave of it; the second name is that of earlier versions."""
_CHUNK: Final = 1 << 20


class PartsError(Exception):
    """The folder of the parts is not one of ours."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder that holds the parts of one result.

    Attributes:
        folder: beside the file that is to be written.
        fingerprint: of everything the result follows from.
        done: digest of each finished part by its number.
    """

    folder: Path
    fingerprint: str
    done: dict[int, str]


def digest_of(place: Path) -> str:
    """Return the SHA-256 digest of a file, or of every file of a folder with its name.

    Args:
        place: the file or folder.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]:
        if path != place:
            digest.update(f"\0{path.relative_to(place).as_posix()}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def fingerprint_of(about: Iterable[object]) -> str:
    """Return one digest of everything a result follows from.

    Args:
        about: records and texts that print the same from run to run.
    """
    return hashlib.sha256("\0".join(map(repr, about)).encode()).hexdigest()


def open_store(out: Path, fingerprint: str) -> Store:
    """Open the parts of a result; those of other data or other choices are removed.

    Args:
        out: the file that is to be written.
        fingerprint: of everything the result follows from.

    Raises:
        OSError: the folder cannot be made.
        PartsError: there is something else of that name.
    """
    folder = out.with_name(f"{out.name}.parts")
    if folder.exists() and (not folder.is_dir() or _foreign(folder)):
        raise PartsError(f"{folder} is there and holds no parts of a result; move it away")
    folder.mkdir(exist_ok=True)
    held = _manifest(folder)
    if held.get("fingerprint") != fingerprint:
        _remove(folder)
        store = Store(folder, fingerprint, {})
        _note(store)
        return store
    known = {int(n): str(digest) for n, digest in held["parts"].items()}
    done = {n: d for n, d in known.items() if _whole(_place(folder, n), d)}
    return Store(folder, fingerprint, done)


def _foreign(folder: Path) -> list[Path]:
    ours = {_MANIFEST, *_LEFT}
    return [
        p
        for p in folder.iterdir()
        if p.name not in ours and not (p.name.startswith("part-") and p.is_file())
    ]


def _manifest(folder: Path) -> dict[str, Any]:
    """Return what is noted of the parts; nothing where that cannot be read."""
    try:
        held = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        sound = isinstance(held["fingerprint"], str) and all(
            number.isdecimal() for number in held["parts"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return held if sound else {}


def _whole(path: Path, digest: str) -> bool:
    return path.is_file() and digest_of(path) == digest


def _place(folder: Path, number: int) -> Path:
    return folder / f"part-{number:06}.parquet"


def _note(store: Store) -> None:
    parts = {str(n): store.done[n] for n in sorted(store.done)}
    text = json.dumps({"fingerprint": store.fingerprint, "parts": parts}, indent=1)
    write_whole(store.folder / _MANIFEST, f"{text}\n".encode())


def keep(store: Store, number: int, rows: Any, layout: Layout) -> None:
    """Write a part and note that it is done.

    Args:
        store: the parts.
        number: of the part.
        rows: an Arrow table.
        layout: the columns.
    """
    path = _place(store.folder, number)
    unfinished = path.with_suffix(".unfinished")
    write_parquet(unfinished, layout, [rows])
    digest = digest_of(unfinished)
    unfinished.replace(path)
    store.done[number] = digest
    _note(store)


def kept(store: Store) -> Iterator[Path]:
    """Yield the files of the parts in order."""
    for number in sorted(store.done):
        yield _place(store.folder, number)


def part_file(store: Store, number: int) -> Path:
    """Return the file of a finished part."""
    return _place(store.folder, number)


def close(store: Store) -> None:
    """Remove the parts once the result is whole."""
    _remove(store.folder)
    store.folder.rmdir()


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
