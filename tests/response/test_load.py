"""Definitions are read from text: sound ones whole, faulty ones with a finding for each fault."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from paucity.record import document_schema, field_docs
from paucity.response import (
    Definition,
    check_definitions,
    definition_names,
    differences,
    library_definitions,
    load_definition,
    read_definition,
    say_definition,
)
from paucity.response.criteria import Criterion, Example, Parameter, Variant
from paucity.response.load import _FOLDER, MAX_BANDS
from paucity.response.model import Band, Level, Marker, Remark, marker_named
from paucity.text import parse_yaml
from paucity.vocabulary import Vocabulary, bundled

EXPECTED = (
    "behrens-2006",
    "gerard-2012",
    "mahlaoui-2007",
    "marsh-2013",
    "marsh-2013-emended",
    "miettunen-2011",
    "miettunen-2011-hlh2004",
    "refractory-2-or-more-weeks",
    "refractory-2-weeks",
    "strout-2010",
    "wang-2015",
    "wang-2015-fever-mandatory",
)


def read(text):
    return read_definition(parse_yaml(text, "mine.yaml"), bundled())


def test_the_library_has_the_definitions_of_the_source_review():
    assert set(EXPECTED) <= set(definition_names())


@pytest.mark.parametrize("name", definition_names())
def test_a_bundled_definition_reads_without_findings(name):
    definition, findings = load_definition(name)
    assert findings == []
    assert definition is not None
    assert definition.name == name
    assert definition.cites
    assert definition.source
    assert definition.source.at
    assert definition.read_in
    assert definition.status in {"secondary", "unverified"}


@pytest.mark.parametrize("name", definition_names())
def test_a_bundled_definition_fits_the_schema(name):
    schema = document_schema(Definition, "definition")
    Draft202012Validator.check_schema(schema)
    tree = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    errors = list(Draft202012Validator(json.loads(json.dumps(schema))).iter_errors(tree))
    assert errors == []


def test_variants_name_a_definition_and_say_what_they_change():
    names = {d.name for d in library_definitions()}
    for definition in library_definitions():
        assert bool(definition.variant_of) == bool(definition.emends)
        assert not definition.variant_of or definition.variant_of in names


def test_an_unknown_name_is_a_finding_with_a_hint():
    definition, (finding,) = load_definition("marsh-2031")
    assert definition is None
    assert finding.code == "unknown-definition"
    assert finding.hint == "did you mean `marsh-2013`?"


def test_every_fault_of_the_audit_is_found_in_the_bundled_definitions():
    """Audit B10, B11, C1 to C5, C7, D3 to D5, D7, E2, E4, F7, F11."""
    found = {(f.code, f.subject) for f in check_definitions(library_definitions())}
    assert {
        ("clause-vacuous", "marsh-2013/absolute neutrophil count"),
        ("threshold-beyond-band", "marsh-2013/absolute neutrophil count"),
        ("duplicate-clause", "marsh-2013/absolute neutrophil count"),
        ("bands-gap", "marsh-2013/absolute neutrophil count"),
        ("bands-gap", "marsh-2013/alanine aminotransferase"),
        ("baseline-zero", "marsh-2013/absolute neutrophil count"),
        ("headline-differs", "marsh-2013/soluble IL-2 receptor"),
        ("headline-differs", "marsh-2013/alanine aminotransferase"),
        ("headline-differs", "marsh-2013/absolute neutrophil count"),
        ("unit-slip", "marsh-2013/absolute neutrophil count"),
        ("unit-slip", "marsh-2013/alanine aminotransferase"),
        ("unit-slip", "wang-2015/absolute neutrophil count"),
        ("window-unstated", "marsh-2013/hemophagocytosis"),
        ("normal-without-limits", "marsh-2013/levels/CR"),
        ("level-undefined", "marsh-2013/levels/NR"),
        ("level-undefined", "mahlaoui-2007/levels"),
        ("definitions-nearly-same", "marsh-2013/wang-2015/soluble IL-2 receptor"),
        ("definitions-nearly-same", "marsh-2013/wang-2015/absolute neutrophil count"),
        ("definitions-nearly-same", "refractory-2-or-more-weeks/refractory-2-weeks/fails"),
        ("markers-asymmetric", "wang-2015/levels/CR"),
        ("ambiguous", "wang-2015/fever"),
        ("ambiguous", "wang-2015/assess"),
        ("complete-by-improvement", "behrens-2006/levels/CR"),
        ("narrative-definition", "mahlaoui-2007"),
        ("sign-unknown", "mahlaoui-2007/signs/hypofibrinemia"),
        ("formal-definition-dropped", "miettunen-2011"),
    } <= found


def test_the_emended_definition_has_none_of_the_faults_it_emends():
    codes = {
        f.code
        for f in check_definitions(library_definitions())
        if f.subject.startswith("marsh-2013-emended/")
    }
    assert not codes & {"clause-vacuous", "threshold-beyond-band", "duplicate-clause", "unit-slip"}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("markers: {feritin: {improved: value < 5}}", "unknown-marker", "2:11"),
        ("markers: {ferritin: {improved: valeu < 5}}", "unknown-in-rule", "2:32"),
        ("markers: {ferritin: {improved: value < 5 and fold > 2}}", "unknown-in-rule", "2:46"),
        ("markers: {ferritin: {improved: value <}}", "not-an-expression", "2:39"),
        ("markers: {ferritin: {improved: [value]}}", "not-an-expression", "2:32"),
        ("markers: {ferritin: {improved: improved}}", "unknown-in-rule", "2:32"),
        ("markers: {ferritin: {when: value < 5}}", "unknown-in-rule", "2:28"),
        ("markers: {ferritin: {when: value is normal}}", "unknown-in-rule", "2:37"),
        ("markers: {ferritin: {when: normal}}", "unknown-in-rule", "2:28"),
        ("markers: {ferritin: {improved: value is great}}", "unknown-in-rule", "2:41"),
        ("markers: {ferritin: {improved: at least 2 normal}}", "unknown-in-rule", "2:43"),
        ("markers: {ferritin: {improved: value < normal}}", "unknown-in-rule", "2:40"),
        ("markers: {ferritin: value < 5}", "wrong-type", "2:21"),
        ("markers: [ferritin]", "wrong-type", "2:10"),
        ("markers: {ALT: {}, alt: {}}", "duplicate-marker", "2:20"),
        ("markers: {ferritin: {window: soon}}", "wrong-type", "2:30"),
        ("markers: {ferritin: {imrpoved: value < 5}}", "unknown-field", "2:22"),
        ("levels: {CR: all norml}", "unknown-in-rule", "2:18"),
        ("levels: {CR: all normal of (ferritin)}", "unknown-in-rule", "2:18"),
        ("levels: {CR: fever is resolved}", "unknown-in-rule", "2:14"),
        ("levels: {CR: ferritin < 5}", "unknown-in-rule", "2:14"),
        ("levels: {CR: normal}", "unknown-in-rule", "2:14"),
        ("levels: {CR: at least 1.5 normal}", "not-an-expression", "2:23"),
        ("markers: {alt: {improved: value < 1234567890123456}}", "not-an-expression", "2:35"),
        ("markers: {alt: {improved: value < 0.1234567890123}}", "not-an-expression", "2:35"),
        ("headline: improvement >= 25", "unknown-in-rule", "2:11"),
        ("headline: improvement <= 25%", "unknown-in-rule", "2:11"),
        ("signs: [[fever]]", "wrong-type", "2:9"),
        ("assess: {by: soon}", "wrong-type", "2:14"),
        ("fails: {level: PR}", "missing-field", "2:8"),
        (f"headline: {'(' * 50}improvement{')' * 50}", "unknown-in-rule", "2:61"),
        (f"headline: {'not ' * 60}improvement", "not-an-expression", "2:11"),
    ],
)
def test_a_fault_is_found_at_its_place(text, code, place):
    definition, findings = read(f"kind: response\n{text}\n")
    assert definition is not None
    assert [f.code for f in findings] == [code]
    assert str(findings[0].span) == f"mine.yaml:{place}"


def test_a_faulty_rule_costs_the_rule_and_not_the_definition():
    text = "kind: response\nmarkers: {ferritin: {improved: valeu < 5, normal: value < 9}}"
    definition, _ = read(text)
    assert definition is not None
    (band,) = definition.markers[0].bands
    assert band.improved is None
    assert band.normal is not None


def test_a_marker_takes_one_rule_several_bands_or_both():
    short, _ = read("kind: response\nmarkers: {alt: {improved: value < 5}}")
    listed, _ = read("kind: response\nmarkers: {alt: [{improved: value < 5}]}")
    long, _ = read("kind: response\nmarkers: {alt: {bands: [{improved: value < 5}]}}")
    single, _ = read("kind: response\nmarkers: {alt: {bands: {improved: value < 5}}}")
    assert short is not None
    assert short == listed == long == single
    both, findings = read(
        "kind: response\n"
        "markers: {alt: {when: baseline > 9, improved: value < 5, bands: {improved: value < 2}}}"
    )
    assert both is not None
    assert findings == []
    assert [b.improved.text for b in both.markers[0].bands if b.improved] == [
        "value < 5",
        "value < 2",
    ]


def test_a_marker_knows_its_name_label_unit_and_whether_it_is_measured():
    definition, _ = read("kind: response\nmarkers: {neutrophils: , fever: , alt: {unit: IU/l}}")
    assert definition is not None
    anc = marker_named(definition, "absolute neutrophil count")
    fever = marker_named(definition, "fever")
    alt = marker_named(definition, "alanine aminotransferase")
    assert anc is not None
    assert fever is not None
    assert alt is not None
    assert (anc.name.written, anc.label, anc.unit, anc.measured) == (
        "neutrophils",
        "ANC",
        "10*9/L",
        True,
    )
    assert not fever.measured
    assert alt.unit == "IU/l"
    assert marker_named(definition, "ferritin") is None


def test_levels_name_markers_by_their_preferred_names():
    definition, findings = read(
        "kind: response\nmarkers: {sCD25: , alt: }\n"
        "levels:\n  CR: all normal of (scd25, ALT) and (alt is untested or sCD25 < 5)"
    )
    assert findings == []
    assert definition is not None
    rule = definition.levels["CR"].rule
    assert rule is not None
    assert "soluble IL-2 receptor" in str(rule.node)
    assert "'alt'" not in str(rule.node)


def test_a_marker_the_vocabulary_lacks_can_still_be_counted():
    document = parse_yaml(
        "kind: response\nmarkers: {zinc: {improved: value > 5}}\nlevels: {PR: zinc is improved}",
        "mine.yaml",
    )
    definition, findings = read_definition(document, Vocabulary())
    assert definition is not None
    assert [f.code for f in findings] == ["unknown-marker"]
    assert definition.levels["PR"].rule is not None


@pytest.mark.parametrize("count", [5, 500])
def test_many_bands_are_read_up_to_a_limit(count):
    def text(share):
        bands = (
            f"{{when: baseline between {n} and {n}.{share}, improved: value > {n}}}"
            for n in range(count)
        )
        return f"kind: response\nmarkers: {{ferritin: [{', '.join(bands)}]}}"

    definition, findings = read(text(1))
    assert definition is not None
    assert len(definition.markers[0].bands) == min(count, MAX_BANDS)
    assert [f.code for f in findings] == ["too-many-bands"] * (count > MAX_BANDS)
    exercise(text(1), text(2))


def test_a_rule_of_many_alternatives_is_left_as_it_is():
    def text(share):
        rule = " and ".join(f"(value > {n}.{share} * baseline or change > {n})" for n in range(40))
        return f"kind: response\nmarkers: {{ferritin: {{improved: {rule}}}}}"

    first, _ = read(text(1))
    second, _ = read(text(2))
    assert first is not None
    assert second is not None
    assert [d.part for d in differences(first, second)] == ["improved"]
    exercise(text(1), text(2))


WORDS = st.sampled_from(
    [
        "baseline < 0.5",
        "baseline between 2 and 1",
        "percent_change >= 100 and value > 5",
        "value * value > 3",
        "value / baseline <= 0",
        "value == 0 or not (value != baseline)",
        "all normal",
        "at least 2 improved of (ferritin, fever)",
        "otherwise",
        "improvement > 25%",
        "normal",
        "baseline is altered",
        "fever is resolved",
        "0 < 1",
        "-value < -99999999999999999999",
        "value < 5 mg",
        f"value < {'9' * 400}.5",
        "value < 123456789012345.123456789012",
        "14 d",
        "age < 4 wk",
        "value >= limit",
        "rule",
        "limit",
        "score >= 5",
        "low is met and high is met",
        "at least 2 met of (low, high)",
        "500",
        "CR",
        "met or not met",
        "unstated",
        "response",
        "rule",
        "narrative",
        "true",
        "\x00",
        "= = =",
        "10^9/I",
        "1",
        "",
    ]
)
CLASSES = (Definition, Marker, Band, Level, Remark, Criterion, Parameter, Variant, Example)
KEYS = st.sampled_from(
    [
        *sorted({k for cls in CLASSES for k in field_docs(cls)}),
        *("ferritin", "anc", "fever", "CR", "PR", "by", "at", "after", "level", "or_longer"),
    ]
)
TREES = st.recursive(
    st.one_of(WORDS, st.none(), st.text(max_size=12)),
    lambda t: st.one_of(st.lists(t, max_size=3), st.dictionaries(KEYS, t, max_size=4)),
    max_leaves=12,
)
RULE = WORDS
BANDS = st.dictionaries(
    st.sampled_from(["when", "improved", "resolved", "normal", "met", "points", "printed", "unit"]),
    RULE,
    max_size=4,
)
DEFINITIONS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["response", "score", "refractoriness", "diagnosis"])},
    optional={
        "basis": WORDS,
        "headline": WORDS,
        "assess": TREES,
        "markers": st.dictionaries(
            st.sampled_from(["ferritin", "anc", "fever", "consciousness", "zinc"]),
            st.one_of(BANDS, st.lists(BANDS, max_size=3), TREES),
        ),
        "levels": st.dictionaries(st.sampled_from(["CR", "PR", "NR"]), st.one_of(RULE, TREES)),
        "parameters": st.dictionaries(st.sampled_from(["limit", "rule", "normal"]), RULE),
        "criteria": st.dictionaries(
            st.sampled_from(["low", "high", "ferritin"]),
            st.one_of(RULE, BANDS, st.lists(BANDS, max_size=3), TREES),
        ),
        "probability": st.dictionaries(st.sampled_from(["1", "9", "x"]), WORDS),
        "examples": st.lists(
            st.fixed_dictionaries(
                {"expect": WORDS, "why": WORDS},
                optional={
                    "values": st.dictionaries(
                        st.sampled_from(["ferritin", "fever", "zinc"]),
                        st.one_of(WORDS, st.dictionaries(st.sampled_from(["0", "14", "x"]), WORDS)),
                    ),
                    "limits": TREES,
                    "age": WORDS,
                    "judged_by": st.sampled_from(["wang-2015", "x", "hscore"]),
                    "parameters": st.dictionaries(st.sampled_from(["limit", "rule"]), RULE),
                },
            ),
            max_size=2,
        ),
        "signs": st.lists(st.one_of(WORDS, st.text(max_size=9)), max_size=3),
        "fails": TREES,
        "unstated": TREES,
        "ambiguous": TREES,
        "emends": TREES,
        "study": st.just("x"),
    },
)


def exercise(first, second):
    """Read, check, compare and say two definitions."""
    vocabulary = bundled()
    found = [
        read_definition(parse_yaml(text, f"{name}.yaml"), vocabulary)[0]
        for name, text in (("a", first), ("b", second))
    ]
    definitions = [d for d in found if d is not None]
    check_definitions(definitions)
    for one in definitions:
        assert differences(one, one) == ()
        say_definition(one)
        for other in definitions:
            differences(one, other)


@settings(max_examples=150, deadline=None)
@given(DEFINITIONS, DEFINITIONS)
def test_no_definition_raises(first, second):
    exercise(json.dumps(first), json.dumps(second))


@settings(max_examples=60, deadline=None)
@given(TREES, st.text(max_size=60))
def test_no_text_raises(tree, text):
    exercise(json.dumps(tree), text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(definition_names()), st.data())
def test_a_damaged_definition_does_not_raise(name, data):
    text = (_FOLDER / f"{name}.yaml").read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    exercise(text[:start] + data.draw(st.text(max_size=4)) + text[end:], text)
