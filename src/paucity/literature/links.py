"""Link reports that belong together without being the same: links are not duplicates.

An erratum and its article, a reply, a retraction notice, a conference abstract and the full paper,
a translation, two reports of one trial. Some links are stated by the database, the others are
found, and say why.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from paucity.literature.block import Features, candidate_pairs, features
from paucity.literature.compare import compare, notice
from paucity.literature.decide import MERGE
from paucity.literature.normal import doi_key, same_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paucity.literature.record import Correction, Record


class Relation(StrEnum):
    """How the first report relates to the second."""

    ERRATUM = "erratum for"
    RETRACTION = "retraction of"
    CONCERN = "expression of concern about"
    COMMENT = "comment on"
    REPUBLICATION = "republication of"
    UPDATE = "update of"
    ABSTRACT = "conference abstract of"
    TRANSLATION = "translation of"
    SAME_STUDY = "same study as"


@dataclass(frozen=True, slots=True)
class Link:
    """Two reports that belong together.

    Attributes:
        first: position of the report that the relation begins with.
        second: position of the other; -1 if it is not among the records.
        relation: how the first relates to the second.
        because: why, in a few words.
        stated: a database states it; otherwise it is inferred, and a person confirms it.
        other: the other report as printed, where it is not among the records.
    """

    first: int
    second: int
    relation: Relation
    because: str
    stated: bool = False
    other: str = ""


_STATED: Final[Mapping[str, tuple[Relation, bool]]] = {
    "ErratumFor": (Relation.ERRATUM, True),
    "ErratumIn": (Relation.ERRATUM, False),
    "RetractionOf": (Relation.RETRACTION, True),
    "RetractionIn": (Relation.RETRACTION, False),
    "PartialRetractionOf": (Relation.RETRACTION, True),
    "PartialRetractionIn": (Relation.RETRACTION, False),
    "ExpressionOfConcernFor": (Relation.CONCERN, True),
    "ExpressionOfConcernIn": (Relation.CONCERN, False),
    "CommentOn": (Relation.COMMENT, True),
    "CommentIn": (Relation.COMMENT, False),
    "CorrectedandRepublishedFrom": (Relation.REPUBLICATION, True),
    "CorrectedandRepublishedIn": (Relation.REPUBLICATION, False),
    "RetractedandRepublishedFrom": (Relation.REPUBLICATION, True),
    "RetractedandRepublishedIn": (Relation.REPUBLICATION, False),
    "RepublishedFrom": (Relation.REPUBLICATION, True),
    "RepublishedIn": (Relation.REPUBLICATION, False),
    "OriginalReportIn": (Relation.REPUBLICATION, True),
    "UpdateOf": (Relation.UPDATE, True),
    "UpdateIn": (Relation.UPDATE, False),
}
"""Relation of each of PubMed's kinds, and whether the record that states it comes first."""

_LEAD: Final = re.compile(
    r"^(?:erratum|errata|corrigendum|correction|retraction(?: notice| note)?|retracted|addendum"
    r"|expression of concern|comment|commentary|reply|response|letter|author reply|authors reply"
    r"|editorial|re|to|on|for|of|the|article|by|regarding|invited|in|notice)\b\s*"
)
_ABSTRACT_TYPE: Final = re.compile(r"conference|meeting|congress|proceeding", re.IGNORECASE)
_REGISTRATION: Final = re.compile(r"\b(?:NCT\d{8}|ISRCTN\d{8}|EUCTR\d{4}-\d{6}-\d{2}|UMIN\d{9}"
                                  r"|ACTRN\d{14}|ChiCTR[\w-]{6,20}|DRKS\d{8})\b")  # fmt: skip


def is_retracted(record: Record) -> bool:
    """Tell whether a database marks the report as retracted, or its title does."""
    types = {t.casefold() for t in record.publication_types}
    stated = any(c.kind == "RetractionIn" for c in record.corrections)
    marked = record.title.casefold().lstrip("[").startswith(("retracted:", "retracted article"))
    return stated or marked or "retracted publication" in types


def is_conference_abstract(record: Record) -> bool:
    """Tell whether a record is the abstract of a talk or poster rather than a full paper."""
    if record.kind == "paper-conference":
        return True
    if any(_ABSTRACT_TYPE.search(t) for t in record.publication_types):
        return True
    in_supplement = bool(re.search(r"suppl", f"{record.volume} {record.issue}", re.IGNORECASE))
    first, _, last = record.pages.partition("-")
    one_page = bool(first) and (not last or last == first)
    return one_page and (in_supplement or bool(re.match(r"[SOPA]-?\d+$", first)))


def registrations(record: Record) -> frozenset[str]:
    """Return the trial registrations that a record states or prints in its abstract."""
    printed = _REGISTRATION.findall(f"{record.title} {record.abstract}")
    stated = [x for r in record.registrations for x in _REGISTRATION.findall(r)]
    return frozenset((*printed, *stated))


def find_links(records: Sequence[Record]) -> list[Link]:
    """Find the reports that belong together.

    Args:
        records: one for each report, duplicates already merged.

    Returns:
        Links in the order of the records: first those that databases state, then those found by
        comparing. A pair is linked once.
    """
    links = list(_stated(records))
    known = {frozenset((link.first, link.second)) for link in links}
    held = [features(record) for record in records]
    for a, b in sorted(candidate_pairs(held) | _by_notice(held)):
        if frozenset((a, b)) not in known:
            link = _compared(a, b, records, held)
            if link:
                known.add(frozenset((a, b)))
                links.append(link)
    for link in _by_registration(records):
        if frozenset((link.first, link.second)) not in known:
            known.add(frozenset((link.first, link.second)))
            links.append(link)
    return links


