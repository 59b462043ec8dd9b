"""Spark, in local mode, gives the same rows as DuckDB and as the reference evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.assess.conftest import library, series_of
from tests.assess.generated import definitions, rows, settings_of
from tests.assess.test_backends import reference
from tests.assess.test_bulk import ROWS, tables

pytest.importorskip("ibis")

from paucity.response.assess import assess
from paucity.response.assess_table import assess_table
from paucity.response.engines import engine
from paucity.response.load import library_definitions
from paucity.response.read_series import read_series
from paucity.response.read_table import read_table, table_from
from paucity.response.settings import DEFAULTS, Settings
from paucity.response.table_series import MissingExtraError, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from paucity.response.model import Definition
    from paucity.response.series import Series

# Spark says of itself that it does not know pandas 3 yet, and its Python leaves sockets to be
# closed by the collector; ibis asks DuckDB for Arrow tables by a name that is about to go.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

WANG = library("wang-2015")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Return one Spark session for the module."""
    options = {
        "spark_master": "local[2]",
        "spark_driver_memory": "1g",
        "spark_sql_shuffle_partitions": "1",
        # Small data is planned longer than it is computed.
        "spark_sql_adaptive_enabled": "false",
        "spark_sql_codegen_wholeStage": "false",
        "spark_sql_subexpressionElimination_enabled": "false",
    }
    try:
        connection = engine("spark", **options)
    except MissingExtraError as error:
        pytest.skip(str(error))
    yield connection
    connection.disconnect()


def on_spark(spark: Any, table: Any, definition: Definition, chosen: Settings) -> dict[str, Any]:
    found = spark.to_pyarrow(assess_table(table, definition, chosen).levels).to_pylist()
    return {row.pop("participant"): row for row in found}


def agrees(spark: Any, series: Series, definition: Definition, chosen: Settings = DEFAULTS) -> None:
    expected = reference(series, definition, chosen)
    assert on_spark(spark, table_of(series), definition, chosen) == expected


def read_alike(spark: Any, path: Path, definition: Definition, **options: Any) -> None:
    """Reading on Spark gives what reading row by row gives."""
    series, table = read_series(path, **options), read_table(path, connection=spark, **options)
    assert table.findings == series.findings
    assert (table.read, table.repeated) == (series.rows, series.repeated)
    refused = spark.to_pyarrow(table.refused).to_pylist()
    assert sorted((r["row"], r["code"], r["reason"]) for r in refused) == sorted(
        (r.row, r.code, r.reason) for r in series.refused
    )
    assert on_spark(spark, table, definition, DEFAULTS) == reference(series, definition, DEFAULTS)


