"""Printed percentages against the counts they are said to come from."""

from __future__ import annotations

from support.reviews import Example

HLH_94 = """
source: Table 2
cohorts:
  all: {patients: 113}
therapies: {x: {agent: HLH-94}}
responses:
  - cohort: all
    therapy: x
    counts: {CR: 56, PR: 34, NR: 4, died: 12}
    percents: {CR: 53, PR: 32, NR: 4, died: 11}
    complete: false
"""

ATG = """
source: Introduction
cohorts:
  all: {patients: 38, courses: 45}
therapies: {x: {agent: rabbit ATG}}
responses:
  - cohort: all
    therapy: x
    of: courses
    counts: {CR: 33, PR: 11, NR: 1}
    percents: {CR: 73, PR: 24, NR: 2}
"""

EXAMPLES = (
    Example(
        code="percent-base",
        claim="the percentages of HLH-94 are of 106, the sum of all four counts (audit A1)",
        study=HLH_94.replace("{CR: 53", "{CR: »53"),
        says=(
            "56 of 113 is 50%, printed as 53%",
            "34 of 113 is 30%, printed as 32%",
            "all the percentages fit",
            "106 = 56 + 34 + 4 + 12 (CR, PR, NR, died)",
        ),
        mended={"patients: 113": "patients: 106"},
    ),
    Example(
        code="percent-base",
        claim="a percentage of courses told again of patients fits the courses (audit A6)",
        study=ATG + "    restated: {percents: {CR: »73}, of: patients, source: page 2}\n",
        says=("33 of 38 is 87%, printed as 73%", "as told again in page 2", "fits 45"),
        mended={"of: patients": "of: courses"},
    ),
    Example(
        code="percent-base",
        claim="percentages that no denominator explains are said to fit none",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 10}
        therapies: {x: {agent: anakinra}}
        responses:
          - cohort: all
            therapy: x
            counts: {CR: 4, NR: 6}
            percents: {CR: »60, NR: 40}
        """,
        says=("4 of 10 is 40%, printed as 60%", "no denominator fits them all"),
        mended={"CR: 60, NR: 40": "CR: 40, NR: 60"},
    ),
    Example(
        code="percent-fits-no-count",
        claim="40% of 38 patients is no whole number, and is 18 of the 45 courses (audit B6)",
        study="""
        source: section 3
        cohorts:
          all: {patients: 38, courses: 45}
        events:
          - {cohort: all, event: fever or chills, percent: »40}
        """,
        says=("40% of 38 patients is no whole number: 15 would be 39.5%",),
        hint="it fits 18 of the 45 courses",
        subject="doe-2001/all/fever or chills",
        mended={"percent: 40": "percent: 40, of: courses"},
    ),
    Example(
        code="percent-ambiguous",
        claim="50% of 250 is 124 to 126, so that no count follows",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 250}
        events:
          - {cohort: all, event: fever, percent: »50}
        """,
        says=("50% of 250 is 124 to 126",),
        hint="find the count",
        subject="doe-2001/all/fever",
        mended={"percent: 50": "percent: 50.0"},
    ),
    Example(
        code="courses-as-patients",
        claim="73% of patients are 73% of the 45 courses (audit A6)",
        study=ATG + "    restated: {percents: {CR: 73}, of: »patients, source: page 2}\n",
        says=("73% of patients: they fit the 45 courses, not the 38 patients",),
        hint="the unit counted is courses",
        mended={"of: patients": "of: courses"},
    ),
    Example(
        code="left-out-but-counted",
        claim="the dead said to be left out are in the denominator of 106 (audit A2)",
        study=HLH_94 + "    left_out: »died\n",
        says=(
            "died is said to be left out, but the percentages are of 106",
            "they would be of 94: CR 59.6%, PR 36.2%, NR 4.3%",
        ),
        mended={
            "CR: 53, PR: 32, NR: 4, died: 11": "CR: 60, PR: 36, NR: 4",
        },
    ),
    Example(
        code="restated-otherwise",
        claim="a result told again with other figures and another unit is found",
        study=ATG
        + "    restated: »{counts: {CR: 32}, percents: {CR: 71}, of: patients, source: page 2}\n",
        says=("told again in page 2 otherwise", "CR 33 and 32", "CR 73% and 71%", "courses and"),
        mended={"{CR: 32}": "{CR: 33}", "{CR: 71}, of: patients": "{CR: 73}"},
    ),
)
