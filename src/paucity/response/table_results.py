"""Results of a large table as rows, one part of the participants at a time.

The engine computes a part in one query for each definition, which is compiled once for all parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from paucity.response.engines import compiled, computed
from paucity.response.results import SCORE_ENDS, SCORES, Layout, load_arrow, schema_of
from paucity.response.table_cells import days, value_texts
from paucity.response.table_layout import INTERVAL_PARTS, value_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.response.assess_table import TableAssessment
    from paucity.response.table_series import Scale

_LEVELS: Final = ("participant", "level", "result", "certain", "deciding")
_SCORES: Final = dict(
    zip(("score_least", "score_most", "probability_least", "probability_most"), SCORES, strict=True)
)

_ENDS: Final = ("score_least", "score_most")


@dataclass(frozen=True, slots=True)
class Query:
    """What the engine is asked for one definition.

    Attributes:
        assessment: by the definition.
        rows: the Ibis table of its rows, by participant.
        text: the same in the engine's language; empty if it is to be made each time.
        connection: of the engine, or None for tables in memory.
    """

    assessment: TableAssessment
    rows: Any
    text: str = ""
    connection: Any = None


def layout_of(assessments: Sequence[TableAssessment]) -> Layout:
    """Return the columns of the markers that any of the definitions asks for, and of scores."""
    found = [c for a in assessments if a.levels is not None for c in a.levels.columns]
    markers = dict.fromkeys(c for c in found if c not in _LEVELS and c not in _SCORES)
    return Layout(tuple(markers), SCORES if "score_least" in found else ())


def queries_of(assessments: Sequence[TableAssessment], connection: Any = None) -> list[Query]:
    """Return what the engine is asked, compiled once.

    Args:
        assessments: by each definition; with values, if rows are to be written.
        connection: of the engine that holds the table; none for tables in memory.
    """
    out = []
    for assessment in assessments:
        rows = assessment.values
        if rows is None:
            ends = [c for c in _ENDS if c in assessment.levels.columns]
            rows = assessment.levels.select("participant", "result", *ends)
        rows = rows.order_by("participant")
        out.append(Query(assessment, rows, compiled(connection, rows), connection))
    return out


def arrow_rows(queries: Sequence[Query], layout: Layout) -> Any:
    """Compute one row for each participant and definition, as an Arrow table by participant.

    Args:
        queries: of the same participants, with values.
        layout: the columns.
    """
    pa = load_arrow()
    schema = schema_of(layout)
    each = [_columns(q.assessment, _computed(q), layout) for q in queries]
    if not each:
        return schema.empty_table()
    n, k = len(each[0]["participant"]), len(each)
    order = pa.array([d * n + i for i in range(n) for d in range(k)], pa.int64())
    arrays = []
    for field in schema:
        parts = [c.get(field.name, pa.nulls(n, field.type)).cast(field.type) for c in each]
        arrays.append(parts[0] if k == 1 else pa.concat_arrays(parts).take(order))
    return pa.Table.from_arrays(arrays, schema=schema)


def _computed(query: Query) -> Any:
    found = computed(query.connection, query.rows, query.text)
    return found.combine_chunks()


def _columns(assessment: TableAssessment, found: Any, layout: Layout) -> dict[str, Any]:
    """Return the rows of one definition, by the columns that they have cells in."""
    pa = load_arrow()

    def column(name: str) -> Any:
        cells = found[name]
        return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells

    there = set(found.column_names)
    out = {name: column(name) for name in _LEVELS}
    out["definition"] = pa.repeat(assessment.definition, found.num_rows)
    out |= {_SCORES[name]: column(name) for name in _SCORES if name in there}
    out |= {marker: column(marker) for marker in layout.markers if marker in there}
    for i, (marker, scale) in enumerate(assessment.scales.items()):
        for side, name in (("b", "baseline"), ("v", "value")):
            parts = {p: value_column(i, side, p) for p in ("low", "at", *INTERVAL_PARTS)}
            held = {p: column(c) for p, c in parts.items() if c in there}
            out[f"{marker} {name}"] = _texts(held, scale)
            out[f"{marker} {name} day"] = days(held["at"])
    return out


def _texts(held: dict[str, Any], scale: Scale) -> Any:
    if "high" not in held:
        return value_texts(held["low"], scale)
    high, low_open, high_open = (held[part] for part in INTERVAL_PARTS)
    return value_texts(held["low"], scale, (high, low_open, high_open))


# -- counting ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joint:
    """Participants counted by what they reach under each definition.

    Attributes:
        counts: by the possible levels under each.
        flipped: how many have different certain levels.
        flips: the first of those by name, with the result under each definition.
        scores: under each definition, by the least and the most points; empty if it is no score.
    """

    counts: Counter[tuple[tuple[str, ...], ...]]
    flipped: int = 0
    flips: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scores: tuple[Counter[tuple[float, float]], ...] = ()


def joint_results(queries: Sequence[Query], most: int) -> Joint:
    """Compute the results of each definition, and count them together.

    Args:
        queries: of the same participants.
        most: participants who flip that are named.
    """
    found = [_computed(q) for q in queries]
    if not found:
        return Joint(Counter())
    results = [table["result"] for table in found]
    counted = _joint(found[0]["participant"], results, [q.assessment for q in queries], most)
    return replace(counted, scores=tuple(_scores(table, _ENDS) for table in found))


def joint_counts(rows: Any, assessments: Sequence[TableAssessment], most: int) -> Joint:
    """Count the results of each definition together, from rows.

    Args:
        rows: an Arrow table as `arrow_rows` makes it, or its first columns.
        assessments: the definitions, in the same order.
        most: participants who flip that are named.
    """
    pa = load_arrow()
    k, n = len(assessments), rows.num_rows
    if not k:
        return Joint(Counter())
    places = [pa.array(range(i, n, k), pa.int64()) for i in range(k)]
    results = [rows["result"].take(place) for place in places]
    counted = _joint(rows["participant"].take(places[0]), results, assessments, most)
    ends = [c for c in SCORE_ENDS if c in rows.column_names]
    scores = [_scores(rows.select(ends).take(place), SCORE_ENDS) for place in places]
    return replace(counted, scores=tuple(scores))


def _scores(table: Any, ends: tuple[str, ...]) -> Counter[tuple[float, float]]:
    """Return how many rows have which least and most points; none where there are no points."""
    if not set(ends) <= set(table.column_names):
        return Counter()
    rows = table.group_by(list(ends)).aggregate([([], "count_all")]).to_pylist()
    found = {tuple(row[end] for end in ends): row["count_all"] for row in rows}
    return Counter({(a, b): n for (a, b), n in found.items() if a is not None and b is not None})


def _joint(
    names: Any, results: Sequence[Any], assessments: Sequence[TableAssessment], most: int
) -> Joint:
    pa, pc = load_arrow(), import_module("pyarrow.compute")
    keys = [f"r{i}" for i in range(len(results))]
    table = pa.table(dict(zip(keys, results, strict=True)))
    known: list[dict[str, tuple[str, ...]]] = [{} for _ in results]
    counts: Counter[tuple[tuple[str, ...], ...]] = Counter()
    flipped, flips, odd = 0, [], None
    for row in table.group_by(keys).aggregate([([], "count_all")]).to_pylist():
        told = tuple(row[key] for key in keys)
        for held, assessment, result in zip(known, assessments, told, strict=True):
            if result not in held:
                held[result] = assessment.parts(result)
        possible = tuple(held[result] for held, result in zip(known, told, strict=True))
        counts[possible] += row["count_all"]
        if len({p for p in possible if len(p) == 1}) > 1:
            flipped += row["count_all"]
            here = _all_of([pc.equal(table[k], r) for k, r in zip(keys, told, strict=True)])
            odd = here if odd is None else pc.or_(odd, here)
    if odd is not None:
        some = table.append_column("name", names).filter(odd).slice(0, most)
        flips = [(r["name"], tuple(r[key] for key in keys)) for r in some.to_pylist()]
    return Joint(counts, flipped, tuple(flips))


def _all_of(hits: Sequence[Any]) -> Any:
    pc = import_module("pyarrow.compute")
    found = hits[0]
    for hit in hits[1:]:
        found = pc.and_(found, hit)
    return found
