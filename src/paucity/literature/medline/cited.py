"""A store as a corpus for following citations: each step reads the columns of its parts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.literature.chase import work_of
from paucity.literature.medline.live import live_rows
from paucity.literature.medline.part import raw_of
from paucity.literature.medline.reference import records_of
from paucity.literature.medline.store import columns_folder, raw_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from paucity.literature.chase import Library
    from paucity.literature.medline.store import Store
    from paucity.literature.record import Record


class Stored:
    """The citations of a store, and those of some records beside it.

    What a work cites is read from its own XML, with every identifier given there. What cites it is
    looked up in the columns, which hold PMIDs alone.
    """

    def __init__(self, store: Store, beside: Library) -> None:
        self._store = store
        self._beside = beside
        self._alive = live_rows(store)

    def names(self, works: Iterable[str]) -> Mapping[str, str]:
        """Return the name under which each of some works is known here: a PMID if there is one."""
        out = dict(self._beside.names(works))
        stored = pmids_in(self._store, set(out.values()), self._alive)
        return {work: stored.get(name, name) for work, name in out.items()}

    def cites(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of some works cites."""
        out = {work: set(self._beside.cites([work])[work]) for work in works}
        for record in records_in(self._store, works, self._alive):
            if (work := work_of(record)) in out:
                out[work].update(filter(None, map(work_of, record.references)))
        names = self.names(sorted({other for others in out.values() for other in others}))
        return {
            work: sorted({names[other] for other in others} - {work})
            for work, others in out.items()
        }

    def citing(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what cites each of some works."""
        out = {work: set(self._beside.citing([work])[work]) for work in works}
        for work, other in self._pairs(works):
            out[other].add(work)
        return {work: sorted(others - {work}) for work, others in out.items()}

    def _pairs(self, works: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each citing work and the one of some works that it cites."""
        import pyarrow as pa
        from pyarrow import parquet

        numbers = [work.removeprefix("pmid:") for work in works if work.startswith("pmid:")]
        wanted = pa.array([n for n in numbers if n.isdecimal()], pa.string())
        for part in self._store.whole:
            path = columns_folder(self._store.path) / f"{part.name}.parquet"
            table = parquet.read_table(path, columns=["pmid", "references"])
            table = table.filter(pa.array(self._alive[part.name]))
            for pmid, reference in _flat(table, wanted):
                yield f"pmid:{pmid}", f"pmid:{reference}"


def pmids_in(
    store: Store, works: Collection[str], alive: Mapping[str, Any] | None = None
) -> Mapping[str, str]:
    """Return the names by PMID of those works named by DOI or PMCID that a store has.

    One that two citations of the store share stands for neither.

    Args:
        store: the store.
        works: names of works; those by PMID are passed over.
        alive: which rows count, see :func:`live_rows`, if that is known already.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    found: dict[str, set[int]] = {}
    asked = {}
    for scheme, column in (("doi", "doi"), ("pmc", "pmcid")):
        values = [w.removeprefix(f"{scheme}:") for w in works if w.startswith(f"{scheme}:")]
        if values:
            asked[scheme] = column, pa.array(values)
    alive = live_rows(store) if alive is None and asked else alive or {}
    for part in store.whole if asked else ():
        path = columns_folder(store.path) / f"{part.name}.parquet"
        table = parquet.read_table(path, columns=["pmid", *(c for c, _ in asked.values())])
        table = table.filter(pa.array(alive[part.name]))
        for scheme, (column, wanted) in asked.items():
            values = (pc.utf8_lower if scheme == "doi" else pc.utf8_upper)(table[column])
            kept = pc.is_in(values, wanted)
            pairs = zip(values.filter(kept), table["pmid"].filter(kept), strict=True)
            for value, pmid in pairs:
                found.setdefault(f"{scheme}:{value}", set()).add(pmid.as_py())
    return {work: f"pmid:{min(p)}" for work, p in found.items() if len(p) == 1}


def records_in(
    store: Store, works: Collection[str], alive: Mapping[str, Any] | None = None
) -> Iterator[Record]:
    """Yield the records that a store has of some works, each named ``pmid:`` and its PMID.

    Args:
        store: the store.
        works: their names; those without a PMID are passed over.
        alive: which rows count, see :func:`live_rows`, if that is known already.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    numbers = [work.removeprefix("pmid:") for work in works if work.startswith("pmid:")]
    wanted = pa.array([int(n) for n in numbers if n.isdecimal() and len(n) < 19], pa.int64())
    alive = live_rows(store) if alive is None else alive
    for part in store.whole:
        name = f"{part.name}.parquet"
        pmids = parquet.read_table(columns_folder(store.path) / name, columns=["pmid"])["pmid"]
        held = pc.and_(pc.is_in(pmids, wanted), pa.chunked_array([pa.array(alive[part.name])]))
        rows = [row for row, one in enumerate(held.to_pylist()) if one]
        if rows:
            chunks = list(raw_of(raw_folder(store.path) / name, rows))
            yield from records_of(chunks, part.file, (row + 1 for row in rows))


def _flat(table: Any, wanted: Any) -> Iterator[tuple[int, str]]:
    """Yield each pair of a table's PMIDs and of those references that are wanted."""
    import pyarrow.compute as pc

    lists = table["references"].combine_chunks()
    parents, values = pc.list_parent_indices(lists), pc.list_flatten(lists)
    kept = pc.is_in(values, wanted)
    pmids = table["pmid"].take(parents.filter(kept))
    yield from zip(pmids.to_pylist(), values.filter(kept).to_pylist(), strict=True)
