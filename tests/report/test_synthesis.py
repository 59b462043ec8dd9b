"""The section on synthesis: nothing compared, nothing pooled that may not be, all of it legible."""

from __future__ import annotations

import csv
import io
import json
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from analysis.plans import cohort, review
from paucity.analysis import synthesize
from paucity.cli import main
from paucity.counts import whole_percent
from paucity.report.figures import ForestLine, Panel, belief_picture, forest_plot
from paucity.report.outputs import parse_counts
from paucity.report.robustness import robustness_of
from paucity.report.site import write_report
from paucity.report.synthesis import MANY, forest, section, synthesis_drawings
from paucity.report.tables import named
from paucity.synthesis import belief, leave_one_out, missing_outcomes, pool, tipping_point
from report.pages import dead_links, read

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.review import Review

THREE = (cohort(1, 2, author="Doe"), cohort(3, 4, author="Roe"), cohort(8, 9, author="Poe"))


def words(out: Path) -> str:
    page = read((out / "index.html").read_text(encoding="utf-8"))
    return " ".join(" ".join(page.text).split())


def test_the_report_says_that_nothing_was_compared(bundled_report: Path) -> None:
    text = words(bundled_report)
    assert "No study compared these agents with one another, and nothing here does" in text
    assert "Of 29 results of the plan 9 are pooled" in text
    assert "Nothing was pooled." not in text


def test_the_section_stands_after_the_agents(bundled_report: Path) -> None:
    page = read((bundled_report / "index.html").read_text(encoding="utf-8"))
    sections = [a["id"] for tag, a in page.tags if tag == "section" and "id" in a]
    order = ["agents", "synthesis", "certainty", "tables"]
    assert [s for s in sections if s in order] == order


def test_every_status_that_occurs_is_explained_and_no_other(bundled: Review) -> None:
    found = section(bundled)
    assert found is not None
    assert set(found.meanings) == {
        "definitions differ",
        "single study",
        "ok",
        "boundary",
        "all events",
    }


