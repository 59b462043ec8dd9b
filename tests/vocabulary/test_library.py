"""What the bundled vocabulary says, against the source review."""

from pathlib import Path

import pytest

import paucity
from paucity.text import read_yaml
from paucity.vocabulary import Kind, Vocabulary, bundled, parse_unit

ROOT = Path(paucity.__file__).parent / "library"


def test_the_bundled_files_have_no_findings():
    files = [read_yaml(ROOT, file) for file in sorted((ROOT / "vocabulary").glob("*.yaml"))]
    assert len(files) >= 7
    assert Vocabulary().extended(files)[1] == []


def test_every_bundled_term_says_where_its_facts_are_from():
    assert [term.name for term in bundled() if not term.source] == []


@pytest.mark.parametrize(
    ("word", "ancestor"),
    [
        ("dexamethasone", "steroids"),
        ("hydrocortisone", "corticosteroid"),
        ("liposomal doxorubicin", "anthracycline"),
        ("ATG (rabbit)", "antithymocyte globulin"),
        ("ATG (horse)", "polyclonal antilymphocyte antibody"),
        ("cyclosporin", "calcineurin inhibitor"),
        ("anakinra", "IL-1 inhibitor"),
        ("canakinumab", "IL-1 inhibitor"),
        ("tocilizumab", "IL-6 inhibitor"),
        ("etanercept", "TNF inhibitor"),
        ("rituximab", "anti-CD20"),
        ("alemtuzumab", "anti-CD52"),
        ("daclizumab", "anti-CD25"),
        ("NI-0501", "interferon-gamma inhibitor"),
        ("ruxolitinib", "JAK inhibitor"),
        ("allogeneic HCT", "procedure"),
        ("plasmapheresis", "procedure"),
    ],
)
def test_the_drugs_of_the_source_review_stand_in_their_classes(word: str, ancestor: str):
    assert bundled().is_a(Kind.DRUG, word, ancestor)
    assert not bundled().is_a(Kind.DRUG, ancestor, word)


def test_the_search_terms_of_section_2_1_are_all_known():
    terms = (
        "alemtuzumab, tocilizumab, etanercept, infliximab, adalimumab, rituximab, anakinra, "
        "canakinumab, daclizumab, basiliximab, ATG, tacrolimus, sirolimus, cyclosporine, "
        "doxorubicin"
    )
    assert [t for t in terms.split(", ") if bundled().find(Kind.DRUG, t) is None] == []


@pytest.mark.parametrize(
    ("printed_gene", "protein", "printed_disease"),
    [
        ("PRF1", "Perforin", "Familial lymphohistiocytosis type 2"),
        ("UNC13D", "Munc13-4", "Familial lymphohistiocytosis type 3"),
        ("STX11", "Syntaxin-11", "Familial lymphohistiocytosis type 4"),
        ("STXBP2", "Syntaxin-binding protein 2", "Familial lymphohistiocytosis type 5"),
        ("RAB27A", "Ras-related protein Rab-27A", "Griscelli syndrome type 2"),
        ("LYST", "Lysosomal trafficking regulator", "Chediak-Higashi syndrome"),
        (
            "SH2D1A",
            "Signaling lymphocytic activation molecule (SLAM) associated protein (SAP)",
            "X-linked lymphoproliferative syndrome type 1",
        ),
        (
            "BIRC4",
            "X-linked inhibitor of apoptosis (XIAP)",
            "X-linked lymphoproliferative syndrome type 2",
        ),
    ],
)
def test_table_1_can_be_printed_from_the_genes(
    printed_gene: str, protein: str, printed_disease: str
):
    gene = bundled().find(Kind.GENE, printed_gene)
    disease = bundled().find(Kind.DISEASE, str(gene.extra["disease"]))
    assert gene.extra.get("printed", gene.name) == printed_gene
    assert gene.extra["protein"] == protein
    assert disease.extra.get("printed", disease.name) == printed_disease
    assert disease.extra["genes"] == gene.name
    assert bundled().is_a(Kind.DISEASE, printed_disease, "primary HLH")


def test_birc4_is_the_outdated_symbol_of_xiap():
    gene = bundled().find(Kind.GENE, "BIRC4")
    assert (gene.name, gene.extra["outdated"]) == ("XIAP", "BIRC4")


def test_lymphoma_associated_hlh_falls_under_the_excluded_malignancies():
    assert bundled().is_a(Kind.DISEASE, "lymphoma-associated HLH", "malignancy-associated HLH")
    assert not bundled().is_a(Kind.DISEASE, "EBV-HLH", "malignancy-associated HLH")
    assert not bundled().is_a(Kind.DISEASE, "idiopathic HLH", "secondary HLH")


def test_each_anakinra_patient_has_a_rheumatologic_trigger():
    for word in ("sJIA", "Kawasaki disease", "cytophagic histiocytic panniculitis"):
        assert bundled().is_a(Kind.TRIGGER, word, "rheumatologic disease")


@pytest.mark.parametrize(
    ("kind", "misspelt", "meant"),
    [
        (Kind.DISEASE, "Hemophagocytic lymphohistioytosis", "hemophagocytic lymphohistiocytosis"),
        (Kind.MARKER, "hypofibrinemia", "hypofibrinogenemia"),
        (Kind.DRUG, "alemtuzumb", "alemtuzumab"),
    ],
)
def test_a_misspelling_of_the_source_is_no_synonym_but_is_recognised(
    kind: Kind, misspelt: str, meant: str
):
    assert bundled().find(kind, misspelt) is None
    assert bundled().suggest(kind, misspelt) == meant


def test_a_single_misspelt_word_leads_to_a_name_that_contains_it():
    assert "lymphohistiocytosis" in bundled().suggest(Kind.DISEASE, "lymphohistioytosis")


def test_a_bloodstream_infection_is_bacteremia_or_candidemia():
    assert bundled().members(Kind.EVENT, "bacteremia or candidemia") == ("bacteremia", "candidemia")


def test_every_marker_has_a_unit_or_a_list_of_values():
    for marker in bundled().terms(Kind.MARKER):
        assert ("unit" in marker.extra) != ("values" in marker.extra), marker.name


def test_marker_units_are_written_in_ucum():
    for marker in bundled().terms(Kind.MARKER):
        if "unit" in marker.extra:
            assert parse_unit(str(marker.extra["unit"])).code == marker.extra["unit"]


def test_loinc_codes_end_in_their_check_digit():
    # LOINC check digits follow the mod 10 (Luhn) rule of its users' guide.
    for marker in bundled().terms(Kind.MARKER):
        if code := marker.codes.get("LOINC"):
            number, check = code.split("-")
            digits = [int(d) for d in reversed(number)]
            doubled = [sum(divmod(2 * d, 10)) for d in digits[::2]]
            assert (sum(doubled) + sum(digits[1::2]) + int(check)) % 10 == 0, marker.name


def test_no_two_drugs_share_an_atc_code():
    codes = [t.codes["ATC"] for t in bundled().terms(Kind.DRUG) if "ATC" in t.codes]
    assert len(codes) == len(set(codes))
