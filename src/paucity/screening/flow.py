"""The flow of PRISMA 2020 as counts, each box held against its neighbours.

Page et al. 2021 (BMJ 372:n71, figure 1): identification, screening and inclusion, with a column for
databases and registers, one for other methods, and a box for what an earlier version had included.
A count that nobody told is None and is never taken for 0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.screening.decisions import Decision, State
from paucity.screening.votes import NOT_RETRIEVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from paucity.protocol import FlowCounts, Search
    from paucity.screening.corpus import Corpus, Export
    from paucity.screening.decisions import Decisions

Counts = tuple[tuple[str, int], ...]
"""Counts by name, in order."""

MAIN = ("database", "register")
"""Kinds of sources that stand in the first column."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the flow; None is what is not known.

    Attributes:
        sources: records identified, by kind of source and name.
        identified: all of them.
        duplicates: removed before screening; in the column of other methods also the records of
            reports that databases found too.
        automatic: marked as ineligible by the protocol's limits, by criterion.
        removed_otherwise: removed before screening for other reasons.
        unscreened: waiting for a decision at title and abstract, conflicts included.
        screened: decided at title and abstract.
        excluded: excluded there.
        sought: reports sought for retrieval.
        not_retrieved: not retrieved.
        unassessed: waiting for a decision at full text, conflicts included.
        assessed: reports decided at full text.
        excluded_reports: excluded there, by reason.
        included: reports included.
    """

    sources: tuple[tuple[str, str, int | None], ...] = ()
    identified: int | None = None
    duplicates: int | None = None
    automatic: Counts | None = None
    removed_otherwise: int | None = None
    unscreened: int | None = None
    screened: int | None = None
    excluded: int | None = None
    sought: int | None = None
    not_retrieved: int | None = None
    unassessed: int | None = None
    assessed: int | None = None
    excluded_reports: Counts | None = None
    included: int | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of a review.

    Attributes:
        main: databases and registers.
        other: other methods; None where nothing came from them.
        previous: studies and reports of the previous version; None for a new review.
        studies: new studies included.
        reports: reports of new studies included.
        remarks: what the counts cannot say by themselves.
    """

    main: Column
    other: Column | None = None
    previous: tuple[int, int | None] | None = None
    studies: int | None = None
    reports: int | None = None
    remarks: tuple[str, ...] = ()


def total(counts: Counts | None) -> int | None:
    """Return the sum of named counts, None if they are not known."""
    return None if counts is None else sum(n for _, n in counts)


def flow_of_corpus(
    corpus: Corpus,
    decisions: Decisions,
    searches: Sequence[Search] = (),
    removed_otherwise: int = 0,
) -> tuple[Column, Column | None]:
    """Return the columns of a flow from the records and what was decided about them.

    Args:
        corpus: the records.
        decisions: about each report.
        searches: of the protocol; they name the exports they gave, and their kind. An export that
            no search names counts as a database's.
        removed_otherwise: records that were removed before screening and are not in the exports.
    """
    named = {file: search for search in searches for file in search.files}
    kinds = {e.name: named[e.name].kind if e.name in named else "database" for e in corpus.exports}
    main_records = [i for i, r in enumerate(corpus.records) if kinds[r.place.file] in MAIN]
    inside = set(main_records)
    main_reports = [
        n for n, r in enumerate(corpus.reports) if any(p in inside for p in r.positions)
    ]
    held = set(main_reports)
    other_reports = [n for n in range(len(corpus.reports)) if n not in held]
    main_exports = [e for e in corpus.exports if kinds[e.name] in MAIN]
    main = _column(
        _sources(main_exports, named, removed_otherwise),
        len(main_records),
        main_reports,
        decisions,
        removed_otherwise,
    )
    others = [e for e in corpus.exports if kinds[e.name] not in MAIN]
    if not others:
        return main, None
    outside = len(corpus.records) - len(main_records)
    return main, _column(_sources(others, named), outside, other_reports, decisions)


def _sources(
    exports: Iterable[Export], named: Mapping[str, Search], beyond: int = 0
) -> tuple[tuple[str, str, int | None], ...]:
    """Return how many records each source gave, in the order of the exports."""
    out: Counter[tuple[str, str]] = Counter()
    for export in exports:
        search = named.get(export.name)
        kind = search.kind if search else "database"
        name = search.database if search else export.database or export.name.rsplit("/", 1)[-1]
        out[kind, name] += export.records - export.again
    held: list[tuple[str, str, int | None]] = [
        (kind, name, n) for (kind, name), n in out.items() if n
    ]
    if beyond:
        held.append(("database", "not among the exports", beyond))
    return tuple(held)


