"""Every cell of the published Tables 1, 2 and 4 against the computed one.

The figures on the right are typed from the published tables. Where the source is wrong, the row
of the audit that says so (docs/audit.md) is named.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from paucity.report.tables import named
from paucity.review import Review, bundled_review, load_review

if TYPE_CHECKING:
    from paucity.report.table import Table


@cache
def review() -> Review:
    return load_review(bundled_review("hlh-salvage"))


def table(name: str) -> Table:
    return named(review(), name)


# Table 1: gene, protein, disease. The source prints "Familial lymphohistiocytosis" (audit F10) and
# the outdated symbol BIRC4 (F10).
TABLE_1 = [
    ("PRF1", "Perforin", "familial hemophagocytic lymphohistiocytosis type 2"),
    ("UNC13D", "Munc13-4", "familial hemophagocytic lymphohistiocytosis type 3"),
    ("STX11", "Syntaxin-11", "familial hemophagocytic lymphohistiocytosis type 4"),
    (
        "STXBP2",
        "Syntaxin-binding protein 2",
        "familial hemophagocytic lymphohistiocytosis type 5",
    ),
    ("RAB27A", "Ras-related protein Rab-27A", "Griscelli syndrome type 2"),
    ("LYST", "Lysosomal trafficking regulator", "Chediak-Higashi syndrome"),
    (
        "SH2D1A",
        "Signaling lymphocytic activation molecule (SLAM) associated protein (SAP)",
        "X-linked lymphoproliferative disease type 1",
    ),
    (
        "XIAP",
        "X-linked inhibitor of apoptosis (XIAP)",
        "X-linked lymphoproliferative disease type 2",
    ),
]


def test_table_1_genes_proteins_and_diseases_come_out_in_the_printed_order() -> None:
    rows = [(r["gene"].text, r["protein"].text, r["disease"].text) for r in table("genes").rows]
    assert rows == TABLE_1


def test_table_1_says_that_the_symbol_printed_for_xiap_is_outdated() -> None:
    assert table("genes").rows[-1]["gene"].note == "printed as BIRC4"


# Table 2: regimen, N, CR, PR, NR, died, relapses after CR. The percentages of the first row are
# printed against 113 and are of 106 (audit A1); the second row counts courses (A6).
TABLE_2 = [
    (
        "henter-2002/all",
        "HLH-94",
        "113",
        "56 (53%)",
        "34 (32%)",
        "4 (4%)",
        "12 (11%)",
        "7",
    ),
    (
        "mahlaoui-2007/all",
        "ATG (rabbit)",
        "38 (45 courses)",
        "33 (73%)",
        "11 (24%)",
        "1 (2%)",
        "",
        "8",
    ),
]
COLUMNS_2 = ("regimen", "n", "level-CR", "level-PR", "level-NR", "level-died", "relapses")


def test_table_2_comes_out_cell_by_cell() -> None:
    rows = [
        (str(r["study"].value), *(r[c].text for c in COLUMNS_2)) for r in table("established").rows
    ]
    assert rows == TABLE_2


# Table 4: agent, cohort, N, dose, time, CR, PR, NR. Blank cells of the source are zeros without
# saying so (audit F7). The dose of the steroids in the last row lacks "per day" as printed (D6).
ATG_DOSE = (
    "rabbit ATG: 25 or 50 mg/kg over 5 days, by severity of disease; "
    "methylprednisolone: 4 mg/kg/day, then tapered"
)
ATG_TIME = "CR in a median of 8 days (range 4–15) (whole cohort: 38 patients, 45 courses)"
DEP_DOSE = (
    "liposomal doxorubicin 25 mg/m² on day 1; etoposide 100 mg/m² on days 1, 8, 15 and 22; "
    "methylprednisolone 15 mg/kg on days 1–3, then 2 mg/kg on days 4–6, "
    "then 1 mg/kg on days 7–10, then 0.75 mg/kg on days 11–14, then 0.5 mg/kg on days 15–21, "
    "then 0.4 mg/kg on days 22–28"
)
SC_DOSE = "30 mg three times weekly, subcutaneous"
TABLE_4 = {
    "behrens-2006/all": ("anakinra", 1, "2 mg/kg/day", "1 week", 1, 0, 0),
    "miettunen-2011/after-etoposide": ("anakinra", 2, "2 mg/kg/day", "10 days", 2, 0, 0),
    "mahlaoui-2007/after-etoposide": ("ATG (rabbit)", 2, ATG_DOSE, ATG_TIME, 2, 0, 0),
    "mahlaoui-2007/repeat-course": ("ATG (rabbit)", 7, ATG_DOSE, ATG_TIME, 6, 1, 0),
    "strout-2010/all": ("alemtuzumab", 1, SC_DOSE, "1 week", 0, 1, 0),
    "gerard-2012/all": ("alemtuzumab", 1, SC_DOSE, "1 week and 2 weeks", 0, 1, 0),
    "marsh-2013/all": (
        "alemtuzumab",
        22,
        "median 1 mg/kg (range 0.1–8.9) over a median of 4 days (range 2–10)",
        "2 weeks",
        0,
        14,
        8,
    ),
    "wang-2015/eligible": ("DEP", 34, DEP_DOSE, "2 weeks and 4 weeks", 12, 14, 8),
}


def test_table_4_has_exactly_the_eight_published_rows() -> None:
    assert {str(r["study"].value) for r in table("responses").rows} == set(TABLE_4)


@pytest.mark.parametrize("key", TABLE_4)
def test_table_4_comes_out_cell_by_cell(key: str) -> None:
    row = next(r for r in table("responses").rows if r["study"].value == key)
    agent, n, dose, time, *levels = TABLE_4[key]
    assert row.group == agent
    assert row["n"].value == n
    assert row["dose"].text.startswith(dose)
    assert row["time"].text.startswith(time)
    assert [row[f"level-{x}"].value for x in ("CR", "PR", "NR")] == levels


def test_every_count_of_table_4_points_at_the_line_it_is_written_on() -> None:
    for row in table("responses").rows:
        for level in ("CR", "PR", "NR"):
            cell = row[f"level-{level}"]
            assert cell.span is not None
            line = review().texts[cell.span.file].splitlines()[cell.span.line - 1]
            assert cell.value == 0 or str(cell.value) in line


# Totals by agent: evidence in the source's Table 4, units kept apart (audit F7, section 3.8 of the
# structured evidence).
TOTALS = {
    ("anakinra", "patients"): (3, 3, 0, 0),
    ("ATG (rabbit)", "patients"): (2, 2, 0, 0),
    ("ATG (rabbit)", "courses"): (7, 6, 1, 0),
    ("alemtuzumab", "patients"): (24, 0, 16, 8),
    ("DEP", "patients"): (34, 12, 14, 8),
}


def test_totals_keep_patients_and_courses_apart() -> None:
    rows = {
        (r["agent"].text, r["unit"].text): tuple(
            r[c].value for c in ("n", "level-CR", "level-PR", "level-NR")
        )
        for r in table("totals").rows
    }
    assert rows == TOTALS


# Section 3.3: counts re-derived from printed percentages (audit B6, C11, C13).
TOXICITY = {
    ("marsh-2013/all", "CMV viremia", "before"): (3, "14%"),
    ("marsh-2013/all", "CMV viremia", "after"): (7, "32%"),
    ("marsh-2013/all", "adenovirus viremia", "before"): (0, "0%"),
    ("marsh-2013/all", "adenovirus viremia", "after"): (5, "23%"),
    ("marsh-2013/all", "EBV viremia", "before"): (8, "36%"),
    ("marsh-2013/all", "EBV viremia", "after"): (5, "23%"),
    ("marsh-2013/all", "fever", "after"): (4, ""),
    ("marsh-2013/all", "urticaria", "after"): (1, ""),
    ("marsh-2013/all", "neutropenia", "after"): (4, ""),
    ("marsh-2013/all", "thrombocytopenia", "after"): (2, ""),
    ("marsh-2013/all", "bloodstream infection", "after"): (9, ""),
    ("mahlaoui-2007/all", "immediate adverse event", "after"): (20, ""),
    ("mahlaoui-2007/all", "fever or chills", "after"): (18, "40%"),
    ("mahlaoui-2007/all", "neutropenia", "after"): (7, "16%"),
    ("mahlaoui-2007/all", "neurologic symptoms", "after"): (2, "4%"),
    ("mahlaoui-2007/all", "other", "after"): (5, "11%"),
    ("mahlaoui-2007/all", "infection", "after"): (10, "22%"),
    ("mahlaoui-2007/all", "EBV-associated lymphoproliferative disorder", "after"): (3, ""),
    ("mahlaoui-2007/all", "death", "after"): (4, ""),
}


@pytest.mark.parametrize("key", TOXICITY, ids="-".join)
def test_toxicity_counts_are_those_the_printed_percentages_can_only_mean(
    key: tuple[str, str, str],
) -> None:
    study, event, when = key
    row = next(
        r
        for r in table("toxicity").rows
        if (r["study"].value, r["event"].value) == (study, event)
        and r["when"].text.startswith(when)
    )
    assert (row["count"].value, row["printed"].text) == TOXICITY[key]
    assert bool(row["count"].derived) == bool(row["printed"].text)


def test_survival_to_transplant_is_17_of_22_derived_from_77_percent() -> None:
    row = next(r for r in table("outcomes").rows if r["study"].value == "marsh-2013/all")
    assert row["count"].text == "17 of 22 (77%)"
    assert row["count"].derived == "77% of 22 is 17"


def test_relapses_counted_after_a_response_have_the_responders_as_denominator() -> None:
    row = next(
        r
        for r in table("outcomes").rows
        if r["outcome"].value == "relapse" and r["study"].value == "mahlaoui-2007/all"
    )
    assert row["count"].text == "8 of 33 (24%)"
