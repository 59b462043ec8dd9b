"""Synthetic participants with known truth. They are made up; nobody's data are in them.

Each participant follows a course that leads every marker from a baseline to a new level. The truth
is what anybody would see who measured without error at every planned visit. The measurements are
what a clinic would have: noisy, at irregular visits, with gaps, in several units, cut off at what
an assay can detect.

>>> from paucity.response.scenario import load_scenario
>>> scenario, _ = load_scenario("hlh-response")
>>> block = next(simulate(scenario, Simulation(participants=2, seed=7)))
>>> [row[0] for row in block.truths], block.rows[0][-1]
(['synthetic-0001', 'synthetic-0002'], 'synthetic')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from paucity.response.draws import CONTEXT, SCALE, Draws, Whole, lognormal, rounded, threshold
from paucity.response.scenario import CAP
from paucity.vocabulary import Kind, Vocabulary, bundled, convert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from paucity.response.scenario import EventCourse, MarkerCourse, Scenario, SignCourse
    from paucity.vocabulary import Term

BLOCK: Final = 1000
"""Participants drawn together; their values do not depend on how many follow."""

FLAGGED_DAYS: Final = 4
"""For how many days a measurement carries the flag of an event."""

COLUMNS: Final = (
    "participant",
    "marker",
    "day",
    "value",
    "unit",
    "low",
    "high",
    "flags",
    "sex",
    "age",
    "origin",
)
SYNTHETIC: Final = "synthetic"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is asked of a simulation.

    Attributes:
        participants: how many.
        seed: the same seed gives the same bytes on every machine.
        noise: 1 for the scenario's noise, 0 for none: no variation within a person, no early or
            late visits, usual units only, no limits of detection.
        missing: 1 for the scenario's gaps, 0 for none: everybody has all visits and values, and is
            followed to the end.
    """

    participants: int
    seed: int
    noise: Decimal = Decimal(1)
    missing: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Series:
    """The true values of one marker for a block: counts of its smallest step, by person.

    Attributes:
        baseline: up to the first dose.
        reached: from the day on which the new level is reached.
        decimals: of a value.
        words: of a sign, whose values are places in them; none for a measured marker.
    """

    baseline: Whole
    reached: Whole
    decimals: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Some participants.

    Attributes:
        names: of the participants.
        rows: measurements and events, cells by `COLUMNS`.
        truths: participant and course of each.
        series: true values, by marker.
    """

    names: tuple[str, ...]
    rows: list[tuple[str, ...]]
    truths: list[tuple[str, str]]
    series: Mapping[str, Series]


def simulate(
    scenario: Scenario, asked: Simulation, vocabulary: Vocabulary | None = None
) -> Iterator[Block]:
    """Yield synthetic participants, block by block.

    Args:
        scenario: without faults, as read.
        asked: how many, from which seed, and how much is noisy and missing.
        vocabulary: knows the markers; the bundled one, if left out.
    """
    words = vocabulary or bundled()
    width = max(4, len(str(asked.participants)))
    for at, first in enumerate(range(0, asked.participants, BLOCK)):
        size = min(BLOCK, asked.participants - first)
        names = [f"{SYNTHETIC}-{n + 1:0{width}d}" for n in range(first, first + size)]
        yield _Maker(scenario, asked, words, at, names).block()


def true_value(series: Series, day: int, reached: int) -> Whole:
    """Return the true values on a day: on a straight line from the baseline to the new level.

    A sign changes half-way.

    Args:
        series: of one marker.
        day: from the first dose.
        reached: the day on which the new level is reached.
    """
    if day <= 0:
        return series.baseline
    if series.words:
        return series.reached if 2 * day >= reached else series.baseline
    past = min(day, reached)
    return rounded(series.baseline * (reached - past) + series.reached * past, reached)


@dataclass
class _Maker:
    """Makes one block. Everything is drawn in full and in one order, whatever is then left out."""

    scenario: Scenario
    asked: Simulation
    vocabulary: Vocabulary
    number: int
    names: list[str]
    keyed: list[tuple[int, int, int]] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def block(self) -> Block:
        s, n = self.scenario, BLOCK
        draws = Draws(self.asked.seed, self.number)
        courses = list(s.courses)
        self.course = draws.choice(s.courses.values(), n)
        sex = draws.whole(0, 1, n)
        ages = [int(a) for a in s.people.ages] or [0, 0]
        years = draws.whole(ages[0], ages[1], n)
        self.people = [
            ("fm"[x], str(y) if s.people.ages else "")
            for x, y in zip(sex.tolist(), years.tolist(), strict=True)
        ]
        self._visits(draws)
        self._events(draws)
        series: dict[str, Series] = {}
        for place, (name, marker) in enumerate(s.markers.items()):
            series[name] = self._marker(draws, place, name, marker)
        for place, (name, sign) in enumerate(s.signs.items(), len(s.markers)):
            series[name] = self._sign(draws, place, name, sign)
        order = sorted(range(len(self.rows)), key=self.keyed.__getitem__)
        truths = [
            (name, courses[c]) for name, c in zip(self.names, self.course.tolist(), strict=False)
        ]
        rows = [self.rows[i] for i in order]
        return Block(tuple(self.names), rows, truths, series)

    def _visits(self, draws: Draws) -> None:
        """Draw on which day each visit takes place, and whether it does."""
        s, n = self.scenario, BLOCK
        self.planned = sorted(int(d) for d in s.visits.days)
        shape = (n, len(self.planned))
        shift = draws.whole(-s.visits.jitter, s.visits.jitter, *shape)
        missed = draws.raw(*shape) < threshold(s.visits.missed, self.asked.missing)
        without = draws.raw(n) < threshold(s.people.without_baseline, self.asked.missing)
        days = np.array(self.planned, dtype=np.int64)
        before = days <= 0
        self.days = days + (shift if self.asked.noise else 0 * shift)
        self.days = np.where(before, np.minimum(self.days, 0), np.maximum(self.days, 1))
        self.held = ~missed & ~(without[:, None] & before)
        last = np.full(n, -(10**6))
        for i in range(len(self.planned)):
            fresh = self.days[:, i] > last
            self.held[:, i] &= fresh
            last = np.where(fresh, self.days[:, i], last)

    def _events(self, draws: Draws) -> None:
        """Draw who has which event on which day, and end the visits at a death."""
        n, people = BLOCK, len(self.names)
        self.flagged: dict[str, list[tuple[str, NDArray[np.bool_]]]] = {}
        width = len(self.scenario.markers) + len(self.scenario.signs)
        for place, (name, event) in enumerate(self.scenario.events.items(), width):
            happens = draws.raw(n) < self._chances(name, event)
            day = draws.whole(int(event.days[0]), int(event.days[1]), n)
            if name == "death":
                self.held &= ~(happens[:, None] & (self.days > day[:, None]))
            since = self.days - day[:, None]
            near = happens[:, None] & (since >= 0) & (since < FLAGGED_DAYS)
            for marker in event.flags:
                self.flagged.setdefault(marker, []).append((name.casefold(), near))
            for p in np.flatnonzero(happens[:people]).tolist():
                cells = (name.casefold(), str(day[p]), "", "", "", "", "")
                self._row((p, int(day[p]), place), cells)

    def _chances(self, name: str, event: EventCourse) -> Whole:
        """Return below which raw integer an event happens, by person."""
        times = self.asked.missing if name in {"death", "next therapy"} else Decimal(1)
        by_course = [threshold(event.share[c], times) for c in self.scenario.courses]
        return np.array(by_course, dtype=np.int64)[self.course]

    def _row(self, key: tuple[int, int, int], cells: tuple[str, ...]) -> None:
        self.keyed.append(key)
        self.rows.append((self.names[key[0]], *cells, *self.people[key[0]], SYNTHETIC))

    # -- measured markers ------------------------------------------------------------------------

    def _marker(self, draws: Draws, place: int, name: str, marker: MarkerCourse) -> Series:
        n, shape = BLOCK, (BLOCK, len(self.planned))
        step = 10**marker.decimals
        median = int(marker.baseline.median * step)
        baseline = _times(np.full(n, median), lognormal(draws.raw(n), marker.baseline.spread))
        series = Series(baseline, self._reached(draws.raw(n), marker, baseline), marker.decimals)
        units = draws.choice(marker.units.values(), n)
        noise, gaps, twice = draws.raw(*shape), draws.raw(*shape), draws.raw(*shape)
        true = self._true(series)
        seen = true
        if self.asked.noise:
            log_spread = _powered(marker.noise, self.asked.noise)
            seen = _times(true, lognormal(noise, log_spread))
        else:
            units = np.full(n, list(marker.units).index(self._usual(name, marker)))
        kept = self.held & (gaps >= threshold(marker.missing, self.asked.missing))
        again = twice < threshold(self.scenario.people.duplicated)
        self._write(place, name, marker, (seen, kept, again, units))
        return series

    def _reached(self, raw: Whole, marker: MarkerCourse, baseline: Whole) -> Whole:
        """Return the new level of each person, by course."""
        out = np.zeros_like(baseline)
        for i, course in enumerate(self.scenario.courses):
            effect = marker.effects[course]
            if effect.to is not None:
                middle = np.full(BLOCK, int(effect.to * 10**marker.decimals))
            else:
                ratio = int((effect.ratio or Decimal(0)) * SCALE)
                middle = _times(baseline, np.full(BLOCK, ratio))
            out = np.where(self.course == i, _times(middle, lognormal(raw, effect.spread)), out)
        return out

    def _true(self, series: Series) -> Whole:
        """Return the true values on the days on which the visits really are."""
        reached = self.scenario.visits.reached
        days = np.clip(self.days, 0, reached)
        if series.words:
            changed = (self.days > 0) & (2 * self.days >= reached)
            return np.where(changed, series.reached[:, None], series.baseline[:, None])
        line = series.baseline[:, None] * (reached - days) + series.reached[:, None] * days
        return rounded(line, reached)

    def _usual(self, name: str, marker: MarkerCourse) -> str:
        """Return the unit nearest to the usual one: in which its numbers are the same."""
        term = self._term(name)
        for unit in marker.units:
            if _factor(term, unit) == 1:
                return unit
        return next(iter(marker.units))

    def _term(self, name: str) -> Term:
        term = self.vocabulary.find(Kind.MARKER, name)
        assert term is not None  # noqa: S101  # a scenario without faults knows its markers
        return term

    def _write(
        self,
        place: int,
        name: str,
        marker: MarkerCourse,
        drawn: tuple[Whole, NDArray[np.bool_], NDArray[np.bool_], Whole],
    ) -> None:
        """Add the rows of a marker."""
        seen, kept, again, units = drawn
        term = self._term(name)
        printers = [_Printer(marker, unit, _factor(term, unit)) for unit in marker.units]
        ends = self._ends(marker) if self.asked.noise else (None, None)
        limits = marker.limits
        low = None if not limits or limits.low is None else int(limits.low * 10**marker.decimals)
        high = None if not limits or limits.high is None else int(limits.high * 10**marker.decimals)
        flagged = self.flagged.get(name, [])
        people = len(self.names)
        for p, v in zip(*(i.tolist() for i in np.nonzero(kept[:people])), strict=True):
            value, day = int(seen[p, v]), int(self.days[p, v])
            printer = printers[units[p]]
            flags = ["L"] if low is not None and value < low else []
            flags += ["H"] if high is not None and value > high else []
            flags += [word for word, near in flagged if near[p, v]]
            text = printer.value(value, *ends)
            cells = (name, str(day), text, printer.unit, *printer.limits, ";".join(flags))
            for _ in range(1 + int(again[p, v])):
                self._row((p, day, place), cells)

    def _ends(self, marker: MarkerCourse) -> tuple[int | None, int | None]:
        """Return below and above which values are cut off."""
        cut = marker.detection
        step = 10**marker.decimals
        below = None if cut is None or cut.below is None else int(cut.below * step)
        above = None if cut is None or cut.above is None else int(cut.above * step)
        return below, above

    # -- signs -----------------------------------------------------------------------------------

    def _sign(self, draws: Draws, place: int, name: str, sign: SignCourse) -> Series:
        n, shape = BLOCK, (BLOCK, len(self.planned))
        words = sign_words(self._term(name))
        ill = (draws.raw(n) < threshold(sign.present)).astype(np.int64)
        by_course = [threshold(sign.clears[c]) for c in self.scenario.courses]
        clears = draws.raw(n) < np.array(by_course, dtype=np.int64)[self.course]
        series = Series(ill, np.where(clears, 0, ill), 0, words)
        kept = self.held & (draws.raw(*shape) >= threshold(sign.missing, self.asked.missing))
        true = self._true(series)
        for p, v in zip(*(i.tolist() for i in np.nonzero(kept[: len(self.names)])), strict=True):
            day = int(self.days[p, v])
            self._row((p, day, place), (name, str(day), words[true[p, v]], "", "", "", ""))
        return series


def sign_words(term: Term) -> tuple[str, str]:
    """Return a sign's word for health and its word for disease."""
    values = term.extra["values"]
    words = (values,) if isinstance(values, str) else values
    healthy = next((w for w in ("absent", "normal") if w in words), words[0])
    return healthy, next((w for w in words if w != healthy), healthy)


