"""Ovid's syntax, and the two translations."""

import re

import pytest

from paucity.literature import Record
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
    Subheading,
    Term,
    Unread,
    parse_strategy,
    translate,
)
from paucity.literature.strategy.evaluate import matches
from paucity.literature.strategy.ovid_fields import FIELDS
from paucity.literature.strategy.to_ovid import _FIELDS as WRITTEN


def read(text):
    strategy = parse_strategy(text, syntax="ovid")
    assert [f.code for f in strategy.findings] == []
    return strategy.lines[-1].node


def codes(text):
    return [f.code for f in parse_strategy(text, syntax="ovid").findings]


TIAB = Field.TITLE_ABSTRACT


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("exp Neoplasms/", MeSH("Neoplasms")),
        ("Neoplasms/", MeSH("Neoplasms", explode=False)),
        ("*Neoplasms/", MeSH("Neoplasms", explode=False, major=True)),
        ("exp *Hip Fractures/", MeSH("Hip Fractures", major=True)),
        ("Wounds and Injuries/", MeSH("Wounds and Injuries", explode=False)),
        (
            "Hip Fractures/dt, th [Drug Therapy, Therapy]",
            Or(
                (
                    MeSH("Hip Fractures", "drug therapy", explode=False),
                    MeSH("Hip Fractures", "therapy", explode=False),
                )
            ),
        ),
        ("drug therapy.fs.", Subheading("drug therapy", explode=False)),
        ("case reports.pt.", PublicationType("case reports", explode=False)),
        ("hip pain.ti.", Term("hip pain", Field.TITLE)),
        ("hip pain.ti,ab,kf.", Term("hip pain", TIAB)),
        ("hip pain.tw,kf.", Term("hip pain", TIAB)),
        ("hip.mp. [mp=title, abstract, original title]", Term("hip", Field.TEXT_WORD)),
        ("hip.ti,ab.", Or((Term("hip", Field.TITLE), Term("hip", Field.ABSTRACT)))),
        ("(hip or knee).ti.", Or((Term("hip", Field.TITLE), Term("knee", Field.TITLE)))),
        ("(hip adj3 pain).ti.", Near((("hip",), ("pain",)), 2, Field.TITLE)),
        ("hip adj pain", Near((("hip",), ("pain",)), 0, Field.TEXT_WORD, ordered=True)),
        (
            "((hip or knee joint) adj2 pain*).ti,ab,kf.",
            Near((("hip", "knee joint"), ("pain*",)), 1, TIAB),
        ),
        ("p?ediatric.ti.", Term("p?ediatric", Field.TITLE)),
        ("wom#n.ti.", Term("wom#n", Field.TITLE)),
        ("gene$4.ti.", Term("gene$4", Field.TITLE)),
        ("gene$.ti.", Term("gene*", Field.TITLE)),
        ("gene:.ti.", Term("gene*", Field.TITLE)),
        ("journal of pharmac$.jn.", Term("journal of pharmac*", Field.JOURNAL)),
        ("smith j$.au.", Term("smith j*", Field.AUTHOR)),
        ("english.la.", Term("english", Field.LANGUAGE)),
        ("english.lg.", Term("english", Field.LANGUAGE)),
        ("curie m*.pn.", Term("curie m*", Field.NAME_AS_SUBJECT)),
        ('"head and neck".ti.', Term("head and neck", Field.TITLE, phrase=True)),
        ("a.ti. not (b.ti. and c.ti.)", None),
    ],
)  # fmt: skip
def test_ovid_is_read(text, node):
    if node is None:
        a, b, c = (Term(x, Field.TITLE) for x in "abc")
        node = Not(a, And((b, c)))
    assert read(text) == node


GUIDE = """
    Abbreviated Source AS; Abstract AB; All Searchable Fields AF; Authors AU; Authors Full Name FA;
    CAS Registry Number RN; Country of Publication CP; Digital Object Identifier DO;
    Floating Subheading FS; Institution IN; Issue/Part IP; Journal Name JN; Journal Word JW;
    Keyword Heading KW; Keyword Heading Word KF; Language LG; Language LA;
    Name of Substance Word NM; Original Title OT; Page PG; Personal Name as Subject PN;
    Publication Type PT; Secondary Source ID SI; Text Word TW; Title TI; Unique Identifier UI
"""
"""Fields of Ovid's database guides for records of MEDLINE; ovid_fields.py has the addresses."""


