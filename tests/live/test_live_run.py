"""The command: a review's searches are run, kept, resumed and brought up to date."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from tests.support.loopback import Doc, Fake, TestClock

from paucity.cli import main
from paucity.literature.live import clock as live_clock
from paucity.literature.live import hosts, run, store, transport
from paucity.literature.live.log import SearchLog, log_text, logs_of, read_log
from paucity.literature.live.update import is_retracted
from paucity.literature.read import read_file
from paucity.literature.record import Correction, Record

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "k3y-0123456789abcdef"
PROTOCOL = """\
title: A small review
searches:
  - database: PubMed
    strategy: hlh[tiab] AND salvage[tiab] AND english[la]
    limits: [written in English]
  - database: Europe PMC
    strategy: hlh[mh] AND salvage[tiab]
  - database: Embase
    strategy: exp hlh/
  - database: PubMed
    strategy: mas[tiab]
  - database: hand search
"""


@pytest.fixture
def root(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a review whose searches find three records, on 2 March 2026."""
    (tmp_path / "review.yaml").write_text(PROTOCOL, encoding="utf-8")
    fake.docs = [Doc(n, title="Salvage of HLH") for n in (11, 12, 13)]
    at_time(monkeypatch, TestClock())
    return tmp_path


def at_time(monkeypatch: pytest.MonkeyPatch, clock: TestClock) -> None:
    monkeypatch.setattr(live_clock, "SystemClock", lambda: clock)
    from paucity.literature.live import client

    monkeypatch.setattr(client, "SystemClock", lambda: clock)


def later(monkeypatch: pytest.MonkeyPatch, iso: str) -> None:
    from datetime import date

    at_time(monkeypatch, TestClock(date.fromisoformat(iso)))


