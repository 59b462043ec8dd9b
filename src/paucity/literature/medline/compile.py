"""Turn a strategy's tree into questions to the index: which records meet it, and which may.

A record meets a node, does not, or it is not known. So every node gives two questions: whose
answer is yes, and whose answer is not no. Where nothing can be unknown they are the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.medline.fields import VALUES, where
from paucity.literature.strategy.dates import days_before, first_day, last_day
from paucity.literature.strategy.evaluate import Given, chunks, headings
from paucity.literature.strategy.filters import expanded, is_known
from paucity.literature.strategy.nodes import (
    And,
    DateField,
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
    Subheading,
    Term,
)
from paucity.literature.strategy.view import NAMES, WORDS, language
from paucity.literature.strategy.words import expression, flat, has_wildcard, key, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Asked:
    """Two questions to an index.

    Attributes:
        yes: whose records meet a node.
        open: whose records meet it, or it is not known.
    """

    yes: Any
    open: Any


@dataclass(frozen=True, slots=True)
class Asking:
    """What is needed to ask an index.

    Attributes:
        schema: of the index.
        given: headings of MeSH and the day of the search.
        checked: returns the question for those records of a superset that meet a node, by reading
            them; for the few kinds of node that an index cannot answer by itself.
        answered: tells whether the index answers a question; it refuses a phrase whose stems stand
            for too many words.
        before: what the lines before asked.
    """

    schema: Any
    given: Given
    checked: Callable[[Node, Any], Any]
    answered: Callable[[Any], bool]
    before: Mapping[int, Asked]


def ask(node: Node | None, asking: Asking) -> Asked:
    """Return the questions of a node; nothing is known where nothing could be read."""
    match node:
        case And(operands):
            parts = [ask(x, asking) for x in operands]
            return Asked(_all([p.yes for p in parts]), _all([p.open for p in parts]))
        case Or(operands):
            parts = [ask(x, asking) for x in operands]
            return Asked(_any([p.yes for p in parts]), _any([p.open for p in parts]))
        case Not(left, right):
            one, other = ask(left, asking), ask(right, asking)
            return Asked(_without(one.yes, other.open), _without(one.open, other.yes))
        case LineRef(number):
            return asking.before.get(number) or _unknown()
        case Term():
            return _term(node, asking)
        case MeSH() | Subheading() | PublicationType():
            return _heading(node, asking)
        case DateRange() | Recent():
            return _dated(node, asking)
        case Filter(name):
            return _filter(name, asking)
        case Near():
            return _near(node, asking)
        case _:
            return _unknown()


def _query() -> Any:
    from tantivy import Query

    return Query


def _unknown() -> Asked:
    return Asked(_query().empty_query(), _query().all_query())


def _known(question: Any) -> Asked:
    return Asked(question, question)


def _or_missing(question: Any, name: str, asking: Asking) -> Asked:
    """Return a question that is open for the records that lack a value."""
    return Asked(question, _any([question, _value(f"no\t{name}", asking)]))


def _any(questions: Sequence[Any]) -> Any:
    from tantivy import Occur, Query

    if len(questions) == 1:
        return questions[0]
    return Query.boolean_query([(Occur.Should, q) for q in questions])


def _all(questions: Sequence[Any]) -> Any:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, q) for q in questions])


def _without(left: Any, right: Any) -> Any:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, left), (Occur.MustNot, right)])


def _value(value: str, asking: Asking) -> Any:
    return _query().term_query(asking.schema, VALUES, value, index_option="basic")


def _values(values: Sequence[str], asking: Asking) -> Any:
    if not values:
        return _query().empty_query()
    if len(values) == 1:
        return _value(values[0], asking)
    return _query().term_set_query(asking.schema, VALUES, sorted(values))


_REGULAR: Final = str.maketrans({c: f"\\{c}" for c in r"\.+*?()|[]{}^$#&-~/"})


def _matching(prefix: str, pattern: str, asking: Asking) -> Any:
    """Return the question for values that a pattern matches as a whole, after their prefix."""
    inner = pattern.replace("\\ ", " ").replace("[^ ]", "[^ \t]")
    return _query().regex_query(asking.schema, VALUES, prefix.translate(_REGULAR) + inner)


def _term(term: Term, asking: Asking) -> Asked:
    field = term.field
    if field is None:
        parts = [_words(chunk, Field.ALL, asking) for chunk in chunks(term)]
        return _known(parts[0] if len(parts) == 1 else _all(parts))
    if field in WORDS:
        return _known(_words(term.text, field, asking))
    if field is Field.LANGUAGE:
        return _or_missing(_value(f"la\t{language(term.text)}", asking), "la", asking)
    if field in NAMES:
        return _known(_named(term, field, asking))
    if field is Field.PHARMACOLOGICAL_ACTION:
        if asking.given.mesh is None:
            return _unknown()
        acting = asking.given.mesh.actions.get(key(term.text), frozenset())
        return _known(_values([f"mh\t{name}" for name in acting], asking))
    if has_wildcard(term.text):
        return _known(_matching(f"{field}\t", expression(term.text), asking))
    wanted = key(term.text)
    return _known(_value(f"{field}\t{wanted}", asking) if wanted else _query().empty_query())


def _words(text: str, field: Field, asking: Asking) -> Any:
    """Return the question for words side by side in a field of PubMed."""
    fields = where(field)
    question = _any([_side_by_side(text, name, asking) for name in fields])
    patterns = _patterns(text) if has_wildcard(text) else []
    if len(patterns) < 2 or asking.answered(question):
        return question
    regular = _query().regex_query
    apart = [_all([regular(asking.schema, name, p) for p in patterns]) for name in fields]
    return asking.checked(Term(text, field, phrase=True), _any(apart))


def _patterns(text: str) -> list[str]:
    """Return the regular expression of each word of a term with wildcards."""
    return [p.replace("[^ ]", ".") for p in expression(text).split("\\ ")]


def _side_by_side(text: str, field: str, asking: Asking) -> Any:
    query, schema = _query(), asking.schema
    if not has_wildcard(text):
        words = tokens(text)
        if not words:
            return query.empty_query()
        if len(words) == 1:
            return query.term_query(schema, field, words[0], index_option="basic")
        return query.phrase_query(schema, field, words)
    patterns = _patterns(text)
    if len(patterns) == 1:
        return query.regex_query(schema, field, patterns[0])
    return query.regex_phrase_query(schema, field, patterns)


def _named(term: Term, field: Field, asking: Asking) -> Any:
    text = term.text
    if text.endswith("*") and not has_wildcard(text[:-1]):
        begin = flat(text[:-1])[1:-1]
        return _query().regex_query(asking.schema, VALUES, _escaped(f"{field}\t*\t{begin}") + ".*")
    if has_wildcard(text):
        return _matching(f"{field}\t*\t", expression(text), asking)
    wanted = key(text)
    kinds = ("=",) if term.phrase else ("=", "~")
    return _values([f"{field}\t{kind}\t{wanted}" for kind in kinds], asking)


def _escaped(text: str) -> str:
    return text.translate(_REGULAR)


def _heading(node: MeSH | Subheading | PublicationType, asking: Asking) -> Asked:
    if isinstance(node, Subheading):
        return _known(_value(f"sh\t{node.name}", asking))
    if isinstance(node, PublicationType):
        if has_wildcard(node.name):
            held = _matching("pt\t", expression(node.name), asking)
        else:
            held = _values([f"pt\t{k}" for k in headings(node, asking.given.mesh)], asking)
        return _or_missing(held, "pt", asking)
    tail = f"\t/{node.qualifier}" if node.qualifier else ""
    tail += "\t*" if node.major else ""
    if has_wildcard(node.heading):
        inner = expression(node.heading).replace("\\ ", " ").replace("[^ ]", "[^ \t]")
        question = _query().regex_query(asking.schema, VALUES, f"mh\t{inner}{_escaped(tail)}")
        return _known(question)
    wanted = headings(node, asking.given.mesh)
    return _known(_values([f"mh\t{name}{tail}" for name in wanted], asking))


def _dated(node: DateRange | Recent, asking: Asking) -> Asked:
    field = DateField.PUBLICATION if node.field is DateField.PRINT else node.field
    if isinstance(node, DateRange):
        first = first_day(node.first).toordinal() if node.first else None
        last = last_day(node.last).toordinal() if node.last else None
    else:
        today = asking.given.today
        if today is None:
            return _unknown()
        first, last = days_before(today, node).toordinal(), today.toordinal()
    missing = _value(f"no\t{field}", asking)
    if first is None and last is None:
        return Asked(_without(_query().all_query(), missing), _query().all_query())
    return _or_missing(_range(field, first, last, asking), field, asking)


def _range(field: str, first: int | None, last: int | None, asking: Asking) -> Any:
    from tantivy import FieldType

    if first is not None and last is not None and first > last:
        return _query().empty_query()
    return _query().range_query(asking.schema, field, FieldType.Integer, first, last)


def _filter(name: str, asking: Asking) -> Asked:
    meant = expanded(name)
    if meant is not None:
        return ask(meant, asking)
    known = is_known(name) and name.startswith(("has", "all"))
    return _known(_value(f"has\t{name}", asking)) if known else _unknown()


def _near(node: Near, asking: Asking) -> Asked:
    parts = [_any([_words(t, node.field, asking) for t in part]) for part in node.parts if part]
    if len(parts) < len(node.parts) or not parts:
        return _known(_query().empty_query())
    return _known(asking.checked(node, _all(parts)))