def test_the_codes_that_are_read_and_written_are_those_of_ovids_guides():
    guide = {entry.split()[-1].casefold() for entry in GUIDE.split(";")}
    unverified = {"ja", "vo"}
    assert set(FIELDS) - guide - unverified == {"mp"}  # not a field: those searched by default
    written = {code for codes in WRITTEN.values() for code in codes.split(",")}
    assert written - guide - unverified == {"mp"}


@pytest.mark.parametrize(
    ("text", "held", "found"),
    [
        ("hip adj pain", "hip pain", True),
        ("hip adj pain", "pain hip", False),  # adj alone keeps the order
        ("hip adj2 pain", "pain old hip", True),  # adjN does not, and N - 1 stand between
        ("hip adj2 pain", "hip very old pain", False),
        ("hip adj3 pain", "hip very old pain", True),
        ("wom#n", "women", True),
        ("wom#n", "womn", False),  # exactly one
        ("colo?r", "color", True),
        ("colo?r", "colour", True),  # one or none
        ("dog$1", "dogs", True),
        ("dog$1", "dogma", False),  # at most one
        ("rat:", "rationale", True),  # any
    ],
)
def test_signs_mean_what_ovid_says_they_mean(text, held, found):
    """Sources: see the head of strategy/ovid.py; the examples are theirs."""
    strategy = parse_strategy(f"({text}).ti.", syntax="ovid")
    assert matches(strategy, Record(title=held)) is found


def test_lines_and_limits():
    text = (
        "1. exp Fever/\n2. fever*.ti,ab,kf.\n3. or/1-2\n"
        '4. limit 3 to (english language and yr="2000 -Current" and abstracts)'
    )
    assert parse_strategy(text).syntax == "ovid"
    assert parse_strategy(text).lines[2].node == Or((LineRef(1), LineRef(2)))
    assert read(text) == And(
        (
            LineRef(3),
            Term("english", Field.LANGUAGE),
            DateRange(DateField.PUBLICATION, "2000", ""),
            Filter("hasabstract"),
        )
    )
    assert read('1. a.ti.\n2. limit 1 to yr="1999"') == And(
        (LineRef(1), DateRange(DateField.PUBLICATION, "1999", "1999"))
    )


def test_what_is_not_read_is_told_and_undecided():
    assert codes("1. a.ti.\n2. limit 1 to core clinical journals") == ["strategy-limit-unknown"]
    assert codes("((a and b) adj3 c).ti.") == ["strategy-adjacency"]
    assert codes("a.zz.") == ["strategy-tag-unknown"]
    assert codes("a.ps.") == ["strategy-tag-unknown"]
    assert isinstance(parse_strategy("a.zz.", syntax="ovid").lines[0].node, Unread)
    assert codes("(a.ti. or b.ti.") == ["strategy-parenthesis"]
    assert codes("a.ti. or") == ["strategy-operator-alone"]


@pytest.mark.parametrize(
    ("pubmed", "ovid"),
    [
        ('"Fever"[mh]', "exp Fever/"),
        ('"Fever"[majr:noexp]', "*Fever/"),
        ('"Fever/drug therapy"[mh:noexp]', "Fever/dt"),
        ("fever*[tiab]", "fever*.ti,ab,kf."),
        ('"hip pain"[tiab:~2]', "(hip adj3 pain).ti,ab,kf."),
        ('"head and neck"[ti]', '"head and neck".ti.'),
        ("smith ja[au]", "smith ja*.au."),
        ("fever[ti] NOT pain[ti]", "fever.ti. not pain.ti."),
        ("(fever[ti] OR ague[ti]) AND pain[ti]", "(fever.ti. or ague.ti.) and pain.ti."),
        ("drug therapy[sh:noexp]", "drug therapy.fs."),
        ("10.1000/x.1[doi]", '"10.1000/x.1".do.'),
        ("curie m[ps]", "curie m*.pn."),
    ],
)
def test_pubmed_becomes_ovid_without_loss(pubmed, ovid):
    assert translate(parse_strategy(pubmed), "ovid") == (ovid, ())


