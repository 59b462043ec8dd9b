"""What a review sets out to do: its question, criteria, claims, tables and searches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from paucity.expression import ExpressionError, Node, parse
from paucity.record import Reading, Record, RecordShape, many, need, opt, table
from paucity.shapes import (
    COUNT,
    FLAG,
    NUMBER,
    PERCENT,
    TEXT,
    ChoiceShape,
    CountShape,
    Word,
    WordShape,
)
from paucity.sources import SOURCE, Accepted, Source
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.text import Value


UNITS = ("patients", "courses", "cases")
"""What is counted; figures in different units are never added."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as written and as parsed."""

    text: str
    node: Node


@dataclass(frozen=True, slots=True)
class ExpressionShape:
    """An expression of the review language."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> Expression | None:
        if not isinstance(value, str):
            reading.fault("not-an-expression", at, f"`{key}` should be an expression")
            return None
        try:
            return Expression(value, parse(value))
        except ExpressionError as error:
            place = at + error.column
            reading.fault("not-an-expression", place, f"`{value}`: {error.message}", error.hint)
            return None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        definitions.setdefault(
            "expression", {"type": "string", "description": "an expression: patients >= 2"}
        )
        return {"$ref": "#/$defs/expression"}


EXPRESSION = ExpressionShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Record):
    """One eligibility criterion."""

    require: Expression = need(EXPRESSION, "what must hold: `year >= 2000`")
    label: str = opt(TEXT, "how to print it", "")
    source: Source | None = opt(SOURCE, "where a source states it")


CRITERION = RecordShape(lambda: Criterion, shorthand="require")


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaSet(Record):
    """A named set of eligibility criteria, at the level of report, cohort and agent."""

    label: str = opt(TEXT, "how to print it", "")
    based_on: str = opt(TEXT, "another set, whose criteria apply unless replaced by name", "")
    drop: tuple[str, ...] = many(TEXT, "criteria of that set that do not apply")
    report: Mapping[str, Criterion] = table(CRITERION, "criteria a report must meet")
    cohort: Mapping[str, Criterion] = table(CRITERION, "criteria a cohort must meet")
    agent: Mapping[str, Criterion] = table(CRITERION, "criteria an agent must meet across reports")
    source: Source | None = opt(SOURCE, "where a source states it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Record):
    """A conclusion, and the test that the evidence must pass for it to stand."""

    says: str = need(TEXT, "the conclusion, in a few words")
    about: Expression | None = opt(
        EXPRESSION, "which cohorts it is about; included ones by default"
    )
    among: str = opt(
        ChoiceShape(("included", "established", "all")),
        "which evidence it is drawn from",
        "included",
    )
    each: bool = opt(FLAG, "true: the test must hold for every cohort by itself", default=False)
    test: Expression = need(EXPRESSION, "the test: `(CR + PR) / patients between 70% and 80%`")
    source: Source | None = opt(SOURCE, "where it is printed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing(Record):
    """A study that a source names as under way."""

    registry: str = opt(TEXT, "registry number", "")
    agent: Word = need(WordShape(Kind.DRUG), "the agent")
    population: str = opt(TEXT, "who is studied", "")
    place: str = opt(TEXT, "where it is done", "")
    line: str = opt(TEXT, "line of therapy as the source takes it", "")
    source: Source | None = opt(SOURCE, "where it is named")
    registered_line: str = opt(TEXT, "line of therapy as registered", "")
    registered_in: Source | None = opt(SOURCE, "where the registration was read")
    note: str = opt(TEXT, "a remark", "")


KINDS_OF_SOURCE = (
    *("database", "register", "website", "organisation"),
    *("citation searching", "contact with authors", "other"),
)
"""Where records come from; all but databases and registers are PRISMA 2020's "other methods"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Record):
    """A search as the protocol states it."""

    database: str = need(TEXT, "the database searched, or the other source")
    kind: str = opt(ChoiceShape(KINDS_OF_SOURCE), "what kind of source it is", "database")
    files: tuple[str, ...] = many(TEXT, "its exports: `records/pubmed.nbib`")
    found: int | None = opt(COUNT, "how many records the source said it found")
    condition: tuple[str, ...] = many(TEXT, "terms for the condition, any of them")
    therapy: tuple[str, ...] = many(TEXT, "terms for therapy, any of them")
    agents: tuple[Word, ...] = many(WordShape(Kind.DRUG), "agents searched by name")
    strategy: str = opt(
        TEXT,
        "the strategy to run, in PubMed's or Ovid's syntax, limits included; or its file: "
        "`searches/pubmed.txt`",
        "",
    )
    inferred: tuple[str, ...] = many(TEXT, "what of the strategy the source does not tell")
    limits: tuple[str, ...] = many(TEXT, "limits: language, years")
    date: str = opt(TEXT, "date of the search, if stated", "")
    also: tuple[str, ...] = many(TEXT, "other ways: reference lists, experts")
    unstated: tuple[str, ...] = many(TEXT, "what is not stated about it")
    source: Source | None = opt(SOURCE, "where it is stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Record):
    """The question of the review."""

    population: str = opt(TEXT, "who", "")
    status: Word | None = opt(WordShape(Kind.STATUS), "disease status the title speaks of")
    intervention: str = opt(TEXT, "what therapy", "")
    outcome: str = opt(TEXT, "what outcome", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Population(Record):
    """A population for the map of what is not known."""

    is_: Expression = need(EXPRESSION, 'who belongs to it: `disease is "primary HLH"`')
    label: str = opt(TEXT, "how to print it", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Record):
    """One level of the response scale."""

    label: str = need(TEXT, "its name in full")
    responder: bool = opt(FLAG, "true if people at this level count as responders", default=False)
    outside: bool = opt(
        FLAG, "true for what is no response level (died, not evaluable)", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefBefore(Record):
    """The prior of a Bayesian analysis, on the log-odds scale."""

    mean: Decimal = opt(NUMBER, "mean of the median study's log odds; 0 is 50%", Decimal(0))
    sd: Decimal = opt(NUMBER, "its standard deviation", Decimal("1.5"))
    scale: Decimal = opt(NUMBER, "scale of the spread between studies (half-normal)", Decimal(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis(Record):
    """One analysis of the plan: what is counted, in whom, and what may be put together."""

    label: str = opt(TEXT, "how to print it", "")
    levels: tuple[str, ...] = many(TEXT, "levels that count; the responders', if left out")
    by: str = opt(
        ChoiceShape(("agent", "population", "all")), "what the rows are grouped by", "agent"
    )
    unit: str = opt(ChoiceShape(UNITS), "what is counted; other units are left out", "patients")
    criteria: str = opt(TEXT, "the set of eligibility criteria; the main one, if left out", "")
    about: Expression | None = opt(EXPRESSION, "only cohorts of this kind: `age_group is adult`")
    definitions: str = opt(
        ChoiceShape(("apart", "together")),
        "apart: responses judged by different definitions are not pooled (the default); "
        "together: they are, and it is said beside the number",
        "apart",
    )
    judged: str = opt(
        ChoiceShape(("any", "by rule", "in words")),
        "by rule: only responses judged by a definition that states a rule; in words: only by one "
        "that does not",
        "any",
    )
    unpublished: bool = opt(FLAG, "false leaves personal communications out", default=True)
    method: str = opt(
        ChoiceShape(("auto", "bayes", "glmm", "beta-binomial", "inverse variance", "ordinal")),
        "how to pool; auto is Bayesian where studies are few or sparse; ordinal takes all levels "
        "of the scale into one model",
        "auto",
    )
    minimum: int = opt(COUNT, "least number of studies to pool", 3)
    prior: BeliefBefore | None = opt(RecordShape(lambda: BeliefBefore), "the prior, if Bayesian")
    threshold: Decimal = opt(
        PERCENT,
        "the percentage that a conclusion says is exceeded, for its tipping point",
        Decimal(50),
    )


LEVELS_OF_CERTAINTY = ("high", "moderate", "low", "very low")
"""GRADE's levels of certainty, best first (Guyatt et al. 2008, BMJ 336:924)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDown(Record):
    """A reason to be less certain."""

    for_: str = need(
        ChoiceShape(
            ("risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias")
        ),
        "the domain of GRADE",
    )
    steps: int = opt(COUNT, "how many levels down: 1 or 2", 1)
    why: str = need(TEXT, "the ground of the judgement")
    source: Source | None = opt(SOURCE, "where the ground stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty(Record):
    """How certain the evidence on one agent and outcome is, judged by the domains of GRADE."""

    agent: Word = need(WordShape(Kind.DRUG), "the agent")
    analysis: str = opt(TEXT, "the analysis whose outcome is meant; the first, if left out", "")
    starts: str = opt(
        ChoiceShape(LEVELS_OF_CERTAINTY),
        "the level begun at: high for randomised trials, low for all else",
        "low",
    )
    level: str = need(ChoiceShape(LEVELS_OF_CERTAINTY), "the level arrived at")
    down: tuple[StepDown, ...] = many(RecordShape(lambda: StepDown), "reasons for each step down")
    by: str = opt(TEXT, "who judged", "this review")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCounts(Record):
    """Counts of the flow as a source states them, box by box of PRISMA 2020."""

    databases: int | None = opt(COUNT, "records identified from databases")
    registers: int | None = opt(COUNT, "records identified from registers")
    duplicates: int | None = opt(COUNT, "duplicates removed before screening")
    automatic: int | None = opt(COUNT, "records marked as ineligible by automation tools")
    removed_otherwise: int | None = opt(COUNT, "records removed for other reasons")
    screened: int | None = opt(COUNT, "records screened")
    excluded: int | None = opt(COUNT, "records excluded on title and abstract")
    sought: int | None = opt(COUNT, "reports sought for retrieval")
    not_retrieved: int | None = opt(COUNT, "reports not retrieved")
    assessed: int | None = opt(COUNT, "reports assessed for eligibility")
    excluded_reports: Mapping[str, int] = table(COUNT, "reports excluded, by reason")
    studies: int | None = opt(COUNT, "new studies included")
    reports: int | None = opt(COUNT, "reports of new studies included")
    source: Source | None = opt(SOURCE, "where the counts are stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous(Record):
    """What an earlier version of the review had included."""

    studies: int | None = need(COUNT, "studies included in the previous version")
    reports: int | None = opt(COUNT, "reports of these studies")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningPlan(Record):
    """How records are screened."""

    reviewers: int = opt(CountShape(1, 2), "how many decide about each record: 1 or 2", 2)
    reasons: tuple[str, ...] = many(
        TEXT, "reasons for exclusion, the first that applies first; any, if left out"
    )
    settled_by: str = opt(TEXT, "the reviewer whose vote settles a conflict", "")
    previous: Previous | None = opt(
        RecordShape(lambda: Previous, shorthand="studies"), "of an updated review"
    )
    removed_otherwise: int = opt(
        COUNT, "records removed before screening for other reasons, not among the exports", 0
    )
    counts: FlowCounts | None = opt(
        RecordShape(lambda: FlowCounts), "the flow as the source states it"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol(Record):
    """A review's protocol: the file review.yaml."""

    title: str = need(TEXT, "title of the review")
    version: str = opt(TEXT, "version of the review, as its authors count", "")
    authors: tuple[str, ...] = many(TEXT, "authors of the review")
    question: Question | None = opt(RecordShape(lambda: Question), "the question")
    background: tuple[str, ...] = many(TEXT, "paragraphs for the report's opening")
    scale: Mapping[str, Level] = table(
        RecordShape(lambda: Level, shorthand="label"), "the response scale, best level first"
    )
    searches: tuple[Search, ...] = many(RecordShape(lambda: Search), "the searches")
    screening: ScreeningPlan | None = opt(
        RecordShape(lambda: ScreeningPlan), "how records are screened"
    )
    criteria: Mapping[str, CriteriaSet] = table(
        RecordShape(lambda: CriteriaSet), "named sets of eligibility criteria"
    )
    main: str = opt(TEXT, "the set of criteria the report rests on; the first, if left out", "")
    established: tuple[str, ...] = many(
        TEXT, "cohorts of established therapy, for context: `study/cohort`"
    )
    causes: tuple[Word, ...] = many(WordShape(Kind.GENE), "genes that cause the disease")
    populations: Mapping[str, Population] = table(
        RecordShape(lambda: Population, shorthand="is"), "populations for the map of what is known"
    )
    claims: Mapping[str, Claim] = table(RecordShape(lambda: Claim), "conclusions and their tests")
    analyses: Mapping[str, Analysis] = table(
        RecordShape(lambda: Analysis), "the analysis plan; responders by agent, if left out"
    )
    certainty: tuple[Certainty, ...] = many(
        RecordShape(lambda: Certainty), "how certain the evidence is, by agent and outcome"
    )
    ongoing: tuple[Ongoing, ...] = many(RecordShape(lambda: Ongoing), "studies under way")
    accepted: tuple[Accepted, ...] = many(RecordShape(lambda: Accepted), "accepted findings")
