"""What is asked of a database, what has come so far, and one page of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.literature.live.client import Client, Request


@dataclass(frozen=True, slots=True)
class Asked:
    """What a database is asked.

    Attributes:
        text: the query, in the database's own syntax.
        filters: parameters beside it.
        since: ISO date; only what came or changed since then. Empty for all.
        today: ISO date of the run.
        lost: what the database does not do as the strategy means it, a sentence each.
    """

    text: str
    filters: tuple[tuple[str, str], ...] = ()
    since: str = ""
    today: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """How far a run has come: all that is needed to go on after an interruption.

    Attributes:
        done: nothing is left to ask.
        cursor: where the next page begins, as the host calls it.
        counts: how many records the host said there are, at first and at last.
        received: how many records have come, repeated ones included.
        translation: how the host says it understood the query.
        told: what else the host said of the query.
        slices: ranges of entry dates still to be searched (PubMed).
        wanted: identifiers still to be fetched (PubMed).
        missing: identifiers asked for that did not come, to be asked for again (PubMed).
        absent: identifiers whose record did not come then either (PubMed).
        before: the identifiers of the last page, to notice one that is given twice.
        empty: how many pages in a row had no records.
    """

    done: bool = False
    cursor: str = ""
    counts: tuple[int, ...] = ()
    received: int = 0
    translation: str = ""
    told: tuple[str, ...] = ()
    slices: tuple[tuple[str, str], ...] = ()
    wanted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    empty: int = 0


def counted(state: State, count: int) -> State:
    """Return the state with a count that the host tells: the first is kept beside the last."""
    return replace(state, counts=(*state.counts[:1], count) if state.counts else (count, count))


def plain_state(state: State) -> dict[str, Any]:
    """Return a state as JSON values."""
    return {f.name: getattr(state, f.name) for f in fields(State)}


def state_from(values: Mapping[str, Any]) -> State:
    """Return the state that :func:`plain_state` described.

    Raises:
        ValueError: it is of another shape.
    """
    empty = State()
    out: dict[str, Any] = {}
    for field in fields(State):
        value, like = values.get(field.name), getattr(empty, field.name)
        if isinstance(like, tuple):
            value = _tuple(value, field.name)
        elif type(value) is not type(like):
            raise ValueError(field.name)
        out[field.name] = value
    return State(**out)


_KINDS: Final[Mapping[str, type]] = {"counts": int, "slices": tuple}


def _tuple(value: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(name)  # noqa: TRY004
    items = tuple(tuple(x) if isinstance(x, list) else x for x in value)
    kind = _KINDS.get(name, str)
    if not all(type(x) is kind for x in items):
        raise ValueError(name)
    if kind is tuple and not all(len(x) == 2 and all(isinstance(y, str) for y in x) for x in items):
        raise ValueError(name)
    return items


@dataclass(frozen=True, slots=True)
class Page:
    """One answer that holds records.

    Attributes:
        body: as it came.
        suffix: of the file it is kept in.
        ids: the identifiers of its records, as the host calls them.
    """

    body: bytes
    suffix: Literal["json", "xml"]
    ids: tuple[str, ...]


class Source(Protocol):
    """A database that can be asked page by page."""

    @property
    def host(self) -> str:
        """Return the name of its host."""
        ...

    def start(self, asked: Asked) -> State:
        """Return the state before the first request."""
        ...

    def step(self, client: Client, asked: Asked, state: State) -> tuple[State, Page | None]:
        """Ask for the next thing; give the state after it, and the page if it was one."""
        ...

    def preview(self, asked: Asked) -> tuple[Request, str]:
        """Return the first request, and what follows it in words."""
        ...
