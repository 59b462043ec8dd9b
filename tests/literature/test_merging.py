"""The merge file: readable, reversible, and a person's decision stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.literature.support import people, report

from paucity.literature import apply_merges, deduplicate, merge_records, read_merges, write_merges
from paucity.literature.merge import Merge, brought_up_to_date, merges_of, references
from paucity.literature.merge_file import settled, taken_out
from paucity.literature.record import Place

HELD = [
    report(1, pmid="77"),
    report(2, doi="10.1000/a", abstract="Long.", keywords=("b",)),
    report(3, title="Kidney transplants in the elderly", year=1990, pages="1-2", volume="9"),
]
FOUND = merges_of(HELD, deduplicate(HELD))


def test_the_file_says_what_was_merged_and_why() -> None:
    text = write_merges(FOUND)
    assert text.startswith("# Records that are one report.")
    assert "pmid:77 in records/a.ris" in text
    assert "same title (+6)" in FOUND[0].reasons[0]
    assert read_merges(text) == (FOUND, [])
    assert write_merges(read_merges(text)[0]) == text


def test_merging_joins_and_loses_nothing() -> None:
    reports, findings = apply_merges(HELD, FOUND)
    assert [r.positions for r in reports] == [(0, 1), (2,)]
    assert findings == []
    assert (reports[0].record.pmid, reports[0].record.doi) == ("77", "10.1000/a")
    assert reports[0].record.abstract == "Long."
    assert reports[1].record == HELD[2]


def test_a_merge_is_undone_by_a_word() -> None:
    text = write_merges(FOUND).replace("decision: merge", "decision: keep apart")
    merges, _ = read_merges(text)
    assert [r.positions for r in apply_merges(HELD, merges)[0]] == [(0,), (1,), (2,)]
    again, _ = settled(FOUND, merges)
    assert [m.decision for m in again] == ["keep apart"]


def test_a_person_joins_what_was_undecided() -> None:
    names = references(HELD)
    mine = Merge((names[0], names[2]), "merge", by="Ito")
    reports, _ = apply_merges(HELD, settled(FOUND, [mine])[0])
    assert [r.positions for r in reports] == [(0, 1, 2)]


def test_records_kept_apart_are_not_joined_through_a_third() -> None:
    names = references(HELD)
    merges = [
        Merge((names[0], names[1]), "keep apart", by="Ito"),
        Merge((names[0], names[2]), "merge"),
        Merge((names[1], names[2]), "merge"),
    ]
    reports, findings = apply_merges(HELD, merges)
    assert not any({0, 1} <= set(r.positions) for r in reports)
    assert [f.code for f in findings] == ["merge-contradicted"]


def test_a_record_that_is_gone_is_reported() -> None:
    reports, findings = apply_merges(HELD[:1], FOUND)
    assert len(reports) == 1
    assert [f.code for f in findings] == ["merge-record-missing"]


def test_what_keeps_records_apart_is_reported_when_one_is_gone() -> None:
    names = references(HELD)
    apart = [Merge((names[0], names[1]), "keep apart", by="Ito")]
    reports, findings = apply_merges([HELD[0], HELD[2]], apart)
    assert len(reports) == 2
    assert [f.code for f in findings] == ["merge-record-missing"]
    assert names[1] in findings[0].message
    assert "nothing keeps it apart" in findings[0].message


def test_a_decision_holds_when_an_export_gets_another_name() -> None:
    apart = [Merge(tuple(references(HELD)[:2]), "keep apart", by="Ito")]
    moved = [HELD[0], replace(HELD[1], place=Place("records/new.ris", 9)), HELD[2]]
    held = brought_up_to_date(apart, moved)
    assert held[0].records == tuple(references(moved)[:2])
    found = merges_of(moved, deduplicate(moved))
    again, _ = settled(found, held)
    assert [(m.decision, m.by) for m in again] == [("keep apart", "Ito")]
    reports, findings = apply_merges(moved, again)
    assert (len(reports), findings) == (3, [])


def test_a_name_that_could_be_two_records_is_left_as_it_is() -> None:
    held = [report(n, doi="10.1000/a", place=Place(f"{n}.ris", 1)) for n in (1, 2)]
    merge = Merge(("doi:10.1000/a in 3.ris", "doi:10.1000/b in 4.ris"), "keep apart", by="Ito")
    assert brought_up_to_date([merge], held) == [merge]
    # Of two with one identity the merge names one already, so that the other is meant.
    pair = Merge(("doi:10.1000/a in 1.ris", "doi:10.1000/a in 3.ris"), "keep apart", by="Ito")
    assert brought_up_to_date([pair], held)[0].records == tuple(references(held))


def test_a_damaged_file_gives_findings_at_their_lines() -> None:
    text = "- {decision: mrge, records: [a, b]}\n- {decision: merge, records: [a]}\n- 7\n"
    merges, findings = read_merges(text, "records/merges.yaml")
    assert merges == []
    assert [(f.code, f.span.line) for f in findings] == [("merge-unreadable", n) for n in (1, 2, 3)]
    assert read_merges("- {decision: [")[1][0].code == "not-yaml"
    assert read_merges("a: 1")[1][0].code == "merge-unreadable"


def test_two_copies_in_one_file_can_be_told_apart() -> None:
    held = [report(1, pmid="7"), report(2, pmid="7")]
    assert references(held)[1] == "pmid:7 in records/a.ris (copy 2)"
    reports, _ = apply_merges(held, merges_of(held, deduplicate(held)))
    assert [r.positions for r in reports] == [(0, 1)]


def test_the_fuller_list_of_authors_is_taken_whole() -> None:
    short = report(pmid="1", authors=people("Marsh, R"))
    assert merge_records([short, HELD[1]]).authors == HELD[1].authors


def test_no_merges_are_an_empty_list() -> None:
    assert read_merges(write_merges([])) == ([], [])


# -- what a person changed and did not sign -----------------------------------------------------

NAMES = references(HELD)
ASKED = Merge((NAMES[0], NAMES[2]), "undecided", reasons=(f"{NAMES[0]} / {NAMES[2]}: x (+8) = +8",))


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("merge", "undecided", False),
        ("merge", "keep apart", False),
        ("undecided", "merge", True),
        ("undecided", "keep apart", False),
    ],
)
def test_a_changed_decision_holds_without_a_name(before, after, joined) -> None:
    found = FOUND if before == "merge" else [ASKED]
    text = write_merges(found).replace(f"decision: {before}", f"decision: {after}")
    decided, findings = settled(found, read_merges(text)[0], "m.yaml")
    assert [(m.decision, m.by) for m in decided] == [(after, "unnamed")]
    assert [(f.code, str(f.span)) for f in findings] == [("merge-unsigned", "m.yaml:3:3")]
    reports, _ = apply_merges(HELD, decided)
    assert (len(reports) == 2) is joined
    again, findings = settled(found, read_merges(write_merges(decided))[0])
    assert (again, findings) == (decided, [])  # written once, it is told no more


def test_what_paucity_wrote_before_gives_way_to_what_it_finds_now() -> None:
    now = [replace(ASKED, decision="merge", reasons=("x: y (+12) = +12",))]
    assert settled(now, [ASKED]) == (now, [])
    assert settled([ASKED], now) == ([ASKED], [])


def test_a_pair_held_apart_by_other_pmids_is_not_taken_for_a_persons() -> None:
    held = [
        report(1, pmid="1", doi=""),
        report(2, pmid="", doi=""),
        report(3, pmid="2", doi=""),
    ]
    found = deduplicate(held)
    if not found.held_apart:
        pytest.fail("the records make no pair that is held apart")
    merges = merges_of(held, found)
    assert settled(merges, read_merges(write_merges(merges))[0]) == (merges, [])


def test_a_pair_a_person_left_open_is_not_joined_through_a_larger_merge() -> None:
    doubt = Merge((NAMES[0], NAMES[1]), "undecided", by="Ito", at=7)
    whole = Merge(tuple(NAMES), "merge", reasons=("= +12",))
    reports, findings = apply_merges(HELD, settled([whole], [doubt])[0])
    assert not any({0, 1} <= set(r.positions) for r in reports)
    assert [f.code for f in findings] == ["merge-contradicted"]


def test_an_item_without_a_name_is_a_persons() -> None:
    (held,), _ = read_merges(f"- {{decision: merge, records: ['{NAMES[0]}', '{NAMES[2]}']}}")
    assert held.by == "unnamed"


def test_a_record_taken_out_of_a_merge_is_told() -> None:
    text = write_merges(FOUND).replace(f"  - {NAMES[1]}\n", "  - pmid:9 in records/z.ris\n")
    (found,) = taken_out(read_merges(text)[0], "m.yaml")
    assert (found.code, str(found.span)) == ("merge-record-taken-out", "m.yaml:3:3")
    assert NAMES[1] in found.message
    assert taken_out(read_merges(write_merges(FOUND))[0]) == []


# -- where findings stand -----------------------------------------------------------------------


def test_findings_stand_at_their_own_items() -> None:
    text = f"""\
- {{decision: keep apart, by: AB, records: ['{NAMES[0]}', '{NAMES[1]}']}}
- {{decision: merge, by: AB, records: ['{NAMES[0]}', 'pmid:8 in records/b.ris']}}
-   decision: merge
    by: CD
    records: ['{NAMES[0]}', '{NAMES[1]}']
"""
    decided, _ = settled([], read_merges(text, "m.yaml")[0])
    _, findings = apply_merges(HELD, decided, "m.yaml")
    assert [(f.code, str(f.span)) for f in findings] == [
        ("merge-record-missing", "m.yaml:2:3"),
        ("merge-contradicted", "m.yaml:3:5"),
    ]


def test_what_paucity_found_today_is_told_at_the_decision_that_it_contradicts() -> None:
    text = f"\n- {{decision: keep apart, by: AB, records: ['{NAMES[0]}', '{NAMES[1]}']}}\n"
    whole = Merge(tuple(NAMES), "merge", reasons=("= +12",))
    decided, _ = settled([whole], read_merges(text, "m.yaml")[0])
    _, findings = apply_merges(HELD, decided, "m.yaml")
    assert [str(f.span) for f in findings] == ["m.yaml:2:3"]
