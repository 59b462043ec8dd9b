"""The commands: from exports to a diagram, votes by hand and from a spreadsheet, clear refusals."""

from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.literature.support import shared

from paucity.cli import main
from paucity.literature import read_file
from screening.support import HEADER, full, ris, row

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

REVIEW = """\
title: Elm
searches: {database: PubMed, files: records/a.ris}
screening: {reviewers: 2, reasons: [animals only], settled_by: CD}
"""


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], prog_name="paucity")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    files = {
        "review.yaml": REVIEW,
        "records/a.ris": ris(0) + ris(1, title="=HYPERLINK(1) in case 1") + ris(2),
        "records/b.ris": ris(2),
        "screening/AB.csv": HEADER + row(0, "include"),
    }
    for name, text in files.items():
        (tmp_path / "elm" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "elm" / name).write_text(text, encoding="utf-8")
    return tmp_path / "elm"


# -- records -----------------------------------------------------------------------------------


def test_exports_become_records_merges_flow_and_checklists(tmp_path: Path, elm: Path):
    out = tmp_path / "out"
    forms = ("--to", "ris", "--to", "nbib", "--to", "xlsx")
    done = run("records", elm / "records", "--out", out, *forms)
    assert done.exit_code == 0
    assert "2 files, 4 records" in done.output
    assert "1 duplicate merged" in done.output
    assert len(read_file(out / "records.ris").records) == 3
    assert read_file(out / "records.nbib").records == read_file(out / "records.ris").records
    counts = json.loads((out / "flow.json").read_text(encoding="utf-8"))
    column = counts["databases_and_registers"]
    assert (column["identified"], column["duplicates"], column["unscreened"]) == (4, 1, 3)
    checklist = table(out / "prisma-s.csv")
    told = {line["item"]: line["answer"] for line in checklist}
    assert told["16"].startswith("by paucity: 1 duplicate of 4 records")
    assert {p.name for p in out.iterdir()} >= {"flow.svg", "flow.png", "merges.yaml", "links.csv"}


