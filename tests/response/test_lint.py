"""Every check has an example it finds something in, and one it finds nothing in."""

from __future__ import annotations

import pytest

from paucity.response import DEFINITION_CHECKS, LIBRARY_CHECKS, check_definition, check_definitions
from paucity.text import Severity

RESPONSE = "kind: response\nassess: {by: 14 d}\n"
LEVELS = "levels: {CR: all absent, PR: at least 1 improved, NR: otherwise}\n"

EXAMPLES = {
    "clause-vacuous": (
        """\
markers:
  anc:
    when: baseline between 0.5 and 2.0
    improved: percent_change >= 100 and value > 5
""",
        """\
markers:
  anc:
    when: baseline between 0.5 and 2.0
    improved: percent_change >= 100 and value > 2.0
""",
        "6:15",
    ),
    "rule-impossible": (
        "markers: {ferritin: {when: baseline < 5, improved: percent_change <= -25 and value > 5}}",
        "markers: {ferritin: {when: baseline < 9, improved: percent_change <= -25 and value > 5}}",
        "3:52",
    ),
    "threshold-beyond-band": (
        "markers: {anc: {when: baseline <= 2.0, improved: value > 5}}",
        "markers: {anc: {when: baseline <= 2.0, improved: value > 2.0}}",
        "3:58",
    ),
    "bands-gap": (
        """\
markers:
  anc:
  - {when: baseline < 0.5, improved: value > 0.5}
  - {when: baseline > 0.5, improved: value > 2}
""",
        """\
markers:
  anc:
  - {when: baseline < 0.5, improved: value > 0.5}
  - {when: baseline >= 0.5, improved: value > 2}
""",
        "5:12",
    ),
    "bands-overlap": (
        """\
markers:
  anc:
  - {when: baseline <= 0.5, improved: value > 0.5}
  - {when: baseline >= 0.5, improved: value > 2}
""",
        """\
markers:
  anc:
  - {when: baseline < 0.5, improved: value > 0.5}
  - {when: baseline >= 0.5, improved: value > 2}
""",
        "6:12",
    ),
    "baseline-zero": (
        "markers: {anc: {when: baseline < 0.5, improved: percent_change >= 100}}",
        "markers: {anc: {when: baseline < 0.5, improved: value > 0.5}}",
        "3:49",
    ),
    "headline-differs": (
        "headline: improvement >= 25%\nmarkers: {sil2r: {improved: fold_decrease > 1.5}}",
        "headline: improvement >= 25%\nmarkers: {ferritin: {improved: percent_change <= -25}}",
        "4:29",
    ),
    "duplicate-clause": (
        """\
markers:
  anc:
  - {when: baseline < 0.5, improved: value > 0.5}
  - {when: baseline < 0.5, improved: value > 0.5}
""",
        "markers: {anc: [{when: baseline < 0.5, improved: value > 0.5}]}",
        "6:5",
    ),
    "unit-slip": (
        "markers: {alt: {improved: percent_change <= -50, printed: U/I}}",
        "markers: {alt: {improved: percent_change <= -50, printed: U/l}}",
        "3:59",
    ),
    "unit-mixed": (
        "markers: {triglycerides: {unit: mmol/l, improved: value < 265 mg/dl}}",
        "markers: {triglycerides: {unit: mmol/l, improved: value < 3 mmol/L}}",
        "3:59",
    ),
    "normal-without-limits": (
        "markers: {ferritin: {improved: percent_change <= -25}}\nlevels: {CR: all normal}",
        "markers: {ferritin: {normal: value <= 500}}\nlevels: {CR: all normal}",
        "4:14",
    ),
    "window-unstated": (
        "markers: {hemophagocytosis: {improved: resolved, window: unstated}}",
        "markers: {hemophagocytosis: {improved: resolved, window: 28 d}}",
        "3:58",
    ),
    "unstated": ("unstated: [which value is the baseline]", "unstated: []", "3:12"),
    "ambiguous": ("ambiguous: [{text: before or after, about: fever}]", "ambiguous: []", "3:20"),
    "markers-asymmetric": (
        """\
markers: {ferritin: {improved: value < 9, normal: value < 9}, alt: {normal: value < 9}}
levels: {CR: all normal, PR: at least 1 improved}
""",
        """\
markers: {ferritin: {improved: value < 9, normal: value < 9}}
levels: {CR: all normal, PR: at least 1 improved}
""",
        "4:14",
    ),
    "level-undefined": (
        "markers: {fever: {improved: absent}}\nlevels: {CR: all absent, PR: all improved}",
        "markers: {fever: {improved: absent}}\n" + LEVELS,
        "4:9",
    ),
    "level-unreachable": (
        "markers: {fever: {improved: absent}}\nlevels: {CR: otherwise, PR: all improved}",
        "markers: {fever: {improved: absent}}\n" + LEVELS,
        "4:29",
    ),
    "complete-by-improvement": (
        "markers: {fever: {improved: absent}}\nlevels: {CR: all improved}",
        "markers: {fever: {improved: absent}}\nlevels: {CR: all absent}",
        "4:14",
    ),
    "criterion-unused": (
        """\
markers: {ferritin: {met: value >= 500}}
criteria: {high: ferritin is met}
levels: {met: ferritin is met, not met: otherwise}
""",
        """\
markers: {ferritin: {met: value >= 500}}
criteria: {high: ferritin is met}
levels: {met: high is met, not met: otherwise}
""",
        "4:18",
    ),
    "parameter-unused": (
        """\
parameters: {limit: 500}
markers: {ferritin: {met: value >= 500}}
""",
        """\
parameters: {limit: 500}
markers: {ferritin: {met: value >= limit}}
""",
        "3:21",
    ),
    "score-out-of-reach": (
        """\
markers: {ferritin: {met: value >= 500, points: 5}}
levels: {likely: score >= 6, unlikely: otherwise}
""",
        """\
markers: {ferritin: {met: value >= 500, points: 5}}
levels: {likely: score >= 5, unlikely: otherwise}
""",
        "4:18",
    ),
    "narrative-definition": ("basis: narrative", "basis: rule", "3:8"),
    "rule-missing": ("levels: {CR: {described: all well}}", "levels: {CR: otherwise}", "3:9"),
    "sign-unknown": ("signs: [hypofibrinemia]", "signs: [hypofibrinogenemia]", "3:9"),
}


