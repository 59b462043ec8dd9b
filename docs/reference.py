"""Make the reference from the code: checks, findings, fields, expressions, commands and the rest."""  # noqa: INP001, E501

from __future__ import annotations

import re
from dataclasses import fields as dataclass_fields
from functools import cache
from inspect import cleandoc, getdoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import audit
import click
import codes
import yaml

from paucity.cli import main
from paucity.dosing import DOSE_CHECKS, REGIMEN_CHECKS
from paucity.dosing.english import describe_regimen
from paucity.dosing.library import library_regimens, load_library_regimen
from paucity.dosing.model import AmountShape, DaysShape, TaperShape
from paucity.evidence.checks import REVIEW_CHECKS, STUDY_CHECKS
from paucity.evidence.facts import COHORT_NAMES
from paucity.evidence.model import Cohort
from paucity.expression import ExpressionError, parse, say
from paucity.protocol import ExpressionShape
from paucity.record import ListShape, Record, RecordShape, TableShape
from paucity.report.tables import TABLES
from paucity.response import (
    DEFINITION_CHECKS,
    LIBRARY_CHECKS,
    library_definitions,
    say_definition,
)
from paucity.response.language import LIMITS, STATES, RuleShape
from paucity.response.model import MarkersShape, SignShape, WindowShape
from paucity.response.rules import QUANTITIES
from paucity.review import load_review
from paucity.schemas import KINDS
from paucity.shapes import (
    ChoiceShape,
    CountShape,
    DurationShape,
    FlagShape,
    NumberShape,
    TextShape,
    WordShape,
)
from paucity.spread import RangeShape, SpreadShape
from paucity.vocabulary import Kind, Term, bundled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from paucity.text import Finding

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py from the code; do not edit. -->\n\n"


def reference() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every page of the reference."""
    pages: dict[str, Callable[[], Iterable[str]]] = {
        "checks": _checks,
        "findings": _findings,
        "fields": _fields,
        "expressions": _expressions,
        "commands": _commands,
        "tables": _tables,
        "vocabulary": _vocabulary,
        "definitions": _definitions,
        "regimens": _regimens,
    }
    for name, make in pages.items():
        yield name, MADE + "\n".join(make()).rstrip() + "\n"


# -- checks ------------------------------------------------------------------------------------


class Documented:
    """One check: its code, how bad its findings are, what it says, and which group it is of."""

    def __init__(self, code: str, severities: tuple[str, ...], doc: str, group: str) -> None:
        self.code = code
        self.severities = severities
        self.doc = doc
        self.group = group

    @property
    def title(self) -> str:
        """Return the first line of the documentation."""
        return _noun(self.doc.split("\n", 1)[0].rstrip("."))


def _noun(sentence: str) -> str:
    """Return what an imperative sentence of a docstring is about."""
    rest = re.sub(r"^(Find|Report|Return) ", "", sentence)
    return rest[:1].upper() + rest[1:]


_GROUPS = {
    "counts": "Counts",
    "percents": "Percentages",
    "events": "Events and outcomes",
    "people": "People counted twice",
    "population": "Who the people are",
    "references": "Names, places and citations",
    "responses": "Responses",
    "review": "The review as a whole",
}


@cache
def checks() -> list[Documented]:
    """Return every check of the product, in groups."""
    out = [
        Documented(c.code, (c.severity.value,), c.doc, _GROUPS[c.look.__module__.rsplit(".")[-1]])
        for c in (*STUDY_CHECKS, *REVIEW_CHECKS)
    ]
    lint = [(f, "Definitions") for f in DEFINITION_CHECKS]
    lint += [(f, "Definitions together") for f in LIBRARY_CHECKS]
    for function, group in lint:
        code = function.__name__.replace("_", "-")
        found = codes.severities(function.__module__, function.__name__)
        out.append(Documented(code, found, _prose(function), group))
    for doses, group in ((DOSE_CHECKS, "Doses"), (REGIMEN_CHECKS, "Dose schedules")):
        for code, function in doses.items():
            found = codes.severities(function.__module__, function.__name__)
            out.append(Documented(code, found, _prose(function), group))
    order = [*_GROUPS.values(), "Definitions", "Definitions together", "Doses", "Dose schedules"]
    return sorted(out, key=lambda c: order.index(c.group))


def _prose(function: object) -> str:
    """Return a docstring without its arguments and examples."""
    doc = cleandoc(getdoc(function) or "")
    return re.split(r"\n\n(?=Args:|Yields:|Returns:|Raises:|>>>)", doc)[0]


def _checks() -> Iterator[str]:
    yield "# Checks"
    yield ""
    yield (
        "Every number is held against every other. Each check has a code, a severity, and its"
        " documentation in the code, which is what stands here. Where the bundled review shows the"
        " fault, the message is given as an example. {doc}`findings` lists every code, with those"
        " that come from reading the files."
    )
    group = ""
    for check in checks():
        if check.group != group:
            group = check.group
            yield f"\n## {group}"
        yield f"\n### {check.code}\n"
        yield f"*{' or '.join(check.severities)}*\n"
        yield _noun(check.doc)
        example = _example_of(check.code)
        if example:
            yield f"\nIn the bundled review: {_plain(example)}"


def _example_of(code: str) -> str:
    """Return the first message of a code in the bundled review."""
    for key, told in audit.messages().items():
        if key.partition(" ")[0] == code:
            return told[0]
    return ""


def _plain(text: str) -> str:
    """Return a message that Markdown prints as it is."""
    return re.sub(r"(?<!`)([<>*_\[\]])(?![^`]*`(?:[^`]*`[^`]*`)*[^`]*$)", r"\\\1", text)


# -- findings ----------------------------------------------------------------------------------


@cache
def readings() -> dict[str, dict[str, Any]]:
    """Return what is written of the findings that no check makes."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((DOCS / "reading.yaml").read_text("utf-8"))
    return loaded


