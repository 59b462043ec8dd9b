"""Exports of gigabytes: read in bounded memory, or refused in one line before memory is short."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs limits of a POSIX system"),
]

SIZE = 1_000_000_000
RIS = (
    "TY  - JOUR\nTI  - Case {n} of elm disease\nAU  - Oak, O{n}\nPY  - 2001\nJO  - J Elm\n"
    "AN  - {n}\nAB  - {words}\nER  - \n\n"
)
NBIB = (
    "PMID- {n}\nTI  - Case {n} of elm disease\nFAU - Oak, O{n}\nDP  - 2001\nJT  - J Elm\n"
    "AB  - {words}\n\n"
)
FORMS = {"ris": RIS, "nbib": NBIB}
WORDS = "the tree had been treated with salvage therapy " * 40

MEASURED = """
import resource, subprocess, sys
limit = int(sys.argv[1])
def small():
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
done = subprocess.run([sys.executable, *sys.argv[2:]], preexec_fn=small)
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""
COMMAND = "import sys; from paucity.cli import main; main(sys.argv[1:])"
STREAM = """
import sys
from pathlib import Path
from paucity.literature.draft import Reading
from paucity.literature.read import stream_file
reading = Reading("big")
print(sum(1 for _ in stream_file(Path(sys.argv[1]), reading)), len(reading.findings))
"""


def measured(*call: object, limit: int = 0) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run Python; return what it did and the peak of its largest process in MB."""
    line = [sys.executable, "-c", MEASURED, limit, "-c", *call]
    done = subprocess.run(list(map(str, line)), capture_output=True, text=True, check=False)
    peak = int(done.stderr.rpartition("peak ")[2])
    return done, peak * (1 if sys.platform == "darwin" else 1024) / 1e6


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with room for what is made in it, and remove it afterwards."""
    if shutil.disk_usage(tmp_path).free < 12_000_000_000:
        pytest.skip("needs 12 GB of free disk")
    yield tmp_path
    shutil.rmtree(tmp_path)


def big(folder: Path, form: str) -> tuple[Path, int]:
    """Write an export of a gigabyte; return it and how many records it has."""
    path, count = folder / f"big.{form}", 0
    with path.open("w", encoding="utf-8") as out:
        while out.tell() < SIZE:
            for _ in range(10_000):
                count += 1
                out.write(FORMS[form].format(n=count, words=WORDS))
    return path, count


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_a_gigabyte_is_streamed_in_little_memory(room: Path, form: str) -> None:
    path, count = big(room, form)
    done, peak = measured(STREAM, path, limit=400_000_000)
    assert done.stdout.split() == [str(count), "0"], done.stderr
    print(f"{form}: {count} records, peak {peak:.0f} MB")  # noqa: T201
    assert peak < 100


@pytest.mark.parametrize("form", FORMS)
def test_what_does_not_fit_is_refused_before_memory_is_short(room: Path, form: str) -> None:
    path, _ = big(room, form)
    limit = 2_000_000_000
    done, peak = measured(COMMAND, "records", path, "--out", room / "out", limit=limit)
    print(f"{form}: refused at {peak:.0f} MB")  # noqa: T201
    assert done.returncode == 2, done.stderr
    assert "do not fit into the memory of this machine" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (room / "out").exists()
    assert peak < limit / 1e6 / 2


def citation(n: int) -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{n}</PMID><Article><Journal>'
        "<JournalIssue><PubDate><Year>2001</Year></PubDate></JournalIssue><Title>J Elm</Title>"
        f"</Journal><ArticleTitle>Case {n} of elm disease</ArticleTitle><Abstract><AbstractText>"
        f"{WORDS * 4}</AbstractText></Abstract><AuthorList><Author><LastName>Oak</LastName>"
        f"<ForeName>O{n}</ForeName></Author></AuthorList><Language>eng</Language></Article>"
        "<MeshHeadingList><MeshHeading><DescriptorName>Salvage Therapy</DescriptorName>"
        "</MeshHeading></MeshHeadingList></MedlineCitation></PubmedArticle>\n"
    )


def big_xml(path: Path) -> int:
    """Write a file of PubMed that unpacks to 3 GB; return how many citations it has."""
    count = size = 0
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(b"<PubmedArticleSet>\n")
        while size < 3 * SIZE:
            block = "".join(citation(count + i) for i in range(1, 10_001)).encode()
            count += 10_000
            size += out.write(block)
        out.write(b"</PubmedArticleSet>\n")
    return count


STATED = 1_200
"""MB that a process takes at most, as docs/howto/medline.md states it."""


def test_a_pubmed_file_of_three_gigabytes_takes_the_memory_that_is_stated(room: Path) -> None:
    pytest.importorskip("tantivy")
    pytest.importorskip("xml2arrow")
    path, strategy = room / "pubmed26n0001.xml.gz", room / "strategy.txt"
    count = big_xml(path)
    strategy.write_text('#1 "case 7777 of elm disease"[ti]\n', "utf-8")
    done, peak = measured(COMMAND, "grep", strategy, path)
    print(f"grep: peak {peak:.0f} MB\n{done.stdout}{done.stderr}")  # noqa: T201
    assert "7777\t2001\tCase 7777 of elm disease\n" in done.stdout
    assert peak < STATED
    done, peak = measured(COMMAND, "medline", "import", path, "--into", room / "store")
    print(f"import: peak {peak:.0f} MB\n{done.stdout}{done.stderr[-200:]}")  # noqa: T201
    assert f"1 file read, {count:,} citations" in done.stdout
    assert peak < STATED
    stated = Path(__file__).parents[2] / "docs/howto/medline.md"
    assert f"{STATED:,} MB" in stated.read_text("utf-8")
