"""Several processes read and write the same as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.literature.support import report, written

from paucity.literature import read_bytes
from paucity.memory import MemoryShortError
from paucity.report import record_files
from paucity.review import load_review
from paucity.screening import corpus
from screening.support import ris

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    (tmp_path / "elm/records").mkdir(parents=True)
    (tmp_path / "elm/review.yaml").write_text("title: Elm\n", encoding="utf-8")
    for name in "abc":
        text = "".join(ris(n) for n in range(20)) + "TY  - JOUR\n"
        (tmp_path / f"elm/records/{name}.ris").write_text(text, encoding="utf-8")
    return tmp_path / "elm"


def test_a_review_is_the_same_with_any_number_of_processes(
    elm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = load_review(elm)
    monkeypatch.setattr(corpus, "LARGE", 1)
    together = load_review(elm, workers=2)
    assert alone.screening is not None
    assert together.screening is not None
    assert len(alone.screening.corpus.records) == 63
    assert together.screening == alone.screening
    assert [r.place for r in together.screening.corpus.records] == [
        r.place for r in alone.screening.corpus.records
    ]
    assert together.findings == alone.findings


def test_an_export_too_large_to_hand_over_is_read_here(
    elm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = load_review(elm)
    monkeypatch.setattr(corpus, "LARGE", 1)
    monkeypatch.setattr(corpus, "HANDED", 1)
    assert load_review(elm, workers=2).screening == alone.screening


@pytest.mark.parametrize("form", ["ris", "nbib", "csv"])
def test_records_are_the_same_whoever_writes_them(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [report(title=f"A case {n}", pmid=str(n + 1)) for n in range(7)]
    monkeypatch.setattr(record_files, "MANY", 2)
    monkeypatch.setattr(record_files, "CHUNK", 3)
    with record_files.contents(records, [form], workers=2) as content_of:
        data = content_of(form)
    assert data == written(records, form).encode()
    assert list(read_bytes(data, f"x.{form}").records) == records


def test_what_does_not_fit_into_memory_is_refused_and_said(
    elm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paucity.literature.read.WATCHED", 5)
    monkeypatch.setattr("paucity.memory.free_memory", lambda: 1000)
    monkeypatch.setattr("paucity.literature.read.free_memory", lambda: 400)
    with pytest.raises(MemoryShortError, match=r"more than 5 records of records/a\.ris do not fit"):
        load_review(elm)
