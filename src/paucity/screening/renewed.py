"""Records that a search gave again: fetched by an update, or by running the search once more.

They are no newly identified records, and no duplicates: the same database gave the same record
twice. Each counts once, where it came first, with what it said last.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from paucity.literature.live.update import key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paucity.literature.record import Place, Record


@dataclass(frozen=True, slots=True)
class Renewed:
    """Records of exports, each that came again counted once.

    Attributes:
        records: in the order of files; what came again says what it said last, and keeps the
            place where it came first, since merges and votes name it by that.
        again: how many records of each file had come before.
        earlier: what a record said before, by its position.
        read_at: where a record that came again was read, by its position.
    """

    records: tuple[Record, ...]
    again: Mapping[str, int] = field(default_factory=dict)
    earlier: Mapping[int, tuple[Record, ...]] = field(default_factory=dict)
    read_at: Mapping[int, Place] = field(default_factory=dict)


def _identified(record: Record) -> bool:
    """Tell whether a record has an identifier; by its title alone it may be another."""
    return not key(record).startswith("title:")


def renewed(
    files: Sequence[tuple[str, Sequence[Record]]], fetched: Sequence[Sequence[str]]
) -> Renewed:
    """Return the records of exports, those that a search gave again counted once.

    Args:
        files: name and records of each export.
        fetched: the files of each search that was run from here, in the order of its runs.
    """
    held = dict(files)
    copies: dict[tuple[str, int], list[Record]] = {}
    repeated: set[tuple[str, int]] = set()
    again: dict[str, int] = {}
    seen: set[str] = set()
    for names in fetched:
        first: dict[str, tuple[str, int]] = {}
        own = [name for name in dict.fromkeys(names) if name not in seen]
        seen.update(own)  # a file that two logs name belongs to the first
        for name in own:
            for i, record in enumerate(held.get(name, ())):
                if not _identified(record):
                    continue
                before = first.setdefault(key(record), (name, i))
                if before != (name, i):
                    repeated.add((name, i))
                    copies.setdefault(before, []).append(record)
                    again[name] = again.get(name, 0) + 1
    out: list[Record] = []
    earlier: dict[int, tuple[Record, ...]] = {}
    read_at: dict[int, Place] = {}
    for name, records in files:
        for i, record in enumerate(records):
            if (name, i) in repeated:
                continue
            later = copies.get((name, i))
            if later:
                earlier[len(out)] = (record, *later[:-1])
                read_at[len(out)] = later[-1].place
                out.append(replace(later[-1], place=record.place))
            else:
                out.append(record)
    return Renewed(tuple(out), again, earlier, read_at)
