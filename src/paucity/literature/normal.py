"""Bring titles, names, pages, journals and years to a form in which records can be compared."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.ris_dialects import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.literature.record import Person, Record

_APART: Final = re.compile(r"[\W_]+")
_TAGS: Final = re.compile(r"</?[a-z][a-z0-9:]{0,10}\s*/?>", re.IGNORECASE)
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th",
        "ı": "i", "α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "κ": " kappa ",
        "μ": " mu ", "µ": " mu ", "&": " and ", "'": "", "’": "", "‘": "", "ʼ": "", "`": "",
    }
)  # fmt: skip
_LANGUAGES: Final = [
    "arabic",
    "bulgarian",
    "chinese",
    "croatian",
    "czech",
    "danish",
    "dutch",
    "english",
    "estonian",
    "finnish",
    "french",
    "german",
    "greek",
    "hebrew",
    "hungarian",
    "italian",
    "japanese",
    "korean",
    "norwegian",
    "persian",
    "polish",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "slovak",
    "slovenian",
    "spanish",
    "swedish",
    "turkish",
    "ukrainian",
]
_LANGUAGE_NOTE: Final = re.compile(
    rf"\s*[\[(](?:article in )?(?:{'|'.join(_LANGUAGES)})(?:[,/; ]+\w+)*[\])]\.?\s*$", re.IGNORECASE
)
_ORIGINAL: Final = re.compile(r"\s*<ORIGINAL>.*$|\s*\[(?:Original|Translated)\b.*$", re.IGNORECASE)
_PARTICLES: Final = frozenset(
    [
        "al",
        "d",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "lo",
        "mac",
        "o",
        "saint",
        "st",
        "ten",
        "ter",
        "van",
        "vander",
        "von",
        "y",
        "zu",
        "zur",
    ]
)
_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "by",
        "de",
        "der",
        "des",
        "di",
        "du",
        "et",
        "for",
        "fur",
        "in",
        "journal",
        "la",
        "le",
        "na",
        "of",
        "official",
        "on",
        "organ",
        "publication",
        "r",
        "s",
        "the",
        "und",
        "y",
    ]
)
_LANGUAGE_CODES: Final[Mapping[str, str]] = {
    "english": "eng", "en": "eng", "french": "fre", "fr": "fre", "german": "ger", "de": "ger",
    "spanish": "spa", "es": "spa", "italian": "ita", "it": "ita", "chinese": "chi", "zh": "chi",
    "japanese": "jpn", "ja": "jpn", "korean": "kor", "ko": "kor", "russian": "rus", "ru": "rus",
    "portuguese": "por", "pt": "por", "turkish": "tur", "tr": "tur", "polish": "pol", "pl": "pol",
    "dutch": "dut", "nl": "dut", "fra": "fre", "deu": "ger", "zho": "chi", "nld": "dut",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return text in small letters without accents and punctuation, words divided by one space.

    >>> fold("Müller’s α-chain: H<sub>2</sub>O & more")
    'mullers alpha chain h2o and more'
    """
    if "<" in text:
        text = _TAGS.sub("", text)
    text = text.casefold().translate(_LETTERS)
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    return _APART.sub(" ", text).strip()


@lru_cache(maxsize=65_536)
def title_key(title: str) -> str:
    """Return a title as compared: without brackets, language notes and a second-language copy.

    British and American spellings become one; the key is for comparing, not for reading.

    >>> title_key("Efficacy of batroxobin. [Chinese]")
    'efficacy of batroxobin'
    >>> title_key("Haemophagocytic tumours") == title_key("Hemophagocytic tumors")
    True
    """
    text = fold(_LANGUAGE_NOTE.sub("", _ORIGINAL.sub("", title)))
    return _BRITISH.sub(lambda m: _AMERICAN[m[0]], text)


_AMERICAN: Final[Mapping[str, str]] = {
    "ae": "e", "oe": "e", "our": "or", "isation": "ization", "ising": "izing", "ised": "ized",
    "sulph": "sulf", "centre": "center", "fibre": "fiber", "programme": "program",
}  # fmt: skip
_BRITISH: Final = re.compile("|".join(_AMERICAN))


_SUBTITLE: Final = re.compile(r"\s*(?::\s|\?\s|\.\s|;\s| [-–—]+ |—)")


def main_title(title: str) -> str:
    """Return a title as compared, without its subtitle.

    >>> main_title("Unilateral neglect in stroke: A comparative study")
    'unilateral neglect in stroke'
    """
    parts = _SUBTITLE.split(title.lstrip("[ "), maxsplit=1)
    return title_key(parts[0]) if len(parts) > 1 and parts[0] else title_key(title)


_DISSERTATION: Final = re.compile(r"dissertation|\bthesis\b|^ph\.? ?d\b", re.IGNORECASE)


def is_dissertation(journal: str, volume: str) -> bool:
    """Tell whether a record stands for a dissertation, or for its entry in a register of them.

    >>> is_dissertation("Dissertation Abstracts International: Section B", "73(3-B)")
    True
    """
    return bool(_DISSERTATION.search(journal) or _DISSERTATION.search(volume))


def family_key(who: Person) -> str:
    """Return the core of a family name, without particles: ``van Kessel`` is ``kessel``.

    >>> from paucity.literature.record import Person
    >>> family_key(Person("De Saint Basile", "G")), family_key(Person("El-Sayed"))
    ('basile', 'sayed')
    """
    words = fold(who.family).split()
    core = [w for w in words if w not in _PARTICLES]
    return " ".join(core or words)


def initial(who: Person) -> str:
    """Return the first letter of the given name, or an empty text."""
    return fold(who.given)[:1]


