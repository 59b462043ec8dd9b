"""Follow citations from known reports: what they cite, and what cites them.

Backward goes by the reference lists that PubMed XML and JATS carry, forward by the reference lists
of a corpus: a library of records, or a store of MEDLINE. Works are told apart by PMID, or by DOI
where nobody gives a PMID.
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

    def name(self, work: str) -> str:
        """Return the name under which a work is known here, if it has several."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A work that was reached.

    Attributes:
        work: ``pmid:`` or ``doi:`` and the identifier.
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
    """

    reached: tuple[Reached, ...]
    complete: bool


def work_of(record: Record | Reference) -> str:
    """Return the name of a report or a cited work; empty if it has neither PMID nor DOI.

    >>> from paucity.literature.record import Record
    >>> work_of(Record(pmid="17", doi="10.1/X")), work_of(Record(doi="https://doi.org/10.1000/X"))
    ('pmid:17', 'doi:10.1000/x')
    """
    if record.pmid.strip():
        return f"pmid:{record.pmid.strip()}"
    doi = doi_key(doi_in(record.doi) or record.doi)
    return f"doi:{doi}" if doi else ""


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
    begin = sorted({corpus.name(work) for work in starts if work})
    held = {work: Reached(work, 0, (work,)) for work in begin}
    front = begin
    generation = 0
    most = MAX_GENERATIONS if depth is None else depth
    while front and generation < most:
        generation += 1
        new: dict[str, Reached] = {}
        for step in _steps(front, corpus, direction):
            before, work, how = step
            if work not in held and work not in new:
                new[work] = Reached(work, generation, (*held[before].path, work), how)
        held |= new
        front = sorted(new)
    rest = any(work not in held for _, work, _ in _steps(front, corpus, direction))
    ordered = sorted(held.values(), key=lambda r: (r.generation, r.work))
    return Chase(tuple(ordered), not rest)


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
        same: the name of a work by PMID for its name by DOI, where some record or reference has
            both.
        forward: what each work cites.
        back: what cites each work.
        unnamed: references with neither PMID nor DOI, which cannot be followed.
    """

    records: Mapping[str, Record]
    same: Mapping[str, str] = field(repr=False)
    forward: Mapping[str, tuple[str, ...]] = field(repr=False)
    back: Mapping[str, tuple[str, ...]] = field(repr=False)
    unnamed: int = 0

    def cites(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of some works cites."""
        return {work: self.forward.get(work, ()) for work in works}

    def citing(self, works: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what cites each of some works."""
        return {work: self.back.get(work, ()) for work in works}

    def name(self, work: str) -> str:
        """Return the name of a work by PMID, where it is known."""
        return self.same.get(work, work)


def library(records: Iterable[Record]) -> Library:
    """Return records as a corpus."""
    held = list(records)
    same: dict[str, str] = {}
    cited = [reference for record in held for reference in record.references]
    everything: list[Record | Reference] = [*held, *cited]
    for one in everything:
        if one.pmid.strip() and (doi := doi_key(one.doi)):
            same.setdefault(f"doi:{doi}", work_of(one))
    named: dict[str, Record] = {}
    forward: dict[str, dict[str, None]] = {}
    back: dict[str, dict[str, None]] = {}
    unnamed = 0
    for record in held:
        work = same.get(work_of(record), work_of(record))
        if not work:
            continue
        named.setdefault(work, record)
        for reference in record.references:
            other = same.get(work_of(reference), work_of(reference))
            if not other:
                unnamed += 1
            elif other != work:
                forward.setdefault(work, {})[other] = None
                back.setdefault(other, {})[work] = None
    return Library(
        named,
        same,
        {work: tuple(others) for work, others in forward.items()},
        {work: tuple(others) for work, others in back.items()},
        unnamed,
    )
