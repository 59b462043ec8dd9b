"""Pick a cell of the row where another column is least or most, in the engine's own way."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from paucity.response.engines import engine_of
from paucity.response.table_series import load_ibis

if TYPE_CHECKING:
    from collections.abc import Callable

Picker: TypeAlias = "Callable[[Any, Any, Any], Any]"
"""Takes a column, the key, and which rows count; no cell may be null."""

_OWN: Final = frozenset(("duckdb",))
"""Engines with functions for it, where Ibis sorts every group instead."""


def pickers(rows: Any) -> tuple[Picker, Picker]:
    """Return functions that pick a cell where a key is least, and where it is most.

    Args:
        rows: the table that is computed on, which tells the engine.
    """
    connection = engine_of(rows)
    if connection is None or connection.name not in _OWN:
        return (
            lambda column, key, where: column.argmin(key, where=where),
            lambda column, key, where: column.argmax(key, where=where),
        )

    def least(column: Any, key: Any, where: Any) -> Any:
        return _function("min_by", str(column.type()))(column, key, where=where)

    def most(column: Any, key: Any, where: Any) -> Any:
        return _function("max_by", str(column.type()))(column, key, where=where)

    return least, most


@cache
def _function(name: str, kind: str) -> Any:
    """Return an aggregate function of the engine, for cells of a type."""
    dt = load_ibis().expr.datatypes
    cell = dt.dtype(kind)

    def by(column: Any, key: Any) -> Any:
        """Stand for the function of that name in the engine."""

    return load_ibis().udf.agg.builtin(by, name=name, signature=((cell, dt.int64), cell))
