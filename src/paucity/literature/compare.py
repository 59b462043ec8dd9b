"""Compare two records by points that are added up and told.

Each comparison gives points for or against, and a few words. What makes two reports different
whatever else agrees (an erratum and its article, two PMIDs) is decided before any points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.markup import MissingLibraryError
from paucity.literature.normal import same_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from paucity.literature.block import Features


@dataclass(frozen=True, slots=True)
class Reason:
    """One comparison: what it gave, and why in a few words."""

    points: float
    words: str

    def __str__(self) -> str:
        return f"{self.words} ({self.points:+g})"


_NOTICE: Final = re.compile(
    r"^(?:erratum|errata|corrigend|correction|retract|withdrawn|expression of concern|addendum)"
    r"|\b(?:erratum|corrigendum|retraction notice)$"
)
_ANSWER: Final = re.compile(
    r"^(?:re |reply|replies|response to|comment|letter|author reply|authors? repl|in reply|invited"
    r" comment|discussion|editorial|summaries for patients|commentary)"
    r"|\b(?:reply|authors reply|comment|commentary)$"
)
_PART: Final = re.compile(
    r"\b(?:part|phase|stage|chapter|volume|section|study|step|report|type|grade|no|number)"
    r" (i{1,3}|iv|vi{0,3}|ix|x|\d+|[a-d]|one|two|three|four)\b"
)
_EXTENDED: Final = re.compile(
    r"\b(?:protocol|rationale|study design|follow up|followup|extension|updated?|supplement"
    r"|long term|year results|final results|interim|addendum)\b"
)
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7",
                 "viii": "8", "ix": "9", "x": "10", "one": "1", "two": "2", "three": "3",
                 "four": "4"}  # fmt: skip
_NUMBER: Final = re.compile(r"\b\d+\b")


def notice(title: str) -> str:
    """Return what a normalised title announces itself as, ``notice`` or ``answer``, or nothing."""
    return "notice" if _NOTICE.search(title) else "answer" if _ANSWER.search(title) else ""


def parts(title: str) -> tuple[str, ...]:
    """Return the part numbers of a normalised title.

    >>> parts("a phase ii trial part 2")
    ('2', '2')
    """
    return tuple(_ROMAN.get(x, x) for x in _PART.findall(title))


def compare(a: Features, b: Features) -> tuple[float, tuple[Reason, ...]]:
    """Return the points of two records and the reasons for them."""
    ratio = _ratio()
    bare = _bare(a, b)
    if bare:
        return bare.points, (bare,)
    apart = _apart(a, b)
    if apart:
        return apart.points, (apart,)
    title = _titles(a, b, ratio)
    authors = _authors(a, b, ratio)
    reasons = [*_identifiers(a, b), title]
    reasons += [
        r for r in (authors, _translated(a, b, title, authors), _years(a, b), _journals(a, b)) if r
    ]
    reasons += [*_places(a, b), *_abstracts(a, b, ratio)]
    return sum(r.points for r in reasons), tuple(reasons)


def _bare(a: Features, b: Features) -> Reason | None:
    """Return the reason to join a record that holds an identifier and nothing else.

    Reference lists give such records. Nothing in them can speak against the other one.
    """
    if all(x.title or x.families or x.year for x in (a, b)):
        return None
    if a.pmid and a.pmid == b.pmid:
        return Reason(12, "same PMID, which is all that one holds")
    if a.doi and a.doi == b.doi and not (a.pmid and b.pmid):
        return Reason(12, "same DOI, which is all that one holds")
    return None


def _ratio() -> Callable[[str, str], float]:
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        raise MissingLibraryError("rapidfuzz", "finding duplicates") from None
    return ratio


def _apart(a: Features, b: Features) -> Reason | None:
    """Return why two records cannot be one report."""
    if a.pmid and b.pmid and a.pmid != b.pmid:
        return Reason(-20, f"PMIDs {a.pmid} and {b.pmid}")
    if a.pmcid and b.pmcid and a.pmcid != b.pmcid:
        return Reason(-20, f"PMCIDs {a.pmcid} and {b.pmcid}")
    if notice(a.title) != notice(b.title):
        which = notice(a.title) or notice(b.title)
        kind = "an erratum or retraction" if which == "notice" else "a reply or comment"
        return Reason(-20, f"one is {kind}")
    if a.pmid and a.pmid == b.pmid:
        return None
    if parts(a.title) != parts(b.title) and len(parts(a.title)) == len(parts(b.title)):
        return Reason(-20, f"part {' '.join(parts(a.title))} and {' '.join(parts(b.title))}")
    return None


def _identifiers(a: Features, b: Features) -> list[Reason]:
    out = []
    if a.pmid and a.pmid == b.pmid:
        out.append(Reason(12, "same PMID"))
    if a.pmcid and a.pmcid == b.pmcid:
        out.append(Reason(8, "same PMCID"))
    if shared := a.others & b.others:
        out.append(Reason(8, f"same {min(shared)[0]} number"))
    if a.doi and b.doi:
        if a.doi == b.doi:
            out.append(Reason(5, "same DOI"))
        else:
            short = min(len(a.words), len(b.words)) <= 4
            out.append(Reason(-6 if short else -3, "different DOIs"))
    return out


def _titles(a: Features, b: Features, ratio: Callable[[str, str], float]) -> Reason:
    if not (a.title and b.title):
        return Reason(-3, "a title is missing")
    least = min(len(a.words), len(b.words))
    if a.title.replace(" ", "") == b.title.replace(" ", ""):
        if least > 4:
            return Reason(7, "same long title") if least > 6 else Reason(6, "same title")
        return Reason(4, "same short title")
    like = ratio(a.title, b.title)
    crossed = max(
        ratio(a.original, b.title) if a.original else 0,
        ratio(a.title, b.original) if b.original else 0,
    )
    short = 0 if least > 4 else 2
    if _numbers_differ(a.title, b.title):
        return Reason(-1, f"titles {like:.0f}% alike, with different numbers")
    if like >= 97 or crossed >= 97:
        return Reason(5 - short, "nearly the same title")
    if like >= 92:
        return Reason(4 - short, f"titles {like:.0f}% alike")
    if _contains(a, b):
        if _extends(a.title, b.title):
            return Reason(0, "one title extends the other as a protocol or follow-up does")
        return Reason(5 if least > 7 else 4 - short, "one title within the other")
    if like >= 75:
        return Reason((2.5 if like >= 85 else 1) - short, f"titles {like:.0f}% alike")
    return Reason(-4, "different titles") if like < 60 else Reason(-1.5, "titles little alike")


def _numbers_differ(a: str, b: str) -> bool:
    """Tell whether each title holds a number that the other does not."""
    x, y = set(_NUMBER.findall(a)), set(_NUMBER.findall(b))
    return bool(x - y and y - x)


def _extends(a: str, b: str) -> bool:
    """Tell whether only the longer title speaks of a protocol, a follow-up or the like."""
    short, long = sorted((a, b), key=len)
    return bool(_EXTENDED.search(long)) and not _EXTENDED.search(short)


def _contains(a: Features, b: Features) -> bool:
    """Tell whether one title is the other's main title, or begins or ends it with five words."""
    if len(a.words) > len(b.words):
        a, b = b, a
    if a.title == b.main and len(a.words) > 2:
        return True
    size = len(a.words)
    return size >= 5 and (b.words[:size] == a.words or b.words[-size:] == a.words)


