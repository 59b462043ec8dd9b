"""`paucity export` writes what the formats can say, and tells the rest on standard error."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from paucity.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LABS = """participant,marker,day,value,unit
p1,ferritin,0,1000,ug/l
p1,ferritin,14,100,ug/l
p 1,ferritin,0,1000,ug/l
P-1,ferritin,0,1000,ug/l
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, words)])


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    path = tmp_path / "labs.csv"
    path.write_text(LABS, encoding="utf-8")
    return path


def test_a_definition_is_printed_and_its_notes_stand_apart() -> None:
    done = run("definition", "marsh-2013")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["title"] == "Marsh 2013, as printed"
    assert "note: a change from baseline" in done.stderr


def test_a_misspelt_definition_is_one_line() -> None:
    done = run("definition", "marsh-2031")
    assert done.exit_code == 2
    assert "did you mean `marsh-2013`" in done.stderr


def test_criteria_that_cannot_be_said_write_nothing(tmp_path: Path) -> None:
    out = tmp_path / "cohort.json"
    done = run("criteria", "marsh-2013", "--out", out)
    assert done.exit_code == 2
    assert "[concept-missing]" in done.stderr
    assert not out.exists()


def test_a_reviews_criteria_take_concepts(tmp_path: Path) -> None:
    names = ("alemtuzumab", "corticosteroid", "etoposide", "ATG", "malignancy")
    given = [w for i, name in enumerate(names, 1) for w in ("--concept", f"{name}={i}")]
    out = tmp_path / "folder" / "cohort.json"
    done = run(
        "criteria", "as-applied", "hlh-salvage", "--agent", "alemtuzumab", *given, "--out", out
    )
    assert done.exit_code == 0, done.stderr
    assert len(json.loads(out.read_text("utf-8"))["ConceptSets"]) == 5


@pytest.mark.parametrize("given", ["ferritin", "ferritin=x", "=1", "ferritin=1:Nonsense"])
def test_a_concept_that_is_none_is_one_line(given: str) -> None:
    done = run("criteria", "marsh-2013", "--concept", given)
    assert done.exit_code == 2
    assert "is no concept" in done.stderr


def test_participants_have_a_file_each_even_where_their_names_are_alike(
    labs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "packets"
    done = run("participants", labs, "--out", out, "--created", "2024-05-06")
    assert done.exit_code == 0, done.stderr
    packets = [json.loads(p.read_text("utf-8")) for p in sorted(out.iterdir())]
    assert sorted(p["subject"]["id"] for p in packets) == ["P-1", "p 1", "p1"]
    assert {p["metaData"]["created"] for p in packets} == {"2024-05-06T00:00:00Z"}


def test_participants_of_a_review_come_with_therapy_and_reported_level(tmp_path: Path) -> None:
    """Gerard 2012: ferritin 4756 before alemtuzumab (ATC L04AG06), PR; 1500 by two weeks."""
    out = tmp_path / "packets"
    done = run("participants", "hlh-salvage", "--out", out)
    assert done.exit_code == 0, done.stderr
    packet = json.loads(next(out.glob("gerard-2012*.json")).read_text("utf-8"))
    assert packet["subject"]["id"] == "gerard-2012/patient"
    ferritin = [m for m in packet["measurements"] if m["assay"]["id"] == "LOINC:2276-4"]
    assert [m["value"]["quantity"]["value"] for m in ferritin] == [4756, 1500]
    action = packet["medicalActions"][0]
    assert action["treatment"]["agent"]["label"] == "alemtuzumab"
    assert action["responseToTreatment"]["id"] == "NCIT:C18058"


def test_responses_are_a_table(labs: Path, tmp_path: Path) -> None:
    out = tmp_path / "adrs.csv"
    done = run("responses", labs, "-d", "wang-2015", "--study", "S1", "--out", out)
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert {r["STUDYID"] for r in rows} == {"S1"}
    assert "AVALC is NE" in done.stderr


@pytest.mark.parametrize(
    "words", [("participants", "--out", "x"), ("responses", "-d", "wang-2015")]
)
def test_data_that_are_not_there_are_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(words[0], tmp_path / "none.csv", *words[1:])
    assert done.exit_code == 2
    assert "no such file" in done.stderr
