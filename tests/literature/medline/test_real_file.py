"""The strategy of the bundled review runs over one of NLM's own files, three ways alike."""

import gzip
from dataclasses import replace

import pytest
from tests.literature.support import shared

pytest.importorskip("tantivy")
pytest.importorskip("xml2arrow")

from paucity.literature import read_bytes
from paucity.literature.medline import import_files
from paucity.literature.medline.grep import grep
from paucity.literature.medline.index import update_index
from paucity.literature.medline.search import Searcher, search
from paucity.literature.strategy import run
from paucity.literature.strategy.stated import read_stated
from paucity.review import bundled_review, load_review

pytestmark = pytest.mark.slow


def test_index_files_and_reference_find_the_same(tmp_path):
    path = shared("data/exports/pubmed/pubmed20n0014.xml.gz")
    root = bundled_review("hlh-salvage")
    loaded = load_review(root)
    (stated,), _ = read_stated(root, loaded.protocol.searches, loaded.texts)
    strategy = stated.strategy
    records = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records
    expected = run(strategy, records)
    store = import_files([path], tmp_path / "store", processes=1).store
    assert update_index(store, processes=1) == len(records) == 30_000
    searcher = Searcher(store)
    hits = search(strategy, searcher)
    assert [(x.found, x.undecided) for x in hits.lines] == [
        (len(f.matched), len(f.undecided)) for f in expected
    ]
    # The citations are of 1976 to 1980, and the strategy asks for 2000 and later. So each line is
    # taken as the last one, for its PMIDs to be compared.
    assert hits.pmids == ()
    for n, found in enumerate(expected, 1):
        part = replace(strategy, lines=strategy.lines[:n])
        pmids = sorted(int(records[i].pmid) for i in found.matched)
        assert list(search(part, searcher).pmids) == pmids
        assert sorted(int(r.pmid) for r in grep(part, [path], processes=1).records) == pmids
    assert len(expected[1].matched) > 5_000
    assert [len(f.matched) > 0 for f in expected] == [True, True, True, True, False]
