"""A strategy finds what PubMed's User Guide says it finds."""

from datetime import date

import pytest
from tests.literature.support import people, report

from paucity.literature import Correction, Person, Record
from paucity.literature.strategy import Given, Near, notes_on, parse_strategy, run
from paucity.literature.strategy.evaluate import judge, matches
from paucity.literature.strategy.nodes import Field
from paucity.literature.strategy.view import View


def met(text, given=None, syntax=None, **values):
    record = Record(**values)
    return matches(parse_strategy(text, syntax=syntax), record, given or Given())


# Words: case, accents, hyphens and Greek letters do not matter; endings do.


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("hlh[ti]", "Refractory HLH", True),
        ("naive[ti]", "Naïve cells", True),
        ("first line[ti]", "First-line therapy", True),
        ("first-line[ti]", "A first line", True),
        ("first line[ti]", "First, a line of therapy", False),
        ("tumor[ti]", "Tumors", False),
        ("tumor*[ti]", "Tumors", True),
        ("umor[ti]", "Tumor", False),
        ("tnfalpha[ti]", "TNFα blockade", True),
        ("TNF-alpha[ti]", "TNF-α blockade", True),
        ("H2O[ti]", "H<sub>2</sub>O", True),
        ("crohn's[ti]", "Crohn’s disease", True),
        ('"breast feed*"[ti]', "Breast feeding", True),
        ('"breast feed*"[ti]', "Feeding, breast", False),
        ('"salvage therapy"[ti]', "Therapy as salvage", False),
    ],
)
def test_words_and_phrases(text, title, found):
    assert met(text, title=title) is found


def test_a_phrase_never_runs_from_one_field_into_the_next():
    assert met("salvage therapy[tiab]", title="On salvage", abstract="therapy of HLH") is False


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("p?ediatric.ti.", "Paediatric", True),
        ("p?ediatric.ti.", "Pediatric", True),
        ("wom#n.ti.", "Women", True),
        ("wom#n.ti.", "Womn", False),
        ("gene$4.ti.", "Genetics", True),  # genetics is gene and four letters
        ("gene$4.ti.", "Generation", False),
    ],
)
def test_wildcards_of_ovid(text, title, found):
    assert met(text, title=title, syntax="ovid") is found


# "Title/Abstract [tiab]", "Text Words [tw]", "Transliterated Title [tt]" of the User Guide


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("ti", {"title"}),
        ("tiab", {"title", "abstract", "keywords"}),
        ("ot", {"keywords"}),
        ("tw", {"title", "abstract", "keywords", "mesh", "type", "substance", "group"}),
        (
            "all",
            {"title", "abstract", "keywords", "mesh", "type", "substance", "group", "original",
             "affiliation", "journal"},
        ),
    ],
)  # fmt: skip
def test_where_each_field_looks(field, found):
    records = {
        "title": Record(title="Zebra"),
        "abstract": Record(abstract="A zebra."),
        "keywords": Record(keywords=("*Zebra",)),
        "mesh": Record(mesh=("Equidae/zebra",)),
        "type": Record(publication_types=("Zebra",)),
        "substance": Record(extra=(("pubmed:RN", "0 (zebra)"),)),
        "group": Record(authors=(Person("Zebra Group", collective=True),)),
        "original": Record(original_title="Zebra"),
        "affiliation": Record(affiliations=("Zebra Hospital",)),
        "journal": Record(journal="J Zebra"),
        "place": Record(extra=(("pubmed:Country", "Zebra"),)),
    }
    strategy = parse_strategy(f"zebra[{field}]")
    assert {name for name, record in records.items() if matches(strategy, record)} == found


def test_untagged_words_are_looked_for_each_by_itself_and_stopwords_not():
    assert met("therapy of fever", title="Fever", abstract="Therapy")
    assert met('"therapy of fever"', title="Fever", abstract="Therapy") is False
    assert met("long-term fever", title="Fever in the long term")
    assert met("long-term fever", title="Fever, long observed, one term") is False


