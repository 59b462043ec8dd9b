"""Conclusions as tests of the evidence: supported, contradicted, or undecidable."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from paucity.evidence.claims import Standing
from paucity.review import bundled_review, load_review
from support.reviews import PROTOCOL, files_of, load

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.evidence.claims import Verdict

SERIES = """
source: Table 4
cohorts:
  all:
    patients: 10
    courses: 12
    prior: etoposide
    free_of: malignancy
    parts: {disease: EBV-HLH, patients: 4}
  lymphoma: {patients: 5, trigger: lymphoma, prior: {agents: etoposide, patients: 0}}
therapies: {dep: {agent: DEP}}
responses:
  - {cohort: all, therapy: dep, counts: {CR: 3, PR: 3, NR: 4}}
  - {cohort: lymphoma, therapy: dep, counts: {CR: 1, NR: 3}}
events:
  - {cohort: all, event: infection, count: 2}
  - {cohort: all, event: EBV viremia, count: 5, when: before}
  - {cohort: all, event: EBV viremia, count: 4, when: after}
"""

SUPPORTED, CONTRADICTED, UNDECIDABLE = (
    Standing.SUPPORTED,
    Standing.CONTRADICTED,
    Standing.UNDECIDABLE,
)


def verdict(tmp_path: Path, claim: str, study: str = SERIES) -> Verdict:
    protocol = f"{PROTOCOL}claims:\n  one: {{says: it is so, {claim}}}\n"
    (found,) = load(tmp_path, files_of(study, protocol)).claims
    return found


@pytest.mark.parametrize(
    ("claim", "standing"),
    [
        ("test: (CR + PR) / patients == 60%", SUPPORTED),
        ("test: CR / patients > 50%", CONTRADICTED),
        ("test: NR within 1 of 5", SUPPORTED),
        ("test: patients == 10 and courses == 12 and cohorts == 1", SUPPORTED),
        ('test: \'after("EBV viremia") <= before("EBV viremia")\'', SUPPORTED),
        ("test: 'event(infection) == 2'", SUPPORTED),
        ("test: 'event(fever) == 0'", UNDECIDABLE),  # nobody tells of it
        ("test: 'outcome(relapse) == 0'", UNDECIDABLE),
        ("test: CR / died > 1", UNDECIDABLE),  # divided by nobody
        ("test: died == 0", SUPPORTED),  # no level of response, and not written
        ("among: all, test: patients between 10 and 15 and CR == 4", SUPPORTED),
        ("among: all, each: true, test: CR / assessed >= 25%", SUPPORTED),
        ("among: all, each: true, test: CR / assessed >= 30%", CONTRADICTED),
        ("about: study is poe-2010, among: all, test: patients == 0", SUPPORTED),
        ("about: study is poe-2010, among: all, each: true, test: CR > 0", UNDECIDABLE),
    ],
)
def test_a_claim_is_judged_by_the_evidence_it_is_about(
    claim: str, standing: Standing, tmp_path: Path
) -> None:
    assert verdict(tmp_path, claim).standing is standing


def test_people_whose_level_is_not_told_leave_a_claim_open(tmp_path: Path) -> None:
    # One of the five with lymphoma is not accounted for: PR may be 0 or 1, CR is as written.
    about = "about: trigger is lymphoma, among: all"
    assert verdict(tmp_path, f"{about}, test: PR == 0").standing is UNDECIDABLE
    assert verdict(tmp_path, f"{about}, test: PR <= 1").standing is SUPPORTED
    assert verdict(tmp_path, f"{about}, test: CR == 1").standing is SUPPORTED


@pytest.mark.parametrize(
    ("test", "standing"),
    [
        ("patients == 4", SUPPORTED),
        ("CR <= 3", SUPPORTED),
        ("CR == 3", UNDECIDABLE),
        ("assessed == 10", UNDECIDABLE),
        ("courses == 12", UNDECIDABLE),
        ("event(infection) == 2", UNDECIDABLE),
        ("event(infection) <= 2", SUPPORTED),
    ],
)
def test_what_happened_to_a_part_is_bounded_by_what_happened_to_the_whole(
    test: str, standing: Standing, tmp_path: Path
) -> None:
    claim = f"about: disease is 'EBV-HLH', test: {test}"
    assert verdict(tmp_path, claim).standing is standing


def test_people_of_an_unknown_number_are_not_one(tmp_path: Path) -> None:
    study = SERIES.replace("patients: 10\n", "age_group: adult\n").replace(
        "    parts: {disease: EBV-HLH, patients: 4}\n", ""
    )
    claim = "about: disease is 'EBV-HLH', test: patients <= 1"
    assert verdict(tmp_path, claim, study).standing is UNDECIDABLE


def test_the_figures_name_the_numbers_a_claim_was_judged_by(tmp_path: Path) -> None:
    figures = verdict(tmp_path, "test: (CR + PR) / patients > 70%").figures
    assert figures == ("(CR + PR) / patients = 6 of 10 (60.0%)",)


@cache
def published() -> dict[str, Verdict]:
    return {v.name: v for v in load_review(bundled_review("hlh-salvage")).claims}


@pytest.mark.parametrize(
    ("name", "standing", "figure"),
    [
        ("failing-remission", CONTRADICTED, "16 of 106 (15.1%)"),  # audit A9
        ("failing-remission", CONTRADICTED, "1 of 45 (2.2%)"),
        ("failing-complete-response", SUPPORTED, "50 of 106 (47.2%)"),
        ("failing-complete-response", SUPPORTED, "12 of 45 (26.7%)"),
        ("hlh-94-resolution", CONTRADICTED, "56 of 113 (49.6%)"),  # A3
        ("atg-complete", CONTRADICTED, "33 of 38 (86.8%)"),  # A6
        ("atg-relapse", SUPPORTED, "= 8"),  # A10
        ("all-refractory", CONTRADICTED, "patients = 7"),  # B2
        ("dep-response", SUPPORTED, "26 of 34 (76.5%)"),  # D7
        ("alemtuzumab-none-complete", SUPPORTED, "CR = 0"),
        ("alemtuzumab-series", SUPPORTED, "14 of 22 (63.6%)"),
        ("alemtuzumab-transplant", SUPPORTED, "17 of 22 (77.3%)"),  # F13
        ("alemtuzumab-ebv", SUPPORTED, "5"),  # F12
        ("no-malignancy", None, ""),
        ("four-agents", SUPPORTED, "agents = 4"),
    ],
)
def test_the_conclusions_of_the_source_stand_or_fall_as_the_audit_says(
    name: str, standing: Standing | None, figure: str
) -> None:
    found = published()[name]
    if standing is not None:
        assert found.standing is standing
    assert any(figure in told for told in found.figures)
