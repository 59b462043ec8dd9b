"""Doses and regimens: read exactly, laid out by day, added up, checked and said in English."""

from paucity.dosing.amount import Amount, bounds_of, parse_amount
from paucity.dosing.checks import DOSE_CHECKS, REGIMEN_CHECKS, check_dose, check_regimen
from paucity.dosing.english import describe, describe_regimen, say_amount, say_bounds
from paucity.dosing.library import library_regimens, load_library_regimen
from paucity.dosing.model import Dose, Regimen, amount_of, read_regimen, reading_of
from paucity.dosing.schedule import (
    DayDose,
    Equivalent,
    Layout,
    Remark,
    Total,
    assumptions,
    cumulative,
    daily,
    equivalents,
    lay_out,
)

__all__ = [
    "DOSE_CHECKS",
    "REGIMEN_CHECKS",
    "Amount",
    "DayDose",
    "Dose",
    "Equivalent",
    "Layout",
    "Regimen",
    "Remark",
    "Total",
    "amount_of",
    "assumptions",
    "bounds_of",
    "check_dose",
    "check_regimen",
    "cumulative",
    "daily",
    "describe",
    "describe_regimen",
    "equivalents",
    "lay_out",
    "library_regimens",
    "load_library_regimen",
    "parse_amount",
    "read_regimen",
    "reading_of",
    "say_amount",
    "say_bounds",
]
