"""Rows that the engine made are written as the same cells are written row by row."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("ibis")
pytest.importorskip("pyarrow")

import pyarrow as pa

from paucity.response.measured import Measured, say
from paucity.response.results import SCORES, Layout, Summary, arrow_of, write_rows
from paucity.response.settings import MICROSECONDS
from paucity.response.table_cells import day_text, days, value_texts
from paucity.response.table_lines import write_lines
from paucity.response.table_series import NONE, Scale

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(("ferritin", 'a "sign"'), SCORES)
SUMMARY = Summary("d", "D", "response", ("PR", "NR"), ("PR",), (), {("PR",): 1, ("PR", "NR"): 2})

texts = st.one_of(
    st.sampled_from(["", "ana", "=1+1", "-5", "@x", "a,b", 'a"b', "a\nb", "a\rb", "\t", "é"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
points = st.fractions(0, 400, max_denominator=8).map(say)
moments = st.integers(-(10**13), 10**13).map(lambda at: say(Fraction(at, MICROSECONDS)))
whole = st.integers(-90_000, 90_000).map(lambda s: say(Fraction(s, 86_400)))


@st.composite
def cells(draw: st.DrawFn) -> tuple[Any, ...]:
    fixed = (draw(texts), "d", draw(texts), draw(texts), draw(st.booleans()))
    deciding = "; ".join(draw(st.lists(st.sampled_from(["ferritin", "a,b", "é"]), max_size=3)))
    scores = [draw(st.none() | points) for _ in SCORES]
    out: list[Any] = [*fixed, deciding, *scores]
    for _ in LAYOUT.markers:
        if draw(st.booleans()):
            out += [None] * 5
            continue
        out.append(draw(texts))
        for _ in range(2):
            out += [draw(st.none() | texts), draw(st.none() | moments | whole)]
    return tuple(out)


@pytest.mark.parametrize("suffix", ["csv", "json"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(held=st.lists(cells(), max_size=6))
def test_lines_are_those_written_row_by_row(
    tmp_path: Path, suffix: str, held: list[tuple[Any, ...]]
) -> None:
    by_row, by_column = tmp_path / f"rows.{suffix}", tmp_path / f"table.{suffix}"
    write_rows(by_row, LAYOUT, [held], [SUMMARY])
    tables = [arrow_of(held[:2], LAYOUT), arrow_of(held[2:], LAYOUT)]
    write_lines(by_column, LAYOUT, tables, [SUMMARY])
    assert by_column.read_bytes() == by_row.read_bytes()


def test_a_file_without_markers_or_rows_is_whole(tmp_path: Path) -> None:
    for suffix, said in (("csv", "participant,definition"), ("json", '"participants": [\n]}\n')):
        path = tmp_path / f"none.{suffix}"
        write_lines(path, Layout(), [arrow_of([], Layout())], [])
        assert said in path.read_text()
    path = tmp_path / "one.json"
    row = ("p", "d", "PR", "PR", True, "")
    write_lines(path, Layout(), [arrow_of([row], Layout())], [])
    assert '"deciding": [], "markers": {}}\n]}' in path.read_text()
    assert [p.name for p in tmp_path.iterdir() if "unfinished" in p.name] == []


def test_half_written_lines_are_removed(tmp_path: Path) -> None:
    def tables() -> Any:
        yield arrow_of([("p", "d", "PR", "PR", True, "")], Layout())
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_lines(tmp_path / "r.csv", Layout(), tables(), [])
    assert list(tmp_path.iterdir()) == []


@given(
    st.lists(st.none() | st.integers(NONE, 2**61), max_size=20),
    st.sampled_from([1, 10, 1000, 10**12, 3, 8857, 8, 25 * 10**6]),
)
def test_single_numbers_are_printed_as_measured_values_are(
    values: list[int | None], scale: int
) -> None:
    # -1 stands for a sign on which rows disagree
    expected = [
        None if v is None else "conflicting" if v == NONE else say(Fraction(v, scale))
        for v in values
    ]
    found = value_texts(pa.array(values, pa.int64()), Scale(1, scale))
    assert found.to_pylist() == expected


def test_numbers_of_128_bits_and_words_are_printed() -> None:
    wide = pa.array([12 * 10**30, None, -1], pa.decimal128(38, 0))
    assert value_texts(wide, Scale(1, 10**30)).to_pylist() == ["12", None, "conflicting"]
    words = value_texts(pa.array([1, 0, -1, None]), Scale(1, values=("absent", "present")))
    assert words.to_pylist() == ["present", "absent", "conflicting", None]


def test_values_outside_detection_are_printed_with_their_signs() -> None:
    low = pa.array([0, 0, 500, 500, 5, 7, None])
    high = pa.array([30, 30, NONE, NONE, 9, 7, None])
    low_open = pa.array([False, False, True, False, False, False, None])
    high_open = pa.array([True, False, False, False, False, False, None])
    found = value_texts(low, Scale(1, 10), (high, low_open, high_open))
    assert found.to_pylist() == ["<3", "<=3", ">50", ">=50", "0.5 to 0.9", "0.7", None]
    assert str(Measured(Fraction(0), Fraction(3), high_open=True)) == "<3"


@given(st.lists(st.none() | st.integers(-(10**14), 10**14), max_size=20))
def test_days_are_those_that_are_printed(moments: list[int | None]) -> None:
    said = [None if m is None else say(Fraction(m, MICROSECONDS)) for m in moments]
    found = days(pa.array(moments, pa.int64())).to_pylist()
    assert found == [None if s is None else float(s) for s in said]


@given(st.integers(-(10**7), 10**7))
def test_a_day_to_the_second_comes_back_as_text(second: int) -> None:
    # 27 s are 0.0003125 days: seven decimals, as they end there
    said = say(Fraction(second, 86_400))
    assert day_text(float(said)) == said