@cache
def made(code: str) -> Finding | None:
    """Return the finding that the example of a code gives, None if it has no example."""
    example = readings()[code].get("example")
    if example is None:
        return None
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"review.yaml": "title: An example\n", **example}.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        review = load_review(root)
    return next(f for f in review.findings if f.code == code)


def _findings() -> Iterator[str]:
    documented = {c.code: c for c in checks()}
    told = readings()
    yield "# Findings\n"
    yield (
        "Every code that a finding can have. An *error* is something that cannot be: a file that"
        " cannot be read, a name that points at nothing, more responders than people. A *warning*"
        " is something that does not fit. A *note* is something to know. Errors and warnings make"
        " `paucity check` exit with 1; notes do not.\n"
    )
    yield "| Code | Severity | What it says |"
    yield "|---|---|---|"
    for code in sorted({*documented, *told}):
        if code in documented:
            check = documented[code]
            link = f"[{code}](checks.md#{code})"
            yield f"| {link} | {' or '.join(check.severities)} | {check.title} |"
        else:
            entry = _entry(code)
            says = entry["says"].split(". ")[0].rstrip(".")
            yield f"| [{code}](#{code}) | {_severity(code)} | {says} |"
    group = ""
    for code in told:
        entry = _entry(code)
        if entry["group"] != group:
            group = entry["group"]
            yield f"\n## {group}"
        yield f"\n### {code}\n"
        yield f"{entry['says']}\n"
        yield f"What to do: {entry['do'][0].lower()}{entry['do'][1:]}"
        finding = made(code)
        if finding is not None:
            example = entry["example"].get(finding.span.file, "")
            if example:
                yield f"\n```{{code-block}} yaml\n:caption: {finding.span.file}\n"
                yield f"{example.rstrip()}\n```"
            hint = f" ({finding.hint})" if finding.hint else ""
            yield f"\n> {finding.span}: {finding.message}{hint}".replace("<", "\\<")


def _entry(code: str) -> dict[str, Any]:
    entry = readings()[code]
    base = readings()[entry["same_as"]] if "same_as" in entry else {}
    return {**base, **entry}


def _severity(code: str) -> str:
    finding = made(code)
    return finding.severity.value if finding is not None else "error"


# -- fields ------------------------------------------------------------------------------------


def kind_of(shape: object) -> str:
    """Return what a field takes, in words."""
    match shape:
        case ListShape(item=item):
            return f"one or a list: {kind_of(item)}"
        case TableShape(item=item):
            return f"names, each with: {kind_of(item)}"
        case RecordShape():
            name = titles()[shape.cls()]
            short = f", or just its `{shape.shorthand}`" if shape.shorthand else ""
            return f"[{name}](#{_slug(name)}){short}"
        case WordShape(kind=kind):
            article = "an" if kind[0] in "aeiou" else "a"
            return f"{article} [{kind}](vocabulary.md#{_slug(kind)})"
        case ChoiceShape(words=words):
            return " or ".join(f"`{w}`" for w in words)
        case NumberShape():
            return shape.what
        case SpreadShape():
            return "a time, several, or a [Spread](#spread)"
        case MarkersShape():
            return "markers by name, each with its rules: [Marker](#marker), [Band](#band)"
    simple: dict[type, str] = {
        TextShape: "words",
        CountShape: "a whole number",
        FlagShape: "`true` or `false`",
        DurationShape: "a time with its unit: `14 d`, `2 wk`, `6 mo`",
        ExpressionShape: "an [expression](expressions.md)",
        RuleShape: "a [rule](expressions.md#definitions)",
        AmountShape: "an amount: `2 mg/kg/day`, `25 or 50 mg/kg per course`",
        DaysShape: "days: `1`, `1-3`, `[1, 8, 15]`",
        TaperShape: "words, or `true`",
        WindowShape: "a time with its unit, or `unstated`",
        SignShape: "words, as printed",
        RangeShape: "two times: `[2 d, 10 d]`",
    }
    return simple[type(shape)]


