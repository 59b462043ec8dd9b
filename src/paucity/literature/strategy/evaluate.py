"""Run a strategy over records: the plain reference that a faster search is held against.

A record meets a strategy, does not, or it is not known (Kleene's logic): a record without a
language neither has nor lacks English. What PubMed does beyond that, and what cannot be had
offline, is told by :func:`paucity.literature.strategy.notes.notes_on`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from paucity.literature.nbib import short_name
from paucity.literature.strategy.dates import days_before, first_day, last_day
from paucity.literature.strategy.filters import expanded, has
from paucity.literature.strategy.mesh import Mesh, below, preferred
from paucity.literature.strategy.nodes import (
    And,
    DateRange,
    Field,
    Filter,
    LineRef,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    PublicationType,
    Recent,
    Strategy,
    Subheading,
    Term,
)
from paucity.literature.strategy.view import (
    NAMES,
    WORDS,
    View,
    day,
    is_named,
    language,
    languages,
    people,
)
from paucity.literature.strategy.words import (
    STOPWORDS,
    finder,
    flat,
    has_wildcard,
    key,
    places,
    tokens,
)
from paucity.logic import Truth, negate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from paucity.literature.record import Record

MAX_PLACES: Final = 200
"""Most places of one word that a search for words near each other looks at in one text."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a search is given beside strategy and records.

    Attributes:
        mesh: the headings, for explosion; without them a heading is met only by itself.
        today: the day of the search, for ``"last 5 years"[dp]``.
    """

    mesh: Mesh | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one line of a strategy found.

    Attributes:
        number: of the line.
        matched: positions of the records that meet it, counted from 0.
        undecided: positions of those of which it is not known.
    """

    number: int
    matched: tuple[int, ...]
    undecided: tuple[int, ...] = ()


def matches(strategy: Strategy, record: Record, given: Given = Given()) -> Truth:
    """Tell whether a record meets a strategy; None if that is not known.

    >>> from paucity.literature.record import Record
    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> matches(parse_strategy("(hlh OR mas) AND salvag*[ti]"), Record(title="Salvage in HLH"))
    True
    """
    results = _lines(strategy, View(record), given)
    return results[-1] if results else None


def run(strategy: Strategy, records: Iterable[Record], given: Given = Given()) -> tuple[Found, ...]:
    """Return what each line of a strategy finds among records; the last line is the result."""
    matched: list[list[int]] = [[] for _ in strategy.lines]
    undecided: list[list[int]] = [[] for _ in strategy.lines]
    for position, record in enumerate(records):
        for i, truth in enumerate(_lines(strategy, View(record), given)):
            if truth:
                matched[i].append(position)
            elif truth is None:
                undecided[i].append(position)
    return tuple(
        Found(line.number, tuple(matched[i]), tuple(undecided[i]))
        for i, line in enumerate(strategy.lines)
    )


def _lines(strategy: Strategy, view: View, given: Given) -> list[Truth]:
    """Return the truth of each line; a line may name only lines before it."""
    before: dict[int, Truth] = {}
    out: list[Truth] = []
    for line in strategy.lines:
        truth = None if line.node is None else judge(line.node, view, given, before)
        before.setdefault(line.number, truth)
        out.append(truth)
    return out


def judge(node: Node, view: View, given: Given, before: Mapping[int, Truth]) -> Truth:
    """Tell whether a record meets one node; `before` holds the lines that it may name."""
    match node:
        case Term():
            return _term(node, view, given)
        case And(operands):
            return _until(False, operands, view, given, before)  # noqa: FBT003
        case Or(operands):
            return _until(True, operands, view, given, before)  # noqa: FBT003
        case Not(left, right):
            return _without(judge(left, view, given, before), right, view, given, before)
        case LineRef(number):
            return before.get(number)
        case _:
            return _indexed(node, view, given, before)


def _until(
    deciding: bool,  # noqa: FBT001
    operands: Iterable[Node],
    view: View,
    given: Given,
    before: Mapping[int, Truth],
) -> Truth:
    """Return the value that one operand suffices for, else unknown if any is, else the other."""
    result: Truth = not deciding
    for operand in operands:
        truth = judge(operand, view, given, before)
        if truth is deciding:
            return deciding
        if truth is None:
            result = None
    return result


def _without(
    left: Truth, right: Node, view: View, given: Given, before: Mapping[int, Truth]
) -> Truth:
    if left is False:
        return False
    other = negate(judge(right, view, given, before))
    return False if other is False else None if None in {left, other} else True


def _indexed(node: Node, view: View, given: Given, before: Mapping[int, Truth]) -> Truth:
    match node:
        case MeSH():
            return _mesh(node, view, given)
        case Subheading(name):
            return any(name in quals for _, _, quals in view.mesh)
        case PublicationType():
            return _type(node, view, given)
        case Near():
            return any(_near(node, held) for held in view.flats(node.field))
        case DateRange(field, first, last):
            when = day(view.record, field)
            if when is None:
                return None
            return not (first and when < first_day(first)) and not (last and when > last_day(last))
        case Recent(field):
            when = day(view.record, field)
            if when is None or given.today is None:
                return None
            return days_before(given.today, node) <= when <= given.today
        case Filter(name):
            return _filter(name, view, given, before)
        case _:
            return None


