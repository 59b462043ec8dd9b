"""The analysis plan names what is there; certainty follows from its own steps."""

from support.reviews import PROTOCOL, Example

GIVEN = """\
cohorts:
  all: {patients: 4, prior: etoposide}
therapies: {x: {agent: anakinra}}
responses:
  - {cohort: all, therapy: x, counts: {CR: 1, NR: 3}, source: Table 1}
"""

EXAMPLES = (
    Example(
        code="analysis-unknown",
        claim="a level that the scale does not have would count as nobody",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  best: {levels: »CRR}\n",
        says=("`CRR` is not a level of the scale",),
        hint="did you mean `CR`?",
        subject="analyses/best",
        mended={"CRR": "CR"},
    ),
    Example(
        code="analysis-unknown",
        claim="a second level is found at its own place",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  best: {levels: [CR, »better]}\n",
        says=("`better` is not a level",),
        hint="the scale has CR, PR, NR, died",
        subject="analyses/best",
        mended={"better": "PR"},
    ),
    Example(
        code="analysis-unknown",
        claim="an ordinal analysis counts from the best level down",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  best: {method: ordinal, levels: »PR}\n",
        says=("PR are not the best levels of the scale",),
        hint="CR, PR",
        subject="analyses/best",
        mended={"levels: PR": "levels: [CR, PR]"},
    ),
    Example(
        code="analysis-unknown",
        claim="criteria that are not there would silently be the main ones",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  strict: {criteria: »mian}\n",
        says=("there is no set of criteria `mian`",),
        hint="did you mean `main`?",
        subject="analyses/strict",
        mended={"mian": "main"},
    ),
    Example(
        code="analysis-unknown",
        claim="a grouping by population needs populations",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  groups: {by: »population}\n",
        says=("there are no populations to group by",),
        hint="add `populations`",
        subject="analyses/groups",
        mended={"by: population": "by: agent"},
    ),
    Example(
        code="analysis-unknown",
        claim="a question that cohorts cannot answer is found at its word",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  heavy: {about: »weight > 50}\n",
        says=("compare one of the numbers a cohort has",),
        hint="known here: ",
        subject="analyses/heavy",
        mended={"weight > 50": "patients > 2"},
    ),
    Example(
        code="analysis-unknown",
        claim="a prior that is none is found before it is used",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  sure: {prior: {mean: 1, sd: »-1}}\n",
        says=("a prior sd of -1 is outside 0.01 to 5",),
        subject="analyses/sure",
        mended={"sd: -1": "sd: 1"},
    ),
    Example(
        code="analysis-unknown",
        claim="a prior mean beyond all log odds is found",
        study=GIVEN,
        protocol=PROTOCOL + "analyses:\n  sure: {prior: {mean: »75}}\n",
        says=("a prior mean of 75 is no log odds",),
        hint="0 is 50%",
        subject="analyses/sure",
        mended={"mean: 75": "mean: 0.75"},
    ),
    Example(
        code="analysis-unknown",
        claim="certainty about an analysis that is not in the plan is found",
        study=GIVEN,
        protocol=PROTOCOL
        + "analyses: {responders: {}}\n"
        + "certainty: {agent: anakinra, level: low, analysis: »responder}\n",
        says=("there is no analysis `responder`",),
        hint="did you mean `responders`?",
        subject="certainty/anakinra",
        mended={"analysis: responder": "analysis: responders"},
    ),
    Example(
        code="certainty-does-not-fit",
        claim="a level that its steps do not lead to is found, with the level they do",
        study=GIVEN,
        protocol=PROTOCOL
        + "certainty:\n"
        + "  agent: anakinra\n"
        + "  starts: high\n"
        + "  level: »low\n"
        + "  down:\n"
        + "    - {for: risk of bias, why: no control}\n"
        + "    - {for: imprecision, steps: 2, why: four people}\n",
        says=("3 steps down from high (risk of bias and imprecision) is very low; written is low",),
        subject="certainty/anakinra",
        mended={"steps: 2": "steps: 1"},
    ),
    Example(
        code="certainty-does-not-fit",
        claim="certainty about an agent that nobody was given is found",
        study=GIVEN,
        protocol=PROTOCOL + "certainty: {agent: »rituximab, level: low}\n",
        says=("no included cohort was given rituximab",),
        subject="certainty/rituximab",
        mended={"rituximab": "anakinra"},
    ),
)
