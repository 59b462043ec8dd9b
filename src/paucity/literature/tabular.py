"""Read tables, CSV, TSV and XLSX, whatever their columns are called; write them safely."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.columns import COLUMNS, plain_name
from paucity.literature.detect import lines
from paucity.literature.draft import MAX_RECORD, Draft, Reading
from paucity.literature.markup import MissingLibraryError
from paucity.literature.ris_dialects import ACCESSIONS, KINDS
from paucity.text import Severity

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from paucity.literature.record import Record

MAX_XLSX: Final = 200_000_000
"""Most bytes that a workbook may unpack to."""

NEEDED: Final = frozenset(
    {"title", "original_title", "abstract", "doi", "pmid", "pmcid", "registrations", "paucity"}
)
"""Fields of which a table has at least one, if its rows are records."""

MENDED: Final = 100
"""Rows of a table that are taken to end with their line because a quotation mark stays open."""

_FORMULA: Final = re.compile(r"^'*[=+\-@\t\r\n|%＝＋－＠]")
_QUOTED: Final = re.compile(r"^'+[=+\-@\t\r\n|%＝＋－＠]")
_EMBASE_SOURCE: Final = re.compile(
    r"^(?P<journal>.+?) \((?P<year>\d{4})\)"
    r"(?: (?P<volume>[^\s:(]+)?(?::(?P<issue>[^\s(]+))?)?(?: \((?P<pages>[^)]*)\))?"
)
_PUBMED_CITATION: Final = re.compile(
    r"^(?P<journal>[^.]+)\. (?P<date>\d{4}[^;.:]*)"
    r"(?:;(?P<volume>[^(:.;]*)(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>[^.\s]+))?)?"
)


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> defuse("=HYPERLINK(1)"), defuse("-5 mmHg"), defuse("A case")
    ("'=HYPERLINK(1)", "'-5 mmHg", 'A case')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def refuse(cell: str) -> str:
    """Return a cell as it was before :func:`defuse`."""
    return cell[1:] if _QUOTED.match(cell) else cell


class _Lines:
    """The lines of a table as its parser takes them: those of one row are held, and can return."""

    def __init__(self, source: Iterator[tuple[int, str]]) -> None:
        self._source = source
        self._again: list[tuple[int, str]] = []
        self.row: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        number, line = self._again.pop() if self._again else next(self._source)
        self.row.append((number, line))
        self._size += len(line) + 1
        if self._size > MAX_RECORD:
            raise csv.Error(f"a row of more than {MAX_RECORD:,} characters")
        return f"{line.replace(chr(0), '')}\n"

    def begin(self) -> None:
        """Begin a row."""
        self.row.clear()
        self._size = 0

    def give_back(self, kept: int) -> None:
        """Give all lines of the row but the first few once more."""
        self._again += reversed(self.row[kept:])
        del self.row[kept:]

    def unclosed(self) -> bool:
        """Tell whether the row spans lines and one of its quotation marks has no partner."""
        return len(self.row) > 1 and sum(line.count('"') for _, line in self.row) % 2 == 1


def read_csv(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield a record for each row of a table; findings go to `reading`."""
    csv.field_size_limit(MAX_RECORD)
    text = _Lines(lines(stream, reading))
    delimiter = _delimiter(next(text, ""))
    text.give_back(0)
    yield from _table(_rows(text, delimiter, reading), reading)


def _rows(text: _Lines, delimiter: str, reading: Reading) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield rows with the line each begins on.

    A quotation mark that is never closed would take all lines after it into one cell; the row ends
    with its line instead.
    """
    rows = csv.reader(text, delimiter=delimiter)
    mended = width = 0
    while True:
        text.begin()
        fault = ""
        row: list[str] = []
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            fault = f"not readable as a table row: {error}"
        begins = text.row[0][0] if text.row else 1
        if len(text.row) > 1 and mended < MENDED and (fault or text.unclosed()):
            mended += 1
            text.give_back(1)
            message = "a quotation mark is not closed on this line; the row is taken to end with it"
            reading.fault("row-unclosed", begins, message, "compare the row with the database's")
            row, fault = _one_row(text.row[0][1], delimiter, width)
        if fault:
            most = f"lines {begins} to {text.row[-1][0]}: " if len(text.row) > 1 else ""
            reading.fault("row-unreadable", begins, f"{most}{fault}", "check its quotation marks")
        else:
            width = width or len(row)
            yield begins, row


def _one_row(line: str, delimiter: str, width: int) -> tuple[list[str], str]:
    """Return the cells of one line, its quotation marks taken as text if that gives the columns."""
    text = line.replace("\0", "")
    plain = text.split(delimiter)
    if len(plain) == width:
        return plain, ""
    try:
        return next(csv.reader([text], delimiter=delimiter), []), ""
    except csv.Error as error:
        return [], f"not readable as a table row: {error}"


def _delimiter(header: str) -> str:
    """Return what divides the header's columns: the candidate that gives most known names."""

    def known(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader([header], delimiter=delimiter), [])
        return sum(plain_name(n) in COLUMNS for n in names), len(names)

    return max(",;\t|", key=known)


