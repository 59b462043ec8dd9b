"""Eligibility criteria of a review as an OHDSI cohort definition: the part that is about people.

The criteria of a review are about reports, cohorts and agents. What they ask of a patient (the
disease, earlier drugs, the agent) has a place in CIRCE; a year of publication or a number of
patients has none and is noted, as it does not choose among patients. A disease status or a response
to earlier therapy is about patients and has no structure: it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.exchange.circe import (
    Cohort,
    Concept,
    Group,
    cohort_expression,
    group,
    leaf,
    nothing_left,
)
from paucity.exchange.document import Exported
from paucity.expression import say
from paucity.expression.nodes import And, Includes, Is, Name, Node, Not, Or, Text, names_in
from paucity.text import in_order
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paucity.protocol import CriteriaSet, Criterion

_ABOUT_PAPERS: Final = frozenset(
    ("patients", "courses", "cases", "year", "language", "study", "cohort", "design", "line")
)
"""Names that tell of the report or the cohort as a whole, not of its patients."""

_KINDS: Final = {
    "prior": (Kind.DRUG, "Drug"),
    "disease": (Kind.DISEASE, "Condition"),
    "trigger": (Kind.TRIGGER, "Condition"),
}
_BEFORE: Final = (None, 1)
_BY: Final = (None, 0)


def cohort_of_criteria(
    name: str,
    criteria: CriteriaSet,
    agent: str,
    *,
    concepts: Mapping[str, Concept] | None = None,
    leave_out: bool = False,
    vocabulary: Vocabulary | None = None,
) -> Exported:
    """Return the patients that a set of criteria lets in, as a cohort expression.

    Args:
        name: of the set.
        criteria: the set, resolved.
        agent: the drug whose first exposure is the index.
        concepts: OMOP concepts of terms that the vocabulary has none for, by preferred name.
        leave_out: leave out the criteria that CIRCE cannot say, and note each.
        vocabulary: knows the terms; the bundled one, if left out.

    Returns:
        The expression, or why there is none.
    """
    cohort = Cohort(vocabulary or bundled(), concepts or {}, criteria.marks.span(), name)
    index = cohort.concept(Kind.DRUG, agent, "Drug")
    writer = _Writer(cohort, leave_out)
    rules = []
    for level in ("report", "cohort", "agent"):
        held: Mapping[str, Criterion] = getattr(criteria, level)
        for key, criterion in held.items():
            label = criterion.label or key
            if level != "cohort" or _about_papers(criterion.require.node):
                cohort.note(f"`{label}` does not choose among patients and is not in the cohort")
                continue
            writer.label = label
            made = writer.part(criterion.require.node)
            if made is not None:
                whole = made if "Type" in made else group("ALL", [made])
                rules.append((label, say(criterion.require.node), whole))
    if not rules and not cohort.findings:
        cohort.refuse(*nothing_left(name))
    if cohort.findings or index is None:
        return Exported(None, tuple(cohort.notes), tuple(in_order(cohort.findings)))
    primary = [{"DrugExposure": {"CodesetId": index[0], "First": True}}]
    cohort.note("what is not recorded counts as not there; the criteria leave it open")
    return Exported(cohort_expression(cohort, primary, rules), tuple(cohort.notes))


def _about_papers(node: Node) -> bool:
    """Tell whether a criterion speaks of nothing but the report or the cohort as a whole."""
    asked = {n.name for n in names_in(node)} & (_ABOUT_PAPERS | set(_KINDS) | _OTHER)
    return bool(asked) and asked <= _ABOUT_PAPERS


_OTHER: Final = frozenset(
    ("status", "age_group", "concomitant", "agent", "response_to_prior", "time_on_prior")
)


@dataclass
class _Writer:
    cohort: Cohort
    leave_out: bool
    label: str = ""

    def part(self, node: Node) -> Group | None:
        """Return a criterion, or None after it was refused or left out."""
        match node:
            case And(operands=parts):
                return self._together("ALL", [self.part(p) for p in parts])
            case Or(operands=parts):
                return self._together("ANY", [self.part(p) for p in parts])
            case Not(operand=inner):
                made = self.part(inner)
                return None if made is None else _never(made)
            case (
                Is(left=Name(name=fact), right=(Name() | Text()) as right)
                | Includes(left=Name(name=fact), right=(Name() | Text()) as right)
            ) if fact in _KINDS:
                kind, domain = _KINDS[fact]
                word = right.name if isinstance(right, Name) else right.value
                return self._had(kind, word, domain)
        message = f"`{self.label}`: `{say(node)}` cannot be said in CIRCE"
        if self.leave_out:
            self.cohort.note(f"left out: {message}")
        else:
            hint = "leave out what cannot be said with `--leave-out`, or write this part by hand"
            self.cohort.refuse("not-expressible", message, hint, self.label)
        return None

    def _together(self, kind: str, made: Sequence[Group | None]) -> Group | None:
        """Return parts joined; what cannot be said is left out of alternatives only."""
        kept = [m for m in made if m is not None]
        if not kept or (kind == "ALL" and len(kept) < len(made)):
            return None
        return group(kind, kept)

    def _had(self, kind: Kind, word: str, domain: str) -> Group | None:
        before = len(self.cohort.findings)
        found = self.cohort.concept(kind, word, domain)
        if found is None:
            if self.leave_out:
                for finding in self.cohort.findings[before:]:
                    self.cohort.note(f"left out: `{self.label}`: {finding.message}")
                del self.cohort.findings[before:]
            return None
        window = _BEFORE if kind is Kind.DRUG else _BY
        return leaf({"CodesetId": found[0]}, found[1], window)


def _never(part: Group) -> Group:
    """Return that a criterion does not hold."""
    if "Type" not in part:
        return {**part, "Occurrence": {"Type": 0, "Count": 0, "IsDistinct": False}}
    inner = [_never(p) for p in (*part["CriteriaList"], *part["Groups"])]
    flipped = {"ALL": "ANY", "ANY": "ALL"}
    return group(flipped[part["Type"]], inner)
