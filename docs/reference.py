"""Make the pages of the reference from the code."""  # noqa: INP001

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import audit
import click
from checking import checks_page, findings_page
from fielding import declared, fields_page
from words import noun, plain

from paucity.cli import main
from paucity.dosing.english import describe_regimen
from paucity.dosing.library import library_regimens, load_library_regimen
from paucity.evidence.facts import COHORT_NAMES
from paucity.evidence.model import Cohort
from paucity.expression import ExpressionError, parse, say
from paucity.report.tables import TABLES
from paucity.response import library_definitions, say_definition
from paucity.response.language import LIMITS, STATES
from paucity.response.rules import QUANTITIES
from paucity.vocabulary import Kind, Term, bundled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MADE = "<!-- Made by docs/generate.py from the code; do not edit. -->\n\n"


def reference() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every page of the reference."""
    pages: dict[str, Callable[[], Iterable[str]]] = {
        "checks": checks_page,
        "findings": findings_page,
        "fields": fields_page,
        "expressions": _expressions,
        "commands": _commands,
        "tables": _tables,
        "vocabulary": _vocabulary,
        "definitions": _definitions,
        "regimens": _regimens,
    }
    for name, make in pages.items():
        yield name, MADE + "\n".join(make()).rstrip() + "\n"


# -- expressions -------------------------------------------------------------------------------

COHORT = {
    "disease": '`disease is "primary HLH"`: it, or a kind of it',
    "trigger": "`trigger is not malignancy`",
    "status": "`status is refractory`",
    "age_group": "`age_group is pediatric`",
    "prior": "`prior includes corticosteroid`: any drug of the class, or a combination with one",
    "concomitant": "`concomitant includes cyclosporine`",
    "agent": "`agent is ATG`: the agent under which the therapy is grouped",
    "line": "`line is second`",
    "response_to_prior": "`response_to_prior is NR`",
    "design": '`design is "case series"`: the very word; kinds are not followed',
    "language": "`language is English`",
    "study": "`study is alder-2012`",
    "cohort": "`cohort is after-steroid`",
    "time_on_prior": "`time_on_prior >= 14 d`",
    "since_prior": "`since_prior < 1 mo`",
    "patients": "`patients >= 2`",
    "courses": "`courses >= 2`",
    "cases": "`cases >= 2`",
    "year": "`year >= 2000`",
}
AGENT = {
    "patients": "distinct eligible people across reports, bounds where they may overlap",
    "reports": "studies with an eligible cohort",
    "cohorts": "eligible cohorts",
    "agent": "`agent is ATG`, to treat one agent differently",
}
CLAIM = {
    "a level of the scale": "people at that level: `CR`, `PR`, `NR`",
    "assessed": "everyone at any level that is told",
    "patients": "distinct people",
    "courses": "courses of therapy",
    "cohorts": "cohorts",
    "reports": "studies",
    "agents": "agents",
    'event("fever")': "people or courses with an adverse event, after therapy or whenever told",
    'before("fever")': "the same, told before therapy",
    'after("fever")': "the same, told after therapy",
    'outcome("relapse")': "people or courses with an outcome",
}
QUANTITY = {
    "baseline": "the value before therapy",
    "value": "the value later",
    "change": "value less baseline",
    "percent_change": "change in percent of the baseline: `-25` is a fall by a quarter",
    "fold_decrease": "baseline divided by value",
    "fold_increase": "value divided by baseline",
}
EXAMPLES = (
    "year >= 2000 and language is English",
    "prior includes corticosteroid and (prior includes etoposide or prior includes ATG)",
    "trigger is not malignancy",
    'disease is "primary HLH" or not status is refractory',
    "(CR + PR) / patients between 70% and 80%",
    "(CR + PR) / patients within 5% of 75%",
    'after("EBV viremia") <= before("EBV viremia")',
    "percent_change >= 100 and value > 0.5",
    "at least 2 improved",
    "all normal",
    "at least 2 improved of (ferritin, platelets)",
)


def _expressions() -> Iterator[str]:
    yield "# Expressions\n"
    yield (
        "One small language serves criteria, populations, claims and definitions. An expression"
        " that cannot be read gives [not-an-expression](findings.md#not-an-expression) at its"
        " column.\n"
    )
    yield "| Written | Meaning |"
    yield "|---|---|"
    rows = (
        ("`a and b`, `a or b`, `not a`, `( )`", "logic; `and` binds closer than `or`"),
        ("`< <= > >= == !=`", "compare two numbers"),
        ("`x between 1 and 2`", "at least 1 and at most 2"),
        ("`x within 5% of 75%`", "at most 5 percentage points away"),
        ("`x is word`, `x is not word`", "it is that word, or a kind of it"),
        ("`x includes word`", "one of several is that word, or a kind of it"),
        ('`"rabbit ATG"`', "a term of several words stands in quotes"),
        ("`50%`, `14 d`, `0.5`", "a percentage, a time, a number"),
        ("`+ - * /`", "arithmetic"),
        ("`at least 2 improved`, `all normal`, `any present`", "in definitions: how many markers"),
    )
    yield from (f"| {a} | {b} |" for a, b in rows)
    yield "\n## Said in English\n"
    yield "| Expression | In English |"
    yield "|---|---|"
    for text in EXAMPLES:
        yield f"| `{text}` | {plain(say(_parsed(text)))} |"
    yield "\n## Cohorts\n"
    yield (
        "In the `report` and `cohort` criteria, the populations and `about` of a claim. What is not"
        " told is unknown, and unknown is not no. A fact true of part of a cohort is true of that"
        " many.\n"
    )
    yield from _names({name: COHORT[name] for name in COHORT_NAMES})
    yield "\nWhat the fields themselves say:\n"
    docs = dict(declared(Cohort))
    for name in COHORT_NAMES:
        if name in docs:
            yield f"- `{name}`: {docs[name]['doc']}"
    yield "\n## Agents\n\nIn the `agent` criteria, across reports.\n"
    yield from _names(AGENT)
    yield "\n## Claims\n\nIn `test` of a claim, over the cohorts it is about.\n"
    yield from _names(CLAIM)
    yield "\n## Definitions\n\nIn the rules of a marker.\n"
    yield from _names({name: QUANTITY[name] for name in sorted(QUANTITIES)})
    limits = ", ".join(f"`{x}`" for x in sorted(LIMITS))
    states = ", ".join(f"`{x}`" for x in sorted(STATES))
    yield f"\nReference limits that come with the data: {limits}."
    yield f"\nStates a marker can be in: {states}."
    yield (
        "\nLevels count markers in a state (`at least 2 improved`, `all normal`), name one (`fever"
        " is resolved`), or take the rest (`otherwise`). A diagnosis asks for criteria in the same"
        " way (`at least 5 met of (fever, cytopenia, ferritin)`, `cytopenia is met`), a score for"
        " its sum (`score >= 169`)."
    )
    yield (
        "\nAge is compared with a time (`age < 4 wk`), in a band's `when` or in its rule. The name"
        " of a parameter stands for its number or rule."
    )


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except ExpressionError as error:
        raise ValueError(f"{text}: {error.message}") from error


def _names(told: dict[str, str]) -> Iterator[str]:
    yield "| Name | What it is |"
    yield "|---|---|"
    for name, text in told.items():
        shown = name if " " in name else f"`{name}`"
        yield f"| {shown} | {text} |"


# -- commands ----------------------------------------------------------------------------------


def commands() -> dict[str, click.Command]:
    """Return every command by its name; those of a group after it, by both names."""
    out: dict[str, click.Command] = {}
    for name, command in sorted(main.commands.items()):
        out[name] = command
        if isinstance(command, click.Group):
            out |= {f"{name} {inner}": c for inner, c in sorted(command.commands.items())}
    return out


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield (
        "Exit codes: 0 nothing is wrong, 1 there are findings, 2 the command was misused or there"
        " is no review to read, 130 it was interrupted.\n"
    )
    top = click.Context(main, info_name="paucity", terminal_width=90, **main.context_settings)
    yield f"```text\n{main.get_help(top)}\n```"
    for name, command in commands().items():
        context = click.Context(command, info_name=name, parent=top, terminal_width=90)
        yield f"\n## {name}\n"
        yield f"```text\n{command.get_help(context)}\n```"


# -- tables ------------------------------------------------------------------------------------


def _tables() -> Iterator[str]:
    yield "# Tables\n"
    yield (
        "`paucity table NAME` prints one; `paucity build` writes all that have something to show. A"
        " table is data first: each cell knows the line it came from. Columns that depend on the"
        " review (one for each level of its scale, one for each population) are shown as in the"
        " bundled review.\n"
    )
    review = audit.bundled()
    for name, make in TABLES.items():
        table = make(review)
        yield f"## {name}\n"
        yield f"{table.title}: {noun((make.__doc__ or '').strip().split(chr(10) * 2)[0])}\n"
        yield f"Columns: {', '.join(c.label or c.key for c in table.columns)}.\n"


# -- vocabulary --------------------------------------------------------------------------------


def _vocabulary() -> Iterator[str]:
    yield "# Vocabulary\n"
    yield (
        "The words that come with paucity, by kind. A word that is *a kind of* another is taken for"
        " it where a criterion asks: `prior includes corticosteroid` is met by prednisone. Case and"
        " extra spaces do not matter. A review adds its own words: {doc}`../howto/vocabulary`."
    )
    for kind in Kind:
        yield f"\n## {kind}\n"
        yield "| Word | Also written | Is a kind of | More |"
        yield "|---|---|---|---|"
        for term in bundled().terms(kind):
            also = ", ".join(term.synonyms)
            yield f"| {term.name} | {also} | {', '.join(term.broader)} | {_more(term)} |"
    yield "\n## Where the facts are from\n"
    for source in dict.fromkeys(t.source for t in bundled() if t.source):
        yield f"- {source}"


def _more(term: Term) -> str:
    """Return a term's codes, components and other facts."""
    out = [f"{system} {code}" for system, code in term.codes.items()]
    if term.components:
        out.append(f"made of {', '.join(term.components)}")
    for name, value in term.extra.items():
        text = value if isinstance(value, str) else ", ".join(value)
        out.append(f"{name.replace('_', ' ')}: {text}")
    return "; ".join(out).replace("|", "\\|")


