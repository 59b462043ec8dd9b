"""Vocabulary files: reading them, and adding what they say to a vocabulary.

A file maps kinds to terms, and terms to their fields::

    source: where the facts of this file are from
    drug:
      dexamethasone: {broader: corticosteroid, codes: {ATC: H02AB02}}

A term that exists gains the names and facts given. Nothing here raises on content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.text import (
    Document,
    Finding,
    Map,
    Seq,
    Severity,
    Value,
    did_you_mean,
    in_order,
    read_yaml,
    span_of,
)
from paucity.vocabulary.terms import Fact, Kind, Term, Vocabulary, fold
from paucity.vocabulary.units import parse_equivalent, parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LISTS: Final = ("synonyms", "broader", "components")
_FIELDS: Final = frozenset({"synonyms", "broader", "codes", "label", "source", "class"})

_FACTS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.DRUG: frozenset({"procedure", "route"}),
    Kind.DISEASE: frozenset({"genes", "trigger", "printed"}),
    Kind.MARKER: frozenset(
        {"unit", "equivalent", "assay_specific", "direction", "specimen", "values", "of"}
    ),
    Kind.GENE: frozenset({"protein", "inheritance", "disease", "outdated", "printed"}),
}
"""The facts each kind may have, beside a note."""

_LINKS: Final[Mapping[tuple[Kind, str], Kind]] = {
    (Kind.GENE, "disease"): Kind.DISEASE,
    (Kind.DISEASE, "genes"): Kind.GENE,
    (Kind.DISEASE, "trigger"): Kind.TRIGGER,
    (Kind.MARKER, "of"): Kind.MARKER,
}
"""Facts that name a term of another kind."""

_CODES: Final = {
    "ATC": re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?"),
    "HGNC": re.compile(r"HGNC:\d{1,6}"),
    "LOINC": re.compile(r"\d{1,7}-\d"),
}
"""How the codes of the systems known here are written."""


@dataclass
class _Entry:
    """One term being read from one file."""

    term: Term
    file: str
    tree: Map
    at: int
    findings: list[Finding] = field(default_factory=list)

    def fault(self, code: str, at: int, message: str, hint: str = "") -> None:
        """Note what is wrong with the term."""
        subject = f"{self.term.kind}/{self.term.name}"
        span = span_of(self.file, at)
        self.findings.append(Finding(code, Severity.ERROR, span, message, hint, subject))

    def place(self, key: str) -> int:
        """Return where a field's value stands, or the term if it is not written."""
        return self.tree.values_at.get(key, self.at)

    def word_at(self, key: str, word: str) -> int:
        """Return where one word of a field stands."""
        value = self.tree.get(key)
        if isinstance(value, Seq) and word in value:
            return value.items_at[value.index(word)]
        return self.place(key)


@cache
def bundled() -> Vocabulary:
    """Return the vocabulary that comes with paucity.

    >>> bundled().find(Kind.DRUG, "Anakinra").codes["ATC"]
    'L04AC03'
    """
    root = Path(__file__).parent.parent / "library"
    files = sorted((root / "vocabulary").glob("*.yaml"))
    return extend(Vocabulary(), [read_yaml(root, file) for file in files])[0]


def extend(base: Vocabulary, documents: Iterable[Document]) -> tuple[Vocabulary, list[Finding]]:
    """Add the terms of vocabulary files to a vocabulary.

    Args:
        base: the vocabulary so far; its terms keep their names and facts.
        documents: the files as read.

    Returns:
        The larger vocabulary and the findings, ordered by place.
    """
    findings: list[Finding] = []
    entries: list[_Entry] = []
    for document in documents:
        findings += document.findings
        entries += _entries(document, findings)
    merged = _Merge(base)
    for entry in entries:
        merged.add(entry)
    for entry in entries:
        merged.add_synonyms(entry)
    vocabulary = Vocabulary(merged.terms.values())
    for entry in entries:
        _check_links(entry, vocabulary)
        findings += entry.findings
    findings += _cycles(entries, vocabulary)
    return vocabulary, in_order(findings)


