"""PubMed's syntax is read as its User Guide describes it; the section is named beside each case."""

import pytest

from paucity.literature.strategy import (
    And,
    DateField,
    DateRange,
    Field,
    Filter,
    LineRef,
    MeSH,
    Near,
    Not,
    Or,
    PublicationType,
    Recent,
    Subheading,
    Term,
    Unread,
    parse_strategy,
)


def read(text):
    strategy = parse_strategy(text)
    assert strategy.syntax == "pubmed"
    return strategy.lines[-1].node


def clean(text):
    strategy = parse_strategy(text)
    assert [f.code for f in strategy.findings] == []
    return strategy.lines[-1].node


def codes(text):
    return [f.code for f in parse_strategy(text).findings]


def term(text, field=None, *, phrase=False):
    return Term(text, Field(field) if field else None, phrase)


# "Combining search terms with Boolean operators": from left to right; parentheses nest.


def test_operators_are_taken_from_left_to_right():
    a, b, c, d = (term(x, "ti") for x in "abcd")
    assert read("a[ti] OR b[ti] AND c[ti]") == And((Or((a, b)), c))
    assert read("a[ti] AND b[ti] OR c[ti]") == Or((And((a, b)), c))
    assert read("a[ti] NOT b[ti] OR c[ti] AND d[ti]") == And((Or((Not(a, b), c)), d))


def test_parentheses_come_first():
    expected = And((term("common cold"), Or((term("vitamin c"), term("zinc")))))
    assert clean("common cold AND (vitamin c OR zinc)") == expected


def test_signs_that_stand_for_operators():  # "PubMed character conversions"
    assert clean("a[ti] & b[ti]") == clean("a[ti] AND b[ti]")
    assert clean("a[ti] | b[ti]") == clean("a[ti] OR b[ti]")


# "Using search field tags": case and spacing do not matter.


@pytest.mark.parametrize(
    "text",
    ["crabs [mh]", "Crabs[mh]", "crabs[MeSH Terms]", "crabs[mesh]", "crabs[ MH ]", "crabs[MESH]"],
)
def test_a_tag_has_many_spellings(text):
    node = clean(text)
    assert isinstance(node, MeSH)
    assert (node.heading.lower(), node.explode, node.major) == ("crabs", True, False)


@pytest.mark.parametrize(
    ("tag", "field"),
    [
        ("ti", "ti"), ("Title", "ti"), ("TITL", "ti"), ("tiab", "tiab"), ("Title/Abstract", "tiab"),
        ("tw", "tw"), ("Text Word", "tw"), ("all", "all"), ("All Fields", "all"), ("au", "au"),
        ("Author", "au"), ("1au", "1au"), ("lastau", "lastau"), ("fau", "fau"), ("ad", "ad"),
        ("Affiliation", "ad"), ("ta", "ta"), ("jour", "ta"), ("Journal", "ta"), ("la", "la"),
        ("lang", "la"), ("doi", "doi"), ("pmid", "pmid"), ("uid", "pmid"), ("nm", "nm"),
        ("Supplementary Concept", "nm"), ("ot", "ot"), ("aid", "aid"), ("lid", "lid"),
        ("si", "si"), ("rn", "rn"), ("gr", "gr"), ("pa", "pa"), ("Pharmacological Action", "pa"),
        ("cn", "cn"), ("ir", "ir"), ("tt", "tt"), ("vi", "vi"), ("ip", "ip"), ("pg", "pg"),
        ("jid", "jid"), ("ps", "ps"), ("pl", "pl"), ("isbn", "isbn"), ("cois", "cois"),
    ],
)  # fmt: skip
def test_tags_of_text_fields(tag, field):
    assert clean(f"word[{tag}]") == term("word", field)


@pytest.mark.parametrize(
    ("text", "explode", "major"),
    [
        ("x[mh]", True, False),
        ("x[mh:noexp]", False, False),
        ("x[MeSH Terms:noexp]", False, False),
        ("x[majr]", True, True),
        ("x[MeSH Major Topic]", True, True),
        ("x[majr:noexp]", False, True),
    ],
)
def test_tags_of_headings(text, explode, major):
    assert clean(text) == MeSH("x", "", explode, major)


