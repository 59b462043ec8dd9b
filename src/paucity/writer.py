"""Change a file of a review: as a whole, and only if it still is what was read.

Two people, or a person and a program, may have the same folder open. A change is written beside
the file and put in its place at once; if the file has changed since it was read, nothing is
written.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ChangedError(Exception):
    """The file is not what it was when it was read."""


def read_for_change(path: Path) -> bytes | None:
    """Return what a file holds, None if there is none; give it to :func:`change_file` again."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def change_file(path: Path, content: bytes, before: bytes | None) -> None:
    """Give a file a new content.

    Args:
        path: the file; its folder is made if there is none.
        content: all of what it shall hold.
        before: what it held when it was read; None if it was not there.

    Raises:
        ChangedError: the file holds something else by now; nothing is written.
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with _alone(path.parent):
        if read_for_change(path) != before:
            raise ChangedError(f"{path} was changed in the meantime; nothing is written")
        try:
            with partial.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold off other writers of the same folder, where the system has such locks."""
    try:
        import fcntl
    except ImportError:  # Windows: the comparison with what was read remains
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