def test_a_review_without_responses_has_no_section(tmp_path: Path) -> None:
    empty = review(tmp_path / "review", "all: {}")
    assert section(empty) is None
    assert list(synthesis_drawings(empty)) == []
    write_report(empty, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    assert 'id="synthesis"' not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


# -- tables ------------------------------------------------------------------------------------


def test_sensitivity_has_a_column_for_each_analysis_and_a_row_for_each_agent(
    bundled: Review,
) -> None:
    table = named(bundled, "sensitivity")
    assert len(table.columns) == 1 + len(bundled.protocol.analyses)
    cells = {row["agent"].text: row for row in table.rows}
    assert list(cells) == ["alemtuzumab", "anakinra", "DEP", "ATG (rabbit)"]
    assert cells["alemtuzumab"]["analysis-responders"].text == (
        "16 of 24 (67%), 45 to 84%; not pooled: definitions differ"
    )
    assert cells["alemtuzumab"]["analysis-definitions-together"].text.startswith(
        "Pooled 68% (37 to 90%)"
    )
    assert cells["anakinra"]["analysis-definitions-together"].text.endswith("; all events")
    assert cells["ATG (rabbit)"]["analysis-published"].text == "none"
    assert cells["ATG (rabbit)"]["analysis-courses"].text.startswith(
        "7 of 7 courses (100%), 59 to 100%"
    )


def test_what_is_not_the_median_study_s_proportion_is_named(tmp_path: Path) -> None:
    single = [cohort(i % 2, 1, author=a) for i, a in enumerate(("Doe", "Roe", "Poe"))]
    made = review(tmp_path, "all: {method: glmm}", *single)
    (row,) = named(made, "synthesis").rows
    assert row["pooled"].note == "the mean over studies"


def test_headings_leave_out_what_most_of_them_begin_with(bundled: Review) -> None:
    table = named(bundled, "sensitivity")
    labels = [c.label for c in table.columns]
    assert labels[1:3] == ["By agent", "Complete response, by agent"]
    assert table.notes[0].startswith("Headings without an outcome are of: Complete or partial")


def test_no_cell_holds_a_paragraph(bundled: Review) -> None:
    for name in ("synthesis", "sensitivity", "robustness"):
        cells = [c.text for row in named(bundled, name).rows for c in row.cells.values()]
        assert max(map(len, cells)) < 90


def test_the_same_result_is_told_once_and_says_where_else_it_stands(bundled: Review) -> None:
    table = named(bundled, "robustness")
    assert [row["agent"].text for row in table.rows] == ["alemtuzumab", "anakinra", "alemtuzumab"]
    assert table.rows[0]["agent"].note.count("also: ") == 2
    assert table.rows[2].group == "Complete or partial response, judged in words"


def test_robustness_is_what_the_library_computes(bundled: Review) -> None:
    row = named(bundled, "robustness").rows[0]
    counts = ([1, 14, 1], [1, 22, 1])
    without = [r.estimate for r in leave_one_out(*counts, method="bayes").without]
    low, high = (whole_percent(f(e for e in without if e)) for f in (min, max))
    assert row["without"].text == f"{low} to {high}%"
    tipping = tipping_point(*counts, threshold=0.5, conclusion="estimate").reports
    assert row["estimate"].text == str(tipping) == "5"
    assert row["lower"].text == "it is not above"


def test_a_threshold_of_the_plan_moves_the_tipping_point(tmp_path: Path) -> None:
    plan = "half: {}\nmost: {threshold: 90%}\nnone: {threshold: 0%}"
    made = review(tmp_path, plan, *THREE)
    half, most, none = (
        robustness_of(g, made.protocol.analyses[g.analysis]) for g in synthesize(made.evidence)
    )
    assert half is not None
    assert most is not None
    assert none is not None
    assert int(half.told["estimate"]) > 0
    assert most.told["estimate"] == "it is not above"
    assert "estimate" not in none.told


def test_names_of_a_review_s_own_do_not_hide_a_column(tmp_path: Path) -> None:
    own = "quality: {items: {study: {answer: yes, why: x}, item-study: {answer: no, why: y}}}\n"
    made = review(tmp_path, "agent: {}\ngroup: {levels: CR}", THREE[0] + own)
    (row,) = named(made, "quality").rows
    assert (row["study"].text, row["item-study"].text) == ("Doe 2001", "yes: x")
    assert len({c.key for c in named(made, "sensitivity").columns}) == 3


def test_people_without_an_outcome_give_bounds(tmp_path: Path) -> None:
    lost = (
        cohort(8, 9, author="Poe")
        .replace("NR: 1}", "NR: 1}, n: 9")
        .replace("patients: 9", "patients: 12")
    )
    made = review(tmp_path, "all: {}", *THREE[:2], lost)
    (group,) = synthesize(made.evidence)
    found = robustness_of(group, made.protocol.analyses["all"])
    assert found is not None
    bounds = missing_outcomes([1, 3, 8], [2, 4, 9], [0, 0, 3]).interval
    assert bounds is not None
    low, high = whole_percent(bounds.lower), whole_percent(bounds.upper)
    assert found.told["missing"] == f"{low} to {high}%"


def test_populations_and_units_are_printed_as_the_review_names_them(tmp_path: Path) -> None:
    people = "populations: {young: {is: age_group is pediatric, label: the young}}\n"
    child = cohort(1, 2, author="Doe", more=", age_group: pediatric")
    made = review(tmp_path, "a: {by: population}\nb: {by: all}", child, extra=people)
    table = named(made, "sensitivity")
    assert [(r.group, r["agent"].text) for r in table.rows] == [
        ("By population", "the young"),
        ("All together", "all"),
    ]


def test_quality_and_certainty_show_each_ground(bundled: Review) -> None:
    rows = {row["study"].text: row for row in named(bundled, "quality").rows}
    assert rows["Marsh 2013"]["ascertainment"].text == "yes: a stated rule for each marker"
    assert rows["Marsh 2013"]["selection"].span is not None
    assert "causality, 8 no" in named(bundled, "quality").notes[-1]
    summary = {row["agent"].value: row for row in named(bundled, "certainty").rows}
    assert summary["anakinra"]["certainty"].text == "very low"
    assert "publication bias" in summary["anakinra"]["why"].text
    assert summary["DEP"]["result"].text == "26 of 34 (76%), 59 to 89%; not pooled"


def test_items_of_another_instrument_stand_beside_the_domains(tmp_path: Path) -> None:
    own = (
        "quality:\n"
        "  instrument: JBI checklist for case series\n"
        "  by: two of us\n"
        "  items: {consecutive inclusion: {answer: unclear, why: not told}}\n"
    )
    made = review(tmp_path, "all: {}", THREE[0] + own)
    table = named(made, "quality")
    assert [c.label for c in table.columns] == ["Study", "Consecutive inclusion"]
    assert table.notes[0].startswith("Judged by two of us; instrument: JBI checklist")


# -- figures -----------------------------------------------------------------------------------


def test_the_forest_plot_tells_every_cohort_and_why_nothing_was_pooled(bundled: Review) -> None:
    drawing = forest(bundled, "responders", "forest")
    assert drawing is not None
    assert "Strout 2010, 1 of 1, 100% (3 to 100)" in drawing.alt
    assert "Not pooled: definitions differ, 16 of 24" in drawing.alt
    assert drawing.draw() == drawing.draw()
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


def test_a_pooled_group_has_a_diamond_and_a_prediction(bundled: Review) -> None:
    drawing = forest(bundled, "definitions-together", "forest")
    assert drawing is not None
    assert "Pooled, median study, 16 of 24, 68% (37 to 90), a new study 19 to 96" in drawing.alt
    rows = [r for r in drawing.data.rows if r["status"].text == "ok"]
    found = pool([1, 14, 1], [1, 22, 1], method="bayes").prediction
    assert found is not None
    told = f"{100 * found.lower:.1f} to {100 * found.upper:.1f}"
    assert [r["prediction"].text for r in rows] == [told]
    assert {r["status"].text for r in drawing.data.rows} == {"", "ok", "all events"}


def test_courses_are_marked_in_the_forest_plot(bundled: Review) -> None:
    drawing = forest(bundled, "courses", "forest")
    assert drawing is not None
    assert "7 of 7 courses" in drawing.alt


def test_markers_are_as_large_as_their_cohorts() -> None:
    def area(n: int) -> str:
        lines = (
            ForestLine("one", f"1 of {n}", n, 50.0, (40.0, 60.0)),
            ForestLine("other", "1 of 100", 100, 50.0, (40.0, 60.0)),
        )
        drawing = forest_plot("f", "F", [Panel("x", lines)])
        assert drawing is not None
        return drawing.draw()

    assert area(1) != area(50)


def test_hostile_names_are_drawn_as_they_are() -> None:
    line = ForestLine("$x^2$ <b>&" * 20, "1 of 2", 2, 50.0, (1.3, 98.7))
    drawing = forest_plot("f", "F", [Panel("$\\frac", (line,))])
    assert drawing is not None
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


def test_many_cohorts_are_drawn_as_groups(tmp_path: Path) -> None:
    parts = "".join(
        f"  c{i}: {{part_of: all, patients: 3, prior: etoposide}}\n" for i in range(MANY + 1)
    )
    told = "".join(
        f"  - {{cohort: c{i}, therapy: x, counts: {{CR: 1, NR: 2}}}}\n" for i in range(MANY + 1)
    )
    names = ", ".join(f"c{i}" for i in range(MANY + 1))
    study = (
        "citation: {authors: [Doe J], year: 2001}\nsource: Table 1\ncohorts:\n"
        f"  all: {{patients: {3 * MANY + 4}, divided_into: {{t: [{names}, rest]}}}}\n"
        "  rest: {part_of: all, patients: 1, prior: {agents: etoposide, patients: 0}}\n"
        f"{parts}therapies: {{x: {{agent: anakinra}}}}\nresponses:\n{told}"
    )
    drawing = forest(review(tmp_path, "all: {}", study), "all", "forest")
    assert drawing is not None
    assert len(drawing.data.rows) == 1


def test_prior_and_posterior_each_sum_to_one_and_the_data_move_it() -> None:
    found = belief([14, 1, 1], [22, 1, 1])
    assert sum(found.before) == pytest.approx(1, abs=1e-12)  # differences of a distribution
    assert sum(found.after) == pytest.approx(1, abs=1e-12)
    below = sum(p for e, p in zip(found.edges, found.after, strict=False) if e < 0.5 - 1e-9)
    result = pool([14, 1, 1], [22, 1, 1], method="bayes", thresholds=[0.5])
    above = getattr(result, "exceedances")[0].median  # noqa: B009
    assert below == pytest.approx(1 - above, abs=1e-9)  # the same integral at one point


def test_the_picture_says_where_the_belief_is_highest() -> None:
    drawing = belief_picture("T", "1 of 2", [25.0] * 4, [5.0, 10.0, 60.0, 25.0])
    assert "highest between 50 and 75%" in drawing.alt
    assert [row["after"].text for row in drawing.data.rows] == ["5.00", "10.00", "60.00", "25.00"]
    ET.fromstring(drawing.draw())  # noqa: S314  # our own output


# -- the command line --------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments, prog_name="paucity")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_pool_gives_the_library_s_answer() -> None:
    code, out, _ = run("pool", "2/2", "3/3", "0/22", "12/34")
    assert code == 0
    assert "study 3: 0 of 22, 0% (95% interval 0 to 15%)" in out
    assert pool([2, 3, 0, 12], [2, 3, 22, 34]).sentence in " ".join(out.split())


def test_pool_names_the_level_asked_for() -> None:
    _, out, _ = run("pool", "3/3", "--level", "0.5")
    assert "3 of 3, 100% (50% interval 63 to 100%)" in out


def test_pool_says_why_there_is_no_number() -> None:
    code, out, _ = run("pool", "2/2", "3/3", "--format", "json")
    data = json.loads(out)
    assert (code, data["status"], data["estimate"]) == (0, "too few", None)
    code, out, _ = run("pool", "2/2", "3/3", "--format", "json", "--minimum", "2")
    assert json.loads(out)["status"] == "all events"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("3/2",), "study 1 has 3 events in 2 patients"),
        (("2-2",), "`2-2` is not EVENTS/N"),
        (("1/2", "x/2"), "`x/2` is not EVENTS/N"),
        (("--", "-1/3"), "`-1/3` is not EVENTS/N"),
        (("1.5/3",), "`1.5/3` is not EVENTS/N"),
        (("0/0",), "study 1 has 0 patients"),
        (("1/2", "--level", "95"), "level: found 95.0"),
        (("1/2", "--level", "nan"), "level: found nan"),
        (("٣/٤",), "is not EVENTS/N"),
    ],
)
def test_bad_counts_give_one_clear_line(arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run("pool", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_counts_are_read_as_written() -> None:
    assert parse_counts(["0/1", "12/34"]) == ([0, 12], [1, 34])


def test_the_csv_holds_the_counts_that_metafor_reads() -> None:
    code, out, _ = run("synthesize", "hlh-salvage", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert {"events", "n", "study", "unit", "cohort"} <= set(rows[0])
    wang = [r for r in rows if r["study"] == "wang-2015" and r["analysis"] == "complete"]
    assert [(r["events"], r["n"], r["unit"]) for r in wang] == [("12", "34", "patients")]


def test_the_plan_in_words_and_as_json_agree() -> None:
    _, wrapped, _ = run("synthesize", "hlh-salvage")
    text = " ".join(wrapped.split())
    _, data, _ = run("synthesize", "hlh-salvage", "--format", "json")
    for result in json.loads(data)["results"]:
        assert result["sentence"] in text
    assert "mahlaoui-2007/repeat-course: left out, counted in courses, not patients" in text
    assert text.rstrip().endswith("are not differences between treatments.")


def test_a_forest_plot_can_be_had_as_a_file(tmp_path: Path) -> None:
    out = tmp_path / "forest.svg"
    assert run("forest", "hlh-salvage", "-o", str(out), "--analysis", "courses")[0] == 0
    ET.fromstring(out.read_text(encoding="utf-8"))  # noqa: S314  # our own output
    code, _, err = run("forest", "hlh-salvage", "-o", str(out), "--analysis", "course")
    assert (code, "did you mean `courses`?" in err) == (2, True)


@pytest.mark.parametrize("arguments", [("pool", "1/2"), ("synthesize", "hlh-salvage")])
def test_a_missing_library_names_what_to_install(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [m for m in sys.modules if m.startswith("paucity.synthesis")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    code, _, err = run(*arguments)
    assert code == 2
    assert "pip install 'paucity[synthesis]'" in err
