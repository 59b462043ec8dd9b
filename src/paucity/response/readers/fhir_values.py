"""Values, codes, times and reference ranges as FHIR R4 and R5 write them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.response.moments import Moment, read_moment
from paucity.response.readers.json_items import Number, as_list, as_map, as_text
from paucity.response.readers.json_rows import Coded
from paucity.shapes import read_duration

if TYPE_CHECKING:
    from paucity.response.readers.codes import Codes

_SYSTEMS: Final = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SCT",
    "http://purl.obolibrary.org/obo/hp.owl": "HP",
    "http://human-phenotype-ontology.org": "HP",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    "http://www.whocc.no/atc": "ATC",
    "urn:oid:2.16.840.1.113883.6.1": "LOINC",
    "urn:oid:2.16.840.1.113883.6.96": "SCT",
}
"""Systems of codes, as they are called in mapping files."""

_UCUM: Final = "http://unitsofmeasure.org"

_NUMBERS: Final = ("valueInteger", "valueDecimal")
_WORDS: Final = ("valueString", "valueBoolean")

_FLAGS: Final = {"N": "n", "H": "h", "HH": "h", "L": "l", "LL": "l", "HU": "h", "LU": "l"}
"""Codes of `interpretation` that say where a value lies in its range."""

_SEXES: Final = {
    "female": "female",
    "f": "female",
    "sct:248152002": "female",
    "male": "male",
    "m": "male",
    "sct:248153007": "male",
}


def coded(concept: Any) -> Coded:
    """Return a CodeableConcept; its text counts as a code where it has no coding."""
    found = as_map(concept)
    codes, display = [], as_text(found.get("text"))
    for coding in as_list(found.get("coding", [])):
        code = as_text(coding.get("code"))
        system = as_text(coding.get("system")).rstrip("/")
        if not code:
            continue
        named = _SYSTEMS.get(system) or _SYSTEMS.get(system.casefold(), "")
        hpo = named == "HP" and code.upper().startswith("HP:")
        codes.append(f"{named}:{code}" if named and not hpo else code)
        display = as_text(coding.get("display")) or display
    return Coded(tuple(codes) or ((display,) if display else ()), display)


def value_of(holder: dict[str, Any], codes: Codes) -> dict[str, str] | None:
    """Return value and unit of an Observation or component, None if there is none.

    A value of another type is given by the name of its field, which is then refused as no number.
    """
    if "valueQuantity" in holder:
        quantity = as_map(holder["valueQuantity"])
        number = quantity.get("value")
        text = as_text(number) if isinstance(number, Number | str) else ""
        sign = as_text(quantity.get("comparator"))
        return {"value": f"{sign}{text}" if text else "", "unit": unit_of(quantity, codes)}
    if "valueCodeableConcept" in holder:
        concept = coded(holder["valueCodeableConcept"])
        return {"value": codes.value(*concept.codes, concept.display)}
    for key in (*_NUMBERS, *_WORDS):
        if key in holder:
            return {"value": as_text(holder[key])}
    other = sorted(k for k in holder if k.startswith("value") and holder[k] is not None)
    return {"value": other[0]} if other else None


def unit_of(quantity: dict[str, Any], codes: Codes) -> str:
    """Return the unit of a Quantity: its UCUM code, else the unit as printed."""
    code, printed = as_text(quantity.get("code")), as_text(quantity.get("unit"))
    ucum = as_text(quantity.get("system")) == _UCUM
    return codes.unit(*(c for c in (code, printed) if c), code if code and ucum else printed)


def start_of(holder: dict[str, Any], *stems: str) -> str:
    """Return when something was: a date and time, an instant, or the start of a period."""
    for stem in stems:
        for kind in ("DateTime", "Instant"):
            if found := as_text(holder.get(f"{stem}{kind}")):
                return found
        period = as_map(holder.get(f"{stem}Period"))
        if found := as_text(period.get("start")) or as_text(period.get("end")):
            return found
    return ""


def flags_of(holder: dict[str, Any]) -> str:
    """Return the flags of an Observation or component."""
    concepts = as_list(holder.get("interpretation", []))
    codes = (as_text(c.get("code")) for i in concepts for c in as_list(i.get("coding", [])))
    return ";".join(dict.fromkeys(_FLAGS[c] for c in codes if c in _FLAGS))


def limits_of(
    holder: dict[str, Any], unit: str, who: dict[str, str], date: str, codes: Codes
) -> tuple[dict[str, str], str]:
    """Return the reference limits that apply to a value, and why there are none if some do not.

    Args:
        holder: an Observation or component.
        unit: of the value; limits in another unit are not used.
        who: `sex` and `birth` of the participant.
        date: when the value was measured.
        codes: what units stand for.
    """
    ranges = [r for r in as_list(holder.get("referenceRange", [])) if _applies(r, who, date)]
    if len(ranges) > 1:
        return {}, "several reference ranges apply; none is used"
    out = {}
    for found in ranges:
        for end in ("low", "high"):
            limit = as_map(found.get(end))
            number = as_text(limit.get("value"))
            if not number:
                continue
            named = unit_of(limit, codes)
            if named and unit and named != unit:
                return {}, f"a reference limit is in {named[:20]}, its value in {unit[:20]}"
            out[end] = number
    return out, ""


def _applies(found: dict[str, Any], who: dict[str, str], date: str) -> bool:
    """Tell whether a reference range is a normal range for this participant."""
    kind = [as_text(c.get("code")) for c in as_list(as_map(found.get("type")).get("coding", []))]
    if kind and "normal" not in kind:
        return False
    for concept in as_list(found.get("appliesTo", [])):
        sexes = {_SEXES[c.casefold()] for c in coded(concept).codes if c.casefold() in _SEXES}
        if sexes and who.get("sex") not in sexes:
            return False
    age = as_map(found.get("age"))
    return not age or _aged(age, who, date)


def _aged(age: dict[str, Any], who: dict[str, str], date: str) -> bool:
    """Tell whether an age lies in a range; an unknown age does not."""
    born, then = read_moment(who.get("birth", "")[:10]), read_moment(date[:10])
    if not isinstance(born, Moment) or not isinstance(then, Moment):
        return False
    days = Fraction(then.day - born.day)
    for end, sign in (("low", 1), ("high", -1)):
        limit = as_map(age.get(end))
        if not limit:
            continue
        length = as_text(limit.get("value"))
        unit = as_text(limit.get("code")) or as_text(limit.get("unit"))
        wanted = read_duration(f"{length} {unit}")
        if wanted is None or (days - wanted.days) * sign < 0:
            return False
    return True
