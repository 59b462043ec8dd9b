"""The report's figures: SVG, each with words that say what it shows and its data as a table.

Fills differ in lightness and hatching, so they can be told apart in greyscale.
"""

from paucity.report.figures.belief import belief_picture
from paucity.report.figures.definition_flow import definition_flow
from paucity.report.figures.drawing import Drawing
from paucity.report.figures.evidence_map import Known, evidence_map
from paucity.report.figures.forest import Line as ForestLine
from paucity.report.figures.forest import Panel, forest_plot
from paucity.report.figures.regimens import schedule_figure
from paucity.report.figures.responses import Bar, response_bars
from paucity.report.figures.sensitivity import Setting, Settings, sensitivity_panel

__all__ = [
    "Bar",
    "Drawing",
    "ForestLine",
    "Known",
    "Panel",
    "Setting",
    "Settings",
    "belief_picture",
    "definition_flow",
    "evidence_map",
    "forest_plot",
    "response_bars",
    "schedule_figure",
    "sensitivity_panel",
]
