"""Walk through a result by the cursor that each page gives to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.live.answers import read_object
from paucity.literature.live.faults import RetryError
from paucity.literature.live.model import Asked, Page, State, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.literature.live.client import Client, Request


MOST_EMPTY: Final = 50
"""Empty pages in a row after which a host is taken to have lost its place."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one page says.

    Attributes:
        ids: of its records.
        total: how many records there are, if it tells.
        cursor: of the next page; empty on the last.
    """

    ids: tuple[str, ...]
    total: int | None
    cursor: str


@dataclass(frozen=True, slots=True)
class Paged:
    """A database that gives its result by cursor.

    Attributes:
        host: its name.
        first: the cursor to begin with.
        size: records on a page.
        request: what to ask for the page at a cursor.
        read: what a page says; raises RetryError or RefusedError on what is no page.
        echo: whether a cursor that is given again means the end.
        gaps: whether a page may be empty though more follow.
    """

    host: str
    first: str
    size: int
    request: Callable[[Asked, str], Request]
    read: Callable[[Mapping[str, Any]], Sheet]
    echo: bool = True
    gaps: bool = False

    def start(self, asked: Asked) -> State:  # noqa: ARG002
        """Return the state before the first page."""
        return State(cursor=self.first)

    def preview(self, asked: Asked) -> tuple[Request, str]:
        """Return the first request, and what follows it in words."""
        follows = f"then the same with the cursor of each answer, {self.size} records a page"
        return self.request(asked, self.first), follows

    def step(self, client: Client, asked: Asked, state: State) -> tuple[State, Page | None]:
        """Fetch the page at the state's cursor."""
        request = self.request(asked, state.cursor)
        body, sheet = client.fetch(request, lambda data: self._good(data, state))
        after = counted(state, sheet.total) if sheet.total is not None else state
        echoed = self.echo and sheet.cursor == state.cursor
        last = echoed or not sheet.cursor or not (sheet.ids or self.gaps)
        after = replace(
            after,
            done=last,
            cursor="" if last else sheet.cursor,
            received=state.received + len(sheet.ids),
            before=sheet.ids,
            empty=0 if sheet.ids else state.empty + 1,
        )
        return after, Page(body, "json", sheet.ids) if sheet.ids else None

    def _good(self, body: bytes, state: State) -> Sheet:
        """Return what a page says, or refuse one that cannot be the next."""
        sheet = self.read(read_object(body))
        if sheet.ids and sheet.ids == state.before:
            raise RetryError("the page before once more", stuck=True)
        counts = (*state.counts, *([] if sheet.total is None else [sheet.total]))
        known = min(counts, default=0)  # it may have grown since the first page
        came = state.received + len(sheet.ids)
        goes_on = self.gaps and sheet.cursor and state.empty < MOST_EMPTY
        if not sheet.ids and came < known and not goes_on:
            raise RetryError(f"an empty page after {came:,} of {known:,} records", stuck=True)
        if sheet.ids and not sheet.cursor and came < known:
            raise RetryError(f"a last page after {came:,} of {known:,} records", stuck=True)
        if counts and came > max(counts) + self.size and sheet.cursor:
            raise RetryError(f"pages without end: {came:,} of {max(counts):,}", stuck=True)
        if not sheet.ids and sheet.cursor and state.empty >= MOST_EMPTY:
            raise RetryError(f"{state.empty + 1} empty pages in a row", stuck=True)
        return sheet
