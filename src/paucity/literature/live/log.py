"""The text file beside the raw results of a search: when, what was sent, how many came.

It holds what PRISMA-S asks to report of a search (Rethlefsen et al. 2021, Syst Rev 10:39): database
and host, full strategy as sent, limits, date, and total records; and the SHA-256 of each raw file,
so that a change made later shows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from paucity.protocol import KINDS_OF_SOURCE
from paucity.record import Record, RecordShape, many, need, opt, read_document
from paucity.shapes import COUNT, FLAG, TEXT, ChoiceShape
from paucity.text import Finding, Severity, Span, in_order, parse_yaml, read_text
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from pathlib import Path

RECORDS: Final = "records"
ENDING: Final = ".search.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile(Record):
    """One answer of the database, as it came."""

    file: str = need(TEXT, "its name in records/")
    records: int = need(COUNT, "records in it")
    bytes: int = need(COUNT, "its size")
    sha256: str = need(TEXT, "of its content")
    key_removed: bool = opt(
        FLAG, "true if the database repeated a key, which was taken out", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Record):
    """One time that a search was run."""

    kind: str = need(ChoiceShape(("full", "update")), "everything, or what was new")
    date: str = need(TEXT, "day of the run")
    finished: str = opt(TEXT, "day it was finished, if another", "")
    since: str = opt(TEXT, "day from which on records were asked for", "")
    host: str = opt(TEXT, "where it was asked; nowhere if it was done offline", "")
    with_: str = need(TEXT, "what asked")
    sent: str = need(TEXT, "the query as sent")
    filters: tuple[str, ...] = many(TEXT, "parameters beside the query")
    strategy: str = opt(TEXT, "the strategy it was made of, if there is one", "")
    limits: tuple[str, ...] = many(TEXT, "limits as the protocol states them")
    lost: tuple[str, ...] = many(TEXT, "what the database does not do as the strategy means it")
    understood: str = opt(TEXT, "the query as the database understood it", "")
    told: tuple[str, ...] = many(TEXT, "what else the database said")
    found: int = need(COUNT, "records the database said there are")
    found_last: int | None = opt(COUNT, "the same at the end, if it changed meanwhile")
    received: int = need(COUNT, "different records that came")
    new: int | None = opt(COUNT, "of them, not held before")
    changed: int | None = opt(COUNT, "of them, held otherwise before")
    retracted: int | None = opt(COUNT, "of them, retracted since")
    files: tuple[RawFile, ...] = many(RecordShape(lambda: RawFile), "the answers, as they came")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLog(Record):
    """The runs of one search: the file ``records/NAME.search.yaml``."""

    database: str = need(TEXT, "the database searched, or the other source")
    kind: str = opt(ChoiceShape(KINDS_OF_SOURCE), "what kind of source it is", "database")
    runs: tuple[Run, ...] = many(RecordShape(lambda: Run), "in the order they were made")


def log_path(root: Path, name: str) -> Path:
    """Return where the log of a search stands."""
    return root / RECORDS / f"{name}{ENDING}"


def read_log(root: Path, path: Path) -> tuple[SearchLog | None, list[Finding]]:
    """Return the log of a search and what was found in it; None if it cannot be read."""
    name = f"{RECORDS}/{path.name}"
    text, fault = read_text(root, path, name)
    if fault is not None:
        return None, [fault]
    return read_document(SearchLog, parse_yaml(text, name), bundled())


def logs_of(root: Path) -> tuple[dict[str, SearchLog], list[Finding]]:
    """Return the logs of a review's searches by name, and what is wrong with them.

    Each raw file is compared with its SHA-256: results are never edited, so a file that differs
    no longer is what the database answered.
    """
    logs: dict[str, SearchLog] = {}
    findings: list[Finding] = []
    folder = root / RECORDS
    if not folder.is_dir():
        return logs, findings
    for path in sorted(folder.glob(f"*{ENDING}")):
        log, found = read_log(root, path)
        findings += found
        if log is not None:
            logs[path.name.removesuffix(ENDING)] = log
            findings += _changed(root, log)
    return logs, in_order(findings)


def _changed(root: Path, log: SearchLog) -> list[Finding]:
    out = []
    for run in log.runs:
        for raw in run.files:
            message = _difference(root, raw)
            if message:
                span: Span = raw.marks.span("sha256")
                hint = "take the file back from your history, or run the search again"
                subject = f"{RECORDS}/{raw.file}"
                code = "search-result-changed"
                out.append(Finding(code, Severity.ERROR, span, message, hint, subject))
    return out


def _difference(root: Path, raw: RawFile) -> str:
    """Return how a raw file differs from what was received; empty if it does not."""
    path = root / RECORDS / raw.file
    if "/" in raw.file or "\\" in raw.file or not path.is_file():
        return f"`{raw.file}` is not in {RECORDS}/"
    try:
        with path.open("rb") as held:
            found = hashlib.file_digest(held, "sha256").hexdigest()
    except OSError as error:
        return f"`{raw.file}` cannot be read: {(error.strerror or 'unreadable').lower()}"
    if found != raw.sha256:
        return f"`{raw.file}` is not as it was received: its SHA-256 begins {found[:12]}"
    return ""


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def plain_log(log: SearchLog) -> dict[str, Any]:
    """Return a log as plain values, empty fields left out."""
    kind = {} if log.kind == "database" else {"kind": log.kind}
    return {"database": log.database, **kind, "runs": [_plain(run) for run in log.runs]}


def _plain(record: Record) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if name == "marks" or value is None or value in ("", ()) or value is False:
            continue
        if isinstance(value, tuple):
            value = [_plain(x) if isinstance(x, Record) else x for x in value]
        out[name.rstrip("_")] = value
    return out


def log_text(log: SearchLog) -> str:
    """Return the text of a log."""
    head = "# Written when the search was run. The files named here are kept as they came.\n"
    body: str = yaml.dump(
        plain_log(log), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return head + body
