"""Turn one of PubMed's files into a part of a store: its columns, its own XML, its deletions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.medline.fast import table_fast
from paucity.literature.medline.reference import identifier, table_of
from paucity.literature.medline.schema import REPEATED, SOUGHT, raw_schema, schema
from paucity.literature.medline.split import (
    IncompleteError,
    Split,
    UnusualError,
    batches,
    walked,
)
from paucity.memory import uncollected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

RAW_ROWS: Final = 256
"""Citations that are packed together where each one's own XML is kept: to read one, all are."""

_DELETED: Final = b"paucity:deleted"
_PACKED: Final[Mapping[str, Any]] = {"compression": "zstd", "compression_level": 1}


@dataclass(frozen=True, slots=True)
class Part:
    """What was made of one file.

    Attributes:
        file: its name, without folders.
        size: in bytes, as it was read.
        sha256: of its bytes.
        name: of the part, the same for both of its Parquet files; empty if nothing was taken.
        records: citations taken.
        deletions: citations that it withdraws.
        unnumbered: citations left out since they have no PMID that is a number.
        fault: why nothing was taken; empty if all is well.
    """

    file: str
    size: int
    sha256: str
    name: str = ""
    records: int = 0
    deletions: int = 0
    unnumbered: int = 0
    fault: str = ""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def make_part(path: Path, columns: Path, raw: Path, *, fast: bool = True) -> Part:
    """Write the two Parquet files of a part; they have their names only when they are whole.

    Args:
        path: the file.
        columns: folder for the columns.
        raw: folder for the citations' own XML.
        fast: take the fast path where it can be taken.

    Returns:
        What was made. A file that is damaged or cut short gives no part, and says so.

    Raises:
        OSError: the file cannot be read, or a part cannot be written (the disk is full).
    """
    size, sha256 = path.stat().st_size, digest(path)
    name = f"{_stem(path)}-{sha256[:12]}"
    made = (columns / f".{name}.unfinished", raw / f".{name}.unfinished")
    try:
        with uncollected():
            try:
                written = _write(path, made, plain=True, fast=fast)
            except UnusualError:
                written = _write(path, made, plain=False, fast=False)
        made[1].replace(raw / f"{name}.parquet")
        made[0].replace(columns / f"{name}.parquet")
    except IncompleteError as error:
        return Part(path.name, size, sha256, fault=str(error))
    finally:
        for left in made:
            left.unlink(missing_ok=True)
    return Part(path.name, size, sha256, name, *written)


def _stem(path: Path) -> str:
    """Return what a part is called after, safe as a file's name."""
    name = path.name.removesuffix(".gz").removesuffix(".xml")
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)[:80]


def _write(path: Path, made: tuple[Path, Path], *, plain: bool, fast: bool) -> tuple[int, int, int]:
    """Write both files; return how many citations were taken, withdrawn and left out."""
    from pyarrow import Table, array, parquet

    split = Split()
    taken = left_out = 0
    with (
        parquet.ParquetWriter(
            made[0],
            schema(),
            use_dictionary=list(REPEATED),
            write_statistics=list(SOUGHT),
            **_PACKED,
        ) as table,
        parquet.ParquetWriter(
            made[1], raw_schema(), use_dictionary=False, write_statistics=False, **_PACKED
        ) as raw,
    ):
        for chunks in batches(path, split) if plain else walked(path, split):
            found = [(chunk, key) for chunk in chunks if (key := identifier(chunk))]
            left_out += len(chunks) - len(found)
            if not found:
                continue
            numbered = [chunk for chunk, _ in found]
            table.write_table(
                table_fast(numbered, [key for _, key in found], inline=split.inline)
                if fast
                else table_of(numbered)
            )
            raw.write_table(Table.from_arrays([array(numbered)], ["xml"]), row_group_size=RAW_ROWS)
            taken += len(numbered)
        table.add_key_value_metadata({_DELETED: json.dumps(split.deleted).encode()})
    return taken, len(split.deleted), left_out


def deleted_of(path: Path) -> list[tuple[int, int]]:
    """Return PMID and version of each citation that a part withdraws."""
    from pyarrow import parquet

    held: dict[bytes, bytes] = parquet.read_metadata(path).metadata or {}
    return [(pmid, version) for pmid, version in json.loads(held.get(_DELETED, b"[]"))]


def keys_of(path: Path) -> tuple[Any, Any]:
    """Return PMIDs and versions of a part, as numpy arrays in the order of its rows."""
    from pyarrow import parquet

    table = parquet.read_table(path, columns=["pmid", "version"])
    return table["pmid"].to_numpy(), table["version"].to_numpy()


def raw_of(path: Path, rows: list[int]) -> Iterator[bytes]:
    """Yield the XML of some citations of a part, by their rows in rising order."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        first = group = 0
        held: Any = None
        last = -1
        for row in rows:
            while row >= first + file.metadata.row_group(group).num_rows:
                first += file.metadata.row_group(group).num_rows
                group += 1
            if group != last:
                held, last = file.read_row_group(group).column("xml"), group
            yield held[row - first].as_py()
