"""Merges: which records are one report, by decision of the model or of a person, and joined so.

One merge names its records by their identity and tells what was decided and why; the file they
stand in is that of :mod:`paucity.literature.merge_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.decide import MERGE
from paucity.literature.normal import identity
from paucity.literature.record import LISTED, Record
from paucity.text import Finding, Severity, span_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from paucity.literature.decide import Decision, Deduplication

PAUCITY: Final = "paucity"
"""Who decided, where no person did."""

SHOWN: Final = 1_000
"""Characters of a title that are shown to whoever decides."""


@dataclass(frozen=True, slots=True)
class Merge:
    """One decision about records that may be one report.

    Attributes:
        records: their places, ``records/pubmed.nbib#12``.
        decision: merge, keep apart or undecided.
        by: ``paucity``, or who decided.
        reasons: a line for each pair.
        title: of the first record, for the reader.
        at: packed place of the item in the merge file; 0 if it does not stand there.
    """

    records: tuple[str, ...]
    decision: str
    by: str = PAUCITY
    reasons: tuple[str, ...] = ()
    title: str = ""
    at: int = field(default=0, compare=False)


def reference(record: Record) -> str:
    """Return how a merge file names a record: its identity and its file.

    >>> from paucity.literature.record import Place
    >>> reference(Record(pmid="123", place=Place("records/a.ris", 4)))
    'pmid:123 in records/a.ris'
    """
    return f"{identity(record)} in {record.place.file}" if record.place.file else identity(record)


def references(records: Sequence[Record]) -> list[str]:
    """Return how each record is named; a record that stands twice in one file gets a number."""
    seen: dict[str, int] = {}
    out = []
    for record in records:
        name = reference(record)
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} (copy {seen[name]})")
    return out


def brought_up_to_date(merges: Iterable[Merge], records: Sequence[Record]) -> list[Merge]:
    """Return merges that name records as they are named now: an export may have another name.

    Args:
        merges: as a file tells them.
        records: all records.

    Returns:
        The merges; a record that is not found by its name is named anew if just one record that the
        merge does not name already has its identity, and is left as it was otherwise.

    >>> from paucity.literature.record import Place
    >>> held = Merge(("pmid:1 in a.ris", "pmid:2 in b.ris"), "keep apart", "AB")
    >>> now = [Record(pmid="1", place=Place("a.ris", 1)), Record(pmid="2", place=Place("c.ris", 1))]
    >>> brought_up_to_date([held], now)[0].records
    ('pmid:1 in a.ris', 'pmid:2 in c.ris')
    """
    named = references(records)
    known = set(named)
    alike: dict[str, list[str]] = {}
    for record, name in zip(records, named, strict=True):
        alike.setdefault(identity(record), []).append(name)
    return [replace(m, records=_names_now(m.records, known, alike)) for m in merges]


def _names_now(
    names: Sequence[str], known: Collection[str], alike: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    taken = {name for name in names if name in known}
    out = []
    for name in names:
        same = [n for n in alike.get(name.rsplit(" in ", 1)[0], ()) if n not in taken]
        now = same[0] if name not in known and len(same) == 1 else name
        taken.add(now)
        out.append(now)
    return tuple(out)


def merges_of(records: Sequence[Record], found: Deduplication) -> list[Merge]:
    """Return what deduplication found, as merges to be written."""
    names = references(records)
    reasons: dict[int, list[str]] = {}
    group_of = {position: i for i, group in enumerate(found.groups) for position in group}
    for decision in found.merged:
        reasons.setdefault(group_of[decision.first], []).append(_reason(decision, names))
    out = [
        Merge(
            tuple(names[p] for p in group),
            "merge",
            reasons=tuple(reasons.get(i, ())),
            title=records[group[0]].title[:SHOWN],
        )
        for i, group in enumerate(found.groups)
    ]
    for decision in (*found.uncertain, *found.held_apart):
        pair = (names[decision.first], names[decision.second])
        told = _reason(decision, names)
        if decision.points >= MERGE:
            told += ", but what each is merged with has another PMID"
        title = records[decision.first].title[:SHOWN]
        out.append(Merge(pair, "undecided", reasons=(told,), title=title))
    return out


def _reason(decision: Decision, names: Sequence[str]) -> str:
    total = f"{decision.points:+g}"
    return f"{names[decision.first]} / {names[decision.second]}: {decision.told()} = {total}"


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its records merged, and where each came from.

    Attributes:
        record: all that the records say, the fullest value of each field.
        positions: of its records.
    """

    record: Record
    positions: tuple[int, ...]


