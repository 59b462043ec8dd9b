"""What SDTM and ADaM have in common: study days, SAS dates, units that convert, codes counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Fault
from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.codes import IGNORED, Unmapped
from paucity.response.readers.tables import SUFFIXES, suffix_of, text_of
from paucity.response.readers.tidied import SMALL, Opening
from paucity.response.row_faults import ROW_LENGTH
from paucity.response.series import Notes
from paucity.response.table_series import in_memory, load_ibis
from paucity.text import Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SAS_EPOCH: Final = "1960-01-01"
_NUMBER: Final = r"^-?[0-9]+(\.0*)?$"
_ISO: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"


def on_row(name: str) -> Callable[[int], tuple[Span, str]]:
    """Return where the rows of a table without lines stand."""
    return lambda row: (Span(name), f"is row {row}" if row else "")


def files_of(folder: Path, stem: str, *, parts: bool = False) -> list[Path]:
    """Return the files of a dataset: the first suffix there is, or all `parts` beginning so."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.stem.casefold()
        if suffix_of(path) and (name == stem or (parts and name.startswith(stem))):
            kept = found.get(name)
            if kept is None or SUFFIXES.index(suffix_of(path)) < SUFFIXES.index(suffix_of(kept)):
                found[name] = path
    if stem in found:
        return [found[stem]]
    return list(found.values())


def in_bulk(opening: Opening, files: list[Path]) -> bool:
    """Tell whether to read in bulk: as chosen, or by the size of the files."""
    if opening.bulk is not None:
        return opening.bulk
    return sum(f.stat().st_size for f in files) > SMALL


def study_day(rows: Any, column: str) -> Any:
    """Return days from the first dose as text, from a study day, which knows no day 0.

    Study day 1 is the day of the first dose and -1 the day before (SDTM implementation guide 3.4,
    section 4.4.4).
    """
    ibis = load_ibis()
    text = text_of(rows, column)
    number = text.try_cast("float64")
    day = ibis.ifelse(number >= 1, number - 1, number)
    whole = ibis.ifelse(day == day.round(), day.round().cast("int64").cast("string"), "")
    spelled = ibis.ifelse(whole != "", whole, day.cast("string"))
    return ibis.ifelse(number.isnull() | number.isnan(), text, spelled)


def date_of(rows: Any, column: str) -> Any:
    """Return a date as ISO 8601 text; a number counts days from 1960-01-01, as SAS does."""
    ibis = load_ibis()
    text = text_of(rows, column)
    plain = text.re_search(_NUMBER)
    days = ibis.ifelse(plain, text, ibis.null("string")).try_cast("float64")
    inside = ibis.ifelse(days.between(-30_000, 100_000), days, ibis.null("float64")).cast("int64")
    moved = ibis.date(_SAS_EPOCH) + inside.as_interval("D")  # a time of midnight to the engine
    dated = moved.cast("string").substr(0, 10)
    midnight = text.re_search(_ISO + r"[ T]00:00:00(\.0+)?(\+00(:?00)?)?$")
    return ibis.cases((plain & inside.notnull(), dated), (midnight, text.substr(0, 10)), else_=text)


class Reading:
    """One dataset being read: its codes, and what was found."""

    def __init__(self, opening: Opening) -> None:
        self.ibis = load_ibis()
        self.opening = opening
        self.notes = Notes(opening.name, on_row(opening.name))
        self.unmapped: list[Unmapped] = []
        self.read = 0

    def left_out(self, uneven: list[int]) -> None:
        """Note rows of CSV files that were too long or too short."""
        if uneven:
            self.read += sum(uneven)
            self.notes.add(ROW_LENGTH, 0, Severity.ERROR, count=sum(uneven))

    def note(self, rows: Any, fault: Fault, severity: Severity) -> None:
        """Note a fault of some rows, if there are any."""
        found = rows.aggregate(n=rows.count(), first=rows[ROW_NUMBER].min())
        told = found.to_pyarrow().to_pylist()[0]
        if told["n"]:
            self.notes.add(fault, int(told["first"]), severity, count=int(told["n"]))

    def kept(self, rows: Any) -> Any:
        """Compute rows once; what joins them next starts from a plain table."""
        name = self.ibis.util.gen_name("paucity_cdisc")
        return self.opening.connection.create_table(name, rows, temp=True)

    def mapped(self, rows: Any, keys: tuple[str, ...], codes: Callable[[Any], list[str]]) -> Any:
        """Return the rows whose codes are mapped, with `marker`.

        Args:
            rows: the rows, with the columns `keys` and a column `display`.
            keys: columns that tell codes apart.
            codes: the codes to look up for a row of keys; the last is told where none is known.
        """
        counted = rows.group_by(*keys).aggregate(n=rows.count(), display=rows.display.min())
        known = []
        for row in counted.to_pyarrow().to_pylist():
            tried = codes(row)
            marker = self.opening.codes.marker(*tried)
            if marker and marker != IGNORED:
                known.append((*(row[k] for k in keys), marker))
            elif not marker:
                told = Unmapped(tried[-1] or "(no code)", row["display"] or "", row["n"])
                self.unmapped.append(told)
        schema = {**dict.fromkeys(keys, "string"), "marker": "string"}
        return rows.inner_join(in_memory(known, schema), list(keys))

    def converts(self, marker: str, unit: str) -> bool:
        """Tell whether values of a marker in a unit can be used."""
        return not isinstance(self.opening.words.meaning(marker, unit), Fault)

    def treated(self, rows: Any, columns: tuple[str, ...]) -> Any:
        """Return the rows of treatments that are mapped, with the event they are as `marker`."""
        words = rows.mutate(**{f"word_{i}": text_of(rows, c) for i, c in enumerate(columns)})
        keys = [f"word_{i}" for i in range(len(columns))]
        found = words.select(*keys).distinct().to_pyarrow().to_pylist()
        event = self.opening.codes.event
        tried = [(tuple(r[k] for k in keys), event(*(r[k] for k in keys if r[k]))) for r in found]
        known = [(*cells, named) for cells, named in tried if named]
        schema = {**dict.fromkeys(keys, "string"), "marker": "string"}
        return words.inner_join(in_memory(known, schema), keys)


def sex_of(rows: Any, column: str = "sex") -> Any:
    """Return the sex as a word."""
    ibis = load_ibis()
    text = text_of(rows, column).upper()
    known = (("F", "female"), ("M", "male"), ("FEMALE", "female"), ("MALE", "male"))
    return ibis.cases(*((text == k, v) for k, v in known), else_="")


def age_of(rows: Any) -> Any:
    """Return the age in years, as text; empty where it is in another unit."""
    ibis = load_ibis()
    unit = text_of(rows, "ageu").upper()
    return ibis.ifelse((unit == "") | (unit == "YEARS"), _plain(text_of(rows, "age")), "")


def _plain(text: Any) -> Any:
    """Return a number without a decimal part of zeros."""
    return text.re_replace(r"\.0+$", "")


def flag_of(rows: Any, column: str) -> Any:
    """Return the word for a range indicator: normal, high, low, or none."""
    ibis = load_ibis()
    text = text_of(rows, column).upper()
    words = {"NORMAL": "normal", "N": "normal", "HIGH": "high", "H": "high", "LOW": "low"}
    words |= {"L": "low", "HIGH HIGH": "high", "LOW LOW": "low", "HH": "high", "LL": "low"}
    return ibis.cases(*((text == k, v) for k, v in words.items()), else_="")
