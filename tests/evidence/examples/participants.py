"""Participants described one by one: what they name, their values, and their levels."""

from __future__ import annotations

from support.reviews import Example

STUDY = """
source: Table 1
cohorts:
  all: {patients: 2, prior: etoposide}
therapies: {x: {agent: anakinra}}
responses:
  - {cohort: all, therapy: x, counts: {PR: 1, NR: 1}, definition: rule, assessed: 2 wk}
"""

RULE = """
kind: response
markers: {ferritin: {improved: percent_change <= -25}}
assess: {by: 2 wk}
levels: {PR: at least 1 improved, NR: otherwise}
scale: [PR, NR]
"""

HALVED = """
    values:
      - {marker: ferritin, day: 0, value: 900, unit: ug/l}
      - {marker: ferritin, day: 14, value: 450, unit: ug/l}
"""


OTHER = "study: doe-2001\nparticipants: {one: {sex: female}}\n"


def one(body: str, rest: str = HALVED) -> str:
    """Return a file with one participant."""
    return f"participants:\n  one:\n    {body}{rest}"


def example(
    code: str, claim: str, text: str, says: str, mended: dict[str, str], **more: str
) -> Example:
    """Return an example in a file of participants."""
    study = more.pop("study", STUDY)
    name = more.pop("file", "participants/doe-2001.yaml")
    other = {"participants/a.yaml": OTHER} if code == "participant-repeated" else {}
    return Example(
        code=code,
        claim=claim,
        study=study,
        files={"definitions/rule.yaml": RULE, name: text, **other},
        says=(says,),
        mended=mended,
        **{"subject": "doe-2001/one", **more},
    )


