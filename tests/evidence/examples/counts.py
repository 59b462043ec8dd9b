"""Counts that exceed, or do not add up to, what they are counts of."""

from __future__ import annotations

from support.reviews import Example

ATG = """
cohorts:
  all: {patients: 38, courses: 45}
  second-line: {part_of: all, patients: 10, courses: 10}
therapies: {atg: {agent: rabbit ATG}}
source: Table 2
responses:
  - {cohort: all, therapy: atg, of: courses, counts: {CR: 33, PR: 11, NR: 1}}
"""

EXAMPLES = (
    Example(
        code="counts-exceed",
        claim="levels that add up to more than the people assessed are found",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 6}
        responses:
          - {cohort: all, therapy: x, counts: »{CR: 4, PR: 3}}
        therapies: {x: {agent: anakinra}}
        """,
        says=("4 CR + 3 PR is 7, more than the 6 patients",),
        mended={"PR: 3": "PR: 2"},
    ),
    Example(
        code="counts-exceed",
        claim="an event in more people than there are is found",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 6}
        events:
          - {cohort: all, event: fever, count: »7}
        """,
        says=("fever: 7 of 6 patients",),
        subject="doe-2001/all/fever",
        mended={"count: 7": "count: 6"},
    ),
    Example(
        code="counts-exceed",
        claim="an outcome among responders in more than responded is found",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 6}
        responses:
          - {cohort: all, therapy: x, counts: {CR: 2, NR: 4}}
        outcomes:
          - {cohort: all, outcome: relapse, among: CR, count: »3}
        therapies: {x: {agent: anakinra}}
        """,
        says=("relapse: 3 of 2 patients",),
        subject="doe-2001/all/relapse",
        mended={"count: 3": "count: 2"},
    ),
    Example(
        code="counts-short",
        claim="the seven of HLH-94 without a status are counted (audit A1)",
        study="""
        source: Table 2
        cohorts:
          all: {patients: 113}
        responses:
          - {cohort: all, therapy: x, counts: »{CR: 56, PR: 34, NR: 4, died: 12}}
        therapies: {x: {agent: HLH-94}}
        """,
        says=("56 CR + 34 PR + 4 NR + 12 died is 106 of 113 patients: 7 unaccounted",),
        hint="complete: false",
        mended={"died: 12}": "died: 12}, n: 106"},
    ),
    Example(
        code="counts-short",
        claim="a response that says its levels are not complete is left alone",
        study="""
        source: Table 2
        cohorts:
          all: {patients: 5}
        responses:
          - {cohort: all, therapy: x, counts: »{CR: 4}}
        therapies: {x: {agent: HLH-94}}
        """,
        says=("4 CR is 4 of 5 patients: 1 unaccounted",),
        mended={"CR: 4}": "CR: 4}, complete: false"},
    ),
    Example(
        code="level-forced",
        claim="the tenth second-line patient can only be the one without response (audit B1)",
        study=ATG
        + """\
  - {cohort: second-line, therapy: atg, counts: »{CR: 5, PR: 4}, complete: false}
