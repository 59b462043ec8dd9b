"""One laboratory dataset of a CDISC standard: its files found and checked, its rows made tidy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from paucity.response.readers.cdisc import files_of, in_bulk, on_row
from paucity.response.readers.codes import unmapped_findings
from paucity.response.readers.tables import open_table
from paucity.response.readers.tidied import Data, Opening, Tidy, finish, nothing
from paucity.response.table_series import load_ibis

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.response.readers.cdisc import Reading


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is read, and how.

    Attributes:
        name: of the dataset, as its file is called: `LB`.
        standard: that defines it.
        needed: columns it cannot be without, in lower case.
        tidy: turns opened files, and how many of their rows were left out as too long or too
            short, into tidy rows; with what was found on the way.
    """

    name: str
    standard: str
    needed: tuple[str, ...]
    tidy: Callable[[Opening, list[Any], list[int]], tuple[Any, Reading]]


def read_dataset(opening: Opening, dataset: Dataset) -> Data:
    """Read a dataset, which may be in several files.

    Args:
        opening: a file of the dataset, or a folder with it.
        dataset: what to read.
    """
    ibis = load_ibis()
    place, name = opening.place, opening.name
    connection = opening.connection or ibis.duckdb.connect()
    stem = dataset.name.lower()
    files = files_of(place, stem, parts=True) if place.is_dir() else [place]
    if not files:
        message = f"there is no dataset {dataset.name} in the folder"
        hint = f"name it {stem}.xpt, {stem}.parquet or {stem}.csv"
        return nothing(name, ("dataset-missing", message, hint))
    uneven: list[int] = []
    tables = []
    for file in files:
        table = open_table(file, connection, uneven)
        missing = [c.upper() for c in dataset.needed if c not in table.columns]
        if missing:
            message = f"{file.name} has no column {', '.join(missing)}"
            hint = f"give {dataset.name} as {dataset.standard} defines it"
            return nothing(name, ("missing-column", message, hint))
        tables.append(table)
    opening = replace(opening, connection=connection)
    rows, reading = dataset.tidy(opening, tables, uneven)
    made = ibis.util.gen_name(f"paucity_{dataset.standard.lower()}")
    rows = connection.create_table(made, rows, temp=True)
    found = (*reading.notes.findings(), *unmapped_findings(name, reading.unmapped))
    return finish(
        Tidy(rows, lambda: found, lambda: reading.read, on_row(name)),
        opening,
        bulk=in_bulk(opening, files),
    )
