"""What the codes of a data set stand for: markers, units, values; and what is told of the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from paucity.response.cells import Meaning, Words
from paucity.response.measured import Fault
from paucity.response.readers.mapping import EMPTY, MappingFile, bundled_mapping, joined, normal
from paucity.text import Finding, Severity, Span
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.vocabulary import Term

SHOWN: Final = 20
"""How many unmapped codes are told one by one."""

IGNORED: Final = "\0ignored"
"""What a code stands for that the mapping file says to ignore."""

IGNORED_MARKER: Final = Fault("marker-ignored", "the mapping file says to ignore this marker")


class Codes:
    """The codes of one data set: its own mapping first, then the bundled ones, then names.

    Args:
        vocabulary: the markers.
        own: the mapping file of the data set.
    """

    def __init__(
        self, vocabulary: Vocabulary | None = None, own: MappingFile | None = None
    ) -> None:
        self.vocabulary = vocabulary or bundled()
        self.own = own or EMPTY
        self.all = joined(self.own, bundled_mapping())
        self.ignored = frozenset(self.own.ignore)
        self._words = Words(self.vocabulary)
        self._index, self._next = frozenset(self.all.index), frozenset(self.all.next_therapy)

    def marker(self, *codes: str) -> str:
        """Return the marker that the first known of some codes of one thing stands for.

        Args:
            *codes: of the same thing, with their systems or as bare words.

        Returns:
            The preferred name, `IGNORED`, or an empty text where none is known.

        >>> Codes().marker("LOINC:2276-4"), Codes().marker("sIL-2R"), Codes().marker("shoe size")
        ('ferritin', 'soluble IL-2 receptor', '')
        """
        known = [normal(code) for code in codes if code.strip()]
        for named in (self.own.markers, self.all.markers):
            for code in known:
                if found := named.get(code):
                    return found
        if any(code in self.ignored for code in known):
            return IGNORED
        for code in codes:
            if term := self._words.term(code):
                return term.name
        return ""

    def is_sign(self, marker: str) -> bool:
        """Tell whether a marker has words for values, and no numbers."""
        term = self.vocabulary.find(Kind.MARKER, marker)
        return term is not None and bool(term.extra.get("values"))

    def event(self, *codes: str) -> str:
        """Return `index`, `next therapy`, or an empty text for a treatment."""
        known = {normal(code) for code in codes}
        if known & self._index:
            return "index"
        return "next therapy" if known & self._next else ""

    def unit(self, *codes: str) -> str:
        """Return the unit that the first known of some codes stands for, else the last code.

        >>> Codes(own=MappingFile(units={"gi/l": "10*9/L"})).unit("GI/L")
        '10*9/L'
        """
        for code in codes:
            if code.strip() and (found := self.all.units.get(normal(code))):
                return found
        return codes[-1] if codes else ""

    def value(self, *codes: str) -> str:
        """Return the word of a sign that the first known of some codes means, else the last."""
        for code in codes:
            if code.strip() and (found := self.all.values.get(normal(code))):
                return found
        return codes[-1] if codes else ""


class CodedWords(Words):
    """The words of a data set whose units and signs go through its mapping.

    Args:
        codes: what codes stand for.
        units: the unit to turn values of a marker into, where it is not the vocabulary's.
        assume_unit: take a value without unit to be in the usual unit.
        named: markers have their preferred names already, so they are not mapped again.
    """

    def __init__(
        self,
        codes: Codes,
        units: Mapping[str, str] | None = None,
        *,
        assume_unit: bool = False,
        named: bool = False,
    ) -> None:
        markers = {} if named else codes.all.markers
        super().__init__(codes.vocabulary, markers, units, assume_unit=assume_unit)
        self._codes = codes
        self._ignored = frozenset() if named else codes.ignored

    def term(self, word: str) -> Term | None:
        """Return the marker a word or code names, or None."""
        return super().term(normal(word)) if normal(word) in self.mapping else super().term(word)

    def _meaning(self, marker: str, unit: str) -> Meaning | Fault:
        if normal(marker) in self._ignored and normal(marker) not in self._codes.own.markers:
            return IGNORED_MARKER
        found = super()._meaning(marker, self._codes.unit(unit))
        if isinstance(found, Meaning) and found.values:
            spelled = self._codes.all.values
            return replace(found, spelled=tuple((k, v.casefold()) for k, v in spelled.items()))
        return found


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code that stands for no marker: how it is named, and in how many rows."""

    code: str
    display: str
    count: int


def unmapped_findings(name: str, found: Iterable[Unmapped]) -> list[Finding]:
    """Return what is told of codes that stand for no marker, the most frequent first.

    Args:
        name: of the data.
        found: the codes, in any order.
    """
    ordered = sorted(found, key=lambda u: (-u.count, u.code))
    hint = "add it to `markers` of the mapping file, or to `ignore`"
    out = []
    for unmapped in ordered[:SHOWN]:
        named = unmapped.display[:60]
        display = f" ({named})" if named and named != unmapped.code else ""
        rows = "1 row" if unmapped.count == 1 else f"{unmapped.count} rows"
        message = f"`{unmapped.code[:60]}`{display} stands for no marker; {rows} not used"
        subject = f"{name}/unmapped-code/{unmapped.code[:60]}"
        code = "unmapped-code"
        out.append(Finding(code, Severity.WARNING, Span(name), message, hint, subject))
    if rest := ordered[SHOWN:]:
        left, every = sum(u.count for u in rest), sum(u.count for u in ordered)
        message = (
            f"{len(rest)} further codes stand for no marker; {left} rows not used"
            f" ({len(ordered)} codes with {every} rows in all)"
        )
        subject = f"{name}/unmapped-code"
        out.append(Finding("unmapped-code", Severity.WARNING, Span(name), message, hint, subject))
    return out