""",
        says=("5 CR + 4 PR leaves 1 of 10 untold", "`all` has only 1 NR", "can only be 1 NR"),
        subject="doe-2001/second-line",
        mended={"NR: 1}": "NR: 1, died: 1}", "courses: 45": "courses: 46"},
    ),
    Example(
        code="parts-exceed",
        claim="a part with more people than its whole is found",
        study="""
        cohorts:
          all: {patients: 6}
          some: {part_of: all, patients: »7}
        """,
        says=("`some` has 7 patients, its whole `all` only 6",),
        subject="doe-2001/some",
        mended={"patients: 7": "patients: 6"},
    ),
    Example(
        code="parts-exceed",
        claim="a part with more people at a level than its whole is found",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 6}
          some: {part_of: all, patients: 4}
        therapies: {x: {agent: anakinra}}
        responses:
          - {cohort: all, therapy: x, counts: {CR: 2, NR: 4}}
          - {cohort: some, therapy: x, counts: {CR: »3, NR: 1}}
        """,
        says=("3 CR in `some`, only 2 in its whole `all`",),
        subject="doe-2001/some",
        mended={"CR: 3, NR: 1": "CR: 2, NR: 2"},
    ),
    Example(
        code="division-does-not-add-up",
        claim="parts that together are not the whole are found, in the unit divided",
        study="""
        cohorts:
          all:
            patients: 38
            courses: 45
            divided_into:
              courses: »{cohorts: [first, again], unit: courses}
          first: {part_of: all, courses: 38}
          again: {part_of: all, courses: 8}
        """,
        says=("38 + 8 is 46, but `all` has 45 courses",),
        mended={"courses: 8": "courses: 7"},
    ),
    Example(
        code="remainder-derived",
        claim="the lymphoma patients of a series follow by subtraction (audit D1)",
        study="""
        source: Table 4
        cohorts:
          all: {patients: 63, divided_into: {cause: [lymphoma, eligible]}}
          lymphoma: »{part_of: all, patients: 29}
          eligible: {part_of: all, patients: 34}
        therapies: {dep: {agent: DEP}}
        responses:
          - {cohort: all, therapy: dep, counts: {CR: 17, PR: 31, NR: 15}}
          - {cohort: eligible, therapy: dep, counts: {CR: 12, PR: 14, NR: 8}}
        """,
        says=("`lymphoma` of `all` is 5 CR + 17 PR + 7 NR of 29", "subtraction of `eligible`"),
        subject="doe-2001/lymphoma",
        mended={", divided_into: {cause: [lymphoma, eligible]}": ""},
    ),
    Example(
        code="causes-short",
        claim="one of 25 deaths is without a cause (audit A4)",
        study="""
        source: Introduction
        cohorts:
          all: {patients: 113}
        outcomes:
          - {cohort: all, outcome: death, count: 25, causes: »{disease: 20, toxicity: 4}}
        """,
        says=("death: 20 disease + 4 toxicity is 24 of 25: 1 without a cause",),
        subject="doe-2001/all/death",
        mended={"toxicity: 4": "toxicity: 5"},
    ),
    Example(
        code="details-exceed",
        claim="more people with a particular of a level than the level has are found",
        study="""
        source: Table 4
        cohorts:
          all: {patients: 22}
        therapies: {x: {agent: alemtuzumab}}
        responses:
          - cohort: all
            therapy: x
            counts: {PR: 14, NR: 8}
            details: {level: NR, what: one sign better, count: »9}
        """,
        says=("9 NR with one sign better, of 8",),
        mended={"count: 9": "count: 8"},
    ),
    Example(
        code="level-split",
        claim="eight without response are five with one sign better and three without (audit C9)",
        study="""
        source: Table 4
        cohorts:
          all: {patients: 22}
        therapies: {x: {agent: alemtuzumab}}
        responses:
          - cohort: all
            therapy: x
            counts: {PR: 14, NR: 8}
            details: {level: NR, what: one sign better, count: »5}
        """,
        says=("NR 8 is 5 with one sign better and 3 without",),
        mended={"count: 5": "count: 8"},
    ),
    Example(
        code="characteristics-exceed",
        claim="more people with a characteristic than the cohort has are found",
        study="""
        cohorts:
          all:
            patients: 6
            parts: {age_group: adult, patients: »7}
        """,
        says=("7 of the 6 in `all`",),
        mended={"patients: 7": "patients: 6"},
    ),
    Example(
        code="characteristics-exceed",
        claim="more people with a prior therapy than the cohort has are found",
        study="""
        cohorts:
          all:
            patients: 6
            prior: {agents: etoposide, patients: »7}
        """,
        says=("7 of the 6 in `all`",),
        mended={"patients: 7": "patients: 6"},
    ),
    Example(
        code="characteristics-exceed",
        claim="more women than people are found",
        study="""
        cohorts:
          all: {patients: 6, female: »7}
        """,
        says=("7 of the 6 in `all`",),
        mended={"female: 7": "female: 6"},
    ),
    Example(
        code="characteristics-exceed",
        claim="more people assessed than there are are found",
        study="""
        cohorts:
          all: {patients: 6, assessed: »7}
        """,
        says=("7 of the 6 in `all`",),
        mended={"assessed: 7": "assessed: 6"},
    ),
)
