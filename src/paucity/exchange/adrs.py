"""Assessments as a table like CDISC ADaM's ADRS: one row for each participant and definition.

ADaM has no value for a range of levels ("PR or NR"), nor for a level that only a missing value
keeps open. Such a row has `AVALC` `NE` (not evaluable), the term of the CDISC response codelists
for a response that cannot be told, and the range stands in a column of its own, `RSPRANGE`.

Columns of ADaM (ADaM Implementation Guide, basic data structure): `STUDYID`, `USUBJID`, `PARAMCD`
(at most 8 letters and digits), `PARAM`, `AVALC`, `AVAL`, `ADY`, `ANL01FL`. `ADY` counts as ADaM
does: the day of the first dose is day 1, the day before it day -1, and there is no day 0.

Columns of our own, with names as ADaM allows them: `DEFN` (the definition), `CERTFL` (`Y` where the
level is certain), `RSPRANGE` (all levels possible, best first), `DECIDING` (the markers that would
decide), `DATASRC` (the data that were assessed).
"""

from __future__ import annotations

import csv
import io
import re
from math import floor
from typing import TYPE_CHECKING, Final

from paucity.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from paucity.response.assess import Assessment
    from paucity.response.evaluate import Outcome

COLUMNS: Final = (
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "PARAM",
    "AVALC",
    "AVAL",
    "ADY",
    "ANL01FL",
    "DEFN",
    "CERTFL",
    "RSPRANGE",
    "DECIDING",
    "DATASRC",
)

NOT_EVALUABLE: Final = "NE"
_LONGEST: Final = 8


def parameter_codes(definitions: Sequence[str]) -> dict[str, str]:
    """Return a PARAMCD for each definition: its name in at most 8 capitals and digits.

    Names that would be cut to the same code end in a number, in order of the names.

    >>> parameter_codes(["wang-2015", "marsh-2013-emended", "marsh-2013"])
    {'wang-2015': 'WANG2015', 'marsh-2013-emended': 'MARSH202', 'marsh-2013': 'MARSH201'}
    """
    cut = {d: _cut(d) for d in definitions}
    used: set[str] = set()
    codes = {}
    for name in sorted(cut):
        code, count = cut[name], 1
        while code in used:
            count += 1
            code = f"{cut[name][: _LONGEST - len(str(count))]}{count}"
        used.add(code)
        codes[name] = code
    return {d: codes[d] for d in definitions}


def _cut(name: str) -> str:
    word = re.sub(r"[^A-Z0-9]", "", name.upper()) or "RESPONSE"
    return (word if word[0].isalpha() else f"R{word}")[:_LONGEST]


def study_day(day: Fraction) -> int:
    """Return the study day of a time in days from the first dose: day 0 is study day 1.

    >>> from fractions import Fraction
    >>> study_day(Fraction(14)), study_day(Fraction(-1, 2))
    (15, -1)
    """
    whole = floor(day)
    return whole + 1 if whole >= 0 else whole


def adrs_rows(
    assessments: Sequence[Assessment], study: str, source: str, labels: dict[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Yield the rows: cells by column.

    Args:
        assessments: of the same participants, each by one definition.
        study: identifier of the study.
        source: name of the data that were assessed.
        labels: how to print each definition; its name, if left out.
    """
    codes = parameter_codes([a.definition for a in assessments])
    for assessment in assessments:
        label = (labels or {}).get(assessment.definition, assessment.definition)
        for outcome in assessment.outcomes:
            yield {
                "STUDYID": study,
                "USUBJID": outcome.participant,
                "PARAMCD": codes[assessment.definition],
                "PARAM": f"Response by {label}",
                **_result(outcome, assessment.levels),
                "DEFN": assessment.definition,
                "CERTFL": "Y" if outcome.certain else "N",
                "RSPRANGE": outcome.result,
                "DECIDING": "; ".join(outcome.deciding),
                "DATASRC": source,
            }


def _result(outcome: Outcome, levels: Sequence[str]) -> dict[str, str]:
    """Return the analysis value: the level, its rank (best is 1), and the day of the last value."""
    days = [state.value_day for state in outcome.markers if state.value_day is not None]
    level = outcome.level if outcome.certain else NOT_EVALUABLE
    return {
        "AVALC": level,
        "AVAL": str(levels.index(outcome.level) + 1) if outcome.certain else "",
        "ADY": str(study_day(max(days))) if days else "",
        "ANL01FL": "Y",
    }


def adrs_csv(
    assessments: Sequence[Assessment], study: str, source: str, labels: dict[str, str] | None = None
) -> str:
    """Return assessments as an ADRS-like CSV file.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.

    Args:
        assessments: of the same participants, each by one definition.
        study: identifier of the study.
        source: name of the data that were assessed.
        labels: how to print each definition; its name, if left out.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in adrs_rows(assessments, study, source, labels):
        writer.writerow({column: harmless(cell) for column, cell in row.items()})
    return out.getvalue()
