"""Units as printed, and their exact conversion."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.vocabulary import (
    Kind,
    Term,
    UnitError,
    bundled,
    convert,
    duration_days,
    parse_quantity,
    parse_unit,
)


def marker(name: str) -> Term:
    found = bundled().find(Kind.MARKER, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("10*9/L", "10^9/l|10*9/L|×10⁹/l|x10^9/l|x 10^9 /l|10⁹/L|10E9/L|×10^{9} /l|10^9 cells/l"),
        ("{cells}/uL", "cells/ul|cells/µl|cells/μL|cell/mcL"),
        ("/uL", "/µl|/ul|1/uL"),
        ("10*3/uL", "K/uL|10^3/ul"),
        ("g/L", "g/l|g/L|g / L|g/litre|g per liter"),
        ("g/dL", "g/dl|G/DL"),
        ("mg/dL", "mg/dl|MG/DL|mg/dL"),
        ("mmol/L", "mmol/l|mmol/L"),
        ("ug/L", "µg/l|μg/L|mcg/l|ug/l|μ g/l"),
        ("ng/mL", "ng/ml|ng/mL"),
        ("U/L", "U/l|u/L|units/L"),
        ("[iU]/L", "IU/l|UI/L|[iU]/L"),
        ("pg/mL", "pg/ml"),
        ("mg/kg/d", "mg/kg/day|mg/kg/d|mg.kg-1.d-1|mg/kg per day"),
        ("mg/m2", "mg/m2|mg/m²|mg/m^2"),
        ("wk", "wk|week|weeks"),
        ("mo", "mo|month|months"),
        ("a", "y|yr|years"),
        ("Cel", "°C|Cel|celsius"),
    ],
)
def test_spellings_in_use_are_read_as_one_ucum_unit(code: str, spellings: str):
    for text in spellings.split("|"):
        unit = parse_unit(text)
        assert unit is not None, text
        assert (unit.code, unit.slip) == (code, ""), text


@pytest.mark.parametrize(
    ("text", "meant", "why"),
    [
        ("10^9/I", "10*9/L", "capital I"),
        ("U/I", "U/L", "capital I"),
        ("mg/dI", "mg/dL", "capital I"),
        ("U/1", "U/L", "digit 1"),
        ("109/l", "10*9/L", "superscript was lost"),
        ("x10^9", "10*9/L", "without its volume"),
    ],
)
def test_a_slip_is_read_as_what_was_meant_and_says_so(text: str, meant: str, why: str):
    unit = parse_unit(text)
    assert (unit.code, unit.dimension) == (meant, parse_unit(meant).dimension)
    assert text in unit.slip
    assert why in unit.slip


def test_a_printed_count_without_its_volume_is_recognised():
    number, unit = parse_quantity("2.0x10^9")
    assert number == 2
    assert "without its volume" in unit.slip


@pytest.mark.parametrize("text", ["", "banana", "G/L", "m", "mg/", "mg//dl", "10", "g" * 100, "Ⅸ"])
def test_what_is_no_unit_or_an_ambiguous_one_is_refused(text: str):
    assert parse_unit(text) is None


@given(st.text(max_size=60))
def test_reading_a_unit_never_raises(text: str):
    unit = parse_unit(text)
    assert unit is None or (unit.code and unit.factor > 0)


UNITS = [
    *["10*9/L", "cells/ul", "10^3/ul", "/mm3"],
    *["g/l", "g/dl", "mg/dl", "ug/l", "ng/ml", "pg/ml"],
    *["mmol/l", "umol/l", "U/l", "U/ml", "mg/kg", "mg/kg/day", "mg/kg/wk", "Cel", "[degF]"],
]
VALUES = st.fractions(min_value=0, max_value=10**9, max_denominator=10**6)


@given(VALUES, st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_there_and_back_is_exact(value: Fraction, a: str, b: str):
    try:
        there = convert(value, a, b, marker("triglycerides"))
    except UnitError:
        with pytest.raises(UnitError):
            convert(value, b, a, marker("triglycerides"))
    else:
        assert convert(there, b, a, marker("triglycerides")) == value


@given(VALUES, st.sampled_from(UNITS), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_a_detour_over_a_third_unit_changes_nothing(value: Fraction, a: str, b: str, c: str):
    try:
        direct = convert(value, a, c)
        first = convert(value, a, b)
    except UnitError:
        return
    assert convert(first, b, c) == direct


@pytest.mark.parametrize(
    ("name", "value", "frm", "to", "expected"),
    [
        ("ferritin", "4756", "ng/ml", "ug/l", "4756"),
        ("triglycerides", "3", "mmol/l", "mg/dl", "265.71"),
        ("triglycerides", "88.57", "mg/dl", "mmol/l", "1"),
        ("triglycerides", "8857", "mg/L", "mmol/l", "10"),
        ("fibrinogen", "1.5", "g/l", "mg/dl", "150"),
        ("hemoglobin", "9.2", "g/dl", "g/l", "92"),
        ("platelets", "100", "10*9/L", "cells/ul", "100000"),
        ("ANC", "500", "/ul", "10^9/l", "0.5"),
        ("temperature", "101.3", "F", "Cel", "38.5"),
        ("ALT", "400", "IU/l", "U/l", "400"),
    ],
)
def test_the_conversions_of_the_criteria_are_exact(
    name: str, value: str, frm: str, to: str, expected: str
):
    assert convert(Fraction(value), frm, to, marker(name)) == Fraction(expected)


@pytest.mark.parametrize(
    ("name", "frm", "to", "says"),
    [
        ("sIL-2R", "U/ml", "pg/ml", "depends on the assay"),
        ("sIL-2R", "ng/ml", "U/l", "depends on the assay"),
        ("ferritin", "ug/l", "umol/l", "mass per volume of ferritin is not amount of substance"),
        ("D-dimer", "ug/L FEU", "ug/L DDU", "fibrinogen-equivalent unit"),
        (
            "platelets",
            "G/L",
            "10*9/L",
            "`G/L` is not a unit known here; the usual unit of platelets is",
        ),
    ],
)
def test_a_refusal_says_why(name: str, frm: str, to: str, says: str):
    with pytest.raises(UnitError, match=says):
        convert(Fraction(1), frm, to, marker(name))


def test_the_same_assay_unit_is_rescaled():
    assert convert(Fraction(1033), "pg/ml", "ng/ml", marker("sCD25")) == Fraction(1033, 1000)


def test_mass_to_substance_needs_the_marker():
    with pytest.raises(UnitError):
        convert(Fraction(3), "mmol/l", "mg/dl")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("14 d", "14"),
        ("14d", "14"),
        ("2 wk", "14"),
        ("2 weeks", "14"),
        ("36 h", "1.5"),
        ("1 month", "30.4375"),
        ("3.5 months", "106.53125"),
        ("12 mo", "365.25"),
        ("1 y", "365.25"),
        ("0 d", "0"),
    ],
)
def test_durations_are_days(text: str, days: str):
    assert duration_days(text) == Fraction(days)


@pytest.mark.parametrize("text", ["", "2", "weeks", "1 and 2 weeks", "2-4 weeks", "-2 d", "2 mg"])
def test_what_is_no_single_length_of_time_has_no_days(text: str):
    assert duration_days(text) is None


@given(st.text(max_size=60))
def test_reading_a_duration_never_raises(text: str):
    days = duration_days(text)
    assert days is None or days >= 0


@given(st.integers(0, 10**6))
def test_weeks_are_seven_days(n: int):
    assert duration_days(f"{n} wk") == duration_days(f"{7 * n} d")
