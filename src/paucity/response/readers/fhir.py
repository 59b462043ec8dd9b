"""HL7 FHIR R4 and R5: Observations in a Bundle, alone, or as NDJSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from paucity.response.readers.fhir_values import (
    coded,
    flags_of,
    limits_of,
    start_of,
    value_of,
)
from paucity.response.readers.json_items import as_list, as_map, as_text
from paucity.response.readers.json_rows import JsonReading, earlier, is_large, years_between
from paucity.response.readers.tidied import SMALL, Data, Opening, Tidy, finish
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID: Final = ("entered-in-error", "cancelled", "cannot-be-obtained", "not-done", "in-error")
"""Statuses of what did not happen or is known to be wrong."""

_TREATMENTS: Final = ("MedicationAdministration", "MedicationStatement", "Procedure")
_PEOPLE: Final = (b'"Patient"', b'"Medication', b'"Procedure"', b'"Bundle"')
"""What a line holds that tells of a participant beside the observations."""

_READ: Final = ("Observation", "Patient", *_TREATMENTS)


def read_fhir(opening: Opening) -> Data:
    """Read FHIR resources.

    Args:
        opening: a Bundle, an Observation, a list of resources, NDJSON, or a folder of such files.
            Files are gone through twice, since patients may come after their observations; NDJSON
            is read line by line.
    """
    reader = _Reader(opening)
    bulk = opening.bulk if opening.bulk is not None else is_large(opening.place, SMALL)
    tidy = Tidy(reader.rows(), reader.findings, lambda: reader.read, reader.place)
    return finish(tidy, opening, bulk=bulk)


@dataclass(slots=True)
class _Patient:
    """What is known of a participant beside the observations."""

    sex: str = ""
    birth: str = ""
    death: str = ""
    index: str = ""
    next: set[str] = field(default_factory=set)


class _Reader(JsonReading):
    """Turns resources into tidy rows."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening, "entry")
        self.people: dict[str, _Patient] = {}
        self.urls: dict[str, str] = {}

    def _resources(self, *, telling: bool) -> Iterator[dict[str, Any]]:
        """Yield all resources, those in bundles too."""
        for document in self.documents(telling=telling, only=() if telling else _PEOPLE):
            head = as_map(document.value)
            if as_text(head.get("resourceType")) != "Bundle":
                if head and "resourceType" not in head and telling:
                    self.note("resource-unknown", "an object without resourceType", Severity.ERROR)
                elif head:
                    yield head
                elif telling and document.value != {}:
                    self.note("resource-unknown", "a value that is no resource", Severity.ERROR)
                continue
            for line, entry in document.parts:
                self.at_line(line)
                resource = as_map(as_map(entry).get("resource"))
                if resource:
                    url = as_text(as_map(entry).get("fullUrl"))
                    named = as_text(resource.get("id"))
                    if url and named and resource.get("resourceType") == "Patient":
                        self.urls[url] = named
                    yield resource

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the tidy rows."""
        for resource in self._resources(telling=False):
            self._note_person(resource)
        for resource in self._resources(telling=True):
            kind = as_text(resource.get("resourceType"))
            if kind == "Observation":
                yield from self._observation(resource)
            elif kind not in _READ:
                self.note("resource-not-used", f"{kind[:40]} is not used", Severity.NOTE)
        self.number = 0
        for name, person in sorted(self.people.items()):
            if person.index and not self.opening.index:
                yield self.row(name, "index", date=person.index)
            for date in sorted(person.next):
                yield self.row(name, "next therapy", date=date)
            if person.death:
                yield self.row(name, "death", date=person.death)

    def _person(self, name: str) -> _Patient:
        return self.people.setdefault(name, _Patient())

    def _note_person(self, resource: dict[str, Any]) -> None:
        """Keep what a Patient or a treatment says of a participant."""
        kind = as_text(resource.get("resourceType"))
        if kind == "Patient":
            name = as_text(resource.get("id"))
            if name:
                person = self._person(name)
                person.sex = as_text(resource.get("gender"))
                person.birth = as_text(resource.get("birthDate"))
                person.death = as_text(resource.get("deceasedDateTime"))
        elif kind in _TREATMENTS and as_text(resource.get("status")) not in _VOID:
            self._treatment(resource)

    def _treatment(self, resource: dict[str, Any]) -> None:
        medication = as_map(resource.get("medication")).get("concept")
        concept = coded(
            resource.get("medicationCodeableConcept") or medication or resource.get("code")
        )
        event = self.opening.codes.event(*concept.codes, concept.display)
        date = start_of(resource, "effective", "occurrence", "occurence", "performed")
        name = self._subject(resource)
        if not event or not date or not name:
            return
        person = self._person(name)
        if event == "next therapy":
            person.next.add(date)
        elif not person.index or earlier(date, person.index):
            person.index = date

    def _subject(self, resource: dict[str, Any]) -> str:
        """Return the participant a resource is about."""
        subject = as_map(resource.get("subject"))
        reference = as_text(subject.get("reference"))
        if reference in self.urls:
            return self.urls[reference]
        plain = reference.partition("/_history/")[0].removeprefix("urn:uuid:")
        plain = plain.removeprefix("urn:oid:").rpartition("/")[2].removeprefix("#")
        return plain or as_text(as_map(subject.get("identifier")).get("value"))

    def _observation(self, resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of an Observation and its components."""
        status = as_text(resource.get("status"))
        if status in _VOID:
            self.read += 1
            self.note("observation-void", f"an Observation is {status}; not used", Severity.NOTE)
            return
        components = as_list(resource.get("component", []))
        grouped = bool(components or resource.get("hasMember"))
        if not grouped or value_of(resource, self.opening.codes) is not None:
            yield from self._measured(resource, resource)
        for component in components:
            yield from self._measured(component, resource)

    def _measured(
        self, holder: dict[str, Any], resource: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        marker = self.marker(coded(holder.get("code")))
        if not marker:
            return
        found = value_of(holder, self.opening.codes)
        if found is None and holder.get("dataAbsentReason"):
            why = coded(holder["dataAbsentReason"])
            reason = (why.display or next(iter(why.codes), "no reason"))[:60]
            self.note("value-absent", f"{marker} has no value: {reason}", Severity.NOTE)
            return
        name, date = self._subject(resource), start_of(resource, "effective")
        person = self.people.get(name, _Patient())
        who = {"sex": person.sex, "birth": person.birth}
        cells = found or {}
        limits, why_not = limits_of(holder, cells.get("unit", ""), who, date, self.opening.codes)
        if why_not:
            self.note("limits-not-used", f"{marker}: {why_not}", Severity.WARNING)
        age = years_between(person.birth, date)
        yield self.row(
            name,
            marker,
            date=date,
            **cells,
            **limits,
            flags=flags_of(holder),
            sex=person.sex,
            age=age,
        )