def apply_merges(
    records: Sequence[Record], merges: Iterable[Merge], name: str = "merges.yaml"
) -> tuple[list[Report], list[Finding]]:
    """Join records as the merge file says.

    Args:
        records: all records, in the order in which they were read.
        merges: what is to be joined; a pair that a person keeps apart is never joined through a
            third record either.
        name: of the merge file, for findings.

    Returns:
        The reports in the order of their first records, and findings: a decision that names a
        record which is no longer there, a merge that a person's decision contradicts.
    """
    position = {name: i for i, name in enumerate(references(records))}
    held = list(merges)
    findings = _missing(held, position, name)
    apart = [
        (m, {position[r] for r in m.records if r in position}) for m in held if _holds_apart(m)
    ]
    group = {i: {i} for i in range(len(records))}
    joins = [m for m in held if m.decision == "merge"]
    for merge in sorted(joins, key=lambda m: m.by == PAUCITY):
        known = [position[r] for r in merge.records if r in position]
        for other in known[1:]:
            joined = group[known[0]] | group[other]
            against = next((m for m, pair in apart if len(joined & pair) > 1), None)
            if against:
                findings.append(_contradicted(name, merge, against))
                continue
            for member in joined:
                group[member] = joined
    out = []
    for i in range(len(records)):
        if min(group[i]) == i:
            members = tuple(sorted(group[i]))
            out.append(Report(merge_records([records[p] for p in members]), members))
    return out, findings


def _holds_apart(merge: Merge) -> bool:
    """Tell whether a decision forbids to join: what a person has not decided nobody else does."""
    return merge.decision == "keep apart" or (merge.decision == "undecided" and merge.by != PAUCITY)


def _missing(merges: Iterable[Merge], known: Collection[str], name: str) -> list[Finding]:
    """Return a finding for each decision that names a record which is not there."""
    out = []
    for merge in merges:
        missing = [r for r in merge.records if r not in known]
        if missing and (merge.decision != "undecided" or merge.by != PAUCITY):
            out.append(_gone(name, merge, missing))
    return out


def _gone(name: str, merge: Merge, missing: Sequence[str]) -> Finding:
    told = f"{len(missing)} of {len(merge.records)} records are no longer there: {missing[0]}"
    message = f"{told}; nothing keeps it apart any more" if _holds_apart(merge) else told
    hint = "name the record as it is named now, or remove this decision"
    span = span_of(name, merge.at)
    return Finding("merge-record-missing", Severity.WARNING, span, message, hint, name)


def _contradicted(name: str, merge: Merge, against: Merge) -> Finding:
    message = f"the merge of {merge.records[0]} would join records that are kept apart"
    hint = "decide which of the two holds"
    span = span_of(name, merge.at or against.at)
    return Finding("merge-contradicted", Severity.WARNING, span, message, hint, name)


_LISTS: Final = (
    "identifiers", "registrations", "issn", "isbn", "keywords", "mesh", "publication_types",
    "affiliations", "urls", "notes", "corrections", "extra",
)  # fmt: skip


def merge_records(records: Sequence[Record]) -> Record:
    """Return one record that holds what all say.

    Single values come from the best record, gaps are filled from the others, lists are joined.
    The best record is not made of a reference list, has a PMID, else a DOI, else most fields.
    Authors and references are taken whole from the record that has most of them. The originals
    stay untouched.

    Raises:
        ValueError: there are no records.
    """
    if not records:
        raise ValueError("no records to merge")
    ordered = sorted(records, key=_goodness)
    best = ordered[0]
    if len(records) == 1:
        return best
    values: dict[str, Any] = {}
    for name in (f.name for f in fields(Record)):
        if name in {"place", "kind", *_LISTS}:
            continue
        given = [getattr(r, name) for r in ordered if getattr(r, name)]
        if name == "database" and best.database != LISTED:
            given = [value for value in given if value != LISTED]
        if name in {"authors", "editors", "references", "languages"}:
            values[name] = max(given, key=_fullness, default=())
        elif given:
            longest = name in {"abstract", "date"}
            values[name] = max(given, key=len) if longest else given[0]
    for name in _LISTS:
        joined = dict.fromkeys(x for r in ordered for x in getattr(r, name))
        values[name] = tuple(joined)
    return replace(best, **values)


def _goodness(record: Record) -> tuple[bool, bool, bool, int]:
    filled = sum(bool(getattr(record, f.name)) for f in fields(Record))
    listed = record.database == LISTED
    return (listed, not record.pmid, not record.doi, -filled)


def _fullness(items: tuple[Any, ...]) -> tuple[int, int]:
    return len(items), sum(len(str(x)) for x in items)
