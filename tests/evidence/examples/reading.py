"""What reading a file finds."""

from __future__ import annotations

from support.reviews import PROTOCOL, Example

ONE = """
cohorts:
  all: {patients: 4, prior: etoposide}
"""

EXAMPLES = (
    Example(
        code="not-yaml",
        claim="an open bracket is found where libyaml meets it",
        study=ONE + "notes: [\n»",
        says=("not readable as YAML",),
        hint="brackets",
        subject="studies/doe-2001.yaml",
        mended={"notes: [": "notes: []"},
    ),
    Example(
        code="not-yaml",
        claim="a word without its colon is found on its own line, not on the next",
        study=ONE + "»notes\n",
        says=("could not find expected ':'",),
        hint="indentation",
        subject="studies/doe-2001.yaml",
        mended={"notes\n": "notes:\n"},
    ),
    Example(
        code="not-yaml",
        claim="a bracket left open on the last line is found there",
        study=ONE + "notes: [»",
        says=("did not find expected node content",),
        subject="studies/doe-2001.yaml",
        mended={"notes: [": "notes: []"},
    ),
    Example(
        code="not-yaml",
        claim="a second document in a file is refused at its beginning",
        study=ONE + "»---\nmore: 1\n",
        says=("a second document begins here",),
        hint="---",
        subject="studies/doe-2001.yaml",
        mended={"---\nmore: 1\n": ""},
    ),
    Example(
        code="not-yaml",
        claim="nesting deeper than anybody writes is refused",
        study=ONE + "notes: " + "[" * 39 + "»[" + "[" * 39 + "]" * 79 + "\n",
        says=("nested more than 40 levels deep",),
        subject="studies/doe-2001.yaml",
        mended={"[" * 79 + "]" * 79: "[]"},
    ),
    Example(
        code="duplicate-key",
        claim="a key written twice names the line of the first",
        study="""
        cohorts:
          all:
            patients: 4
            »patients: 5
        """,
        says=("`patients` is written twice; the first is on line 4",),
        hint="the first is used",
        subject="studies/doe-2001.yaml",
        mended={"patients: 5": "courses: 5"},
    ),
    Example(
        code="yaml-alias",
        claim="an alias is refused: each value stands where it is written",
        study="""
        cohorts:
          all: »&one {patients: 4}
          some: *one
        """,
        says=("an alias repeats this value",),
        subject="studies/doe-2001.yaml",
        mended={"*one": "{patients: 3}", "&one ": ""},
    ),
    Example(
        code="yaml-tag",
        claim="a tag is never acted on",
        study="""
        cohorts:
          all: {patients: »!!python/object/apply:os.system 4}
        """,
        says=("the tag 'tag:yaml.org,2002:python/object/apply:os.system' is ignored",),
        subject="studies/doe-2001.yaml",
        mended={"!!python/object/apply:os.system ": ""},
    ),
    Example(
        code="yaml-key",
        claim="a key that is a list is refused",
        study="""
        cohorts:
          all: {patients: 4, »[a, b]: 3}
        """,
        says=("a key must be a word",),
        subject="studies/doe-2001.yaml",
        mended={", [a, b]: 3": ""},
    ),
    Example(
        code="wrong-type",
        claim="half a patient is no count",
        study="""
        cohorts:
          all: {patients: »3.5}
        """,
        says=("`patients` is `3.5`, expected a whole number, 0 or more",),
        subject="",
        mended={"3.5": "3"},
    ),
    Example(
        code="wrong-type",
        claim="a percentage in the place of a count says where it belongs",
        study="""
        cohorts:
          all: {patients: »40%}
        """,
        says=("`patients` is `40%`",),
        hint="percent",
        subject="",
        mended={"40%": "40"},
    ),
    Example(
        code="wrong-type",
        claim="a file that is no mapping is found",
        files={
            "studies/roe-2002.yaml": "citation: {authors: [Roe R], year: 2002}\n",
            "sources/poe-2010.yaml": "»[a, b]\n",
        },
        says=("the file is not a mapping, expected fields: citation",),
        subject="",
        mended={"[a, b]": "citation: {authors: [Poe E], year: 2010}"},
    ),
    Example(
        code="unknown-field",
        claim="a misspelt field names the nearest",
        study="""
        cohorts:
          all: {»patient: 3}
        """,
        says=("`patient` is not a field here",),
        hint="did you mean `patients`?",
        subject="",
        mended={"patient:": "patients:"},
    ),
    Example(
        code="missing-field",
        claim="a response without its therapy says what is missing",
        study=ONE + "responses:\n  - »{cohort: all, counts: {CR: 4}}\n",
        says=("`therapy` is missing: the therapy",),
        subject="",
        mended={"cohort: all, counts": "cohort: all, therapy: x, counts"},
    ),
    Example(
        code="unknown-drug",
        claim="a misspelt drug names the nearest",
        study="""
        cohorts:
          all: {patients: 4, prior: [etoposide, »dexamethasoon]}
        """,
        says=("`dexamethasoon` is not a known drug",),
        hint="did you mean `dexamethasone`?",
        subject="",
        mended={"dexamethasoon": "dexamethasone"},
    ),
    Example(
        code="unknown-disease",
        claim="a disease nobody has named asks for the review's vocabulary",
        study="""
        cohorts:
          all: {patients: 4, disease: »Erdheim-Chester}
        """,
        says=("`Erdheim-Chester` is not a known disease",),
        hint="add it to the review's vocabulary/ as a disease",
        subject="",
        files={"vocabulary/own.yaml": "disease:\n  X:\n"},
        mended={"  X:": "  Erdheim-Chester:"},
    ),
    Example(
        code="not-an-expression",
        claim="a criterion that is no expression is found at the word that cannot stand there",
        protocol=PROTOCOL + "      weight: year >= »>= 2000\n",
        says=("`year >= >= 2000`",),
        subject="",
        mended={">= >=": ">="},
    ),
    Example(
        code="not-an-expression",
        claim="a criterion that is a list is no expression",
        protocol=PROTOCOL + "      weight: {require: »[a]}\n",
        says=("`require` should be an expression",),
        subject="",
        mended={"[a]": "year > 2000"},
    ),
    Example(
        code="median-outside-range",
        claim="a median outside its range is found",
        study="""
        cohorts:
          all: {patients: 4, age: {median: »20 y, range: [1 y, 17 y]}}
        """,
        says=("the median 20 y of `age` is outside its range, 1 y to 17 y",),
        subject="",
        mended={"20 y": "10 y"},
    ),
    Example(
        code="range-reversed",
        claim="a range that runs down is found",
        study="""
        cohorts:
          all: {patients: 4, age: {range: »[17 y, 1 y]}}
        """,
        says=("`range` runs from 17 y down to 1 y",),
        subject="",
        mended={"[17 y, 1 y]": "[1 y, 17 y]"},
    ),
    Example(
        code="below-minimum",
        claim="a time below the minimum of its kind is found",
        study="""
        cohorts:
          all: {patients: 4, since_prior: {minimum: »2 wk, values: [3 d, 5 wk]}}
        """,
        says=("3 d is below the minimum of `since_prior`, 2 wk",),
        subject="",
        mended={"3 d": "3 wk"},
    ),
    Example(
        code="duplicate-study",
        claim="two files of one name but for their ending are one study twice",
        study=ONE,
        files={"studies/doe-2001.yml": "»citation: {authors: [Doe J]}\n"},
        says=("`doe-2001` is also studies/doe-2001.yaml",),
        subject="doe-2001",
        mended={"citation: {authors: [Doe J]}\n": "[no study]\n"},
    ),
    Example(
        code="dangling-regimen",
        claim="a regimen that nobody has written names the nearest",
        study=ONE + "therapies: {x: {agent: DEP, regimen: »depp}}\n",
        says=("there is no regimen `depp`",),
        hint="did you mean `dep`?",
        subject="doe-2001/x",
        mended={"depp": "dep"},
    ),
)
