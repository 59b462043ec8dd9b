"""Votes of reviewers: one append-only table for each, read without losing a row.

A vote names a record by an identity that stays when the record is exported again
(:func:`~paucity.literature.normal.identity`), so votes outlive exports and merges. Rows are only
ever added; of a reviewer's votes on one report at one stage the last counts.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from unicodedata import category, normalize

from paucity.text import Finding, Severity, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Stage(StrEnum):
    """When a decision is made."""

    TITLE = "title and abstract"
    FULL_TEXT = "full text"


class Choice(StrEnum):
    """What a reviewer may say."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    UNSURE = "unsure"


COLUMNS: Final = ("record", "stage", "decision", "reason", "time", "note")
"""Columns of a vote file, in order."""

NOT_RETRIEVED: Final = "not retrieved"
"""Reason for excluding a report at full text that has its own box in PRISMA 2020."""

_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_NAME_SIGNS: Final = frozenset("_ .'-")
_MARKS: Final = frozenset({"Mn", "Mc"})
_LONGEST_NAME: Final = 61
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul"}) | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³"
}
"""Names that Windows gives to no file, whatever its ending (Microsoft, Naming Files)."""

_TAKEN: Final = frozenset({"merges"})
"""Names in the folder of votes that stand for something else."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


@dataclass(frozen=True, slots=True)
class Vote:
    """One reviewer's decision about one record at one stage.

    Attributes:
        record: identity of the record, ``pmid:23418008``; if two records share it, with their file,
            ``doi:10.1/x in records/a.ris``.
        stage: title and abstract, or full text.
        decision: include, exclude or unsure.
        reason: why it is excluded; may be empty.
        time: ISO 8601; may be empty.
        note: a remark.
        reviewer: whose vote it is: the name of the file.
        line: where it stands in the file, counted from 1.
    """

    record: str
    stage: Stage
    decision: Choice
    reason: str = ""
    time: str = ""
    note: str = ""
    reviewer: str = ""
    line: int = 0

    @property
    def span(self) -> Span:
        """Return where the vote stands."""
        return Span(file_of(self.reviewer), max(1, self.line))


def objection_to(vote: Vote, reasons: Sequence[str] = ()) -> tuple[str, str] | None:
    """Return why a new vote is not taken, and what to do; None if nothing is against it.

    Args:
        vote: a vote that is to be added.
        reasons: those the protocol lists; any will do if it lists none.

    >>> objection_to(Vote("pmid:1", Stage.FULL_TEXT, Choice.EXCLUDE))
    ('at full text a report is excluded for a reason', 'give the reason')
    """
    if vote.decision is not Choice.EXCLUDE:
        if vote.reason:
            message = f"a reason is for excluding; the vote is to {vote.decision}"
            return message, "write what is to be remembered as a note"
        return None
    known = [*reasons, NOT_RETRIEVED]
    if reasons and vote.reason and vote.reason not in known:
        hint = did_you_mean(vote.reason, known) or f"reasons: {', '.join(known)}"
        return f"`{vote.reason}` is none of the protocol's reasons", hint
    if vote.stage is Stage.FULL_TEXT and not vote.reason:
        return "at full text a report is excluded for a reason", "give the reason"
    return None


def file_of(reviewer: str) -> str:
    """Return the name of a reviewer's vote file.

    >>> file_of("AB")
    'screening/AB.csv'
    """
    return f"screening/{reviewer}.csv"


def is_time(text: str) -> bool:
    """Tell whether a text can stand as the time of a vote.

    >>> is_time("2026-11-22"), is_time("2026-11-22T18:30:00Z"), is_time("2026-02-30")
    (True, True, False)
    """
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:  # no such day, or hour
        return False
    return True


def name_fault(name: str) -> tuple[str, str] | None:
    """Return why a name can be no reviewer's, and so no file's, and what to do; None if it can.

    Letters of every script will do, and the marks that go with them.

    >>> name_fault("A. Berg"), name_fault("निर्मला")
    (None, None)
    >>> name_fault("Con")
    ('no file can be called `Con` on Windows', 'use another name, as `Con 1`')
    """
    whole = f"`{name}` can be no reviewer's name"
    signs = "use letters, digits, spaces, dots and hyphens"
    if not name or not (name[0].isalnum() or name[0] == "_") or name.endswith((".", " ")):
        return whole, f"{signs}; begin with a letter and end with none of dot and space"
    if len(name) > _LONGEST_NAME:
        return whole, f"use at most {_LONGEST_NAME} letters"
    if not all(c.isalnum() or c in _NAME_SIGNS or category(c) in _MARKS for c in name):
        return whole, signs
    first, _, rest = name.partition(".")
    if first.strip().casefold() in _DEVICES:
        other = f"{first.strip()} 1{'.' if rest else ''}{rest}"
        return f"no file can be called `{name}` on Windows", f"use another name, as `{other}`"
    if name_key(name) in _TAKEN:
        return f"`{name}` stands for the merges in screening/", f"use another name, as `{name} 1`"
    return None


def is_reviewer(name: str) -> bool:
    """Tell whether a name can be that of a reviewer; see :func:`name_fault`."""
    return name_fault(name) is None


def name_key(reviewer: str) -> str:
    """Return what two names of reviewers must not share: capitals and encodings differ by accident.

    >>> name_key("AB") == name_key("ab")
    True
    """
    return normalize("NFKC", normalize("NFKC", reviewer).casefold())


def read_votes(
    text: str,
    reviewer: str,
    *,
    stage: Stage | None = None,
    needed: Sequence[str] = COLUMNS[:3],
) -> tuple[list[Vote], list[Finding]]:
    """Read a reviewer's votes.

    Args:
        text: the file.
        reviewer: whose it is.
        stage: the stage of every vote; read from each row if left out. With it, a row without a
            decision is one that is not filled in yet, and is passed over.
        needed: columns that must be there.

    Returns:
        The votes in the order of the file, and a finding for each row that is none. The columns may
        stand in any order; further ones are passed over, with a note.
    """
    name = file_of(reviewer)
    findings: list[Finding] = []
    votes: list[Vote] = []
    columns: list[str] | None = None
    last = ""
    for line, row in _rows(text, name, findings):
        if columns is None:
            columns = _header(row, name, line, findings, needed)
            if columns is None:
                break
            continue
        cells = {c: _plain(v) for c, v in zip(columns, row, strict=False)}
        if stage is not None:
            if not cells.get("decision"):
                continue
            cells |= {"stage": stage.value, "decision": cells["decision"].casefold()}
        vote = _vote(cells, len(row) - len(columns), reviewer, line, findings)
        if vote is not None:
            votes.append(vote)
            if vote.time and last and vote.time[:10] < last[:10]:
                message = f"this vote is of {vote.time[:10]}, the one above of {last[:10]}"
                hint = "the last row counts, whatever its time; put rows in order"
                _fault(findings, "vote-out-of-order", name, line, message, hint, Severity.NOTE)
            last = vote.time or last
    return votes, findings


_MOST_BROKEN: Final = 100
"""Unreadable rows after which a file is given up: it is no table."""


def _rows(text: str, name: str, findings: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their lines; after a row that cannot be read comes the next line."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    delimiter = _delimiter(text)
    start, broken = 0, 0
    while start < len(lines) and broken < _MOST_BROKEN:
        reader = csv.reader(
            (lines[i] for i in range(start, len(lines))), strict=True, delimiter=delimiter
        )
        begins = start
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield begins + 1, row
                begins = start + reader.line_num
            start = len(lines)
        except csv.Error as error:
            broken += 1
            message = f"not readable as a row: {error}"
            _fault(findings, "vote-unreadable", name, begins + 1, message, "close the quotes")
            start = begins + 1


def _delimiter(text: str) -> str:
    """Return what divides the cells: spreadsheets of some countries write semicolons."""
    header = text.removeprefix("\ufeff").lstrip().split("\n", 1)[0]
    return max(",;\t", key=header.count) if header else ","


def _header(
    row: list[str],
    name: str,
    line: int,
    findings: list[Finding],
    needed: Sequence[str] = COLUMNS[:3],
) -> list[str] | None:
    columns = [cell.strip().casefold() for cell in row]
    missing = [c for c in needed if c not in columns]
    if missing:
        message = f"the columns {', '.join(missing)} are missing"
        hint = f"the first line is: {','.join(COLUMNS)}"
        _fault(findings, "votes-columns", name, line, message, hint)
        return None
    unknown = [c for c in columns if c not in COLUMNS]
    if unknown:
        message = f"columns that are not read: {', '.join(unknown)}"
        hint = f"columns of votes: {', '.join(COLUMNS)}"
        _fault(findings, "votes-columns", name, line, message, hint, Severity.NOTE)
    return columns


def _vote(
    cells: Mapping[str, str], beyond: int, reviewer: str, line: int, findings: list[Finding]
) -> Vote | None:
    name = file_of(reviewer)
    stage, decision = cells.get("stage", ""), cells.get("decision", "")
    record, time = cells.get("record", ""), cells.get("time", "")

    def refuse(message: str, hint: str) -> None:
        _fault(findings, "vote-unreadable", name, line, message, hint, subject=record)

    if beyond > 0:
        refuse(f"{beyond} more cells than columns", "put quotes around commas")
    elif not record:
        refuse("a vote without its record", "name the record: pmid:23418008, doi:10.1/x")
    elif stage not in set(Stage):
        known = ", ".join(Stage)
        refuse(f"`{stage}` is no stage", did_you_mean(stage, Stage) or f"stages: {known}")
    elif decision not in set(Choice):
        known = ", ".join(Choice)
        hint = did_you_mean(decision, Choice) or f"decisions: {known}"
        refuse(f"`{decision}` is no decision", hint)
    elif time and not is_time(time):
        refuse(f"`{time}` is no time", "write it as 2026-11-22 or 2026-11-22T18:30:00Z")
    else:
        reason, note = cells.get("reason", ""), cells.get("note", "")
        return Vote(record, Stage(stage), Choice(decision), reason, time, note, reviewer, line)
    return None


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    cell = _one_line(cell)
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _fault(
    findings: list[Finding],
    code: str,
    name: str,
    line: int,
    message: str,
    hint: str = "",
    severity: Severity = Severity.ERROR,
    subject: str = "",
) -> None:
    about = f"{name}/{subject}" if subject else name
    findings.append(Finding(code, severity, Span(name, line), message, hint, about))


def write_rows(
    votes: Iterable[Vote], columns: Sequence[str] = COLUMNS, delimiter: str = ","
) -> str:
    """Return votes as rows of their file, without the header; no spreadsheet runs a cell.

    >>> write_rows([Vote("pmid:1", Stage.TITLE, Choice.EXCLUDE, "=x", "2026-11-22")])
    "pmid:1,title and abstract,exclude,'=x,2026-11-22,\\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", delimiter=delimiter)
    for vote in votes:
        held = {name: guarded(str(getattr(vote, name))) for name in COLUMNS}
        writer.writerow([held.get(column, "") for column in columns])
    return out.getvalue()


def guarded(cell: str) -> str:
    """Return a cell on one line that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("a  b")
    ("'=1+1", 'a b')
    """
    cell = _one_line(cell)
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _one_line(cell: str) -> str:
    """Return a cell on one line, without the control characters that terminals obey."""
    return "".join(c for c in " ".join(cell.split()) if c >= " " and not "\x7f" <= c <= "\x9f")


def with_votes(before: str, votes: Iterable[Vote], reviewer: str) -> str:
    """Return a vote file with votes added at its end; what stood there is not touched.

    Raises:
        ValueError: the file has no columns that votes can be written under.
    """
    if not before.strip("\ufeff \r\n"):
        return ",".join(COLUMNS) + "\n" + write_rows(votes)
    findings: list[Finding] = []
    first = next(_rows(before, file_of(reviewer), findings), (1, [""]))
    columns = _header(first[1], file_of(reviewer), first[0], findings)
    if columns is None or any(name not in columns for name in COLUMNS):
        raise ValueError(f"{file_of(reviewer)} does not begin with {','.join(COLUMNS)}")
    rows = write_rows(votes, columns, _delimiter(before))
    return (before if before.endswith("\n") else before + "\n") + rows
