"""The flow: sums, stated counts, the diagram and its data."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.protocol import FlowCounts
from paucity.report.figures.prisma import flow_figure, flow_png
from paucity.report.prisma import flow_data, flow_table, rows_of
from paucity.report.render import as_csv, as_markdown
from paucity.screening.flow import Column, Flow, flow_of_counts, total, wrong_sums
from paucity.screening.flow_checks import check_counts

# 3216 = 1040 + (120 + 88) + 3 + 1965; 1965 = 1800 + 165; 165 = 7 + 158; 158 = (70 + 58) + 30
WHOLE = Column(
    sources=(
        ("database", "MEDLINE", 1204),
        ("database", "Embase", 1893),
        ("register", "CENTRAL", 119),
    ),
    identified=3216,
    duplicates=1040,
    automatic=(("published in 2000 or later", 120), ("written in English", 88)),
    removed_otherwise=3,
    unscreened=0,
    screened=1965,
    excluded=1800,
    sought=165,
    not_retrieved=7,
    unassessed=0,
    assessed=158,
    excluded_reports=(("wrong population", 70), ("no outcome", 58)),
    included=30,
)
BOXES = ("identified", "duplicates", "screened", "excluded", "sought", "assessed", "included")


def test_a_flow_that_adds_up_is_let_be():
    assert wrong_sums(WHOLE) == []


@given(st.sampled_from(BOXES), st.integers(-20, 20).filter(bool))
def test_one_wrong_count_is_found_in_each_box_it_touches(box, by):
    wrong = replace(WHOLE, **{box: getattr(WHOLE, box) + by})
    # identified, duplicates and included stand in one sum; the others in two.
    once = box in {"identified", "duplicates", "excluded", "included"}
    assert len(wrong_sums(wrong)) == (1 if once else 2)


@given(st.sets(st.sampled_from(BOXES)))
def test_counts_left_out_of_a_right_flow_are_never_found_wrong(boxes):
    assert wrong_sums(replace(WHOLE, **dict.fromkeys(boxes))) == []


def test_parts_that_exceed_their_whole_are_found_though_others_are_unknown():
    told = Column(screened=100, excluded=120)
    assert wrong_sums(told) == ["100 records screened are not 120 records excluded = 120"]


def test_stated_counts_are_held_against_the_records():
    counts = FlowCounts(databases=3000, duplicates=1040)
    found = {f.code: f.message for f in check_counts(counts, WHOLE)}
    assert found == {
        "flow-counts-differ": "3000 records identified are stated; the records and votes give 3216"
    }


def test_a_study_without_a_report_is_found():
    messages = [f.message for f in check_counts(FlowCounts(studies=10, reports=9), None)]
    assert messages == ["10 studies included are more than their 9 reports"]
    assert not list(check_counts(FlowCounts(studies=9, reports=10), None))


def test_stated_databases_and_registers_are_named_once():
    column, _, _ = flow_of_counts(FlowCounts(databases=412, registers=10))
    box = rows_of(column, main=True)[0].box
    assert box is not None
    assert (box.n, box.parts) == (422, (("databases", 412), ("registers", 10)))


# -- the picture -------------------------------------------------------------------------------

HOSTILE = "中国知网 $x^{2}$ <script>alert(1)</script> & \x1b[31m =1+1 \n" + "W" * 300
OTHER = Column(
    sources=(("citation searching", HOSTILE, 12),),
    identified=12,
    duplicates=2,
    automatic=(),
    removed_otherwise=0,
    unscreened=1,
    screened=9,
    excluded=4,
    sought=5,
    not_retrieved=1,
    unassessed=1,
    assessed=3,
    excluded_reports=((HOSTILE, 2),),
    included=1,
)
FLOWS = {
    "new": Flow(WHOLE, None, None, 28, 30),
    "updated": Flow(WHOLE, None, (12, 14), 28, 30),
    "with other methods": Flow(WHOLE, OTHER, (12, None), None, 31, ("a remark",)),
    "unknown": Flow(Column(sources=(("database", "PubMed", None),)), None, None, 8, 8),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_diagram_is_drawn_the_same_each_time_and_is_well_formed(name):
    drawing = flow_figure(FLOWS[name])
    svg = drawing.draw()
    assert svg == drawing.draw()
    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314  # our own output
    assert flow_png(FLOWS[name], 40) == flow_png(FLOWS[name], 40)


def test_a_png_has_no_date_and_no_program():
    data = flow_png(FLOWS["new"], 40)
    assert data.startswith(b"\x89PNG")
    assert b"tIME" not in data
    assert b"matplotlib" not in data


@pytest.mark.parametrize("name", FLOWS)
def test_no_box_is_drawn_over_another(name):
    from matplotlib.patches import Rectangle

    from paucity.report.figures import prisma
    from paucity.report.figures.drawing import style

    with style():
        figure = prisma._figure(prisma._parts(FLOWS[name]))
        figure.set_dpi(72)  # that of SVG, which measuring the first text would set
        renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
        axes = figure.axes[0]
        boxes = [p.get_bbox() for p in axes.patches if isinstance(p, Rectangle)]
        assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
        width, height = axes.get_xlim()[1], axes.get_ylim()[0]
        assert all(b.xmin >= 0 and b.xmax <= width + 0.01 for b in boxes)
        assert all(min(b.y0, b.y1) >= 0 and max(b.y0, b.y1) <= height for b in boxes)
        # Every line of text ends inside the box it begins in.
        for text in axes.texts:
            if text.get_rotation() or not text.get_text() or text.get_ha() != "left":
                continue
            end = text.get_window_extent(renderer).transformed(axes.transData.inverted())
            x, y = text.get_position()
            around = [b for b in boxes if b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1]
            assert around, text.get_text()
            assert end.x1 <= around[0].x1 + 0.02, text.get_text()


def test_what_nobody_told_is_never_drawn_as_none():
    held = FLOWS["unknown"]
    table = {row["box"].text: row["n"] for row in flow_table(held).rows}
    assert table["Records screened"].text == "not reported"
    assert table["Records screened"].value is None
    assert table["Studies included in review"].value == 8
    assert "n = 0" not in flow_figure(held).alt
    assert json.loads(json.dumps(flow_data(held)))["databases_and_registers"]["screened"] is None


def test_the_column_of_other_methods_has_a_box_for_screening_only_where_it_screened():
    quiet = replace(OTHER, unscreened=0, screened=5, excluded=0)
    assert len(rows_of(OTHER, main=False)) == 4
    assert len(rows_of(quiet, main=False)) == 3


def test_of_many_sources_the_largest_are_named_and_none_is_lost():
    many = replace(WHOLE, sources=tuple(("database", f"source {i}", i) for i in range(1, 41)))
    box = rows_of(many, main=True)[0].box
    assert box is not None
    assert box.parts[0] == ("source 40", 40)
    assert box.parts[-1] == ("33 further", sum(range(1, 34)))
    assert len(flow_data(Flow(many))["databases_and_registers"]["sources"]) == 40


def test_hostile_names_stay_text_in_every_format():
    held = FLOWS["with other methods"]
    text = as_csv(flow_table(held)) + as_markdown(flow_table(held))
    assert "\x1b" not in as_markdown(flow_table(held))
    assert "<script" not in as_markdown(flow_table(held))
    assert not [line for line in text.splitlines() if line.startswith(("=", "+", "@"))]
    assert total(held.other.excluded_reports) == 2


# The words of the templates for new (v1, v2) and updated (v1, v2) reviews, prisma-statement.org.
MAIN_TITLE = "Identification of studies via databases and registers"
OTHER_TITLE = "Identification of studies via other methods"
NEW_MAIN_TITLE = "Identification of new studies via databases and registers"
NEW_OTHER_TITLE = "Identification of new studies via other methods"


@pytest.mark.parametrize(
    ("flow", "titles"),
    [
        (FLOWS["new"], [MAIN_TITLE]),
        (replace(FLOWS["new"], other=OTHER), [MAIN_TITLE, OTHER_TITLE]),
        (FLOWS["updated"], ["Previous studies", NEW_MAIN_TITLE]),
        (FLOWS["with other methods"], ["Previous studies", NEW_MAIN_TITLE, NEW_OTHER_TITLE]),
    ],
)
def test_columns_have_the_titles_of_the_template(flow, titles):
    groups = list(dict.fromkeys(row.group for row in flow_table(flow).rows))
    assert [g for g in groups if not g.startswith(("Screening", "Included"))] == titles
    assert all(f"{title}: " in flow_figure(flow).alt for title in titles)
    axes = _axes(flow)
    bold = [t for t in axes.texts if t.get_weight() == "bold" and not t.get_rotation()]
    assert " ".join(t.get_text() for t in bold) == " ".join(titles)


def _axes(flow):
    from paucity.report.figures import prisma
    from paucity.report.figures.drawing import style

    with style():
        return prisma._figure(prisma._parts(flow)).axes[0]


def _place(axes, start):
    return next(t.get_position() for t in axes.texts if t.get_text().startswith(start))


@pytest.mark.parametrize("name", ["updated", "with other methods"])
def test_previous_studies_stand_where_the_template_has_them(name):
    axes = _axes(FLOWS[name])
    before = _place(axes, "Studies included")
    identified = _place(axes, "Records identified")
    screened = _place(axes, "Records screened")
    assert before[0] < identified[0]  # left of all others
    assert before[1] < screened[1]  # in the row of identification
    told = next(r for r in flow_table(FLOWS[name]).rows if r.group == "Previous studies")
    assert told["box"].text == "Studies included in previous version of review"


def test_a_line_leads_from_previous_studies_to_all_studies():
    axes = _axes(FLOWS["updated"])
    before, whole = _place(axes, "Studies included"), _place(axes, "Total studies")
    (line,) = axes.lines
    assert line.get_xdata()[0] == line.get_xdata()[1] < whole[0]
    assert line.get_ydata()[0] > before[1]
    assert abs(line.get_ydata()[1] - whole[1]) < 0.5
