"""People who stand in more than one row or table."""

from __future__ import annotations

from support.reviews import PROTOCOL, Example

ATG = """
source: Table 2
cohorts:
  all: {patients: 38, courses: 45}
  second-line: {part_of: all, patients: 10}
  two: »{part_of: second-line, patients: 2, prior: etoposide}
  again: {part_of: all, patients: 7, courses: 7, prior: etoposide}
  again-of-second-line: {part_of: [again, second-line], patients: 1}
  again-of-others: {part_of: again, patients: 6}
  others: {part_of: all, patients: 28}
therapies: {x: {agent: rabbit ATG}}
"""

DIVIDED = ATG.replace(
    "courses: 45}", "courses: 45, divided_into: {first therapy: [second-line, others]}}"
).replace("part_of: again, ", "part_of: [again, others], ")

EXAMPLES = (
    Example(
        code="counted-in-two-tables",
        claim="rows of the salvage table that are part of the first-line table are found (A8)",
        study=ATG,
        protocol=PROTOCOL + "established: doe-2001/all\n",
        says=(
            "`two` (2 patients) and `again` (7 courses) of Doe 2001",
            "among the 45 courses of `all`",
        ),
        hint="never add the two tables",
        mended={"established: doe-2001/all\n": ""},
    ),
    Example(
        code="people-not-fixed",
        claim="two who had salvage and seven who had it again are 8 or 9 people (audit B3)",
        study=DIVIDED.replace(
            "courses: 7, prior: etoposide}",
            "courses: 7, prior: etoposide, divided_into: "
            "{first therapy: [again-of-second-line, again-of-others]}}",
        ),
        says=("`two` and `again` may share 0 to 1 people: 8 to 9 distinct people in both",),
        subject="doe-2001/two",
        mended={
            "prior: etoposide}\n  again:": "prior: etoposide, overlaps: "
            "[{cohort: again, at_least: 1, at_most: 1}]}\n  again:"
        },
    ),
    Example(
        code="people-not-counted",
        claim="a cohort without any number is found",
        study="""
        cohorts:
          all: »{line: second}
        """,
        says=("how many people `all` has is not said",),
        hint="patients:",
        mended={"line: second": "cases: 3"},
    ),
    Example(
        code="dangling-established",
        claim="a cohort of established therapy that no study has names the nearest one",
        study=ATG.replace("»", ""),
        protocol=PROTOCOL + "established: »doe-2001/al\n",
        says=("there is no cohort `doe-2001/al`",),
        hint="did you mean `doe-2001/all`?",
        subject="protocol/established",
        mended={"doe-2001/al\n": "doe-2001/all\n"},
    ),
)
