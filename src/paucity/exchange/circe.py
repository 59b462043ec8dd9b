"""The pieces of an OHDSI cohort definition (CIRCE JSON): concept sets, criteria, groups.

CIRCE looks for events in the OMOP common data model. It counts criteria (all, any, at least k) and
sees values, units, the ratio to the laboratory's limits, and time around an index event. It cannot
compare two values of one person, and an event that was not recorded counts as one that was not.
What it cannot say is refused, never put in other words.

Source: OHDSI circe-be, class CohortExpression; the OMOP common data model 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from paucity.exchange.codes import codes_of, unit_codes
from paucity.exchange.document import number
from paucity.text import Finding, Severity, Span
from paucity.vocabulary import Kind, UnitError, convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from paucity.vocabulary import Term, Vocabulary

Group = dict[str, Any]

OPERATORS: Final = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "==": "eq"}

DOMAINS: Final = {
    "Measurement": "Measurement",
    "Condition": "ConditionOccurrence",
    "Observation": "Observation",
    "Drug": "DrugExposure",
    "Procedure": "ProcedureOccurrence",
}
"""Which criterion asks for events of an OMOP domain."""


@dataclass(frozen=True, slots=True)
class Concept:
    """An OMOP concept: its number and its domain.

    >>> read_concept("437663:Condition")
    Concept(id=437663, domain='Condition')
    """

    id: int
    domain: str = ""


def read_concept(text: str) -> Concept | None:
    """Return a concept written as ``3001122`` or ``437663:Condition``, or None."""
    word, _, domain = text.strip().partition(":")
    if not (word.isascii() and word.isdigit()) or not 0 < int(word) < 2**31:
        return None
    known = {d.casefold(): d for d in DOMAINS}
    if domain and domain.strip().casefold() not in known:
        return None
    return Concept(int(word), known.get(domain.strip().casefold(), ""))


class InexpressibleError(ValueError):
    """A part that CIRCE has no structure for; the message names it."""


@dataclass
class Cohort:
    """A cohort expression in the making.

    Attributes:
        vocabulary: gives terms their OMOP concepts, with the codes by which data are read.
        given: concepts by preferred name; they come first.
        span: where what is exported stands.
        subject: what it is called.
    """

    vocabulary: Vocabulary
    given: Mapping[str, Concept]
    span: Span
    subject: str
    sets: dict[tuple[int, ...], dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Keep a note once."""
        self.notes[text] = None

    def refuse(self, code: str, message: str, hint: str, about: str = "") -> None:
        """Note what stands in the way."""
        subject = f"{self.subject}/{about}" if about else self.subject
        self.findings.append(Finding(code, Severity.ERROR, self.span, message, hint, subject))

    def concept(self, kind: Kind, name: str, domain: str) -> tuple[int, str] | None:
        """Return the number of a term's concept set and its domain, or None after a finding."""
        term = self.vocabulary.find(kind, name)
        given = self.given.get(term.name if term else name)
        found = [given] if given else self._known(kind, term)
        if not found:
            label = term.label if term else name
            self.refuse(
                "concept-missing",
                f"{label} has no OMOP concept in the vocabulary",
                f"name one: `--concept '{term.name if term else name}=ID'`, with `ID:Condition` "
                "where it is not a measurement",
                name,
            )
            return None
        used = found[0].domain or domain
        ids = tuple(c.id for c in found)
        if ids not in self.sets:
            self.sets[ids] = _concept_set(len(self.sets), ids, name, used)
        return int(self.sets[ids]["id"]), used

    def _known(self, kind: Kind, term: Term | None) -> list[Concept]:
        """Return the concepts that the vocabulary and the bundled codes have for a term."""
        codes = [term.codes["OMOP"]] if term and "OMOP" in term.codes else []
        if term is not None and kind is Kind.MARKER:
            codes = list(codes_of(term.name, "OMOP", self.vocabulary))
        return [c for code in codes if (c := read_concept(code)) is not None]


def _concept_set(at: int, concepts: Sequence[int], name: str, domain: str) -> Group:
    items = [
        {
            "concept": {
                "CONCEPT_ID": concept,
                "CONCEPT_NAME": name,
                "CONCEPT_CODE": "",
                "VOCABULARY_ID": "",
                "DOMAIN_ID": domain,
            },
            "isExcluded": False,
            "includeDescendants": True,
            "includeMapped": False,
        }
        for concept in concepts
    ]
    return {"id": at, "name": name, "expression": {"items": items}}


