"""The commands tell what happened, in one line where something is wrong."""

import json
import pickle
import sys

import pytest
from click.testing import CliRunner
from tests.literature.medline.support import article, packed

from paucity.cli import main
from paucity.literature import read_file
from paucity.literature.medline.store import locked

pytest.importorskip("tantivy")
pytest.importorskip("xml2arrow")


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="paucity")


@pytest.fixture
def place(tmp_path):
    packed(
        tmp_path / "pubmed20n0001.xml.gz", article(2, "Fever in HLH"), article(1, "Salvage of HLH")
    )
    (tmp_path / "strategy.txt").write_text("#1 hlh[ti]\n#2 #1 AND salvag*[ti]\n")
    return tmp_path


def test_import_search_and_grep(place):
    done = run("medline", "import", place / "pubmed20n0001.xml.gz", "--into", place / "store")
    assert done.exit_code == 0, done.output
    assert "1 file read, 2 citations" in done.output
    found = run("medline", "search", place / "store", place / "strategy.txt")
    assert found.output.splitlines()[:2] == ["#1   2  hlh[ti]", "#2   1  #1 AND salvag*[ti]"]
    assert "1 of 2 citations found" in found.output
    ids = run("medline", "search", place / "store", place / "strategy.txt", "--ids")
    assert ids.output == "1\n"
    told = json.loads(
        run("medline", "search", place / "store", place / "strategy.txt", "--format", "json").output
    )
    assert told["found"] == [1]
    assert told["lines"][0] == {"number": 1, "found": 2, "undecided": 0}
    grepped = run("grep", place / "strategy.txt", place / "pubmed20n0001.xml.gz")
    assert grepped.output.splitlines()[0] == "1\t2001\tSalvage of HLH"
    again = run("medline", "import", place / "pubmed20n0001.xml.gz", "--into", place / "store")
    assert "0 files read, 0 citations, 1 file known already" in again.output


@pytest.mark.parametrize("name", ["out.ris", "out.nbib", "out.csv"])
def test_what_is_found_is_written(place, name):
    run("medline", "import", place / "pubmed20n0001.xml.gz", "--into", place / "store")
    done = run("medline", "search", place / "store", place / "strategy.txt", "--out", place / name)
    assert done.exit_code == 0, done.output
    assert [(r.pmid, r.title) for r in read_file(place / name).records] == [("1", "Salvage of HLH")]


def test_what_is_wrong_is_told_in_one_line(place):
    file = place / "pubmed20n0001.xml.gz"
    none = run("medline", "search", place, place / "strategy.txt")
    assert (none.exit_code, "there is no store" in none.output) == (2, True)
    busy = place / "store"
    with locked(busy):
        held = run("medline", "import", file, "--into", busy)
    assert (held.exit_code, "another import" in held.output) == (2, True)
    twice = run("medline", "import", file, file, "--into", busy)
    assert (twice.exit_code, "given twice" in twice.output) == (2, True)
    assert run("medline", "import", file, "--into", busy, "--no-index").exit_code == 0
    half = run("medline", "search", busy, place / "strategy.txt")
    assert (half.exit_code, "not complete" in half.output) == (2, True)
    assert run("medline", "import", "--into", busy).exit_code == 0
    assert run("medline", "search", busy, place / "strategy.txt").exit_code == 0
    bad = run("medline", "search", busy, place / "strategy.txt", "--out", place / "x.doc")
    assert (bad.exit_code, ".ris, .nbib or .csv" in bad.output) == (2, True)
    file.write_bytes(file.read_bytes()[:-9])
    damaged = run("grep", place / "strategy.txt", file)
    assert (damaged.exit_code, "medline-incomplete" in damaged.output) == (1, True)
    broken = run("medline", "import", file, "--into", place / "new")
    assert (broken.exit_code, "medline-incomplete" in broken.output) == (1, True)
    (busy / "manifest.json").write_text("{")
    assert "cannot be read" in run("medline", "search", busy, place / "strategy.txt").output


def test_a_library_that_is_missing_is_one_line(place, monkeypatch):
    from paucity.literature.markup import MissingLibraryError
    from paucity.literature.medline import grep

    def missing(*_, **__):
        raise pickle.loads(pickle.dumps(MissingLibraryError("lxml", "reading XML")))  # noqa: S301

    monkeypatch.setattr(grep, "grep", missing)
    done = run("grep", place / "strategy.txt", place / "pubmed20n0001.xml.gz")
    assert done.exit_code == 2
    assert done.stderr == "Error: reading XML needs lxml: pip install 'paucity[literature]'\n"


def test_a_missing_library_is_told_with_the_extra_that_brings_it_here(place, monkeypatch):
    for library in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, library, None)
    done = run("medline", "import", place / "pubmed20n0001.xml.gz", "--into", place / "store")
    assert done.exit_code == 2
    assert "pyarrow" in done.output
    assert "pip install 'paucity[medline]'" in done.output


def test_a_strategy_that_is_not_read_as_meant_is_told_of(place):
    file = place / "pubmed20n0001.xml.gz"
    (place / "bad.txt").write_text("hlh[tibb] or mas[ti]\n")
    assert run("medline", "import", file, "--into", place / "store").exit_code == 0
    for command in (
        ("medline", "search", place / "store", place / "bad.txt", "--ids"),
        ("grep", place / "bad.txt", file),
        ("strategy", "run", place / "bad.txt", file, "--ids"),
        ("strategy", "explain", place / "bad.txt"),
        ("strategy", "translate", place / "bad.txt", "--to", "ovid"),
    ):
        done = run(*command)
        assert done.exit_code == 0
        assert "bad.txt:1:4: error [strategy-tag-unknown]" in done.stderr
        assert "1 warning; see `paucity strategy lint" in done.stderr
        assert "tag-unknown" not in done.stdout


def test_what_is_given_in_the_wrong_place_is_told(place):
    file = place / "pubmed20n0001.xml.gz"
    none = run("medline", "import", "--into", place / "store")
    assert (none.exit_code, "give the files to import" in none.output) == (2, True)
    assert not (place / "store").exists()
    assert run("medline", "import", file, "--into", place / "store").exit_code == 0
    turned = run("grep", place / "store", place / "strategy.txt")
    assert (turned.exit_code, "order of the arguments" in turned.output) == (2, True)
    gone = run("medline", "search", place / "store", place / "gone.txt")
    assert (gone.exit_code, "there is no such file" in gone.output) == (2, True)
    (place / "supp.xml").write_text("<a><SupplementalRecord/></a>")
    other = run(
        "medline", "search", place / "store", place / "strategy.txt", "--mesh", place / "supp.xml"
    )
    assert (other.exit_code, "take desc20xx.xml" in other.output) == (2, True)