# Authors: "smith ja"; initials are completed unless the name is in quotes.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smith[au]", True),
        ("smith j[au]", True),
        ("smith ja[au]", True),
        ("smith jb[au]", False),
        ('"smith j"[au]', False),
        ('"smith ja"[au]', True),
        ("smi[au]", False),
        ("smith*[au]", True),
        ("ito s[1au]", False),
        ("ito s[lastau]", True),
        ("john a smith[fau]", True),
        ("smith john a[fau]", True),
        ("study group[cn]", True),
        ("study group[au]", False),
    ],
)
def test_names(text, found):
    authors = (*people("Smith, John A", "Ito, S"), Person("HLH Study Group", collective=True))
    assert met(text, authors=authors) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("english[la]", True),
        ("eng[la]", True),
        ("fre[la]", False),
        ('"blood"[ta]', True),
        ('"blood advances"[ta]', False),
        ("0006-4971[ta]", True),
        ("10.1182/BLOOD.1[doi]", True),
        ("10.1182/blood[doi]", False),
        ("29657938[pmid]", True),
        ("NCT01104025[si]", True),
        ("211[pg]", True),
        ("216[pg]", False),
        ("case reports[pt]", True),
        ("case[pt]", False),
        ("hasabstract", False),
        ("hasretractionin", True),
        ("hascommentin", False),
        ("humans[filter]", True),
    ],
)
def test_values_are_met_as_a_whole(text, found):
    record = Record(
        languages=("eng",), journal="Blood", issn=("0006-4971",), doi="10.1182/blood.1",
        pmid="29657938", registrations=("ClinicalTrials.gov/NCT01104025",), pages="211-6",
        publication_types=("Case Reports",), mesh=("Humans",),
        corrections=(Correction("RetractionIn"),),
    )  # fmt: skip
    assert matches(parse_strategy(text), record) is found


# Headings, without and with a main topic or subheading


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"Fever"[mh]', True),
        ("fever[majr]", True),
        ("cough[mh]", True),
        ("cough[majr]", False),
        ("fever/drug therapy[mh]", True),
        ("fever/dt[majr]", True),
        ("fever/mortality[mh]", True),
        ("fever/mortality[majr]", False),
        ('"cough/prevention & control"[mh]', True),
        ("cough/dt[mh]", False),
        ("drug therapy[sh]", True),
        ("pc[sh]", True),
        ("genetics[sh]", False),
        ("feve*[mh]", True),
    ],
)
def test_headings(text, found):
    mesh = ("Fever/*drug therapy/mortality", "Cough/prevention & control")
    assert met(text, mesh=mesh) is found


# "Publication Date [dp]": no month is January, no day the first; a season is its first month.


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        ("2000:2016[dp]", {"year": 2000}, True),
        ("2000:2016[dp]", {"year": 1999}, False),
        ("2000:2016[dp]", {"year": 2016, "date": "2016-12-31"}, True),
        ("2000:3000[dp]", {"year": 2026}, True),
        ("2018/03[dp]", {"year": 2018, "date": "2018-03"}, True),
        ("2018/03/02:2018/04[dp]", {"year": 2018, "date": "2018-03"}, False),
        ("2018/01[dp]", {"year": 2018}, True),
        ("2018/04[dp]", {"year": 2018, "extra": (("pubmed:PubDate", "2018 Spring"),)}, True),
        ("2018/10[dp]", {"year": 2018, "extra": (("pubmed:PubDate", "2018 Oct-Dec"),)}, True),
        ("2018[dp]", {}, None),
        ("2018/03/28[edat]", {"extra": (("nbib:EDAT", "2018/03/28 06:00"),)}, True),
        ("2018[crdt]", {"extra": (("pubmed:History:entrez", "2018-3-27"),)}, True),
        ("2018[crdt]", {"year": 2018}, None),
    ],
)
def test_dates(text, values, found):
    assert met(text, **values) is found


