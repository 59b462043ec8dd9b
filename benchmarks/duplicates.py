"""Measure duplicates found against bib-dedupe on each labelled set, in the same run.

    python benchmarks/duplicates.py FOLDER

FOLDER holds one folder for each set, with `records_pre_merged.csv` and `merged_record_ids.csv`.
Pairs are counted after joining groups. A second line judges the same result after the labels in
`duplicates_labels.yaml` are corrected: each correction names its pair and says why.
"""

from __future__ import annotations

import csv
import sys
import time
import warnings
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from paucity.literature import Person, Place, Record, deduplicate
from paucity.literature.values import people, person, year_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pair = tuple[str, str]


def pairs_of(groups: Iterable[Iterable[str]]) -> set[Pair]:
    """Return every pair of a group, the smaller id first."""
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def authors(text: str) -> tuple[Person, ...]:
    """Return the people of a cell in BibTeX's manner."""
    if " and " not in text and ";" in text:
        return tuple(people(text))
    return tuple(person(name) for name in text.split(" and ") if name.strip())


def records(path: Path) -> tuple[list[str], list[Record]]:
    """Return the ids and records of a set."""
    ids, out = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            ids.append(row["ID"])
            record = Record(
                title=row["title"],
                authors=authors(row["author"]),
                year=year_in(row["year"]),
                journal=row["journal"] or row.get("booktitle") or "",
                volume=row["volume"],
                issue=row["number"],
                pages=row["pages"].replace(" -- ", "-").replace("--", "-"),
                doi=row.get("doi") or "",
                abstract=row.get("abstract") or "",
                place=Place(path.parent.name, number, number + 1),
            )
            out.append(record)
    return ids, out


def ours(ids: Sequence[str], held: Sequence[Record]) -> tuple[set[Pair], int]:
    """Return the pairs we merge, and how many we ask about."""
    found = deduplicate(held)
    return pairs_of([ids[p] for p in group] for group in found.groups), len(found.uncertain)


def theirs(path: Path) -> tuple[float, set[Pair]] | None:
    """Return bib-dedupe's time and pairs, or None if it is not installed."""
    try:
        import pandas as pd
        from bib_dedupe.bib_dedupe import block, cluster, match, prep
    except ImportError:
        return None
    warnings.simplefilter("ignore")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    start = time.perf_counter()
    matched = match(block(prep(frame, verbosity_level=0, cpu=1), verbosity_level=0, cpu=1), cpu=1)
    groups = cluster(matched, verbosity_level=0)
    return time.perf_counter() - start, pairs_of(groups)


def told(name: str, found: set[Pair], truth: set[Pair]) -> str:
    """Return precision and recall in one line."""
    right = len(found & truth)
    precision = right / len(found) if found else 1.0
    wrong, missed = len(found - truth), len(truth - found)
    return (
        f"  {name:<22} precision {precision:.4f}  recall {right / len(truth):.4f}"
        f"  ({wrong} wrong, {missed} missed of {len(truth)})"
    )


def main() -> None:
    """Print precision, recall and the ratio of times for each set."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    csv.field_size_limit(50_000_000)
    labels = yaml.safe_load(Path(__file__).with_name("duplicates_labels.yaml").read_text("utf-8"))
    for path in sorted(Path(sys.argv[1]).glob("*/records_pre_merged.csv")):
        name = path.parent.name
        with (path.parent / "merged_record_ids.csv").open(encoding="utf-8") as file:
            truth = pairs_of(row["merged_ids"].split(";") for row in csv.DictReader(file))
        ids, held = records(path)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            found, asked = ours(ids, held)
            times.append(time.perf_counter() - start)
        print(f"{name}: {len(held)} records, {len(truth)} labelled pairs, {asked} pairs to ask")
        print(told("paucity", found, truth))
        corrected = set(truth)
        for item in labels.get(name, []):
            pair = tuple(sorted(item["pair"]))
            (corrected.add if item["same"] else corrected.discard)(pair)
        print(told("  labels corrected", found, corrected))
        peer = theirs(path)
        if peer is None:
            print("  bib-dedupe is not installed")
            continue
        print(told("bib-dedupe", peer[1], truth))
        print(told("  labels corrected", peer[1], corrected))
        print(f"  paucity {min(times):.2f} s, bib-dedupe {peer[0]:.2f} s:"
              f" {peer[0] / min(times):.0f} times faster")  # fmt: skip


if __name__ == "__main__":
    main()
