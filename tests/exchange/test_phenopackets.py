"""Packets parse by the schema's own library and say what was measured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.assess.conftest import series_of

from paucity.exchange import Exported, json_text
from paucity.exchange.phenopackets import phenopacket

json_format = pytest.importorskip("google.protobuf.json_format")
v2 = pytest.importorskip("phenopackets.schema.v2")

ROWS = """
p1,ferritin,0,4756,ug/l,10,300
p1,ferritin,14,1500,ng/ml,10,300
p1,triglycerides,0,265.71,mg/dl
p1,ALT,0,<10,U/l
p1,ALT,3,>1000,U/l
p1,fever,-1,absent
p1,fever,0,present
p1,fever,7,absent
p1,splenomegaly,0,absent
p1,cytopenia,0,present
p1,death,30,
p1,transfusion,2,
"""


def packet(rows: str = ROWS, **more: Any) -> Exported:
    series = series_of(rows)
    return phenopacket(series.participants[0], series, **more)


def parsed(exported: Exported) -> Any:
    return json_format.ParseDict(exported.data, v2.Phenopacket())


def test_a_packet_parses_and_comes_back_the_same() -> None:
    exported = packet(therapy="anakinra", response="PR")
    assert json_format.MessageToDict(parsed(exported)) == exported.data


def test_values_come_in_one_unit_with_time_and_range() -> None:
    """14 days after 1 January 1970 is 15 January; 1500 ng/ml is 1500 ug/L."""
    message = parsed(packet())
    ferritin = [m for m in message.measurements if m.assay.id == "LOINC:2276-4"]
    assert [m.value.quantity.value for m in ferritin] == [4756, 1500]
    assert {m.value.quantity.unit.id for m in ferritin} == {"UCUM:ug/L"}
    assert ferritin[1].time_observed.timestamp.ToJsonString() == "1970-01-15T00:00:00Z"
    assert ferritin[0].value.quantity.reference_range.high == 300
    triglycerides = next(m for m in message.measurements if m.assay.id == "LOINC:2571-8")
    assert triglycerides.value.quantity.value == 3  # 265.71 mg/dl / 88.57
    assert not triglycerides.value.quantity.HasField("reference_range")


def test_values_beyond_detection_are_off_scale_and_never_a_number() -> None:
    exported = packet()
    alt = [m for m in parsed(exported).measurements if m.assay.id == "LOINC:1742-6"]
    assert [m.value.ontology_class.label for m in alt] == ["Off scale low", "Off scale high"]
    assert [m.description for m in alt] == ["<10 U/L on day 0", ">1000 U/L on day 3"]
    assert not any(m.value.HasField("quantity") for m in alt)


def test_signs_have_their_hpo_code_and_absence_is_excluded() -> None:
    features = {f.type.id: f for f in parsed(packet()).phenotypic_features}
    assert set(features) == {"HP:0001945", "HP:0001744"}
    fever = features["HP:0001945"]
    assert not fever.excluded
    assert fever.onset.timestamp.ToJsonString() == "1970-01-01T00:00:00Z"
    assert fever.resolution.timestamp.ToJsonString() == "1970-01-08T00:00:00Z"
    assert features["HP:0001744"].excluded


def test_what_has_no_code_is_left_out_and_noted() -> None:
    notes = " ".join(packet().notes)
    assert "cytopenia has no HPO code" in notes
    assert "transfusion" in notes


def test_death_is_the_vital_status() -> None:
    message = parsed(packet())
    assert message.subject.vital_status.status == v2.VitalStatus.DECEASED


def test_therapy_and_response_are_a_medical_action() -> None:
    """ATC L04AC03 is anakinra; NCIT C18058 is Partial Remission."""
    action = parsed(packet(therapy="anakinra", response="PR")).medical_actions[0]
    assert action.treatment.agent.id == "ATC:L04AC03"
    assert action.response_to_treatment.id == "NCIT:C18058"
    other = packet(therapy="anakinra", response="NR")
    assert not parsed(other).medical_actions[0].HasField("response_to_treatment")
    assert "the level NR has no term and is left out" in other.notes


def test_every_prefix_used_is_declared() -> None:
    exported = packet(therapy="anakinra", response="CR")
    message = parsed(exported)
    declared = {r.namespace_prefix for r in message.meta_data.resources}
    text = json_text(exported.data)
    for prefix in ("LOINC", "UCUM", "HP", "NCIT", "ATC", "HL7OI"):
        assert (f'"id": "{prefix}:' in text) is (prefix in declared)


def test_the_caller_gives_the_dates() -> None:
    day = datetime(2020, 2, 28, tzinfo=UTC)
    message = parsed(packet(zero=day, created=day))
    assert message.meta_data.created.ToJsonString() == "2020-02-28T00:00:00Z"
    last = [m for m in message.measurements if m.assay.id == "LOINC:2276-4"][1]
    assert last.time_observed.timestamp.ToJsonString() == "2020-03-13T00:00:00Z"  # a leap year


def test_a_day_beyond_the_calendar_keeps_its_value_in_words() -> None:
    exported = packet("p1,ferritin,14,4756,ug/l", zero=datetime(9999, 12, 30, tzinfo=UTC))
    assert parsed(exported).measurements[0].description == "4756 ug/L on day 14"
    assert any("beyond the calendar" in note for note in exported.notes)


def test_contradicting_rows_are_not_a_value() -> None:
    exported = packet("p1,ferritin,0,100,ug/l\np1,ferritin,0,200,ug/l")
    assert not parsed(exported).measurements
    assert any("between two values" in note for note in exported.notes)


def test_the_same_data_give_the_same_text() -> None:
    assert json_text(packet().data) == json_text(packet().data)
