"""Files become parts: the same by either path, nothing taken in silence, nothing lost."""

import gzip
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.literature.medline.support import article, deletions, document, packed
from tests.literature.support import shared

pytest.importorskip("tantivy")
pytest.importorskip("xml2arrow")

from pyarrow import parquet

from paucity.literature import read_bytes
from paucity.literature.medline import StoreError, import_files, open_store
from paucity.literature.medline import importing as module
from paucity.literature.medline.fast import table_fast
from paucity.literature.medline.index import update_index
from paucity.literature.medline.live import live_rows
from paucity.literature.medline.part import keys_of, make_part
from paucity.literature.medline.reference import records_of, table_of
from paucity.literature.medline.search import Searcher, search
from paucity.literature.medline.split import IncompleteError, Split, UnusualError, batches, walked
from paucity.literature.medline.store import columns_folder, locked
from paucity.literature.strategy import parse_strategy

HOSTILE = (
    article(1, "H<sub>2</sub>O  and\n <i>in</i> <b>vivo</b> &amp; &lt;i&gt;"),
    article(2, 'x<mml:math xmlns:mml="m"><mml:mi>y</mml:mi></mml:math>z'),
    article(
        3,
        "Labels",
        inside="<Abstract><AbstractText Label='AIM'>To see\u2009it.</AbstractText>"
        "<AbstractText Label='UNLABELLED'>Plain</AbstractText><AbstractText>last</AbstractText>"
        "<CopyrightInformation>(c)</CopyrightInformation></Abstract>"
        "<AuthorList><Author><LastName>Abe</LastName><ForeName>J  K</ForeName>"
        "<Suffix>Jr</Suffix></Author><Author><CollectiveName>The <i>Group</i></CollectiveName>"
        "</Author><Author><LastName>Ito</LastName><Initials>S</Initials></Author></AuthorList>"
        "<Language>eng</Language><ELocationID EIdType='pii'>S1</ELocationID>"
        "<ELocationID EIdType='doi'>10.1/a</ELocationID><Language>fre</Language>"
        "<Language>eng</Language><VernacularTitle>Un cas</VernacularTitle>"
        "<Pagination><StartPage>94</StartPage><EndPage>103</EndPage></Pagination>"
        "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>"
        "<AccessionNumberList><AccessionNumber>NCT01104025</AccessionNumber>"
        "<AccessionNumber>NCT01104025</AccessionNumber></AccessionNumberList></DataBank>"
        "</DataBankList>"
        "<PublicationTypeList><PublicationType>Case Reports</PublicationType>"
        "</PublicationTypeList>",
        extra="<MeshHeadingList><MeshHeading>"
        "<DescriptorName MajorTopicYN='N'>Fever</DescriptorName>"
        "<QualifierName MajorTopicYN='Y'>drug therapy</QualifierName></MeshHeading>"
        "<MeshHeading><DescriptorName MajorTopicYN='Y'>Child</DescriptorName></MeshHeading>"
        "</MeshHeadingList>"
        "<KeywordList Owner='A'><Keyword MajorTopicYN='Y'>one</Keyword></KeywordList>"
        "<KeywordList Owner='B'><Keyword MajorTopicYN='N'>two</Keyword><Keyword/></KeywordList>"
        "<CommentsCorrectionsList>"
        "<CommentsCorrections RefType='ErratumIn'><RefSource>J. 2</RefSource>"
        "<PMID Version='1'>9</PMID></CommentsCorrections><CommentsCorrections RefType='Cites'>"
        "<RefSource>K</RefSource><PMID>8</PMID></CommentsCorrections></CommentsCorrectionsList>",
        data="<ArticleIdList><ArticleId IdType='pubmed'>3</ArticleId>"
        "<ArticleId IdType='doi'>10.1/b</ArticleId><ArticleId IdType='pmc'>PMC5</ArticleId>"
        "</ArticleIdList><ReferenceList><Reference><Citation>C</Citation><ArticleIdList>"
        "<ArticleId IdType='pubmed'>7</ArticleId><ArticleId IdType='doi'>10.2/c</ArticleId>"
        "</ArticleIdList></Reference><ReferenceList><Reference><ArticleIdList>"
        "<ArticleId IdType='pubmed'>6</ArticleId></ArticleIdList></Reference></ReferenceList>"
        "</ReferenceList>",
    ),
    article(4, "Season").replace("<Month>Mar</Month>", "<Season>Spring</Season>"),
    article(5, "Span").replace(
        "<Year>2001</Year><Month>Mar</Month>", "<MedlineDate>1998 Dec-1999 Jan</MedlineDate>"
    ),
    article(6, ""),
    article(7, "Second", version=2),
    article(
        8,
        "Editors",
        inside="<AuthorList Type='editors'><Author><LastName>Oe</LastName></Author></AuthorList>",
    ),
    (
        "<PubmedBookArticle><BookDocument><PMID Version='1'>9</PMID><Book><Publisher>"
        "<PublisherName>P</PublisherName></Publisher><BookTitle>Reviews</BookTitle><PubDate>"
        "<Year>1993</Year></PubDate></Book><ArticleTitle>Chapter</ArticleTitle>"
        "<Language>eng</Language></BookDocument></PubmedBookArticle>"
    ),
    article(10, "tab\tand\u00a0no-break\u3000space \U0001d6fc"),
)  # fmt: skip


