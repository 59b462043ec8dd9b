"""A store as a corpus for following citations: each step reads the columns of its parts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.literature.medline.live import live_rows
from paucity.literature.medline.part import raw_of
from paucity.literature.medline.reference import records_of
from paucity.literature.medline.store import columns_folder, raw_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from paucity.literature.chase import Library
    from paucity.literature.medline.store import Store
    from paucity.literature.record import Record


class Stored:
    """The citations of a store, and those of some records beside it.

    Works are named by PMID alone: PubMed's own reference lists hold no other name.
    """

    def __init__(self, store: Store, beside: Library) -> None:
        self._store = store
        self._beside = beside
        self._alive = live_rows(store)

    def name(self, work: str) -> str:
        """Return the name of a work by PMID, where the records beside the store know it."""
        return self._beside.name(work)

    def cites(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of some works cites."""
        out = {work: set(self._beside.cites([work])[work]) for work in works}
        for work, other in self._pairs(works, by="pmid"):
            out[work].add(other)
        return {work: sorted(others - {work}) for work, others in out.items()}

    def citing(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what cites each of some works."""
        out = {work: set(self._beside.citing([work])[work]) for work in works}
        for work, other in self._pairs(works, by="reference"):
            out[other].add(work)
        return {work: sorted(others - {work}) for work, others in out.items()}

    def _pairs(self, works: Sequence[str], *, by: str) -> Iterator[tuple[str, str]]:
        """Yield citing and cited work where one of the two is asked for."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import parquet

        numbers = [work.removeprefix("pmid:") for work in works if work.startswith("pmid:")]
        wanted = pa.array([int(n) for n in numbers if n.isdecimal() and len(n) < 19], pa.int64())
        for part in self._store.whole:
            path = columns_folder(self._store.path) / f"{part.name}.parquet"
            table = parquet.read_table(path, columns=["pmid", "references"])
            table = table.filter(pa.array(self._alive[part.name]))
            if by == "pmid":
                table = table.filter(pc.is_in(table["pmid"], wanted))
            for pmid, reference in _flat(table, wanted if by == "reference" else None):
                yield f"pmid:{pmid}", f"pmid:{reference}"


def records_in(store: Store, works: Collection[str]) -> Iterator[Record]:
    """Yield the records that a store has of some works, each named ``pmid:`` and its PMID."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    numbers = [work.removeprefix("pmid:") for work in works if work.startswith("pmid:")]
    wanted = pa.array([int(n) for n in numbers if n.isdecimal() and len(n) < 19], pa.int64())
    alive = live_rows(store)
    for part in store.whole:
        name = f"{part.name}.parquet"
        pmids = parquet.read_table(columns_folder(store.path) / name, columns=["pmid"])["pmid"]
        held = pc.and_(pc.is_in(pmids, wanted), pa.chunked_array([pa.array(alive[part.name])]))
        rows = [row for row, one in enumerate(held.to_pylist()) if one]
        if rows:
            chunks = list(raw_of(raw_folder(store.path) / name, rows))
            yield from records_of(chunks, part.file, (row + 1 for row in rows))


def _flat(table: Any, wanted: Any) -> Iterator[tuple[int, str]]:
    """Yield each pair of a table's PMIDs and references, of all references or those wanted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = table["references"].combine_chunks()
    parents, values = pc.list_parent_indices(lists), pc.list_flatten(lists)
    if wanted is not None:
        kept = pc.is_in(values, wanted.cast(pa.string()))
        parents, values = parents.filter(kept), values.filter(kept)
    pmids = table["pmid"].take(parents)
    yield from zip(pmids.to_pylist(), values.to_pylist(), strict=True)
