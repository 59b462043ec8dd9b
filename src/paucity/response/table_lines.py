"""Arrow tables of results as lines of CSV or JSON: each distinct cell is written once.

The bytes are those that `results.write_rows` gives for the same cells.
"""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final

from paucity.response.results import FIXED, OF_MARKER, number_text, summary_data, unfinished
from paucity.response.table_cells import day_text
from paucity.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from paucity.response.results import Layout, Summary

_BATCH: Final = 50_000
_PLAIN: Final = r"^[0-9A-Za-z][0-9A-Za-z _.;:()/-]*$"
"""Texts that need no quotes in CSV, no escapes in JSON, and are no formulas."""

_KEYS: Final = ("state", "baseline", "baseline_day", "value", "value_day")


def write_lines(
    path: Path, layout: Layout, tables: Iterable[Any], summaries: Sequence[Summary]
) -> None:
    """Write rows into a file that is there whole or not at all.

    Args:
        path: ends in `.csv` or `.json`. In CSV, a cell that a spreadsheet would take for a formula
            gets an apostrophe before it.
        layout: the columns.
        tables: the rows, as Arrow tables.
        summaries: the definitions, which JSON begins with.

    Raises:
        OSError: the file cannot be written.
    """
    batches = (b for table in tables for b in table.to_batches(max_chunksize=_BATCH) if b.num_rows)
    with unfinished(path) as place, place.open("wb") as file:
        if path.suffix.casefold() == ".json":
            _write_json(file, layout, batches, summaries)
        else:
            _write_csv(file, layout, batches)


def _write_csv(file: IO[bytes], layout: Layout, batches: Iterable[Any]) -> None:
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(map(harmless, layout.columns))
    file.write(header.getvalue().encode())
    for batch in batches:
        cells = [_csv_cells(batch, name, layout) for name in layout.columns]
        _write(file, [_joined(cells, ",", nothing=""), "\n"])


def _write_json(
    file: IO[bytes], layout: Layout, batches: Iterable[Any], summaries: Sequence[Summary]
) -> None:
    head = json.dumps([summary_data(s) for s in summaries], ensure_ascii=False, indent=1)
    file.write(f'{{"definitions": {head},\n"participants": ['.encode())
    for i, batch in enumerate(batches):
        _write(file, [",\n", *_json_cells(batch, layout)], skip=0 if i else 1)
    file.write(b"\n]}\n")


def _write(file: IO[bytes], pieces: Sequence[Any], skip: int = 0) -> None:
    """Write texts that follow one another, row by row, but for the first bytes."""
    lines = _joined(pieces)
    _, ends, text = lines.buffers()
    last = memoryview(ends).cast("i")[lines.offset + len(lines)]
    file.write(memoryview(text)[skip:last])


def _joined(pieces: Sequence[Any], between: str = "", nothing: str | None = None) -> Any:
    """Return texts joined row by row; a missing one makes the row missing, or is `nothing`."""
    pc = import_module("pyarrow.compute")
    if nothing is None:
        return pc.binary_join_element_wise(*pieces, between)
    return pc.binary_join_element_wise(
        *pieces, between, null_handling="replace", null_replacement=nothing
    )


def _each(column: Any, write: Callable[[Any], str], quotes: str | None = None) -> Any:
    """Return cells as text, each distinct one written once.

    Args:
        column: an Arrow array.
        write: gives the text of a cell.
        quotes: what `write` puts around plain texts; None for numbers.
    """
    pa, pc = import_module("pyarrow"), import_module("pyarrow.compute")
    codes = column.dictionary_encode()
    cells = codes.dictionary
    if quotes is None:
        return pa.array(map(write, cells.to_pylist()), pa.string()).take(codes.indices)
    plain = pc.match_substring_regex(cells, _PLAIN)
    texts = _joined([quotes, cells, quotes]) if quotes else cells
    if not pc.all(plain).as_py():
        odd = pc.invert(plain)
        written = map(write, cells.filter(odd).to_pylist())
        texts = pc.replace_with_mask(texts, odd, pa.array(written, pa.string()))
    return texts.take(codes.indices)


# -- CSV ---------------------------------------------------------------------------------------


def _csv_cells(batch: Any, name: str, layout: Layout) -> Any:
    column = batch[name]
    if name == "certain":
        return import_module("pyarrow.compute").if_else(column, "True", "False")
    if layout.is_number(name):
        return _each(column, number_text if name in layout.scores else _day)
    return _each(column, _csv_cell, "")


def _csv_cell(text: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([harmless(text), ""])
    return line.getvalue()[: -len(",\n")]


@lru_cache(maxsize=1 << 17)
def _day(day: float) -> str:
    return day_text(day)


# -- JSON --------------------------------------------------------------------------------------


def _json_cells(batch: Any, layout: Layout) -> list[Any]:
    """Return the pieces that make up the objects of the rows."""
    pieces: list[Any] = []
    for i, name in enumerate((*FIXED, *layout.scores)):
        pieces += [f"{', ' if i else '{'}{_json(name)}: ", _json_cell(batch, name, layout)]
    markers = [_json_marker(batch, marker, layout) for marker in layout.markers]
    pieces.append(', "markers": {')
    if markers:
        pc = import_module("pyarrow.compute")
        held = _joined(markers, nothing="")
        pieces.append(pc.utf8_slice_codeunits(held, start=len(", ")))
    return [*pieces, "}}"]


def _json_marker(batch: Any, marker: str, layout: Layout) -> Any:
    """Return what stands of a marker, after a comma; nothing where it is not asked for."""
    pieces: list[Any] = [f", {_json(marker)}: {{"]
    for i, (key, part) in enumerate(zip(_KEYS, OF_MARKER, strict=True)):
        cells = _json_cell(batch, f"{marker}{part}", layout, missing=bool(part))
        pieces += [f'{", " if i else ""}"{key}": ', cells]
    return _joined([*pieces, "}"])


def _json_cell(batch: Any, name: str, layout: Layout, *, missing: bool = True) -> Any:
    pc = import_module("pyarrow.compute")
    column = batch[name]
    if name == "certain":
        return pc.if_else(column, "true", "false")
    if name == "deciding":
        return _each(column, lambda text: _json(text.split("; ") if text else []))
    if layout.is_number(name):
        write = number_text if name in layout.scores else _day
        cells = _each(column, lambda number: _json(float(write(number))))
    else:
        cells = _each(column, _json, '"')
    return pc.fill_null(cells, "null") if missing else cells


def _json(cell: Any) -> str:
    return json.dumps(cell, ensure_ascii=False)
