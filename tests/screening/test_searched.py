"""Searches joined with the logs of their runs: files, days, counts, and what came again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from paucity.linked import prisma_flow
from paucity.report.site import write_report
from paucity.report.tables.screening import prisma_s
from paucity.screening.corpus import gather, name_of
from screening.support import HEADER, ris, row
from support.reviews import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paucity.review import Review

PROTOCOL = """\
title: Elm
searches:
  - database: PubMed
    strategy: elm AND therapy
    inferred: [that no field tags were used]
  - {database: Scopus, date: "2026-01-12", files: records/scopus.ris, found: 1}
screening: {reviewers: 1}
"""


def logged(
    *runs: tuple[str, str, str], database: str = "PubMed", kind: str = "", slug: str = "pubmed"
) -> tuple[dict[str, str], str]:
    """Return raw files and the text of their log: each run is its kind, its day and its RIS."""
    files, text = {}, f"database: {database}\n" + (f"kind: {kind}\n" if kind else "") + "runs:\n"
    before = 0
    for number, (what, day, body) in enumerate(runs, 1):
        n = body.count("TY  -")
        name = f"{slug}.{number}.0001.ris"
        files[f"records/{name}"] = body
        text += f"- {{kind: {what}, date: {day}, host: example.org, with: paucity 1,\n"
        text += f"   sent: 'elm[all] AND therapy[all]', found: {n}, received: {n},\n"
        text += "   lost: [no headings here],\n"
        text += f"   new: {n - before},\n" if what == "update" else ""
        before = 1
        digest = hashlib.sha256(body.encode()).hexdigest()
        text += f"   files: [{{file: {name}, records: {n}, bytes: {len(body)}, sha256: {digest}}}]"
        text += "}\n"
    return files, text


def review_of(
    place: Path, *runs: tuple[str, str, str], more: Mapping[str, str] | None = None
) -> Review:
    files, log = logged(*runs)
    held = {"review.yaml": PROTOCOL, "records/scopus.ris": ris(9), **files}
    return load(place, {**held, "records/pubmed.search.yaml": log, **(more or {})})


FIRST = ("full", "2026-01-10", ris(1) + ris(2))


def codes(review: Review) -> set[str]:
    return {f.code for f in review.findings}


def test_a_log_fills_what_the_protocol_leaves_out_of_a_search(tmp_path: Path):
    review = review_of(tmp_path, FIRST)
    first, second = review.protocol.searches
    assert (first.files, first.found, first.date) == (
        ("records/pubmed.1.0001.ris",),
        2,
        "2026-01-10",
    )
    assert (second.found, second.date) == (1, "2026-01-12")
    assert review.screening is not None
    # PubMed 2, Scopus 1; the exports name no database themselves
    assert review.screening.main.sources == (
        ("database", "PubMed", 2),
        ("database", "Scopus", 1),
    )
    assert [r.place.search for r in review.screening.corpus.records] == ["1", "1", "2"]
    assert not codes(review) & {"search-not-told", "search-count-differs", "search-export-missing"}


def test_a_log_of_which_the_protocol_does_not_tell_counts_under_its_own_name(tmp_path: Path):
    files, log = logged(("full", "2026-01-11", ris(5)), database="ClinicalTrials.gov", slug="ct")
    review = review_of(tmp_path, FIRST, more={**files, "records/ct.search.yaml": log})
    assert review.screening is not None
    assert set(review.screening.main.sources) == {
        ("register", "ClinicalTrials.gov", 1),
        ("database", "PubMed", 2),
        ("database", "Scopus", 1),
    }


def test_a_record_that_came_again_is_neither_identified_anew_nor_a_duplicate(tmp_path: Path):
    corrected = ris(2, title="Tocilizumab in case number 2, corrected")
    votes = HEADER + row(1, "include") + row(2, "exclude", "animals only")
    more = {"screening/AB.csv": votes}
    update = ("update", "2026-03-01", corrected + ris(3))
    review = review_of(tmp_path, FIRST, update, more=more)
    assert review.screening is not None
    main = review.screening.main
    # 2 of the first run, 1 new of the update, 1 of Scopus; the changed one counts once
    assert (main.identified, main.duplicates) == (4, 0)
    assert main.sources == (("database", "PubMed", 3), ("database", "Scopus", 1))
    assert (main.screened, main.excluded) == (2, 1)
    held = [r for r in review.screening.corpus.records if r.doi == "10.1000/case2"]
    assert [r.title for r in held] == ["Tocilizumab in case number 2, corrected"]
    # It keeps the name it had, and where it was read last is known.
    assert held[0].place.file == "records/pubmed.1.0001.ris"
    assert [p.file for p in review.screening.corpus.read_at.values()] == [
        "records/pubmed.2.0001.ris"
    ]
    assert review.protocol.searches[0].date == "2026-01-10, again 2026-03-01"
    remarks = prisma_flow(review.evidence, review.screening).remarks
    assert any(r.startswith("1 record that a search had given before came again") for r in remarks)
    assert "search-count-differs" not in codes(review)


def openalex(**more: object) -> str:
    """Return an answer of OpenAlex with one work, W2."""
    work = {"id": "https://openalex.org/W2", "title": "Elm disease", "publication_year": 2014}
    return json.dumps({"meta": {"count": 1}, "results": [{**work, **more}]})


def test_a_vote_on_what_a_record_was_called_before_it_came_again_holds(tmp_path: Path):
    # Without PMID and DOI a record goes by its title; it came again with a PMID.
    bare, later = openalex(), openalex(ids={"pmid": "https://pubmed.ncbi.nlm.nih.gov/77"})
    files = [(tmp_path / "a.json", "records/a.json"), (tmp_path / "b.json", "records/b.json")]
    for (path, _), text in zip(files, (bare, later), strict=True):
        path.write_text(text, encoding="utf-8")
    before = name_of(gather(files[:1]), 0)
    assert not before.startswith("pmid:")
    held = gather(files, fetched=[["records/a.json", "records/b.json"]])
    assert len(held.records) == 1
    assert name_of(held, 0) == "pmid:77"
    assert held.by_name[before] == frozenset({0})


def test_records_without_identifiers_are_never_taken_for_the_same(tmp_path: Path):
    letters = "".join(
        f"TY  - JOUR\nTI  - Reply\nAU  - {who}, A\nPY  - {year}\nER  - \n"
        for who, year in (("Oak", 2001), ("Fir", 2009))
    )
    (tmp_path / "a.ris").write_text(letters, encoding="utf-8")
    held = gather([(tmp_path / "a.ris", "records/a.ris")], fetched=[["records/a.ris"]])
    assert len(held.reports) == 2


def test_a_file_that_two_logs_name_loses_no_record(tmp_path: Path):
    names = ["records/a.ris", "records/b.ris"]
    files = [(tmp_path / f"{i}.ris", name) for i, name in enumerate(names)]
    for path, _ in files:
        path.write_text(ris(1), encoding="utf-8")
    held = gather(files, fetched=[names, names[::-1]])
    assert [r.doi for r in held.records] == ["10.1000/case1"]


def test_a_search_run_in_full_twice_counts_its_records_once(tmp_path: Path):
    again = ("full", "2026-02-01", ris(1) + ris(2) + ris(4))
    review = review_of(tmp_path, FIRST, again)
    assert review.screening is not None
    assert review.screening.main.sources[0] == ("database", "PubMed", 3)
    assert review.screening.main.duplicates == 0


def test_two_searches_that_find_one_report_still_give_a_duplicate(tmp_path: Path):
    review = review_of(tmp_path, FIRST, more={"records/scopus.ris": ris(1)})
    assert review.screening is not None
    assert (review.screening.main.identified, review.screening.main.duplicates) == (3, 1)


@pytest.mark.parametrize("told", [2, 7])
def test_a_log_that_tells_of_another_number_than_its_file_holds(tmp_path: Path, told: int):
    files, log = logged(FIRST)
    text = log.replace("records: 2", f"records: {told}")
    review = load(
        tmp_path,
        {
            "review.yaml": PROTOCOL,
            "records/scopus.ris": ris(9),
            **files,
            "records/pubmed.search.yaml": text,
        },
    )
    held = [f for f in review.findings if f.code == "search-count-differs"]
    assert len(held) == (told != 2)
    if held:
        assert held[0].span.file == "records/pubmed.search.yaml"
        assert "7 records in `pubmed.1.0001.ris`, which holds 2" in held[0].message


def test_a_file_that_the_log_names_and_is_gone_is_told_once(tmp_path: Path):
    _, log = logged(FIRST)
    review = load(tmp_path, {"review.yaml": PROTOCOL, "records/pubmed.search.yaml": log})
    told = [f for f in review.findings if "pubmed.1.0001.ris" in f.message]
    assert [f.code for f in told] == ["search-result-changed"]


def test_the_checklist_for_searches_answers_from_the_log(tmp_path: Path):
    review = review_of(tmp_path, FIRST, ("update", "2026-03-01", ris(1) + ris(3)))
    told = {r["item"].text: r["answer"].text for r in prisma_s(review).rows}
    assert told["1"] == "PubMed (example.org); Scopus"
    assert "PubMed: as sent" in told["8"]
    assert "Scopus: the query as run is not stated" in told["8"]
    assert told["13"] == "PubMed: 2026-01-10, again 2026-03-01; Scopus: 2026-01-12"
    assert told["15"] == "PubMed: 3; Scopus: 1"


def test_the_report_prints_each_strategy_as_run_and_what_was_inferred(tmp_path: Path):
    review = review_of(tmp_path / "review", FIRST)
    write_report(review, tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "elm AND therapy" in page
    assert "elm[all] AND therapy[all]" in page
    assert "that no field tags were used" in page
    assert "no headings here" in page
    assert "2 found, 2 received" in page


def test_the_report_of_the_bundled_review_tells_what_its_source_does_not(tmp_path: Path):
    from paucity.review import bundled_review, load_review

    write_report(load_review(bundled_review("hlh-salvage")), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "#1 HLH OR MAS" in page
    assert "Inferred, since the source does not tell" in page
    assert "the end of the search, which is left open" in page
    assert "PubMed may find more" in page
    assert "query as run" in page
