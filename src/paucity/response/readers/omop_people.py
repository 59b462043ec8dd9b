"""Times, sex and age in an OMOP database."""

from __future__ import annotations

from typing import Any, Final

from paucity.response.readers.tables import text_of
from paucity.response.table_series import load_ibis

_SEX: Final = {8507: "male", 8532: "female"}
"""Concepts of `gender_concept_id`."""

_MIDNIGHT: Final = r"^\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?)?$"


def moment_of(rows: Any, date: str, datetime: str) -> Any:
    """Return when something was, as text: the date, or with its time where one is written.

    A time of exactly midnight is what databases write for a time that is not known, so it counts
    as none.

    Args:
        rows: the table.
        date: column of dates.
        datetime: column of dates with times; need not be there.
    """
    ibis = load_ibis()
    day, timed = text_of(rows, date), text_of(rows, datetime)
    return ibis.cases(
        ((timed != "") & ~timed.re_search(_MIDNIGHT), timed),
        (day != "", ibis.ifelse(day.re_search(_MIDNIGHT), day.substr(0, 10), day)),
        else_=timed.substr(0, 10),
    )


def aged(rows: Any, person: Any) -> Any:
    """Add to tidy rows the sex, and the age in completed years.

    Args:
        rows: tidy rows with dates.
        person: the table of people, or None. Where only the year of birth is known, the age is the
            difference of the years.
    """
    ibis = load_ibis()
    if person is None or "person_id" not in person.columns:
        return rows

    def whole(column: str) -> Any:
        if column not in person.columns:
            return ibis.null("int64")
        return person[column].try_cast("int64")

    gender = whole("gender_concept_id")
    people = person.select(
        participant=text_of(person, "person_id"),
        sex=ibis.cases(*((gender == k, v) for k, v in _SEX.items()), else_=""),
        year=whole("year_of_birth"),
        birthday=whole("month_of_birth") * 100 + whole("day_of_birth").fill_null(1),
    ).distinct(on="participant", keep="first")
    joined = rows.left_join(people, "participant")
    day = joined.date.substr(0, 10).try_cast("date")
    years = day.year() - joined.year
    before = (day.month() * 100 + day.day() < joined.birthday).fill_null(False)  # noqa: FBT003
    age = years - before.cast("int64")
    age = ibis.ifelse((age >= 0) & (age < 130), age, ibis.null("int64"))
    return joined.select(
        *rows.columns, sex=joined.sex.fill_null(""), age=age.cast("string").fill_null("")
    )
