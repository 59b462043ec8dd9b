"""GA4GH Phenopackets, version 2: measurements, phenotypic features, treatments and deaths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from paucity.response.moments import Moment, read_moment
from paucity.response.readers.ages import at_age, read_age
from paucity.response.readers.json_items import as_list, as_map, as_text
from paucity.response.readers.json_rows import (
    Coded,
    JsonReading,
    earlier,
    is_large,
    years_between,
)
from paucity.response.readers.tidied import SMALL, Data, Opening, Tidy, finish
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEXES: Final = {"FEMALE": "female", "MALE": "male", "1": "female", "2": "male"}

_NOMINAL: Final = date(2001, 1, 1)
"""Stands for a date of birth that is not given; only differences of ages count then."""


def read_phenopackets(opening: Opening) -> Data:
    """Read Phenopackets.

    Args:
        opening: one Phenopacket, Family or Cohort, a list, NDJSON, or a folder of such files.
    """
    reader = _Reader(opening)
    bulk = opening.bulk if opening.bulk is not None else is_large(opening.place, SMALL)
    tidy = Tidy(reader.rows(), reader.findings, lambda: reader.read, reader.place)
    return finish(tidy, opening, bulk=bulk)


def get(holder: dict[str, Any], name: str) -> Any:
    """Return a field by its JSON name or its name in the schema.

    >>> get({"time_observed": 1}, "timeObserved")
    1
    """
    if name in holder:
        return holder[name]
    return holder.get("".join(f"_{c.lower()}" if c.isupper() else c for c in name))


class _Reader(JsonReading):
    """Turns packets into tidy rows."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening, "members")

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the tidy rows."""
        for document in self.documents(telling=True):
            head = as_map(document.value)
            for line, member in document.parts:
                self.at_line(line)
                yield from self._packet(as_map(member))
            if document.parts:
                continue
            inner = [get(head, "proband"), *as_list(get(head, "relatives") or [])]
            packets = [as_map(p) for p in inner if as_map(p)] or [head]
            for packet in packets:
                yield from self._packet(packet)

    def _packet(self, packet: dict[str, Any]) -> Iterator[dict[str, Any]]:
        subject = as_map(get(packet, "subject"))
        name = as_text(subject.get("id")) or as_text(packet.get("id"))
        if not name and not get(packet, "measurements"):
            self.note("packet-unknown", "an object that is no Phenopacket", Severity.ERROR)
            return
        times = _Times(subject, stamped=_stamped(packet))
        if not times.known and not times.stamped:
            reason = "ages are counted without a date of birth, and may be off by 3 days"
            self.note("age-approximate", reason, Severity.NOTE)
        who = {"sex": _SEXES.get(as_text(subject.get("sex")), "")}
        for cells in self._cells(packet, subject, times):
            marker, when = cells.pop("marker"), cells.pop("when")
            age = {"age": times.years(when)} if who["sex"] or times.born else {}
            yield self.row(name, marker, date=when, **who, **age, **cells)

    def _cells(
        self, packet: dict[str, Any], subject: dict[str, Any], times: _Times
    ) -> Iterator[dict[str, str]]:
        for measurement in as_list(get(packet, "measurements") or []):
            yield from self._measurement(measurement, times)
        seen = times.when(get(subject, "timeAtLastEncounter"))
        for feature in as_list(get(packet, "phenotypicFeatures") or []):
            yield from self._feature(feature, times, seen)
        yield from self._treatments(packet, times)
        status = as_map(get(subject, "vitalStatus"))
        died = times.when(get(status, "timeOfDeath"))
        if as_text(status.get("status")) in {"DECEASED", "2"} and died:
            yield {"marker": "death", "when": died}

    def _measurement(self, measurement: dict[str, Any], times: _Times) -> Iterator[dict[str, str]]:
        when = times.when(get(measurement, "timeObserved"))
        value = as_map(measurement.get("value"))
        assay = _coded(measurement.get("assay"))
        parts = as_list(
            as_map(get(measurement, "complexValue")).get("typedQuantities")
            or as_map(get(measurement, "complexValue")).get("typed_quantities")
            or []
        )
        for part in parts:
            if marker := self.marker(_coded(part.get("type"))):
                yield {"marker": marker, "when": when, **self._quantity(part.get("quantity"))}
        if parts or not (marker := self.marker(assay)):
            return
        if "quantity" in value:
            yield {"marker": marker, "when": when, **self._quantity(value["quantity"])}
        else:
            word = _coded(get(value, "ontologyClass"))
            named = self.opening.codes.value(*word.codes, word.display)
            yield {"marker": marker, "when": when, "value": named}

    def _quantity(self, quantity: Any) -> dict[str, str]:
        """Return value, unit and limits; limits in another unit are not used."""
        found = as_map(quantity)
        unit = self._unit(found.get("unit"))
        out = {"value": as_text(found.get("value")), "unit": unit}
        limits = as_map(get(found, "referenceRange"))
        other = self._unit(limits.get("unit"))
        if other and other != unit:
            reason = f"a reference limit is in {other[:20]}, its value in {unit[:20]}"
            self.note("limits-not-used", reason, Severity.WARNING)
            return out
        return {**out, **{e: as_text(limits.get(e)) for e in ("low", "high") if e in limits}}

    def _unit(self, unit: Any) -> str:
        found = as_map(unit)
        code, label = as_text(found.get("id")), as_text(found.get("label"))
        ucum = code.partition(":")[2] if code.upper().startswith("UCUM:") else ""
        return self.opening.codes.unit(*(c for c in (code, ucum, label) if c), ucum or label)

    def _feature(
        self, feature: dict[str, Any], times: _Times, seen: str
    ) -> Iterator[dict[str, str]]:
        """Yield a sign as present or absent; without an onset, at the last encounter."""
        marker = self.marker(_coded(feature.get("type")))
        if not marker or not self.opening.codes.is_sign(marker):
            return
        excluded = feature.get("excluded") is True
        when = times.when(feature.get("onset")) or seen
        yield {"marker": marker, "when": when, "value": "absent" if excluded else "present"}
        resolved = times.when(feature.get("resolution"))
        if resolved and not excluded:
            yield {"marker": marker, "when": resolved, "value": "absent"}

    def _treatments(self, packet: dict[str, Any], times: _Times) -> Iterator[dict[str, str]]:
        """Yield the first of the treatments that are the index, and every next therapy."""
        first = ""
        for action in as_list(get(packet, "medicalActions") or []):
            for concept, when in _given(action, times):
                event = self.opening.codes.event(*concept.codes, concept.display)
                if event == "next therapy" and when:
                    yield {"marker": event, "when": when}
                elif event == "index" and when and (not first or earlier(when, first)):
                    first = when
        if first and not self.opening.index:
            yield {"marker": "index", "when": first}


def _given(action: dict[str, Any], times: _Times) -> Iterator[tuple[Coded, str]]:
    """Yield what was given and when it began."""
    treatment = as_map(action.get("treatment"))
    if treatment:
        doses = as_list(get(treatment, "doseIntervals") or [])
        for dose in doses:
            begun = as_map(dose.get("interval")).get("start")
            yield _coded(treatment.get("agent")), times.when({"timestamp": begun})
    procedure = as_map(action.get("procedure"))
    if procedure:
        yield _coded(procedure.get("code")), times.when(procedure.get("performed"))
    regimen = as_map(get(action, "therapeuticRegimen"))
    if regimen:
        named = get(regimen, "ontologyClass") or get(regimen, "externalReference")
        yield _coded(named), times.when(get(regimen, "startTime"))


def _coded(concept: Any) -> Coded:
    """Return an OntologyClass."""
    found = as_map(concept)
    code, label = as_text(found.get("id")), as_text(found.get("label"))
    return Coded((code,) if code else ((label,) if label else ()), label)


def _stamped(packet: dict[str, Any]) -> bool:
    """Tell whether a packet has dates beside the dates of its subject."""
    todo: list[Any] = [get(packet, f) for f in ("measurements", "medicalActions")]
    todo.append(get(packet, "phenotypicFeatures"))
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if "timestamp" in value or "interval" in value:
                return True
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return False


class _Times:
    """The times of one subject, as dates; ages count from the date of birth.

    Without one, ages are counted from a nominal date, unless there are dates to compare them with.
    """

    def __init__(self, subject: dict[str, Any], *, stamped: bool) -> None:
        self.stamped = stamped
        self.born = as_text(get(subject, "dateOfBirth"))[:10]
        given = read_moment(self.born) if self.born else None
        known = isinstance(given, Moment)
        self.birth = date.fromisoformat(self.born) if known else _NOMINAL
        self.known = known

    def when(self, element: Any) -> str:
        """Return a TimeElement as a date; an age that is not given to the day stays as written."""
        found = as_map(element)
        if stamp := as_text(found.get("timestamp")):
            return stamp
        interval = as_map(found.get("interval"))
        if start := as_text(interval.get("start")):
            return start
        age = as_text(get(as_map(found.get("age")), "iso8601duration"))
        if not age:
            span = as_map(get(found, "ageRange"))
            age = as_text(get(as_map(span.get("start")), "iso8601duration"))
            end = as_text(get(as_map(span.get("end")), "iso8601duration"))
            age = age if age == end or not end else f"{age} to {end}"
        read = read_age(age)
        if read is None or not read.exact or (self.stamped and not self.known):
            return age
        at = at_age(self.birth, read)
        return age if at is None else at.isoformat()

    def years(self, when: str) -> str:
        """Return the age in completed years at a date."""
        return years_between(self.birth.isoformat(), when) if self.known else ""