def _times(value: Whole, factor: Whole) -> Whole:
    """Return values times factors in millionths, no larger than is computed with."""
    return np.minimum(rounded(value * factor, SCALE), CAP)


def _powered(spread: Decimal, times: Decimal) -> Decimal:
    """Return a geometric standard deviation whose logarithm is so many times as large."""
    if times == 1:
        return spread
    return min(CONTEXT.exp(CONTEXT.multiply(CONTEXT.ln(spread), times)), Decimal(10))


def _factor(term: Term, unit: str) -> Fraction:
    usual = str(term.extra.get("unit", ""))
    return convert(Fraction(1), usual, unit, term) - convert(Fraction(0), usual, unit, term)


@dataclass
class _Printer:
    """Prints values of one marker in one unit, to about as many digits as in the usual one."""

    marker: MarkerCourse
    unit: str
    factor: Fraction

    def __post_init__(self) -> None:
        decimals = self.marker.decimals
        size = self.factor
        while size >= 10 and decimals:
            size, decimals = size / 10, decimals - 1
        while size < 1:
            size, decimals = size * 10, decimals + 1
        self.decimals = decimals
        given = self.marker.limits
        ends = (given.low, given.high) if given else (None, None)
        self.limits = tuple("" if e is None else self._exact(Fraction(e)) for e in ends)

    def value(self, steps: int, below: int | None, above: int | None) -> str:
        """Return a value, or that it lies below or above what the assay can tell."""
        if below is not None and steps < below:
            return f"<{self._text(below)}"
        if above is not None and steps > above:
            return f">{self._text(above)}"
        return self._text(steps)

    def _text(self, steps: int) -> str:
        if self.factor == 1:
            return decimal_text(steps, self.decimals)
        top = steps * self.factor.numerator * 10**self.decimals
        bottom = self.factor.denominator * 10**self.marker.decimals
        return decimal_text((2 * top + bottom) // (2 * bottom), self.decimals)

    def _exact(self, end: Fraction) -> str:
        steps = round(end * self.factor * 10**6)
        return decimal_text(steps, 6).rstrip("0").rstrip(".")


def decimal_text(steps: int, decimals: int) -> str:
    """Return a number of smallest steps as a value with so many decimals.

    >>> decimal_text(305, 2), decimal_text(305, 0)
    ('3.05', '305')
    """
    if not decimals:
        return str(steps)
    whole, part = divmod(steps, 10**decimals)
    return f"{whole}.{part:0{decimals}d}"
