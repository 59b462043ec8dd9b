"""OMOP: every place of a value, and the whole of a public sample."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.readers.conftest import codes, counted, events, values, write_csv

pytest.importorskip("ibis")

import ibis

from paucity.response.readers import open_data, open_omop, parse_mapping
from paucity.response.series import Series
from paucity.response.table_series import Table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

TABLES = {
    # 3001122 ferritin in ug/L (8748); 4171756 is `<`; 999 is of no marker; 0 is no concept.
    "MEASUREMENT": """
    MEASUREMENT_ID,PERSON_ID,MEASUREMENT_CONCEPT_ID,MEASUREMENT_DATE,MEASUREMENT_DATETIME,OPERATOR_CONCEPT_ID,VALUE_AS_NUMBER,VALUE_AS_CONCEPT_ID,UNIT_CONCEPT_ID,UNIT_SOURCE_VALUE,RANGE_LOW,RANGE_HIGH,MEASUREMENT_SOURCE_VALUE,VALUE_SOURCE_VALUE
    11,1,3001122,2020-01-01,2020-01-01 00:00:00,,4756,,8748,,10,300,x,
    12,1,3001122,2020-01-15,2020-01-15 07:30:00,4171756,50,,8748,,,,x,
    13,1,3022192,2020-01-15,,,265.71,,8840,,,,x,
    14,1,999,2020-01-15,,,1,,,,,,x,
    15,1,999,2020-01-16,,,1,,,,,,x,
    16,1,0,2020-01-15,,,20,,0,10*9/L,,,PLT,
    17,1,0,2020-01-15,,,20,,0,10*9/L,,,unheard of,
    18,1,888,2020-01-15,,,,4181412,,,,,x,
    19,2,3001122,2020-02-30,,,5,,8748,,,,x,
    20,2,3001122,2020-02-01,,,,,8748,,,,x,
    """,
    "PERSON": """
    PERSON_ID,GENDER_CONCEPT_ID,YEAR_OF_BIRTH,MONTH_OF_BIRTH,DAY_OF_BIRTH
    1,8532,2010,1,10
    2,8507,2000,,
    """,
    "CONDITION_OCCURRENCE": """
    CONDITION_OCCURRENCE_ID,PERSON_ID,CONDITION_CONCEPT_ID,CONDITION_START_DATE
    5,1,437663,2020-01-01
    6,1,12345,2020-01-01
    """,
    "OBSERVATION": """
    OBSERVATION_ID,PERSON_ID,OBSERVATION_CONCEPT_ID,OBSERVATION_DATE,VALUE_AS_CONCEPT_ID,VALUE_AS_STRING
    7,1,888,2020-01-02,,no
    """,
    "DRUG_EXPOSURE": """
    DRUG_EXPOSURE_ID,PERSON_ID,DRUG_CONCEPT_ID,DRUG_EXPOSURE_START_DATE
    1,1,700,2020-01-01
    2,1,700,2020-01-08
    3,1,901,2020-01-20
    4,2,701,2020-01-01
    """,
    "CONCEPT_ANCESTOR": """
    ANCESTOR_CONCEPT_ID,DESCENDANT_CONCEPT_ID
    900,901
    """,
    "CONCEPT": """
    CONCEPT_ID,CONCEPT_NAME,VOCABULARY_ID,CONCEPT_CODE
    999,Shoe size,LOINC,99999-1
    701,Same drug by its code,RxNorm,42
    """,
    "DEATH": """
    PERSON_ID,DEATH_DATE
    1,2020-03-01
    """,
}
MAPPING = """
markers: {"OMOP:888": splenomegaly}
index: ["OMOP:700", "RxNorm:42"]
next_therapy: "OMOP:900"
"""


@pytest.fixture
def cdm(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "cdm", TABLES)


def mapping():
    found, findings = parse_mapping(MAPPING, "codes.yaml")
    assert findings == []
    return found


def test_values_signs_times_and_events_are_read(cdm: Path):
    data = open_data(cdm, mapping=mapping(), bulk=False)
    # 07:30 of day 14, as the index has only a date: after the end of day 13
    late = 13 + (7.5 * 3600 * 10**6 + 1) / 86_400_000_000
    found = values(data, "1")
    assert found == {
        ("ferritin", 0): "4756",
        ("ferritin", late): "<50",
        ("triglycerides", 14): "3",  # 265.71 mg/dL / 88.57
        ("platelets", 14): "20",
        ("splenomegaly", 1): "absent",
        ("splenomegaly", 14): "present",
        ("fever", 0): "present",
    }
    assert events(data, "1") == [("next therapy", 19), ("death", 60)]  # 30 d + 29 d + 1 d
    first = next(m for m in data.participants[0].measurements if m.marker == "ferritin")
    assert (first.low, first.high, first.sex, first.age) == (10, 300, "female", 9)
    assert data.rows == 10


def test_what_is_not_used_is_told(cdm: Path):
    data = open_data(cdm, mapping=mapping(), bulk=False)
    told = [f.message for f in data.findings if f.code == "unmapped-code"]
    assert told == [
        "`OMOP:999` (LOINC:99999-1; Shoe size) stands for no marker; 2 rows not used",
        "`unheard of` stands for no marker; 1 row not used",
    ]
    assert [(r.row, r.code) for r in data.refused] == [
        (19, "date-impossible"),
        (20, "value-missing"),
    ]
    impossible = next(f for f in data.findings if f.code == "date-impossible")
    assert impossible.message.endswith("; the row has measurement_id 19")


def test_in_bulk_the_same_is_read(cdm: Path):
    rows = open_data(cdm, mapping=mapping(), bulk=False)
    table = open_data(cdm, mapping=mapping())
    assert isinstance(table, Table)
    assert table.findings == rows.findings
    assert int(table.rows.count().to_pyarrow().as_py()) == len(rows.participants[0].measurements)
    assert table.read == rows.rows


def test_an_index_given_comes_instead_of_that_of_the_data(cdm: Path):
    data = open_data(cdm, mapping=mapping(), index={"1": "2020-01-02"}, bulk=False)
    assert values(data, "1")["ferritin", -1] == "4756"


def test_a_duckdb_file_an_archive_and_a_connection_give_the_same(cdm: Path, tmp_path: Path):
    duckdb = pytest.importorskip("duckdb")
    expected = open_data(cdm, mapping=mapping(), bulk=False)
    path = tmp_path / "cdm.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("create schema hospital")
        for name in TABLES:
            database.execute(f"create table hospital.{name} as from '{cdm / name}.csv'")
    archive = tmp_path / "cdm.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in TABLES:
            file.write(cdm / f"{name}.csv", f"export/{name}.csv")
        file.writestr("__MACOSX/export/._PERSON.csv", "x")
    for place in (path, archive):
        data = open_data(place, mapping=mapping(), bulk=False)
        assert isinstance(data, Series)
        assert data.participants == expected.participants
    connection = ibis.duckdb.connect(str(path), read_only=True)
    data = open_omop(connection, database="hospital", mapping=mapping(), bulk=False)
    assert data.participants == expected.participants


def test_another_engine_gives_the_same(cdm: Path):
    pytest.importorskip("polars")
    try:
        connection = ibis.polars.connect()
    except ImportError:
        pytest.skip("ibis has no polars backend here")
    expected = open_data(cdm, mapping=mapping(), bulk=False)
    for name in TABLES:
        connection.read_csv(cdm / f"{name}.csv", table_name=name)
    data = open_omop(connection, mapping=mapping(), bulk=False)
    assert data.participants == expected.participants


def test_a_folder_without_measurements_or_their_columns_is_told(tmp_path: Path):
    folder = write_csv(tmp_path / "cdm", {"PERSON": "PERSON_ID\n1"})
    assert codes(open_data(folder)) == ["omop-table-missing"]
    write_csv(folder, {"MEASUREMENT": "PERSON_ID,VALUE\n1,2"})
    assert codes(open_data(folder)) == ["missing-column"]


def test_a_bomb_and_a_broken_archive_are_told(tmp_path: Path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("measurement.csv", b"0" * 30_000_000)
    assert codes(open_data(bomb)) == ["not-a-table"]
    assert "30 MB" in open_data(bomb).findings[0].message
    bomb.write_bytes(bomb.read_bytes()[:2000])
    assert codes(open_data(bomb)) == ["not-a-table"]


def test_the_sample_is_read_as_sql_counts_it(synthea: Path, tmp_path: Path):
    duckdb = pytest.importorskip("duckdb")
    with zipfile.ZipFile(synthea) as archive:
        for name in ("measurement", "person", "death"):
            member = f"Synthea27NjParquet/{name}.parquet"
            (tmp_path / f"{name}.parquet").write_bytes(archive.read(member))
    rows = duckdb.read_parquet(str(tmp_path / "measurement.parquet"))
    people = rows.aggregate("person_id, min(measurement_date)").fetchall()
    index = {str(p): str(first) for p, first in people}
    data = open_data(synthea, index=index, bulk=False)
    # distinct moments, since several rows of one moment are one measurement
    moments = "count(distinct (person_id, measurement_datetime))"
    expected = dict(rows.aggregate(f"measurement_concept_id, {moments}").fetchall())
    found = counted(data)
    assert found["triglycerides"] == expected[3022192]
    assert found["ferritin"] == expected[3001122]
    assert found["platelets"] == expected[3024929]
    assert data.rows == 10_040
    deaths = [e for p in data.participants for e in p.events if e.event == "death"]
    assert len(deaths) == 3
    whole = open_data(synthea, index=index)
    assert int(whole.rows.count().to_pyarrow().as_py()) == sum(found.values())
