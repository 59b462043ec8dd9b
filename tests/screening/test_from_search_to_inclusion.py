"""From three raw exports and citation searching to the diagram and the checklists, offline."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from paucity.cli import main
from paucity.literature import read_file
from paucity.report.tables.screening import prisma_2020, prisma_s
from paucity.review import load_review
from paucity.screening.flow import wrong_sums
from screening.support import HEADER, full, ris, row

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NBIB = "PMID- 90000001\nDP  - 2012\nTI  - Alemtuzumab in elm disease.\nFAU - Author1, A\n"
NBIB += "AID - 10.1000/case1 [doi]\n\n"
REFERENCE = (
    "<Reference><Citation>{title}</Citation><ArticleIdList><ArticleId IdType='pubmed'>{pmid}"
    "</ArticleId></ArticleIdList></Reference>"
)
SEEDS = """\
<?xml version="1.0"?>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">90000001</PMID>
<Article><Journal><Title>J Elm</Title></Journal>
<ArticleTitle>Alemtuzumab in elm disease.</ArticleTitle></Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId></ArticleIdList>
<ReferenceList>{references}</ReferenceList></PubmedData></PubmedArticle></PubmedArticleSet>
"""
PROTOCOL = """\
title: Therapy of elm disease, a systematic review
searches:
  - {database: PubMed, date: "2026-01-10", files: records/pubmed.nbib, found: 1}
  - {database: Scopus, date: "2026-01-10", files: records/scopus.ris, found: 2}
  - {database: Embase, date: "2026-01-11", files: records/embase.ris, found: 2}
