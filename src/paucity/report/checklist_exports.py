"""Answers to reporting checklists from exports that no search of a protocol names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.report.checklist_facts import Answer, Facts, count, searches
from paucity.screening.corpus import OWN_FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.screening.corpus import Export

FIELDS: Final[Mapping[str, str]] = {
    "ris": "field DB",
    "endnote-xml": "field remote-database-name",
    "bibtex": "field database",
    "csl-json": "field source",
    "csv": "column database",
    "xlsx": "column database",
}
"""Where each other format names the database that a record is from."""


@dataclass(frozen=True, slots=True)
class Source:
    """Exports of one database.

    Attributes:
        database: as they name it; empty if they do not.
        fields: what names it: a field of the records, or the format itself.
        files: the exports.
        records: how many they hold.
    """

    database: str
    fields: tuple[str, ...]
    files: tuple[str, ...]
    records: int


def sources_of(exports: Iterable[Export]) -> list[Source]:
    """Return exports by their database, most records first, those that name none last.

    >>> from paucity.screening.corpus import Export
    >>> held = [Export("a.nbib", "nbib", 3, "PubMed"), Export("b.ris", "ris", 2, "Embase")]
    >>> [(s.database, s.fields) for s in sources_of(held)]
    [('PubMed', ('format nbib',)), ('Embase', ('field DB',))]
    """
    grouped: dict[str, list[tuple[str, str, Export]]] = {}
    for export in exports:
        if not export.records:
            continue
        name = export.database
        field = FIELDS.get(export.format, "field of the database") if name else ""
        if export.format in OWN_FORMAT:
            field = f"format {export.format}"
        grouped.setdefault(name.casefold(), []).append((name, field, export))
    out = [
        Source(
            held[0][0],
            tuple(dict.fromkeys(field for _, field, _ in held if field)),
            tuple(export.name for _, _, export in held),
            sum(export.records - export.again for _, _, export in held),
        )
        for held in grouped.values()
    ]
    return sorted(out, key=lambda s: (not s.database, -s.records, s.database))


def unsearched(facts: Facts) -> list[Source]:
    """Return the sources of the exports where no search of the protocol tells of them."""
    if facts.screening is None or searches(facts):
        return []
    return sources_of(facts.screening.corpus.exports)


def searched_sources(facts: Facts) -> Answer | None:
    """Return of how many databases there are exports."""
    held = unsearched(facts)
    named = [s for s in held if s.database]
    bare = sum(len(s.files) for s in held if not s.database)
    parts = [count(len(named), "database")] if named else []
    parts += [f"{count(bare, 'file')} without the name of one"] if bare else []
    if not parts:
        return None
    return Answer(f"Exports of {' and '.join(parts)}; dates not stated", "the exports")


def databases(facts: Facts) -> Answer | None:
    """Return the databases that the exports name, and by what."""
    held = unsearched(facts)
    told = [f"{s.database} ({', '.join(s.fields)})" for s in held if s.database]
    if not told:
        return None
    bare = [file for s in held if not s.database for file in s.files]
    if bare:
        first = ", ".join(bare[:3])
        more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
        told.append(f"{count(len(bare), 'file')} without the name of one: {first}{more}")
    return Answer(f"As the exports name them: {'; '.join(told)}", "the exports; exports.csv")


def totals(facts: Facts) -> Answer | None:
    """Return the number of records of each database."""
    held = unsearched(facts)
    told = [
        f"{s.database or 'database not named'}: {s.records:,} ({count(len(s.files), 'file')})"
        for s in held
    ]
    if not told:
        return None
    whole = count(sum(s.records for s in held), "record")
    return Answer(f"{whole}; {'; '.join(told)}", "flow diagram; each file in exports.csv")
