"""Which format a file or folder is in, by what is in it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from paucity.response.readers.tables import SUFFIXES, NoTableError, open_table
from paucity.response.series import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMS: Final = ("tidy", "omop", "sdtm", "adam", "fhir", "phenopackets")
"""Formats that are read."""

_START: Final = 65_536
_JSON: Final = (".json", ".ndjson", ".jsonl")
_PACKETS: Final = ('"phenotypicfeatures"', '"phenotypic_features"', '"phenopacketschemaversion"')


def form_of(place: Path) -> str:
    """Return the format of a file or folder, or an empty text where none fits.

    Args:
        place: the file or folder; what is in it counts, not its name.

    Raises:
        OSError: the place cannot be read.
    """
    return _of_folder(place) if place.is_dir() else _of_file(place)


def _of_folder(place: Path) -> str:
    files = sorted(p for p in place.iterdir() if not p.name.startswith("."))
    named = {p.stem.casefold() for p in files if p.is_dir() or p.suffix.casefold() in SUFFIXES}
    if named & {"measurement", "person"}:
        return "omop"
    for stem, form in (("lb", "sdtm"), ("adlb", "adam")):
        if any(name.startswith(stem) for name in named):
            return form
    for path in files:
        if path.suffix.casefold() in _JSON and (form := _of_file(path)):
            return form
    return ""


def _of_file(place: Path) -> str:
    with place.open("rb") as file:
        start = file.read(_START)
    if start[8:12] == b"DUCK":
        return "omop"
    if start[:4] == b"PK\3\4":
        return "omop"
    if start[:4] == b"PAR1" or start.startswith(b"HEADER RECORD***") or _sas7bdat(start):
        try:
            return of_columns(open_table(place).columns)
        except NoTableError:
            return ""
    text = start.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in {"{", "["}:
        return _of_json(text)
    header = next(csv.reader(text.splitlines()[:1]), [])
    return of_columns(header)


def _sas7bdat(start: bytes) -> bool:
    return start[12:32] == b"\xc2\xea\x81`\xb3\x14\x11\xcf\xbd\x92\x08\0\t\xc71\x8c\x18\x1f\x10\x11"


def header_of(place: Path) -> tuple[str, ...]:
    """Return the first columns that a text file names, cut short; nothing if it is no table."""
    if place.is_dir() or place.suffix.casefold() not in {".csv", ".tsv", ".txt"}:
        return ()
    with place.open("rb") as file:
        start = file.read(_START)
    try:
        line = start.splitlines()[0].decode("utf-8-sig")
    except (UnicodeDecodeError, IndexError):
        return ()
    found = [name.strip()[:40] for name in next(csv.reader([line]), [])]
    return (*found[:12], *(["..."] if found[12:] else [])) if found[1:] else ()


def of_columns(columns: Iterable[str]) -> str:
    """Return the format of a table with some columns, or an empty text.

    >>> of_columns(["USUBJID", "LBTESTCD", "LBSTRESN"]), of_columns(["patient", "test", "day"])
    ('sdtm', 'tidy')
    """
    written = list(columns)
    names = {c.strip().casefold() for c in written}
    if {"paramcd", "aval"} <= names or {"paramcd", "avalc"} <= names:
        return "adam"
    if "lbtestcd" in names:
        return "sdtm"
    if "measurement_concept_id" in names:
        return "omop"
    return "tidy" if columns_of(written)[0] else ""


def _of_json(text: str) -> str:
    """Return the format of a JSON text by the words at its beginning."""
    folded = text.casefold()
    if '"resourcetype"' in folded:
        return "fhir"
    return "phenopackets" if any(word in folded for word in (*_PACKETS, '"subject"')) else ""
