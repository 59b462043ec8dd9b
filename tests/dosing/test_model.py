"""Doses are read from text; each fault is a finding at its line, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paucity.dosing import Regimen, amount_of, read_regimen, reading_of
from paucity.record import document_schema
from paucity.text import Finding, parse_yaml
from paucity.vocabulary import Vocabulary

Read = Callable[[str], tuple[Regimen | None, list[Finding]]]


def step(days: str) -> str:
    return f"schedule: [{{drug: alfazumab, dose: 1 mg, days: {days}}}]"


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1", (1,)),
        ("1-3", (1, 2, 3)),
        ("1 to 3", (1, 2, 3)),
        ("[1, 8, 15, 22]", (1, 8, 15, 22)),
        ("[8, 1-2, 2]", (1, 2, 8)),
        ('"1, 8, 15"', (1, 8, 15)),
        ("-2 to 0", (-2, -1, 0)),
    ],
)
def test_days_are_read_once_each_in_order(
    written: str, days: tuple[int, ...], regimen: Callable[[str], Regimen]
) -> None:
    assert regimen(step(written)).schedule[0].days == days


@pytest.mark.parametrize(
    "written", ["3-1", "one", "1-2000", "[0-900, 1000-1900]", "{a: 1}", "1.5", "[[1]]", "99999"]
)
def test_days_that_are_none_are_a_finding_and_the_dose_stays(written: str, read: Read) -> None:
    found, findings = read(step(written))
    assert [f.code for f in findings] == ["wrong-type"]
    assert found is not None
    assert found.schedule[0].days == ()


def test_an_unreadable_amount_is_a_finding_at_its_place_and_is_kept(read: Read) -> None:
    found, findings = read(
        """\
        schedule:
          - drug: alfazumab
            dose: some milligrams
        """
    )
    assert found is not None
    (finding,) = findings
    assert finding.code == "dose-unreadable"
    assert str(finding.span) == "regimens/trial.yaml:3:11"
    assert found.schedule[0].dose == "some milligrams"
    assert amount_of(found.schedule[0]) is None


def test_an_amount_that_is_no_text_is_a_finding(read: Read) -> None:
    _, findings = read("schedule: [{drug: alfazumab, dose: [1 mg, 2 mg]}]")
    assert [f.code for f in findings] == ["dose-unreadable"]


def test_an_emended_amount_is_computed_with_and_the_printed_one_kept(
    regimen: Callable[[str], Regimen],
) -> None:
    text = "schedule: [{drug: alfazumab, dose: 15 mg/kg, emended: 15 mg/kg/day}]"
    (dose,) = regimen(text).schedule
    printed, read = amount_of(dose), reading_of(dose)
    assert printed is not None
    assert read is not None
    assert (printed.basis, read.basis) == (None, "day")


def test_drugs_are_named_once_by_their_preferred_name(
    regimen: Callable[[str], Regimen],
) -> None:
    text = "schedule: [{drug: BS, dose: 2 mg}, {drug: alfazumab}, {drug: betasone, dose: 1 mg}]"
    assert regimen(text).drugs == ("betasone", "alfazumab")


def test_a_regimen_is_named_after_its_file(regimen: Callable[[str], Regimen]) -> None:
    assert regimen("schedule: []").name == "trial"


def test_an_unknown_drug_and_an_unknown_field_are_findings(read: Read) -> None:
    _, findings = read("schedule: [{drug: gammazole, dose: 1 mg, dosis: 2}]")
    assert {f.code for f in findings} == {"unknown-drug", "unknown-field"}


@pytest.mark.parametrize(("written", "taper"), [("true", "not stated"), ("false", None)])
def test_a_taper_may_be_a_flag(
    written: str, taper: str | None, regimen: Callable[[str], Regimen]
) -> None:
    text = f"schedule: [{{drug: alfazumab, dose: 1 mg, taper: {written}}}]"
    assert regimen(text).schedule[0].taper == taper


def test_the_schema_agrees_with_the_reader() -> None:
    schema = document_schema(Regimen, "a regimen")
    good = """
        label: trial
        cycle: 4 wk
        schedule:
          - {drug: BS, dose: 1 mg, days: 1}
          - {drug: BS, dose: 1 mg, days: [2-3, 8], over: [5 d, 6 d], taper: true}
          - {drug: BS, dose: 1 mg, over: {median: 4 d, range: [2 d, 10 d]}, by: weight}
        """
    jsonschema.validate(yaml.safe_load(good), schema)
    bad = "schedule: [{drug: BS, dose: 1 mg, days: first}]"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(bad), schema)


trees = st.recursive(
    st.one_of(st.text(max_size=8), st.integers(), st.none(), st.sampled_from(["1-3", "2 mg"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = ["drug", "dose", "emended", "days", "over", "route", "taper", "by", "note", "source"]


@given(st.dictionaries(st.sampled_from(FIELDS), trees), trees)
def test_reading_never_raises(dose: dict[str, object], cycle: object) -> None:
    text = yaml.safe_dump({"schedule": [dose], "cycle": cycle}, allow_unicode=True)
    _, findings = read_regimen(parse_yaml(text, "x.yaml"), Vocabulary())
    assert all(f.message for f in findings)
