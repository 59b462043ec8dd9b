"""Merged records as the content of files; tagged text by several processes where it is long."""

from __future__ import annotations

import gc
import io
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from paucity.literature.write import write_parquet, write_records, write_xlsx
from paucity.memory import short
from paucity.processes import process_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from paucity.literature.record import Record

MANY: Final = 5_000
"""Records from which on tagged text is written by several processes."""

CHUNK: Final = 500
"""Records that a process writes at a time."""

ALONE: Final = frozenset({"ris", "nbib"})
"""Formats in which the text of a record depends on no other record."""


@contextmanager
def contents(
    records: Sequence[Record], forms: Iterable[str], workers: int = 1
) -> Iterator[Callable[[str], bytes]]:
    """Yield what gives the content of each format; other processes begin at once.

    Args:
        records: in the order in which they are written.
        forms: the formats that will be asked for.
        workers: how many processes write; the content is the same with any number.

    Raises:
        MissingLibraryError: a format needs a library that is not installed.
    """
    told: dict[str, list[Future[bytes]]] = {}
    aside = [form for form in forms if form in ALONE]
    if workers < 2 or len(records) < MANY or not aside:
        yield lambda form: _content(records, form)
        return
    with process_pool(workers, gc.disable) as pool:
        for form in aside:
            told[form] = [
                pool.submit(_text, records[i : i + CHUNK], form)
                for i in range(0, len(records), CHUNK)
            ]
        yield lambda form: _joined(told[form]) if form in told else _content(records, form)


def _joined(parts: list[Future[bytes]]) -> bytes:
    """Return what the processes wrote, in order; what is joined is not held twice."""
    parts.reverse()
    whole = io.BytesIO()
    try:
        while parts:
            whole.write(parts.pop().result())
        return whole.getvalue()
    except BrokenProcessPool:
        raise short("the records (a process that wrote them was ended by the system)") from None


def _text(records: Iterable[Record], form: str) -> bytes:
    out = io.BytesIO()
    for piece in write_records(records, form):  # type: ignore[arg-type]  # one of its formats
        out.write(piece.encode("utf-8", "replace"))
    return out.getvalue()


def _content(records: Iterable[Record], form: str) -> bytes:
    if form in {"xlsx", "parquet"}:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "records"
            (write_xlsx if form == "xlsx" else write_parquet)(records, path)
            return path.read_bytes()
    return _text(records, form)
