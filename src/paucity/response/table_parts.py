"""Participants of a large table in parts, so that only some are computed at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.response.engines import SPARK, engine_of, keep
from paucity.response.table_series import Table, load_ibis

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = ("rows", "participants", "events")


@dataclass(frozen=True, slots=True)
class Part:
    """Some participants, next to each other by name.

    Attributes:
        number: from 0.
        first: name of the first.
        last: name of the last.
        participants: how many they are.
    """

    number: int
    first: str
    last: str
    participants: int


@dataclass(frozen=True, slots=True)
class Bench:
    """A place where one part after another is laid, to be computed by the same expressions.

    Attributes:
        whole: the table.
        parts: of it.
        here: a table of what lies there now: the first part.
        connection: of the engine.
        numbered: participants with the numbers of their parts; None where there is one part, which
            lies there at all times.
        names: of the tables that hold the part, by what they are in `here`.
    """

    whole: Table
    parts: tuple[Part, ...]
    here: Table
    connection: Any = None
    numbered: Any = None
    names: Mapping[str, str] | None = None


def parts_of(table: Table, size: int) -> list[Part]:
    """Return the participants of a table in parts, ordered by name."""
    return _listed(_numbered(table, size))


def _numbered(table: Table, size: int) -> Any:
    """Return each participant with its name and the number of its part."""
    ibis = load_ibis()
    people = table.participants
    named = people.select("participant", name=people.participant.cast("string"))
    numbered = named.mutate(i=ibis.row_number().over(ibis.window(order_by=named.name)))
    return numbered.select("participant", "name", part=(numbered.i // size).cast("int64"))


def _listed(numbered: Any) -> list[Part]:
    grouped = numbered.group_by("part").aggregate(
        first=numbered.name.min(), last=numbered.name.max(), n=numbered.count()
    )
    found = grouped.order_by("part").to_pyarrow().to_pylist()
    return [Part(int(r["part"]), r["first"], r["last"], int(r["n"])) for r in found]


def only(table: Table, part: Part) -> Table:
    """Return a table with the participants of a part."""

    def held(rows: Any) -> Any:
        name = rows.participant.cast("string")
        return rows.filter((name >= part.first) & (name <= part.last))

    events = None if table.events is None else held(table.events)
    return replace(
        table, rows=held(table.rows), participants=held(table.participants), events=events
    )


def bench_of(table: Table, size: int) -> Bench:
    """Return where the parts of a table are laid, the first of them already there.

    Args:
        table: the measurements.
        size: participants of a part.
    """
    count = int(table.participants.count().to_pyarrow().as_py())
    if count <= size:
        return Bench(table, tuple(parts_of(table, size)), table, engine_of(table.rows))
    connection = engine_of(table.rows) or load_ibis().duckdb.connect()
    numbered = keep(connection, _numbered(table, size))
    parts = tuple(_listed(numbered))
    gen_name = load_ibis().util.gen_name
    kinds = [kind for kind in _KINDS if getattr(table, kind) is not None]
    names = {kind: gen_name(f"paucity_part_{kind}") for kind in kinds}
    bench = Bench(table, parts, table, connection, numbered, names)
    lay(bench, parts[0])
    held = {kind: connection.table(name) for kind, name in names.items()}
    return replace(bench, here=replace(table, **held))


def lay(bench: Bench, part: Part) -> None:
    """Lay a part where the last one was.

    Args:
        bench: where to.
        part: one of its parts.
    """
    if bench.names is None:
        return
    people = bench.numbered.filter(bench.numbered.part == part.number).select("participant")
    for kind, name in bench.names.items():
        rows = getattr(bench.whole, kind)
        some = rows.semi_join(people, "participant")
        if bench.connection.name == SPARK:
            bench.connection.create_view(name, some, overwrite=True)
        else:
            # Ibis neither overwrites nor drops tables with every version of what it writes SQL by.
            bench.connection.raw_sql(f"DROP TABLE IF EXISTS {name}")
            bench.connection.create_table(name, some, temp=True)
