"""Write a folder of generated, consistent studies: the load for benchmarks and stress tests."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from paucity.counts import percent_of

if TYPE_CHECKING:
    from pathlib import Path

REVIEW = """\
title: Generated studies
question: {population: HLH, status: refractory}
scale:
  CR: {label: complete response, responder: true}
  PR: {label: partial response, responder: true}
  NR: no response
criteria:
  main:
    report: {recent: {require: year >= 2000}, english: {require: language is English}}
    cohort:
      pretreated: {require: prior includes corticosteroid and prior includes etoposide}
    agent: {two: {require: patients >= 2}}
"""

AGENTS = ("anakinra", "alemtuzumab", "ruxolitinib", "emapalumab", "tocilizumab")


def study(number: int, random_: random.Random) -> str:
    """Return one study: a cohort with a part, responses, an outcome and events."""
    n = random_.randint(4, 60)
    cr = random_.randint(0, n // 2)
    pr = random_.randint(0, n - cr)
    nr = n - cr - pr
    part = random_.randint(1, n)
    had = random_.randint(0, n)
    agent = AGENTS[number % len(AGENTS)]
    percents = ", ".join(
        f"{level}: {percent_of(count, n)}" for level, count in (("CR", cr), ("PR", pr), ("NR", nr))
    )
    return f"""\
citation:
  authors: [Author{number} A, Writer B]
  year: {random_.randint(2000, 2025)}
  title: Study {number} of {agent} in refractory disease
  journal: Journal of Examples
  volume: {random_.randint(1, 200)}
  pages: {number}-{number + 9}
  doi: 10.5555/example.{number}
  language: English
design: case series
source: Table 2
cohorts:
  all:
    patients: {n}
    disease: hemophagocytic lymphohistiocytosis
    status: refractory
    age: {{median: 12 y, range: [1 y, 40 y]}}
    prior: [{{agents: [dexamethasone, etoposide]}}, {{agents: [cyclosporine], patients: {had}}}]
  boys: {{part_of: all, patients: {part}}}
therapies:
  given:
    agent: {agent}
    doses: [{{drug: {agent}, dose: {random_.randint(1, 9)} mg/kg/day, over: 14 d}}]
responses:
  - {{cohort: all, therapy: given, counts: {{CR: {cr}, PR: {pr}, NR: {nr}}},
     percents: {{{percents}}}, definition: wang-2015, assessed: 14 d}}
outcomes:
  - {{cohort: all, outcome: relapse, among: CR, count: {random_.randint(0, cr)}}}
events:
  - {{cohort: all, event: infection, percent: {percent_of(had, n)}}}
  - {{cohort: all, event: neutropenia, count: {random_.randint(0, n)}}}
"""


def write(folder: Path, count: int, seed: int = 1) -> None:
    """Write a review of `count` generated studies into `folder`."""
    random_ = random.Random(seed)
    (folder / "studies").mkdir(parents=True, exist_ok=True)
    (folder / "review.yaml").write_text(REVIEW, "utf-8")
    for number in range(count):
        path = folder / "studies" / f"study-{number:05}.yaml"
        path.write_text(study(number, random_), "utf-8")
