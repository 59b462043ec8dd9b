"""What the pages of each service say, pinned on what is sent and what is made of the answer.

Each test names the page that its fact is from. Facts that no page states are marked as such.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.support.loopback import Asked as Arrived
from tests.support.loopback import Doc, Fake, TestClock

from paucity.literature.live import eutils, hosts
from paucity.literature.live.client import Client, Request
from paucity.literature.live.faults import LiveError, RefusedError, RetryError
from paucity.literature.live.model import Asked, Page, State
from paucity.literature.live.paged import MOST_EMPTY, Paged
from paucity.literature.live.queries import DATABASES
from paucity.literature.live.update import is_retracted
from paucity.literature.read import read_bytes

KEY = "k3y-0123456789abcdef"
ENVIRON = {"OPENALEX_API_KEY": KEY, "PAUCITY_EMAIL": "a@b.org"}
SOURCES = {d.slug: d.source for d in DATABASES}
ALL = Asked("hlh", today="2026-03-02")
SINCE = Asked("hlh OR mas", since="2026-02-28", today="2026-03-02")


def walk(slug: str, clock: TestClock, asked: Asked = ALL) -> tuple[State, list[Page]]:
    """Return the last state and the pages of a search."""
    source = SOURCES[slug]
    state, pages = source.start(asked), []
    with Client(hosts.HOSTS[source.host], ENVIRON, clock=clock, most=2_000_000) as client:
        for _ in range(900):
            if state.done:
                return state, pages
            state, page = source.step(client, asked, state)
            pages += [page] if page else []
    raise AssertionError("a walk without end")


def first(slug: str, asked: Asked = ALL) -> Request:
    return SOURCES[slug].preview(asked)[0]


def sent(slug: str, asked: Asked = ALL) -> dict[str, str]:
    return dict(first(slug, asked).parameters)


def paged(slug: str) -> Paged:
    source = SOURCES[slug]
    assert isinstance(source, Paged)
    return source


# -- E-utilities: The E-utilities In-Depth, https://www.ncbi.nlm.nih.gov/books/NBK25499 ------------


def test_pubmed_is_asked_for_as_many_identifiers_as_it_gives() -> None:
    """`retmax` is at most 10,000; the error beyond (no page states it) names 9,999."""
    assert sent("pubmed") == {"db": "pubmed", "term": "hlh", "retmode": "json", "retmax": "9999"}


def test_pubmed_takes_long_queries_and_many_identifiers_in_the_body() -> None:
    """More than several hundred letters, and more than about 200 identifiers."""
    assert first("pubmed").method == "GET"
    assert first("pubmed", Asked("x" * 600)).method == "POST"


def test_a_part_of_a_result_has_both_days_and_their_kind() -> None:
    """`mindate` and `maxdate` go together, as YYYY/MM/DD; `edat` is among the kinds of date."""
    part = dict(eutils._search(ALL, ("2019-01-01", "2019-06-30")).parameters)
    assert (part["datetype"], part["mindate"], part["maxdate"]) == (
        "edat", "2019/01/01", "2019/06/30",
    )  # fmt: skip


def test_an_update_of_pubmed_asks_for_the_day_a_record_was_added(
    fake: Fake, clock: TestClock
) -> None:
    """A record more than a year late has the day of its publication for its entry date.

    "Create Date - New Field Indicates When Record Added to PubMed",
    https://www.nlm.nih.gov/pubs/techbull/nd08/nd08_pm_new_date_field.html.
    """
    assert sent("pubmed", SINCE)["term"] == (
        "(hlh OR mas) AND (2026/02/28:3000[crdt] OR 2026/02/28:3000[mhda] OR 2026/02/28:3000[lr])"
    )
    fake.docs = [Doc(1, "2008-01-01"), Doc(2, "2008-01-01", created="2026-03-01")]
    assert [p.ids for p in walk("pubmed", clock, SINCE)[1]] == [("2",)]


def test_pubmed_says_that_a_place_is_too_far_in_what_is_no_json() -> None:
    """The body has a line break within a text, at status 200 (no page states it)."""
    body = (
        b'{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"ERROR":"Search Backend '
        b"failed: Exception:\n'retstart' cannot be larger than 9998.\"}}"
    )
    with pytest.raises(RetryError, match=r"Exception: 'retstart' cannot be larger than 9998"):
        eutils._hits(body)


def test_pubmed_is_told_tool_and_address() -> None:
    """A General Introduction to the E-utilities, https://www.ncbi.nlm.nih.gov/books/NBK25497."""
    host = hosts.HOSTS["eutils"]
    told = hosts.identity(host, {"PAUCITY_EMAIL": "a@b.org", "NCBI_API_KEY": KEY})
    assert dict(told.parameters) == {"tool": "paucity", "email": "a@b.org", "api_key": KEY}
    assert (host.rate, told.rate) == (3, 10)


