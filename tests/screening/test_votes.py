"""Vote files: read without losing a row, written so that they are read again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paucity.screening.votes import (
    COLUMNS,
    Choice,
    Stage,
    Vote,
    is_reviewer,
    name_fault,
    name_key,
    read_votes,
    with_votes,
    write_rows,
)
from screening.support import HEADER, row

# Cells as they are kept: on one line, no white space at the ends.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(
    lambda text: " ".join(text.split())
)
VOTES = st.builds(
    Vote,
    record=CELLS.filter(bool),
    stage=st.sampled_from(Stage),
    decision=st.sampled_from(Choice),
    reason=CELLS,
    time=st.sampled_from(["", "2026-11-22", "2026-11-22T18:30:00Z"]),
    note=CELLS,
)


def told(vote: Vote) -> tuple[str, ...]:
    return tuple(str(getattr(vote, name)) for name in COLUMNS)


@given(st.lists(VOTES, max_size=6))
def test_what_is_written_is_read_again(votes):
    text = with_votes("", votes, "AB")
    read, findings = read_votes(text, "AB")
    assert [told(v) for v in read] == [told(v) for v in votes]
    assert not [f for f in findings if f.code != "vote-out-of-order"]


@given(st.lists(VOTES, max_size=4), st.lists(VOTES, max_size=4))
def test_adding_never_touches_what_stood_there(first, second):
    before = with_votes("", first, "AB")
    after = with_votes(before, second, "AB")
    assert after.startswith(before)
    read, _ = read_votes(after, "AB")
    assert [told(v) for v in read] == [told(v) for v in (*first, *second)]


@given(VOTES)
def test_no_cell_is_a_formula_for_a_spreadsheet(vote):
    cells = next(csv.reader(io.StringIO(write_rows([vote]))))
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.text(max_size=300))
def test_any_text_at_all_is_read(text):
    votes, findings = read_votes(text, "AB")
    assert all(f.span.file == "screening/AB.csv" for f in findings)
    assert all(v.record for v in votes)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("doi:10.1000/x,full txt,include,,,", "`full txt` is no stage"),
        ("doi:10.1000/x,full text,yes,,,", "`yes` is no decision"),
        (",full text,include,,,", "a vote without its record"),
        ("doi:10.1000/x,full text,include,,yesterday,", "`yesterday` is no time"),
        ("doi:10.1000/x,full text,include,,2026-02-30,", "`2026-02-30` is no time"),
        ("doi:10.1000/x,full text,include,,2026-02-03T25:00,", "`2026-02-03T25:00` is no time"),
        ("doi:10.1000/x,full text,exclude,a, b, or c,,", "2 more cells than columns"),
        ('doi:10.1000/x,full text,exclude,"open', "not readable as a row"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_rest_is_read(bad, message):
    votes, findings = read_votes(f"{HEADER}{row(1, 'include')}{bad}\n{row(2, 'exclude')}", "AB")
    assert [v.record for v in votes] == ["doi:10.1000/case1", "doi:10.1000/case2"]
    assert [f.code for f in findings] == ["vote-unreadable"]
    assert str(findings[0].span) == "screening/AB.csv:3:1"
    assert message in findings[0].message


def test_a_spreadsheet_with_semicolons_and_moved_columns_is_read_and_added_to():
    text = "\ufeffdecision;record;stage;reason;time;note\r\nexclude;pmid:1;full text;a, b;;\r\n"
    votes, findings = read_votes(text, "AB")
    assert not findings
    assert told(votes[0]) == ("pmid:1", "full text", "exclude", "a, b", "", "")
    more = with_votes(text, [Vote("pmid:2", Stage.TITLE, Choice.INCLUDE)], "AB")
    assert more == text + "include;pmid:2;title and abstract;;;\n"


def test_a_file_without_the_columns_is_told_and_never_added_to():
    votes, findings = read_votes("name,verdict\nx,y\n", "AB")
    assert votes == []
    assert findings[0].code == "votes-columns"
    assert "record, stage, decision" in findings[0].message
    with pytest.raises(ValueError, match="does not begin with record,stage"):
        with_votes("name,verdict\nx,y\n", [], "AB")


def test_rows_that_go_back_in_time_are_noted():
    text = HEADER + "pmid:1,full text,include,,2026-02-01,\npmid:2,full text,include,,2026-01-01,\n"
    votes, findings = read_votes(text, "AB")
    assert len(votes) == 2
    assert [f.code for f in findings] == ["vote-out-of-order"]


@pytest.mark.parametrize("name", ["../AB", "a/b", "", "a\nb", "=x", ".hidden", "x" * 80, "a."])
def test_a_name_that_is_no_file_name_is_no_reviewer(name):
    assert not is_reviewer(name)


@pytest.mark.parametrize("name", ["con", "AUX", "Nul.x", "prn", "COM1", "lpt9", "com¹", "aux .b"])
def test_a_name_that_windows_gives_to_no_file_is_no_reviewer(name):
    message, hint = name_fault(name) or ("", "")
    assert "on Windows" in message
    offered = hint.partition("`")[2].rstrip("`")
    assert is_reviewer(offered)


@pytest.mark.parametrize("name", ["merges", "Merges", "MERGES"])
def test_a_name_that_stands_for_another_file_is_no_reviewer(name):
    assert name_fault(name) == (
        f"`{name}` stands for the merges in screening/",
        f"use another name, as `{name} 1`",
    )


@pytest.mark.parametrize("name", ["Conrad", "Aux Berg", "com", "lpt10", "merges 1", "N. Ull"])
def test_a_name_that_only_resembles_one_is_a_reviewer(name):
    assert is_reviewer(name)


def test_what_a_terminal_would_obey_is_taken_out():
    votes, findings = read_votes(f"{HEADER}pmid:\x1b[31m1,full text,maybe,,,\n", "AB")
    assert votes == []
    assert "\x1b" not in findings[0].message + findings[0].subject


@pytest.mark.parametrize(
    "name", ["AB", "O'Neil", "Ágnes", "A\u0301gnes", "निर्मला", "佐藤", "สมชาย", "A. B-C"]
)
def test_a_name_of_any_script_is_a_reviewer(name):
    assert is_reviewer(name)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("AB", "ab", True),
        ("Ágnes", "A\u0301gnes", True),
        ("STRAẞE", "strasse", True),
        ("AB", "AC", False),
        ("AB", "A B", False),
    ],
)
def test_names_that_differ_by_accident_are_told(one, other, same):
    assert (name_key(one) == name_key(other)) is same
