"""Write records as RIS, nbib, BibTeX, CSL-JSON, CSV, XLSX or Parquet, losing nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from paucity.literature import bibtex, csl, nbib, ris, tabular
from paucity.literature.carry import PREFIX, differences, everything, plain, restore
from paucity.literature.draft import Reading
from paucity.literature.markup import MissingLibraryError
from paucity.literature.normal import fold
from paucity.literature.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path


TextFormat = Literal["ris", "nbib", "bibtex", "csl-json", "csv"]


def write_records(
    records: Iterable[Record], form: TextFormat, *, lossless: bool = True
) -> Iterator[str]:
    """Yield the text of records in a format.

    Args:
        records: in the order in which they are written.
        form: the format.
        lossless: also write what the format has no room for, as notes that begin ``paucity:``;
            reading the text again then gives equal records.

    Yields:
        Pieces of text, at least one for each record.
    """
    if form == "csv":
        yield from _csv(records, lossless=lossless)
    elif form == "csl-json":
        yield "["
        for number, record in enumerate(records):
            item = _item(record, lossless=lossless)
            item.setdefault("id", f"{csl.OWN_ID}{number + 1}")
            yield (",\n" if number else "\n") + _json(item)
        yield "\n]\n"
    elif form == "bibtex":
        keys: set[str] = set()
        for record in records:
            yield _bibtex(record, keys, lossless=lossless)
    else:
        for record in records:
            yield _tagged(record, *_TAGGED[form], lossless=lossless)


_TAGGED: Final[Mapping[str, tuple[Callable[[Record, list[str]], str], Any]]] = {
    "ris": (ris.write, ris.read),
    "nbib": (nbib.write, nbib.read),
}


def _again(text: str, read: Any) -> Record | None:
    """Return the one record that reading a text gives."""
    stream = io.BufferedReader(io.BytesIO(text.encode("utf-8", "surrogatepass")))
    found: list[Record] = list(read(stream, Reading("memory", encoding="utf-8")))
    return found[0] if len(found) == 1 else None


def _tagged(record: Record, write: Any, read: Any, *, lossless: bool) -> str:
    if not lossless:
        return _encodable(write(record, []))
    return _complete(record, write, read, apart=True)


def _complete(
    record: Record, write: Callable[[Record, list[str]], str], read: Any, *, apart: bool = False
) -> str:
    """Return a record's text with what the format lacks; it has been read back and is equal.

    A field that would break the record in two (a line that looks like the end of a record) is
    written only as a carried one.

    Args:
        record: the record.
        write: gives its text with carried lines.
        read: reads the format.
        apart: a carried line of this format is a field of its own and changes no other, so that
            the other fields need not be read twice, unless one of them looks like a carried line.
    """
    text = _encodable(write(record, []))
    came_back = _again(text, read)
    if came_back == record:
        return text
    if came_back is not None:
        carried = differences(record, came_back)
        own = PREFIX in text
        text = _encodable(write(record, carried))
        if apart and len(text) < LONG and not own:
            returns = restore(came_back, carried) == record
        else:
            returns = _again(text, read) == record
        if returns:
            return text
    bare = Record(pmid=record.pmid if record.pmid.isdecimal() else "")
    return write(bare, everything(record))


LONG: Final = 1_000_000
"""Characters of a record from which on its text is always read back whole: readers have limits."""


def _encodable(text: str) -> str:
    """Return text without halves of a character, which no encoding can write."""
    return _HALF.sub("\ufffd", text)


_HALF: Final = re.compile("[\ud800-\udfff]")


def _bibtex(record: Record, keys: set[str], *, lossless: bool) -> str:
    key = _key(record, keys)

    def write(what: Record, carried: list[str]) -> str:
        return bibtex.write(what, carried, key)

    return _complete(record, write, bibtex.read) if lossless else _encodable(write(record, []))


def _key(record: Record, taken: set[str]) -> str:
    """Return a citation key that is not yet taken: the record's own, or author and year."""
    own = dict(record.extra).get("bibtex:key", "")
    family = fold(record.authors[0].family).replace(" ", "") if record.authors else ""
    base = own if re.fullmatch(r"[\w.:/+;*!?-]+", own) else ""
    base = base or f"{family or 'anonymous'}{record.year or ''}"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    taken.add(key)
    return key


