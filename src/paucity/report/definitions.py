"""The section on definitions: each in English, side by side, and recomputed on participants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.evidence.checks.check import joined
from paucity.participants.tell import say_person
from paucity.report.leaves import users_of
from paucity.report.table import Cell
from paucity.report.tables.definitions import (
    MANY,
    comparison,
    differences_of,
    name_of,
    pairs,
    ruled,
    thresholds_of,
    unstated_of,
)
from paucity.report.tables.participants import ENOUGH, person_labels, sensitivities, told_of
from paucity.response.english import say_definition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.participants.model import DescribedParticipant, ReportedLevel
    from paucity.participants.tell import Told
    from paucity.report.table import Table
    from paucity.response.model import Definition, Remark
    from paucity.review import Review
    from paucity.sources import Accepted
    from paucity.text import Finding

STORIES: Final = 40
"""Participants from which on they are told of in the files only."""


@dataclass(frozen=True, slots=True)
class Card:
    """One definition.

    Attributes:
        name: as printed, leading to its first line.
        what: kind, basis and standing.
        base: the definition of which it is another reading.
        statements: what it says, by the part it belongs to; thresholds have a table of their own.
        ambiguous: what can be read in more than one way.
        findings: what was found in it, with the acceptance if there is one.
        users: the studies that use it.
    """

    name: Cell
    what: str
    base: Definition | None
    statements: Mapping[str, list[str]]
    emends: tuple[Remark, ...]
    ambiguous: tuple[Remark, ...]
    thresholds: Table | None
    unstated: Table | None
    findings: tuple[tuple[Finding, Accepted | None], ...]
    users: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two definitions and where they differ."""

    anchor: str
    title: str
    count: int
    table: Table


