"""Engines that compute large tables: DuckDB in this process, Spark, or any Ibis connection.

What differs between engines is here: how they are started, how rows that are used again are kept,
how a file is opened, and how rows get from one engine to another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paucity.response.table_series import MissingExtraError, load_ibis

if TYPE_CHECKING:
    from paucity.response.table_series import Table

ENGINES: Final = ("duckdb", "spark")
"""Engines that are started by name."""

ROW: Final = "row_number"
"""The column with the number of a row, from 1."""

SPARK: Final = "pyspark"
DUCKDB: Final = "duckdb"

_SESSION: Final = {
    "spark.master": "local[*]",
    "spark.app.name": "paucity",
    "spark.driver.memory": "4g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.shuffle.partitions": "16",
}
"""Spark on this machine, which nobody else on the network can reach."""

_FOLDERS: Final[list[tempfile.TemporaryDirectory[str]]] = []


class NotATableError(ValueError):
    """A file that an engine cannot read as a table; the message says why."""


def engine(name: str, **options: str) -> Any:
    """Start an engine, and return its Ibis connection.

    Args:
        name: `duckdb` or `spark`; Spark runs on this machine, in a session that is there already
            or in a new one.
        options: of the Spark session, with `_` for `.`, such as `spark_driver_memory="8g"`; of
            DuckDB what its own Ibis connection takes, such as `database="labs.duckdb"`.

    Raises:
        MissingExtraError: a library is not installed, or no Java is found.
        ValueError: there is no such engine.

    >>> engine("duckdb").name
    'duckdb'
    """
    ibis = load_ibis()
    if name == "duckdb":
        return ibis.duckdb.connect(**options)
    if name == "spark":
        return _spark({k.replace("_", "."): v for k, v in options.items()})
    raise ValueError(f"there is no engine `{name}`; expected {' or '.join(ENGINES)}")


def _spark(options: dict[str, str]) -> Any:
    try:
        import_module("py4j")
        # Ibis needs pandas to talk to Spark, and Spark 4.3 says of pandas 3 that it is new to it.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        sql = import_module("pyspark.sql")
    except ImportError as error:
        hint = "install it with `pip install 'paucity[spark]'`"
        raise MissingExtraError(f"the engine spark needs {error.name}; {hint}") from None
    session = sql.SparkSession.getActiveSession()
    if session is None:
        _check_java()
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = sql.SparkSession.builder
        for key, value in {**_SESSION, **options}.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
    return load_ibis().pyspark.connect(session)


def _check_java() -> None:
    """Say so where there is no Java, which Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        where = f"JAVA_HOME is {home}" if home else "`java` is not on the path"
        raise MissingExtraError(
            f"the engine spark needs Java 17 or later, and none is found ({where}); "
            "install a Java runtime, or set JAVA_HOME to one"
        )


def engine_of(rows: Any) -> Any:
    """Return the connection that rows are in; none for rows in memory."""
    relations = rows.op().find(load_ibis().expr.operations.Relation)
    return next((r.source for r in relations if hasattr(r, "source")), None)


def keep(connection: Any, rows: Any) -> Any:
    """Compute rows once, and keep them in the connection.

    Spark has no temporary tables; there the rows are kept in memory, and on disk where that ends.
    """
    gen_name = load_ibis().util.gen_name
    if connection.name != SPARK:
        return connection.create_table(gen_name("paucity_rows"), rows, temp=True)
    # Only making a view tells Spark of tables in memory.
    return connection.create_view(gen_name("paucity_view"), rows).cache()


def compiled(connection: Any, rows: Any) -> str:
    """Return what an engine is asked for rows, to be asked again and again.

    Args:
        connection: of the engine that holds the tables, or None.
        rows: an Ibis table.

    Returns:
        A query; nothing for an engine that is asked through Ibis each time.
    """
    by_text = connection is not None and connection.name in {DUCKDB, SPARK}
    return str(connection.compile(rows)) if by_text else ""


def computed(connection: Any, rows: Any, query: str = "") -> Any:
    """Return rows as an Arrow table.

    Args:
        connection: of the engine that holds the tables, or None.
        rows: an Ibis table.
        query: what `compiled` gave for it; if empty, the rows are compiled now.
    """
    if query and connection.name == DUCKDB:
        return connection.con.sql(query).to_arrow_table()
    if query:
        return connection.raw_sql(query).toArrow()
    return rows.to_pyarrow()


