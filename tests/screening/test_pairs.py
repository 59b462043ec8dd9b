"""What waits for a person is shown with both records, and settled into the merge file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from paucity.cli import main
from paucity.literature import read_merges
from paucity.literature.merge import references
from paucity.screening.pairs import PairError, asked_about, questions, settle
from screening.support import corpus, ris

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def holm(year: str, journal: str, given: str, extra: str = "") -> str:
    return (
        "TY  - JOUR\nTI  - Ruxolitinib in refractory elm disease: a case report\n"
        f"AU  - Holm, {given}\nPY  - {year}\nJO  - {journal}\n{extra}ER  - \n"
    )


ONE = holm("2019", "Blood", "Hanna", "AB  - A boy of four years.\n")
OTHER = holm("2020", "Chest", "H.", "AB  - A woman of sixty years.\n")
FILES = {"records/a.ris": ONE + ris(1), "records/b.ris": OTHER + ris(1) + ris(2)}
HELD = corpus(FILES)
(ASKED,) = questions(HELD)
FIRST, SECOND = ASKED.merge.records


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], prog_name="paucity")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    for name, text in {"review.yaml": "title: Elm\n", **FILES}.items():
        (tmp_path / "elm" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "elm" / name).write_text(text, encoding="utf-8")
    return tmp_path / "elm"


# -- what is asked -----------------------------------------------------------------------------


def test_a_question_holds_both_records_and_why_it_is_asked() -> None:
    assert [r.year for r in ASKED.records] == [2019, 2020]
    assert len(ASKED.why) == 1
    assert ASKED.why[0].startswith("same long title (+7); same first author (+2); one year apart")


def test_a_question_about_a_record_that_is_gone_is_not_asked() -> None:
    gone = "- {decision: undecided, by: AB, records: ['pmid:1 in records/z.ris', 'pmid:2 in a']}"
    assert questions(corpus({"records/a.ris": ris(1)}, gone)) == []


@pytest.mark.parametrize(
    "names", [[FIRST, SECOND], [SECOND, FIRST], [n.split(" in ")[0] for n in (FIRST, SECOND)]]
)
def test_records_are_named_as_listed_or_shorter(names) -> None:
    assert asked_about(HELD, names) == ASKED.merge


def test_records_that_nobody_asked_about_can_be_decided() -> None:
    made = asked_about(HELD, ["10.1000/CASE2", FIRST])
    assert (made.decision, set(made.records)) == (
        "undecided",
        {"doi:10.1000/case2 in records/b.ris", FIRST},
    )
    merged = asked_about(HELD, [f"doi:10.1000/case1 in records/{x}.ris" for x in "ab"])
    assert merged.decision == "merge"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["doi:10.1/no", FIRST], "there is no record `doi:10.1/no`"),
        (["doi:10.1000/case1", FIRST], "`doi:10.1000/case1 in records/b.ris`"),
        ([FIRST, FIRST], "say which with its file"),
    ],
)
def test_names_that_leave_a_doubt_are_refused(names, message) -> None:
    with pytest.raises(PairError, match=message):
        asked_about(HELD, names)


def test_two_copies_of_one_identity_are_named_by_it_alone() -> None:
    name = "pmid:7"
    held = corpus(
        {"a.nbib": "PMID- 7\nTI  - One\n", "b.nbib": "PMID- 7\nTI  - Two\n"},
        "- {decision: undecided, by: AB, records: [pmid:7 in a.nbib, pmid:7 in b.nbib]}",
    )
    assert len(held.reports) == 2
    assert asked_about(held, [name, name]).records == ("pmid:7 in a.nbib", "pmid:7 in b.nbib")


# -- what is decided ---------------------------------------------------------------------------


@pytest.mark.parametrize(("same", "reports"), [(True, 3), (False, 4)])
def test_a_decision_holds_in_the_next_run(same, reports) -> None:
    settled = settle(HELD, ASKED.merge, same=same, by="AB", because=" the  text\nsays so")
    again = corpus(FILES, settled.text)
    assert len(again.reports) == reports
    assert (questions(again), settled.open, again.findings) == ([], 0, ())
    assert again.merges_text == settled.text
    (mine,) = [m for m in read_merges(settled.text)[0] if m.by == "AB"]
    assert mine.reasons == (*ASKED.merge.reasons, "AB: the text says so")


def test_all_other_decisions_stay_as_they_were() -> None:
    settled = settle(HELD, ASKED.merge, same=True, by="AB", because="x")
    others = [m for m in HELD.merges if m != ASKED.merge]
    assert others
    assert [m for m in read_merges(settled.text)[0] if m.by != "AB"] == others


def test_what_a_decision_contradicts_is_told() -> None:
    names = references(HELD.records)
    apart = f"- {{decision: keep apart, by: CD, records: ['{names[1]}', '{names[4]}']}}\n"
    held = corpus(FILES, apart)
    first = settle(held, asked_about(held, [names[1], names[0]]), same=True, by="AB", because="x")
    held = corpus(FILES, first.text)
    asked = asked_about(held, [names[0], names[4]])
    settled = settle(held, asked, same=True, by="AB", because="x")
    assert [f.code for f in settled.findings] == ["merge-contradicted"]


@pytest.mark.parametrize("by", ["paucity", "Paucity", "unnamed", "", "../x", "con"])
def test_nobody_decides_in_the_name_of_another(by) -> None:
    with pytest.raises(PairError):
        settle(HELD, ASKED.merge, same=True, by=by, because="x")


def test_a_decision_needs_a_reason() -> None:
    with pytest.raises(PairError, match="--because"):
        settle(HELD, ASKED.merge, same=True, by="AB", because=" \n")


# -- the commands ------------------------------------------------------------------------------


def test_both_records_are_shown_side_by_side(elm: Path) -> None:
    done = run("screen", "pairs", elm)
    assert done.exit_code == 0
    text = " ".join(done.output.split())
    assert "A boy of four years. A woman of sixty years." in text
    assert "Why: same long title (+7)" in text
    assert f"pair {elm.as_posix()} '{FIRST}' '{SECOND}' --apart" in done.output
    told = json.loads(run("screen", "pairs", elm, "--format", "json").output)["pairs"]
    assert [r["year"] for r in told[0]["records"]] == ["2019", "2020"]
    assert not (elm / "screening").exists()  # looking changes nothing


def test_a_pair_is_settled_and_undone_in_a_review(elm: Path) -> None:
    say = ("screen", "pair", elm, FIRST, SECOND, "--because", "x", "--by")
    done = run(*say, "AB", "--apart")
    assert "are kept apart; was `undecided` by paucity" in done.output
    assert "0 pairs left to decide" in done.output
    assert run("screen", "pairs", elm).output == "no pair to decide\n"
    done = run(*say, "CD", "--same")
    assert "are one report; was `keep apart` by AB" in done.output
    assert "2 duplicates merged (no pair to decide)" in run("records", elm, "-o", elm / "o").output
    done = run("check", elm)
    assert "merge-" not in done.output


def test_a_pair_of_a_folder_of_exports_is_settled_where_its_merges_are(elm: Path) -> None:
    out = elm.parent / "out"
    run("records", elm / "records", "-o", out)
    names = [name.replace(" records/", " ") for name in (FIRST, SECOND)]
    done = run("screen", "pairs", elm / "records", "-o", out)
    assert f"--out {out.as_posix()}" in done.output
    done = run("screen", "pair", elm / "records", *names, "-o", out, "--same", "--by", "AB",
               "--because", "x")  # fmt: skip
    assert done.exit_code == 0
    assert "2 duplicates merged" in run("records", elm / "records", "-o", out).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([FIRST, SECOND], "say --same or --apart"),
        ([FIRST, "--same"], "name at least 2 records"),
        ([FIRST, "pmid:1", "--same"], "there is no record `pmid:1`"),
    ],
)
def test_what_cannot_be_settled_is_refused_in_one_line(elm: Path, arguments, message) -> None:
    done = run("screen", "pair", elm, *arguments, "--by", "AB", "--because", "x")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (elm / "screening").exists()


def test_a_merge_file_that_cannot_be_read_whole_is_not_written_over(elm: Path) -> None:
    (elm / "screening").mkdir()
    broken = "- {decision: apart, by: AB, records: [a, b]}\n"
    (elm / "screening" / "merges.yaml").write_text(broken, encoding="utf-8")
    done = run("screen", "pair", elm, FIRST, SECOND, "--same", "--by", "AB", "--because", "x")
    assert (done.exit_code, "mend it first" in done.stderr) == (2, True)
    assert (elm / "screening" / "merges.yaml").read_text(encoding="utf-8") == broken


def test_what_a_terminal_would_obey_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text(ONE.replace("A boy", "\x1b[31mA boy"), encoding="utf-8")
    (tmp_path / "b.ris").write_text(OTHER, encoding="utf-8")
    done = run("screen", "pairs", tmp_path, "-o", tmp_path / "out")
    assert "A boy" in done.output
    assert "\x1b" not in done.output