def test_every_sort_of_row_is_read_and_assessed_alike(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(ROWS)
    read_alike(spark, path, WANG)


# Bounds of every rule, the interval below detection, limits, flags, events and a conflict.
DENSE = """
a,ferritin,0,4756,ug/l,,300
a,ferritin,14,1500,ug/l,,300,H
a,sil2r,0,1500,U/ml
a,sil2r,14,1000,U/ml
b,sil2r,0,1500.001,U/ml
b,sil2r,14,1000,U/ml
b,anc,0,<0.5,10^9/l,1.5,8
b,anc,7,2.01,10^9/l,1.5,8
b,TG,0,4,mmol/l,,1.7
b,TG,14,3,mmol/l,,1.7
b,alt,-1,401,U/l
b,alt,13,200.5,U/l
c,fever,0,present
c,fever,14,absent
c,hemophagocytosis,14,absent
c,consciousness,14,normal
c,hemoglobin,14,90,g/l,90,160,N
c,platelets,14,>=100,10^9/l,100,400,transfused
c,ferritin,0,>4756,ug/l
c,ferritin,14,<300,ug/l,,300
c,ferritin,14,299,ug/l,,300
d,TG,0,354,mg/dl
d,TG,3,265.5,mg/dl
d,next therapy,4
d,TG,5,80,mg/dl
e,ferritin,15,10,ug/l
"""


# Variants of others, which ask for nothing else of the engine, are left for `make slow`.
VARIANTS = {
    "hlh-2004-without-nk",
    "marsh-2013",
    "mh-score",
    "miettunen-2011-hlh2004",
    "ohi",
    "refractory-2-or-more-weeks",
    "wang-2015-fever-mandatory",
}
COMPUTED = [
    pytest.param(d, id=d.name, marks=[pytest.mark.slow] if d.name in VARIANTS else [])
    for d in library_definitions()
    if d.basis == "rule"
]


@pytest.mark.parametrize("definition", COMPUTED)
def test_every_definition_gives_the_same_rows(spark: Any, definition: Definition) -> None:
    series = series_of(DENSE)
    found = assess_table(table_of(series), definition, judge=WANG)
    got = {row["participant"]: row for row in spark.to_pyarrow(found.levels).to_pylist()}
    outcomes = assess(series, definition, judge=WANG).outcomes
    assert len(got) == len(outcomes) == 5
    for outcome in outcomes:
        row = got[outcome.participant]
        assert row["result"] == outcome.result
        assert row["deciding"] == "; ".join(outcome.deciding)
        assert {s.marker: row[s.marker] for s in outcome.markers} == {
            s.marker: s.state for s in outcome.markers
        }
        if outcome.score is not None:
            assert (row["score_least"], row["score_most"]) == (
                float(outcome.score.low),
                float(outcome.score.high),
            )


@seed(20)
@settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_generated_definitions_and_data_give_the_same_rows(spark: Any, data: st.DataObject) -> None:
    series = series_of(data.draw(rows()))
    agrees(spark, series, data.draw(definitions()), data.draw(settings_of()))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_many_generated_definitions_and_data(spark: Any, data: st.DataObject) -> None:
    series = series_of(data.draw(rows()))
    agrees(spark, series, data.draw(definitions()), data.draw(settings_of()))


@pytest.mark.slow
@settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(text=tables())
def test_generated_tables_are_read_alike(spark: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(text, encoding="utf-8")
    read_alike(spark, path, WANG)


def test_long_decimals_are_compared_exactly_in_wide_numbers(spark: Any) -> None:
    data = ""
    for name, last in (("at", "3.000000000003"), ("above", "3.000000000004")):
        data += f"{name},TG,0,4.000000000004,mg/dl\n{name},TG,14,{last},mg/dl\n"
        data += f"{name},TG,-9,88888888888,mg/dl\n{name},TG,-8,3.000000000001,mmol/l,,1.7\n"
    series = series_of(data)
    assert max(s.largest for s in table_of(series).markers.values()) > 2**63
    agrees(spark, series, WANG)
    states = on_spark(spark, table_of(series), WANG, DEFAULTS)
    # A fall of exactly 25% improves; 10^-12 mg/dl above it does not.
    assert [states[n]["triglycerides"] for n in ("at", "above")] == ["improved", "not improved"]


def test_a_table_of_a_connection_is_assessed_where_it_is(spark: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {
        "patient": [7, 7, 8, 8],
        "test": ["ferritin"] * 4,
        "day": [0.0, 14.0, 0.0, 14.0],
        "result": [4000.0, 3000.0, 4000.0, 3000.1],
        "unit": ["ug/l"] * 4,
    }
    path = tmp_path / "labs.parquet"
    parquet.write_table(pa.table(columns), path)
    spark.read_parquet(str(path), table_name="labs")
    for table in (table_from(spark.table("labs")), read_table(path, connection=spark)):
        assert table.rows.get_backend() is spark
        assert [f.code for f in table.findings] == []
        found = on_spark(spark, table, WANG, DEFAULTS)
        states = [found[who]["ferritin"] for who in ("7", "8")]
        assert states == ["improved", "not improved"]


def test_a_file_that_is_no_parquet_is_a_finding(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "labs.parquet"
    path.write_bytes(bytes(range(256)))
    assert [f.code for f in read_table(path, connection=spark).findings] == ["not-a-table"]


def test_names_that_end_in_f_or_v_stay_whole(spark: Any, tmp_path: Path) -> None:
    # Spark takes an unknown escape such as \f for the letter alone, and would trim it off.
    path = tmp_path / "labs.csv"
    path.write_text(
        "participant,marker,day,value,unit\nf,ferritin,0,4756,ug/l\nvif,ferritin,0,500,ug/l\n"
    )
    table = read_table(path, connection=spark)
    assert sorted(spark.to_pyarrow(table.participants).column(0).to_pylist()) == ["f", "vif"]
