"""Which rows of a store count: of each citation its last version, unless it was withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.literature.medline.part import deleted_of, keys_of
from paucity.literature.medline.store import columns_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.literature.medline.store import Store


def live_rows(store: Store) -> Mapping[str, Any]:
    """Return for each part, by its name, which of its rows count, as an array of truth values.

    Files count in their own order, not in that in which they were imported. The last file that
    names a version of a citation decides it: it stands as that file has it (the last there, if
    more than once), or is withdrawn (``DeleteCitation`` comes after the citations of its file).
    Of the versions that stand, the highest counts.

    Args:
        store: the store.

    Returns:
        Boolean arrays, one value for each row.
    """
    import numpy as np

    pmids, versions, ranks, rows = [], [], [], []
    sizes = []
    for number, part in enumerate(store.whole):
        path = columns_folder(store.path) / f"{part.name}.parquet"
        pmid, version = keys_of(path)
        sizes.append(len(pmid))
        gone = np.array(deleted_of(path), np.int64).reshape(-1, 2)
        pmids += [pmid, gone[:, 0]]
        versions += [version, gone[:, 1]]
        ranks.append(np.full(len(pmid) + len(gone), number, np.int32))
        rows += [np.arange(len(pmid)), np.full(len(gone), -1)]
    alive = {part.name: np.zeros(n, bool) for part, n in zip(store.whole, sizes, strict=True)}
    if not pmids:
        return alive
    pmid, version = np.concatenate(pmids), np.concatenate(versions).astype(np.int64)
    rank, row = np.concatenate(ranks), np.concatenate(rows)
    # What was met last is last in each group, since the sort keeps the order in which files count.
    order = np.lexsort((version, pmid))
    last = np.ones(len(order), bool)
    same = (np.diff(pmid[order]) == 0) & (np.diff(version[order]) == 0)
    last[:-1] = ~same
    decided = order[last]
    standing = decided[row[decided] >= 0]
    highest = np.ones(len(standing), bool)
    highest[:-1] = np.diff(pmid[standing]) != 0
    for number, part in enumerate(store.whole):
        mine = standing[highest & (rank[standing] == number)]
        alive[part.name][row[mine]] = True
    return alive
