"""Assess millions of measurements, against SQL written by hand, pandas, and reading alone.

Run `python benchmarks/assess.py [MILLIONS]` (1 if left out). All read the same Parquet file, and
the SQL and pandas give the same levels, which is checked: they differ only where binary fractions
miss a fall of exactly 25%, or where a value stays at 0. A ratio of 2 means twice as long.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pandas as pd

from paucity.response.assess_table import assess_table
from paucity.response.load import load_definition
from paucity.response.read_table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINITION = "marsh-2013-emended"
MARKERS = {
    "soluble IL-2 receptor": ("U/ml", 8000, 2400, 0),
    "ferritin": ("ug/l", 6000, 300, 0),
    "triglycerides": ("mmol/l", 4, 1.7, 2),
    "absolute neutrophil count": ("10^9/l", 2, 8, 2),
    "alanine aminotransferase": ("U/l", 700, 40, 0),
    "hemophagocytosis": ("", 0, 0, 0),
    "level of consciousness": ("", 0, 0, 0),
}
VISITS = 10

GENERATE = """
COPY (
  WITH people AS (SELECT range AS p FROM range({people})),
  visits AS (SELECT unnest([-3, 0, 2, 4, 7, 9, 11, 14, 15, 21]) AS day)
  SELECT p AS participant, marker, day::DOUBLE AS day, value, unit, low, high FROM (
    SELECT p, day, '{marker}' AS marker, '{unit}' AS unit, 0.1 AS low, {high}::DOUBLE AS high,
      CASE WHEN random() < 0.1 THEN NULL ELSE
        round({scale} * random() * (CASE WHEN day > 0 THEN random() ELSE 1 END), {digits})
      END AS value
    FROM people, visits
  ) WHERE value IS NOT NULL
) TO '{path}' (FORMAT parquet)
"""

# The same definition, by hand: last value by day 0, last from then to day 14, seven markers.
BY_HAND = """
WITH picked AS (
  SELECT participant, marker,
    arg_max(value, day) FILTER (day <= 0) AS b,
    arg_max(value, day) FILTER (day > 0 AND day <= 14) AS v,
    arg_max(value <= high AND value >= low, day) FILTER (day > 0 AND day <= 14) AS n
  FROM {table} GROUP BY participant, marker
), states AS (
  SELECT participant, marker, n, CASE marker
    WHEN 'soluble IL-2 receptor' THEN b > 1.5 * v
    WHEN 'ferritin' THEN 100 * (v - b) <= -25 * b
    WHEN 'triglycerides' THEN 100 * (v - b) <= -25 * b
    WHEN 'absolute neutrophil count' THEN CASE
      WHEN b < 0.5 THEN v - b >= b AND v > 0.5
      WHEN b <= 2.0 THEN v - b >= b AND v > 2.0
      WHEN b > 2.0 THEN false END
    WHEN 'alanine aminotransferase' THEN CASE
      WHEN b > 400 THEN 100 * (v - b) <= -50 * b WHEN b <= 400 THEN false END
    END AS improved
  FROM picked
), counted AS (
  SELECT participant,
    count(*) FILTER (improved) AS yes, 7 - count(*) FILTER (NOT improved) AS can,
    count(*) FILTER (n) AS normal, 7 - count(*) FILTER (NOT n) AS can_normal
  FROM states GROUP BY participant
)
SELECT participant, concat_ws(' or ',
  CASE WHEN can_normal >= 7 THEN 'CR' END,
  CASE WHEN normal < 7 AND can >= 2 THEN 'PR' END,
  CASE WHEN normal < 7 AND yes < 2 THEN 'NR' END) AS result
FROM counted
"""


def timed(run: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return the shortest of several runs in seconds, and what it gave."""
    out, best = None, float("inf")
    for _ in range(times):
        start = time.perf_counter()
        out = run()
        best = min(best, time.perf_counter() - start)
    return best, out


def generate(folder: Path, millions: float) -> str:
    """Write the measurements; the two signs stay missing, as they mostly are."""
    measured = [m for m in MARKERS if MARKERS[m][0]]
    people = int(millions * 1e6 / (len(measured) * VISITS * 0.9))
    connection = duckdb.connect()
    connection.execute("SELECT setseed(0.5)")
    for i, marker in enumerate(measured):
        unit, scale, high, digits = MARKERS[marker]
        query = GENERATE.format(
            people=people,
            marker=marker,
            unit=unit,
            scale=scale,
            high=high,
            digits=digits,
            path=folder / f"part{i}.parquet",
        )
        connection.execute(query)
    path = folder / "labs.parquet"
    source = folder / "part*.parquet"
    connection.execute(
        f"COPY (SELECT * FROM '{source}' ORDER BY participant, day) TO '{path}' (FORMAT parquet)"  # noqa: S608
    )
    return str(path)


