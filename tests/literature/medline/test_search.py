"""The index and the search without one find what the reference evaluator finds."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.literature import searched
from tests.literature.medline.support import article, deletions, of_record, packed

pytest.importorskip("tantivy")
pytest.importorskip("xml2arrow")

from paucity.literature import read_bytes
from paucity.literature.medline import import_files
from paucity.literature.medline.candidates import candidates
from paucity.literature.medline.grep import grep
from paucity.literature.medline.index import update_index
from paucity.literature.medline.prefilter import need
from paucity.literature.medline.search import Searcher, search
from paucity.literature.strategy import (
    Field,
    Filter,
    LineRef,
    Near,
    Not,
    Strategy,
    Term,
    parse_strategy,
    run,
)
from paucity.literature.strategy.evaluate import Given, matches
from paucity.literature.strategy.nodes import Line
from paucity.literature.strategy.words import tokens

COUNT = 400


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return made-up records as read from a file, and the index of a store of them."""
    folder = tmp_path_factory.mktemp("medline")
    made = sampled()
    path = packed(
        folder / "pubmed20n0001.xml.gz", *(of_record(i + 1, r) for i, r in enumerate(made))
    )
    records = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records
    assert len(records) == COUNT
    store = import_files([path], folder / "store", processes=1).store
    assert update_index(store, processes=1) == COUNT
    return records, Searcher(store), path


def sampled():
    """Return records drawn from the strategy of records, the same each time."""
    held = []

    @settings(
        max_examples=COUNT * 4,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(searched.records)
    def draw(record):
        held.append(record)

    draw()
    distinct = list(dict.fromkeys(held))
    while len(distinct) < COUNT:
        distinct += distinct
    return distinct[:COUNT]


short = st.sampled_from(
    (
        Term("fev*"), Term("k"), Term("jk"), Term("abe jk"), Term("s ito", phrase=True),
        Term("abe*", Field.AUTHOR), Term("a?e j*", Field.AUTHOR), Term("abe", Field.AUTHOR),
        Term("abe jk", Field.AUTHOR, phrase=True), Term("j k abe", Field.FULL_AUTHOR),
        Term("ito s", Field.LAST_AUTHOR), Term("feve* salv*", Field.TITLE_ABSTRACT),
        Term("f?ver t#erapy", Field.TITLE), Term("s*", Field.TITLE), Term("* fever", Field.TITLE),
        Term("and or", Field.TITLE), Term("-", Field.TITLE), Term("naive", Field.TITLE),
        Term("tnf$5", Field.ABSTRACT), Term("journal article"), Term("7", Field.PMID),
        Term("1*", Field.PMID), Term("fever", Field.PHARMACOLOGICAL_ACTION), Filter("all"),
        Filter("free full text"), Filter("haskeyword"), Filter("english"), Filter("casereports"),
        Near((("fever", "ther*"), ("child",), ("salvage",)), 2, Field.ALL),
    )
)  # fmt: skip
trees = searched.trees(st.one_of(searched.leaves, short))


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(trees, trees)
def test_the_index_finds_what_the_reference_finds(world, a, b):
    records, searcher, _ = world
    strategy = Strategy((Line(1, a, ""), Line(2, b, ""), Line(3, Not(LineRef(1), LineRef(2)), "")))
    expected = run(strategy, records)
    hits = search(strategy, searcher)
    assert [(x.number, x.found, x.undecided) for x in hits.lines] == [
        (f.number, len(f.matched), len(f.undecided)) for f in expected
    ]
    assert [str(p) for p in hits.pmids] == [records[i].pmid for i in expected[-1].matched]
    assert [str(p) for p in hits.undecided] == [records[i].pmid for i in expected[-1].undecided]


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(trees)
def test_passing_over_by_bytes_loses_nothing(world, tree):
    records, _, _ = world
    some = records[:60]
    chunks = [of_record(r.pmid, r).encode().strip() for r in some]
    kept = set(candidates(need(tree), chunks))
    strategy = Strategy((Line(1, tree, ""),))
    assert [
        i for i, r in enumerate(some) if matches(strategy, r) is not False and i not in kept
    ] == []


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("H<sub>2</sub>O", "h2o[ti]"),
        ("TNF-&#945; and TNF&#x3b1;", "tnfalpha[ti]"),
        ("na&#239;ve cells", "naive[ti]"),
        ("na\u00efve cells", '"naive cells"[ti]'),
        ("e\u0301tude", "etude[ti]"),
        ("sal<i>va</i>ge", "salvage"),
        ("x &lt;i&gt;anti&lt;/i&gt;body", "antibody[ti]"),
        (
            '<mml:math xmlns:mml="m"><mml:mi a="&gt;">h</mml:mi><mml:mi>l</mml:mi></mml:math>h',
            "hlh",
        ),
        ("p &lt; 0.05 &amp; fever", "fever[ti]"),
        ("TNF&alpha;", "tnfalpha[ti]"),
        ("f<!-- c -->ever", "fever[ti]"),
        ("<![CDATA[fe]]>ver", "fever[ti]"),
        ("\uff26ever", "fever[ti]"),
        ("Fie&#8202;ber", "ber[ti]"),
    ],
)
def test_words_are_found_however_they_are_written(tmp_path, title, query):
    path = packed(tmp_path / "a.xml.gz", of_record(1, read_one()).replace("TITLE", title))
    record = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records[0]
    strategy = parse_strategy(query)
    assert matches(strategy, record) is True  # so says the reference
    assert [r.pmid for r in grep(strategy, [path]).records] == ["1"]


