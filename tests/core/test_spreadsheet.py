"""No cell that is written for a spreadsheet is a formula, and no text is lost."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from paucity.report.render import guarded
from paucity.spreadsheet import harmless

TEXTS = st.text(max_size=20) | st.from_regex(r"[=+\-@\t\r\n'0-9.]{0,8}", fullmatch=True)


@given(TEXTS)
def test_no_cell_is_a_formula(text: str) -> None:
    for cell in (harmless(text), guarded(text)):
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
        assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell)


@given(TEXTS)
def test_a_text_stays_whole(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert harmless(text) in {lines, f"'{lines}"}


def test_numbers_stay_numbers() -> None:
    assert [harmless(x) for x in ("-7", "-0.5", 3, 1.5, None, True)] == [
        "-7",
        "-0.5",
        3,
        1.5,
        None,
        True,
    ]
