"""A review's own vocabulary files: what they add, and what is said of their faults."""

from hypothesis import given
from hypothesis import strategies as st

from paucity.text import Finding, parse_yaml
from paucity.vocabulary import Kind, Vocabulary, bundled


def extend(text: str, base: Vocabulary | None = None) -> tuple[Vocabulary, list[Finding]]:
    return (base or bundled()).extended([parse_yaml(text, "vocabulary/own.yaml")])


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_a_review_of_another_disease_brings_its_own_terms():
    words, findings = extend(
        """
source: doi 10.1000/x
disease:
  thrombotic thrombocytopenic purpura: {synonyms: [TTP]}
  immune TTP: {broader: TTP, synonyms: [iTTP]}
drug:
  caplacizumab:
"""
    )
    assert findings == []
    assert words.is_a(Kind.DISEASE, "iTTP", "thrombotic thrombocytopenic purpura")
    assert words.find(Kind.DRUG, "caplacizumab").source == "doi 10.1000/x"
    assert bundled().find(Kind.DRUG, "caplacizumab") is None


def test_a_review_adds_a_synonym_and_a_conversion_to_a_known_term():
    words, findings = extend(
        """
drug: {anakinra: {synonyms: [Kineret]}}
marker: {bilirubin: {equivalent: 1 umol/L = 0.0585 mg/dL}}
"""
    )
    assert findings == []
    assert words.find(Kind.DRUG, "kineret").codes == {"ATC": "L04AC03"}
    assert "equivalent" in words.find(Kind.MARKER, "bilirubin").extra


def test_a_synonym_of_another_term_is_refused_and_the_rest_kept():
    words, findings = extend("drug:\n  newdrug: {synonyms: [ND-1, anakinra]}\n")
    fault = only(findings)
    assert fault.code == "vocabulary-conflict"
    assert str(fault.span) == "vocabulary/own.yaml:2:30"
    assert words.find(Kind.DRUG, "anakinra").name == "anakinra"
    assert words.find(Kind.DRUG, "nd-1").name == "newdrug"


def test_a_different_code_for_a_known_drug_is_a_conflict_and_the_first_stays():
    words, findings = extend("drug: {anakinra: {codes: {ATC: L04AC99}}}")
    fault = only(findings)
    assert fault.code == "vocabulary-conflict"
    assert "L04AC99" in fault.message
    assert "L04AC03" in fault.message
    assert words.find(Kind.DRUG, "anakinra").codes["ATC"] == "L04AC03"


def test_a_term_whose_name_is_another_terms_synonym_is_a_conflict():
    words, findings = extend("gene: {BIRC4: {protein: Other}}")
    assert {f.code for f in findings} == {"vocabulary-conflict"}
    assert words.find(Kind.GENE, "BIRC4").name == "XIAP"


def test_a_dangling_broader_term_is_found_with_a_suggestion():
    words, findings = extend("drug: {newdrug: {broader: corticosteriod}}")
    fault = only(findings)
    assert fault.code == "vocabulary-dangling"
    assert fault.hint == "did you mean `corticosteroid`?"
    assert fault.subject == "drug/newdrug"
    assert words.find(Kind.DRUG, "newdrug") is not None


def test_a_gene_of_an_unknown_disease_is_dangling():
    assert only(extend("gene: {ABC1: {disease: zzz}}")[1]).code == "vocabulary-dangling"


def test_terms_in_a_circle_are_found_and_lookups_end():
    words, findings = extend("drug:\n  a1: {broader: b1}\n  b1: {broader: a1}\n")
    assert [f.code for f in findings] == ["vocabulary-cycle"] * 2
    assert words.is_a(Kind.DRUG, "a1", "b1")
    assert words.is_a(Kind.DRUG, "b1", "a1")


def test_a_combination_of_itself_is_found():
    words, findings = extend("drug: {a1: {components: [a1, anakinra]}}")
    assert only(findings).code == "vocabulary-cycle"
    assert words.components("a1") == ("anakinra",)


def test_a_misspelt_field_is_named_with_the_right_one():
    fault = only(extend("drug: {newdrug: {synonims: [x]}}")[1])
    assert (fault.code, fault.hint) == ("vocabulary-field", "did you mean `synonyms`?")


def test_a_field_of_another_kind_is_refused():
    assert only(extend("event: {rash: {components: [x]}}")[1]).code == "vocabulary-field"


def test_a_misspelt_kind_is_named_with_the_right_one():
    fault = only(extend("drgu: {newdrug: {}}")[1])
    assert (fault.code, fault.hint) == ("vocabulary-kind", "did you mean `drug`?")


def test_a_unit_that_cannot_be_computed_with_is_found():
    assert only(extend("marker: {new: {unit: blobs/L}}")[1]).code == "vocabulary-unit"
    assert "U/L" in only(extend("marker: {new: {unit: U/I}}")[1]).message
    fault = only(extend("marker: {new: {unit: g/L, equivalent: about 3}}")[1])
    assert fault.hint == "write it as `1 mmol/L = 88.57 mg/dL`"


def test_a_malformed_code_is_found():
    assert only(extend("drug: {new: {codes: {ATC: 12}}}")[1]).code == "vocabulary-code"


def test_the_findings_of_reading_the_file_are_kept():
    assert only(extend("drug: [")[1]).code == "not-yaml"


def test_an_empty_file_adds_nothing():
    words, findings = extend("")
    assert findings == []
    assert len(words) == len(bundled())


SCRAPS = st.recursive(
    st.sampled_from(["drug", "marker", "x", "g/L", "", "~", "true", "a = b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["drug", "marker", "gene", "synonyms", "broader", "codes", "unit", "class", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(SCRAPS)
def test_no_file_makes_reading_raise_or_loses_a_bundled_term(tree: object):
    import json

    words, _ = extend(json.dumps(tree))
    assert all(words.find(t.kind, t.name).name == t.name for t in bundled())


@given(st.permutations(["a1: {synonyms: [s1]}", "b1: {synonyms: [s2]}", "c1: {broader: s1}"]))
def test_the_order_of_terms_in_a_file_does_not_matter(lines: list[str]):
    words, findings = extend("drug:\n" + "".join(f"  {line}\n" for line in lines), Vocabulary())
    assert findings == []
    assert words.is_a(Kind.DRUG, "c1", "a1")
