"""Names that point at something."""

from __future__ import annotations

from support.reviews import Example

DOCUMENT = """
citation: {authors: [Poe E], year: 2010, language: English}
references:
  "1": doe-2001
  "2": {study: roe-2002}
"""

SECOND = """
cohorts:
  all: {patients: 3, source: Table 1}
"""

EXAMPLES = (
    Example(
        code="dangling-cohort",
        claim="a response of a cohort that is not there names the nearest one",
        study="""
        source: Table 1
        cohorts:
          second-line: {patients: 4}
        responses:
          - {cohort: »second-lin, therapy: x, counts: {CR: 4}}
        therapies: {x: {agent: anakinra}}
        """,
        says=("there is no cohort `second-lin`",),
        hint="did you mean `second-line`?",
        subject="doe-2001/second-lin",
        mended={"second-lin,": "second-line,"},
    ),
    Example(
        code="dangling-cohort",
        claim="a part of a cohort that is not there is found",
        study="""
        cohorts:
          all: {patients: 4}
          some: {patients: 2, part_of: »everyone}
        """,
        says=("there is no cohort `everyone`",),
        subject="doe-2001/everyone",
        mended={"everyone": "all"},
    ),
    Example(
        code="dangling-cohort",
        claim="an overlap with a cohort of a study that is not there is found",
        study="""
        cohorts:
          all: {patients: 4, overlaps: [{cohort: »roe-2002/all, at_most: 2}]}
        """,
        files={"studies/roe-2003.yaml": SECOND},
        says=("there is no cohort `roe-2002/all`",),
        subject="doe-2001/roe-2002/all",
        mended={"roe-2002": "roe-2003"},
    ),
    Example(
        code="dangling-cohort",
        claim="a cohort that is part of itself is found",
        study="""
        cohorts:
          all: {patients: 4, part_of: »all}
        """,
        says=("`all` is part of itself",),
        mended={", part_of: all": ""},
    ),
    Example(
        code="dangling-therapy",
        claim="a response to a therapy that is not there names the nearest one",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 4}
        responses:
          - {cohort: all, therapy: »anakinr, counts: {CR: 4}}
        therapies: {anakinra: {agent: anakinra}}
        """,
        says=("there is no therapy `anakinr`",),
        hint="did you mean `anakinra`?",
        subject="doe-2001/anakinr",
        mended={"anakinr,": "anakinra,"},
    ),
    Example(
        code="dangling-therapy",
        claim="a cohort under a therapy that is not there is found",
        study="""
        cohorts:
          all: {patients: 4, therapy: »y}
        therapies: {x: {agent: anakinra}}
        """,
        says=("there is no therapy `y`",),
        hint="known here: x",
        subject="doe-2001/y",
        mended={"therapy: y": "therapy: x"},
    ),
    Example(
        code="dangling-definition",
        claim="a response under a definition that nobody has written names the nearest one",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 4}
        responses:
          - {cohort: all, therapy: x, counts: {CR: 4}, definition: »marked-improvment}
        therapies: {x: {agent: anakinra}}
        """,
        files={
            "definitions/marked-improvement.yaml": """
            kind: response
            basis: narrative
            levels: {CR: {described: no sign left}}
            """
        },
        says=("there is no definition `marked-improvment`",),
        hint="did you mean `marked-improvement`?",
        mended={"improvment": "improvement"},
    ),
    Example(
        code="dangling-level",
        claim="a level that the scale does not have is named with the scale",
        study="""
        source: Table 1
        cohorts:
          all: {patients: 4}
        responses:
          - {cohort: all, therapy: x, counts: {CR: 3, VGPR: »1}}
        therapies: {x: {agent: anakinra}}
        """,
        says=("`VGPR` is not a level of the scale CR, PR, NR, died",),
        mended={"VGPR": "PR"},
    ),
    Example(
        code="dangling-source",
        claim="a study read in a document that is not there is found",
        study="""
        read_in: »poe-2010
        cohorts:
          all: {patients: 4}
        """,
        files={"sources/poe-2011.yaml": "citation: {authors: [Poe E], year: 2011}"},
        says=("there is no document `poe-2010`",),
        hint="did you mean `poe-2011`?",
        subject="doe-2001",
        mended={"poe-2010": "poe-2011"},
    ),
    Example(
        code="no-source",
        claim="a number without its place in a document is found",
        study="""
        cohorts:
          all: {patients: 4}
        events:
          - »{cohort: all, event: fever, count: 1}
        """,
        says=("no source says where this stands",),
        hint="source: Table 2",
        mended={"count: 1}": "count: 1, source: p 3}"},
    ),
    Example(
        code="wrong-citation",
        claim="a place that cites another reference names the work it points at (audit E1)",
        study="""
        read_in: poe-2010
        reference: "1"
        cohorts:
          all: {patients: 4, source: {at: section 3, cites: "»2"}}
        """,
        files={"sources/poe-2010.yaml": DOCUMENT, "studies/roe-2002.yaml": SECOND},
        says=("section 3 cites 2 (Doe 2001)", "this study is reference 1"),
        subject="doe-2001",
        mended={'cites: "2"': 'cites: "1"'},
    ),
    Example(
        code="identifier-form",
        claim="a DOI with its resolver in front is no DOI",
        study="""
        citation:
          authors: [Doe J]
          year: 2001
          doi: »https://doi.org/10.1000/x
        cohorts:
          all: {patients: 4}
        """,
        says=("`https://doi.org/10.1000/x` is not a DOI",),
        hint="write it from 10. on",
        subject="doe-2001",
        mended={"https://doi.org/": ""},
    ),
    Example(
        code="identifier-form",
        claim="a PMID with letters is no PMID",
        study="""
        citation: {authors: [Doe J], year: 2001, pmid: »PMC3410971}
        cohorts:
          all: {patients: 4}
        """,
        says=("`PMC3410971` is not a PMID",),
        subject="doe-2001",
        mended={"PMC": ""},
    ),
    Example(
        code="identifier-form",
        claim="a year of five digits is no year",
        study="""
        citation: {authors: [Doe J], year: »20011}
        cohorts:
          all: {patients: 4}
        """,
        says=("`20011` is not a year",),
        subject="doe-2001",
        mended={"20011": "2001"},
    ),
    Example(
        code="duplicate-identifier",
        claim="two studies with one DOI are found, whatever its case",
        study="""
        citation: {authors: [Doe J], year: 2001, doi: 10.1000/ab}
        cohorts:
          all: {patients: 4}
        """,
        files={
            "studies/roe-2002.yaml": """
            citation: {authors: [Roe R], year: 2002, doi: »10.1000/AB}
            cohorts:
              all: {patients: 4}
            """
        },
        says=("doi 10.1000/ab is also that of doe-2001",),
        subject="roe-2002",
        mended={"10.1000/AB": "10.1000/cd"},
    ),
    Example(
        code="duplicate-identifier",
        claim="two studies with one reference number of the same document are found",
        study="""
        read_in: poe-2010
        reference: "1"
        cohorts:
          all: {patients: 4}
        """,
        files={
            "sources/poe-2010.yaml": "citation: {authors: [Poe E], year: 2010}",
            "studies/roe-2002.yaml": """
            citation: {authors: [Roe R], year: 2002}
            read_in: poe-2010
            reference: "»1"
            cohorts:
              all: {patients: 4}
            """,
        },
        says=("reference 1 is also that of doe-2001",),
        subject="roe-2002",
        mended={'2002}\nread_in: poe-2010\nreference: "1"': "2002}\nread_in: poe-2010"},
    ),
    Example(
        code="reference-list",
        claim="a reference list that names a study there is not is found",
        study=SECOND,
        files={"sources/poe-2010.yaml": DOCUMENT.replace("{study", "»{study")},
        says=("reference 2: there is no study `roe-2002`",),
        subject="poe-2010/2",
        mended={'\n  "2": {study: roe-2002}': ""},
    ),
    Example(
        code="reference-list",
        claim="a study that gives itself another number than the list does is found",
        study="""
        read_in: poe-2010
        reference: "7"
        cohorts:
          all: {patients: 4}
        """,
        files={
            "sources/poe-2010.yaml": """
            citation: {authors: [Poe E], year: 2010}
            references:
              "8": »doe-2001
            """
        },
        says=("doe-2001 says it is reference 7, here it is 8",),
        subject="poe-2010/8",
        mended={'"8"': '"7"'},
    ),
)
