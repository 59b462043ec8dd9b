"""Generated measurements, dense at thresholds, and generated definitions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st
from tests.assess.conftest import defined, library

from paucity.response.settings import (
    Confirmation,
    Confounder,
    ReferenceLimit,
    Settings,
    duration,
)

DAYS = ("-40", "-29", "-28", "-1", "0", "0.5", "1", "7", "13", "14", "14.5", "15", "28")
NUMBERS = {
    "ferritin": (("ug/l", ("0", "300", "1500", "3567", "3567.1", "4756", "<300", ">4756")),),
    "sil2r": (("U/ml", ("0", "1000", "1500", "2400", "1000.001")),),
    "triglycerides": (
        ("mmol/l", ("0", "1", "3", "4", "<3", "2.25")),
        ("mg/dl", ("265", "354", "265.5", "265.71")),
    ),
    "anc": (
        ("10^9/l", ("0", "0.25", "0.5", "1", "2", "2.01", "4", "5", "<0.5", "<0.1", ">2")),
        ("cells/ul", ("0", "500", "1000", "2000", "2010")),
    ),
    "alt": (("U/l", ("200", "400", "401", "200.5", ">400")),),
    "hemoglobin": (("g/l", ("89.9", "90", "<=90")), ("g/dl", ("9", "8.99"))),
    "platelets": (("10^9/l", ("99", "100", ">=100")),),
    "temperature": (("Cel", ("38.3", "38.4", "38.5", "39.4", "39.5")),),
    "leukocytes": (("10^9/l", ("5", "5.1", "<5")),),
    "fibrinogen": (("g/l", ("1.5", "2.5", "1.31")), ("mg/dl", ("131", "360"))),
    "ast": (("U/l", ("29", "30", "48", "49")),),
}
SIGNS = {
    "fever": ("present", "absent"),
    "hemophagocytosis": ("present", "absent"),
    "consciousness": ("altered", "normal"),
    "splenomegaly": ("present", "absent"),
    "hepatomegaly": ("present", "absent"),
    "nk-activity": ("normal", "low", "absent"),
}
EVENTS = ("next therapy", "death", "transfusion", "G-CSF")


@st.composite
def _number_row(draw: st.DrawFn) -> str:
    marker = draw(st.sampled_from(sorted(NUMBERS)))
    unit, values = draw(st.sampled_from(NUMBERS[marker]))
    low = draw(st.sampled_from(("", "", "1", "90")))
    high = draw(st.sampled_from(("", "300", "400", "1.7")))
    flags = draw(st.sampled_from(("", "", "H", "N", "L", "transfused", "g-csf H")))
    day, value = draw(st.sampled_from(DAYS)), draw(st.sampled_from(values))
    age = draw(st.sampled_from(("", "0.05", "0.0767", "3", "40")))
    return f"{marker},{day},{value},{unit},{low},{high},{flags},{age}"


@st.composite
def _sign_row(draw: st.DrawFn) -> str:
    marker = draw(st.sampled_from(sorted(SIGNS)))
    return f"{marker},{draw(st.sampled_from(DAYS))},{draw(st.sampled_from(SIGNS[marker]))},,,,,"


@st.composite
def _event_row(draw: st.DrawFn) -> str:
    return f"{draw(st.sampled_from(EVENTS))},{draw(st.sampled_from(DAYS))},,,,,,"


def rows(most: int = 60) -> st.SearchStrategy[str]:
    """Return rows of several participants, with repeats and conflicts."""
    row = st.one_of(_number_row(), _number_row(), _number_row(), _sign_row(), _event_row())
    one = st.tuples(st.sampled_from(("p1", "p2", "p3")), row).map(",".join)
    return st.lists(one, min_size=1, max_size=most).map("\n".join)


LIBRARY = tuple(
    library(name)
    for name in (
        "marsh-2013",
        "marsh-2013-emended",
        "wang-2015",
        "wang-2015-fever-mandatory",
        "miettunen-2011-hlh2004",
    )
)

CRITERIA = tuple(
    library(name)
    for name in ("hlh-2004", "hlh-2004-without-nk", "hscore", "mas-2016", "mh-score", "ohi")
)

_RULES = (
    "percent_change <= -25",
    "percent_change <= -100",
    "fold_decrease > 1.5",
    "fold_decrease >= 1.5",
    "fold_decrease < 1.5",
    "fold_increase >= 2",
    "percent_change >= 100 and value > 0.5",
    "value <= 2 * upper_limit",
    "value < lower_limit or value > 2.0",
    "change <= -1 or value == 0",
    "not (value >= 0.5)",
    "percent_change == 0",
    "value != 3",
    "normal",
    "normal and baseline is abnormal",
    "resolved",
)
_WHENS = ("", "when: baseline < 0.5, ", "when: baseline <= 2, ", "when: baseline is abnormal, ")
_LEVELS = (
    "{CR: all normal, PR: at least 2 improved, NR: otherwise}",
    "{CR: all improved, PR: any improved}",
    "{CR: ferritin is normal and not (anc is abnormal), PR: fever is resolved or anc is improved}",
    "{CR: (ferritin is improved or ferritin is untested) and anc > 0.5, NR: otherwise}",
    "{PR: 'at least 1 resolved of (fever, anc)', NR: otherwise}",
)


@st.composite
def definitions(draw: st.DrawFn) -> object:
    """Return a published definition, or one made of rules of every sort."""
    if draw(st.booleans()):
        return draw(st.sampled_from(LIBRARY))

    def band() -> str:
        when = draw(st.sampled_from(_WHENS))
        return "{" + when + f'improved: "{draw(st.sampled_from(_RULES))}"' + "}"

    text = f"""
