"""Series and definitions from text, for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.response import Definition, read_definition
from paucity.response.assess import Assessment, assess
from paucity.response.cells import Words
from paucity.response.load import load_definition
from paucity.response.read_series import parse_series
from paucity.response.settings import DEFAULTS, Settings
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from paucity.response.series import Series

HEADER = "participant,marker,day,value,unit,low,high,flags"
AGED = f"{HEADER},age"


def series_of(rows: str, header: str = HEADER, **words: object) -> Series:
    """Return the series in rows of CSV; missing last cells are empty."""
    width = header.count(",")
    lines = [line.strip() for line in rows.strip().splitlines()]
    padded = [line + "," * (width - line.count(",")) for line in lines]
    text = "\n".join([header, *padded])
    return parse_series(text, "labs.csv", Words(bundled(), **words))  # type: ignore[arg-type]


def library(name: str) -> Definition:
    definition, findings = load_definition(name)
    assert findings == []
    assert definition is not None
    return definition


def defined(text: str, name: str = "mine") -> Definition:
    definition, findings = read_definition(parse_yaml(text, f"{name}.yaml"), bundled())
    assert findings == []
    assert definition is not None
    return definition


def result(rows: str, definition: Definition, settings: Settings = DEFAULTS) -> str:
    """Return the result of the first participant."""
    return assessed(rows, definition, settings).outcomes[0].result


def assessed(rows: str, definition: Definition, settings: Settings = DEFAULTS) -> Assessment:
    return assess(series_of(rows), definition, settings)


def state(rows: str, marker: str, definition: Definition, settings: Settings = DEFAULTS) -> str:
    """Return the state of a marker of the first participant."""
    outcome = assessed(rows, definition, settings).outcomes[0]
    return next(s.state for s in outcome.markers if s.marker == marker)
