"""A definition as a FHIR R5 EvidenceVariable.

The resource has one characteristic for each level, every marker's rule inside it, and the parts
that FHIR has no structure for as expressions. FHIR does not say what a missing value means; a
definition here reads it as unknown. That, and all else that the structure does not say, stands in
the resource's notes.

Source: HL7 FHIR R5 (5.0.0), EvidenceVariable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from paucity.exchange.document import Exported, slug
from paucity.exchange.fhir_rules import Characteristic, Rules
from paucity.response.english import say_definition
from paucity.vocabulary import Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.model import Definition

_STATUS: Final = {"verified": "active", "secondary": "draft", "unverified": "draft"}
"""A definition not yet verified against its publication is a draft."""

_HANDLING: Final = {
    "response": "ordinal",
    "diagnosis": "dichotomous",
    "refractoriness": "dichotomous",
}


def evidence_variable(definition: Definition, vocabulary: Vocabulary | None = None) -> Exported:
    """Return a definition as an EvidenceVariable.

    Args:
        definition: the definition; one in words only keeps its words.
        vocabulary: gives markers their LOINC codes; the bundled one, if left out.

    Returns:
        The resource, and in words what it does not say.

    >>> from paucity.response import load_definition
    >>> made = evidence_variable(load_definition("marsh-2013-emended")[0])
    >>> [c["name"] for c in made.data["category"]], made.data["status"]
    (['CR', 'PR', 'NR'], 'draft')
    """
    rules = Rules(definition, vocabulary or bundled())
    characteristics = _levels(definition, rules)
    if definition.kind == "score":
        rules.note("points and their sum are said in the description only")
    if definition.parameters:
        listed = ", ".join(definition.parameters)
        rules.note(f"sources differ on {listed}; the rules have what the definition takes")
    rules.note("a missing value is unknown here, and leaves every level open that it could decide")
    notes = tuple(rules.notes)
    data: dict[str, Any] = {
        "resourceType": "EvidenceVariable",
        "id": slug(definition.name),
        "identifier": [{"value": definition.name}],
        "name": _computer_name(definition.name),
        "title": definition.label or definition.name,
        "status": _STATUS[definition.status],
        "description": "\n\n".join(line.text for line in say_definition(definition)),
        "note": [{"text": text} for text in (*_remarks(definition), *_unsaid(notes))],
        "relatedArtifact": list(_artifacts(definition)),
    }
    if handling := _HANDLING.get(definition.kind):
        data["handling"] = handling
    if definition.levels:
        data["category"] = [
            {"name": name, "valueCodeableConcept": {"text": name}} for name in definition.levels
        ]
    if characteristics:
        data["characteristic"] = [characteristics]
    return Exported({k: v for k, v in data.items() if v}, notes)


def _levels(definition: Definition, rules: Rules) -> Characteristic | None:
    """Return the levels as one characteristic: a participant is at one of them."""
    if not definition.levels:
        rules.note("it has no levels; what it asks is said in the description only")
        return None
    done: list[str] = []
    parts = []
    for name, level in definition.levels.items():
        parts.append(rules.level(name, level, done))
        done.append(name)
    combination = {"code": "any-of", "characteristic": parts}
    said = "the levels, best first; a participant is at the first that applies"
    return {"linkId": "levels", "description": said, "definitionByCombination": combination}


def _remarks(definition: Definition) -> Iterator[str]:
    """Yield what the source leaves open."""
    said = (("unstated", definition.unstated), ("ambiguous", definition.ambiguous))
    for word, remarks in said:
        for remark in remarks:
            taken = f" (taken as: {remark.default})" if remark.default else ""
            yield f"{word}: {remark.text}{taken}"
    for remark in definition.emends:
        yield f"emended: {remark.text}"
    if definition.note:
        yield definition.note


def _unsaid(notes: tuple[str, ...]) -> Iterator[str]:
    for text in notes:
        yield f"not said by the structure of this resource: {text}"


def _artifacts(definition: Definition) -> Iterator[dict[str, Any]]:
    for cited in definition.cites:
        yield {"type": "citation", "citation": cited}
    place = definition.source.at if definition.source else ""
    read = ", ".join(
        part
        for part in (
            definition.read_in,
            f"doi {definition.doi}" if definition.doi else "",
            place,
        )
        if part
    )
    if definition.read_in or definition.doi:
        yield {"type": "derived-from", "citation": read}


def _computer_name(name: str) -> str:
    """Return a name as FHIR asks of one (invariant cnl-0): a capital, letters, digits, underscores.

    >>> _computer_name("marsh-2013")
    'Marsh_2013'
    """
    word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    word = word[:1].upper() + word[1:]
    return (word if re.match(r"[A-Z].", word) else f"D_{word}")[:200]
