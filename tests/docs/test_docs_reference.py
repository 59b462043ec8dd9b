"""The reference is what the code says, and leaves nothing out."""

import audit
import checking
import click
import codes
import fielding
import generate
import pytest
import reference

from paucity.evidence.claims import Numbers
from paucity.evidence.cohorts import Family
from paucity.evidence.facts import COHORT_NAMES, CohortFacts, FactError
from paucity.evidence.model import Cohort, Study
from paucity.expression import parse
from paucity.protocol import Level, Protocol
from paucity.record import document_schema
from paucity.response.rules import QUANTITIES
from paucity.schemas import KINDS
from paucity.sources import Citation
from paucity.vocabulary import bundled
from paucity.vocabulary.load import _FACTS, _FIELDS

# ibis asks DuckDB for Arrow tables by a name that DuckDB 2 is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def test_the_committed_pages_are_what_the_generator_writes():
    for path, text in generate.generated():
        same = path.exists() and path.read_text(encoding="utf-8") == text
        assert same, f"{path.name} is not up to date: run docs/generate.py"


def test_every_finding_code_is_documented():
    documented = {check.code for check in checking.checks()} | set(checking.readings())
    assert codes.used() - documented == set()


def test_no_code_is_documented_that_no_finding_has():
    of_checks = {check.code for check in checking.checks()}
    assert set(checking.readings()) - codes.used() == set()
    assert {c for c in of_checks - codes.used() if "-" in c} == set()


def test_no_code_is_documented_twice():
    assert {c.code for c in checking.checks()} & set(checking.readings()) == set()


@pytest.mark.parametrize("check", checking.checks(), ids=lambda c: c.code)
def test_every_check_says_what_it_finds_and_how_bad_it_is(check):
    assert len(check.title) > 15
    assert check.severities


@pytest.mark.parametrize("code", checking.readings())
def test_every_reading_finding_has_an_example_that_makes_it(code):
    entry = checking.readings()[code]
    assert entry.get("without") or checking.made(code) is not None


def test_every_field_is_on_its_page():
    page = (generate.DOCS / "reference" / "fields.md").read_text(encoding="utf-8")
    sections = {}
    for part in page.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        sections[title] = body
    for cls, title in fielding.titles().items():
        for name, _ in fielding.declared(cls):
            assert f"| {name} |" in sections[title] or f"| **{name}** |" in sections[title]


def test_every_record_of_the_schemas_is_on_the_page():
    named = {cls.__name__ for cls in fielding.records()}
    for cls, title in KINDS.values():
        schema = document_schema(cls, title)
        records = {n for n, s in schema["$defs"].items() if s.get("type") == "object"}
        assert records - named == set()


def test_every_field_of_vocabulary_files_is_on_its_page():
    page = (generate.DOCS / "howto" / "vocabulary.md").read_text(encoding="utf-8")
    known = {*_FIELDS, "components", "note", *(f for facts in _FACTS.values() for f in facts)}
    assert {name for name in known if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("name", reference.commands())
def test_every_command_and_option_has_help(name):
    command = reference.commands()[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_every_name_of_the_expression_language_is_explained():
    assert set(reference.COHORT) == set(COHORT_NAMES)
    assert set(reference.QUANTITY) == set(QUANTITIES)


@pytest.mark.parametrize("name", reference.COHORT)
def test_the_examples_about_cohorts_can_be_answered(name):
    study = Study(id="alder-2012", citation=Citation(), cohorts={"all": Cohort(id="all")})
    facts = CohortFacts(study, Family(study), "all", bundled())
    text = reference.COHORT[name].split("`")[1]
    assert facts.share(parse(text)) is not None
    with pytest.raises(FactError):
        facts.share(parse("weight > 50"))


def test_the_names_of_claims_are_those_a_claim_may_use():
    protocol = Protocol(title="x", scale={"CR": Level(label="complete")})
    evidence = audit.bundled().evidence
    numbers = Numbers([], type(evidence)({}, {}, bundled(), protocol))
    with pytest.raises(FactError) as raised:
        numbers.named("weight")
    told = {n for n in reference.CLAIM if "(" not in n and " " not in n}
    assert told == set(raised.value.known) - {"CR"}
    for text in (n for n in reference.CLAIM if "(" in n):
        assert numbers.number(parse(text)) is not None
