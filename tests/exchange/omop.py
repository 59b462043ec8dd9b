"""Run a cohort definition on a handful of made-up people: CIRCE's own SQL, in DuckDB."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

TABLES = """
create schema cdm;
create table cdm.concept(concept_id int, invalid_reason varchar);
create table cdm.concept_ancestor(ancestor_concept_id int, descendant_concept_id int);
create table cdm.observation_period(person_id int,
    observation_period_start_date date, observation_period_end_date date);
create table cdm.measurement(person_id int, measurement_id int, measurement_concept_id int,
    visit_occurrence_id int, value_as_number double, range_high double, range_low double,
    unit_concept_id int, measurement_date date);
create table cdm.condition_occurrence(person_id int, condition_occurrence_id int,
    condition_concept_id int, visit_occurrence_id int,
    condition_start_date date, condition_end_date date);
create table cdm.drug_exposure(person_id int, drug_exposure_id int, drug_concept_id int,
    visit_occurrence_id int, days_supply int, quantity double, refills int,
    drug_exposure_start_date date, drug_exposure_end_date date);
create table cohort(cohort_definition_id int, subject_id int,
    cohort_start_date date, cohort_end_date date);
"""


def sql_of(data: Any) -> str:
    """Return the SQL that circe makes of a cohort expression."""
    circe = pytest.importorskip("circe")
    options = pytest.importorskip("circe.cohortdefinition").BuildExpressionQueryOptions()
    options.cohort_id = 1
    options.cdm_schema = options.vocabulary_schema = "cdm"
    options.target_table = "cohort"
    options.result_schema = "results"
    expression = circe.cohort_expression_from_json(json.dumps(data))
    return str(circe.build_cohort_query(expression, options))


def members(data: Any, rows: dict[str, list[tuple[Any, ...]]]) -> dict[int, str]:
    """Return who is in a cohort, with the first day.

    Args:
        data: the cohort expression.
        rows: of the tables, by name; everybody is observed from 2020 to 2021.
    """
    duckdb = pytest.importorskip("duckdb")
    sqlglot = pytest.importorskip("sqlglot")
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    connection = duckdb.connect()
    connection.execute(TABLES)
    people = sorted({row[0] for table in rows.values() for row in table})
    for person in people:
        period = (person, "2020-01-01", "2021-12-31")
        connection.execute("insert into cdm.observation_period values (?, ?, ?)", period)
    for table, held in rows.items():
        for row in held:
            connection.table(f"cdm.{table}").insert(row)
    concepts = {
        item["concept"]["CONCEPT_ID"]
        for s in data["ConceptSets"]
        for item in s["expression"]["items"]
    }
    for concept in concepts:
        connection.execute("insert into cdm.concept values (?, null)", (concept,))
    text = re.sub(
        r"\{(\d+) != (\d+)\}\?\{(.*?)\n\}",
        lambda m: m[3] if m[1] != m[2] else "",
        sql_of(data),
        flags=re.DOTALL,
    )
    for statement in sqlglot.parse(text.replace("#", "made_"), read="tsql"):
        if statement is None or statement.key in {"truncatetable", "drop", "command"}:
            continue
        query = re.sub(
            r"^SELECT(.*?) INTO (?:TEMPORARY )?(\w+) FROM",
            r"CREATE TABLE \2 AS SELECT\1 FROM",
            statement.sql("duckdb"),
            flags=re.DOTALL,
        )
        connection.execute(query)
    found = connection.execute("select subject_id, cohort_start_date from cohort").fetchall()
    return {person: str(day) for person, day in found}


def measured(person: int, at: int, concept: int, value: float, unit: int, day: str) -> Any:
    """Return a row of MEASUREMENT; reference limits are 10 and 300."""
    return (person, at, concept, 1, value, 300, 10, unit, day)


def condition(person: int, at: int, concept: int, day: str) -> Any:
    """Return a row of CONDITION_OCCURRENCE."""
    return (person, at, concept, 1, day, day)


def exposed(person: int, at: int, concept: int, day: str) -> Any:
    """Return a row of DRUG_EXPOSURE."""
    return (person, at, concept, 1, 1, 1, 0, day, day)
