"""A folder of hostile files: each gives a clear finding, and the good files still load."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from paucity import text
from paucity.review import Review, ReviewError, load_review
from paucity.text import MAX_BYTES, Finding
from support.reviews import CITATION, PROTOCOL, STUDY, files_of, findings, load, write

GOOD = CITATION + "cohorts: {all: {patients: 4, prior: etoposide}}\n"
BAD = "studies/bad.yaml"
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def folder(tmp_path: Path) -> Path:
    """Return a review folder with one good study."""
    return write(tmp_path, {"review.yaml": PROTOCOL, STUDY: GOOD})


def about(review: Review, file: str = BAD) -> list[Finding]:
    """Return the findings in one file; the good study must have loaded beside it."""
    assert review.evidence.studies["doe-2001"].cohorts["all"].patients == 4
    return [f for f in review.findings if f.span.file == file]


# -- bytes -----------------------------------------------------------------------------------------

BYTES = {
    "binary junk": (bytes(range(256)) * 40, "not-text"),
    "a NUL byte": (b"citation: {authors: [Doe\x00 J]}\n", "not-yaml"),
    "an escape": (b"citation: \x1b[31mred\n", "not-yaml"),
    "UTF-16": (GOOD.encode("utf-16"), "not-text"),
    "Latin-1": ("citation: {authors: [Müller J]}\n".encode("latin-1"), "not-text"),
    "half a letter": (b"citation: {authors: [M\xc3", "not-text"),
    "a surrogate": (b"citation: {authors: [\xed\xa0\x80]}\n", "not-text"),
    "nothing": (b"", "wrong-type"),
    "only comments": (b"# nothing\n# here\n", "wrong-type"),
    "only a byte order mark": (b"\xef\xbb\xbf", "wrong-type"),
    "a word": (b"hello\n", "wrong-type"),
    "a list": (b"- a\n- b\n", "wrong-type"),
    "open brackets": (b"[" * 50_000, "not-yaml"),
    "open braces": (b"{a: " * 50_000, "not-yaml"),
    "lists in lists": (b"- " * 5_000, "not-yaml"),
    "lists in lists by tabs": (b"-\t" * 5_000, "not-yaml"),
    "keys in keys": (b"? " * 5_000, "not-yaml"),
    "steps": ("".join(f"{' ' * i}a:\n" for i in range(300)).encode(), "not-yaml"),
    "a tab for indentation": (b"cohorts:\n\tall: {patients: 1}\n", "not-yaml"),
    "a merge key": (b"<<: {a: b}\n", "unknown-field"),
    "billion laughs": (LAUGHS.encode(), "yaml-alias"),
    "a list of itself": (b"notes: &a [*a]\n", "yaml-alias"),
    "a Python object": (b"citation: !!python/object/apply:os.system [exit 1]\n", "yaml-tag"),
    "two documents": (GOOD.encode() + b"---\n" + GOOD.encode(), "not-yaml"),
    "a version of YAML to come": (b"%YAML 9.9\n---\na: 1\n", "not-yaml"),
    "the same key twice": (GOOD.encode() + b"cohorts: {}\n", "duplicate-key"),
    "a key that is a mapping": (b"{a: 1}: 2\n", "yaml-key"),
    "more than is read": (b"# " + b"x" * (MAX_BYTES + 1_000_000), "file-unreadable"),
}


@pytest.mark.parametrize("case", sorted(BYTES))
def test_a_file_that_is_no_study_gives_a_finding_and_the_others_load(
    case: str, tmp_path: Path
) -> None:
    data, code = BYTES[case]
    root = folder(tmp_path)
    (root / BAD).write_bytes(data)
    found = about(load_review(root))
    assert code in {f.code for f in found}, found
    lines = data.count(b"\n") + 1
    assert all(f.message and f.span.line <= lines for f in found)


def test_the_place_of_a_byte_that_is_no_text_is_named(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_bytes(b"# x\n# caf\xe9\n")
    (found,) = about(load_review(root))
    assert (str(found.span), found.message) == (f"{BAD}:2:6", "byte 0xe9 is not UTF-8 text")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert about(load_review(root)) == []


def test_lines_may_end_as_on_other_systems(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_bytes(GOOD.replace("\n", "\r\n").replace("4", "x").encode())
    assert [f.span.line for f in about(load_review(root)) if f.code == "wrong-type"] == [2]


@pytest.mark.parametrize("letter", ["\x85", "\u2028", "\u2029"])
def test_a_pasted_line_separator_shifts_no_line_number(letter: str, tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text(f"# a{letter}b\ncitation: {{title: a{letter}b}}\nyeer: 2001\n", "utf-8")
    found = [f for f in about(load_review(root)) if f.code == "unknown-field"]
    assert [str(f.span) for f in found] == [f"{BAD}:3:1"]


def test_columns_count_letters_not_bytes(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text("citation: {authors: [Ouachée É], yeer: 2001}\n", "utf-8")
    found = [f for f in about(load_review(root)) if f.code == "unknown-field"]
    assert [str(f.span) for f in found] == [f"{BAD}:1:34"]


def test_a_line_of_two_million_letters_keeps_its_line_number(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text(f'citation: {{title: "{"x" * 2_000_000}", yeer: 2001}}\n', "utf-8")
    found = [f for f in about(load_review(root)) if f.code == "unknown-field"]
    assert [f.span.line for f in found] == [1]


# -- values ----------------------------------------------------------------------------------------

NUMBERS = ["-5", "3.5", "1e999", "1e3", "0x10", "1_000", "10" * 30, ".inf", ".nan", "2001-01-01"]
NUMBERS += [
    "four",
    "true",
    "~4",
    "4 patients",
    "'4 '",
    "²",
    "٤",
    "[4]",
    "{a: 4}",
    "=2+2",
    "!!int 4.0",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_no_whole_number_of_people_is_refused_where_it_stands(
    number: str, tmp_path: Path
) -> None:
    root = write(
        tmp_path,
        {
            "review.yaml": PROTOCOL,
            STUDY: GOOD,
            BAD: f"{CITATION}cohorts: {{all: {{patients: {number}}}}}\n",
        },
    )
    found = [f for f in about(load_review(root)) if f.code == "wrong-type"]
    assert found, number
    assert found[0].span.line == 2
    assert "expected a whole number, 0 or more" in found[0].message


PERCENTS = ["-1", "101", "1e1", "fifty", ".inf", "50%%", "5" * 40, "1/2"]


@pytest.mark.parametrize("percent", PERCENTS)
def test_what_is_no_percentage_is_refused(percent: str, tmp_path: Path) -> None:
    events = f"events: [{{cohort: all, event: fever, percent: {percent}, source: page 1}}]\n"
    root = write(tmp_path, {"review.yaml": PROTOCOL, STUDY: GOOD, BAD: GOOD + events})
    codes = {f.code for f in about(load_review(root))}
    assert "wrong-type" in codes


WORDS = {
    "markup": "<script>alert(1)</script>",
    "a formula": "=HYPERLINK(A1)",
    "a formula of old": "@SUM(1+1)",
    "a country": "no",
    "quotes": 'say "no"',
    "a template": "{{ 7 * 7 }}",
    "a path": "../../../etc/passwd",
}


@pytest.mark.parametrize("case", sorted(WORDS))
def test_words_are_kept_as_they_are_typed(case: str, tmp_path: Path) -> None:
    typed = WORDS[case].replace("'", "''")
    study = GOOD.replace("2001,", f"2001, title: '{typed}',")
    review = load(tmp_path, {"review.yaml": PROTOCOL, STUDY: study})
    assert review.evidence.studies["doe-2001"].citation.title == WORDS[case]


HINTS = [
    ("{all: {patient: 4}}", "did you mean `patients`?"),
    ("{all: {patients: 4, prior: etoposid}}", "did you mean `etoposide`?"),
    ("{all: {patients: 4, desease: HLH}}", "did you mean `disease`?"),
    ("{all: {patients: 4, status: refractry}}", "did you mean `refractory`?"),
    ("{all: {patients: 4, line: secnd}}", "did you mean `second`?"),
    ("{all: {patients: 4}, some: {patients: 2, part_of: al}}", "did you mean `all`?"),
]


@pytest.mark.parametrize(("cohorts", "hint"), HINTS)
def test_a_misspelt_word_gets_the_nearest_as_hint(cohorts: str, hint: str, tmp_path: Path) -> None:
    review = load(tmp_path, {"review.yaml": PROTOCOL, STUDY: f"{CITATION}cohorts: {cohorts}\n"})
    assert hint in " ".join(f.hint for f in review.findings if f.span.file == STUDY)


# -- numbers that ask for too much work ------------------------------------------------------------

HUGE = """
source: Table 1
cohorts:
  all: {patients: 999999999999, courses: 999999999998, divided_into: {x: [one, two]}}
  one: {part_of: all, patients: 499999999999}
  two: {part_of: all, patients: 500000000000}
