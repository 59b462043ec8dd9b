"""The methods of a review, written from its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.evidence.eligibility import resolve
from paucity.expression import say
from paucity.report.table import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.protocol import CriteriaSet, Criterion, Search
    from paucity.review import Review

_WORDS: Mapping[str, str] = {
    "year": "the year of publication",
    "prior": "prior therapy",
    "concomitant": "concomitant therapy",
    "patients": "the number of patients",
    "courses": "the number of courses",
    "cohorts": "the number of cohorts",
    "reports": "the number of reports",
    "language": "the language",
    "age_group": "age group",
    "time_on_prior": "time on prior therapy",
    "since_prior": "time since prior therapy",
}


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One criterion: its label, its rule in English, and its line."""

    label: Cell
    rule: str


@dataclass(frozen=True, slots=True)
class CriteriaText:
    """A set of criteria by level: reports, cohorts, agents."""

    name: str
    label: str
    main: bool
    levels: tuple[tuple[str, tuple[CriterionText, ...]], ...]
    based_on: str
    changes: tuple[Cell, ...]


_LEVELS = (
    ("report", "A report is read if"),
    ("cohort", "A cohort is let in if"),
    ("agent", "An agent is let in if, across reports,"),
)


def search_sentences(search: Search) -> Iterator[Cell]:
    """Yield the sentences that tell of a search, each with its line."""
    marks = search.marks
    when = f" on {search.date}" if search.date else ""
    terms = [" or ".join(t) for t in (search.condition, search.therapy) if t]
    if search.agents:
        terms[1:] = [" or ".join([*search.therapy, "the name of an agent"])]
    for_ = f" for {', together with '.join(terms)}" if terms else ""
    if search.kind in {"database", "register"}:
        yield Cell(f"{search.database} was searched{when}{for_}.", None, marks.span("database"))
    else:
        text = f"Other sources{when}, {search.kind}: {search.database}{for_}."
        yield Cell(text, None, marks.span("database"))
    if search.found is not None:
        text = f"It gave {search.found:,} record{'' if search.found == 1 else 's'}."
        yield Cell(text, None, marks.span("found"))
    if search.agents:
        agents = ", ".join(word.written for word in search.agents)
        yield Cell(f"Agents searched for by name: {agents}.", None, marks.span("agents"))
    if search.limits:
        text = f"Limits: {'; '.join(search.limits)}."
        yield Cell(text, None, marks.span("limits"))
    if search.also:
        yield Cell(f"Also: {'; '.join(search.also)}.", None, marks.span("also"))
    if search.unstated:
        text = f"Not stated: {'; '.join(search.unstated)}."
        yield Cell(text, None, marks.span("unstated"))


def criteria_text(review: Review) -> tuple[CriteriaText, ...]:
    """Return every set of criteria in words, the one the report rests on first."""
    protocol = review.protocol
    out = []
    for name, own in protocol.criteria.items():
        main = name == review.evidence.main
        held = resolve(name, protocol.criteria) if main or not own.based_on else own
        out.append(
            CriteriaText(
                name=name,
                label=own.label or name,
                main=main,
                levels=_levels(held),
                based_on=own.based_on if not main else "",
                changes=_changes(review, name) if not main else (),
            )
        )
    return tuple(sorted(out, key=lambda c: not c.main))


def _levels(held: CriteriaSet) -> tuple[tuple[str, tuple[CriterionText, ...]], ...]:
    out = []
    for level, heading in _LEVELS:
        criteria: Mapping[str, Criterion] = getattr(held, level)
        if criteria:
            out.append((heading, tuple(_criterion(n, c) for n, c in criteria.items())))
    return tuple(out)


def _criterion(name: str, criterion: Criterion) -> CriterionText:
    label = Cell(criterion.label or name, name, criterion.marks.span("require"))
    return CriterionText(label, say(criterion.require.node, _WORDS))


def _changes(review: Review, name: str) -> tuple[Cell, ...]:
    """Return what enters and what leaves under another set of criteria."""
    main = review.eligibility
    other = review.evidence.eligibility.get(name)
    if main is None or other is None:
        return ()
    before, after = set(main.included_cohorts()), set(other.included_cohorts())
    cells = []
    for word, keys in (("enters", sorted(after - before)), ("leaves", sorted(before - after))):
        for study, cohort in keys:
            held = review.evidence.studies[study]
            label = held.cohorts[cohort].label or cohort
            span = held.cohorts[cohort].marks.span()
            cells.append(Cell(f"{word}: {held.name}: {label}", f"{study}/{cohort}", span))
    return tuple(cells)
