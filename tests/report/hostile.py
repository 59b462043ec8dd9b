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

DEFINITION = f"""\
label: '=rule {SCRIPT}'
kind: response
markers:
  ferritin: {{improved: percent_change <= -25}}
  fever: {{when: baseline is present, improved: resolved}}
assess: {{by: 14 d, after: '{SCRIPT}'}}
levels:
  CR: all normal
  '<i>PR': at least 1 improved
  NR: {{rule: otherwise, inferred: '{SCRIPT}'}}
unstated: [{{text: '={SCRIPT}', default: '+{SCRIPT}', setting: baseline}}, '{SCRIPT}']
ambiguous: ['{TEMPLATE}']
"""

PARTICIPANTS = f"""\
study: lind-1753
index: 'first {SCRIPT}'
participants:
  '<b>"one"':
    cohort: all
    reported: [{{level: '<i>PR', definition: rule}}, {{level: CR}}]
    values:
      - {{marker: ferritin, day: baseline, value: 900, unit: ug/l, told: '={SCRIPT}'}}
      - {{marker: ferritin, day: by 2 wk, value: '<450', unit: ug/l, flags: ['{SCRIPT}', high]}}
      - {{marker: '{SCRIPT}', day: 3, value: '{FORMULA}'}}
      - {{marker: platelets, day: 3, value: '{SCRIPT}', unit: '<b>'}}
    note: '{TEMPLATE}'
    source: {{at: '{SCRIPT}', kind: derived, by: '={SCRIPT}'}}
"""

TABLE = f"""\
participant,study,cohort,marker,day,value,unit,told,source
{FORMULA},lind-1753,all,ferritin,0,900,ug/l,@x,+1
"{SCRIPT}",lind-1753,all,ferritin,14,-5,ug/l,,
"""

FILES = {
    "review.yaml": REVIEW,
    "studies/lind-1753.yaml": STUDY,
    "studies/a #b%20?c&d.yaml": STUDY.replace("1753", "1754"),
    "definitions/rule.yaml": DEFINITION,
    "definitions/rule-2.yaml": DEFINITION.replace("-25", "-30"),
    "participants/one.yaml": PARTICIPANTS,
    "participants/a #b%20?c&d.csv": TABLE,
    "sources/broken.yaml": f"citation: {{authors: [{SCRIPT}\n",
}
"""The review's files; one has a name that addresses must quote, and one cannot be read."""
