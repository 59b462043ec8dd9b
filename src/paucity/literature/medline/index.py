"""The search index of a store: every citation that counts, and none else."""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.medline.fields import (
    DATES,
    TOKENED,
    VALUES,
    days_of,
    values_of,
    words_of,
)
from paucity.literature.medline.live import live_rows
from paucity.literature.medline.part import raw_of
from paucity.literature.medline.reference import identifier, records_of
from paucity.literature.medline.store import (
    Store,
    StoreError,
    index_folder,
    locked,
    raw_folder,
)
from paucity.memory import uncollected
from paucity.processes import process_pool, processors
from paucity.writer import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

ROW_BITS: Final = 24
"""A row is named by its part's number and its place there, in one number: the place has these."""

MEMORY: Final = 256_000_000
"""Bytes that the index gathers before it writes them."""

STEP: Final = 2048
"""Citations that are read in one go."""

COMMIT: Final = 250_000
"""Citations after which what was indexed is made to last."""


@dataclass(frozen=True, slots=True)
class State:
    """What an index holds.

    Attributes:
        numbers: of its parts, by their names; a number is given once.
        last: the highest number given so far.
        unsure: an indexing was begun and its end not reached.
    """

    numbers: Mapping[str, int]
    last: int = 0
    unsure: bool = False


