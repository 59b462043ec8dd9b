"""Participants in a tidy long table, turned into the tree that a YAML file gives.

One row for each value. Columns that say who the participant is may stand in every row or in the
first; two rows that say different things of one participant are found. The tree is read by the
same declaration as YAML, so that every field means the same in both.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from paucity.participants.model import DescribedParticipant, SerialValue
from paucity.record import field_docs
from paucity.response.series import COLUMNS
from paucity.text import Document, Finding, Map, Seq, Severity, did_you_mean, pack, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PERSON: Final = ("cohort", "therapy", "index", "age", "sex", "note", "read_in")
_REPORTED: Final = {"reported": "level", "definition": "definition"}
_VALUE: Final = ("marker", "day", "value", "unit", "low", "high", "flags", "told", "laboratory")
_SOURCE: Final = {"source": "at", "kind": "kind", "by": "by"}
_ALSO: Final = {
    name: {"time": "day"}.get(column, column)
    for column, names in COLUMNS.items()
    if column not in {"date", "participant"}
    for name in names
}
_NAMES: Final = {
    **_ALSO,
    **dict.fromkeys(COLUMNS["participant"], "participant"),
    **{n: n for n in ("study", *_PERSON, *_REPORTED, *_VALUE, *_SOURCE)},
}
"""Columns by the names they may have."""

assert set(_PERSON) <= set(field_docs(DescribedParticipant))  # noqa: S101
assert set(_VALUE) <= set(field_docs(SerialValue))  # noqa: S101


def parse_table(text: str, name: str) -> list[Document]:
    """Return the trees of a table of participants, one for each study in it.

    Args:
        text: the table as CSV with a header.
        name: the file's name in the review.

    Returns:
        Documents as YAML would give them; what is wrong with the table as a table is among the
        findings of the first.

    >>> rows = "participant,cohort,marker,day,value,unit\\np1,all,ferritin,0,4756,ug/l\\n"
    >>> parse_table(rows, "participants/doe-2001.csv")[0].tree["participants"]["p1"]["cohort"]
    'all'
    """
    table = _Table(name)
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        table.fault("participants-table", 0, f"cannot be read as a table: {error}")
        return table.documents()
    if not rows:
        table.fault("participants-table", 0, "there is no header", _HINT)
        return table.documents()
    header, *body = rows
    if table.header(*header):
        for line, cells in body:
            table.row(line, cells)
    return table.documents()


_HINT: Final = "the first row names the columns: participant, cohort, marker, day, value, unit"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the line it begins on, counted from 0."""
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), strict=True)
    line = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num


class _Table:
    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.columns: list[str] = []
        self.studies: dict[str, Map] = {}

    def fault(self, code: str, line: int, message: str, hint: str = "") -> None:
        span = span_of(self.name, pack(line, 0))
        self.findings.append(Finding(code, Severity.ERROR, span, message, hint, self.name))

    def header(self, line: int, cells: list[str]) -> bool:
        """Learn the columns, and tell whether rows can be read by them."""
        for cell in cells:
            word = cell.strip().casefold().replace(" ", "_")
            column = _NAMES.get(word, "")
            if not column:
                hint = did_you_mean(word, _NAMES) or f"known: {', '.join(dict.fromkeys(_NAMES))}"
                self.fault("participants-table", line, f"`{cell[:40]}` is not a column here", hint)
            elif column in self.columns:
                self.fault("participants-table", line, f"`{cell[:40]}` is there twice", "keep one")
                column = ""
            self.columns.append(column)
        missing = [c for c in ("participant", "marker") if c not in self.columns]
        if missing:
            self.fault("participants-table", line, f"there is no column `{missing[0]}`", _HINT)
        return not missing

    def row(self, line: int, cells: list[str]) -> None:
        """Add one row to the participant it is about."""
        if len(cells) != len(self.columns):
            message = f"the row has {len(cells)} cells, the header {len(self.columns)}"
            self.fault("participants-table", line, message, "put quotes around a cell with a comma")
            return
        pairs = zip(self.columns, cells, strict=True)
        told = {c: cell.strip() for c, cell in pairs if c and cell.strip()}
        label = told.get("participant", "")
        if not label:
            self.fault("participants-table", line, "the row names no participant")
            return
        at = pack(line, 0)
        person = self._person(told.get("study", ""), label, at)
        self._about(person, {k: told[k] for k in _PERSON if k in told}, line, label)
        source = {field: told[c] for c, field in _SOURCE.items() if c in told}
        self._reported(person, told, source, at)
        value = _map(at, {k: told[k] for k in _VALUE if k in told and k != "flags"})
        if flags := told.get("flags"):
            _put(value, "flags", _seq(at, flags.replace(";", " ").replace("|", " ").split()), at)
        if source:
            _put(value, "source", _map(at, source), at)
        values = person["values"]
        assert isinstance(values, Seq)  # noqa: S101
        values.append(value)
        values.items_at.append(at)

    def _person(self, study: str, label: str, at: int) -> Map:
        whole = self.studies.get(study)
        if whole is None:
            whole = self.studies[study] = _map(0, {"study": study} if study else {})
            _put(whole, "participants", Map(at), at)
        people = whole["participants"]
        assert isinstance(people, Map)  # noqa: S101
        person = people.get(label)
        if not isinstance(person, Map):
            person = Map(at)
            _put(person, "values", Seq(at), at)
            _put(people, label, person, at)
        return person

    def _about(self, person: Map, told: dict[str, str], line: int, label: str) -> None:
        for key, word in told.items():
            if key not in person:
                _put(person, key, word, pack(line, 0))
            elif person[key] != word:
                message = f"`{key}` of {label} is `{word[:40]}`, and `{person[key]}` further up"
                self.fault("participants-table", line, message, "say one thing of one participant")

    def _reported(self, person: Map, told: dict[str, str], source: dict[str, str], at: int) -> None:
        """Give the participant the level a row reports; rows that report the same say it once."""
        level = {field: told[c] for c, field in _REPORTED.items() if c in told}
        held = person.get("reported")
        levels = held if isinstance(held, Seq) else Seq(at)
        if not level or any(isinstance(x, Map) and level.items() <= x.items() for x in levels):
            return
        entry = _map(at, level)
        if source:
            _put(entry, "source", _map(at, source), at)
        levels.append(entry)
        levels.items_at.append(at)
        _put(person, "reported", levels, at)

    def documents(self) -> list[Document]:
        """Return a document for each study; one at least, for the findings."""
        trees = list(self.studies.values())
        if not trees:
            return [Document(self.name, Map(0), tuple(self.findings))]
        first, *rest = trees
        documents = [Document(self.name, first, tuple(self.findings))]
        return documents + [Document(self.name, tree) for tree in rest]


def _map(at: int, told: dict[str, str]) -> Map:
    out = Map(at)
    for key, word in told.items():
        _put(out, key, word, at)
    return out


def _seq(at: int, words: list[str]) -> Seq:
    out = Seq(at)
    out.extend(words)
    out.items_at.extend([at] * len(words))
    return out


def _put(into: Map, key: str, value: str | Map | Seq, at: int) -> None:
    into[key] = value
    into.keys_at[key] = into.values_at[key] = at
