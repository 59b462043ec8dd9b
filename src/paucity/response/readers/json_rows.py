"""Tidy rows from JSON: where they stand, what is not used, and codes that stand for no marker."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Fault
from paucity.response.moments import Moment, read_moment
from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.codes import IGNORED, Unmapped, unmapped_findings
from paucity.response.readers.json_items import SUFFIXES, Broken, Document, documents
from paucity.response.series import Notes
from paucity.text import Finding, Severity, Span, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from paucity.response.readers.tidied import Opening

_LINES: Final = 10**12
"""Row numbers are lines plus the number of the file times this."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A concept as the data write it: codes with their systems, and how it is called."""

    codes: tuple[str, ...] = ()
    display: str = ""


class JsonReading:
    """Files of JSON being read into tidy rows."""

    def __init__(self, opening: Opening, long: str) -> None:
        self.opening = opening
        self.long = long
        self.files = files_of(opening.place)
        self.notes = Notes(opening.name, self.place)
        self.broken: list[Finding] = []
        self.unmapped: Counter[tuple[str, str]] = Counter()
        self.read = 0
        self.number = 0

    def place(self, row: int) -> tuple[Span, str]:
        """Return where a row stands."""
        file, line = divmod(row, _LINES)
        if not self.files:
            return Span(self.opening.name), ""
        name = self.files[min(file, len(self.files) - 1)].name
        return Span(name, max(line, 1)), f"on line {max(line, 1)}"

    def documents(self, *, telling: bool, only: tuple[bytes, ...] = ()) -> Iterator[Document]:
        """Yield the documents of all files; what is broken is told if asked for.

        Args:
            telling: whether what is broken is told.
            only: of NDJSON, pass over lines that hold none of these.
        """
        for number, path in enumerate(self.files):
            for document in documents(path, self.long, only):
                if isinstance(document, Broken):
                    if telling:
                        span = Span(path.name, document.line)
                        self.broken.append(
                            Finding(document.code, Severity.ERROR, span, document.reason)
                        )
                    continue
                self.number = number * _LINES + document.line
                yield document

    def at_line(self, line: int) -> None:
        """Say on which line of the present file the next rows stand."""
        self.number = self.number // _LINES * _LINES + line

    def note(self, code: str, reason: str, severity: Severity) -> None:
        """Note something about what stands here."""
        self.notes.add(Fault(code, reason), self.number, severity)

    def marker(self, coded: Coded) -> str:
        """Return the marker that a concept stands for; an empty text if it is not used."""
        self.read += 1
        found = self.opening.codes.marker(*coded.codes)
        if not found:
            code = coded.codes[0] if coded.codes else coded.display or "(no code)"
            self.unmapped[code, coded.display] += 1
        return "" if found == IGNORED else found

    def row(self, participant: str, marker: str, **cells: str) -> dict[str, Any]:
        """Return a tidy row that stands here."""
        return {ROW_NUMBER: self.number, "participant": participant, "marker": marker, **cells}

    def findings(self) -> list[Finding]:
        """Return what was found."""
        named = [Unmapped(c, d, n) for (c, d), n in self.unmapped.items()]
        told = in_order((*self.broken, *self.notes.findings()))
        return [*told, *unmapped_findings(self.opening.name, _merged(named))]


def _merged(found: list[Unmapped]) -> list[Unmapped]:
    """Return one for each code, though it may be called in several ways."""
    out: dict[str, Unmapped] = {}
    for one in sorted(found, key=lambda u: (u.code, -u.count, u.display)):
        kept = out.get(one.code)
        count = one.count + (kept.count if kept else 0)
        out[one.code] = Unmapped(one.code, kept.display if kept else one.display, count)
    return list(out.values())


def files_of(place: Path) -> list[Path]:
    """Return the JSON files of a place."""
    if not place.is_dir():
        return [place]
    return sorted(p for p in place.iterdir() if p.suffix.casefold() in SUFFIXES and p.is_file())


def is_large(place: Path, limit: int) -> bool:
    """Tell whether the JSON of a place is larger than a limit in bytes."""
    return sum(f.stat().st_size for f in files_of(place)) > limit


def earlier(one: str, other: str) -> bool:
    """Tell whether the first of two dates is the earlier; what is no date is the later."""
    return _order(one) < _order(other)


def _order(text: str) -> tuple[int, int, int, str]:
    moment = read_moment(text)
    if not isinstance(moment, Moment):
        return (1, 0, 0, text)
    since_midnight = (moment.time or 0) - (moment.zone or 0)
    return (0, moment.day, since_midnight, text)


def years_between(birth: str, date: str) -> str:
    """Return the age in completed years, empty where a date is not known to the day.

    >>> years_between("2010-06-15", "2020-06-14T08:00:00Z"), years_between("2010", "2020-06-14")
    ('9', '')
    """
    first, second = read_moment(birth[:10]), read_moment(date[:10])
    if not isinstance(first, Moment) or not isinstance(second, Moment) or second.day < first.day:
        return ""
    years = int(date[:4]) - int(birth[:4])
    return str(years - (date[5:10] < birth[5:10]))