def test_a_second_run_writes_the_same_and_keeps_what_a_person_decided(tmp_path: Path, elm: Path):
    out = tmp_path / "out"
    run("records", elm / "records", "--out", out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    run("records", elm / "records", "--out", out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    merges = out / "merges.yaml"
    text = merges.read_text(encoding="utf-8").replace("decision: merge", "decision: keep apart")
    merges.write_text(text, encoding="utf-8")
    done = run("records", elm / "records", "--out", out)
    assert "0 duplicates merged" in done.output
    assert "keep apart" in merges.read_text(encoding="utf-8")


def test_a_review_keeps_its_merges_with_its_votes(tmp_path: Path, elm: Path):
    run("records", elm, "--out", tmp_path / "out")
    assert "10.1000/case2" in (elm / "screening" / "merges.yaml").read_text(encoding="utf-8")
    assert not (tmp_path / "out" / "merges.yaml").exists()


def test_a_merge_file_that_cannot_be_read_whole_is_never_written_over(tmp_path: Path, elm: Path):
    broken = "- {decision: keep aprt, by: AB, records: [pmid:1, pmid:2]}\n"
    (elm / "screening" / "merges.yaml").write_text(broken, encoding="utf-8")
    done = run("records", elm, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "merges.yaml:1: decision 'keep aprt' is none of" in done.stderr
    assert (elm / "screening" / "merges.yaml").read_text(encoding="utf-8") == broken


def test_what_an_earlier_run_wrote_is_no_export(elm: Path):
    first = run("records", elm / "records", "--out", elm / "records" / "out")
    again = run("records", elm / "records", "--out", elm / "records" / "out")
    assert first.output == again.output


def test_what_cannot_be_read_is_told_and_the_rest_is_written(tmp_path: Path, elm: Path):
    (elm / "records" / "junk.bin").write_bytes(os.urandom(2000))
    done = run("records", elm / "records", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "junk.bin:1:1: error [format-unknown]" in done.stderr
    assert len(read_file(tmp_path / "out" / "records.ris").records) == 3


def test_a_place_that_is_not_there_is_one_line(tmp_path: Path):
    done = run("records", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "there is no file or folder" in done.stderr
    (tmp_path / "empty").mkdir()
    assert "there is no file in" in run("records", tmp_path / "empty").stderr


def test_the_search_checklist_of_bare_exports_names_their_databases(tmp_path: Path):
    files = {
        "a.nbib": "PMID- 1\nTI  - Anakinra in one\nOWN - NLM\n\nPMID- 2\nTI  - Two\nOWN - NLM\n",
        "b.ris": ris(0, extra="DB  - Embase\n"),
        "c.ris": ris(1, extra="DB  - EMBASE\n"),
        "d.ris": ris(2),
        "e.csv": "title,database\nEmapalumab,CINAHL\n",
    }
    for name, text in files.items():
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    run("records", tmp_path / "in", "--out", tmp_path / "out")
    told = {line["item"]: line["answer"] for line in table(tmp_path / "out" / "prisma-s.csv")}
    assert told["1"] == (
        "As the exports name them: Embase (field DB); PubMed (format nbib); CINAHL (column"
        " database); 1 file without the name of one: d.ris"
    )
    assert told["15"] == (
        "6 records; Embase: 2 (2 files); PubMed: 2 (1 file); CINAHL: 1 (1 file); database not"
        " named: 1 (1 file)"
    )


# -- votes -------------------------------------------------------------------------------------


def vote(elm: Path, record: str, *rest: str) -> Result:
    return run("screen", "vote", elm, record, "--time", "2026-02-01", *rest)


def test_a_vote_is_added_and_its_outcome_told(elm: Path):
    done = vote(elm, "doi:10.1000/case0", "--as", "EF", "--decision", "include")
    assert done.output == "doi:10.1000/case0: included at title and abstract (screening/EF.csv)\n"
    text = (elm / "screening" / "EF.csv").read_text(encoding="utf-8")
    assert text == HEADER + "doi:10.1000/case0,title and abstract,include,,2026-02-01,\n"
    done = vote(elm, "doi:10.1000/case0", "--as", "EF", "--decision", "exclude")
    assert "conflict" in done.output
    assert (elm / "screening" / "EF.csv").read_text(encoding="utf-8").startswith(text)


@pytest.mark.parametrize(
    ("record", "rest", "message"),
    [
        ("doi:10.1000/cas0", ["--decision", "include"], "did you mean `doi:10.1000/case0`?"),
        ("doi:10.1000/case0", ["--decision", "exclude", "--reason", "animal only"], "animals only"),
        (
            "doi:10.1000/case0",
            ["--decision", "include", "--reason", "x"],
            "a reason is for",
        ),
        ("doi:10.1000/case0", ["--decision", "include", "--time", "soon"], "`soon` is no time"),
        (
            "doi:10.1000/case0",
            ["--decision", "exclude", "--stage", "full text"],
            "excluded for a reason",
        ),
    ],
)
def test_a_vote_that_cannot_count_is_refused_in_one_line(elm: Path, record, rest, message):
    done = vote(elm, record, "--as", "EF", *rest)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (elm / "screening" / "EF.csv").exists()


def test_a_vote_says_which_record_it_was_taken_for(elm: Path):
    done = vote(elm, "https://doi.org/10.1000/CASE0", "--as", "EF", "--decision", "include")
    first, second = done.output.splitlines()
    assert first.startswith(
        "`https://doi.org/10.1000/CASE0` is taken for doi:10.1000/case0: Author0"
    )
    assert second == "doi:10.1000/case0: included at title and abstract (screening/EF.csv)"
    text = (elm / "screening" / "EF.csv").read_text(encoding="utf-8")
    assert text == HEADER + "doi:10.1000/case0,title and abstract,include,,2026-02-01,\n"


def test_a_vote_on_what_two_reports_share_names_both(elm: Path):
    names = [f"doi:10.1000/case2 in records/{x}.ris" for x in "ab"]
    apart = f"- {{decision: keep apart, by: AB, records: ['{names[0]}', '{names[1]}']}}\n"
    (elm / "screening" / "merges.yaml").write_text(apart, encoding="utf-8")
    done = vote(elm, "10.1000/CASE2", "--as", "EF", "--decision", "include")
    assert done.exit_code == 2
    assert f"`10.1000/CASE2` is 2 reports: `{names[0]}`, `{names[1]}`" in done.stderr
    assert vote(elm, names[1], "--as", "EF", "--decision", "include").exit_code == 0


def test_a_sheet_may_name_records_as_people_write_them(tmp_path: Path, elm: Path):
    sheet = tmp_path / "ef.csv"
    rows = "10.1000/CASE0,include\nhttps://doi.org/10.1000/case1,include\n10.1000/nix,include\n"
    sheet.write_text("record,decision\n" + rows, encoding="utf-8")
    done = run("screen", "import", elm, sheet, "--as", "EF")
    assert "ef.csv:4:1: `10.1000/nix` is none of the records" in done.stderr
    sheet.write_text("record,decision\n" + rows.replace("10.1000/nix,include\n", ""), "utf-8")
    done = run("screen", "import", elm, sheet, "--as", "EF", "--time", "2026-02-01")
    assert "ef.csv:2: `10.1000/CASE0` is taken for doi:10.1000/case0: Author0 2013." in done.output
    text = (elm / "screening" / "EF.csv").read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == [
        "doi:10.1000/case0",
        "doi:10.1000/case1",
    ]


@pytest.mark.parametrize("name", ["../EF", "a/b", ".x", "=EF"])
def test_a_reviewers_name_never_leads_out_of_the_folder(elm: Path, name):
    done = vote(elm, "doi:10.1000/case0", "--as", name, "--decision", "include")
    assert done.exit_code == 2
    assert "can be no reviewer's name" in done.stderr


def test_votes_under_a_name_no_reviewer_can_have_are_told(elm: Path):
    done = vote(elm, "doi:10.1000/case0", "--as", "con", "--decision", "include")
    assert done.stderr == (
        "Error: no file can be called `con` on Windows: use another name, as `con 1`\n"
    )
    (elm / "screening" / "merges.csv").write_text(HEADER + row(0, "include"), encoding="utf-8")
    done = run("check", elm)
    assert (
        "screening/merges.csv:1:1: error [reviewer-name] the votes are not counted" in done.output
    )
    assert "rename the file: use another name, as `merges 1`" in done.output


def test_a_reviewer_in_other_capitals_is_refused_and_found(elm: Path):
    done = vote(elm, "doi:10.1000/case0", "--as", "ab", "--decision", "include")
    assert (done.exit_code, "vote as `AB`" in done.stderr) == (2, True)
    assert not (elm / "screening" / "ab.csv").exists()
    (elm / "screening" / "ab.csv").write_text(HEADER + row(0, "include"), encoding="utf-8")
    done = run("check", elm)
    assert "screening/ab.csv:1:1: error [reviewer-twice]" in done.output
    assert "may be the votes of `AB` once more" in done.output


def test_an_accent_encoded_otherwise_is_the_same_name(elm: Path):
    decomposed = "A\u0301gnes"
    held = elm / "screening" / f"{decomposed}.csv"
    held.write_text(HEADER, encoding="utf-8")
    done = vote(elm, "doi:10.1000/case0", "--as", "\xc1gnes", "--decision", "include")
    assert done.exit_code == 0
    assert held.read_text(encoding="utf-8") != HEADER
    assert len(list((elm / "screening").glob("*.csv"))) == 2


def test_who_settles_may_be_written_in_other_capitals(elm: Path):
    text = (elm / "review.yaml").read_text(encoding="utf-8")
    (elm / "review.yaml").write_text(text.replace("CD", "cd"), encoding="utf-8")
    vote(elm, "doi:10.1000/case0", "--as", "EF", "--decision", "exclude")
    done = vote(elm, "doi:10.1000/case0", "--as", "CD", "--decision", "include")
    assert done.output.startswith("doi:10.1000/case0: included at")


def test_the_bundled_review_is_not_voted_on():
    done = run("screen", "vote", "hlh-salvage", "pmid:1", "--as", "AB", "--decision", "include")
    assert (done.exit_code, "bundled" in done.stderr) == (2, True)


def test_a_file_that_is_no_vote_file_is_not_added_to(elm: Path):
    (elm / "screening" / "EF.csv").write_text("name,verdict\n", encoding="utf-8")
    done = vote(elm, "doi:10.1000/case0", "--as", "EF", "--decision", "include")
    assert done.exit_code == 2
    assert "does not begin with record,stage" in done.stderr
    assert (elm / "screening" / "EF.csv").read_text(encoding="utf-8") == "name,verdict\n"


# -- spreadsheets ------------------------------------------------------------------------------


def test_a_sheet_goes_out_and_comes_back(tmp_path: Path, elm: Path):
    sheet = tmp_path / "ab.csv"
    done = run("screen", "export", elm, "--as", "AB", "--out", sheet)
    assert "2 records to screen" in done.output  # of three, one has a vote
    rows = table(sheet)
    assert rows[0]["title"] == "'=HYPERLINK(1) in case 1"
    rows[0]["decision"], rows[0]["reason"] = "Exclude", "animals only"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], delimiter=";")  # as a German spreadsheet saves it
        writer.writeheader()
        writer.writerows(rows)
    arguments = ("screen", "import", elm, sheet, "--as", "AB", "--time", "2026-02-01")
    assert run(*arguments).output == "1 vote added to screening/AB.csv\n"
    assert run(*arguments).output == "0 votes added to screening/AB.csv\n"
    text = (elm / "screening" / "AB.csv").read_text(encoding="utf-8")
    assert text.endswith("doi:10.1000/case1,title and abstract,exclude,animals only,2026-02-01,\n")


def test_nothing_of_a_sheet_is_written_if_a_row_of_it_is_wrong(tmp_path: Path, elm: Path):
    sheet = tmp_path / "ab.csv"
    sheet.write_text(
        "record,decision\ndoi:10.1000/case1,include\ndoi:10.1000/case2,maybe\ndoi:10.1/no,include\n",
        encoding="utf-8",
    )
    before = (elm / "screening" / "AB.csv").read_bytes()
    done = run("screen", "import", elm, sheet, "--as", "AB")
    assert done.exit_code == 2
    assert "ab.csv:3:1: `maybe` is no decision" in done.stderr
    assert "ab.csv:4:1: `doi:10.1/no` is none of the records" in done.stderr
    assert (elm / "screening" / "AB.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("stage", "rows", "message"),
    [
        ("full text", "doi:10.1000/case0,exclude,\n", "2:1: at full text a report is excluded for"),
        ("full text", "doi:10.1000/case0,exclude,animal only\n", "did you mean `animals only`?"),
        ("full text", "doi:10.1000/case0,include,animals only\n", "a reason is for excluding"),
        (
            "title and abstract",
            "doi:10.1000/case1,include,\ndoi:10.1000/case1,exclude,animals only\n",
            "3:1: `doi:10.1000/case1` has another vote in line 2",
        ),
    ],
)
def test_a_sheet_is_held_to_what_a_single_vote_is(tmp_path: Path, elm: Path, stage, rows, message):
    sheet = tmp_path / "ef.csv"
    sheet.write_text(f"record,decision,reason\n{rows}", encoding="utf-8")
    done = run("screen", "import", elm, sheet, "--as", "EF", "--stage", stage)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (elm / "screening" / "EF.csv").exists()


def test_a_record_that_stands_twice_with_one_vote_counts_once(tmp_path: Path, elm: Path):
    sheet = tmp_path / "ef.csv"
    sheet.write_text("record,decision\n" + "doi:10.1000/case1,include\n" * 2, encoding="utf-8")
    assert run("screen", "import", elm, sheet, "--as", "EF").output.startswith("1 vote added")
    assert run("screen", "import", elm, sheet, "--as", "EF").output.startswith("0 votes added")


def test_a_sheet_that_was_filled_in_is_not_written_over(tmp_path: Path, elm: Path):
    sheet = tmp_path / "ab.csv"
    export = ("screen", "export", elm, "--as", "AB", "--out", sheet)
    run(*export)
    assert "2 records to screen" in run(*export).output  # nothing was filled in
    filled = sheet.read_bytes().replace(b"doi:10.1000/case1,,", b"doi:10.1000/case1,include,")
    sheet.write_bytes(filled)
    done = run(*export)
    assert (done.exit_code, "would be lost" in done.stderr) == (2, True)
    assert sheet.read_bytes() == filled
    run("screen", "import", elm, sheet, "--as", "AB")
    assert "1 record to screen" in run(*export).output
    protocol = (elm / "review.yaml").read_bytes()
    done = run("screen", "export", elm, "--as", "AB", "--out", elm / "review.yaml")
    assert done.exit_code == 2
    assert (elm / "review.yaml").read_bytes() == protocol


# -- status and flow ---------------------------------------------------------------------------


def test_status_says_what_is_next_and_json_all_of_it(elm: Path):
    (elm / "screening" / "EF.csv").write_text(HEADER + row(0, "exclude"), encoding="utf-8")
    done = run("screen", "status", elm, "--next", "1")
    assert "Title and abstract, conflicts (1):" in done.output
    assert "[AB: include, EF: exclude]" in done.output
    assert "and 1 more" in done.output
    data = json.loads(run("screen", "status", elm, "--format", "json").output)
    assert len(data["open"]["Title and abstract, next (2)"]) == 2


def test_a_review_without_records_says_what_to_do(tmp_path: Path):
    (tmp_path / "review.yaml").write_text("title: x\n", encoding="utf-8")
    done = run("screen", "status", tmp_path)
    assert (done.exit_code, "put exports" in done.stderr) == (2, True)


@pytest.mark.parametrize("ending", [".svg", ".png", ".json", ".csv", ".md"])
def test_a_flow_is_written_in_every_format(tmp_path: Path, elm: Path, ending):
    out = tmp_path / f"flow{ending}"
    assert run("flow", elm, "--out", out).exit_code == 0
    assert out.stat().st_size > 300
    assert run("flow", elm, "--out", tmp_path / "flow.pdf").exit_code == 2


@pytest.mark.parametrize(
    ("file", "data"),
    [
        (
            "screening/EF.csv",
            (HEADER + row(1, "include")).replace(",,", ",s\xf6g,").encode("latin1"),
        ),
        ("screening/merges.yaml", b"- {decision: ["),
        ("records/c.ris", b"\0\0no export"),
    ],
)
def test_a_flow_tells_what_it_is_without(elm: Path, file, data):
    assert run("flow", elm).stderr == ""
    (elm / file).write_bytes(data)
    done = run("flow", elm)
    assert f"{file}:" in done.stderr
    assert "error" in done.stderr
    assert "the counts are without what could not be read" in " ".join(done.stdout.split())


def test_what_waits_is_no_part_of_what_was_excluded(elm: Path):
    rows = run("flow", elm, "--out", elm / "flow.csv") and table(elm / "flow.csv")
    boxes = {r["box"]: r["n"] for r in rows}
    assert boxes["Records excluded"] == "0"
    assert boxes["Records waiting for a decision"] == "3"
    assert not [box for box in boxes if box.startswith("Records excluded:")]


def test_the_flow_of_the_bundled_review_says_what_is_not_reported():
    done = run("flow", "hlh-salvage")
    assert "Records screened" in done.output
    assert "not reported" in done.output
    assert "holds no records" in done.output


def test_a_whole_screening_is_drawn_as_it_was_voted(elm: Path):
    both = row(0, "include") + full(0, "include") + row(1, "exclude") + row(2, "include")
    for name in ("AB", "EF"):
        votes = HEADER + both + full(2, "exclude", "not retrieved")
        (elm / "screening" / f"{name}.csv").write_text(votes, encoding="utf-8")
    run("flow", elm, "--out", elm / "flow.json")
    held = json.loads((elm / "flow.json").read_text(encoding="utf-8"))["databases_and_registers"]
    wanted = {"identified": 4, "duplicates": 1, "screened": 3, "excluded": 1, "sought": 2,
              "not_retrieved": 1, "assessed": 1, "included": 1}  # fmt: skip
    assert {box: held[box] for box in wanted} == wanted


@pytest.mark.slow
def test_the_raw_exports_become_a_flow(tmp_path: Path):
    done = run("records", shared("data/exports"), "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 1  # some of these files are broken on purpose
    counts = json.loads((tmp_path / "out" / "flow.json").read_text(encoding="utf-8"))
    column = counts["databases_and_registers"]
    assert column["identified"] > 31_000
    assert column["identified"] == column["duplicates"] + column["unscreened"]
