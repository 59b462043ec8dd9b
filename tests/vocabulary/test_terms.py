"""Lookups over terms: names, ancestry, components."""

from hypothesis import given
from hypothesis import strategies as st

from paucity.vocabulary import Kind, Term, Vocabulary, bundled

NAMES = st.sampled_from([f"t{n}" for n in range(8)])


@st.composite
def graphs(draw: st.DrawFn) -> Vocabulary:
    """Any graph of broader terms: cycles, self-loops and dangling names included."""
    links = draw(st.lists(st.tuples(NAMES, st.lists(NAMES | st.just("nowhere"), max_size=3))))
    return Vocabulary(Term(Kind.DRUG, name, broader=tuple(above)) for name, above in links)


@given(graphs(), NAMES)
def test_every_term_is_itself_even_where_broader_terms_form_a_cycle(words: Vocabulary, a: str):
    assert words.is_a(Kind.DRUG, a, a)


@given(graphs(), NAMES, NAMES, NAMES)
def test_a_kind_of_a_kind_is_a_kind(words: Vocabulary, a: str, b: str, c: str):
    if words.is_a(Kind.DRUG, a, b) and words.is_a(Kind.DRUG, b, c):
        assert words.is_a(Kind.DRUG, a, c)


@given(graphs(), NAMES)
def test_members_are_exactly_the_other_terms_that_are_a_kind_of_it(words: Vocabulary, a: str):
    expected = [
        t.name for t in words.terms(Kind.DRUG) if t.name != a and words.is_a(Kind.DRUG, t.name, a)
    ]
    assert list(words.members(Kind.DRUG, a)) == (expected if words.find(Kind.DRUG, a) else [])


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3))), NAMES)
def test_taking_a_combination_apart_ends_and_repeats_nothing(links, name: str):
    words = Vocabulary(Term(Kind.DRUG, n, components=tuple(parts)) for n, parts in links)
    parts = words.components(name)
    assert len(parts) == len(set(parts))


EVERY_WORD = [(term, word) for term in bundled() for word in term.words]


@given(st.sampled_from(EVERY_WORD), st.integers(0, 3))
def test_every_bundled_name_is_found_in_any_case_and_spacing(case, spaces: int):
    term, word = case
    loose = " " * spaces + word.upper().replace(" ", "  ") + "\t"
    assert bundled().find(term.kind, loose) is term


@given(st.sampled_from(list(Kind)), st.text(max_size=30))
def test_a_suggestion_is_always_a_known_word(kind: Kind, word: str):
    near = bundled().suggest(kind, word)
    assert near is None or bundled().find(kind, near) is not None


def test_a_name_wins_over_another_terms_synonym():
    words = Vocabulary([Term(Kind.DRUG, "first", synonyms=("second",)), Term(Kind.DRUG, "second")])
    assert words.find(Kind.DRUG, "second").name == "second"


def test_the_same_word_may_name_things_of_different_kinds():
    assert bundled().find(Kind.MARKER, "fever").kind is Kind.MARKER
    assert bundled().find(Kind.EVENT, "fever").kind is Kind.EVENT


def test_an_unknown_word_is_only_itself():
    words = Vocabulary()
    assert words.is_a(Kind.DRUG, "Newdrug", "newdrug")
    assert not words.is_a(Kind.DRUG, "newdrug", "corticosteroid")
    assert words.components("newdrug") == ("newdrug",)
    assert words.suggest(Kind.DRUG, "newdrug") is None


def test_a_combination_within_a_combination_is_taken_apart():
    assert bundled().components("ru-dep") == (
        "ruxolitinib",
        "liposomal doxorubicin",
        "etoposide",
        "methylprednisolone",
    )
    assert bundled().components("HLH-1994") == ("dexamethasone", "etoposide")
    assert bundled().components("Cyclosporin A") == ("cyclosporine",)


def test_a_combination_is_not_a_kind_of_what_it_contains():
    assert not bundled().is_a(Kind.DRUG, "DEP", "corticosteroid")