class _Merge:
    """Terms by kind and name while files are added; the first to claim a word keeps it."""

    def __init__(self, base: Vocabulary) -> None:
        self.terms = {(t.kind, t.name): t for t in base}
        self.owners = {(t.kind, fold(word)): t.name for t in base for word in t.words}

    def add(self, entry: _Entry) -> None:
        """Add a term, or its facts to the term of that name."""
        term = entry.term
        owner = self.owners.setdefault((term.kind, fold(term.name)), term.name)
        if owner != term.name:
            message = f"`{term.name}` is already a name of the {term.kind} {owner}"
            entry.fault(
                "vocabulary-conflict", entry.at, message, f"add to `{owner}`, or rename this"
            )
            label = "" if term.label == term.name else term.label
            entry.term = replace(term, name=owner, label=label)
        key = (term.kind, owner)
        known = self.terms.get(key)
        bare = replace(entry.term, synonyms=())
        self.terms[key] = bare if known is None else _joined(known, bare, entry)

    def add_synonyms(self, entry: _Entry) -> None:
        """Give a term its other names, once every name is known."""
        kind, name = entry.term.kind, entry.term.name
        gained = []
        for word in entry.term.synonyms:
            owner = self.owners.setdefault((kind, fold(word)), name)
            if owner != name:
                message = f"`{word}` is already a name of the {kind} {owner}"
                entry.fault("vocabulary-conflict", entry.word_at("synonyms", word), message)
            elif fold(word) != fold(name):
                gained.append(word)
        known = self.terms[kind, name]
        synonyms = tuple(dict.fromkeys([*known.synonyms, *gained]))
        self.terms[kind, name] = replace(known, synonyms=synonyms)


def _joined(known: Term, more: Term, entry: _Entry) -> Term:
    """Return a term with another file's facts added; what it already says stays."""

    def both(field_name: str, old: Mapping[str, Fact], new: Mapping[str, Fact]) -> dict[str, Fact]:
        for key, value in new.items():
            if old.get(key, value) != value:
                message = f"{key} of {known.name} is {value} here and {old[key]} already"
                entry.fault("vocabulary-conflict", entry.place(field_name or key), message)
        return {**new, **old}

    components = known.components
    if more.components and components and more.components != components:
        message = f"{known.name} is made of {', '.join(components)} already"
        entry.fault("vocabulary-conflict", entry.place("components"), message)
    return replace(
        known,
        broader=tuple(dict.fromkeys([*known.broader, *more.broader])),
        components=components or more.components,
        codes={k: str(v) for k, v in both("codes", known.codes, more.codes).items()},
        label=more.label if known.label == known.name else known.label,
        source="; ".join(dict.fromkeys(s for s in (known.source, more.source) if s)),
        extra=both("", known.extra, more.extra),
        is_class=known.is_class or more.is_class,
    )


def _entries(document: Document, findings: list[Finding]) -> list[_Entry]:
    """Read the terms of one file."""
    entries: list[_Entry] = []

    def fault(code: str, at: int, message: str, hint: str = "") -> None:
        span = span_of(document.name, at)
        findings.append(Finding(code, Severity.ERROR, span, message, hint, document.name))

    tree = document.tree
    if not isinstance(tree, Map):
        if tree:
            fault("vocabulary-shape", 0, "a vocabulary file maps kinds to terms")
        return entries
    source = tree.get("source")
    for key, value in tree.items():
        if key == "source":
            continue
        try:
            kind = Kind(key)
        except ValueError:
            message = f"`{key}` is not a kind of term"
            fault("vocabulary-kind", tree.keys_at[key], message, did_you_mean(key, Kind))
            continue
        if not isinstance(value, Map):
            fault("vocabulary-shape", tree.values_at[key], f"`{key}` maps names to terms")
            continue
        for name, fields in value.items():
            at = value.keys_at[name]
            body = fields or Map(at)
            if not name.strip() or not isinstance(body, Map):
                fault("vocabulary-shape", at, f"`{name}` maps fields to values, or to nothing")
                continue
            entry = _Entry(Term(kind, " ".join(name.split())), document.name, body, at)
            _fill(entry, source if isinstance(source, str) else "")
            entries.append(entry)
    return entries


def _fill(entry: _Entry, source: str) -> None:
    """Read a term's fields."""
    kind, tree = entry.term.kind, entry.tree
    facts = {"note", *_FACTS.get(kind, ())}
    known = _FIELDS | facts | ({"components"} if kind is Kind.DRUG else set())
    extra: dict[str, Fact] = {}
    for key, value in tree.items():
        if key not in known:
            hint = did_you_mean(key, known)
            message = f"a {kind} has no field `{key}`"
            entry.fault("vocabulary-field", tree.keys_at[key], message, hint)
        elif key in facts:
            words = _words(entry, key, value)
            if words:
                extra[key] = words[0] if isinstance(value, str) else words
    lists = {key: _words(entry, key, tree.get(key)) for key in _LISTS if key in known}
    entry.term = Term(
        kind,
        entry.term.name,
        codes=_codes(entry),
        label=_word(entry, "label"),
        source=_word(entry, "source") or source,
        extra=extra,
        is_class=_flag(entry, "class"),
        **lists,
    )
    _check_units(entry)