def test_the_time_before_the_search_needs_a_day():
    today = Given(today=date(2020, 5, 31))
    assert met('"last 5 years"[dp]', year=2016) is None
    assert met('"last 5 years"[dp]', today, year=2016) is True
    assert met('"last 5 years"[dp]', today, year=2015) is False  # 1 January is before 31 May
    assert met('"last 5 years"[dp]', today, year=2021) is False


# Words near each other


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ('"hip pain"[ti:~0]', "pain, hip", True),
        ('"hip pain"[ti:~0]', "hip joint pain", False),
        ('"hip pain"[ti:~2]', "pain after total hip arthroplasty", True),
        ('"hip pain"[ti:~2]', "hip or knee or pain", False),
        ('"hip hip"[ti:~2]', "hip pain", False),
        ('"patient physician relationship"[ti:~0]', "Relationship: patient, physician", True),
        ('"patient physician relationship"[ti:~0]', "patient relationship to physician", False),
        ('"patient physician relationship"[ti:~1]', "patient relationship to physician", True),
    ],
)
def test_proximity(text, title, found):
    assert met(text, title=title) is found


def test_proximity_in_order_and_with_choices():
    near = Near((("hip", "knee joint"), ("pain*",)), 1, Field.TITLE, ordered=True)
    view = [View(Record(title=t)) for t in ("knee joint is painful", "pain of hip", "hip pain")]
    assert [judge(near, v, Given(), {}) for v in view] == [True, False, True]


# Unknown is not no


def test_a_record_that_does_not_say_is_undecided():
    assert met("fever[ti] AND english[la]", title="Fever") is None
    assert met("cough[ti] AND english[la]", title="Fever") is False
    assert met("fever[ti] OR english[la]", title="Fever") is True
    assert met("fever[ti] NOT french[la]", title="Fever") is None
    assert met("fever[ti] AND free full text[sb]", title="Fever") is None


def test_lines_are_counted_and_only_earlier_lines_can_be_named():
    records = [report(1, title="Fever"), report(2, title="Cough"), report(3, title="Fever, cough")]
    strategy = parse_strategy("#1 fever[ti]\n#2 cough[ti]\n#3 #1 AND #2\n#4 #3 OR #9\n#5 #1 NOT #2")
    found = run(strategy, records)
    assert [(f.number, f.matched, f.undecided) for f in found] == [
        (1, (0, 2), ()),
        (2, (1, 2), ()),
        (3, (2,), ()),
        (4, (2,), (0, 1)),
        (5, (0,), ()),
    ]


# What is not done is told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fever", "untagged"),
        ("salvage therapy[ti]", "phrase-index"),
        ('"salvage therapy"', "phrase-index"),
        ("fever[mh]", "no-explosion"),
        ("review[pt]", "no-narrower-types"),
        ("therapy[sh]", "no-narrower-subheadings"),
        ("imatinib[nm]", "substance"),
        ("antipyretics[pa]", "no-actions"),
        ("systematic[sb]", "filter"),
        ('"last 5 years"[dp]', "no-today"),
        ("lately[dp]", "unread"),
        ('"a b c"[ti:~2]', "near-many"),
    ],
)
def test_what_cannot_be_done_offline_is_told(text, code):
    assert code in {note.code for note in notes_on(parse_strategy(text))}


def test_a_strategy_that_can_be_done_whole_has_no_notes():
    assert notes_on(parse_strategy("fever[ti] AND 2000:3000[dp] AND fever[mh:noexp]")) == ()


def test_what_the_records_lack_is_counted():
    records = [Record(year=2000, mesh=("Fever",)), Record(year=2001), Record()]
    strategy = parse_strategy("fever[mh:noexp] AND 2000[dp] AND english[la]")
    told = {n.code: n.what for n in notes_on(strategy, records)}
    assert told["records-mesh"] == "2 of 3 records have no MeSH headings"
    assert told["records-dp"] == "1 of 3 records have no year"
    assert told["records-language"] == "3 of 3 records have no language"
