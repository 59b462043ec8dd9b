"""How far the answer depends on the definition is counted, and bounded where data are missing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.conftest import assessed, library

from paucity.agreement import cohen_kappa
from paucity.response.agreement import compare_definitions, response_rate

PRINTED, EMENDED = library("marsh-2013"), library("marsh-2013-emended")

BETWEEN = """\
p,ferritin,0,100,ug/l,,50
p,ferritin,14,75,ug/l,,50
p,anc,0,1,10^9/l
p,anc,14,3,10^9/l
p,sil2r,0,3000,U/ml
p,sil2r,14,2999,U/ml
p,triglycerides,0,3,mmol/l
p,triglycerides,14,3,mmol/l
p,alt,0,100,U/l
p,hemophagocytosis,0,absent
p,consciousness,0,normal
q,ferritin,0,100,ug/l
"""


def test_who_flips_between_the_printed_and_the_emended_definition_is_named() -> None:
    found = compare_definitions([assessed(BETWEEN, d) for d in (PRINTED, EMENDED)])
    assert found.flips == {"p": ("NR", "PR")}
    (pair,) = found.comparisons
    assert (pair.same, pair.flips, pair.may_flip) == (0, 1, 1)
    assert [r.bounds for r in found.rates] == [
        (Fraction(0), Fraction(1, 2)),
        (Fraction(1, 2), Fraction(1)),
    ]


def test_assessments_of_other_people_are_not_compared() -> None:
    one, other = assessed("p,ferritin,0,1,ug/l", PRINTED), assessed("q,ferritin,0,1,ug/l", EMENDED)
    with pytest.raises(ValueError, match="different participants"):
        compare_definitions([one, other])


def test_a_narrative_definition_is_left_out() -> None:
    found = compare_definitions([assessed(BETWEEN, library("strout-2010"))])
    assert found.rates == ()


def test_kappa_is_that_of_fleiss_cohen_and_everitt() -> None:
    """Their Table 1 in proportions of 200: kappa 0.429, standard error 0.06 (rounded)."""
    table = {
        ("1", "1"): 106, ("1", "2"): 10, ("1", "3"): 4,
        ("2", "1"): 22, ("2", "2"): 28, ("2", "3"): 10,
        ("3", "1"): 2, ("3", "2"): 12, ("3", "3"): 6,
    }  # fmt: skip
    kappa = cohen_kappa(table)
    assert kappa.value == pytest.approx(0.429, abs=5e-4)  # printed with three digits


def test_where_chance_alone_agrees_there_is_no_kappa() -> None:
    assert cohen_kappa({("NR", "NR"): 5}).value is None
    assert "chance alone" in cohen_kappa({("NR", "NR"): 5}).reason
    assert cohen_kappa({}).n == 0


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), st.integers(0, 40), min_size=1
    )
)
def test_kappa_is_at_most_one_and_inside_its_interval(table: dict[tuple[str, str], int]) -> None:
    kappa = cohen_kappa(table)
    if kappa.value is not None:
        assert -1 <= kappa.value <= 1
        if kappa.low is not None and kappa.high is not None:
            assert kappa.low <= kappa.value <= kappa.high


LEVELS = ("CR", "PR", "NR")


@given(
    st.dictionaries(
        st.sets(st.sampled_from(LEVELS), min_size=1).map(lambda s: tuple(sorted(s))),
        st.integers(0, 30),
        min_size=1,
    )
)
def test_the_bounds_of_a_rate_hold_every_completion(counts: dict[tuple[str, ...], int]) -> None:
    rate = response_rate("x", ("CR", "PR"), counts)
    for pick in (min, max):
        responders = sum(
            n for levels, n in counts.items() if pick(level != "NR" for level in levels)
        )
        assert rate.certain <= responders <= rate.possible
