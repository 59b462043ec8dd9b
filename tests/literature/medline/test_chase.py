"""Citations are followed backward and forward, each work once, by a shortest way."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.literature.medline.support import article, packed

from paucity.cli import main
from paucity.literature import Record, Reference, read_file
from paucity.literature.chase import chase, library, work_of
from paucity.literature.chased import found_records, unidentified_records
from paucity.literature.merge import merge_records


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


edges = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20)
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
    assert work_of(Record(title="x")) == ""
    (lost,) = unidentified_records(done, corpus)
    assert (lost.title, work_of(lost)) == ("[cited as] lost", "")
    assert lost.notes == ("Cited as: lost", "In the reference list of pmid:3")


def test_a_pmcid_names_a_work_too_and_two_steps_lead_to_its_pmid():
    held = [
        Record(pmid="1", pmcid="PMC9"),
        Record(pmid="2", references=(Reference(doi="10.1000/x", pmcid="PMC9"),)),
        Record(pmid="3", references=(Reference(doi="10.1000/X"),)),
        Record(pmid="4", references=(Reference(pmcid="PMC5"),)),
    ]
    corpus = library(held)
    assert corpus.citing(["pmid:1"]) == {"pmid:1": ("pmid:2", "pmid:3")}
    assert corpus.cites(["pmid:4"]) == {"pmid:4": ("pmc:PMC5",)}


def test_a_doi_that_two_works_are_given_stands_for_neither():
    held = [
        Record(pmid="1", doi="10.1000/a"),
        Record(pmid="2", doi="10.1000/a"),
        Record(pmid="3", references=(Reference(doi="10.1000/a"),)),
    ]
    assert library(held).cites(["pmid:3"]) == {"pmid:3": ("doi:10.1000/a",)}


def test_citations_in_a_circle_come_to_an_end():
    circle = [(1, 2), (2, 3), (3, 1), (3, 3)]
    for direction in ("backward", "forward", "both"):
        reached, done = found(circle, 1, direction=direction)
        assert (set(reached), done.complete) == ({1, 2, 3}, True)
    assert found(circle, 1, direction="backward", depth=1)[0] == {1: 0, 2: 1}
    assert not found(circle, 1, direction="backward", depth=1)[1].complete
    assert found(circle, 1, 2, 3, depth=1)[1].complete


@given(edges, st.integers(1, 8), st.integers(1, 4), st.sampled_from(["backward", "forward"]))
def test_a_depth_gives_the_first_generations_of_the_whole(pairs, start, depth, direction):
    whole, _ = found(pairs, start, direction=direction)
    part, done = found(pairs, start, direction=direction, depth=depth)
    assert part == {work: n for work, n in whole.items() if n <= depth}
    assert done.complete == (part == whole)


@given(edges, st.integers(1, 8), st.integers(1, 8))
def test_what_cites_a_work_is_what_leads_back_to_it(pairs, a, b):
    forward, _ = found(pairs, a, direction="forward")
    backward, _ = found(pairs, b, direction="backward")
    assert forward.get(b) == backward.get(a)


def test_a_work_known_only_from_reference_lists_is_kept_as_printed():
    held = [
        Record(pmid="1", references=(Reference(pmid="5"), Reference(doi="10.1000/b"))),
        Record(
            pmid="2",
            references=(
                Reference(pmid="5", citation="Oak O. Elm. Ann Ex. 1999.", title="Elm"),
                Reference(doi="10.1000/b", citation="Ash A. Book. 1990."),
                Reference(citation="Fir F. Thesis. 1980."),
            ),
        ),
        Record(pmid="3", references=(Reference(citation="FIR F.  Thesis. 1980."),)),
    ]
    corpus = library(held)
    done = chase(["pmid:1", "pmid:2", "pmid:3"], corpus, direction="backward")
    one, other = found_records(done, corpus)
    assert (one.title, one.doi, one.database) == (
        "[cited as] Ash A. Book. 1990.",
        "10.1000/b",
        "reference list",
    )
    assert (other.title, other.pmid) == ("[cited as] Elm", "5")
    assert other.notes == (
        "Cited as: Oak O. Elm. Ann Ex. 1999.",
        "In the reference list of pmid:1, pmid:2",
    )
    (lost,) = unidentified_records(done, corpus)
    assert lost.notes == (
        "Cited as: Fir F. Thesis. 1980.",
        "In the reference list of pmid:2, pmid:3",
    )
    forward = chase(["pmid:1"], corpus, direction="forward")
    assert unidentified_records(forward, corpus) == []
    # Lists beyond the depth were not gone through.
    chain = library([Record(pmid="8", references=(Reference(pmid="2"),)), *held])
    shallow = chase(["pmid:8"], chain, direction="backward", depth=1)
    assert unidentified_records(shallow, chain) == []


def test_a_checked_record_counts_more_than_what_a_list_prints():
    real = Record(title="Elm disease", doi="10.1000/b")
    listed = Record(title="[cited as] Elm", doi="10.1000/b", pmid="5", database="reference list")
    merged = merge_records([listed, real])
    assert (merged.title, merged.pmid, merged.database) == ("Elm disease", "5", "")


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


JATS = """<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "J.dtd">
<article article-type="research-article" xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<article-meta>{ids}<title-group><article-title>{title}</article-title></title-group>
</article-meta></front><back><ref-list>{references}</ref-list></back></article>"""
ELEMENT = """<ref id="r1"><label>1.</label><element-citation publication-type="journal">
<person-group person-group-type="author"><name><surname>Oak</surname><given-names>O</given-names>
</name><name><surname>Ash</surname><given-names>AB</given-names></name><etal/></person-group>
<article-title>Elm <italic>disease</italic></article-title><source>Ann Ex</source><year>1999</year>
<volume>7</volume><issue>2</issue><fpage>11</fpage><lpage>19</lpage>
<pub-id pub-id-type="doi">10.1000/B</pub-id><pub-id pub-id-type="pmid">2</pub-id>
</element-citation></ref>"""
MIXED = """<ref><mixed-citation>Fir F, <article-title>Larch</article-title>. <source>Ann</source>
1990; see <ext-link xlink:href="https://doi.org/10.1000/c">here</ext-link></mixed-citation></ref>"""
NUMBERED = """<ref>
<label>3</label><mixed-citation>a) Yew Y. One. 1970.</mixed-citation>
<mixed-citation>b) Yew Y. Two. 1971.
<pub-id pub-id-type="pmcid">PMC8</pub-id></mixed-citation></ref>
<ref><citation-alternatives><element-citation><article-title>Rowan</article-title>
<pub-id pub-id-type="pmid">6</pub-id></element-citation><mixed-citation>Box B. Rowan. 1960.
</mixed-citation></citation-alternatives></ref><ref><note><p>See the appendix.</p></note></ref>"""


UNFOLLOWED = (
    "without PMID, DOI and PMCID cannot be followed; --into and --format json keep what is printed"
)


def jats(path, references, title="A report", ids='<article-id pub-id-type="doi">10.1000/a'):
    text = JATS.format(ids=f"{ids}</article-id>", title=title, references=references)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_reference_list_of_jats(tmp_path):
    pytest.importorskip("lxml")
    (record,) = read_file(jats(tmp_path / "a.xml", ELEMENT + MIXED + NUMBERED)).records
    assert record.references == (
        Reference(
            "2",
            "10.1000/B",
            "Oak O, Ash AB, et al. Elm disease. Ann Ex. 1999;7(2):11-19.",
            title="Elm disease",
        ),
        Reference("", "10.1000/c", "Fir F, Larch. Ann 1990; see here", title="Larch"),
        Reference("", "", "a) Yew Y. One. 1970."),
        Reference("", "", "b) Yew Y. Two. 1971. PMC8", "PMC8"),
        Reference("6", "", "Box B. Rowan. 1960.", title="Rowan"),
        Reference("", "", "See the appendix."),
    )


def test_jats_is_followed_from_and_through(tmp_path):
    pytest.importorskip("lxml")
    seeds = jats(tmp_path / "seeds.xml", ELEMENT + NUMBERED)
    citing = jats(
        tmp_path / "corpus.nxml",
        '<ref><element-citation><pub-id pub-id-type="doi">10.1000/A</pub-id></element-citation>'
        "</ref>",
        "A later report",
        '<article-id pub-id-type="pmc">77',
    )
    cited = jats(tmp_path / "older.xml", MIXED, "Elm disease", '<article-id pub-id-type="pmid">2')
    text = run("chase", seeds, citing, cited).output.splitlines()
    assert text == [
        "1  pmc:PMC77  citing doi:10.1000/a  A later report",
        "1  pmc:PMC8  cited by doi:10.1000/a  [cited as] b) Yew Y. Two. 1971. PMC8",
        "1  pmid:2  cited by doi:10.1000/a  Elm disease",
        "1  pmid:6  cited by doi:10.1000/a  [cited as] Rowan",
        "2  doi:10.1000/c  cited by pmid:2  [cited as] Larch",
        "5 works reached from 1 report; nothing more is to be reached",
        f"2 cited works {UNFOLLOWED}",
    ]
    told = json.loads(run("chase", seeds, citing, cited, "--format", "json").output)
    assert [w["printed_only"] for w in told["works"] if w["generation"]] == [
        False, True, False, True, True
    ]  # fmt: skip
    assert [w["title"] for w in told["unidentified_works"]] == [
        "[cited as] a) Yew Y. One. 1970.",
        "[cited as] See the appendix.",
    ]
    assert told["unidentified_works"][0]["notes"][1] == "In the reference list of doi:10.1000/a"


def test_a_store_knows_works_by_doi_and_pmcid(tmp_path):
    """PubMed's lists give some works by DOI or PMCID alone, and seeds may have no PMID."""
    pytest.importorskip("tantivy")
    ids = "<ArticleIdList><ArticleId IdType='{}'>{}</ArticleId></ArticleIdList>"
    by_doi = f"<Reference><Citation>D</Citation>{ids.format('doi', '10.1000/Older')}</Reference>"
    by_pmc = f"<Reference><Citation>P</Citation>{ids.format('pmc', 'PMC44')}</Reference>"
    nameless = "<Reference><Citation>Fir F. Thesis. 1980.</Citation></Reference>"
    corpus = packed(
        tmp_path / "pubmed20n0001.xml.gz",
        article(2, "Start", data=ids.format("doi", "10.1000/A") + "<ReferenceList>"
                + by_doi + by_pmc + nameless + "</ReferenceList>"),
        article(3, "Older", data=ids.format("doi", "10.1000/older")),
        article(4, "Open", data=ids.format("pmc", "PMC44")),
        article(5, "Newer", data=cited(2)),
    )  # fmt: skip
    store = tmp_path / "store"
    assert run("medline", "import", corpus, "--into", store, "--processes", 1).exit_code == 0
    seeds = tmp_path / "seeds.ris"
    seeds.write_text("TY  - JOUR\nTI  - Start\nDO  - 10.1000/a\nER  - \n")
    done = run("chase", seeds, store)
    assert done.output.splitlines() == [
        "1  pmid:3  cited by pmid:2  Older",
        "1  pmid:4  cited by pmid:2  Open",
        "1  pmid:5  citing pmid:2  Newer",
        "3 works reached from 1 report; nothing more is to be reached",
        f"1 cited work {UNFOLLOWED}",
    ]
    assert run("chase", seeds, corpus).output == done.output
    seeds.write_text("TY  - JOUR\nTI  - Start\nAN  - 2\nDB  - PubMed\nER  - \n")
    assert run("chase", seeds, store).output == done.output