def _words(entry: _Entry, key: str, value: Value) -> tuple[str, ...]:
    """Read one word or a list of words."""
    if not value:
        return ()
    items = value if isinstance(value, Seq) else [value]
    words = [" ".join(item.split()) for item in items if isinstance(item, str) and item.strip()]
    if len(words) != len(items):
        entry.fault("vocabulary-shape", entry.place(key), f"`{key}` is a word or a list of words")
    return tuple(dict.fromkeys(words))


def _word(entry: _Entry, key: str) -> str:
    words = _words(entry, key, entry.tree.get(key))
    if len(words) > 1:
        entry.fault("vocabulary-shape", entry.place(key), f"`{key}` is one word or phrase")
    return words[0] if words else ""


def _flag(entry: _Entry, key: str) -> bool:
    value = entry.tree.get(key)
    if value and value not in ("true", "false"):
        entry.fault("vocabulary-shape", entry.place(key), f"`{key}` is true or false")
    return value == "true"


def _codes(entry: _Entry) -> dict[str, str]:
    """Read a term's identifiers."""
    tree = entry.tree.get("codes")
    if not isinstance(tree, Map):
        if tree:
            message = "`codes` maps code systems to codes"
            entry.fault("vocabulary-shape", entry.place("codes"), message)
        return {}
    codes: dict[str, str] = {}
    for system, code in tree.items():
        pattern = _CODES.get(system)
        if not isinstance(code, str) or (pattern and not pattern.fullmatch(code)):
            message = f"`{code if isinstance(code, str) else '...'}` is not a code of {system}"
            entry.fault("vocabulary-code", tree.values_at[system], message)
        else:
            codes[system] = code
    return codes


def _check_units(entry: _Entry) -> None:
    """Check that a marker's units and equations can be computed with."""
    extra = entry.term.extra
    for key in ("unit", "assay_specific"):
        value = extra.get(key, ())
        for word in (value,) if isinstance(value, str) else value:
            unit = parse_unit(word)
            if unit is None or unit.slip:
                message = unit.slip if unit else f"`{word}` is not a unit known here"
                entry.fault("vocabulary-unit", entry.word_at(key, word), message)
    value = extra.get("equivalent", ())
    for word in (value,) if isinstance(value, str) else value:
        if parse_equivalent(word) is None:
            message = f"`{word}` does not equate two quantities"
            hint = "write it as `1 mmol/L = 88.57 mg/dL`"
            entry.fault("vocabulary-unit", entry.word_at("equivalent", word), message, hint)


def _check_links(entry: _Entry, vocabulary: Vocabulary) -> None:
    """Check that every term named exists."""
    term = entry.term
    named = [(key, term.kind, word) for key in _LISTS[1:] for word in getattr(term, key)]
    for key, value in term.extra.items():
        if kind := _LINKS.get((term.kind, key)):
            words = (value,) if isinstance(value, str) else value
            named += [(key, kind, word) for word in words]
    for key, kind, word in named:
        if vocabulary.find(kind, word) is None:
            near = vocabulary.suggest(kind, word)
            hint = f"did you mean `{near}`?" if near else f"add it as a {kind}"
            message = f"`{key}` of {term.name} names `{word}`, which is not a known {kind}"
            entry.fault("vocabulary-dangling", entry.word_at(key, word), message, hint)


def _cycles(entries: Iterable[_Entry], vocabulary: Vocabulary) -> list[Finding]:
    """Report terms that lead back to themselves."""
    says = {"broader": "a kind of", "components": "made of"}
    found = []
    for entry in entries:
        kind, name = entry.term.kind, entry.term.name
        for key, relation in says.items():
            for word in getattr(entry.term, key):
                if _leads_to(vocabulary, kind, key, word, name):
                    at = span_of(entry.file, entry.word_at(key, word))
                    message = f"{name} is {relation} {word}, which is {relation} {name} in turn"
                    if fold(word) == fold(name):
                        message = f"{name} is {relation} itself"
                    subject = f"{kind}/{name}"
                    found.append(
                        Finding("vocabulary-cycle", Severity.ERROR, at, message, "", subject)
                    )
    return found


def _leads_to(vocabulary: Vocabulary, kind: Kind, key: str, start: str, goal: str) -> bool:
    """Tell whether following one relation from a term arrives at another."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        term = vocabulary.find(kind, todo.pop())
        if term is None or term.name in seen:
            continue
        if term.name == goal:
            return True
        seen.add(term.name)
        todo += getattr(term, key)
    return False