def test_subheadings():  # "MeSH Terms [mh]", "MeSH Subheadings [sh]"
    assert clean("neoplasms/diet therapy") == MeSH("neoplasms", "diet therapy")
    assert clean("neoplasms/dh[majr]") == MeSH("neoplasms", "diet therapy", major=True)
    assert clean("dh[sh]") == Subheading("diet therapy")
    assert clean("therapy[sh:noexp]") == Subheading("therapy", explode=False)
    assert clean("hip/groin pain[ti]") == term("hip/groin pain", "ti")


def test_pmids_side_by_side():  # "PMID [pmid]"
    expected = Or((term("17170002", "pmid"), term("16381840", "pmid")))
    assert clean("17170002 16381840") == expected


def test_types_and_filters():
    assert clean("review[pt:noexp]") == PublicationType("review", explode=False)
    assert clean("randomized controlled trial[Publication Type]").explode
    assert clean("free full text[sb]") == Filter("free full text")
    assert clean("hasabstract") == Filter("hasabstract")
    assert clean("humans[Filter]") == Filter("humans")


# The sections on the publication date and on the strategies behind filters.


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1998/03/06[dp]", "1998-03-06", "1998-03-06"),
        ("1998/3[dp]", "1998-03", "1998-03"),
        ("1998[pdat]", "1998", "1998"),
        ("1996:1998[dp]", "1996", "1998"),
        ("1998/01:1998/04 [dp]", "1998-01", "1998-04"),
        ("2000:3000[Date - Publication]", "2000", ""),
        ('"2000/01/01"[Date - Publication] : "3000"[Date - Publication]', "2000-01-01", ""),
        ("2019/11/01[PDAT] : 2020/12/31[PDAT]", "2019-11-01", "2020-12-31"),
    ],
)
def test_dates_and_ranges(text, first, last):
    assert clean(text) == DateRange(DateField.PUBLICATION, first, last)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ('"last 5 years"[dp]', 5, "years"),
        ('"last year"[dp]', 1, "years"),
        ('"last 30 days"[edat]', 30, "days"),
        ('"last 2 months"[crdt]', 2, "months"),
    ],
)
def test_the_time_before_the_search(text, count, unit):
    node = clean(text)
    assert isinstance(node, Recent)
    assert (node.count, node.unit) == (count, unit)


def test_a_date_that_is_none_is_undecided_and_told():
    assert isinstance(read("lately[dp]"), Unread)
    assert codes("2016/13[dp]") == ["strategy-date-unreadable"]


# "Proximity searching"


def test_proximity():
    near = Near((("hip",), ("pain",)), 2, Field.TITLE_ABSTRACT)
    assert clean('"hip pain"[Title/Abstract:~2]') == near
    assert clean('"hip-pain"[tiab:~2]') == near
    assert read('"hip pain*"[tiab:~2]') == term("hip pain*", "tiab", phrase=True)
    for text in ('"hip pain*"[tiab:~2]', '"hip pain"[mh:~2]', '"hip pain"[ot:~2]', '"hip"[ti:~2]'):
        if "[mh" not in text:
            assert codes(text) == ["strategy-proximity-ignored"]


# "Truncating search terms"


def test_truncation_needs_four_letters_at_the_end_of_the_last_word():
    assert clean('"breast feed*"[tiab]') == term("breast feed*", "tiab", phrase=True)
    assert clean("breast-feed*") == term("breast-feed*")
    assert read("the*[ti]") == term("the", "ti")
    assert codes("the*[ti]") == ["strategy-stem-short"]
    assert clean("them*[ti]") == term("them*", "ti")
    assert read('"feed* child"[ti]') == term("feed child", "ti", phrase=True)
    assert codes('"feed* child"[ti]') == ["strategy-wildcard-inside"]


# History: "#1 AND cat"


def test_lines_name_lines():
    strategy = parse_strategy("#1 hlh[tiab]\n#2 mas[tiab]\n   OR still[tiab]\n#3 #1 AND #2")
    assert [line.number for line in strategy.lines] == [1, 2, 3]
    assert strategy.lines[1].node == Or((term("mas", "tiab"), term("still", "tiab")))
    assert strategy.lines[2].node == And((LineRef(1), LineRef(2)))
    assert strategy.findings == ()


