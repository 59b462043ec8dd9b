"""Adverse events and outcomes."""

from __future__ import annotations

from support.reviews import Example

COURSES = """
source: section 3.3
cohorts:
  all:
    patients: 38
    courses: 45
    divided_into: {courses: {cohorts: [first-line, second-line], unit: courses}}
  first-line: {part_of: all, patients: 28, courses: 34}
  second-line: {part_of: all, patients: 10, courses: 11}
events:
"""

EXAMPLES = (
    Example(
        code="categories-overlap",
        claim="categories of 18, 7, 2 and 5 courses are more than the 20 with any (audit B6)",
        study=COURSES
        + """\
  - »{cohort: all, event: immediate adverse event, of: courses, count: 20}
  - {cohort: all, event: fever or chills, of: courses, percent: 40, within: immediate adverse event}
  - {cohort: all, event: neutropenia, of: courses, percent: 16, within: immediate adverse event}
  - {cohort: all, event: seizure, of: courses, percent: 4, within: immediate adverse event}
  - {cohort: all, event: other, of: courses, percent: 11, within: immediate adverse event}
""",
        says=(
            "18 fever or chills + 7 neutropenia + 2 seizure + 5 other is 32, more than the 20 of",
        ),
        subject="doe-2001/all/immediate adverse event",
        mended={"count: 20": "count: 32"},
    ),
    Example(
        code="denominator-changes",
        claim="infections of courses and deaths of patients are in different units (audit B7)",
        study=COURSES
        + """\
  - {cohort: all, event: infection, of: courses, count: 10}
  - {cohort: all, event: death, of: »patients, count: 4}
""",
        says=("events of `all` are counted in different units", "infection of courses and death"),
        mended={"of: patients": "of: courses"},
    ),
    Example(
        code="before-after-unclear",
        claim="3 of 22 before and 7 after do not say how many are new (audit C13)",
        study="""
        source: section 3.3
        cohorts:
          all: {patients: 22}
        events:
          - {cohort: all, event: CMV viremia, percent: 14, when: before}
          - »{cohort: all, event: CMV viremia, percent: 32, when: after}
        """,
        says=("CMV viremia: 3 of 22 before, 7 of 22 after", "is not said"),
        subject="doe-2001/all/CMV viremia",
        mended={"when: after": "when: after, counting: new"},
    ),
    Example(
        code="whole-hides-part",
        claim="10 of 45 infections are 6 of 11 and 4 of 34, p = 0.007 (audit B5)",
        study=COURSES
        + """\
  - {cohort: all, event: infection, of: courses, percent: 22}
  - »{cohort: second-line, event: infection, of: courses, count: 6}
  - {cohort: first-line, event: infection, of: courses, count: 4}
""",
        says=(
            "10 of 45 courses in `all`",
            "6 of 11 (55%) in `second-line`",
            "4 of 34 (12%) in `first-line`",
            "p = 0.007",
        ),
        subject="doe-2001/all/infection",
        # 3 of 11 against 7 of 34 is far from 0.05.
        mended={"courses, count: 6": "courses, count: 3", "courses, count: 4": "courses, count: 7"},
    ),
    Example(
        code="told-elsewhere-only",
        claim="a death that the document read leaves out is found (audit C19)",
        study="""
        read_in: poe-2010
        source: section 3
        cohorts:
          all: {patients: 1}
        outcomes:
          - »{cohort: all, outcome: death, count: 1, source: {at: page 2, read_in: doe-abstract}}
        """,
        files={
            "sources/poe-2010.yaml": "citation: {authors: [Poe E], year: 2010}",
            "sources/doe-abstract.yaml": "citation: {authors: [Doe J], year: 2001}",
        },
        says=("death in `all` (1 of 1) is told in doe-abstract, page 2, and not in poe-2010",),
        subject="doe-2001/all/death",
        mended={", read_in: doe-abstract": ""},
    ),
)
