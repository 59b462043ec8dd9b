"""Each source: everything comes, once, whatever a host does on the way; or it is said what not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.loopback import Doc, Fake, TestClock

from paucity.literature.live import eutils, hosts
from paucity.literature.live.client import Client
from paucity.literature.live.faults import LiveError, RefusedError, RetryError
from paucity.literature.live.log import logs_of
from paucity.literature.live.model import Asked, Page, Source, State, plain_state, state_from
from paucity.literature.live.queries import DATABASES
from paucity.literature.live.run import Planned, fetch, put_in_place
from paucity.literature.read import read_bytes
from paucity.literature.strategy import parse_strategy
from paucity.literature.strategy.stated import Stated

ENVIRON = {"OPENALEX_API_KEY": "k3y-0123456789abcdef"}
ASKED = Asked("hlh", today="2026-03-02")
SOURCES = {d.slug: d.source for d in DATABASES}
MOST = 300
"""Steps after which a walk is endless."""


def walk(
    source: Source, clock: TestClock, asked: Asked = ASKED
) -> tuple[State, list[Page], list[State]]:
    """Return the last state, the pages, and every state on the way."""
    state = source.start(asked)
    pages, states = [], [state]
    with Client(hosts.HOSTS[source.host], ENVIRON, clock=clock, most=2_000_000) as client:
        while not state.done:
            state, page = source.step(client, asked, state)
            pages += [page] if page else []
            states.append(state)
            assert len(states) < MOST
    return state, pages, states


def ids(pages: list[Page]) -> list[str]:
    return [x for page in pages for x in page.ids]


def numbers(pages: list[Page]) -> list[int]:
    return [int(re.sub(r"^10\.5555/|\D", "", x)) for x in ids(pages)]


@pytest.mark.parametrize("slug", SOURCES)
@pytest.mark.parametrize("count", [0, 1, 7, 8])
def test_every_record_comes_once(fake: Fake, clock: TestClock, slug: str, count: int) -> None:
    fake.docs = [Doc(n) for n in range(1, count + 1)]
    fake.page = 4
    state, pages, _ = walk(SOURCES[slug], clock)
    assert numbers(pages) == list(range(1, count + 1))
    assert state.counts == (count, count)
    assert state.received == count


@pytest.mark.parametrize("slug", SOURCES)
def test_a_page_is_kept_as_it_came_and_can_be_read(fake: Fake, clock: TestClock, slug: str) -> None:
    fake.docs = [Doc(n, title="Salvage of HLH") for n in (11, 12, 13)]
    _, pages, _ = walk(SOURCES[slug], clock)
    library = read_bytes(pages[0].body)
    assert library.findings == ()
    assert [r.title for r in library.records] == [f"Salvage of HLH {n}" for n in (11, 12, 13)]


@pytest.mark.parametrize("slug", [s for s in SOURCES if s != "pubmed"])
def test_the_page_before_given_again_is_noticed(fake: Fake, clock: TestClock, slug: str) -> None:
    fake.docs = [Doc(n) for n in range(1, 13)]
    fake.page = 4
    fake.faults = ["", "duplicate", "", ""]
    _, pages, _ = walk(SOURCES[slug], clock)
    assert numbers(pages) == list(range(1, 13))


@pytest.mark.parametrize("slug", SOURCES)
def test_a_page_clamped_to_nothing_is_noticed(fake: Fake, clock: TestClock, slug: str) -> None:
    fake.docs = [Doc(n) for n in range(1, 13)]
    fake.page = 4
    fake.faults = ["", "clamped", "", ""]
    _, pages, _ = walk(SOURCES[slug], clock)
    assert sorted(numbers(pages)) == list(range(1, 13))


def test_crossref_may_give_one_cursor_to_all_pages(fake: Fake, clock: TestClock) -> None:
    fake.docs = [Doc(n) for n in range(1, 11)]
    fake.page, fake.same_cursor = 4, True
    _, pages, _ = walk(SOURCES["crossref"], clock)
    assert numbers(pages) == list(range(1, 11))


def test_a_count_that_changes_is_kept_at_first_and_at_last(fake: Fake, clock: TestClock) -> None:
    fake.docs = [Doc(n) for n in range(1, 9)]
    fake.page, fake.grows = 4, True
    state = SOURCES["europepmc"].start(ASKED)
    with Client(hosts.HOSTS["europepmc"], {}, clock=clock) as client:
        for _ in range(2):
            state, _ = SOURCES["europepmc"].step(client, ASKED, state)
    assert state.counts == (8, 9)


# -- PubMed ----------------------------------------------------------------------------------------


def test_a_result_over_the_cap_is_searched_by_parts_of_entry_dates(
    fake: Fake, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eutils, "CAP", 20)
    days = [f"{year}-{month:02}-15" for year in range(2014, 2022) for month in range(1, 13)]
    fake.docs = [Doc(n, days[n % len(days)]) for n in range(1, 201)]
    fake.cap = 20
    state, pages, _ = walk(SOURCES["pubmed"], clock)
    assert sorted(numbers(pages)) == list(range(1, 201))
    assert state.counts == (200, 200)
    searches = [a.all for a in fake.seen if a.path.endswith("esearch.fcgi")]
    assert all(a["datetype"] == "edat" for a in searches[1:-1])
    assert "mindate" not in searches[0]
    assert "mindate" not in searches[-1]  # counted once more at the end


def test_the_parts_of_a_range_of_days_meet_and_do_not_overlap() -> None:
    # 1 to 4 January: the middle of four days is after the second
    assert eutils._halves(("2020-01-01", "2020-01-04"), "") == (
        ("2020-01-01", "2020-01-02"),
        ("2020-01-03", "2020-01-04"),
    )
    assert eutils._halves(("2020-01-01", "2020-01-02"), "") == (
        ("2020-01-01", "2020-01-01"),
        ("2020-01-02", "2020-01-02"),
    )
    (first, _), (_, last) = eutils._halves(("", ""), "2026-03-02")
    assert (first, last) == ("1700-01-01", "2027-03-03")


def test_a_day_with_more_than_the_cap_ends_with_a_reason(
    fake: Fake, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eutils, "CAP", 3)
    fake.docs = [Doc(n, "2020-05-05") for n in range(1, 6)]
    fake.cap = 3
    with pytest.raises(LiveError, match="were entered on 2020-05-05"):
        walk(SOURCES["pubmed"], clock)


def test_records_are_fetched_in_batches_by_post(
    fake: Fake, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eutils, "BATCH", 201)
    fake.docs = [Doc(n) for n in range(1, 402)]
    _, pages, _ = walk(SOURCES["pubmed"], clock)
    assert [len(p.ids) for p in pages] == [201, 200]
    assert [a.method for a in fake.seen] == ["GET", "POST", "GET"]  # 200 still fit an address


def test_records_that_do_not_come_are_asked_for_again_and_named(
    fake: Fake, clock: TestClock
) -> None:
    fake.docs = [Doc(n) for n in range(1, 7)]
    fake.faults = ["", "clamped"]  # the record of 6 does not come at first
    fake.absent = frozenset({3})
    state, pages, _ = walk(SOURCES["pubmed"], clock)
    assert sorted(numbers(pages)) == [1, 2, 4, 5, 6]
    assert state.absent == ("3",)
    assert fake.seen[2].all["id"] == "3,6"


def test_what_pubmed_says_of_a_query_is_kept(fake: Fake, clock: TestClock) -> None:
    state, _, _ = walk(SOURCES["pubmed"], clock)
    assert state.told == ('quoted phrase not found: "no such words"',)
    assert state.translation == "hlh[All Fields]"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error":"API rate limit exceeded","count":"11"}', "API rate limit exceeded"),
        (b'{"esearchresult":{"ERROR":"Search Backend failed:\n timeout"}}', "Backend failed"),
        (b'{"esearchresult":{"count":"3","idlist":["1","2"]}}', "2 identifiers for a count of 3"),
        (b'{"esearchresult":{"count":"2","idlist":["1","1"]}}', "1 identifiers for a count of 2"),
        (b'{"esearchresult":{"count":"1","idlist":["<x>"]}}', "without count"),
        (b'{"esearchresult":{"count":"-1","idlist":[]}}', "without count"),
        (b'{"esearchresult":[]}', "without count"),
        (b"[]", "no object"),
        (b"", "not JSON"),
        (b"<html>busy</html>", "a page for a browser"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_an_error_in_a_good_answer_to_a_search_is_seen(body: bytes, says: str) -> None:
    with pytest.raises(RetryError, match=says):
        eutils._hits(body)


def test_a_refused_key_is_not_tried_again() -> None:
    with pytest.raises(RefusedError, match="API key invalid"):
        eutils._hits(b'{"error":"API key invalid","api-key":"x"}')


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<eFetchResult><ERROR>unavailable</ERROR></eFetchResult>", "`unavailable`"),
        (b'{"error":"API rate limit exceeded"}', "rate limit"),
        (b"<html><body>busy</body></html>", "not PubMed's XML"),
        (b"<PubmedArticleSet><PubmedArticle><Medline", "breaks off"),
        (
            b"<PubmedArticleSet><MedlineCitation><PMID>9</PMID></MedlineCitation></PubmedArticleSet>",
            "not asked for",
        ),
    ],
)
def test_an_error_in_a_good_answer_with_records_is_seen(body: bytes, says: str) -> None:
    with pytest.raises(RetryError, match=says):
        eutils._records(body, ("1",))


def test_recorded_answers_of_pubmed_are_read() -> None:
    folder = (Path(__file__).parents[2] / "../shared/data/exports/pubmed").resolve()
    if not folder.exists():
        pytest.skip("shared/data/exports/pubmed is not here")
    body = (folder / "eutils_json/esearch_stack.json").read_bytes()
    hits = eutils._hits(body)
    assert (hits.count, len(hits.ids), hits.translation) == (9, 9, "ydenberg ca[Author]")
    with pytest.raises(RetryError, match="rate limit"):
        eutils._hits((folder / "eutils_json/rate_limit_body.json").read_bytes())
    pages = json.loads((folder / "europepmc/fetch_10pages_cancer.json").read_bytes())
    read: Any = SOURCES["europepmc"].read  # type: ignore[attr-defined]
    sheets = [read(page) for page in pages]
    assert [len(s.ids) for s in sheets] == [100] * 10
    assert len({x for s in sheets for x in s.ids}) == 1_000
    assert len({s.cursor for s in sheets}) == 10


# -- whatever happens ------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SOURCES)
@given(body=st.one_of(st.binary(max_size=200), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(
        st.sampled_from([
            "error", "message", "status", "esearchresult", "count", "idlist", "hitCount", "meta",
            "resultList", "result", "results", "items", "total-results", "studies", "ERROR",
            "next_cursor", "nextCursorMark", "next-cursor", "nextPageToken", "errorlist",
        ]), x, max_size=4),
    max_leaves=12,
).map(lambda x: json.dumps(x).encode())))  # fmt: skip
def test_any_body_is_read_or_refused_in_words(slug: str, body: bytes) -> None:
    from paucity.literature.live.answers import read_object

    read: Any = getattr(SOURCES[slug], "read", None)
    for check in (
        [lambda: eutils._hits(body), lambda: eutils._records(body, ("1",))]
        if read is None
        else [lambda: read(read_object(body))]
    ):
        said = ""
        try:
            check()
        except (RetryError, RefusedError) as error:
            said = str(error)
        assert "\n" not in said
        assert len(said) < 300


FAULTS = st.lists(
    st.sampled_from(["", "", "", "429", "503", "error200", "invalid", "junk", "truncated", "cut"])
    | st.sampled_from(["cutzip", "drop", "clamped", "duplicate", "here"]),
    max_size=14,
)


@pytest.mark.parametrize("slug", SOURCES)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(faults=FAULTS, count=st.integers(0, 11), same=st.booleans())
def test_under_any_faults_repeated_runs_end_with_every_record(
    fake: Fake, slug: str, faults: list[str], count: int, *, same: bool
) -> None:
    """Whatever a run ends with, running it again goes on, to the same set of records."""
    fake.docs = [Doc(n) for n in range(1, count + 1)]
    fake.page, fake.faults, fake.seen, fake.same_cursor = 4, list(faults), [], same
    database = next(d for d in DATABASES if d.slug == slug)
    stated = Stated(1, database.name, "review.yaml", parse_strategy("hlh"), ())
    planned = Planned(slug, 1, database, stated)
    clock = TestClock()
    with TemporaryDirectory() as folder:
        for _ in range(20):
            with Client(hosts.HOSTS[planned.database.source.host], ENVIRON, clock=clock) as client:
                try:
                    came = fetch(Path(folder), planned, client)
                except LiveError:
                    continue
            break
        named = {int(x) for x in came.checkpoint.state.absent}  # left out twice, and told of
        assert named == set() or faults.count("clamped") > 1
        assert came.received + len(named) == count
        bodies = [(came.folder / p.file).read_bytes() for p in came.checkpoint.pages]
        titles = {r.title for body in bodies for r in read_bytes(body).records}
        assert titles == {f"A case {n}" for n in range(1, count + 1) if n not in named}
        assert put_in_place(Path(folder), came).received == came.received
        assert logs_of(Path(folder))[1] == []


@pytest.mark.parametrize("slug", SOURCES)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(faults=FAULTS, count=st.integers(0, 11))
def test_under_any_faults_all_records_come_or_the_run_can_go_on(
    fake: Fake, slug: str, faults: list[str], count: int
) -> None:
    """A walk that is given up goes on from its last state, and the same records come in the end."""
    fake.docs = [Doc(n) for n in range(1, count + 1)]
    fake.page, fake.faults, fake.seen = 4, list(faults), []
    source, clock = SOURCES[slug], TestClock()
    state = source.start(ASKED)
    pages: list[Page] = []
    with Client(hosts.HOSTS[source.host], ENVIRON, clock=clock, most=2_000_000) as client:
        for _ in range(MOST):
            if state.done:
                break
            try:
                state, page = source.step(client, ASKED, state)
            except LiveError:
                state = state_from(json.loads(json.dumps(plain_state(state))))
                continue
            pages += [page] if page else []
    assert state.done
    assert set(numbers(pages)) == set(range(1, count + 1))
    assert state.received == len(ids(pages))