def group(kind: str, parts: Sequence[Group], count: int = 0) -> Group:
    """Return criteria and groups counted together.

    Args:
        kind: `ALL`, `ANY` or `AT_LEAST`.
        parts: what is counted; a part with a `Type` is a group itself.
        count: how many at least.
    """
    if len(parts) == 1 and kind != "AT_LEAST" and "Type" in parts[0]:
        return parts[0]
    out: Group = {"Type": kind}
    if kind == "AT_LEAST":
        out["Count"] = count
    return {
        **out,
        "CriteriaList": [p for p in parts if "Type" not in p],
        "DemographicCriteriaList": [],
        "Groups": [p for p in parts if "Type" in p],
    }


def leaf(criterion: Group, domain: str, before: tuple[int | None, int]) -> Group:
    """Return that an event occurs at least once around the index.

    Args:
        criterion: what the event is like.
        domain: its OMOP domain.
        before: from how many days before the index (all, if None) until how many before it; a
            negative number is after.
    """
    start, end = before
    first: dict[str, int] = {"Coeff": -1} if start is None else {"Days": start, "Coeff": -1}
    return {
        "Criteria": {DOMAINS[domain]: criterion},
        "StartWindow": {
            "Start": first,
            "End": {"Days": abs(end), "Coeff": -1 if end > 0 else 1},
            "UseEventEnd": False,
        },
        "Occurrence": {"Type": 2, "Count": 1, "IsDistinct": False},
    }


def nothing_left(name: str) -> tuple[str, str, str]:
    """Return the code, message and hint of a cohort of which too little is left."""
    message = f"{name}: too little is left to be a cohort"
    return "not-expressible", message, "see what was left out, and name concepts with `--concept`"


def leaves(part: Group) -> Iterable[Group]:
    """Yield the criteria within a group."""
    if "Type" not in part:
        yield part["Criteria"]
        return
    for inner in (*part["CriteriaList"], *part["Groups"]):
        yield from leaves(inner)


def value_range(operator: str, value: Fraction, high: Fraction | None = None) -> dict[str, Any]:
    """Return a numeric range.

    Raises:
        InexpressibleError: the number has no end.
    """
    low, top = number(value), None if high is None else number(high)
    if low is None or (high is not None and top is None):
        raise InexpressibleError(f"the number {value} has no end")
    return (
        {"Value": low, "Extent": top, "Op": "bt"}
        if high is not None
        else {
            "Value": low,
            "Op": OPERATORS[operator],
        }
    )


def in_every_unit(
    ends: tuple[Fraction, ...], unit: str, term: Term | None
) -> list[tuple[tuple[Fraction, ...], list[dict[str, Any]]]]:
    """Return a threshold in every unit that has an OMOP concept and is convertible exactly.

    Args:
        ends: the threshold, or both ends of a range.
        unit: that they are in.
        term: what is measured; it may say how mass and amount of substance compare.

    Returns:
        The ends in each size of unit, with the concepts of the units of that size; the ends as they
        were with no concepts for a marker without a unit, nothing for a unit without a concept.

    >>> from fractions import Fraction
    >>> for ends, units in in_every_unit((Fraction(90),), "U/l", None):
    ...     print(*ends, [u["CONCEPT_CODE"] for u in units])
    90 ['U/L']
    9/100 ['U/mL']
    """
    if not unit:
        return [(ends, [])]
    out: dict[tuple[Fraction, ...], list[dict[str, Any]]] = {}
    for concept, code in unit_codes("OMOP").items():
        try:
            turned = tuple(convert(end, unit, code, term) for end in ends)
        except UnitError:
            continue
        named = {"CONCEPT_NAME": code, "CONCEPT_CODE": code, "VOCABULARY_ID": "UCUM"}
        held = {"CONCEPT_ID": int(concept), **named, "DOMAIN_ID": "Unit"}
        out.setdefault(turned, []).append(held)
    return list(out.items())


def cohort_expression(
    cohort: Cohort, primary: Sequence[Group], rules: Sequence[tuple[str, str, Group]]
) -> dict[str, Any]:
    """Return the whole cohort expression.

    Args:
        cohort: its concept sets.
        primary: the events that can be the index.
        rules: what must hold at the index: name, description and group.
    """
    return {
        "ConceptSets": sorted(cohort.sets.values(), key=lambda s: int(s["id"])),
        "PrimaryCriteria": {
            "CriteriaList": list(primary),
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"},
        },
        "QualifiedLimit": {"Type": "First"},
        "ExpressionLimit": {"Type": "First"},
        "InclusionRules": [
            {"name": name, "description": said, "expression": expression}
            for name, said, expression in rules
        ],
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
        "CensorWindow": {},
        "cdmVersionRange": ">=5.0.0",
    }
