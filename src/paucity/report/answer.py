"""The answer of a review: what was tried, in whom, in how many, with what result, how surely."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from paucity.counts import percent_of
from paucity.evidence.cohorts import Family
from paucity.evidence.eligibility import AgentResult, Verdict
from paucity.exact import clopper_pearson
from paucity.report.table import Cell
from paucity.report.tables.responses import agent_label, by_agent
from paucity.spread import say_spread
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.evidence.model import Cohort, Part
    from paucity.evidence.rows import Row
    from paucity.review import Review
    from paucity.shapes import Word
    from paucity.text import Span


@dataclass(frozen=True, slots=True)
class Share:
    """A count of a denominator with its exact 95% interval, in percent.

    Attributes:
        count: how many.
        n: out of how many, at least 1.
        low: lower limit in percent.
        high: upper limit in percent.
        span: the line a single count came from; None for a sum.
    """

    count: int
    n: int
    low: Decimal
    high: Decimal
    span: Span | None = None

    @property
    def point(self) -> Decimal:
        """Return the proportion in percent."""
        return Decimal(100 * self.count) / self.n

    @property
    def text(self) -> str:
        """Return the count in words: `14 of 22 (64%; 95% CI 41 to 83%)`."""
        return f"{self.fraction} ({self.percent}%; 95% CI {self.interval})"

    @property
    def fraction(self) -> str:
        """Return `14 of 22`."""
        return f"{self.count} of {self.n}"

    @property
    def percent(self) -> str:
        """Return the proportion in whole percent."""
        return percent_of(self.count, self.n)

    @property
    def interval(self) -> str:
        """Return the limits in whole percent: `41 to 83%`."""
        return f"{_whole(self.low)} to {_whole(self.high)}%"


def _whole(x: Decimal) -> str:
    return str(int(x + Decimal("0.5")))


def share(count: int | None, n: int | None, span: Span | None = None) -> Share | None:
    """Return a share with its interval; None where count or denominator is not known.

    >>> share(14, 22).text
    '14 of 22 (64%; 95% CI 41 to 83%)'
    """
    if count is None or not n or not 0 <= count <= n:
        return None
    limits = clopper_pearson(count, n)
    return Share(count, n, limits.low * 100, limits.high * 100, span)


@dataclass(frozen=True, slots=True)
class Tally:
    """What rows counted in one unit come to.

    Attributes:
        unit: patients, courses or cases.
        rows: the rows, by year.
        n: how many were assessed in all; None if it is not known.
        responders: those at a level that counts as response.
        best: those at the best level.
        definitions: the definitions response was judged by, as printed.
    """

    unit: str
    rows: tuple[Row, ...]
    n: int | None
    responders: Share | None
    best: Share | None
    definitions: tuple[str, ...]

    @property
    def summed(self) -> bool:
        """Tell whether the counts are sums over several cohorts."""
        return len(self.rows) > 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one agent that the criteria let in."""

    agent: str
    label: str
    result: AgentResult
    tallies: tuple[Tally, ...]
    population: tuple[Cell, ...]

    @property
    def people(self) -> str:
        """Return the number of distinct people, in bounds where that is all the text allows."""
        return str(self.result.patients)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return all rows."""
        return tuple(row for tally in self.tallies for row in tally.rows)


def answers(review: Review) -> tuple[Answer, ...]:
    """Return the answer for every agent let in, by label."""
    eligibility = review.eligibility
    if eligibility is None:
        return ()
    out = []
    for agent, rows in by_agent(review).items():
        result = eligibility.agents.get(agent)
        if result is None or result.verdict is not Verdict.INCLUDED:
            continue
        units = dict.fromkeys(row.unit for row in rows)
        tallies = tuple(tally(review, unit, [r for r in rows if r.unit == unit]) for unit in units)
        population = tuple(population_of(review, rows))
        out.append(Answer(agent, agent_label(review, agent), result, tallies, population))
    return tuple(out)


def tally(review: Review, unit: str, rows: list[Row]) -> Tally:
    """Return what rows of one unit come to."""
    scale = review.protocol.scale
    levels = [name for name, level in scale.items() if not level.outside]
    good = [name for name in levels if scale[name].responder]
    sizes = [row.n for row in rows]
    n = None if any(size is None for size in sizes) else sum(size or 0 for size in sizes)
    known = review.evidence.definitions
    names = dict.fromkeys(r.response.definition for r in rows if r.response)
    return Tally(
        unit=unit,
        rows=tuple(rows),
        n=n,
        responders=_summed(rows, good, n),
        best=_summed(rows, levels[:1], n),
        definitions=tuple(known[d].label if d in known else d or "not stated" for d in names),
    )


def _summed(rows: list[Row], levels: list[str], n: int | None) -> Share | None:
    counts = [count_at(row, level) for row in rows for level in levels]
    if not levels or any(count is None for count in counts):
        return None
    return share(sum(count or 0 for count in counts), n, rows[0].response.marks.span("counts")
                 if len(rows) == 1 and rows[0].response else None)  # fmt: skip


def count_at(row: Row, level: str) -> int | None:
    """Return how many of a row are at a level; 0 where the levels told leave no one else."""
    figures = row.figures()
    if level in figures:
        return figures[level].count
    told = [figure.count for figure in figures.values()]
    full = row.n is not None and None not in told and sum(c or 0 for c in told) == row.n
    return 0 if told and full else None


def responders(review: Review, row: Row) -> Share | None:
    """Return the responders of one row."""
    good = [name for name, level in review.protocol.scale.items() if level.responder]
    return _summed([row], good, row.n)


def best(review: Review, row: Row) -> Share | None:
    """Return those of one row at the best level of the scale."""
    levels = [name for name, level in review.protocol.scale.items() if not level.outside]
    return _summed([row], levels[:1], row.n)


# -- who they were -----------------------------------------------------------------------------


def own_or_inherited(row: Row, name: str) -> tuple[Any, Cohort]:
    """Return a characteristic of a cohort, or the nearest cohort's around it that has it."""
    for cohort_id in (row.cohort.id, *Family(row.study).ancestors(row.cohort.id)):
        cohort = row.study.cohorts[cohort_id]
        value = getattr(cohort, name)
        if value:
            return value, cohort
    return None, row.cohort


