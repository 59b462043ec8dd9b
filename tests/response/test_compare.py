"""Two definitions differ where their rules do, and nowhere else."""

from __future__ import annotations

from itertools import product

import pytest

from paucity.response import Differs, differences, library_definitions, load_definition
from paucity.response.planes import Point, satisfies
from paucity.response.rules import regions

LIBRARY = library_definitions()


@pytest.mark.parametrize("definition", LIBRARY, ids=lambda d: d.name)
def test_a_definition_does_not_differ_from_itself(definition):
    assert differences(definition, definition) == ()


@pytest.mark.parametrize(("a", "b"), list(product(LIBRARY, LIBRARY)), ids=lambda d: d.name)
def test_differences_are_the_same_seen_from_the_other_side(a, b):
    turned = {
        Differs.ONLY_A: Differs.ONLY_B,
        Differs.ONLY_B: Differs.ONLY_A,
    }
    there = {(d.about, d.part, d.in_a, d.in_b, d.kind) for d in differences(a, b)}
    back = {
        (d.about, d.part, d.in_b, d.in_a, turned.get(d.kind, d.kind)) for d in differences(b, a)
    }
    assert there == back


def only(define, first, second):
    a = define(f"kind: response\nmarkers: {{ferritin: {{{first}}}}}", "a")
    b = define(f"kind: response\nmarkers: {{ferritin: {{{second}}}}}", "b")
    return differences(a, b)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("improved: fold_decrease > 1.5", "improved: fold_decrease >= 1.5", Differs.OPERATOR),
        ("improved: value < 500", "improved: value < 600", Differs.THRESHOLD),
        ("improved: value < 500", "improved: value <= 600", Differs.RULE),
        ("improved: value < 500", "improved: value > 500", Differs.RULE),
        ("improved: value < 500", "improved: normal", Differs.RULE),
        ("improved: value < 500", "normal: value < 500", Differs.ONLY_A),
        (
            "when: baseline > 500, improved: normal",
            "when: baseline > 600, improved: normal",
            Differs.THRESHOLD,
        ),
        ("window: 14 d", "window: unstated", Differs.STATEMENT),
        ("unit: ug/l", "unit: ng/l", Differs.STATEMENT),
        ("met: value > 5, points: 3", "met: value > 5, points: 4", Differs.STATEMENT),
    ],
)
def test_the_kind_of_difference_is_told(define, first, second, kind):
    assert only(define, first, second)[0].kind is kind


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("improved: percent_change <= -25", "improved: value <= 0.75 * baseline"),
        ("improved: fold_decrease >= 2", "improved: percent_change <= -50%"),
        ("improved: value < 5 and value < 9", "improved: value < 5"),
        ("improved: not value > 5", "improved: value <= 5"),
        (
            "when: baseline >= 400, improved: value < 5",
            "when: not baseline < 400, improved: value<5",
        ),
        ("unit: ug/l", "unit: ug/L"),
        ("unit: ug/l", ""),
    ],
)
def test_rules_that_hold_for_the_same_people_are_the_same(define, first, second):
    assert only(define, first, second) == ()


def test_bands_cut_elsewhere_are_the_same_if_they_judge_the_same(define):
    text = "kind: response\nmarkers:\n  anc:\n"
    one = define(text + "  - {improved: value > 2}")
    two = define(
        text
        + "  - {when: baseline < 1, improved: value > 2}\n"
        + "  - {when: baseline >= 1, improved: value > 2}"
    )
    assert differences(one, two) == ()
    gap = define(
        text
        + "  - {when: baseline < 1, improved: value > 2}\n"
        + "  - {when: baseline > 1, improved: value > 2}"
    )
    assert differences(one, gap)


def test_the_first_band_that_applies_decides(define):
    text = "kind: response\nmarkers:\n  anc:\n  - {when: baseline < 1, improved: value > 2}\n"
    apart = define(text + "  - {when: baseline >= 1, improved: value > 3}")
    after = define(text + "  - {improved: value > 3}")
    assert differences(apart, after) == ()


def test_an_example_counts_in_one_definition_alone(define):
    (found,) = only(define, "improved: value < 500", "improved: value < 600")
    assert found.counts_in == "b"
    assert isinstance(found.example, Point)
    (loose,) = (r for d in [found] for r in regions_of(d.in_b))
    (strict,) = (r for d in [found] for r in regions_of(d.in_a))
    assert all(satisfies(found.example, c) for c in loose.constraints)
    assert not all(satisfies(found.example, c) for c in strict.constraints)


def regions_of(text):
    from paucity.expression import parse

    return regions(parse(text))


def test_a_band_that_is_printed_twice_is_no_difference(define):
    once = "kind: response\nmarkers: {anc: [{when: baseline < 2, improved: value > 2}]}"
    twice = once.replace("}]", "}, {when: baseline < 2, improved: value > 2}]")
    assert differences(define(once), define(twice)) == ()


