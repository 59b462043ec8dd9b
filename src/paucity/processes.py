"""Several processes for long work: new ones, which end with the process that began them."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


@contextmanager
def process_pool(
    workers: int, prepare: Callable[..., object] | None = None, *held: object
) -> Iterator[ProcessPoolExecutor]:
    """Hold a pool of new processes, not copies of this one, which may have threads.

    In the end what is running is waited for, and what has not begun is dropped.

    Args:
        workers: how many.
        prepare: called once in each process.
        held: what it is called with.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (prepare, held))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(prepare: Callable[..., object] | None, held: tuple[object, ...]) -> None:
    """Prepare a process, which must not outlive its parent."""
    Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*held)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
