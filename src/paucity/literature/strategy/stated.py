"""The strategies that a review states: inline in review.yaml, or as files in searches/."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.checks import lint
from paucity.literature.strategy.parse import parse_strategy
from paucity.text import Finding, Span, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from paucity.literature.strategy.nodes import Strategy
    from paucity.protocol import Search

FOLDER: Final = "searches/"


@dataclass(frozen=True, slots=True)
class Stated:
    """A strategy that a review states.

    Attributes:
        number: of the search, counted from 1.
        database: that is searched.
        name: the file it stands in.
        strategy: as read; its own findings count from its first line.
        findings: what was found, at its place in the review.
    """

    number: int
    database: str
    name: str
    strategy: Strategy
    findings: tuple[Finding, ...]


def read_stated(
    root: Path, searches: tuple[Search, ...], texts: Mapping[str, str]
) -> tuple[list[Stated], dict[str, str]]:
    """Return the strategies of a review's searches, and the texts of the files they stand in.

    Args:
        root: the review folder.
        searches: as review.yaml states them; those without a strategy are passed over.
        texts: of the files read so far, to find the place of an inline strategy.
    """
    out: list[Stated] = []
    read: dict[str, str] = {}
    for number, search in enumerate(searches, 1):
        text = search.strategy.strip()
        if not text:
            continue
        span = search.marks.span("strategy")
        about = f"searches/{number}"
        if not (text.startswith(FOLDER) and "\n" not in text and text.endswith(".txt")):
            place = _inside(search.strategy, span, texts.get(span.file, ""))
            out.append(_stated(number, search.database, span.file, search.strategy, place, about))
            continue
        body, fault = read_text(root, root / text, text)
        if fault is not None:
            found = (replace(fault, subject=about),)
            out.append(Stated(number, search.database, text, parse_strategy(""), found))
            continue
        read[text] = body
        out.append(_stated(number, search.database, text, body, None, about))
    return out, read


def _stated(
    number: int,
    database: str,
    name: str,
    text: str,
    place: Callable[[Span], Span] | None,
    about: str,
) -> Stated:
    strategy = parse_strategy(text, name)
    findings = tuple(
        replace(f, span=place(f.span) if place else f.span, subject=about)
        for f in lint(strategy, name)
    )
    return Stated(number, database, name, strategy, findings)


def _inside(value: str, start: Span, text: str) -> Callable[[Span], Span]:
    """Return how a place in a value leads to its place in the YAML that the value stands in.

    A literal block begins on the next line, indented; a value of one line stands where it begins.
    Of a value folded from several lines only the beginning is known.
    """
    lines = text.split("\n")
    if not 1 <= start.line <= len(lines):
        return lambda _: start
    opening = lines[start.line - 1][start.column - 1 :]
    if opening.startswith("|"):
        body = lines[start.line :]
        indent = next((len(x) - len(x.lstrip(" ")) for x in body if x.strip()), 0)
        return lambda s: Span(start.file, start.line + s.line, indent + s.column)
    if "\n" not in value and value in opening:
        return lambda s: Span(start.file, start.line, start.column + s.column - 1)
    return lambda _: start