def test_marsh_and_wang_differ_as_the_audit_says():
    """Audit C1 and C4: the fold operator, and above 5 against above 2.0."""
    named = {d.name: d for d in LIBRARY}
    found = {d.about: d for d in differences(named["marsh-2013"], named["wang-2015"]) if d.example}
    assert set(found) == {"soluble IL-2 receptor", "absolute neutrophil count"}
    operator = found["soluble IL-2 receptor"]
    assert (operator.kind, operator.in_a, operator.in_b) == (
        Differs.OPERATOR,
        "fold_decrease > 1.5",
        "fold_decrease >= 1.5",
    )
    assert operator.example == Point(3, 2)
    threshold = found["absolute neutrophil count"]
    assert threshold.kind is Differs.THRESHOLD
    assert threshold.band == "baseline >= 0.5 and baseline <= 2"
    assert threshold.counts_in == "b"


def test_the_emended_definition_differs_in_one_threshold():
    named = {d.name: d for d in LIBRARY}
    (only_one,) = differences(named["marsh-2013"], named["marsh-2013-emended"])
    assert only_one.kind is Differs.THRESHOLD
    assert str(only_one.span_a).startswith("library/definitions/marsh-2013.yaml:")
    assert str(only_one.span_b).startswith("library/definitions/marsh-2013-emended.yaml:")


def test_levels_and_statements_are_compared(define):
    a = define("kind: response\nassess: 14 d\nlevels: {CR: {described: well}, NR: otherwise}", "a")
    b = define("kind: response\nassess: 2 wk\nlevels: {NR: otherwise, CR: {described: good}}", "b")
    assert [(d.about, d.part, d.in_a, d.in_b) for d in differences(a, b)] == [
        ("levels/CR", "described", "well", "good"),
        ("levels", "order", "CR, NR", "NR, CR"),
    ]


def test_signs_are_compared_by_what_they_name(define):
    a = define("kind: response\nsigns: [fever, hemorrhage]", "a")
    b = define("kind: response\nsigns: [bleeding, cytopenias]", "b")
    assert [(d.in_a, d.in_b) for d in differences(a, b)] == [("fever", ""), ("", "cytopenia")]


def test_without_nk_function_the_diagnosis_differs_in_that_item_and_nowhere_else():
    named = {d.name: d for d in LIBRARY}
    found = differences(named["hlh-2004"], named["hlh-2004-without-nk"])
    assert [(d.about, d.kind) for d in found] == [
        ("NK-cell activity", Differs.ONLY_A),
        ("levels/met", Differs.RULE),
    ]
    assert found[1].in_a.replace("NK-cell activity, ", "") == found[1].in_b


def test_criteria_parameters_points_and_tables_are_compared(define):
    text = """
kind: score
parameters: {{limit: {limit}}}
markers: {{ferritin: {{met: value >= limit, points: {points}}}, fever: {{met: present}}}}
criteria: {{ill: {{met: {ill}, points: 3}}}}
levels: {{high: score >= 3, low: otherwise}}
probability: {{0: 1, 8: {share}}}
"""
    a = {"limit": 5, "points": 4, "ill": "fever is met", "share": 90}
    b = {"limit": 6, "points": 5, "ill": "fever is present", "share": 91}
    one = define(text.format(**a))
    for key, about in (
        ("limit", ["parameters/limit", "ferritin"]),
        ("points", ["ferritin"]),
        ("ill", ["criteria/ill"]),
        ("share", ["probability"]),
    ):
        other = define(text.format(**{**a, key: b[key]}))
        assert [d.about for d in differences(one, other)] == about
        assert [d.about for d in differences(other, one)] == about


def test_numbers_in_different_units_are_not_compared_as_if_they_were_in_one() -> None:
    """2.5 g/l is 250 mg/dl, above 131 mg/dl: a fibrinogen of 3 g/l counts under neither."""
    hscore, mh = (load_definition(name)[0] for name in ("hscore", "mh-score"))
    assert hscore is not None
    assert mh is not None
    (found,) = [d for d in differences(hscore, mh) if (d.about, d.part) == ("fibrinogen", "met")]
    assert found.example is None


def test_a_number_with_a_unit_of_its_own_is_not_compared_with_one_without(define) -> None:
    """265 mg/dl of triglycerides are 2.99 mmol/l, so that 3 mmol/l counts under both."""
    a = define("kind: diagnosis\nmarkers: {triglycerides: {unit: mmol/l, met: value >= 3}}", "a")
    text = "kind: diagnosis\nmarkers: {triglycerides: {unit: mmol/l, met: value >= 265 mg/dl}}"
    (found,) = differences(a, define(text, "b"))
    assert found.example is None
