"""Results as rows: one for each participant and definition, in CSV, JSON or Parquet alike."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from paucity.response.measured import say
from paucity.response.table_series import MissingExtraError
from paucity.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from paucity.response.distribution import Ranges
    from paucity.response.evaluate import Outcome
    from paucity.response.settings import Choice

FIXED: Final = ("participant", "definition", "level", "result", "certain", "deciding")
"""Columns of every row; those of each marker follow."""

OF_MARKER: Final = ("", " baseline", " baseline day", " value", " value day")
"""Columns of a marker: its state, the two values that count, and their days from the index."""

SCORES: Final = ("score least", "score most", "probability least", "probability most")
"""Columns of a score, and of the probability in percent that its source prints beside it."""

SCORE_ENDS: Final = SCORES[:2]
"""Columns of a score itself."""

SUFFIXES: Final = (".csv", ".json", ".parquet")

Cells: TypeAlias = tuple[Any, ...]
"""Cells of one row: text, True or False for `certain`, a day as text; None where there is none."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there are: those of the markers, and of scores if there are any."""

    markers: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return all columns in order."""
        own = (f"{marker}{part}" for marker in self.markers for part in OF_MARKER)
        return (*FIXED, *self.scores, *own)

    def is_number(self, column: str) -> bool:
        """Tell whether a column holds numbers: points, percent, or days."""
        return column in self.scores or column.endswith((" baseline day", " value day"))


@dataclass(frozen=True, slots=True)
class Summary:
    """What one definition gave, counted.

    Attributes:
        definition: its name.
        label: how to print its name.
        kind: response, diagnosis, score or refractoriness.
        levels: what a result can be, best first.
        responders: the levels that count as response.
        choices: everything the result rests on that the definition leaves open.
        counts: participants by the levels that are possible.
        scores: of a score, participants by the least and the most points they can have.
    """

    definition: str
    label: str
    kind: str
    levels: tuple[str, ...]
    responders: tuple[str, ...]
    choices: tuple[Choice, ...]
    counts: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    scores: Ranges = field(default_factory=dict)

    def in_order(self) -> list[tuple[tuple[str, ...], int]]:
        """Return the counts, certain results first, then ranges; each from the best down."""
        place = self.levels.index
        return sorted(self.counts.items(), key=lambda kv: (len(kv[0]), [place(x) for x in kv[0]]))


def cells_of(definition: str, outcome: Outcome, layout: Layout) -> Cells:
    """Return an outcome as the cells of a row; a marker that is not asked for has none."""
    states = {state.marker: state for state in outcome.markers}
    cells: list[Any] = [
        outcome.participant,
        definition,
        outcome.level,
        outcome.result,
        outcome.certain,
        "; ".join(outcome.deciding),
    ]
    if layout.scores:
        for ends in (outcome.score, outcome.probability):
            cells += [None, None] if ends is None else [say(ends.low), say(ends.high)]
    for marker in layout.markers:
        state = states.get(marker)
        if state is None:
            cells += [None] * len(OF_MARKER)
            continue
        days = [None if d is None else say(d) for d in (state.baseline_day, state.value_day)]
        values = state.baseline or None, state.value or None
        cells += [state.state, values[0], days[0], values[1], days[1]]
    return tuple(cells)


# -- writing -----------------------------------------------------------------------------------


def write_rows(
    path: Path,
    layout: Layout,
    batches: Iterable[Sequence[Cells]],
    summaries: Sequence[Summary],
) -> None:
    """Write rows into a file that is there whole or not at all.

    Args:
        path: ends in `.csv`, `.json` or `.parquet`. In CSV, a cell that a spreadsheet would take
            for a formula gets an apostrophe before it.
        layout: the columns.
        batches: the rows, some at a time.
        summaries: the definitions, which JSON begins with.

    Raises:
        OSError: the file cannot be written.
        MissingExtraError: pyarrow is needed for Parquet and is not installed.
    """
    kind = path.suffix.casefold()
    with unfinished(path) as place:
        if kind == ".parquet":
            write_parquet(place, layout, (arrow_of(batch, layout) for batch in batches))
            return
        with place.open("w", encoding="utf-8", newline="") as file:
            if kind == ".json":
                _write_json(file, layout, batches, summaries)
            else:
                _write_csv(file, layout, batches)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes its name once it is whole and is removed if it is not.

    Args:
        path: the name it takes.
    """
    place = path.with_name(f"{path.name}.unfinished")
    try:
        yield place
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)