def chunks_of(path):
    return [chunk for batch in batches(path, Split()) for chunk in batch]


def same(chunks):
    fast, plain = table_fast(chunks), table_of(chunks)
    differing = [
        (name, a, b)
        for name in plain.column_names
        for a, b in zip(fast[name].to_pylist(), plain[name].to_pylist(), strict=True)
        if a != b
    ]
    assert differing == []
    assert fast.schema == plain.schema


def test_both_paths_read_the_same_from_hostile_citations(tmp_path):
    chunks = chunks_of(packed(tmp_path / "a.xml.gz", *HOSTILE))
    assert len(chunks) == 10
    same(chunks)
    for chunk in chunks:
        same([chunk])


def test_what_a_row_holds(tmp_path):
    """By hand from the XML above."""
    rows = table_fast(chunks_of(packed(tmp_path / "a.xml.gz", *HOSTILE))).to_pylist()
    assert rows[0]["title"] == "H2O and in vivo & <i>"
    assert rows[1]["title"] == "xyz"
    third = rows[2]
    assert third["abstract"] == "AIM: To see it. Plain last"
    assert third["authors"] == [
        {"family": "Abe", "given": "J K", "suffix": "Jr", "collective": False},
        {"family": "The Group", "given": "", "suffix": "", "collective": True},
        {"family": "Ito", "given": "S", "suffix": "", "collective": False},
    ]
    assert third["languages"] == ["eng", "fre"]
    assert third["pages"] == "94-103"
    assert third["registrations"] == ["NCT01104025"]
    assert third["mesh"] == ["Fever/*drug therapy", "*Child"]
    assert third["keywords"] == ["*one", "two"]
    assert third["corrections"] == [{"kind": "ErratumIn", "pmid": "9", "citation": "J. 2"}]
    assert third["references"] == ["8", "7", "6"]
    assert (third["doi"], third["pmcid"], third["revised"]) == ("10.1/a", "PMC5", "2019-12-10")
    assert [(r["year"], r["date"]) for r in rows[2:5]] == [
        (2001, "2001-03"),
        (2001, ""),
        (1998, ""),
    ]
    assert (rows[6]["pmid"], rows[6]["version"]) == (7, 2)
    assert (rows[8]["kind"], rows[8]["journal"], rows[8]["year"]) == ("chapter", "Reviews", 1993)


def test_both_paths_read_the_same_from_real_citations():
    seen = 0
    for name in ("pubmedsample18n0001.xml.gz", "pubmed20n0014.xml.gz"):
        for chunks in batches(shared(f"data/exports/pubmed/{name}"), Split()):
            some = chunks[:400]
            same(some)
            seen += len(some)
            if seen > 1500:
                break
    assert seen > 1500