def _authors(a: Features, b: Features, ratio: Callable[[str, str], float]) -> Reason | None:
    if not (a.families and b.families):
        return None
    first, second = a.families[0], b.families[0]
    alike = first == second or _same_family(first, second, ratio)
    shared = len(set(a.families) & set(b.families))
    least = min(len(set(a.families)), len(set(b.families)))
    words = f"{shared} of {least} authors shared"
    if alike and a.initials[0] and b.initials[0] and a.initials[0] != b.initials[0]:
        if shared >= 2 and shared >= least - 1:
            return Reason(1, words)
        return Reason(-2, "first authors differ in their given name")
    if alike and shared >= max(1, least - 1) and least > 1:
        return Reason(3, f"{words}, the first the same")
    if alike:
        return Reason(2, "same first author")
    if shared >= max(1, least - 1) and (shared > 1 or least == 1):
        return Reason(1.5, words)
    if shared * 2 >= least:
        return Reason(0, words)
    if not shared and _swapped(a, b):
        return Reason(2, "family and given names exchanged")
    if not shared and len(a.families) == len(b.families) >= 5:
        return Reason(-3, f"{least} authors with other names")
    return Reason(-3, words) if shared else Reason(-6, "different authors")


def _swapped(a: Features, b: Features) -> bool:
    """Tell whether most family names of one are given names of the other."""
    least = min(len(a.families), len(b.families))
    if len(a.families) == len(b.families) > 2 and (_begin(a, b) or _begin(b, a)):
        return True
    crossed = max(len(a.givens & set(b.families)), len(b.givens & set(a.families)))
    return 2 * crossed > least


def _begin(a: Features, b: Features) -> bool:
    """Tell whether the family names of `b` begin, in order, with the initials of `a`."""
    return all(x and y.startswith(x) for x, y in zip(a.initials, b.families, strict=True))