def _item(record: Record, *, lossless: bool) -> dict[str, Any]:
    def write(what: Record, carried: list[str]) -> str:
        return _json([csl.item_of(what, carried)])

    if not lossless:
        return csl.item_of(record, [])
    item: dict[str, Any] = json.loads(_complete(record, write, csl.read))[0]
    return item


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _csv(records: Iterable[Record], *, lossless: bool) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = tabular.HEADER if lossless else tabular.HEADER[:-1]
    writer.writerow(header)
    for record in records:
        writer.writerow(_row(record) if lossless else _cells(record, _printed))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _cells(record: Record, printed: Callable[[str], str]) -> list[str]:
    return [printed(tabular.defuse(cell)) for cell in tabular.row_of(record)]


def _row(record: Record) -> list[str]:
    return _whole_row(record, _cells(record, _printed))


def _whole_row(record: Record, row: list[str]) -> list[str]:
    """Return a row with one cell more, which carries what the others do not give back."""
    lost = differences(record, tabular.record_of_row(row))
    if tabular.record_of_row([*row, "\n".join(lost)]) != record:
        lost = everything(record)
    return [*row, "\n".join(lost)]


def _printed(cell: str) -> str:
    """Return a cell as it comes back from a file: line ends as line feeds, no NUL."""
    return _encodable(cell.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))


def write_xlsx(records: Iterable[Record], path: Path) -> None:
    """Write records as a workbook whose every cell is text, never a formula.

    Raises:
        MissingLibraryError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise MissingLibraryError("openpyxl", "writing XLSX") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("records")
    sheet.append(list(tabular.HEADER))
    for record in records:
        cells = []
        for text in _workbook_row(record):
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
    _without_times(path)


LONGEST: Final = 32_767
"""Most characters of a cell that Excel opens; the rest of a longer text is cut."""

_UNXML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _workbook_row(record: Record) -> list[str]:
    """Return the cells of a record; a carried field is there whole or not at all."""

    def printed(cell: str) -> str:
        return _UNXML.sub("", _printed(cell))[:LONGEST]

    *row, carried = _whole_row(record, _cells(record, printed))
    kept, size = [], 0
    for line in sorted(carried.split("\n"), key=len):
        size += len(line) + 1
        if size <= LONGEST:
            kept.append(line)
    return [*row, "\n".join(kept)]


def _without_times(path: Path) -> None:
    """Write a workbook's parts again without when they were made, so that it is the same always."""
    with zipfile.ZipFile(path) as packed:
        parts = [(item.filename, packed.read(item)) for item in packed.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            part = zipfile.ZipInfo(name)  # dated 1980, the first day that a zip file knows
            part.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(part, _MADE.sub(b"", data) if name == "docProps/core.xml" else data)


_MADE: Final = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


_TEXTS: Final = (
    "kind", "title", "year", "date", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid",
    "abstract", "database",
)  # fmt: skip
_LISTS: Final = ("keywords", "mesh", "publication_types", "languages", "issn")
_MOST: Final = 2**31 - 1
_GROUP: Final = 10_000
"""Records that are held at a time while Parquet is written."""


def write_parquet(records: Iterable[Record], path: Path) -> None:
    """Write records as Parquet, for analysis: columns of plain fields, and each record as JSON.

    Args:
        records: in the order in which they are written.
        path: the file. Its column ``record`` holds what :func:`~paucity.literature.carry.plain`
            gives, as JSON; nothing is missing there. A year or line of more than 32 bits is
            missing in its own column.

    Raises:
        MissingLibraryError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingLibraryError("pyarrow", "writing Parquet") from None
    names = (*_TEXTS, "authors", *_LISTS, "file", "line", "search", "record")
    texts = pa.list_(pa.string())
    schema = pa.schema(
        [
            (
                name,
                pa.int32() if name in {"year", "line"} else
                texts if name in {"authors", *_LISTS} else pa.string(),
            )
            for name in names
        ]
    )  # fmt: skip
    left = iter(records)
    with parquet.ParquetWriter(path, schema) as writer:
        while rows := [_columns(record) for record in islice(left, _GROUP)]:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _columns(record: Record) -> dict[str, Any]:
    """Return a record as a row of Parquet."""
    place = record.place
    row = {name: getattr(record, name) for name in _TEXTS}
    row |= {name: list(getattr(record, name)) for name in _LISTS}
    row["authors"] = [nbib.full_name(who) for who in record.authors]
    row |= {"file": place.file, "line": place.line, "search": place.search}
    row["record"] = _json(plain(record))
    return {name: _storable(value) for name, value in row.items()}


def _storable(value: Any) -> Any:
    """Return a value that a column of text, texts or whole numbers of 32 bits can hold."""
    if isinstance(value, list):
        return [_encodable(text) for text in value]
    if isinstance(value, int):
        return value if abs(value) <= _MOST else None
    return value if value is None else _encodable(value)
