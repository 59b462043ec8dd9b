"""With a descriptor file the index, the files read directly and the reference find the same."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.literature import searched
from tests.literature.medline.support import of_record, packed
from tests.literature.mesh_files import Descriptor, ascii_file, xml_file

pytest.importorskip("tantivy")
pytest.importorskip("xml2arrow")

from paucity.literature import read_bytes
from paucity.literature.medline import import_files
from paucity.literature.medline.grep import grep
from paucity.literature.medline.index import update_index
from paucity.literature.medline.search import Searcher, search
from paucity.literature.record import Record
from paucity.literature.strategy import (
    Field,
    LineRef,
    MeSH,
    Not,
    PublicationType,
    Strategy,
    Subheading,
    Term,
    read_mesh,
    run,
)
from paucity.literature.strategy.evaluate import Given
from paucity.literature.strategy.mesh import below
from paucity.literature.strategy.nodes import Line
from paucity.literature.strategy.words import key

NAMES = (
    "Signs and Symptoms", "Fever", "Fever of Unknown Origin", "Hyperthermia, Induced",
    "Child, Preschool", "Anti-Bacterial Agents", "Clinical Trial", "Case Reports",
)  # fmt: skip
ENTRIES = ("Pyrexia", "Induced Hyperthermia", "Preschool Child", "FUO", "Clinical Trials")
QUALIFIERS = ("drug therapy", "prevention & control", "mortality")
COUNT = 250

# Records: each heading alone, with a subheading, and either of them the main topic


def headings():
    for name in NAMES:
        yield name
        yield f"*{name}"
        for qualifier in QUALIFIERS:
            yield f"{name}/{qualifier}"
            yield f"{name}/*{qualifier}"
            yield f"{name}/{QUALIFIERS[0]}/*{qualifier}"


def indexed():
    """Return records whose headings are drawn from all there are, the same each time."""
    every = list(headings())
    types = ((), ("Case Reports",), ("Clinical Trial", "Journal Article"), ("Review",))
    out = []
    for n in range(COUNT):
        mesh = tuple(dict.fromkeys(every[(n * step) % len(every)] for step in range(n % 4)))
        words = searched.WORDS[n % len(searched.WORDS)]
        out.append(Record(title=f"{words} {n}", mesh=mesh, publication_types=types[n % 4]))
    return out


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mesh")
    path = packed(
        folder / "pubmed20n0001.xml.gz", *(of_record(i + 1, r) for i, r in enumerate(indexed()))
    )
    records = read_bytes(gzip.decompress(path.read_bytes()), encoding="utf-8").records
    store = import_files([path], folder / "store", processes=1).store
    assert update_index(store, processes=1) == COUNT
    return records, Searcher(store), path, folder


# Descriptor files: any headings at any places of a tree

numbers = st.lists(
    st.lists(st.sampled_from(("100", "1000", "200")), max_size=3).map(
        lambda x: ".".join(["C01", *x])
    ),
    max_size=2,
    unique=True,
).map(tuple)


@st.composite
def trees_of_headings(draw):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    out = []
    for name in names:
        entries = tuple(draw(st.lists(st.sampled_from(ENTRIES), max_size=2, unique=True)))
        actions = tuple(draw(st.lists(st.sampled_from(("Antipyretics", "Tonics")), max_size=1)))
        out.append(Descriptor(name, draw(numbers), entries, actions))
    return tuple(out)


asked = st.sampled_from((*NAMES, *ENTRIES, "fever", "No Such Heading"))
leaves = st.one_of(
    st.builds(
        MeSH,
        asked,
        st.sampled_from(("", "", "drug therapy", "prevention and control")),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        MeSH,
        st.sampled_from(("fever*", "clin* trial", "*hyper*")),
        st.just(""),
        st.just(value=False),
        st.booleans(),
    ),
    st.builds(Subheading, st.sampled_from(("drug therapy", "mortality")), st.booleans()),
    st.builds(PublicationType, st.sampled_from(("Clinical Trial", "Case Reports")), st.booleans()),
    st.builds(Term, st.sampled_from(("antipyretics", "tonics", "none")),
              st.just(Field.PHARMACOLOGICAL_ACTION)),
    st.builds(Term, st.sampled_from(("fever", "salv*")), st.just(Field.TITLE)),
)  # fmt: skip
FORMS = {"desc2025.xml": xml_file, "d2025.bin": ascii_file,
         "desc2025.gz": lambda held: gzip.compress(xml_file(held), mtime=0)}  # fmt: skip


def read(folder, held, form):
    path = folder / form
    path.write_bytes(FORMS[form](held))
    mesh = read_mesh(path)
    assert mesh.findings == ()
    return mesh


def beneath(held, name):
    """Return the headings at or below one: any heading one of whose numbers continues its own."""
    (own,) = [d for d in held if d.name == name]
    return {name} | {
        d.name for d in held for a in own.numbers for b in d.numbers if b.startswith(f"{a}.")
        or b == a
    }  # fmt: skip


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(trees_of_headings(), st.sampled_from(sorted(FORMS)))
def test_what_stands_below_a_heading_is_read_from_its_numbers(tmp_path, held, form):
    mesh = read(tmp_path, held, form)
    distinct = {n for d in held for n in d.numbers}
    if len(distinct) < sum(len(d.numbers) for d in held):
        return  # in MeSH no two headings have one number
    for descriptor in held:
        assert below(mesh, descriptor.name) == {key(n) for n in beneath(held, descriptor.name)}
        for entry in descriptor.entries:
            first = next(d.name for d in held if entry in d.entries)
            assert below(mesh, entry) == below(mesh, first)


@settings(max_examples=200, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(trees_of_headings(), st.sampled_from(sorted(FORMS)), searched.trees(leaves, 5), leaves)
def test_all_three_find_the_same(world, held, form, tree, leaf):
    records, searcher, path, folder = world
    mesh = Given(read(folder, held, form))
    strategy = Strategy(
        (Line(1, tree, ""), Line(2, leaf, ""), Line(3, Not(LineRef(1), LineRef(2)), ""))
    )
    expected = run(strategy, records, mesh)
    hits = search(strategy, searcher, mesh)
    assert [(x.found, x.undecided) for x in hits.lines] == [
        (len(f.matched), len(f.undecided)) for f in expected
    ]
    found = [records[i].pmid for i in expected[-1].matched]
    undecided = [records[i].pmid for i in expected[-1].undecided]
    assert [str(p) for p in hits.pmids] == found
    assert [str(p) for p in hits.undecided] == undecided
    read_directly = grep(strategy, [path], mesh, processes=1)
    assert [r.pmid for r in read_directly.records] == found
    assert [r.pmid for r in read_directly.undecided] == undecided


HELD = (
    Descriptor("Signs and Symptoms", ("C23.888",)),
    Descriptor("Fever", ("C23.888.119",), ("Pyrexia",)),
    Descriptor("Fever of Unknown Origin", ("C23.888.119.500", "C01.100"), ("FUO",)),
)
FEVERS = ("Fever", "Fever of Unknown Origin")


@pytest.mark.parametrize(
    ("node", "names", "wanted"),
    [
        (MeSH("signs and symptoms"), ("Signs and Symptoms", *FEVERS), ""),
        (MeSH("signs and symptoms", explode=False), ("Signs and Symptoms",), ""),
        (MeSH("pyrexia"), FEVERS, ""),
        (MeSH("pyrexia", explode=False), ("Fever",), ""),
        (MeSH("fuo", major=True), ("Fever of Unknown Origin",), "*"),
        (MeSH("fever", "mortality"), FEVERS, "/mortality"),
        (MeSH("fever", "mortality", major=True), FEVERS, "/*mortality"),
    ],
)
def test_each_way_to_ask_for_a_heading(world, node, names, wanted):
    """Held against the headings as MEDLINE prints them, read without our evaluator."""
    records, searcher, path, folder = world
    mesh = Given(read(folder, HELD, "desc2025.xml"))

    def meets(heading):
        name, *qualifiers = heading.split("/")
        if name.lstrip("*") not in names:
            return False
        if wanted.startswith("/"):
            return any(q.endswith(wanted[1:]) for q in qualifiers)
        return wanted in heading

    expected = [int(r.pmid) for r in records if any(map(meets, r.mesh))]
    strategy = Strategy((Line(1, node, ""),))
    assert expected
    assert list(search(strategy, searcher, mesh).pmids) == expected
    assert [int(r.pmid) for r in grep(strategy, [path], mesh, processes=1).records] == expected