def _same_family(a: str, b: str, ratio: Callable[[str, str], float]) -> bool:
    if ratio(a, b) >= 80:
        return True
    x, y = a.split(), b.split()
    return bool(x and y) and (x[-1] == y[-1] or x[0] == y[0] or x[-1] == y[0] or x[0] == y[-1])


def _years(a: Features, b: Features) -> Reason | None:
    if a.year is None or b.year is None:
        return None
    gap = abs(a.year - b.year)
    if gap == 0:
        return Reason(1, "same year")
    if gap == 1:
        return Reason(-0.5, "one year apart")
    return Reason(-3 if gap == 2 else -7, f"{gap} years apart")


def _journals(a: Features, b: Features) -> Reason | None:
    if a.dissertation and b.dissertation:
        return Reason(1, "both are dissertations")
    if a.issn & b.issn:
        return Reason(2, "same ISSN")
    if not (a.journals and b.journals):
        return None
    if any(same_journal(x, y) for x in a.journals for y in b.journals):
        return Reason(2, "same journal")
    shared = max(len(set(x) & set(y)) / min(len(x), len(y)) for x in a.journals for y in b.journals)
    if shared >= 0.6:
        return Reason(0.5, "similar journal names")
    return Reason(-1.5, "different journal names")


def _places(a: Features, b: Features) -> Iterator[Reason]:
    """Compare volume, issue and pages; a journal's own numbers agree by chance only rarely."""
    if a.dissertation and b.dissertation:
        yield Reason(2, "both are the dissertation")
        return
    if a.volume and b.volume:
        same = a.volume == b.volume
        yield Reason(1.5, "same volume") if same else Reason(-2, "different volumes")
    pages = _pages(a, b)
    if a.issue and b.issue:
        if a.issue == b.issue:
            yield Reason(0.5, "same issue")
        elif not (_numbered(a) or _numbered(b)):
            yield Reason(-5, "different issues, and no pages")
    if pages:
        yield pages


def _numbered(item: Features) -> bool:
    """Tell whether a record gives a page; the number of front matter says little."""
    return bool(item.pages[0]) and not item.pages[0].startswith("-")


def _pages(a: Features, b: Features) -> Reason | None:
    first, second = a.pages[0], b.pages[0]
    if not (first and second) or (first == second and not _numbered(a)):
        return None
    if first != second:
        if a.starts & b.starts:
            return Reason(1, "a range of pages in common")
        if not (a.volume and b.volume) and "1" in {first, second}:
            return Reason(-2, "different pages, the one perhaps before print")
        if a.volume and a.volume == b.volume and _beside(a.pages, b.pages):
            return Reason(-6, "other pages of the same volume")
        return Reason(-3, "different pages")
    if a.pages[1] and a.pages == b.pages:
        return Reason(3, "same pages")
    return Reason(3 if int(first) > 30 else 2, "same first page")


def _beside(a: tuple[str, str], b: tuple[str, str]) -> bool:
    """Tell whether two whole ranges of pages do not touch: they are two articles of a volume."""
    if not (a[1] and b[1]):
        return False
    (x, y), (p, q) = ((int(n[0]), int(n[1])) for n in (a, b))
    return x <= y and p <= q and (y < p or q < x)


def _translated(a: Features, b: Features, title: Reason, authors: Reason | None) -> Reason | None:
    """Forgive a different title where the authors and a whole article's pages are the same.

    A database may give the printed title, or its own translation of it. Several items can begin on
    one page; two of one group of authors do not end on one page as well and span several.
    """
    alone = len(a.families) == len(b.families) == 1 and a.issue and a.issue == b.issue
    if title.points > 1 or authors is None or authors.points < (2 if alone else 3):
        return None
    if a.volume != b.volume or a.year != b.year or not (a.volume and a.pages == b.pages):
        return None
    if not a.pages[1] or not 1 <= int(a.pages[1]) - int(a.pages[0]) <= 60:
        return None
    if a.doi and b.doi and a.doi != b.doi:
        return None
    points = 4 - title.points if len(a.families) > 1 else 2.5 - title.points
    return Reason(points, "same authors on the same pages: a translated or shortened title")


def _abstracts(a: Features, b: Features, ratio: Callable[[str, str], float]) -> list[Reason]:
    x, y = a.abstract[:600].casefold(), b.abstract[:600].casefold()
    least = min(len(x), len(y))
    if least < 150:
        return []
    like = ratio(x[:least], y[:least])
    if like >= 90:
        return [Reason(3, "same abstract")]
    return [Reason(-2, "different abstracts")] if like < 50 else []
