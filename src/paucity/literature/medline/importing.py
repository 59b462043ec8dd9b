"""Import PubMed's files into a store: all cores, resumable, nothing taken that is not whole."""

from __future__ import annotations

from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.medline.part import Part, digest, make_part
from paucity.literature.medline.store import (
    Store,
    StoreError,
    columns_folder,
    locked,
    new_store,
    raw_folder,
    save,
    with_part,
)
from paucity.processes import process_pool, processors
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_HINT: Final = "fetch the file again and repeat the import; the others are kept"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        store: as it stands now.
        taken: parts made now.
        known: files that were in the store already.
        findings: what was found, in the order of the files.
    """

    store: Store
    taken: tuple[Part, ...]
    known: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is.

    Attributes:
        done: files done of those to be read.
        files: files to be read.
        size: their bytes done.
        total: their bytes.
        records: citations taken so far.
    """

    done: int
    files: int
    size: int
    total: int
    records: int


def import_files(
    files: Sequence[Path],
    into: Path,
    *,
    processes: int = 0,
    fast: bool = True,
    tell: Callable[[Progress], None] | None = None,
) -> Imported:
    """Read files into the parts of a store, each for itself, on all cores.

    A file that the store holds already, by name and content, is passed over; one of the same name
    with another content replaces it. An import that was stopped goes on where it was.

    Args:
        files: baseline and update files, in any order.
        into: the store's folder; made if it is not there.
        processes: how many; one for each core if 0.
        fast: take the fast path where it can be taken.
        tell: called when a file is done.

    Raises:
        StoreError: the store is in use or unusable, or a process was killed.
        OSError: a file cannot be read, or the disk is full; what is done is kept.
    """
    names = [path.name for path in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StoreError(f"{twice[0]}: given twice; files are told apart by their names")
    with locked(into):
        store = new_store(into)
        _sweep(store)
        todo, known = _todo(store, files)
        made: list[Part] = []
        sizes = {path.name: path.stat().st_size for path in todo}
        for part in _made(todo, store, processes, fast=fast):
            before = store.parts.get(part.file)
            if not (part.fault and before and before.name):  # a good part is not lost to a bad file
                store = with_part(store, part)
            save(store)
            made.append(part)
            if tell:
                size = sum(sizes[p.file] for p in made)
                records = sum(p.records for p in made)
                tell(Progress(len(made), len(todo), size, sum(sizes.values()), records))
        _sweep(store)
        return Imported(store, tuple(made), known, tuple(_findings(made, store, known)))


def _todo(store: Store, files: Iterable[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """Return which files are to be read, the largest first, and the names of those known."""
    todo, known = [], []
    for path in files:
        held = store.parts.get(path.name)
        if held and held.name and held.size == path.stat().st_size and held.sha256 == digest(path):
            known.append(path.name)
        else:
            todo.append(path)
    return sorted(todo, key=lambda p: (-p.stat().st_size, p.name)), tuple(known)


def _made(todo: list[Path], store: Store, processes: int, *, fast: bool) -> Iterator[Part]:
    """Yield each part as it is done."""
    folders = columns_folder(store.path), raw_folder(store.path)
    wanted = min(processes or processors(), len(todo))
    if wanted <= 1:
        for path in todo:
            yield make_part(path, *folders, fast=fast)
        return
    with process_pool(wanted) as pool:
        jobs = [pool.submit(make_part, path, *folders, fast=fast) for path in todo]
        try:
            for job in as_completed(jobs):
                yield job.result()
        except BrokenProcessPool:
            message = "a reading process was killed (too little memory?); repeat to go on"
            raise StoreError(f"{store.path}: {message}") from None


def _sweep(store: Store) -> None:
    """Remove what a killed import left, and parts that another file of the same name replaced."""
    kept = {f"{part.name}.parquet" for part in store.whole}
    for folder in (columns_folder(store.path), raw_folder(store.path)):
        for path in folder.iterdir():
            if path.name not in kept:
                path.unlink()


def _findings(made: Iterable[Part], store: Store, known: Iterable[str]) -> Iterator[Finding]:
    parts = {part.file: part for part in made} | {name: store.parts[name] for name in known}
    for name, part in sorted(parts.items()):
        span = Span(name, 1)
        if part.fault:
            message = f"{part.fault}; nothing of this file is taken"
            yield Finding("medline-incomplete", Severity.ERROR, span, message, _HINT, name)
        if part.unnumbered:
            message = f"{part.unnumbered:,} citations have no PMID that is a number; left out"
            hint = "read such an export as a library of its own"
            yield Finding("medline-unnumbered", Severity.WARNING, span, message, hint, name)
