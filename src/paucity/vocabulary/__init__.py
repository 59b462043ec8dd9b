"""The words of the field: drugs, diseases, markers, genes, events, and the units they come in.

What the words mean is data in ``library/vocabulary``; a review folder adds its own. The code here
knows no disease.
"""

from paucity.vocabulary.load import bundled
from paucity.vocabulary.terms import Fact, Kind, Term, Vocabulary
from paucity.vocabulary.units import (
    Unit,
    UnitError,
    convert,
    duration_days,
    parse_quantity,
    parse_unit,
)

__all__ = [
    "Fact",
    "Kind",
    "Term",
    "Unit",
    "UnitError",
    "Vocabulary",
    "bundled",
    "convert",
    "duration_days",
    "parse_quantity",
    "parse_unit",
]
