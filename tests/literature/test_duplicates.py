"""What is one report is merged; what is not, is not; every decision says why."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.literature.support import people, report

from paucity.literature import Record, Verdict, deduplicate, identity
from paucity.literature.block import candidate_pairs, features
from paucity.literature.compare import compare
from paucity.literature.decide import ASK, MERGE

A = report()


def verdict(first: Record, second: Record) -> tuple[float, str]:
    points, reasons = compare(features(first), features(second))
    return points, "; ".join(r.words for r in reasons)


SAME = {
    "initials for given names": {"authors": people("Marsh, R", "Allen, C", "McClain, K")},
    "an abbreviated journal": {"journal": "Pediatr Blood Cancer"},
    "pages cut short": {"pages": "101-9"},
    "a British spelling": {
        "title": "Salvage alemtuzumab in refractory haemophagocytic lymphohistiocytosis."
    },
    "no pages and volume yet": {"pages": "", "volume": "", "issue": ""},
    "a year between online and print": {"year": 2012},
    "a typing error": {
        "title": "Salvage alemtuzumab in refractory hemophagocytic lymphohistiocytsis"
    },
    "brackets and a language": {
        "title": "[Salvage alemtuzumab in refractory hemophagocytic lymphohistiocytosis]. [Chinese]"
    },
    "a translated title": {
        "title": "Alemtuzumab als Rettungstherapie bei refraktärer Lymphohistiozytose"
    },
    "names the wrong way round": {"authors": people("Rebecca, Marsh", "Carl, Allen", "Kenneth, M")},
    "a particle dropped": {"authors": people("Marsh, R", "Allen, C", "Clain, K")},
}


@pytest.mark.parametrize("name", SAME)
def test_one_report_written_differently_is_merged(name: str) -> None:
    points, why = verdict(A, report(2, **SAME[name]))
    assert points >= MERGE, why


DIFFERENT = {
    "an erratum": {"title": f"Erratum: {A.title}", "pages": "110"},
    "a retraction": {"title": f"Retraction: {A.title}", "pages": "101-109"},
    "its protocol": {"title": f"{A.title}: study protocol", "pages": "", "volume": ""},
    "a reply": {"title": f"Reply to: {A.title}"},
    "another part": {"title": f"{A.title}: part 2", "pages": "110-119"},
    "another journal, year and pages": {
        "journal": "Blood", "volume": "122", "pages": "e5", "year": 2015,
    },
    "a meeting abstract": {"journal": "Blood", "volume": "120", "pages": "2110", "year": 2012},
    "the next paper of a series in the same volume": {"pages": "110-119"},
    "other authors": {"authors": people("Ito, K", "Abe, J", "Ono, M"), "pages": "5-9"},
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_reports_that_only_resemble_are_not_merged(name: str) -> None:
    points, why = verdict(A, report(2, **DIFFERENT[name]))
    assert points < MERGE, why


def test_a_part_in_both_titles_tells_them_apart() -> None:
    first, second = (report(title=f"{A.title}: part {n}", doi="10.1/x") for n in ("I", "II"))
    assert verdict(first, second) == (-20, "part 1 and 2")


def test_two_pmids_are_two_reports_whatever_else_agrees() -> None:
    points, why = verdict(report(pmid="1"), report(pmid="2"))
    assert (points, why) == (-20, "PMIDs 1 and 2")


def test_one_pmid_is_not_enough_for_a_wholly_different_record() -> None:
    other = Record(
        title="Outcome of kidney transplants in the elderly",
        authors=people("Ito, K"),
        year=1990,
        journal="Kidney",
        pmid="1",
    )
    assert verdict(report(pmid="1"), other)[0] < ASK


def test_an_editorial_of_each_issue_stays_itself() -> None:
    issues = [
        report(n, title="Remarks of the editor on this issue of ours", pages="", issue=str(n))
        for n in range(1, 5)
    ]
    assert deduplicate(issues).groups == ()


def test_every_reason_adds_up() -> None:
    found = deduplicate([A, report(2, doi="10.1/x"), report(3, doi="10.1/x", pages="")])
    assert found.groups == ((0, 1, 2),)
    for decision in found.merged:
        assert decision.verdict is Verdict.DUPLICATE
        assert decision.points == sum(r.points for r in decision.reasons)
        assert all(r.words for r in decision.reasons)


def test_a_group_never_holds_two_pmids() -> None:
    bridge = report(3)
    found = deduplicate([report(pmid="1"), report(2, pmid="2"), bridge])
    assert len(found.groups) == 1
    assert len(found.groups[0]) == 2
    assert [d.verdict for d in found.held_apart] == [Verdict.DUPLICATE]


def test_pairs_in_doubt_are_listed_and_not_merged() -> None:
    doubtful = report(2, volume="", pages="", authors=(), year=None, issue="")
    found = deduplicate([A, doubtful])
    assert found.groups == ()
    assert [(d.first, d.second) for d in found.uncertain] == [(0, 1)]
    assert ASK <= found.uncertain[0].points < MERGE


def test_the_order_of_records_does_not_matter() -> None:
    held = [
        A,
        report(2, pages=""),
        report(3, title="Another title altogether here", pages="7-9"),
        report(4),
    ]
    groups = {
        frozenset(frozenset(order[p].place.number for p in g) for g in deduplicate(order).groups)
        for order in map(list, permutations(held))
    }
    assert groups == {frozenset({frozenset({1, 2, 4})})}


words = st.sampled_from(
    ["alpha", "beta", "gamma", "hemophagocytic", "salvage", "of", "in", "trial", "etoposide"]
)
records = st.builds(
    Record,
    title=st.lists(words, max_size=8).map(" ".join),
    authors=st.sampled_from([people("Ito, K"), people("Ito, K", "Abe, J"), ()]),
    original_title=st.sampled_from(["", "alpha beta gamma trial of etoposide"]),
    year=st.sampled_from([None, 2001, 2002]),
    journal=st.sampled_from(["", "Blood", "Blood Adv"]),
    volume=st.sampled_from(["", "1", "2"]),
    pages=st.sampled_from(["", "5-9", "S7", "x"]),
    doi=st.sampled_from(["", "10.1/a", "10.1/B", "10.1/b"]),
    pmid=st.sampled_from(["", "1", "2"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(records, max_size=12))
def test_comparing_is_symmetric_and_groups_are_disjoint(held: list[Record]) -> None:
    known = [features(r) for r in held]
    for a, b in candidate_pairs(known):
        assert a < b
        assert compare(known[a], known[b])[0] == compare(known[b], known[a])[0]
    found = deduplicate(held)
    members = [p for group in found.groups for p in group]
    assert len(members) == len(set(members))
    for group in found.groups:
        assert len({held[p].pmid for p in group if held[p].pmid}) <= 1


@settings(max_examples=60, deadline=None)
@given(records.filter(lambda r: len(r.title.split()) > 4 and r.authors and r.year))
def test_a_record_is_a_duplicate_of_itself(record: Record) -> None:
    rich = replace(record, journal="Blood", volume="3", pages="5-9")
    assert deduplicate([rich, rich]).groups == ((0, 1),)


def test_identity_survives_another_export() -> None:
    assert identity(report(doi="10.1/X")) == identity(report(9, doi="10.1/x", abstract="more"))
    assert identity(report()) == identity(report(2, title=f"{A.title}.", volume=""))
    assert identity(report()) != identity(report(year=2014))
