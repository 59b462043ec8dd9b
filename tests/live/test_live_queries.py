"""What a database is asked for a strategy, and what it is told is lost."""

from __future__ import annotations

import pytest

from paucity.literature.live.faults import LiveError
from paucity.literature.live.queries import DATABASES, asked_of, database_named
from paucity.literature.strategy import parse_strategy

BY_SLUG = {d.slug: d for d in DATABASES}
LINES = """\
#1 HLH[tiab] OR "macrophage activation"[mh]
#2 salvag*[tiab]
#3 #1 AND #2 AND english[la] AND 2000:2016[dp]
"""


def ask(slug: str, text: str = LINES):  # type: ignore[no-untyped-def]
    return asked_of(BY_SLUG[slug], parse_strategy(text), "2026-03-02")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("PubMed", "pubmed"),
        ("pubmed", "pubmed"),
        ("MEDLINE", "pubmed"),
        ("MEDLINE (PubMed)", "pubmed"),
        ("Europe PMC", "europepmc"),
        ("EuropePMC", "europepmc"),
        ("ClinicalTrials.gov", "clinicaltrials"),
        ("clinicaltrials", "clinicaltrials"),
        ("OpenAlex", "openalex"),
        ("CrossRef", "crossref"),
        ("Embase", None),
        ("Ovid MEDLINE", None),
        ("", None),
    ],
)
def test_databases_are_known_by_their_names(name: str, slug: str | None) -> None:
    found = database_named(name)
    assert (found.slug if found else None) == slug


def test_pubmed_is_sent_the_lines_written_out() -> None:
    assert ask("pubmed").text == (
        '(HLH[tiab] OR "macrophage activation"[mh]) AND salvag*[tiab] AND english[la]'
        " AND 2000:2016[dp]"
    )
    assert ask("pubmed").lost == ()


def test_openalex_is_sent_words_and_filters() -> None:
    asked = ask("openalex")
    assert asked.text == '("HLH" OR "macrophage activation") AND "salvag*"'
    assert asked.filters == (
        ("from_publication_date", "2000-01-01"),
        ("language", "en"),
        ("to_publication_date", "2016-12-31"),
    )
    assert [x.split(":")[0] for x in asked.lost] == [
        "searched in title, abstract and full text",
        "no headings",
    ]


@pytest.mark.parametrize(
    ("text", "sent", "loss"),
    [
        ("salvag*[tiab]", '"salvag*"', ""),
        ('"rescue treatment*"[ti]', '"rescue treatment*"', ""),
        ("wom#n.ti.", '"wom?n"', ""),
        ("colo?r.ti.", '"colo*r"', "more is found"),
        ("gene$4.ti.", '"gene*"', "more is found"),
        ("p?ediatric.ti.", '"pediatric"', "of fewer than three letters"),
    ],
)
def test_openalex_takes_truncated_words_of_three_letters(text: str, sent: str, loss: str) -> None:
    """Search, https://developers.openalex.org/guides/searching."""
    asked = ask("openalex", text)
    assert asked.text == sent
    assert [x for x in asked.lost if not x.startswith("searched in")] == [
        x for x in asked.lost if loss and loss in x
    ]
    assert any(loss in x for x in asked.lost)


@pytest.mark.parametrize("slug", ["openalex", "clinicaltrials"])
def test_words_that_are_operators_elsewhere_are_sent_in_small_letters(slug: str) -> None:
    """ALL alone finds every study (Search Operators of ClinicalTrials.gov): here a leukaemia."""
    assert ask(slug, 'ALL[tiab] OR "MISSING DATA"[ti]').text == '"all" OR "missing DATA"'


def test_clinicaltrials_is_sent_words_without_dates() -> None:
    asked = ask("clinicaltrials")
    assert asked.text == '("HLH" OR "macrophage activation") AND "salvag"'
    assert asked.filters == ()
    lost = [x for x in asked.lost if "has no counterpart" in x]
    assert [x.split(" has no")[0] for x in lost] == ["the field [la]", "what is no word"]
    assert "`english[la]`" in lost[0]
    assert "`2000:2016[dp]`" in lost[1]


def test_not_is_written_as_each_database_knows_it() -> None:
    """ "Search Operators" of ClinicalTrials.gov: NOT has one operand; OpenAlex has it as it is."""
    assert ask("clinicaltrials", "hlh NOT (mas OR ebv)").text == '"hlh" AND NOT ("mas" OR "ebv")'
    assert ask("openalex", "hlh NOT (mas OR ebv)").text == '"hlh" NOT ("mas" OR "ebv")'


def test_crossref_is_sent_all_words_and_told_so() -> None:
    asked = ask("crossref")
    assert asked.text == "HLH macrophage activation salvag"
    assert asked.filters == (("from-pub-date", "2000-01-01"), ("until-pub-date", "2016-12-31"))
    assert any("it finds records with any of the words" in x for x in asked.lost)


def test_words_that_are_not_wanted_are_not_sent_to_crossref() -> None:
    assert ask("crossref", "hlh NOT review").text == "hlh"


def test_a_date_under_or_is_no_filter() -> None:
    asked = ask("openalex", "hlh OR 2000[dp]")
    assert asked.filters == ()
    assert any("2000" in x for x in asked.lost)


@pytest.mark.parametrize("slug", BY_SLUG)
@pytest.mark.parametrize("text", ["", "#1 #2", "(hlh OR", "2000[dp]", "#1 hlh AND #7", "hlh[xyz]"])
def test_what_cannot_be_asked_is_refused(slug: str, text: str) -> None:
    if text == "2000[dp]" and slug in {"pubmed", "europepmc"}:
        assert ask(slug, text).text
        return
    with pytest.raises(LiveError, match=r"cannot be sent|nothing of the strategy"):
        ask(slug, text)
