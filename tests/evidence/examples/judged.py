"""Claims, criteria, and what a reviewer has accepted."""

from __future__ import annotations

from support.reviews import PROTOCOL, Example

SERIES = """
source: Table 4
cohorts:
  all: {patients: 34, prior: etoposide}
therapies: {dep: {agent: DEP}}
responses:
  - {cohort: all, therapy: dep, counts: {CR: 12, PR: 14, NR: 8}}
"""

EXAMPLES = (
    Example(
        code="claim-contradicted",
        claim="a claim of half complete is contradicted by 12 of 34",
        study=SERIES,
        protocol=PROTOCOL
        + """\
claims:
  half:
    says: half responded completely
    test: »CR / patients >= 50%
    source: discussion
""",
        says=("`half responded completely` (discussion) is contradicted", "12 of 34 (35.3%)"),
        subject="claims/half",
        mended={"CR / patients": "(CR + PR) / patients"},
    ),
    Example(
        code="claim-undecidable",
        claim="a claim about an event that nobody tells of is undecidable",
        study=SERIES,
        protocol=PROTOCOL
        + """\
claims:
  none:
    says: no infection
    test: »event("infection") == 0
""",
        says=("`no infection` is undecidable", "0 to 34"),
        subject="claims/none",
        mended={
            "NR: 8}}": "NR: 8}}\nevents:\n"
            "  - {cohort: all, event: infection, count: 0, source: page 3}"
        },
    ),
    Example(
        code="claim-unreadable",
        claim="a claim about a number that the evidence has not says which there are",
        study=SERIES,
        protocol=PROTOCOL
        + """\
claims:
  half:
    says: some responded
    test: »responders > 0
""",
        says=("claim `half`: `responders` is no number of the evidence",),
        hint="CR, PR, NR, died, assessed, patients",
        subject="claims/half",
        mended={"responders": "CR"},
    ),
    Example(
        code="claim-unreadable",
        claim="a claim about an unknown drug is found where it says whom it is about",
        study=SERIES,
        protocol=PROTOCOL
        + """\
claims:
  some:
    says: some responded
    about: agent is »alemtuzumb
    test: CR == 0
""",
        says=("claim `some`: `alemtuzumb` is not a known drug",),
        hint="alemtuzumab",
        subject="claims/some",
        mended={"alemtuzumb": "DEP", "CR == 0": "CR > 0"},
    ),
    Example(
        code="criterion-unanswerable",
        claim="a criterion about something cohorts do not have names what they have",
        study=SERIES,
        protocol=PROTOCOL + "      weight: »weight is low\n",
        says=("criterion `weight`: `weight` is nothing a cohort has",),
        hint="disease, trigger, status",
        subject="criteria/weight",
        mended={"\n      weight: weight is low": ""},
    ),
    Example(
        code="criterion-unanswerable",
        claim="a criterion with an unknown drug points at the drug and names the nearest",
        study=SERIES,
        protocol=PROTOCOL + "      steroid: prior includes »corticosteriod\n",
        says=("criterion `steroid`: `corticosteriod` is not a known drug",),
        hint="corticosteroid",
        subject="criteria/steroid",
        mended={"corticosteriod": "corticosteroid"},
    ),
    Example(
        code="criterion-unanswerable",
        claim="an agent criterion about something agents do not have is found",
        study=SERIES,
        protocol=PROTOCOL + "    agent: {young: »age >= 2}\n",
        says=("criterion `young`: this is nothing an agent has",),
        hint="patients, reports, cohorts, agent",
        subject="criteria/young",
        mended={"age >= 2": "patients >= 2"},
    ),
    Example(
        code="accepted-nothing",
        claim="an acceptance that speaks for no finding (any more) is found",
        study=SERIES + "accepted:\n  - {finding: »counts-short, reason: as printed}\n",
        says=("accepts `counts-short`, but there is no such finding",),
        subject="counts-short/",
        hint="remove the entry",
        mended={"CR: 12": "CR: 11"},
    ),
    Example(
        code="accepted-nothing",
        claim="an acceptance about another subject does not speak for this one",
        study=SERIES.replace("NR: 8", "NR: 7")
        + "accepted:\n  - {finding: »counts-short, about: doe-2001/other, reason: as printed}\n",
        says=("accepts `counts-short` about doe-2001/other, but there is no such finding",),
        subject="counts-short/doe-2001/other",
        mended={"doe-2001/other": "doe-2001/all"},
    ),
)
