"""A long result in parts: stopped, gone on with, and the same as one that was never stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.assess.conftest import defined, library, series_of
from tests.assess.generated import rows, settings_of

pytest.importorskip("ibis")
pytest.importorskip("pyarrow")

from paucity.response import table_results
from paucity.response.agreement import compare_definitions
from paucity.response.assess import assess
from paucity.response.parts import PartsError, digest_of, fingerprint_of
from paucity.response.running import Job, explain, run
from paucity.response.settings import DEFAULTS
from paucity.response.table_parts import only, parts_of
from paucity.response.table_person import participant_in
from paucity.response.table_series import table_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

RULE = (
    "kind: response\nassess: {by: 14 d}\nmarkers: {ferritin: {improved: percent_change <= -25}}\n"
)
ONE = (defined(f"{RULE}levels: {{PR: all improved, NR: otherwise}}"),)
BOTH = (library("marsh-2013"), library("wang-2015"))


def many(n: int = 8) -> str:
    ends = ("p{0},ferritin,0,{1},ug/l", "p{0},ferritin,14,{2},ug/l")
    return "\n".join(end.format(i, 100 + i, 40 + 10 * i) for i in range(n) for end in ends)


def job(out: Path | None, **changes: Any) -> Job:
    return replace(Job(ONE, DEFAULTS, out=out, fingerprint="inputs", size=3), **changes)


class Stopped(Exception):  # noqa: N818
    """Stands for an interruption."""


def stop_after(parts: int) -> Any:
    told = []

    def tell(words: str) -> None:
        if words.startswith("assessed"):
            told.append(words)
            if len(told) == parts:
                raise Stopped

    return tell


@pytest.mark.parametrize("suffix", ["parquet", "csv", "json"])
def test_a_stopped_run_goes_on_and_ends_the_same(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(series_of(many()))
    whole, stopped = tmp_path / f"whole.{suffix}", tmp_path / f"stopped.{suffix}"
    results = run(table, job(whole))
    with pytest.raises(Stopped):
        run(table, job(stopped, tell=stop_after(2)))
    assert not stopped.exists()
    folder = tmp_path / f"stopped.{suffix}.parts"
    assert sorted(p.name for p in folder.iterdir()) == [
        *("manifest.json", "part-000000.parquet", "part-000001.parquet"),
    ]
    made: list[int] = []
    make = table_results.arrow_rows
    monkeypatch.setattr(table_results, "arrow_rows", lambda *a: made.append(1) or make(*a))
    assert run(table, job(stopped)) == results
    assert len(made) == 1  # of three parts, two were there
    assert stopped.read_bytes() == whole.read_bytes()
    assert not folder.exists()


def test_changed_data_begin_anew(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    table = table_of(series_of(many()))
    with pytest.raises(Stopped):
        run(table, job(out, tell=stop_after(2)))
    changed = table_of(series_of(many().replace("p0,ferritin,14,40", "p0,ferritin,14,999")))
    run(changed, job(out, fingerprint="other inputs"))
    whole = tmp_path / "whole.parquet"
    run(changed, job(whole))
    assert out.read_bytes() == whole.read_bytes()


def test_other_settings_or_definitions_begin_anew(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    table = table_of(series_of(many()))
    for changes in (
        {"settings": replace(DEFAULTS, value="best")},
        {"definitions": (replace(ONE[0], name="other"),)},
    ):
        with pytest.raises(Stopped):
            run(table, job(out, tell=stop_after(2)))
        run(table, job(out, **changes))
        whole = tmp_path / "whole.parquet"
        run(table, job(whole, **changes))
        assert out.read_bytes() == whole.read_bytes()


def test_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    out, whole = tmp_path / "r.parquet", tmp_path / "whole.parquet"
    table = table_of(series_of(many()))
    for damage in ("part-000000.parquet", "manifest.json"):
        with pytest.raises(Stopped):
            run(table, job(out, tell=stop_after(2)))
        path = tmp_path / "r.parquet.parts" / damage
        path.write_bytes(path.read_bytes()[:20])
        run(table, job(out))
        run(table, job(whole))
        assert out.read_bytes() == whole.read_bytes()


def test_what_a_killed_run_left_of_the_manifest_is_no_hindrance(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    folder = tmp_path / "r.parquet.parts"
    folder.mkdir()
    for name in (".manifest.json.unfinished", "manifest.json.unfinished"):
        (folder / name).write_text("{")
    run(table_of(series_of(many())), job(out))
    assert out.is_file()
    assert not folder.exists()


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    folder = tmp_path / "r.parquet.parts"
    folder.mkdir()
    (folder / "thesis.docx").write_text("mine")
    with pytest.raises(PartsError, match="move it away"):
        run(table_of(series_of(many())), job(out))
    assert (folder / "thesis.docx").read_text() == "mine"


def test_parts_hold_everyone_once() -> None:
    table = table_of(series_of(many()))
    parts = parts_of(table, 3)
    assert [p.participants for p in parts] == [3, 3, 2]
    names = [
        row["participant"]
        for part in parts
        for row in only(table, part).participants.order_by("participant").to_pyarrow().to_pylist()
    ]
    assert names == sorted(f"p{i}" for i in range(8))


def test_a_short_result_makes_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    run(table_of(series_of(many(3))), job(out))
    assert [p.name for p in tmp_path.iterdir()] == ["r.parquet"]


def test_a_digest_follows_what_is_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = digest_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest_of(tmp_path) != one
    # echo -n 1 | sha256sum
    assert digest_of(tmp_path / "b").startswith("6b86b273ff34fce19d6b804eff5a3f57")
    assert fingerprint_of(["ab", "c"]) != fingerprint_of(["a", "bc"])


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows(), settings_of())
def test_both_engines_give_the_same_results_and_rows(
    tmp_path_factory: pytest.TempPathFactory, text: str, chosen: Any
) -> None:
    folder = tmp_path_factory.mktemp("engines")
    series = series_of(text)
    outs = folder / "rows.csv", folder / "table.csv"
    jobs = [Job(BOTH, chosen, out=out) for out in outs]
    by_row, by_table = run(series, jobs[0]), run(table_of(series), jobs[1])
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert by_row.summaries == by_table.summaries
    assert by_row.sensitivity == by_table.sensitivity
    assert by_row.flips == by_table.flips
    assert json.dumps([str(f) for f in by_row.findings]) == json.dumps(
        [str(f) for f in by_table.findings]
    )
    assert by_row.sensitivity == compare_definitions([assess(series, d, chosen) for d in BOTH])
    for person in series.participants[:1]:
        assert explain(series, jobs[0], person.name) == explain(
            table_of(series), jobs[1], person.name
        )


def test_a_participant_comes_back_from_a_table_as_read() -> None:
    text = "a,ferritin,0,<30,ug/l,,300,H\na,fever,1,present\na,death,20,\nb,TG,3,1.25,mmol/l"
    series = series_of(text)
    table = table_of(series)
    for person in series.participants:
        found = participant_in(table, person.name)
        assert found is not None
        plain = [replace(m, row=0) for m in person.measurements]
        assert list(found.measurements) == plain
        assert found.events == person.events
    assert participant_in(table, "nobody") is None