def _write_csv(file: IO[str], layout: Layout, batches: Iterable[Sequence[Cells]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(harmless, layout.columns))
    for batch in batches:
        writer.writerows([harmless(cell) for cell in cells] for cells in batch)


def _write_json(
    file: IO[str],
    layout: Layout,
    batches: Iterable[Sequence[Cells]],
    summaries: Sequence[Summary],
) -> None:
    head = json.dumps([summary_data(s) for s in summaries], ensure_ascii=False, indent=1)
    file.write(f'{{"definitions": {head},\n"participants": [')
    first = True
    for batch in batches:
        for cells in batch:
            row = json.dumps(_row_data(cells, layout), ensure_ascii=False)
            file.write(f"\n{row}" if first else f",\n{row}")
            first = False
    file.write("\n]}\n")


def _row_data(cells: Cells, layout: Layout) -> dict[str, Any]:
    participant, definition, level, result, certain, deciding = cells[: len(FIXED)]
    held = {}
    first = len(FIXED) + len(layout.scores)
    for i, marker in enumerate(layout.markers):
        at = first + i * len(OF_MARKER)
        state, baseline, baseline_day, value, value_day = cells[at : at + len(OF_MARKER)]
        if state is not None:
            held[marker] = {
                "state": state,
                "baseline": baseline,
                "baseline_day": _number(baseline_day),
                "value": value,
                "value_day": _number(value_day),
            }
    return {
        "participant": participant,
        "definition": definition,
        "level": level,
        "result": result,
        "certain": certain,
        "deciding": deciding.split("; ") if deciding else [],
        **dict(zip(layout.scores, map(_number, cells[len(FIXED) : first]), strict=True)),
        "markers": held,
    }


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def summary_data(summary: Summary) -> dict[str, Any]:
    """Return a definition with the choices its results rest on, as plain data."""
    scores = [
        {"least": least, "most": most, "participants": n}
        for (least, most), n in sorted(summary.scores.items())
    ]
    return {
        "definition": summary.definition,
        "label": summary.label,
        "kind": summary.kind,
        "levels": list(summary.levels),
        "responders": list(summary.responders),
        "results": [
            {"possible": list(possible), "participants": n} for possible, n in summary.in_order()
        ],
        **({"scores": scores} if scores else {}),
        "choices": [{"about": c.about, "taken": c.taken, "by": c.origin} for c in summary.choices],
    }


# -- Parquet -----------------------------------------------------------------------------------


def load_arrow() -> Any:
    """Return pyarrow.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        hint = "install it with `pip install 'paucity[assess]'`, or write CSV"
        raise MissingExtraError(f"Parquet needs pyarrow; {hint}") from None


def schema_of(layout: Layout) -> Any:
    """Return the types of the columns: `certain` is boolean, points and days numbers, else text."""
    pa = load_arrow()

    def kind(name: str) -> Any:
        if name == "certain":
            return pa.bool_()
        return pa.float64() if layout.is_number(name) else pa.string()

    return pa.schema([(name, kind(name)) for name in layout.columns])


def arrow_of(batch: Sequence[Cells], layout: Layout) -> Any:
    """Return rows as an Arrow table."""
    pa = load_arrow()
    schema = schema_of(layout)
    columns = list(zip(*batch, strict=True)) if batch else [()] * len(schema)
    numbers = [pa.types.is_floating(kind) for kind in schema.types]
    cells = [
        [_number(c) for c in column] if number else list(column)
        for column, number in zip(columns, numbers, strict=True)
    ]
    arrays = [pa.array(c, kind) for c, kind in zip(cells, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def number_text(value: float) -> str:
    """Return a number as people write it, to 6 decimals.

    >>> number_text(14.0), number_text(0.333333), number_text(-40.0)
    ('14', '0.333333', '-40')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_parquet(path: Path, layout: Layout, tables: Iterable[Any]) -> None:
    """Write Arrow tables into one Parquet file, each as rows of its own group."""
    load_arrow()
    parquet = import_module("pyarrow.parquet")
    with parquet.ParquetWriter(path, schema_of(layout)) as writer:
        for table in tables:
            writer.write_table(table)


def batches_in(path: Path) -> Iterator[Any]:
    """Yield the rows of a Parquet file as Arrow tables, some at a time."""
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def results_in(path: Path) -> Any:
    """Return participants, results and scores of the rows of a Parquet file, as an Arrow table."""
    with _opened(path) as file:
        there = set(file.schema_arrow.names)
        return file.read(columns=["participant", "result", *(c for c in SCORE_ENDS if c in there)])


def _opened(path: Path) -> Any:
    load_arrow()
    return import_module("pyarrow.parquet").ParquetFile(path)
