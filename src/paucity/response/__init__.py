"""Definitions of response as data: read, checked, compared, and said in English."""

from paucity.response.compare import differences
from paucity.response.difference import Difference, Differs
from paucity.response.english import say_definition
from paucity.response.english_criteria import Line
from paucity.response.lint import DEFINITION_CHECKS, check_definition, check_definitions
from paucity.response.lint_together import LIBRARY_CHECKS
from paucity.response.load import (
    definition_names,
    library_definitions,
    load_definition,
    read_definition,
)
from paucity.response.model import Definition

__all__ = [
    "DEFINITION_CHECKS",
    "LIBRARY_CHECKS",
    "Definition",
    "Difference",
    "Differs",
    "Line",
    "check_definition",
    "check_definitions",
    "definition_names",
    "differences",
    "library_definitions",
    "load_definition",
    "read_definition",
    "say_definition",
]
