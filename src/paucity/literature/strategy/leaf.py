"""Make the node of one of PubMed's terms with its tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.fields import PROXIMITY, Tag, subheading
from paucity.literature.strategy.nodes import (
    Field,
    Filter,
    MeSH,
    Near,
    Node,
    Or,
    PublicationType,
    Subheading,
    Term,
)
from paucity.literature.strategy.spell import clean

if TYPE_CHECKING:
    from paucity.literature.strategy.scan import Source

_FILTER: Final = re.compile(
    r"(?:has[a-z]{3,40}|pubstatus[a-z]{3,20}|owner[a-z]{2,10}|pmcbook(?:title|chapter)?)"
)
_PMID: Final = re.compile(r"\d{5,8}")
"""PubMed joins PMIDs side by side by OR (User Guide, "PMID [pmid]")."""

_LETTER: Final = re.compile(r"[^\W_]")


def leaf(source: Source, text: str, tag: Tag | None, offset: int, *, quoted: bool) -> Node | None:
    """Return the node of a term and its tag, any tag but that of a date.

    Args:
        source: takes the findings.
        text: the term as typed, without quotes.
        tag: None if it has none.
        offset: where it stands.
        quoted: it stands in quotes.

    Returns:
        The node; None if the term holds neither letter nor number.
    """
    at = source.at(offset)
    if not _LETTER.search(text):
        message = f"`{text}` holds neither letter nor number and is passed over"
        source.fault("strategy-sign-alone", offset, message, "remove it")
        return None
    if tag is None:
        return _untagged(source, text, offset, quoted=quoted)
    match tag.kind:
        case "mesh" | "major":
            heading, qualifier = _divided(text)
            explode = tag.explode and not heading.endswith("*")
            return MeSH(heading, qualifier, explode, tag.kind == "major", at)
        case "subheading":
            name = subheading(text)
            if not name:
                message = f"`{text}` is no subheading of MeSH"
                hint = "see the list of subheadings in PubMed's help"
                source.fault("strategy-subheading-unknown", offset, message, hint)
            return Subheading(name or text.casefold(), tag.explode, at)
        case "type":
            return PublicationType(text, tag.explode, at)
        case "filter":
            return Filter(text.casefold(), at)
        case _:
            return _term(source, text, tag, offset, quoted=quoted)


def _untagged(source: Source, text: str, offset: int, *, quoted: bool) -> Node:
    at = source.at(offset)
    if _FILTER.fullmatch(text.casefold()):
        return Filter(text.casefold(), at)
    numbers = text.split()
    if len(numbers) > 1 and all(map(_PMID.fullmatch, numbers)):
        return Or(tuple(Term(number, Field.PMID, at=at) for number in numbers), at)
    heading, qualifier = _divided(text)
    if qualifier and not quoted:
        return MeSH(heading, qualifier, at=at)
    text = clean(source, text, offset)
    return Term(text, None, quoted, at)


def _term(source: Source, text: str, tag: Tag, offset: int, *, quoted: bool) -> Node:
    at = source.at(offset)
    field = tag.field or Field.ALL
    if tag.distance is not None:
        near = _near(source, text, tag.distance, field, offset)
        if near is not None:
            return near
    return Term(clean(source, text, offset), field, quoted, at)


def _near(source: Source, text: str, distance: int, field: Field, offset: int) -> Node | None:
    at = source.at(offset)
    if field not in PROXIMITY:
        told = f"PubMed has no proximity in [{field.value}]; the term is read as a phrase"
        hint = "use [ti], [tiab] or [ad]"
    elif "*" in text:
        told = "PubMed passes over the distance where a word is truncated"
        hint = "write the words out, or give up the distance"
    else:
        words = clean(source, text, offset, hyphens=False).split()
        if len(words) > 1:
            return Near(tuple((word,) for word in words), distance, field, at=at)
        told, hint = "one word has no distance to another", "write two words or more"
    source.fault("strategy-proximity-ignored", offset, told, hint)
    return None


def _divided(text: str) -> tuple[str, str]:
    """Return heading and subheading: a slash divides them only before a known subheading.

    >>> _divided("Hypertension/dt"), _divided("hip/groin pain")
    (('Hypertension', 'drug therapy'), ('hip/groin pain', ''))
    """
    heading, _, last = text.strip().rstrip("/").rpartition("/")
    qualifier = subheading(last) if heading else ""
    return (heading.strip(), qualifier) if qualifier else (text.strip().rstrip("/").strip(), "")
