"""The regimens bundled with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from paucity.dosing.model import Regimen, read_regimen
from paucity.text import Finding, Severity, Span, did_you_mean, parse_yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from paucity.vocabulary import Vocabulary

FOLDER: Final = "library/regimens"
"""Where bundled regimens stand, as named in spans."""


def _folder() -> Traversable:
    return files("paucity").joinpath("library").joinpath("regimens")


@cache
def library_regimens() -> tuple[str, ...]:
    """Return the names of the bundled regimens, in order.

    >>> "dep" in library_regimens()
    True
    """
    entries = _folder().iterdir()
    return tuple(sorted(e.name.removesuffix(".yaml") for e in entries if e.name.endswith(".yaml")))


def load_library_regimen(name: str, vocabulary: Vocabulary) -> tuple[Regimen | None, list[Finding]]:
    """Read a bundled regimen.

    Args:
        name: its name, one of :func:`library_regimens`.
        vocabulary: the drugs and routes known.

    Returns:
        The regimen, None if there is none of this name, and what was wrong.

    >>> from paucity.vocabulary import bundled
    >>> load_library_regimen("dep", bundled())[0].drugs
    ('liposomal doxorubicin', 'etoposide', 'methylprednisolone')
    """
    known = library_regimens()
    if name not in known:
        hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
        message = f"the library has no regimen `{name[:60]}`"
        fault = Finding("unknown-regimen", Severity.ERROR, Span(FOLDER), message, hint, name[:60])
        return None, [fault]
    text = _folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return read_regimen(parse_yaml(text, f"{FOLDER}/{name}.yaml"), vocabulary)
