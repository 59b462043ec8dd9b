"""Tables of files: CSV, Parquet, SAS transport and SAS data, opened through Ibis."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from paucity.response.bulk_cells import as_text
from paucity.response.engines import csv_as_text
from paucity.response.read_series import ROW_NUMBER
from paucity.response.table_series import MissingExtraError, load_ibis

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES: Final = (".parquet", ".pq", ".csv", ".xpt", ".sas7bdat")
"""Files that hold one table, in the order in which they are looked for."""

_DELIMITERS: Final = ",;\t|"
_LONGEST: Final = 100_000


class NoTableError(Exception):
    """A file is no table that can be read; the message says why."""


def suffix_of(path: Path) -> str:
    """Return how the name of a file of a table ends, in lower case; empty if it is none."""
    found = path.suffix.casefold()
    return found if found in SUFFIXES else ""


def open_table(path: Path, connection: Any = None, uneven: list[int] | None = None) -> Any:
    """Return the rows of a file as an Ibis table, with columns in lower case.

    Args:
        path: a CSV, Parquet, `.xpt` or `.sas7bdat` file.
        connection: an Ibis connection to DuckDB; one in memory, if left out.
        uneven: takes how many rows of a CSV file are left out as too long or too short.

    Returns:
        The table, with the number of each row, from 1, in `row_number`.

    Raises:
        NoTableError: the file is no such table.
        OSError: the file cannot be read.
    """
    ibis = load_ibis()
    connection = connection or ibis.duckdb.connect()
    suffix = suffix_of(path)
    if path.stat().st_size == 0:
        raise NoTableError("nothing is in it")
    try:
        if suffix in {".parquet", ".pq"}:
            table = connection.read_parquet(str(path), file_row_number=True)
            table = table.mutate(**{ROW_NUMBER: table.file_row_number + 1}).drop("file_row_number")
        elif suffix in {".xpt", ".sas7bdat"}:
            table = _sas(path, connection)
        else:
            table, left_out = _csv(path, connection)
            if uneven is not None and left_out:
                uneven.append(left_out)
    except import_module("duckdb").Error as error:
        reason = str(error).split("\n")[0].replace(str(path), path.name)
        raise NoTableError(f"cannot be read as a table: {reason}") from None
    return lowered(table)


def lowered(table: Any) -> Any:
    """Return a table with columns in lower case; of two that differ in case the first is kept."""
    names: dict[str, str] = {}
    for column in table.columns:
        names.setdefault(column.casefold(), column)
    return table.select(**{low: table[written] for low, written in names.items()})


def _csv(path: Path, connection: Any) -> tuple[Any, int]:
    """Return a CSV file's rows, and how many were too long or too short."""
    ibis = load_ibis()
    with path.open("rb") as file:
        header = file.readline(_LONGEST).decode("utf-8-sig", "replace")
    raw, rejects = csv_as_text(connection, path, max(_DELIMITERS, key=header.count))
    numbered = raw.mutate(**{ROW_NUMBER: ibis.row_number() + 1})
    kept = connection.create_table(ibis.util.gen_name("paucity_csv"), numbered, temp=True)
    return kept, int(connection.table(rejects).line.nunique().to_pyarrow().as_py())


def _sas(path: Path, connection: Any) -> Any:
    """Return a SAS file's rows.

    Raises:
        MissingExtraError: pyreadstat is not installed.
        NoTableError: the file is damaged.
    """
    try:
        pyreadstat = import_module("pyreadstat")
    except ImportError:
        hint = "install it with `pip install 'paucity[sas]'`"
        raise MissingExtraError(f"reading SAS files needs pyreadstat; {hint}") from None
    read = pyreadstat.read_xport if suffix_of(path) == ".xpt" else pyreadstat.read_sas7bdat
    try:
        columns, _ = read(str(path), output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, MemoryError) as error:
        raise NoTableError(f"cannot be read as SAS: {str(error)[:100]}") from None
    ibis, pa = load_ibis(), import_module("pyarrow")
    arrays = {name: _array(list(cells), pa) for name, cells in columns.items()}
    rows = max((len(a) for a in arrays.values()), default=0)
    arrays[ROW_NUMBER] = pa.array(range(1, rows + 1), pa.int64())
    return connection.create_table(
        ibis.util.gen_name("paucity_sas"), ibis.memtable(pa.table(arrays)), temp=True
    )


def _array(cells: list[Any], pa: Any) -> Any:
    """Return a column of numbers or texts."""
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if c is None else str(c) for c in cells], pa.string())


def text_of(table: Any, column: str) -> Any:
    """Return a column as stripped text without nulls; empty text where it is not there."""
    ibis = load_ibis()
    if column not in table.columns:
        return ibis.literal("")
    return as_text(table, column, ibis).strip()
