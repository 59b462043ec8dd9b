"""Take a strategy's text apart into words, quotes, tags, brackets and operators."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from paucity.literature.strategy.nodes import At
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["(", ")", "word", "quoted", "tag", "operator", "reference", "end"]

QUOTES: Final = '"\u201c\u201d\u201e\u201f\u2033\uff02\u00ab\u00bb'
_WORD: Final = re.compile(rf"[^\s()\[\]&|{QUOTES}]+")
_REFERENCE: Final = re.compile(r"#(\d{1,4})(?![\w-])")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a strategy: what kind, what it says, and where it begins and ends."""

    kind: Kind
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Source:
    """A strategy's text being read: its name, where its lines begin, and the findings so far."""

    text: str
    name: str
    findings: list[Finding] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [0, *(m.end() for m in re.finditer(r"\n", self.text))]

    def at(self, offset: int) -> At:
        """Return line and column of a character."""
        line = bisect_right(self.starts, offset)
        return At(line, offset - self.starts[line - 1] + 1)

    def fault(
        self,
        code: str,
        offset: int,
        message: str,
        hint: str = "",
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note something at a character."""
        place = self.at(offset)
        span = Span(self.name, place.line, place.column)
        self.findings.append(Finding(code, severity, span, message, hint, self.name))


def fault(source: Source, code: str, offset: int, message: str, hint: str = "") -> None:
    """Note something that keeps a part of the strategy from being read as meant."""
    source.fault(code, offset, message, hint, Severity.ERROR)


def scan(source: Source, start: int, end: int) -> list[Token]:
    """Return the tokens of a stretch of text, closed by one of kind ``end``.

    A quote or tag that is never closed ends where the next part begins, and a finding says so.
    """
    tokens = list(_tokens(source, start, end))
    tokens.append(Token("end", "", end, end))
    return tokens


def _tokens(source: Source, at: int, end: int) -> Iterator[Token]:
    text = source.text
    curly = False
    while at < end:
        char = text[at]
        if char.isspace():
            at += 1
            continue
        if char in QUOTES:
            token, curly = _quoted(source, at, end, curly=curly)
        elif char == "[":
            token = _tag(source, at, end)
        else:
            token = _plain(source, at, end)
        if token.kind != "end":
            yield token
        at = token.end


def _plain(source: Source, at: int, end: int) -> Token:
    text = source.text
    char = text[at]
    if char == "(":
        return Token("(", char, at, at + 1)
    if char == ")":
        return Token(")", char, at, at + 1)
    if char in "&|":
        return Token("operator", "AND" if char == "&" else "OR", at, at + 1)
    if char == "]":
        fault(source, "strategy-tag-open", at, "a `]` without a `[` before it", "remove it")
        return Token("end", "", at, at + 1)
    if found := _REFERENCE.match(text, at, end):
        return Token("reference", found[1], at, found.end())
    found = _WORD.match(text, at, end)
    stop = found.end() if found else at + 1
    word = text[at:stop]
    return Token("operator" if word in _OPERATORS else "word", word, at, stop)


def _quoted(source: Source, at: int, end: int, *, curly: bool) -> tuple[Token, bool]:
    text = source.text
    stop = next((i for i in range(at + 1, end) if text[i] in QUOTES), end)
    inside = text[at + 1 : stop]
    if stop == end or "[" in inside:
        hint = 'close the phrase with a `"`'
        fault(source, "strategy-quote-open", at, "a quote that is never closed", hint)
        stop = next((i for i in range(at + 1, end) if text[i] in "[]()\n"), end)
        return Token("quoted", text[at + 1 : stop].strip(), at, stop), curly
    if not curly and (text[at] != '"' or text[stop] != '"'):
        found = f"{text[at]} {text[stop]}" if text[at] != text[stop] else text[at]
        message = f"typographic quotes ({found}) are read as plain ones"
        hint = "write plain quotes: what a database makes of others is not documented"
        source.fault("strategy-smart-quotes", at, message, hint)
        curly = True
    return Token("quoted", inside.strip(), at, stop + 1), curly


def _tag(source: Source, at: int, end: int) -> Token:
    text = source.text
    stop = next((i for i in range(at + 1, end) if text[i] in "[]()\n"), end)
    if stop < end and text[stop] == "(":  # a tag may hold round brackets: [Filter (x)] does not
        stop = next((i for i in range(at + 1, end) if text[i] in "[]\n"), end)
    if stop == end or text[stop] != "]":
        found = re.compile(r"[\w:~/-]*").match(text, at + 1, end)
        stop = found.end() if found else at + 1
        message = f"the tag `[{text[at + 1 : stop]}` is never closed"
        fault(source, "strategy-tag-open", at, message, "close it with a `]`")
        return Token("tag", text[at + 1 : stop], at, stop)
    return Token("tag", text[at + 1 : stop].strip(), at, stop + 1)
