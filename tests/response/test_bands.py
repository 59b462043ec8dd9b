"""What bands let in and demand, against the plain meaning of their rules."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.expression import parse
from paucity.response.bands import demand, evaluated, gaps, overlaps, say_baseline, say_percent
from paucity.response.language import Rule
from paucity.response.model import Band, Marker
from paucity.response.planes import Interval, Point, contains, satisfies
from paucity.response.rules import regions
from paucity.shapes import Word


def rule(text):
    return Rule(text=text, node=parse(text))


def marker(*whens):
    bands = tuple(Band(when=rule(w), improved=rule(f"value > {i}")) for i, w in enumerate(whens))
    return Marker(name=Word("m", "m"), bands=bands)


ENDS = st.sampled_from(["0", "0.5", "1", "2", "3"])
WHENS = st.one_of(
    st.builds(
        lambda o, n: f"baseline {o} {n}", st.sampled_from(["<", "<=", ">", ">=", "=="]), ENDS
    ),
    st.builds(lambda a, b: f"baseline between {a} and {b}", ENDS, ENDS),
    st.builds(lambda a, b: f"baseline > {a} and baseline < {b}", ENDS, ENDS),
    st.builds(lambda a, b: f"baseline < {a} or baseline >= {b}", ENDS, ENDS),
)
BASELINES = st.sampled_from([Fraction(n, 4) for n in range(16)])


def lets_in(when, baseline):
    point = Point(baseline, Fraction(0))
    return any(
        all(satisfies(point, c) for c in region.constraints) for region in regions(parse(when))
    )


@given(st.lists(WHENS, min_size=1, max_size=4), BASELINES)
def test_a_baseline_lies_in_a_gap_or_in_a_band(whens, baseline):
    found = gaps(marker(*whens))
    covered = any(lets_in(when, baseline) for when in whens)
    if found or covered:
        assert any(contains(gap, baseline) for gap in found) != covered


@given(WHENS, WHENS, BASELINES)
def test_a_baseline_in_two_bands_lies_in_an_overlap(one, other, baseline):
    both = lets_in(one, baseline) and lets_in(other, baseline)
    found = overlaps(marker(one, other))
    assert any(contains(common, baseline) for _, _, common in found) == both


@given(st.lists(WHENS, min_size=1, max_size=4), BASELINES)
def test_a_baseline_in_a_band_is_within_what_is_evaluated(whens, baseline):
    span = evaluated(marker(*whens))
    if span is not None and any(lets_in(when, baseline) for when in whens):
        assert contains(span, baseline)


RULES = st.sampled_from(
    [
        "percent_change >= 100 and value > 5",
        "percent_change <= -25",
        "fold_decrease > 1.5",
        "fold_increase >= 2 or value > 9",
        "value < baseline / 2 and value < 1",
        "change > 0",
        "value > 2",
    ]
)


@given(WHENS, RULES, BASELINES, st.sampled_from([Fraction(n, 4) for n in range(60)]))
def test_everyone_improved_changed_by_at_least_the_demand(when, text, baseline, value):
    band = Band(when=rule(when), improved=rule(text))
    needs = demand(band)
    point = Point(baseline, value)
    holds = any(all(satisfies(point, c) for c in r.constraints) for r in regions(parse(text)))
    if needs is None or not baseline or not lets_in(when, baseline) or not holds:
        return
    change = value / baseline - 1 if needs.rise else 1 - value / baseline
    assert change > needs.least if needs.strict else change >= needs.least


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (Interval(Fraction(0), None), "a baseline of 0 or more"),
        (Interval(Fraction(0), None, low_open=True), "a baseline above 0"),
        (Interval(Fraction(2), None), "a baseline of 2 or more"),
        (Interval(Fraction(0), Fraction(0)), "a baseline of exactly 0"),
        (Interval(Fraction(0), Fraction(2), high_open=True), "a baseline below 2"),
        (Interval(Fraction(1), Fraction(2), low_open=True), "a baseline above 1 and at most 2"),
        (
            Interval(Fraction(1), Fraction(2), high_open=True),
            "a baseline of at least 1 and below 2",
        ),
    ],
)
def test_baselines_are_said(interval, said):
    assert say_baseline([interval]) == said


def test_percentages_are_said_to_one_decimal():
    assert [say_percent(Fraction(n, 8)) for n in (1, 2)] == ["12.5%", "25%"]
    assert say_percent(Fraction(2, 3)) == "66.7%"
