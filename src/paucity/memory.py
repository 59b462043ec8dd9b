"""Memory: what a process may still take, and holding off the collector while much is kept."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryShortError(Exception):
    """What is to be held would not fit into memory; says what to do."""


SPARE: Final = 0.8
"""Part of the free memory that reading leaves to what is done with the records afterwards."""


def short(what: str) -> MemoryShortError:
    """Return the error that says that something does not fit, and what to do.

    >>> print(short("2,000 records of a.ris"))  # doctest: +ELLIPSIS
    2,000 records of a.ris do not fit into the memory of this machine; ...
    """
    return MemoryShortError(
        f"{what} do not fit into the memory of this machine; nothing was written and no file was"
        " changed. Narrow the search, leave out exports that are not needed, or use a machine with"
        " more memory; to search all of MEDLINE, import it with `paucity medline`"
    )


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold off garbage collection where nearly all that is made is kept."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def spared() -> int:
    """Return how many bytes reading must leave free; 0 where the system does not tell."""
    return int(SPARE * (free_memory() or 0))


def free_memory() -> int | None:
    """Return how many bytes this process may still take; None where the system does not tell.

    The least of what the machine has available, what the control group leaves, and what the limit
    on the address space leaves.
    """
    found = [x for x in (_machine(), _group(), _address_space()) if x is not None]
    return min(found, default=None)


def _machine() -> int | None:
    return _named(Path("/proc/meminfo"), "MemAvailable:")


def _named(path: Path, name: str) -> int | None:
    """Return the bytes that a line of a status file of the kernel tells in kB."""
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    words = next((line.split() for line in lines if line.startswith(name)), [])
    return int(words[1]) * 1024 if len(words) > 1 and words[1].isdigit() else None


def _group() -> int | None:
    """Return what a control group leaves (cgroup v2, as a container sees it)."""
    try:
        most = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        held = Path("/sys/fs/cgroup/memory.current").read_text("ascii").strip()
        stat = Path("/sys/fs/cgroup/memory.stat").read_text("ascii").split()
    except OSError:
        return None
    if not (most.isdigit() and held.isdigit()):
        return None
    cached = dict(zip(stat[::2], stat[1::2], strict=False)).get("inactive_file", "0")
    return max(0, int(most) - int(held) + int(cached))


def _address_space() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    held = _named(Path("/proc/self/status"), "VmSize:")
    if most == resource.RLIM_INFINITY or held is None:
        return None
    return max(0, most - held)
