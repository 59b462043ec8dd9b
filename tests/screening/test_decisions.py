"""What votes come to, whatever their order, after merging again and importing again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.expression import parse
from paucity.protocol import Criterion, Expression, Search
from paucity.screening.corpus import name_of
from paucity.screening.decisions import State
from paucity.screening.flow import wrong_sums
from paucity.screening.load import Screening, judged
from screening.support import HEADER, corpus, full, plan, ris, row

SIX = corpus(
    {
        "records/a.ris": "".join(map(ris, range(4))),
        "records/b.ris": "".join(map(ris, (2, 3, 4))),
        "records/chased.ris": "".join(map(ris, (4, 5))),
    }
)
SEARCHES = (
    Search(database="PubMed", files=("records/a.ris",)),
    Search(database="references", kind="citation searching", files=("records/chased.ris",)),
)


def criterion(text: str, label: str = "") -> Criterion:
    return Criterion(require=Expression(text, parse(text)), label=label)


def screened(votes: dict[str, str], **values: object) -> Screening:
    held = [(name, HEADER + text) for name, text in votes.items()]
    return judged(SIX, held, searches=SEARCHES, plan=plan(**values))


def states(held: Screening) -> list[str]:
    return [d.state.value for d in held.decisions.title]


def at(held: Screening, number: int) -> int:
    return next(iter(held.corpus.by_name[f"doi:10.1000/case{number}"]))


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [
        ("include", "include", State.INCLUDED),
        ("exclude", "exclude", State.EXCLUDED),
        ("include", "exclude", State.CONFLICT),
        ("unsure", "include", State.INCLUDED),
        ("unsure", "unsure", State.INCLUDED),
        ("unsure", "exclude", State.CONFLICT),
    ],
)
def test_two_votes_at_title_and_abstract(one, other, state):
    held = screened({"AB": row(0, one), "CD": row(0, other)})
    assert held.decisions.title[at(held, 0)].state is state


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [
        ("include", "include", State.INCLUDED),
        ("exclude", "exclude", State.EXCLUDED),
        ("include", "exclude", State.CONFLICT),
        ("unsure", "include", State.CONFLICT),
        ("unsure", "unsure", State.CONFLICT),
    ],
)
def test_two_votes_at_full_text(one, other, state):
    both = row(0, "include")
    held = screened({"AB": both + full(0, one, "x"), "CD": both + full(0, other, "x")})
    assert held.decisions.full_text[at(held, 0)].state is state


def test_one_vote_is_enough_only_where_the_protocol_says_so():
    votes = {"AB": row(0, "include")}
    assert screened(votes).decisions.title[at(screened(votes), 0)].state is State.UNDECIDED
    one = screened(votes, reviewers=1)
    assert one.decisions.title[at(one, 0)].state is State.INCLUDED


def test_the_named_reviewer_settles_a_conflict_and_nothing_else():
    votes = {"AB": row(0, "include") + row(1, "include"), "CD": row(0, "exclude")}
    votes["EF"] = row(0, "exclude", "animal") + row(1, "exclude")
    held = screened(votes, settled_by="EF")
    settled = held.decisions.title[at(held, 0)]
    assert (settled.state, settled.settled, settled.reason) == (State.EXCLUDED, True, "animal")
    # On record 1 only AB and EF voted: EF is then one of two, and they disagree.
    assert held.decisions.title[at(held, 1)].state is State.CONFLICT


def test_the_last_vote_counts_and_the_first_is_what_agreement_is_of():
    votes = {"AB": row(0, "exclude") + row(0, "include"), "CD": row(0, "include")}
    held = screened(votes)
    assert held.decisions.title[at(held, 0)].state is State.INCLUDED
    assert dict(held.agreements[0].table) == {("exclude", "include"): 1}


def test_of_two_reasons_the_protocols_first_counts():
    both = row(0, "include")
    votes = {
        "AB": both + full(0, "exclude", "no outcome"),
        "CD": both + full(0, "exclude", "wrong disease"),
    }
    held = screened(votes, reasons=("wrong disease", "no outcome"))
    assert held.decisions.full_text[at(held, 0)].reason == "wrong disease"


def test_votes_that_hold_for_nothing_are_told_and_kept():
    held = screened(
        {"AB": row("doi:10.9999/gone", "include") + row(0, "exclude", "wronk disease")},
        reasons=("wrong disease",),
    )
    found = {f.code: f for f in held.findings}
    assert str(found["vote-without-record"].span) == "screening/AB.csv:2:1"
    assert found["vote-reason-unknown"].hint == "did you mean `wrong disease`?"
    assert len(held.votes) == 2


def test_full_text_votes_wait_for_title_and_abstract_and_need_a_reason():
    held = screened({"AB": full(0, "exclude")})
    codes = {f.code for f in held.findings}
    assert {"vote-too-early", "vote-without-reason"} <= codes
    assert held.decisions.full_text[at(held, 0)].state is State.NOT_REACHED


# -- merges and imports ------------------------------------------------------------------------


def test_a_vote_on_either_of_two_merged_records_holds_for_the_report():
    found = corpus({"records/a.ris": ris(0), "records/b.ris": ris(0)})
    assert len(found.reports) == 1
    held = judged(found, [("AB", HEADER + row(0, "include"))], plan=plan(reviewers=1))
    assert [d.state for d in held.decisions.title] == [State.INCLUDED]


def test_a_vote_outlives_an_export_that_brings_the_pmid():
    vote = [("AB", HEADER + row(0, "include"))]
    nbib = "PMID- 23418008\nTI  - Alemtuzumab in case number 0 of a rare disease\nDP  - 2013\n"
    nbib += "FAU - Author0, A\nAID - 10.1000/case0 [doi]\n"
    later = corpus({"records/a.nbib": nbib})
    assert name_of(later, 0) == "pmid:23418008"
    held = judged(later, vote, plan=plan(reviewers=1))
    assert not [f for f in held.findings if f.code.startswith("vote")]
    assert held.decisions.title[0].state is State.INCLUDED


def test_a_vote_outlives_an_export_that_brings_the_first_identifier():
    bare = ris(1).replace("DO  - 10.1000/case1\n", "")
    name = name_of(corpus({"records/a.ris": bare}), 0)
    assert name.startswith("text:")
    vote = [("AB", HEADER + row(name, "include"))]
    held = judged(corpus({"records/a.ris": ris(1)}), vote, plan=plan(reviewers=1))
    assert held.decisions.title[0].state is State.INCLUDED
    assert not held.findings
    # Where another record has the same title, year and author, the vote stays with its own.
    apart = f"""
