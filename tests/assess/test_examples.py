"""Every worked example of the library gets its answer, from the reference and from the table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.assess.conftest import defined, library

from paucity.response import definition_names, read_definition
from paucity.response.examples import (
    answer_of,
    example_findings,
    example_settings,
    worked_out,
)
from paucity.response.series import Series
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.response.criteria import Example
    from paucity.response.settings import Settings

DEFINITIONS = [library(name) for name in definition_names()]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_every_definition_that_can_be_computed_has_examples(definition) -> None:
    assert bool(definition.examples) is (definition.basis == "rule")


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_every_example_is_answered_by_the_reference_as_worked_out_by_hand(definition) -> None:
    assert example_findings(definition, bundled()) == []


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_every_example_is_answered_alike_by_the_table(definition) -> None:
    pytest.importorskip("ibis")
    from paucity.response.assess_table import assess_table
    from paucity.response.table_series import table_of

    chosen: dict[Settings, list[tuple[Example, Series]]] = {}
    for example in definition.examples:
        series, _ = worked_out(definition, example, bundled())
        chosen.setdefault(example_settings(example), []).append((example, series))
    for settings, pairs in chosen.items():
        found = assess_table(table_of(together(s for _, s in pairs)), definition, settings)
        rows = found.levels.order_by("participant").to_pyarrow().to_pylist()
        assert len(rows) == len(pairs)
        for row, (example, _) in zip(rows, pairs, strict=True):
            assert row["result"] == example.expect
            check_score(row, example)


def together(parts: Iterable[Series]) -> Series:
    """Return the participants of several examples as one series, by number."""
    people, units = [], {}
    for number, part in enumerate(parts):
        (person,) = part.participants
        people.append(replace(person, name=f"{number:02}"))
        units |= part.units
    return Series("examples", tuple(people), units)


def check_score(row: dict[str, Any], example: Example) -> None:
    if example.score:
        least, _, most = example.score.partition(" to ")
        assert (row["score_least"], row["score_most"]) == (float(least), float(most or least))
    if example.probability:
        low, _, high = example.probability.strip("<>").partition(" to ")
        ends = {"<": (0, float(low)), ">": (float(low), 100)}
        expected = ends.get(example.probability[0], (float(low), float(high or low)))
        found = row["probability_least"], row["probability_most"]
        assert found == pytest.approx(expected, abs=0.05)  # printed to one decimal


RULE = """
kind: diagnosis
markers: {ferritin: {unit: ug/l, met: value >= 500}, fever: {met: present}}
levels: {met: ferritin is met or fever is met, not met: otherwise}
"""


def codes(example: str) -> list[tuple[str, str]]:
    text = f"{RULE}examples: [{example}]"
    _, findings = read_definition(parse_yaml(text, "mine.yaml"), bundled())
    return [(f.code, f.message) for f in findings]


def test_a_wrong_example_is_found_where_a_review_reads_its_own_definition() -> None:
    assert codes("{values: {ferritin: 500, fever: absent}, expect: met, why: at the limit}") == []
    wrong = codes("{values: {ferritin: 499, fever: absent}, expect: met, why: below}")
    assert wrong == [("example-fails", "example 1: result not met, expected met")]


@pytest.mark.parametrize(
    ("example", "says"),
    [
        ("{values: {zinc: 5}, expect: met, why: x}", "`zinc` is not a known marker"),
        ("{values: {ferritin: {soon: 5}}, expect: met, why: x}", "`soon`"),
        ("{values: {ferritin: much}, expect: met, why: x}", "`much` is not a number"),
        ("{values: {ferritin: 5 mmol/l}, expect: met, why: x}", "cannot be turned into"),
        ("{expect: met, why: x}", "it has no values"),
        ("{values: {fever: present}, expect: met, why: x, parameters: {a: 1}}", "no parameter `a`"),
    ],
)
def test_an_example_that_cannot_be_worked_out_says_why(example: str, says: str) -> None:
    ((code, message),) = codes(example)
    assert code == "example-fails"
    assert says in message


def test_an_example_may_give_units_and_days() -> None:
    definition = defined(
        RULE + "examples: [{values: {ferritin: {-2: 0.5 mg/l}, fever: {0: absent}},"
        " expect: met, why: 0.5 mg/l is 500 ug/l}]"
    )
    _, assessment = worked_out(definition, definition.examples[0], bundled())
    assert answer_of(assessment.outcomes[0]).result == "met"
