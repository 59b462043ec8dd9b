"""Write records as RIS, nbib, BibTeX, CSL-JSON, CSV, XLSX or Parquet, losing nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
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
    base = own if re.fullmatch(r"[^\s{},=#%\"'()~\\]+", own) else ""
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
        writer.writerow(_row(record, lossless=lossless))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _row(record: Record, *, lossless: bool) -> list[str]:
    row = [_printed(tabular.defuse(cell)) for cell in tabular.row_of(record)]
    if not lossless:
        return row
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
        for text in _row(record, lossless=True):
            clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
            cell = WriteOnlyCell(sheet, value=clean[:32_767])
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
    _without_times(path)


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


def write_parquet(records: Iterable[Record], path: Path) -> None:
    """Write records as Parquet: a column for each plain field, and the whole record as JSON.

    Raises:
        MissingLibraryError: polars is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise MissingLibraryError("polars", "writing Parquet") from None
    held = list(records)
    columns: dict[str, Any] = {
        name: [getattr(r, name) for r in held]
        for name in ("kind", "title", "year", "date", "journal", "volume", "issue", "pages", "doi",
                     "pmid", "pmcid", "abstract", "database")
    }  # fmt: skip
    columns["authors"] = [[nbib.full_name(w) for w in r.authors] for r in held]
    for name in ("keywords", "mesh", "publication_types", "languages", "issn"):
        columns[name] = [list(getattr(r, name)) for r in held]
    columns["file"] = [r.place.file for r in held]
    columns["line"] = [r.place.line for r in held]
    columns["search"] = [r.place.search for r in held]
    columns["record"] = [_json(plain(r)) for r in held]
    texts = pl.List(pl.String)
    schema = {
        name: pl.Int32 if name in {"year", "line"} else
        texts if name in {"authors", "keywords", "mesh", "publication_types", "languages", "issn"}
        else pl.String
        for name in columns
    }  # fmt: skip
    pl.DataFrame(columns, schema=schema).write_parquet(path)