kind: response
assess: {{by: 14 d}}
markers:
  ferritin: [{band()}, {band()}]
  anc: [{band()}, {band()}, {{normal: value >= 1}}]
  triglycerides: {band()}
  fever: {{when: baseline is present, improved: resolved}}
levels: {draw(st.sampled_from(_LEVELS))}
"""
    return defined(text)


_MET = (
    "value > 3567",
    "value >= 1500",
    "value < 0.5 or value > 2",
    "value between 300 and 1500",
    "age < 4 wk",
    "age >= 3 y and value > 300",
    "value > upper_limit",
    "limit",
)
_AGES = ("", "when: age < 4 wk, ", "when: age >= 3 y, ")
_CRITERIA = (
    "at least 2 met of (ferritin, anc, triglycerides)",
    "fever is present or anc is met",
    "not (ferritin is met)",
    "anc < 0.5 and triglycerides is met",
)
_DIAGNOSES = (
    "{met: 'at least 2 met of (first, second, ferritin, fever)', not met: otherwise}",
    "{met: at least 1 met, not met: otherwise}",
    "{met: fever is met or (second is met and not (anc is met))}",
    "{sure: all met, likely: first is met or second is met, no: otherwise}",
)
_SCORES = (
    "{high: score >= 7, low: otherwise}",
    "{high: score > 12.5, middle: score between 3 and 7 or second is met, low: score < 3}",
    "{even: score == 5, other: score != 5}",
    "{}",
)
_TABLES = ("", "probability: {0: <1, 5: 10, 9: 40, 20: '>99'}", "probability: {3: 20, 7: 30.5}")


@st.composite
def diagnoses(draw: st.DrawFn) -> object:
    """Return a diagnosis or a score, published or made of rules of every sort."""
    if draw(st.booleans()):
        return draw(st.sampled_from(CRITERIA))
    kind = draw(st.sampled_from(("diagnosis", "score")))

    def points() -> str:
        if kind == "diagnosis":
            return ""
        return f", points: {draw(st.sampled_from(('0', '2', '5', '7.5', '-3')))}"

    def band() -> str:
        when = draw(st.sampled_from(_AGES))
        return "{" + when + f'met: "{draw(st.sampled_from(_MET))}"' + points() + "}"

    def criterion() -> str:
        return "{" + f'met: "{draw(st.sampled_from(_CRITERIA))}"' + points() + "}"

    levels = draw(st.sampled_from(_DIAGNOSES if kind == "diagnosis" else _SCORES))
    table = draw(st.sampled_from(_TABLES)) if kind == "score" else ""
    text = f"""
kind: {kind}
assess: {draw(st.sampled_from(("{}", "{since: 28 d}", "{since: 7 d, by: 14 d}")))}
parameters: {{limit: {{default: value > 500, variants: [value >= 500]}}}}
markers:
  ferritin: [{band()}, {band()}, {{met: value == 0{points()}}}]
  anc: [{band()}, {band()}]
  triglycerides: {band()}
  fever: {{met: present{points()}}}
criteria:
  first: [{criterion()}, {criterion()}]
  second: {criterion()}
levels: {levels}
{table}
"""
    return defined(text)


@st.composite
def refractory(draw: st.DrawFn) -> object:
    """Return refractoriness by a level of a published definition."""
    level = draw(st.sampled_from(("CR", "PR", "NR")))
    judge = draw(st.sampled_from(("wang-2015", "marsh-2013")))
    return defined(
        f"kind: refractoriness\nfails: {{level: {level}, after: 2 wk, definition: {judge}}}"
    )


_SELECTIONS = ("last", "first", "nearest", "best", "worst")


@st.composite
def settings_of(draw: st.DrawFn) -> Settings:
    """Return choices of every sort."""
    confounders = draw(
        st.sampled_from(
            (
                (),
                (Confounder("transfusion", ("platelets", "hemoglobin"), Fraction(7)),),
                (
                    Confounder("G-CSF", ("absolute neutrophil count",)),
                    Confounder("transfusion", ("absolute neutrophil count", "ferritin")),
                ),
            )
        )
    )
    limits = draw(
        st.sampled_from(
            (
                (),
                (
                    ReferenceLimit("ferritin", "ng/ml", Fraction("10.05"), Fraction("3567.05")),
                    ReferenceLimit("triglycerides", "mg/dl", high=Fraction(265)),
                ),
            )
        )
    )
    return Settings(
        baseline=draw(st.sampled_from(_SELECTIONS)),
        value=draw(st.sampled_from((None, *_SELECTIONS))),
        baseline_age=draw(st.sampled_from((None, duration("28 d")))),
        by=draw(st.sampled_from((None, duration("7 d")))),
        at=draw(st.sampled_from((None, None, duration("13 d")))),
        confirm=draw(st.sampled_from((None, Confirmation(duration("1 d"), duration("14 d"))))),
        censor=draw(st.sampled_from(((), ("next therapy", "death")))),
        confounders=confounders,
        zero_baseline=draw(st.sampled_from(("level", "not evaluable"))),
        normal=draw(st.sampled_from(("within limits", "disease"))),
        limits=limits,
        limits_first=draw(st.sampled_from(("data", "settings"))),
        since=draw(st.sampled_from((None, None, duration("28 d")))),
        parameters=draw(
            st.sampled_from(
                (
                    (),
                    (("limit", "value >= 1500"),),
                    (("ferritin-rule", "value > 1500"), ("fever-rule", "temperature >= 38.5")),
                    (("scd25-rule", "value > upper_limit"),),
                )
            )
        ),
    )