def numbered(rows: Any) -> Any:
    """Return rows with a number of their own, where they have none yet.

    A table of a database has no order, so its numbers only tell rows apart.
    """
    if ROW in rows.columns:
        return rows
    ibis, connection = load_ibis(), engine_of(rows)
    if connection is not None and connection.name == SPARK:
        number = ibis.udf.scalar.builtin(
            _number, name="monotonically_increasing_id", signature=((), "int64")
        )
        return rows.mutate(**{ROW: number() + 1})
    return rows.mutate(**{ROW: ibis.row_number() + 1})


def _number() -> None:
    """Stand for the function of Spark that numbers rows without sorting them."""


def moved(rows: Any, connection: Any) -> Any:
    """Return rows in a connection, through a file if they are in another engine.

    The file is deleted when the program ends.
    """
    there = engine_of(rows)
    if there is None or there is connection or there.name != DUCKDB or connection.name != SPARK:
        return rows
    folder = tempfile.TemporaryDirectory(prefix="paucity-", ignore_cleanup_errors=True)
    _FOLDERS.append(folder)
    path = Path(folder.name) / "rows.parquet"
    rows.to_parquet(path)
    return connection.read_parquet(str(path))


def in_engine(table: Table, connection: Any) -> Table:
    """Return a checked table in a connection, where an engine other than its own is to compute it.

    Args:
        table: the measurements.
        connection: of the engine.
    """
    events = None if table.events is None else moved(table.events, connection)
    rows, people = moved(table.rows, connection), moved(table.participants, connection)
    return replace(table, rows=rows, participants=people, events=events)


def open_file(connection: Any, path: Path) -> tuple[Any, int]:
    """Return the rows of a file with their numbers, and how many were too long or too short.

    Args:
        connection: to DuckDB or Spark. For Spark, text is read by DuckDB and handed over, so that
            it is read by the same rules.
        path: `.parquet` is read as Parquet, all else as CSV.

    Raises:
        NotATableError: the file is no table, or the connection does not read files.
    """
    if connection.name not in {DUCKDB, SPARK}:
        reason = f"a connection to {connection.name} opens no files; give one of its tables"
        raise NotATableError(reason)
    parquet = path.suffix.casefold() == ".parquet"
    if connection.name == SPARK and parquet:
        return _parquet_in_spark(connection, path), 0
    duckdb = import_module("duckdb")
    reader = connection if connection.name == DUCKDB else load_ibis().duckdb.connect()
    try:
        if parquet:
            raw = reader.read_parquet(str(path), file_row_number=True)
            return raw.mutate(**{ROW: raw.file_row_number + 1}).drop("file_row_number"), 0
        return _csv(reader, path, connection)
    except duckdb.OutOfMemoryException:
        raise  # which says nothing about the file
    except duckdb.Error as error:
        raise NotATableError(str(error).split("\n")[0]) from None


def csv_as_text(connection: Any, path: Path, delimiter: str) -> tuple[Any, str]:
    """Return the rows of a CSV file, all cells as text, and the table of lines left out.

    Args:
        connection: to DuckDB.
        path: the file; its first line is the header.
        delimiter: between two cells.
    """
    rejects = load_ibis().util.gen_name("rejects")
    rows = connection.read_csv(
        str(path),
        all_varchar=True,
        header=True,
        delim=delimiter,
        quote='"',
        escape='"',
        ignore_errors=True,
        store_rejects=True,
        rejects_table=rejects,
        rejects_scan=f"{rejects}_scan",
    )
    return rows, rejects


def _csv(reader: Any, path: Path, connection: Any) -> tuple[Any, int]:
    ibis = load_ibis()
    raw, rejects = csv_as_text(reader, path, ",")
    rows = raw.mutate(**{ROW: ibis.row_number() + 1})
    rows = keep(reader, rows) if reader is connection else moved(rows, connection)
    lines = reader.table(rejects).line.nunique().to_pyarrow().as_py()
    return rows, int(lines)


def _parquet_in_spark(connection: Any, path: Path) -> Any:
    """Return the rows of a Parquet file, with the numbers that Spark knows of them."""
    errors = import_module("pyspark.errors")
    name = load_ibis().util.gen_name("paucity_file")
    escaped = str(path.resolve()).replace("\\", "\\\\").replace("`", "``")
    number = f"_metadata.row_index + 1 AS {ROW}"
    try:
        frame = connection.raw_sql(f"SELECT *, {number} FROM parquet.`{escaped}`")  # noqa: S608
        frame.createOrReplaceTempView(name)
    except (errors.PySparkException, import_module("py4j.protocol").Py4JError) as error:
        raise NotATableError(str(error).split("\n")[0][:200]) from None
    return connection.table(name)
