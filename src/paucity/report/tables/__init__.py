"""Every table of the report, as data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from paucity.report.tables import (
    background,
    certainty,
    contrasts,
    definitions,
    harms,
    judgements,
    participants,
    pooled,
    responses,
    screening,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.report.table import Table
    from paucity.review import Review

TABLES: Mapping[str, Callable[[Review], Table]] = MappingProxyType(
    {
        "genes": background.genes,
        "established": responses.established,
        "definitions": background.definitions,
        "responses": responses.responses,
        "totals": responses.totals,
        "synthesis": pooled.synthesis,
        "sensitivity": pooled.sensitivity,
        "contrasts": contrasts.contrast_table,
        "robustness": pooled.robustness,
        "certainty": certainty.certainty,
        "quality": certainty.quality,
        "toxicity": harms.toxicity,
        "outcomes": harms.outcomes,
        "agents": judgements.agents,
        "eligibility": judgements.eligibility,
        "claims": judgements.claims,
        "gaps": judgements.gaps,
        "regimens": background.regimens,
        "ongoing": background.ongoing,
        "matrix": definitions.matrix,
        "comparison": definitions.comparison,
        "differences": definitions.difference_tables,
        "thresholds": definitions.thresholds,
        "unstated": definitions.unstated,
        "participants": participants.participants,
        "recomputed": participants.recomputed,
        "rates": participants.rates,
        "agreement": participants.agreement,
        "flow": screening.flow,
        "screening": screening.screening,
        "decisions": screening.decisions,
        "screening-agreement": screening.agreement,
        "excluded-reports": screening.excluded_reports,
        "prisma-2020": screening.prisma_2020,
        "prisma-s": screening.prisma_s,
        "prisma-scr": screening.prisma_scr,
    }
)
"""The tables by name."""


def named(review: Review, name: str) -> Table:
    """Return one table.

    Raises:
        KeyError: there is no table of that name.
    """
    return TABLES[name](review)


def all_tables(review: Review) -> tuple[Table, ...]:
    """Return every table that has something to show."""
    tables = (make(review) for make in TABLES.values())
    return tuple(table for table in tables if table.rows)
