"""The bundled regimens say what the source review says (doi 10.1002/pbc.26308, Table 4)."""

from __future__ import annotations

from fractions import Fraction as F  # noqa: N817

import jsonschema
import pytest
import yaml

from paucity.dosing import (
    Regimen,
    amount_of,
    check_regimen,
    cumulative,
    daily,
    describe_regimen,
    equivalents,
    library_regimens,
    load_library_regimen,
)
from paucity.dosing.library import _folder
from paucity.dosing.model import runs
from paucity.logic import Bounds
from paucity.record import document_schema
from paucity.sources import accept
from paucity.text import Severity
from paucity.vocabulary import bundled


def load(name: str) -> Regimen:
    found, findings = load_library_regimen(name, bundled())
    assert not findings
    assert found is not None
    return found


@pytest.mark.parametrize("name", library_regimens())
def test_a_bundled_regimen_reads_clean_and_names_its_source(name: str) -> None:
    regimen = load(name)
    assert regimen.name == name
    assert regimen.source is not None
    assert regimen.source.at
    assert regimen.unstated
    assert describe_regimen(regimen)


@pytest.mark.parametrize("name", library_regimens())
def test_what_a_bundled_regimen_leaves_open_is_noted_and_accepted(name: str) -> None:
    regimen = load(name)
    findings = list(check_regimen(regimen))
    assert all(f.severity is Severity.NOTE for f in findings)
    open_, _, stale = accept(findings, regimen.accepted)
    assert not open_
    assert not stale


@pytest.mark.parametrize("name", library_regimens())
def test_a_bundled_regimen_fits_the_schema(name: str) -> None:
    text = _folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(text), document_schema(Regimen, "a regimen"))


def test_nothing_bundled_is_said_to_be_verified_in_the_original_report() -> None:
    assert {load(name).status for name in library_regimens()} == {"secondary"}


@pytest.mark.parametrize("as_printed", [False, True])
def test_dep_totals_of_the_first_month(as_printed: bool) -> None:  # noqa: FBT001
    totals = {t.drug: t for t in cumulative(load("dep"), as_printed=as_printed)}
    steroid = totals["methylprednisolone"]
    tenths = 150 * 3 + 20 * 3 + 10 * 4 + F(75, 10) * 4 + 5 * 7 + 4 * 7
    assert steroid.amount.exact == tenths / 10 == F("64.3")
    assert (steroid.unit, steroid.first, steroid.last) == ("mg/kg", 1, 28)
    assert totals["etoposide"].amount.exact == 400
    assert totals["liposomal doxorubicin"].amount.exact == 25
    assert {totals["etoposide"].unit, totals["liposomal doxorubicin"].unit} == {"mg/m2"}


def test_dep_steroid_steps_join_into_28_days() -> None:
    days = [d.day for d in daily(load("dep")) if d.drug == "methylprednisolone"]
    assert runs(days) == [(1, 28)]
    assert len(days) == 28


def test_dep_steroid_doses_are_printed_without_per_day() -> None:
    found = [f for f in check_regimen(load("dep")) if f.code == "dose-steps-without-day"]
    assert len(found) == 6
    assert {f.subject for f in found} == {"dep/methylprednisolone"}


def test_atg_is_a_course_of_25_or_50_and_5_or_10_a_day() -> None:
    regimen = load("rabbit-atg-mp")
    atg = cumulative(regimen)[0]
    assert atg.amount == Bounds(F(25), F(50))
    assert {d.amount for d in daily(regimen) if d.drug == atg.drug} == {Bounds(F(5), F(10))}
    assert cumulative(regimen, as_printed=True)[0].amount == Bounds(F(25), F(250))
    printed = amount_of(regimen.schedule[0])
    assert printed is not None
    assert [e.per_day.values for e in equivalents(printed, 5)] == [(5, 10), (25, 50)]


def test_alemtuzumab_median_keeps_its_range_and_days() -> None:
    (dose,) = load("alemtuzumab-marsh-2013").schedule
    assert dose.over is not None
    assert dose.over.ends() == (2, 10)
    (total,) = cumulative(load("alemtuzumab-marsh-2013"))
    assert total.amount == Bounds(F(1, 10), F(89, 10))


def test_hlh_94_says_only_what_was_found() -> None:
    regimen = load("hlh-94")
    assert [d.dose for d in regimen.schedule] == [
        "150 mg/m2 twice weekly",
        "10 mg/m2/day",
        None,
    ]
    assert not any(d.days for d in regimen.schedule)


@pytest.mark.parametrize("name", ["dpe", "../vocabulary/drugs", "", "x" * 500])
def test_an_unknown_regimen_is_a_finding(name: str) -> None:
    found, (finding,) = load_library_regimen(name, bundled())
    assert found is None
    assert finding.code == "unknown-regimen"
    assert finding.hint
