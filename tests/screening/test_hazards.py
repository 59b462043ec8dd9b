"""Folders and files that go wrong: each is named, nothing is lost, nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.literature.support import codes, read

from paucity.cli import main
from paucity.literature import read_bytes
from paucity.literature.write import write_xlsx
from paucity.report import corpus_files
from screening.support import ris

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], prog_name="paucity")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/a.ris").write_text(ris(0) + ris(1), encoding="utf-8")
    return tmp_path / "exports"


def test_two_folders_may_hold_files_of_one_name(tmp_path: Path, exports: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.ris").write_text(ris(2), encoding="utf-8")
    done = run("records", exports, tmp_path / "more", "--out", tmp_path / "out")
    assert "2 files, 3 records" in done.output


def test_a_file_given_twice_is_read_once(tmp_path: Path, exports: Path) -> None:
    done = run("records", exports, exports / "a.ris", "--out", tmp_path / "out")
    assert "1 file, 2 records" in done.output


def test_what_an_earlier_run_wrote_elsewhere_is_passed_over_and_said(exports: Path) -> None:
    run("records", exports, "--out", exports / "first")
    done = run("records", exports, "--out", exports / "second")
    assert "1 file, 2 records" in done.output
    assert "first/:1:1: note [file-unreadable] is not read: an earlier run" in done.stderr


def test_the_folder_of_exports_is_never_written_into(exports: Path) -> None:
    done = run("records", exports, "--out", exports)
    assert done.exit_code == 2
    assert "choose another folder with --out" in done.stderr
    assert [p.name for p in exports.iterdir()] == ["a.ris"]


@posix
def test_odd_names_links_and_pipes_are_named(tmp_path: Path, exports: Path) -> None:
    raw = os.fsencode(exports)
    for name, text in ((b"bytes\xff.ris", ris(2)), (b"two\nlines.ris", ris(3)), (b"\x1b[31m", "")):
        with open(raw + b"/" + name, "wb") as out:  # noqa: PTH123  bytes that are no text
            out.write(text.encode())
    os.mkfifo(exports / "pipe.ris")
    (exports / "loop").symlink_to(".")
    (exports / "self.ris").symlink_to("self.ris")
    done = run("records", exports, "--out", tmp_path / "out")
    assert "6 files, 4 records" in done.output
    assert "loop/:1:1: error [file-unreadable] is a link to a folder" in done.stderr
    assert "pipe.ris:1:1: error [file-unreadable] is not an ordinary file" in done.stderr
    assert "\x1b" not in done.stderr
    told = (tmp_path / "out/exports.csv").read_text(encoding="utf-8-sig")
    assert r"bytes\xff.ris" in told
    assert r"two\nlines.ris" in told


def test_merges_that_a_person_changed_meanwhile_are_not_written_over(
    tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run("records", exports, "--out", out)
    mine = "# mine\n[]\n"

    def edited(corpus: object) -> list[object]:
        (out / "merges.yaml").write_text(mine, encoding="utf-8")
        return []

    (exports / "b.ris").write_text(ris(0), encoding="utf-8")
    monkeypatch.setattr(corpus_files, "links_of", edited)
    done = run("records", exports, "--out", out)
    assert done.exit_code == 2
    assert "merges.yaml was changed in the meantime" in done.stderr
    assert (out / "merges.yaml").read_text(encoding="utf-8") == mine


def test_many_findings_of_one_kind_are_counted_not_all_printed(tmp_path: Path) -> None:
    """The same for every command; JSON keeps them all."""
    bad = "TY  - JOUR\nPY  - soon\nTI  - A {n}\nDO  - none\nER  - \n\n"
    for name in ("a.ris", "b.ris"):
        text = "".join(bad.format(n=f"{n} of {name}") for n in range(120))
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_bytes((tmp_path / "a.ris").read_bytes(), "a.ris").findings
    assert codes(read_bytes((tmp_path / "a.ris").read_bytes())).count("doi-unreadable") == 120
    done = run("records", tmp_path / "a.ris", tmp_path / "b.ris", "--out", tmp_path / "out")
    for name in ("a.ris", "b.ris"):
        told = [line for line in done.stderr.splitlines() if name in line]
        assert sum("[doi-unreadable]" in line for line in told) == 21
        assert any(line.endswith(f"{name}: 100 more like this [doi-unreadable]") for line in told)
    assert f"{2 * len(found)} warnings" in done.output


COMMAND = "import sys; from paucity.cli import main; main(sys.argv[1:])"


@posix
def test_a_full_disk_leaves_no_file_half_written(tmp_path: Path, exports: Path) -> None:
    (exports / "a.ris").write_text("".join(ris(n) for n in range(2000)), encoding="utf-8")
    out = tmp_path / "out"
    resource = pytest.importorskip("resource")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    call = [sys.executable, "-c", COMMAND, "records", str(exports), "--out", str(out)]
    full = subprocess.run(call, capture_output=True, text=True, preexec_fn=small, check=False)
    assert full.returncode == 2
    assert "no file there is half written" in full.stderr
    assert {p.name for p in out.iterdir()} <= {"merges.yaml"}
    again = subprocess.run(call, capture_output=True, text=True, check=False)
    assert "1 file, 2000 records" in again.stdout


@posix
def test_too_little_memory_is_said_in_one_line(tmp_path: Path, exports: Path) -> None:
    abstract = f"AB  - {'word ' * 400}\n"
    text = "".join(ris(n, extra=abstract) for n in range(30_000))
    (exports / "a.ris").write_text(text, encoding="utf-8")

    resource = pytest.importorskip("resource")

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (300_000_000, 300_000_000))

    call = [sys.executable, "-c", COMMAND, "records", str(exports), "--out", str(tmp_path / "out")]
    done = subprocess.run(call, capture_output=True, text=True, preexec_fn=little, check=False)
    assert done.returncode == 2
    assert "do not fit into the memory of this machine" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_quotation_mark_that_stays_open_takes_no_other_row() -> None:
    rows = 'A,2001,10.1000/a\n"B open,2002,10.1000/b\nC,2003,10.1000/c\n"D, d",2004,x\n'
    library = read(f"title,year,doi\n{rows}")
    assert [(r.title, r.year) for r in library.records] == [
        ("A", 2001), ('"B open', 2002), ("C", 2003), ("D, d", 2004)
    ]  # fmt: skip
    assert [(f.code, f.span.line) for f in library.findings] == [("row-unclosed", 3)]


def test_a_cell_of_several_lines_stays_one_cell() -> None:
    library = read('title,year\n"A\nlonger ""title""",2001\nB,2002\n')
    assert [r.title for r in library.records] == ['A\nlonger "title"', "B"]
    assert library.findings == ()


def test_a_record_of_endless_fields_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paucity.literature.draft.MAX_RECORD", 10_000)
    library = read("TY  - JOUR\nTI  - A\n" + "KW  - word\n" * 5000)
    assert sorted(codes(library)) == ["record-too-long", "record-unclosed"]
    assert library.records[0].title == "A"


def test_xml_without_an_end_of_a_record_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paucity.literature.markup.MAX_ELEMENT", 200_000)
    library = read("<PubmedArticleSet>" + "<junk>x</junk>" * 100_000)
    assert "record-too-long" in codes(library)


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    nasty = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "|calc", "%0"]
    records = [r for text in nasty for r in read_bytes(ris(0, title=text).encode()).records]
    path = tmp_path / "x.xlsx"
    write_xlsx(records, path)
    rows = load_workbook(path)["records"].iter_rows(min_row=2)
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert [r.title for r in read_bytes(path.read_bytes()).records] == [r.title for r in records]


def test_a_workbook_is_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = read_bytes(ris(0).encode()).records
    write_xlsx(records, tmp_path / "a.xlsx")
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    write_xlsx(records, tmp_path / "b.xlsx")
    first, second = ((tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second
    assert b"2030" not in second