def read_one():
    from paucity.literature.record import Person, Record

    return Record(title="TITLE", authors=(Person("Gates", "Henry L. Hubert"),))


def test_initials_are_found_among_given_names(tmp_path):
    path = packed(tmp_path / "a.xml.gz", of_record(1, read_one()))
    assert grep(parse_strategy("hlh"), [path]).read == 1
    assert len(grep(parse_strategy("hlh"), [path]).records) == 1
    assert grep(parse_strategy("hhl"), [path]).read == 0
    assert grep(parse_strategy("hlh[tiab]"), [path]).read == 0


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        "aeE1\u00e9\u0301\u0308\ufb01\u00df\u00c6\u00b5\u03b1\u00bd\uff26\u0416\u2009\u00b7 -'",
        max_size=14,
    )
)
def test_words_beyond_ascii_are_not_passed_over(title):
    record = replace(read_one(), title=f"Of {title} so")
    chunk = of_record(1, record).encode().strip()
    for word in tokens(record.title):
        term = Term(word, Field.TITLE)
        if matches(Strategy((Line(1, term, ""),)), record):
            assert {1, 2} <= set(candidates(need(term), [b"<PubmedArticle/>", chunk, chunk]))


@pytest.mark.parametrize("word", ["jk", "jak", "jkl", "j", "k", "jk*", "j*", "kj", "gates", "ae"])
@pytest.mark.parametrize(
    "given",
    [
        "John Kay", "J K", "J. K.", "JK", "J-K", "J&amp;K", "J &amp; K L", "\u00c9. A.", "J\u2010K",
        "\u0416. \u041a.", "j k l", "J<sup>a</sup> K", "", "MAJKL", "\u00c6 E", "O'K", "J_K",
    ],
)  # fmt: skip
def test_initials_are_the_reference_s_whatever_a_name_is_made_of(tmp_path, given, word):
    for tag in ("ForeName", "Initials"):
        name = f"<{tag}>{given}</{tag}><LastName>Gates</LastName>"
        text = article(
            1,
            "Fever",
            inside=f"<AuthorList><Author>{name}</Author></AuthorList><Language>eng</Language>",
        )
        path = packed(tmp_path / "a.xml.gz", text)
        records = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records
        strategy = parse_strategy(word)
        found = [r.pmid for r in grep(strategy, [path]).records]
        assert found == ["1"] * (matches(strategy, records[0]) is True)


def test_a_later_file_replaces_and_withdraws_without_an_import(tmp_path):

    old = packed(
        tmp_path / "pubmed20n0001.xml.gz",
        article(1, "Fever"),
        article(2, "Fever"),
        article(3, "Fever"),
    )
    new = packed(tmp_path / "pubmed20n0002.xml.gz", article(2, "Cough"), deletions(3))
    found = grep(parse_strategy("fever[ti]"), [new, old], processes=1)
    assert [r.pmid for r in found.records] == ["1"]
    assert found.seen == 4


def test_a_review_s_strategy_is_run_line_by_line(world):
    records, searcher, _ = world
    strategy = parse_strategy(
        "#1 fever[ti]\n#2 therapy OR salvage\n#3 #1 AND #2\n#4 #3 AND english[la]"
    )
    hits = search(strategy, searcher, Given())
    assert [(x.found, x.undecided) for x in hits.lines] == [
        (len(f.matched), len(f.undecided)) for f in run(strategy, records)
    ]
