"""Rules become exact half planes, and what they imply is decided exactly."""

from fractions import Fraction

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from paucity.expression import parse
from paucity.expression.nodes import Compare
from paucity.response.planes import (
    Constraint,
    Interval,
    Point,
    Region,
    baselines,
    contains,
    counterexample,
    feasible,
    implies,
    inside,
    opposite,
    outside,
    ratios,
    satisfies,
    values,
    witness,
)
from paucity.response.rules import MAX_REGIONS, NotLinearError, constraints, regions


def constraint(text: str) -> Constraint:
    node = parse(text)
    assert isinstance(node, Compare)
    (one,) = constraints(node)
    return one


def region(text: str) -> Region:
    (one,) = regions(parse(text))
    return one


@pytest.mark.parametrize(
    ("text", "baseline", "value", "constant", "strict"),
    [
        ("percent_change >= 100", -200, 100, 0, False),
        ("percent_change <= -25", 75, -100, 0, False),
        ("percent_change <= -25%", 75, -100, 0, False),
        ("-25% >= percent_change", 75, -100, 0, False),
        ("fold_decrease > 1.5", 1, Fraction(-3, 2), 0, True),
        ("fold_decrease >= 1.5", 1, Fraction(-3, 2), 0, False),
        ("fold_increase >= 2", -2, 1, 0, False),
        ("change < -5", 1, -1, -5, True),
        ("value > 0.5", 0, 1, Fraction(-1, 2), True),
        ("baseline - value >= 10", 1, -1, -10, False),
        ("value / baseline <= 0.75", Fraction(3, 4), -1, 0, False),
        ("2 * baseline < value", -2, 1, 0, True),
        ("value <= baseline / 2", Fraction(1, 2), -1, 0, False),
        ("(value - baseline) / baseline >= 100%", -2, 1, 0, False),
        ("1 - value / baseline > 25%", Fraction(3, 4), -1, 0, True),
    ],
)
def test_a_comparison_is_the_half_plane_it_says(text, baseline, value, constant, strict):
    assert constraint(text) == Constraint(
        Fraction(baseline), Fraction(value), Fraction(constant), strict
    )


@pytest.mark.parametrize(
    "text",
    [
        "value * baseline > 5",
        "percent_change > value",
        "fold_decrease > fold_increase",
        "percent_change / fold_decrease > 1",
        "value / change > 2",
        "value / 0 > 2",
        "upper_limit < value",
    ],
)
def test_what_is_not_linear_is_refused_and_kept_whole(text):
    node = parse(text)
    assert isinstance(node, Compare)
    with pytest.raises(NotLinearError):
        constraints(node)
    assert regions(node) == (Region(others=(node,)),)


def test_fold_decrease_counts_a_value_of_zero_as_infinite():
    assert satisfies(Point(Fraction(3), Fraction(0)), constraint("fold_decrease > 1000"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("value > 1 or value < 0.5", 2),
        ("not (value > 1 and baseline > 2)", 2),
        ("not (value > 1 or baseline > 2)", 1),
        ("not not value > 1", 1),
        ("value != 3", 2),
        ("not value == 3", 2),
        ("not value != 3", 1),
        ("value is absent and value > 3", 1),
    ],
)
def test_a_rule_is_taken_apart_into_its_alternatives(text, count):
    assert len(regions(parse(text))) == count


def test_too_many_alternatives_are_refused():
    text = " and ".join(f"(value > {n} or baseline > {n})" for n in range(4))
    assert MAX_REGIONS < 2**4
    with pytest.raises(NotLinearError, match="alternatives"):
        regions(parse(text))


def test_marsh_as_printed_makes_the_doubling_vacuous():
    """Table 3 of the source review: ANC 0.5-2.0, at least 100% to more than 5."""
    printed = region("baseline between 0.5 and 2.0 and value > 5")
    assert implies(printed, constraint("percent_change >= 100"))
    assert implies(printed, constraint("percent_change > 150"))
    assert not implies(printed, constraint("percent_change > 151"))


def test_wang_as_printed_lets_both_clauses_decide():
    band = "baseline between 0.5 and 2.0"
    doubling, level = constraint("percent_change >= 100"), constraint("value > 2.0")
    point = counterexample(region(f"{band} and value > 2.0"), doubling)
    assert point is not None
    assert not satisfies(point, doubling)
    assert not implies(region(f"{band} and percent_change >= 100"), level)


def test_strictness_decides_at_the_boundary():
    assert implies(region("value > 5"), constraint("value >= 5"))
    assert not implies(region("value >= 5"), constraint("value > 5"))
    assert not feasible(region("value > 5 and value <= 5"))
    assert feasible(region("value >= 5 and value <= 5"))


def test_no_baseline_is_zero_or_less_and_no_value_below_zero():
    assert not feasible(region("baseline <= 0"))
    assert not feasible(region("value < 0"))
    assert feasible(region("value <= 0"))


