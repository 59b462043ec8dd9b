"""Write what came, whole or not at all, and remember how far a run has come."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.live.faults import LiveError
from paucity.literature.live.hosts import REMOVED
from paucity.literature.live.model import Asked, Page, State, plain_state, state_from
from paucity.writer import UNFINISHED, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(".paucity") / "search"
"""Where runs that are not finished are kept, inside the review folder."""

_STATE: Final = "state.json"

_WRITTEN: Final = frozenset({".json", ".xml", UNFINISHED, ".part"})
"""How the names of a run's files end; `.part` is what earlier versions left unfinished."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that is kept.

    Attributes:
        file: its name.
        bytes: its size.
        sha256: of its content.
        ids: identifiers of its records.
        changed: whether a key or the address that the host repeated was taken out.
    """

    file: str
    bytes: int
    sha256: str
    ids: tuple[str, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run that is under way: what is asked, how far it is, and the pages so far."""

    asked: Asked
    state: State
    pages: tuple[Kept, ...] = ()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write how far a run has come."""
    plain: dict[str, Any] = {
        "asked": asdict(checkpoint.asked),
        "state": plain_state(checkpoint.state),
        "pages": [asdict(page) for page in checkpoint.pages],
    }
    write_whole(folder / _STATE, json.dumps(plain, ensure_ascii=True, indent=1).encode())


def keep_page(folder: Path, checkpoint: Checkpoint, page: Page, state: State) -> Checkpoint:
    """Keep a page and the state after it; the page is written first, so it is never only named."""
    name = f"{len(checkpoint.pages) + 1:04}.{page.suffix}"
    write_whole(folder / name, page.body)
    changed = any(mark in page.body for mark in REMOVED)
    kept = Kept(name, len(page.body), digest(page.body), page.ids, changed)
    after = replace(checkpoint, state=state, pages=(*checkpoint.pages, kept))
    save(folder, after)
    return after


def load(folder: Path) -> Checkpoint | None:
    """Return how far a run has come; None if there is none, or it cannot be relied on."""
    try:
        data = json.loads((folder / _STATE).read_bytes())
        asked = data["asked"]
        pages = tuple(_kept(page) for page in data["pages"])
        checkpoint = Checkpoint(
            Asked(
                asked["text"],
                tuple((str(a), str(b)) for a, b in asked["filters"]),
                asked["since"],
                asked["today"],
                tuple(asked["lost"]),
            ),
            state_from(data["state"]),
            pages,
        )
        whole = all(digest((folder / p.file).read_bytes()) == p.sha256 for p in pages)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return checkpoint if whole else None


def _kept(page: Any) -> Kept:
    name = page["file"]
    if not isinstance(name, str) or Path(name).name != name:
        raise ValueError(name)
    ids = tuple(str(x) for x in page["ids"])
    return Kept(name, int(page["bytes"]), str(page["sha256"]), ids, bool(page["changed"]))


def forget(folder: Path) -> None:
    """Remove what is kept of a run; only files that a run writes are touched."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name == _STATE or path.suffix in _WRITTEN:
            path.unlink()
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the review's searches; a second run at the same time is refused.

    The system gives the lock back when the process ends, however it ends.

    Raises:
        LiveError: another run holds them.
    """
    path = root / FOLDER / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = root / FOLDER.parts[0] / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"*\n")
    with path.open("ab") as held:
        try:
            _lock(held.fileno())
        except OSError:
            raise LiveError("another run is at work on the searches of this review") from None
        yield


if sys.platform == "win32":

    def _lock(number: int) -> None:
        import msvcrt

        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)

else:

    def _lock(number: int) -> None:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
