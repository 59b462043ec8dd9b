"""`paucity assess`: results, choices, files, and what goes wrong."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.conftest import LABS, TWO, data_of, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

ENGINES = ("rows", "duckdb")


def results(data: dict[str, Any], i: int = 0) -> dict[str, int]:
    found = data["definitions"][i]["results"]
    return {" or ".join(r["possible"]): r["participants"] for r in found}


def choices(data: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {c["about"]: (c["taken"], c["by"]) for c in data["definitions"][0]["choices"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_participants_are_counted_by_level(labs: Path, two: Path, engine: str) -> None:
    # ana: ferritin and triglycerides fell by more than 25%; ben: triglycerides from 4 to below 3;
    # =cmd: ferritin rose, no triglycerides: either level is possible
    data = data_of("assess", labs, "-d", two, "--engine", engine)
    assert results(data) == {"PR": 2, "PR or NR": 1}
    assert data["definitions"][0]["response"]["bounds"] == [0.666667, 1.0]
    assert data["participants"] == 3
    assert data["rows"] == 18


def test_the_interval_covers_both_bounds(labs: Path, two: Path) -> None:
    # Clopper-Pearson by scipy.stats.beta: 2 of 3 from 0.094299, 3 of 3 up to 1
    data = data_of("assess", labs, "-d", two)
    assert data["definitions"][0]["response"]["interval"] == [0.094299, 1.0]


def test_several_definitions_are_compared(labs: Path) -> None:
    arguments = ("assess", labs, "-d", "marsh-2013", "-d", "wang-2015", "-d", "marsh-2013-emended")
    out = run(*arguments).output
    assert "Agreement of the definitions" in out
    assert "Agreement matrix" in out
    data = data_of(*arguments)
    pairs = [(c["one"], c["other"]) for c in data["comparisons"]]
    assert pairs == [
        ("marsh-2013", "wang-2015"),
        ("marsh-2013", "marsh-2013-emended"),
        ("wang-2015", "marsh-2013-emended"),
    ]
    assert data["flipped"] == len(data["flips"])


@pytest.mark.parametrize("engine", ENGINES)
def test_who_flips_is_named(tmp_path: Path, labs: Path, two: Path, engine: str) -> None:
    none = tmp_path / "none.yaml"
    none.write_text(TWO.replace("-25", "-100"))  # nobody fell to nothing; ben's <3 may have
    data = data_of("assess", labs, "-d", two, "-d", none, "--engine", engine)
    assert data["flips"] == [{"participant": "ana", "results": ["PR", "NR"]}]
    assert "ana: PR / NR" in run("assess", labs, "-d", two, "-d", none).output


def test_all_means_every_definition_that_can_be_computed(labs: Path) -> None:
    names = [d["definition"] for d in data_of("assess", labs, "-d", "all")["definitions"]]
    assert {"marsh-2013", "wang-2015", "miettunen-2011-hlh2004"} <= set(names)
    assert "gerard-2012" not in names  # in words only
    assert "refractory-2-weeks" not in names  # not of response


@pytest.mark.parametrize(
    ("options", "about", "taken"),
    [
        (("--by", "7 d"), "until when values count", "by 7 d"),
        (("--at", "13 d"), "until when values count", "at 13 d, give or take 3 d"),
        (
            ("--at", "13 d", "--tolerance", "1 d"),
            "until when values count",
            "at 13 d, give or take 1 d",
        ),
        (("--baseline", "first"), "baseline", "the first value up to the index"),
        (("--baseline-age", "28 d"), "age of a baseline", "28 d"),
        (("--value", "best"), "value that counts", "the best in the window"),
        (("--confirm", "7d..14d"), "confirmation", "a second assessment 7d to 14d later"),
        (("--censor", "death"), "censoring", "no values after death"),
        (("--censor", "none"), "censoring", "none"),
        (("--normal", "disease"), "normal", "on the side of disease only"),
        (("--zero-baseline", "not evaluable"), "baseline of 0", "not evaluable"),
    ],
)
def test_every_choice_can_be_made_and_is_told(
    labs: Path, two: Path, options: tuple[str, ...], about: str, taken: str
) -> None:
    told = choices(data_of("assess", labs, "-d", two, *options))
    assert told[about] == (taken, "chosen")


def test_the_value_that_counts_changes_the_result(tmp_path: Path, two: Path) -> None:
    path = tmp_path / "labs.csv"
    rows = "p,ferritin,0,1000,ug/l\np,ferritin,7,700,ug/l\np,ferritin,14,900,ug/l\np,TG,0,1,mmol/l"
    path.write_text(f"participant,marker,day,value,unit\n{rows}\np,TG,14,1,mmol/l\n")
    assert results(data_of("assess", path, "-d", two)) == {"NR": 1}  # 900 is down by 10%
    assert results(data_of("assess", path, "-d", two, "--value", "best")) == {"PR": 1}  # by 30%
    assert results(data_of("assess", path, "-d", two, "--by", "7 d")) == {"PR": 1}


SETTINGS = """
by: 28 d
baseline: worst
censor: []
confounders:
  - {event: transfusion, markers: [platelets, ferritin], for: 7 d}