therapies: {x: {agent: DEP}}
responses:
  - {cohort: all, therapy: x, n: 10, counts: {CR: 1}, percents: {CR: 0}, complete: false}
  - {cohort: one, therapy: x, counts: {LEVELS}, percents: {CR: 90}, complete: false}
events:
  - {cohort: all, event: fever, percent: 50}
  - {cohort: one, event: fever, count: 1000}
  - {cohort: two, event: fever, count: 400000000000}
outcomes:
  - {cohort: all, outcome: death, count: 999999999999, causes: {x: 1}}
"""


def test_a_million_million_patients_at_sixty_levels_are_checked_in_no_time(tmp_path: Path) -> None:
    levels = ", ".join(["CR: 1", *(f"L{i}: {i}" for i in range(2, 60))])
    study = HUGE.replace("LEVELS", levels)
    review = load(tmp_path, {"review.yaml": PROTOCOL, STUDY: CITATION + study})
    assert findings(review, "percent-base")
    assert findings(review, "division-does-not-add-up") == []


def test_five_hundred_cohorts_within_one_another_are_judged(tmp_path: Path) -> None:
    lines = ["cohorts:", "  c0: {patients: 3}"]
    lines += [f"  c{i}: {{part_of: c{i - 1}}}" for i in range(1, 200)]
    lines += [f"  d{i}: {{part_of: c0, patients: 1, prior: etoposide}}" for i in range(300)]
    text = CITATION + "\n".join(lines) + "\n"
    review = load(tmp_path, {"review.yaml": PROTOCOL, STUDY: text})
    assert len(review.evidence.studies["doe-2001"].cohorts) == 500


def test_levels_without_anybody_left_in_them_are_no_division_by_zero(tmp_path: Path) -> None:
    study = """
    source: Table 1
    cohorts: {all: {patients: 5}}
    therapies: {x: {agent: DEP}}
    responses:
      - {cohort: all, therapy: x, counts: {CR: 5, PR: 0}, percents: {CR: 100}, left_out: CR}
    """
    assert findings(load(tmp_path, files_of(study)), "left-out-but-counted") == []


# -- what is no file -------------------------------------------------------------------------------


def refused(root: Path, file: str = BAD) -> str:
    """Return the message of the one finding about a file that is not read."""
    (found,) = about(load_review(root), file)
    assert found.code == "file-unreadable"
    return found.message


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    root = folder(tmp_path)
    os.mkfifo(root / BAD)
    assert refused(root) == "is not an ordinary file"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path)
    monkeypatch.chdir(root / "studies")  # a socket's name may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("bad.yaml")
        assert "cannot be read" in refused(root)


def test_a_directory_named_as_a_study_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).mkdir()
    assert refused(root) == "is not an ordinary file"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be counted here")
def test_no_file_stays_open(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    load_review(root)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "review")
    (tmp_path / "outside.yaml").write_text(GOOD, "utf-8")
    (root / BAD).symlink_to(tmp_path / "outside.yaml")
    assert refused(root) == "leads outside the review folder"


def test_a_folder_linked_from_outside_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "poe-2010.yaml").write_text("citation: {authors: [Poe E]}\n", "utf-8")
    root = folder(tmp_path / "review")
    (root / "sources").symlink_to(outside)
    assert refused(root, "sources/poe-2010.yaml") == "leads outside the review folder"


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "kept.yaml").write_text(GOOD, "utf-8")
    (root / BAD).symlink_to(Path("..") / "kept.yaml")
    assert "bad" in load_review(root).evidence.studies


@pytest.mark.parametrize("target", ["bad.yaml", "worse.yaml", "missing.yaml"])
def test_a_link_that_leads_nowhere_is_refused(target: str, tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).symlink_to(target)
    if target == "worse.yaml":
        (root / "studies" / "worse.yaml").symlink_to("bad.yaml")
    assert "cannot be read" in refused(root)


def test_a_review_folder_reached_through_a_link_loads(tmp_path: Path) -> None:
    folder(tmp_path / "review")
    (tmp_path / "link").symlink_to("review")
    assert "doe-2001" in load_review(tmp_path / "link").evidence.studies


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text(GOOD, "utf-8")
    (root / BAD).chmod(0)
    assert refused(root) == "cannot be read: permission denied"


def test_a_file_that_cannot_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text(GOOD, "utf-8")
    really = os.open

    def denied(path: Path, *more: int) -> int:
        if Path(path).name == "bad.yaml":
            raise PermissionError(13, "Permission denied")
        return really(path, *more)

    monkeypatch.setattr(text.os, "open", denied)
    assert refused(root) == "cannot be read: permission denied"


def test_a_folder_that_cannot_be_listed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path)

    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(ReviewError, match="permission denied"):
        load_review(root)


@pytest.mark.parametrize("place", ["missing", "review.yaml"])
def test_a_place_that_is_no_folder_is_refused(place: str, tmp_path: Path) -> None:
    root = folder(tmp_path)
    with pytest.raises(ReviewError, match="is not a folder"):
        load_review(root / place)


def test_a_folder_without_review_yaml_still_reads_its_studies(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "review.yaml").unlink()
    assert refused(root, "review.yaml") == "cannot be read: no such file or directory"


def test_a_file_of_another_kind_is_told_of_not_read(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "studies" / "notes.docx").write_bytes(b"PK\x03\x04")
    assert refused(root, "studies/notes.docx") == "is not read: files here end in .yaml"


def test_a_misspelt_folder_is_told_of(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "studys").mkdir()
    (found,) = findings(load_review(root), "folder-unknown")
    assert (found.subject, found.hint) == ("studys", "did you mean `studies`?")


def test_a_name_that_is_no_text_is_read_like_any_other(tmp_path: Path) -> None:
    root = folder(tmp_path)
    odd = os.fsdecode(b"studies/caf\xe9.yaml")
    try:
        (root / odd).write_text("a: 1\n", "utf-8")
    except OSError:
        pytest.skip("this file system has only names that are text")
    assert {f.code for f in about(load_review(root), odd)} == {"missing-field", "unknown-field"}


# -- files that change -----------------------------------------------------------------------------


def test_a_file_that_keeps_changing_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path)
    (root / BAD).write_text(GOOD, "utf-8")
    really = os.read

    def growing(descriptor: int, size: int) -> bytes:
        data = really(descriptor, size)
        if os.fstat(descriptor).st_ino == (root / BAD).stat().st_ino:
            with (root / BAD).open("a", encoding="utf-8") as more:
                more.write("# and more\n")
        return data

    monkeypatch.setattr(text.os, "read", growing)
    assert refused(root) == "changed while it was being read; run the command again"


def test_a_file_that_changes_once_is_read_as_it_stands_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path) / STUDY
    really, times = os.read, []

    def changed_once(descriptor: int, size: int) -> bytes:
        data = really(descriptor, size)
        if not times:
            times.append(1)
            path.write_text(GOOD.replace("patients: 4", "patients: 5555"), "utf-8")
        return data

    monkeypatch.setattr(text.os, "read", changed_once)
    told, fault = text.read_text(tmp_path, path)
    assert fault is None
    assert "patients: 5555" in told


# -- many ------------------------------------------------------------------------------------------

MANY = """\
citation: {{authors: [Doe J], year: {year}, language: English}}
source: Table 1
cohorts:
  all: {{patients: {n}, prior: [etoposide, dexamethasone]}}
