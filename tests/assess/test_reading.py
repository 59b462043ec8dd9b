"""Nothing in a table of measurements is dropped in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.conftest import HEADER, library, series_of

from paucity.response.assess import assess, to_csv, to_json
from paucity.response.cells import Words
from paucity.response.measured import Fault, Measured, read_value
from paucity.response.moments import Moment, read_moment, since
from paucity.response.read_series import parse_series, read_series
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.response.series import Series

WANG = library("wang-2015")


def codes(series: Series) -> list[str]:
    return [f.code for f in series.findings]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",ferritin,0,1,ug/l", "participant-missing"),
        ("p,,0,1,ug/l", "marker-missing"),
        ("p,ferrritine,0,1,ug/l", "unmapped-marker"),
        ("p,ferritin,,1,ug/l", "time-missing"),
        ("p,ferritin,soon,1,ug/l", "time-not-readable"),
        ("p,ferritin,999999,1,ug/l", "time-out-of-range"),
        ("p,ferritin,0,,ug/l", "value-missing"),
        ("p,ferritin,0,high,ug/l", "value-not-a-number"),
        ('p,ferritin,0,"1,5",ug/l,,,', "value-not-a-number"),
        ("p,ferritin,0,NaN,ug/l", "value-not-finite"),
        ("p,ferritin,0,inf,ug/l", "value-not-finite"),
        ("p,ferritin,0,-1,ug/l", "value-negative"),
        ("p,ferritin,0,1e99,ug/l", "value-out-of-range"),
        ("p,ferritin,0,1,", "unit-missing"),
        ("p,ferritin,0,1,g", "unit-not-convertible"),
        ("p,ferritin,0,1,wug", "unit-not-convertible"),
        ("p,sil2r,0,1,pg/ml", "unit-not-convertible"),
        ("p,fever,0,maybe,", "value-not-a-sign"),
        ("p,ferritin,0,1,ug/l,,,,too,many", "row-length"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_line(row: str, code: str) -> None:
    series = series_of(f"p,ferritin,0,5,ug/l\n{row}")
    assert codes(series) == [code]
    assert [(r.row, r.code) for r in series.refused] == [(2, code)]
    assert series.findings[0].span.line == 3
    assert series.rows == 2


def test_assay_specific_units_are_refused_saying_why() -> None:
    series = series_of("p,sil2r,0,1,pg/ml")
    assert "the ratio depends on the assay" in series.findings[0].message


def test_a_data_set_in_the_other_unit_can_be_judged_by_ratio_in_that_unit() -> None:
    rows = "p,sil2r,0,3000,pg/ml\np,sil2r,14,1500,pg/ml"
    series = series_of(rows, units={"sIL-2R": "pg/ml"})
    assert series.findings == ()
    (outcome,) = assess(series, WANG).outcomes
    assert outcome.markers[0].state == "improved"


def test_units_are_converted_exactly() -> None:
    series = series_of("p,TG,0,265.71,mg/dl\np,anc,0,500,cells/ul\np,hb,0,9,g/dl")
    found = {m.marker: m.value for m in series.participants[0].measurements}
    assert found["triglycerides"] == Measured(3, 3)  # type: ignore[arg-type]
    assert str(found["absolute neutrophil count"]) == "0.5"
    assert str(found["hemoglobin"]) == "90"


def test_conflicting_values_of_one_moment_stay_both_possible() -> None:
    series = series_of("p,ferritin,0,5,ug/l\np,ferritin,0,7,ug/l\np,ferritin,0,7,ug/l")
    (measurement,) = series.participants[0].measurements
    assert str(measurement.value) == "5 to 7"
    assert codes(series) == ["conflicting-values"]
    assert series.repeated == 2


def test_a_repeated_row_is_noted_and_used_once() -> None:
    series = series_of("p,ferritin,0,5,ug/l\np,ferritin,0,5,ng/ml")
    assert codes(series) == ["mixed-units", "repeated-row"]
    assert len(series.participants[0].measurements) == 1


def test_a_participant_whose_rows_are_all_refused_is_still_assessed() -> None:
    series = series_of("p,ferritin,0,x,ug/l")
    assessment = assess(series, WANG)
    assert assessment.outcomes[0].result == "CR or PR or NR"
    assert [f.code for f in assessment.findings] == ["no-baseline"]


def test_limits_that_cannot_be_read_are_left_out_and_the_value_stays() -> None:
    series = series_of("p,ferritin,0,5,ug/l,x,\np,ferritin,1,5,ug/l,9,3")
    assert codes(series) == ["limit-not-a-number", "limits-reversed"]
    assert len(series.participants[0].measurements) == 2


def test_markers_are_found_by_name_synonym_loinc_or_mapping() -> None:
    rows = "p,Ferritin,0,1,ug/l\np,2276-4,1,1,ug/l\np,LOINC:2276-4,2,1,ug/l\np,FERR,3,1,ug/l"
    series = series_of(rows, mapping={"ferr": "serum ferritin"})
    assert {m.marker for m in series.participants[0].measurements} == {"ferritin"}
    assert series.findings == ()


DATES = "participant,marker,date,value,unit"


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2020-02-30", "date-impossible"),
        ("0020-02-03", "date-impossible"),
        ("2020-02", "date-incomplete"),
        ("3/4/2020", "date-not-readable"),
        ("2020-02-03T99:00", "date-impossible"),
    ],
)
def test_a_date_that_is_none_is_refused(date: str, code: str) -> None:
    series = series_of(f"p,index,2020-01-01\np,ferritin,{date},1,ug/l", DATES)
    assert codes(series) == [code]


def test_without_an_index_dates_cannot_be_counted() -> None:
    assert codes(series_of("p,ferritin,2020-01-01,1,ug/l", DATES)) == ["index-missing"]
    two = "p,index,2020-01-01\np,index,2020-01-02\np,ferritin,2020-01-01,1,ug/l"
    assert codes(series_of(two, DATES)) == ["index-conflict", "index-missing"]


def test_time_zones_are_taken_into_account_or_reported() -> None:
    index = read_moment("2020-01-01T12:00+02:00")
    later = read_moment("2020-01-01T11:00+00:00")
    assert isinstance(index, Moment)
    assert isinstance(later, Moment)
    assert since(index, later) == 3600 * 10**6
    rows = "p,index,2020-01-01T12:00+02:00\np,ferritin,2020-01-02T08:00,1,ug/l"
    assert codes(series_of(rows, DATES)) == ["zone-mixed"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("a,b,c\n1,2,3\n", "missing-column"),
        (HEADER + "\n", "no-rows"),
        (HEADER + ",Value\np,ferritin,0,1,ug/l,,,,2\n", "duplicate-column"),
    ],
)
def test_a_file_that_is_no_table_of_measurements_is_a_finding(text: str, code: str) -> None:
    assert code in codes(parse_series(text, "labs.csv", Words(bundled())))


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    assert codes(read_series(tmp_path / "none.csv")) == ["file-unreadable"]
    junk = tmp_path / "junk.csv"
    junk.write_bytes(b"\xff\xfe\x00")
    assert codes(read_series(junk)) == ["not-text"]


def test_no_cell_of_the_results_starts_a_formula() -> None:
    series = series_of("=cmd,ferritin,0,<5,ug/l")
    assert "\n'=cmd,wang-2015" in to_csv(assess(series, WANG))


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ("p", "ferritin", "anc", "fever", "0", "14", "<0.1", ">", "1e5", "ug/l", "G/L")
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=8), st.text(max_size=30))
def test_any_text_gives_rows_used_refused_or_repeated(table: list[list[str]], tail: str) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    writer.writerows(table)
    series = parse_series(out.getvalue() + tail, "labs.csv", Words(bundled()))
    used = sum(len(p.measurements) + len(p.events) for p in series.participants)
    indexes = series.rows - len(series.refused) - series.repeated - used
    assert indexes >= 0
    if not any("index" in cell.casefold() or "first" in cell for row in table for cell in row):
        assert indexes == 0 or "not-a-table" in codes(series)
    assessment = assess(series, WANG)
    assert len(assessment.outcomes) == len(series.participants)
    to_csv(assessment)
    to_json(assessment)


@given(st.text(max_size=20))
def test_any_text_is_a_value_or_a_fault(text: str) -> None:
    assert isinstance(read_value(text), Measured | Fault)
    assert isinstance(read_moment(text), Moment | Fault)
