"""Studies that are consistent give no finding; one wrong number gives at least one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.counts import counts_for_percent, fits, percent_of
from paucity.evidence.checks import REVIEW_CHECKS, STUDY_CHECKS
from paucity.text import Finding, Severity
from support.reviews import PROTOCOL, load

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("CR", "PR", "NR", "died")
EVENTS = ("fever", "seizure", "neutropenia", "hepatotoxicity", "bleeding")
CODES = {check.code for check in (*STUDY_CHECKS, *REVIEW_CHECKS)}

RULE = """\
kind: response
markers: {ferritin: {improved: percent_change <= -25}}
assess: {by: 2 wk}
levels: {PR: at least 1 improved}
"""


@dataclass
class Told:
    """One cohort as drawn: its people, how they fared, and whom it is part of."""

    name: str
    patients: int
    counts: dict[str, int]
    parent: str = ""
    events: dict[str, int] = field(default_factory=dict)
    percents: dict[str, str] = field(default_factory=dict)
    event_percents: dict[str, str] = field(default_factory=dict)
    deaths: dict[str, int] = field(default_factory=dict)
    female: int = 0


@dataclass
class Series:
    """A study as drawn: its cohorts, the whole first, and whether the parts divide it."""

    cohorts: list[Told]
    divided: bool

    def text(self) -> str:
        lines = [
            "citation: {authors: [Doe J], year: 2001, language: English, doi: 10.1000/x1}",
            "design: case series",
            "source: Table 1",
            "therapies: {x: {agent: anakinra, source: Table 2}}",
            "cohorts:",
        ]
        for told in self.cohorts:
            lines.append(f"  {told.name}:")
            lines.append(f"    patients: {told.patients}")
            lines.append(f"    female: {told.female}")
            lines.append("    prior: [etoposide, dexamethasone]")
            if told.parent:
                lines.append(f"    part_of: {told.parent}")
        if self.divided:
            parts = ", ".join(t.name for t in self.cohorts[1:])
            lines.insert(6, f"    divided_into: {{group: [{parts}]}}")
        lines.append("responses:")
        for told in self.cohorts:
            lines.append(f"  - cohort: {told.name}")
            lines.append("    therapy: x")
            lines.append("    definition: rule")
            lines.append("    assessed: 2 wk")
            lines.append(f"    counts: {_mapping(told.counts)}")
            if told.percents:
                lines.append(f"    percents: {_mapping(told.percents)}")
                again = f"{{percents: {_mapping(told.percents)}, source: page 2}}"
                lines.append(f"    restated: {again}")
        lines.append("outcomes:")
        for told in self.cohorts:
            died = sum(told.deaths.values())
            lines.append(
                f"  - {{cohort: {told.name}, outcome: death, count: {died}, "
                f"causes: {_mapping(told.deaths)}}}"
            )
        lines.append("events:")
        for told in self.cohorts:
            for event, count in told.events.items():
                printed = told.event_percents.get(event)
                amount = f"percent: {printed}" if printed else f"count: {count}"
                lines.append(f"  - {{cohort: {told.name}, event: {event}, {amount}}}")
        return "\n".join(lines) + "\n"


def _mapping(values: dict[str, int] | dict[str, str]) -> str:
    return "{" + ", ".join(f"{k}: {v}" for k, v in values.items()) + "}"


@st.composite
def splits(draw: st.DrawFn, total: int, parts: int) -> list[int]:
    """Draw counts that add up to a total."""
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Draw counts first, then everything that follows from them by arithmetic."""
    patients = draw(st.integers(2, 90))
    whole = Told("all", patients, dict(zip(LEVELS, draw(splits(patients, 4)), strict=True)))
    cohorts = [whole]
    divided = False
    if draw(st.booleans()):
        first = {level: draw(st.integers(0, n)) for level, n in whole.counts.items()}
        second = {level: n - first[level] for level, n in whole.counts.items()}
        if sum(first.values()) and sum(second.values()):
            divided = True
            cohorts += [
                Told("early", sum(first.values()), first, "all"),
                Told("late", sum(second.values()), second, "all"),
            ]
    places = draw(st.integers(0, 1))
    for told in cohorts:
        told.female = draw(st.integers(0, told.patients))
        died = draw(st.integers(0, told.patients))
        told.deaths = dict(zip(("disease", "toxicity"), draw(splits(died, 2)), strict=True))
        if draw(st.booleans()):
            told.percents = {
                level: percent_of(count, told.patients, places)
                for level, count in told.counts.items()
            }
    for event in draw(st.lists(st.sampled_from(EVENTS), unique=True)):
        told = draw(st.sampled_from(cohorts))
        count = draw(st.integers(0, told.patients))
        told.events[event] = count
        printed = percent_of(count, told.patients, places)
        if draw(st.booleans()) and len(counts_for_percent(Decimal(printed), told.patients)) == 1:
            told.event_percents[event] = printed
    return Series(cohorts, divided)


