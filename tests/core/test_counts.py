"""Percentages, counts and denominators against brute force."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paucity.counts import (
    bases_that_fit,
    counts_for_percent,
    counts_for_sd,
    fisher_exact,
    fits,
    percent_of,
    rounding_interval,
    sums_of,
)

LARGEST = 120


# Heathers & Brown 2019 as the R package scrutiny 0.5.0 documents and runs its test: three
# summaries of twenty yes and no, and 127 against 153, whose standard deviation it prints.
@pytest.mark.parametrize(
    ("percent", "sd", "n", "counts"),
    [
        ("35", "0.18", 20, ()),
        ("36", "0.11", 20, ()),  # 36% of 20 is no count to begin with
        ("35", "0.49", 20, (7,)),
        ("54.6", "0.4987", 280, (153,)),
        ("0", "0", 9, (0,)),
        ("100", "0.00", 9, (9,)),
        ("50", "0.71", 2, (1,)),  # 1 of 2: the square root of 1/2
        ("50", "0.50", 2, ()),  # that of a whole population, not of a sample
        ("50", "-0.71", 2, ()),
    ],
)
def test_a_standard_deviation_must_be_that_of_the_counts(
    percent: str, sd: str, n: int, counts: tuple[int, ...]
) -> None:
    assert counts_for_sd(Decimal(percent), Decimal(sd), n) == counts


@given(st.integers(2, LARGEST), st.data())
def test_the_standard_deviation_of_ones_and_zeros_always_fits(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    column = [1] * count + [0] * (n - count)
    sd = Decimal(repr(round(stdev(column), 3)))
    percent = Decimal(repr(round(100 * count / n, 1)))
    assert count in counts_for_sd(percent, sd, n)


def test_one_person_has_no_standard_deviation() -> None:
    with pytest.raises(ValueError, match="at least two people"):
        counts_for_sd(Decimal(100), Decimal(0), 1)


def printed(count: int, n: int, places: int) -> set[Decimal]:
    """Return the percentages that a count can be printed as, ties going up or down."""
    exact = Decimal(100 * count) / n
    unit = Decimal(1).scaleb(-places)
    return {exact.quantize(unit, rounding) for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN)}


@pytest.mark.parametrize("places", [0, 1])
def test_the_counts_of_a_percentage_are_those_that_print_as_it(places: int) -> None:
    percents = [Decimal(i).scaleb(-places) for i in range(100 * 10**places + 1)]
    for n in range(1, LARGEST + 1):
        brute: dict[Decimal, list[int]] = {}
        for count in range(n + 1):
            for percent in printed(count, n, places):
                brute.setdefault(percent, []).append(count)
        for percent in percents:
            assert list(counts_for_percent(percent, n)) == brute.get(percent, []), (percent, n)


@pytest.mark.parametrize("places", [0, 1])
def test_the_denominators_of_one_percentage_are_those_under_which_it_prints(places: int) -> None:
    step = 1 if places == 0 else 7  # every seventh tenth of a percent
    for count in range(11):
        for i in range(0, 100 * 10**places + 1, step):
            percent = Decimal(i).scaleb(-places)
            brute = [
                n for n in range(max(1, count), LARGEST + 1) if percent in printed(count, n, places)
            ]
            assert list(bases_that_fit([(count, percent)], LARGEST)) == brute, (count, percent)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100)), min_size=2, max_size=4),
    st.integers(1, LARGEST),
)
def test_the_denominators_of_several_percentages_are_those_that_fit_each(
    pairs: list[tuple[int, int]], largest: int
) -> None:
    told = [(count, Decimal(percent)) for count, percent in pairs]
    brute = [n for n in range(1, largest + 1) if all(fits(c, n, p) for c, p in told)]
    assert list(bases_that_fit(told, largest)) == brute


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_percentage_printed_by_the_usual_rule_fits_its_count(pair: tuple[int, int]) -> None:
    count, n = pair
    for places in (0, 1, 2):
        assert fits(count, n, Decimal(percent_of(count, n, places)))


@given(st.integers(0, 10**4), st.integers(0, 3))
def test_the_interval_of_a_printed_number_holds_what_rounds_to_it(digits: int, places: int) -> None:
    number = Decimal(digits).scaleb(-places)
    low, high = rounding_interval(number)
    assert low < Fraction(number) < high
    assert high - low == Fraction(1, 10**places)


def test_more_printed_decimals_say_more() -> None:
    assert list(counts_for_percent(Decimal(50), 250)) == [124, 125, 126]
    assert list(counts_for_percent(Decimal("50.0"), 250)) == [125]


def test_a_percentage_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="found n = 0"):
        counts_for_percent(Decimal(50), 0)
    assert not fits(0, 0, Decimal(0))


def test_the_four_percentages_of_hlh_94_fit_106_and_not_113() -> None:
    # Audit A1: 56 (53%), 34 (32%), 4 (4%) and 12 (11%) of 113.
    pairs = [(56, Decimal(53)), (34, Decimal(32)), (4, Decimal(4)), (12, Decimal(11))]
    bases = bases_that_fit(pairs, 113)
    assert 106 in bases
    assert 113 not in bases
    assert sums_of({"CR": 56, "PR": 34, "NR": 4, "died": 12})[0].total == 106


@pytest.mark.parametrize(
    ("percent", "n", "count"),
    [
        *[(23, 22, 5), (36, 22, 8), (9, 22, 2), (14, 22, 3), (64, 22, 14), (77, 22, 17)],
        *[(32, 22, 7), (40, 45, 18), (16, 45, 7), (4, 45, 2), (11, 45, 5), (22, 45, 10)],
        (35, 34, 12),
    ],
)
def test_the_percentages_of_the_source_have_one_count(percent: int, n: int, count: int) -> None:
    # Audit C11, B5, B6 and D1.
    assert list(counts_for_percent(Decimal(percent), n)) == [count]


@given(st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 9)))
def test_every_sum_of_two_or_more_counts_is_listed_once(counts: dict[str, int]) -> None:
    sums = sums_of(counts)
    names = [name for name, count in counts.items() if count]
    assert len(sums) == len({s.parts for s in sums}) == 2 ** len(names) - 1 - len(names)
    for total in sums:
        assert total.total == sum(counts[p] for p in total.parts)


# scipy sums floating-point probabilities, each right to some 1e-13, and counts tables within 1e-7
# of this one's probability as no more likely; ours is exact. No table this small comes that close.
FLOATING = 1e-9


def test_fisher_agrees_with_scipy_on_every_small_table() -> None:
    for a, b, c, d in product(range(6), repeat=4):
        if (a + b) and (c + d) and (a + c) and (b + d):
            expected = stats.fisher_exact([[a, b], [c, d]]).pvalue
            assert float(fisher_exact(a, b, c, d)) == pytest.approx(expected, rel=FLOATING)


@given(*[st.integers(0, 60)] * 4)
@settings(deadline=None)
def test_fisher_agrees_with_scipy(a: int, b: int, c: int, d: int) -> None:
    p = fisher_exact(a, b, c, d)
    assert 0 < p <= 1
    assert p == fisher_exact(c, d, a, b) == fisher_exact(b, a, d, c) == fisher_exact(a, c, b, d)
    if (a + b) and (c + d) and (a + c) and (b + d):
        expected = stats.fisher_exact([[a, b], [c, d]]).pvalue
        assert float(p) == pytest.approx(expected, rel=FLOATING)


def test_infections_of_second_line_courses_differ_from_first_line_ones() -> None:
    # Audit B5: 6 of 11 against 4 of 34, p = 0.007.
    assert round(float(fisher_exact(6, 5, 4, 30)), 3) == 0.007
