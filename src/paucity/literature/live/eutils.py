"""Ask PubMed by E-utilities: identifiers first, by slices of entry dates, then their records.

The service is described in "The E-utilities In-Depth: Parameters, Syntax and More"
(https://www.ncbi.nlm.nih.gov/books/NBK25499): ``datetype``, ``mindate`` and ``maxdate`` together,
as YYYY/MM/DD; long queries and more than about 200 identifiers by POST. It states 10,000
identifiers for a query of PubMed; its errors say 9,999, and that a later ``retstart`` is refused.
So a larger result is divided by the day of entry until every part is under the limit, and each is
counted.

What is new since a day is asked for by three dates. The entry date alone misses records: one that
comes to PubMed more than a year after its publication gets the day of publication for it ("Create
Date - New Field Indicates When Record Added to PubMed",
https://www.nlm.nih.gov/pubs/techbull/nd08/nd08_pm_new_date_field.html). The create date is the day
the record was added. The MeSH date and the date of the last revision bring records that meet the
strategy only now, and those that were corrected or retracted.

Not described, and known from answers alone: an error can come with status 200, as ``error`` or as
``esearchresult.ERROR``, with control characters that JSON does not allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.live.answers import a_count, at, read_object, refuse_error
from paucity.literature.live.client import Request
from paucity.literature.live.faults import LiveError, RetryError, printable
from paucity.literature.live.model import Asked, Page, State, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.literature.live.client import Client

CAP: Final = 9_999
"""Most identifiers that one query can give."""

BATCH: Final = 400
"""Records asked for at once."""

_POST_TERM: Final = 500
"""Letters of a query above which it goes in the body; the service says several hundred."""

_POST_IDS: Final = 200
"""Identifiers above which they go in the body."""

_FIRST: Final = date(1700, 1, 1)
_ALL: Final = ("", "")


@dataclass(frozen=True, slots=True)
class _Hits:
    count: int
    ids: tuple[str, ...]
    translation: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PubMed:
    """PubMed, through E-utilities."""

    host: str = "eutils"

    def start(self, asked: Asked) -> State:  # noqa: ARG002
        """Return the state before the first search: the whole result in one slice."""
        return State(slices=(_ALL,))

    def preview(self, asked: Asked) -> tuple[Request, str]:
        """Return the first request, and what follows it in words."""
        return _search(asked, _ALL), (
            f"then efetch.fcgi with the identifiers found, {BATCH} at a time; more than {CAP:,} "
            "are searched by parts of their entry dates"
        )

    def step(self, client: Client, asked: Asked, state: State) -> tuple[State, Page | None]:
        """Search a slice, or fetch a batch of records."""
        if state.slices:
            return _searched(client, asked, state), None
        if state.cursor == "recount":
            _, hits = client.fetch(_search(asked, _ALL), _hits)
            state = replace(counted(state, hits.count), cursor="")
            return replace(state, done=not state.wanted), None
        return _fetched(client, state)


SOURCE: Final = PubMed()


def _search(asked: Asked, part: tuple[str, str]) -> Request:
    term = asked.text
    if asked.since:
        day = asked.since.replace("-", "/")
        term = f"({term}) AND ({day}:3000[crdt] OR {day}:3000[mhda] OR {day}:3000[lr])"
    parameters = [("db", "pubmed"), ("term", term), ("retmode", "json"), ("retmax", str(CAP))]
    if part != _ALL:
        days = (("mindate", part[0]), ("maxdate", part[1]))
        parameters += [("datetype", "edat"), *((k, v.replace("-", "/")) for k, v in days)]
    return Request("esearch.fcgi", tuple(parameters), post=len(term) > _POST_TERM)


def _searched(client: Client, asked: Asked, state: State) -> State:
    part, rest = state.slices[0], state.slices[1:]
    _, hits = client.fetch(_search(asked, part), _hits)
    if part == _ALL:
        state = replace(counted(state, hits.count), translation=hits.translation, told=hits.told)
    if hits.count > CAP:
        halves = _halves(part, asked.today)
        return replace(state, slices=(*halves, *rest), cursor="recount")
    wanted = tuple(dict.fromkeys((*state.wanted, *hits.ids)))
    again = state.cursor == "recount"
    return replace(state, slices=rest, wanted=wanted, done=not (rest or wanted or again))


def _halves(part: tuple[str, str], today: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return two parts of a range of days; the entry date of a citation is never far ahead."""
    if part == _ALL:
        first, last = _FIRST, date.fromisoformat(today) + timedelta(days=366)
    else:
        first, last = map(date.fromisoformat, part)
    if first == last:
        raise LiveError(
            f"more than {CAP:,} of the records found were entered on {first}, more than PubMed "
            "gives: narrow the strategy"
        )
    middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
    after = middle + timedelta(days=1)
    return (first.isoformat(), middle.isoformat()), (after.isoformat(), last.isoformat())


