"""Opening tidy tables, and telling formats apart."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.readers.conftest import values

pytest.importorskip("ibis")

from paucity.response.readers import FORMS, form_of, open_data, parse_mapping
from paucity.response.series import Series
from paucity.response.table_series import Table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

TEXT = """participant,marker,day,value,unit
a,FERR,0,4756,ng/ml
a,FERR,14,1500,ng/ml
a,plt,0,20,Giga/L
a,Fieber,0,ja,
a,shoe size,0,42,
a,unheard of,0,1,
"""
MAPPING = """
markers: {FERR: ferritin, Fieber: fever}
units: {Giga/L: 10*9/L}
values: {ja: present}
ignore: [shoe size]
"""


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    path = tmp_path / "labs.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def mapping():
    found, findings = parse_mapping(MAPPING, "codes.yaml")
    assert findings == []
    return found


def test_small_text_is_read_row_by_row_with_its_mapping(labs: Path):
    data = open_data(labs, mapping=mapping())
    assert isinstance(data, Series)
    assert values(data, "a") == {
        ("ferritin", 0): "4756",
        ("ferritin", 14): "1500",
        ("platelets", 0): "20",
        ("fever", 0): "present",
    }
    assert [(r.row, r.code) for r in data.refused] == [
        (5, "marker-ignored"),
        (6, "unmapped-marker"),
    ]
    assert [f.code for f in data.findings] == ["unmapped-marker"]


def test_in_bulk_the_same_is_read_and_told(labs: Path):
    rows = open_data(labs, mapping=mapping(), bulk=False)
    table = open_data(labs, mapping=mapping(), bulk=True)
    assert isinstance(table, Table)
    assert table.findings == rows.findings
    assert set(table.markers) == {"ferritin", "platelets", "fever"}
    assert int(table.rows.count().to_pyarrow().as_py()) == 4
    refused = sorted((r["row"], r["code"]) for r in table.refused.to_pyarrow().to_pylist())
    assert refused == [(r.row, r.code) for r in rows.refused]


def test_parquet_is_read_in_bulk_or_row_by_row(labs: Path, tmp_path: Path):
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    path = tmp_path / "labs.parquet"
    parquet.write_table(csv.read_csv(labs), path)
    assert isinstance(open_data(path, mapping=mapping()), Table)
    rows = open_data(path, mapping=mapping(), bulk=False)
    assert isinstance(rows, Series)
    assert len(rows.participants[0].measurements) == 4


def test_own_units_and_index_are_followed(tmp_path: Path):
    path = tmp_path / "labs.csv"
    path.write_text("patient,test,date,value\nb,TG,2020-01-15,2\n", encoding="utf-8")
    data = open_data(
        path, index={"b": "2020-01-01"}, assume_unit=True, units={"triglycerides": "mg/dL"}
    )
    assert data.units == {"triglycerides": "mg/dL"}
    assert data.participants[0].measurements[0].at == 14 * 86_400_000_000


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.csv", b"patient,test,day,value\n", "tidy"),
        ("a.csv", b"\xef\xbb\xbfUSUBJID,LBTESTCD,LBSTRESN\n", "sdtm"),
        ("a.csv", b"USUBJID,PARAMCD,AVAL\n", "adam"),
        ("a.csv", b"person_id,measurement_concept_id\n", "omop"),
        ("a.json", b' {"resourceType": "Bundle"}', "fhir"),
        ("a.ndjson", b'{"resourceType":"Observation"}\n', "fhir"),
        ("a.json", b'[{"id": "x", "subject": {"id": "a"}}]', "phenopackets"),
        ("a.json", b'{"some": "thing"}', ""),
        ("a.csv", b"colour,shape\n", ""),
        ("a.bin", bytes(range(256)), ""),
    ],
)
def test_the_format_is_told_by_the_content(tmp_path: Path, name, content, form):
    path = tmp_path / name
    path.write_bytes(content)
    assert form_of(path) == form
    if not form:
        assert [f.code for f in open_data(path).findings] == ["format-unknown"]


def test_folders_are_told_by_the_names_in_them(tmp_path: Path):
    for name, form in (("MEASUREMENT.csv", "omop"), ("lb.csv", "sdtm"), ("ADLB.csv", "adam")):
        folder = tmp_path / form
        folder.mkdir()
        (folder / name).write_text("x\n", encoding="utf-8")
        assert form_of(folder) == form
    empty = tmp_path / "empty"
    empty.mkdir()
    assert [f.code for f in open_data(empty).findings] == ["format-unknown"]


def test_what_is_empty_or_not_there_is_told(tmp_path: Path):
    path = tmp_path / "none.csv"
    assert [f.code for f in open_data(path).findings] == ["file-unreadable"]
    path.write_bytes(b"")
    assert [f.code for f in open_data(path).findings] == ["empty-file"]


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_choice_of_format_gives_a_finding(tmp_path: Path, form):
    path = tmp_path / "labs.csv"
    path.write_text("colour,shape\nred,round\n", encoding="utf-8")
    data = open_data(path, form=form)
    assert any(f.severity == "error" for f in data.findings)


def test_an_unknown_format_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="`xml` is no format"):
        open_data(tmp_path, form="xml")


def test_opening_json_loads_no_heavy_library():
    code = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from paucity.response.readers import open_data
with TemporaryDirectory() as folder:
    path = Path(folder) / "o.json"
    path.write_text('{"resourceType": "Observation", "status": "final"}', encoding="utf-8")
    open_data(path)
print(*sorted({m.split(".")[0] for m in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    loaded = set(done.stdout.split())
    assert "paucity" in loaded
    assert loaded & {"ibis", "duckdb", "pyarrow", "pandas", "numpy", "pyreadstat"} == set()
