"""Responses: definition, window, time points, what they are responses of."""

from __future__ import annotations

from support.reviews import Example

ONE = """
source: Table 1
cohorts:
  all: {patients: 4, prior: etoposide}
therapies: {x: {agent: anakinra}}
responses:
"""

RULE = """
kind: response
markers: {ferritin: {improved: percent_change <= -25}}
assess: {by: 2 wk}
levels: {PR: at least 1 improved}
"""

EXAMPLES = (
    Example(
        code="no-definition",
        claim="a response without a definition is found",
        study=ONE + "  - »{cohort: all, therapy: x, counts: {CR: 4}}\n",
        files={"definitions/rule.yaml": RULE},
        says=("4 CR without a response definition",),
        mended={"{CR: 4}}": "{CR: 4}, definition: rule}"},
    ),
    Example(
        code="no-window",
        claim="a response without a time of assessment is found",
        study=ONE + "  - »{cohort: all, therapy: x, counts: {CR: 4}}\n",
        says=("4 CR: when it was assessed is not said",),
        hint="assessed:",
        mended={"{CR: 4}}": "{CR: 4}, assessed: 1 wk}"},
    ),
    Example(
        code="no-window",
        claim="the definition's own time is a time of assessment",
        study=ONE + "  - »{cohort: all, therapy: x, counts: {CR: 4}}\n",
        files={"definitions/rule.yaml": RULE},
        says=("4 CR: when it was assessed is not said",),
        mended={"{CR: 4}}": "{CR: 4}, definition: rule}"},
    ),
    Example(
        code="no-denominator",
        claim="courses of a cohort that gives only its patients have no denominator",
        study=ONE + "  - {cohort: »all, therapy: x, counts: {CR: 4}, of: courses}\n",
        says=("how many courses `all` has is not said",),
        mended={"patients: 4": "patients: 4, courses: 5"},
    ),
    Example(
        code="time-beyond-definition",
        claim="responses at 2 and 4 weeks under a two-week rule are found (audit D2)",
        study=ONE
        + """\
  - {cohort: all, therapy: x, counts: {CR: 4}, definition: rule, assessed: »[2 wk, 4 wk]}
""",
        files={"definitions/rule.yaml": RULE},
        says=("assessed at 2 wk and 4 wk, but `rule` asks for response within 14 days",),
        mended={"[2 wk, 4 wk]": "14 d"},
    ),
    Example(
        code="responses-disagree",
        claim="a partial response that another document calls complete is found (audit C17)",
        study=ONE
        + """\
  - {cohort: all, therapy: x, counts: {PR: 4}, assessed: 1 wk}
  - {cohort: all, therapy: x, counts: »{CR: 4}, source: {at: p 1, read_in: doe-abstract}}
""",
        files={"sources/doe-abstract.yaml": "citation: {authors: [Doe J], year: 2001}"},
        says=("4 PR at 1 wk, but 4 CR in doe-abstract",),
        mended={"counts: {CR: 4}": "counts: {PR: 4}"},
    ),
    Example(
        code="course-unclear",
        claim="a response to a first or only course that does not say which is found (audit C15)",
        study=ONE.replace("anakinra", "alemtuzumab, course: first or only")
        + "  - »{cohort: all, therapy: x, counts: {PR: 4}}\n",
        says=("`x` is the first or only course",),
        mended={"{PR: 4}}": "{PR: 4}, course: first}"},
    ),
    Example(
        code="courses-not-people",
        claim="45 courses of 38 patients are not 45 people",
        study="""
        source: Table 2
        cohorts:
          all: {patients: 38, courses: 45}
        therapies: {x: {agent: rabbit ATG}}
        responses:
          - {cohort: all, therapy: x, of: »courses, counts: {CR: 33, PR: 11, NR: 1}}
        """,
        says=("33 CR + 11 PR + 1 NR are 45 courses of 38 patients",),
        mended={"patients: 38": "patients: 45"},
    ),
    Example(
        code="unpublished",
        claim="two included by personal communication stand beside the published ten (audit B1)",
        study="""
        source: section 3
        cohorts:
          ten: {patients: 10}
          two: {part_of: ten, patients: 2, prior: etoposide}
        therapies: {x: {agent: rabbit ATG}}
        responses:
          - {cohort: ten, therapy: x, counts: {CR: 5, PR: 4}, complete: false}
          - cohort: two
            therapy: x
            counts: {CR: 2}
            source: {at: section 3, kind: »personal communication, by: the senior author}
        """,
        says=(
            "2 CR is a personal communication (the senior author)",
            "the published whole is 5 CR + 4 PR of 10 (`ten`)",
        ),
        subject="doe-2001/two",
        mended={"kind: personal communication": "kind: reported"},
    ),
)
