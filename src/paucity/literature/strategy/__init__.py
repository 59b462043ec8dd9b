"""Search strategies as text: read, checked, run over records and translated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.lazy import loader

if TYPE_CHECKING:
    from paucity.literature.strategy.checks import lint
    from paucity.literature.strategy.evaluate import Found, Given, matches, run
    from paucity.literature.strategy.mesh import Mesh, read_mesh
    from paucity.literature.strategy.nodes import (
        And,
        At,
        DateField,
        DateRange,
        Field,
        Filter,
        Line,
        LineRef,
        MeSH,
        Near,
        Node,
        Not,
        Or,
        PublicationType,
        Recent,
        Strategy,
        Subheading,
        Term,
        Unread,
    )
    from paucity.literature.strategy.notes import Note, notes_on
    from paucity.literature.strategy.parse import detect_syntax, parse_strategy
    from paucity.literature.strategy.show import show_strategy
    from paucity.literature.strategy.targets import translate
    from paucity.literature.strategy.walk import resolved

__all__ = [
    "And",
    "At",
    "DateField",
    "DateRange",
    "Field",
    "Filter",
    "Found",
    "Given",
    "Line",
    "LineRef",
    "MeSH",
    "Mesh",
    "Near",
    "Node",
    "Not",
    "Note",
    "Or",
    "PublicationType",
    "Recent",
    "Strategy",
    "Subheading",
    "Term",
    "Unread",
    "detect_syntax",
    "lint",
    "matches",
    "notes_on",
    "parse_strategy",
    "read_mesh",
    "resolved",
    "run",
    "show_strategy",
    "translate",
]

_MODULES: Final = {
    "And": "nodes",
    "At": "nodes",
    "DateField": "nodes",
    "DateRange": "nodes",
    "Field": "nodes",
    "Filter": "nodes",
    "Found": "evaluate",
    "Given": "evaluate",
    "Line": "nodes",
    "LineRef": "nodes",
    "MeSH": "nodes",
    "Mesh": "mesh",
    "Near": "nodes",
    "Node": "nodes",
    "Not": "nodes",
    "Note": "notes",
    "Or": "nodes",
    "PublicationType": "nodes",
    "Recent": "nodes",
    "Strategy": "nodes",
    "Subheading": "nodes",
    "Term": "nodes",
    "Unread": "nodes",
    "detect_syntax": "parse",
    "lint": "checks",
    "matches": "evaluate",
    "notes_on": "notes",
    "parse_strategy": "parse",
    "read_mesh": "mesh",
    "resolved": "walk",
    "run": "evaluate",
    "show_strategy": "show",
    "translate": "targets",
}
"""Where each name is defined: a module is loaded when something of it is asked for."""

if not TYPE_CHECKING:
    __getattr__ = loader(__name__, _MODULES)