@lru_cache(maxsize=1)
def index_schema() -> Any:
    """Return the schema of the index."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("part", indexed=True)
    builder.add_unsigned_field("pmid", fast=True)
    for name in TOKENED:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(VALUES, tokenizer_name="raw", index_option="basic")
    for field in DATES:
        builder.add_integer_field(field.value, indexed=True, fast=True)
    return builder.build()


def update_index(
    store: Store, *, processes: int = 0, tell: Callable[[int, int], None] | None = None
) -> int:
    """Bring the index of a store up to its parts; return how many citations were added.

    Stopping it loses at most the citations since it was last made to last; it goes on there.

    Args:
        store: the store.
        processes: how many read citations; one for each core if 0.
        tell: called with the citations added and those to be added.

    Raises:
        StoreError: the store is in use, or a process was killed.
        OSError: the disk is full.
    """
    with locked(store.path):
        return _update(store, processes or processors(), tell)


def read_state(store: Store) -> State:
    """Return what the index of a store holds."""
    path = index_folder(store.path) / "state.json"
    if not path.is_file():
        return State({})
    try:
        held = json.loads(path.read_bytes())
        return State(dict(held["parts"]), held["last"], held["unsure"])
    except (ValueError, KeyError, TypeError):
        message = f"{path}: cannot be read; remove the folder {path.parent} and import again"
        raise StoreError(message) from None


def _save(store: Store, state: State) -> None:
    held = {"parts": dict(state.numbers), "last": state.last, "unsure": state.unsure}
    write_whole(index_folder(store.path) / "state.json", f"{json.dumps(held, indent=1)}\n".encode())


def _live_file(store: Store, number: int) -> Path:
    return index_folder(store.path) / f"live-{number}.npy"


def open_index(store: Store) -> Any:
    """Return the index of a store, for tantivy.

    Raises:
        StoreError: it was not made, or not to its end.
    """
    from tantivy import Index

    state = read_state(store)
    names = {part.name for part in store.whole}
    if state.unsure or set(state.numbers) != names:
        message = f"{store.path}: the search index is not complete; run `paucity medline import`"
        raise StoreError(f"{message} with the same files, or with none, to go on")
    return Index(index_schema(), str(_tantivy(store)))


def _tantivy(store: Store) -> Path:
    folder = index_folder(store.path) / "tantivy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _update(store: Store, processes: int, tell: Callable[[int, int], None] | None) -> int:
    state, alive = read_state(store), live_rows(store)
    changed = {name: _changed(store, state, name, rows) for name, rows in alive.items()}
    dropped = [name for name in state.numbers if name not in alive]
    numbered = _numbered(state, alive)
    total = sum(len(new) for _, new in changed.values())
    if state.unsure or dropped or total or any(len(gone) for gone, _ in changed.values()):
        _save(store, State(numbered.numbers, numbered.last, unsure=True))
        writer = _writer(store)
        _delete(writer, numbered, dropped, changed)
        _add(writer, store, numbered, changed, processes, lambda n: tell and tell(n, total))
    _finish(store, numbered, alive, dropped)
    return total


def _writer(store: Store) -> Any:
    from tantivy import Index

    return Index(index_schema(), str(_tantivy(store))).writer(MEMORY)


def _delete(
    writer: Any,
    state: State,
    dropped: Iterable[str],
    changed: Mapping[str, tuple[Any, Any]],
) -> None:
    """Take out what no longer counts, and what is about to be added, so that it is there once."""
    from tantivy import Query

    schema = index_schema()
    for name in dropped:
        writer.delete_documents_by_query(Query.term_query(schema, "part", state.numbers[name]))
    for name, (gone, new) in changed.items():
        base = state.numbers[name] << ROW_BITS
        keys = [base + row for row in (*gone.tolist(), *new.tolist())]
        for at in range(0, len(keys), STEP):
            some = Query.term_set_query(schema, "key", keys[at : at + STEP])
            writer.delete_documents_by_query(some)


def _add(
    writer: Any,
    store: Store,
    state: State,
    changed: Mapping[str, tuple[Any, Any]],
    processes: int,
    tell: Callable[[int], object],
) -> None:
    jobs = [
        (
            raw_folder(store.path) / f"{name}.parquet",
            state.numbers[name],
            new[at : at + STEP].tolist(),
        )
        for name, (_, new) in changed.items()
        for at in range(0, len(new), STEP)
    ]
    added = committed = 0
    for documents in _documents(jobs, processes, store):
        for document in documents:
            writer.add_document(_made(document))
        added += len(documents)
        if added - committed >= COMMIT:
            writer.commit()
            committed = added
        tell(added)
    writer.commit()
    writer.wait_merging_threads()


def _finish(store: Store, state: State, alive: Mapping[str, Any], dropped: Iterable[str]) -> None:
    """Note what the index holds now."""
    import numpy as np

    for name, rows in alive.items():
        np.save(_live_file(store, state.numbers[name]), rows)
    _save(store, State({name: state.numbers[name] for name in alive}, state.last))
    for name in dropped:
        _live_file(store, state.numbers[name]).unlink(missing_ok=True)


def _numbered(state: State, names: Iterable[str]) -> State:
    numbers, last = dict(state.numbers), state.last
    for name in names:
        if name not in numbers:
            last += 1
            numbers[name] = last
    return State(numbers, last, state.unsure)


def _changed(store: Store, state: State, name: str, rows: Any) -> tuple[Any, Any]:
    """Return which rows of a part the index must lose, and which it must gain.

    After an indexing that was stopped nobody knows which rows are there: all are put right.
    """
    import numpy as np

    number = state.numbers.get(name)
    path = _live_file(store, number) if number is not None else None
    if path is None or not path.is_file() or state.unsure:
        gone = np.flatnonzero(~rows) if state.unsure else np.flatnonzero(rows)[:0]
        return gone, np.flatnonzero(rows)
    held = np.load(path, allow_pickle=False)
    return np.flatnonzero(held & ~rows), np.flatnonzero(rows & ~held)


Document = tuple[
    int, int, int, "Mapping[str, tuple[str, ...]]", tuple[str, ...], "Mapping[str, int]"
]
"""Key, part and PMID of a citation, its words, its values, its dates."""


def _documents(
    jobs: Sequence[tuple[Path, int, list[int]]], processes: int, store: Store
) -> Iterator[list[Document]]:
    """Yield what the index holds of citations, read in several processes, a few jobs ahead."""
    if processes <= 1 or len(jobs) <= 1:
        yield from (documents_of(*job) for job in jobs)
        return
    with process_pool(min(processes, len(jobs))) as pool:
        ahead: deque[Any] = deque()
        try:
            for job in jobs:
                ahead.append(pool.submit(documents_of, *job))
                if len(ahead) > 2 * processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool:
            message = "a reading process was killed (too little memory?); repeat to go on"
            raise StoreError(f"{store.path}: {message}") from None


def documents_of(path: Path, number: int, rows: list[int]) -> list[Document]:
    """Return what the index holds of some citations of a part."""
    chunks = list(raw_of(path, rows))
    base = number << ROW_BITS
    with uncollected():
        return [
            (
                base + row,
                number,
                (identifier(chunk) or (0, 1))[0],
                words_of(record),
                tuple(dict.fromkeys(values_of(record))),
                days_of(record),
            )
            for row, chunk, record in zip(rows, chunks, records_of(chunks), strict=True)
        ]


def _made(document: Document) -> Any:
    from tantivy import Document as Made

    key, part, pmid, words, values, days = document
    made = Made()
    made.add_unsigned("key", key)
    made.add_unsigned("part", part)
    made.add_unsigned("pmid", pmid)
    for name, texts in words.items():
        for text in texts:
            made.add_text(name, text)
    for value in values:
        made.add_text(VALUES, value)
    for name, when in days.items():
        made.add_integer(name, when)
    return made