def paucity(*words: str | Path) -> Result:
    done = CliRunner().invoke(main, ["search", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done


def files(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and ".paucity" not in p.parts
    }


def log_of(root: Path, name: str = "pubmed") -> SearchLog:
    log, findings = read_log(root, root / "records" / f"{name}.search.yaml")
    assert findings == []
    assert log is not None
    return log


def test_a_run_keeps_answers_and_says_what_was_sent(root: Path, fake: Fake) -> None:
    done = paucity("run", root)
    assert done.exit_code == 0, done.output
    assert "Contacts http://127.0.0.1:" in done.output.splitlines()[2]
    assert "search 3 (Embase): cannot be asked from here" in done.output
    assert "search 5 (hand search): states no strategy" in done.output
    assert "pubmed: 3 found, 3 received in 1 file" in done.output
    assert sorted(p.name for p in (root / "records").iterdir()) == [
        "europepmc.1.0001.json",
        "europepmc.search.yaml",
        "pubmed-2.1.0001.xml",
        "pubmed-2.search.yaml",
        "pubmed.1.0001.xml",
        "pubmed.search.yaml",
    ]
    one = log_of(root).runs[0]
    raw = root / "records" / one.files[0].file
    assert one.files[0].sha256 == hashlib.sha256(raw.read_bytes()).hexdigest()
    assert (one.date, one.found, one.received, one.found_last) == ("2026-03-02", 3, 3, None)
    assert one.host == hosts.HOSTS["eutils"].base
    assert one.sent == "hlh[tiab] AND salvage[tiab] AND english[la]"
    assert one.limits == ("written in English",)
    assert one.told == ('quoted phrase not found: "no such words"',)
    assert fake.seen[0].all["term"] == one.sent
    titles = [r.title for r in read_file(raw).records]
    assert titles == ["Salvage of HLH 11", "Salvage of HLH 12", "Salvage of HLH 13"]
    other = log_of(root, "europepmc").runs[0]
    assert other.sent == '(KW:"hlh") AND (TITLE_ABS:"salvage" OR KW:"salvage")'.replace(
        '(KW:"hlh")', 'KW:"hlh"'
    )
    assert any("no explosion" in x for x in other.lost)


def test_a_log_reads_back_as_it_was_written(root: Path) -> None:
    paucity("run", root)
    text = (root / "records/pubmed.search.yaml").read_text("utf-8")
    assert log_text(log_of(root)) == text
    assert yaml.safe_load(text)["runs"][0]["found"] == 3
    assert logs_of(root)[1] == []


def test_a_search_that_was_run_is_not_run_again(root: Path, fake: Fake) -> None:
    paucity("run", root)
    before, asked = files(root), len(fake.seen)
    done = paucity("run", root)
    assert done.exit_code == 0
    assert "pubmed: was run on 2026-03-02 (3 records)" in done.output
    assert files(root) == before
    assert len(fake.seen) == asked
    text = PROTOCOL.replace("strategy: mas[tiab]", "strategy: mas[ti]")
    (root / "review.yaml").write_text(text, encoding="utf-8")
    assert "pubmed-2: the strategy has changed since" in paucity("run", root).output
    assert paucity("run", root, "--again", "--only", "pubmed-2").exit_code == 0
    assert [r.sent for r in log_of(root, "pubmed-2").runs] == ["mas[tiab]", "mas[ti]"]


def test_only_one_database_is_asked(root: Path, fake: Fake) -> None:
    assert paucity("run", root, "--only", "europe pmc").exit_code == 0
    assert {a.path.split("/")[1] for a in fake.seen} == {"europepmc"}
    done = paucity("run", root, "--only", "Scopus")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        2, f"Error: {root}: no search of `Scopus` that can be run from here",
    )  # fmt: skip


def test_a_dry_run_sends_and_writes_nothing(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    before = files(root)
    done = paucity("run", root, "--dry-run")
    assert done.exit_code == 0
    assert "    term = hlh[tiab] AND salvage[tiab] AND english[la]" in done.output
    assert "    and api_key from NCBI_API_KEY (set, not shown)" in done.output
    assert "lost: no explosion" in done.output
    assert KEY not in done.output
    assert fake.seen == []
    assert files(root) == before
    assert not (root / ".paucity").exists()


def test_an_interrupted_run_goes_on_and_fetches_nothing_twice(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.docs = [Doc(n) for n in range(1, 13)]
    fake.page = 4
    fake.faults = ["", "", *["503"] * 6]
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 1
    assert "no good answer in 6 attempts; the last was status 503; records/ is as it was" in (
        done.output
    )
    assert not (root / "records").exists()
    asked = len(fake.seen)
    later(monkeypatch, "2026-03-04")
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 0, done.output
    assert "europepmc: goes on after 8 records" in done.output
    cursors = [a.all["cursorMark"] for a in fake.seen[asked:]]
    assert cursors == ["AoII=8", "AoII=12"]
    one = log_of(root, "europepmc").runs[0]
    assert (one.date, one.finished, one.received) == ("2026-03-02", "2026-03-04", 12)
    assert not list((root / ".paucity/search").glob("europepmc*"))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"asked": 3}', b"\xff" * 50])
def test_a_damaged_checkpoint_is_begun_anew(root: Path, fake: Fake, damage: bytes) -> None:
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    fake.faults = ["", *["503"] * 6]
    assert paucity("run", root, "--only", "europepmc").exit_code == 1
    (root / ".paucity/search/europepmc.full/state.json").write_bytes(damage)
    assert paucity("run", root, "--only", "europepmc").exit_code == 0
    assert log_of(root, "europepmc").runs[0].received == 8


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(
                st.sampled_from(["asked", "state", "pages", "text", "file", "ids", "counts"]), x
            )
        ),
    )
)
def test_any_checkpoint_is_read_or_passed_over(held: object) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "state.json").write_text(json.dumps(held), encoding="utf-8")
        assert store.load(Path(folder)) is None


