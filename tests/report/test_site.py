"""The report as a folder: every link leads somewhere, nothing hostile runs, runs are alike."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from paucity.report.site import SUMS, make_report, write_files, write_report
from paucity.report.tables import all_tables
from paucity.review import Review, load_review
from report import hostile
from report.pages import dead_links, read, read_folder
from support.reviews import load


def content(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_every_link_leads_to_a_line_inside_the_folder(bundled_report: Path) -> None:
    assert dead_links(bundled_report) == []


def test_links_lead_somewhere_even_from_hostile_names(hostile_report: Path) -> None:
    assert dead_links(hostile_report) == []


def test_every_cell_with_a_place_has_its_anchor(bundled: Review, bundled_report: Path) -> None:
    pages = {
        str(p.relative_to(bundled_report)): page for p, page in read_folder(bundled_report).items()
    }
    seen = 0
    for table in all_tables(bundled):
        for row in table.rows:
            for cell in row.cells.values():
                if cell.span is not None:
                    name = cell.span.file.removeprefix("library/").replace(".yaml", ".html")
                    assert f"L{cell.span.line}" in pages[name].ids
                    seen += 1
    assert seen > 100


def test_the_answer_comes_first_with_its_numbers(bundled_report: Path) -> None:
    page = read((bundled_report / "index.html").read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.text).split())
    sections = [a["id"] for tag, a in page.tags if tag == "section" and "id" in a]
    assert sections[0] == "answer"
    assert "16 of 24" in text
    assert "67% (45 to 84%)" in text
    assert "12 of 34" in text
    assert "35% (20 to 54%)" in text
    assert "No study compared them with one another" in text
    assert "not advice for a patient’s care" in text


def test_agents_known_only_in_bounds_are_told_in_bounds(bundled_report: Path) -> None:
    text = (bundled_report / "index.html").read_text(encoding="utf-8")
    assert ">8 to 9</a>" in text


def test_pages_ask_nothing_of_the_network_and_run_nothing(
    bundled_report: Path, hostile_report: Path
) -> None:
    for out in (bundled_report, hostile_report):
        for path, page in read_folder(out).items():
            assert not [tag for tag, _ in page.tags if tag in {"script", "iframe", "object"}], path
            for _, attrs in page.tags:
                assert not [name for name in attrs if name.startswith("on")], path
            for link in page.links:
                assert ":" not in link.split("#")[0], (path, link)
    style = (bundled_report / "style.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_text_is_printed_as_text(hostile_report: Path) -> None:
    texts = ["".join(page.text) for page in read_folder(hostile_report).values()]
    index = "".join(read((hostile_report / "index.html").read_text(encoding="utf-8")).text)
    for text in (hostile.SCRIPT, hostile.ATTRIBUTE, hostile.TEMPLATE, "<b>x</b>"):
        assert text in index
    assert all("49" not in text.split("{% raw %}")[0][-20:] for text in texts if "{% raw" in text)


def test_hostile_text_does_not_become_a_formula(hostile_report: Path) -> None:
    for path in hostile_report.rglob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for cell in line.split(","):
                bare = cell.strip('"')
                assert not bare.startswith(("=", "+", "@")), (path, cell)


def test_no_identifier_is_given_twice(bundled_report: Path, hostile_report: Path) -> None:
    for out in (bundled_report, hostile_report):
        for path, page in read_folder(out).items():
            twice = (
                {i for i in page.ids if page.ids.count(i) > 1} if len(page.ids) < 3000 else set()
            )
            assert not twice, (path, twice)


def test_two_runs_are_byte_identical(bundled: Review, bundled_report: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from paucity.review import bundled_review, load_review\n"
        "from paucity.report.site import write_report\n"
        "write_report(load_review(bundled_review('hlh-salvage')), Path(sys.argv[1]))\n"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "MPLCONFIGDIR": str(tmp_path / "m")}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], env=environment, check=True)
    assert content(tmp_path / "out") == content(bundled_report)


def test_a_second_run_changes_nothing_and_draws_nothing(
    bundled: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(bundled, tmp_path)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*.svg")}
    assert before
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    write_report(bundled, tmp_path)
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*.svg")} == before


def test_a_figure_that_someone_changed_is_drawn_again(bundled: Review, tmp_path: Path) -> None:
    write_report(bundled, tmp_path)
    figure = tmp_path / "figures" / "responses.svg"
    right = figure.read_text(encoding="utf-8")
    figure.write_text(right.replace("<svg", "<svg data-x='1'", 1), encoding="utf-8")
    write_report(bundled, tmp_path)
    assert figure.read_text(encoding="utf-8") == right


def test_checksums_are_those_of_the_files(bundled_report: Path) -> None:
    lines = (bundled_report / SUMS).read_text(encoding="utf-8").splitlines()
    for line in lines:
        digest, _, path = line.partition("  ")
        assert hashlib.sha256((bundled_report / path).read_bytes()).hexdigest() == digest
    assert len(lines) == len(content(bundled_report)) - 1


def test_what_an_earlier_run_left_is_removed_and_nothing_else(
    bundled: Review, hostile_review: Review, tmp_path: Path
) -> None:
    write_report(hostile_review, tmp_path)
    mine = tmp_path / "studies" / "notes.txt"
    mine.write_text("mine")
    edited = tmp_path / "tables" / "claims.csv"
    edited.write_text("edited by hand")
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("keep")
    digest = hashlib.sha256(b"keep").hexdigest()
    with (tmp_path / SUMS).open("a") as sums:
        sums.write(f"{digest}  ../outside.txt\n")
    write_report(bundled, tmp_path)
    assert not (tmp_path / "studies" / "lind-1753.html").exists()
    assert mine.read_text() == "mine"
    assert outside.read_text() == "keep"
    assert (tmp_path / "index.html").exists()


def test_a_run_that_fails_leaves_no_partial_file(
    bundled: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_report(bundled, tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_evidence_json_says_where_each_number_stands(bundled: Review, bundled_report: Path) -> None:
    data = json.loads((bundled_report / "evidence.json").read_text(encoding="utf-8"))
    cohort = data["studies"]["wang-2015"]["cohorts"]["eligible"]
    assert cohort["patients"] == 34
    line = cohort["@"]["lines"]["patients"]
    text = bundled.texts[cohort["@"]["file"]].splitlines()[line - 1]
    assert "patients: 34" in text
    assert data["eligibility"][data["main"]]["agents"]["DEP"]["verdict"] == "included"


def test_findings_json_holds_every_finding(bundled: Review, bundled_report: Path) -> None:
    data = json.loads((bundled_report / "findings.json").read_text(encoding="utf-8"))
    assert len(data["findings"]) == len(bundled.findings)
    assert [f["reason"] for f in data["accepted"]] == [
        accepted.reason for _, accepted in bundled.accepted
    ]


def test_an_empty_review_still_has_a_report(tmp_path: Path) -> None:
    review = load(tmp_path / "review", {"review.yaml": "title: Nothing yet\n"})
    write_report(review, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    assert "No agent has eligible evidence" in (tmp_path / "out" / "index.html").read_text()


def test_a_review_without_studies_has_no_empty_list_and_no_empty_section(tmp_path: Path) -> None:
    protocol = (
        "title: Elm\ncriteria:\n  main:\n    cohort:\n"
        "      many: {require: patients >= 2, label: two patients}\n"
    )
    review = load(tmp_path / "review", {"review.yaml": protocol})
    write_report(review, tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<strong>0 cohorts</strong> included" in page
    assert not re.search(r"<(li|ul|ol|p|section)\b[^>]*>\s*</\1>", page)
    assert not re.search(
        r"</h[234]>\s*(?:<h[23]\b(?! id=\"h-agent)|</section>)",
        page.replace('<h2 id="h-methods">Methods</h2>', ""),
    )
    assert "#tables" not in page
    assert ">Response</h3>" not in page
    assert dead_links(tmp_path / "out") == []


def test_a_broken_review_still_has_a_report(tmp_path: Path) -> None:
    files = {"review.yaml": "title: [\n", "studies/x.yaml": "\x00", "studies/y.yaml": "- 1\n"}
    review = load(tmp_path / "review", files)
    write_report(review, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    page = read((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert "not-yaml" in page.text


def test_no_code_or_template_of_the_report_knows_the_disease() -> None:
    folder = Path(sys.modules["paucity.report.site"].__file__ or "").parent
    for path in (*folder.glob("*.py"), *folder.glob("figures/*.py"), *folder.glob("templates/*")):
        text = path.read_text(encoding="utf-8").casefold()
        code = "\n".join(line for line in text.splitlines() if ">>>" not in line)
        assert "hlh" not in code.replace("hlh-salvage", ""), path
        assert "anakinra" not in code, path


def test_tables_of_ones_own_appear(bundled: Review, tmp_path: Path) -> None:
    from paucity.report.table import Cell, Column, Table, TableRow

    own = Table("own", "My table", (Column("a", "A"),), (TableRow({"a": Cell("x")}),))
    write_files(make_report(bundled, (*all_tables(bundled), own)), tmp_path)
    assert "My table" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "tables" / "own.csv").read_text(encoding="utf-8") == "a\nx\n"


def test_a_line_past_the_end_of_a_file_leads_to_its_last(bundled: Review) -> None:
    from paucity.report.links import Links
    from paucity.text import Span

    links = Links({"a.yaml": "a.html"}, {"a.yaml": 3})
    assert links.to(Span("a.yaml", 99)) == "a.html#L3"
    assert links.to(Span("b.yaml", 1)) == ""


def test_the_folder_of_the_review_is_not_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "review"
    load(folder, hostile.FILES)
    before = content(folder)
    write_report(load_review(folder), tmp_path / "out")
    assert content(folder) == before


def test_a_missing_library_is_told_before_anything_is_written() -> None:
    code = (
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'scipy' else found(name, *more)\n"
        "import paucity.report.site\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip().endswith("ModuleNotFoundError: No module named 'scipy'")
