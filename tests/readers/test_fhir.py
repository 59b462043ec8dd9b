"""FHIR: every place of a value, in R4 and R5, in bundles and in lines."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.conftest import DAY, codes, events, values

from paucity.response.readers import open_data, parse_mapping
from paucity.response.readers.json_rows import years_between

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
SCT = "http://snomed.info/sct"


def concept(system: str, code: str, display: str = "") -> dict[str, Any]:
    coding = {"system": system, "code": code, **({"display": display} if display else {})}
    return {"coding": [coding]}


def observation(code: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2020-01-15",
        **fields,
    }


def quantity(value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


FERRITIN = concept(LOINC, "2276-4", "Ferritin")
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "2010-01-20",
    "deceasedDateTime": "2020-03-01",
}
DOSES = [
    {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": concept("http://www.whocc.no/atc", "L04AG06"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": date,
    }
    for date in ("2020-01-08", "2020-01-01")
]
RESOURCES = [
    observation(FERRITIN, effectiveDateTime="2020-01-01", valueQuantity=quantity(4756, "ng/mL")),
    observation(
        FERRITIN,
        valueQuantity=quantity(10, "ng/mL", comparator="<"),
        referenceRange=[
            {
                "low": quantity(10, "ng/mL"),
                "high": quantity(120, "ng/mL"),
                "appliesTo": [concept(SCT, "248152002", "Female")],
                "age": {"low": {"value": 1, "unit": "a"}, "high": {"value": 18, "unit": "a"}},
            },
            {
                "high": quantity(300, "ng/mL"),
                "appliesTo": [concept(SCT, "248153007", "Male")],
            },
        ],
        interpretation=[
            concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "L")
        ],
    ),
    observation(FERRITIN, status="entered-in-error", valueQuantity=quantity(1, "ng/mL")),
    observation(
        FERRITIN,
        effectiveDateTime="2020-01-16",
        dataAbsentReason=concept(
            "http://terminology.hl7.org/CodeSystem/data-absent-reason", "error", "Error"
        ),
    ),
    observation(
        concept(LOINC, "58410-2", "CBC panel"),
        component=[
            {"code": concept(LOINC, "777-3"), "valueQuantity": quantity(20, "10*3/uL")},
            {"code": concept(LOINC, "718-7"), "valueQuantity": quantity(9.5, "g/dL")},
        ],
    ),
    observation(
        concept(SCT, "16294009", "Splenomegaly"),
        effectivePeriod={"start": "2020-01-10", "end": "2020-01-12"},
        effectiveDateTime=None,
        valueCodeableConcept=concept(SCT, "2667000", "Absent"),
    ),
    observation({"text": "Fever"}, valueBoolean=True),
    observation(concept(LOINC, "99999-1", "Shoe size"), valueQuantity=quantity(42, "cm")),
    observation(FERRITIN, effectiveDateTime="2020-02", valueQuantity=quantity(9, "ng/mL")),
    observation(
        FERRITIN,
        effectiveDateTime="2020-01-20T23:30:00-05:00",
        valueQuantity=quantity(7, "ng/mL"),
    ),
    {"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}},
]
for _resource in RESOURCES:
    if _resource.get("effectiveDateTime", "") is None:
        del _resource["effectiveDateTime"]
ALL = [PATIENT, *DOSES, *RESOURCES]


def mapping():
    found, findings = parse_mapping("index: ATC:L04AG06", "m.yaml")
    assert findings == []
    return found


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in resources],
    }


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path


def lines(path: Path, resources: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in resources), encoding="utf-8")
    return path


def test_the_fixtures_are_fhir():
    r4b = pytest.importorskip("fhir.resources.R4B")
    from fhir.resources import get_fhir_model_class as r5_class

    for resource in ALL[:-1]:
        model = r4b.get_fhir_model_class(resource["resourceType"])
        model.model_validate(resource)
    for resource in RESOURCES[:-1]:
        r5_class("Observation").model_validate(resource)


def expected(data: Any) -> None:
    found = values(data, "p1")
    # -05:00 stays as written: the index has no time, so dates are compared as written
    evening = 19 - 1 + (23.5 * 3600 * 10**6 + 1) / DAY
    assert found == {
        ("ferritin", 0): "4756",
        ("ferritin", 14): "<10",
        ("ferritin", evening): "7",
        ("platelets", 14): "20",
        ("hemoglobin", 14): "95",
        ("splenomegaly", 9): "absent",
        ("fever", 14): "present",
    }
    assert events(data, "p1") == [("death", 60)]
    second = next(m for m in data.participants[0].measurements if str(m.value) == "<10")
    assert (second.low, second.high, second.flags, second.sex, second.age) == (
        *(10, 120, 4),
        *("female", 9),
    )


def test_a_bundle_is_read_and_what_is_not_used_is_told(tmp_path: Path):
    data = open_data(write(tmp_path / "b.json", bundle(ALL)), mapping=mapping())
    expected(data)
    told = {f.code: f.message for f in data.findings}
    assert told == {
        "observation-void": "an Observation is entered-in-error; not used",
        "value-absent": "ferritin has no value: Error",
        "date-incomplete": "`2020-02` has no day; write the full date, YYYY-MM-DD",
        "resource-not-used": "Encounter is not used",
        "unmapped-code": "`LOINC:99999-1` (Shoe size) stands for no marker; 1 row not used",
    }
    assert data.rows == 11  # 10 observations, of which the panel has 2 components


def test_lines_in_any_order_and_folders_are_read_alike(tmp_path: Path):
    expected(open_data(lines(tmp_path / "x.ndjson", ALL[::-1]), mapping=mapping()))
    folder = tmp_path / "export"
    folder.mkdir()
    lines(folder / "Observation.ndjson", RESOURCES)
    lines(folder / "Patient.ndjson", [PATIENT])
    lines(folder / "MedicationAdministration.ndjson", DOSES)
    expected(open_data(folder, mapping=mapping()))


def test_findings_stand_on_the_line(tmp_path: Path):
    path = lines(tmp_path / "x.ndjson", ALL)
    data = open_data(path, mapping=mapping())
    wanted = ALL.index(RESOURCES[8]) + 1
    spans = {f.code: str(f.span) for f in data.findings}
    assert spans["date-incomplete"] == f"x.ndjson:{wanted}:1"
    pretty = write(tmp_path / "b.json", bundle(ALL))
    text = pretty.read_text(encoding="utf-8").splitlines()
    data = open_data(pretty, mapping=mapping())
    line = next(f.span.line for f in data.findings if f.code == "date-incomplete")
    entry = "\n".join(text[line - 1 : line + 30])
    assert '"2020-02"' in entry
    assert entry.count('"resource":') >= 1


def test_in_bulk_the_same_is_read(tmp_path: Path):
    pytest.importorskip("ibis")
    path = lines(tmp_path / "x.ndjson", ALL)
    rows, table = open_data(path, mapping=mapping()), open_data(path, mapping=mapping(), bulk=True)
    assert table.findings == rows.findings
    assert int(table.rows.count().to_pyarrow().as_py()) == len(rows.participants[0].measurements)


def test_patients_are_found_by_full_urls_identifiers_and_versions(tmp_path: Path):
    made = bundle([PATIENT, *RESOURCES[:1]])
    made["entry"][0]["fullUrl"] = "urn:uuid:1"
    references = [
        {"reference": "urn:uuid:1"},
        {"reference": "Patient/p1/_history/3"},
        {"reference": "https://example.org/fhir/Patient/p1"},
        {"identifier": {"value": "p1"}},
    ]
    for subject in references:
        again = copy.deepcopy(made)
        again["entry"][1]["resource"]["subject"] = subject
        data = open_data(write(tmp_path / "b.json", again), index={"p1": "2020-01-01"})
        assert values(data, "p1")["ferritin", 0] == "4756", subject


def test_limits_that_are_ambiguous_or_in_another_unit_are_not_used(tmp_path: Path):
    two = [{"high": quantity(100, "ng/mL")}, {"high": quantity(200, "ng/mL")}]
    other = [{"high": quantity(100, "ug/dL")}]
    for ranges in (two, other):
        made = observation(FERRITIN, valueQuantity=quantity(5, "ng/mL"), referenceRange=ranges)
        data = open_data(write(tmp_path / "o.json", made), index={"p1": "2020-01-01"})
        assert codes(data) == ["limits-not-used"]
        assert data.participants[0].measurements[0].high is None


def test_assay_specific_units_are_refused(tmp_path: Path):
    made = observation(concept(LOINC, "76039-7"), valueQuantity=quantity(900, "pg/mL"))
    data = open_data(write(tmp_path / "o.json", made), index={"p1": "2020-01-01"})
    assert [r.code for r in data.refused] == ["unit-not-convertible"]


def test_other_types_of_value_are_refused(tmp_path: Path):
    made = observation(FERRITIN, valueRange={"low": quantity(5, "ng/mL")})
    data = open_data(write(tmp_path / "o.json", made), index={"p1": "2020-01-01"}, assume_unit=True)
    assert [r.reason for r in data.refused] == ["`valueRange` is not a number"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{"resourceType": "Bundle",\n "entry": [\n  {"a": }\n]}', "json-broken", 3),
        ('{"resourceType": "Observation"', "json-broken", 1),
        ('{"resourceType": "Observation", "a": ' + "[" * 100 + "]" * 100 + "}", "json-too-deep", 1),
        ('{"resourceType": "Observation", "a": ' + "[" * 10**6 + "}", "json-too-deep", 1),
        ('[1, {"resourceType": "Patient"}]', "resource-unknown", 1),
        ('{"resourceType": "Bundle", "entry": 5}', "no-rows", 1),
    ],
)
def test_broken_json_is_told_with_its_line(tmp_path: Path, text, code, line):
    path = tmp_path / "b.json"
    path.write_text(text, encoding="utf-8")
    found = [f for f in open_data(path, form="fhir").findings if f.code == code]
    assert [f.span.line for f in found] == [line]


def test_a_broken_line_does_not_stop_the_others(tmp_path: Path):
    path = lines(tmp_path / "x.ndjson", ALL)
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"{broken\n\xff\n" + text.encode())
    data = open_data(path, mapping=mapping())
    told = {(f.code, f.span.line) for f in data.findings}
    assert {("json-broken", 1), ("not-text", 2)} <= told
    assert values(data, "p1")["ferritin", 0] == "4756"


@pytest.mark.parametrize(
    ("birth", "date", "years"),
    [
        ("2010-06-15", "2020-06-14", "9"),
        ("2010-06-15", "2020-06-15", "10"),
        ("2012-02-29", "2013-02-28", "0"),
        ("2010-06", "2020-06-15", ""),
        ("2010-06-15", "2000-01-01", ""),
    ],
)
def test_ages_are_completed_years(birth, date, years):
    assert years_between(birth, date) == years
