"""Times are kept as reported, and bound what they bound."""

from __future__ import annotations

import pytest

from paucity.record import Reading
from paucity.spread import SPREAD, Spread
from paucity.text import Finding, Map, parse_yaml
from paucity.vocabulary import Vocabulary


def read(text: str) -> tuple[Spread | None, list[Finding]]:
    tree = parse_yaml(f"t: {text}", "x.yaml").tree
    assert isinstance(tree, Map)
    reading = Reading("x.yaml", Vocabulary())
    return SPREAD.read(tree["t"], tree.values_at["t"], "t", reading), reading.findings


@pytest.mark.parametrize(
    ("text", "ends", "said"),
    [
        ("5 d", (5, 5), "5 days"),
        ("1 wk", (7, 7), "1 week"),
        ("[1 wk, 2 wk]", (7, 14), "1 week or 2 weeks"),
        ("{median: 4 d, range: [2 d, 10 d]}", (2, 10), "a median of 4 days (range 2–10)"),
        ("{median: 3 wk, range: [3 d, 2 wk]}", (3, 14), None),
        ("{median: 2 wk, range: [3 d, 30 d]}", (3, 30), "a median of 2 weeks (range 3–30 days)"),
        (
            "{median: 2 wk, range: [3 d, 4 wk]}",
            (3, 28),
            "a median of 2 weeks (range 3 days to 4 weeks)",
        ),
        ("{median: 4 d}", (None, None), "a median of 4 days"),
        ("{range: [2 d, 10 d]}", (2, 10), "2–10 days"),
        ("{minimum: 2 wk}", (14, None), "at least 2 weeks"),
    ],
)
def test_a_time_is_read_bounded_and_said(
    text: str, ends: tuple[int | None, int | None], said: str | None
) -> None:
    spread, findings = read(text)
    assert spread is not None
    assert spread.ends() == ends
    if said is None:
        assert [f.code for f in findings] == ["median-outside-range"]
    else:
        assert not findings
        assert str(spread) == said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "wrong-type"),
        ("{}", "wrong-type"),
        ("[]", "wrong-type"),
        ("{range: [10 d, 2 d]}", "range-reversed"),
        ("{range: 2 d}", "wrong-type"),
        ("{range: [2 d]}", "wrong-type"),
        ("{range: [2 d, later]}", "wrong-type"),
        ("{values: 3 d, minimum: 5 d}", "below-minimum"),
        ("{mean: 3 d}", "unknown-field"),
    ],
)
def test_a_time_that_does_not_fit_is_a_finding(text: str, code: str) -> None:
    assert code in [f.code for f in read(text)[1]]