def _filter(name: str, view: View, given: Given, before: Mapping[int, Truth]) -> Truth:
    meant = expanded(name)
    if meant is not None:
        return judge(meant, view, given, before)
    return has(name, view.record)


def _term(term: Term, view: View, given: Given) -> Truth:
    field = term.field
    if field is None:
        held = view.flats(Field.ALL)
        return all(any(map(finder(chunk), held)) for chunk in chunks(term))
    if field in WORDS:
        return any(map(finder(term.text), view.flats(field)))
    if field is Field.LANGUAGE:
        return language(term.text) in languages(view.record) if view.record.languages else None
    if field in NAMES:
        return _named(term, view)
    if field is Field.PHARMACOLOGICAL_ACTION:
        return _acting(term, view, given)
    return any(map(finder(term.text, whole=True), view.flats(field)))


@lru_cache(maxsize=16_384)
def chunks(term: Term) -> tuple[str, ...]:
    """Return what an untagged term asks for, each to be found by itself.

    A phrase in quotes is one; otherwise each word, or words joined by a hyphen, without stopwords.

    >>> chunks(Term("fever of long-term origin"))
    ('fever', 'long-term', 'origin')
    """
    if term.phrase:
        return (term.text,)
    words = [w for w in term.text.split() if tokens(w)]
    kept = tuple(w for w in words if w.casefold() not in STOPWORDS)
    return kept or tuple(words) or (term.text,)


def _acting(term: Term, view: View, given: Given) -> Truth:
    if given.mesh is None:
        return None
    acting = given.mesh.actions.get(key(term.text), frozenset())
    return any(name in acting for name, _, _ in view.mesh)


def _named(term: Term, view: View) -> bool:
    field = term.field or Field.AUTHOR
    who = people(view.record, field)
    if term.text.endswith("*") and not has_wildcard(term.text[:-1]):
        begin = flat(term.text[:-1])[:-1]
        return any(flat(short_name(p)).startswith(begin) for p in who)
    if has_wildcard(term.text):
        test = finder(term.text, whole=True)
        return any(test(flat(short_name(p))) for p in who)
    return any(is_named(p, term.text, exact=term.phrase) for p in who)


def _mesh(node: MeSH, view: View, given: Given) -> bool:
    wanted = headings(node, given.mesh)
    test = finder(node.heading, whole=True) if has_wildcard(node.heading) else None
    for name, starred, qualifiers in view.mesh:
        if not (test(f" {name} ") if test else name in wanted):
            continue
        if node.qualifier:
            if node.qualifier not in qualifiers or (node.major and not qualifiers[node.qualifier]):
                continue
        elif node.major and not (starred or any(qualifiers.values())):
            continue
        return True
    return False


@lru_cache(maxsize=16_384)
def _alone(heading: str) -> frozenset[str]:
    return frozenset({key(heading)})


@lru_cache(maxsize=16_384)
def headings(node: MeSH | PublicationType, mesh: Mesh | None) -> frozenset[str]:
    """Return the keys of the headings that count for a node, with those below if it explodes."""
    name = node.heading if isinstance(node, MeSH) else node.name
    if mesh is None:
        return _alone(name)
    if not node.explode:
        return frozenset({preferred(mesh, name) or key(name)})
    return below(mesh, name) or _alone(name)


def _type(node: PublicationType, view: View, given: Given) -> Truth:
    if not view.record.publication_types:
        return None
    held = {key(kind) for kind in view.record.publication_types}
    if has_wildcard(node.name):
        test = finder(node.name, whole=True)
        return any(test(f" {kind} ") for kind in held)
    return not held.isdisjoint(headings(node, given.mesh))


MAX_STATES: Final = 5_000
"""Most ways to have begun a row of near words that are followed; hostile text could make more."""


def _near(node: Near, held: str) -> bool:
    """Tell whether one occurrence of each part stands in a row with no more than the gap allowed.

    Occurrences are taken in the order of the text; a state is the parts taken so far and the word
    the last one ended at.
    """
    found: list[tuple[int, int, int]] = []
    for i, part in enumerate(node.parts):
        spots = sorted({spot for text in part for spot in places(text, held)})[:MAX_PLACES]
        if not spots:
            return False
        found += [(first, last, i) for first, last in spots]
    whole = (1 << len(node.parts)) - 1
    states: set[tuple[int, int]] = set()
    for first, last, i in sorted(found):
        bit = 1 << i
        after = {m for m, end in states if 0 < first - end <= node.distance + 1}
        if node.ordered:
            taken = {m for m in after if m == bit - 1} if i else {0}
        else:
            taken = {0, *(m for m in after if not m & bit)}
        reached = {(m | bit, last) for m in taken}
        if any(m == whole for m, _ in reached):
            return True
        states = {(m, end) for m, end in states if first - end <= node.distance + 1} | reached
        if len(states) > MAX_STATES:
            states = set(sorted(states, reverse=True)[:MAX_STATES])
    return False
