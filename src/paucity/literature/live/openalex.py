"""Ask OpenAlex: works by search and filter, pages by cursor.

The service is described at https://developers.openalex.org: "Search" (``guides/searching``:
``search.exact`` knows no stems and takes truncated words; the query goes in the address, of at most
4,094 bytes), "Page through Results" (``guides/page-through-results``: at most 100 a page, the end
told by a cursor of null), "Authentication & Pricing" (``api-reference/authentication``). A page of
a search costs a thousandth of a dollar, and a free key has a dollar a day: 100,000 records.

The filters ``from_created_date`` and ``from_updated_date`` are for those who pay; to find what is
new, the whole result is asked for again and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature.live.answers import a_count, at, items_of, refuse_error
from paucity.literature.live.client import Request
from paucity.literature.live.faults import RetryError
from paucity.literature.live.paged import Paged, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.literature.live.model import Asked

_SIZE: Final = 100
_CURSOR: Final = 200
"""Bytes kept free for the cursor of later pages, so that none of them has too long an address."""


def _request(asked: Asked, cursor: str) -> Request:
    filters = ",".join(f"{name}:{value}" for name, value in asked.filters)
    parameters = [("search.exact", asked.text), ("per_page", str(_SIZE)), ("cursor", cursor)]
    if filters:
        parameters.insert(1, ("filter", filters))
    room = _CURSOR if cursor == SOURCE.first else 0
    return Request("works", tuple(parameters), room=room)


def _read(data: Mapping[str, Any]) -> Sheet:
    if data.get("error"):
        refuse_error(f"{data.get('error')}: {data.get('message') or ''}")
    total = a_count(at(data, "meta", "count"))
    if total is None:
        raise RetryError("an answer without its count")
    ids = tuple(str(x.get("id") or "") for x in items_of(data.get("results")))
    return Sheet(ids, total, str(at(data, "meta", "next_cursor") or ""))


SOURCE: Final = Paged("openalex", "*", _SIZE, _request, _read)
