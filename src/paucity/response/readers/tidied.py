"""Rows of any format turned into tidy ones, and those into a series or a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from paucity.response.read_series import ROW_NUMBER, series_from_rows
from paucity.response.read_table import table_from
from paucity.response.series import Series, whole_findings
from paucity.response.table_series import Table, in_memory, load_ibis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from paucity.response.readers.codes import CodedWords, Codes
    from paucity.text import Finding, Span

Data: TypeAlias = "Series | Table"

SMALL: Final = 5_000_000
"""Size in bytes up to which a text file is read row by row, where that is not chosen."""

COLUMNS: Final = (
    *("participant", "marker", "time", "date", "value", "unit"),
    *("low", "high", "flags", "sex", "age", "laboratory"),
)
"""Columns of tidy rows, all text, beside the number of the row."""

_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What one call is given to read with.

    Attributes:
        place: the file or folder.
        codes: what codes stand for.
        words: the same, for the tidy reader.
        index: date of the first dose by participant.
        bulk: read in bulk; by size if None.
        connection: an Ibis connection, or None.
    """

    place: Path
    codes: Codes
    words: CodedWords
    index: Mapping[str, str] = field(default_factory=dict)
    bulk: bool | None = None
    connection: Any = None

    @property
    def name(self) -> str:
        """The name of the data, for findings."""
        return self.place.name or str(self.place)


@dataclass(frozen=True, slots=True)
class Tidy:
    """Tidy rows, and what was found while making them.

    Attributes:
        rows: an Ibis table, or dictionaries of text; both with `row_number`.
        findings: called when the rows have been taken, since reading them makes findings.
        read: how many were read, with those that stand for no marker; called then, too.
        place: where a row stands, for findings.
    """

    rows: Any
    findings: Callable[[], Iterable[Finding]]
    read: Callable[[], int]
    place: Callable[[int], tuple[Span, str]] | None = None


def nothing(name: str, *faults: tuple[str, str, str]) -> Series:
    """Return a series of nothing, which says why: code, message and hint of each fault."""
    return Series(name, findings=whole_findings(name, faults))


def finish(tidy: Tidy, opening: Opening, *, bulk: bool) -> Data:
    """Return tidy rows as a series, or in bulk as a table.

    Args:
        tidy: the rows.
        opening: what to read with.
        bulk: whether a table is made, by the engine.
    """
    data: Data
    table = hasattr(tidy.rows, "to_pyarrow")
    if bulk:
        connection = opening.connection or load_ibis().duckdb.connect()
        raw = tidy.rows if table else spooled(tidy.rows, connection)
        data = table_from(
            raw, opening.name, opening.words, opening.index, connection, place=tidy.place
        )
    else:
        rows = tidy.rows.to_pyarrow().to_pylist() if table else tidy.rows
        header = [c for c in tidy.rows.columns if c != ROW_NUMBER] if table else COLUMNS
        data = series_from_rows(
            rows, header, opening.name, opening.words, opening.index, tidy.place
        )
    found = (*data.findings, *tidy.findings())
    if isinstance(data, Series):
        return replace(data, findings=found, rows=tidy.read())
    return replace(data, findings=found, read=tidy.read())


def spooled(rows: Iterable[Mapping[str, Any]], connection: Any) -> Any:
    """Return rows as a table of the connection, with only some of them in memory at a time."""
    name = load_ibis().util.gen_name("paucity_spooled")
    schema = {ROW_NUMBER: "int64", **dict.fromkeys(COLUMNS, "string")}
    connection.create_table(name, schema=load_ibis().schema(schema), temp=True)
    for batch in _batches(rows):
        cells = [(r[ROW_NUMBER], *(r.get(c, "") for c in COLUMNS)) for r in batch]
        connection.insert(name, in_memory(cells, schema))
    return connection.table(name)


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
