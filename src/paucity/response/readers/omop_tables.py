"""The tables of an OMOP database: a DuckDB file, a folder or archive of Parquet or CSV files."""

from __future__ import annotations

import shutil
import zipfile
from importlib import import_module
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.tables import (
    SUFFIXES,
    NoTableError,
    lowered,
    open_table,
    suffix_of,
)
from paucity.response.table_series import load_ibis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMES: Final = (
    *("measurement", "person", "observation", "condition_occurrence"),
    *("drug_exposure", "death", "concept", "concept_ancestor"),
)
"""The tables that are read."""

MAX_UNPACKED: Final = 2_000_000_000
"""Largest size in bytes to which the tables of an archive may unpack."""

_MAX_RATIO: Final = 200


def tables_of(
    place: Path, connection: Any = None, uneven: list[int] | None = None
) -> tuple[dict[str, Any], Any]:
    """Return the tables of a database by name, and the connection they are in.

    Args:
        place: a DuckDB file, a `.zip` archive, a folder, or one file of measurements.
        connection: an Ibis connection to DuckDB for files; one in memory, if left out.
        uneven: takes how many rows of CSV files are left out as too long or too short.

    Raises:
        NoTableError: the place holds no table that can be read.
        OSError: the place cannot be read.
    """
    ibis = load_ibis()
    if place.is_dir():
        connection = connection or ibis.duckdb.connect()
        return _of_files(_files(place), connection, uneven), connection
    with place.open("rb") as file:
        start = file.read(12)
    if start[8:] == b"DUCK":
        try:
            found = ibis.duckdb.connect(str(place), read_only=True)
        except import_module("duckdb").Error as error:
            reason = str(error).split("\n")[0].replace(str(place), place.name)
            raise NoTableError(f"cannot be opened: {reason}") from None
        return tables_in(found), found
    connection = connection or ibis.duckdb.connect()
    if start[:4] == b"PK\3\4":
        return _of_archive(place, connection, uneven), connection
    return {"measurement": open_table(place, connection, uneven)}, connection


def tables_in(connection: Any, database: str | None = None) -> dict[str, Any]:
    """Return the tables of any Ibis connection by name, with columns in lower case.

    Args:
        connection: the connection.
        database: the schema that holds them; all schemas of the connection, if left out.
    """
    out: dict[str, Any] = {}
    for place, name in _named(connection, database):
        if name.casefold() in NAMES and name.casefold() not in out:
            out[name.casefold()] = lowered(connection.table(name, database=place))
    return out


def _named(connection: Any, database: str | None) -> list[tuple[str | None, str]]:
    """Return the tables of a connection, each with its schema; of DuckDB, those of every schema."""
    if connection.name != "duckdb":
        return [(database, name) for name in sorted(connection.list_tables(database=database))]
    # ibis lists tables by a name that DuckDB 2 no longer has
    sql = "select table_schema, table_name from information_schema.tables order by all"
    found = [(str(schema), str(name)) for schema, name in connection.raw_sql(sql).fetchall()]
    return [(schema, name) for schema, name in found if database in {None, schema}]


def _files(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each table: one file, or a folder of parts."""
    out: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        name = path.stem.casefold()
        if path.is_dir() and path.name.casefold() in NAMES:
            parts = sorted(p for p in path.iterdir() if suffix_of(p) and p.name[0] not in "._")
            if parts:
                out.setdefault(path.name.casefold(), parts)
        elif suffix_of(path) and name in NAMES:
            kept = out.get(name)
            if kept is None or SUFFIXES.index(suffix_of(path)) < SUFFIXES.index(suffix_of(kept[0])):
                out[name] = [path]
    return out


def _of_files(
    files: Mapping[str, list[Path]], connection: Any, uneven: list[int] | None
) -> dict[str, Any]:
    return {
        name: _joined(open_table(part, connection, uneven) for part in parts)
        for name, parts in files.items()
    }


def _joined(parts: Iterable[Any]) -> Any:
    """Return the parts of a table as one; columns that not all have are left out."""
    tables = list(parts)
    if len(tables) == 1:
        return tables[0]
    shared = [c for c in tables[0].columns if all(c in t.columns for t in tables)]
    out = load_ibis().union(*(t.select(*shared) for t in tables))
    return out.drop(ROW_NUMBER).mutate(**{ROW_NUMBER: load_ibis().row_number() + 1})


def _of_archive(place: Path, connection: Any, uneven: list[int] | None) -> dict[str, Any]:
    """Return the tables in a zip archive, copied into the connection."""
    try:
        with zipfile.ZipFile(place) as archive, TemporaryDirectory() as folder:
            wanted = _wanted(archive)
            for name, info in wanted.items():
                target = Path(folder) / name
                with archive.open(info) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file)
            tables = _of_files(_files(Path(folder)), connection, uneven)
            gen_name = load_ibis().util.gen_name
            return {
                name: connection.create_table(gen_name(f"paucity_{name}"), table, temp=True)
                for name, table in tables.items()
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise NoTableError(f"cannot be unpacked: {str(error)[:80]}") from None


def _wanted(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members that are tables, under plain names.

    Raises:
        NoTableError: they unpack to more than is read.
    """
    out: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        table = path.stem.casefold() in NAMES and path.suffix.casefold() in SUFFIXES
        if table and not path.name.startswith("."):
            out.setdefault(path.name.casefold(), info)
    size = sum(info.file_size for info in out.values())
    packed = sum(info.compress_size for info in out.values())
    if size > MAX_UNPACKED or size > max(packed, 10_000) * _MAX_RATIO:
        message = f"unpacks to {size / 1e6:.0f} MB; unpack it yourself and give the folder"
        raise NoTableError(message)
    return out