@pytest.mark.slow
def test_both_paths_read_the_same_from_every_real_citation():
    for name in ("pubmedsample18n0001.xml.gz", "pubmed20n0014.xml.gz"):
        for chunks in batches(shared(f"data/exports/pubmed/{name}"), Split()):
            same(chunks)


texts = st.text(
    st.one_of(
        st.sampled_from("ab  \n\t\u00a0\u2009.-"),
        st.characters(min_codepoint=0xA0, max_codepoint=0xD7FF),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(("i", "sub", "sup", "b")))
def test_both_paths_read_the_same_from_any_text(words, tag):
    title = f"<{tag}>{words[0]}</{tag}>".join(words)
    inside = f"<Abstract><AbstractText>{title}</AbstractText></Abstract>"
    text = article(1, title, inside=inside)
    same([text.strip().encode()])


def test_the_record_kept_is_the_record_of_the_whole_file(tmp_path):
    path = packed(tmp_path / "a.xml.gz", *HOSTILE)
    whole = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records
    assert tuple(records_of(chunks_of(path))) == whole


def part_of(path, folder, **options):
    """Return the part made of a file, in two folders of their own."""
    for name in ("columns", "raw"):
        (folder / name).mkdir(exist_ok=True)
    return make_part(path, folder / "columns", folder / "raw", **options)


def imported(folder, *paths, **options):
    return import_files(list(paths), folder / "store", processes=1, **options)


def standing(store):
    """Return PMID and title of what counts."""
    out = []
    alive = live_rows(store)
    for part in store.whole:
        path = columns_folder(store.path) / f"{part.name}.parquet"
        titles = parquet.read_table(path)["title"].to_pylist()
        pmids, _ = keys_of(path)
        out += [(int(p), t) for p, t, a in zip(pmids, titles, alive[part.name], strict=True) if a]
    return sorted(out)


FILES = {
    "pubmed20n0001.xml.gz": (article(1, "one"), article(2, "two"), article(3, "three"),
                             article(5, "five")),
    "pubmed20n0900.xml.gz": (article(2, "two, mended"), article(4, "four"), deletions(3, 6)),
    "pubmed20n0901.xml.gz": (article(3, "three again"), article(5, "five", version=2),
                             article(4, "four"), article(4, "four, mended"), deletions(1)),
    "pubmed20n0902.xml.gz": (article(6, "six"), deletions(3)),
}  # fmt: skip
LAST = [(2, "two, mended"), (4, "four, mended"), (5, "five"), (6, "six")]
"""What counts in the end, by hand: 1 and 3 are withdrawn, 6 comes after its own withdrawal."""


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_updates_count_in_their_own_order_whatever_is_imported_first(tmp_path, order):
    names = list(FILES)
    for i in order:
        path = packed(tmp_path / names[i], *FILES[names[i]])
        store = imported(tmp_path, path).store
        update_index(store, processes=1)
    assert standing(store) == LAST
    hits = search(parse_strategy("all[sb]"), Searcher(store))
    assert list(hits.pmids) == [pmid for pmid, _ in LAST]
    titles = [r.title for r in Searcher(store).records(hits.keys)]
    assert titles == [title for _, title in LAST]


def test_the_index_after_updates_is_that_of_one_import(tmp_path):
    paths = [packed(tmp_path / name, *parts) for name, parts in FILES.items()]
    store = imported(tmp_path, *paths).store
    assert update_index(store, processes=1) == len(LAST)
    assert update_index(store, processes=1) == 0
    for query in ("mended[ti]", "two OR six", "4[pmid]"):
        once = search(parse_strategy(query), Searcher(store)).pmids
        assert len(once) in {1, 2}


def test_what_is_known_is_passed_over_and_what_changed_is_read_again(tmp_path):
    path = packed(tmp_path / "pubmed20n0001.xml.gz", article(1, "one"))
    assert imported(tmp_path, path).taken[0].records == 1
    assert imported(tmp_path, path).known == ("pubmed20n0001.xml.gz",)
    packed(path, article(1, "changed"))
    done = imported(tmp_path, path)
    assert (done.known, standing(done.store)) == ((), [(1, "changed")])
    update_index(done.store, processes=1)
    assert search(parse_strategy("changed"), Searcher(done.store)).pmids == (1,)


def broken(data):
    """Yield a packed file cut and damaged at every kind of place."""
    ends = {0, 1, 5, 10, 11, len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 8,
            len(data) - 4, len(data) - 1}  # fmt: skip
    yield from (data[:end] for end in sorted(ends))
    for at in (2, 3, len(data) // 2, len(data) - 6, len(data) - 2):
        yield data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :]


def test_of_a_damaged_file_nothing_is_taken_and_the_others_go_on(tmp_path):
    good = packed(tmp_path / "pubmed20n0001.xml.gz", article(1, "one"))
    whole = gzip.compress(document(*(article(n) for n in range(2, 60))), mtime=0)
    bad = tmp_path / "pubmed20n0002.xml.gz"
    for data in broken(whole):
        bad.write_bytes(data)
        done = imported(tmp_path, bad, good)
        if done.findings:
            assert [f.code for f in done.findings] == ["medline-incomplete"]
            assert "nothing of this file is taken" in done.findings[0].message
            assert standing(done.store) == [(1, "one")]
        else:  # a changed byte of the header that says nothing of the content
            assert len(standing(done.store)) == 59
            bad.write_bytes(b"")
            (tmp_path / "store" / "manifest.json").unlink()
            for part in (tmp_path / "store").rglob("*.parquet"):
                part.unlink()
            for folder in ("citations", "xml", "index"):
                (tmp_path / "store" / folder).rmdir()
    bad.write_bytes(whole)
    assert imported(tmp_path, bad).findings == ()
    assert len(standing(open_store(tmp_path / "store"))) == 59


def test_a_good_part_is_not_lost_to_a_damaged_copy(tmp_path):
    path = packed(tmp_path / "pubmed20n0001.xml.gz", article(1, "one"))
    imported(tmp_path, path)
    path.write_bytes(path.read_bytes()[:-20])
    done = imported(tmp_path, path)
    assert [f.code for f in done.findings] == ["medline-incomplete"]
    assert standing(done.store) == [(1, "one")]


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet>'
        + article(1, "&a;").encode() + b"</PubmedArticleSet>",
        b"<PubmedArticleSet>" + b"<a>" * 400 + b"</a>" * 400 + b"</PubmedArticleSet>",
        document(article(1).replace("</Article>", "</Artikel>")),
        document(article(1, "a\x01b")),
        document(article(1)).replace(b"fever", b"fev\xff\xfe"),
        document(article(1)) + b"<more/>",
        document(article(1))[:-30],
        document(article(1)[:-30]),
        b"PMID- 1\nTI  - not XML\n",
        b"",
    ],
)  # fmt: skip
def test_hostile_and_broken_documents_are_refused_whole(tmp_path, data):
    path = tmp_path / "pubmed20n0001.xml"
    path.write_bytes(data)
    part = part_of(path, tmp_path)
    assert (part.name, part.records) == ("", 0)
    assert part.fault
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_unusual_but_sound_documents_are_walked(tmp_path):
    utf16 = f"<?xml version='1.0' encoding='utf-16'?><PubmedArticleSet>{article(1, 'é')}"
    old = "<PMID>1</PMID><Article><ArticleTitle>x</ArticleTitle></Article></MedlineCitation>"
    old = f"<MedlineCitation>{old}"
    for data, count in (
        (document(article(1), "<!-- between -->", article(2)), 2),
        (f"{utf16}</PubmedArticleSet>".encode("utf-16"), 1),
        (f"<MedlineCitationSet>{old}</MedlineCitationSet>".encode(), 1),
    ):  # fmt: skip
        path = tmp_path / "pubmed20n0001.xml"
        path.write_bytes(data)
        with pytest.raises((UnusualError, IncompleteError)):
            list(batches(path, Split()))
        found = [chunk for batch in walked(path, Split()) for chunk in batch]
        assert len(records_of(found)) == len(found) == count


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_damaged_documents_give_parts_or_faults_and_never_raise(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("fuzz")
    text = bytearray(document(*HOSTILE, deletions(1)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = folder / "a.xml"
    path.write_bytes(bytes(text))
    part = part_of(path, folder)
    slow = part_of(path, folder, fast=False)
    assert bool(part.fault) == bool(slow.fault)
    assert (part.records, part.deletions) == (slow.records, slow.deletions)


def test_random_bytes_are_refused(tmp_path):
    draw = random.Random(5)  # noqa: S311
    for size in (1, 10, 1000, 100_000):
        path = tmp_path / "a.xml.gz"
        for begin in (b"", b"\x1f\x8b\x08\x00", b"<PubmedArticleSet>"):
            path.write_bytes(begin + draw.randbytes(size))
            assert part_of(path, tmp_path).fault


def test_citations_without_a_number_are_told(tmp_path):
    path = packed(tmp_path / "a.xml.gz", article("x1"), article(2))
    done = imported(tmp_path, path)
    assert [f.code for f in done.findings] == ["medline-unnumbered"]
    assert standing(done.store) == [(2, "A case of fever")]


def test_a_killed_import_goes_on_where_it_was(tmp_path, monkeypatch):
    paths = [packed(tmp_path / name, *parts) for name, parts in FILES.items()]
    real, calls = module.make_part, []

    def killed(path, columns, raw, *, fast=True):
        calls.append(path.name)
        if len(calls) == 3:
            (columns / ".half.unfinished").write_bytes(b"x")
            (raw / "orphan.parquet").write_bytes(b"x")
            raise KeyboardInterrupt
        return real(path, columns, raw, fast=fast)

    monkeypatch.setattr(module, "make_part", killed)
    with pytest.raises(KeyboardInterrupt):
        imported(tmp_path, *paths)
    assert len(open_store(tmp_path / "store").whole) == 2
    monkeypatch.setattr(module, "make_part", real)
    done = imported(tmp_path, *paths)
    assert (len(done.known), len(done.taken)) == (2, 2)
    assert standing(done.store) == LAST
    left = {p.name for p in (tmp_path / "store").rglob("*") if p.is_file()}
    assert not any("half" in name or "orphan" in name for name in left)


def test_a_killed_indexing_is_put_right(tmp_path, monkeypatch):
    from paucity.literature.medline import index

    paths = [packed(tmp_path / name, *parts) for name, parts in FILES.items()]
    store = imported(tmp_path, *paths[:2]).store

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(index, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            update_index(store, processes=1)
    with pytest.raises(StoreError, match="not complete"):
        Searcher(store)
    store = imported(tmp_path, *paths[2:]).store
    update_index(store, processes=1)
    assert search(parse_strategy("all[sb]"), Searcher(store)).pmids == (2, 4, 5, 6)


def test_a_full_disk_is_told_and_leaves_what_was_done(tmp_path, monkeypatch):
    from paucity.literature.medline import part

    paths = [packed(tmp_path / name, *parts) for name, parts in FILES.items()]
    imported(tmp_path, paths[0])

    def full(chunks, keys, **_):
        raise OSError(28, "No space left on device", "x")

    with monkeypatch.context() as patched:
        patched.setattr(part, "table_fast", full)
        with pytest.raises(OSError, match="No space left"):
            imported(tmp_path, *paths)
    assert len(open_store(tmp_path / "store").whole) == 1
    assert not list((tmp_path / "store").rglob(".*unfinished"))
    assert standing(imported(tmp_path, *paths).store) == LAST


def test_two_imports_at_once_are_refused(tmp_path):
    path = packed(tmp_path / "pubmed20n0001.xml.gz", article(1))
    with locked(tmp_path / "store"), pytest.raises(StoreError, match="another import"):
        imported(tmp_path, path)
    assert imported(tmp_path, path).taken[0].records == 1


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.txt").write_text("x")
    path = packed(tmp_path / "pubmed20n0001.xml.gz", article(1))
    with pytest.raises(StoreError, match="no store"):
        imported(tmp_path, path)


def test_several_processes_make_the_same_store(tmp_path):
    paths = [packed(tmp_path / name, *parts) for name, parts in FILES.items()]
    store = import_files(paths, tmp_path / "two", processes=2).store
    assert update_index(store, processes=2) == len(LAST)
    assert standing(store) == LAST
