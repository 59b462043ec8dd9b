"""The cohorts of one study as nested and overlapping sets of people, with bounds on who is in both.

Sizes are counted in people. Where the text does not fix how many people two cohorts share, the
answer is a pair of bounds (Fréchet 1935, Fundamenta Mathematicae 25:379).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Final

from paucity.logic import Bounds, exactly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.evidence.model import Cohort, Study

_DEEPEST: Final = 50
"""Most divisions within divisions that are followed for who is in both of two cohorts."""


class Family:
    """The cohorts of one study, and how they lie in one another."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.cohorts: Mapping[str, Cohort] = study.cohorts
        self._up: dict[str, tuple[str, ...]] = {}
        self._people: dict[str, Bounds] = {}
        self._both: dict[tuple[str, str], Bounds] = {}
        self._down: dict[str, list[str]] = {name: [] for name in study.cohorts}
        for name, cohort in study.cohorts.items():
            for parent in cohort.part_of:
                if parent in self._down:
                    self._down[parent].append(name)
        self._divided = [frozenset(d) for name in study.cohorts for d in self.divisions(name)]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the cohorts that `name` is part of, nearest first; a cycle ends the walk."""
        if name not in self._up:
            out: dict[str, None] = {}
            queue = list(self.cohorts[name].part_of) if name in self.cohorts else []
            while queue:
                parent = queue.pop(0)
                if parent in self.cohorts and parent not in out and parent != name:
                    out[parent] = None
                    queue.extend(self.cohorts[parent].part_of)
            self._up[name] = tuple(out)
        return self._up[name]

    def children(self, name: str) -> tuple[str, ...]:
        """Return the cohorts that say they are part of `name`."""
        return tuple(self._down.get(name, ()))

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return every cohort that lies within `name`."""
        return tuple(other for other in self.cohorts if name in self.ancestors(other))

    def people(self, name: str) -> Bounds:
        """Return how many people are in a cohort."""
        if name not in self._people:
            self._people[name] = self._counted(name)
        return self._people[name]

    def _counted(self, name: str) -> Bounds:
        cohort = self.cohorts[name]
        known = cohort.patients if cohort.patients is not None else cohort.enrolled
        if known is not None:
            return exactly(known)
        most = cohort.cases if cohort.cases is not None else cohort.courses
        above = [self.cohorts[p].patients for p in self.ancestors(name)]
        ends = [Fraction(n) for n in (most, *above) if n is not None]
        low = Fraction(1) if most else Fraction(0)
        high = min(ends) if ends else None
        return Bounds(low if high is None else min(low, high), high)

    def divisions(self, name: str) -> list[tuple[str, ...]]:
        """Return the divisions of a cohort into disjoint groups of people."""
        return [
            division.cohorts
            for division in self.cohorts[name].divided_into.values()
            if division.unit == "patients" and all(p in self.cohorts for p in division.cohorts)
        ]

    def shared(self, a: str, b: str) -> Bounds:
        """Return how many people two cohorts of this study share.

        >>> from paucity.evidence.model import Cohort, Study
        >>> from paucity.sources import Citation
        >>> whole, a, b = (Cohort(patients=n, part_of=p) for n, p in
        ...                [(10, ()), (7, ("all",)), (6, ("all",))])
        >>> family = Family(Study(citation=Citation(), cohorts={"all": whole, "a": a, "b": b}))
        >>> str(family.shared("a", "b"))
        '3 to 6'
        """
        return self._shared(a, b, 0)

    def _shared(self, a: str, b: str, depth: int) -> Bounds:
        if (a, b) not in self._both:
            # What a pair that contains itself finds, and one too deep to follow.
            self._both[a, b] = self._both[b, a] = Bounds(Fraction(0), None)
            self._both[a, b] = self._both[b, a] = self._in_both(a, b, depth)
        return self._both[a, b]

    def _in_both(self, a: str, b: str, depth: int) -> Bounds:
        if a == b or b in self.ancestors(a):
            return self.people(a)
        if a in self.ancestors(b):
            return self.people(b)
        if self.disjoint(a, b):
            return exactly(0)
        low, high = self._frechet(a, b)
        declared = self._declared(a, b)
        if declared is not None:
            low = max(low, declared.low or Fraction(0))
            high = _least(high, declared.high)
        for one, other in ((a, b), (b, a)) if depth < _DEEPEST else ():
            for parts in self.divisions(one):
                shares = [self._shared(part, other, depth + 1) for part in parts]
                low = max(low, sum((s.low or Fraction(0) for s in shares), Fraction(0)))
                if all(s.high is not None for s in shares):
                    high = _least(high, sum((s.high or Fraction(0) for s in shares), Fraction(0)))
        return Bounds(low if high is None else min(low, high), high)

    def disjoint(self, a: str, b: str) -> bool:
        """Tell whether two cohorts lie in different parts of one division."""
        above_a, above_b = {a, *self.ancestors(a)}, {b, *self.ancestors(b)}
        for parts in self._divided:
            in_a, in_b = above_a & parts, above_b & parts
            if in_a and in_b and not in_a & in_b:
                return True
        return False

    def _frechet(self, a: str, b: str) -> tuple[Fraction, Fraction | None]:
        size_a, size_b = self.people(a), self.people(b)
        high = _least(size_a.high, size_b.high)
        low = Fraction(0)
        for whole in set(self.ancestors(a)) & set(self.ancestors(b)):
            total = self.people(whole).high
            if total is not None and size_a.low is not None and size_b.low is not None:
                low = max(low, size_a.low + size_b.low - total)
        return low, high

    def _declared(self, a: str, b: str) -> Bounds | None:
        for one, other in ((a, b), (b, a)):
            for overlap in self.cohorts[one].overlaps:
                if overlap.cohort in {other, f"{self.study.id}/{other}"}:
                    low, high = overlap.at_least, overlap.at_most
                    if low is not None and high is not None and low > high:
                        return None
                    return Bounds(
                        None if low is None else Fraction(low),
                        None if high is None else Fraction(high),
                    )
        return None

    def topmost(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the cohorts that lie in no other of them."""
        chosen = dict.fromkeys(names)
        return tuple(n for n in chosen if not any(a in chosen for a in self._above(n)))

    def _above(self, name: str) -> tuple[str, ...]:
        """Return the ancestors that do not, by a circle, lie in `name` as well."""
        return tuple(a for a in self.ancestors(name) if name not in self.ancestors(a))

    def distinct(self, names: Iterable[str]) -> Bounds:
        """Return how many distinct people are in any of the cohorts.

        The lower bound subtracts every pair's largest possible overlap (Bonferroni); the upper
        bound subtracts the overlaps that are certain along a tree (Hunter 1976).
        """
        chosen = self.topmost(dict.fromkeys(names))
        sizes = [self.people(n) for n in chosen]
        if not chosen:
            return exactly(0)
        pairs = {pair: self.shared(*pair) for pair in combinations(chosen, 2)}
        low = sum((s.low or Fraction(0) for s in sizes), Fraction(0))
        low -= sum((p.high if p.high is not None else low for p in pairs.values()), Fraction(0))
        low = max(low, *(s.low or Fraction(0) for s in sizes), Fraction(0))
        if any(s.high is None for s in sizes):
            return Bounds(low, None)
        high = sum((s.high or Fraction(0) for s in sizes), Fraction(0))
        high -= _certain_overlap(chosen, pairs)
        wholes = [set(self.ancestors(n)) for n in chosen]
        for whole in set.intersection(*wholes):
            high = _least(high, self.people(whole).high) or high
        return Bounds(min(low, high), high)


def _least(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    ends = [x for x in (a, b) if x is not None]
    return min(ends) if ends else None


def _certain_overlap(names: tuple[str, ...], pairs: Mapping[tuple[str, str], Bounds]) -> Fraction:
    """Return the weight of the largest tree of certain overlaps (Kruskal)."""
    root = {name: name for name in names}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    total = Fraction(0)
    for (a, b), shared in sorted(pairs.items(), key=lambda p: (-(p[1].low or 0), p[0])):
        if shared.low and find(a) != find(b):
            root[find(a)] = find(b)
            total += shared.low
    return total
