"""Mapping files: what the codes of a data set stand for, where the bundled codes do not say it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.record import Reading, Record, many, opt, read_record, table
from paucity.shapes import TEXT
from paucity.text import Map, in_order, parse_yaml, read_text
from paucity.vocabulary import Kind, bundled, parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.text import Document, Finding
    from paucity.vocabulary import Vocabulary

_SYSTEMS: Final = {
    "snomed": "sct",
    "snomedct": "sct",
    "snomed-ct": "sct",
    "hpo": "hp",
}
_CODE: Final = re.compile(r"(?P<system>[A-Za-z][A-Za-z-]{1,15})\s*[:| ]\s*(?P<code>[\w.-]+)")
_KNOWN: Final = ("loinc", "sct", "hp", "omop", "ucum", "atc", "rxnorm", "lbtestcd")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile(Record):
    """What the codes of one data set stand for.

    A code is written with its system (``LOINC:2276-4``, ``SCT:52101004``, ``HP:0001744``,
    ``OMOP:3001122``), or bare where the data use words of their own (``FERR``).
    """

    source: str = opt(TEXT, "where the codes were looked up", "")
    markers: Mapping[str, str] = table(TEXT, "markers and signs by code")
    units: Mapping[str, str] = table(TEXT, "units by code or by the spelling the data use")
    values: Mapping[str, str] = table(TEXT, "words of signs (present, absent) by code")
    index: tuple[str, ...] = many(TEXT, "codes of the treatment whose first dose is the index")
    next_therapy: tuple[str, ...] = many(TEXT, "codes of treatments that count as the next therapy")
    ignore: tuple[str, ...] = many(TEXT, "codes that are not to be used and not to be told of")


EMPTY: Final = MappingFile()


def normal(code: str) -> str:
    """Return the form in which codes are compared.

    >>> normal("LOINC:2276-4"), normal("SNOMED 52101004"), normal(" Ferr ")
    ('loinc:2276-4', 'sct:52101004', 'ferr')
    """
    plain = " ".join(code.split()).casefold()
    match = _CODE.fullmatch(plain)
    if match is None:
        return plain
    system = _SYSTEMS.get(match["system"], match["system"])
    return f"{system}:{match['code']}" if system in _KNOWN else plain


def read_mapping(
    path: Path, vocabulary: Vocabulary | None = None
) -> tuple[MappingFile, list[Finding]]:
    """Read a mapping file.

    Args:
        path: a YAML file.
        vocabulary: knows the markers; the bundled one, if left out.

    Returns:
        The mapping, without the lines that cannot be used, and what is wrong with those.
    """
    text, fault = read_text(path.parent, path)
    if fault is not None:
        return EMPTY, [fault]
    return parse_mapping(text, path.name, vocabulary)


def parse_mapping(
    text: str, name: str, vocabulary: Vocabulary | None = None
) -> tuple[MappingFile, list[Finding]]:
    """Read the text of a mapping file.

    >>> mapping, findings = parse_mapping("markers: {FERR: ferritine}", "codes.yaml")
    >>> print(findings[0].span, findings[0].message, findings[0].hint)
    codes.yaml:1:17 `ferritine` is not a known marker did you mean `ferritin`?
    """
    vocabulary = vocabulary or bundled()
    document = parse_yaml(text, name)
    reading = Reading(name, vocabulary)
    reading.findings.extend(document.findings)
    if document.tree is None and document.readable:
        return EMPTY, reading.findings
    if not isinstance(document.tree, Map):
        if document.readable:
            reading.fault(
                "wrong-type", 0, "the file is not a mapping, expected `markers` and others"
            )
        return EMPTY, reading.findings
    found = read_record(MappingFile, document.tree, reading) or EMPTY
    checked = _Checked(document, reading, vocabulary)
    out = replace(
        found,
        markers=checked.markers(found.markers),
        units=checked.units(found.units),
        values=checked.codes("values", found.values),
        index=tuple(normal(c) for c in found.index),
        next_therapy=tuple(normal(c) for c in found.next_therapy),
        ignore=tuple(normal(c) for c in found.ignore),
    )
    checked.both(out)
    return out, in_order(reading.findings)


class _Checked:
    """Checks what a mapping file names."""

    def __init__(self, document: Document, reading: Reading, vocabulary: Vocabulary) -> None:
        self.tree = document.tree if isinstance(document.tree, Map) else Map(0)
        self.reading = reading
        self.vocabulary = vocabulary

    def _at(self, field: str, key: str) -> int:
        """Return where the value of a code stands."""
        inner = self.tree.get(field)
        found = inner.values_at.get(key) if isinstance(inner, Map) else None
        return self.tree.values_at.get(field, 0) if found is None else found

    def codes(self, field: str, named: Mapping[str, str]) -> dict[str, str]:
        """Return what codes stand for, by the form in which they are compared."""
        out: dict[str, str] = {}
        for key, word in named.items():
            code = normal(key)
            if out.get(code, word) != word:
                message = f"`{key}` is another spelling of a code that stands for `{out[code]}`"
                self.reading.fault("mapping-conflict", self._at(field, key), message, "keep one")
                continue
            out[code] = word
        return out

    def markers(self, named: Mapping[str, str]) -> dict[str, str]:
        """Return preferred names of markers by code; unknown ones are told and left out."""
        out = {}
        for key, word in named.items():
            term = self.vocabulary.find(Kind.MARKER, word)
            if term is None:
                near = self.vocabulary.suggest(Kind.MARKER, word)
                hint = f"did you mean `{near}`?" if near else "use a marker of the vocabulary"
                message = f"`{word}` is not a known marker"
                self.reading.fault("unknown-marker", self._at("markers", key), message, hint)
            else:
                out[key] = term.name
        return self.codes("markers", out)

    def units(self, named: Mapping[str, str]) -> dict[str, str]:
        """Return units by code; what is no unit is told and left out."""
        out = {}
        for key, word in named.items():
            if parse_unit(word) is None:
                message = f"`{word}` is not a unit known here"
                hint = "write it as in UCUM, such as `10*9/L`"
                self.reading.fault("mapping-unit", self._at("units", key), message, hint)
            else:
                out[key] = word
        return self.codes("units", out)

    def both(self, found: MappingFile) -> None:
        """Tell of codes that are mapped and ignored."""
        used = {*found.markers, *found.index, *found.next_therapy}
        for code in found.ignore:
            if code in used:
                at = self.tree.values_at.get("ignore", 0)
                message = f"`{code}` is used and ignored"
                self.reading.fault("mapping-conflict", at, message, "keep one; it is used")


def joined(first: MappingFile, then: MappingFile) -> MappingFile:
    """Return two mappings as one; where both know a code the first is followed."""
    return MappingFile(
        source=first.source,
        markers={**then.markers, **first.markers},
        units={**then.units, **first.units},
        values={**then.values, **first.values},
        index=first.index or then.index,
        next_therapy=first.next_therapy or then.next_therapy,
        ignore=_once((*first.ignore, *then.ignore)),
    )


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


@cache
def bundled_mapping() -> MappingFile:
    """Return the codes that come with paucity.

    >>> bundled_mapping().markers["loinc:2276-4"]
    'ferritin'
    """
    root = Path(__file__).parents[2] / "library" / "codes"
    out = EMPTY
    for path in sorted(root.glob("*.yaml")):
        out = joined(out, read_mapping(path)[0])
    return out
