"""A review of a made-up disease whose every text tries to break out of the page."""

from __future__ import annotations

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = "\"'><img src=x onerror=alert(1)>"
FORMULA = "=HYPERLINK(1)"
TEMPLATE = "{{ 7 * 7 }}{% raw %}"

REVIEW = f"""\
title: 'Scurvy {SCRIPT}'
version: '{ATTRIBUTE.replace("'", "''")}'
authors: ['{SCRIPT}', '@Doe J']
question: {{population: '{SCRIPT}', intervention: '{TEMPLATE}', outcome: '<b>x</b>'}}
background: ['{SCRIPT}', '{TEMPLATE}']
scale:
  CR: {{label: 'complete {SCRIPT}', responder: true}}
  '<i>PR': {{label: partial, responder: true}}
  NR: none
searches:
  - {{database: 'Pub {SCRIPT}', condition: ['{SCRIPT}'], limits: ['{SCRIPT}'], also: ['{SCRIPT}']}}
criteria:
  main:
    label: 'main {SCRIPT}'
    cohort:
      seen: {{require: year >= 1700, label: 'seen {SCRIPT}'}}
    agent:
      two: {{require: patients >= 1, label: 'two {SCRIPT}'}}
  other:
    based_on: main
    label: '{SCRIPT}'
    cohort:
      late: {{require: year >= 2000, label: '{SCRIPT}'}}
populations:
  '<b>sailors': {{is: line is first, label: 'sailors {SCRIPT}'}}
claims:
  '{FORMULA}': {{says: 'all recover {SCRIPT}', test: CR == patients}}
analyses:
  '{FORMULA}': {{label: '=x {SCRIPT}', definitions: together, minimum: 1}}
  '<b>two': {{label: '{TEMPLATE}', by: population, definitions: together, minimum: 2}}
certainty:
  agent: anakinra
  analysis: '{FORMULA}'
  level: very low
  by: '{SCRIPT}'
  down: [{{for: imprecision, why: '={SCRIPT}'}}, {{for: indirectness, why: '$x^2$'}}]
ongoing:
  - {{agent: anakinra, registry: '{SCRIPT}', population: '{SCRIPT}', place: '+1', line: '-1'}}
"""

STUDY = f"""\
citation:
  authors: ['Lind {SCRIPT} J']
  year: 1753
  title: 'A treatise {SCRIPT}'
  journal: '{ATTRIBUTE.replace("'", "''")}'
  doi: 'javascript:alert(1)'
label: '=Lind {SCRIPT}'
design: case report
cohorts:
  all:
    label: '{FORMULA} {SCRIPT}'
    patients: 12
    line: first
    parts: []
  '<b>cohort "two"':
    part_of: all
    patients: 2
therapies:
  lemons:
    agent: anakinra
    doses:
      - {{drug: anakinra, dose: 2 mg/kg/day, by: '{SCRIPT}', note: '{SCRIPT}'}}
responses:
  - {{cohort: all, therapy: lemons, counts: {{CR: 7, '<i>PR': 5, NR: 0}}, note: '{SCRIPT}'}}
outcomes:
  - {{cohort: all, outcome: relapse, count: 1, causes: {{'{SCRIPT}': 1}}, note: '{SCRIPT}'}}
events:
  - {{cohort: all, event: fever, percent: 25, note: '{FORMULA} {SCRIPT}'}}
  - {{cohort: all, event: '{SCRIPT}', count: 1}}
quality:
  - instrument: '={SCRIPT}'
    by: '{SCRIPT}'
    selection: {{answer: no, why: '={SCRIPT}', source: '{SCRIPT}'}}
    items: {{'=<b>x': {{answer: yes, why: '+{SCRIPT}'}}}}
notes: ['{SCRIPT}']
"""

FILES = {
    "review.yaml": REVIEW,
    "studies/lind-1753.yaml": STUDY,
    "studies/a #b%20?c&d.yaml": STUDY.replace("1753", "1754"),
    "sources/broken.yaml": f"citation: {{authors: [{SCRIPT}\n",
}
"""The review's files; one has a name that addresses must quote, and one cannot be read."""
