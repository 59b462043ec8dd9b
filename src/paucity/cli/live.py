"""Run the searches of a review over the network, and fetch what is new since."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

from paucity.cli.group import REVIEW, Fault, load, main, plural, tell
from paucity.cli.searching import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from paucity.literature.live.client import Client
    from paucity.literature.live.log import SearchLog
    from paucity.literature.live.run import Came, Planned
    from paucity.literature.live.update import Changes
    from paucity.review import Review

ONLY = click.option(
    "--only",
    metavar="DATABASE",
    help="Only the searches of this database, or the one whose files have this name.",
)
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Print what would be sent, and send nothing."
)
AT_MOST = click.option(
    "--at-most",
    type=click.IntRange(min=1),
    default=50_000,
    show_default=True,
    help="Refuse a search that finds more records.",
)


@main.group()
def search() -> None:
    """Run the searches of a review over the network.

    What databases answer is kept in records/ as it came. Nothing but the query is sent, to the
    hosts that the command names first.
    """


@dataclass(frozen=True, slots=True)
class _Review:
    """A review whose searches are run."""

    root: Path
    searches: list[Planned]
    logs: dict[str, SearchLog]


@search.command()
@REVIEW
@ONLY
@DRY_RUN
@click.option("--again", is_flag=True, help="Run searches in full that were run before.")
@AT_MOST
def run(review: str, only: str | None, at_most: int, *, dry_run: bool, again: bool) -> None:
    """Run the searches and keep what they find in records/.

    Each search writes its answers, and a text file NAME.search.yaml with the date, the query as
    sent, the counts, and what was lost in translation. An interrupted run goes on where it was.

    Exits with 0 if every search was run or had been, 1 if one could not be.
    """
    held = _opened(review, only, bundled=dry_run)
    todo = []
    for one in held.searches:
        before = held.logs.get(one.name)
        if before is None or not before.runs or again:
            todo.append(one)
        else:
            _tell_done(one, before)
    if not todo:
        return
    if dry_run:
        for one in todo:
            _preview(one, "")
        return
    _libraries()
    _announce(todo)
    from paucity.literature.live.run import put_in_place

    good = True
    with _holding(held.root):
        for one, came in _fetched(held, todo, {}, at_most):
            if came is None:
                good = False
                continue
            done = put_in_place(held.root, came)
            files = plural(len(done.files), "file")
            click.echo(f"{one.name}: {done.found:,} found, {done.received:,} received in {files}")
            _tell_said(one, came)
    sys.exit(int(not good))


@search.command()
@REVIEW
@ONLY
@DRY_RUN
@click.option("--apply", "write", is_flag=True, help="Write what came into records/.")
@AT_MOST
def update(review: str, only: str | None, at_most: int, *, dry_run: bool, write: bool) -> None:
    """Fetch what is new since the searches were run, and show what it changes.

    Shows new records, changed ones and retractions. Nothing is written to records/ without
    --apply; what was fetched is kept meanwhile, so that --apply need not fetch it again.

    Exits with 0 if every search could be asked, 1 if one could not.
    """
    from paucity.literature.live.update import since

    held = _opened(review, only, bundled=False)
    todo, good = _to_update(held)
    if not todo:
        sys.exit(int(not good))
    days = {one.name: since(held.logs[one.name]) for one in todo}
    if dry_run:
        for one in todo:
            _preview(one, days[one.name])
        return
    _libraries()
    _announce(todo)
    from paucity.literature.live.run import put_in_place
    from paucity.literature.live.update import compare

    with _holding(held.root):
        for one, came in _fetched(held, todo, days, at_most):
            if came is None:
                good = False
                continue
            changes = compare(held.root, held.logs[one.name], came)
            _tell_changes(one, days[one.name], changes)
            _tell_said(one, came)
            if write:
                counts = (len(changes.new), len(changes.changed), len(changes.retracted))
                put_in_place(held.root, came, counts)
                click.echo(f"{one.name}: written to records/")
    if not write:
        click.echo("Nothing was written to records/; `--apply` writes it.")
    sys.exit(int(not good))


def _to_update(held: _Review) -> tuple[list[Planned], bool]:
    """Return the searches that can be brought up to date, and whether none is left out for a fault.

    What is new since a run completes that run only if the same was asked.
    """
    from paucity.literature.live.update import since

    todo, good = [], True
    for one in held.searches:
        log = held.logs.get(one.name)
        if log is None or not since(log):
            click.echo(f"{one.name}: was not run yet: `paucity search run` does it")
        elif _differs(one, log):
            good = False
            click.echo(
                f"{one.name}: the strategy has changed since it was run: "
                "`paucity search run --again` runs it in full"
            )
        else:
            todo.append(one)
    return todo, good


def _opened(place: str, only: str | None, *, bundled: bool) -> _Review:
    """Return the review and its searches that can be run from here; tell of the others."""
    from paucity.literature.live.log import RECORDS, log_path, logs_of
    from paucity.review import BUNDLED, bundled_review, find_review

    review = load(place)
    root = find_review(place)
    inside = [bundled_review(name).resolve() for name in BUNDLED]
    if not bundled and root.resolve() in inside:
        raise Fault(f"`{place}` comes with paucity and is not written to: copy its folder first")
    planned = _planned(place, root, review, only)
    logs, findings = logs_of(root)
    tell(findings, told, err=False)
    unread = {f.span.file for f in findings if f.code != "search-result-changed"}
    for name in (f"{RECORDS}/{log_path(root, one.name).name}" for one in planned):
        if name in unread:
            raise Fault(f"{name} cannot be read whole, so nothing can be added to it: mend it")
    return _Review(root, planned, logs)


def _planned(place: str, root: Path, review: Review, only: str | None) -> list[Planned]:
    """Return the searches that can be run from here and are wanted; tell of the others."""
    from paucity.literature.live.queries import DATABASES, database_named
    from paucity.literature.live.run import plan
    from paucity.literature.strategy.stated import read_stated

    searches = review.protocol.searches
    stated, _ = read_stated(root, searches, review.texts)
    planned = plan(stated, [s.limits for s in searches])
    for number, search_ in enumerate(searches, 1):
        if search_.marks.file != "review.yaml":
            continue  # a log alone tells of it
        title = f"search {number} ({search_.database})"
        if not search_.strategy.strip():
            click.echo(f"{title}: states no strategy; it is passed over")
        elif database_named(search_.database) is None:
            names = ", ".join(d.name for d in DATABASES)
            click.echo(f"{title}: cannot be asked from here ({names} can); export it by hand")
    if only is not None:
        wanted = database_named(only)
        planned = [p for p in planned if p.name == only or p.database is wanted]
        if not planned:
            raise Fault(f"{place}: no search of `{only}` that can be run from here")
    if not planned:
        raise Fault(f"{place}: review.yaml states no search that can be run from here")
    return planned


def _libraries() -> None:
    """Find out before anything is sent whether the libraries are there."""
    import_module("httpx")
    import_module("lxml.etree")


def _announce(todo: list[Planned]) -> None:
    """Say which hosts will be contacted, and what they are told of who asks."""
    from paucity.literature.live.hosts import HOSTS, told

    for name in dict.fromkeys(one.database.source.host for one in todo):
        host = HOSTS[name]
        with_ = "; ".join(told(host, os.environ)) or "nothing more"
        click.echo(f"Contacts {host.base} with the query and: {with_}")


def _preview(one: Planned, since: str) -> None:
    """Print what would be sent for a search."""
    from paucity.literature.live.client import AGENT
    from paucity.literature.live.clock import SystemClock
    from paucity.literature.live.faults import LiveError
    from paucity.literature.live.hosts import HOSTS, told
    from paucity.literature.live.queries import asked_of

    today = SystemClock().today().isoformat()
    try:
        asked = asked_of(one.database, one.stated.strategy, today, since)
    except LiveError as error:
        click.echo(f"{one.name}: {error}")
        return
    host = HOSTS[one.database.source.host]
    request, follows = one.database.source.preview(asked)
    click.echo(f"{one.name}: would send {request.method} {host.base}{request.path}")
    for key, value in request.parameters:
        click.echo(f"    {key} = {value}")
    for line in (*told(host, os.environ), f"User-Agent: {AGENT}"):
        click.echo(f"    and {line}")
    click.echo(f"    {follows}")
    for loss in asked.lost:
        click.echo(f"    lost: {loss}")


@contextmanager
def _holding(root: Path) -> Iterator[None]:
    """Hold the review's searches against a second run."""
    from paucity.literature.live.faults import LiveError
    from paucity.literature.live.store import alone

    try:
        with alone(root):
            yield
    except LiveError as error:
        raise Fault(str(error)) from None


