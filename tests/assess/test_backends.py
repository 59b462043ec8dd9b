"""The table backend gives the same rows as the reference evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assess.conftest import AGED, series_of
from tests.assess.generated import definitions, diagnoses, refractory, rows, settings_of

from paucity.response.assess import assess

pytest.importorskip("ibis")

from paucity.response.assess_table import assess_table
from paucity.response.table_series import table_of

if TYPE_CHECKING:
    from paucity.response.series import Series

# ibis asks DuckDB for Arrow tables by a name that DuckDB 2 is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def reference(series: Series, definition: Any, chosen: Any) -> dict[str, dict[str, Any]]:
    out = {}
    for outcome in assess(series, definition, chosen).outcomes:
        out[outcome.participant] = {
            "level": outcome.level,
            "result": outcome.result,
            "certain": outcome.certain,
            "deciding": "; ".join(outcome.deciding),
            **scores(outcome),
            **{s.marker: s.state for s in outcome.markers},
        }
    return out


def scores(outcome: Any) -> dict[str, Any]:
    """Return the ends of score and probability as the table has them: in binary fractions."""
    out = {}
    if outcome.score is not None:
        out |= {"score_least": outcome.score.low, "score_most": outcome.score.high}
    if outcome.probability is not None:
        ends = outcome.probability.low, outcome.probability.high
        out |= {"probability_least": ends[0], "probability_most": ends[1]}
    # The table adds and multiplies binary fractions of a few digits: an error below 1e-9.
    return {name: pytest.approx(float(value), abs=1e-9) for name, value in out.items()}


def tabled(series: Series, definition: Any, chosen: Any) -> dict[str, dict[str, Any]]:
    found = assess_table(table_of(series), definition, chosen).levels.to_pyarrow().to_pylist()
    return {row.pop("participant"): row for row in found}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_table_backend_agrees_with_the_reference_on_generated_data(data: st.DataObject) -> None:
    series = series_of(data.draw(rows()), AGED)
    definition, chosen = data.draw(definitions()), data.draw(settings_of())
    assert tabled(series, definition, chosen) == reference(series, definition, chosen)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_table_backend_agrees_on_generated_diagnoses_and_scores(data: st.DataObject) -> None:
    series = series_of(data.draw(rows()), AGED)
    definition, chosen = data.draw(diagnoses()), data.draw(settings_of())
    assert tabled(series, definition, chosen) == reference(series, definition, chosen)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_table_backend_agrees_on_refractoriness(data: st.DataObject) -> None:
    series = series_of(data.draw(rows()), AGED)
    definition, chosen = data.draw(refractory()), data.draw(settings_of())
    assert tabled(series, definition, chosen) == reference(series, definition, chosen)