_PAGE: Final = re.compile(r"^\D*?(\d+)[a-z]*(?:\s*[-–—]+\s*\D*?(\d+))?", re.IGNORECASE)


def page_key(pages: str) -> tuple[str, str]:
    """Return first and last page in full; empty where there is no number.

    Front matter is numbered below zero, so that ``xi`` is not 11.

    >>> page_key("211-6"), page_key("S27"), page_key("No-Specified"), page_key("xi-xii")
    (('211', '216'), ('27', ''), ('', ''), ('-11', ''))
    """
    found = _PAGE.match(pages.strip())
    if not found:
        front = _ROMAN_PAGE.match(pages.strip().lower())
        return (str(-_roman(front[0])), "") if front else ("", "")
    first, last = found[1].lstrip("0") or "0", found[2] or ""
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last.lstrip("0")


def page_starts(pages: str) -> frozenset[str]:
    """Return the first page of each range: a bilingual journal prints an article several times.

    >>> sorted(page_starts("230-5, 246-51"))
    ['230', '246']
    """
    return frozenset(re.findall(r"(\d+)\s*[-–]\s*\d+", pages))


_ROMAN_PAGE: Final = re.compile(r"^(?=[xvi])x{0,3}(?:ix|iv|v?i{0,3})(?=$|[-–, ])")


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[c] for c in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def volume_key(volume: str) -> str:
    """Return the first number of a volume, or its letters.

    >>> volume_key("30a"), volume_key("Suppl. 07"), volume_key("(Jul)")
    ('30', '7', 'jul')
    """
    found = re.search(r"\d+", volume)
    return found[0].lstrip("0") if found else fold(volume)


@lru_cache(maxsize=16_384)
def journal_words(journal: str) -> tuple[str, ...]:
    """Return the words of a journal's name that carry meaning, without subtitle and place.

    >>> journal_words("Oncology (Williston Park, N.Y.)"), journal_words("J Clin Oncol")
    (('oncology',), ('j', 'clin', 'oncol'))
    """
    short = re.split(r"\s[:=/]\s|\(|:\s", journal.strip().strip('"'))[0]
    words = fold(short or journal).split()
    core = tuple(w for w in words if w not in _STOP)
    return core or tuple(words)


@lru_cache(maxsize=65_536)
def same_journal(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Tell whether one name may abbreviate the other, word by word.

    >>> same_journal(journal_words("J Clin Oncol"), journal_words("Journal of Clinical Oncology"))
    True
    >>> same_journal(journal_words("Blood"), journal_words("Blood Advances"))
    False
    """
    a, b = (tuple(w for w in x if w != "j") or x for x in (a, b))
    if a == b:
        return True
    if len(a) > len(b):
        a, b = b, a
    if len(a) == len(b):
        return all(_abbreviates(x, y) for x, y in zip(a, b, strict=True))
    if len(a) == 1 and len(a[0]) >= len(b) > 1:
        return a[0] == "".join(w[0] for w in b)
    return "".join(a) == "".join(b)


def _abbreviates(a: str, b: str) -> bool:
    if len(a) > len(b):
        a, b = b, a
    if b.startswith(a):
        return True
    letters = iter(b)
    return len(a) > 2 and a[0] == b[0] and all(c in letters for c in a)


def doi_key(doi: str) -> str:
    """Return a DOI in small letters; DOIs do not distinguish case."""
    return doi.casefold()


def language_key(language: str) -> str:
    """Return MEDLINE's code of a language, where it is common."""
    folded = fold(language)
    return _LANGUAGE_CODES.get(folded, folded)


def identity(record: Record) -> str:
    """Return a name that a record keeps when it is exported again or elsewhere.

    A PMID if there is one, then a DOI, a PMCID, another database's number, and last a digest of
    title, year and first author.

    >>> from paucity.literature.record import Record
    >>> identity(Record(pmid="29657938", title="A case"))
    'pmid:29657938'
    """
    if record.pmid:
        return f"pmid:{record.pmid}"
    if record.doi:
        return f"doi:{doi_key(record.doi)}"
    if record.pmcid:
        return f"pmcid:{record.pmcid}"
    for scheme, value in record.identifiers:
        if scheme in TYPES or scheme in {"embase", "wos", "scopus", "psycinfo", "central"}:
            return f"{scheme}:{value}"
    return text_identity(record)


def text_identity(record: Record) -> str:
    """Return the name a record has without identifiers: a digest of title, year and first author.

    >>> from paucity.literature.record import Record
    >>> bare, named = Record(title="A case."), Record(title="A  Case", doi="10.1000/x")
    >>> text_identity(bare) == text_identity(named)
    True
    """
    first = family_key(record.authors[0]) if record.authors else ""
    core = "\x1f".join((title_key(record.title), str(record.year or ""), first))
    if not title_key(record.title):
        core += "\x1f" + record.abstract + repr(record.extra)
    return f"text:{hashlib.sha256(core.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def essence(record: Record) -> dict[str, Any]:
    """Return what two exports of one citation must agree on, whatever their format.

    Titles, names and abstracts are compared without punctuation, names by family and initial,
    pages in full, languages by code.
    """
    return {
        "title": title_key(record.title),
        "authors": tuple(
            fold(w.family) if w.collective else (fold(w.family), initial(w)) for w in record.authors
        ),
        "year": record.year,
        "volume": record.volume,
        "issue": record.issue,
        "pages": page_key(record.pages),
        "doi": doi_key(record.doi),
        "pmid": record.pmid,
        "pmcid": record.pmcid,
        "abstract": fold(record.abstract),
        "languages": tuple(map(language_key, record.languages)),
        "issn": frozenset(record.issn),
    }
