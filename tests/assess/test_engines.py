"""Engines by name, and what is said where one is not installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("ibis")

from paucity.response.engines import engine, engine_of
from paucity.response.read_table import read_table, table_from
from paucity.response.table_series import MissingExtraError, in_memory

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def test_an_engine_is_known_by_its_connection() -> None:
    connection = engine("duckdb")
    table = connection.create_table("labs", in_memory([(1,)], {"a": "int64"}))
    assert engine_of(table) is connection
    assert engine_of(in_memory([(1,)], {"a": "int64"})) is None


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="no engine `sparc`; expected duckdb or spark"):
        engine("sparc")


def test_missing_spark_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'paucity\[spark\]'"):
        engine("spark")


def test_missing_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MissingExtraError, match=f"needs Java 17 .*JAVA_HOME is {tmp_path}"):
        engine("spark")
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match="`java` is not on the path"):
        engine("spark")


def test_a_table_without_row_numbers_is_read() -> None:
    columns = ("participant", "marker", "day", "value", "unit")
    cells = [("p", "ferritin", "0", "4000", "ug/l"), ("p", "ferritin", "soon", "3000", "ug/l")]
    raw = in_memory(cells, dict.fromkeys(columns, "string"))
    connection = engine("duckdb")
    table = table_from(connection.create_table("labs", raw))
    assert engine_of(table.rows) is connection
    assert [f.code for f in table.findings] == ["time-not-readable"]
    assert table.refused.to_pyarrow()["code"].to_pylist() == ["time-not-readable"]


def test_a_connection_that_opens_no_files_is_a_finding(tmp_path: Path) -> None:
    class Other:
        name = "other"

    path = tmp_path / "labs.csv"
    path.write_text("participant,marker,day,value\n")
    (finding,) = read_table(path, connection=Other()).findings
    assert finding.code == "not-a-table"
    assert "a connection to other opens no files" in finding.message
