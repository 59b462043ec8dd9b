"""MeSH's descriptor file, in both its forms, makes headings explode."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.literature.mesh_files import Descriptor, ascii_file, xml_file

from paucity.cli import main
from paucity.literature import Record
from paucity.literature.strategy import Given, lint, notes_on, parse_strategy, read_mesh
from paucity.literature.strategy.evaluate import matches
from paucity.literature.strategy.mesh import below, preferred

pytest.importorskip("lxml")

TREE = (
    Descriptor("Signs and Symptoms", ("C23.888",), ("Symptoms",)),
    Descriptor("Body Temperature Changes", ("C23.888.119",)),
    Descriptor("Fever", ("C23.888.119.344",), ("Pyrexia", "Hyperthermia, Fever")),
    Descriptor("Fever of Unknown Origin", ("C23.888.119.344.500",)),
    Descriptor("Sweating Sickness", ("C23.8881", "C01.100")),  # not below C23.888
    Descriptor("Aspirin", ("D02.455",), (), ("Antipyretics",)),
    Descriptor("Clinical Trial", ("V03.175.250",)),
    Descriptor("Randomized Controlled Trial", ("V03.175.250.500",)),
    Descriptor("Female"),  # check tags had no place in the tree for long
)


FORMS = {
    "xml": xml_file(TREE),
    "2006.xml": xml_file(TREE, of_concept=True),
    "gz": gzip.compress(xml_file(TREE)),
    "bin": ascii_file(TREE),
    "bin.gz": gzip.compress(ascii_file(TREE)),
    "dos.bin": ascii_file(TREE).replace(b"\n", b"\r\n"),
}


@pytest.fixture(params=sorted(FORMS))
def mesh(request, tmp_path):
    path = tmp_path / f"desc2025.{request.param}"
    path.write_bytes(FORMS[request.param])
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
    assert below(mesh, "Female") == {"female"}
    assert below(mesh, "no such heading") == frozenset()
    assert preferred(mesh, "elsewhere") is None  # only seen from another heading


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
        (xml_file(TREE)[:1800], "xml-broken"),
        (gzip.compress(xml_file(TREE))[:-200], "file-truncated"),
        (b"<a>" * 5000, "xml-broken"),
        (b"*NEWRECORD\nRECTYPE = D\n" + b"\x00\xff" * 400, "mesh-empty"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, data, code):
    path = tmp_path / "desc.xml"
    path.write_bytes(data)
    assert code in {f.code for f in read_mesh(path).findings}


OTHERS = (
    ("supplementary concepts", b"<a><SupplementalRecord SCRClass='1'/></a>"),
    ("supplementary concepts", b"*NEWRECORD\nRECTYPE = C\nNM = bevonium\nHM = Benzilates\n"),
    ("subheadings", b"<QualifierRecordSet><QualifierRecord/></QualifierRecordSet>"),
    ("subheadings", b"*NEWRECORD\nRECTYPE = Q\nSH = abnormalities\n"),
    ("pharmacological actions", b"<PharmacologicalActionSet/>"),
    ("tree numbers", b"Body Regions;A01\nAnatomic Landmarks;A01.111\n"),
)


@pytest.mark.parametrize(("what", "data"), OTHERS)
def test_another_file_of_mesh_is_told_by_what_it_holds(tmp_path, what, data):
    path = tmp_path / "supp2025.xml"
    path.write_bytes(data)
    (found,) = read_mesh(path).findings
    assert (found.code, f"MeSH's file of {what}" in found.message) == ("mesh-empty", True)
    assert "desc20xx.xml" in found.hint


READING = """
import re, sys
from pathlib import Path
from paucity.literature.strategy import read_mesh

def most():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

read_mesh(Path(sys.argv[1]))
before = most()
assert len(read_mesh(Path(sys.argv[2])).headings) == 200
print(most() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for its memory")
def test_memory_does_not_grow_with_the_file(tmp_path):
    """What a descriptor says beside its names is let go: 60 MB of it leave no 20."""
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    small.write_bytes(xml_file(TREE))
    body = xml_file([Descriptor(f"Heading {i}", (f"C01.{i:03}",)) for i in range(200)])
    large.write_bytes(body.replace(b"Not <i>a</i> heading.", b"x " * 150_000))
    assert large.stat().st_size > 60_000_000
    done = subprocess.run(
        [sys.executable, "-c", READING, small, large], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "desc.gz"
    path.write_bytes(gzip.compress(xml_file(TREE))[:-200])
    assert read_mesh(path).headings
    done = CliRunner().invoke(
        main, ["strategy", "lint", "-", "--mesh", str(path)], input="fever[mh]", prog_name="paucity"
    )
    assert done.exit_code == 2
    assert "Fetch it again" in done.output


def test_what_an_action_does_not_tell_is_said(mesh):
    (note,) = notes_on(parse_strategy("antipyretics[pa]"), (), Given(mesh))
    assert note.code == "actions-of-headings"


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