@pytest.mark.parametrize("text", ["1. a[ti]\n2. b[ti]\n3. 1 OR 2", "1 a[ti]\n2 b[ti]\n3 1 or 2"])
def test_bare_numbers_name_lines_where_lines_are_numbered(text):
    assert parse_strategy(text).lines[2].node == Or((LineRef(1), LineRef(2)))


def test_or_over_a_range_of_lines():
    node = parse_strategy("#1 a[ti]\n#2 b[ti]\n#3 c[ti]\n#4 or/1-3").lines[3].node
    assert node == Or((LineRef(1), LineRef(2), LineRef(3)))


def test_printed_counts_and_comments_are_no_search_terms():
    strategy = parse_strategy("// population\n#1 hlh[tiab] (1,234)\n# note\n#2 #1 AND 2000[dp]")
    assert strategy.lines[0].printed == 1234
    assert strategy.lines[0].node == term("hlh", "tiab")
    assert [line.printed for line in strategy.lines] == [1234, None]
    assert strategy.findings == ()


def test_a_number_that_is_searched_is_no_line_and_no_count():
    assert parse_strategy("2000 kcal diet").lines[0].node == term("2000 kcal diet")
    assert parse_strategy("hlh[tiab] AND (2000)").lines[0].printed is None


# What is wrong is found where it stands, and the rest is read.


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('a[ti]\nAND "b[ti]', "strategy-quote-open", 2, 5),
        ("a[ti]\nAND (b[ti]", "strategy-parenthesis", 2, 5),
        ("a[ti])", "strategy-parenthesis", 1, 6),
        ("a[ti] OR b[tii]", "strategy-tag-unknown", 1, 11),
        ("a[ti", "strategy-tag-open", 1, 2),
        ("a[ti] AND", "strategy-operator-alone", 1, 7),
        ("OR a[ti]", "strategy-operator-alone", 1, 1),
        ("a[ti] AND OR b[ti]", "strategy-operator-twice", 1, 7),
        ("a[ti] b[ti]", "strategy-operator-implied", 1, 7),
        ("a[ti] or b[ti]", "strategy-operator-case", 1, 7),
        ("a[ti] OR b[ti] AND c[ti]", "strategy-operators-mixed", 1, 1),
        ("[ti]", "strategy-tag-alone", 1, 1),
        ("“a b”[ti]", "strategy-smart-quotes", 1, 1),
        ("", "strategy-empty", 1, 1),
        ("a[ti] AND (a[ti]/)", "strategy-sign-alone", 1, 17),
    ],
)
def test_a_fault_is_told_at_its_place(text, code, line, column):
    found = [f for f in parse_strategy(text).findings if f.code == code]
    assert [(f.span.line, f.span.column) for f in found] == [(line, column)]
    assert found[0].message
    assert found[0].hint


def test_the_rest_is_read_beside_a_fault():
    assert read('"a b[ti] OR c[ti]') == Or((term("a b", "ti", phrase=True), term("c", "ti")))
    assert read("a[ti] AND OR b[ti]") == And((term("a", "ti"), term("b", "ti")))
    assert read("NOT a[ti]") == Not(Filter("all"), term("a", "ti"))
    assert read("(a OR b[ti])[tiab]") == Or((term("a", "tiab"), term("b", "ti")))
    assert read("a[nonsense]") == term("a", "all")


def test_small_operators_join_whole_terms_and_belong_to_words_otherwise():
    assert read("a[ti] not (b[ti] and c[ti])") == Not(
        term("a", "ti"), And((term("b", "ti"), term("c", "ti")))
    )
    assert read("head and neck[ti]") == term("head and neck", "ti")
    assert clean('"head and neck"[ti]') == term("head and neck", "ti", phrase=True)


def test_nesting_up_to_the_limit_is_read_and_beyond_is_told():
    assert clean("(" * 100 + "hlh" + ")" * 100) == term("hlh")
    assert codes("(" * 101 + "hlh" + ")" * 101) == ["strategy-too-deep"]
    assert codes("a" * 200_001) == ["strategy-too-long"]
