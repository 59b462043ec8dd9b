"""Citations are followed backward and forward, each work once, by a shortest way."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.literature.medline.support import article, packed

from paucity.cli import main
from paucity.literature import Record, Reference
from paucity.literature.chase import chase, library, work_of


def records(edges):
    """Return a record for each citing work of (citing, cited) pairs."""
    works = sorted({a for a, _ in edges})
    return [
        Record(pmid=str(w), references=tuple(Reference(pmid=str(b)) for a, b in edges if a == w))
        for w in works
    ]


def found(edges, *starts, **options):
    done = chase([f"pmid:{s}" for s in starts], library(records(edges)), **options)
    return {int(r.work[5:]): r.generation for r in done.reached}, done


CHAIN = [(1, 2), (2, 3), (4, 1), (5, 4), (6, 2)]


def test_by_hand():
    both, done = found(CHAIN, 1)
    assert both == {1: 0, 2: 1, 4: 1, 3: 2, 5: 2, 6: 2}
    assert done.complete
    assert next(r.path for r in done.reached if r.work == "pmid:6") == (
        "pmid:1",
        "pmid:2",
        "pmid:6",
    )
    assert next(r.how for r in done.reached if r.work == "pmid:6") == "citing"
    assert found(CHAIN, 1, direction="backward")[0] == {1: 0, 2: 1, 3: 2}
    assert found(CHAIN, 1, direction="forward")[0] == {1: 0, 4: 1, 5: 2}


def test_a_depth_ends_it_and_that_is_told():
    reached, done = found(CHAIN, 1, depth=1)
    assert (set(reached), done.complete) == ({1, 2, 4}, False)
    assert found(CHAIN, 1, depth=2)[1].complete


edges = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20)


@given(edges, st.integers(1, 8))
def test_generations_are_distances(pairs, start):
    """Held against distances by repeated squaring of nothing cleverer than a loop."""
    steps = {(a, b) for a, b in pairs if a != b}
    steps |= {(b, a) for a, b in steps}
    distance = {start: 0}
    for n in range(1, 9):
        for a, b in steps:
            if distance.get(a) == n - 1:
                distance.setdefault(b, n)
    reached, done = found(pairs, start)
    assert reached == distance
    assert done.complete
    for one in done.reached:
        assert len(one.path) == one.generation + 1
        assert len(set(one.path)) == len(one.path)


def test_a_work_is_one_by_pmid_and_by_doi():
    held = [
        Record(pmid="1", doi="10.1000/a", references=(Reference(doi="10.1000/B"),)),
        Record(pmid="2", doi="10.1000/b"),
        Record(pmid="3", references=(Reference(doi="10.1000/a"), Reference(citation="lost"))),
    ]
    corpus = library(held)
    done = chase(["doi:10.1000/a"], corpus)
    assert [(r.work, r.generation) for r in done.reached] == [
        ("pmid:1", 0), ("pmid:2", 1), ("pmid:3", 1)
    ]  # fmt: skip
    assert corpus.unnamed == 1
    assert work_of(Record(title="x")) == ""


def cited(*pmids):
    inner = "".join(
        "<Reference><Citation>C</Citation><ArticleIdList>"
        f"<ArticleId IdType='pubmed'>{p}</ArticleId></ArticleIdList></Reference>"
        for p in pmids
    )
    return f"<ReferenceList>{inner}</ReferenceList>"


@pytest.fixture
def files(tmp_path):
    pytest.importorskip("lxml")
    seeds = packed(tmp_path / "seeds.xml.gz", article(1, "Start", data=cited(2)))
    corpus = packed(
        tmp_path / "pubmed20n0001.xml.gz",
        article(2, "Older", data=cited(3)),
        article(4, "Newer", data=cited(1, 9)),
    )
    return seeds, corpus


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="paucity")


def test_the_command_follows_citations_in_exports_and_in_a_store(files, tmp_path):
    pytest.importorskip("tantivy")
    seeds, corpus = files
    plain = run("chase", seeds, corpus, "--format", "json")
    assert plain.exit_code == 0, plain.output
    told = json.loads(plain.output)
    assert {w["work"]: w["generation"] for w in told["works"]} == {
        "pmid:1": 0, "pmid:2": 1, "pmid:4": 1, "pmid:3": 2, "pmid:9": 2
    }  # fmt: skip
    assert (told["starts"], told["found"], told["complete"]) == (1, 4, True)
    made = run("medline", "import", corpus, "--into", tmp_path / "store", "--processes", 1)
    assert made.exit_code == 0, made.output
    stored = run("chase", seeds, tmp_path / "store", "--format", "json")
    assert json.loads(stored.output)["works"] == told["works"]
    text = run("chase", seeds, corpus, "--depth", 1)
    assert "1  pmid:4  citing pmid:1  Newer" in text.output
    assert "2 works reached from 1 report; more is to be reached beyond" in text.output


def test_seeds_without_identifiers_are_told(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - A case\nER  - \n")
    done = run("chase", tmp_path / "a.ris")
    assert done.exit_code == 2
    assert "PMID or DOI" in done.output