def test_every_check_has_an_example():
    codes = {check.__name__.replace("_", "-") for check in DEFINITION_CHECKS}
    assert codes == set(EXAMPLES)


@pytest.mark.parametrize("check", DEFINITION_CHECKS, ids=lambda check: check.__name__)
def test_a_check_finds_its_fault_at_its_place_and_nothing_in_sound_text(check, define):
    code = check.__name__.replace("_", "-")
    faulty, sound, place = EXAMPLES[code]
    found = list(check(define(RESPONSE + faulty)))
    assert [f.code for f in found] == [code]
    assert str(found[0].span) == f"mine.yaml:{place}"
    assert found[0].subject.split("/")[0] == "mine"
    assert found[0].message
    assert list(check(define(RESPONSE + sound))) == []


@pytest.mark.parametrize("check", [*DEFINITION_CHECKS, *LIBRARY_CHECKS], ids=lambda c: c.__name__)
def test_a_check_says_what_it_finds_and_why_it_matters(check):
    first, blank, *rest = (check.__doc__ or "").strip().split("\n")
    assert first.startswith(("Find ", "Report "))
    assert first.endswith(".")
    assert not blank
    assert len(" ".join(rest)) > 30


def messages(definition, code):
    return [f.message for f in check_definition(definition) if f.code == code]


def test_a_vacuous_clause_is_shown_in_figures(define):
    definition = define(RESPONSE + EXAMPLES["clause-vacuous"][0])
    (message,) = messages(definition, "clause-vacuous")
    assert message == (
        "`percent_change >= 100` decides nothing for a baseline of 0.5 to 2 10*9/L: `value > 5`"
        " implies it (even from 2, above 5 10*9/L is already +150%)"
    )


def test_of_two_equal_clauses_one_is_vacuous(define):
    definition = define(RESPONSE + "markers: {ferritin: {improved: value < 5 and value < 5}}")
    assert len(messages(definition, "clause-vacuous")) == 1


@pytest.mark.parametrize(
    ("whens", "gaps"),
    [
        (["baseline < 0.5", "baseline between 0.5 and 2.0"], ["a baseline above 2"]),
        (["baseline > 400"], ["a baseline of 400 or less"]),
        (["baseline >= 400"], ["a baseline below 400"]),
        (["baseline < 1", "baseline > 1"], ["a baseline of exactly 1"]),
        (["baseline < 1", "baseline > 2"], ["a baseline of 1 to 2"]),
        (["baseline <= 1", "baseline > 2"], ["a baseline above 1 and at most 2"]),
        (["baseline > 0"], ["a baseline of exactly 0"]),
        (["baseline < 1 or baseline > 2"], ["a baseline of 1 to 2"]),
        (["baseline < 1", "baseline >= 1"], []),
        (["baseline >= 0"], []),
        (["baseline is present"], []),
    ],
)
def test_gaps_are_named(define, whens, gaps):
    bands = "\n".join(f"  - {{when: {when}, improved: value > 900}}" for when in whens)
    definition = define(f"kind: response\nmarkers:\n  spleen:\n{bands}")
    found = [
        m.split(" for ")[1].split(":")[0].replace(" cm", "")
        for m in messages(definition, "bands-gap")
    ]
    assert found == gaps


