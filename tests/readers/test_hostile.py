"""Whatever a file holds, reading it gives findings and no traceback."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("ibis")

from tests.readers import test_cdisc, test_fhir, test_omop, test_phenopackets

from paucity.response.readers import FORMS, open_data
from paucity.text import Finding

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

CELL = st.one_of(
    st.sampled_from(("", "1", "-1", "<5", "nan", "2020-01-01", "2020-02-30", "PLAT", "Y", "1e400")),
    st.text(max_size=8),
)
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just("\ud800")
)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ("resourceType", "code", "coding", "value", "entry", "subject", "id", "timestamp")
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def told(place: Path, form: str, *, bulk: bool | None = None) -> None:
    """Read a place, and check that all that is told of it can be shown."""
    data = open_data(place, form=form, bulk=bulk)
    for finding in data.findings:
        assert isinstance(finding, Finding)
        assert finding.message
        assert "\n" not in str(finding.span)


@settings(max_examples=25)
@given(st.binary(max_size=200), st.sampled_from(("a.csv", "a.json", "a.ndjson", "a.parquet")))
@example(b"PAR1", "a.parquet")
@example(b"PK\3\4", "a.zip")
@example(b"\0" * 8 + b"DUCK", "a.duckdb")
@example(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "a.xpt")
@example(b"\0", "a.sas7bdat")
@example(b"a,a\n", "a.csv")
@example(b"row_number,lbtestcd,usubjid\n1,2,3", "a.csv")
def test_any_bytes_in_any_format(content, name):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for form in ("auto", *FORMS):
            told(path, form)


def _table(columns):
    rows = st.lists(st.lists(CELL, min_size=len(columns), max_size=len(columns)), max_size=4)
    return rows.map(lambda body: [columns, *body])


def _csv(rows) -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""').replace("\0", "") + '"'

    return "\n".join(",".join(quoted(c) for c in row) for row in rows) + "\n"


LB = test_cdisc.LB.strip().splitlines()[0].split(",")
ADLB = test_cdisc.ADLB.strip().splitlines()[0].split(",")
OMOP = [c.strip() for c in test_omop.TABLES["MEASUREMENT"].strip().splitlines()[0].split(",")]


@settings(max_examples=12)
@given(st.one_of(*(_table(c) for c in (LB, ADLB, OMOP))))
def test_any_cells_in_the_columns_of_a_format(rows):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(_csv(rows), encoding="utf-8", errors="replace")
        told(path, "auto")


@settings(max_examples=60)
@given(JSON, st.sampled_from(("fhir", "phenopackets")))
def test_any_json(value, form):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        told(path, form, bulk=False)


def _places(value, found=()):
    """Yield the way to every value within a document."""
    yield found
    inner = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else inner:
        yield from _places(item, (*found, key))


DOCUMENTS = {
    "fhir": test_fhir.bundle(test_fhir.ALL),
    "phenopackets": test_phenopackets.PACKET,
}
PLACES = {form: list(_places(value)) for form, value in DOCUMENTS.items()}


@settings(max_examples=150)
@given(st.data(), st.sampled_from(("fhir", "phenopackets")), SCALAR | JSON)
def test_a_good_document_with_one_value_changed(data, form, value):
    way = data.draw(st.sampled_from(PLACES[form]))
    document = json.loads(json.dumps(DOCUMENTS[form]))
    if not way:
        document = value
    else:
        inner = document
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = value
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        told(path, form, bulk=False)


def test_lone_surrogates_and_control_letters_reach_the_engine(tmp_path: Path):
    made = test_fhir.observation(
        {"text": "Ferritin\ud800\0"},
        subject={"reference": "Patient/\udfff"},
        valueQuantity={"value": 1, "unit": "\ud800"},
    )
    path = tmp_path / "o.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    told(path, "fhir", bulk=True)
