"""The client: within a host's rate, patient, bounded, and silent about keys."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from paucity.literature.live import eutils, hosts, transport
from paucity.literature.live.answers import read_object
from paucity.literature.live.client import ATTEMPTS, Client, Request
from paucity.literature.live.clock import Bucket, retry_after
from paucity.literature.live.faults import LiveError, RefusedError, RetryError, UnreachableError
from paucity.literature.live.hosts import Identity, identity, told
from paucity.literature.live.transport import read_body

if TYPE_CHECKING:
    from tests.support.loopback import Fake, TestClock

KEY = "k3y-0123456789abcdef"
ASK = Request("esearch.fcgi", (("term", "hlh"), ("retmax", "9")))


def hits(body: bytes) -> int:
    """Read an answer as the search of PubMed does."""
    return eutils._hits(body).count


def asking(clock: TestClock, name: str = "eutils", **environ: str) -> Client:
    return Client(hosts.HOSTS[name], environ, clock=clock, most=2_000_000)


def fetch(clock: TestClock, name: str = "eutils", **environ: str) -> bytes:
    with asking(clock, name, **environ) as client:
        return client.fetch(ASK, hits)[0]


@pytest.mark.parametrize("rate", [3.0, 10.0, 0.8])
def test_no_second_holds_more_requests_than_the_rate(clock: TestClock, rate: float) -> None:
    bucket = Bucket(rate, clock)
    times = []
    for pause in [0, 0, 0, 2.5, 0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]:
        clock.seconds += pause
        bucket.take()
        times.append(clock.seconds)
    for begin in times:
        assert sum(begin <= t < begin + 0.9999 for t in times) <= max(1, rate)


def test_a_key_allows_ten_requests_a_second_and_none_three() -> None:
    # https://www.ncbi.nlm.nih.gov/books/NBK25497
    host = hosts.HOSTS["eutils"]
    assert identity(host, {}).rate == 3
    assert identity(host, {"NCBI_API_KEY": KEY}).rate == 10
    assert identity(host, {"PAUCITY_EMAIL": "a@b.org"}).rate == 3


def test_tool_address_and_key_go_with_a_request(fake: Fake, clock: TestClock) -> None:
    fetch(clock, NCBI_API_KEY=KEY, PAUCITY_EMAIL="a@b.org")
    sent = fake.seen[0]
    assert sent.query == {
        "term": "hlh", "retmax": "9", "tool": "paucity", "email": "a@b.org", "api_key": KEY,
    }  # fmt: skip
    assert sent.headers["user-agent"].startswith("paucity/0.")


def test_what_goes_in_the_body_goes_with_the_key(fake: Fake, clock: TestClock) -> None:
    with asking(clock, NCBI_API_KEY=KEY) as client:
        ids = ",".join(map(str, range(10**6, 10**6 + 201)))
        client.fetch(Request("efetch.fcgi", (("id", ids),), post=True), lambda _: None)
    assert [a.method for a in fake.seen] == ["POST"]
    assert fake.seen[0].query == {}
    assert fake.seen[0].body["id"] == ids
    assert fake.seen[0].body["api_key"] == KEY


def test_retry_after_is_waited_for_in_seconds_and_as_a_date(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["429", "429-date"]
    fetch(clock)
    assert len(fake.seen) == 3
    waits = [s for s in clock.slept if s > 1]
    # 7 s, and 12:00:30 seen at 12:00:00; each with half of a quarter more, the jitter given here
    assert waits == [7 + 0.5 * 7 / 4, 30 + 0.5 * 30 / 4]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("9" * 30, 999_999_999),
    ],
)
def test_retry_after_is_read_in_both_forms(
    text: str, seconds: float | None, clock: TestClock
) -> None:
    assert retry_after(text, clock) == seconds


def test_a_host_that_asks_to_wait_for_a_day_ends_the_run(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["429-long"]
    with pytest.raises(LiveError, match=r"asks to wait 86,400 seconds"):
        fetch(clock)
    assert len(fake.seen) == 1


@pytest.mark.parametrize(
    "fault",
    ["503", "error200", "invalid", "junk", "truncated", "cut", "cutzip", "drop", "slow", "brotli",
     "html"],
)  # fmt: skip
def test_a_bad_answer_is_asked_for_again(fake: Fake, clock: TestClock, fault: str) -> None:
    fake.faults = [fault]
    assert read_object(fetch(clock))["esearchresult"]["count"] == "0"
    assert len(fake.seen) == 2


def test_attempts_are_bounded_and_their_pauses_grow(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["503"] * 50
    with pytest.raises(LiveError, match="in 6 attempts; the last was status 503"):
        fetch(clock)
    assert len(fake.seen) == ATTEMPTS
    pauses = [s for s in clock.slept if s >= 1]
    assert pauses == sorted(pauses)
    assert len(pauses) == ATTEMPTS - 1


def test_what_a_host_refuses_is_not_asked_again(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["400"]
    with pytest.raises(RefusedError, match=r"127\.0\.0\.1 refuses \(status 400\)"):
        fetch(clock)
    assert len(fake.seen) == 1


def test_a_redirect_is_followed_within_the_host_only(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["here"]
    fetch(clock, NCBI_API_KEY=KEY)
    assert fake.seen[1].query == fake.seen[0].query
    fake.faults = ["away"]
    with pytest.raises(RefusedError, match=r"another host, `elsewhere\.example`") as told_:
        fetch(clock, NCBI_API_KEY=KEY)
    assert KEY not in str(told_.value)
    fake.faults = ["plain"]
    with pytest.raises(RefusedError, match=r"to `127\.0\.0\.1` by another way, which is not"):
        fetch(clock, NCBI_API_KEY=KEY)
    fake.faults = ["here"] * 9
    with pytest.raises(RefusedError, match="without end"):
        fetch(clock)


def test_a_redirect_out_of_encryption_is_not_followed(clock: TestClock) -> None:
    with asking(clock) as client, pytest.raises(RefusedError) as error:
        client._followed("https://db.example/a", "http://db.example/a?api_key=x")
    assert str(error.value) == (
        "redirects to `db.example` without encryption, which is not followed"
    )


def test_a_page_for_a_browser_is_called_that(fake: Fake, clock: TestClock) -> None:
    fake.faults = ["html"] * 6
    with pytest.raises(LiveError, match="the last was a page for a browser where JSON should be"):
        fetch(clock)


@pytest.mark.parametrize("fault", ["bomb", "big"])
def test_a_body_beyond_the_limit_is_not_read(fake: Fake, clock: TestClock, fault: str) -> None:
    fake.faults = [fault]
    with pytest.raises(LiveError, match="more than 2,000,000 bytes"):
        fetch(clock)


def test_a_host_that_is_not_there_is_named(clock: TestClock) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    host = replace(hosts.HOSTS["eutils"], base=f"http://127.0.0.1:{port}/")
    with Client(host, {}, clock=clock) as client, pytest.raises(UnreachableError) as error:
        client.fetch(ASK, read_object)
    assert str(error.value) == "127.0.0.1 could not be reached: no connection (connection refused)"
    assert sum(clock.slept) < 6  # whoever is offline is told soon


def test_nothing_is_sent_in_the_clear() -> None:
    host = replace(hosts.Host("x", "http://db.example/", 1))
    with pytest.raises(LiveError, match=r"db\.example is not asked without encryption"):
        Client(host, {})


def test_a_rate_that_the_host_states_is_kept(fake: Fake, clock: TestClock) -> None:
    client = asking(clock, "crossref", PAUCITY_EMAIL="a@b.org")
    assert client._bucket.rate == 3
    client._heed(httpx.Headers({"X-Rate-Limit-Limit": "1", "X-Rate-Limit-Interval": "2s"}))
    assert client._bucket.rate == 0.5
    client._heed(httpx.Headers({"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Interval": "1s"}))
    assert client._bucket.rate == 0.5
    client._heed(httpx.Headers({"X-Rate-Limit-Limit": "0", "X-Rate-Limit-Interval": "0s"}))
    assert client._bucket.rate == 0.5


@pytest.mark.parametrize(
    "fault", ["", "429", "503", "400", "badkey", "echo", "away", "here", "drop", "slow", "big"]
)
def test_no_message_log_or_body_holds_the_key_or_the_address(
    fake: Fake, clock: TestClock, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.faults = [fault] * 9
    environ = {"NCBI_API_KEY": KEY, "PAUCITY_EMAIL": "me@home.example"}
    words = [repr(identity(hosts.HOSTS["eutils"], environ))]
    words += told(hosts.HOSTS["eutils"], environ)
    try:
        words.append(fetch(clock, **environ).decode())
    except LiveError as error:
        words.append(str(error))
    words += [record.getMessage() for record in caplog.records]
    assert any(a.all.get("api_key") == KEY for a in fake.seen)
    assert any(a.all.get("email") == "me@home.example" for a in fake.seen)
    assert [w for w in words if KEY in w or "home.example" in w] == []


def test_openalex_is_not_asked_without_its_key(fake: Fake, clock: TestClock) -> None:
    with pytest.raises(LiveError, match=r"asks for a key: put it .* as OPENALEX_API_KEY"):
        asking(clock, "openalex")


@pytest.mark.parametrize("value", ["s-h-o", "two words 12345", "line\nbreak-12345", "schlüssel-1"])
def test_a_malformed_key_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(LiveError) as error:
        identity(hosts.HOSTS["eutils"], {"NCBI_API_KEY": value})
    assert value not in str(error.value)


def test_an_identity_shows_names_only() -> None:
    assert repr(Identity((("api_key", KEY),), (KEY,), 3)) == "Identity(api_key)"


def test_an_answer_that_drips_on_without_end_is_given_up() -> None:
    dripping = httpx.Response(200, content=iter([b"a", b"b", b"c"]))
    late = iter([False, True])
    with pytest.raises(RetryError, match="does not come to its end in time"):
        read_body(dripping, lambda: next(late))


def test_a_proxy_of_the_system_is_used_but_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[object] = []

    def transport_(**options: object) -> httpx.BaseTransport:
        used.append(options["proxy"])
        return httpx.MockTransport(lambda _: httpx.Response(200))

    monkeypatch.setattr(transport, "getproxies", lambda: {"https": "http://proxy.example:3128"})
    monkeypatch.setattr(transport, "proxy_bypass", lambda host: host == "inside.example")
    monkeypatch.setattr(httpx, "HTTPTransport", transport_)
    nobody = Identity((), (), 1)
    for base in ("https://db.example/", "https://inside.example/", "http://127.0.0.1:1/"):
        transport.transport(base, nobody)
    assert used == ["http://proxy.example:3128", None, None]


def test_encryption_is_checked_for_hosts_as_they_are() -> None:
    for host in hosts.HOSTS.values():
        assert host.base.startswith("https://")
        assert host.base.endswith("/")
