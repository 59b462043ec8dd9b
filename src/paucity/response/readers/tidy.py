"""Tidy long tables: one row for each measurement, in CSV or Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.response.read_series import series_from_rows, series_of_file
from paucity.response.read_table import table_of_file
from paucity.response.readers.tables import open_table
from paucity.response.readers.tidied import SMALL

if TYPE_CHECKING:
    from paucity.response.readers.tidied import Data, Opening


def read_tidy(opening: Opening) -> Data:
    """Read a tidy long table.

    Args:
        opening: the file; a text file of at most `SMALL` bytes is read row by row where that is
            left open, all else in bulk.
    """
    place, words, index = opening.place, opening.words, opening.index
    text = place.suffix.casefold() not in {".parquet", ".pq", ".xpt", ".sas7bdat"}
    bulk = opening.bulk
    if bulk is None:
        bulk = not text or place.stat().st_size > SMALL
    if bulk:
        return table_of_file(place, words, index, opening.connection)
    if text:
        return series_of_file(place, words, index)
    rows = open_table(place, opening.connection).to_pyarrow()
    return series_from_rows(rows.to_pylist(), rows.column_names, opening.name, words, index)