def with_pandas(path: str) -> pd.DataFrame:
    """Return the levels by a straightforward groupby."""
    data = pd.read_parquet(path, columns=["participant", "marker", "day", "value", "low", "high"])

    def last(rows: pd.DataFrame) -> pd.Series:
        before, after = rows[rows.day <= 0], rows[(rows.day > 0) & (rows.day <= 14)]
        b = before.loc[before.day.idxmax(), "value"] if len(before) else float("nan")
        row = after.loc[after.day.idxmax()] if len(after) else None
        v = row.value if row is not None else float("nan")
        normal = row.low <= row.value <= row.high if row is not None else None
        return pd.Series({"b": b, "v": v, "normal": normal})

    picked = data.groupby(["participant", "marker"])[["day", "value", "low", "high"]].apply(last)

    def level(rows: pd.DataFrame) -> str:
        truths = {m: improved(m, r.b, r.v) for (_, m), r in rows.iterrows()}
        found = [truths.get(m) for m in MARKERS]
        ends = dict(zip(rows.index.get_level_values(1), rows.normal, strict=True))
        normals = [ends.get(m) for m in MARKERS]
        parts = []
        if all(n is None or n for n in normals):
            parts.append("CR")
        if sum(f is not False for f in found) >= 2:
            parts.append("PR")
        if sum(f is True for f in found) < 2:
            parts.append("NR")
        return " or ".join(parts)

    return picked.groupby("participant").apply(level)


def improved(marker: str, b: float, v: float) -> bool | None:
    """Return whether a marker improved, None if that is not known."""
    if marker == "alanine aminotransferase" and b <= 400:
        return False
    if marker == "absolute neutrophil count" and b > 2:
        return False
    if pd.isna(b) or pd.isna(v):
        return None
    match marker:
        case "soluble IL-2 receptor":
            return bool(b > 1.5 * v)
        case "absolute neutrophil count":
            return bool(v - b >= b and v > (0.5 if b < 0.5 else 2))
        case "alanine aminotransferase":
            return bool(100 * (v - b) <= -50 * b)
    return bool(100 * (v - b) <= -25 * b)


def main() -> None:
    """Print every ratio."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    definition, _ = load_definition(DEFINITION)
    assert definition is not None
    with tempfile.TemporaryDirectory() as folder:
        path = generate(Path(folder), millions)
        duck = duckdb.connect()
        columns = "count(participant), count(marker), sum(day), sum(value), sum(low), sum(high)"
        floor, _ = timed(lambda: duck.execute(f"SELECT {columns} FROM '{path}'").fetchall())  # noqa: S608
        cold, by_hand = timed(lambda: duck.sql(BY_HAND.format(table=f"'{path}'")).to_arrow_table())
        connection = ibis.duckdb.connect()
        reading, table = timed(lambda: read_table(Path(path), connection=connection), 1)
        rows = table.rows
        assessing, ours = timed(
            lambda: connection.to_pyarrow(assess_table(table, definition).levels)
        )
        connection.raw_sql(f"CREATE TABLE labs AS SELECT * FROM '{path}'")  # noqa: S608
        warm, _ = timed(lambda: connection.con.sql(BY_HAND.format(table="labs")).to_arrow_table())
        mine = dict(zip(*(ours[c].to_pylist() for c in ("participant", "result")), strict=True))
        theirs = zip(*(by_hand[c].to_pylist() for c in ("participant", "result")), strict=True)
        differ = sum(mine[str(p)] != r for p, r in theirs)
        print(f"{table.read:,} rows, {len(mine):,} participants, {differ} results differ from SQL")
        print(f"reading the columns alone        {floor:8.2f} s")
        print(f"SQL by hand, from the file       {cold:8.2f} s")
        print(f"SQL by hand, from memory         {warm:8.2f} s")
        print(
            f"paucity, checking the rows       {reading:8.2f} s  {reading / floor:6.1f} x reading"
        )
        print(f"paucity, assessing               {assessing:8.2f} s  {assessing / warm:6.2f} x SQL")
        whole = reading + assessing
        print(f"paucity, both                    {whole:8.2f} s  {whole / cold:6.2f} x SQL")
        if millions <= 1:
            slow, found = timed(lambda: with_pandas(path), 1)
            differ = sum(mine[str(p)] != r for p, r in found.items())
            print(
                f"pandas groupby                   {slow:8.2f} s  {slow / assessing:6.1f} x paucity"
            )
            print(f"  {slow / whole:.1f} x with checking; {differ} results differ")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"most memory used                 {peak:8.2f} GB; {rows.count().execute():,} kept")


if __name__ == "__main__":
    main()
