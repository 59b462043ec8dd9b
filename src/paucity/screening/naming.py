"""Which report a person means who names a record, however the identity is written.

A DOI may stand in capitals, with `doi:` or as an address; a PMID or PMCID bare, with its label, or
as an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from paucity.literature.normal import doi_key
from paucity.literature.values import doi_in
from paucity.screening.corpus import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.screening.corpus import Corpus

_ADDRESS: Final = r"(?:https?://)?(?:www\.)?"
_PMID: Final = re.compile(
    rf"(?:pmid|pubmed(?: id)?)?[\s:#]*0*(\d{{1,9}})(?:\.0)?"
    rf"|{_ADDRESS}(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{{1,9}})/?",
    re.IGNORECASE,
)
_PMCID: Final = re.compile(
    rf"(?:pmcid|pmc id)?[\s:#]*(PMC\d{{1,9}})(?:\.\d+)?"
    rf"|{_ADDRESS}(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pmc)/articles/(PMC\d{{1,9}})/?",
    re.IGNORECASE,
)
_DOI: Final = re.compile(rf"(?:doi[\s:]*)?({_ADDRESS}(?:dx\.)?doi\.org/)?(10\.\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text that names a record was taken for.

    Attributes:
        name: the identity that votes are written under; the text itself if nothing was found.
        reports: the reports that it can mean, by position.
        exact: the text was that identity, letter by letter.
    """

    name: str
    reports: frozenset[int] = frozenset()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a corpus, to look up what a person wrote."""

    corpus: Corpus
    _bare: dict[str, set[str]] = field(default_factory=dict)

    def meant(self, text: str) -> Meant:
        """Return what a text names: a report, several if it is not clear, or none."""
        text = text.strip()
        if held := self.corpus.by_name.get(text):
            return Meant(text, held, exact=True)
        found = {name: self.corpus.by_name[name] for name in self._written_as(text)}
        reports = frozenset(n for held in found.values() for n in held)
        return Meant(min(found), reports) if found else Meant(text)

    def candidates(self, meant: Meant, most: int = 5) -> str:
        """Return the reports that a text can mean, as they are to be named."""
        names = sorted(name_of(self.corpus, report) for report in meant.reports)
        more = f" and {len(names) - most} more" if len(names) > most else ""
        return ", ".join(f"`{name}`" for name in names[:most]) + more

    def _written_as(self, text: str) -> Iterator[str]:
        """Yield the names of the corpus that a text may be meant as."""
        identity, inside, file = text.partition(" in ")
        for name in spellings(identity):
            if f"{name}{inside}{file}" in self.corpus.by_name:
                yield f"{name}{inside}{file}"
        if not self._bare:
            for name in self.corpus.by_name:
                scheme, _, value = name.partition(":")
                if " in " not in value and scheme != "text":
                    self._bare.setdefault(value.casefold(), set()).add(name)
        yield from sorted(self._bare.get(text.casefold(), ()))


def spellings(text: str) -> list[str]:
    """Return the identities that a text may be another spelling of.

    >>> spellings("https://doi.org/10.1000/ELM.4"), spellings("PMID: 123"), spellings("pmc77")
    (['doi:10.1000/elm.4'], ['pmid:123'], ['pmcid:PMC77'])
    """
    text = text.strip()
    out = [text.casefold()] if ":" in text else []
    if found := _PMID.fullmatch(text):
        out.append(f"pmid:{found[1] or found[2]}")
    if found := _PMCID.fullmatch(text):
        out.append(f"pmcid:{(found[1] or found[2]).upper()}")
    if found := _DOI.fullmatch(text):
        doi = unquote(found[2]) if found[1] else found[2]
        out += [f"doi:{doi_key(doi)}", f"doi:{doi_key(doi_in(doi))}"]
    return [name for name in dict.fromkeys(out) if not name.startswith(("http", "pmid: ", "doi: "))]
