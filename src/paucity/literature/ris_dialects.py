"""What each vendor means by a RIS tag, as data.

RIS is a list of tags that every vendor uses in its own way. `BASE` is the common meaning; a
dialect states only where its vendor differs. A tag without a meaning is kept as an extra and
written back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE: Final[Mapping[str, str]] = {
    "TY": "type",
    "TI": "title", "T1": "title", "CT": "title",
    "OT": "original_title", "TT": "original_title",
    "AU": "author", "A1": "author",
    "ED": "editor",
    "AB": "abstract", "N2": "abstract",
    "PY": "year", "Y1": "year", "DA": "date",
    "T2": "journal", "JF": "journal", "BT": "journal", "JO": "journal_or_abbreviation",
    "JA": "abbreviation", "J1": "abbreviation", "J2": "abbreviation",
    "VL": "volume", "IS": "issue", "SP": "start", "EP": "end",
    "DO": "doi",
    "AN": "accession",
    "SN": "issn",
    "KW": "keywords",
    "AD": "affiliations",
    "LA": "languages",
    "PB": "publisher",
    "DB": "database",
    "UR": "url", "L2": "url",
    "N1": "note",
    "M3": "publication_type",
    "ER": "end_of_record",
}  # fmt: skip
"""Meaning of each tag where the vendor does not differ."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor's RIS.

    Attributes:
        name: of the vendor.
        marks: patterns one of which stands in each of its records (``^TAG  - ``, joined lines).
        tags: where its tags differ from `BASE`.
    """

    name: str
    marks: tuple[re.Pattern[str], ...]
    tags: Mapping[str, str] = field(default_factory=dict)


def _marks(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.MULTILINE) for p in patterns)


DIALECTS: Final = (
    Dialect(
        "Ovid",
        _marks(r"^(?:L2|UR)  - https?://ovidsp\.", r"^DB  - Ovid", r"^M1  - .*Ovid"),
        # M3 holds PsycINFO's classification, A2 the authors of cited works, ID the accession.
        {"M3": "", "A2": "", "ID": "accession", "UI": "accession", "XT": "publication_type"},
    ),
    Dialect(
        "Embase",
        _marks(r"^DB  - Embase$", r"^U2  - L\d{6,}$", r"^UR  - https?://www\.embase\.com/"),
        {"U2": "accession", "JO": "journal_or_abbreviation", "C5": "pmid"},
    ),
    Dialect(
        "Scopus",
        _marks(r"^DB  - Scopus$", r"^UR  - https?://www\.scopus\.com/"),
        {"C7": "article_number", "C2": "pmid"},
    ),
    Dialect(
        "Web of Science",
        _marks(r"^AN  - WOS:", r"^AN  - (?:MEDLINE|BCI|CCC):"),
        {"J9": "", "JI": "abbreviation", "PU": "publisher", "C7": "article_number",
         "AR": "article_number", "PM": "pmid"},
    ),
    Dialect(
        "ProQuest",
        _marks(r"^UR  - https?://(?:www|search)\.proquest\.com/", r"^DB  - .*ProQuest"),
        {"JF": "journal", "M3": ""},
    ),
    Dialect(
        "EndNote",
        _marks(r"^ID  - \d+$", r"^DP  - (?:NLM|PubMed|Nlm)$"),
        # EndNote's PubMed filter: C2 is the PMCID, ET the date of electronic publication.
        {"C2": "pmcid"},
    ),
    Dialect(
        "Covidence",
        _marks(r"^(?:U1|ID|AN|M1)  - (?:covidence[_ #-]?\d+|.*\[Covidence[^]]*\])"),
        {"U1": "accession", "ID": "accession"},
    ),
    Dialect(
        "Rayyan",
        _marks(r"^AN  - rayyan-\d+"),
        {},
    ),
)  # fmt: skip
"""Dialects in the order in which they are tried; the first whose mark stands in the record."""

TELLING: Final = frozenset(["AN", "DB", "DP", "ID", "L2", "M1", "U1", "U2", "UR"])
"""Tags that the dialects' marks look at."""

KINDS: Final[Mapping[str, str]] = {
    "JOUR": "article-journal", "ABST": "article-journal", "EJOUR": "article-journal",
    "INPR": "article-journal", "JFULL": "article-journal",
    "MGZN": "article-magazine", "NEWS": "article-newspaper",
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "WHOLE": "book",
    "CHAP": "chapter", "ECHAP": "chapter",
    "CONF": "paper-conference", "CPAPER": "paper-conference",
    "THES": "thesis", "RPRT": "report", "GOVDOC": "report",
    "DATA": "dataset", "COMP": "software", "PAT": "patent", "MAP": "map", "STAT": "legislation",
    "BILL": "bill", "CASE": "legal_case", "ENCYC": "entry-encyclopedia",
    "DICT": "entry-dictionary",
    "ELEC": "webpage", "WEB": "webpage", "BLOG": "post-weblog", "PCOMM": "personal_communication",
    "UNPB": "manuscript", "MANSCPT": "manuscript", "VIDEO": "motion_picture", "SOUND": "song",
    "ART": "graphic", "FIGURE": "figure", "PAMP": "pamphlet", "STAND": "standard",
    "GEN": "document",
}  # fmt: skip
"""CSL type of each RIS type; the first of those with one CSL type is the one written."""

TYPES: Final[Mapping[str, str]] = {kind: ris for ris, kind in reversed(list(KINDS.items()))}

ACCESSIONS: Final = (
    ("wos", re.compile(r"WOS:[A-Z0-9]{10,20}")),
    ("scopus", re.compile(r"2-s2\.0-\d{6,14}")),
    ("embase", re.compile(r"L\d{6,12}")),
    ("rayyan", re.compile(r"rayyan-\d+")),
    ("covidence", re.compile(r"covidence_\d+")),
    ("psycinfo", re.compile(r"\d{4}-\d{5}-\d{3}")),
    ("central", re.compile(r"CN-\d{6,9}")),
    ("pmc", re.compile(r"PMC\d{3,9}")),
)
"""Schemes of accession numbers that can be told from their form."""
