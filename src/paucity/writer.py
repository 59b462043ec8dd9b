"""Write a file as a whole; change one of a review only if it still is what was read.

What is written stands beside the file first and takes its place at once. Two people, or a person
and a program, may have the same review open: if a file of it has changed since it was read, nothing
is written.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


UNFINISHED: Final = ".unfinished"
"""How the name of a file ends that is not whole yet."""


class ChangedError(Exception):
    """The file is not what it was when it was read."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that, whatever happens, it is there whole or as it was before.

    What a killed process leaves unfinished, the next to write the file replaces. Of two that write
    the same file at the same time one may fail; who expects that takes a lock.

    Args:
        path: the file; its folder is made if there is none.
        content: all of what it shall hold.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        with unfinished.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


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
    with _alone(path.parent):
        if read_for_change(path) != before:
            raise ChangedError(f"{path} was changed in the meantime; nothing is written")
        write_whole(path, content)


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
