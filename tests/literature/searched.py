"""Strategies and records made up of few words, so that they often meet."""

from __future__ import annotations

from hypothesis import strategies as st

from paucity.literature.record import Person, Record
from paucity.literature.strategy import (
    And,
    DateField,
    DateRange,
    Field,
    Filter,
    MeSH,
    Near,
    Not,
    Or,
    PublicationType,
    Subheading,
    Term,
)

WORDS = ("fever", "salvage", "haemo", "syndrome", "therapy", "child", "TNFα", "naïve")
HEADINGS = ("Fever", "Wounds and Injuries", "Child, Preschool")
TYPES = ("Case Reports", "Review")
LANGUAGES = ("english", "french")
FIELDS = (Field.TITLE, Field.ABSTRACT, Field.TITLE_ABSTRACT, Field.TEXT_WORD, Field.KEYWORD)

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
stems = st.sampled_from(("feve*", "fever sync*", "fever synd*", "ther*", "salv*"))


def terms(fields=FIELDS):
    return st.one_of(
        st.builds(Term, phrases, st.sampled_from(fields), st.booleans()),
        st.builds(Term, stems, st.sampled_from(fields)),
        st.builds(Term, st.sampled_from(LANGUAGES), st.just(Field.LANGUAGE)),
        st.builds(Term, st.sampled_from(("abe j", "ito s")), st.just(Field.AUTHOR)),
    )


near = st.builds(
    lambda a, b, n, f: Near(((a,), (b,)), n, f),
    st.sampled_from(("fever", "therapy")),
    st.sampled_from(("salvage", "child")),
    st.integers(0, 3),
    st.sampled_from((Field.TITLE, Field.TITLE_ABSTRACT)),
)
mesh = st.builds(
    MeSH,
    st.sampled_from(HEADINGS),
    st.sampled_from(("", "drug therapy", "prevention and control")),
    st.booleans(),
    st.booleans(),
)
dates = st.builds(
    DateRange,
    st.just(DateField.PUBLICATION),
    st.sampled_from(("1999", "2000-05", "2001-02-03")),
    st.sampled_from(("2005", "2010-06", "")),
)
plain = st.one_of(
    terms(),
    near,
    mesh,
    st.builds(Subheading, st.sampled_from(("drug therapy", "mortality")), st.booleans()),
    st.builds(PublicationType, st.sampled_from(TYPES), st.booleans()),
)
leaves = st.one_of(
    plain, dates, st.builds(Filter, st.sampled_from(("hasabstract", "humans"))),
    st.builds(lambda text: Term(text, phrase=True), phrases),
)  # fmt: skip


def trees(leaf, largest=8):
    return st.recursive(
        leaf,
        lambda node: st.one_of(
            st.builds(lambda x: And(tuple(x)), st.lists(node, min_size=2, max_size=3)),
            st.builds(lambda x: Or(tuple(x)), st.lists(node, min_size=2, max_size=3)),
            st.builds(Not, node, node),
        ),
        max_leaves=largest,
    )


texts = st.lists(st.sampled_from((*WORDS, "of", "and-or", "x")), max_size=6).map(" ".join)
records = st.builds(
    Record,
    title=texts,
    abstract=texts,
    keywords=st.lists(texts, max_size=1).map(tuple),
    authors=st.sampled_from(((), (Person("Abe", "J K"),), (Person("Ito", "S"),))),
    mesh=st.lists(
        st.sampled_from(
            (
                "Fever/*drug therapy",
                "*Fever",
                "Fever/mortality",
                "Wounds and Injuries/prevention & control",
                "Child, Preschool",
                "Humans",
            )
        ),
        max_size=3,
        unique=True,
    ).map(tuple),
    publication_types=st.sampled_from(((), ("Case Reports",), ("Review", "Journal Article"))),
    languages=st.sampled_from(((), ("eng",), ("French",))),
    year=st.sampled_from((None, 1998, 2000, 2005, 2012)),
    date=st.sampled_from(("", "2000-05", "2001-02-03")),
)