def read_xlsx(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield a record for each row of a workbook's first sheet; findings go to `reading`."""
    import io as memory
    import zipfile

    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingLibraryError("openpyxl", "reading XLSX") from None
    data = memory.BytesIO(stream.read(MAX_XLSX))
    try:
        with zipfile.ZipFile(data) as packed:
            size = sum(item.file_size for item in packed.infolist())
        if size > MAX_XLSX:
            message = f"unpacks to {size / 1e6:.0f} MB; at most {MAX_XLSX / 1e6:.0f} MB are read"
            reading.fault("file-too-large", 1, message, "export as CSV", severity=Severity.ERROR)
            return
        book = load_workbook(data, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = (
            (n, ["" if cell is None else _cell(cell) for cell in row])
            for n, row in enumerate(sheet.iter_rows(values_only=True), 1)
        )
        yield from _table(rows, reading)
    except Exception as error:  # noqa: BLE001  openpyxl raises anything on damaged workbooks
        message = f"not readable as a workbook: {type(error).__name__}: {str(error)[:100]}"
        reading.fault("not-xlsx", 1, message, "export as CSV", severity=Severity.ERROR)


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _table(rows: Iterable[tuple[int, Sequence[str]]], reading: Reading) -> Iterator[Record]:
    header: list[str] = []
    fields: list[str] = []
    number = widest = header_line = 0
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header, header_line = [name.strip() for name in row], line
            fields = [COLUMNS.get(plain_name(name), "") for name in header]
            if NEEDED.isdisjoint(fields):
                _no_records(header, line, reading)
                return
            continue
        number += 1
        draft = Draft(reading, number, line)
        if len(row) > len(header):
            message = f"the row has {len(row)} cells under {len(header)} columns; all are kept"
            draft.fault("row-too-long", line, message)
        widest = max(widest, len(row))
        yield _record(_named(header, fields, row), draft, own="paucity" in fields)
    if number and widest < len(header):
        over = ", ".join(header[widest:])[:2_000]
        message = f"no row has more than {widest} cells; there is nothing under: {over}"
        reading.fault("header-too-long", header_line, message, "look whether a line end is missing")


def _no_records(header: Sequence[str], line: int, reading: Reading) -> None:
    """Say that a table tells of something else than records, by its columns."""
    names = ", ".join(f"`{name[:40]}`" for name in header[:12] if name) or "none with a name"
    more = f" and {len(header) - 12} more" if len(header) > 12 else ""
    message = f"not a table of records, and passed over: its columns are {names}{more};"
    message += " expected is one of title, abstract, DOI, PMID, PMCID"
    hint = "if it holds records, give their columns these names in the first row"
    reading.fault("columns-unknown", line, message, hint)


def _named(
    header: Sequence[str], fields: Sequence[str], row: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    for i, cell in enumerate(row):
        if i < len(header):
            yield header[i], fields[i], cell
        else:
            yield f"column {i + 1}", "", cell


def _record(cells: Iterable[tuple[str, str, str]], draft: Draft, *, own: bool) -> Record:
    held: dict[str, str] = {}
    for name, field, cell in cells:
        value = (refuse(cell) if own else cell).strip()
        if not value:
            continue
        tag = f"csv:{name}"
        if field in {"start", "end", "article_number"}:
            held[field] = value
        elif field == "paucity":
            draft.carried += value.split("\n")
        elif handler := _HANDLERS.get(field):
            handler(draft, tag, value)
        elif field:
            draft.one(field, value, tag)
        else:
            draft.keep(tag, value)
    pages = v.page_range(held.get("start", ""), held.get("end", ""))
    draft.one("pages", pages or held.get("article_number", ""), "csv:pages")
    if not (draft.single.get("title") or draft.single.get("doi") or draft.carried):
        draft.fault("record-empty", draft.place.line, "the row has neither title nor DOI")
    return draft.done()


def _people(field: str) -> Callable[[Draft, str, str], None]:
    def take(draft: Draft, _tag: str, value: str) -> None:
        for who in v.people(re.sub(r" \(\d{8,}\)", "", value)):
            draft.add(field, who)

    return take


def _several(field: str) -> Callable[[Draft, str, str], None]:
    def take(draft: Draft, _tag: str, value: str) -> None:
        bare = value.removeprefix("[").removesuffix("]")
        if bare != value and "'" in bare:
            parts = re.findall(r"'([^']*)'", bare)
        else:
            parts = re.split(r"\s*;\s*|\n", value) if ";" in value or "\n" in value else [value]
        draft.many(field, [p.strip() for p in parts])

    return take


def _year(draft: Draft, tag: str, value: str) -> None:
    year = v.year_in(value)
    if year is None:
        draft.keep(tag, value)
        draft.fault("year-unreadable", draft.place.line, f"{value[:40]!r} holds no year")
        return
    draft.one("year", year, tag, value)
    draft.one("date", v.iso_date(value.partition(" ")[0].rstrip("/")), tag, value)


def _date(draft: Draft, tag: str, value: str) -> None:
    if date := v.iso_date(value):
        draft.one("date", date, tag)
        draft.one("year", int(date[:4]), tag, value)
    else:
        draft.keep(tag, value)


def _doi(draft: Draft, tag: str, value: str) -> None:
    draft.one("doi", v.doi_in(value), tag, value)
    if not v.doi_in(value):
        draft.keep(tag, value)


def _citation(draft: Draft, tag: str, value: str) -> None:
    """Divide a printed source, as Embase and PubMed give it; its text is kept."""
    found = _EMBASE_SOURCE.match(value) or _PUBMED_CITATION.match(value)
    if not found:
        draft.many("identifiers", [])
        draft.keep(tag, value)
        return
    parts = found.groupdict()
    draft.single.setdefault("journal", parts["journal"])
    for name in ("volume", "issue", "pages"):
        if parts.get(name):
            draft.single.setdefault(name, parts[name])
    year = v.year_in(parts.get("year") or parts.get("date") or "")
    if year:
        draft.single.setdefault("year", year)
    draft.keep(tag, value)


def _pmid(draft: Draft, tag: str, value: str) -> None:
    if re.fullmatch(r"\d{1,9}(?:\.0)?", value):
        draft.one("pmid", value.removesuffix(".0"), tag)
    else:
        draft.keep(tag, value)


def _accession(draft: Draft, tag: str, value: str) -> None:
    scheme = next((s for s, form in ACCESSIONS if form.fullmatch(value)), "")
    if scheme:
        draft.many("identifiers", [(scheme, value)])
    else:
        draft.keep(tag, value)


def _issn(draft: Draft, tag: str, value: str) -> None:
    draft.many("issn", v.issns(value))
    if not v.issns(value):
        draft.keep(tag, value)


def _kind(draft: Draft, tag: str, value: str) -> None:
    known = KINDS.get(value.upper())
    if value in KINDS.values():
        draft.one("kind", value, tag)
    elif known:
        draft.one("kind", known, tag)
    else:
        draft.keep(tag, value)


_HANDLERS: Final[Mapping[str, Callable[[Draft, str, str], None]]] = {
    "authors": _people("authors"),
    "editors": _people("editors"),
    **{
        name: _several(name)
        for name in ("keywords", "mesh", "publication_types", "languages", "affiliations", "urls",
                     "registrations", "isbn")
    },
    "notes": lambda draft, _tag, value: draft.add("notes", value),
    "year": _year,
    "date": _date,
    "doi": _doi,
    "citation": _citation,
    "pmid": _pmid,
    "accession": _accession,
    "issn": _issn,
    "type": _kind,
}  # fmt: skip

HEADER: Final = (
    "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid",
    "abstract", "keywords", "mesh", "publication types", "languages", "issn", "database", "urls",
    "type", "file", "line", "search", "paucity",
)  # fmt: skip
"""Columns that are written."""


def row_of(record: Record) -> list[str]:
    """Return the cells of a record, without the last one, which carries what finds no column."""
    authors = "; ".join(", ".join(filter(None, (w.family, w.given))) for w in record.authors)
    lists = (record.keywords, record.mesh, record.publication_types, record.languages, record.issn)
    keywords, mesh, kinds, languages, issn = ("; ".join(items) for items in lists)
    return [
        record.title, authors, str(record.year or ""), record.journal, record.volume, record.issue,
        record.pages, record.doi, record.pmid, record.pmcid, record.abstract, keywords, mesh, kinds,
        languages, issn, record.database, "; ".join(record.urls), record.kind, record.place.file,
        str(record.place.line), record.place.search,
    ]  # fmt: skip


def record_of_row(row: Sequence[str]) -> Record:
    """Return the record that reading a written row gives, without what it carries."""
    draft = Draft(Reading("memory"), 1, 1)
    fields = [COLUMNS.get(plain_name(name), "") for name in HEADER]
    return _record(_named(HEADER, fields, row), draft, own=True)
