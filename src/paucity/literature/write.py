"""Write records as RIS, nbib, BibTeX, CSL-JSON, CSV, XLSX or Parquet, losing nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from paucity.literature import bibtex, csl, nbib, ris, tabular
from paucity.literature.carry import differences, plain
from paucity.literature.draft import Reading
from paucity.literature.normal import fold
from paucity.literature.xml import MissingLibraryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from paucity.literature.record import Record

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
            item["id"] = item.get("id") or f"{number + 1}"
            yield (",\n" if number else "\n") + json.dumps(item, ensure_ascii=False)
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
    stream = io.BufferedReader(io.BytesIO(text.encode("utf-8", "surrogatepass")))  # type: ignore[arg-type]
    found: list[Record] = list(read(stream, Reading("memory", encoding="utf-8")))
    return found[0] if len(found) == 1 else None


def _tagged(record: Record, write: Any, read: Any, *, lossless: bool) -> str:
    text: str = write(record, [])
    if not lossless:
        return text
    came_back = _again(text, read)
    lost = differences(record, came_back) if came_back else _everything(record)
    if came_back is None:
        record = _skeleton(record)
    return write(record, lost) if lost else text


def _skeleton(record: Record) -> Record:
    """Return only what is safe to write where a field would break the record in two."""
    from paucity.literature.record import Record as Empty

    return Empty(pmid=record.pmid if record.pmid.isdigit() else "", year=record.year)


def _everything(record: Record) -> list[str]:
    from paucity.literature.carry import NAMES, PREFIX, _one_line, _plain_value

    text = {n: json.dumps(_plain_value(n, getattr(record, n)), ensure_ascii=False) for n in NAMES}
    return [f"{PREFIX}{n}={_one_line(x)}" for n, x in text.items()]


def _bibtex(record: Record, keys: set[str], *, lossless: bool) -> str:
    key = _key(record, keys)
    text = bibtex.write(record, [], key)
    if not lossless:
        return text
    came_back = _again(text, bibtex.read)
    lost = differences(record, came_back) if came_back else _everything(record)
    if came_back is None:
        record = _skeleton(record)
    return bibtex.write(record, lost, key) if lost else text


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
    item = csl.item_of(record, [])
    if lossless:
        came_back = _again(json.dumps([item]), csl.read)
        lost = differences(record, came_back) if came_back else _everything(record)
        item = csl.item_of(record, lost)
    return item


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
    row = [tabular.defuse(cell) for cell in tabular.row_of(record)]
    if lossless:
        lost = differences(record, tabular.record_of_row([_printed(cell) for cell in row]))
        row.append("\n".join(lost))
    return [_printed(cell) for cell in row]


def _printed(cell: str) -> str:
    """Return a cell as it comes back from a file: line ends as line feeds, no NUL."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


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
    columns["record"] = [json.dumps(plain(r), ensure_ascii=False) for r in held]
    texts = pl.List(pl.String)
    schema = {
        name: pl.Int32 if name in {"year", "line"} else
        texts if name in {"authors", "keywords", "mesh", "publication_types", "languages", "issn"}
        else pl.String
        for name in columns
    }  # fmt: skip
    pl.DataFrame(columns, schema=schema).write_parquet(path)