@dataclass(frozen=True, slots=True)
class Count:
    """A cell of the comparison: its text, and the list it leads to."""

    text: str
    anchor: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a definition makes of a participant, in a sentence, and how."""

    definition: Cell
    told: Told


@dataclass(frozen=True, slots=True)
class Story:
    """One participant: the level reported, and what each definition makes of the values."""

    label: Cell
    about: str
    reported: tuple[tuple[Cell, str], ...]
    sentences: tuple[str, ...]
    standings: tuple[Standing, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionsSection:
    """All that the section on definitions shows beside its tables."""

    cards: tuple[Card, ...]
    heads: tuple[str, ...] = ()
    grid: tuple[tuple[Cell, tuple[Count, ...]], ...] = ()
    pairs: tuple[Pair, ...] = ()
    stories: tuple[Story, ...] = ()
    people: int = 0
    too_few: str = ""


def section(review: Review) -> DefinitionsSection | None:
    """Return the section on definitions, None for a review without any and without participants."""
    if not review.definitions and not review.people:
        return None
    found = _pairs(review)
    people = review.people.participants
    labels = person_labels(review)
    told = people.values() if len(people) <= STORIES else ()
    return DefinitionsSection(
        cards=tuple(_cards(review)),
        heads=tuple(name_of(review, d) for d in ruled(review)) if found else (),
        grid=tuple(_grid(review, found)),
        pairs=tuple(found.values()),
        stories=tuple(_story(review, person, labels[person.key]) for person in told),
        people=len(people),
        too_few=_too_few(review),
    )


# -- each definition ---------------------------------------------------------------------------

_ELSEWHERE: Final = frozenset(("definition", "markers", "unstated", "ambiguous", "emended"))
_SHOWN: Final = frozenset(("unstated", "ambiguous"))
_STATUS: Final = {
    "verified": "verified against the publication",
    "secondary": "read in a secondary source",
    "unverified": "not verified against the publication",
}


def _cards(review: Review) -> Iterator[Card]:
    users = users_of(review.evidence.studies.values())
    found: dict[str, list[tuple[Finding, Accepted | None]]] = {}
    everything: list[tuple[Finding, Accepted | None]] = [(f, None) for f in review.findings]
    for finding, entry in (*everything, *review.accepted):
        if finding.code not in _SHOWN:
            found.setdefault(finding.span.file, []).append((finding, entry))
    for number, definition in enumerate(review.definitions.values(), 1):
        base = review.definitions.get(definition.variant_of)
        statements: dict[str, list[str]] = {}
        for line in say_definition(definition):
            if line.part not in _ELSEWHERE and (base is None or line.part == "levels"):
                statements.setdefault(line.part, []).append(line.text.removeprefix("signs: "))
        label = name_of(review, definition)
        thresholds = thresholds_of(definition, number, label)
        unstated = unstated_of(definition, number, label)
        basis = "with rules" if definition.basis == "rule" else "in words only"
        yield Card(
            Cell(label, definition.name, definition.marks.span()),
            f"{definition.kind}, {basis}, {_STATUS[definition.status]}",
            base,
            statements,
            definition.emends,
            definition.ambiguous,
            thresholds if thresholds.rows and base is None else None,
            unstated if unstated.rows and base is None else None,
            tuple(found.get(definition.marks.file, ())),
            tuple(users.get(("definition", definition.name), ())),
        )


# -- side by side ------------------------------------------------------------------------------


def _pairs(review: Review) -> dict[tuple[str, str], Pair]:
    if not 1 < len(ruled(review)) <= MANY:
        return {}
    out = {}
    for number, (a, b, found) in enumerate(pairs(review), 1):
        labels = name_of(review, a), name_of(review, b)
        table = differences_of(a, found, number, labels)
        out[a.name, b.name] = Pair(f"differ-{number}", " and ".join(labels), len(found), table)
    return out


def _grid(
    review: Review, found: Mapping[tuple[str, str], Pair]
) -> Iterator[tuple[Cell, tuple[Count, ...]]]:
    if not found:
        return
    for row in comparison(review).rows:
        one = row["definition"]
        counts = []
        for other in ruled(review):
            pair = found.get((str(one.value), other.name)) or found.get(
                (other.name, str(one.value))
            )
            counts.append(Count(str(pair.count), pair.anchor, pair.title) if pair else Count("–"))
        yield one, tuple(counts)


# -- participants ------------------------------------------------------------------------------


def _story(review: Review, person: DescribedParticipant, label: str) -> Story:
    standings = []
    for name in review.recomputed:
        told = told_of(review, person, name)
        definition = review.definitions[name]
        if told is not None:
            cell = Cell(name_of(review, definition), name, definition.marks.span())
            standings.append(Standing(cell, told))
    about = [say_person(person), f"day 0 is the {person.index}" if person.index else ""]
    return Story(
        Cell(label, person.key, person.marks.span()),
        "; ".join(part for part in about if part),
        tuple(_reported(review, level) for level in person.reported),
        tuple(_sentences(person, standings)),
        tuple(standings),
        person.note,
    )


def _reported(review: Review, level: ReportedLevel) -> tuple[Cell, str]:
    definition = review.definitions.get(level.definition)
    by = f" by {name_of(review, definition)}" if definition else ""
    if definition and definition.basis != "rule":
        by += ", in words only"
    return Cell(level.level, level.level, level.marks.span("level")), by


def _sentences(person: DescribedParticipant, standings: list[Standing]) -> Iterator[str]:
    """Yield what the definitions make of the level reported, one sentence for each outcome."""
    for level in dict.fromkeys(entry.level for entry in person.reported):
        unproven = [s for s in standings if level in _possible(s) and not s.told.certain]
        proven = [s for s in standings if level in _possible(s) and s.told.certain]
        other = [s for s in standings if level in s.told.scale and level not in _possible(s)]
        without = [s for s in standings if s.told.result and level not in s.told.scale]
        if proven:
            yield f"The values give {level} by {_names(proven)}."
        if unproven:
            yield (
                f"{level} can be neither proven nor excluded by {_names(unproven)}: the values that"
                " would decide are not told."
            )
        for result in dict.fromkeys(s.told.result for s in other):
            those = [s for s in other if s.told.result == result]
            yield f"The values give {result}, and not {level}, by {_names(those)}."
        if without:
            yield f"There is no {level} in {_names(without)}."
    if not person.reported and standings:
        yield "No level is reported."


def _possible(standing: Standing) -> list[str]:
    return standing.told.result.split(" or ") if standing.told.result else []


def _names(standings: list[Standing]) -> str:
    """Return definitions by name; their names may have commas."""
    names = [standing.definition.text for standing in standings]
    return "; ".join(names) if any("," in name for name in names) else joined(names)


def _too_few(review: Review) -> str:
    """Return why rates and agreement are not given, nothing where they are for every study."""
    people = review.people.participants
    if not people or not review.recomputed:
        return ""
    studies: dict[str, int] = {}
    for person in people.values():
        studies[person.study] = studies.get(person.study, 0) + 1
    given = sensitivities(review)
    few = [n for study, n in studies.items() if study not in given]
    if not few:
        return ""
    whom = "1 participant" if sum(few) == 1 else f"{sum(few)} participants"
    where = "1 study" if len(few) == 1 else f"{len(few)} studies"
    return (
        f"Rates of response and agreement of the definitions are not given for the {whom} of"
        f" {where}: no study describes {ENOUGH} or more one by one, and participants of several"
        " studies are no sample of anyone."
    )
