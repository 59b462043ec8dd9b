"""Assess millions of measurements, against SQL written by hand, pandas, and reading alone.

Run `python benchmarks/assess.py [MILLIONS]` (1 if left out). All start from the same Parquet file.
The SQL is run on three tables: the file itself, the file in memory, and the checked rows that
paucity assesses too (whole numbers for markers and values), which is the fairest. It gives the
results and nothing else; paucity also says which markers decide, and the state of each. The whole
command is run too, in a process of its own, without and with a file of results. Results are
compared: they differ where a value stays at 0, which is no change, and as floats also where binary
fractions miss a fall of exactly 25%. A ratio of 2 means twice as long.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pandas as pd

from paucity.response.assess_table import assess_table
from paucity.response.engines import engine
from paucity.response.load import load_definition
from paucity.response.read_table import read_table
from paucity.response.settings import MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.response.table_series import Scale

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
MEMORY = "4GB"
"""What DuckDB may use."""

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

# The same definition, by hand: last value by day 0, last from then to day 14, seven markers. Rows
# after day 14 are left out first, as they count for nothing.
BY_HAND = """
WITH picked AS (
  SELECT participant, marker,
    arg_max(value, {time}) FILTER ({time} <= 0) AS b,
    arg_max(value, {time}) FILTER ({time} > 0) AS v,
    arg_max(value <= {high} AND value >= {low}, {time}) FILTER ({time} > 0) AS n
  FROM {table} WHERE {time} <= 14 * {day} GROUP BY participant, marker
), states AS (
  SELECT participant, marker, n, CASE marker
    WHEN {sil2r} THEN 2 * b > 3 * v
    WHEN {ferritin} THEN 100 * (v - b) <= -25 * b
    WHEN {tg} THEN 100 * (v - b) <= -25 * b
    WHEN {anc} THEN CASE
      WHEN b < 0.5 * {anc_scale} THEN v - b >= b AND v > 0.5 * {anc_scale}
      WHEN b <= 2 * {anc_scale} THEN v - b >= b AND v > 2 * {anc_scale}
      WHEN b > 2 * {anc_scale} THEN false END
    WHEN {alt} THEN CASE
      WHEN b > 400 * {alt_scale} THEN 100 * (v - b) <= -50 * b
      WHEN b <= 400 * {alt_scale} THEN false END
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
_SHORT = {
    "sil2r": "soluble IL-2 receptor",
    "ferritin": "ferritin",
    "tg": "triglycerides",
    "anc": "absolute neutrophil count",
    "alt": "alanine aminotransferase",
}


def by_hand(table: str) -> str:
    """Return the SQL for a table as it is in the file."""
    quoted = {short: f"'{name}'" for short, name in _SHORT.items()}
    columns = {"time": "day", "low": "low", "high": "high", "day": 1}
    return BY_HAND.format(table=table, anc_scale=1, alt_scale=1, **columns, **quoted)


def by_hand_on_checked(table: str, markers: Mapping[str, Scale]) -> str:
    """Return the SQL for the rows that paucity assesses."""
    codes = {short: markers[name].code for short, name in _SHORT.items()}
    scales = {f"{m}_scale": markers[_SHORT[m]].scale for m in ("anc", "alt")}
    columns = {"time": '"at"', "low": "lower", "high": "upper", "day": MICROSECONDS}
    return BY_HAND.format(table=table, **columns, **codes, **scales)


def timed(run: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return the shortest of several runs in seconds, and what it gave."""
    out, best = None, float("inf")
    for _ in range(times):
        start = time.perf_counter()
        out = run()
        best = min(best, time.perf_counter() - start)
    return best, out


def busy(run: Callable[[], Any], times: int = 3) -> float:
    """Return the least processor time of several runs, which other programs change little."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return best


def generate(folder: Path, millions: float) -> str:
    """Write the measurements; the two signs stay missing, as they mostly are."""
    measured = [m for m in MARKERS if MARKERS[m][0]]
    people = int(millions * 1e6 / (len(measured) * VISITS * 0.9))
    connection = duckdb.connect(config=bounded(folder))
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


def bounded(folder: Path) -> dict[str, str]:
    """Return what keeps DuckDB's memory bounded: the rest goes to disk."""
    return {"memory_limit": MEMORY, "temp_directory": str(folder)}


def gigabytes() -> float:
    """Return the most memory this program has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def command(path: str, out: Path | None = None) -> tuple[float, float, float]:
    """Run the command; return its seconds by the clock and by the processors, and gigabytes."""
    arguments = ["assess", path, "--definition", DEFINITION, "--memory", MEMORY]
    arguments += ["--out", str(out)] if out else []
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "paucity", *arguments], stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == 2:
        raise SystemExit("the command failed")
    taken = time.perf_counter() - start
    return taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def print_commands(path: str, folder: Path, before: Mapping[str, float]) -> None:
    """Print how long the command takes, and how that relates to what was measured before."""
    print("the whole command")
    names = "".join(f"{f'/ {name}':>24}" for name in before)
    print(f"  {'':20}{'seconds':>9}{'processor':>11}{'gigabytes':>11}{names}")
    for suffix in ("", "parquet", "csv", "json"):
        out = folder / f"results.{suffix}" if suffix else None
        taken, load, memory = command(path, out)
        ratios = "".join(f"{taken / seconds:24.2f}" for seconds in before.values())
        name = f"with --out .{suffix}" if suffix else "without a file"
        print(f"  {name:20}{taken:9.2f}{load:11.2f}{memory:11.2f}{ratios}")


def results_of(table: Any) -> dict[str, str]:
    """Return the result of each participant."""
    names = map(str, table["participant"].to_pylist())
    return dict(zip(names, table["result"].to_pylist(), strict=True))


def main() -> None:
    """Print every ratio."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    definition, _ = load_definition(DEFINITION)
    assert definition is not None
    with tempfile.TemporaryDirectory() as folder:
        path = generate(Path(folder), millions)
        duck = duckdb.connect(config=bounded(Path(folder)))
        columns = "count(participant), count(marker), sum(day), sum(value), sum(low), sum(high)"
        floor, _ = timed(lambda: duck.execute(f"SELECT {columns} FROM '{path}'").fetchall())  # noqa: S608
        cold, from_file = timed(lambda: duck.sql(by_hand(f"'{path}'")).to_arrow_table())
        alone = gigabytes()
        # In a file, DuckDB keeps no more in memory than it is given.
        options = {"database": f"{folder}/labs.duckdb", **bounded(Path(folder))}
        connection = engine("duckdb", **options)
        reading, table = timed(lambda: read_table(Path(path), connection=connection), 1)
        assessing, ours = timed(
            lambda: connection.to_pyarrow(assess_table(table, definition).levels)
        )
        after = gigabytes()
        connection.raw_sql(f"CREATE TEMP VIEW checked AS {ibis.to_sql(table.rows)}")
        checked = by_hand_on_checked("checked", table.markers)
        warm, by_sql = timed(lambda: connection.con.sql(checked).to_arrow_table())
        scan = 'count(participant), sum(marker), sum("at"), sum(value), sum(lower), sum(upper)'
        kept, _ = timed(lambda: connection.con.sql(f"SELECT {scan} FROM checked").to_arrow_table())  # noqa: S608
        load = busy(lambda: connection.to_pyarrow(assess_table(table, definition).levels))
        load /= busy(lambda: connection.con.sql(checked).to_arrow_table())
        mine = results_of(ours)
        for name, theirs in (("file", from_file), ("checked rows", by_sql)):
            differ = sum(mine[p] != r for p, r in results_of(theirs).items())
            print(f"{differ} of {len(mine):,} results differ from SQL on the {name}")
        print(f"{table.read:,} rows, {len(mine):,} participants, {duck_threads(duck)} threads")
        print("ratios")
        print(f"  assessing / SQL by hand on the same rows     {assessing / warm:8.2f}")
        print(f"    the same in processor time                 {load:8.2f}")
        print(f"  assessing / SQL by hand from the file        {assessing / cold:8.2f}")
        print(f"  assessing / reading the columns it needs     {assessing / kept:8.2f}")
        whole = reading + assessing
        print(f"  checking / SQL by hand from the file         {reading / cold:8.2f}")
        print(f"  checking and assessing / SQL from the file   {whole / cold:8.2f}")
        if millions <= 1:
            slow, found = timed(lambda: with_pandas(path), 1)
            differ = sum(mine[str(p)] != r for p, r in found.items())
            print(f"  pandas / assessing                           {slow / assessing:8.2f}")
            print(f"  pandas / checking and assessing              {slow / whole:8.2f}")
            print(f"  {differ} results differ from pandas")
        print("seconds")
        seconds = {
            "reading the columns of the file alone": floor,
            "reading the checked columns alone": kept,
            "SQL by hand, from the file": cold,
            "SQL by hand, on the checked rows": warm,
            "paucity, checking the rows": reading,
            "paucity, assessing": assessing,
        }
        for name, taken in seconds.items():
            print(f"  {name:45}{taken:8.2f}")
        before = {"SQL from the file": cold, "checking, assessing": whole}
        print_commands(path, Path(folder), {"reading alone": floor, **before})
        print("gigabytes of memory at most")
        print(f"  with SQL by hand only                        {alone:8.2f}")
        print(f"  after checking and assessing                 {after:8.2f}")


def duck_threads(connection: Any) -> int:
    """Return how many threads DuckDB computes with."""
    return int(connection.execute("SELECT current_setting('threads')").fetchone()[0])


if __name__ == "__main__":
    main()
