"""OMOP Common Data Model: measurements, signs, treatments and deaths, read in bulk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from paucity.response.read_series import ROW_NUMBER
from paucity.response.readers.codes import IGNORED, Unmapped, unmapped_findings
from paucity.response.readers.omop_people import aged, moment_of
from paucity.response.readers.omop_tables import tables_of
from paucity.response.readers.tables import text_of
from paucity.response.readers.tidied import Data, Opening, Tidy, finish, nothing
from paucity.response.row_faults import ROW_LENGTH
from paucity.response.series import Notes
from paucity.response.table_series import in_memory, load_ibis
from paucity.text import Severity, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS: Final = {4171756: "<", 4171754: "<=", 4172704: ">", 4171755: ">="}
"""Concepts of `operator_concept_id`; 4172703 is `=`."""

_APART: Final = 10**17
"""Row numbers are the identifiers of a table plus its place in `_SOURCES` times this."""

_USED: Final = (
    *("_id", "_date", "_datetime", "_source_value", "value_as_number", "value_as_string"),
    *("range_low", "range_high", "_of_birth", "concept_name", "concept_code"),
)
"""How the names of the columns end that are read."""

_SOURCES: Final = ("measurement", "observation", "condition_occurrence", "drug_exposure", "death")


def read_omop(opening: Opening) -> Data:
    """Read a database in the OMOP Common Data Model.

    Args:
        opening: a DuckDB file, a folder or archive of Parquet or CSV files.
    """
    uneven: list[int] = []
    tables, connection = tables_of(opening.place, opening.connection, uneven)
    data = read_omop_tables(tables, connection, opening)
    notes = Notes(opening.name, _place(opening.name))
    if uneven:
        notes.add(ROW_LENGTH, 0, Severity.ERROR, count=sum(uneven))
    return replace(data, findings=(*notes.findings(), *data.findings))


def read_omop_tables(tables: Mapping[str, Any], connection: Any, opening: Opening) -> Data:
    """Read the tables of an OMOP database.

    Args:
        tables: Ibis tables by name, with columns in lower case.
        connection: the connection they are in.
        opening: what to read with.
    """
    name = opening.name
    if "measurement" not in tables:
        listed = ", ".join(sorted(tables)) or "no table of the model"
        message = f"there is no table `measurement` among {listed}"
        return nothing(name, ("omop-table-missing", message, "give the whole database"))
    needed = ("person_id", "measurement_concept_id", "measurement_date")
    missing = [c for c in needed if c not in tables["measurement"].columns]
    if missing:
        message = f"the table `measurement` has no column {', '.join(missing)}"
        return nothing(name, ("missing-column", message, "give tables as the model has them"))
    ibis = load_ibis()
    if connection.name != "duckdb":
        tables, connection = _fetched(tables, opening)
    reader = _Reader(tables, connection, opening)
    parts = [p for p in (reader.measured(), *reader.signs(), *reader.events()) if p is not None]
    rows = aged(ibis.union(*parts) if len(parts) > 1 else parts[0], tables.get("person"))
    rows = connection.create_table(ibis.util.gen_name("paucity_omop"), rows, temp=True)
    found = tuple(unmapped_findings(name, reader.unmapped))
    bulk = opening.bulk is not False
    kept = Opening(
        opening.place, opening.codes, opening.words, opening.index, opening.bulk, connection
    )
    return finish(Tidy(rows, lambda: found, lambda: reader.read, _place(name)), kept, bulk=bulk)


def _place(name: str) -> Any:
    def place(row: int) -> tuple[Span, str]:
        source = _SOURCES[min(row // _APART, len(_SOURCES) - 1)]
        key = "person_id" if source == "death" else f"{source}_id"
        return Span(name), f"has {key} {row % _APART}" if row else ""

    return place


def _fetched(tables: Mapping[str, Any], opening: Opening) -> tuple[dict[str, Any], Any]:
    """Return the columns that are read, copied from another engine into DuckDB, in batches."""
    ibis = load_ibis()
    connection = opening.connection or ibis.duckdb.connect()
    if connection.name != "duckdb":
        connection = ibis.duckdb.connect()
    out, pa = {}, import_module("pyarrow")
    for name, whole in tables.items():
        table = whole.select(*(c for c in whole.columns if c.endswith(_USED)))
        copy = ibis.util.gen_name(name)
        connection.create_table(copy, schema=table.schema(), temp=True)
        for batch in table.to_pyarrow_batches():
            connection.insert(copy, ibis.memtable(pa.Table.from_batches([batch])))
        out[name] = connection.table(copy)
    return out, connection


@dataclass(frozen=True, slots=True)
class _Concept:
    """A concept: the codes it may be mapped by, and its name."""

    codes: tuple[str, ...]
    name: str = ""


class _Reader:
    """Turns the tables of one database into tidy rows."""

    def __init__(self, tables: Mapping[str, Any], connection: Any, opening: Opening) -> None:
        self.ibis = load_ibis()
        self.tables = tables
        self.connection = connection
        self.codes = opening.codes
        self.words = opening.words
        self.indexed = bool(opening.index)
        self.unmapped: list[Unmapped] = []
        self.read = 0

    def _concepts(self, numbers: set[int]) -> dict[int, _Concept]:
        """Return concepts by their numbers, looked up in the table of concepts if there is one."""
        out = {n: _Concept((f"OMOP:{n}",)) for n in numbers}
        table = self.tables.get("concept")
        wanted = ("concept_id", "concept_name", "vocabulary_id", "concept_code")
        if table is None or not numbers or not set(wanted) <= set(table.columns):
            return out
        number = table.concept_id.try_cast("int64")
        asked = in_memory([(n,) for n in sorted(numbers)], {"number": "int64"})
        rows = table.select(number=number, **{c: text_of(table, c) for c in wanted[1:]})
        for row in rows.inner_join(asked, "number").to_pyarrow().to_pylist():
            code = f"{row['vocabulary_id']}:{row['concept_code']}"
            out[row["number"]] = _Concept((f"OMOP:{row['number']}", code), row["concept_name"])
        return out

    def _number(self, table: Any, column: str) -> Any:
        """Return a column of whole numbers, 0 where there is none."""
        if column not in table.columns:
            return self.ibis.literal(0, "int64")
        return table[column].try_cast("int64").fill_null(0)

    def _coded(self, source: str, *, told: bool) -> Any:
        """Return the rows of a table whose concepts are mapped, with `marker` and `sign`.

        Args:
            source: the table.
            told: whether codes that stand for no marker are told of.
        """
        table = self.tables[source]
        stem = source.removesuffix("_occurrence")
        written = text_of(table, f"{stem}_source_value")
        rows = table.mutate(concept=self._number(table, f"{stem}_concept_id"))
        rows = rows.mutate(word=self.ibis.ifelse(rows.concept == 0, written, ""))
        counted = rows.group_by("concept", "word").aggregate(n=rows.count())
        found = counted.to_pyarrow().to_pylist()
        concepts = self._concepts({r["concept"] for r in found if r["concept"]})
        known = []
        for row in found:
            concept = concepts.get(row["concept"], _Concept((row["word"],)))
            if told:
                self.read += row["n"]
            marker = self.codes.marker(*concept.codes)
            if marker and marker != IGNORED:
                meaning = self.words.meaning(marker, "")
                known.append(
                    (row["concept"], row["word"], marker, bool(getattr(meaning, "values", ())))
                )
            elif told and not marker:
                code = concept.codes[0] or "(no concept and no source value)"
                named = "; ".join([*concept.codes[1:], concept.name]).strip("; ")
                self.unmapped.append(Unmapped(code, named, row["n"]))
        schema = {"concept": "int64", "word": "string", "marker": "string", "sign": "boolean"}
        return rows.inner_join(in_memory(known, schema), ["concept", "word"])

    def _has(self, source: str) -> bool:
        """Tell whether a table is there, with people in it."""
        return source in self.tables and "person_id" in self.tables[source].columns

    def _unit(self, rows: Any) -> Any:
        """Add the units of the rows."""
        pairs = rows.mutate(
            unit_number=self._number(rows, "unit_concept_id"),
            unit_word=text_of(rows, "unit_source_value"),
        )
        found = pairs.select("unit_number", "unit_word").distinct().to_pyarrow().to_pylist()
        concepts = self._concepts({r["unit_number"] for r in found if r["unit_number"]})
        known = []
        for row in found:
            concept = concepts.get(row["unit_number"])
            codes = [] if concept is None else list(concept.codes)
            unit = self.codes.unit(*codes, row["unit_word"])
            if unit == row["unit_word"] and len(codes) > 1:
                unit = codes[1].partition(":")[2]
            known.append((row["unit_number"], row["unit_word"], unit))
        schema = {"unit_number": "int64", "unit_word": "string", "unit": "string"}
        return pairs.inner_join(in_memory(known, schema), ["unit_number", "unit_word"])

    def _answers(self, rows: Any) -> Any:
        """Add the words that signs have as values."""
        rows = rows.mutate(answer_number=self._number(rows, "value_as_concept_id"))
        signs = rows.filter(rows.sign)
        found = signs.select("answer_number").distinct().to_pyarrow().to_pylist()
        numbers = {r["answer_number"] for r in found if r["answer_number"]}
        concepts = self._concepts(numbers)
        known = [(n, self.codes.value(*c.codes, c.name)) for n, c in sorted(concepts.items())]
        answers = in_memory(known, {"answer_number": "int64", "answer": "string"})
        rows = rows.left_join(answers, "answer_number")
        rows = rows.drop([c for c in rows.columns if c.endswith("_right")])
        return rows.mutate(answer=rows.answer.fill_null(""))

    def measured(self) -> Any:
        """Return the measurements as tidy rows."""
        rows = self._answers(self._unit(self._coded("measurement", told=True)))
        ibis = self.ibis
        number = rows.value_as_number if "value_as_number" in rows.columns else ibis.literal("")
        text = number.cast("string").fill_null("") if "value_as_number" in rows.columns else number
        operator = self._number(rows, "operator_concept_id")
        sign = ibis.cases(*((operator == k, v) for k, v in _OPERATORS.items()), else_="")
        text = ibis.ifelse(text == "", "", sign + text)
        given = text_of(rows, "value_source_value")
        answer = ibis.ifelse(rows.answer == "", given, rows.answer)
        return self._tidy(
            rows,
            "measurement",
            moment_of(rows, "measurement_date", "measurement_datetime"),
            value=ibis.ifelse(rows.sign, answer, text),
            unit=rows.unit,
            low=text_of(rows, "range_low"),
            high=text_of(rows, "range_high"),
        )

    def signs(self) -> list[Any]:
        """Return observations and conditions that are mapped to markers as tidy rows."""
        out, ibis = [], self.ibis
        if "observation" in self.tables and {"person_id"} <= set(
            self.tables["observation"].columns
        ):
            rows = self._answers(self._unit(self._coded("observation", told=False)))
            number, word = text_of(rows, "value_as_number"), text_of(rows, "value_as_string")
            answer = ibis.cases(
                (rows.answer != "", rows.answer), (word != "", word), else_="present"
            )
            value = ibis.ifelse(rows.sign, answer, number)
            when = moment_of(rows, "observation_date", "observation_datetime")
            out.append(self._tidy(rows, "observation", when, value=value, unit=rows.unit))
        source = "condition_occurrence"
        if self._has(source):
            rows = self._coded(source, told=False)
            rows = rows.filter(rows.sign)
            when = moment_of(rows, "condition_start_date", "condition_start_datetime")
            out.append(self._tidy(rows, source, when, value=ibis.literal("present")))
        return out

    def events(self) -> list[Any]:
        """Return first doses, next therapies and deaths as tidy rows."""
        out = []
        if self._has("death"):
            rows = self.tables["death"]
            rows = rows.mutate(marker=self.ibis.literal("death"))
            when = moment_of(rows, "death_date", "death_datetime")
            out.append(self._tidy(rows, "death", when))
        source = "drug_exposure"
        if self._has(source):
            out += self._treatments(self.tables[source], source)
        return out

    def _treatments(self, table: Any, source: str) -> list[Any]:
        rows = table.mutate(concept=self._number(table, "drug_concept_id"))
        found = rows.select("concept").distinct().to_pyarrow().to_pylist()
        concepts = self._concepts({r["concept"] for r in found if r["concept"]})
        above = self._above(set(concepts))
        known = []
        for number, concept in sorted(concepts.items()):
            if event := self.codes.event(*concept.codes, *above.get(number, ())):
                known.append((number, event))
        if not known:
            return []
        rows = rows.inner_join(
            in_memory(known, {"concept": "int64", "marker": "string"}), "concept"
        )
        when = moment_of(rows, "drug_exposure_start_date", "drug_exposure_start_datetime")
        tidy = self._tidy(rows, source, when)
        later = tidy.filter(tidy.marker == "next therapy")
        if self.indexed:
            return [later]
        first = tidy.filter((tidy.marker == "index") & (tidy.date != ""))
        order = self.ibis.row_number().over(
            group_by=first.participant, order_by=[first.date, first[ROW_NUMBER]]
        )
        first = first.mutate(order=order)
        return [later, first.filter(first.order == 0).drop("order")]

    def _above(self, numbers: set[int]) -> dict[int, tuple[str, ...]]:
        """Return the codes of the ancestors of concepts, as far as a mapping may name them."""
        table = self.tables.get("concept_ancestor")
        columns = ("ancestor_concept_id", "descendant_concept_id")
        named = {*self.codes.all.index, *self.codes.all.next_therapy}
        asked = [int(c[5:]) for c in named if c.startswith("omop:") and c[5:].isdigit()]
        if table is None or not asked or not set(columns) <= set(table.columns):
            return {}
        pairs = table.select(
            above=table[columns[0]].try_cast("int64"), below=table[columns[1]].try_cast("int64")
        )
        pairs = pairs.filter(pairs.above.isin(sorted(asked)))
        out: dict[int, tuple[str, ...]] = {}
        for row in pairs.to_pyarrow().to_pylist():
            if row["below"] in numbers:
                out[row["below"]] = (*out.get(row["below"], ()), f"OMOP:{row['above']}")
        return out

    def _tidy(self, rows: Any, source: str, when: Any, **cells: Any) -> Any:
        """Return tidy rows of one table."""
        ibis = self.ibis
        key = "person_id" if source == "death" else f"{source}_id"
        number = self._number(rows, key) if key in rows.columns else rows[ROW_NUMBER]
        return rows.select(
            **{ROW_NUMBER: number.abs() % _APART + _SOURCES.index(source) * _APART},
            participant=text_of(rows, "person_id"),
            marker=rows.marker,
            date=when,
            **{c: cells.get(c, ibis.literal("")) for c in ("value", "unit", "low", "high")},
        )