def test_a_gap_between_bands_is_worse_than_one_at_an_end(define):
    definition = define(RESPONSE + EXAMPLES["bands-gap"][0])
    (inner,) = [f for f in check_definition(definition) if f.code == "bands-gap"]
    assert inner.severity is Severity.WARNING
    ended = define(RESPONSE + "markers: {alt: {when: baseline > 400, improved: value < 200}}")
    (outer,) = [f for f in check_definition(ended) if f.code == "bands-gap"]
    assert outer.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("rule", "demand"),
    [
        ("fold_decrease > 1.5", "a fall of more than 33.3%"),
        ("fold_decrease >= 2", "a fall of at least 50%"),
        ("percent_change >= 100", "a rise of at least 100%"),
        ("fold_increase > 3 or percent_change >= 50", "a rise of at least 50%"),
    ],
)
def test_a_headline_is_compared_with_what_a_marker_demands(define, rule, demand):
    text = f"headline: improvement >= 25%\nmarkers: {{ferritin: {{improved: {rule}}}}}"
    (message,) = messages(define(RESPONSE + text), "headline-differs")
    assert demand in message
    assert "announces 25%" in message


def test_a_fall_below_the_judged_range_is_beyond_the_band(define):
    text = "markers: {alt: {when: baseline > 400, improved: value < 40}}"
    (message,) = messages(define(RESPONSE + text), "threshold-beyond-band")
    assert "needs a value below 40 U/L, but below 400" in message


def test_at_least_more_than_there_are_is_unreachable(define):
    text = "markers: {fever: {improved: absent}}\nlevels: {PR: at least 2 improved}"
    assert messages(define(RESPONSE + text), "level-unreachable") == [
        "PR asks for at least 2 improved, but 1 of the markers can be"
    ]


def test_a_level_that_is_inferred_is_said_to_be(define):
    text = "levels: {NR: {rule: otherwise, inferred: a footnote}}"
    found = messages(define(RESPONSE + text), "level-undefined")
    assert found == [
        "CR and PR are not defined",
        "NR is not defined by the source; its rule is inferred: a footnote",
    ]


def test_a_scale_of_its_own_replaces_the_usual_one(define):
    text = "scale: [CR]\nmarkers: {fever: {}}\nlevels: {CR: all absent}"
    assert not messages(define(RESPONSE + text), "level-undefined")


def test_a_unit_that_is_none_is_an_error(define):
    definition = define(RESPONSE + "markers: {alt: {unit: furlong, improved: value < 4}}")
    (finding,) = [f for f in check_definition(definition) if f.code == "unit-slip"]
    assert finding.severity is Severity.ERROR


def test_refractoriness_without_its_rule_is_found(define):
    assert messages(define("kind: refractoriness"), "rule-missing")
    assert not messages(
        define("kind: refractoriness\nfails: {level: PR, after: 2 wk}"), "rule-missing"
    )


FIRST = """\
kind: response
markers: {sil2r: {improved: fold_decrease > 1.5}, ferritin: {improved: percent_change <= -25}}
"""


def library(definitions, code):
    return [f for f in check_definitions(definitions) if f.code == code]


def test_two_definitions_that_differ_in_an_operator_are_nearly_the_same(define):
    one = define(FIRST, "one")
    other = define(FIRST.replace("> 1.5", ">= 1.5"), "other")
    (finding,) = library([other, one], "definitions-nearly-same")
    assert finding.subject == "one/other/soluble IL-2 receptor"
    assert str(finding.span) == "one.yaml:2:29"
    assert "one says `fold_decrease > 1.5`, other `fold_decrease >= 1.5`" in finding.message
    assert "from 3 to 2 U/mL counts in other alone" in finding.message


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        FIRST + "variant_of: one\n",
        FIRST.replace("fold_decrease > 1.5", "resolved"),
        FIRST.replace("percent_change <= -25", "value < 500").replace("> 1.5", ">= 1.5"),
        FIRST.replace("kind: response", "kind: score").replace("> 1.5", ">= 1.5"),
        FIRST.replace("sil2r", "alt"),
    ],
)
def test_equal_variant_and_unlike_definitions_are_not_nearly_the_same(define, other):
    definitions = [define(FIRST, "one"), define(other, "other")]
    assert not library(definitions, "definitions-nearly-same")


def test_two_times_of_refractoriness_are_nearly_the_same(define):
    text = "kind: refractoriness\nfails: {level: PR, after: 2 wk}\n"
    one, two = define(text, "one"), define(text.replace("2 wk", "2 wk, or_longer: true"), "two")
    (finding,) = library([one, two], "definitions-nearly-same")
    assert finding.message == "one says `2 wk`, two `2 wk or longer`"
    other = define(text.replace("2 wk", "4 wk, or_longer: true"), "two")
    assert not library([one, other], "definitions-nearly-same")


def test_a_dropped_formal_definition_is_found(define):
    words = "kind: response\nstudy: x-2011\nbasis: narrative\n"
    narrative = define(words, "narrative")
    formal = define("kind: response\nstudy: x-2011\n", "formal")
    (finding,) = library([narrative, formal], "formal-definition-dropped")
    assert finding.subject == "narrative"
    other = define("kind: response\nstudy: y-2011\n", "formal")
    assert not library([narrative, other], "formal-definition-dropped")
    assert not library(
        [narrative, define("kind: response\nbasis: narrative")], "formal-definition-dropped"
    )