def test_a_date_becomes_a_limit_on_a_line_of_its_own():
    text, losses = translate(parse_strategy("fever[ti] AND 2000:3000[dp]"), "ovid")
    assert text == '1. fever.ti.\n2. limit 1 to yr="2000 -Current"'
    assert losses == ()


@pytest.mark.parametrize(
    ("pubmed", "word"),
    [
        ("fever[ti] AND 2000/05:2001[dp]", "month"),
        ("fever[ti] OR 2000[dp]", "left out"),
        ("fever[ti] AND 2000[edat]", "left out"),
        ("fever", "untagged"),
        ('"Fever/drug therapy"[mh]', "explode the subheading"),
        ("review[pt]", "narrower"),
        ("fever[ti] AND free full text[sb]", "filter"),
    ],
)
def test_what_ovid_cannot_do_is_listed(pubmed, word):
    _, losses = translate(parse_strategy(pubmed), "ovid")
    assert any(word in loss for loss in losses)


@pytest.mark.parametrize(
    ("pubmed", "query", "words"),
    [
        ("fever[ti]", 'TITLE:"fever"', ()),
        ("fever[tiab]", 'TITLE_ABS:"fever" OR KW:"fever"', ("KW",)),
        ("english[la] AND fever*[ti]", "LANG:eng AND TITLE:fever*", ()),
        ('"Fever"[majr]', 'KW:"Fever"', ("KW", "explosion", "main topics")),
        ('"hip pain"[ti:~2]', 'TITLE:"hip" AND TITLE:"pain"', ("distance",)),
        ("2000:2016/05[dp]", "FIRST_PDATE:[2000-01-01 TO 2016-05-31]", ("first publication",)),
        ("review[pt:noexp]", 'PUB_TYPE:"review"', ()),
        ('"hip pain*"[ti]', 'TITLE:"hip" AND TITLE:pain*', ("side by side",)),
        ("hasabstract", "HAS_ABSTRACT:Y", ()),
        ("29657938[pmid]", "EXT_ID:29657938 AND SRC:MED", ()),
        ("#1 a[ti]\n#2 b[ti]\n#3 #1 NOT #2", 'TITLE:"a" NOT TITLE:"b"', ()),
        ("a[ti] AND 2000[edat]", 'TITLE:"a"', ("left out",)),
        ("fever", '"fever"', ("full text",)),
    ],
)
def test_europe_pmc(pubmed, query, words):
    text, losses = translate(parse_strategy(pubmed), "europepmc")
    assert text == query
    assert len(losses) == len(words)
    assert all(any(word in loss for loss in losses) for word in words)


LISTED = """
    ABBR ABSTRACT AFF AUTH AUTH_FIRST AUTH_LAST CHEM CREATION_DATE DOI E_PDATE EXT_ID FIRST_IDATE
    FIRST_PDATE GRANT_ID ISBN ISSN ISSUE JOURNAL KEYWORD KW LANG PMCID PUB_TYPE PUB_YEAR SRC TITLE
    UPDATE_DATE VOLUME
"""
"""Fields that Europe PMC's service lists and its website accepts; see to_europepmc.py."""


@pytest.mark.parametrize(
    "text",
    [
        "a[ti] OR a[ab] OR a[tiab] OR a[tw] OR a[ot] OR a[ad] OR a[au] OR a[1au] OR a[lastau]",
        "blood[ta] OR 0006-4971[ta] OR PMC1[pmc] OR 10.1/x[doi] OR a[nm] OR a[gr] OR 3[vi]",
        "3[ip] OR 9780000000000[isbn] OR english[la] OR 1[pmid] OR review[pt] OR fever[mh]",
        "2000[dp] OR 2000[epdat] OR hasabstract",
    ],
)
def test_the_fields_written_for_europe_pmc_are_those_it_lists(text):
    query, _ = translate(parse_strategy(text), "europepmc")
    fields = set(re.findall(r"([A-Z_]+):", query))
    assert fields - set(LISTED.split()) <= {"TITLE_ABS", "HAS_ABSTRACT"}  # of its advanced search


def test_a_strategy_of_which_nothing_is_left_says_so():
    text, losses = translate(parse_strategy("free full text[sb]"), "europepmc")
    assert text == ""
    assert losses[-1] == "nothing is left of the strategy"
