"""Every choice a definition leaves open: named, and changing what it says it changes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.conftest import AGED, assessed, library, result, series_of, state
from tests.assess.generated import rows

from paucity.response.assess import assess
from paucity.response.linear import holds, linear
from paucity.response.settings import (
    Confirmation,
    Confounder,
    ReferenceLimit,
    Settings,
    choices,
    duration,
)

if TYPE_CHECKING:
    from paucity.response.states import MarkerState

WANG = library("wang-2015")
MARSH = library("marsh-2013")

SERIES = """\
p,ferritin,-7,1000,ug/l
p,ferritin,0,100,ug/l
p,ferritin,3,70,ug/l
p,ferritin,7,40,ug/l
p,ferritin,14,90,ug/l
"""


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("last", "not improved"),
        ("nearest", "not improved"),
        ("worst", "not improved"),
        ("first", "improved"),
        ("best", "improved"),
    ],
)
def test_which_value_counts_can_be_chosen(selection: str, expected: str) -> None:
    chosen = Settings(value=selection)  # type: ignore[arg-type]
    assert state(SERIES, "ferritin", WANG, chosen) == expected


def test_which_baseline_counts_can_be_chosen() -> None:
    assert state(SERIES, "ferritin", WANG, Settings(baseline="worst")) == "improved"
    aged = Settings(baseline="worst", baseline_age=duration("6 d"))
    assert state(SERIES, "ferritin", WANG, aged) == "not improved"


def test_nothing_counts_after_the_next_therapy_or_death() -> None:
    for event in ("next therapy", "death"):
        rows = SERIES + f"p,{event},8"
        assert state(rows, "ferritin", WANG) == "improved"
        assert state(rows, "ferritin", WANG, Settings(censor=())) == "not improved"


def test_counts_after_g_csf_can_be_left_out() -> None:
    rows = "p,anc,0,1,10^9/l\np,anc,14,9,10^9/l\np,G-CSF,11"
    policy = Settings(confounders=(Confounder("G-CSF", ("absolute neutrophil count",)),))
    assert state(rows, "absolute neutrophil count", WANG) == "improved"
    assert state(rows, "absolute neutrophil count", WANG, policy) == "missing"
    earlier = rows.replace("G-CSF,11", "G-CSF,10")
    assert state(earlier, "absolute neutrophil count", WANG, policy) == "improved"
    flagged = "p,anc,0,1,10^9/l\np,anc,14,9,10^9/l,,,G-CSF"
    assert state(flagged, "absolute neutrophil count", WANG, policy) == "missing"


def test_a_response_can_be_required_to_last() -> None:
    rows = "\n".join(
        f"p,{marker},{day},{value},{unit}"
        for marker, unit in (("ferritin", "ug/l"), ("sil2r", "U/ml"))
        for day, value in (("0", "3000"), ("14", "900"), ("28", "2900"))
    )
    limits = ",,300"
    rows = "\n".join(row + limits for row in rows.splitlines())
    confirm = Settings(confirm=Confirmation(duration("1 wk"), duration("2 wk")))
    assert result(rows, MARSH) == "PR"
    found = assessed(rows, MARSH, confirm).outcomes[0]
    assert found.unconfirmed == ("PR",)
    assert found.result == "PR or NR"


def test_limits_of_the_settings_hold_for_whom_they_say() -> None:
    limits = (
        ReferenceLimit("ferritin", "ng/ml", high=Fraction(60), sex="f"),
        ReferenceLimit("ferritin", "ng/ml", high=Fraction(300)),
    )
    from tests.assess.conftest import series_of

    from paucity.response.assess import assess

    series = series_of(
        "a,ferritin,14,90,ug/l,f\nb,ferritin,14,90,ug/l,m", "participant,marker,day,value,unit,sex"
    )
    outcomes = assess(series, WANG, Settings(limits=limits)).outcomes

    def normal(states: tuple[MarkerState, ...]) -> object:
        return next(s.truths["normal"] for s in states if s.marker == "ferritin")

    assert [normal(o.markers) for o in outcomes] == [False, True]


def test_normal_can_mean_not_beyond_the_limit_on_the_side_of_disease() -> None:
    rows = "p,platelets,14,500,10^9/l,150,400"
    for chosen, expected in (("within limits", "not normal"), ("disease", "normal")):
        settings = Settings(normal=chosen)  # type: ignore[arg-type]
        assert state(rows, "platelets", WANG, settings) == expected


def test_the_result_carries_every_choice_with_who_made_it() -> None:
    made = {c.about: c for c in choices(WANG, Settings(value="best"))}
    assert made["value that counts"].origin == "chosen"
    assert made["baseline"].origin == "default"
    assert made["until when values count"].origin == "stated"
    assert len(made) == len(choices(WANG, Settings()))


@pytest.mark.parametrize(
    "wrong", [{"value": "median"}, {"normal": "yes"}, {"censor": ("cure",)}, {"baseline": None}]
)
def test_a_choice_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Settings(**wrong)  # type: ignore[arg-type]


@given(rows(20))
def test_knowing_more_never_widens_what_is_possible(text: str) -> None:
    """A participant without any value can be anything that one with values can."""
    nobody = set(assessed("p1,ferritin,99,1,ug/l", WANG).outcomes[0].possible)
    for outcome in assess(series_of(text, AGED), WANG).outcomes:
        assert set(outcome.possible) <= nobody
        assert bool(outcome.deciding) is not outcome.certain


VALUES = st.fractions(0, 50, max_denominator=40)


@given(st.sampled_from(("<", "<=", ">", ">=")), VALUES.filter(bool), VALUES.filter(bool), VALUES)
def test_linear_forms_say_what_dividing_exactly_says(
    operator: str, baseline: Fraction, value: Fraction, limit: Fraction
) -> None:
    from paucity.expression import parse
    from paucity.expression.english import say_number
    from paucity.logic import compare, exactly
    from paucity.response.measured import exactly as measured

    limit = Fraction(round(limit * 8), 8)
    quantities = {
        "percent_change": 100 * (value - baseline) / baseline,
        "fold_decrease": baseline / value,
        "fold_increase": value / baseline,
        "change": value - baseline,
    }
    known = {
        "baseline": measured(baseline),
        "value": measured(value),
        "lower_limit": None,
        "upper_limit": None,
    }
    for name, size in quantities.items():
        (rule,) = linear(parse(f"{name} {operator} {say_number(limit)}"), lambda n: n.value)
        assert holds(rule, known) is compare(exactly(size), operator, exactly(limit))
