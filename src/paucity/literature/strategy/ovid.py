"""Read one line in Ovid's syntax for MEDLINE.

``exp Heading/``, ``*Heading/dt, th``, ``words.ti,ab.``, ``a adj3 b``, ``1 or 2``, ``or/1-3``,
``limit 5 to (english language and yr="2000 -Current")``; ``*``, ``$`` and ``:`` for any letters,
``$3`` for at most three, ``#`` for one, ``?`` for one or none. Words side by side are a phrase.

``adjN`` finds words at most N apart, in any order, so N - 1 stand between them; ``adj`` alone keeps
the order.

Sources: "Targeted Searching using Term Variants (Operators)", Ovid Training
(https://tools.ovid.com/ovidgo/searches/view.php?id=53), on adjacency; "Ovid search tips", Yale
(http://www.library.yale.edu/scilib/help/ovidtips.html), after Ovid's help, on truncation.
"""

from __future__ import annotations

import re
from typing import Final

from paucity.literature.strategy.fields import subheading
from paucity.literature.strategy.limits import read_limits
from paucity.literature.strategy.nodes import (
    And,
    Filter,
    LineRef,
    MeSH,
    Node,
    Or,
    Unread,
)
from paucity.literature.strategy.ovid_fields import (
    Bare,
    Chain,
    Group,
    Item,
    choices,
    finished,
    place,
)
from paucity.literature.strategy.scan import QUOTES, Source, fault

MAX_DEPTH: Final = 100
LONGEST_TAIL: Final = 60
"""Most characters that are looked through for the fields behind a word."""

_TAIL: Final = re.compile(
    r"\.(?P<codes>[a-z]{2}(?:\s?,\s?[a-z]{2})*)\.?(?![\w.])(?:\s*\[mp=[^\]\n]*\])?", re.IGNORECASE
)
_HEADING: Final = re.compile(
    r"(?P<pre>(?:exp\s{1,9}|\*\s?){0,4})"
    r"(?P<name>[^\W_][^/\n()\[\]\"]{0,150}(?:\([^()\n/]{0,60}\)[^/\n()\[\]\"]{0,60}){0,3})/"
    r"(?P<quals>[a-z]{2}(?:\s?,\s?[a-z]{2})*(?![\w]))?(?P<said>\s*\[[^\]\n]*\])?",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"(?P<op>and|or)/(?P<lines>[\d\s,-]*\d)", re.IGNORECASE)
_LIMIT: Final = re.compile(r"limit\s+(?P<line>\d{1,4})\s+to\s+", re.IGNORECASE)
_ADJ: Final = re.compile(r"adj(\d{0,2})", re.IGNORECASE)
_WORD: Final = re.compile(rf"[^\s(){QUOTES}]+")
_OPERATOR: Final = re.compile(r"(?:and|or|not|adj\d{0,2})(?=[\s()]|$)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"(?:^|\s)(?:or|not|adj\d*)\s", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W_]")
_SIGNS: Final = re.compile(r"[!+;<>=\\^_{}~%&|\[\],:'’.]+")


def parse_ovid(source: Source, start: int, end: int) -> Node | None:
    """Return the tree of a stretch of text; None if nothing of it could be read."""
    body = source.text[start:end]
    deepest = depth = 0
    for char in body:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        message = f"parentheses are nested {deepest} deep; at most {MAX_DEPTH} are read"
        fault(source, "strategy-too-deep", start, message, "write it as several lines")
        return None
    return _Parser(source, start, end).whole()


