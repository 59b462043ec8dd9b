"""A review as one object: what its folder says, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paucity.participants.people import People

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.dosing.model import Regimen
    from paucity.evidence.claims import Verdict
    from paucity.evidence.eligibility import Eligibility
    from paucity.evidence.view import Evidence
    from paucity.protocol import Protocol
    from paucity.response.assess import Assessment
    from paucity.response.model import Definition
    from paucity.screening.load import Screening
    from paucity.screening.searched import Searched
    from paucity.sources import Accepted
    from paucity.text import Finding


@dataclass(frozen=True, slots=True)
class Review:
    """A review, loaded and judged.

    Attributes:
        name: the folder's name.
        people: the participants whom studies describe one by one.
        recomputed: their levels by each definition with rules, by the definition's name.
        findings: what is open; ordered by place.
        accepted: findings the reviewer accepts as faults of the source, each with the acceptance.
        texts: the text of every file read, by name; not of exports, which may be large.
        screening: its records and votes; None if it has none.
        searched: its searches with the logs of their runs; empty if none was run from here.
    """

    name: str
    evidence: Evidence
    definitions: Mapping[str, Definition]
    regimens: Mapping[str, Regimen]
    claims: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]
    texts: Mapping[str, str]
    people: People = field(default_factory=People)
    recomputed: Mapping[str, Assessment] = field(default_factory=dict)
    screening: Screening | None = None
    searched: tuple[Searched, ...] = ()

    @property
    def protocol(self) -> Protocol:
        """Return the protocol."""
        return self.evidence.protocol

    @property
    def eligibility(self) -> Eligibility | None:
        """Return the outcome of the main criteria."""
        return self.evidence.eligibility.get(self.evidence.main)
