"""The review as a whole."""

from __future__ import annotations

from support.reviews import PROTOCOL, Example

ONE = """
source: Table 1
cohorts:
  all: {patients: 4, prior: etoposide}
therapies: {x: {agent: anakinra}}
responses:
"""

RULE = "{kind: response, basis: narrative, levels: {CR: {described: no sign left}}}\n"

EXAMPLES = (
    Example(
        code="units-mixed",
        claim="two patients and seven courses on one agent have no common sum (audit F7)",
        study="""
        source: Table 4
        cohorts:
          two: »{patients: 2, prior: etoposide}
          again: {patients: 7, courses: 7, line: repeat, prior: etoposide}
        therapies: {x: {agent: rabbit ATG}}
        responses:
          - {cohort: two, therapy: x, counts: {CR: 2}}
          - {cohort: again, therapy: x, counts: {CR: 6, PR: 1}}
        """,
        says=("patients (doe-2001/two) and courses (doe-2001/again): they have no common sum",),
        subject="agents/rabbit ATG",
        mended={"line: repeat": "line: second"},
    ),
    Example(
        code="definitions-mixed",
        claim="responders to one agent by two rules did not pass the same test (audit C6)",
        study=ONE + "  »- {cohort: all, therapy: x, counts: {CR: 4}, definition: one}\n",
        files={
            "studies/roe-2002.yaml": ONE
            + "  - {cohort: all, therapy: x, counts: {CR: 4}, definition: two}\n",
            "definitions/one.yaml": RULE,
            "definitions/two.yaml": RULE,
        },
        says=("responses to anakinra were judged by `one` and `two`",),
        subject="agents/anakinra",
        mended={"definition: two": "definition: one"},
    ),
    Example(
        code="missing-not-told",
        claim="responses none of which says who was not evaluable are found (audit F8)",
        study=ONE + "  - {cohort: all, therapy: x, counts: {CR: 4}}\n",
        protocol="»" + PROTOCOL,
        says=("the included response does not say how many were not evaluable",),
        subject="responses/missing",
        mended={"{CR: 4}": "{CR: 4, died: 0}"},
    ),
    Example(
        code="criteria-differ",
        claim="an inclusion worded otherwise in the title lets other cohorts in (audit F1)",
        study=ONE.replace("prior: etoposide}", "prior: etoposide, status: relapsed}"),
        protocol=PROTOCOL
        + """\
  titled:
    »based_on: main
    cohort: {refractory: status is refractory}
    source: title
""",
        says=("by `titled` (title) instead of `main`: leaves doe-2001/all",),
        subject="criteria/titled",
        mended={"status: relapsed": "status: refractory"},
    ),
    Example(
        code="cohort-undecided",
        claim="a cohort whose prior therapy is not told is undecided, not excluded",
        study="""
        cohorts:
          all: »{patients: 4}
        therapies: {x: {agent: anakinra}}
        """,
        says=("0 to 4 of 4 may be eligible; not known: etoposide",),
        hint="paucity explain doe-2001/all",
        mended={"patients: 4}": "patients: 4, prior: {agents: etoposide, patients: 0}}"},
    ),
    Example(
        code="cohort-undecided",
        claim="a cohort of which 2 of 4 are eligible asks for the two as a sub-cohort",
        study="""
        cohorts:
          all: »{patients: 4, prior: {agents: etoposide, patients: 2}}
        therapies: {x: {agent: anakinra}}
        """,
        says=("2 of 4 are eligible: write them as a sub-cohort of their own",),
        mended={
            "patients: 2}}": "patients: 2}}\n"
            "  two: {part_of: all, patients: 2, prior: etoposide}\n"
            "  rest: {part_of: all, patients: 2, prior: {agents: etoposide, patients: 0}}"
        },
    ),
    Example(
        code="ongoing-line-differs",
        claim="a first-line trial taken for a salvage trial is found (audit F5)",
        protocol=PROTOCOL
        + """\
ongoing:
  - registry: NCT02472054
    agent: alemtuzumab
    line: salvage
    registered_line: »first line
""",
        says=("NCT02472054 of alemtuzumab is taken for salvage, registered as first line",),
        subject="ongoing/NCT02472054",
        mended={"line: first line": "line: salvage"},
    ),
    Example(
        code="agent-not-searched",
        claim="an agent named as promising that was not searched for by name is found (audit F6)",
        protocol=PROTOCOL
        + """\
searches:
  - {database: PubMed, agents: [anakinra, ATG], date: "2016-01-01"}
ongoing:
  - {registry: NCT1, agent: »ruxolitinib}
  - {registry: NCT2, agent: rabbit ATG}
""",
        says=("ruxolitinib is named as under study, and was not searched for",),
        subject="searches/ruxolitinib",
        mended={"[anakinra, ATG]": "[anakinra, ATG, ruxolitinib]"},
    ),
    Example(
        code="own-study",
        claim="an included study by an author of the review it was read in is found (audit F14)",
        study="""
        citation: {authors: »[Doe J, Roe R], year: 2001, language: English}
        read_in: poe-2010
        cohorts:
          all: {patients: 4, prior: etoposide}
        therapies: {x: {agent: anakinra}}
        """,
        files={"sources/poe-2010.yaml": "citation: {authors: [Poe E, Roe R], year: 2010}"},
        says=("Roe R is an author of Doe 2001 and of poe-2010",),
        subject="doe-2001",
        mended={"[Poe E, Roe R]": "[Poe E]"},
    ),
    Example(
        code="outdated-symbol",
        claim="a gene under a symbol no longer approved is found at its place (audit F10)",
        protocol=PROTOCOL + "causes: [PRF1, »BIRC4]\n",
        says=("BIRC4 is now XIAP",),
        subject="genes/XIAP",
        mended={"BIRC4": "XIAP"},
    ),
    Example(
        code="search-not-told",
        claim="a search without its date is found (audit F6)",
        protocol=PROTOCOL + "searches:\n  - »{database: PubMed, unstated: [who screened]}\n",
        says=("the search of PubMed does not state: date and who screened",),
        subject="searches/PubMed",
        mended={"unstated: [who screened]": 'date: "2016-01-01"'},
    ),
    Example(
        code="main-criteria-unknown",
        claim="a main set of criteria that is not there names the nearest one",
        protocol=PROTOCOL + "main: »mains\n",
        says=("there is no set of criteria `mains`",),
        hint="did you mean `main`?",
        subject="criteria/main",
        mended={"main: mains": "main: main"},
    ),
    Example(
        code="main-criteria-unknown",
        claim="a set based on one that is not there is found",
        protocol=PROTOCOL + "  other: {based_on: »mian}\n",
        says=("there is no set of criteria `mian`",),
        subject="criteria/other",
        mended={"mian": "main"},
    ),
)
