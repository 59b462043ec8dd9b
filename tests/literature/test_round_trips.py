"""Writing and reading again gives equal records, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.literature.support import written

from paucity.literature import Correction, Person, Record, Reference, read_bytes

FORMS = ("ris", "nbib", "bibtex", "csl-json", "csv")

words = st.text(max_size=30)
nasty = st.sampled_from(
    ["TY  - JOUR", "x\nER  - ", "a\nPMID- 7", "{", "}", "\\", "=1+1", "'=1", '"', ",", "a;b", " a ",
     "\u2028", "\x00", "é\r\nb", "@article{x,", "paucity:title=1", "H\u2082O", "\ufeff", "A & B %",
     "]]>", "-5", "10.1000/xyz", "2018 Jan", "  ", "\ud800"]
)  # fmt: skip
text = st.one_of(words, nasty, st.builds(lambda a, b: a + b, words, nasty))
texts = st.lists(text, max_size=3).map(tuple)
pairs = st.lists(
    st.tuples(
        st.sampled_from(["ris:U2", "nbib:PHST", "csl:shortTitle", "bibtex:eprint", "x"]), text
    ),
    max_size=3,
).map(tuple)
persons = st.lists(st.builds(Person, text, text, text, st.booleans(), text, texts), max_size=3).map(
    tuple
)
records = st.builds(
    Record,
    kind=st.sampled_from(["article-journal", "book", "thesis", "odd kind"]),
    title=text,
    original_title=text,
    authors=persons,
    editors=persons,
    year=st.one_of(st.none(), st.integers(-5, 3000)),
    date=st.sampled_from(["", "2018-03", "2018-03-05", "2018", "nonsense"]),
    journal=text,
    abbreviation=text,
    volume=text,
    issue=text,
    pages=st.one_of(text, st.sampled_from(["211-6", "S27", "e0815", "1-2-3"])),
    doi=text,
    pmid=st.one_of(text, st.sampled_from(["29657938"])),
    pmcid=text,
    identifiers=pairs,
    registrations=texts,
    issn=texts,
    isbn=texts,
    abstract=text,
    keywords=texts,
    mesh=texts,
    publication_types=texts,
    languages=texts,
    affiliations=texts,
    publisher=text,
    database=text,
    urls=texts,
    notes=texts,
    corrections=st.lists(st.builds(Correction, text, text, text, text), max_size=2).map(tuple),
    references=st.lists(st.builds(Reference, text, text, text), max_size=2).map(tuple),
    extra=pairs,
)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(held=st.lists(records, min_size=1, max_size=3))
def test_a_record_comes_back_equal(form: str, held: list[Record]) -> None:
    data = written(held, form).encode("utf-8", "surrogatepass")
    again = read_bytes(data, f"x.{form}", encoding="utf-8")
    assert list(again.records) == held
