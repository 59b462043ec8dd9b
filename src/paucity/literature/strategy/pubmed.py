"""Read one line in PubMed's syntax: from left to right, whatever the operators are.

As the PubMed User Guide has it: AND, OR and NOT in capitals, taken in the order they stand in;
parentheses; a tag in square brackets after its term; quotes for phrases; ``*`` at the end of a
word; ``"..."[tiab:~N]`` for words near each other; ``2000:2016[dp]``; ``#1`` for another line.

What cannot be read gives a finding, and the rest is read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.dates import read_range
from paucity.literature.strategy.fields import TAGS, Tag, read_tag
from paucity.literature.strategy.leaf import leaf
from paucity.literature.strategy.nodes import (
    And,
    DateField,
    DateRange,
    Field,
    Filter,
    LineRef,
    Node,
    Not,
    Or,
    Recent,
    Term,
    Unread,
)
from paucity.literature.strategy.scan import Source, Token, fault, scan
from paucity.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 100
"""Deepest nesting of parentheses that is read."""

_LETTER: Final = re.compile(r"[^\W_]")
_LOWER: Final = frozenset({"and", "or", "not"})


def parse_pubmed(source: Source, start: int, end: int, *, numbers: bool = False) -> Node | None:
    """Return the tree of a stretch of text; None if nothing of it could be read.

    With `numbers` bare numbers are the numbers of other lines.
    """
    tokens = scan(source, start, end)
    if numbers:
        tokens = [replace(t, kind="reference") if t.text.isdigit() else t for t in tokens]
    depth = deepest = 0
    for token in tokens:
        depth += (token.kind == "(") - (token.kind == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        message = f"parentheses are nested {deepest} deep; at most {MAX_DEPTH} are read"
        fault(source, "strategy-too-deep", start, message, "write it as several lines")
        return None
    return _Parser(source, tokens).whole()


class _Run:
    """Operands being joined from left to right."""

    def __init__(self) -> None:
        self.operator = ""
        self.operands: list[Node] = []
        self.seen: list[str] = []

    def add(self, operator: str, operand: Node) -> None:
        if not self.operands:
            self.operands = [operand]
            return
        self.seen.append(operator)
        if operator == self.operator and operator != "NOT":
            self.operands.append(operand)
            return
        left = self.node()
        self.operator, self.operands = operator, [left, operand]

    def node(self) -> Node:
        """Return what has been joined so far."""
        first = self.operands[0]
        if len(self.operands) == 1:
            return first
        if self.operator == "NOT":
            return Not(first, self.operands[1], first.at)
        return (And if self.operator == "AND" else Or)(tuple(self.operands), first.at)


class _Parser:
    """Walk over the tokens of one line."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def after(self, count: int = 1) -> Token:
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def whole(self) -> Node | None:
        run = _Run()
        while True:
            node = self.expression()
            if node is not None:
                run.add("AND", node)
            if self.token.kind == "end":
                return run.node() if run.operands else None
            hint = "remove it, or open it where it should begin"
            message = "a closing parenthesis without an opening one"
            fault(self.source, "strategy-parenthesis", self.token.start, message, hint)
            self.index += 1

    def expression(self) -> Node | None:
        """Read up to a closing parenthesis or the end."""
        run = _Run()
        pending: Token | None = None
        begin = self.token.start
        while self.token.kind not in {")", "end"}:
            if self.is_operator(run):
                pending = self.operator(pending)
                continue
            operand = self.operand()
            if operand is None:
                continue
            if pending is not None and not run.operands:
                self.leading(pending, run)
            elif pending is None and run.operands:
                self.implied(operand)
            run.add(pending.text.upper() if pending else "AND", operand)
            pending = None
        if pending is not None:
            message = f"nothing stands after {pending.text}"
            hint = "complete it, or remove the operator"
            fault(self.source, "strategy-operator-alone", pending.start, message, hint)
        if "AND" in run.seen and "OR" in run.seen:
            self.mixed(begin, run)
        return run.node() if run.operands else None

    def is_operator(self, run: _Run) -> bool:
        """Tell whether an operator stands here; one in small letters only between whole terms."""
        token = self.token
        if token.kind == "operator":
            return True
        if token.kind != "word" or token.text.casefold() not in _LOWER:
            return False
        before = self.tokens[self.index - 1].kind if self.index else "end"
        whole = before in {")", "tag", "quoted", "reference"} and bool(run.operands)
        if not whole and self.after().kind not in {"(", "quoted", "reference"}:
            return False
        if self.after().kind in {"end", ")", "tag"}:
            return False
        message = f"`{token.text}` is read as {token.text.upper()}"
        hint = "PubMed asks for operators in capitals"
        self.source.fault("strategy-operator-case", token.start, message, hint)
        return True

    def operator(self, pending: Token | None) -> Token:
        token = self.token
        self.index += 1
        if pending is None:
            return token
        both = f"{pending.text} {token.text}"
        if both.upper() == "AND NOT":
            message, hint = "AND NOT is read as NOT", "write NOT alone"
            self.source.fault("strategy-operator-twice", pending.start, message, hint)
            return token
        message, hint = f"two operators together: {both}", "keep one; the first is used"
        fault(self.source, "strategy-operator-twice", pending.start, message, hint)
        return pending

    def leading(self, pending: Token, run: _Run) -> None:
        """Say that nothing stands before an operator; NOT then takes from everything."""
        message = f"nothing stands before {pending.text}"
        hint = "write what comes before it, or remove the operator"
        fault(self.source, "strategy-operator-alone", pending.start, message, hint)
        if pending.text.upper() == "NOT":
            run.add("AND", Filter("all", self.source.at(pending.start)))

    def implied(self, operand: Node) -> None:
        message = "no operator stands before this term; it is read as AND, as PubMed does"
        place = operand.at
        offset = self.source.starts[place.line - 1] + place.column - 1
        hint = "write the operator that is meant"
        self.source.fault("strategy-operator-implied", offset, message, hint)

    def mixed(self, begin: int, run: _Run) -> None:
        order = " ".join(dict.fromkeys(run.seen))
        message = f"{order} stand together without parentheses and are taken from left to right"
        hint = "put parentheses around what belongs together: other databases take AND first"
        self.source.fault("strategy-operators-mixed", begin, message, hint)

    def operand(self) -> Node | None:
        token = self.token
        if token.kind == "(":
            return self.group()
        if token.kind == "reference":
            self.index += 1
            return LineRef(int(token.text), self.source.at(token.start))
        if token.kind == "tag":
            self.index += 1
            message = f"the tag [{token.text}] has no term before it"
            fault(self.source, "strategy-tag-alone", token.start, message, "write term, then tag")
            return None
        if token.kind == "quoted":
            self.index += 1
            text, quoted = token.text, True
        else:
            text, quoted = self.words(), False
        tag, raw = self.tag()
        if tag is not None and tag.date is not None and _LETTER.search(text):
            return self.dated(text, tag.date, raw, token)
        return leaf(self.source, text, tag, token.start, quoted=quoted)

    def group(self) -> Node | None:
        opened = self.token
        self.index += 1
        empty = self.token.kind == ")"
        node = self.expression()
        if self.token.kind == ")":
            self.index += 1
        else:
            message = "this parenthesis is never closed"
            fault(self.source, "strategy-parenthesis", opened.start, message, "close it")
        if empty:
            message = "nothing stands between the parentheses"
            fault(self.source, "strategy-operator-alone", opened.start, message, "remove them")
        if self.token.kind == "tag" and node is not None:
            node = self.tagged_group(node)
        return node

    def tagged_group(self, node: Node) -> Node:
        """Give the tag after a parenthesis to the terms inside that have none."""
        place = self.token.start
        tag, raw = self.tag()
        message = f"the tag [{raw}] after a parenthesis is given to each untagged term inside"
        hint = "tag each term: PubMed documents tags only after terms"
        self.source.fault("strategy-tag-on-group", place, message, hint)
        if tag is None or tag.date is not None:
            return node

        def give(term: Term) -> Node:
            offset = self.source.starts[term.at.line - 1] + term.at.column - 1
            return leaf(self.source, term.text, tag, offset, quoted=term.phrase) or term

        return _untagged(node, give)

    def words(self) -> str:
        """Take words up to what cannot belong to the same term."""
        first = self.index
        while self.token.kind == "word":
            if self.index > first and self.token.text.casefold() in _LOWER:
                if self.after().kind in {"(", "quoted", "reference"}:
                    break
                message = f"`{self.token.text}` in small letters is read as a word of the term"
                hint = "write it in capitals if it joins two terms, or put the phrase in quotes"
                self.source.fault("strategy-operator-case", self.token.start, message, hint)
            self.index += 1
        return " ".join(t.text for t in self.tokens[first : self.index])

    def tag(self) -> tuple[Tag | None, str]:
        """Take a tag if one stands here; an unknown one is told of and then means all fields."""
        if self.token.kind != "tag":
            return None, ""
        token = self.token
        self.index += 1
        tag = read_tag(token.text)
        if tag is None:
            hint = did_you_mean(token.text.casefold(), TAGS) or "see the list of tags in the docs"
            message = f"PubMed has no tag [{token.text}]; the term is searched in all fields"
            fault(self.source, "strategy-tag-unknown", token.start, message, hint)
            return Tag("text", field=Field.ALL), token.text
        if tag.field is Field.ABSTRACT:
            message = "PubMed's help lists no tag for the abstract alone"
            self.source.fault("strategy-tag-unknown", token.start, message, "write [tiab]")
        return tag, token.text

    def dated(self, text: str, field: DateField, raw: str, token: Token) -> Node:
        """Read a date, and the second one of a range whose dates have each their tag."""
        at = self.source.at(token.start)
        if self.token.kind == "word" and self.token.text.startswith(":"):
            text += ":" + self.second_date()
        node: DateRange | Recent | None = read_range(text, field, at)
        if node is not None:
            return node
        message = f"`{text}` is no date or range for [{raw}]"
        hint = 'write 2016, 2016/05/31, 2000:2016 or "last 5 years"'
        fault(self.source, "strategy-date-unreadable", token.start, message, hint)
        return Unread(f"{text}[{raw}]", at)

    def second_date(self) -> str:
        text = self.token.text[1:]
        self.index += 1
        if not text and self.token.kind in {"word", "quoted"}:
            text = self.token.text
            self.index += 1
        if self.token.kind == "tag":
            self.tag()
        return text


def _untagged(node: Node, give: Callable[[Term], Node]) -> Node:
    """Return a tree with every untagged term replaced."""
    match node:
        case Term(field=None):
            return give(node)
        case And(operands, at):
            return And(tuple(_untagged(x, give) for x in operands), at)
        case Or(operands, at):
            return Or(tuple(_untagged(x, give) for x in operands), at)
        case Not(left, right, at):
            return Not(_untagged(left, give), _untagged(right, give), at)
        case _:
            return node
