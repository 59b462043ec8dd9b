"""Phenopackets: measurements, features, treatments and deaths, by dates and by ages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.conftest import codes, events, values

from paucity.response.readers import open_data, parse_mapping

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

META = {
    "created": "2024-01-01T00:00:00Z",
    "createdBy": "tests",
    "phenopacketSchemaVersion": "2.0",
    "resources": [],
}


def term(code: str, label: str) -> dict[str, str]:
    return {"id": code, "label": label}


def stamp(date: str) -> dict[str, str]:
    return {"timestamp": f"{date}T00:00:00Z"}


def age(text: str) -> dict[str, Any]:
    return {"age": {"iso8601duration": text}}


def measurement(code: str, value: float, unit: str, when: Any, **more: Any) -> dict[str, Any]:
    quantity = {"unit": term(f"UCUM:{unit}", unit), "value": value, **more}
    return {
        "assay": term(code, code),
        "value": {"quantity": quantity},
        "timeObserved": when,
    }


def dose(agent: str, start: str) -> dict[str, Any]:
    interval = {"start": f"{start}T00:00:00Z", "end": f"{start}T02:00:00Z"}
    quantity = {"unit": term("UCUM:mg", "mg"), "value": 10}
    doses = [{"quantity": quantity, "scheduleFrequency": term("NCIT:C64496", "Twice Daily")}]
    doses[0]["interval"] = interval
    return {"treatment": {"agent": term(agent, agent), "doseIntervals": doses}}


PACKET = {
    "id": "packet-1",
    "subject": {
        "id": "p1",
        "sex": "FEMALE",
        "timeAtLastEncounter": stamp("2020-02-01"),
        "vitalStatus": {"status": "DECEASED", "timeOfDeath": stamp("2020-03-01")},
    },
    "phenotypicFeatures": [
        {"type": term("HP:0001744", "Splenomegaly"), "excluded": True},
        {
            "type": term("HP:0001945", "Fever"),
            "onset": stamp("2020-01-01"),
            "resolution": stamp("2020-01-05"),
        },
        {"type": term("HP:0000001", "All")},
    ],
    "measurements": [
        measurement(
            *("LOINC:2276-4", 4756, "ng/mL", stamp("2020-01-01")),
            referenceRange={"unit": term("UCUM:ng/mL", "ng/mL"), "low": 10, "high": 300},
        ),
        measurement("LOINC:2276-4", 1500, "ng/mL", {"interval": {"start": "2020-01-15T00:00:00Z"}}),
        {
            "assay": term("LOINC:58410-2", "CBC panel"),
            "complexValue": {
                "typedQuantities": [
                    {
                        "type": term("LOINC:777-3", "Platelets"),
                        "quantity": {"unit": term("UCUM:10*3/uL", ""), "value": 20},
                    }
                ]
            },
            "timeObserved": stamp("2020-01-15"),
        },
        measurement("LOINC:2276-4", 7, "ng/mL", age("P8Y")),
    ],
    "medicalActions": [
        dose("DrugCentral:109", "2020-01-08"),
        dose("DrugCentral:109", "2020-01-01"),
    ],
    "metaData": META,
}
BY_AGE = {
    "id": "packet-2",
    "subject": {"id": "p2", "sex": "MALE"},
    "measurements": [
        measurement("LOINC:2276-4", 4756, "ng/mL", age("P8Y3M2D")),
        measurement("LOINC:2276-4", 1500, "ng/mL", age("P8Y3M16D")),
    ],
    "medicalActions": [
        {
            "therapeuticRegimen": {
                "ontologyClass": term("DrugCentral:109", "alemtuzumab"),
                "startTime": age("P8Y3M2D"),
                "regimenStatus": "STARTED",
            }
        }
    ],
    "metaData": META,
}


def mapping():
    found, findings = parse_mapping("index: 'DrugCentral:109'", "m.yaml")
    assert findings == []
    assert findings == []
    return found


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path


@pytest.mark.parametrize("packet", [PACKET, BY_AGE])
def test_the_fixtures_are_phenopackets(packet):
    pytest.importorskip("phenopackets")
    from google.protobuf.json_format import Parse
    from phenopackets import Phenopacket

    parsed = Parse(json.dumps(packet), Phenopacket())
    assert parsed.measurements[0].value.quantity.value == 4756


def test_a_packet_is_read(tmp_path: Path):
    data = open_data(write(tmp_path / "p.json", PACKET), mapping=mapping())
    found = values(data, "p1")
    # times at midnight UTC on both sides: whole days
    assert found == {
        ("ferritin", 0): "4756",
        ("ferritin", 14): "1500",
        ("platelets", 14): "20",
        ("fever", 0): "present",
        ("fever", 4): "absent",
        ("splenomegaly", 31): "absent",
    }
    assert events(data, "p1") == [("death", 60)]
    first = next(m for m in data.participants[0].measurements if m.marker == "ferritin")
    assert (first.low, first.high, first.sex) == (10, 300, "female")
    # an age to the year, beside dates and without a date of birth, is no date
    assert [r.reason for r in data.refused] == ["`P8Y` is not a date; write it as YYYY-MM-DD"]
    told = [f.message for f in data.findings if f.code == "unmapped-code"]
    assert told == ["`HP:0000001` (All) stands for no marker; 1 row not used"]


def test_ages_count_from_the_date_of_birth_or_a_nominal_one(tmp_path: Path):
    data = open_data(write(tmp_path / "p.json", BY_AGE), mapping=mapping())
    assert values(data, "p2") == {("ferritin", 0): "4756", ("ferritin", 14): "1500"}
    assert codes(data) == ["age-approximate"]
    born = {**BY_AGE, "subject": {"id": "p2", "dateOfBirth": "2012-01-31T00:00:00Z"}}
    data = open_data(write(tmp_path / "p.json", born), index={"p2": "2020-05-02"})
    # 31 January + 8 years 3 months is 30 April 2020, + 2 days 2 May
    assert values(data, "p2")["ferritin", 0] == "4756"
    assert data.participants[0].measurements[0].age == 8


@pytest.mark.parametrize(
    "wrap",
    [
        lambda p: p,
        lambda p: [p],
        lambda p: {"id": "c", "members": [p]},
        lambda p: {"id": "f", "proband": p, "relatives": []},
    ],
)
def test_lists_cohorts_families_and_schema_names_are_read(tmp_path: Path, wrap):
    data = open_data(
        write(tmp_path / "p.json", wrap(PACKET)), mapping=mapping(), form="phenopackets"
    )
    assert values(data, "p1")["ferritin", 14] == "1500"
    text = json.dumps(wrap(PACKET)).replace("timeObserved", "time_observed")
    text = text.replace("medicalActions", "medical_actions").replace("doseInt", "dose_int")
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    data = open_data(tmp_path / "p.json", mapping=mapping(), form="phenopackets")
    assert values(data, "p1")["ferritin", 14] == "1500"


def test_a_folder_is_read_with_all_its_packets(tmp_path: Path):
    write(tmp_path / "a.json", PACKET)
    write(tmp_path / "b.json", BY_AGE)
    data = open_data(tmp_path, mapping=mapping())
    assert [p.name for p in data.participants] == ["p1", "p2"]
    assert {f.span.file for f in data.findings} == {"a.json", "b.json", tmp_path.name}


def test_limits_in_another_unit_are_not_used(tmp_path: Path):
    packet = json.loads(json.dumps(PACKET))
    limits = packet["measurements"][0]["value"]["quantity"]["referenceRange"]
    limits["unit"] = term("UCUM:ug/dL", "ug/dL")
    data = open_data(write(tmp_path / "p.json", packet), mapping=mapping())
    assert "limits-not-used" in codes(data)
    assert data.participants[0].measurements[2].low is None


def test_other_json_is_told(tmp_path: Path):
    path = write(tmp_path / "p.json", {"some": "thing"})
    assert "packet-unknown" in codes(open_data(path, form="phenopackets"))