limits:
  - {marker: ferritin, unit: ng/ml, high: 300, sex: F, age_to: 18}
limits_first: settings
confirm: {after: 7 d, by: 14 d}
"""


def test_a_file_sets_every_choice_and_options_come_first(
    tmp_path: Path, labs: Path, two: Path
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS)
    told = choices(data_of("assess", labs, "-d", two, "--settings", path))
    assert told["until when values count"] == ("by 28 d", "chosen")
    assert told["transfusion and G-CSF"][0] == (
        "no platelets, ferritin within 7 d after transfusion"
    )
    assert told["reference limits"][0] == "those of the settings, else of the data"
    assert told["censoring"] == ("none", "chosen")
    other = ("--settings", path, "--at", "10 d", "--baseline", "last")
    told = choices(data_of("assess", labs, "-d", two, *other))
    assert told["until when values count"][0] == "at 10 d, give or take 3 d"
    assert told["baseline"][0] == "the last value up to the index"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("by: soon", ":1:5: `by` is `soon`"),
        ("baseline: median", ":1:11: `baseline` is `median`"),
        ("bye: 14 d", "did you mean `by`?"),
        ("{by: 14 d, at: 14 d}", "`by` and `at` exclude each other"),
        ("censor: [marriage]", "`censor.0` is `marriage`"),
        ("confounders: [{event: transfusion, markers: [platlets]}]", "`platlets` is not a known"),
        ("limits: [{marker: ferritin, unit: kg}]", "ferritin"),
        ("limits: [{marker: ferritin, unit: ug/l, low: 9, high: 3}]", "is above the upper one"),
        ("limits: [{unit: ug/l}]", "`marker` is missing"),
        ("- 1", "not a mapping"),
        ("{", "not readable as YAML"),
    ],
)
def test_a_fault_of_the_settings_is_told_with_its_place(
    tmp_path: Path, labs: Path, two: Path, text: str, said: str
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    result = run("assess", labs, "-d", two, "--settings", path)
    assert result.exit_code == 2
    assert "settings.yaml" in result.output
    assert said in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-d", "wang-215"), "did you mean `wang-2015`?"),
        (("-d", "two", "--by", "soon"), "`soon` is no length of time"),
        (("-d", "wang-2015", "--by", "soon"), "`soon` is no length of time"),
        (("-d", "wang-2015", "--by", "7 d", "--at", "7 d"), "exclude each other"),
        (("-d", "wang-2015", "--confirm", "7 d"), "expected AFTER..BY"),
        (("-d", "wang-2015", "--confirm", "9d..7d"), "ends (7d) before it begins (9d)"),
        (("-d", "wang-2015", "--censor", "none", "--censor", "death"), "excludes other events"),
        (("-d", "wang-2015", "--unit", "ferritin"), "expected MARKER=UNIT"),
        (("-d", "wang-2015", "--unit", "feritin=ug/l"), "did you mean `ferritin`?"),
        (("-d", "wang-2015", "--unit", "ferritin=kPa"), "--unit ferritin=kPa"),
        (("-d", "wang-2015", "--out", "results.xlsx"), ".csv or .json or .parquet"),
        (("-d", "wang-2015", "--out", "nowhere/results.csv"), "there is no folder nowhere"),
        (("-d", "wang-2015", "--figure", "flow.svg"), "two definitions or more"),
        (("-d", "all", "--figure", "flow.png"), "ending in .svg"),
        (("-d", "wang-2015", "--explain", "nobody"), "no participant `nobody`"),
        (("-d", "wang-2015", "--explain", "ana", "--explain", "ben"), "found `ana`, `ben`; name"),
        (("-d", "wang-2015", "--explain", "ana", "-o", "r.csv"), "leave --out and --figure out"),
        (("-d", "wang-2015", "--settings", "nosuch.yaml"), "nosuch.yaml"),
        (("-d", "wang-2015", "--mapping", "nosuch.yaml"), "nosuch.yaml"),
        (("-d", "wang-2015", "--index", "nosuch.csv"), "nosuch.csv"),
        (("-d", "wang-2015", "--engine", "abacus"), "abacus"),
        (("-d", "wang-2015", "--memory", "lots"), "expected an amount such as 500MB or 4GB"),
        (("-d", "wang-2015", "--memory", "0GB"), "expected an amount such as 500MB or 4GB"),
        (("-d", "wang-2015", "--memory", "1GB", "--engine", "rows"), "assessed in bulk"),
        (("-d", "hlh-2004", "--parameter", "fever rule"), "expected NAME=RULE"),
        (("-d", "refractory-2-weeks", "--judge", "hscore"), "expected one definition of response"),
        (("-d", "hlh-2004", "-d", "wang-2015", "--figure", "f.svg"), "nothing to draw"),
        ((), "Missing option"),
    ],
)
def test_misuse_is_told_in_words(labs: Path, options: tuple[str, ...], said: str) -> None:
    result = run("assess", labs, *options)
    assert result.exit_code == 2
    assert said in result.output or "there is no definition `two`" in result.output


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    result = run("assess", tmp_path / "nosuch.csv", "-d", "wang-2015")
    assert result.exit_code == 2
    assert "nosuch.csv: no such file or directory" in result.output


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"participant,marker,day,value\n",
        b"\x00\xff\x01PK\x03\x04junk" * 40,
        b"a,b\n1,2\n",
        b"PAR1nothing",
        b"{]",
        b"DUCK" * 9,
        b'"' * 3,
    ],
)
def test_data_nobody_can_be_read_from(tmp_path: Path, content: bytes, engine: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = run("assess", path, "-d", "wang-2015", "--engine", engine)
    assert result.exit_code == 2
    assert "error [" in result.output


def test_an_empty_folder_is_no_data(tmp_path: Path) -> None:
    assert run("assess", tmp_path, "-d", "wang-2015").exit_code == 2


def test_a_definition_in_words_is_told_and_the_others_are_computed(labs: Path, two: Path) -> None:
    result = run("assess", labs, "-d", "gerard-2012", "-d", two)
    assert result.exit_code == 1
    assert "[not-computable]" in result.output
    assert "PR 2, PR or NR 1" in result.output
    alone = run("assess", labs, "-d", "gerard-2012", "-o", labs.parent / "r.json")
    assert alone.exit_code == 1


def test_clean_data_give_no_fault(labs: Path, two: Path) -> None:
    assert run("assess", labs, "-d", two).exit_code == 0


# -- files -------------------------------------------------------------------------------------


def written(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file in one form, whatever its format."""
    if path.suffix == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        return [_plain(row) for row in parquet.read_table(path).to_pylist()]
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return [_plain(row) for row in csv.DictReader(file)]
    rows = []
    for held in json.loads(path.read_text())["participants"]:
        row = {k: v for k, v in held.items() if k not in {"markers", "deciding"}}
        row["deciding"] = "; ".join(held["deciding"])
        for marker, state in held["markers"].items():
            row[marker] = state.pop("state")
            row |= {f"{marker} {k.replace('_', ' ')}": v for k, v in state.items()}
        rows.append(_plain(row))
    return rows


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    out = {}
    for name, cell in row.items():
        if cell is None or cell == "":
            continue
        if name.endswith(" day"):
            out[name] = float(cell)
        else:
            out[name] = str(cell).removeprefix("'")
    return out


