"""How databases that are asked over the network are called, and how their files are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REGISTERS: Final = frozenset({"clinicaltrials"})
"""Those that are registers of studies, and no databases of reports (PRISMA 2020, item 6)."""

_SLUGS: Final = frozenset({"pubmed", "europepmc", "openalex", "crossref", "clinicaltrials"})
_ALIASES: Final[Mapping[str, str]] = {"medline": "pubmed", "medlinepubmed": "pubmed"}


def slug_of(name: str) -> str:
    """Return the name that a database has in file names; empty if it cannot be asked from here.

    >>> slug_of("EuropePMC"), slug_of("MEDLINE"), slug_of("Embase")
    ('europepmc', 'pubmed', '')
    """
    plain = "".join(c for c in name.casefold() if c.isalnum())
    plain = _ALIASES.get(plain, plain)
    plain = plain.removesuffix("gov") if plain.startswith("clinicaltrials") else plain
    return plain if plain in _SLUGS else ""


def names_of_searches(databases: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return the name of each search's files: the database, numbered if several are of one.

    Args:
        databases: of each search that states a strategy: its number in review.yaml, and the
            database it names.

    >>> names_of_searches([(1, "PubMed"), (2, "Embase"), (3, "MEDLINE")])
    {1: 'pubmed', 3: 'pubmed-2'}
    """
    seen: dict[str, int] = {}
    out = {}
    for number, database in databases:
        slug = slug_of(database)
        if slug:
            seen[slug] = seen.get(slug, 0) + 1
            out[number] = slug if seen[slug] == 1 else f"{slug}-{seen[slug]}"
    return out
