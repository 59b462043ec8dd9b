"""A definition is said in English without losing a threshold."""

from __future__ import annotations

import re

import pytest

from paucity.expression import parse
from paucity.expression.english import say_number
from paucity.expression.nodes import Number
from paucity.response import library_definitions, say_definition
from paucity.response.bands import distinct, rules_of
from paucity.response.english_rules import say_level, say_rule
from paucity.response.language import Rule, walk, written
from paucity.response.model import Level


def rule(text):
    return Rule(text=text, node=parse(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("percent_change <= -25", "down by at least 25%"),
        ("percent_change < -25", "down by more than 25%"),
        ("percent_change >= 100%", "up by at least 100%"),
        ("percent_change <= 10", "percent change is at most 10"),
        ("fold_decrease > 1.5", "down more than 1.5-fold"),
        ("fold_increase >= 2", "up at least 2-fold"),
        ("change >= 20", "up by at least 20 U"),
        ("change <= -20", "down by at least 20 U"),
        ("value <= 500", "at most 500 U"),
        ("value < 3 mmol/l", "less than 3 mmol/l"),
        ("value == 3", "value is equal to 3"),
        ("baseline > 3", "more than 3 U at baseline"),
        ("baseline is present and resolved", "present at baseline and resolved"),
        ("value is untested", "not tested"),
        ("not (normal or value > 2)", "not (normal or more than 2 U)"),
    ],
)
def test_a_rule_is_said(text, said):
    assert say_rule(rule(text), "U") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("all normal", "all markers normal"),
        ("at least 1 improved", "at least 1 marker improved"),
        ("at least 2 improved of (a, b, c)", "at least 2 of A, b and c improved"),
        (
            "a is absent and (b is normal or b is untested)",
            "A absent, and (b normal or b not tested)",
        ),
        ("not a is present", "not A present"),
        ("otherwise", "everyone else who can be judged"),
        ("a >= 5", "A is at least 5"),
    ],
)
def test_a_level_is_said(text, said):
    assert say_level(Level(rule=rule(text)), {"a": "A"}) == said


@pytest.mark.parametrize("definition", library_definitions(), ids=lambda d: d.name)
def test_every_threshold_is_said(definition):
    said = [line for line in say_definition(definition) if line.part == "markers"]
    for marker in definition.markers:
        text = " ".join(line.text for line in said if line.about == marker.name.name)
        assert marker.label in text
        for band in distinct(marker)[0]:
            for one in rules_of(band).values():
                numbers = [abs(n.value) for n in walk(one.node) if isinstance(n, Number)]
                assert all(say_number(n) in text for n in numbers)


@pytest.mark.parametrize("definition", library_definitions(), ids=lambda d: d.name)
def test_lines_are_single_sentences_without_code(definition):
    for line in say_definition(definition):
        assert line.text == " ".join(line.text.split())
        assert "_" not in line.text
        assert not re.search(r"[<>]", line.text)
        assert "=" not in line.text or line.part == "example"  # there it is arithmetic


def test_a_narrative_level_is_said_as_described():
    assert say_level(Level(described="all gone"), {}) == "all gone"
    assert say_level(Level(), {}) == "not defined"


@pytest.mark.parametrize(
    "text",
    [
        "percent_change >= 100 and (value > 5 or baseline < 2 mmol/l)",
        'all normal of (a, b) or not a is "b c"',
        "(value - baseline) / baseline > 25% and not (normal or absent)",
        "prior includes f(a, 3)",
        "at least 2 improved",
    ],
)
def test_what_is_written_parses_to_the_same_rule(text):
    assert parse(written(parse(text))) == parse(text)


def said(name):
    definition = next(d for d in library_definitions() if d.name == name)
    return {(line.part, line.about, line.text) for line in say_definition(definition)}


def test_a_diagnosis_says_its_criteria_its_parameters_and_an_example():
    lines = said("hlh-2004")
    assert (
        "criteria",
        "cytopenia",
        "cytopenia of 2 lineages: met if at least 2 of hemoglobin, platelets and ANC met",
    ) in lines
    (ferritin,) = [t for p, a, t in lines if (p, a) == ("parameters", "ferritin-rule")]
    assert ferritin == (
        "ferritin rule: at least 500 ug/l, as in PMC8212354, Table 2; elsewhere more than 500 ug/l"
        " (later copies of the table)"
    )
    hemoglobin = [t for p, a, t in lines if (p, a) == ("markers", "hemoglobin")]
    assert sorted(hemoglobin) == [
        "hemoglobin, otherwise: met if less than 90 g/l",
        "hemoglobin, where age is less than 4 wk: met if less than 100 g/l",
    ]
    (example,) = [t for p, _, t in lines if p == "example"]
    assert example.startswith("for example fever present, splenomegaly present, hemoglobin 89")
    assert "age 3 years: met; fever, spleen" in example


def test_a_score_says_its_points_its_cut_off_and_its_printed_table():
    lines = said("hscore")
    points = [t for p, a, t in lines if (p, a) == ("markers", "ferritin")]
    assert sorted(points) == [
        "ferritin: 0 points if less than 2000 ug/l",
        "ferritin: 35 points if at least 2000 ug/l and at most 6000 ug/l",
        "ferritin: 50 points if more than 6000 ug/l",
    ]
    assert ("levels", "positive", "positive: score is at least 169") in lines
    (table,) = [t for p, _, t in lines if p == "probability"]
    assert "less than 1% at 90" in table
    assert "40% at 160, 54% at 170" in table
    assert "between two rows on a straight line" in table