def _stated(records: Sequence[Record]) -> Iterator[Link]:
    pmids = {r.pmid: i for i, r in enumerate(records) if r.pmid}
    dois = {doi_key(r.doi): i for i, r in enumerate(records) if r.doi}
    done = set()
    for position, record in enumerate(records):
        for correction in record.corrections:
            if correction.kind not in _STATED:
                continue
            relation, forward = _STATED[correction.kind]
            other = _position(correction, pmids, dois)
            first, second = (position, other) if forward or other < 0 else (other, position)
            key = (first, second, relation) if other >= 0 else (position, correction)
            if key in done or other == position:
                continue
            done.add(key)
            words = f"{record.database or 'the database'} states {correction.kind}"
            yield Link(first, second, relation, words, True, correction.citation)  # noqa: FBT003


def _position(correction: Correction, pmids: dict[str, int], dois: dict[str, int]) -> int:
    found = pmids.get(correction.pmid, -1) if correction.pmid else -1
    if found < 0 and correction.doi:
        found = dois.get(doi_key(correction.doi), -1)
    return found


def _subject(title: str) -> str:
    """Return the title that a notice or reply is about: its own without its opening words."""
    for _ in range(6):
        shorter = _LEAD.sub("", title, count=1)
        if shorter == title:
            break
        title = shorter
    return re.sub(r" (?:erratum|corrigendum|reply|comment|commentary|authors reply)$", "", title)


def _by_notice(held: Sequence[Features]) -> set[tuple[int, int]]:
    """Return pairs of a notice or reply with the article whose title it repeats."""
    titles: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(held):
        if not notice(item.title) and len(item.words) > 4:
            titles[item.title].append(position)
    out = set()
    for position, item in enumerate(held):
        if notice(item.title):
            for other in titles.get(_subject(item.title), ()):
                out.add((min(position, other), max(position, other)))
    return out


def _compared(
    a: int, b: int, records: Sequence[Record], held: Sequence[Features]
) -> Link | None:  # fmt: skip
    x, y = held[a], held[b]
    if notice(x.title) != notice(y.title):
        return _notice(a, b, x, y)
    if not _same_people(x, y):
        return None
    like = _alike(x, y)
    if like < 85 or compare(x, y)[0] >= MERGE:
        return None
    first, second = records[a], records[b]
    abstract = (is_conference_abstract(first), is_conference_abstract(second))
    if abstract[0] != abstract[1]:
        lead, follow = (a, b) if abstract[0] else (b, a)
        words = f"same authors, titles {like:.0f}% alike, one is a conference abstract"
        return Link(lead, follow, Relation.ABSTRACT, words)
    years = abs((x.year or 0) - (y.year or 0)) if x.year and y.year else 0
    if first.languages and second.languages and set(first.languages) != set(second.languages):
        words = f"same authors, titles {like:.0f}% alike, in another language"
        return Link(a, b, Relation.TRANSLATION, words)
    if like >= 97 and years and _same_journal(x, y):
        early, late = (a, b) if (x.year or 0) <= (y.year or 0) else (b, a)
        return Link(late, early, Relation.UPDATE, f"same authors and title, {years} years later")
    words = f"same authors, titles {like:.0f}% alike, published in different places"
    return Link(a, b, Relation.SAME_STUDY, words) if like >= 92 else None


def _notice(a: int, b: int, x: Features, y: Features) -> Link | None:
    lead, follow = (a, b) if notice(x.title) else (b, a)
    note, article = (x, y) if notice(x.title) else (y, x)
    subject = _subject(note.title)
    if len(subject.split()) < 4 or not _same_title(subject, article):
        return None
    relation = Relation.COMMENT
    if notice(note.title) == "notice":
        retracted = note.title.startswith("retract")
        concern = note.title.startswith("expression")
        relation = Relation.RETRACTION if retracted else Relation.ERRATUM
        relation = Relation.CONCERN if concern else relation
    return Link(lead, follow, relation, "its title repeats the article's")


def _same_title(subject: str, article: Features) -> bool:
    from rapidfuzz.fuzz import ratio

    return ratio(subject, article.title) >= 92 or article.title.startswith(subject)


def _alike(x: Features, y: Features) -> float:
    from rapidfuzz.fuzz import ratio

    crossed = ratio(x.original, y.title) if x.original else 0.0
    other = ratio(x.title, y.original) if y.original else 0.0
    return max(ratio(x.title, y.title), crossed, other)


def _same_people(x: Features, y: Features) -> bool:
    shared = len(set(x.families) & set(y.families))
    least = min(len(set(x.families)), len(set(y.families)))
    return (shared >= 2 and 2 * shared >= least) or shared == least == 1


def _same_journal(x: Features, y: Features) -> bool:
    return any(same_journal(p, q) for p in x.journals for q in y.journals)


def _by_registration(records: Sequence[Record]) -> Iterator[Link]:
    """Yield reports of one registered trial; a number many reports share is of a review."""
    groups: dict[str, list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        own = registrations(record)
        if len(own) <= 3:
            for number in own:
                groups[number].append(position)
    for number, members in sorted(groups.items()):
        for second in members[1:20]:
            yield Link(members[0], second, Relation.SAME_STUDY, f"both report {number}")
