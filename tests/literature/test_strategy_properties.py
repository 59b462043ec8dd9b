"""What holds for every strategy and every record."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.literature import searched

from paucity.literature.record import Record
from paucity.literature.strategy import (
    And,
    DateField,
    DateRange,
    Filter,
    Not,
    Or,
    Strategy,
    lint,
    notes_on,
    parse_strategy,
    translate,
)
from paucity.literature.strategy.evaluate import Given, judge, matches
from paucity.literature.strategy.nodes import Line
from paucity.literature.strategy.show import show, show_strategy
from paucity.literature.strategy.view import View

NOTHING = Given()


def truth(node, record):
    return judge(node, View(record), NOTHING, {})


def alone(node):
    return Strategy((Line(1, node, ""),))


@given(searched.trees(searched.leaves))
def test_a_tree_written_and_read_again_is_the_same(tree):
    assert parse_strategy(show(tree), syntax="pubmed").lines[0].node == tree


@given(searched.trees(searched.leaves), searched.trees(searched.leaves), searched.records)
def test_de_morgan(a, b, record):
    everything = Filter("all")
    either = truth(Not(everything, Or((a, b))), record)
    assert either == truth(And((Not(everything, a), Not(everything, b))), record)
    both = truth(Not(everything, And((a, b))), record)
    assert both == truth(Or((Not(everything, a), Not(everything, b))), record)


@given(searched.trees(searched.leaves), searched.leaves, searched.records)
def test_one_more_alternative_never_finds_less_and_one_more_condition_never_more(a, b, record):
    order = {False: 0, None: 1, True: 2}
    held = order[truth(a, record)]
    assert order[truth(Or((a, b)), record)] >= held
    assert order[truth(And((a, b)), record)] <= held
    assert order[truth(Not(a, b), record)] <= held


years = st.builds(
    DateRange,
    st.just(DateField.PUBLICATION),
    st.sampled_from(("1999", "2001", "")),
    st.sampled_from(("2005", "2012")),
)


@settings(max_examples=200)
@given(
    searched.trees(searched.plain, 6),
    st.one_of(st.none(), years),
    st.lists(searched.records, max_size=5),
)
def test_ovid_finds_what_pubmed_finds(tree, limit, records):
    node = tree if limit is None else And((tree, limit))
    text, _ = translate(alone(node), "ovid")
    back = parse_strategy(text, syntax="ovid")
    assert [f for f in back.findings if f.severity != "note"] == []
    for record in records:
        assert matches(back, record) == truth(node, record), text


@given(searched.trees(searched.leaves), searched.records)
def test_references_to_lines_change_nothing(tree, record):
    lines = f"#1 {show(tree)}\n#2 fever[ti]\n#3 #1 OR #2"
    parted = parse_strategy(lines, syntax="pubmed")
    whole = parse_strategy(f"({show(tree)}) OR fever[ti]", syntax="pubmed")
    assert matches(parted, record) == matches(whole, record)


PIECES = st.sampled_from(
    (
        "(", ")", "[", "]", '"', "“", "AND", "or", "NOT", "#1", "#", "1", "2.", ":", "*", "$", "?",
        "fever", "[tiab]", "[mh:noexp]", "[dp]", "[tiab:~3]", "2000", "2000:3000", "adj3", "exp ",
        "/", ".ti,ab.", ".mp.", "or/1-3", "limit 1 to ", "yr=", "\n", "\t", "//", "&", "|", "é",
        "last 5 years", "\ufeff", "\x00", "9999999999",
    )
)  # fmt: skip


@settings(max_examples=400)
@given(
    st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join),
              st.lists(PIECES, max_size=14).map("".join)),
    st.sampled_from((None, "pubmed", "ovid")),
)  # fmt: skip
def test_no_text_raises_anything(text, syntax):
    strategy = parse_strategy(text, syntax=syntax)
    for finding in lint(strategy):
        assert 1 <= finding.span.line <= text.count("\n") + text.count("\r") + 1
        assert finding.message
    matches(strategy, Record(title="Fever of 2000", abstract="fever"))
    notes_on(strategy)
    show_strategy(strategy)
    for target in ("pubmed", "ovid", "europepmc"):
        translate(strategy, target)