def _column(
    sources: tuple[tuple[str, str, int | None], ...],
    records: int,
    reports: Sequence[int],
    decisions: Decisions,
    removed_otherwise: int = 0,
) -> Column:
    title = [decisions.title[n] for n in reports]
    full = [decisions.full_text[n] for n in reports]
    waiting = {State.UNDECIDED, State.CONFLICT}
    included = _in(title, {State.INCLUDED})
    excluded = _in(title, {State.EXCLUDED})
    gone = [d for d in full if d.state is State.EXCLUDED]
    lost = sum(d.reason == NOT_RETRIEVED for d in gone)
    reasons = Counter(d.reason or "no reason given" for d in gone if d.reason != NOT_RETRIEVED)
    limits = Counter(d.reason for d in title if d.state is State.AUTOMATIC)
    unassessed = _in(full, waiting)
    return Column(
        sources=sources,
        identified=records + removed_otherwise,
        duplicates=records - len(reports),
        automatic=tuple(sorted(limits.items())),
        removed_otherwise=removed_otherwise,
        unscreened=_in(title, waiting),
        screened=included + excluded,
        excluded=excluded,
        sought=included,
        not_retrieved=lost,
        unassessed=unassessed,
        assessed=included - lost - unassessed,
        excluded_reports=tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        included=_in(full, {State.INCLUDED}),
    )


def _in(decisions: Iterable[Decision], states: set[State]) -> int:
    return sum(d.state in states for d in decisions)


def flow_of_counts(counts: FlowCounts) -> tuple[Column, int | None, int | None]:
    """Return the flow as a source states it: its column, new studies, and their reports."""
    told = [
        ("database", "Databases", counts.databases),
        ("register", "Registers", counts.registers),
    ]
    held = [(kind, name, n) for kind, name, n in told if n is not None]
    reasons = tuple(counts.excluded_reports.items()) or None
    column = Column(
        sources=tuple(held),
        identified=sum(n for _, _, n in held) if held else None,
        duplicates=counts.duplicates,
        automatic=None if counts.automatic is None else (("not stated why", counts.automatic),),
        removed_otherwise=counts.removed_otherwise,
        unscreened=0 if counts.screened is not None else None,
        screened=counts.screened,
        excluded=counts.excluded,
        sought=counts.sought,
        not_retrieved=counts.not_retrieved,
        unassessed=0 if counts.assessed is not None else None,
        assessed=counts.assessed,
        excluded_reports=reasons,
        included=counts.reports,
    )
    return column, counts.studies, counts.reports


@dataclass(frozen=True, slots=True)
class Sum:
    """A box and the boxes that it must be the sum of."""

    whole: str
    parts: tuple[str, ...]


SUMS = (
    Sum(
        "identified",
        ("duplicates", "automatic", "removed_otherwise", "unscreened", "screened"),
    ),
    Sum("screened", ("excluded", "sought")),
    Sum("sought", ("not_retrieved", "unassessed", "assessed")),
    Sum("assessed", ("excluded_reports", "included")),
)
"""Every sum of a column."""

WORDS: Mapping[str, str] = {
    "identified": "records identified",
    "duplicates": "duplicates removed",
    "automatic": "marked ineligible by automation",
    "removed_otherwise": "removed for other reasons",
    "unscreened": "not yet decided at title and abstract",
    "screened": "records screened",
    "excluded": "records excluded",
    "sought": "reports sought for retrieval",
    "not_retrieved": "reports not retrieved",
    "unassessed": "not yet decided at full text",
    "assessed": "reports assessed for eligibility",
    "excluded_reports": "reports excluded",
    "included": "reports included",
}
"""Each box in words."""


def count_of(column: Column, box: str) -> int | None:
    """Return the count of a box by its name; a box of several is their sum."""
    value = getattr(column, box)
    return total(value) if isinstance(value, tuple) else value


def wrong_sums(column: Column) -> list[str]:
    """Return a sentence for each box that is not the sum of those it divides into.

    A box with an unknown part can only be too small for the parts that are known. Parts that a
    source seldom states (removals other than duplicates) may be left out of it.
    """
    out = []
    for held in SUMS:
        whole = count_of(column, held.whole)
        parts = {p: count_of(column, p) for p in held.parts}
        known = {p: n for p, n in parts.items() if n is not None}
        least = sum(known.values())
        if whole is None or least == whole or (len(known) < len(parts) and least < whole):
            continue
        told = " + ".join(f"{n} {WORDS[p]}" for p, n in known.items() if n)
        out.append(f"{whole} {WORDS[held.whole]} are not {told or 'nothing'} = {least}")
    return out
