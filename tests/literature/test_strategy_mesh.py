"""MeSH's descriptor file, in both its forms, makes headings explode."""

import gzip

import pytest

from paucity.literature import Record
from paucity.literature.strategy import Given, lint, notes_on, parse_strategy, read_mesh
from paucity.literature.strategy.evaluate import matches
from paucity.literature.strategy.mesh import below, preferred

pytest.importorskip("lxml")

TREE = (
    ("Signs and Symptoms", ("C23.888",), ("Symptoms",), ()),
    ("Body Temperature Changes", ("C23.888.119",), (), ()),
    ("Fever", ("C23.888.119.344",), ("Pyrexia", "Hyperthermia, Fever"), ()),
    ("Fever of Unknown Origin", ("C23.888.119.344.500",), (), ()),
    ("Sweating Sickness", ("C23.8881", "C01.100"), (), ()),  # not below C23.888
    ("Aspirin", ("D02.455",), (), ("Antipyretics",)),
    ("Clinical Trial", ("V03.175.250",), (), ()),
    ("Randomized Controlled Trial", ("V03.175.250.500",), (), ()),
)


def xml():
    records = []
    for name, numbers, entries, actions in TREE:
        terms = "".join(f"<Term><String>{e}</String></Term>" for e in (name, *entries))
        acts = "".join(
            "<PharmacologicalAction><DescriptorReferredTo><DescriptorName><String>"
            f"{a}</String></DescriptorName></DescriptorReferredTo></PharmacologicalAction>"
            for a in actions
        )
        places = "".join(f"<TreeNumber>{n}</TreeNumber>" for n in numbers)
        records.append(
            f"<DescriptorRecord><DescriptorName><String>{name}</String></DescriptorName>"
            f"<PharmacologicalActionList>{acts}</PharmacologicalActionList>"
            f"<TreeNumberList>{places}</TreeNumberList><ConceptList><Concept><TermList>{terms}"
            "</TermList></Concept></ConceptList></DescriptorRecord>"
        )
    return (
        '<?xml version="1.0"?><!DOCTYPE DescriptorRecordSet SYSTEM "https://x.invalid/d.dtd">'
        f"<DescriptorRecordSet>{''.join(records)}</DescriptorRecordSet>"
    ).encode()


def ascii_text():
    out = []
    for name, numbers, entries, actions in TREE:
        out += ["*NEWRECORD", "RECTYPE = D", f"MH = {name}"]
        out += [f"ENTRY = {e}|T184|NON|EQV|NLM (1991)|900101|abc" for e in entries]
        out += [f"MN = {n}" for n in numbers]
        out += [f"PA = {a}" for a in actions]
        out += ["UI = D005334", ""]
    return "\n".join(out).encode()


@pytest.fixture(params=["xml", "gz", "bin"])
def mesh(request, tmp_path):
    path = tmp_path / f"desc2025.{request.param}"
    data = ascii_text() if request.param == "bin" else xml()
    path.write_bytes(gzip.compress(data) if request.param == "gz" else data)
    read = read_mesh(path)
    assert read.findings == ()
    return read


def test_the_headings_below_one(mesh):
    assert below(mesh, "Body temperature changes") == {
        "body temperature changes",
        "fever",
        "fever of unknown origin",
    }
    assert "sweating sickness" not in below(mesh, "Signs and Symptoms")
    assert preferred(mesh, "hyperthermia, fever") == "fever"
    assert below(mesh, "no such heading") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("body temperature changes[mh]", True),
        ("body temperature changes[mh:noexp]", False),
        ("pyrexia[mh]", True),
        ("pyrexia[mh:noexp]", False),
        ("fever of unknown origin[mh:noexp]", True),
        ("sweating sickness[mh]", False),
        ("clinical trial[pt]", True),
        ("clinical trial[pt:noexp]", False),
        ("antipyretics[pa]", True),
        ("antibiotics[pa]", False),
    ],
)
def test_explosion(mesh, text, found):
    record = Record(
        mesh=("Fever of Unknown Origin", "Aspirin/therapeutic use"),
        publication_types=("Randomized Controlled Trial",),
    )
    assert matches(parse_strategy(text), record, Given(mesh)) is found


def test_notes_and_findings_know_the_headings(mesh):
    strategy = parse_strategy("fever[mh] AND fevre[mh]")
    assert [n.code for n in notes_on(strategy, (), Given(mesh))] == ["heading-unknown"]
    found = [f for f in lint(strategy, "s.txt", mesh) if f.code == "strategy-heading-unknown"]
    assert [(f.span.column, f.hint) for f in found] == [(15, "did you mean `Fever`?")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "mesh-empty"),
        (b"<x/>", "mesh-empty"),
        (b"nothing", "mesh-empty"),
        (xml()[:700], "xml-broken"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, data, code):
    path = tmp_path / "desc.xml"
    path.write_bytes(data)
    assert code in {f.code for f in read_mesh(path).findings}


def test_a_document_that_declares_entities_is_not_expanded(tmp_path):
    path = tmp_path / "desc.xml"
    path.write_bytes(
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x><DescriptorRecord>'
        b"<DescriptorName><String>&a;Fever</String></DescriptorName></DescriptorRecord></x>"
    )
    mesh = read_mesh(path)
    assert "xml-entities" in {f.code for f in mesh.findings}
    assert all("fever" in name for name in mesh.headings)


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert [f.code for f in read_mesh(tmp_path / "none.xml").findings] == ["file-unreadable"]
