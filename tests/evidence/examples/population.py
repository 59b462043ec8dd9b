"""Who the people are."""

from __future__ import annotations

from support.reviews import PROTOCOL, Example

RULE = """
kind: refractoriness
fails: {level: PR, after: 2 wk, therapy: standard therapy}
"""

EXAMPLES = (
    Example(
        code="disease-against-parts",
        claim="22 with primary disease of whom 14 have another are found (audit C10)",
        study="""
        read_in: poe-2010
        source: section 3
        cohorts:
          all:
            patients: 22
            disease: »primary HLH
            parts:
              - {disease: familial HLH, patients: 8}
              - {disease: EBV-HLH, patients: 5, source: {at: Table 3, read_in: roe-2021}}
              - {disease: CMV-HLH, patients: 2, source: {at: Table 3, read_in: roe-2021}}
              - {disease: idiopathic HLH, patients: 7, source: {at: Table 3, read_in: roe-2021}}
        """,
        files={
            "sources/poe-2010.yaml": "citation: {authors: [Poe E], year: 2010}",
            "sources/roe-2021.yaml": "citation: {authors: [Roe R], year: 2021}",
        },
        says=("said to be primary HLH, but 14 of 22 are not in roe-2021", "5 EBV-associated HLH"),
        mended={"disease: primary HLH": "disease: HLH"},
    ),
    Example(
        code="line-mixed",
        claim="a first-line row that holds second-line patients is found (audit A7)",
        study="""
        cohorts:
          all: {patients: 38, courses: 45, line: »first}
          second-line: {part_of: all, patients: 10, courses: 10, line: second}
          repeat: {part_of: all, patients: 7, courses: 7, line: repeat}
        """,
        says=("told as first line", "10 courses of second line (`second-line`)", "7 courses of"),
        mended={"line: first": "line: mixed"},
    ),
    Example(
        code="prior-repeated",
        claim="a drug listed twice among the prior therapies is found at its second place (C16)",
        study="""
        cohorts:
          all: {patients: 1, prior: [IVIG, dexamethasone, infliximab, »dexamethasone]}
        """,
        says=("dexamethasone is listed twice",),
        mended={", dexamethasone]": ", etoposide]"},
    ),
    Example(
        code="intolerant-not-refractory",
        claim="5 of 22 told as refractory could not be given the drug (audit C12)",
        study="""
        cohorts:
          all:
            patients: 22
            status: refractory
            prior: {agents: etoposide, percent: 23, not_given: true, stopped: »intolerance}
        """,
        says=("told as refractory", "etoposide was stopped", "for intolerance in 5 of 22"),
        mended={"stopped: intolerance": "stopped: completed"},
    ),
    Example(
        code="intolerant-not-refractory",
        claim="people told as refractory whom another document calls intolerant are found (C19)",
        study="""
        cohorts:
          all:
            patients: 1
            status: refractory
            parts: {status: »intolerant, patients: 1, source: {at: p 1, read_in: doe-abstract}}
        """,
        files={"sources/doe-abstract.yaml": "citation: {authors: [Doe J], year: 2001}"},
        says=("1 intolerant according to doe-abstract",),
        mended={"status: intolerant": "status: refractory"},
    ),
    Example(
        code="refractory-too-early",
        claim="refractory three days after one dose is before the rule's 14 days (audit E3)",
        study="""
        cohorts:
          all:
            patients: 1
            status: refractory
            prior: {agents: etoposide, doses: 1}
            since_prior: »3 d
        """,
        files={"definitions/two-weeks.yaml": RULE},
        says=("refractory 3 days after 1 dose; `two-weeks` asks for 14 days",),
        mended={"since_prior: 3 d": "since_prior: 14 d"},
    ),
    Example(
        code="status-not-asked-for",
        claim="relapsed patients on the same drug are not the refractory asked about (audit B2)",
        study="""
        source: Table 4
        cohorts:
          all: {patients: 7, status: »relapsed, prior: [rabbit ATG, etoposide]}
        therapies: {atg: {agent: rabbit ATG}}
        """,
        protocol=PROTOCOL + "question: {status: refractory}\n",
        says=("`all` is relapsed, the question is about refractory", "had had rabbit ATG before"),
        mended={"status: relapsed": "status: refractory"},
    ),
    Example(
        code="continued-therapy",
        claim="a drug that went on beside the therapy studied is found with how many had it",
        study="""
        cohorts:
          all:
            patients: 22
            prior: etoposide
            concomitant: {agents: »cyclosporine, percent: 36}
        therapies: {x: {agent: alemtuzumab}}
        """,
        says=("cyclosporine went on beside the therapy in 8 of 22",),
        mended={"concomitant: {agents: cyclosporine, percent: 36}": "line: second"},
    ),
)
