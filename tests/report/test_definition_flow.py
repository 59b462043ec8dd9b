"""The flow between definitions: what it says, that it is stable, and that it draws any of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass

import pytest

from paucity.report.figures import Drawing, definition_flow
from paucity.response.agreement import compare_joint

LEVELS = ("CR", "PR", "NR")


@dataclass(frozen=True)
class Judge:
    definition: str
    responders: tuple[str, ...] = ("CR", "PR")


def flow(
    joint: dict[tuple[tuple[str, ...], ...], int], levels: tuple[str, ...] = LEVELS
) -> Drawing | None:
    k = len(next(iter(joint)))
    names = [f"definition {i}" for i in range(k)]
    found = compare_joint([Judge(name, levels[:-1]) for name in names], joint)
    return definition_flow(found, dict.fromkeys(names, levels))


CR, PR, NR, OPEN = ("CR",), ("PR",), ("NR",), ("PR", "NR")


def test_it_says_who_has_what_and_how_many_change() -> None:
    drawing = flow({(CR, CR): 3, (PR, NR): 2, (NR, NR): 4, (PR, OPEN): 1})
    assert drawing is not None
    assert "The same 10 participants under 2 definitions" in drawing.title
    assert "definition 0: CR 3, PR 3, NR 4;" in drawing.alt
    assert "definition 1: CR 3, PR or NR 1, NR 6." in drawing.alt
    assert "3 between definition 0 and definition 1" in drawing.alt
    rows = [[row[c.key].text for c in drawing.data.columns] for row in drawing.data.rows]
    assert rows == [
        ["definition 0", "CR", "definition 1", "CR", "3"],
        ["definition 0", "PR", "definition 1", "PR or NR", "1"],
        ["definition 0", "PR", "definition 1", "NR", "2"],
        ["definition 0", "NR", "definition 1", "NR", "4"],
    ]


def test_everyone_is_in_every_column() -> None:
    joint = {(CR, PR, NR): 5, (OPEN, OPEN, NR): 7, (NR, CR, CR): 1}
    drawing = flow(joint)
    assert drawing is not None
    for name in ("definition 0", "definition 1"):
        told = [row for row in drawing.data.rows if row["from"].text == name]
        assert sum(row["n"].value for row in told) == 13


@pytest.mark.parametrize("k", [2, 3, 6, 7, 13])
@pytest.mark.parametrize("n", [3, 10_000])
def test_any_number_of_definitions_and_participants_is_drawn(k: int, n: int) -> None:
    joint: Counter[tuple[tuple[str, ...], ...]] = Counter()
    kinds = (NR, CR, PR, OPEN, LEVELS)
    for i in range(25):
        joint[tuple(kinds[(i * (j + 3) + j) % 5] for j in range(k))] += 1
    joint[(NR,) * k] += n
    drawing = flow(dict(joint))
    assert drawing is not None
    svg = drawing.draw()
    assert svg == drawing.draw()
    root = ET.fromstring(svg)  # noqa: S314  # our own output
    assert "dc:date" not in svg
    # six columns to a panel; the last of one panel begins the next
    panels = 1 if k <= 6 else -(-(k - 1) // 5)
    heights = float(root.attrib["height"].removesuffix("pt"))
    assert heights == pytest.approx(panels * 72 * (2.6 + 0.68 + 0.42), abs=0.1)


def test_one_level_and_long_names_are_drawn() -> None:
    one = flow({(("CR",), ("CR",)): 4}, ("CR",))
    assert one is not None
    assert one.draw()
    long = ("a very long name of a level that does not end soon " * 3, "x" * 90)
    drawing = flow({((long[0],), (long[1],)): 4, ((long[1],), long): 1}, long)
    assert drawing is not None
    assert drawing.draw()


def test_dollars_are_not_taken_for_formulas() -> None:
    drawing = flow({(("$a_",), ("$b^$",)): 4}, ("$a_", "$b^$"))
    assert drawing is not None
    assert drawing.draw()


def test_nobody_or_a_single_definition_is_not_drawn() -> None:
    assert flow({(CR,): 3}) is None
    assert definition_flow(compare_joint([Judge("a"), Judge("b")], {}), {}) is None


def test_a_result_that_may_be_the_same_is_not_said_to_change() -> None:
    """PR may still be the level of those open between PR and NR; CR and NR cannot be the same."""
    open_only = flow({(PR, OPEN): 1, (CR, NR): 1})
    assert open_only is not None
    assert open_only.title.endswith("dark ribbons: the result changes; paler ones: it may")
    certain = flow({(PR, NR): 1})
    assert certain is not None
    assert certain.title.endswith("dark ribbons: the result changes")