EXAMPLES = (
    example(
        "dangling-participant",
        "a participant of a study that is not there is found",
        "study: roe-1999\n" + one("»cohort: all"),
        "there is no study `roe-1999`",
        {"roe-1999": "doe-2001"},
        subject="roe-1999/one",
    ),
    example(
        "dangling-participant",
        "a participant of a cohort that is not there is found",
        one("cohort: »al"),
        "there is no cohort `al`",
        {"cohort: al\n": "cohort: all\n"},
        hint="all",
    ),
    example(
        "dangling-participant",
        "where a study has several cohorts a participant must name its own",
        one("»sex: male"),
        "the cohort of doe-2001/one is not said",
        {"sex: male": "cohort: all"},
        study=STUDY.replace("cohorts:", "cohorts:\n  other: {patients: 1}"),
        hint="other, all",
    ),
    example(
        "dangling-participant",
        "a definition that is not there is found",
        one("reported: {level: PR, definition: »rules}"),
        "there is no definition `rules`",
        {"definition: rules": "definition: rule"},
        hint="rule",
    ),
    example(
        "dangling-participant",
        "a level that the scale does not have is found",
        one("reported: »RP"),
        "there is no level `RP`",
        {"RP": "PR"},
    ),
    example(
        "dangling-participant",
        "a level that the definition does not have is found",
        one("reported: {level: »CR, definition: rule}"),
        "the definition `rule` has no level `CR`",
        {"level: CR": "level: PR"},
        hint="its levels: PR, NR",
    ),
    example(
        "dangling-participant",
        "a therapy that the study does not have is found",
        one("therapy: »y"),
        "there is no therapy `y`",
        {"therapy: y\n": "therapy: x\n"},
    ),
    example(
        "dangling-participant",
        "a document that is not there is found",
        one("source: {at: Table 2, read_in: »roe-1999}"),
        "there is no document `roe-1999`",
        {", read_in: roe-1999": ""},
    ),
    example(
        "participant-without-source",
        "values without a place in a document are found",
        one(
            "cohort: all",
            HALVED.replace("- {marker: ferritin, day: 0", "- »{marker: ferritin, day: 0"),
        ),
        "where 2 values and levels of doe-2001/one stand is not said",
        {"cohort: all\n    values": "cohort: all\n    source: page 3\n    values"},
        study=STUDY.replace("source: Table 1\n", ""),
    ),
    example(
        "value-unusable",
        "a unit that only an assay could convert is refused",
        one("cohort: all", HALVED + "      - {marker: sil2r, day: 0, value: 900, unit: »pg/ml}\n"),
        "soluble IL-2 receptor",
        {"pg/ml": "U/ml"},
        subject="doe-2001/one/soluble IL-2 receptor",
    ),
    example(
        "value-unusable",
        "a value without a unit is refused",
        one("cohort: all", HALVED + "      - {marker: »triglycerides, day: 0, value: 3}\n"),
        "has no unit",
        {"value: 3}": "value: 3, unit: mmol/l}"},
        subject="doe-2001/one/triglycerides",
    ),
    example(
        "value-unusable",
        "words in place of a number are refused",
        one(
            "cohort: all",
            HALVED + "      - {marker: platelets, day: 0, value: »few, unit: 10^9/l}\n",
        ),
        "`few` is not a number",
        {"value: few, unit: 10^9/l": "told: few"},
        subject="doe-2001/one/platelets",
    ),
    example(
        "value-unusable",
        "a flag that says nothing of the value does not stand for one",
        one("cohort: all", HALVED + "      - {marker: platelets, day: 0, flags: »transfusion}\n"),
        "neither a value is told nor that it is normal",
        {"flags: transfusion": "flags: low"},
        subject="doe-2001/one/platelets",
    ),
    example(
        "value-doubtful",
        "two values of one marker on one day are found",
        one(
            "cohort: all", HALVED + "      - {marker: ferritin, day: 14, value: »700, unit: ug/l}\n"
        ),
        "ferritin is 450 ug/l and 700 ug/l at one time",
        {"value: 700": "value: 450"},
        subject="doe-2001/one/ferritin",
    ),
    example(
        "value-doubtful",
        "a value without its day is not computed with, and found",
        one("cohort: all", HALVED + "      - »{marker: platelets, value: 50, unit: 10^9/l}\n"),
        "platelets: its day is not told",
        {"{marker: platelets, value: 50": "{marker: platelets, day: 3, value: 50"},
        subject="doe-2001/one/platelets",
        hint="told",
    ),
    example(
        "value-doubtful",
        "limits that are reversed are not used, and found",
        one(
            "cohort: all", HALVED.replace("450, unit: ug/l", "450, unit: ug/l, low: »300, high: 30")
        ),
        "the lower reference limit is above the upper one",
        {"low: 300, high: 30": "low: 30, high: 300"},
        subject="doe-2001/one/ferritin",
    ),
    example(
        "value-doubtful",
        "a flag that means nothing is found",
        one("cohort: all", HALVED.replace("450, unit: ug/l", "450, unit: ug/l, flags: »fasting")),
        "the flag `fasting` means nothing here",
        {"fasting": "high"},
        subject="doe-2001/one/ferritin",
    ),
    example(
        "participants-exceed",
        "three participants of a cohort of two are found",
        "participants:\n  a: {cohort: all}\n  b: {cohort: all}\n  c: »{cohort: all}\n",
        "`all` has 2 patients, and 3 are described: `a`, `b` and `c`",
        {"patients: 2": "patients: 3"},
        subject="doe-2001/all",
    ),
    example(
        "participants-against-counts",
        "two reported as PR where the response counts one are found",
        "participants:\n  a: {reported: {level: PR, definition: rule}}\n"
        "  one: {reported: {level: »PR, definition: rule}}\n",
        "`a` and `one` are reported as PR, of which the response of `all` to `x` counts 1",
        {"one: {reported: {level: PR": "one: {reported: {level: NR"},
    ),
    example(
        "participants-against-counts",
        "a level that nobody is at is found, the others accounting for everyone",
        one("reported: »CR"),
        "`one` is reported as CR, of which the response of `all` to `x` counts 0",
        {"CR": "PR"},
    ),
    example(
        "response-recomputed-differs",
        "a partial response by a rule that the values certainly fail is found",
        one("reported: {level: »PR, definition: rule}", HALVED.replace("450", "850")),
        "doe-2001/one is reported as PR, and is NR by `rule`: ferritin not improved",
        {"value: 850": "value: 450"},
    ),
    example(
        "response-recomputed-differs",
        "values that leave the level open contradict nothing",
        one("reported: »NR"),
        "doe-2001/one is reported as NR, and is PR by `rule`: ferritin improved",
        {"{marker: ferritin, day: 0, value: 900": "{marker: ferritin, day: 0, value: '>500'"},
    ),
    example(
        "participant-repeated",
        "one participant in two files is found",
        one("»reported: PR"),
        "doe-2001/one is also described in participants/a.yaml",
        {"participants:\n  one:\n    reported": "participants:\n  two:\n    reported"},
    ),
    example(
        "participant-repeated",
        "a table that gives another sex than the YAML file is found",
        "participant,sex,marker,day,value,unit\n»one,male,platelets,0,50,10^9/l\n",
        "`sex` of doe-2001/one is male here, and female in participants/a.yaml",
        {"one,male": "one,female"},
        file="participants/doe-2001.csv",
    ),
    example(
        "participants-table",
        "a column that is none is found",
        "»participant,marker,weekday,value,unit\none,platelets,0,50,10^9/l\n",
        "`weekday` is not a column here",
        {"weekday": "day"},
        file="participants/doe-2001.csv",
        subject="participants/doe-2001.csv",
    ),
    example(
        "participants-table",
        "a row with a cell too many is found",
        "participant,marker,day,value,unit\n»one,platelets,0,1,500,10^9/l\n",
        "the row has 6 cells, the header 5",
        {"1,500": "1500"},
        file="participants/doe-2001.csv",
        subject="participants/doe-2001.csv",
    ),
    example(
        "participants-table",
        "rows that say different things of one participant are found",
        "participant,sex,marker,day,value,unit\n"
        "one,male,platelets,0,50,10^9/l\n»one,female,platelets,7,60,10^9/l\n",
        "`sex` of one is `female`, and `male` further up",
        {"one,female": "one,male"},
        file="participants/doe-2001.csv",
        subject="participants/doe-2001.csv",
    ),
)
