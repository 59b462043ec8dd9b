"""Codes of markers and units in other systems: those by which data are read, turned round."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from paucity.response.readers.mapping import bundled_mapping
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from paucity.vocabulary import Vocabulary


def codes_of(marker: str, system: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return a marker's codes in a system, the vocabulary's own first.

    Args:
        marker: preferred name.
        system: such as ``LOINC``, ``HP``, ``OMOP``.
        vocabulary: knows the marker.

    >>> from paucity.vocabulary import bundled
    >>> codes_of("platelets", "LOINC", bundled()), codes_of("fever", "HP", bundled())
    (('777-3', '26515-7'), ('0001945',))
    """
    term = vocabulary.find(Kind.MARKER, marker)
    own = term.codes.get(system, "") if term else ""
    known = _inverse("markers").get((marker, system.casefold()), ())
    return tuple(dict.fromkeys((*([own] if own else []), *known)))


def unit_codes(system: str) -> dict[str, str]:
    """Return the code of each unit in a system: UCUM code by the system's.

    >>> unit_codes("OMOP")["8748"]
    'ug/L'
    """
    wanted = system.casefold()
    return {
        code: unit
        for (unit, of), codes in _inverse("units").items()
        if of == wanted
        for code in codes
    }


@cache
def _inverse(what: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return codes by what they stand for and their system, in the order they are listed."""
    out: dict[tuple[str, str], tuple[str, ...]] = {}
    listed: dict[str, str] = getattr(bundled_mapping(), what)
    for code, name in listed.items():
        system, colon, rest = code.partition(":")
        if colon:
            key = (name, system)
            out[key] = (*out.get(key, ()), rest)
    return out