# -- Europe PMC: Articles RESTful API, https://europepmc.org/RestfulWebService ---------------------


def test_europe_pmc_is_asked_in_the_body_for_full_records_without_synonyms() -> None:
    request = first("europepmc")
    assert (request.method, request.path) == ("POST", "searchPOST")
    assert sent("europepmc") == {
        "query": "hlh", "resultType": "core", "format": "json", "synonym": "false",
        "pageSize": "500", "cursorMark": "*",
    }  # fmt: skip
    assert paged("europepmc").size <= 1_000


def test_an_update_of_europe_pmc_asks_for_first_indexed_and_updated() -> None:
    """Both are fields that the service lists; what counts as an update no page states."""
    days = "[2026-02-28 TO 3000-12-31]"
    assert sent("europepmc", SINCE)["query"] == (
        f"(hlh OR mas) AND (FIRST_IDATE:{days} OR UPDATE_DATE:{days})"
    )


@pytest.mark.parametrize("end", [{}, {"nextCursorMark": "AoII=1"}])
def test_the_end_of_europe_pmc_is_a_missing_or_a_repeated_cursor(end: dict[str, str]) -> None:
    """Announcement (Version 6.6), https://groups.google.com/a/ebi.ac.uk/g/epmc-webservices/."""
    answer: dict[str, Any] = {"version": "6.9", "hitCount": 1, **end}
    answer["resultList"] = {"result": [{"id": "1", "source": "PPR"}]}
    sheet = paged("europepmc").read(answer)
    assert (sheet.ids, sheet.cursor) == (("PPR:1",), end.get("nextCursorMark", ""))


# -- OpenAlex: https://developers.openalex.org -----------------------------------------------------


def test_openalex_is_asked_for_words_as_they_are_by_cursor() -> None:
    """Search (guides/searching); Page through Results (guides/page-through-results)."""
    assert sent("openalex") == {"search.exact": "hlh", "per_page": "100", "cursor": "*"}
    assert first("openalex").method == "GET"


def test_openalex_is_told_the_key_and_no_address() -> None:
    """Authentication & Pricing (api-reference/authentication): `mailto` counts no longer."""
    host = hosts.HOSTS["openalex"]
    assert dict(hosts.identity(host, ENVIRON).parameters) == {"api_key": KEY}
    with pytest.raises(LiveError, match="asks for a key"):
        Client(host, {})


def test_a_query_too_long_for_openalex_is_refused_before_it_is_sent(
    fake: Fake, clock: TestClock
) -> None:
    """The whole address has at most 4,094 bytes (guides/searching)."""
    with pytest.raises(RefusedError) as error:
        walk("openalex", clock, Asked("x" * 4_000))
    assert "takes addresses of 4,094 bytes, and with this query it has 4,1" in str(error.value)
    assert "divide it into several searches" in str(error.value)
    assert fake.seen == []


