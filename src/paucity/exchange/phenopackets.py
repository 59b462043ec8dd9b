"""Participants' serial measurements as GA4GH Phenopackets (schema version 2.0).

A packet is one participant: measurements with their time and reference range, signs as phenotypic
features, the therapy that day 0 is counted from, and death.

A packet has points in time and no days from a first dose. So day 0 stands on a date: the
participant's own if the caller knows it, else 1 January 1970, which is no date of anything; each
measurement's description says the day. `created` is the date the caller gives, else the same fixed
one, so that the same data give the same packet.

Source: GA4GH Phenopacket Schema 2.0, phenopacket-schema.readthedocs.io.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.exchange.codes import codes_of
from paucity.exchange.document import Exported, number, slug, ucum
from paucity.response.measured import Measured, say
from paucity.response.settings import MICROSECONDS
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paucity.response.series import Measurement, Participant, Series
    from paucity.vocabulary import Term

DAY_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The date that stands for day 0 where none is known."""

OFF_SCALE: Final = {
    "low": {"id": "HL7OI:<", "label": "Off scale low"},
    "high": {"id": "HL7OI:>", "label": "Off scale high"},
}
"""Codes of HL7's ObservationInterpretation for a value beyond what the assay can detect."""

RESPONSES: Final = {
    "CR": {"id": "NCIT:C4870", "label": "Complete Remission"},
    "PR": {"id": "NCIT:C18058", "label": "Partial Remission"},
}
"""Levels that the NCI Thesaurus has a term for."""

_RESOURCES: Final = {
    "LOINC": ("loinc", "Logical Observation Identifiers Names and Codes", "https://loinc.org"),
    "HP": ("hp", "Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl"),
    "UCUM": ("ucum", "Unified Code for Units of Measure", "https://ucum.org"),
    "NCIT": ("ncit", "NCI Thesaurus", "http://purl.obolibrary.org/obo/ncit.owl"),
    "ATC": ("atc", "Anatomical Therapeutic Chemical classification", "https://atcddd.fhi.no"),
    "HL7OI": (
        "hl7oi",
        "HL7 ObservationInterpretation",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    ),
}
_PREFIXES: Final = {
    "LOINC": "https://loinc.org/",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "UCUM": "https://ucum.org/",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "ATC": "https://atcddd.fhi.no/atc_ddd_index/?code=",
    "HL7OI": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation#",
}
_VERSION: Final = "not recorded"


@dataclass
class _Packet:
    """One packet in the making: what codes it used, and what it could not say."""

    series: Series
    vocabulary: Vocabulary
    zero: datetime
    used: set[str] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        self.notes[text] = None

    def coded(self, system: str, code: str, label: str) -> dict[str, str]:
        self.used.add(system)
        return {"id": f"{system}:{code}", "label": label}

    def time(self, at: int) -> dict[str, str] | None:
        """Return a time in microseconds from day 0 as a timestamp, None beyond the calendar."""
        try:
            return {"timestamp": _stamp(self.zero + timedelta(microseconds=at))}
        except OverflowError:
            day = say(Fraction(at, MICROSECONDS))
            self.note(f"day {day} lies beyond the calendar; its time is in words only")
            return None


def phenopacket(
    participant: Participant,
    series: Series,
    *,
    vocabulary: Vocabulary | None = None,
    zero: datetime | None = None,
    created: datetime | None = None,
    therapy: str = "",
    response: str = "",
) -> Exported:
    """Return one participant as a phenopacket.

    Args:
        participant: the participant.
        series: the data it belongs to, which tell the unit of each marker.
        vocabulary: gives markers and drugs their codes; the bundled one, if left out.
        zero: the date of day 0, in UTC; 1 January 1970, if left out.
        created: when the packet was made; 1 January 1970, if left out.
        therapy: the therapy that day 0 is the first dose of.
        response: the level reached under it, where it is certain.

    Returns:
        The packet as plain data in the schema's JSON, and what it does not say.
    """
    packet = _Packet(series, vocabulary or bundled(), zero or DAY_ZERO)
    subject: dict[str, Any] = {"id": participant.name}
    if sex := _sex(participant.measurements):
        subject["sex"] = sex
    deaths = [e.at for e in participant.events if e.event == "death"]
    if deaths:
        subject["vitalStatus"] = {"status": "DECEASED", **_at("timeOfDeath", deaths[0], packet)}
    measurements: list[dict[str, Any]] = []
    signs: dict[str, list[Measurement]] = {}
    for measurement in participant.measurements:
        term = packet.vocabulary.find(Kind.MARKER, measurement.marker)
        if term is None:
            packet.note(f"{measurement.marker} is not in the vocabulary and is left out")
        elif term.extra.get("values"):
            signs.setdefault(term.name, []).append(measurement)
        elif made := _measurement(measurement, term, packet):
            measurements.append(made)
    features = [f for name, rows in signs.items() if (f := _feature(name, rows, packet))]
    actions = list(_actions(therapy, response, packet))
    _note_events(participant, packet)
    data = {
        "id": slug(participant.name, 200),
        "subject": subject,
        "phenotypicFeatures": features,
        "measurements": measurements,
        "medicalActions": actions,
        "metaData": _meta(packet, created or DAY_ZERO),
    }
    return Exported({k: v for k, v in data.items() if v}, tuple(packet.notes))


