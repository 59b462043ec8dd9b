"""Terms and their lookups: what a word names, what it is a kind of, what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from paucity.text import Document, Finding, closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Fact: TypeAlias = "str | tuple[str, ...]"
"""The value of a kind-specific fact: one word, or several."""

_SHORT: Final = 5
"""Words of fewer letters (``of``, ``type``) say nothing about which term was meant."""


class Kind(StrEnum):
    """What sort of thing a term names. Names are unique within a kind."""

    DRUG = "drug"
    DISEASE = "disease"
    TRIGGER = "trigger"
    MARKER = "marker"
    GENE = "gene"
    EVENT = "event"
    DESIGN = "design"
    ROUTE = "route"
    STATUS = "status"
    AGE = "age group"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing the field has a name for.

    Attributes:
        kind: what sort of thing it is.
        name: the preferred name, unique within its kind.
        synonyms: other names; each belongs to one term of the kind.
        broader: names of more general terms of the same kind.
        components: names of the drugs a combination is made of.
        codes: identifiers by code system, such as ``{"ATC": "L04AC03"}``.
        label: how to print it.
        source: where the facts are from.
        extra: facts only this kind has, such as a marker's ``unit`` or a gene's ``protein``.
        is_class: whether it is a group (corticosteroid) and not something given or measured.
    """

    kind: Kind
    name: str
    synonyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    label: str = ""
    source: str = ""
    extra: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    is_class: bool = False

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)

    @property
    def words(self) -> tuple[str, ...]:
        """Every name of the term, the preferred one first."""
        return (self.name, *self.synonyms)


def fold(word: str) -> str:
    """Return the form in which words are compared: no case, single spaces.

    >>> fold("  Rabbit   ATG ")
    'rabbit atg'
    """
    return " ".join(word.split()).casefold()


class Vocabulary:
    """Terms by kind and name. Never changed; :meth:`extended` makes another.

    Where two terms claim a word the first keeps it: a name before any synonym, then the order
    given. Use :meth:`extended` to be told of such conflicts.

    >>> steroid = Term(Kind.DRUG, "corticosteroid", synonyms=("steroids",), is_class=True)
    >>> dex = Term(Kind.DRUG, "dexamethasone", broader=("corticosteroid",))
    >>> words = Vocabulary([steroid, dex])
    >>> words.is_a(Kind.DRUG, "Dexamethasone", "steroids")
    True
    """

    __slots__ = ("_ancestors", "_by_kind", "_components", "_index", "_kinds")

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self._by_kind: dict[Kind, dict[str, Term]] = {}
        self._index: dict[tuple[Kind, str], Term] = {}
        self._ancestors: dict[tuple[Kind, str], frozenset[str]] = {}
        self._components: dict[str, tuple[str, ...]] = {}
        self._kinds: dict[tuple[Kind, str, str], bool] = {}
        for term in terms:
            self._by_kind.setdefault(term.kind, {}).setdefault(term.name, term)
        for kind, named in self._by_kind.items():
            for term in named.values():
                self._index.setdefault((kind, fold(term.name)), term)
        for kind, named in self._by_kind.items():
            for term in named.values():
                for synonym in term.synonyms:
                    self._index.setdefault((kind, fold(synonym)), term)

    def __iter__(self) -> Iterator[Term]:
        for named in self._by_kind.values():
            yield from named.values()

    def __len__(self) -> int:
        return sum(map(len, self._by_kind.values()))

    def find(self, kind: Kind, word: str) -> Term | None:
        """Return the term a word names, or None.

        Args:
            kind: the kind of term.
            word: a name or synonym; case and extra spaces do not matter.

        >>> Vocabulary([Term(Kind.GENE, "XIAP", synonyms=("BIRC4",))]).find(Kind.GENE, "birc4").name
        'XIAP'
        """
        return self._index.get((kind, fold(word)))

    def suggest(self, kind: Kind, word: str) -> str | None:
        """Return the known word nearest to an unknown one, or None if none is near.

        A word that is like no whole name is compared with the single words of longer names.

        >>> words = Vocabulary([Term(Kind.DRUG, "alemtuzumab")])
        >>> words.suggest(Kind.DRUG, "alemtuzumb")
        'alemtuzumab'
        """
        names = {spelled for term in self.terms(kind) for spelled in term.words}
        if near := closest(fold(word)[:80], names):
            return near
        if " " in fold(word):
            return None
        parts: dict[str, str] = {}
        for name in sorted(names, key=lambda n: (len(n), n)):
            for part in name.split():
                if len(part) > _SHORT and part != name:
                    parts.setdefault(part.casefold(), name)
        near = closest(fold(word)[:80], parts)
        return parts[near] if near else None

    def is_a(self, kind: Kind, term: str, ancestor: str) -> bool:
        """Tell whether one term is the other, or a kind of it.

        Args:
            kind: the kind of both terms.
            term: a name or synonym.
            ancestor: a name or synonym.

        Returns:
            True for equal terms and for any chain of broader terms; a word that is not in the
            vocabulary is only itself.
        """
        key = (kind, term, ancestor)
        if (known := self._kinds.get(key)) is None:
            below, above = self.find(kind, term), self.find(kind, ancestor)
            if below is None or above is None:
                known = fold(term) == fold(ancestor)
            else:
                known = above.name in self._lineage(below)
            self._kinds[key] = known
        return known

    def _lineage(self, term: Term) -> frozenset[str]:
        """Return the term's name and the names of everything it is a kind of."""
        key = (term.kind, term.name)
        if (known := self._ancestors.get(key)) is not None:
            return known
        seen: set[str] = set()
        todo = [term]
        while todo:
            current = todo.pop()
            if current.name in seen:
                continue
            seen.add(current.name)
            todo += [t for b in current.broader if (t := self.find(term.kind, b)) is not None]
        return self._ancestors.setdefault(key, frozenset(seen))

    def members(self, kind: Kind, ancestor: str) -> tuple[str, ...]:
        """Return the names of the terms that are a kind of `ancestor`, without itself, by name."""
        above = self.find(kind, ancestor)
        if above is None:
            return ()
        return tuple(
            t.name
            for t in self.terms(kind)
            if t.name != above.name and above.name in self._lineage(t)
        )

    def components(self, name: str) -> tuple[str, ...]:
        """Return the drugs in a combination, or the drug itself.

        Args:
            name: a drug or regimen; one that is not in the vocabulary is its own component.

        Returns:
            Names in the order the combination lists them, each once; a combination within a
            combination is taken apart.
        """
        if (known := self._components.get(name)) is not None:
            return known
        found: dict[str, None] = {}
        seen: set[str] = set()

        def take_apart(word: str) -> None:
            term = self.find(Kind.DRUG, word)
            if term is None or not term.components:
                found[term.name if term else word] = None
            elif term.name not in seen:
                seen.add(term.name)
                for component in term.components:
                    take_apart(component)

        take_apart(name)
        return self._components.setdefault(name, tuple(found))

    def terms(self, kind: Kind) -> tuple[Term, ...]:
        """Return every term of a kind, ordered by name."""
        named = self._by_kind.get(kind, {})
        return tuple(named[name] for name in sorted(named))

    def extended(self, documents: Iterable[Document]) -> tuple[Vocabulary, list[Finding]]:
        """Return this vocabulary with the terms of a review's own files added.

        Args:
            documents: vocabulary files as read; each may add terms, or names and facts to terms
                already here.

        Returns:
            The larger vocabulary, and what was wrong with the files (their own findings
            included). A fault costs the word or fact it stands on, never the rest.
        """
        from paucity.vocabulary.load import extend

        return extend(self, documents)