_KINDS: Mapping[str, Kind] = {
    "disease": Kind.DISEASE,
    "trigger": Kind.TRIGGER,
    "age_group": Kind.AGE,
    "status": Kind.STATUS,
}


def traits(review: Review, row: Row, name: str) -> Iterator[Cell]:
    """Yield what is told of one characteristic of a row, each with its line.

    The value of a cell is the word where all have the characteristic, None where only some have.

    Args:
        review: gives words their labels.
        row: the row.
        name: ``disease``, ``trigger``, ``age_group`` or ``status``.
    """
    words, cohort = own_or_inherited(row, name)
    for i, word in enumerate(words or ()):
        yield Cell(_label(review, name, word), word.name, cohort.marks.span(name, i))
    for part in row.cohort.parts:
        found: Word | None = getattr(part, name)
        if found is not None and part.patients:
            some = _of(part, row)
            value = None if some else found.name
            yield Cell(_label(review, name, found) + some, value, part.marks.span())


def _of(part: Part, row: Row) -> str:
    if part.patients == row.cohort.patients:
        return ""
    return f" ({part.patients} of {row.cohort.patients or '?'})"


def _label(review: Review, name: str, word: Word) -> str:
    term = review.evidence.vocabulary.find(_KINDS[name], word.name)
    return term.label if term else word.written


def age_cell(row: Row) -> Cell | None:
    """Return the age of a row's people, if it is told."""
    age, cohort = own_or_inherited(row, "age")
    if age is None:
        return None
    return Cell(f"age {say_spread(age)}", None, cohort.marks.span("age"))


def population_of(review: Review, rows: Iterable[Row]) -> Iterator[Cell]:
    """Yield what is told of who had an agent: disease, triggers, ages; each once.

    A word is left out where another says the same of everyone, more narrowly.
    """
    rows = list(rows)
    for name in ("disease", "trigger", "age_group"):
        cells = {c.text: c for row in rows for c in traits(review, row, name)}
        for cell in cells.values():
            if not _said_better(review, _KINDS[name], cell, cells.values()):
                yield cell
    yield from {c.text: c for row in rows if (c := age_cell(row)) is not None}.values()


def _said_better(review: Review, kind: Kind, cell: Cell, others: Iterable[Cell]) -> bool:
    if cell.value is None:
        return False
    is_a = review.evidence.vocabulary.is_a
    others = [o for o in others if o.value is not None]
    return any(o.value != cell.value and is_a(kind, str(o.value), str(cell.value)) for o in others)