def _sex(rows: Sequence[Measurement]) -> str:
    words = {m.sex for m in rows if m.sex}
    known = {"m": "MALE", "male": "MALE", "f": "FEMALE", "female": "FEMALE"}
    return known.get(words.pop(), "OTHER_SEX") if len(words) == 1 else ""


def _measurement(m: Measurement, term: Term, packet: _Packet) -> dict[str, Any] | None:
    codes = codes_of(term.name, "LOINC", packet.vocabulary)
    if not codes:
        packet.note(f"{term.label} has no LOINC code in the vocabulary and is left out")
        return None
    unit = packet.series.units.get(term.name, "")
    day = say(Fraction(m.at, MICROSECONDS))
    made: dict[str, Any] = {
        "description": f"{m.value} {unit} on day {day}".replace("  ", " "),
        "assay": packet.coded("LOINC", codes[0], term.name),
    }
    if not isinstance(m.value, Measured):
        packet.note(f"{term.label} on day {day} has values that contradict each other; left out")
        return None
    point = m.value.point
    if point is None:
        side = "high" if m.value.high is None else "low"
        packet.used.add("HL7OI")
        made["value"] = {"ontologyClass": dict(OFF_SCALE[side])}
        packet.note("a value beyond detection is coded as off scale; its limit is in words only")
        if m.value.high is not None and m.value.low > 0:
            packet.note(f"{term.label} on day {day} lies between two values; left out")
            return None
    else:
        quantity: dict[str, Any] = {
            "unit": packet.coded("UCUM", ucum(unit) or "1", unit or "1"),
            "value": _near(point),
        }
        if limits := _limits(m, quantity["unit"]):
            quantity["referenceRange"] = limits
        elif m.low is not None or m.high is not None:
            packet.note("a reference range needs both limits; a single one is left out")
        made["value"] = {"quantity": quantity}
    return {**made, **_at("timeObserved", m.at, packet)}


def _at(key: str, at: int, packet: _Packet) -> dict[str, Any]:
    time = packet.time(at)
    return {} if time is None else {key: time}


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _near(value: Fraction) -> int | float:
    exact = number(value)
    return float(value) if exact is None else exact


def _limits(m: Measurement, unit: Mapping[str, str]) -> dict[str, Any]:
    if m.low is None or m.high is None:
        return {}
    return {"unit": dict(unit), "low": _near(m.low), "high": _near(m.high)}


def _feature(name: str, rows: list[Measurement], packet: _Packet) -> dict[str, Any] | None:
    """Return a sign as one feature: excluded if it was never there."""
    codes = codes_of(name, "HP", packet.vocabulary)
    words = [(m.at, m.value) for m in rows if m.value in {"present", "absent"}]
    if not codes:
        packet.note(f"{name} has no HPO code in the vocabulary and is left out")
        return None
    if not words:
        packet.note(f"{name} is neither present nor absent in any row and is left out")
        return None
    told = ", ".join(f"{word} on day {say(Fraction(at, MICROSECONDS))}" for at, word in words)
    feature: dict[str, Any] = {"description": told, "type": packet.coded("HP", codes[0], name)}
    there = [at for at, word in words if word == "present"]
    if not there:
        return {**feature, "excluded": True}
    if words[0][1] == "absent":
        feature |= _at("onset", there[0], packet)
    gone = [at for at, word in words if word == "absent" and at > there[-1]]
    return {**feature, **(_at("resolution", gone[0], packet) if gone else {})}


def _actions(therapy: str, response: str, packet: _Packet) -> Iterator[dict[str, Any]]:
    """Yield the therapy begun on day 0, with the response to it."""
    if not therapy:
        return
    term = packet.vocabulary.find(Kind.DRUG, therapy)
    code = term.codes.get("ATC") if term else None
    if term is None or not code:
        packet.note(f"{therapy} has no ATC code in the vocabulary and is left out")
        return
    action: dict[str, Any] = {"treatment": {"agent": packet.coded("ATC", code, term.name)}}
    packet.note("doses of the therapy are not in the data; its first dose is on the date of day 0")
    if found := RESPONSES.get(response):
        packet.used.add("NCIT")
        action["responseToTreatment"] = dict(found)
    elif response:
        packet.note(f"the level {response} has no term and is left out")
    yield action


def _note_events(participant: Participant, packet: _Packet) -> None:
    for event in participant.events:
        if event.event not in {"death", "index"}:
            packet.note(f"an event has no code here and is left out: {event.event}")


def _meta(packet: _Packet, created: datetime) -> dict[str, Any]:
    resources = [
        {
            "id": _RESOURCES[system][0],
            "name": _RESOURCES[system][1],
            "url": _RESOURCES[system][2],
            "version": _VERSION,
            "namespacePrefix": system,
            "iriPrefix": _PREFIXES[system],
        }
        for system in sorted(packet.used)
    ]
    return {
        "created": _stamp(created),
        "createdBy": "paucity",
        "resources": resources,
        "phenopacketSchemaVersion": "2.0",
    }
