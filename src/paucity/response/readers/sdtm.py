"""CDISC SDTM: the laboratory domain LB, with DM, EX and CM where they are in the same folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Fault
from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.cdisc import (
    Reading,
    age_of,
    files_of,
    flag_of,
    sex_of,
    study_day,
)
from paucity.response.readers.dataset import Dataset, read_dataset
from paucity.response.readers.tables import open_table, text_of
from paucity.response.table_series import in_memory
from paucity.text import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.response.readers.tidied import Data, Opening

NOT_DONE: Final = Fault("not-done", "a test was not done")
LATE: Final = Fault(
    "baseline-after-index", "a value is flagged as baseline, but is later than the first dose"
)

_BLOOD: Final = frozenset({"", "BLOOD", "SERUM", "PLASMA", "SERUM OR PLASMA", "WHOLE BLOOD"})
_NEEDED: Final = ("usubjid", "lbtestcd")


def read_sdtm(opening: Opening) -> Data:
    """Read the laboratory domain of a study.

    Args:
        opening: a file of LB, or a folder with it and, where they are there, DM (first dose, sex,
            age, death), EX and CM (treatments that the mapping names).
    """
    return read_dataset(opening, Dataset("LB", "SDTM", _NEEDED, _tidy))


def _tidy(opening: Opening, tables: list[Any], uneven: list[int]) -> tuple[Any, Reading]:
    reader = _Reader(opening)
    reader.left_out(uneven)
    parts = [reader.measured(table) for table in tables]
    rows = reader.ibis.union(*parts) if len(parts) > 1 else parts[0]
    others = {s: _sibling(opening.place, s, opening.connection) for s in ("dm", "ex", "cm")}
    return reader.placed(rows, others), reader


def _sibling(place: Path, stem: str, connection: Any) -> Any:
    """Return another dataset of the folder, or None."""
    files = files_of(place, stem) if place.is_dir() else []
    table = open_table(files[0], connection) if files else None
    return table if table is not None and "usubjid" in table.columns else None


class _Reader(Reading):
    """Turns LB into tidy rows."""

    def measured(self, table: Any) -> Any:
        """Return the tests done whose codes are mapped."""
        ibis = self.ibis
        self.read += int(table.count().to_pyarrow().as_py())
        rows = table.mutate(
            code=text_of(table, "lbtestcd"),
            loinc=text_of(table, "lbloinc"),
            specimen=self._specimen(table),
            display=text_of(table, "lbtest"),
        )
        stopped = text_of(rows, "lbstat").upper() == "NOT DONE"
        self.note(rows.filter(stopped), NOT_DONE, Severity.NOTE)
        late = (text_of(rows, "lbblfl").upper() == "Y") & (
            text_of(rows, "lbdy").try_cast("float64") > 1
        )
        self.note(rows.filter(late), LATE, Severity.WARNING)
        rows = self.mapped(rows.filter(~stopped), ("code", "loinc", "specimen"), _codes)
        number, word = text_of(rows, "lbstresn"), text_of(rows, "lbstresc")
        standard = ibis.ifelse((number == "") | (number.lower() == "nan"), word, number)
        rows = self._units(rows)
        original = rows.original
        tidy = rows.select(
            **{ROW_NUMBER: rows[ROW_NUMBER]},
            participant=text_of(rows, "usubjid"),
            marker=rows.marker,
            day=study_day(rows, "lbdy"),
            written=text_of(rows, "lbdtc"),
            value=ibis.ifelse(original, text_of(rows, "lborres"), standard),
            unit=ibis.ifelse(original, text_of(rows, "lborresu"), text_of(rows, "lbstresu")),
            low=ibis.ifelse(original, text_of(rows, "lbornrlo"), text_of(rows, "lbstnrlo")),
            high=ibis.ifelse(original, text_of(rows, "lbornrhi"), text_of(rows, "lbstnrhi")),
            flags=flag_of(rows, "lbnrind"),
        )
        return self.kept(tidy)

    def _specimen(self, table: Any) -> Any:
        """Return the specimen where it is none of blood, serum and plasma."""
        ibis = self.ibis
        written = text_of(table, "lbspec").upper()
        urine = (written == "") & (text_of(table, "lbcat").upper() == "URINALYSIS")
        return ibis.cases((urine, "URINE"), (written.isin(sorted(_BLOOD)), ""), else_=written)

    def _units(self, rows: Any) -> Any:
        """Tell in `original` where only the original unit of a value can be used."""
        rows = rows.mutate(standard=text_of(rows, "lbstresu"), first=text_of(rows, "lborresu"))
        keys = ["marker", "standard", "first"]
        known = []
        for row in rows.select(*keys).distinct().to_pyarrow().to_pylist():
            usable = self.converts(row["marker"], row["standard"])
            instead = not usable and self.converts(row["marker"], row["first"])
            known.append((*(row[k] for k in keys), instead))
        schema = {**dict.fromkeys(keys, "string"), "original": "boolean"}
        return rows.inner_join(in_memory(known, schema), keys)

    def placed(self, rows: Any, others: dict[str, Any]) -> Any:
        """Return tidy rows with their times, and the events of other datasets."""
        ibis = self.ibis
        subjects = others["dm"]
        events = self._treatments(others)
        indexes = None
        if not self.opening.index:
            named = [e.filter(e.marker == "index") for e in events]
            first = self._first(named) if named else None
            indexes = self._reference(subjects) if first is None else first
        if indexes is None:
            known = ibis.literal(bool(self.opening.index))
            rows = rows.mutate(known=known)
        else:
            people = indexes.select("participant", known=ibis.literal(True)).distinct()  # noqa: FBT003
            rows = rows.left_join(people, "participant")
            rows = rows.mutate(known=rows.known.fill_null(False))  # noqa: FBT003
        dated = (rows.written != "") & (rows.known | (rows.day == ""))
        cells = ("value", "unit", "low", "high", "flags")
        out = rows.select(
            ROW_NUMBER,
            "participant",
            "marker",
            time=ibis.ifelse(dated, "", rows.day),
            date=ibis.ifelse(dated, rows.written, ""),
            **{c: rows[c] for c in cells},
        )
        more = [] if indexes is None else [indexes]
        more += [e.filter(e.marker == "next therapy") for e in events]
        if subjects is not None:
            deaths = self._event(subjects, "dthdtc", ibis.literal("death"))
            more.append(deaths.filter(deaths.date != ""))
        empty = {c: ibis.literal("") for c in ("time", *cells)}
        parts = [m.select(ROW_NUMBER, "participant", "marker", "date", **empty) for m in more]
        out = ibis.union(out, *(p.select(*out.columns) for p in parts)) if parts else out
        return out if subjects is None else self._people(out, subjects)

    def _event(self, table: Any, column: str, marker: Any) -> Any:
        """Return events of a dataset; their rows are of another file, so they have no number."""
        return table.select(
            **{ROW_NUMBER: self.ibis.literal(0, "int64")},
            participant=text_of(table, "usubjid"),
            marker=marker,
            date=text_of(table, column),
        )

    def _reference(self, subjects: Any) -> Any:
        """Return the reference start of each subject as the index, None if there is none."""
        if subjects is None or "rfstdtc" not in subjects.columns:
            return None
        rows = self._event(subjects, "rfstdtc", self.ibis.literal("index"))
        return rows.filter(rows.date != "")

    def _treatments(self, others: dict[str, Any]) -> list[Any]:
        """Return the treatments of EX and CM that the mapping names."""
        out = []
        for stem in ("ex", "cm"):
            if others[stem] is not None:
                rows = self.treated(others[stem], (f"{stem}trt", f"{stem}decod"))
                events = self._event(rows, f"{stem}stdtc", rows.marker)
                out.append(events.filter(events.date != ""))
        return out

    def _first(self, named: list[Any]) -> Any:
        """Return the earliest of the index treatments of each subject, None if there are none."""
        rows = self.ibis.union(*named) if len(named) > 1 else named[0]
        if not int(rows.count().to_pyarrow().as_py()):
            return None
        first = rows.group_by("participant", "marker").aggregate(date=rows.date.min())
        return first.mutate(**{ROW_NUMBER: self.ibis.literal(0, "int64")})

    def _people(self, rows: Any, subjects: Any) -> Any:
        """Add sex and age."""
        people = subjects.select(
            participant=text_of(subjects, "usubjid"), sex=sex_of(subjects), age=age_of(subjects)
        ).distinct(on="participant", keep="first")
        joined = rows.left_join(people, "participant")
        cells = {c: joined[c].fill_null("") for c in ("sex", "age")}
        return joined.select(*rows.columns, **cells)


def _codes(row: Any) -> list[str]:
    """Return the codes of a test; one in another specimen is another test."""
    if row["specimen"]:
        return [f"{row['code']} ({row['specimen']})"]
    loinc = [f"LOINC:{row['loinc']}"] if row["loinc"] else []
    return [*loinc, f"LBTESTCD:{row['code']}", row["code"]]
