"""All that is settled before anyone is assessed, alike for both ways of computing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.response.load import definition_names, load_definition
from paucity.response.planning import make_plan
from paucity.response.refractory import choices_of, judged, refractory_plan
from paucity.response.settings import Choice, Settings, choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.response.model import Definition
    from paucity.response.plan import Plan
    from paucity.text import Finding
    from paucity.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Prepared:
    """A definition ready to compute.

    Attributes:
        plan: what is computed; or None if the definition cannot be.
        confirming: the same over the window of a second assessment, if there is one.
        choices: everything the result rests on that the definition leaves open.
        findings: what stands in the way.
    """

    plan: Plan | None
    confirming: Plan | None = None
    choices: tuple[Choice, ...] = ()
    findings: tuple[Finding, ...] = ()


def prepare(
    definition: Definition,
    settings: Settings,
    units: Mapping[str, str],
    vocabulary: Vocabulary | None = None,
    judge: Definition | None = None,
) -> Prepared:
    """Make a definition ready to compute, with all that it rests on.

    Args:
        definition: of any kind.
        settings: the choices it leaves open.
        units: the unit that values of each marker come in, by preferred name.
        vocabulary: knows the markers; the bundled one, if left out.
        judge: the response definition that judges refractoriness, if one is given.
    """
    if definition.kind != "refractoriness" or definition.basis != "rule":
        plan, findings = make_plan(definition, settings, units, vocabulary)
        later = _later(definition, settings, units, vocabulary) if plan else None
        return Prepared(plan, later, choices(definition, settings), tuple(findings))

    def library(name: str) -> Definition | None:
        return load_definition(name, vocabulary)[0] if name in definition_names() else None

    found = judged(definition, settings, judge, library)
    if found.judge is None:
        return Prepared(None, findings=found.findings)
    plan, findings = make_plan(found.judge, found.settings, units, vocabulary)
    made = choices_of(found, settings)
    if plan is None:
        return Prepared(None, choices=made, findings=tuple(findings))
    later = _later(found.judge, found.settings, units, vocabulary)
    return Prepared(
        refractory_plan(definition, plan),
        refractory_plan(definition, later) if later else None,
        made,
        tuple(findings),
    )


def _later(
    definition: Definition,
    settings: Settings,
    units: Mapping[str, str],
    vocabulary: Vocabulary | None,
) -> Plan | None:
    """Return the plan of the second assessment, if one is asked for."""
    if settings.confirm is None:
        return None
    return make_plan(definition, settings, units, vocabulary, confirming=True)[0]
