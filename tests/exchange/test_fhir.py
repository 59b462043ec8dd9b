"""EvidenceVariables are valid R5 by fhir.resources, and say what the definition says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.assess.conftest import defined

from paucity.exchange import json_text
from paucity.exchange.fhir import evidence_variable
from paucity.response import definition_names, load_definition

if TYPE_CHECKING:
    from collections.abc import Iterator

evidencevariable = pytest.importorskip("fhir.resources.evidencevariable")


def made(name: str) -> dict[str, Any]:
    definition, _ = load_definition(name)
    assert definition is not None
    data = evidence_variable(definition).data
    assert data is not None
    return dict(data)


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def linked(data: dict[str, Any], link: str) -> dict[str, Any]:
    return next(o for o in walk(data["characteristic"]) if o.get("linkId") == link)


@pytest.mark.parametrize("name", definition_names())
def test_every_definition_is_a_valid_resource_and_comes_back_the_same(name: str) -> None:
    data = made(name)
    resource = evidencevariable.EvidenceVariable.model_validate(data)
    assert json.loads(resource.model_dump_json()) == data


@pytest.mark.parametrize("name", definition_names())
def test_links_are_unique_and_every_reference_has_its_target(name: str) -> None:
    objects = list(walk(made(name).get("characteristic", [])))
    links = [o["linkId"] for o in objects if "linkId" in o]
    assert len(links) == len(set(links))
    assert {o["definitionId"] for o in objects if "definitionId" in o} <= set(links)


def test_two_of_the_markers_is_a_combination_with_a_threshold() -> None:
    """Marsh 2013: a partial response is improvement of at least 2 of the 7 markers."""
    level = linked(made("marsh-2013-emended"), "PR")
    parts = level["definitionByCombination"]["characteristic"]
    assert parts[0] == {"exclude": True, "definitionId": "CR"}
    counted = parts[1]["definitionByCombination"]
    assert (counted["code"], counted["threshold"]) == ("at-least", 2)
    assert len(counted["characteristic"]) == 7


def test_a_threshold_on_a_coded_marker_is_a_quantity_in_ucum_with_its_loinc_code() -> None:
    """Marsh 2013: ALT counts from a baseline above 400 U/l; LOINC 1742-6 is ALT."""
    level = linked(made("marsh-2013"), "alanine-aminotransferase-improved")
    when = level["definitionByCombination"]["characteristic"][0]
    of = when["definitionByTypeAndValue"]
    assert of["type"]["coding"] == [{"system": "http://loinc.org", "code": "1742-6"}]
    assert of["valueQuantity"] == {
        "value": 400,
        "comparator": ">",
        "unit": "U/l",
        "system": "http://unitsofmeasure.org",
        "code": "U/L",
    }
    assert when["timeFromEvent"][0]["range"]["high"]["value"] == 0


def test_two_inclusive_ends_are_a_range() -> None:
    band = linked(made("marsh-2013-emended"), "absolute-neutrophil-count-improved")
    ranges = [o["valueRange"] for o in walk(band) if "valueRange" in o]
    assert [(r["low"]["value"], r["high"]["value"]) for r in ranges] == [(0.5, 2)]
    assert ranges[0]["low"]["code"] == "10*9/L"


def test_a_change_from_baseline_is_an_expression_with_english_and_is_noted() -> None:
    definition, _ = load_definition("marsh-2013")
    assert definition is not None
    exported = evidence_variable(definition)
    assert exported.data is not None
    ferritin = linked(dict(exported.data), "ferritin-improved")
    assert ferritin["definitionExpression"]["expression"] == "ferritin: percent_change <= -25"
    assert ferritin["description"] == "ferritin improved: down by at least 25%"
    assert ferritin["timeFromEvent"][0]["range"]["high"]["value"] == 14
    assert any("change from baseline" in note for note in exported.notes)
    written = [note["text"] for note in exported.data["note"]]
    assert all(any(note in text for text in written) for note in exported.notes)


def test_what_the_source_leaves_open_and_its_citation_are_told() -> None:
    data = made("marsh-2013")
    notes = [note["text"] for note in data["note"]]
    assert (
        "unstated: which value is the baseline (taken as: the last before the first dose)" in notes
    )
    assert data["relatedArtifact"][0] == {
        "type": "citation",
        "citation": "Pediatr Blood Cancer 2013;60(1):101-109",
    }
    assert "url" not in data
    assert data["identifier"] == [{"value": "marsh-2013"}]


def test_a_definition_in_words_keeps_its_words() -> None:
    data = made("gerard-2012")
    assert "definitionExpression" not in json_text(data)


def test_a_resolved_sign_is_there_before_and_gone_after() -> None:
    definition = defined(
        """
        kind: response
        assess: {by: 14 d}
        markers: {fever: {improved: resolved}}
        levels: {PR: at least 1 improved, NR: otherwise}
        """
    )
    data = evidence_variable(definition).data
    assert data is not None
    fever = linked(dict(data), "fever-improved")["definitionByCombination"]
    before, after = fever["characteristic"]
    assert fever["code"] == "all-of"
    assert before["exclude"] is True  # not absent at baseline
    assert before["definitionByTypeAndValue"]["valueBoolean"] is False
    assert after["definitionByTypeAndValue"]["valueBoolean"] is False
    assert "exclude" not in after


def test_a_band_leaves_out_the_baselines_of_a_band_before_it_that_overlaps() -> None:
    definition = defined(
        """
        kind: response
        assess: {by: 14 d}
        markers:
          platelets:
            bands:
              - {when: baseline < 50, improved: value >= 100}
              - {when: baseline < 80, improved: value >= 150}
        levels: {PR: at least 1 improved, NR: otherwise}
        """
    )
    data = evidence_variable(definition).data
    assert data is not None
    second = linked(dict(data), "platelets-improved")["definitionByCombination"]["characteristic"][
        1
    ]
    values = [
        (p.get("exclude", False), p["definitionByTypeAndValue"]["valueQuantity"]["value"])
        for p in second["definitionByCombination"]["characteristic"]
    ]
    assert values == [(False, 80), (True, 50), (False, 150)]


def test_the_same_definition_gives_the_same_text() -> None:
    assert json_text(made("wang-2015")) == json_text(made("wang-2015"))
