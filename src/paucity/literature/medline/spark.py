"""Read PubMed's files on a cluster: the same rows as a store's parts, as a Spark data frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from paucity.literature.medline.fast import table_fast
from paucity.literature.medline.reference import identifier, table_of
from paucity.literature.medline.schema import COLUMNS
from paucity.literature.medline.split import (
    IncompleteError,
    Split,
    UnusualError,
    batches,
    walked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DELETED = "deleted"
"""Column that tells a row that withdraws a citation from one that holds it."""

_TYPES = {
    "int64": "bigint",
    "int16": "smallint",
    "string": "string",
    "strings": "array<string>",
    "people": "array<struct<family:string,given:string,suffix:string,collective:boolean>>",
    "relations": "array<struct<kind:string,pmid:string,citation:string>>",
}


def spark_schema() -> str:
    """Return the columns in Spark's way of writing them."""
    columns = [f"`{name}` {_TYPES[kind]}" for name, (kind, _) in COLUMNS.items()]
    return ", ".join(["file string", "fault string", f"{DELETED} boolean", *columns])


def read_files(session: Any, files: Sequence[str]) -> Any:
    """Return the rows of files as a data frame, each file read by one task.

    Args:
        session: the Spark session.
        files: paths that every worker can open.

    Returns:
        The columns of a part, and before them ``file``, ``fault`` (why nothing of a file was taken:
        such a file gives one row) and ``deleted`` (a row that withdraws a citation).
    """
    frame = session.createDataFrame([(path,) for path in files], "path string")
    return frame.repartition(max(1, len(files)), "path").mapInArrow(_rows, spark_schema())


def _rows(source: Iterable[Any]) -> Iterator[Any]:
    """Yield the rows of the files that a task is given."""
    for batch in source:
        for path in batch.column("path").to_pylist():
            yield from _of_file(Path(path))


def _of_file(path: Path) -> list[Any]:
    """Return the rows of one file; they are given only when it was read to its end."""
    for plain in (True, False):
        split = Split()
        try:
            chunks = batches(path, split) if plain else walked(path, split)
            tables = []
            for some in chunks:
                kept = [chunk for chunk in some if identifier(chunk)]
                if kept:
                    read = table_fast(kept, inline=split.inline) if plain else table_of(kept)
                    tables.append(read)
        except UnusualError:
            continue
        except IncompleteError as error:
            return _faulty(path, str(error))
        rows = [_told(table, path.name, deleted=False) for table in tables]
        return [b for t in [*rows, _withdrawn(split, path.name)] for b in t.to_batches()]
    return _faulty(path, "it cannot be read as PubMed XML")


def _told(table: Any, file: str, *, deleted: bool, fault: str | None = None) -> Any:
    import pyarrow as pa

    count = table.num_rows
    columns = {
        "file": pa.array([file] * count, pa.string()),
        "fault": pa.array([fault] * count, pa.string()),
        DELETED: pa.array([deleted] * count, pa.bool_()),
    }
    return pa.table({**columns, **{name: table[name] for name in table.column_names}})


def _withdrawn(split: Split, file: str) -> Any:
    return _told(_only(split.deleted), file, deleted=True)


def _faulty(path: Path, fault: str) -> list[Any]:
    batches_: list[Any] = _told(_only([(0, 0)]), path.name, deleted=False, fault=fault).to_batches()
    return batches_


def _only(keys: Sequence[tuple[int, int]]) -> Any:
    """Return rows that have nothing but PMID and version."""
    import pyarrow as pa

    from paucity.literature.medline.schema import schema

    rows = [{"pmid": pmid, "version": version} for pmid, version in keys]
    return pa.Table.from_pylist(rows, schema=schema())
