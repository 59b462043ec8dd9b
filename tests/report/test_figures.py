"""Figures: drawn from their data, the same each time, and told in words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from paucity.dosing.model import Dose, Regimen
from paucity.report.answer import answers
from paucity.report.drawings import drawings_of
from paucity.report.figures import Bar, Drawing, Known, evidence_map, response_bars, schedule_figure
from paucity.shapes import Word

if TYPE_CHECKING:
    from paucity.review import Review

LEVELS = {"CR": "complete", "PR": "partial", "NR": "none"}


def bars(n: int = 2) -> Drawing:
    held = [Bar("lemons", f"Lind {i}", 7, "patients", {"CR": 4, "NR": 3}) for i in range(n)]
    drawing = response_bars(held, LEVELS)
    assert drawing is not None
    return drawing


def steps(*doses: tuple[str, tuple[int, ...]]) -> Regimen:
    drug = Word("MP", "methylprednisolone")
    schedule = tuple(Dose(drug=drug, dose=dose, days=days) for dose, days in doses)
    return Regimen(name="steps", schedule=schedule)


def test_a_figure_is_the_same_each_time() -> None:
    drawing = bars()
    assert drawing.draw() == drawing.draw()


def test_a_figure_has_no_date_and_no_random_name() -> None:
    svg = bars().draw()
    assert "<dc:date>" not in svg
    assert "Matplotlib v" not in svg
    ET.fromstring(svg)  # noqa: S314  # our own output


def test_settings_of_the_user_do_not_count() -> None:
    from matplotlib import rc_context

    plain = bars().draw()
    with rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert bars().draw() == plain


def test_the_key_changes_with_what_is_drawn() -> None:
    assert bars(2).key == bars(2).key
    assert bars(2).key != bars(3).key
    renamed = response_bars([Bar("lemons", "Lind 0", 7, "patients", {"CR": 4})], {"CR": "cured"})
    original = response_bars([Bar("lemons", "Lind 0", 7, "patients", {"CR": 4})], {"CR": "well"})
    assert renamed is not None
    assert original is not None
    assert renamed.key != original.key


def test_bars_are_told_in_words_and_as_a_table() -> None:
    drawing = bars(1)
    assert "lemons, Lind 0: CR 4, NR 3 of 7" in drawing.alt
    assert drawing.data.rows[0]["CR"].value == 4
    assert drawing.data.rows[0]["PR"].value is None


def test_the_map_says_where_nothing_is_published() -> None:
    known = {("lemons", "sailors"): Known(12, 12, "12 of 12 responded")}
    drawing = evidence_map(["lemons"], ["sailors", "soldiers"], known)
    assert drawing is not None
    assert drawing.alt.endswith("Nothing is published of: lemons in soldiers.")
    assert drawing.data.rows[0]["p0"].text == "12; 12 of 12 responded"
    assert drawing.data.rows[0]["p1"].text == "none"
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


@pytest.mark.parametrize(
    ("known", "people"),
    [
        (Known(0, 0), "none"),
        (Known(3, 3), "3"),
        (Known(0, 9), "0 to 9"),
        (Known(2, None), "2 to ?"),
    ],
)
def test_people_are_told_in_bounds(known: Known, people: str) -> None:
    assert known.people == people


def test_nothing_to_draw_gives_no_figure() -> None:
    assert response_bars([], LEVELS) is None
    assert evidence_map([], ["sailors"], {}) is None
    assert schedule_figure(steps(("2 mg/kg/day", ()))) is None


def test_a_schedule_tells_days_and_cumulative_dose() -> None:
    drawing = schedule_figure(steps(("15 mg/kg/day", (1, 2, 3)), ("2 mg/kg/day", (4, 5))))
    assert drawing is not None
    assert drawing.alt == "Dose by day, from day 1 to day 5. methylprednisolone, 49 mg/kg in all."
    assert [row["day"].value for row in drawing.data.rows] == [1, 2, 3, 4, 5]
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


def test_long_schedules_and_dollar_signs_can_be_drawn() -> None:
    drug = Word("$x^2$", "$x^2$ <b>&")
    schedule = (Dose(drug=drug, dose="25 or 50 mg", days=tuple(range(1, 400, 7))),)
    drawing = schedule_figure(Regimen(name="long", schedule=schedule))
    assert drawing is not None
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


def test_the_published_regimen_comes_to_64_3(bundled: Review) -> None:
    drawing = drawings_of(bundled, answers(bundled))["regimen-dep"]
    assert "methylprednisolone, 64.3 mg/kg in all" in drawing.alt
    given = [r for r in drawing.data.rows if r["drug"].value == "methylprednisolone"]
    total = sum(Fraction(row["dose"].text.split()[0]) for row in given)
    assert total == Fraction("64.3")


def test_participants_described_one_by_one_flow_between_the_definitions(bundled: Review) -> None:
    """Three case reports are no sample, so no rate stands below a definition."""
    drawing = drawings_of(bundled, answers(bundled))["definition-flow"]
    assert "The same 3 participants under 5 definitions" in drawing.title
    assert "Wang 2015, fever as one of the markers: CR or PR or NR 1, PR or NR 2" in drawing.alt
    assert "respond" not in drawing.alt
    below = drawing.alt.partition("Below the columns: ")[2].split("; ")
    assert below == [f"{n} of 3 certain" for n in (0, 0, 1, 0)] + ["0 of 3 certain."]


def test_a_review_without_participants_has_no_flow(bundled: Review) -> None:
    assert "definition-flow" not in drawings_of(replace(bundled, recomputed={}), answers(bundled))
