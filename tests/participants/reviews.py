"""A small review of Evans syndrome, in which a study describes its participants one by one.

Evans syndrome is an autoimmune fall of red cells and platelets. All people and values are invented.
"""

from __future__ import annotations

PROTOCOL = """\
title: An invented review of Evans syndrome
scale:
  CR: {label: complete response, responder: true}
  PR: {label: partial response, responder: true}
  NR: no response
criteria:
  main:
    cohort:
      steroid: prior includes prednisolone
"""

STUDY = """\
citation: {authors: [Alder A], year: 2012, language: English}
source: Table 2
cohorts: {all: {patients: 12, prior: prednisolone}}
therapies: {rituximab: {agent: rituximab}}
responses:
  - {cohort: all, therapy: rituximab, counts: {CR: 5, PR: 4, NR: 3}, definition: evans}
"""

DEFINITION = """\
label: Evans response
kind: response
assess: {by: 28 d}
markers:
  hemoglobin: {unit: g/l, improved: value - baseline >= 20, normal: value >= 120}
  platelets: {unit: 10^9/l, improved: value >= 30 and fold_increase >= 2, normal: value >= 100}
levels:
  CR: all normal
  PR: at least 1 improved
  NR: otherwise
"""

STRICT = """\
label: Evans response, both
kind: response
assess: {by: 28 d}
markers:
  hemoglobin: {unit: g/l, improved: value - baseline >= 20, normal: value >= 120}
  platelets: {unit: 10^9/l, improved: value >= 30 and fold_increase >= 2, normal: value >= 100}
levels:
  CR: all normal
  PR: at least 2 improved
  NR: otherwise
"""

PARTICIPANTS = """\
index: first dose of rituximab
participants:
  one:
    age: 40 y
    sex: female
    reported: {level: PR, definition: evans}
    values:
      - {marker: hemoglobin, day: 0, value: 80, unit: g/l}
      - {marker: hemoglobin, day: 28, value: 10, unit: g/dl}
      - {marker: platelets, day: 0, value: 10, unit: 10^9/l}
      - {marker: platelets, day: 28, value: 19000, unit: cells/ul}
"""
"""Hemoglobin rises by 20 g/l, just enough; platelets to 19, less than twofold."""

TABLE = """\
participant,age,sex,reported,definition,index,marker,day,value,unit
one,40 y,female,PR,evans,first dose of rituximab,hemoglobin,0,80,g/l
one,,,,,,hemoglobin,28,10,g/dl
one,,,,,,platelets,0,10,10^9/l
one,,,,,,platelets,28,19000,cells/ul
"""
"""The same participant as a table."""

FILES = {
    "review.yaml": PROTOCOL,
    "studies/alder-2012.yaml": STUDY,
    "definitions/evans.yaml": DEFINITION,
    "participants/alder-2012.yaml": PARTICIPANTS,
}


def many(count: int) -> str:
    """Return a table of participants: every second certainly responds, every fourth may."""
    lines = ["participant,marker,day,value,unit"]
    for i in range(count):
        later = {0: "100", 1: "80", 2: "100", 3: ""}[i % 4]
        lines.append(f"p{i:02},hemoglobin,0,80,g/l")
        lines.append(f"p{i:02},platelets,0,50,10^9/l")
        lines.append(f"p{i:02},platelets,28,50,10^9/l")
        if later:
            lines.append(f"p{i:02},hemoglobin,28,{later},g/l")
    return "\n".join(lines) + "\n"
