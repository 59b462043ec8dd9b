"""Divide a file of PubMed into the XML of its citations, a piece at a time.

Most files can be divided by looking for the tags that open and close a citation, which takes
hardly longer than unpacking. What could deceive such a search (declared entities, comments, CDATA,
another encoding, control characters, anything between two citations) is looked for, and a file that
has it is walked by lxml instead.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from paucity.literature.draft import Reading
from paucity.literature.markup import elements, etree, local
from paucity.literature.medline.scan import tags
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK: Final = 16 << 20
"""Bytes of unpacked text looked at in one go."""

MAX_CITATION: Final = 64 << 20
"""Most bytes of one citation; a file that has no end of one within them is not read further."""

_OPEN: Final = re.compile(rb"\s*<(PubmedArticle|PubmedBookArticle|DeleteCitation)(?:\s[^>]*)?>")
_PROLOGUE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?"
    rb"(?:<!DOCTYPE\s+PubmedArticleSet[^>\[]*>\s*)?"
    rb"<PubmedArticleSet(?:\s[^>]*)?>\s*"
)
_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_DELETED: Final = re.compile(
    rb'<PMID(?:\s+Version\s*=\s*["\'](\d{1,4})["\'])?[^>]*>\s*(\d{1,18})\s*</PMID>'
)
_DAMAGED: Final = "the compressed file is damaged or cut short"
_NAMES: Final = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")


class UnusualError(Exception):
    """A file cannot be divided by its tags; lxml must walk it."""


class IncompleteError(Exception):
    """A file is damaged, cut short or no PubMed XML; nothing of it is taken."""


@dataclass(slots=True)
class Split:
    """What is known of a file when its citations have been given.

    Attributes:
        deleted: PMID and version of each citation that the file withdraws.
        plain: the file was divided by its tags.
        inline: the citations given last may hold inline markup.
    """

    deleted: list[tuple[int, int]] = field(default_factory=list)
    plain: bool = True
    inline: bool = True


def batches(path: Path, split: Split) -> Iterator[list[bytes]]:
    """Yield the XML of a file's citations, some at a time.

    Args:
        path: the file, packed with gzip or not.
        split: takes the deletions.

    Raises:
        IncompleteError: the file is damaged, cut short or not readable as PubMed XML. Batches were
            perhaps given before; they are not to be used.
        UnusualError: the file has what this cannot divide; use :func:`walked`.
    """
    begun = ended = False
    rest = b""
    for block in blocks(path):
        text = rest + block
        if not begun:
            begin = _PROLOGUE.match(text)
            if begin is None or _ENCODING.search(text[: begin.end()]):
                raise UnusualError
            text, begun = text[begin.end() :], True
        split.inline = refuse_unusual(text)
        found, used, ended = _cut(text, split)
        if found:
            yield found
        rest = text[used:]
        if len(rest) > MAX_CITATION:
            message = f"a citation has no end within {MAX_CITATION:,} bytes"
            raise IncompleteError(message)
    if not begun:
        raise UnusualError
    if rest.strip() or not ended:
        raise IncompleteError("the document breaks off before </PubmedArticleSet>")


def _cut(text: bytes, split: Split) -> tuple[list[bytes], int, bool]:
    """Return the complete citations of a text, where they end, and whether the set is closed."""
    found: list[bytes] = []
    at = 0
    while True:
        opened = _OPEN.match(text, at)
        if opened is None:
            return found, *_after(text, at)
        close = b"</" + opened[1] + b">"
        end = text.find(close, opened.end())
        if end < 0:
            return found, at, False
        at = opened.start(1) - 1
        end += len(close)
        if opened[1] == b"DeleteCitation":
            pairs = _DELETED.findall(text, at, end)
            split.deleted += [(int(pmid), int(version or 1)) for version, pmid in pairs]
        else:
            found.append(text[at:end])
        at = end


def _after(text: bytes, at: int) -> tuple[int, bool]:
    """Return how far a text is used up where no citation begins, and whether the set is closed."""
    left = text[at:].lstrip()
    close = b"</PubmedArticleSet>"
    if left.startswith(close):
        if left[len(close) :].strip():
            raise UnusualError
        return len(text), True
    if left and len(left) > 4096:
        raise UnusualError  # something else stands between two citations
    return at, False


def refuse_unusual(text: bytes) -> bool:
    """Raise :class:`UnusualError` for text that may not be divided by its tags.

    Returns:
        Whether a tag begins with a small letter: those of inline markup do, PubMed's own do not.
    """
    declares, small = tags(text)
    if declares:
        raise UnusualError
    return small


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the unpacked content of a file in blocks.

    Raises:
        IncompleteError: the file is packed, and damaged or cut short.
    """
    with path.open("rb") as source:
        begin = source.read(2)
        source.seek(0)
        if begin != b"\x1f\x8b":
            while block := source.read(BLOCK):
                yield block
            return
        stream, damage = _gunzip(source)
        try:
            with stream:
                while block := stream.read(BLOCK):
                    yield block
        except (EOFError, ValueError) as error:
            raise IncompleteError(f"{_DAMAGED}: {error}") from None
        except damage as error:
            raise IncompleteError(f"{_DAMAGED}: {error}") from None
        except OSError as error:
            if error.errno is not None:
                raise
            raise IncompleteError(f"{_DAMAGED}: {error}") from None


def _gunzip(source: IO[bytes]) -> tuple[Any, Any]:
    """Return a stream that unpacks gzip and checks it to the end, and what it raises on damage."""
    try:
        from isal import igzip, isal_zlib
    except ImportError:
        import gzip

        return gzip.GzipFile(fileobj=source), (zlib.error,)
    opened: Any = igzip.GzipFile
    damage: Any = (zlib.error, isal_zlib.error)
    return opened(fileobj=source), damage


class _Joined(io.RawIOBase):
    """Blocks of bytes as one stream."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if not self._ready:
            self._ready = memoryview(next(self._source, b""))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def walked(path: Path, split: Split, size: int = 1000) -> Iterator[list[bytes]]:
    """Yield the XML of a file's citations, some at a time, as lxml reads them.

    Raises:
        IncompleteError: the file is damaged, cut short, hostile or not readable as PubMed XML.
    """
    split.plain, split.inline = False, True
    split.deleted.clear()
    reading = Reading(path.name)
    stream: Any = io.BufferedReader(_Joined(blocks(path)), 1 << 16)
    lxml = etree()
    found: list[bytes] = []
    seen = 0
    for element in elements(stream, reading, _NAMES):
        seen += 1
        if local(element) == "DeleteCitation":
            for pmid in element.iter("{*}PMID"):
                pairs = _DELETED.findall(lxml.tostring(pmid, with_tail=False))
                split.deleted += [(int(number), int(version or 1)) for version, number in pairs]
            continue
        text = lxml.tostring(element, with_tail=False)
        if local(element) == "MedlineCitation":
            text = b"<PubmedArticle>" + text + b"</PubmedArticle>"
        found.append(text)
        if len(found) >= size:
            yield found
            found = []
    if found:
        yield found
    bad = [f for f in reading.findings if f.severity is Severity.ERROR or f.code in _REFUSED]
    if bad:
        raise IncompleteError(f"line {bad[0].span.line}: {bad[0].message.split('; ')[0]}")
    if not seen:
        raise IncompleteError("there is no citation in this file; it is not PubMed XML")


_REFUSED: Final = frozenset({"record-unclosed", "xml-entities"})
