"""What the words of a table mean: markers, units, values, limits and flags.

Both readers, row by row and in bulk, ask here, so that they cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.response.measured import Fault, Measured, read_value, scaled
from paucity.response.series import EVENT_WORDS, FLAGS
from paucity.vocabulary import Kind, UnitError, Vocabulary, convert, parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.vocabulary import Term


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a marker and its unit as written stand for.

    Attributes:
        marker: preferred name; empty for an event.
        event: the event, if it is one.
        values: the words of a sign.
        unit: the unit the values are turned into.
        factor: what a value is multiplied by.
        offset: what is added then.
        warning: what is odd about the unit, though it can be read.
        spelled: other spellings of the words of a sign, each with the word.
    """

    marker: str
    event: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    warning: Fault | None = None
    spelled: tuple[tuple[str, str], ...] = ()


class Words:
    """The vocabulary of one data set, with what its owner says about it.

    Args:
        vocabulary: the markers.
        mapping: markers by the word the data use for them.
        units: the unit to turn values of a marker into, where it is not the vocabulary's.
        assume_unit: take a value without unit to be in the usual unit.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        mapping: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
        *,
        assume_unit: bool = False,
    ) -> None:
        self.vocabulary = vocabulary
        self.mapping = {k.strip().casefold(): v for k, v in (mapping or {}).items()}
        self.assume_unit = assume_unit
        self.codes = {c: t for t in vocabulary.terms(Kind.MARKER) for c in t.codes.values()}
        named = ((self.term(name), unit) for name, unit in (units or {}).items())
        self.chosen = {term.name: unit for term, unit in named if term}
        self._known: dict[tuple[str, str], Meaning | Fault] = {}

    def term(self, word: str) -> Term | None:
        """Return the marker a word or LOINC code names, or None."""
        plain = word.strip()
        plain = self.mapping.get(plain.casefold(), plain)
        found = self.vocabulary.find(Kind.MARKER, plain)
        return found or self.codes.get(plain.removeprefix("LOINC:").strip())

    def unit_of(self, term: Term) -> str:
        """Return the unit that values of a marker are turned into."""
        usual = term.extra.get("unit", "")
        return self.chosen.get(term.name) or (usual if isinstance(usual, str) else "")

    def meaning(self, marker: str, unit: str) -> Meaning | Fault:
        """Return what a marker with its unit stands for, or why that is not known."""
        key = (marker, unit)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._meaning(marker.strip(), unit.strip())
        return known

    def _meaning(self, marker: str, unit: str) -> Meaning | Fault:
        if not marker:
            return Fault("marker-missing", "there is no marker")
        term = self.term(marker)
        if term is None:
            if event := EVENT_WORDS.get(" ".join(marker.casefold().split())):
                return Meaning("", event)
            near = self.vocabulary.suggest(Kind.MARKER, marker)
            hint = f"; did you mean `{near}`?" if near else ""
            return Fault("unmapped-marker", f"`{marker[:60]}` is not a known marker{hint}")
        values = term.extra.get("values", ())
        if values:
            return Meaning(term.name, values=(values,) if isinstance(values, str) else values)
        target = self.unit_of(term)
        if not unit:
            if not self.assume_unit and (parsed := parse_unit(target)) and parsed.dimension:
                usual = f"; the usual one is {target}"
                return Fault("unit-missing", f"{term.label} has no unit{usual}")
            return Meaning(term.name, unit=target)
        try:
            offset = convert(Fraction(0), unit, target, term)
            factor = convert(Fraction(1), unit, target, term) - offset
        except UnitError as error:
            reason = str(error)
            named = reason if term.label in reason else f"{term.label}: {reason}"
            return Fault("unit-not-convertible", named)
        slip = (parsed.slip if (parsed := parse_unit(unit)) else "") or ""
        warning = Fault("unit-slip", f"{term.label}: {slip}") if slip else None
        return Meaning(term.name, "", (), target, factor, offset, warning)


_SIGN_WORDS: Final = {
    "yes": "present",
    "y": "present",
    "true": "present",
    "1": "present",
    "positive": "present",
    "no": "absent",
    "n": "absent",
    "false": "absent",
    "0": "absent",
    "negative": "absent",
}
_NUMBER: Final = re.compile(r"\d{1,12}(\.\d{0,12})?|\.\d{1,12}", re.ASCII)


def value_of(text: str, meaning: Meaning) -> Measured | str | Fault:
    """Return a value in the usual unit, or a word of a sign, or why it is none.

    >>> from paucity.vocabulary import bundled
    >>> str(value_of("265", Words(bundled()).meaning("platelets", "cells/ul")))
    '0.265'
    """
    if not meaning.values:
        value = read_value(text)
        plain = meaning.factor == 1 and not meaning.offset
        if isinstance(value, Fault) or plain:
            return value
        return scaled(value, meaning.factor, meaning.offset)
    word = " ".join(text.casefold().split())
    if not word:
        return Fault("value-missing", "there is no value")
    word = dict(meaning.spelled).get(word, word)
    if word not in meaning.values and {"present", "absent"} == set(meaning.values):
        word = _SIGN_WORDS.get(word, word)
    if word in meaning.values:
        return word
    listed = " or ".join(meaning.values)
    return Fault("value-not-a-sign", f"{meaning.marker} is `{text[:40]}`, expected {listed}")


def limit_of(text: str, meaning: Meaning) -> Fraction | Fault | None:
    """Return a reference limit in the usual unit, None where there is none, or what is wrong."""
    word = text.strip()
    if not word or meaning.values:
        return None
    if not _NUMBER.fullmatch(word):
        return Fault("limit-not-a-number", f"the limit `{word[:40]}` is not a number")
    return Fraction(word) * meaning.factor + meaning.offset


def flags_of(text: str) -> tuple[int, tuple[str, ...]]:
    """Return the bits of the known flags, and the words that are none.

    >>> flags_of("H; fasting")
    (2, ('fasting',))
    """
    bits, other = 0, []
    for word in re.split(r"[;,|\s]+", text.strip().casefold()):
        if word in FLAGS:
            bits |= FLAGS[word]
        elif word:
            other.append(word)
    return bits, tuple(other)
