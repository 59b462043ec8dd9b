"""`paucity counts`: which whole numbers a printed percentage can stand for."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from paucity.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["counts", *arguments])
    # Lines end where the terminal does.
    return done.exit_code, " ".join(done.stdout.split()), done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        # 4/22 = 18.18, 5/22 = 22.7, 6/22 = 27.3
        (("23%", "--n", "22"), "23% of 22 can only be 5: 4 would print as 18% and 6"),
        (("100%", "--n", "1"), "100% of 1 can only be 1: 0 would print as 0%."),
        # 32.5% of 400 is 130, 33.5% is 134
        (("33%", "--n", "400"), "can be 5 counts: 130 to 134."),
        # 15/38 = 39.47, 16/38 = 42.1; 14/35, 16/40, 17/42 = 40.48, 17/43 = 39.53
        (("40%", "--n", "38"), "no count prints so. It would be 14 of 35, 16 of 40"),
        (("22.0%", "--n", "45"), "no whole number"),  # 10/45 = 22.2
        (("22", "--n", "45"), "can only be 10"),
    ],
)
def test_which_counts_fit_a_percentage(arguments: tuple[str, ...], says: str) -> None:
    code, out, _ = run(*arguments)
    assert code == 0
    assert says in out


@pytest.mark.parametrize("sd", ["0.49", ".49", "49%"])
def test_a_standard_deviation_that_fits(sd: str) -> None:
    # 7 of 20: sqrt(7 * 13 / (20 * 19)) = 0.4894
    _, out, _ = run("35%", "--n", "20", "--sd", sd)
    assert f"The standard deviation {sd} fits 7 of 20." in out


@pytest.mark.parametrize(("sd", "at"), [("0.18", "0.49."), ("18.0%", "48.9%.")])
def test_a_standard_deviation_that_does_not_fit(sd: str, at: str) -> None:
    # DEBIT's own example: 35% of 20 with a standard deviation of 0.18
    _, out, _ = run("35%", "--n", "20", "--sd", sd)
    assert f"with this percentage it is {at}" in out


def test_counts_on_both_sides_of_half_are_told_apart() -> None:
    # sqrt(c (1000 - c) / 999000): 495 and 505 0.500225, 496 and 504 0.500234, 497 0.500241
    _, out, _ = run("50%", "--n", "1000", "--sd", "0.50023")
    assert "fits 495 to 496 or 504 to 505 of 1000" in out


def test_json() -> None:
    _, out, _ = run("35%", "--n", "20", "--sd", "18%", "--format", "json")
    told = json.loads(out)
    assert told == {"percent": "35", "n": 20, "counts": [7], "sd": "0.18", "counts_with_sd": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("0.35", "--n", "20"), "write 0.35% or 35%"),
        (("abc", "--n", "20"), "expected a number as printed"),
        (("43,5%", "--n", "20"), "expected a number as printed"),
        (("", "--n", "20"), "expected a number as printed"),
        (("101%", "--n", "20"), "expected 0 to 100"),
        (("35%", "--n", "20", "--sd", "5"), "at most 0.71"),
        (("35%", "--n", "1", "--sd", "0.5"), "at least two people"),
    ],
)
def test_bad_figures_give_one_clear_line(arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("n", ["0", "-1", "1000001", "2.5"])
def test_a_denominator_is_a_whole_number_of_people(n: str) -> None:
    code, _, err = run("35%", "--n", n)
    assert code == 2
    assert "Traceback" not in err
