"""Databases on loopback that answer as the real ones do, and misbehave when told to.

Every host of the live client is served by one small server in a thread. A test gives it records
and a list of faults; each request takes the next fault, and the rest are answered well.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.literature.live.hosts import Host

CAP = 9_999


@dataclass(frozen=True)
class Doc:
    """A record of a database; PubMed may tell another day of creation than of entry."""

    number: int
    entered: str = "2020-01-01"
    created: str = ""
    title: str = "A case"
    revised: str = ""
    retracted: bool = False


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, str]
    headers: dict[str, str]

    @property
    def all(self) -> dict[str, str]:
        return {**self.query, **self.body}


@dataclass
class Fake:
    """What the server holds, how it misbehaves, and what it was asked."""

    docs: list[Doc] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    page: int = 0
    cap: int = CAP
    absent: frozenset[int] = frozenset()
    grows: bool = False
    same_cursor: bool = False
    gaps: bool = False
    endless: bool = False
    seen: list[Asked] = field(default_factory=list)
    base: str = ""

    @property
    def slow(self) -> float:
        return 0.6


_BOMB: Final = gzip.compress(b"\0" * 30_000_000, mtime=0)
"""Made once: a client that waits for a third of a second would not see it made."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server

    def log_message(self, *args: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self.answer({})

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        self.answer(dict(parse_qsl(self.rfile.read(size).decode(), keep_blank_values=True)))

    def answer(self, body: dict[str, str]) -> None:
        fake = self.server.fake
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(
            self.command, parts.path, query, body, {k.lower(): v for k, v in self.headers.items()}
        )
        fake.seen.append(asked)
        fault = fake.faults.pop(0) if fake.faults else ""
        with suppress(BrokenPipeError, ConnectionResetError):
            if refused := self.refused(asked):
                self.send(*refused)
                return
            out = self.good(fake, asked, fault)
            getattr(self, f"do_{fault.replace('-', '_')}", self.do_well)(out, asked)

    def refused(self, asked: Asked) -> tuple[int, bytes] | None:
        """Return what a request gets that the database does not take at all."""
        name = asked.path.strip("/").split("/")[0]
        if asked.method == "POST" and name not in {"eutils", "europepmc"}:
            return 405, b"method not allowed"
        if name == "europepmc" and not asked.path.endswith("/searchPOST"):
            return 404, b"no such module"
        if name == "openalex" and len(self.path) > 4_094:
            message = f"Your request URL is {len(self.path)} bytes, over the 4094-byte limit"
            said = {"error": "Request URL too long", "message": message}
            return 400, json.dumps(said).encode()
        return None

    def good(self, fake: Fake, asked: Asked, fault: str) -> bytes:
        name = asked.path.strip("/").split("/")[0]
        form = FORMS.get(name)
        return form(fake, asked, fault) if form else b"{}"

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(data)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def do_well(self, out: bytes, asked: Asked) -> None:
        if "gzip" in asked.headers.get("accept-encoding", ""):
            self.send(200, gzip.compress(out, mtime=0), Content_Encoding="gzip")
        else:
            self.send(200, out)

    def do_429(self, out: bytes, asked: Asked) -> None:
        self.send(429, b"slow down", Retry_After="7")

    def do_429_date(self, out: bytes, asked: Asked) -> None:
        self.send(429, b"slow down", Retry_After="Mon, 02 Mar 2026 12:00:30 GMT")

    def do_429_long(self, out: bytes, asked: Asked) -> None:
        self.send(429, b"come tomorrow", Retry_After="86400")

    def do_budget(self, out: bytes, asked: Asked) -> None:
        """Say that the day's allowance is spent, and in how many seconds it is renewed."""
        said = b'{"error":"Rate limit exceeded","message":"Insufficient budget"}'
        self.send(429, said, X_RateLimit_Remaining="0", X_RateLimit_Reset="39600")

    def do_403(self, out: bytes, asked: Asked) -> None:
        self.send(403, b'{"error":"Forbidden","message":"Rate limit exceeded"}')

    def do_html(self, out: bytes, asked: Asked) -> None:
        self.send(200, b"<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html")

    def do_503(self, out: bytes, asked: Asked) -> None:
        self.send(503, b"<html>busy</html>")

    def do_400(self, out: bytes, asked: Asked) -> None:
        self.send(400, json.dumps({"error": "no", "you sent": asked.all}).encode())

    def do_badkey(self, out: bytes, asked: Asked) -> None:
        said = {"error": "API key invalid", "api-key": asked.all.get("api_key", "")}
        self.send(400, json.dumps(said).encode())

    def do_echo(self, out: bytes, asked: Asked) -> None:
        """Answer well, and repeat the key within a valid body."""
        data = json.loads(out)
        data["request"] = asked.all
        self.do_well(json.dumps(data).encode(), asked)

    def do_error200(self, out: bytes, asked: Asked) -> None:
        self.send(200, b'{"error":"API rate limit exceeded","count":"11"}')

    def do_invalid(self, out: bytes, asked: Asked) -> None:
        self.send(200, b'{"esearchresult": {"ERROR": "Search Backend failed: ' + b"\x00\n oops")

    def do_junk(self, out: bytes, asked: Asked) -> None:
        self.send(200, bytes(range(256)) * 4)

    def do_truncated(self, out: bytes, asked: Asked) -> None:
        self.send(200, out[: len(out) // 2], Content_Length=str(len(out)))

    def do_cut(self, out: bytes, asked: Asked) -> None:
        """Send half of it as if it were all."""
        self.send(200, out[: len(out) // 2])

    def do_cutzip(self, out: bytes, asked: Asked) -> None:
        packed = gzip.compress(out, mtime=0)
        self.send(200, packed[: len(packed) // 2], Content_Encoding="gzip")

    def do_drop(self, out: bytes, asked: Asked) -> None:
        self.close_connection = True

    def do_slow(self, out: bytes, asked: Asked) -> None:
        time.sleep(self.server.fake.slow)
        self.do_well(out, asked)

    def do_away(self, out: bytes, asked: Asked) -> None:
        self.send(302, b"", Location="https://elsewhere.example/take?" + urlsplit(self.path).query)

    def do_stuck(self, out: bytes, asked: Asked) -> None:
        """Answer with the cursor that was sent."""
        data = json.loads(out)
        sent = asked.all
        if "cursorMark" in sent:
            data["nextCursorMark"] = sent["cursorMark"]
        elif "pageSize" in sent:
            data["nextPageToken"] = sent.get("pageToken", "0")
        elif "per_page" in sent:
            data["meta"]["next_cursor"] = sent["cursor"]
        else:
            data["message"]["next-cursor"] = sent["cursor"]
        self.do_well(json.dumps(data).encode(), asked)

    def do_plain(self, out: bytes, asked: Asked) -> None:
        """Redirect to another way of the same host, as from encryption to none."""
        self.send(302, b"", Location="ftp://127.0.0.1" + self.path)

    def do_here(self, out: bytes, asked: Asked) -> None:
        self.send(307, b"", Location=self.path)

    def do_bomb(self, out: bytes, asked: Asked) -> None:
        self.send(200, _BOMB, Content_Encoding="gzip")

    def do_big(self, out: bytes, asked: Asked) -> None:
        self.send(200, b" " * 3_000_000)

    def do_brotli(self, out: bytes, asked: Asked) -> None:
        self.send(200, out, Content_Encoding="br")


class Server(ThreadingHTTPServer):
    """The server; `fake` is what it holds now."""

    daemon_threads = True
    fake: Fake


def _matching(fake: Fake, first: str = "", last: str = "", since: str = "") -> list[Doc]:
    return [
        d
        for d in fake.docs
        if (not first or first <= d.entered)
        and (not last or d.entered <= last)
        and (not since or (d.created or d.entered) >= since or d.revised >= since)
    ]


def _esearch(fake: Fake, asked: Asked) -> bytes:
    p = asked.all
    since = re.search(r"AND \((\d{4}/\d\d/\d\d):3000\[crdt\]", p["term"])
    first, last = (p.get(x, "").replace("/", "-") for x in ("mindate", "maxdate"))
    docs = _matching(fake, first, last, since[1].replace("/", "-") if since else "")
    if not first and fake.grows and len(fake.seen) > 1:
        docs = [*docs, Doc(10**6)]
    most = min(int(p["retmax"]), fake.cap)
    result = {
        "count": str(len(docs)),
        "retmax": str(most),
        "retstart": "0",
        "idlist": [str(d.number) for d in docs[:most]],
        "querytranslation": f"{p['term']}[All Fields]",
        "warninglist": {"phrasesignored": [], "quotedphrasesnotfound": ['"no such words"']},
    }
    return json.dumps({"header": {"type": "esearch"}, "esearchresult": result}).encode()


def article(doc: Doc) -> str:
    types = "<PublicationType>Retracted Publication</PublicationType>" if doc.retracted else ""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{doc.number}</PMID>'
        f"<Article><Journal><Title>Blood</Title><JournalIssue><PubDate><Year>2020</Year></PubDate>"
        f"</JournalIssue></Journal><ArticleTitle>{doc.title} {doc.number}</ArticleTitle>"
        f"<Language>eng</Language><PublicationTypeList><PublicationType>Case Reports"
        f"</PublicationType>{types}</PublicationTypeList></Article></MedlineCitation>"
        "</PubmedArticle>"
    )


def _eutils(fake: Fake, asked: Asked, fault: str) -> bytes:
    if asked.path.endswith("esearch.fcgi"):
        out = _esearch(fake, asked)
        if fault == "clamped":
            data = json.loads(out)
            data["esearchresult"]["idlist"] = data["esearchresult"]["idlist"][:-1]
            out = json.dumps(data).encode()
        return out
    wanted = {int(x) for x in asked.all["id"].split(",")} - fake.absent
    docs = [d for d in fake.docs if d.number in wanted]
    if fault == "clamped":
        docs = docs[:-1]
    if fault == "duplicate":
        docs = [*docs, *docs]
    inside = "".join(map(article, docs))
    return f'<?xml version="1.0" ?>\n<PubmedArticleSet>{inside}</PubmedArticleSet>'.encode()


def _cut(fake: Fake, docs: list[Doc], start: int, size: int, fault: str) -> tuple[list[Doc], int]:
    """Return a page and where the next begins."""
    size = fake.page or size
    if fake.endless:
        half = size // 2 if start // size % 2 else size
        return docs[:half], start + size
    if fault == "duplicate" and start:
        return docs[max(0, start - size) : start], start + size
    if fault == "clamped":
        return [], start
    return docs[start : start + size], start + size


def _epmc(fake: Fake, asked: Asked, fault: str) -> bytes:
    p = asked.all
    since = re.search(r"FIRST_IDATE:\[(\S+) TO", p["query"])
    docs = _matching(fake, since=since[1] if since else "")
    cursor = p["cursorMark"]
    start = 0 if cursor == "*" else int(cursor.removeprefix("AoII="))
    page, after = _cut(fake, docs, start, int(p["pageSize"]), fault)
    count = len(docs) + (1 if fake.grows and start else 0)
    data = {
        "version": "6.9",
        "hitCount": count,
        "nextCursorMark": f"AoII={after}" if page else cursor,
        "request": {"queryString": p["query"]},
        "resultList": {"result": [epmc_item(d) for d in page]},
    }
    return json.dumps(data).encode()


def epmc_item(doc: Doc) -> dict[str, Any]:
    kinds = ["Case Reports", *(["Retracted Publication"] if doc.retracted else [])]
    return {
        "id": str(doc.number),
        "source": "MED",
        "pmid": str(doc.number),
        "title": f"{doc.title} {doc.number}",
        "pubYear": "2020",
        "pubTypeList": {"pubType": kinds},
    }


def _openalex(fake: Fake, asked: Asked, fault: str) -> bytes:
    p = asked.all
    start = 0 if p["cursor"] == "*" else int(p["cursor"])
    page, after = _cut(fake, fake.docs, start, int(p["per_page"]), fault)
    items = [
        {
            "id": f"https://openalex.org/W{d.number}",
            "title": f"{d.title} {d.number}",
            "publication_year": 2020,
            "type": "article",
            "is_retracted": d.retracted,
        }
        for d in page
    ]
    meta = {"count": len(fake.docs), "next_cursor": str(after) if page else None}
    return json.dumps({"meta": meta, "results": items}).encode()


def _crossref(fake: Fake, asked: Asked, fault: str) -> bytes:
    p = asked.all
    since = re.search(r"from-index-date:([\d-]+)", p.get("filter", ""))
    docs = _matching(fake, since=since[1] if since else "")
    start = 0 if p["cursor"] == "*" else int(p["cursor"])
    if fake.same_cursor:
        begun = max(i for i, a in enumerate(fake.seen) if a.all.get("cursor") == "*")
        start = (len(fake.seen) - 1 - begun) * (fake.page or 500)  # every request moves it on
    page, after = _cut(fake, docs, start, int(p["rows"]), fault)
    items = [
        {
            "DOI": f"10.5555/{d.number}",
            "title": [f"{d.title} {d.number}"],
            "type": "journal-article",
        }
        for d in page
    ]
    message = {
        "total-results": len(docs),
        "items": items,
        "next-cursor": "0" if fake.same_cursor else str(after),
    }
    data = {"status": "ok", "message-type": "work-list", "message": message}
    return json.dumps(data).encode()


def _trials(fake: Fake, asked: Asked, fault: str) -> bytes:
    p = asked.all
    since = re.search(r"RANGE\[([\d-]+),MAX\]", p.get("filter.advanced", ""))
    docs = _matching(fake, since=since[1] if since else "")
    token, _, seen = p.get("pageToken", "0").partition("-")
    start = int(token)
    page, after = _cut(fake, docs, start, int(p["pageSize"]), fault)
    gap = fake.gaps and (fake.endless or not seen)
    if gap:
        page, after = [], start  # a page without studies, before each that has some
    data: dict[str, Any] = {
        "studies": [
            {
                "protocolSection": {
                    "identificationModule": {
                        "nctId": f"NCT{d.number:08}",
                        "briefTitle": f"{d.title} {d.number}",
                    }
                }
            }
            for d in page
        ]
    }
    if "pageToken" not in p:
        data["totalCount"] = len(docs)
    if after < len(docs) or gap or fake.endless:
        data["nextPageToken"] = f"{after}-again" if gap else str(after)
    return json.dumps(data).encode()


FORMS = {
    "eutils": _eutils,
    "europepmc": _epmc,
    "openalex": _openalex,
    "crossref": _crossref,
    "clinicaltrials": _trials,
}


def started() -> Iterator[Server]:
    """Yield a running server; it stops afterwards."""
    server = Server(("127.0.0.1", 0), Handler)
    server.fake = Fake()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at_loopback(host: Host, server: Server) -> Host:
    """Return a host whose address is the server's."""
    base = f"http://127.0.0.1:{server.server_address[1]}/{host.name}/"
    return replace(host, base=base)


class TestClock:
    """Time that passes only when somebody waits."""

    __test__ = False

    def __init__(self, day: date = date(2026, 3, 2)) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.day = day

    def now(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def today(self) -> date:
        return self.day

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def jitter(self) -> float:
        return 0.5
