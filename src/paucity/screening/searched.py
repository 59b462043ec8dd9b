"""Which search gave which export: the searches of review.yaml joined with the logs of their runs.

A run over the network, and a chase of citations, write a log beside their files. What review.yaml
leaves out of a search (files, date, number of records) is taken from it; what it states, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity.literature.live.log import RECORDS, RawFile, Run, SearchLog
from paucity.literature.live.names import REGISTERS, names_of_searches, slug_of
from paucity.protocol import Search

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CITATIONS: Final = "citation searching"


@dataclass(frozen=True, slots=True)
class Searched:
    """A search and what is known of its being run.

    Attributes:
        search: as review.yaml states it, completed by the log; made of the log where review.yaml
            states none.
        key: how records name it: its number in review.yaml, or the name of its log.
        log: of its runs; None if it was not run from here.
    """

    search: Search
    key: str
    log: SearchLog | None = None


def joined_searches(
    searches: Sequence[Search], logs: Mapping[str, SearchLog]
) -> tuple[Searched, ...]:
    """Return the searches of a review with their logs, those of which only a log tells last.

    A log belongs to the search that names one of its files, else to the one its name is made of;
    a chase belongs to the one search of citations that names no files, if there is only one.

    Args:
        searches: of the protocol.
        logs: by name, see :func:`paucity.literature.live.log.logs_of`.
    """
    owner = _owners(searches, logs)
    out = []
    for number, search in enumerate(searches, 1):
        name = next((name for name, own in owner.items() if own == number), None)
        log = logs[name] if name is not None else None
        whole = search if log is None else _completed(search, log)
        out.append(Searched(whole, str(number), log))
    for name, log in sorted(logs.items()):
        if name not in owner:
            kind = "register" if slug_of(log.database) in REGISTERS else log.kind
            bare = Search(marks=log.marks, database=log.database, kind=kind)
            out.append(Searched(_completed(bare, log), name, log))
    return tuple(out)


def _owners(searches: Sequence[Search], logs: Mapping[str, SearchLog]) -> dict[str, int]:
    """Return the number of the search that each log belongs to, where it belongs to one."""
    stated = [(n, s.database) for n, s in enumerate(searches, 1) if s.strategy.strip()]
    named = {name: number for number, name in names_of_searches(stated).items()}
    chased = [n for n, s in enumerate(searches, 1) if s.kind == CITATIONS and not s.files]
    chases = [name for name, log in logs.items() if log.kind == CITATIONS]
    out: dict[str, int] = {}
    for name, log in sorted(logs.items()):
        files = set(files_of_log(log))
        own = next((n for n, s in enumerate(searches, 1) if files & set(s.files)), None)
        if own is None and log.kind == CITATIONS:
            own = chased[0] if len(chased) == len(chases) == 1 else None
        elif own is None:
            own = named.get(name)
        if own is not None and own not in out.values():
            out[name] = own
    return out


def files_of_log(log: SearchLog) -> tuple[str, ...]:
    """Return the files that a search wrote, in the order of its runs, named as in the review."""
    return tuple(f"{RECORDS}/{raw.file}" for run in log.runs for raw in run.files)


def _completed(search: Search, log: SearchLog) -> Search:
    """Return a search with what its log adds."""
    files = tuple(dict.fromkeys((*search.files, *files_of_log(log))))
    found = told(log) if search.found is None else search.found
    return replace(search, files=files, found=found, date=search.date or _days(log))


def told(log: SearchLog) -> int | None:
    """Return how many different records a search found in all its runs; None if it cannot be said.

    Of a search that was run in full twice it is not known how many of the records were new.
    """
    if not log.runs or any(r.kind == "full" or r.new is None for r in log.runs[1:]):
        return None
    return _found(log.runs[0]) + sum(run.new or 0 for run in log.runs[1:])


def _found(run: Run) -> int:
    """Return how many records a run found; a count that moved meanwhile was right at some time."""
    last = run.found if run.found_last is None else run.found_last
    return run.received if min(run.found, last) <= run.received <= max(run.found, last) else last


def _days(log: SearchLog) -> str:
    """Return the days of a log's runs: `2026-01-10, again 2026-03-01`."""
    return ", again ".join(dict.fromkeys(run.date for run in log.runs))


def raw_files(logs: Mapping[str, SearchLog]) -> Iterator[tuple[SearchLog, RawFile]]:
    """Yield every file of every log."""
    for _, log in sorted(logs.items()):
        for run in log.runs:
            for raw in run.files:
                yield log, raw