class _Parser:
    """Walk over the text of one line."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.text = source.text
        self.pos = start
        self.end = end

    def skip(self) -> None:
        while self.pos < self.end and self.text[self.pos].isspace():
            self.pos += 1

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self.skip()
        return pattern.match(self.text, self.pos, self.end)

    def peek(self) -> str:
        self.skip()
        return self.text[self.pos] if self.pos < self.end else ""

    def whole(self) -> Node | None:
        found: list[Node] = []
        while self.peek():
            drafts, operators = self.expression()
            node = finished(self.source, self.joined(drafts, operators), None)
            if node is not None:
                found.append(node)
            if self.peek() == ")":
                message = "a closing parenthesis without an opening one"
                hint = "remove it, or open it where it should begin"
                fault(self.source, "strategy-parenthesis", self.pos, message, hint)
                self.pos += 1
        if len(found) > 1:
            return And(tuple(found), found[0].at)
        return found[0] if found else None

    def expression(self) -> tuple[list[Item], list[str]]:
        """Read operands and the operators between them, up to a closing parenthesis."""
        operands: list[Item] = []
        operators: list[str] = []
        pending, place = "", self.pos
        while (char := self.peek()) and char != ")":
            found = self.match(_OPERATOR)
            if found and not _RANGE.match(self.text, self.pos, self.end):
                pending, place = self.operator(pending, found), found.start()
                continue
            begin = self.pos
            operand = self.operand()
            self.pos = max(self.pos, begin + 1)
            if operand is None:
                continue
            self.lacking(pending, place, begin, operands, operators)
            operands.append(operand)
            pending = ""
        if pending:
            self.alone(pending, place, "after")
        if "and" in operators and "or" in operators:
            message = "and, or stand together without parentheses and are taken from left to right"
            hint = "put parentheses around what belongs together"
            self.source.fault("strategy-operators-mixed", place, message, hint)
        return operands, operators

    def operator(self, pending: str, found: re.Match[str]) -> str:
        if pending:
            message = f"two operators together: {pending} {found[0]}"
            hint = "keep one; the first is used"
            fault(self.source, "strategy-operator-twice", self.pos, message, hint)
        self.pos = found.end()
        return pending or found[0].casefold()

    def lacking(
        self, pending: str, place: int, begin: int, operands: list[Item], operators: list[str]
    ) -> None:
        """Note the operator before an operand, or say that there is none, or nothing before it."""
        if operands:
            if not pending:
                message = "no operator stands before this; it is read as AND"
                hint = "write the operator that is meant"
                self.source.fault("strategy-operator-implied", begin, message, hint)
            operators.append(pending or "and")
        elif pending:
            self.alone(pending, place, "before")
            if pending == "not":
                operands.append(Filter("all", self.source.at(place)))
                operators.append("not")

    def alone(self, operator: str, place: int, side: str) -> None:
        message = f"nothing stands {side} {operator.upper()}"
        hint = "complete it, or remove the operator"
        fault(self.source, "strategy-operator-alone", place, message, hint)

    def joined(self, operands: list[Item], operators: list[str]) -> Item | None:
        """Join operands: adjacency binds closest, the rest goes from left to right."""
        if not operands:
            return None
        groups: list[Item] = [operands[0]]
        outer: list[str] = []
        for operator, operand in zip(operators, operands[1:], strict=True):
            if operator.startswith("adj"):
                groups[-1] = self.chained(groups[-1], operator, operand)
            else:
                outer.append(operator)
                groups.append(operand)
        if not outer:
            return groups[0]
        return Group(tuple(groups), tuple(outer))

    def chained(self, left: Item, operator: str, right: Item) -> Item:
        found = _ADJ.fullmatch(operator)
        number = found[1] if found else ""
        distance, ordered = max(0, int(number or 1) - 1), not number
        a, b = choices(left), choices(right)
        at = place(left)
        if isinstance(left, Chain) and b and (left.distance, left.ordered) == (distance, ordered):
            return Chain((*left.parts, b), distance, ordered, at)
        if a and b:
            return Chain((a, b), distance, ordered, at)
        offset = self.source.starts[at.line - 1] + at.column - 1
        message = f"{operator} joins more than words and choices of words; that is not read"
        hint = "write the pairs out, joined by or"
        fault(self.source, "strategy-adjacency", offset, message, hint)
        return Unread(operator, at)

    def operand(self) -> Item | None:
        start = self.pos
        if self.peek() == "(":
            return self.group()
        if found := self.match(_RANGE):
            self.pos = found.end()
            return self.range(found)
        if found := self.match(_LIMIT):
            return self.limit(found)
        if (found := self.match(_HEADING)) and (heading := self.heading(found)) is not None:
            return heading
        if self.peek() in QUOTES:
            return self.quoted()
        words = self.words()
        if not words:
            return None
        at = self.source.at(start)
        if words.isdigit() and len(words) <= 4 and self.match(_TAIL) is None:
            return LineRef(int(words), at)
        return self.tailed(Bare(words, quoted=False, at=at))

    def group(self) -> Item | None:
        opened = self.pos
        self.pos += 1
        inner = self.joined(*self.expression())
        if self.peek() == ")":
            self.pos += 1
        else:
            message = "this parenthesis is never closed"
            fault(self.source, "strategy-parenthesis", opened, message, "close it")
        if inner is None:
            message = "nothing stands between the parentheses"
            fault(self.source, "strategy-operator-alone", opened, message, "remove them")
            return None
        return self.tailed(inner)

    def tailed(self, item: Item) -> Item:
        """Give an operand the fields written right behind it."""
        found = _TAIL.match(self.text, self.pos, self.end)
        if found is None:
            return item
        self.pos = found.end()
        codes = tuple(code.strip().casefold() for code in found["codes"].split(","))
        return finished(self.source, item, codes) or item

    def quoted(self) -> Item:
        start = self.pos
        stop = next((i for i in range(start + 1, self.end) if self.text[i] in QUOTES), self.end)
        if stop == self.end:
            hint = 'close the phrase with a `"`'
            fault(self.source, "strategy-quote-open", start, "a quote that is never closed", hint)
        self.pos = min(stop + 1, self.end)
        words = _words(self.text[start + 1 : stop])
        return self.tailed(Bare(words, quoted=True, at=self.source.at(start)))

    def words(self) -> str:
        """Take the words of a phrase: up to an operator, a parenthesis or the fields."""
        taken: list[str] = []
        while found := self.match(_WORD):
            if taken and _OPERATOR.match(self.text, self.pos, self.end):
                break
            word = found[0]
            tail = next((m for m in _TAIL.finditer(word) if m.end() == len(word)), None)
            if tail is None and (long := _tail_in(self.text, self.pos, self.end, found.end())):
                tail = long
                taken.append(self.text[self.pos : tail.start()])
                self.pos = tail.start()
                break
            if tail is not None:
                taken.append(word[: tail.start()])
                self.pos += tail.start()
                break
            taken.append(word)
            self.pos = found.end()
        return _words(" ".join(taken))

    def heading(self, found: re.Match[str]) -> Node | None:
        """Read ``exp *Heading/dt, th``; words before a slash that are no heading are left alone."""
        name = found["name"].strip()
        if not _is_heading(name, found["pre"]):
            return None
        self.pos = found.end()
        at = self.source.at(found.start())
        explode = "exp" in found["pre"].casefold()
        major = "*" in found["pre"]
        codes = [c.strip() for c in (found["quals"] or "").split(",") if c.strip()]
        names = [subheading(code) for code in codes]
        for code, full in zip(codes, names, strict=True):
            if not full:
                message = f"`{code}` is no subheading of MeSH"
                hint = "see the list of subheadings in PubMed's help"
                self.source.fault("strategy-subheading-unknown", found.start(), message, hint)
        headings = [MeSH(name, full, explode, major, at) for full in names if full]
        if not headings:
            return MeSH(name, "", explode, major, at)
        return headings[0] if len(headings) == 1 else Or(tuple(headings), at)

    def range(self, found: re.Match[str]) -> Node:
        at = self.source.at(found.start())
        numbers: list[int] = []
        for part in found["lines"].split(","):
            first, _, last = (x.strip() for x in part.partition("-"))
            if first.isdigit() and (not last or last.isdigit()):
                numbers.extend(range(int(first), min(int(last or first), int(first) + 999) + 1))
        refs = tuple(LineRef(n, at) for n in dict.fromkeys(numbers))
        if len(refs) < 2:
            return refs[0] if refs else Unread(found[0], at)
        return (And if found["op"].casefold() == "and" else Or)(refs, at)

    def limit(self, found: re.Match[str]) -> Node:
        at = self.source.at(found.start())
        body = self.text[found.end() : self.end]
        self.pos = self.end
        limits = read_limits(self.source, body, found.end())
        return (
            And((LineRef(int(found["line"]), at), *limits), at)
            if limits
            else LineRef(int(found["line"]), at)
        )


def _is_heading(name: str, before: str) -> bool:
    """Tell a heading from words and an operator that stand before one: ``hlh and Fever/``.

    >>> _is_heading("Wounds and Injuries", ""), _is_heading("hlh and Fever", "")
    (True, False)
    """
    if not name or name.isdigit() or "." in name or _BETWEEN.search(name):
        return False
    words = name.split()
    return "and" not in words or bool(before.strip()) or (name[0].isupper() and words[0] != "and")


def _tail_in(text: str, start: int, end: int, stop: int) -> re.Match[str] | None:
    """Return the fields that begin in a word and go on behind a space: ``hlh.ti, ab.``."""
    for found in _TAIL.finditer(text, start, min(end, stop + LONGEST_TAIL)):
        if found.start() >= stop:
            return None
        if found.start() > start:
            return found
    return None


def _words(text: str) -> str:
    """Return words divided by one space, without the signs that Ovid passes over."""
    text = re.sub(r"\*(?=\d)", "$", text)
    text = re.sub(r"\$(?!\d)|(?<=\w):(?=\s|$)", "*", text)
    return " ".join(_SIGNS.sub(" ", text).split())
