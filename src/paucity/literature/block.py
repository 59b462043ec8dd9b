"""Propose pairs of records worth comparing, so that not every pair has to be."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity.literature.normal import (
    doi_key,
    family_key,
    fold,
    initial,
    is_dissertation,
    journal_words,
    main_title,
    page_key,
    page_starts,
    title_key,
    volume_key,
)
from paucity.literature.record import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.literature.record import Person, Record

MAX_BLOCK: Final = 60
"""Most records under one key that are compared each with each; of more, each with its neighbours
in the order of their titles."""

LONGEST: Final = 5_000
"""Characters of a value that are compared; only what is no title or name is longer."""

WINDOW: Final = 12
"""Neighbours on each side that are compared within a large block."""


@dataclass(slots=True)
class Features:
    """What of a record is compared, brought to one form once.

    Attributes:
        title: as :func:`~paucity.literature.normal.title_key` gives it.
        words: of the title.
        main: the title before its subtitle.
        families: of the authors, in order, without particles.
        initials: of the authors' given names.
        givens: the given names that are more than initials.
        pages: first and last.
        starts: first page of each range, where several are given.
        journals: words of the journal's name and of its abbreviation.
    """

    title: str
    words: list[str]
    main: str
    original: str
    families: list[str]
    initials: list[str]
    givens: frozenset[str]
    year: int | None
    volume: str
    issue: str
    pages: tuple[str, str]
    starts: frozenset[str]
    journals: tuple[tuple[str, ...], ...]
    issn: frozenset[str]
    doi: str
    pmid: str
    pmcid: str
    others: frozenset[tuple[str, str]]
    abstract: str
    dissertation: bool


_LOCAL: Final = frozenset({"accession", "nlm", "pii", "rayyan", "covidence", "mid"})


def features(record: Record) -> Features:
    """Return what of a record is compared; of an endless value only its beginning is.

    A work known only from a reference list has no title of its own: nothing is concluded from what
    is printed there.
    """
    printed = "" if record.database == LISTED else record.title[:LONGEST]
    title = title_key(printed)
    names = dict.fromkeys(filter(None, (record.journal[:LONGEST], record.abbreviation[:LONGEST])))
    authors = [who if len(who.family) <= LONGEST else _clipped(who) for who in record.authors]
    return Features(
        title=title,
        words=title.split(),
        main=main_title(printed),
        original=title_key(record.original_title[:LONGEST]),
        families=[family_key(who) for who in authors],
        initials=[initial(who) for who in authors],
        givens=frozenset(fold(who.given) for who in authors if len(who.given) > 3),
        year=record.year,
        volume="" if record.volume[:4] == str(record.year) else volume_key(record.volume[:LONGEST]),
        issue=volume_key(record.issue[:LONGEST]),
        pages=page_key(record.pages[:LONGEST]),
        starts=page_starts(record.pages[:LONGEST]),
        journals=tuple(map(journal_words, names)),
        issn=frozenset(record.issn),
        doi=doi_key(record.doi),
        pmid=record.pmid,
        pmcid=record.pmcid,
        others=frozenset(x for x in record.identifiers if x[0] not in _LOCAL),
        abstract=record.abstract,
        dissertation=record.kind == "thesis" or is_dissertation(record.journal, record.volume),
    )


def _clipped(who: Person) -> Person:
    return replace(who, family=who.family[:LONGEST])


def candidate_pairs(held: Sequence[Features]) -> set[tuple[int, int]]:
    """Return the pairs of positions that share a key, each once, the smaller first.

    Args:
        held: the records' features.

    Keys are identifiers, the title's letters from either end, its rarest words with the year,
    author with page, and volume with pages. A pair that shares none of them is never compared.
    """
    frequency: Counter[str] = Counter()
    for item in held:
        frequency.update(set(item.words))
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(held):
        for key in set(_keys(item, frequency)):
            blocks[key].append(position)
    pairs: set[tuple[int, int]] = set()
    for members in blocks.values():
        if len(members) > 1:
            pairs.update(_within(members, held))
    return pairs


def _within(members: list[int], held: Sequence[Features]) -> Iterator[tuple[int, int]]:
    if len(members) <= MAX_BLOCK:
        for i, a in enumerate(members):
            for b in members[i + 1 :]:
                yield (a, b) if a < b else (b, a)
        return
    ordered = sorted(members, key=lambda p: (held[p].title, held[p].year or 0, p))
    for i, a in enumerate(ordered):
        for b in ordered[i + 1 : i + 1 + WINDOW]:
            yield (a, b) if a < b else (b, a)


def _keys(item: Features, frequency: Counter[str]) -> Iterator[str]:
    yield from _identifier_keys(item)
    letters = item.title.replace(" ", "")
    if letters:
        yield f"begin:{letters[:24]}"
        yield f"end:{letters[-24:]}"
        yield f"words:{''.join(sorted(set(item.words)))}"
    if item.original:
        yield f"begin:{item.original.replace(' ', '')[:24]}"
    page = item.pages[0]
    if page and item.volume:
        yield f"volume:{item.volume}:{page}:{item.pages[1]}"
    rare = sorted({w for w in item.words if len(w) > 3}, key=lambda w: (frequency[w], w))[:4]
    if item.families:
        first = item.families[0]
        yield f"year:{first}:{item.year}:{item.volume}"
        if page:
            yield f"page:{first}:{page}"
        for word in rare[:3]:
            yield f"word:{first}:{word}"
    for i, a in enumerate(rare):
        for b in rare[i + 1 :]:
            yield f"pair:{a}:{b}" if a < b else f"pair:{b}:{a}"


def _identifier_keys(item: Features) -> Iterator[str]:
    if item.pmid:
        yield f"pmid:{item.pmid}"
    if item.pmcid:
        yield f"pmcid:{item.pmcid}"
    if item.doi:
        yield f"doi:{item.doi}"
    for scheme, value in item.others:
        yield f"{scheme}:{value}"
