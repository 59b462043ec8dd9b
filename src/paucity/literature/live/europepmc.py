"""Ask Europe PMC: one query, pages by ``cursorMark``, the end told by the cursor's echo.

The service is described in "Articles RESTful API" (https://europepmc.org/RestfulWebService):
``searchPOST`` takes the parameters of ``search`` in the body, ``resultType=core`` gives full
records, a page has at most 1,000. Synonyms are added only if asked for. "Europe PMC Web Services
Announcement (Version 6.6)" (https://groups.google.com/a/ebi.ac.uk/g/epmc-webservices/c/yG8kMl1R3cI)
says that the end is told by a cursor that is missing; answers also repeat the cursor that was sent.

What is new since a day is asked for by the days on which a record was first indexed and was last
updated. Both are among the fields that the service lists (``fields``), where no more is said of
them; which changes count as an update is not known. So an update may give records that are held as
they are, which are compared and left, and may miss changes.
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
"""The host allows 1,000; full records of that many take longer than many proxies wait."""


def _request(asked: Asked, cursor: str) -> Request:
    text = asked.text
    if asked.since:
        days = f"[{asked.since} TO 3000-12-31]"
        text = f"({text}) AND (FIRST_IDATE:{days} OR UPDATE_DATE:{days})"
    parameters = (
        ("query", text),
        ("resultType", "core"),
        ("format", "json"),
        ("synonym", "false"),
        ("pageSize", str(_SIZE)),
        ("cursorMark", cursor),
    )
    return Request("searchPOST", parameters, post=True)


def _read(data: Mapping[str, Any]) -> Sheet:
    refuse_error(data.get("error") or data.get("errMsg"))
    total = a_count(data.get("hitCount"))
    if total is None:
        raise RetryError("an answer without its count")
    items = items_of(at(data, "resultList", "result"))
    ids = tuple(f"{x.get('source', '')}:{x.get('id', '')}" for x in items)
    return Sheet(ids, total, str(data.get("nextCursorMark") or ""))


SOURCE: Final = Paged("europepmc", "*", _SIZE, _request, _read)