def _client(one: Planned) -> Client:
    from paucity.literature.live.client import Client
    from paucity.literature.live.hosts import HOSTS

    return Client(HOSTS[one.database.source.host], os.environ)


def _fetched(
    held: _Review, todo: list[Planned], days: dict[str, str], at_most: int
) -> Iterator[tuple[Planned, Came | None]]:
    """Yield each search with what came, None where it could not be done to the end."""
    from paucity.literature.live.faults import LiveError
    from paucity.literature.live.run import fetch

    for one in todo:
        shown = _Progress(one.name)
        try:
            with _client(one) as client:
                came = fetch(
                    held.root,
                    one,
                    client,
                    since=days.get(one.name, ""),
                    at_most=at_most,
                    progress=shown.step,
                    say=click.echo,
                )
        except LiveError as error:
            shown.end()
            click.echo(f"{one.name}: {error}; records/ is as it was")
            yield one, None
            continue
        except (KeyboardInterrupt, OSError) as error:
            shown.end()
            what = "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped"
            click.echo(
                f"{one.name}: {what}; what came is kept: the same command goes on from there"
            )
            raise
        shown.end()
        yield one, came


@dataclass(slots=True)
class _Progress:
    """One line on a terminal that says how far a search is."""

    name: str
    written: bool = False

    def step(self, received: int, count: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{self.name}: {received:,} of {count:,} ", nl=False, err=True)
            self.written = True

    def end(self) -> None:
        if self.written:
            click.echo(err=True)


def _differs(one: Planned, log: SearchLog) -> bool:
    """Tell whether the strategy is another than the one that was run last."""
    from paucity.literature.strategy.show import show_strategy

    return log.runs[-1].strategy.strip() != show_strategy(one.stated.strategy).strip()


def _tell_done(one: Planned, log: SearchLog) -> None:
    last = log.runs[-1]
    received = sum(run.received for run in log.runs if run.kind == "full")
    click.echo(
        f"{one.name}: was run on {last.date} ({plural(received, 'record')}); "
        "`paucity search update` fetches what is new, `--again` runs it in full"
    )
    if _differs(one, log):
        click.echo(f"{one.name}: the strategy has changed since: `--again` runs the new one")


def _tell_said(one: Planned, came: Came) -> None:
    """Print what the database said of the query, and how its counts were met."""
    asked, state = came.checkpoint.asked, came.checkpoint.state
    for loss in asked.lost:
        click.echo(f"{one.name}: lost: {loss}")
    for said in state.told:
        click.echo(f"{one.name}: {said}")
    if state.absent:
        number = plural(len(state.absent), "record")
        click.echo(f"{one.name}: {number} found but not given: {', '.join(state.absent[:20])}")
    if state.counts and state.counts[0] != state.counts[-1]:
        first, last = state.counts[0], state.counts[-1]
        click.echo(f"{one.name}: the count went from {first:,} to {last:,} while records came")


def _tell_changes(one: Planned, since: str, changes: Changes) -> None:
    from paucity.literature.live.faults import printable
    from paucity.literature.normal import identity

    counts = f"{len(changes.new):,} new, {len(changes.changed):,} changed"
    click.echo(
        f"{one.name}: since {since}: {counts}, {len(changes.retracted):,} of them retracted, "
        f"{changes.same:,} as they are held"
    )
    for record in changes.new[:20]:
        click.echo(f"    new        {printable(identity(record))}  {printable(record.title[:80])}")
    for change in sorted(changes.changed, key=lambda c: not c.retracted)[:20]:
        word = "retracted" if change.retracted else "changed  "
        fields = ", ".join(change.fields)
        click.echo(
            f"    {word}  {printable(change.name)}  {printable(change.title[:60])} ({fields})"
        )
    more = max(0, len(changes.new) - 20) + max(0, len(changes.changed) - 20)
    if more:
        click.echo(f"    and {more:,} more")
