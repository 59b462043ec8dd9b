"""Ask ClinicalTrials.gov, version 2: studies by terms, pages by ``pageToken``.

The service is described at https://clinicaltrials.gov/data-api/api: every request is a GET; a page
has at most 1,000 studies and may have none though more follow; only the first has the count, if
``countTotal`` asks for it; the last has no ``nextPageToken``; all pages are asked for with the same
queries and filters. Filters are passed over where a query is nothing but NCT numbers: an update of
such a search gives all of them, which are compared. Queries are written as "Search Operators"
(https://clinicaltrials.gov/find-studies/constructing-complex-search-queries) has it.

The day of the last update is that of its posting. Updates are posted on working days and are seen
from the next day on (not described, and known from counts alone); an update asks from two days
before the last run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature.live.answers import a_count, at, items_of, refuse_error
from paucity.literature.live.client import Request
from paucity.literature.live.paged import Paged, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.literature.live.model import Asked

_SIZE: Final = 200


def _request(asked: Asked, cursor: str) -> Request:
    parameters = [
        ("query.term", asked.text),
        ("format", "json"),
        ("countTotal", "true"),
        ("pageSize", str(_SIZE)),
    ]
    if asked.since:
        parameters.append(("filter.advanced", f"AREA[LastUpdatePostDate]RANGE[{asked.since},MAX]"))
    if cursor:
        parameters.append(("pageToken", cursor))
    return Request("studies", tuple(parameters))


def _read(data: Mapping[str, Any]) -> Sheet:
    refuse_error(data.get("error") or data.get("message"))
    where = ("protocolSection", "identificationModule", "nctId")
    ids = tuple(str(at(x, *where) or "") for x in items_of(data.get("studies")))
    return Sheet(ids, a_count(data.get("totalCount")), str(data.get("nextPageToken") or ""))


SOURCE: Final = Paged("clinicaltrials", "", _SIZE, _request, _read, echo=False, gaps=True)
