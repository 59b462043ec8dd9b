"""Where records meet the evidence: studies, shared patients, the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from paucity.linked import prisma_flow
from paucity.report.checklists import CHECKLISTS, answers_to, checklist
from paucity.report.site import write_report
from paucity.report.tables.screening import facts_of, prisma_2020
from paucity.review import Review, bundled_review, load_review
from report.pages import dead_links, read_folder
from screening.support import HEADER, full, ris, row
from support.reviews import load

if TYPE_CHECKING:
    from pathlib import Path

BOTH = "title: Elm\nscreening: {reviewers: 1}\ncriteria: {main: {report: {y: year >= 2000}}}\n"
STUDY = """\
citation: {{authors: [Alder A, Birch B], year: {year}, doi: 10.1000/case{n}}}
cohorts: {{all: {{patients: {patients}{more}}}}}
therapies: {{a: {{agent: alemtuzumab}}}}
responses: [{{cohort: all, therapy: a}}]
"""
PEOPLE = (
    "AU  - Birch, Bo\nAD  - Hospital of Elm City\nAB  - A 4-year-old boy, seen from 2008 to 2013.\n"
)
PAIR = {
    "review.yaml": BOTH,
    "records/a.ris": "".join(
        ris(
            n, year=year, extra=PEOPLE, title=f"Alemtuzumab in elm lymphohistiocytosis, part {n}"
        ).replace(f"Author{n}, A", "Alder, Ann")
        for n, year in ((1, "2012"), (2, "2014"))
    ),
    "studies/alder-2012.yaml": STUDY.format(year=2012, n=1, patients=1, more=""),
    "studies/alder-2014.yaml": STUDY.format(year=2014, n=2, patients=9, more=""),
}


def codes(review: Review) -> list[str]:
    return [f.code for f in review.findings]


def test_shared_patients_are_asked_about_until_a_cohort_says_so(tmp_path: Path):
    found = [f for f in load(tmp_path / "a", PAIR).findings if f.code == "possible-patient-overlap"]
    assert len(found) == 1
    assert found[0].span.file == "studies/alder-2012.yaml"
    assert "a male of 4 years in both" in found[0].message
    assert "`overlaps: alder-2014/all`" in found[0].hint
    told = STUDY.format(year=2012, n=1, patients=1, more=", overlaps: alder-2014/all")
    settled = load(tmp_path / "b", {**PAIR, "studies/alder-2012.yaml": told})
    assert "possible-patient-overlap" not in codes(settled)


def test_a_study_whose_report_was_screened_out_is_told(tmp_path: Path):
    votes = HEADER + row(1, "exclude", "animals only") + row(2, "include") + full(2, "include")
    review = load(tmp_path, {**PAIR, "screening/AB.csv": votes})
    found = [f for f in review.findings if f.code == "study-screened-out"]
    assert [f.span.file for f in found] == ["studies/alder-2012.yaml"]
    assert "animals only" in found[0].message


def test_studies_are_counted_only_when_every_included_report_has_one(tmp_path: Path):
    votes = HEADER + "".join(row(n, "include") + full(n, "include") for n in (1, 2, 3))
    files = {**PAIR, "screening/AB.csv": votes}
    files["records/b.ris"] = ris(3)
    review = load(tmp_path / "a", files)
    flow = prisma_flow(review.evidence, review.screening)
    assert (flow.studies, flow.reports) == (None, 3)
    assert "2 of 3 included reports" in flow.remarks[0]
    assert "report-not-extracted" in codes(review)
    files["studies/case-3.yaml"] = "citation: {doi: 10.1000/CASE3, year: 2013}\n"
    review = load(tmp_path / "b", files)
    flow = prisma_flow(review.evidence, review.screening)
    assert (flow.studies, flow.reports) == (3, 3)


def test_a_review_without_records_loads_no_library_for_them(tmp_path: Path):
    import subprocess
    import sys

    review = load(tmp_path, {"review.yaml": "title: x\n"})
    assert review.screening is None
    code = (
        "import sys; from pathlib import Path; from paucity.review import load_review\n"
        "load_review(Path(sys.argv[1]))\n"
        "print(*[m for m in ('lxml', 'rapidfuzz', 'bibtexparser', 'paucity.screening.load')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == ""


def test_the_bundled_review_says_that_its_source_reports_no_counts():
    review = load_review(bundled_review("hlh-salvage"))
    flow = prisma_flow(review.evidence, review.screening)
    assert flow.main.identified is None
    assert flow.main.screened is None
    assert flow.main.sources == (("database", "PubMed", None),)
    assert flow.other is not None
    assert flow.studies == len({study for study, _ in review.evidence.included})
    assert "holds no records" in flow.remarks[0]
    assert "number of records found, screened and excluded" in flow.remarks[1]


# -- checklists --------------------------------------------------------------------------------


def test_the_checklists_have_the_items_of_their_statements():
    # Page 2021: 27 items, of which 10, 13, 16, 20, 23, 24 have 2, 6, 2, 4, 4 (23a to d), 3 parts.
    items = [i.item for i in checklist("prisma-2020").items]
    assert sorted({int(i.rstrip("abcdef")) for i in items}) == list(range(1, 28))
    parts = {
        n: sum(i.rstrip("abcdef") == n for i in items) for n in ("10", "13", "16", "20", "23", "24")
    }
    assert parts == {"10": 2, "13": 6, "16": 2, "20": 4, "23": 4, "24": 3}
    assert [i.item for i in checklist("prisma-s").items] == [str(n) for n in range(1, 17)]
    assert [i.item for i in checklist("prisma-scr").items] == [str(n) for n in range(1, 23)]


def test_every_item_that_someone_answers_has_who_answers_and_the_rest_says_so():
    from paucity.report.checklist_answers import ANSWERS

    named = {i.answer for name in CHECKLISTS for i in checklist(name).items if i.answer}
    assert named == set(ANSWERS)
    review = load_review(bundled_review("hlh-salvage"))
    table = {row["item"].text: row["answer"].text for row in prisma_2020(review).rows}
    assert table["25"] == "not known to paucity"
    assert table["6"].startswith("PubMed (date not stated)")
    assert table["16a"] == "drawn; counts before inclusion are not reported"


def test_contacts_and_reference_lists_are_told_apart():
    review = load_review(bundled_review("hlh-salvage"))
    told = answers_to(checklist("prisma-s"), facts_of(review))
    assert told["5"] is not None
    assert told["5"].text == "articles referenced in those reviewed"
    assert told["6"] is not None
    assert told["6"].text == "query to the authors of reference 14"


# -- the report --------------------------------------------------------------------------------

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    record = ris(1, title=f"=HYPERLINK(1) {SCRIPT} $x^2$ {{{{ 7 * 7 }}}}")
    votes = HEADER + row(1, "include", "") + full(1, "exclude", f"=cmd {SCRIPT}")
    review = load(
        folder / "review",
        {
            "review.yaml": BOTH
            + f"searches: {{database: '{SCRIPT}', kind: other, files: records/a.ris}}\n",
            "records/a.ris": record,
            "screening/A B.csv": votes,
        },
    )
    write_report(review, folder / "out")
    return folder / "out"


def test_hostile_records_and_reasons_stay_text(hostile: Path):
    for path in hostile.rglob("*.html"):
        assert "<script" not in path.read_text(encoding="utf-8"), path
    for path in hostile.rglob("*.svg"):
        assert "<script" not in path.read_text(encoding="utf-8"), path
    index = (hostile / "index.html").read_text(encoding="utf-8")
    assert "=cmd" in index
    assert "{{ 7 * 7 }}" in index
    for line in (hostile / "tables" / "excluded-reports.csv").read_text("utf-8").splitlines()[1:]:
        assert "'=cmd" in line
    assert "<script" not in (hostile / "tables" / "prisma-s.md").read_text(encoding="utf-8")


def test_every_link_of_a_report_with_records_leads_somewhere(hostile: Path):
    assert dead_links(hostile) == []
    assert {"index.html", "checklists.html"} <= {p.name for p in read_folder(hostile)}
    counts = json.loads((hostile / "flow.json").read_text(encoding="utf-8"))
    assert counts["other_methods"]["excluded_reports"] == [{"reason": f"=cmd {SCRIPT}", "n": 1}]
