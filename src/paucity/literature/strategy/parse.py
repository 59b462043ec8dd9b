"""Read a whole strategy: its numbered lines, comments, and whose syntax it is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.fields import read_tag
from paucity.literature.strategy.nodes import Line, Node, Strategy, Syntax
from paucity.literature.strategy.ovid import parse_ovid
from paucity.literature.strategy.pubmed import parse_pubmed
from paucity.literature.strategy.scan import Source, fault
from paucity.text import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH: Final = 200_000
"""Longest strategy that is read, in characters; the longest published ones have some 50,000."""

_COMMENT: Final = re.compile(r"^[ \t]*(?://|--|#(?!\d))[^\n]*", re.MULTILINE)
_NUMBER: Final = re.compile(
    r"[ \t]*(?:(?P<hash>#)(?P<a>\d{1,4})|(?P<b>\d{1,4}))(?:(?P<dot>[.):])[ \t]*|[ \t]+|$)"
    r"(?!(?:and|or|not)\b(?!/)|[)\]])",
    re.IGNORECASE,
)
_PRINTED: Final = re.compile(r"[ \t]\((\d{1,3}(?:,\d{3})+|\d+)\)\s*$")
_JOINED: Final = re.compile(r"(?:^|[\s(/])(?:and|or|not|adj\d*)\s*$", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s*(?:and|or)/[\d\s,-]+", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"[\s()\d]*\d[\s()]*(?:\b(?:and|or|not)\b[\s()\d]*)*", re.IGNORECASE)
_TAG: Final = re.compile(r"\[([^\[\]\n]{1,60})\]")
_HASH: Final = re.compile(r"(?<!\w)#\d")
_START: Final = r"^[ \t]*(?:\d{1,4}[.)]?[ \t]+)?"
_OVID: Final = re.compile(
    rf"\badj\d*\b|\.(?:[a-z]{{2}},)*[a-z]{{2}}\.(?!\w)|\bexp [^\n/]{1, 150}/|\b(?:or|and)/\d"
    rf"|{_START}limit \d|{_START}\*?[A-Z][^\n()\[\]/]*/(?:[ \t]*\(\d+\))?[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One line of a strategy in the text: its number, 0 if it has none, and where it stands."""

    number: int
    start: int
    end: int


def parse_strategy(text: str, name: str = "strategy", syntax: Syntax | None = None) -> Strategy:
    r"""Read a search strategy in the syntax of PubMed or of Ovid.

    Args:
        text: one query over any number of lines, or numbered lines (``#1``, ``1.``, ``1``) that
            refer to each other (``#1 AND #2``, ``1 or 2``, ``or/1-3``). A line that begins with
            ``//``, with ``--``, or with ``#`` and no number is a comment.
        name: of the file, used in findings.
        syntax: whose syntax it is; found out if not given.

    Returns:
        The strategy with its findings; reading never raises on content.

    >>> strategy = parse_strategy("#1 hlh[tiab]\n#2 salvage[tiab]\n#3 #1 AND #2")
    >>> strategy.lines[2].node
    And(operands=(LineRef(number=1, at=...), LineRef(number=2, at=...)), at=...)
    """
    if len(text) > MAX_LENGTH:
        source = Source("", name)
        message = f"{len(text):,} characters; at most {MAX_LENGTH:,} are read"
        fault(source, "strategy-too-long", 0, message, "look whether the file is a strategy")
        return Strategy((), syntax or "pubmed", tuple(source.findings))
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    source = Source(_COMMENT.sub(lambda m: " " * len(m[0]), text), name)
    chosen = syntax or detect_syntax(source.text)
    lines = tuple(_lines(source, chosen))
    if not lines:
        fault(source, "strategy-empty", 0, "there is no strategy here", "write the search terms")
    return Strategy(lines, chosen, tuple(in_order(source.findings)))


def detect_syntax(text: str) -> Syntax:
    """Return whose syntax a strategy is written in: PubMed's, unless it shows signs of Ovid's.

    >>> detect_syntax("exp Lymphohistiocytosis, Hemophagocytic/ or hlh.ti,ab.")
    'ovid'
    """
    if any(read_tag(found[1]) for found in _TAG.finditer(text)) or _HASH.search(text):
        return "pubmed"
    return "ovid" if _OVID.search(text) else "pubmed"


def _lines(source: Source, syntax: Syntax) -> Iterator[Line]:
    seen: set[int] = set()
    for piece in _pieces(source):
        number = piece.number or 1
        if number in seen:
            message = f"line {number} stands here a second time; the first counts where it is named"
            fault(source, "strategy-line-twice", piece.start, message, "number the lines anew")
        seen.add(number)
        end, printed = _counted(source.text, piece) if piece.number else (piece.end, None)
        text = " ".join(source.text[piece.start : end].split())
        if not text:
            message, hint = f"line {number} is empty", "write it, or remove its number"
            fault(source, "strategy-empty", piece.start, message, hint)
        numbered = piece.number > 0
        node = _read(source, piece.start, end, syntax, numbered=numbered) if text else None
        yield Line(number, node, text, printed, source.at(piece.start))


def _read(source: Source, start: int, end: int, syntax: Syntax, *, numbered: bool) -> Node | None:
    body = source.text[start:end]
    if syntax == "ovid" or _RANGE.fullmatch(body):
        return parse_ovid(source, start, end)
    numbers = numbered and _NUMBERS.fullmatch(body) is not None
    return parse_pubmed(source, start, end, numbers=numbers)


def _counted(text: str, piece: _Piece) -> tuple[int, int | None]:
    """Return where a numbered line ends without the count printed behind it, and the count."""
    found = _PRINTED.search(text, piece.start, piece.end)
    if found is None or _JOINED.search(text[piece.start : found.start()]):
        return piece.end, None
    if not text[piece.start : found.start()].strip():
        return piece.end, None
    return found.start(), int(found[1].replace(",", ""))


def _pieces(source: Source) -> Iterator[_Piece]:
    """Yield the lines of a strategy: the whole text is one unless its first line has a number."""
    ends = [*(at - 1 for at in source.starts[1:]), len(source.text)]
    lines = zip(source.starts, ends, strict=True)
    begins = [at for at, end in lines if source.text[at:end].strip()]
    if not begins:
        return
    end = len(source.text)
    heads = list(_heads(source.text, begins))
    if not heads:
        first = source.text[begins[0] :]
        yield _Piece(0, begins[0] + len(first) - len(first.lstrip()), end)
        return
    if begins[0] < heads[0][2]:
        message = "text before the first numbered line is passed over"
        fault(source, "strategy-line-unnumbered", begins[0], message, "number every line")
    for (number, start, _), following in zip(heads, [*heads[1:], (0, 0, end)], strict=True):
        yield _Piece(number, start, following[2])


def _heads(text: str, begins: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield each line's number, where its text begins, and where the number begins.

    A bare number opens a line only where it counts on from the line before.
    """
    last = 0
    for at in begins:
        stop = text.find("\n", at)
        found = _NUMBER.match(text, at, len(text) if stop < 0 else stop)
        if found is None:
            continue
        number = int(found["a"] or found["b"])
        marked = bool(found["hash"] or found["dot"])
        first = bool(found["hash"]) and not last
        if number == 0 or not (number == last + 1 or (marked and last) or first):
            continue
        last = number
        yield number, found.end(), at
