"""Follow citations from known reports: what they cite, and what cites them.

Backward goes by the reference lists that PubMed XML and JATS carry, forward by the reference lists
of a corpus: a library of records, or a store of MEDLINE. Works are told apart by PMID, by DOI where
nobody gives a PMID, by PMCID where nobody gives either; never by their words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from paucity.literature.normal import doi_key
from paucity.literature.values import doi_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from paucity.literature.record import Record, Reference

Direction = Literal["backward", "forward", "both"]

MAX_GENERATIONS: Final = 100
"""Most generations that are followed where no depth is given."""


class Corpus(Protocol):
    """Where citations are looked up."""

    def cites(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of some works cites."""

    def citing(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what cites each of some works."""

    def names(self, works: Iterable[str]) -> Mapping[str, str]:
        """Return the name under which each of some works is known here, if it has several."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A work that was reached.

    Attributes:
        work: ``pmid:``, ``doi:`` or ``pmc:`` and the identifier.
        generation: steps from the nearest start; a start itself is 0.
        path: the works on the way, from the start to this one.
        how: the last step: ``cited`` by the work before, or ``citing`` it; empty for a start.
    """

    work: str
    generation: int
    path: tuple[str, ...]
    how: Literal["", "cited", "citing"] = ""


@dataclass(frozen=True, slots=True)
class Chase:
    """What following citations gave.

    Attributes:
        reached: starts and works, by generation, then in order of their names.
        complete: nothing new was there to be reached; otherwise the depth ended it.
        listed: works whose reference lists were gone through, as far as there are any.
    """

    reached: tuple[Reached, ...]
    complete: bool
    listed: frozenset[str] = frozenset()


def work_of(record: Record | Reference) -> str:
    """Return the name of a report or a cited work; empty if it has no identifier.

    >>> from paucity.literature.record import Record
    >>> work_of(Record(pmid="17", doi="10.1/X")), work_of(Record(doi="https://doi.org/10.1000/X"))
    ('pmid:17', 'doi:10.1000/x')
    """
    return next(iter(_names(record)), "")


def _names(record: Record | Reference) -> list[str]:
    """Return every name of a work, the one that counts first."""
    doi = doi_key(doi_in(record.doi) or record.doi.strip())
    named = (("pmid", record.pmid.strip()), ("doi", doi), ("pmc", record.pmcid.strip().upper()))
    return [f"{scheme}:{value}" for scheme, value in named if value]


def chase(
    starts: Iterable[str],
    corpus: Corpus,
    *,
    direction: Direction = "both",
    depth: int | None = None,
) -> Chase:
    """Follow citations until nothing new is reached, or to a depth.

    Args:
        starts: names of works, as :func:`work_of` gives them.
        corpus: where citations are looked up.
        direction: to what a work cites, to what cites it, or to both.
        depth: most steps from a start; None for as many as there are.

    Returns:
        Every work reached, once, by a shortest path; of several the first in order of names.

    >>> from paucity.literature.record import Record, Reference
    >>> records = [Record(pmid="1", references=(Reference(pmid="2"),)),
    ...            Record(pmid="3", references=(Reference(pmid="1"),))]
    >>> found = chase(["pmid:1"], library(records))
    >>> [(r.work, r.generation, r.how) for r in found.reached]
    [('pmid:1', 0, ''), ('pmid:2', 1, 'cited'), ('pmid:3', 1, 'citing')]
    """
    begin = sorted(set(corpus.names([work for work in starts if work]).values()))
    held = {work: Reached(work, 0, (work,)) for work in begin}
    front = begin
    generation = 0
    listed: set[str] = set()
    most = MAX_GENERATIONS if depth is None else depth
    while front and generation < most:
        generation += 1
        listed.update(front if direction != "forward" else ())
        new: dict[str, Reached] = {}
        for step in _steps(front, corpus, direction):
            before, work, how = step
            if work not in held and work not in new:
                new[work] = Reached(work, generation, (*held[before].path, work), how)
        held |= new
        front = sorted(new)
    rest = any(work not in held for _, work, _ in _steps(front, corpus, direction))
    ordered = sorted(held.values(), key=lambda r: (r.generation, r.work))
    return Chase(tuple(ordered), not rest, frozenset(listed))


def _steps(
    works: Sequence[str], corpus: Corpus, direction: Direction
) -> Iterator[tuple[str, str, Literal["cited", "citing"]]]:
    """Yield each step from some works: the work, the one reached, and how."""
    if not works:
        return
    cites = corpus.cites(works) if direction != "forward" else {}
    citing = corpus.citing(works) if direction != "backward" else {}
    for work in works:
        for other in sorted(set(cites.get(work, ()))):
            yield work, other, "cited"
        for other in sorted(set(citing.get(work, ()))):
            yield work, other, "citing"


@dataclass(frozen=True, slots=True)
class Library:
    """A corpus held in memory.

    Attributes:
        records: of each work that has a record.
        same: the name that counts of a work for another of its names, where some record or
            reference has both. A name that is given to two works stands for neither.
        forward: what each work cites.
        back: what cites each work.
        lists: the references of each work, of all its records.
    """

    records: Mapping[str, Record]
    same: Mapping[str, str] = field(repr=False)
    forward: Mapping[str, tuple[str, ...]] = field(repr=False)
    back: Mapping[str, tuple[str, ...]] = field(repr=False)
    lists: Mapping[str, tuple[Reference, ...]] = field(repr=False)

    def cites(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of some works cites."""
        return {work: self.forward.get(work, ()) for work in works}

    def citing(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what cites each of some works."""
        return {work: self.back.get(work, ()) for work in works}

    def name(self, work: str) -> str:
        """Return the name under which a work is known here."""
        return self.same.get(work, work)

    def names(self, works: Iterable[str]) -> Mapping[str, str]:
        """Return the name under which each of some works is known here."""
        return {work: self.name(work) for work in works}


def library(records: Iterable[Record], stated: Mapping[str, str] | None = None) -> Library:
    """Return records as a corpus.

    Args:
        records: reports with their reference lists.
        stated: names by PMID for other names of works, as known elsewhere.
    """
    held = list(records)
    cited = [reference for record in held for reference in record.references]
    known = stated or {}
    same = {name: known.get(best, best) for name, best in _same([*held, *cited]).items()}
    same = {**known, **same}
    named: dict[str, Record] = {}
    forward: dict[str, dict[str, None]] = {}
    back: dict[str, dict[str, None]] = {}
    lists: dict[str, dict[Reference, None]] = {}
    for record in held:
        work = same.get(work_of(record), work_of(record))
        if not work:
            continue
        named.setdefault(work, record)
        lists.setdefault(work, {}).update(dict.fromkeys(record.references))
        for reference in record.references:
            other = same.get(work_of(reference), work_of(reference))
            if other and other != work:
                forward.setdefault(work, {})[other] = None
                back.setdefault(other, {})[work] = None
    return Library(
        named,
        same,
        {work: tuple(others) for work, others in forward.items()},
        {work: tuple(others) for work, others in back.items()},
        {work: tuple(references) for work, references in lists.items()},
    )


def _same(works: Iterable[Record | Reference]) -> Mapping[str, str]:
    """Return the name that counts for each other name of a work, where it can be only one."""
    stated: dict[str, set[str]] = {}
    for one in works:
        names = _names(one)
        for name in names[1:]:
            stated.setdefault(name, set()).add(names[0])
        if len(names) > 1 and names[0].startswith("doi:"):
            stated.setdefault(names[0], set()).update(names[1:])
    out: dict[str, str] = {}
    for name in stated:
        reached, todo = {name}, [name]
        while todo:
            for other in stated.get(todo.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    todo.append(other)
        pmids = {other for other in reached if other.startswith("pmid:")}
        dois = {other for other in reached if other.startswith("doi:")}
        best = pmids or dois
        if len(best) == 1 and name not in best:
            out[name] = next(iter(best))
    return out
