"""Measure reading and writing against a floor and against peers, in the same run.

    python benchmarks/records.py FILE...

Each file is read whole. The floor is reading its bytes (unpacked); the peers are rispy for RIS and
bibtexparser's whole pipeline for BibTeX. Figures are ratios: they travel between machines.
"""

from __future__ import annotations

import gzip
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from paucity.literature import read_bytes, read_file, write_records

if TYPE_CHECKING:
    from collections.abc import Callable


def best(run: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of several runs, in seconds."""
    out = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        out.append(time.perf_counter() - start)
    return min(out)


def unpack(path: Path) -> bytes:
    """Return a file's content, unpacked."""
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def peer(form: str | None, path: Path) -> float | None:
    """Return the time a peer takes to read a file, or None if there is none or it fails."""
    text = unpack(path).decode("utf-8-sig", "replace")
    try:
        if form == "ris":
            import rispy

            return best(lambda: rispy.loads(text, skip_unknown_tags=False))
        if form == "bibtex":
            import bibtexparser

            logging.disable(logging.WARNING)
            return best(lambda: bibtexparser.parse_string(text))
    except Exception as error:  # noqa: BLE001  whatever a peer raises is its result
        print(f"    the peer stops: {type(error).__name__}: {str(error)[:70]}")
    return None


def main() -> None:
    """Print records per second, and ratios to the floor and to the peer, for each file."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        path = Path(name)
        library = read_file(path)
        count = len(library.records)
        if not count:
            print(f"{path.name}: no records")
            continue
        ours = best(lambda path=path: read_file(path), 3 if count < 10_000 else 1)  # type: ignore[misc]
        floor = best(lambda path=path: unpack(path))  # type: ignore[misc]
        print(f"{path.name}: {library.format}, {count} records, {count / ours:,.0f} records/s,"
              f" {ours / floor:.0f} times the floor")  # fmt: skip
        if (other := peer(library.format, path)) is not None:
            print(f"  the peer takes {other / ours:.2f} times as long")
        if count > 10_000:
            continue
        for form in ("ris", "nbib", "bibtex", "csl-json", "csv"):
            start = time.perf_counter()
            text = "".join(write_records(library.records, form))
            took = time.perf_counter() - start
            same = read_bytes(text.encode(), encoding="utf-8").records == library.records
            print(f"  write {form:<8} {count / took:,.0f} records/s, comes back equal: {same}")


if __name__ == "__main__":
    main()
