"""Reading in bulk gives the same rows, findings and results as reading row by row."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assess.conftest import library

pytest.importorskip("ibis")

from paucity.response.agreement import compare_definitions, compare_tables
from paucity.response.assess import assess
from paucity.response.assess_table import assess_table, baseline_findings, write_levels
from paucity.response.read_series import read_series
from paucity.response.read_table import read_table
from paucity.response.settings import ReferenceLimit, Settings
from paucity.response.table_series import MissingExtraError, Table, load_ibis

if TYPE_CHECKING:
    from pathlib import Path

# ibis asks DuckDB for Arrow tables by a name that DuckDB 2 is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

WANG = library("wang-2015")
MARSH = library("marsh-2013")

ROWS = """participant,marker,day,date,value,unit,low,high,flags,sex,age
a,ferritin,0,,4756,ug/l,,300,,f,3
a,ferritin,14,,1500,ug/l,,300,H odd,f,3
b,ferritin,0,,4756,ng/ml,,3x0,,m,
b,ferritin,14,,150,ug/l,400,300,,m,
b,TG,0,,354,mg/dl,,,,,
b,TG,10,,<3,mmol/l,,,,,
b,TG,10,,2.5,mmol/l,,,,,
b,sil2r,10,,2.5,pg/ml,,,,,
b,nothing known,10,,2.5,pg/ml,,,,,
,ferritin,10,,2.5,ug/l,,,,,
c,ferritin,soon,,2.5,ug/l,,,,,
c,ferritin,3,,nan,ug/l,,,,,
c,index,,2020-01-01,,,,,,,
c,ferritin,,2020-01-15,50,ug/l,,300.123456789,,,
c,ferritin,,2019-12-31T10:00,500.1234567,ug/l,,,,,
c,ferritin,,2020-02-30,500.1,ug/l,,,,,
c,fever,,2020-01-15,yes,,,,,,
c,fever,,2020-01-15,no,,,,,,
d,fever,,2020-01-15,no,,,,,,
d,alt,1,,400,U/I,,,,,
d,alt,1,,400,U/I,,,,,
d,anc,-1.5,,<0.5,10^9/l,,,,,
d,anc, 2 ,,1.00000000000000000001,10^9/l,,,,,
d,anc,3,, 7 ,10^9/l,,,,,
d,transfusion,3,,,,,,,,
d,death,40,,,,,,,,
e,index,,2020-01-01T08:00+01:00,,,,,,,
e,ferritin,,2020-01-01T09:00+02:00,10,ug/l,,,,,
e,ferritin,,2020-01-15T07:00Z,5,ug/l,,,,,
e,ferritin,,2020-01-15T07:00,6,ug/l,,,,,
f,index,,2020-01-01,,,,,,,
f,index,,2020-01-02,,,,,,,
f,ferritin,,2020-01-02,4,ug/l,,,,,
"""


def results(table: Table, chosen: Settings) -> dict[str, tuple[str, str]]:
    levels = assess_table(table, WANG, chosen).levels.to_pyarrow().to_pylist()
    return {r["participant"]: (r["result"], r["deciding"]) for r in levels}


def same(path: Path, chosen: Settings = Settings(), **options: Any) -> None:  # noqa: B008
    series, table = read_series(path, **options), read_table(path, **options)
    assert table.findings == series.findings
    assert (table.read, table.repeated) == (series.rows, series.repeated)
    refused = table.refused.order_by("row").to_pyarrow().to_pylist()
    assert [(r["row"], r["code"], r["reason"]) for r in refused] == [
        (r.row, r.code, r.reason) for r in series.refused
    ]
    expected = {
        o.participant: (o.result, "; ".join(o.deciding))
        for o in assess(series, WANG, chosen).outcomes
    }
    assert results(table, chosen) == expected


def test_every_sort_of_row_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(ROWS)
    same(path)
    limits = (ReferenceLimit("ferritin", "ug/l", high=None, low=None, sex="f"),)
    same(path, Settings(limits=limits, limits_first="settings"), index={"d": "2020-01-10"})


def test_numbers_and_text_in_parquet_are_read_alike(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    day = [0.0, 14.0, 0.0, 14.5, None]
    value = [2.8, 2.1, 0.1 + 0.2, float("nan"), 1.0]
    table = pa.table(
        {
            "participant": [7, 7, 8, 8, None],
            "marker": ["triglycerides"] * 5,
            "day": day,
            "value": value,
            "unit": ["mmol/l"] * 5,
        }
    )
    path = tmp_path / "labs.parquet"
    parquet.write_table(table, path)
    found = read_table(path)
    assert [f.code for f in found.findings] == ["value-not-finite", "participant-missing"]
    markers = assess_table(found, WANG).markers.to_pyarrow().to_pylist()
    assert {(str(m["participant"]), m["state"]) for m in markers} == {
        ("7", "improved"),
        ("8", "missing"),
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("a,b,c\n1,2,3\n", "missing-column"),
        ("participant,marker,day,value,unit\n", "no-rows"),
    ],
)
def test_a_file_that_is_no_table_is_a_finding(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(text)
    table = read_table(path)
    assert code in [f.code for f in table.findings]
    assert assess_table(table, WANG).results() == {}


def test_junk_is_a_finding(tmp_path: Path) -> None:
    for name in ("labs.csv", "labs.parquet"):
        path = tmp_path / name
        path.write_bytes(bytes(range(256)) * 4)
        codes = {f.code for f in read_table(path).findings}
        assert codes & {"not-a-table", "missing-column"}
    assert [f.code for f in read_table(tmp_path / "none.csv").findings] == ["file-unreadable"]


def test_rows_of_wrong_length_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("participant,marker,day,value,unit\np,ferritin,0,1,ug/l\np,ferritin,0\n")
    table = read_table(path)
    assert [f.code for f in table.findings] == ["row-length"]
    assert table.read == 2


def test_who_has_no_baseline_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("participant,marker,day,value,unit\np,ferritin,1,1,ug/l\nq,ferritin,0,1,ug/l\n")
    (finding,) = baseline_findings(read_table(path), WANG)
    assert finding.message == "1 of 2 participant has no value up to the index"


def test_results_are_written_by_participant(tmp_path: Path) -> None:
    from pyarrow import csv, parquet

    path = tmp_path / "labs.csv"
    path.write_text(
        "participant,marker,day,value,unit\nz,ferritin,0,1,ug/l\n=a,ferritin,0,1,ug/l\n"
    )
    found = assess_table(read_table(path), WANG)
    write_levels(found, tmp_path / "out.parquet")
    write_levels(found, tmp_path / "out.csv")
    names = parquet.read_table(tmp_path / "out.parquet")["participant"].to_pylist()
    assert names == ["=a", "z"]
    assert csv.read_csv(tmp_path / "out.csv")["participant"].to_pylist() == ["'=a", "z"]


def test_long_decimals_are_compared_exactly_in_wide_numbers(tmp_path: Path) -> None:
    rows = ["participant,marker,day,value,unit,high"]
    for name, last in (("at", "199.285714285714"), ("above", "199.285714285715")):
        rows += [f"{name},TG,0,265.714285714285333333,mg/dl,", f"{name},TG,14,{last},mg/dl,"]
        rows += [f"{name},TG,-9,88888888888,mg/dl,", f"{name},TG,-8,3.000000000001,mmol/l,1.7"]
    path = tmp_path / "labs.csv"
    path.write_text("\n".join(rows) + "\n")
    assert max(s.largest for s in read_table(path).markers.values()) > 2**63
    same(path)


def test_what_is_not_installed_is_named_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'paucity\[assess\]'"):
        load_ibis()


def test_definitions_are_compared_in_the_engine_as_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(ROWS)
    series, table = read_series(path), read_table(path)
    mine = compare_definitions([assess(series, d) for d in (WANG, MARSH)])
    theirs = compare_tables([assess_table(table, d) for d in (WANG, MARSH)])
    assert mine.rates == theirs.rates
    assert mine.comparisons == theirs.comparisons


CELL = st.one_of(
    st.sampled_from(
        ("a", "b", "", "ferritin", "TG", "fever", "index", "death", "foo", "0", "14", "-3", "1e-3")
    ),
    st.sampled_from(
        ("<0.1", "0.1", "265.71", "ug/l", "mg/dl", "U/I", "2020-01-01", "yes", "é", "H")
    ),
    st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n"'), max_size=6),
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Return rows that are mostly sound."""
    pick = {
        "participant": ("a", "b", "c"),
        "marker": ("ferritin", "TG", "anc", "fever", "index", "next therapy"),
        "day": ("0", "14", "-2", "", "1.25"),
        "date": ("", "2020-01-01", "2020-01-09", "2020-01-09T10:00"),
        "value": ("1", "2.5", "<0.1", "0.3333333", "present", "absent"),
        "unit": ("ug/l", "mg/dl", "10^9/l", "mmol/l"),
        "high": ("", "3", "1.123456789"),
        "flags": ("", "H", "N"),
    }
    lines = []
    for _ in range(draw(st.integers(1, 25))):
        odd = draw(st.sampled_from((*pick, None, None, None)))
        cells = [draw(CELL if odd == c else st.sampled_from(pick[c])) for c in pick]
        lines.append(",".join(f'"{c}"' if "," in c else c for c in cells))
    return "\n".join((",".join(pick), *lines)) + "\n"


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=tables())
def test_generated_tables_are_read_alike(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(text, encoding="utf-8")
    same(path)