@pytest.mark.parametrize("engine", ENGINES)
def test_every_format_holds_the_same_rows(labs: Path, two: Path, engine: str) -> None:
    pytest.importorskip("pyarrow")
    half = two.with_name("half.yaml")
    half.write_text(TWO.replace("triglycerides: {", "anc: {").replace("-25", "-50"))
    rows = []
    for suffix in ("csv", "json", "parquet"):
        out = labs.parent / f"results.{suffix}"
        arguments = ("-d", two, "-d", half, "--engine", engine, "-o", out)
        assert run("assess", labs, *arguments).exit_code == 0
        rows.append(written(out))
    assert rows[0] == rows[1] == rows[2]
    assert [(r["participant"], r["definition"]) for r in rows[0]] == [
        (who, by) for who in ("=cmd", "ana", "ben") for by in ("two", "half")
    ]
    ben = rows[0][4]
    assert ben["triglycerides value"] == "<3"
    assert ben["triglycerides value day"] == 14
    assert ben["triglycerides"] == "improved"
    assert sorted(p.name for p in labs.parent.iterdir()) == [
        *("half.yaml", "labs.csv", "results.csv", "results.json", "results.parquet", "two.yaml"),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_name_that_is_a_formula_is_made_harmless(labs: Path, two: Path, engine: str) -> None:
    out = labs.parent / "r.csv"
    run("assess", labs, "-d", two, "-o", out, "--engine", engine)
    assert out.read_text().splitlines()[1].startswith("'=cmd,")


def test_both_engines_write_the_same_bytes(labs: Path) -> None:
    texts = []
    for engine in ENGINES:
        out = labs.parent / f"{engine}.csv"
        run("assess", labs, "-d", "marsh-2013", "-d", "wang-2015", "-o", out, "--engine", engine)
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_many_parts_are_written_as_one(
    tmp_path: Path, two: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paucity.cli import assessing

    labs = tmp_path / "labs.csv"
    people = [f"p{i:02}" for i in range(23)]
    ends = [("0", "1000"), ("14.0125", "<600"), ("9.3", "700")]
    rows = [
        f"{who},ferritin,{day},{value},ug/l"
        for i, who in enumerate(people)
        for day, value in ends[: i % 4]
    ]
    labs.write_text("participant,marker,day,value,unit\n" + "\n".join(rows) + "\n")
    half = two.with_name("half.yaml")
    half.write_text(TWO.replace("-25", "-50"))
    monkeypatch.setattr(assessing, "_ROWS", 10)  # 5 participants of 17 in each part
    outs, told = [], []
    for engine in ENGINES:
        out = tmp_path / f"{engine}.{suffix}"
        told.append(data_of("assess", labs, "-d", two, "-d", half, "--engine", engine, "-o", out))
        outs.append(written(out) if suffix == "parquet" else out.read_bytes())
    assert outs[0] == outs[1]
    assert told[0] == told[1]
    assert told[0]["participants"] == 17


def test_two_runs_do_not_write_one_file(labs: Path, two: Path) -> None:
    from paucity.response.locking import locked

    out = labs.parent / "r.csv"
    with locked(out):
        result = run("assess", labs, "-d", two, "-o", out)
    assert result.exit_code == 2
    assert f"another run is writing {out}" in result.output
    assert not out.exists()
    assert run("assess", labs, "-d", two, "-o", out).exit_code == 0


def test_memory_is_bounded_and_too_little_is_told(labs: Path, two: Path) -> None:
    pytest.importorskip("duckdb")
    arguments = ("assess", labs, "-d", two, "--engine", "duckdb")
    assert results(data_of(*arguments, "--memory", "1 gb")) == {"PR": 2, "PR or NR": 1}
    result = run(*arguments, "--memory", "1KB")
    assert result.exit_code == 2
    assert "allow it more than --memory 1KB" in result.output


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
@pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_writes_the_same_bytes(labs: Path, two: Path) -> None:
    pytest.importorskip("duckdb")
    texts = []
    for engine in ("rows", "spark"):
        out = labs.parent / f"{engine}.csv"
        result = run("assess", labs, "-d", two, "-o", out, "--engine", engine)
        if result.exit_code == 2 and "the engine spark needs" in result.output:
            pytest.skip(result.output.strip())
        assert result.exit_code == 0
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]


def test_diagnoses_and_scores_have_their_points_in_both_engines(labs: Path) -> None:
    texts = []
    for engine in ENGINES:
        out = labs.parent / f"{engine}.csv"
        arguments = ("-d", "hscore", "-d", "hlh-2004", "-o", out, "--engine", engine)
        result = run("assess", labs, *arguments)
        assert "different kinds are not compared" in result.output
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]
    ana = written(labs.parent / "rows.csv")[2]
    # ferritin 4000 is 35 and triglycerides 4 are 44 points; the most of what is unknown is
    # 18 + 49 + 38 + 34 + 30 + 19 + 35 = 223
    assert (ana["definition"], ana["score least"], ana["score most"]) == ("hscore", "79", "302")