def _inner(shape: object) -> Iterator[type[Record]]:
    """Yield the records that a field's value is made of."""
    match shape:
        case ListShape(item=item) | TableShape(item=item):
            yield from _inner(item)
        case RecordShape():
            yield shape.cls()
        case SpreadShape():
            from paucity.spread import Spread

            yield Spread
        case MarkersShape():
            from paucity.response.model import Band, Marker

            yield from (Marker, Band)


def _declared(cls: type[Record]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record that stand in the text, with how they are declared."""
    for field in dataclass_fields(cls):
        if "shape" in field.metadata:
            yield field.name.rstrip("_"), field.metadata


def records() -> list[type[Record]]:
    """Return every record that a review's files are made of, files first."""
    todo = [cls for cls, _ in KINDS.values()]
    seen: list[type[Record]] = []
    while todo:
        cls = todo.pop(0)
        if cls in seen:
            continue
        seen.append(cls)
        todo += [c for _, meta in _declared(cls) for c in _inner(meta["shape"])]
    return seen


_FILES = {
    "Study": "`studies/*.yaml`: one study each; the file's name is the study's.",
    "Protocol": "`review.yaml`: the protocol.",
    "SourceDocument": "`sources/*.yaml`: a document that studies were read in.",
    "Definition": "`definitions/*.yaml`: a response definition.",
    "Regimen": "`regimens/*.yaml`: a dose schedule.",
}


_WHOSE = {"protocol": "of the protocol", "model": "of a definition"}


@cache
def titles() -> dict[type[Record], str]:
    """Return the heading of every record; where two have one name it says what they belong to."""
    names = [cls.__name__ for cls in records()]
    return {
        cls: cls.__name__
        if names.count(cls.__name__) == 1
        else f"{cls.__name__} {_WHOSE[cls.__module__.rsplit('.')[-1]]}"
        for cls in records()
    }


def _fields() -> Iterator[str]:
    yield "# Fields\n"
    yield (
        "What each file may say. A field in bold must be there. *One or a list* means that a"
        " single value needs no brackets; *or just its ...* that a bare word stands for a whole"
        " entry: `source: Table 2` is `source: {at: Table 2}`. The same list is in the JSON Schema"
        " that `paucity schema` prints. What vocabulary files may say is in"
        " {doc}`../howto/vocabulary`."
    )
    for cls, title in titles().items():
        yield f"\n## {title}\n"
        doc = (cls.__doc__ or "").strip().split("\n")[0]
        yield f"{_FILES.get(title, doc)}\n"
        yield "| Field | What it is | What it takes |"
        yield "|---|---|---|"
        for name, meta in _declared(cls):
            shown = f"**{name}**" if meta.get("required") else name
            doc = meta["doc"].replace("|", "\\|")
            yield f"| {shown} | {doc} | {kind_of(meta['shape']).replace('|', chr(92) + '|')} |"


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
        yield f"| `{text}` | {_plain(say(_parsed(text)))} |"
    yield "\n## Cohorts\n"
    yield (
        "In the `report` and `cohort` criteria, the populations and `about` of a claim. What is not"
        " told is unknown, and unknown is not no. A fact true of part of a cohort is true of that"
        " many.\n"
    )
    yield from _names({name: COHORT[name] for name in COHORT_NAMES})
    yield "\nWhat the fields themselves say:\n"
    docs = dict(_declared(Cohort))
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
        " is resolved`), or take the rest (`otherwise`)."
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
    """Return every command by its name."""
    return dict(sorted(main.commands.items()))


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield (
        "Exit codes: 0 nothing is wrong, 1 there are findings, 2 the command was misused or there"
        " is no review to read.\n"
    )
    top = click.Context(main, info_name="paucity", terminal_width=90)
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
        yield f"{table.title}: {_noun((make.__doc__ or '').strip().split(chr(10) * 2)[0])}\n"
        yield f"Columns: {', '.join(c.label or c.key for c in table.columns)}.\n"


# -- vocabulary --------------------------------------------------------------------------------


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


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
            yield f"- {_plain(line.text)}"


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
        yield from (f"- {_plain(part)}" for part in describe_regimen(regimen).split("; "))
        if regimen.unstated:
            yield f"- not stated: {'; '.join(regimen.unstated)}"
