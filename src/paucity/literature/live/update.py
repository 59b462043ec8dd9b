"""Compare what came with what is held: new records, changed ones, and retractions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from paucity.literature.live.log import RECORDS, SearchLog
from paucity.literature.read import read_file
from paucity.literature.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from paucity.literature.live.run import Came

OVERLAP: Final = timedelta(days=2)
"""Days before the last run that are asked for again: clocks and hosts' days differ."""

_PASSED: Final = frozenset({"place", "extra", "references", "notes", "urls"})
"""Fields whose change is housekeeping of the database."""

_SCHEMES: Final = ("europepmc", "openalex")


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is held otherwise than it came now.

    Attributes:
        name: its identifier.
        title: as it came.
        fields: that differ.
        retracted: it came as retracted and was not before.
    """

    name: str
    title: str
    fields: tuple[str, ...]
    retracted: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update would do.

    Attributes:
        new: records not held.
        changed: records held otherwise, retracted ones included.
        same: how many came as they are held.
    """

    new: tuple[Record, ...]
    changed: tuple[Change, ...]
    same: int

    @property
    def retracted(self) -> tuple[Change, ...]:
        """Return the records that were retracted since they were fetched."""
        return tuple(c for c in self.changed if c.retracted)


def since(log: SearchLog) -> str:
    """Return the day from which an update asks; empty if nothing was run."""
    if not log.runs:
        return ""
    try:
        last = date.fromisoformat(log.runs[-1].date)
    except ValueError:
        return ""
    return (last - OVERLAP).isoformat()


def compare(root: Path, log: SearchLog, came: Came) -> Changes:
    """Return how the pages of a run differ from the records that are held."""
    held: dict[str, Record] = {}
    for run in log.runs:
        for raw in run.files:
            if "/" in raw.file or "\\" in raw.file:
                continue  # names no file of records/; reading the log has told of it
            records = read_file(root / RECORDS / raw.file, raw.file).records
            held.update((key(record), record) for record in records)
    fresh: dict[str, Record] = {}
    for page in came.checkpoint.pages:
        records = read_file(came.folder / page.file, page.file).records
        fresh.update((key(record), record) for record in records)
    return _changes(held, fresh.items())


def _changes(held: dict[str, Record], fresh: Iterable[tuple[str, Record]]) -> Changes:
    new, changed, same = [], [], 0
    for name, record in fresh:
        before = held.get(name)
        if before is None:
            new.append(record)
            continue
        names = tuple(
            f.name
            for f in fields(Record)
            if f.name not in _PASSED and getattr(before, f.name) != getattr(record, f.name)
        )
        if names:
            gone = is_retracted(record) and not is_retracted(before)
            changed.append(Change(name, record.title, names, gone))
        else:
            same += 1
    return Changes(tuple(new), tuple(changed), same)


def key(record: Record) -> str:
    """Return what a database knows a record by.

    >>> key(Record(pmid="123", doi="10.1/x")), key(Record(identifiers=(("openalex", "W1"),)))
    ('pmid:123', 'openalex:W1')
    """
    own = {scheme: value for scheme, value in record.identifiers if scheme in _SCHEMES}
    if own:
        scheme = next(s for s in _SCHEMES if s in own)
        return f"{scheme}:{own[scheme]}"
    if record.database == "ClinicalTrials.gov" and record.registrations:
        return f"nct:{record.registrations[0]}"
    if record.pmid:
        return f"pmid:{record.pmid}"
    return f"doi:{record.doi.lower()}" if record.doi else f"title:{record.title.casefold()}"


def is_retracted(record: Record) -> bool:
    """Tell whether a database marks a record as retracted."""
    types = {t.casefold() for t in record.publication_types}
    kinds = {c.kind for c in record.corrections}
    return "retracted publication" in types or "RetractionIn" in kinds
