"""Open the data that `assess` is given, with the files that say what is in them."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paucity.cli.choosing import index_of, units_of
from paucity.cli.group import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from paucity.response.readers.mapping import MappingFile
    from paucity.response.series import Series
    from paucity.response.table_series import Table
    from paucity.vocabulary import Vocabulary

_AMOUNT: Final = re.compile(r"([1-9][0-9]{0,5}) ?([KMGT])B", re.ASCII | re.IGNORECASE)


def opened(
    place: Path, options: dict[str, Any], vocabulary: Vocabulary, stack: ExitStack
) -> Series | Table:
    """Return the data; what an engine reads is kept in a file, so that memory stays bounded.

    All data are read and checked by DuckDB. Spark is handed the checked rows.
    """
    from paucity.response.engines import in_engine
    from paucity.response.readers import open_data
    from paucity.response.readers.tidied import SMALL
    from paucity.response.series import Series

    engine = options["engine"]
    spark = _spark(options["memory"], stack) if engine == "spark" else None
    bulk = {"auto": None, "rows": False, "duckdb": True, "spark": True}[engine]
    large = place.is_dir() or place.stat().st_size > SMALL
    connection = None
    if bulk or (engine == "auto" and large):
        connection = _connection(stack, options["memory"])
    data = open_data(
        place,
        form=options["source"],
        vocabulary=vocabulary,
        mapping=_mapping(options["mapping"], vocabulary),
        units=units_of(options["units"], vocabulary),
        index=index_of(options["index"]) if options["index"] else None,
        assume_unit=options["assume_unit"],
        bulk=bulk,
        connection=connection,
    )
    # A place that cannot be read at all gives an empty series, whatever the engine.
    return data if spark is None or isinstance(data, Series) else in_engine(data, spark)


def check_memory(text: str | None, engine: str) -> None:
    """End with one line where the memory that is allowed is no amount."""
    if text is None:
        return
    if not _AMOUNT.fullmatch(text.strip()):
        raise Fault(f"--memory is `{text}`, expected an amount such as 500MB or 4GB")
    if engine == "rows":
        raise Fault("--memory is for data that are assessed in bulk; leave it or --engine rows out")


@contextmanager
def short_of_memory(text: str | None) -> Iterator[None]:
    """End with one line where an engine needs more memory or disk than it has."""
    try:
        yield
    except Exception as error:
        duckdb = sys.modules.get("duckdb")
        if duckdb is None or not isinstance(
            error, (duckdb.OutOfMemoryException, duckdb.IOException)
        ):
            raise
        told = str(error).split("\n", maxsplit=1)[0]
        hint = f"allow it more than --memory {text}" if text else "free some disk or memory"
        raise Fault(f"DuckDB could not go on: {told} ({hint})") from None


def _spark(memory: str | None, stack: ExitStack) -> Any:
    from paucity.response.engines import engine

    options = {}
    if memory and (amount := _AMOUNT.fullmatch(memory.strip())):
        options["spark_driver_memory"] = f"{amount[1]}{amount[2].lower()}"
    connection = engine("spark", **options)
    stack.callback(connection.disconnect)
    return connection


def _connection(stack: ExitStack, memory: str | None) -> Any:
    from tempfile import TemporaryDirectory

    from paucity.response.table_series import load_ibis

    folder = stack.enter_context(TemporaryDirectory(prefix="paucity-"))
    options = {"memory_limit": memory.strip()} if memory else {}
    connection = load_ibis().duckdb.connect(
        Path(folder) / "data.duckdb", temp_directory=folder, **options
    )
    stack.callback(connection.disconnect)
    return connection


def _mapping(path: Path | None, vocabulary: Vocabulary) -> MappingFile | None:
    from paucity.response.readers import read_mapping
    from paucity.text import Severity

    if path is None:
        return None
    mapping, findings = read_mapping(path, vocabulary)
    if told := [f for f in findings if f.severity is Severity.ERROR]:
        lines = [f"{f.span}: {f.message}" + (f" ({f.hint})" if f.hint else "") for f in told]
        raise Fault("\n".join(("the mapping cannot be used", *lines)))
    return mapping


def rows_of(held: Series | Table) -> int:
    """Return how many rows were read."""
    from paucity.response.series import Series

    return held.rows if isinstance(held, Series) else held.read


def fingerprint(place: Path, options: dict[str, Any]) -> str:
    """Return a digest of the inputs of a result; definitions and settings are added to it."""
    from paucity import __version__
    from paucity.response.parts import digest_of, fingerprint_of

    files = [digest_of(p) for p in (place, options["mapping"], options["index"]) if p]
    chosen = [options[name] for name in ("source", "units", "assume_unit")]
    return fingerprint_of((__version__, *files, *chosen))