@pytest.mark.parametrize("engine", ENGINES)
def test_refractoriness_is_judged_by_the_definition_that_is_named(
    labs: Path, two: Path, engine: str
) -> None:
    arguments = ("-d", "refractory-2-weeks", "--judge", two, "--engine", engine)
    data = data_of("assess", labs, *arguments)
    # ana and ben reach PR by it; whether the third does is open
    assert sorted(results(data).values()) == [1, 2]
    assert results(data)["not refractory"] == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_one_participant_is_explained_alike(labs: Path, two: Path, engine: str) -> None:
    out = run("assess", labs, "-d", two, "--explain", "ben", "--engine", engine).output
    assert out.splitlines() == [
        "two",
        "  ferritin: 4000 (day 0) -> 3001 (day 14): not improved",
        "  triglycerides: 4 (day 0) -> <3 (day 14): improved",
        "  PR: 1 of 2 improved needed, 1 found: certain",
        "  ben: PR",
    ]


def test_the_figure_is_the_same_each_time(labs: Path) -> None:
    drawn = []
    for name in ("a.svg", "b.svg"):
        arguments = ("-d", "marsh-2013", "-d", "wang-2015", "--figure", labs.parent / name)
        assert run("assess", labs, *arguments).exit_code == 0
        drawn.append((labs.parent / name).read_bytes())
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith(b"<?xml")