def test_a_seed_that_the_store_names_otherwise_keeps_its_own_list(tmp_path):
    pytest.importorskip("tantivy")
    ids = "<ArticleIdList><ArticleId IdType='doi'>10.1000/A</ArticleId></ArticleIdList>"
    corpus = packed(tmp_path / "pubmed20n0001.xml.gz", article(7, "A report", data=ids))
    store = tmp_path / "store"
    assert run("medline", "import", corpus, "--into", store, "--processes", 1).exit_code == 0
    seeds = jats(tmp_path / "seeds.xml", ELEMENT + NUMBERED)
    assert run("chase", seeds, store).output.splitlines() == [
        "1  pmc:PMC8  cited by pmid:7  [cited as] b) Yew Y. Two. 1971. PMC8",
        "1  pmid:2  cited by pmid:7  [cited as] Elm disease",
        "1  pmid:6  cited by pmid:7  [cited as] Rowan",
        "3 works reached from 1 report; nothing more is to be reached",
        f"2 cited works {UNFOLLOWED}",
    ]
    zeros = tmp_path / "zeros.nbib"
    zeros.write_text("PMID- 0007\nTI  - A report\n\n")
    assert run("chase", zeros, store).exit_code == 0


def test_seeds_without_reference_lists_and_no_corpus_are_told(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - A case\nDO  - 10.1000/a\nER  - \n")
    done = run("chase", tmp_path / "a.ris")
    assert done.exit_code == 0
    assert "no report in SEEDS has a reference list and no CORPUS is given" in done.output


def test_seeds_without_identifiers_are_told(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - A case\nER  - \n")
    done = run("chase", tmp_path / "a.ris")
    assert done.exit_code == 2
    assert "no report in it has a PMID, DOI or PMCID" in done.output
