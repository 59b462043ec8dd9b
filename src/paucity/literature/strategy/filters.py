"""PubMed's filters that a record alone can answer, and what each of the others stands for.

Source: PubMed User Guide, "Filter search strategies", "Comment Correction Type" and the queries
``hasabstract`` and the like that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.nodes import Field, MeSH, Node, Or, PublicationType, Term
from paucity.literature.strategy.words import key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from paucity.literature.record import Record
    from paucity.logic import Truth

_HEADINGS: Final[Mapping[str, tuple[tuple[str, bool], ...]]] = {
    "humans": (("Humans", True),),
    "human": (("Humans", True),),
    "animal": (("Animals", False),),
    "animals": (("Animals", False),),
    "other animals": (("Animals", False),),
    "female": (("Female", True),),
    "male": (("Male", True),),
    "allchild": (("Infant", True), ("Child", True), ("Adolescent", True)),
    "newborn": (("Infant, Newborn", True),),
    "allinfant": (("Infant", True),),
    "infant": (("Infant", False),),
    "preschoolchild": (("Child, Preschool", True),),
    "child": (("Child", False),),
    "adolescent": (("Adolescent", True),),
    "alladult": (("Adult", True),),
    "youngadult": (("Young Adult", True),),
    "adult": (("Adult", False),),
    "middleagedaged": (("Middle Aged", True), ("Aged", True)),
    "middleaged": (("Middle Aged", True),),
    "aged": (("Aged", True),),
    "80andover": (("Aged, 80 and over", True),),
}
_LANGUAGES: Final = frozenset(
    {
        "arabic", "bulgarian", "chinese", "croatian", "czech", "danish", "dutch", "english",
        "finnish", "french", "german", "greek", "hebrew", "hungarian", "italian", "japanese",
        "korean", "norwegian", "persian", "polish", "portuguese", "romanian", "russian", "spanish",
        "swedish", "turkish", "ukrainian",
    }
)  # fmt: skip
_TYPES: Final[Mapping[str, str]] = {
    key(name).replace(" ", ""): name
    for name in (
        "Case Reports", "Clinical Study", "Clinical Trial", "Comparative Study", "Comment",
        "Controlled Clinical Trial", "Editorial", "Guideline", "Journal Article", "Letter",
        "Meta-Analysis", "Multicenter Study", "News", "Observational Study", "Practice Guideline",
        "Preprint", "Randomized Controlled Trial", "Review", "Systematic Review",
    )
}  # fmt: skip


def expanded(name: str) -> Node | None:
    """Return the search that a filter stands for, or None if it is none of headings and the like.

    >>> expanded("humans")
    MeSH(heading='Humans', qualifier='', explode=True, major=False, at=...)
    """
    short = name.casefold().replace(" ", "").replace("-", "")
    found = _HEADINGS.get(name.casefold()) or _HEADINGS.get(short)
    if found:
        nodes = tuple(MeSH(heading, "", explode) for heading, explode in found)
        return nodes[0] if len(nodes) == 1 else Or(nodes)
    if name.casefold() in _LANGUAGES:
        return Term(name, Field.LANGUAGE)
    if short in _TYPES and short != "systematicreview":
        return PublicationType(_TYPES[short])
    return None


_HAS: Final[Mapping[str, Callable[[Record], bool]]] = {
    "all": lambda r: True,  # noqa: ARG005
    "hasabstract": lambda r: bool(r.abstract),
    "haskeyword": lambda r: bool(r.keywords),
    "hasdatabanklist": lambda r: bool(r.registrations),
    "hascois": lambda r: any(n in {"pubmed:COI", "nbib:COIS"} for n, _ in r.extra),
    "hasnonenglishabstract": lambda r: any(
        n.startswith("pubmed:OtherAbstract") or n == "nbib:OAB" for n, _ in r.extra
    ),
}


def has(name: str, record: Record) -> Truth:
    """Tell whether a record passes a filter; None if a record alone cannot tell.

    >>> from paucity.literature.record import Record
    >>> has("hasabstract", Record(abstract="A case.")), has("free full text", Record())
    (True, None)
    """
    test = _HAS.get(name)
    if test is not None:
        return test(record)
    if name.startswith("has") and name[3:] in _RELATIONS:
        return any(_relation(c.kind) == name[3:] for c in record.corrections)
    return None


def passed(record: Record) -> Iterator[str]:
    """Yield the name of every filter that a record passes, of those that a record alone answers.

    >>> from paucity.literature.record import Record
    >>> list(passed(Record(abstract="A case.")))
    ['all', 'hasabstract']
    """
    yield from (name for name, test in _HAS.items() if test(record))
    held = {_relation(c.kind) for c in record.corrections}
    yield from (f"has{name}" for name in sorted(held & _RELATIONS))


def is_known(name: str) -> bool:
    """Tell whether a filter can be answered here."""
    return name in _HAS or name[3:] in _RELATIONS or expanded(name) is not None


def _relation(kind: str) -> str:
    return kind.casefold().replace("correctedand", "corrected")


_RELATIONS: Final = frozenset(
    {
        "commentin", "commenton", "correctedrepublishedin", "correctedrepublishedfrom", "erratumin",
        "erratumfor", "expressionofconcernin", "expressionofconcernfor", "originalreportin",
        "republishedin", "republishedfrom", "retractedandrepublishedin",
        "retractedandrepublishedfrom", "retractionin", "retractionof", "summaryforpatientsin",
        "updatein", "updateof",
    }
)  # fmt: skip
