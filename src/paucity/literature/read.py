"""Read any export: its format, compression and encoding are found out, not asked for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from paucity.literature import (
    bibtex,
    clinicaltrials,
    crossref,
    csl,
    endnote_xml,
    europepmc,
    jats,
    nbib,
    openalex,
    pubmed_xml,
    ris,
    tabular,
)
from paucity.literature.detect import SAMPLE, Format, detect_format, unpacked
from paucity.literature.draft import Reading
from paucity.literature.markup import MissingLibraryError
from paucity.memory import free_memory, short
from paucity.text import Finding, Severity, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from paucity.literature.record import Record

_READERS: Final[Mapping[Format, Callable[[io.BufferedReader, Reading], Iterator[Record]]]] = {
    "nbib": nbib.read,
    "ris": ris.read,
    "pubmed-xml": pubmed_xml.read,
    "endnote-xml": endnote_xml.read,
    "jats": jats.read,
    "bibtex": bibtex.read,
    "csl-json": csl.read,
    "europepmc-json": europepmc.read,
    "openalex-json": openalex.read,
    "crossref-json": crossref.read,
    "clinicaltrials-json": clinicaltrials.read,
    "csv": tabular.read_csv,
    "xlsx": tabular.read_xlsx,
}


@dataclass(frozen=True, slots=True)
class Library:
    """One export as read.

    Attributes:
        records: in the order of the file.
        findings: what was found while reading, in the order of the file.
        format: as detected; None if the file is none we know.
        deleted: PMIDs that an update file withdraws.
    """

    records: tuple[Record, ...]
    findings: tuple[Finding, ...] = ()
    format: Format | None = None
    deleted: tuple[str, ...] = ()


def stream_records(
    source: BinaryIO, reading: Reading, wanted: Format | None = None
) -> Iterator[Record]:
    """Yield the records of an open export, holding one at a time.

    Args:
        source: the file's bytes, packed or not.
        reading: its name; takes the findings.
        wanted: the format, if it is known; otherwise it is detected.

    Yields:
        Records. A file of a form we do not know gives none, and a finding.
    """
    try:
        stream = unpacked(source, reading)
        found = wanted or detect_format(stream.peek(SAMPLE)[:SAMPLE], reading.name)
        if found is None:
            _unknown(stream, reading)
            return
        yield from _READERS[found](stream, reading)
    except MissingLibraryError as error:
        reading.fault("library-missing", 1, str(error), severity=Severity.ERROR)
    except (OSError, UnicodeError) as error:
        message = f"cannot be read further: {error}; the records before are kept"
        reading.fault("file-unreadable", 1, message, severity=Severity.ERROR)


def _unknown(stream: io.BufferedReader, reading: Reading) -> None:
    if not stream.peek(1):
        reading.fault("file-empty", 1, "the file is empty", "export it again")
        return
    if stream.peek(4)[:4] == b"PAR1":
        message = "is Parquet, which is written for analysis and not read"
        hint = "give the export that it was made from"
        reading.fault("format-unknown", 1, message, hint, severity=Severity.ERROR)
        return
    message = (
        "none of the formats we know: nbib, RIS, PubMed, EndNote or JATS XML, BibTeX, JSON, tables"
    )
    hint = "export it as RIS or nbib; unpack a zip archive first"
    reading.fault("format-unknown", 1, message, hint, severity=Severity.ERROR)


def stream_file(path: Path, reading: Reading, wanted: Format | None = None) -> Iterator[Record]:
    """Yield the records of a file, holding one at a time; findings go to `reading`."""
    try:
        source = path.open("rb")
    except OSError as error:
        message = f"cannot be read: {(error.strerror or str(error)).lower()}"
        reading.fault("file-unreadable", 1, message, severity=Severity.ERROR)
        return
    with source:
        yield from stream_records(source, reading, wanted)


WATCHED: Final = 2_000
"""Records between two looks at the memory that is left, if they are not long."""

WATCHED_BYTES: Final = 50_000_000
"""Bytes between two looks at the memory that is left."""


def read_file(
    path: Path, name: str = "", search: str = "", encoding: str = "", *, spare: int = 0
) -> Library:
    """Read a whole export.

    Args:
        path: the file.
        name: its name in the review, used in places and findings; the path's last part if empty.
        search: which search of the review found its records.
        encoding: a codec, where detection is wrong.
        spare: bytes of memory that reading leaves free.

    Returns:
        Records and findings; reading never raises on content.

    Raises:
        MemoryShortError: the records do not fit into memory.
    """
    reading = Reading(name or path.name, search, encoding)
    if not path.is_file():
        message = "is not an ordinary file" if path.exists() else "does not exist"
        reading.fault("file-unreadable", 1, message, severity=Severity.ERROR)
        return Library((), tuple(reading.findings))
    try:
        with path.open("rb") as source:
            return _library(source, reading, spare)
    except MemoryError:
        raise short(f"the records of {reading.name}") from None
    except OSError as error:
        message = f"cannot be read: {(error.strerror or str(error)).lower()}"
        reading.fault("file-unreadable", 1, message, severity=Severity.ERROR)
        return Library((), tuple(reading.findings))


def read_bytes(data: bytes, name: str = "memory", search: str = "", encoding: str = "") -> Library:
    """Read an export held in memory; see :func:`read_file`.

    >>> read_bytes(b"TY  - JOUR\\nTI  - A case\\nER  - ").records[0].title
    'A case'
    """
    return _library(io.BytesIO(data), Reading(name, search, encoding))


def _library(source: BinaryIO, reading: Reading, spare: int = 0) -> Library:
    stream = unpacked(source, reading)
    found = detect_format(stream.peek(SAMPLE)[:SAMPLE], reading.name)
    held: list[Record] = []
    looked = 0
    for record in stream_records(stream, reading, found):
        held.append(record)
        if spare and (len(held) % WATCHED == 0 or stream.tell() - looked > WATCHED_BYTES):
            looked = stream.tell()
            if (free_memory() or spare) < spare:
                raise short(f"more than {len(held):,} records of {reading.name}")
    records = tuple(held)
    if found and not (records or reading.findings or reading.deleted):
        message = f"the file is {found} and holds no record"
        reading.fault("no-records", 1, message, "compare with the number the database told")
    return Library(records, tuple(in_order(reading.findings)), found, tuple(reading.deleted))