screening: {reviewers: 1}
"""


def paucity(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], prog_name="paucity")


def chased(root: Path, *options: object, date: str = "2026-02-01") -> Result:
    seeds = root.parent / "seeds.xml"
    return paucity("chase", seeds, "--into", root, "--date", date, "--depth", 1, *options)


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    pytest.importorskip("lxml")
    root = tmp_path / "elm"
    files = {
        "review.yaml": PROTOCOL,
        "records/pubmed.nbib": NBIB,
        # Scopus has the same report under the same DOI, and another; Embase repeats that one.
        "records/scopus.ris": ris(1, title="Alemtuzumab in elm disease", year="2012") + ris(2),
        "records/embase.ris": ris(2) + ris(3),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    cited = [REFERENCE.format(pmid=n, title=f"Oak O. Elm {n}. 1999") for n in (90000007, 90000008)]
    seeds = SEEDS.format(references="".join(cited))
    (tmp_path / "seeds.xml").write_text(seeds, encoding="utf-8")
    return root


def test_from_three_exports_to_the_diagram(elm: Path, tmp_path: Path):
    done = chased(elm)
    assert done.exit_code == 0, done.output
    assert "records/citations.1.ris, records/citations.search.yaml" in done.output
    assert "2 records known only as reference lists print them" in done.output
    votes = "".join(
        [
            row(1, "include"),
            row(2, "include"),
            row(3, "exclude"),
            row("pmid:90000007", "include"),
            row("pmid:90000008", "include"),
            full(1, "include"),
            full(2, "exclude", "no outcome"),
            full("pmid:90000007", "include"),
            full("pmid:90000008", "exclude", "not retrieved"),
        ]
    )
    (elm / "screening").mkdir()
    (elm / "screening/AB.csv").write_text(HEADER + votes, encoding="utf-8")
    out = tmp_path / "flow.json"
    assert paucity("flow", elm, "--out", out).exit_code == 0
    held = json.loads(out.read_text(encoding="utf-8"))
    main_, other = held["databases_and_registers"], held["other_methods"]
    # 1 + 2 + 2 records; case 1 stands in two exports and case 2 in two: 5 - 2 = 3 reports
    assert [(s["name"], s["n"]) for s in main_["sources"]] == [
        ("Embase", 2),
        ("PubMed", 1),
        ("Scopus", 2),
    ]
    boxes = ("identified", "duplicates", "screened", "excluded", "sought", "assessed", "included")
    assert [main_[b] for b in boxes] == [5, 2, 3, 1, 2, 2, 1]
    # Two works were cited: one included, one could not be had.
    assert [(s["kind"], s["n"]) for s in other["sources"]] == [("citation searching", 2)]
    assert [other[b] for b in (*boxes, "not_retrieved")] == [2, 0, 2, 0, 2, 1, 1, 1]
    assert held["included"]["reports"] == 2
    review = load_review(elm)
    assert review.screening is not None
    assert review.screening.other is not None
    assert wrong_sums(review.screening.main) == wrong_sums(review.screening.other) == []
    assert not [f for f in review.findings if f.severity == "error"]
    svg = tmp_path / "flow.svg"
    assert paucity("flow", elm, "--out", svg).exit_code == 0
    ET.parse(svg)  # noqa: S314  # our own output
    told = {r["item"].text: r["answer"].text for r in prisma_s(review).rows}
    assert "backward and forward from 1 report of" in told["5"]
    assert told["13"].endswith("citation searching: 2026-02-01")
    assert told["15"] == "Embase: 2; PubMed: 1; Scopus: 2; citation searching: 2"
    assert {r["item"].text: r["answer"].text for r in prisma_2020(review).rows}["16a"] == (
        "5 records to 2 reports"
    )


def test_citations_followed_again_count_once(elm: Path):
    assert chased(elm).exit_code == 0
    first = (elm / "records/citations.1.ris").read_bytes()
    more = SEEDS.format(
        references="".join(
            REFERENCE.format(pmid=n, title="Oak O. Elm. 1999") for n in (90000008, 90000009)
        )
    )
    (elm.parent / "seeds.xml").write_text(more, encoding="utf-8")
    assert chased(elm, date="2026-03-01").exit_code == 0
    assert (elm / "records/citations.1.ris").read_bytes() == first
    review = load_review(elm)
    assert review.screening is not None
    assert review.screening.other is not None
    # 7 and 8 of the first time, 9 of the second
    assert review.screening.other.identified == 3
    assert review.screening.other.duplicates == 0


def test_works_without_identifier_are_screened_as_printed_and_stand_in_the_flow(elm: Path):
    nameless = "<Reference><Citation>{}</Citation></Reference>"
    cited = REFERENCE.format(pmid=90000007, title="Oak O. Elm 7. 1999")
    cited += "".join(map(nameless.format, ("Fir F. Thesis. 1980.", "Yew Y. Book. 1970.")))
    (elm.parent / "seeds.xml").write_text(SEEDS.format(references=cited), encoding="utf-8")
    assert chased(elm).exit_code == 0
    records = read_file(elm / "records/citations.1.ris").records
    assert [(r.title, r.pmid) for r in records] == [
        ("[cited as] Oak O. Elm 7. 1999", "90000007"),
        ("[cited as] Fir F. Thesis. 1980.", ""),
        ("[cited as] Yew Y. Book. 1970.", ""),
    ]
    assert records[1].notes == (
        "Cited as: Fir F. Thesis. 1980.",
        "In the reference list of pmid:90000001",
    )
    review = load_review(elm)
    assert review.screening is not None
    assert review.screening.other is not None
    assert (review.screening.other.identified, review.screening.other.duplicates) == (3, 0)
    log = (elm / "records/citations.search.yaml").read_text(encoding="utf-8")
    assert "3 of the records are known only as reference lists print them" in log
    # Followed again with nothing new, nothing is counted twice.
    assert chased(elm, date="2026-03-01").exit_code == 0
    again = load_review(elm).screening
    assert again is not None
    assert again.other is not None
    assert (again.other.identified, again.other.duplicates) == (3, 0)


def test_what_databases_found_too_is_told_in_the_column_of_other_methods(elm: Path):
    text = (elm.parent / "seeds.xml").read_text(encoding="utf-8")
    held = text.replace("90000007", "90000009")
    (elm.parent / "seeds.xml").write_text(held, encoding="utf-8")
    (elm / "records/pubmed.nbib").write_text(
        NBIB + NBIB.replace("90000001", "90000009").replace("case1", "case9"), encoding="utf-8"
    )
    assert chased(elm).exit_code == 0
    review = load_review(elm)
    assert review.screening is not None
    assert review.screening.other is not None
    assert (review.screening.other.identified, review.screening.other.duplicates) == (2, 1)


def test_a_search_of_citations_in_the_protocol_takes_the_chase(elm: Path):
    more = "  - {database: reference lists, kind: citation searching}\nscreening"
    text = PROTOCOL.replace("screening", more)
    (elm / "review.yaml").write_text(text, encoding="utf-8")
    assert chased(elm).exit_code == 0
    search = load_review(elm).protocol.searches[-1]
    assert (search.database, search.date, search.files) == (
        "reference lists",
        "2026-02-01",
        ("records/citations.1.ris",),
    )


def test_a_file_in_the_way_is_left_and_told(elm: Path):
    (elm / "records/citations.1.ris").write_text(ris(8), encoding="utf-8")
    done = chased(elm)
    assert done.exit_code == 2
    assert "records/citations.1.ris is in the way: move it; nothing was changed" in done.output
    assert not (elm / "records/citations.search.yaml").exists()


def test_a_log_that_cannot_be_read_is_not_written_over(elm: Path):
    log = elm / "records/citations.search.yaml"
    log.write_text("database: [", encoding="utf-8")
    done = chased(elm)
    assert done.exit_code == 2
    assert "records/citations.search.yaml cannot be added to" in done.output
    assert log.read_text(encoding="utf-8") == "database: ["


def test_the_strategy_of_the_bundled_review_says_what_its_source_does_not_tell(tmp_path: Path):
    export = tmp_path / "some.ris"
    export.write_text(ris(1), encoding="utf-8")
    done = paucity("strategy", "run", "hlh-salvage", export)
    assert done.exit_code == 0, done.output
    assert "inferred, not told by the source: that the terms were typed without" in done.output
    assert "not stated by the source: number of records found" in done.output
    flow = paucity("flow", "hlh-salvage").output
    assert "The source does not state: number of records found, screened and excluded" in " ".join(
        flow.split()
    )