def test_dates_count_from_the_index_file(tmp_path: Path, two: Path) -> None:
    path, index = tmp_path / "labs.csv", tmp_path / "index.csv"
    rows = "p,ferritin,2020-01-01,1000,ug/l\np,ferritin,2020-01-15,700,ug/l\n"
    path.write_text(f"participant,marker,date,value,unit\n{rows}")
    index.write_text("participant,date\np,2020-01-01\n")
    assert results(data_of("assess", path, "-d", two, "--index", index)) == {"PR": 1}
    for text, said in (
        ("p,2020-01-01\n", "expected the columns participant and date"),
        ("participant,date\np,2020-02-30\n", "index.csv:2"),
        ("participant,date\np,2020-01-01\np,2020-01-02\n", "two index dates"),
        ("participant,date\np\n", "1 cells, expected 2"),
        ("", "found nothing"),
    ):
        index.write_text(text)
        result = run("assess", path, "-d", two, "--index", index)
        assert result.exit_code == 2
        assert said in result.output


def test_units_and_mappings_are_taken(tmp_path: Path, two: Path) -> None:
    path, mapping = tmp_path / "labs.csv", tmp_path / "codes.yaml"
    path.write_text(
        "participant,marker,day,value\np,FERR9,0,1000\np,FERR9,14,700\np,TG,0,1\np,TG,14,1\n"
    )
    mapping.write_text("markers: {FERR9: ferritin}\n")
    out = tmp_path / "r.csv"
    arguments = ("-d", two, "--mapping", mapping, "--assume-unit", "--unit", "TG=mg/dl", "-o", out)
    assert run("assess", path, *arguments).exit_code == 0
    row = written(out)[0]
    assert row["ferritin value"] == "700"
    assert row["result"] == "PR"


