"""`paucity definition`: one in English, all in a list, two side by side, and what goes wrong."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import data_of, run

from paucity.report.definition_differences import comparison_table
from paucity.response import definition_names, library_definitions, load_definition

if TYPE_CHECKING:
    from pathlib import Path


def test_a_definition_is_said_with_its_source_thresholds_and_gaps() -> None:
    out = run("definition", "marsh-2013").output
    assert "Marsh 2013, as printed: response, computable, read in a secondary source" in out
    assert "Pediatr Blood Cancer 2013;60(1):101-109" in out
    assert "below 0.5 10^9/l" in out
    assert "down by at least 25%" in out
    assert "from a baseline at\n" in out  # a window of a marker's own, in the last column
    assert "which value is the baseline (taken as: the last before the first dose)" in out
    assert "What can be read in more than one way" in out
    assert run("definition", "marsh-2013").exit_code == 0


def test_a_definition_in_words_only_says_so() -> None:
    result = run("definition", "gerard-2012")
    assert "in words only" in result.output
    assert "CR: not defined" in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize("name", definition_names())
def test_every_definition_of_the_library_can_be_said(name: str) -> None:
    assert run("definition", name).exit_code == 0
    data = data_of("definition", name)
    assert data["name"] == name
    assert data["lines"][0]["part"] == "definition"


def test_json_holds_the_rules_as_written() -> None:
    data = data_of("definition", "wang-2015")
    rules = {(t["marker"], t["state"]): t["rule"] for t in data["thresholds"]}
    assert rules["soluble IL-2 receptor", "improved"] == "fold_decrease >= 1.5"
    assert data["status"] == "secondary"


def test_without_a_name_all_are_listed_with_a_line_each() -> None:
    lines = run("definition").output.splitlines()
    assert [line.split()[0] for line in lines] == list(definition_names())
    assert all(len(line) <= 100 for line in lines)
    assert [d["name"] for d in data_of("definition")] == list(definition_names())


def test_two_definitions_are_compared_with_values_for_which_it_matters() -> None:
    out = run("definition", "--compare", "marsh-2013", "marsh-2013-emended").output
    assert "percent_change" not in out
    assert "up by at least" in out
    found = data_of("definition", "--compare", "marsh-2013", "marsh-2013-emended")["differences"]
    anc = next(d for d in found if d["about"] == "absolute neutrophil count")
    assert anc["a"] == "percent_change >= 100 and value > 5"
    assert anc["b"] == "percent_change >= 100 and value > 2"
    # a doubling to at most 5 and more than 2 counts by the emended reading alone
    value = float(anc["example"]["value"])
    assert 2 < value <= 5
    assert value >= 2 * float(anc["example"]["baseline"])
    assert anc["example"]["counts_in"] == "b"


def test_a_definition_compared_with_itself_does_not_differ() -> None:
    result = run("definition", "--compare", "wang-2015", "wang-2015")
    assert result.output == "wang-2015 and wang-2015 define the same.\n"


def test_a_file_is_read_and_its_findings_are_printed(two: Path) -> None:
    two.write_text(two.read_text().replace("<= -25", "<= -25 and shoe > 3", 1))
    result = run("definition", two)
    assert result.exit_code == 1
    assert f"{two.as_posix()}:5:" in result.output
    assert "[unknown-in-rule]" in result.output


def test_a_sound_file_of_ones_own_is_named_after_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    band = "{improved: percent_change <= -25, normal: value <= 300}"
    levels = "{CR: all normal, PR: any improved, NR: otherwise}"
    path.write_text(
        f"kind: response\nassess: 14 d\nmarkers: {{ferritin: {band}}}\nlevels: {levels}\n"
    )
    result = run("definition", path)
    assert result.exit_code == 0
    assert "[ours]" in result.output.splitlines()[0]


def test_a_definition_of_a_review_is_found_in_both_ways() -> None:
    named = run("definition", "hlh-salvage:wang-2015")
    assert named.exit_code == 0
    assert named.output == run("definition", "wang-2015", "--review", "hlh-salvage").output
    assert "wang-2015" in run("definition", "--review", "hlh-salvage").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("marsh-213",), "did you mean `marsh-2013`?"),
        (("zzz",), "`paucity definition` lists them"),
        (("--compare", "marsh-2013", "wang-215"), "did you mean `wang-2015`?"),
        (("marsh-2013", "--compare", "marsh-2013", "wang-2015"), "not both"),
        (("nosuch.yaml",), "no such file"),
        (("nosuch:wang-2015",), "there is no folder `nosuch`"),
        (("",), "there is no definition ``"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = run("definition", *arguments) if arguments != ("",) else run("definition", " ")
    assert result.exit_code == 2
    assert said.replace("``", "` `") in result.output


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"kind: [", b"- a\n- b", b"kind: respons", b"!!python/x {}"]
)
def test_a_file_that_holds_no_definition_ends_with_its_faults(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    result = run("definition", path)
    assert result.exit_code == 2
    assert "bad.yaml" in result.output


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    assert run("definition", tmp_path).exit_code == 2
    folder = tmp_path / "x.yaml"
    folder.mkdir()
    result = run("definition", folder)
    assert result.exit_code == 2
    assert "x.yaml" in result.output


def test_control_characters_do_not_reach_the_terminal(two: Path) -> None:
    two.write_text('label: "a\\u001b[31mb"\n' + two.read_text())
    assert "\x1b" not in run("definition", two).output


def test_the_json_of_a_file_has_its_findings(two: Path) -> None:
    two.write_text(two.read_text() + "surprise: 1\n")
    data = json.loads(run("definition", two, "--format", "json").stdout)
    assert "unknown-field" in [f["code"] for f in data["findings"]]


def test_the_standing_of_a_definition_is_seen_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    (line,) = [
        x for x in run("definition").output.splitlines() if x.startswith("hlh-2004-without-nk")
    ]
    assert "diagnosis, not verified" in line


def test_remarks_on_markers_are_said() -> None:
    """The printed rule of consciousness is for patients with refractory CNS disease only."""
    out = run("definition", "marsh-2013").output
    assert "level of consciousness: asked of patients with refractory CNS disease" in out
    assert "hemophagocytosis: on marrow aspirate" in run("definition", "hscore").output


def test_an_example_has_units_and_its_arithmetic_stands_as_written() -> None:
    out = " ".join(run("definition", "hscore").output.split())
    assert "temperature 38.4 °C" in out
    assert "hemoglobin 9.2 g/dl" in out
    assert "19 (30) = 208" in out


def test_everything_taken_where_the_source_is_silent_is_said() -> None:
    for name in definition_names():
        lines = data_of("definition", name)["lines"]
        bare = [x["text"] for x in lines if x["part"] == "unstated" and "taken as" not in x["text"]]
        assert bare == _NOT_COMPUTED.get(name, []), name


_NOT_COMPUTED = {
    "mahlaoui-2007": ["how much better, and in how many signs", "when it is assessed"],
    "mh-score": ["which score tells the two diseases apart"],
}
"""What is open in definitions that are not computed, or that have no level by themselves."""


def test_a_comparison_of_values_at_one_time_gives_one_value() -> None:
    """Platelets at 79 are above 78 and not above 110; no baseline is in it."""
    out = " ".join(run("definition", "--compare", "hscore", "mh-score").output.split())
    assert "1 to 79" not in out
    assert "at most 78 10^9/l threshold 79" in out


def test_no_comparison_of_the_library_falls_back_on_expressions_or_hides_a_difference() -> None:
    names = [d.name for d in library_definitions() if d.basis == "rule"]
    for a, b in combinations(names, 2):
        for row in comparison_table(load_definition(a)[0], load_definition(b)[0]).rows:
            said = row["a"].text, row["b"].text
            assert said[0] != said[1], (a, b, row["about"].text)
            found = [x for x in _NOT_ENGLISH if any(x in text for text in said)]
            assert found == [], (a, b, row["about"].text)


_NOT_ENGLISH = (">=", "<=", "percent_change", "fold_", "value is", "upper_limit", "improved:")
