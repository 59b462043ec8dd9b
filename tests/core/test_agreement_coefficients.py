"""Coefficients of agreement against irrCAC and statsmodels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.agreement import cohen_kappa, gwet_ac1, observed_agreement, pabak

# Two abstractors on 100 cases: Gwet's own example, `cont3x3abstractors` of the R package irrCAC.
# Its vignette prints coefficient and standard error of kappa2.table, 0.7964094 (0.05891072),
# gwet.ac1.table, 0.8493305 (0.04321747), and the coefficient of bp2.table, 0.835.
ABSTRACTORS = {
    ("ectopic", "ectopic"): 13,
    ("AIU", "AIU"): 20,
    ("AIU", "NIU"): 7,
    ("NIU", "AIU"): 4,
    ("NIU", "NIU"): 56,
}
NAMES = ("ectopic", "AIU", "NIU")
SIDES = ("in", "out")


def error(found):
    return (found.high - found.low) / 2 / 1.959963984540054


def test_kappa_and_its_error_are_those_of_irrcac():
    found = cohen_kappa(ABSTRACTORS)
    assert found.value == pytest.approx(0.7964094, abs=5e-8)  # seven decimals printed
    assert error(found) == pytest.approx(0.05891072, abs=5e-9)


def test_ac1_and_its_error_are_those_of_irrcac():
    found = gwet_ac1(ABSTRACTORS, NAMES)
    assert found.value == pytest.approx(0.8493305, abs=5e-8)
    assert error(found) == pytest.approx(0.04321747, abs=5e-9)


def test_pabak_is_brennan_and_predigers_coefficient():
    # 89 of 100 agree, 3 categories: (0.89 - 1/3) / (2/3) = 0.835
    assert pabak(ABSTRACTORS, NAMES).value == pytest.approx(0.835, abs=1e-12)


def test_a_category_that_nobody_used_counts_as_one_that_could_be():
    # 9 of 10 agree on one side of two: (0.9 - 0.5) / 0.5 = 0.8
    assert pabak({("in", "in"): 9, ("in", "out"): 1}, SIDES).value == pytest.approx(0.8)
    # AC1: the other side has the mean share 0.05, chance 2 * 0.95 * 0.05 = 0.095
    found = gwet_ac1({("in", "in"): 9, ("in", "out"): 1}, SIDES)
    assert found.value == pytest.approx((0.9 - 0.095) / (1 - 0.095))


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4).filter(lambda x: sum(x) > 1))
def test_kappa_is_that_of_statsmodels(counts):
    np = pytest.importorskip("numpy")
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    a, b, c, d = counts
    table = {("in", "in"): a, ("in", "out"): b, ("out", "in"): c, ("out", "out"): d}
    found = cohen_kappa(table)
    if found.value is None or found.low is None or found.high is None or found.high == 1:
        return
    theirs = rater.cohens_kappa(np.array([[a, b], [c, d]]))
    assert found.value == pytest.approx(theirs.kappa, abs=1e-9)
    assert error(found) == pytest.approx(theirs.std_kappa, rel=1e-6) or found.low == -1


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4).filter(any))
def test_coefficients_lie_between_their_limits_and_do_not_depend_on_who_is_first(counts):
    a, b, c, d = counts
    table = {("in", "in"): a, ("in", "out"): b, ("out", "in"): c, ("out", "out"): d}
    turned = {(y, x): n for (x, y), n in table.items()}
    for made in (
        cohen_kappa,
        observed_agreement,
        lambda t: pabak(t, SIDES),
        lambda t: gwet_ac1(t, SIDES),
    ):
        found = made(table)
        assert found == made(turned)
        if found.value is not None and found.low is not None and found.high is not None:
            assert -1 <= found.low <= found.value <= found.high <= 1


def test_all_on_one_side_has_no_kappa_but_the_others():
    table = {("out", "out"): 30}
    assert cohen_kappa(table).value is None
    assert pabak(table, SIDES).value == 1
    assert gwet_ac1(table, SIDES).value == 1
    assert pabak(table, SIDES).low == pytest.approx(2 * 0.025 ** (1 / 30) - 1)  # exact, all of 30


def test_one_category_is_no_judgement():
    with pytest.raises(ValueError, match="two categories"):
        gwet_ac1({("in", "in"): 3}, ["in"])