def test_a_large_table_and_a_narrow_terminal_are_printed(labs: Path) -> None:
    lines = run("assess", labs, "-d", "all").output.splitlines()
    assert [x for x in lines if len(x) > 100 and not x.startswith(("labs.csv:", "library/"))] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_terminal_is_told_how_far_the_work_is(
    labs: Path, two: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paucity.cli import assessing

    quiet = run("assess", labs, "-d", two, "--engine", engine)
    assert quiet.stderr == ""
    monkeypatch.setattr(assessing, "on_terminal", lambda: True)
    told = run("assess", labs, "-d", two, "--engine", engine)
    assert "18 rows read" in told.stderr
    assert "3 participants" in told.stderr
    assert told.stdout == quiet.stdout


def test_a_missing_library_is_told_by_name(
    labs: Path, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = run("assess", labs, "-d", two, "--engine", "duckdb")
    assert result.exit_code == 2
    assert "pip install 'paucity[assess]'" in result.output
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    result = run("assess", labs, "-d", two, "-o", labs.parent / "r.parquet")
    assert result.exit_code == 2
    assert "paucity[assess]" in result.output
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    drawn = ("-d", "marsh-2013", "--figure", labs.parent / "f.svg")
    result = run("assess", labs, "-d", two, *drawn)
    assert result.exit_code == 2
    assert "paucity[report]" in result.output


def test_a_file_that_cannot_be_written_is_told(labs: Path, two: Path) -> None:
    out = labs.parent / "r.csv"
    out.mkdir()
    result = run("assess", labs, "-d", two, "-o", out)
    assert result.exit_code == 2
    assert "r.csv" in result.output
    (labs.parent / "f.csv.unfinished").mkdir()
    result = run("assess", labs, "-d", two, "-o", labs.parent / "f.csv")
    assert result.exit_code == 2
    assert "f.csv.unfinished" in result.output


def test_names_of_two_definitions_may_not_be_the_same(labs: Path, two: Path) -> None:
    folder = labs.parent / "other"
    folder.mkdir()
    (folder / "two.yaml").write_text(TWO.replace("-25", "-50"))
    result = run("assess", labs, "-d", two, "-d", folder / "two.yaml")
    assert result.exit_code == 2
    assert "two different definitions are named `two`" in result.output
    assert run("assess", labs, "-d", two, "-d", two).exit_code == 0


def test_help_has_an_example() -> None:
    out = run("assess", "--help").output
    assert "paucity assess labs.csv -d marsh-2013 -d wang-2015 --out results.csv" in out


# -- anything at all ---------------------------------------------------------------------------

_CELL = st.one_of(
    st.sampled_from(
        ("p1", "p2", "ferritin", "TG", "ANC", "fever", "present", "0", "14", "1e3", "<0.1", "ug/l")
    ),
    st.sampled_from(("", "nan", "-1", "2020-01-01", "index", "death", '"', "=1+1", "1e400", "\0")),
    st.text(max_size=6),
)
_HEADER = st.sampled_from(
    (
        "participant,marker,day,value,unit",
        "patient,test,date,result",
        "participant,marker,day,date,value,unit,low,high,flags,sex,age",
        "participant,value",
    )
)


def _fuzzed(folder: Path, header: str, rows: list[str], engine: str, suffix: str) -> int:
    path, two = folder / "labs.csv", folder / "two.yaml"
    path.write_bytes("\n".join((header, *rows)).encode("utf-8", "surrogatepass"))
    two.write_text(TWO)
    out = folder / f"r.{suffix}"
    return run("assess", path, "-d", two, "--engine", engine, "-o", out).exit_code


_ROWS = st.lists(st.lists(_CELL, max_size=8).map(",".join), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_HEADER, _ROWS, st.sampled_from(("csv", "json")))
def test_no_text_gives_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, header: str, rows: list[str], suffix: str
) -> None:
    assert _fuzzed(tmp_path_factory.mktemp("f"), header, rows, "rows", suffix) in {0, 1, 2}


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(_HEADER, _ROWS)
def test_no_text_gives_a_traceback_in_the_engine(
    tmp_path_factory: pytest.TempPathFactory, header: str, rows: list[str]
) -> None:
    assert _fuzzed(tmp_path_factory.mktemp("f"), header, rows, "duckdb", "parquet") in {0, 1, 2}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300))
