"""Measure importing, reading straight from the files, and searching, against peers and gunzip.

    python benchmarks/medline.py [FILE] [--million]

FILE is one of PubMed's packed files; without it the one in the shared folder is taken. The peers
are pubmed_parser and Biopython, the limit is gunzip alone. These run in one process, timed by its
CPU time, so that a busy machine matters little; then all cores import copies of the file, and
pubmed_parser reads as many in as many processes, timed by the clock. `--million` copies the
citations with other numbers up to a million to time the search; it takes some minutes and some GB
in the temporary folder.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.literature.medline.store import Store

SHARED = Path(__file__).parents[1] / "../shared/data/exports/pubmed/pubmed20n0014.xml.gz"
SLICE = 3000
"""Citations that the slow peers read."""

WORDS = "#1 HLH OR MAS\n#2 therapy OR treatment OR salvage\n#3 #1 AND #2 AND english[la]"
TAGGED = '"bone marrow transplantation"[tiab] AND salvag*[tiab]'
SEARCHES = (
    WORDS,
    TAGGED,
    "(fever[mh] OR fever[tiab]) AND case reports[pt]",
    '"bone marrow"[tiab] NOT animals[mh:noexp] AND 1975:1980[dp]',
    "lymphoma*[tiab] AND (rituximab OR cyclophosphamide) AND english[la]",
    "smith j[au] AND kidney*[tiab]",
)


def timed(run: Callable[[], object], times: int = 2) -> float:
    """Return the least CPU time of some runs, in seconds."""
    out = []
    for _ in range(times):
        start = time.process_time()
        run()
        out.append(time.process_time() - start)
    return min(out)


def told(name: str, count: int, seconds: float, peer: float, limit: float) -> None:
    """Print a rate and what it is to the peer and to the limit."""
    rate = count / seconds
    print(
        f"{name:<44} {rate:>9,.0f} citations/s  {rate / peer:5.1f} x pubmed_parser  "
        f"{rate / limit:5.2f} x gunzip"
    )


def sliced(path: Path, folder: Path) -> tuple[Path, int]:
    """Return a file of the first citations of another, and how many they are."""
    from paucity.literature.medline.split import Split, batches

    chunks = list(islice((c for b in batches(path, Split()) for c in b), SLICE))
    text = b"<PubmedArticleSet>" + b"".join(chunks) + b"</PubmedArticleSet>"
    out = folder / "slice.xml.gz"
    out.write_bytes(gzip.compress(text, 6, mtime=0))
    return out, len(chunks)


def peers(path: Path) -> tuple[float, float]:
    """Return how many citations pubmed_parser reads in a second, and Biopython."""
    import pubmed_parser
    from Bio import Entrez

    def biopython() -> None:
        with gzip.open(path) as stream:
            head = b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC '
            head += b'"-//NLM//DTD PubMedArticle, 1st January 2019//EN" '
            head += b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
            import io

            Entrez.read(io.BytesIO(head + stream.read()))

    first = timed(lambda: list(pubmed_parser.parse_medline_xml(str(path))))
    try:
        second = timed(biopython, 1)
    except Exception as error:  # noqa: BLE001  whatever a peer raises is its result
        print(f"Biopython stops: {type(error).__name__}: {str(error)[:60]}")
        second = float("inf")
    return first, second


def reading(path: Path, folder: Path) -> int:
    """Print the rates of reading; return how many citations the file holds."""
    from paucity.literature.medline import fast, part, split
    from paucity.literature.medline.grep import grep
    from paucity.literature.strategy import parse_strategy

    (folder / "a").mkdir()
    (folder / "b").mkdir()
    small, some = sliced(path, folder)
    first, second = peers(small)
    peer = some / first
    done = part.make_part(path, folder / "a", folder / "b")
    count = done.records
    limit = count / timed(lambda: sum(map(len, split.blocks(path))))
    standard = count / timed(lambda: len(gzip.decompress(path.read_bytes())))

    def columns() -> None:
        state = split.Split()
        for chunks in split.batches(path, state):
            fast.table_fast(chunks, inline=state.inline)

    print(f"{count:,} citations; gunzip by isal {limit:,.0f}/s, by the standard library "
          f"{standard:,.0f}/s")  # fmt: skip
    told("pubmed_parser, to dicts", some, first, peer, limit)
    told("Biopython, Entrez.read", some, second, peer, limit)
    told("ours, to Arrow tables", count, timed(columns), peer, limit)
    whole = timed(lambda: part.make_part(path, folder / "a", folder / "b"))
    told("ours, a part: Parquet, and the XML kept", count, whole, peer, limit)
    for name, text in (("untagged words", WORDS), ("tagged words", TAGGED)):
        strategy = parse_strategy(text)
        seconds = timed(lambda s=strategy: grep(s, [path], processes=1))  # type: ignore[misc]
        told(f"ours, grep, {name}", count, seconds, peer, limit)
    return count


def parsed(path: str) -> int:
    """Read a file by pubmed_parser; return how many citations it holds."""
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(path))


def on_all_cores(path: Path, folder: Path, count: int) -> None:
    """Print how fast all cores import, to pubmed_parser in as many processes."""
    from paucity.literature.medline import import_files

    cores = os.cpu_count() or 1
    folder.mkdir()
    small, _ = sliced(path, folder)
    paths, slices = [], []
    for number in range(1, 2 * cores + 1):
        paths.append(folder / f"pubmed20n{number:04}.xml.gz")
        paths[-1].write_bytes(path.read_bytes())
        slices.append(str(small))
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(len, [""] * cores)
        start = time.perf_counter()
        peer = sum(pool.map(parsed, slices, chunksize=1)) / (time.perf_counter() - start)
    start = time.perf_counter()
    import_files(paths, folder / "store")
    ours = len(paths) * count / (time.perf_counter() - start)
    print(f"import by {cores} processes, their start included: {ours:,.0f} citations/s, "
          f"{ours / peer:.1f} x pubmed_parser in as many ({peer:,.0f}/s, to dicts)")  # fmt: skip


def enlarged(store: Store, copies: int) -> None:
    """Add copies of every citation to an index, with other numbers."""
    import numpy as np

    from paucity.literature.medline import index
    from paucity.literature.medline.live import live_rows
    from paucity.literature.medline.store import raw_folder

    writer = index._writer(store)  # noqa: SLF001
    for name, alive in live_rows(store).items():
        rows = np.flatnonzero(alive).tolist()
        for at in range(0, len(rows), index.STEP):
            some = index.documents_of(
                raw_folder(store.path) / f"{name}.parquet", 1, rows[at : at + index.STEP]
            )
            for copy in range(1, copies):
                for key, _, pmid, *rest in some:
                    number = copy + 1000
                    moved = (key + (number << index.ROW_BITS), number, pmid + copy * 10**9, *rest)
                    writer.add_document(index._made(moved))  # type: ignore[arg-type]  # noqa: SLF001
    writer.commit()
    writer.wait_merging_threads()


def searching(path: Path, folder: Path, wanted: int, count: int) -> None:
    """Print how long searches take."""
    from paucity.literature.medline import import_files
    from paucity.literature.medline.index import update_index
    from paucity.literature.medline.search import Searcher, search
    from paucity.literature.strategy import parse_strategy

    store = import_files([path], folder / "store", processes=1).store
    start = time.perf_counter()
    update_index(store)
    took = time.perf_counter() - start
    print(f"index of {count:,} citations: {took:.1f} s, {count / took:,.0f} citations/s")
    if wanted > count:
        enlarged(store, -(-wanted // count))
    searcher = Searcher(store)
    print(f"search of {searcher.total:,} citations, all identifiers, counts of each line:")
    for text in SEARCHES:
        strategy = parse_strategy(text)
        times = []
        for _ in range(7):
            start = time.perf_counter()
            hits = search(strategy, searcher)
            times.append((time.perf_counter() - start) * 1000)
        line = text.replace("\n", "; ")
        print(f"  {statistics.median(times):7.1f} ms  {len(hits.pmids):>8,} found  {line[:70]}")


def peak(path: str, folder: str, out: multiprocessing.Queue[float]) -> None:
    """Give the most memory that making a part takes, in MB (Linux; a process of its own)."""
    from paucity.literature.medline.part import make_part

    make_part(Path(path), Path(folder), Path(folder, "raw"))
    # Not `ru_maxrss`: a new process begins with that of the one it was made from.
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    out.put(next(int(x.split()[1]) / 1024 for x in status.splitlines() if x.startswith("VmHWM")))


def main() -> None:
    """Print all figures."""
    given = [Path(a) for a in sys.argv[1:] if not a.startswith("--")]
    path = given[0] if given else SHARED
    if not path.is_file():
        print(f"{path} is not here: give one of PubMed's files")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = reading(path, folder)
        (folder / "m" / "raw").mkdir(parents=True)
        context = multiprocessing.get_context("spawn")
        queue: multiprocessing.Queue[float] = context.Queue()
        process = context.Process(target=peak, args=(str(path), str(folder / "m"), queue))
        process.start()
        print(f"peak memory of a process that makes a part: {queue.get():,.0f} MB")
        process.join()
        on_all_cores(path, folder / "cores", count)
        searching(path, folder, 1_000_000 if "--million" in sys.argv else count, count)


if __name__ == "__main__":
    main()