def _hits(body: bytes) -> _Hits:
    data = read_object(body)
    refuse_error(data.get("error"))
    found = data.get("esearchresult")
    refuse_error(at(found, "ERROR"))
    count, ids = a_count(at(found, "count")), at(found, "idlist")
    if count is None or not isinstance(ids, list) or not all(_is_id(x) for x in ids):
        raise RetryError("an answer without count and identifiers")
    given = len(set(ids))
    if given != len(ids) or given != min(count, CAP):
        raise RetryError(f"{given:,} identifiers for a count of {count:,}")
    told = tuple(_told(found))
    return _Hits(count, tuple(ids), printable(at(found, "querytranslation") or ""), told)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10


def _told(found: Any) -> Iterator[str]:
    """Yield what PubMed says it passed over: it must stand in the report of the search."""
    names = {
        "phrasesnotfound": "not found",
        "fieldsnotfound": "field not found",
        "phrasesignored": "ignored",
        "quotedphrasesnotfound": "quoted phrase not found",
        "outputmessages": "PubMed says",
    }
    for place in ("errorlist", "warninglist"):
        for name, words in names.items():
            values = at(found, place, name)
            if isinstance(values, list):
                yield from (printable(f"{words}: {value}") for value in values)


def _fetched(client: Client, state: State) -> tuple[State, Page | None]:
    """Fetch a batch; what is missing from it is asked for once more at the end."""
    again = not state.wanted
    batch = (state.missing if again else state.wanted)[:BATCH]
    parameters = (("db", "pubmed"), ("retmode", "xml"), ("id", ",".join(batch)))
    request = Request("efetch.fcgi", parameters, post=len(batch) > _POST_IDS)
    body, ids = client.fetch(request, lambda data: _records(data, batch))
    absent = tuple(x for x in batch if x not in set(ids))
    if again:
        left = state.missing[BATCH:]
        after = replace(state, missing=left, absent=(*state.absent, *absent), done=not left)
    else:
        left, missing = state.wanted[BATCH:], (*state.missing, *absent)
        after = replace(state, wanted=left, missing=missing, done=not (left or missing))
    after = replace(after, received=state.received + len(ids))
    return after, Page(body, "xml", ids) if ids else None


def _records(body: bytes, batch: tuple[str, ...]) -> tuple[str, ...]:
    """Return the PMIDs of the records of an answer, all of which were asked for."""
    from paucity.literature.read import read_bytes
    from paucity.text import Severity

    start = body[:400].lstrip()
    if start.startswith(b"{"):
        refuse_error(read_object(body).get("error"))
    if b"<ERROR>" in body[:2_000]:
        text = body[:2_000].partition(b"<ERROR>")[2].partition(b"</ERROR>")[0]
        refuse_error(text.decode("utf-8", "replace"))
    library = read_bytes(body, "efetch")
    if library.format != "pubmed-xml":
        raise RetryError("an answer that is not PubMed's XML")
    if any(f.severity is Severity.ERROR or f.code == "xml-broken" for f in library.findings):
        raise RetryError("an answer whose XML breaks off")
    ids = tuple(record.pmid for record in library.records)
    if not set(ids) <= set(batch) or len(set(ids)) != len(ids):
        raise RetryError("records that were not asked for")
    return ids