def test_no_bytes_give_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "labs.csv"
    path.write_bytes(content)
    assert run("assess", path, "-d", "wang-2015").exit_code in {0, 1, 2}


def test_the_data_of_these_tests_are_as_they_are_said_to_be() -> None:
    assert LABS.count("\n") == 19


def test_a_parameter_that_no_definition_has_is_refused(labs: Path) -> None:
    result = run("assess", labs, "-d", "hlh-2004", "--parameter", "feritin-rule=value > 500")
    assert result.exit_code == 2
    assert "no definition here has a parameter `feritin-rule`" in result.output
    assert "did you mean `ferritin-rule`?" in result.output
    arguments = ("assess", labs, "-d", "hlh-2004", "-d", "hscore")
    assert run(*arguments, "--parameter", "ferritin-rule=value > 500").exit_code != 2


def test_a_rule_that_cannot_stand_for_a_parameter_gives_no_result(labs: Path) -> None:
    out = run("assess", labs, "-d", "hlh-2004", "--parameter", "ferritin-rule=value > zzz").output
    assert "cannot stand for ferritin-rule" in out
    assert "as chosen" not in out
    assert "met 3" not in out


def test_what_is_found_under_several_definitions_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("participant,marker,day,value,unit\np,ferritin,14,100,ug/l\n")
    out = run("assess", path, "-d", "marsh-2013", "-d", "wang-2015").output
    assert out.count("[no-baseline]") == 1
    assert "0 errors, 1 warning" in out


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("Pat Nr,Ferritin d0,Ferritin d14\n1,2,3\n")
    out = run("assess", path, "-d", "marsh-2013").output
    assert "it has the columns Pat Nr, Ferritin d0, Ferritin d14" in out


@pytest.mark.parametrize("engine", ENGINES)
def test_what_to_do_about_a_row_is_said(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "labs.csv"
    rows = ["p,ferritin,2020-01-01,5,ug/l", "p,ferritin,2020-01-01,5,", "p,zorp,2020-01-01,5,g/l"]
    path.write_text("\n".join(["participant,marker,date,value,unit", *rows, ""]))
    out = run("assess", path, "-d", "marsh-2013", "--engine", engine).output
    assert "--index" in out
    assert "--assume-unit" in out
    assert "--mapping" in out


@pytest.mark.parametrize("engine", ENGINES)
def test_a_score_is_told_by_its_distribution(labs: Path, tmp_path: Path, engine: str) -> None:
    # at the index: ana and ben have ferritin 4000 and fever, =cmd ferritin 500 and nothing known
    score = tmp_path / "score.yaml"
    score.write_text(
        "kind: score\nmarkers:\n  ferritin: {points: 2, met: value > 500}\n"
        "  fever: {points: 1, met: present}\n"
    )
    arguments = ("assess", labs, "-d", score, "--engine", engine)
    out = " ".join(run(*arguments).output.split())
    assert (
        "score: median 3, quartiles 1.5 to 2 and 3, from 0 to 3; certain for 2 of 3 What the" in out
    )
    (found,) = data_of(*arguments)["definitions"]
    assert found["scores"] == [
        {"least": 0, "most": 1, "participants": 1},
        {"least": 3, "most": 3, "participants": 2},
    ]