def test_operators_differ_at_the_boundary_alone():
    strict, weak = regions(parse("fold_decrease > 1.5")), regions(parse("fold_decrease >= 1.5"))
    assert outside(strict, weak) is None
    assert outside(weak, strict) == Point(Fraction(3), Fraction(2))


def test_ratios_are_projected_exactly():
    assert ratios(region("fold_decrease > 1.5")) == Interval(
        Fraction(0), Fraction(2, 3), high_open=True
    )
    found = ratios(region("baseline < 0.5 and percent_change >= 100 and value > 0.5"))
    assert found == Interval(Fraction(2), None)
    assert ratios(region("value > 5 and value < 4")) is None


def test_values_are_projected_exactly():
    found = values(region("baseline between 0.5 and 2.0 and percent_change >= 100"))
    assert found == Interval(Fraction(1), None)


NUMBERS = st.fractions(min_value=-6, max_value=6, max_denominator=6)
CONSTRAINTS = st.builds(Constraint, NUMBERS, NUMBERS, NUMBERS, st.booleans())
REGIONS = st.lists(CONSTRAINTS, max_size=5).map(lambda c: Region(tuple(c)))
POINTS = st.builds(
    Point,
    st.fractions(min_value=Fraction(1, 50), max_value=40, max_denominator=50),
    st.fractions(min_value=0, max_value=40, max_denominator=50),
)


def lies_in(point: Point, where: Region) -> bool:
    return all(satisfies(point, c) for c in where.constraints)


@given(REGIONS)
def test_a_witness_lies_in_its_region(where):
    point = witness(where)
    assert (point is not None) == feasible(where)
    if point is not None:
        assert point.baseline > 0
        assert point.value >= 0
        assert lies_in(point, where)


@given(REGIONS, CONSTRAINTS)
def test_what_is_not_implied_has_a_counterexample(where, wanted):
    point = counterexample(where, wanted)
    assert implies(where, wanted) == (point is None)
    if point is not None:
        assert lies_in(point, where)
        assert not satisfies(point, wanted)


@given(REGIONS, CONSTRAINTS, POINTS)
def test_points_of_a_region_satisfy_what_it_implies(where, wanted, point):
    if lies_in(point, where):
        assert feasible(where)
        assert satisfies(point, wanted) or not implies(where, wanted)


@given(CONSTRAINTS, POINTS)
def test_every_point_satisfies_a_constraint_or_its_opposite(one, point):
    assert satisfies(point, one) != satisfies(point, opposite(one))


@given(REGIONS, POINTS)
def test_projections_hold_every_point(where, point):
    if lies_in(point, where):
        shadows = (
            (baselines(where), point.baseline),
            (values(where), point.value),
            (ratios(where), point.value / point.baseline),
        )
        for interval, number in shadows:
            assert interval is not None
            assert contains(interval, number)


@given(REGIONS)
def test_every_end_of_a_projection_is_reached_or_approached(where):
    interval = ratios(where)
    assert (interval is not None) == feasible(where)
    if interval is not None:
        ratio = inside(interval)
        line = (
            Constraint(-ratio, Fraction(1), Fraction(0)),
            Constraint(ratio, Fraction(-1), Fraction(0)),
        )
        assert feasible(Region((*where.constraints, *line)))


@settings(max_examples=50)
@given(st.lists(REGIONS, max_size=3), st.lists(REGIONS, max_size=3), POINTS)
def test_a_point_outside_lies_in_the_first_union_alone(first, second, point):
    found = outside(first, second)
    if found is not None:
        assert any(lies_in(found, r) for r in first)
        assert not any(lies_in(found, r) for r in second)
    elif any(lies_in(point, r) for r in first):
        assert any(lies_in(point, r) for r in second)


QUANTITY = st.sampled_from(["value", "baseline", "change", "percent_change", "fold_increase"])
COMPARISON = st.builds(
    lambda q, o, n: f"{q} {o} {n}",
    QUANTITY,
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from(["0.5", "2", "100", "-25", "1.5"]),
)
RULES = st.recursive(
    COMPARISON,
    lambda r: st.one_of(
        st.builds(lambda a, b: f"({a} and {b})", r, r),
        st.builds(lambda a, b: f"({a} or {b})", r, r),
        st.builds(lambda a: f"not ({a})", r),
    ),
    max_leaves=4,
)


def holds(text: str, point: Point) -> bool:
    """Evaluate a rule by Python, as an independent reading of it."""
    b, v = point.baseline, point.value
    names = {
        "value": v,
        "baseline": b,
        "change": v - b,
        "percent_change": 100 * (v - b) / b,
        "fold_increase": v / b,
    }
    return bool(eval(text, {"__builtins__": {}}, names))  # noqa: S307


@given(RULES, POINTS)
def test_regions_hold_where_the_rule_holds(text, point):
    try:
        alternatives = regions(parse(text))
    except NotLinearError:
        reject()
    assert any(lies_in(point, r) for r in alternatives) == holds(text, point)