therapies: {{x: {{agent: anakinra}}}}
responses:
  - {{cohort: all, therapy: x, counts: {{CR: {cr}, NR: {nr}}}, assessed: 2 wk}}
"""


def many(root: Path, count: int) -> Review:
    """Load a review of this many small studies, one of them with a fault."""
    folder(root)
    for i in range(count):
        n = i % 30 + 1
        told = MANY.format(year=1990 + i % 30, n=n, cr=i % (n + 1), nr=n - i % (n + 1))
        (root / "studies" / f"study-{i:05}.yaml").write_text(told, "utf-8")
    (root / "studies" / "study-00007.yaml").write_text(MANY.format(year=2001, n=1, cr=1, nr=1))
    return load_review(root)


def test_a_thousand_studies_load_and_the_one_fault_is_found(tmp_path: Path) -> None:
    review = many(tmp_path, 1_000)
    assert len(review.evidence.studies) == 1_001
    assert [f.subject for f in findings(review, "counts-exceed")] == ["study-00007/all"]
    assert review.eligibility is not None
    assert len(review.eligibility.agents["anakinra"].reports) == 1_000


@pytest.mark.slow
def test_ten_thousand_studies_load(tmp_path: Path) -> None:
    review = many(tmp_path, 10_000)
    assert len(review.evidence.studies) == 10_001
    assert len(findings(review, "counts-exceed")) == 1


def test_nothing_in_a_study_is_ever_executed(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    root = folder(tmp_path / "review")
    call = f"!!python/object/apply:os.mkdir ['{mark}']"
    (root / BAD).write_text(f"citation: {call}\n", "utf-8")
    code = "import sys; from pathlib import Path; from paucity.review import load_review;"
    subprocess.run(
        [sys.executable, "-c", f"{code} load_review(Path(sys.argv[1]))", root], check=True
    )
    assert not mark.exists()
