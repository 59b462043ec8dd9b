"""Look over how the terms of a strategy are written: signs that do not mean what they seem to.

The errors looked for are those that peer review of strategies looks for under spelling, syntax and
line numbers (PRESS 2015; McGowan et al. 2016, J Clin Epidemiol 75:40) and that published strategies
hold (Salvador-Oliván et al. 2019, J Med Libr Assoc 107:210).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.mesh import Mesh, preferred
from paucity.literature.strategy.nodes import (
    At,
    Field,
    MeSH,
    Or,
    PublicationType,
    Strategy,
    Term,
    Unread,
)
from paucity.literature.strategy.show import show
from paucity.literature.strategy.walk import every
from paucity.literature.strategy.words import has_wildcard, key
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.literature.strategy.nodes import Node


def found(
    code: str,
    name: str,
    at: At,
    message: str,
    hint: str,
    severity: Severity = Severity.WARNING,
) -> Finding:
    """Return a finding at a place of a strategy."""
    return Finding(code, severity, Span(name, at.line, at.column), message, hint, name)


def wording(strategy: Strategy, name: str, mesh: Mesh | None = None) -> Iterator[Finding]:
    """Yield what is found in the terms, one by one and beside each other.

    Args:
        strategy: as read.
        name: of its file, used in findings.
        mesh: the headings, to know one that is searched as words.
    """
    nodes = tuple(every(strategy))
    for node in nodes:
        yield from _dashes(node, name)
        if isinstance(node, Term):
            yield from _single_quotes(node, name)
            yield from _heading_as_words(node, name, mesh)
    if strategy.syntax != "pubmed":
        return
    for node in nodes:
        if isinstance(node, Term):
            yield from _of_elsewhere(node, name)
        elif isinstance(node, MeSH | PublicationType):
            yield from _truncated(node, name)
        elif isinstance(node, Or):
            yield from _untagged(node, name)
    yield from _hyphens([node for node in nodes if isinstance(node, Term)], name)


def _text(node: Node) -> str:
    match node:
        case Term(text) | Unread(text):
            return text
        case MeSH(heading):
            return heading
        case PublicationType(kind):
            return kind
        case _:
            return ""


_DASH: Final = re.compile("[\u2010-\u2015\u2212]")


def _dashes(node: Node, name: str) -> Iterator[Finding]:
    """Yield a dash where a hyphen or a colon is meant; word processors put them there."""
    if sign := _DASH.search(_text(node)):
        message = f"`{_text(node)}` holds a dash (`{sign[0]}`), not a hyphen"
        hint = "type a plain hyphen, or a colon between two dates; name lines one by one"
        yield found("strategy-dash", name, node.at, message, hint)


_SINGLE: Final = re.compile("['‘’‚‛`].+['’‘`]")


def _single_quotes(term: Term, name: str) -> Iterator[Finding]:
    """Yield a phrase in single quotes, which make no phrase."""
    if not term.phrase and _SINGLE.fullmatch(term.text):
        message = f"{term.text} stands in single quotes, which databases do not take for a phrase"
        hint = 'write double quotes: "..."'
        yield found("strategy-single-quotes", name, term.at, message, hint)


_ANYWHERE: Final = frozenset({Field.TITLE_ABSTRACT, Field.TITLE, Field.ABSTRACT, Field.KEYWORD})
_INVERTED: Final = re.compile(r"[A-Z][^,]*, [A-Z][^,]*")


def _heading_as_words(term: Term, name: str, mesh: Mesh | None) -> Iterator[Finding]:
    """Yield a heading of MeSH with its words turned round, which nobody writes in a text."""
    if term.field not in _ANYWHERE or "," not in term.text or has_wildcard(term.text):
        return
    known = mesh is not None and preferred(mesh, term.text) is not None
    if not known and (mesh is not None or not _INVERTED.fullmatch(term.text)):
        return
    turned = " ".join(part.strip() for part in reversed(term.text.split(",")))
    is_one = "is a heading of MeSH" if known else "looks like a heading of MeSH"
    message = f"{show(term)} {is_one}, searched as words side by side"
    hint = f'write "{term.text}"[mh], and the words in their own order: "{turned.lower()}"'
    severity = Severity.WARNING if known else Severity.NOTE
    yield found("strategy-heading-as-words", name, term.at, message, hint, severity)


_ELSEWHERE: Final = (
    (r"\S*\.(?:[a-z]{2},)*(?:ti|ab|tw|mp|kw|kf|af|sh|hw|ot|nm|pt|jn|au|fs|xm)\.", "Ovid's field"),
    (r"exp \S.*/", "Ovid's explosion"),
    (r"(?:.*\s)?adj\d+(?:\s.*)?", "Ovid's distance"),
    (r"(?:.*\s)?(?:near|next|pre|onear|w|n)/\d+(?:\s.*)?", "the distance of other databases"),
    (r"\S*:(?:ti|ab|kw)(?:,(?:ti|ab|kw))*", "Embase's or Cochrane's field"),
    (r"title-abs-key|title-abs|all-fields", "Scopus's field"),
)


def _of_elsewhere(term: Term, name: str) -> Iterator[Finding]:
    """Yield what another database would read as a field or an operator, and PubMed as a word."""
    if term.phrase:
        return
    for pattern, what in _ELSEWHERE:
        if re.fullmatch(pattern, term.text, re.IGNORECASE):
            message = f"`{term.text}` is written as {what}; PubMed takes it for words"
            hint = 'write PubMed\'s own: term[tiab], heading[mh], "two words"[tiab:~3]'
            yield found("strategy-other-syntax", name, term.at, message, hint, Severity.ERROR)
            return


def _truncated(node: MeSH | PublicationType, name: str) -> Iterator[Finding]:
    """Yield a truncated heading, which does not explode."""
    if isinstance(node, MeSH) and node.heading.endswith("*"):
        message = f"`{node.heading}` is truncated, so that narrower headings do not count"
        hint = "name the heading in full; truncate text words only"
        yield found("strategy-heading-truncated", name, node.at, message, hint)


def _untagged(node: Or, name: str) -> Iterator[Finding]:
    """Yield a term without a tag in a list whose other terms have one."""
    terms = [x for x in node.operands if isinstance(x, Term | MeSH)]
    bare = [x for x in terms if isinstance(x, Term) and x.field is None]
    if len(terms) >= 3 and 3 * len(bare) <= len(terms):
        for term in bare:
            message = f"`{term.text}` has no tag, and the other terms of its list have one"
            hint = "tag it; PubMed maps an untagged term to headings and searches all fields"
            code = "strategy-tag-missing"
            yield found(code, name, term.at, message, hint, Severity.NOTE)


_HYPHENED: Final = re.compile(r"[^\W_]{2,}-[^\W\d_]{2,}")
MAX_NAMED: Final = 5
"""Most hyphenated terms that one finding names."""


def _hyphens(terms: list[Term], name: str) -> Iterator[Finding]:
    """Yield once that a hyphenated term is no more than its entry in the phrase index.

    Source: NLM's "PubMed's Phrase Index": a hyphenated phrase that the index lacks finds nothing.
    """
    written = {key(term.text) for term in terms if "-" not in term.text}
    alone = [
        term
        for term in terms
        if term.field in {*_ANYWHERE, Field.TEXT_WORD, Field.ALL, None}
        and not has_wildcard(term.text)
        and _HYPHENED.search(term.text)
        and key(term.text) not in written
    ]
    if alone:
        shown = ", ".join(dict.fromkeys(f"`{term.text}`" for term in alone[:MAX_NAMED]))
        more = f" and {len(alone) - MAX_NAMED} more" if len(alone) > MAX_NAMED else ""
        message = f"hyphenated: {shown}{more}; PubMed finds nothing by one not in its phrase index"
        hint = "look it up there (Advanced search, Show index), or add the words without the hyphen"
        yield found("strategy-hyphen", name, alone[0].at, message, hint, Severity.NOTE)
