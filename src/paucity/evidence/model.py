"""What a study file says: cohorts, therapies, responses, outcomes, events, each with its source.

Records only; what is computed from them lives in the modules beside this one. Field documentation
is the user's documentation: `paucity schema` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.dosing.model import Dose
from paucity.evidence.quality import Quality
from paucity.protocol import UNITS
from paucity.record import Record, RecordShape, many, need, opt, table
from paucity.shapes import (
    COUNT,
    DURATION,
    FLAG,
    PERCENT,
    TEXT,
    ChoiceShape,
    Duration,
    Word,
    WordShape,
)
from paucity.sources import CITATION, SOURCE, Accepted, Citation, Source
from paucity.spread import SPREAD, Spread
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

DRUG = WordShape(Kind.DRUG)
DISEASE = WordShape(Kind.DISEASE)
TRIGGER = WordShape(Kind.TRIGGER)
EVENT = WordShape(Kind.EVENT)
OUTCOME = WordShape(Kind.OUTCOME)
STATUS = WordShape(Kind.STATUS)
AGE = WordShape(Kind.AGE)
ROUTE = WordShape(Kind.ROUTE)
DESIGN = WordShape(Kind.DESIGN)

DENOMINATORS = ("enrolled", "assessed", "evaluable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior(Record):
    """Therapies a cohort had had, or was still having, and how many of the cohort had them."""

    agents: tuple[Word, ...] = many(DRUG, "the drugs; those listed together were had together")
    patients: int | None = opt(COUNT, "how many of the cohort had them; all, if left out; 0 = none")
    percent: Decimal | None = opt(PERCENT, "the percentage printed, if no count is")
    within: Duration | None = opt(DURATION, "only the time just before the therapy studied")
    doses: int | None = opt(COUNT, "how many doses were given")
    dose: str = opt(TEXT, "the dose as printed", "")
    stopped: str = opt(
        ChoiceShape(("intolerance", "toxicity", "no response", "relapse", "completed")),
        "why it was stopped, reduced or not given",
        "",
    )
    response: str = opt(TEXT, "response to it, as a level of the review's scale", "")
    not_given: bool = opt(FLAG, "true: these were *not* given to `patients` people", default=False)
    source: Source | None = opt(SOURCE, "where this stands, if not where the cohort does")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Record):
    """How many of a cohort have a characteristic."""

    disease: Word | None = opt(DISEASE, "a disease or type of it")
    trigger: Word | None = opt(TRIGGER, "a trigger or underlying condition")
    status: Word | None = opt(STATUS, "disease status at entry")
    age_group: Word | None = opt(AGE, "an age group")
    patients: int | None = need(COUNT, "how many of the cohort; 0 says that there were none")
    source: Source | None = opt(SOURCE, "where this stands, if not where the cohort does")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Record):
    """People shared with a cohort of another study, or of this one where nesting does not say."""

    cohort: str = need(TEXT, "the other cohort: `study/cohort`, or `cohort` in this file")
    at_least: int | None = opt(COUNT, "least number of people in both")
    at_most: int | None = opt(COUNT, "largest number of people in both")
    why: str = opt(TEXT, "what this is concluded from", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort(Record):
    """A group of people, nested in or overlapping others."""

    id: str = ""
    label: str = opt(TEXT, "how to print it", "")
    part_of: tuple[str, ...] = many(TEXT, "the cohorts it is part of")
    divided_into: Mapping[str, Division] = table(
        RecordShape(lambda: Division, shorthand="cohorts"), "named divisions into cohorts"
    )
    patients: int | None = opt(COUNT, "number of people")
    courses: int | None = opt(COUNT, "number of courses of therapy")
    cases: int | None = opt(COUNT, "number of cases (episodes of disease)")
    enrolled: int | None = opt(COUNT, "number enrolled, where it differs from the number of people")
    assessed: int | None = opt(COUNT, "number whose response was assessed")
    evaluable: int | None = opt(COUNT, "number evaluable")
    therapy: tuple[str, ...] = many(TEXT, "therapies given, where no response or parent says so")
    untreated: bool = opt(FLAG, "true: no therapy came before the one studied", default=False)
    line: str = opt(
        ChoiceShape(("first", "second", "later", "repeat", "mixed")),
        "line of the therapy studied",
        "",
    )
    disease: tuple[Word, ...] = many(DISEASE, "disease of every member")
    trigger: tuple[Word, ...] = many(TRIGGER, "trigger or underlying condition of every member")
    free_of: tuple[Word, ...] = many(TRIGGER, "triggers that no member has")
    status: tuple[Word, ...] = many(STATUS, "status of every member: refractory, relapsed ...")
    age_group: tuple[Word, ...] = many(AGE, "age group of every member, or groups together")
    age: Spread | None = opt(SPREAD, "age")
    female: int | None = opt(COUNT, "how many are female")
    parts: tuple[Part, ...] = many(
        RecordShape(lambda: Part), "how many have a characteristic that not all share"
    )
    prior: tuple[Prior, ...] = many(
        RecordShape(lambda: Prior, shorthand="agents"), "therapies before the one studied"
    )
    concomitant: tuple[Prior, ...] = many(
        RecordShape(lambda: Prior, shorthand="agents"), "therapies continued beside the one studied"
    )
    time_on_prior: Spread | None = opt(SPREAD, "time from the start of prior therapy to this one")
    since_prior: Spread | None = opt(SPREAD, "time from the last dose of prior therapy to this one")
    response_to_prior: str = opt(TEXT, "response to prior therapy, as a level of the scale", "")
    overlaps: tuple[Overlap, ...] = many(
        RecordShape(lambda: Overlap, shorthand="cohort"), "people shared with other cohorts"
    )
    source: Source | None = opt(SOURCE, "where the cohort is told of")
    sources: Mapping[str, Source] = table(
        SOURCE, "where single values stand, if elsewhere: `{age: abstract}`"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Division(Record):
    """A division of a cohort into others."""

    cohorts: tuple[str, ...] = many(TEXT, "the parts; together they are the whole")
    unit: str = opt(ChoiceShape(UNITS), "what is divided", "patients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Therapy(Record):
    """A therapy studied."""

    id: str = ""
    agent: Word = need(DRUG, "the agent or combination under which the evidence is grouped")
    with_: tuple[Word, ...] = many(DRUG, "drugs that were part of it")
    regimen: str = opt(TEXT, "a dose schedule: a file in regimens/ or of the library", "")
    doses: tuple[Dose, ...] = many(RecordShape(lambda: Dose), "the doses as printed")
    course: str = opt(TEXT, "which course it is: first, repeat, first or only", "")
    source: Source | None = opt(SOURCE, "where this stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated(Record):
    """The same result told again elsewhere, with whatever differs there."""

    counts: Mapping[str, int] = table(COUNT, "counts given there, by level")
    percents: Mapping[str, Decimal] = table(PERCENT, "percentages given there, by level")
    of: str = opt(ChoiceShape(UNITS), "the unit named there", "")
    n: int | None = opt(COUNT, "the denominator named there")
    assessed: tuple[Duration, ...] = many(DURATION, "the time of assessment named there")
    source: Source = need(SOURCE, "where it is told again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail(Record):
    """How many of those at one level had something more particular."""

    level: str = need(TEXT, "the level")
    what: str = need(TEXT, "what they had")
    count: int = need(COUNT, "how many")
    source: Source | None = opt(SOURCE, "where this stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Record):
    """Responses of one cohort to one therapy."""

    cohort: str = need(TEXT, "the cohort")
    therapy: str = need(TEXT, "the therapy")
    counts: Mapping[str, int] = table(COUNT, "number at each level: `CR: 2`")
    percents: Mapping[str, Decimal] = table(PERCENT, "percentages as printed, by level")
    left_out: tuple[str, ...] = many(
        TEXT, "levels that the source says are not part of the assessment"
    )
    of: str = opt(ChoiceShape(UNITS), "what is counted", "patients")
    denominator: str = opt(ChoiceShape(DENOMINATORS), "which people the source counts", "")
    n: int | None = opt(COUNT, "the denominator printed, if it is not the cohort's size")
    complete: bool = opt(FLAG, "false: levels not written are unknown, not zero", default=True)
    definition: str = opt(TEXT, "response definition, from definitions/ or the library", "")
    assessed: tuple[Duration, ...] = many(DURATION, "time of assessment after start of therapy")
    assessed_note: str = opt(TEXT, "what the time alone does not say", "")
    time_to: Mapping[str, Spread] = table(SPREAD, "time to reach a level")
    course: str = opt(TEXT, "the course whose response this is, where some had several", "")
    details: tuple[Detail, ...] = many(RecordShape(lambda: Detail), "particulars within a level")
    restated: tuple[Restated, ...] = many(
        RecordShape(lambda: Restated), "the same result told again elsewhere"
    )
    note: str = opt(TEXT, "a remark to print beside it", "")
    source: Source | None = opt(SOURCE, "where this stands")
    sources: Mapping[str, Source] = table(
        SOURCE, "where single values stand, if elsewhere: `{time_to: Table 4}`"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Record):
    """Relapse, survival to transplant, death, follow-up and the like."""

    cohort: str = need(TEXT, "the cohort")
    outcome: Word = need(OUTCOME, "what happened")
    therapy: str = opt(TEXT, "the therapy, where a cohort had several", "")
    count: int | None = opt(COUNT, "how many")
    percent: Decimal | None = opt(PERCENT, "the percentage printed")
    of: str = opt(ChoiceShape(UNITS), "what is counted", "patients")
    n: int | None = opt(COUNT, "the denominator printed, if it is not the cohort's size")
    among: str = opt(TEXT, "only those at this response level", "")
    causes: Mapping[str, int] = table(COUNT, "sub-counts by cause")
    time: Spread | None = opt(SPREAD, "when")
    note: str = opt(TEXT, "a remark to print beside it", "")
    source: Source | None = opt(SOURCE, "where this stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Record):
    """An adverse event or complication."""

    cohort: str = need(TEXT, "the cohort")
    event: Word = need(EVENT, "the event")
    therapy: str = opt(TEXT, "the therapy, where a cohort had several", "")
    count: int | None = opt(COUNT, "how many had it")
    percent: Decimal | None = opt(PERCENT, "the percentage printed")
    of: str = opt(ChoiceShape(UNITS), "what is counted", "patients")
    n: int | None = opt(COUNT, "the denominator printed, if it is not the cohort's size")
    within: Word | None = opt(EVENT, "the broader event that this is one category of")
    when: str = opt(ChoiceShape(("before", "during", "after")), "before, during or after", "after")
    counting: str = opt(
        ChoiceShape(("new", "cumulative", "present")), "whether new, cumulative or present", ""
    )
    time: Spread | None = opt(SPREAD, "when")
    resolved: bool | None = opt(FLAG, "true if it resolved")
    note: str = opt(TEXT, "a remark to print beside it", "")
    source: Source | None = opt(SOURCE, "where this stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Record):
    """A remark that no check can compute: an external fact, a conflict between documents."""

    about: str = need(TEXT, "what it is about: a cohort, `responses`, a field")
    text: str = need(TEXT, "the remark")
    source: Source = need(SOURCE, "where it is from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(Record):
    """One study: its citation, its cohorts, and what happened to them."""

    id: str = ""
    citation: Citation = need(CITATION, "bibliographic citation")
    label: str = opt(TEXT, "short name to print; author and year, if left out", "")
    design: Word | None = opt(DESIGN, "study design")
    read_in: str = opt(TEXT, "the secondary source it was extracted from; itself, if left out", "")
    reference: str = opt(TEXT, "its number in that source's reference list", "")
    source: Source | None = opt(SOURCE, "where values stand that do not say so themselves")
    cohorts: Mapping[str, Cohort] = table(
        RecordShape(lambda: Cohort, named="id"), "the groups of people"
    )
    therapies: Mapping[str, Therapy] = table(
        RecordShape(lambda: Therapy, named="id"), "the therapies"
    )
    responses: tuple[Response, ...] = many(RecordShape(lambda: Response), "responses")
    outcomes: tuple[Outcome, ...] = many(RecordShape(lambda: Outcome), "outcomes")
    events: tuple[Event, ...] = many(RecordShape(lambda: Event), "adverse events")
    quality: tuple[Quality, ...] = many(RecordShape(lambda: Quality), "appraisals of the study")
    notes: tuple[Note, ...] = many(RecordShape(lambda: Note, shorthand="text"), "remarks")
    accepted: tuple[Accepted, ...] = many(RecordShape(lambda: Accepted), "accepted findings")

    @property
    def name(self) -> str:
        """Return the short name: first author and year."""
        if self.label:
            return self.label
        if not self.citation.authors:
            return self.id
        first = self.citation.authors[0].rsplit(" ", 1)[0]
        return f"{first} {self.citation.year}".strip()