def test_a_query_that_begins_has_room_for_the_cursor_of_later_pages(
    fake: Fake, clock: TestClock
) -> None:
    fake.docs = [Doc(1)]
    taken = []
    for length in range(3_400, 4_100, 50):
        try:
            walk("openalex", clock, Asked("x" * length))
        except RefusedError:
            continue
        taken.append(length)
    address = len(hosts.HOSTS["openalex"].base + "works?" + urlencode(fake.seen[-1].query))
    assert max(taken) > 3_500
    assert 4_094 - 260 < address < 4_094 - 200


def test_a_spent_allowance_of_openalex_ends_the_run_with_the_time_to_wait(
    fake: Fake, clock: TestClock
) -> None:
    """429 and X-RateLimit-Reset, in seconds (api-reference/authentication)."""
    fake.faults = ["budget"]
    with pytest.raises(LiveError, match="asks to wait 39,600 seconds: run the same command then"):
        walk("openalex", clock)
    assert len(fake.seen) == 1


def test_too_many_requests_to_openalex_are_asked_again(fake: Fake, clock: TestClock) -> None:
    """Errors (api-reference/errors): 403 is too many requests; elsewhere it is a refusal."""
    fake.faults = ["403"]
    walk("openalex", clock)
    assert len(fake.seen) == 2
    fake.faults = ["403"]
    with pytest.raises(RefusedError, match="status 403"):
        walk("crossref", clock)


def test_openalex_is_never_asked_by_day_of_entry() -> None:
    """from_created_date and from_updated_date are for those who pay."""
    database = next(d for d in DATABASES if d.slug == "openalex")
    assert database.again
    assert sent("openalex", SINCE).keys() == sent("openalex").keys()


# -- Crossref: https://www.crossref.org/documentation/retrieve-metadata/rest-api -------------------


def test_crossref_is_asked_by_version_and_told_the_address() -> None:
    """API versioning; Access and authentication."""
    host = hosts.HOSTS["crossref"]
    assert host.base == "https://api.crossref.org/v1/"
    assert dict(hosts.identity(host, ENVIRON).parameters) == {"mailto": "a@b.org"}
    assert hosts.identity(host, {}).rate < hosts.identity(host, ENVIRON).rate


def test_an_update_of_crossref_asks_by_day_of_indexing() -> None:
    """REST API filters: the only date that changes by Crossref and others have too."""
    asked = Asked("hlh", (("from-pub-date", "2000-01-01"),), "2026-02-28")
    assert sent("crossref", asked) == {
        "query.bibliographic": "hlh",
        "filter": "from-pub-date:2000-01-01,from-index-date:2026-02-28",
        "rows": "500",
        "cursor": "*",
    }


def test_the_last_page_of_crossref_has_a_cursor_too(fake: Fake, clock: TestClock) -> None:
    """Tips for using the Crossref REST API; the end is an empty page."""
    fake.docs, fake.page = [Doc(n) for n in range(1, 6)], 4
    assert [len(p.ids) for p in walk("crossref", clock)[1]] == [4, 1]
    assert len(fake.seen) == 3


@pytest.mark.parametrize(
    "update",
    [
        {"DOI": "10.1/r", "type": "retraction", "source": "retraction-watch", "record-id": "7"},
        {"DOI": "10.1/r", "type": "retraction", "updated": {"date-parts": [[2025, 1, 15]]}},
        {"type": "retraction", "source": "publisher"},
    ],
)
def test_a_retraction_that_crossref_adds_to_a_work_is_read(update: dict[str, Any]) -> None:
    """`updated-by` stands with the work that is retracted, by its publisher or Retraction Watch."""
    work = {"DOI": "10.1/x", "title": ["T"], "type": "journal-article", "updated-by": [update]}
    message = {"total-results": 1, "items": [work], "next-cursor": "z"}
    answer = {"status": "ok", "message-type": "work-list", "message": message}
    library = read_bytes(json.dumps(answer).encode())
    assert library.findings == ()
    assert is_retracted(library.records[0])


