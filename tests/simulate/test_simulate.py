"""Synthetic participants: the same bytes from one seed, and a truth that is found again."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import exp, log
from statistics import median, stdev
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.cli import main
from paucity.response import load_definition
from paucity.response.agreement import compare_definitions
from paucity.response.assess import Assessment, assess
from paucity.response.cells import Words
from paucity.response.draws import Draws, factors, threshold
from paucity.response.read_series import series_from_rows
from paucity.response.scenario import Scenario, load_scenario, read_scenario
from paucity.response.simulate import COLUMNS, Simulation, simulate
from paucity.response.simulate_files import Truths, write_simulation
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NONE = Decimal(0)
EMENDED = "marsh-2013-emended"


def scenario() -> Scenario:
    found, findings = load_scenario("hlh-response")
    assert findings == []
    assert found is not None
    return found


def two_visits() -> Scenario:
    """Return the scenario with one visit before the first dose and one on day 14."""
    found = scenario()
    visits = replace(found.visits, days=(Decimal(0), Decimal(14)), jitter=0)
    return replace(found, visits=visits)


def rows_of(asked: Simulation, of: Scenario) -> list[tuple[str, ...]]:
    return [row for block in simulate(of, asked) for row in block.rows]


def truth_of(asked: Simulation, of: Scenario) -> dict[str, dict[str, str]]:
    truths = Truths(of, bundled())
    rows = (row for block in simulate(of, asked) for row in truths.rows(block))
    return {row[0]: dict(zip(truths.header, row, strict=True)) for row in rows}


def assessed(asked: Simulation, of: Scenario, name: str = EMENDED) -> Assessment:
    cells = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(asked, of)]
    series = series_from_rows(cells, COLUMNS, "synthetic", Words(bundled()))
    assert not [r for r in series.refused if r.code != "value-missing"]
    definition, _ = load_definition(name)
    assert definition is not None
    return assess(series, definition)


# -- the same bytes ----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    digests = []
    for place, seed in (("a", 7), ("b", 7), ("c", 8)):
        write_simulation(scenario(), Simulation(30, seed), tmp_path / place)
        files = sorted((tmp_path / place).iterdir())
        digests.append([sha256(f.read_bytes()).hexdigest() for f in files])
    assert digests[0] == digests[1] != digests[2]


def test_the_stream_of_random_integers_is_the_published_one() -> None:
    """PCG64 seeded with 42 draws 0.7739560485559633 first (numpy's documentation of Generator)."""
    import numpy as np

    bits = np.random.PCG64(42)
    assert int(bits.random_raw()) >> 11 == int(0.7739560485559633 * 2**53)
    assert Draws(1, 2).raw(4).tolist() == Draws(1, 2).raw(4).tolist()
    assert Draws(1, 2).raw(4).tolist() != Draws(1, 3).raw(4).tolist()


def test_participants_do_not_depend_on_how_many_follow() -> None:
    few = rows_of(Simulation(3, 7), scenario())
    many = rows_of(Simulation(12, 7), scenario())
    assert many[: len(few)] == few


def test_blocks_join_without_a_seam() -> None:
    names = [row[0] for block in simulate(scenario(), Simulation(1002, 1)) for row in block.truths]
    assert names == [f"synthetic-{n:04d}" for n in range(1, 1003)]


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_simulation(scenario(), Simulation(5, 7), tmp_path / "a")
    write_simulation(scenario(), Simulation(5, 7), tmp_path / "b", form="parquet")
    table = parquet.read_table(tmp_path / "b" / "measurements.parquet").to_pylist()
    with (tmp_path / "a" / "measurements.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == table


# -- labels ------------------------------------------------------------------------------------


def test_every_row_and_file_says_that_it_is_synthetic(tmp_path: Path) -> None:
    write_simulation(scenario(), Simulation(5, 7), tmp_path)
    for name in ("measurements.csv", "truth.csv"):
        with (tmp_path / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert {r["origin"] for r in rows} == {"synthetic"}
        assert all(r["participant"].startswith("synthetic-") for r in rows)
    about = (tmp_path / "about.md").read_text("utf-8")
    assert "made up" in about
    assert "arbitrary" in about


# -- draws -------------------------------------------------------------------------------------


def test_factors_are_log_normal() -> None:
    """The geometric standard deviation of 1024 quantiles is that asked for, to under 1%."""
    for spread in (Decimal("1.1"), Decimal("2.6")):
        logs = [log(f / 10**6) for f in factors(spread)]
        assert exp(stdev(logs)) == pytest.approx(float(spread), rel=0.01)
        assert median(logs) == pytest.approx(0, abs=0.01)


def test_chances_are_those_asked_for() -> None:
    """1% of 200000 is 2000, standard deviation 44: 250 is over 5 of them."""
    drawn = Draws(3, 0).raw(200_000) < threshold(Decimal(1))
    assert abs(int(drawn.sum()) - 2000) < 250
    assert not (Draws(3, 0).raw(1000) < threshold(NONE)).any()
    assert (Draws(3, 0).raw(1000) < threshold(Decimal(100))).all()


def test_choices_have_their_shares() -> None:
    drawn = Draws(5, 0).choice([Decimal(25), Decimal(35), Decimal(40)], 100_000).tolist()
    for which, share in enumerate((0.25, 0.35, 0.40)):
        assert drawn.count(which) / 100_000 == pytest.approx(share, abs=0.01)


# -- the truth ---------------------------------------------------------------------------------


def by_hand(row: dict[str, str]) -> str:
    """Return the level by Marsh 2013, emended (Table 3), written out anew for the true values.

    Markers are looked at by their first word. The limits are those of the scenario.
    """
    values = {k.split(" (")[0]: v for k, v in row.items()}

    def pair(marker: str) -> tuple[Fraction, Fraction]:
        return Fraction(values[f"{marker} baseline"]), Fraction(values[f"{marker} reached"])

    count = 0
    before, after = pair("soluble IL-2 receptor")
    count += after == 0 or before > Fraction(3, 2) * after
    for marker in ("ferritin", "triglycerides"):
        before, after = pair(marker)
        count += before > 0 and after <= before * Fraction(3, 4)
    before, after = pair("absolute neutrophil count")
    doubled = after >= 2 * before
    if before < Fraction(1, 2):
        count += doubled and after > Fraction(1, 2)
    elif before <= 2:
        count += doubled and after > 2
    before, after = pair("alanine aminotransferase")
    count += before > 400 and after <= before / 2
    count += values["hemophagocytosis baseline"] == "present" and (
        values["hemophagocytosis reached"] == "absent"
    )
    count += values["level of consciousness baseline"] == "altered" and (
        values["level of consciousness reached"] == "normal"
    )
    limits = scenario().markers
    within = all(
        (limits[m].limits.low or 0) <= pair(m)[1] <= (limits[m].limits.high or 10**9)
        for m in (
            "soluble IL-2 receptor",
            "ferritin",
            "triglycerides",
            "absolute neutrophil count",
            "alanine aminotransferase",
        )
    )
    calm = values["hemophagocytosis reached"] == "absent"
    awake = values["level of consciousness reached"] == "normal"
    return "CR" if within and calm and awake else "PR" if count >= 2 else "NR"


def test_the_true_level_is_what_the_source_says_of_the_true_values() -> None:
    truths = truth_of(Simulation(150, 11), scenario())
    levels = [row[f"level {EMENDED}"] for row in truths.values()]
    assert levels == [by_hand(row) for row in truths.values()]
    assert min(levels.count(x) for x in ("CR", "PR", "NR")) >= 8  # all levels are there


def test_without_noise_and_gaps_the_truth_is_found_again_exactly() -> None:
    asked = Simulation(60, 3, NONE, NONE)
    truths = truth_of(asked, scenario())
    for name in scenario().definitions:
        found = assessed(asked, scenario(), name)
        assert {o.participant: o.result for o in found.outcomes} == {
            p: row[f"level {name}"] for p, row in truths.items()
        }


def test_the_truth_does_not_depend_on_noise_or_gaps() -> None:
    of = scenario()
    assert truth_of(Simulation(40, 5), of) == truth_of(Simulation(40, 5, NONE, NONE), of)


def test_noise_and_gaps_hide_some_of_the_truth() -> None:
    found = assessed(Simulation(80, 3), scenario())
    truths = truth_of(Simulation(80, 3), scenario())
    same = sum(truths[o.participant][f"level {EMENDED}"] == o.result for o in found.outcomes)
    assert 40 < same < 80


def rates(missing: Decimal, seed: int) -> tuple[Fraction, Fraction]:
    found = assessed(Simulation(60, seed, NONE, missing), two_visits())
    bounds = compare_definitions([found]).rates[0].bounds
    assert bounds is not None
    return bounds


@settings(max_examples=8)
@given(
    st.integers(0, 2**31),
    st.decimals(0, 5, places=1),
    st.decimals(0, 5, places=1),
)
def test_more_gaps_give_wider_bounds_that_still_hold_the_true_rate(
    seed: int, one: Decimal, other: Decimal
) -> None:
    """With one visit on either side, what is missing is nested: a gap stays one when more come."""
    few, many = sorted((one, other))
    truths = truth_of(Simulation(60, seed), two_visits()).values()
    true = Fraction(sum(row[f"level {EMENDED}"] != "NR" for row in truths), 60)
    low, high = rates(few, seed)
    lower, higher = rates(many, seed)
    assert lower <= low <= true <= high <= higher


# -- what clinics' data are like ---------------------------------------------------------------


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    made = rows_of(Simulation(300, 2), scenario())
    return [dict(zip(COLUMNS, row, strict=True)) for row in made]


def test_units_are_mixed_but_not_within_a_person(rows: list[dict[str, str]]) -> None:
    units: dict[str, set[str]] = {}
    of_person: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        units.setdefault(row["marker"], set()).add(row["unit"])
        of_person.setdefault((row["participant"], row["marker"]), set()).add(row["unit"])
    assert units["triglycerides"] == {"mmol/L", "mg/dL"}
    assert units["platelets"] == {"10*9/L", "{cells}/uL"}
    assert all(len(found) == 1 for found in of_person.values())


def test_values_in_another_unit_are_of_the_same_size(rows: list[dict[str, str]]) -> None:
    """88.57 mg/dl is 1 mmol/l; the limits 0.5 to 1.7 mmol/l are 44.285 to 150.569 mg/dl."""
    middle = {}
    for unit in ("mmol/L", "mg/dL"):
        of = [r for r in rows if r["marker"] == "triglycerides" and r["unit"] == unit]
        middle[unit] = median(float(r["value"]) for r in of)
    assert middle["mg/dL"] / middle["mmol/L"] == pytest.approx(88.57, rel=0.15)
    other = next(r for r in rows if r["unit"] == "mg/dL" and r["marker"] == "triglycerides")
    assert (other["low"], other["high"]) == ("44.285", "150.569")


def test_limits_of_detection_events_flags_and_duplicates_are_there(
    rows: list[dict[str, str]],
) -> None:
    assert any(r["value"].startswith(">") for r in rows if r["marker"] == "ferritin")
    assert any(r["value"].startswith("<") for r in rows if "neutrophil" in r["marker"])
    events = {r["marker"] for r in rows if not r["value"]}
    assert events == {"transfusion", "g-csf", "next therapy", "death"}
    assert any("transfusion" in r["flags"] for r in rows if r["marker"] == "platelets")
    assert len({tuple(r.values()) for r in rows}) < len(rows)
    with_baseline = {r["participant"] for r in rows if r["value"] and int(r["day"]) <= 0}
    assert 0 < len({r["participant"] for r in rows} - with_baseline) < 40


def test_a_flag_agrees_with_value_and_limits(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if not row["value"] or row["value"][0] in "<>" or not row["low"]:
            continue
        value, low, high = (Fraction(row[k]) for k in ("value", "low", "high"))
        flags = row["flags"].split(";")
        if "H" in flags or "L" in flags:
            assert (value >= high) if "H" in flags else (value <= low)
        else:
            assert low * Fraction(99, 100) <= value <= high * Fraction(101, 100)


def test_nobody_is_measured_after_death(rows: list[dict[str, str]]) -> None:
    died = {r["participant"]: int(r["day"]) for r in rows if r["marker"] == "death"}
    late = [r for r in rows if r["value"] and int(r["day"]) > died.get(r["participant"], 10**6)]
    assert died
    assert late == []


def test_visits_are_irregular_and_each_day_has_one_value(rows: list[dict[str, str]]) -> None:
    planned = {int(d) for d in scenario().visits.days}
    assert {int(r["day"]) for r in rows if r["value"]} - planned
    seen: dict[tuple[str, str, str], str] = {}
    for row in rows:
        if row["value"]:
            key = (row["participant"], row["marker"], row["day"])
            assert seen.setdefault(key, row["value"]) == row["value"]


# -- scenarios ---------------------------------------------------------------------------------

SMALL = """
about: arbitrary
visits: {days: [0, 14]}
courses: {one: 100}
markers:
  ferritin:
    baseline: {median: 100, spread: 2}
    units: {ug/L: 100}
    effects: {one: {ratio: 0.5}}
"""


def test_a_small_scenario_can_be_written_by_anybody() -> None:
    found, findings = read_scenario(parse_yaml(SMALL, "mine.yaml"), bundled())
    assert findings == []
    assert found is not None
    made = rows_of(Simulation(3, 1, NONE, NONE), found)
    assert [row[2] for row in made] == ["0", "14"] * 3
    pairs: Iterator[Any] = iter(int(row[3]) for row in made)
    assert all(abs(2 * after - before) <= 1 for before, after in zip(pairs, pairs, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("one: 100}", "one: 90}", "add up to 90%", 4),
        ("ug/L: 100", "mmol: 100", "ferritin", 8),
        ("ug/L: 100", "ug/L: 99", "add up to 99%", 8),
        ("ferritin", "feritin", "no measured marker", 7),
        ("[0, 14]", "[0, 0]", "each once", 3),
        ("[0, 14]", "[]", "1 to 200 visits", 3),
        ("{ratio: 0.5}", "{}", "`ratio` or a `to`", 9),
        ("{one: {ratio: 0.5}}", "{two: {ratio: 0.5}}", "each course", 9),
        ("median: 100", "median: many", "expected", 7),
        ("spread: 2", "spread: 0.5", "expected", 7),
        ("about: arbitrary", "note: none", "about", 1),
    ],
)
def test_a_fault_in_a_scenario_is_a_finding_at_its_line(
    old: str, new: str, message: str, line: int
) -> None:
    assert old in SMALL
    found, findings = read_scenario(parse_yaml(SMALL.replace(old, new, 1), "mine.yaml"), bundled())
    assert found is None
    assert any(message in f.message for f in findings), findings
    assert any(abs(f.span.line - line) <= 1 for f in findings), findings


# -- the command -------------------------------------------------------------------------------


def test_the_command_writes_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "made"
    done = CliRunner().invoke(main, ["simulate", "-n", "4", "--seed", "7", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in out.iterdir()) == ["about.md", "measurements.csv", "truth.csv"]
    assert done.output.startswith("4 synthetic participants")


@pytest.mark.parametrize(
    "words",
    [
        ("--scenario", "hlh-respons"),
        ("--scenario", "nowhere.yaml"),
        ("--noise", "x"),
        ("--noise", "NaN"),
        ("--missing", "-1"),
        ("-n", "0"),
    ],
)
def test_misuse_of_the_command_is_told_without_a_traceback(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = CliRunner().invoke(main, ["simulate", "-o", str(tmp_path / "x"), *words])
    assert done.exit_code == 2
    assert "Error" in done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)