- decision: keep apart
  by: AB
  records: ['{name} in records/a.ris', 'doi:10.1000/case1 in records/b.ris']
"""
    both = corpus({"records/a.ris": bare, "records/b.ris": ris(1)}, apart)
    held = judged(both, vote, plan=plan(reviewers=1))
    assert [d.state for d in held.decisions.title] == [State.INCLUDED, State.UNDECIDED]


def test_two_reports_of_one_identity_are_told_apart_by_their_file():
    apart = """
- decision: keep apart
  by: AB
  records: ['doi:10.1000/case0 in records/a.ris', 'doi:10.1000/case0 in records/b.ris']
"""
    found = corpus({"records/a.ris": ris(0), "records/b.ris": ris(0)}, apart)
    assert len(found.reports) == 2
    held = judged(found, [("AB", HEADER + row(0, "include"))], plan=plan(reviewers=1))
    assert [f.code for f in held.findings if f.code.startswith("vote")] == ["vote-ambiguous"]
    names = [name_of(found, n) for n in range(2)]
    votes = row(names[0], "include") + row(names[1], "exclude")
    held = judged(found, [("AB", HEADER + votes)], plan=plan(reviewers=1))
    assert [d.state for d in held.decisions.title] == [State.INCLUDED, State.EXCLUDED]


CAST = st.lists(
    st.tuples(
        st.sampled_from(["AB", "CD", "EF"]),
        st.integers(0, 5),
        st.sampled_from(["include", "exclude", "unsure"]),
        st.sampled_from(["", "animal", "not retrieved"]),
        st.sampled_from(["title and abstract", "full text"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(cast=CAST, reviewers=st.sampled_from([1, 2]), arbiter=st.sampled_from(["", "EF"]))
def test_every_box_adds_up_whatever_the_votes(cast, reviewers, arbiter):
    votes: dict[str, str] = {}
    for who, record, decision, reason, stage in cast:
        votes[who] = votes.get(who, "") + row(record, decision, reason, stage)
    held = screened(votes, reviewers=reviewers, settled_by=arbiter)
    assert held.other is not None
    for column in (held.main, held.other):
        assert wrong_sums(column) == []
    # 7 records from databases and 2 from chasing; reports 0 to 4 and 5.
    assert (held.main.identified, held.main.duplicates) == (7, 2)
    assert (held.other.identified, held.other.duplicates) == (2, 1)
    total = (held.main.included or 0) + (held.other.included or 0)
    assert total == sum(d.state is State.INCLUDED for d in held.decisions.full_text)


@settings(max_examples=60, deadline=None)
@given(cast=CAST, seed=st.integers(0, 2**16))
def test_how_the_votes_of_reviewers_interleave_does_not_matter(cast, seed):
    # Each (reviewer, record, stage) once: then no order of rows or files can matter.
    once = {(c[0], c[1], c[4]): c for c in cast}
    rows = list(once.values())
    shuffled = rows[:]
    random.Random(seed).shuffle(shuffled)  # noqa: S311  # not for secrets

    def outcome(order):
        votes: dict[str, str] = {}
        for who, record, decision, reason, stage in order:
            votes[who] = votes.get(who, "") + row(record, decision, reason, stage)
        held = screened(votes)
        return (
            [(d.state, d.reason) for d in held.decisions.title],
            [(d.state, d.reason) for d in held.decisions.full_text],
            held.main,
            [(a.one, a.other, a.table) for a in held.agreements],
        )

    assert outcome(rows) == outcome(shuffled)


@settings(max_examples=30, deadline=None)
@given(split=st.lists(st.sampled_from(["a", "b", "c"]), min_size=6, max_size=6), cast=CAST)
def test_decisions_stay_when_records_come_in_other_files(split, cast):
    votes: dict[str, str] = {}
    for who, record, decision, reason, stage in cast:
        votes[who] = votes.get(who, "") + row(record, decision, reason, stage)
    held = [(name, HEADER + text) for name, text in votes.items()]
    files: dict[str, str] = {}
    for number, name in enumerate(split):
        files[f"records/{name}.ris"] = files.get(f"records/{name}.ris", "") + ris(number)
    once, again = judged(corpus(files), held), judged(SIX, held)
    for number in range(6):
        assert (
            once.decisions.title[at(once, number)].state
            is again.decisions.title[at(again, number)].state
        )
        assert (
            once.decisions.full_text[at(once, number)].reason
            == again.decisions.full_text[at(again, number)].reason
        )


@settings(max_examples=60, deadline=None)
@given(
    found=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=12),
    apart=st.lists(st.integers(0, 5), max_size=3),
    chased=st.sets(st.sampled_from("abc")),
    cast=CAST,
)
def test_every_box_adds_up_whatever_the_records_and_merges(found, apart, chased, cast):
    files: dict[str, str] = {}
    for name, number in found:
        files[f"records/{name}.ris"] = files.get(f"records/{name}.ris", "") + ris(number)
    merges = "".join(
        "- {decision: keep apart, by: AB, records: "
        f"['doi:10.1000/case{n} in records/a.ris', 'doi:10.1000/case{n} in records/b.ris']}}\n"
        for n in sorted(set(apart))
    )
    votes: dict[str, str] = {}
    for who, record, decision, reason, stage in cast:
        votes[who] = votes.get(who, "") + row(record, decision, reason, stage)
    held = judged(
        corpus(files, merges),
        [(name, HEADER + text) for name, text in votes.items()],
        searches=[
            Search(database=name, kind="citation searching", files=(f"records/{name}.ris",))
            for name in sorted(chased)
        ],
    )
    columns = [c for c in (held.main, held.other) if c is not None]
    for column in columns:
        assert wrong_sums(column) == []
    assert sum(c.identified or 0 for c in columns) == len(found)
    distinct = sum((c.identified or 0) - (c.duplicates or 0) for c in columns)
    assert distinct == len(held.corpus.reports)
    if not apart:
        assert distinct == len({number for _, number in found})


# -- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "record", "out"),
    [
        ("year >= 2000", ris(0, year="1999"), True),
        ("year >= 2000", ris(0, year="2000"), False),
        ("2000 <= year", ris(0, year="1999"), True),
        ("year >= 2000", ris(0, year=""), False),  # unknown is not no
        ("language is English", ris(0, extra="LA  - ger\n"), True),
        ("language is English", ris(0, extra="LA  - English\n"), False),
        ("language is English", ris(0, extra="LA  - und\n"), False),
        ("language is English", ris(0), False),
        ("not language is German", ris(0, extra="LA  - ger\n"), True),
        ("year >= 2000 or language is English", ris(0, year="1999"), False),
        ('design is "case report"', ris(0, year="1999"), False),  # records cannot tell
    ],
)
def test_a_record_is_excluded_automatically_only_if_it_certainly_fails(text, record, out):
    held = judged(corpus({"records/a.ris": record}), criteria={"limit": criterion(text, "shown")})
    decision = held.decisions.title[0]
    assert (decision.state is State.AUTOMATIC) is out
    assert decision.reason == ("shown" if out else "")


def test_a_year_that_differs_between_the_records_of_a_report_excludes_nothing():
    both = {"records/a.ris": ris(0, year="1999"), "records/b.ris": ris(0, year="2000")}
    found = corpus(both)
    assert len(found.reports) == 1
    held = judged(found, criteria={"limit": criterion("year >= 2000")})
    assert held.decisions.title[0].state is State.UNDECIDED


def test_automatic_exclusions_stand_before_screening_in_the_flow():
    files = {"records/a.ris": ris(0, year="1990") + ris(1)}
    held = judged(corpus(files), criteria={"y": criterion("year >= 2000", "2000 or later")})
    assert held.main.automatic == (("2000 or later", 1),)
    assert (held.main.unscreened, held.main.screened) == (1, 0)