def test_a_page_that_was_changed_meanwhile_is_not_relied_on(root: Path, fake: Fake) -> None:
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    fake.faults = ["", *["503"] * 6]
    paucity("run", root, "--only", "europepmc")
    (root / ".paucity/search/europepmc.full/0001.json").write_bytes(b"{}")
    paucity("run", root, "--only", "europepmc")
    assert log_of(root, "europepmc").runs[0].received == 8
    assert logs_of(root)[1] == []


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_full_disk_leaves_a_state_that_goes_on(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """Each of the files that are put in place fails in turn; the next run completes them."""
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    real, count = run.change_file, [0]

    def full(path: Path, data: bytes, before: bytes | None) -> None:
        if path.parent.name == "records":
            count[0] += 1
            if count[0] == fails:
                raise OSError(28, "No space left on device", str(path))
        real(path, data, before)

    monkeypatch.setattr(run, "change_file", full)
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 2
    assert "no space left on device" in done.output
    assert not (root / "records/europepmc.search.yaml").exists()
    asked = len(fake.seen)
    monkeypatch.setattr(run, "change_file", real)
    assert paucity("run", root, "--only", "europepmc").exit_code == 0
    assert len(fake.seen) == asked
    assert log_of(root, "europepmc").runs[0].received == 8
    assert logs_of(root)[1] == []


def test_a_cursor_that_has_lost_its_place_is_begun_anew(root: Path, fake: Fake) -> None:
    """Crossref's cursor moves on though its answer is cut short: four records are gone with it."""
    text = "title: x\nsearches:\n  - {database: Crossref, strategy: hlh}\n"
    (root / "review.yaml").write_text(text, encoding="utf-8")
    fake.docs = [Doc(n) for n in range(1, 11)]
    fake.page, fake.same_cursor, fake.faults = 4, True, ["", "cut"]
    done = paucity("run", root)
    assert done.exit_code == 0, done.output
    assert "crossref: 127.0.0.1 has lost the place; it is fetched once more" in done.output
    assert log_of(root, "crossref").runs[0].received == 10


@pytest.mark.parametrize("fails", [1, 2, 3, 4, 5])
def test_a_disk_that_fills_while_pages_come_leaves_a_state_that_goes_on(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """Each file that is written on the way fails in turn: a page, or how far the run has come."""
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    real, count = store.write_whole, [0]

    def full(path: Path, data: bytes) -> None:
        count[0] += 1
        if count[0] == fails + 1:  # the first is .gitignore
            path.parent.mkdir(parents=True, exist_ok=True)
            for ending in (".unfinished", ".part"):  # what this and an earlier version leave
                path.with_name(f".{path.name}{ending}").write_bytes(data[: len(data) // 2])
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_whole", full)
        done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 2
    assert "europepmc: stopped; what came is kept: the same command goes on from there" in (
        done.output
    )
    assert "no space left on device" in done.output
    assert not (root / "records").exists()
    assert paucity("run", root, "--only", "europepmc").exit_code == 0
    assert log_of(root, "europepmc").runs[0].received == 8
    assert logs_of(root)[1] == []
    left = [p.name for p in (root / ".paucity").rglob(".*") if p.is_file()]
    assert left == [".gitignore"]


def test_an_interruption_by_hand_keeps_what_came(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paucity.cli import live

    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4

    def interrupt(self: object, received: int, count: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(live._Progress, "step", interrupt)
        done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 130
    assert "europepmc: interrupted; what came is kept: the same command goes on from there" in (
        done.output
    )
    done = paucity("run", root, "--only", "europepmc")
    assert "europepmc: goes on after 4 records" in done.output
    assert log_of(root, "europepmc").runs[0].received == 8


def test_a_strategy_that_changes_between_runs_is_begun_anew(root: Path, fake: Fake) -> None:
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    fake.faults = ["", *["503"] * 6]
    assert paucity("run", root, "--only", "europepmc").exit_code == 1
    text = PROTOCOL.replace("hlh[mh] AND salvage[tiab]", "hlh[mh]")
    (root / "review.yaml").write_text(text, encoding="utf-8")
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 0
    assert "europepmc: what is asked has changed; the 4 records kept are dropped" in done.output
    one = log_of(root, "europepmc").runs[0]
    assert (one.sent, one.received) == ('KW:"hlh"', 8)
    assert {a.all["query"] for a in fake.seen[-3:]} == {'KW:"hlh"'}


@pytest.mark.parametrize("only", ["pubmed", "europepmc"])
def test_a_search_that_finds_nothing_is_written_with_its_day(
    root: Path, fake: Fake, only: str
) -> None:
    fake.docs = []
    done = paucity("run", root, "--only", only)
    assert done.exit_code == 0
    assert f"{only}: 0 found, 0 received in 0 files" in done.output
    one = log_of(root, only).runs[0]
    assert (one.date, one.found, one.received, one.files) == ("2026-03-02", 0, 0, ())
    assert logs_of(root)[1] == []
    assert (
        f"{only}: was run on 2026-03-02 (0 records)" in paucity("run", root, "--only", only).output
    )


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("away", "redirects to another host, `elsewhere.example`, which is not followed"),
        ("plain", "redirects to `127.0.0.1` by another way, which is not followed"),
        ("html", "the last was a page for a browser where JSON should be"),
        ("bomb", "an answer of more than 2,000,000 bytes is not read"),
        ("big", "an answer of more than 2,000,000 bytes is not read"),
        ("junk", "the last was an answer that is not JSON to its end"),
        ("429-long", "asks to wait 86,400 seconds: run the same command then"),
    ],
)
def test_whatever_stops_a_run_is_said_and_the_next_goes_on(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, fault: str, says: str
) -> None:
    from paucity.literature.live import client

    small = client.Client.__init__.__kwdefaults__ | {"most": 2_000_000}
    monkeypatch.setattr(client.Client.__init__, "__kwdefaults__", small)
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page = 4
    fake.faults = ["", *[fault] * 6]
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 1
    assert "europepmc: 127.0.0.1" in done.output
    assert f"{says}; records/ is as it was" in done.output
    assert not (root / "records").exists()
    fake.faults = []
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 0
    assert "europepmc: goes on after 4 records" in done.output
    assert log_of(root, "europepmc").runs[0].received == 8


@pytest.mark.parametrize("name", ["Europe PMC", "OpenAlex", "Crossref", "ClinicalTrials.gov"])
def test_a_cursor_that_is_repeated_for_ever_ends_and_writes_nothing(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", KEY)
    text = f"title: x\nsearches:\n  - {{database: {name}, strategy: hlh}}\n"
    (root / "review.yaml").write_text(text, encoding="utf-8")
    fake.docs = [Doc(n) for n in range(1, 13)]
    fake.page, fake.faults = 4, ["", *["stuck"] * 60]
    done = paucity("run", root)
    assert done.exit_code == 1
    assert "it is fetched once more" in done.output
    assert "records/ is as it was" in done.output
    assert not (root / "records").exists()
    assert len(fake.seen) < 30
    fake.faults = []
    assert paucity("run", root).exit_code == 0
    assert "12 found, 12 received" in paucity("run", root, "--again").output


@pytest.mark.parametrize("fault", ["", "echo", "400", "here", "away", "503", "html"])
def test_key_and_address_are_in_nothing_that_is_written(
    root: Path,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    """Everything is searched: records/, what is kept of a run, outputs and logs."""
    caplog.set_level("DEBUG")
    me = "Me.Myself+hlh@home.example"
    for name, value in (("NCBI_API_KEY", KEY), ("OPENALEX_API_KEY", KEY), ("PAUCITY_EMAIL", me)):
        monkeypatch.setenv(name, value)
    names = ("PubMed", "Europe PMC", "OpenAlex", "Crossref", "ClinicalTrials.gov")
    searches = "".join(f"  - {{database: {name}, strategy: hlh}}\n" for name in names)
    (root / "review.yaml").write_text(f"title: x\nsearches:\n{searches}", encoding="utf-8")
    said = paucity("run", root, "--dry-run").output
    for name in names:
        in_xml = name == "PubMed" and fault == "echo"  # only its first answer is JSON
        fake.faults = [fault] if in_xml else [fault] * 7
        said += paucity("run", root, "--only", name).output
        fake.faults = []
        said += paucity("update", root, "--only", name, "--apply").output
    assert any(a.all.get("email") == me for a in fake.seen)
    assert any(a.all.get("mailto") == me for a in fake.seen)
    assert any(a.all.get("api_key") == KEY for a in fake.seen)
    written = [p.read_bytes() for p in root.rglob("*") if p.is_file()]
    written += [said.encode(), *(r.getMessage().encode() for r in caplog.records)]
    for form in (KEY, "home.example"):
        assert [data for data in written if form.encode() in data] == []
    if fault == "echo":
        assert any(b"[address removed]" in data for data in written)
        assert any(
            r.key_removed
            for name in ("europepmc", "crossref")
            for r in log_of(root, name).runs[0].files
        )


def test_an_address_that_is_an_authors_stays_in_the_record() -> None:
    who = hosts.Identity((), (), 1, ("mailto", "me@home.example"))
    body = b'{"affiliation": "Ward 3, me@home.example", "next": "?mailto=me%40home.example"}'
    assert transport.without(body, who) == (
        b'{"affiliation": "Ward 3, me@home.example", "next": "?mailto=[address removed]"}'
    )
    assert transport.safe("refused me@home.example", who) == "refused [address removed]"


def test_the_files_of_each_search_are_known_by_its_number(root: Path) -> None:
    from paucity.review import load_review

    paucity("run", root)
    searches = load_review(root).protocol.searches
    assert {i: s.files for i, s in enumerate(searches, 1) if s.files} == {
        1: ("records/pubmed.1.0001.xml",),
        2: ("records/europepmc.1.0001.json",),
        4: ("records/pubmed-2.1.0001.xml",),
    }


def test_two_runs_at_once_are_refused(root: Path) -> None:
    with store.alone(root):
        done = paucity("run", root)
    assert done.exit_code == 2
    assert "another run is at work on the searches of this review" in done.output
    assert paucity("run", root).exit_code == 0


def test_offline_the_host_is_named_and_nothing_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    gone = replace(hosts.HOSTS["eutils"], base="http://127.0.0.1:9/")
    monkeypatch.setitem(hosts.HOSTS, "eutils", gone)
    before = files(root)
    done = paucity("run", root, "--only", "pubmed")
    assert done.exit_code == 1
    line = "pubmed: 127.0.0.1 could not be reached: no connection (connection refused); "
    assert f"{line}records/ is as it was" in done.output
    assert files(root) == before


def test_a_result_that_is_too_large_is_refused_before_it_is_fetched(root: Path, fake: Fake) -> None:
    done = paucity("run", root, "--only", "pubmed", "--at-most", "2")
    assert done.exit_code == 1
    assert "finds 3 records, more than 2" in done.output
    assert all(a.path.endswith("esearch.fcgi") for a in fake.seen)
    assert not (root / "records").exists()


def test_counts_that_are_not_met_are_an_error_and_nothing_is_written(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two records under one identifier: the host says eight, seven different ones come."""
    fake.docs = [Doc(n) for n in (1, 2, 3, 4, 5, 6, 7, 1)]
    fake.page = 5
    done = paucity("run", root, "--only", "europepmc")
    assert done.exit_code == 1
    assert "7 records came of 8; it is fetched once more" in done.output
    assert "twice the records that came were not as many as it said" in done.output
    assert not (root / "records").exists()


def test_a_count_that_changed_is_told_and_written(root: Path, fake: Fake) -> None:
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page, fake.grows = 8, True
    fake.docs.append(Doc(9))
    done = paucity("run", root, "--only", "europepmc")
    one = log_of(root, "europepmc").runs[0]
    assert (one.found, one.found_last, one.received) == (9, 10, 9)
    assert "the count went from 9 to 10 while records came" in done.output


@pytest.mark.parametrize("fault", ["", "echo", "badkey", "here", "away", "503", "drop"])
def test_the_key_is_in_no_file_and_no_output(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("OPENALEX_API_KEY", KEY)
    text = PROTOCOL + "  - {database: OpenAlex, strategy: hlh}\n"
    (root / "review.yaml").write_text(text, encoding="utf-8")
    fake.faults = [fault] * 60 if fault != "echo" else []
    if fault == "echo":
        monkeypatch.setattr(run, "AT_MOST", 10)
        fake.faults = ["", "", "", "", "echo", "echo"]
    said = paucity("run", root, "--only", "pubmed").output
    fake.faults = [fault] * 3 if fault == "echo" else fake.faults
    said += paucity("run", root, "--only", "OpenAlex").output
    assert any(a.all.get("api_key") == KEY for a in fake.seen)
    assert KEY not in said
    written = [p for p in root.rglob("*") if p.is_file()]
    assert written
    assert [p for p in written if KEY.encode() in p.read_bytes()] == []
    if fault == "echo":
        assert all(f.key_removed for f in log_of(root, "openalex").runs[0].files)


def test_the_bundled_review_is_not_written_to(fake: Fake) -> None:
    done = paucity("run", "hlh-salvage")
    assert done.exit_code == 2
    assert "comes with paucity and is not written to" in done.output
    assert paucity("run", "hlh-salvage", "--dry-run").exit_code == 0
    assert fake.seen == []


def test_a_strategy_with_an_error_is_not_sent(root: Path, fake: Fake) -> None:
    text = PROTOCOL.replace("strategy: mas[tiab]", "strategy: '(mas[tiab] OR #9'")
    (root / "review.yaml").write_text(text, encoding="utf-8")
    done = paucity("run", root, "--only", "pubmed-2")
    assert done.exit_code == 1
    assert "the strategy cannot be sent" in done.output
    assert fake.seen == []


# -- update ----------------------------------------------------------------------------------------


def test_an_update_shows_what_is_new_changed_and_retracted_and_writes_when_told(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    paucity("run", root, "--only", "pubmed")
    before = files(root)
    later(monkeypatch, "2026-05-01")
    fake.docs = [
        Doc(11),
        Doc(12, title="Salvage of HLH", revised="2026-04-01", retracted=True),
        Doc(13, title="Salvage of HLH, corrected", revised="2026-04-01"),
        Doc(14, entered="2026-03-20", title="New"),
    ]
    done = paucity("update", root, "--only", "pubmed")
    assert done.exit_code == 0, done.output
    # two days before the run, for clocks and days that differ
    assert "pubmed: since 2026-02-28: 1 new, 2 changed, 1 of them retracted, 0 as" in done.output
    assert "new        pmid:14  New 14" in done.output
    assert "retracted  pmid:12  Salvage of HLH 12 (publication_types)" in done.output
    assert "changed    pmid:13  Salvage of HLH, corrected 13 (title)" in done.output
    assert "Nothing was written to records/" in done.output
    assert files(root) == before
    asked = len(fake.seen)
    done = paucity("update", root, "--only", "pubmed", "--apply")
    assert done.exit_code == 0
    assert len(fake.seen) == asked  # what came before was kept
    log = log_of(root)
    assert [(r.kind, r.new, r.changed, r.retracted) for r in log.runs] == [
        ("full", None, None, None),
        ("update", 1, 2, 1),
    ]
    changed = {name for name, data in before.items() if files(root)[name] != data}
    assert changed == {"records/pubmed.search.yaml", "records/pubmed-2.search.yaml"}
    assert logs_of(root)[1] == []
    assert "AND (2026/02/28:3000[crdt] OR " in fake.seen[-2].all["term"]


def test_the_flow_counts_what_a_run_found_and_an_update_brought(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paucity.review import load_review

    text = "title: x\nsearches:\n  - {database: PubMed, strategy: 'hlh[tiab]'}\n"
    (root / "review.yaml").write_text(text, encoding="utf-8")
    paucity("run", root)
    later(monkeypatch, "2026-05-01")
    fake.docs = [
        Doc(12, title="Salvage of HLH", revised="2026-04-01", retracted=True),
        Doc(14, entered="2026-03-20", title="Another remedy altogether"),
    ]
    assert paucity("update", root, "--apply").exit_code == 0
    review = load_review(root)
    assert review.screening is not None
    # 11, 12 and 13 of the run, 14 of the update; 12 came again and is retracted now
    assert review.screening.main.sources == (("database", "PubMed", 4),)
    assert review.protocol.searches[0].date == "2026-03-02, again 2026-05-01"
    assert review.protocol.searches[0].found == 4
    held = {r.pmid: r for r in review.screening.corpus.records}
    assert sorted(held) == ["11", "12", "13", "14"]
    assert is_retracted(held["12"])
    assert not {f.code for f in review.findings} & {"search-count-differs", "search-not-told"}


def test_an_update_that_was_not_applied_is_fetched_again_on_another_day(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    paucity("run", root, "--only", "pubmed")
    later(monkeypatch, "2026-05-01")
    assert "0 new" in paucity("update", root, "--only", "pubmed").output
    later(monkeypatch, "2026-05-20")
    fake.docs.append(Doc(14, entered="2026-05-10"))
    assert "1 new" in paucity("update", root, "--only", "pubmed", "--apply").output
    assert log_of(root).runs[1].date == "2026-05-20"


def test_an_update_of_nothing_new_is_written_with_its_day(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    paucity("run", root, "--only", "pubmed")
    later(monkeypatch, "2026-05-01")
    assert "0 new, 0 changed" in paucity("update", root, "--apply", "--only", "pubmed").output
    assert [(r.date, len(r.files)) for r in log_of(root).runs] == [
        ("2026-03-02", 1),
        ("2026-05-01", 0),
    ]


def test_a_strategy_that_changed_has_no_update(root: Path, fake: Fake) -> None:
    paucity("run", root, "--only", "pubmed")
    text = PROTOCOL.replace("strategy: mas[tiab]", "strategy: mas[ti]")
    (root / "review.yaml").write_text(text, encoding="utf-8")
    done = paucity("update", root, "--only", "pubmed-2")
    assert done.exit_code == 1
    assert "pubmed-2: the strategy has changed since it was run" in done.output


def test_openalex_is_asked_for_everything_and_compared(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", KEY)
    text = "title: x\nsearches:\n  - {database: OpenAlex, strategy: hlh}\n"
    (root / "review.yaml").write_text(text, encoding="utf-8")
    paucity("run", root)
    later(monkeypatch, "2026-05-01")
    fake.docs.append(Doc(14, title="New"))
    done = paucity("update", root)
    assert "openalex: since 2026-02-28: 1 new, 0 changed, 0 of them retracted, 3 as" in done.output


def test_a_search_that_was_never_run_has_no_update(root: Path, fake: Fake) -> None:
    done = paucity("update", root)
    assert done.exit_code == 0
    assert "pubmed: was not run yet: `paucity search run` does it" in done.output
    assert fake.seen == []


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        (Record(publication_types=("Retracted Publication",)), True),
        (Record(corrections=(Correction("RetractionIn", "1"),)), True),
        (Record(corrections=(Correction("RetractionOf", "1"),)), False),
        (Record(), False),
    ],
)
def test_retraction_is_what_the_database_says(record: Record, *, answer: bool) -> None:
    assert is_retracted(record) is answer


# -- raw files are never edited --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda p: p.write_bytes(p.read_bytes() + b" "), "is not as it was received"),
        (lambda p: p.unlink(), "is not in records/"),
    ],
)
def test_a_raw_file_that_was_changed_is_found(
    root: Path, harm: Callable[[Path], object], says: str
) -> None:
    paucity("run", root, "--only", "pubmed")
    harm(root / "records/pubmed.1.0001.xml")
    _, findings = logs_of(root)
    assert [f.code for f in findings] == ["search-result-changed"]
    assert says in findings[0].message
    text = (root / "records/pubmed.search.yaml").read_text("utf-8").splitlines()
    assert "sha256: " in text[findings[0].span.line - 1]
    assert "search-result-changed" in paucity("run", root).output
    checked = CliRunner().invoke(main, ["check", str(root)]).output
    assert "records/pubmed.search.yaml" in checked
    assert "search-result-changed" in checked


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.xml", "..\\b"])
def test_a_log_that_names_a_file_elsewhere_is_not_followed(root: Path, name: str) -> None:
    paucity("run", root, "--only", "pubmed")
    path = root / "records/pubmed.search.yaml"
    path.write_text(path.read_text("utf-8").replace("pubmed.1.0001.xml", name), encoding="utf-8")
    assert "is not in records/" in logs_of(root)[1][0].message


@pytest.mark.parametrize("text", ["", "[1]", "runs: 3", "database: x\nruns: [{kind: y}]", "\0"])
def test_a_damaged_log_is_told_and_not_written_over(root: Path, fake: Fake, text: str) -> None:
    (root / "records").mkdir()
    path = root / "records/pubmed.search.yaml"
    path.write_text(text, encoding="utf-8")
    done = paucity("run", root, "--only", "pubmed")
    assert done.exit_code == 2
    assert "pubmed.search.yaml" in done.output
    assert path.read_text("utf-8") == text


def test_records_that_lead_out_of_the_review_are_not_written(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / "records").symlink_to(outside)
    done = paucity("run", root, "--only", "pubmed")
    assert "records/ leads outside the review folder" in done.output
    assert list(outside.iterdir()) == []


def test_a_file_in_the_way_is_not_written_over(root: Path) -> None:
    (root / "records").mkdir()
    (root / "records/pubmed.1.0001.xml").write_text("mine", encoding="utf-8")
    done = paucity("run", root, "--only", "pubmed")
    assert done.exit_code == 2
    assert "records/pubmed.1.0001.xml is in the way" in done.output
    assert (root / "records/pubmed.1.0001.xml").read_text("utf-8") == "mine"