# -- definitions and regimens ------------------------------------------------------------------


def _definitions() -> Iterator[str]:
    yield "# Definitions\n"
    yield (
        "The definitions that come with paucity, said in English. A study names one by its heading"
        " here (`definition: wang-2015`). A review's own stand in its folder definitions/:"
        " {doc}`../howto/definitions`."
    )
    for definition in library_definitions():
        yield f"\n## {definition.name}\n"
        if definition.cites:
            yield f"{'; '.join(definition.cites)}\n"
        for line in say_definition(definition):
            yield f"- {plain(line.text)}"


def _regimens() -> Iterator[str]:
    yield "# Regimens\n"
    yield (
        "The dose schedules that come with paucity, as their sources print them. For review and"
        " research; not advice for a patient's care. A therapy names one (`regimen: dep`). A"
        " review's own stand in its folder regimens/: {doc}`../howto/regimens`."
    )
    for name in library_regimens():
        regimen, _ = load_library_regimen(name, bundled())
        if regimen is None:
            raise ValueError(name)
        yield f"\n## {name}\n"
        citation = regimen.citation
        if citation is not None and citation.authors:
            yield f"{citation.authors[0]} et al., {citation.journal} {citation.year}.\n"
        yield from (f"- {plain(part)}" for part in describe_regimen(regimen).split("; "))
        if regimen.unstated:
            yield f"- not stated: {'; '.join(regimen.unstated)}"