# -- ClinicalTrials.gov: https://clinicaltrials.gov/data-api/api -----------------------------------


def alike(asked: Arrived) -> dict[str, str]:
    """Return what must be the same in the requests for all pages."""
    free = {"countTotal", "pageSize", "pageToken"}
    return {name: value for name, value in asked.all.items() if name not in free}


def test_all_pages_of_clinicaltrials_are_asked_for_with_the_same_query(
    fake: Fake, clock: TestClock
) -> None:
    fake.docs, fake.page = [Doc(n, "2026-03-01") for n in range(1, 11)], 4
    state, _ = walk("clinicaltrials", clock, SINCE)
    assert state.received == 10
    assert [alike(a) for a in fake.seen] == [alike(fake.seen[0])] * 3
    assert alike(fake.seen[0]) == {
        "query.term": "hlh OR mas",
        "format": "json",
        "filter.advanced": "AREA[LastUpdatePostDate]RANGE[2026-02-28,MAX]",
    }
    assert (fake.seen[0].all["countTotal"], fake.seen[0].all["pageSize"]) == ("true", "200")
    assert "pageToken" not in fake.seen[0].all
    assert {a.method for a in fake.seen} == {"GET"}


def test_a_page_of_clinicaltrials_may_be_empty_though_more_follow(
    fake: Fake, clock: TestClock
) -> None:
    fake.docs, fake.page, fake.gaps = [Doc(n) for n in range(1, 11)], 4, True
    state, pages = walk("clinicaltrials", clock)
    assert [len(p.ids) for p in pages] == [4, 4, 2]
    assert state.received == 10
    assert len(fake.seen) == 6


# -- a host that never comes to an end -------------------------------------------------------------


def test_empty_pages_without_end_are_noticed(fake: Fake, clock: TestClock) -> None:
    fake.docs, fake.gaps, fake.endless = [Doc(1)], True, True
    with pytest.raises(LiveError, match=r"an empty page after 0 of 1"):
        walk("clinicaltrials", clock)
    assert len(fake.seen) < MOST_EMPTY + 10


@pytest.mark.parametrize("slug", [s for s in SOURCES if s != "pubmed"])
def test_pages_without_end_are_noticed(fake: Fake, clock: TestClock, slug: str) -> None:
    """Records come again and again, never the page before, with a new cursor each time."""
    fake.docs, fake.page, fake.endless = [Doc(n) for n in range(1, 5)], 4, True
    with pytest.raises(LiveError, match="pages without end"):
        walk(slug, clock)


# -- whatever is sent ------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SOURCES)
def test_a_long_query_is_sent_as_the_service_takes_it(
    fake: Fake, clock: TestClock, slug: str
) -> None:
    """Only E-utilities and Europe PMC take parameters in the body; the others refuse a POST."""
    fake.docs = [Doc(1)]
    long = " OR ".join(f"word{n}" for n in range(250))
    state, _ = walk(slug, clock, Asked(long, today="2026-03-02"))
    assert state.received == 1
    posts = {a.method for a in fake.seen} & {"POST"}
    assert bool(posts) is (slug in {"pubmed", "europepmc"})


def test_the_answers_here_are_of_the_shape_that_is_described() -> None:
    """The smallest answer of each service, as its page shows it, is read."""
    answers: dict[str, Any] = {
        "europepmc": {"hitCount": 0, "resultList": {"result": []}},
        "openalex": {"meta": {"count": 0, "next_cursor": None}, "results": []},
        "crossref": {"status": "ok", "message": {"total-results": 0, "items": []}},
        "clinicaltrials": {"totalCount": 0, "studies": []},
    }
    for slug, answer in answers.items():
        sheet = paged(slug).read(json.loads(json.dumps(answer)))
        assert (sheet.ids, sheet.total, sheet.cursor) == ((), 0, "")
