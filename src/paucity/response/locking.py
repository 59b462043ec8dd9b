"""One run at a time writes a result: a lock beside the file, let go of by a run that is killed."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from errno import EACCES, EAGAIN, EDEADLK
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OURS: Final = b"paucity writes the file of this name\n"
_TAKEN: Final = (EACCES, EAGAIN, EDEADLK)


class InUseError(Exception):
    """Another run writes the same file."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the right to write a file, against other runs on it at the same time.

    The system lets go of the lock where a run is killed; a lock file that is left over is taken
    again, and removed in the end.

    Args:
        out: the file that is to be written.

    Raises:
        InUseError: another run has it.
        OSError: the lock cannot be made.
    """
    place = out.with_name(f"{out.name}.lock")
    file = _taken(place, out)
    try:
        yield
    finally:
        if sys.platform == "win32":
            file.close()
            place.unlink(missing_ok=True)
        else:
            # Removed while it is held, so that nobody else's is removed.
            place.unlink(missing_ok=True)
            file.close()


def _taken(place: Path, out: Path) -> IO[bytes]:
    """Return the lock file, locked, and still the one that is found by its name."""
    while True:
        file = place.open("a+b")
        fault = _fault(file, place, out)
        if not fault and _is(file, place):
            return file
        file.close()
        if fault:
            raise InUseError(fault)


def _fault(file: IO[bytes], place: Path, out: Path) -> str:
    """Lock a file and sign it; return why that cannot be."""
    if not _lock(file):
        return f"another run is writing {out}; wait until it has ended, or name another file"
    file.seek(0)
    held = file.read(len(_OURS) + 1)
    if held not in {b"", _OURS}:
        return f"{place} is there and is no lock of a run; move it away"
    if not held:
        file.write(_OURS)
        file.flush()
    return ""


def _is(file: IO[bytes], place: Path) -> bool:
    """Tell whether a name still stands for an open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), place.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        """Lock a byte behind all that is written; return whether nobody else has it."""
        file.seek(1 << 20)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        """Lock a file; return whether nobody else has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            return False
        return True
