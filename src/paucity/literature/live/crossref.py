"""Ask Crossref: works by words of the citation, pages by cursor, the end told by an empty page.

The service is described at https://api.crossref.org/swagger-ui/index.html and in "Tips for using
the Crossref REST API" (https://www.crossref.org/documentation/retrieve-metadata/rest-api/
tips-for-using-the-crossref-rest-api): at most 1,000 on a page, a cursor with every page, also the
last; a cursor is forgotten after five minutes without use. It may stay the same from page to page:
each page that is not empty is followed by another request.

"REST API filters" (https://www.crossref.org/documentation/retrieve-metadata/rest-api/
rest-api-filters) tells the dates apart. ``from-created-date`` knows only the first deposit,
``from-update-date`` and ``from-deposit-date`` what the publisher deposits again.
``from-index-date`` also has what Crossref and others add (links to retractions among it), and is
asked for here: nothing is missed, and most of what comes is as it is held.
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

_SIZE: Final = 500


def _request(asked: Asked, cursor: str) -> Request:
    filters = [*asked.filters, *([("from-index-date", asked.since)] if asked.since else [])]
    parameters = [("query.bibliographic", asked.text), ("rows", str(_SIZE)), ("cursor", cursor)]
    if filters:
        parameters.insert(1, ("filter", ",".join(f"{name}:{value}" for name, value in filters)))
    return Request("works", tuple(parameters))


def _read(data: Mapping[str, Any]) -> Sheet:
    if data.get("status") != "ok":
        refuse_error(data.get("message") or "no status")
    total = a_count(at(data, "message", "total-results"))
    if total is None:
        raise RetryError("an answer without its count")
    ids = tuple(str(x.get("DOI") or "") for x in items_of(at(data, "message", "items")))
    cursor = str(at(data, "message", "next-cursor") or "")
    if ids and not cursor:
        raise RetryError("a page without the cursor of the next")
    return Sheet(ids, total, cursor)


SOURCE: Final = Paged("crossref", "*", _SIZE, _request, _read, echo=False)
