"""Definitions from text, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paucity.response import Definition, read_definition
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

Read = Callable[..., Definition]


@pytest.fixture
def define() -> Read:
    """Return a reader of definitions that expects no findings."""

    def read(text: str, name: str = "mine") -> Definition:
        definition, findings = read_definition(parse_yaml(text, f"{name}.yaml"), bundled())
        assert findings == []
        assert definition is not None
        return definition

    return read
