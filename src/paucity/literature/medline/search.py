"""Run a strategy over the index of a store; the result is that of the reference search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.medline.compile import Asked, Asking, ask
from paucity.literature.medline.index import ROW_BITS, index_schema, open_index, read_state
from paucity.literature.medline.part import raw_of
from paucity.literature.medline.reference import records_of
from paucity.literature.medline.store import raw_folder
from paucity.literature.strategy.evaluate import Given, judge
from paucity.literature.strategy.notes import Note, notes_on
from paucity.literature.strategy.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from paucity.literature.medline.store import Store
    from paucity.literature.record import Record
    from paucity.literature.strategy.nodes import Node, Strategy

AT_ONCE: Final = 2000
"""Records that are read together where an index alone cannot answer."""


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many citations one line of a strategy finds.

    Attributes:
        number: of the line.
        found: citations that meet it.
        undecided: citations of which it is not known.
    """

    number: int
    found: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Hits:
    """What a strategy finds in a store.

    Attributes:
        lines: counts of each line, in order.
        keys: of the citations that meet the last line, in the order of their PMIDs.
        pmids: of the same.
        undecided: PMIDs of the citations of which it is not known.
        notes: what is not done as PubMed does it.
        total: citations in the store.
    """

    lines: tuple[LineCount, ...]
    keys: tuple[int, ...]
    pmids: tuple[int, ...]
    undecided: tuple[int, ...]
    notes: tuple[Note, ...]
    total: int


class Searcher:
    """The index of a store, opened once for any number of searches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._searcher = open_index(store).searcher()
        self._names = {number: name for name, number in read_state(store).numbers.items()}

    @property
    def total(self) -> int:
        """Citations in the index."""
        count: int = self._searcher.num_docs
        return count

    def count(self, question: Any) -> int:
        """Return how many citations a question finds."""
        found: int = self._searcher.search(question, limit=1, count=True).count
        return found

    def answered(self, question: Any) -> bool:
        """Tell whether the index can answer a question."""
        try:
            self.count(question)
        except ValueError:
            return False
        return True

    def found(self, question: Any) -> tuple[list[int], list[int]]:
        """Return the keys and PMIDs that a question finds, in the order of the PMIDs."""
        from tantivy import Order

        count = self.count(question)
        if not count:
            return [], []
        hits = self._searcher.search(
            question, limit=count, count=False, order_by_field="pmid", order=Order.Asc
        ).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        return list(keys), [pmid for pmid, _ in hits]

    def records(self, keys: Iterable[int]) -> Iterator[Record]:
        """Yield the records of some keys, in the order given; a few thousand are held at once."""
        wanted = list(keys)
        for at in range(0, len(wanted), AT_ONCE):
            some = wanted[at : at + AT_ONCE]
            read = self._read(some)
            yield from (read[key] for key in some)

    def _read(self, keys: Sequence[int]) -> Mapping[int, Record]:
        """Return records by their keys, going through each part once."""
        parts: dict[int, list[int]] = {}
        for key in sorted(keys):
            parts.setdefault(key >> ROW_BITS, []).append(key & ((1 << ROW_BITS) - 1))
        out: dict[int, Record] = {}
        files = {part.name: part.file for part in self.store.whole}
        for number, rows in parts.items():
            name = self._names[number]
            chunks = list(raw_of(raw_folder(self.store.path) / f"{name}.parquet", rows))
            read = records_of(chunks, files[name], (row + 1 for row in rows))
            out |= {(number << ROW_BITS) + row: r for row, r in zip(rows, read, strict=True)}
        return out

    def checked(self, node: Node, question: Any, given: Given) -> Any:
        """Return the question for those citations a question finds that meet a node, read anew."""
        from tantivy import Query

        keys, _ = self.found(question)
        records = zip(keys, self.records(keys), strict=True)
        kept = [key for key, record in records if judge(node, View(record), given, {})]
        if not kept:
            return Query.empty_query()
        return Query.term_set_query(index_schema(), "key", kept)


def search(strategy: Strategy, searcher: Searcher, given: Given = Given()) -> Hits:  # noqa: B008
    """Run a strategy over a store.

    Args:
        strategy: the strategy; its result is that of its last line.
        searcher: the opened index.
        given: headings of MeSH for explosion, and the day of the search.

    Returns:
        The counts of each line, and what the last line finds, in the order of the PMIDs.
    """
    asking = Asking(
        index_schema(),
        given,
        lambda node, question: searcher.checked(node, question, given),
        searcher.answered,
        {},
    )
    before: dict[int, Asked] = {}
    counts = []
    asked: Asked | None = None
    for line in strategy.lines:
        asked = ask(line.node, replace(asking, before=before))
        before.setdefault(line.number, asked)
        found = searcher.count(asked.yes)
        whole = found if asked.open is asked.yes else searcher.count(asked.open)
        counts.append(LineCount(line.number, found, whole - found))
    notes = notes_on(strategy, (), given)
    if asked is None:
        return Hits((), (), (), (), notes, searcher.total)
    keys, pmids = searcher.found(asked.yes)
    undecided: list[int] = []
    if counts[-1].undecided:
        held = set(pmids)
        undecided = [pmid for pmid in searcher.found(asked.open)[1] if pmid not in held]
    return Hits(
        tuple(counts), tuple(keys), tuple(pmids), tuple(undecided), notes, searcher.total
    )  # fmt: skip
