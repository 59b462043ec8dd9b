"""The sensitivity sets as a figure: each a number with its interval, or a reason in words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from analysis.plans import cohort, review
from paucity.analysis import plan, synthesize
from paucity.report.comparison import not_compared, several_agents
from paucity.report.figures import Setting, Settings, sensitivity_panel
from paucity.report.figures.drawing import FAINT
from paucity.report.synthesis import side_by_side
from paucity.report.tables import named
from paucity.synthesis import under_priors
from report.pages import read

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.report.figures import Drawing
    from paucity.review import Review

POOLED = Setting("together", "16 of 24", 67.6, (36.6, 90.3), pooled=True)
REFUSED = Setting("apart", "16 of 24", 66.7, (44.7, 84.4), pooled=False, why="definitions differ")
NOBODY = Setting("courses", "", None, None, pooled=False, why="no cohort is left")


def panel(*settings: Setting, heading: str = "alemtuzumab") -> Drawing:
    drawing = sensitivity_panel("Sensitivity", [Settings(heading, settings)])
    assert drawing is not None
    return drawing


def test_each_set_is_told_as_a_number_or_a_reason() -> None:
    drawing = panel(POOLED, REFUSED, NOBODY)
    for told in (
        "together, 16 of 24, 68% (37 to 90)",
        "apart, 16 of 24, definitions differ",
        "courses, no cohort is left",
    ):
        assert told in drawing.alt
    kinds = [row["kind"].text for row in drawing.data.rows]
    assert kinds == ["pooled", "counts added", "nothing"]


def test_what_is_not_pooled_is_drawn_open_and_dotted() -> None:
    pooled, added, nothing = (panel(s).draw() for s in (POOLED, REFUSED, NOBODY))
    assert pooled.count("PathCollection") == added.count("PathCollection") == 1
    assert "PathCollection" not in nothing
    assert "stroke-dasharray" in added
    assert "stroke-dasharray" not in pooled


@pytest.mark.parametrize("label", ["<b>$x^2$</b> & {}", "x" * 200, "=1+1"])
def test_the_figure_is_the_same_each_time_and_legible_xml(label: str) -> None:
    drawing = panel(Setting(label, "1 of 2", 50.0, (1.3, 98.7), pooled=False, why="single study"))
    assert drawing.draw() == drawing.draw()
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


def test_only_shades_of_ink_are_used() -> None:
    colors = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", panel(POOLED, REFUSED).draw()))
    dark = {c for c in colors if sum(int(c[i : i + 2], 16) for i in (1, 3, 5)) < 3 * 0x50}
    light = {c for c in colors if sum(int(c[i : i + 2], 16) for i in (1, 3, 5)) > 3 * 0xD0}
    assert colors - {FAINT} == dark | light  # only the axis is of a middling grey


def test_nothing_to_draw_gives_no_figure(tmp_path: Path) -> None:
    assert sensitivity_panel("Sensitivity", []) is None
    assert sensitivity_panel("Sensitivity", [Settings("x", ())]) is None
    one = review(tmp_path, "all: {}", cohort(1, 2, author="Doe"))
    assert side_by_side(one) is None


def test_the_bundled_review_s_sets_stand_side_by_side(bundled: Review) -> None:
    drawing = side_by_side(bundled)
    assert drawing is not None
    for told in (  # each set that the review is to be asked about, and what it gives
        "Definitions put together, 16 of 24, 68% (37 to 90)",
        "Without personal communications, no cohort is left",
        "With all ten second-line ATG patients, 9 of 10, single study",
        "Judged by a stated rule, 14 of 22, single study",
        "Judged in words, 2 of 2, 76% (25 to 97), all events",
        "From one model of all levels, 16 of 24, 67%",
        "Courses (all given after relapse), 7 of 7 courses, single study",
    ):
        assert told in drawing.alt, told
    groups = synthesize(bundled.evidence)
    agents = {g.name for g in groups}
    rows = drawing.data.rows
    assert len(rows) == len(agents) * len(plan(bundled.evidence))
    assert sum(row["kind"].text == "pooled" for row in rows) == sum(
        g.result.estimate is not None for g in groups
    )


def test_beside_every_figure_of_several_agents_stands_that_none_was_compared(
    bundled: Review, bundled_report: Path
) -> None:
    assert several_agents(bundled)
    said = not_compared(bundled)
    assert said.startswith("No study compared the agents")
    html = (bundled_report / "index.html").read_text(encoding="utf-8")
    for name in ("responses", "forest", "forest-pooled", "sensitivity", "evidence-map"):
        figure = html.partition(f'<figure id="figure-{name}"')[2].partition("</figcaption>")[0]
        assert said in figure, name
    for name in (
        "synthesis",
        "sensitivity",
        "robustness",
        "certainty",
        "responses",
        "totals",
        "gaps",
    ):
        notes = " ".join(note for note in named(bundled, name).notes)
        assert said.removesuffix(".") in notes, name
    assert read(html).text


def test_one_agent_needs_no_such_sentence(tmp_path: Path) -> None:
    one = review(tmp_path, "all: {}", cohort(1, 2, author="Doe"), cohort(3, 4, author="Roe"))
    assert not several_agents(one)


TWO_AGENTS = """
citation: {authors: [Poe J], year: 2001, language: English}
cohorts:
  all: {patients: 10}
  a: {part_of: all, patients: 5, prior: etoposide}
  b: {part_of: all, patients: 5, prior: etoposide}
therapies: {x: {agent: anakinra}, y: {agent: rituximab}}
responses:
  - {cohort: a, therapy: x, counts: {CR: 3, NR: 2}, source: Table 1}
  - {cohort: b, therapy: y, counts: {CR: 1, NR: 4}, source: Table 1}
"""


def test_a_study_of_two_agents_is_named(tmp_path: Path) -> None:
    both = review(tmp_path, "all: {}", TWO_AGENTS, cohort(1, 2, author="Doe"))
    assert not_compared(both).startswith("Only Poe 2001 tells of more than one of the agents:")


def test_the_table_says_what_other_priors_give(bundled: Review) -> None:
    (row,) = (
        r
        for r in named(bundled, "robustness").rows
        if r["agent"].text == "alemtuzumab" and "together" in r.group
    )
    found = [u.median for u in under_priors([1, 14, 1], [1, 22, 1])]
    low, high = min(q.estimate for q in found), max(q.estimate for q in found)
    assert row["priors"].text.startswith(f"{100 * low:.0f} to {100 * high:.0f}%; limits ")
