"""Each check finds its fault in a minimal example, and nothing in the corrected one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paucity.dosing import DOSE_CHECKS, REGIMEN_CHECKS, Regimen, check_dose, check_regimen
from paucity.text import Severity

Made = Callable[[str], Regimen]


def steps(*doses: str) -> str:
    return "schedule:\n" + "".join(f"  - {{drug: alfazumab, {d}}}\n" for d in doses)


CASES = {
    "dose-basis": [
        (
            ["dose: 25 or 50 mg/kg, over: 5 d"],
            ["dose: 25 or 50 mg/kg per course, over: 5 d"],
        ),
        (["dose: 25 mg/kg"], ["dose: 25 mg/kg/day"]),
        (["dose: 25 mg/kg, over: 2 h"], ["dose: 25 mg/kg, over: 2 h, days: 1"]),
        (["dose: 100 mg/m2"], ["dose: 100 mg/m2, days: [1, 8, 15, 22]"]),
        (["dose: 30 mg"], ["dose: 30 mg three times weekly"]),
    ],
    "dose-steps-without-day": [
        (["dose: 15 mg/kg, days: 1-3"], ["dose: 15 mg/kg/day, days: 1-3"]),
        (["dose: 15 mg/kg, days: [1-3, 8]"], ["dose: 15 mg/kg, days: [1, 3, 8]"]),
    ],
    "regimen-gap": [
        (
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 5-6"],
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 4-6"],
        ),
        (
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 6-7", "dose: 1 mg, days: 4"],
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg, days: [8, 15]"],
        ),
    ],
    "regimen-overlap": [
        (
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 3-6"],
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 4-6"],
        ),
        (
            ["dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 1-3"],
            ["dose: 2 mg/day, days: 1-3, by: mild", "dose: 1 mg/day, days: 1-3, by: severe"],
        ),
        (
            ["dose: 2 mg/day, days: 1-3, route: IV", "dose: 1 mg/day, days: 1-3"],
            [
                "dose: 2 mg/day, days: 1-3, route: IV",
                "dose: 1 mg/day, days: 1-3, route: intrathecal",
            ],
        ),
    ],
    "regimen-unit-mixed": [
        (
            ["dose: 2 mg/kg/day, days: 1-3", "dose: 1 mg/m2/day, days: 4-6"],
            ["dose: 2 mg/kg/day, days: 1-3", "dose: 0.001 g/kg/day, days: 4-6"],
        ),
        (
            ["dose: 2 mg/kg/day, days: 1-3", "dose: 10 mg/day, days: 4-6"],
            [
                "dose: 2 mg/kg/day, days: 1-3, route: IV",
                "dose: 10 mg/day, days: 4-6, route: intrathecal",
            ],
        ),
    ],
}
PAIRS = [(code, *pair) for code, pairs in CASES.items() for pair in pairs]


@pytest.mark.parametrize(("code", "failing", "passing"), PAIRS)
def test_a_check_finds_its_fault_and_only_there(
    code: str, failing: list[str], passing: list[str], regimen: Made
) -> None:
    assert {f.code for f in check_regimen(regimen(steps(*failing)))} == {code}
    assert not list(check_regimen(regimen(steps(*passing))))


def test_every_check_has_a_failing_and_a_passing_example() -> None:
    assert set(CASES) == {*DOSE_CHECKS, *REGIMEN_CHECKS}


@pytest.mark.parametrize("check", [*DOSE_CHECKS.values(), *REGIMEN_CHECKS.values()])
def test_a_check_says_in_its_first_line_what_it_finds(check: Callable[..., object]) -> None:
    assert (check.__doc__ or "").startswith("Find ")


@pytest.mark.parametrize(
    ("dose", "course", "day"),
    [
        (
            "dose: 25 or 50 mg/kg, over: 5 d",
            "read as per course it is 5 or 10 mg/kg/day",
            "read as per day a course is 125 or 250 mg/kg",
        ),
        (
            "dose: median 1 mg/kg (0.1-8.9), over: {median: 4 d, range: [2 d, 10 d]}",
            "read as per course it is 0.01 to 4.45 mg/kg a day",
            "read as per day a course is 0.2 to 89 mg/kg",
        ),
        ("dose: 5 mg/kg", "without `per course` or `per day`", "which is not stated either"),
        (
            "dose: 15 mg/kg, days: 1-3",
            "read as divided over the 3 days it is 5 mg/kg/day",
            "read as per day it is 45 mg/kg in all",
        ),
    ],
)
def test_both_readings_are_given_in_figures(
    dose: str, course: str, day: str, regimen: Made
) -> None:
    (finding,) = check_regimen(regimen(steps(dose)))
    assert course in finding.message
    assert day in finding.message


def test_an_open_point_is_a_note_once_it_is_emended(regimen: Made) -> None:
    (warned,) = check_regimen(regimen(steps("dose: 15 mg/kg, days: 1-3")))
    (noted,) = check_regimen(regimen(steps("dose: 15 mg/kg, emended: 15 mg/kg/day, days: 1-3")))
    assert (warned.severity, noted.severity) == (Severity.WARNING, Severity.NOTE)
    assert noted.message.endswith("read here as 15 mg/kg/day")
    assert warned.hint


def test_a_finding_names_its_place_and_what_it_is_about(regimen: Made) -> None:
    made = regimen(steps("dose: 2 mg/day, days: 1-3", "dose: 1 mg/day, days: 3-6"))
    (finding,) = check_regimen(made)
    assert str(finding.span) == "regimens/trial.yaml:3:45"
    assert finding.subject == "trial/alfazumab"
    assert finding.message == "alfazumab has two doses on day 3: 2 mg daily and 1 mg daily"


def test_a_dose_outside_a_regimen_is_checked_alone(regimen: Made) -> None:
    (dose,) = regimen(steps("dose: 15 mg/kg, days: 1-3")).schedule
    (finding,) = check_dose(dose, "wang-2015/dep")
    assert finding.subject == "wang-2015/dep/alfazumab"
