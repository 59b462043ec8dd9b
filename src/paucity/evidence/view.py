"""What the checks and tables look at: studies with their families, sources and protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paucity.evidence.cohorts import Family

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from paucity.evidence.eligibility import Eligibility
    from paucity.evidence.model import Study
    from paucity.evidence.rows import Row
    from paucity.protocol import Protocol
    from paucity.record import Record
    from paucity.sources import Source, SourceDocument
    from paucity.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class DefinitionFacts:
    """What the evidence needs to know of a response definition.

    Attributes:
        label: how to print it.
        by: days within which response is assessed; None if it does not say.
        narrative: it is told in words, without a rule.
        refractory_after: days of prior therapy after which it calls disease refractory.
    """

    label: str
    by: Fraction | None = None
    narrative: bool = False
    refractory_after: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was read: the studies, the documents they were read in, the protocol.

    Attributes:
        definitions: the response definitions that can be used, by name.
        eligibility: the outcome of every set of criteria, by name.
        main: the set the report rests on.
        families: of the cohorts of each study, made when first asked for; see `family_of`.
        rows: of the included cohorts and the studies they are of; see `included_rows`.
    """

    studies: Mapping[str, Study]
    sources: Mapping[str, SourceDocument]
    vocabulary: Vocabulary
    protocol: Protocol
    definitions: Mapping[str, DefinitionFacts] = field(default_factory=dict)
    eligibility: Mapping[str, Eligibility] = field(default_factory=dict)
    main: str = ""
    families: dict[str, Family] = field(default_factory=dict, compare=False, repr=False)
    rows: dict[tuple[tuple[str, str], ...], tuple[Mapping[str, Study], tuple[Row, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def included(self) -> tuple[tuple[str, str], ...]:
        """Return the cohorts that the main set of criteria lets in."""
        result = self.eligibility.get(self.main)
        return result.included_cohorts() if result else ()


@dataclass(frozen=True, slots=True)
class StudyView:
    """One study, with the family of its cohorts and what surrounds it."""

    study: Study
    family: Family
    evidence: Evidence

    @property
    def included(self) -> tuple[str, ...]:
        """Return the cohorts of this study that the main set of criteria lets in."""
        result = self.evidence.eligibility.get(self.evidence.main)
        return result.included_of(self.study.id) if result else ()

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the response levels of the scale, best first."""
        scale = self.evidence.protocol.scale
        return tuple(name for name, level in scale.items() if not level.outside)


def family_of(study: Study, evidence: Evidence) -> Family:
    """Return the family of a study's cohorts, the same one whenever it is asked for."""
    family = evidence.families.get(study.id)
    if family is None or family.study is not study:
        family = evidence.families[study.id] = Family(study)
    return family


def view(study: Study, evidence: Evidence) -> StudyView:
    """Return the view of one study."""
    return StudyView(study, family_of(study, evidence), evidence)


def source_of(entry: Record, study: Study) -> Source | None:
    """Return where an entry stands: by its own word, its cohort's, or the study's."""
    own: Source | None = getattr(entry, "source", None)
    if own is not None and own.at:
        return own
    cohort = study.cohorts.get(getattr(entry, "cohort", ""))
    if cohort is not None and cohort.source is not None and own is None:
        return cohort.source
    return own or study.source


def read_in(entry: Record, study: Study) -> str:
    """Return the document an entry was read in; empty for the study's own report."""
    source = source_of(entry, study)
    return (source.read_in if source else "") or study.read_in
