"""The distribution of a score: quantiles as a reference has them, and the same on every path."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.conftest import defined, series_of

from paucity.response.distribution import quantile_bounds
from paucity.response.running import Job, run
from paucity.response.settings import DEFAULTS

if TYPE_CHECKING:
    from pathlib import Path

RANGES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4)).map(lambda x: (float(x[0]), float(sum(x)))),
    min_size=1,
    max_size=12,
)


@given(RANGES, st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0)), st.data())
def test_a_quantile_lies_between_its_bounds_and_reaches_both(
    ranges: list[tuple[float, float]], share: float, data: st.DataObject
) -> None:
    numpy = pytest.importorskip("numpy")  # its default is the same type 7
    low, high = quantile_bounds(Counter(ranges), share)
    some = [data.draw(st.sampled_from(ends)) for ends in ranges]
    ends = [numpy.quantile(values, share) for values in (*zip(*ranges, strict=True), some)]
    assert (low, high) == pytest.approx(ends[:2])
    assert low - 1e-9 <= ends[2] <= high + 1e-9


SCORE = defined("""
kind: score
scale: [high, low]
markers:
  ferritin: [{points: 2, met: value > 500}, {points: 0.5, met: value > 100}]
  fever: {points: 1, met: present}
levels: {high: score >= 2, low: otherwise}
""")
OTHER = defined("kind: score\nmarkers: {fever: {points: 3, met: present}}\n")
ROWS = """p0,ferritin,0,600,ug/l
p0,fever,0,present,
p1,ferritin,0,600,ug/l
p1,fever,0,absent,
p2,ferritin,0,200,ug/l
p3,fever,0,present,
p4,ferritin,0,200,ug/l
p4,fever,0,absent,"""
# ferritin gives 2, 2, 0.5, 0 to 2, 0.5; fever 1, 0, 0 to 1, 1, 0
EXPECTED = {(3, 3): 1, (2, 2): 1, (0.5, 1.5): 1, (1, 3): 1, (0.5, 0.5): 1}


def job(out: Path | None = None, **changes: Any) -> Job:
    return Job((SCORE, OTHER), DEFAULTS, out=out, fingerprint="inputs", size=2, **changes)


class Stopped(Exception):  # noqa: N818
    """Stands for an interruption."""


def stop(words: str) -> None:
    if words.startswith("assessed 4"):
        raise Stopped


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_scores_are_counted_alike_on_every_path(tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    from paucity.response.table_series import table_of

    series = series_of(ROWS)
    table, out = table_of(series), tmp_path / "r.csv"
    with pytest.raises(Stopped):
        run(table, job(out, tell=stop))
    for data, path in ((series, None), (table, None), (table, out), (table, tmp_path / "s.csv")):
        first, second = run(data, job(path)).summaries
        assert first.scores == EXPECTED
        assert second.scores == {(3, 3): 2, (0, 0): 2, (0, 3): 1}
