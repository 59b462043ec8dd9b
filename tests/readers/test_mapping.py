"""Mapping files: what they say, and what is told of what they get wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.response.readers import parse_mapping, read_mapping
from paucity.response.readers.codes import (
    IGNORED,
    IGNORED_MARKER,
    CodedWords,
    Codes,
    Unmapped,
    unmapped_findings,
)
from paucity.response.readers.mapping import bundled_mapping, normal
from paucity.vocabulary import Kind, bundled

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
source: laboratory handbook
markers:
  LOINC:2276-4: ferritin
  "SNOMED 16294009": splenomegaly
  FERR: serum ferritin
units: {GI/L: 10*9/L, "OMOP:8842": ng/mL}
values: {SCT 52101004: present, ja: present}
index: OMOP:1551099
next_therapy: [RXNORM:1, etoposide]
ignore: [shoe size]
"""


def found(text: str) -> list[tuple[str, int, int]]:
    _, findings = parse_mapping(text, "codes.yaml")
    return [(f.code, f.span.line, f.span.column) for f in findings]


def test_a_mapping_names_markers_units_values_and_treatments():
    mapping, findings = parse_mapping(TEXT, "codes.yaml")
    assert findings == []
    assert mapping.markers == {
        "loinc:2276-4": "ferritin",
        "sct:16294009": "splenomegaly",
        "ferr": "ferritin",
    }
    assert mapping.units == {"gi/l": "10*9/L", "omop:8842": "ng/mL"}
    assert mapping.values == {"sct:52101004": "present", "ja": "present"}
    assert mapping.index == ("omop:1551099",)
    assert mapping.next_therapy == ("rxnorm:1", "etoposide")
    assert mapping.ignore == ("shoe size",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("markers: {FERR: ferritine}", [("unknown-marker", 1, 17)]),
        ("units: {x: bushel}", [("mapping-unit", 1, 12)]),
        ("markers: {F: ferritin, ' f ': platelets}", [("mapping-conflict", 1, 31)]),
        ("markers: {F: ferritin}\nignore: [f]", [("mapping-conflict", 2, 9)]),
        ("markers: [a]", [("wrong-type", 1, 10)]),
        ("marker: {}", [("unknown-field", 1, 1)]),
        ("- a", [("wrong-type", 1, 1)]),
        ("a: [", [("not-yaml", 1, 5)]),
        ("", []),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text, expected):
    assert found(text) == expected


def test_what_can_be_used_of_a_faulty_mapping_is_used():
    mapping, _ = parse_mapping("markers: {A: ferritin, B: nonsense}", "codes.yaml")
    assert mapping.markers == {"a": "ferritin"}


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path):
    mapping, findings = read_mapping(tmp_path / "none.yaml")
    assert [f.code for f in findings] == ["file-unreadable"]
    assert mapping.markers == {}


def test_the_bundled_codes_are_in_order():
    from paucity.response.readers.mapping import Path as Base
    from paucity.response.readers.mapping import __file__ as here

    files = sorted((Base(here).parents[2] / "library" / "codes").glob("*.yaml"))
    assert len(files) >= 4
    for path in files:
        mapping, findings = read_mapping(path)
        assert findings == [], path.name
        assert mapping.source, path.name


def test_bundled_codes_agree_with_those_of_the_vocabulary():
    for term in bundled().terms(Kind.MARKER):
        code = term.codes.get("LOINC")
        named = bundled_mapping().markers.get(f"loinc:{code}", term.name)
        assert named == term.name


def test_the_own_mapping_comes_before_the_bundled_one_and_both_before_names():
    own, _ = parse_mapping("markers: {LOINC:2276-4: platelets}\nignore: [ALT]", "m.yaml")
    codes = Codes(own=own)
    assert codes.marker("LOINC:2276-4") == "platelets"
    assert codes.marker("LOINC:777-3") == "platelets"
    assert codes.marker("Ferritin") == "ferritin"
    assert codes.marker("alt") == IGNORED
    assert Codes().marker("alt") == "alanine aminotransferase"
    assert codes.marker("nothing", "") == ""


def test_a_marker_that_has_its_name_already_is_not_mapped_again():
    own, _ = parse_mapping("markers: {ferritin: platelets}\nignore: [ALT]", "m.yaml")
    codes = Codes(own=own)
    through, named = CodedWords(codes), CodedWords(codes, named=True)
    assert through.meaning("ferritin", "10*9/L").marker == "platelets"
    assert named.meaning("ferritin", "ug/L").marker == "ferritin"
    assert through.meaning("alt", "U/L") == IGNORED_MARKER
    assert named.meaning("alt", "U/L").marker == "alanine aminotransferase"


def test_unmapped_codes_are_told_most_frequent_first_with_a_total():
    named = [Unmapped(f"c{i:02}", f"test {i}", i + 1) for i in range(25)]
    findings = unmapped_findings("labs", named)
    assert len(findings) == 21
    assert findings[0].message == "`c24` (test 24) stands for no marker; 25 rows not used"
    # 1 + 2 + 3 + 4 + 5 = 15 rows are left of 1 + ... + 25 = 325
    assert findings[-1].message == (
        "5 further codes stand for no marker; 15 rows not used (25 codes with 325 rows in all)"
    )


@given(st.text(max_size=30))
def test_the_form_in_which_codes_are_compared_is_stable(text):
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet="markersunit:{}[]- \n\"'&*!ab", max_size=80))
def test_no_text_of_a_mapping_raises(text):
    parse_mapping(text, "m.yaml")