def found_in(drawn: Series) -> list[Finding]:
    """Return what the checks find in a series, without what its definition leaves open."""
    files = {
        "review.yaml": PROTOCOL,
        "studies/doe-2001.yaml": drawn.text(),
        "definitions/rule.yaml": RULE,
    }
    with TemporaryDirectory() as folder:
        review = load(Path(folder), files)
    return [f for f in review.findings if not f.span.file.startswith("definitions/")]


@given(series())
@settings(max_examples=200, deadline=None)
def test_a_consistent_study_gives_no_finding(drawn: Series) -> None:
    assert found_in(drawn) == []


def breaks(drawn: Series) -> dict[str, Callable[[], None]]:
    """Return the ways in which one number of a series can be made wrong, by name."""

    def more_at_a_level() -> None:
        drawn.cohorts[0].counts["CR"] += 1

    def fewer_at_a_level() -> None:
        counts = drawn.cohorts[-1].counts
        level = max(counts, key=lambda x: counts[x])
        counts[level] -= 1

    def more_women() -> None:
        drawn.cohorts[0].female = drawn.cohorts[0].patients + 1

    def more_events() -> None:
        drawn.cohorts[0].events["urticaria"] = drawn.cohorts[0].patients + 1

    def more_deaths() -> None:
        drawn.cohorts[0].deaths["disease"] = drawn.cohorts[0].patients + 1

    def percent_off() -> None:
        told = drawn.cohorts[0]
        n, count = told.patients, told.counts["CR"]
        shifted = [x for x in range(n + 1) if not fits(count, n, Decimal(percent_of(x, n)))]
        told.percents = {"CR": percent_of(shifted[0], n)}

    def percent_of_nobody() -> None:
        told = drawn.cohorts[0]
        gaps = [p for p in range(101) if not len(counts_for_percent(Decimal(str(p)), 9))]
        told.patients = 9
        told.counts = {"CR": 9, "PR": 0, "NR": 0, "died": 0}
        told.percents = {}
        told.deaths, told.female = {"disease": 0}, 0
        told.events, told.event_percents = {"urticaria": 0}, {"urticaria": str(gaps[0])}
        drawn.cohorts, drawn.divided = [told], False

    def larger_part() -> None:
        told = drawn.cohorts[-1]
        told.patients += 1
        told.counts["NR"] += 1
        told.percents = {}

    ways = {
        w.__name__: w
        for w in (
            more_at_a_level,
            fewer_at_a_level,
            more_women,
            more_events,
            more_deaths,
            percent_off,
            percent_of_nobody,
        )
    }
    return ways | ({"larger_part": larger_part} if drawn.divided else {})


@given(series(), st.data())
@settings(max_examples=200, deadline=None)
def test_one_wrong_number_is_found(drawn: Series, data: st.DataObject) -> None:
    ways = breaks(drawn)
    way = data.draw(st.sampled_from(sorted(ways)))
    ways[way]()
    serious = [f for f in found_in(drawn) if f.severity is not Severity.NOTE]
    assert serious, (way, drawn.text())
    assert {f.code for f in serious} <= CODES
