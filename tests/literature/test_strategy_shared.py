"""Real published strategies are read, and run over real citations."""

import json
import re

import pytest
from tests.literature.support import shared

from paucity.literature import read_file
from paucity.literature.strategy import lint, parse_strategy, run, translate
from paucity.literature.strategy.nodes import (
    And,
    Line,
    MeSH,
    Not,
    PublicationType,
    Strategy,
    Subheading,
    Term,
)
from paucity.literature.strategy.show import show_strategy
from paucity.literature.strategy.walk import every
from paucity.text import Severity


@pytest.fixture(scope="module")
def queries():
    text = shared("data/exports/queries/pubmed-queries.jsonl").read_text(encoding="utf-8")
    return {d["id"]: d["query"] for d in map(json.loads, text.splitlines())}


def test_every_real_strategy_is_read_without_error(queries):
    assert len(queries) == 20
    faults = [
        (name, f.code, f.span)
        for name, query in queries.items()
        for f in parse_strategy(query).findings
        if f.severity is Severity.ERROR
    ]
    assert faults == []


def test_no_tagged_term_of_a_real_strategy_is_lost(queries):
    """Each tag in the text is one leaf of the tree: a count made without our parser."""
    for query in queries.values():
        leaves = [
            node
            for node in every(parse_strategy(query))
            if isinstance(node, MeSH | Subheading | PublicationType)
            or (isinstance(node, Term) and node.field is not None)
        ]
        assert len(leaves) == len(re.findall(r"\[[A-Za-z/ ]+\]", query))


def test_what_is_doubtful_in_the_real_strategies_is_found(queries):
    found = {
        name: {f.code for f in parse_strategy(query).findings} for name, query in queries.items()
    }
    # `Atonic[tiab] Impaired[tiab]` within a list of alternatives, as printed
    assert "strategy-operator-implied" in found["39"]
    # `Humans[Mesh]/))`
    assert "strategy-sign-alone" in found["60"]
    # `((dementia ...) OR (caregivers ...)) OR ((cultural ...) AND care) AND (africa ...)`
    assert "strategy-operators-mixed" in found["46"]


def test_what_the_words_of_the_real_strategies_give_is_as_printed_there(queries):
    """Each of these was looked at in the text: an untagged term, a hyphen, and nothing else."""
    codes = {"strategy-tag-missing": set(), "strategy-hyphen": set()}
    others = ("smart-quotes", "operator-case", "term-repeated", "operators-mixed",
              "operator-implied", "sign-alone")  # fmt: skip
    for query in queries.values():
        for f in lint(parse_strategy(query)):
            if f.code.removeprefix("strategy-") not in others:
                codes[f.code].add(f.message.partition("`")[2].partition("`")[0])
    assert codes == {
        "strategy-tag-missing": {"OPTC", "Silver"},
        "strategy-hyphen": {"Post-mortem", "beta-Lactams", "PMS-Bethanechol"},
    }


def test_real_strategies_are_written_and_read_again(queries):
    for query in queries.values():
        strategy = parse_strategy(query)
        again = parse_strategy(show_strategy(strategy))
        assert again.lines[0].node == strategy.lines[0].node
        assert [f for f in again.findings if f.code != "strategy-operator-implied"] == []


def test_real_strategies_find_the_same_in_ovid_s_syntax(queries):
    pytest.importorskip("lxml")
    path = shared("data/exports/pubmed/pubmedsample18n0001.xml.gz")
    records = read_file(path).records[:500]
    total = 0
    for query in queries.values():
        for block in blocks(parse_strategy(query).lines[0].node):
            strategy = Strategy((Line(1, block, ""),))
            text, _ = translate(strategy, "ovid")
            found = run(strategy, records)[-1].matched
            assert run(parse_strategy(text, syntax="ovid"), records)[-1].matched == found
            total += len(found)
    assert total > 1000


def blocks(node):
    """Return what a strategy joins by AND and NOT: the parts that each find something."""
    match node:
        case And(operands):
            return [b for x in operands for b in blocks(x)]
        case Not(left, right):
            return [*blocks(left), *blocks(right)]
        case _:
            return [node]
