"""Run a search to its end, or as far as the network lets it, and put the result in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity import __version__
from paucity.literature.live import log as logs
from paucity.literature.live import store
from paucity.literature.live.faults import LiveError, RefusedError, StuckError
from paucity.literature.live.hosts import HOSTS
from paucity.literature.live.log import RawFile, Run, SearchLog
from paucity.literature.live.names import names_of_searches
from paucity.literature.live.queries import Database, asked_of, database_named
from paucity.literature.strategy.show import show_strategy
from paucity.text import Marks
from paucity.writer import ChangedError, change_file, read_for_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from paucity.literature.live.client import Client
    from paucity.literature.live.model import Asked
    from paucity.literature.live.store import Checkpoint
    from paucity.literature.strategy.stated import Stated

AT_MOST: Final = 50_000
"""Records that a search may find before it is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A search to run.

    Attributes:
        name: of its files: the database, numbered if several searches are of one.
        number: of the search in review.yaml, counted from 1.
        database: that is asked.
        stated: its strategy.
        limits: as the protocol states them.
    """

    name: str
    number: int
    database: Database
    stated: Stated
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Came:
    """A run whose pages have all come and are kept, though not in records/ yet.

    Attributes:
        planned: the search.
        kind: full or update.
        checkpoint: with the pages.
        folder: where they are.
        received: how many different records came.
        finished: ISO date of the day the last of them came.
    """

    planned: Planned
    kind: str
    checkpoint: Checkpoint
    folder: Path
    received: int
    finished: str


def plan(stated: Iterable[Stated], limits: Iterable[tuple[str, ...]]) -> list[Planned]:
    """Return the searches that can be run from here, with the names of their files.

    Args:
        stated: the strategies of the review.
        limits: of every search of review.yaml, in order.
    """
    every, held = list(limits), list(stated)
    names = names_of_searches((one.number, one.database) for one in held)
    out = []
    for one in held:
        database = database_named(one.database)
        if database is not None:
            name = names[one.number]
            out.append(Planned(name, one.number, database, one, every[one.number - 1]))
    return out


def fetch(
    root: Path,
    planned: Planned,
    client: Client,
    *,
    since: str = "",
    at_most: int = AT_MOST,
    progress: Callable[[int, int], None] = lambda _received, _count: None,
    say: Callable[[str], None] = lambda _text: None,
) -> Came:
    """Fetch all pages of a search, going on where an earlier run was interrupted.

    Args:
        root: the review folder.
        planned: the search.
        client: of the database's host.
        since: ISO date; only what came or changed since then.
        at_most: records that may be found.
        progress: told after each step how many records came, and of how many.
        say: told in a sentence of what is out of the ordinary.

    Raises:
        LiveError: it could not be done; all pages so far are kept, and the next call goes on.
    """
    kind = "update" if since else "full"
    folder = root / store.FOLDER / f"{planned.name}.{kind}"
    today = client.clock.today().isoformat()
    asked = asked_of(planned.database, planned.stated.strategy, today, since)
    checkpoint = _resumed(folder, asked, planned, say)
    for attempt in range(2):
        resumed = attempt == 0 and bool(checkpoint.pages)
        try:
            checkpoint = _walk(folder, checkpoint, planned, client, at_most, progress)
        except (RefusedError, StuckError) as error:
            if attempt or not (resumed or isinstance(error, StuckError)):
                raise
            say(f"{planned.name}: {client.name} has lost the place; it is fetched once more")
            checkpoint = _anew(folder, asked, planned)
            continue
        received = len({x for page in checkpoint.pages for x in page.ids})
        fault = _unreconciled(checkpoint, received)
        if not fault:
            return Came(planned, kind, checkpoint, folder, received, today)
        say(f"{planned.name}: {fault}; it is fetched once more")
        checkpoint = _anew(folder, asked, planned)
    raise LiveError(
        f"{client.name}: twice the records that came were not as many as it said; "
        "nothing was written: try again later"
    )


def _resumed(
    folder: Path, asked: Asked, planned: Planned, say: Callable[[str], None]
) -> Checkpoint:
    """Return the run that was interrupted, if it asked the same; otherwise begin.

    An update that was fetched on another day and not applied is fetched again: more may be new.
    """
    held = store.load(folder)
    if held is None:
        return _anew(folder, asked, planned)
    came = sum(len(page.ids) for page in held.pages)
    if replace(held.asked, today=asked.today) != asked:
        if came:
            say(f"{planned.name}: what is asked has changed; the {came:,} records kept are dropped")
        return _anew(folder, asked, planned)
    if not held.state.done:
        if came or held.state.wanted:
            say(f"{planned.name}: goes on after {came:,} records")
    elif asked.today != held.asked.today and folder.name.endswith(".update"):
        return _anew(folder, asked, planned)
    elif came:
        say(f"{planned.name}: the {came:,} records fetched before are used")
    return held


def _anew(folder: Path, asked: Asked, planned: Planned) -> Checkpoint:
    store.forget(folder)
    return store.Checkpoint(asked, planned.database.source.start(asked))


def _walk(
    folder: Path,
    checkpoint: Checkpoint,
    planned: Planned,
    client: Client,
    at_most: int,
    progress: Callable[[int, int], None],
) -> Checkpoint:
    source = planned.database.source
    while not checkpoint.state.done:
        state, page = source.step(client, checkpoint.asked, checkpoint.state)
        count = state.counts[-1] if state.counts else 0
        if count > at_most:
            raise LiveError(
                f"{client.name} finds {count:,} records, more than {at_most:,}: narrow the "
                f"strategy, or allow them with `--at-most {count}`"
            )
        if page is None:
            checkpoint = replace(checkpoint, state=state)
            store.save(folder, checkpoint)
        else:
            checkpoint = store.keep_page(folder, checkpoint, page, state)
        progress(state.received, count)
    return checkpoint


def _unreconciled(checkpoint: Checkpoint, received: int) -> str:
    """Return how the records that came differ from the count; empty if they do not.

    A count that changed while pages came was right at some time between. Records that PubMed
    found and does not give are named in the log.
    """
    counts = checkpoint.state.counts or (received, received)
    absent = len(checkpoint.state.absent)
    low, high = min(counts), max(counts)
    if low <= received + absent <= high:
        return ""
    said = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{received:,} records came of {said}"


def put_in_place(root: Path, came: Came, told: tuple[int, int, int] | None = None) -> Run:
    """Copy the pages of a finished run into records/ and write its log.

    Pages that are there already from an interruption are left; the log is written last, so that
    a run is in it only when all its files are there.

    Args:
        root: the review folder.
        came: the run.
        told: of an update, how many records are new, changed and retracted.

    Raises:
        LiveError: records/ leads out of the review, or a file is in the way.
    """
    folder = root / logs.RECORDS
    if not folder.resolve().is_relative_to(root.resolve()):
        raise LiveError(f"{logs.RECORDS}/ leads outside the review folder; nothing was written")
    path = logs.log_path(root, came.planned.name)
    log = SearchLog(marks=Marks(path.name), database=came.planned.database.name)
    before = read_for_change(path)
    if before is not None:
        held, findings = logs.read_log(root, path)
        if held is None or findings:
            where = f": {findings[0].span} {findings[0].message}" if findings else ""
            raise LiveError(f"{logs.RECORDS}/{path.name} cannot be added to{where}")
        log = held
    files = []
    for page in came.checkpoint.pages:
        name = f"{came.planned.name}.{len(log.runs) + 1}.{page.file}"
        target = folder / name
        data = (came.folder / page.file).read_bytes()
        if target.exists() and store.digest(target.read_bytes()) != page.sha256:
            raise LiveError(f"{logs.RECORDS}/{name} is in the way: move it; nothing was changed")
        if not target.exists():
            _write(target, data, None)
        raw = RawFile(
            marks=Marks(""),
            file=name,
            records=len(page.ids),
            bytes=page.bytes,
            sha256=page.sha256,
            key_removed=page.changed,
        )
        files.append(raw)
    run = _run(came, tuple(files), told)
    text = logs.log_text(replace(log, runs=(*log.runs, run)))
    _write(path, text.encode(), before)
    store.forget(came.folder)
    return run


def _write(path: Path, data: bytes, before: bytes | None) -> None:
    """Write a file of the review, unless it is no longer what it was."""
    try:
        change_file(path, data, before)
    except ChangedError as error:
        raise LiveError(str(error)) from None


def _run(came: Came, files: tuple[RawFile, ...], told: tuple[int, int, int] | None) -> Run:
    asked, state = came.checkpoint.asked, came.checkpoint.state
    counts = state.counts or (came.received, came.received)
    strategy = show_strategy(came.planned.stated.strategy)
    new, changed, retracted = told or (None, None, None)
    absent = (f"found, but not given: {', '.join(state.absent)}",) if state.absent else ()
    return Run(
        marks=Marks(""),
        kind=came.kind,
        date=asked.today,
        finished=came.finished if came.finished != asked.today else "",
        since=asked.since,
        host=HOSTS[came.planned.database.source.host].base,
        with_=f"paucity {__version__}",
        sent=asked.text,
        filters=tuple(f"{name}={value}" for name, value in asked.filters),
        strategy=strategy,
        limits=came.planned.limits,
        lost=asked.lost,
        understood=state.translation,
        told=(*state.told, *absent),
        found=counts[0],
        found_last=counts[-1] if counts[-1] != counts[0] else None,
        received=came.received,
        new=new,
        changed=changed,
        retracted=retracted,
        files=files,
    )
