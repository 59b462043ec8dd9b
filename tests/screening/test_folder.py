"""Folders of records and votes as people and accidents leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.review import load_review
from paucity.screening.folder import read_folder
from screening.support import HEADER, ris, row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    for name, text in {
        "review.yaml": "title: Elm\nscreening: {reviewers: 1}\n",
        "records/a.ris": ris(1),
        "records/later/b.ris": ris(2),
        "screening/AB.csv": HEADER + row(1, "include"),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def told(root: Path) -> dict[str, str]:
    return {f.span.file: f.message for f in load_review(root).findings}


def test_folders_within_records_are_read_and_notes_are_not(elm: Path):
    (elm / "records" / "README.md").write_text("how we searched", encoding="utf-8")
    (elm / "records" / ".DS_Store").write_bytes(b"\0\1")
    screening, _ = read_folder(elm)
    assert [e.name for e in screening.corpus.exports] == ["records/a.ris", "records/later/b.ris"]
    assert told(elm) == {}


def test_links_that_lead_outside_or_in_circles_are_told_and_not_followed(
    elm: Path, tmp_path_factory
):
    other = tmp_path_factory.mktemp("other")
    (other / "c.ris").write_text(ris(3), encoding="utf-8")
    (elm / "records" / "c.ris").symlink_to(other / "c.ris")
    (elm / "records" / "loop.ris").symlink_to("loop.ris")
    (elm / "records" / "more").symlink_to(other)
    found = told(elm)
    assert "leads outside" in found["records/c.ris"]
    assert "leads outside" in found["records/loop.ris"]
    assert "is not followed" in found["records/more/"]
    assert len(read_folder(elm)[0].corpus.records) == 2


def test_a_file_called_as_a_folder_is_told(tmp_path: Path):
    (tmp_path / "review.yaml").write_text("title: Elm\n", encoding="utf-8")
    (tmp_path / "records").write_text("x", encoding="utf-8")
    (tmp_path / "screening").write_text("x", encoding="utf-8")
    assert told(tmp_path) == dict.fromkeys(
        ("records", "screening"), "is a file; a folder of that name is read"
    )


def test_a_vote_file_that_is_not_text_leaves_the_others(elm: Path):
    (elm / "screening" / "CD.csv").write_bytes(b"\xff\xfe\x00")
    (elm / "screening" / "notes.txt").write_text("x", encoding="utf-8")
    found = told(elm)
    assert "is not UTF-8 text" in found["screening/CD.csv"]
    assert "is not read" in found["screening/notes.txt"]
    assert [v.reviewer for v in read_folder(elm)[0].votes] == ["AB"]


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=400), merges=st.text(max_size=200), votes=st.text(max_size=200))
def test_nothing_in_the_files_raises(tmp_path_factory, data, merges, votes):
    root = tmp_path_factory.mktemp("junk", numbered=True)
    for name, content in (
        ("review.yaml", b"title: x\n"),
        ("records/a", data),
        ("records/b.ris", ris(1).encode()),
        ("screening/merges.yaml", merges.encode("utf-8", "replace")),
        ("screening/AB.csv", HEADER.encode() + votes.encode("utf-8", "replace")),
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    held = load_review(root).screening
    assert held is not None
    assert "doi:10.1000/case1" in held.corpus.by_name
