"""Find out what a file is, its compression, format and encoding, from what stands in it."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.literature.draft import Reading

Format = Literal[
    "nbib",
    "ris",
    "pubmed-xml",
    "endnote-xml",
    "jats",
    "bibtex",
    "csl-json",
    "europepmc-json",
    "openalex-json",
    "crossref-json",
    "clinicaltrials-json",
    "csv",
    "xlsx",
]

SAMPLE: Final = 65_536
MAX_LINE: Final = 16_000_000
"""Longest piece of text that is held while looking for the end of a line."""

_CHUNK: Final = 65_536
_UNDECODED: Final = re.compile("[\udc80-\udcff]+")


class Gunzip(io.RawIOBase):
    """Unpack gzip and keep what could be unpacked; a fault ends the stream and says where."""

    def __init__(self, source: BinaryIO, reading: Reading) -> None:
        self._source = source
        self._reading = reading
        self._unpack = zlib.decompressobj(wbits=31)
        self._ready = b""
        self._pending = b""
        self._given = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        """Return how many unpacked bytes were given."""
        return self._given

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            self._more(len(buffer))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        self._given += size
        return size

    def _more(self, size: int) -> None:
        """Unpack at most `size` bytes: a bomb never fills the memory."""
        packed = self._pending or self._source.read(_CHUNK)
        if not packed:
            self._ended = True
            if not self._unpack.eof:
                self._say("the compressed file is cut short")
            return
        if self._unpack.eof:
            packed = packed.lstrip(b"\0")
            if not packed:
                self._pending = b""
                return
            self._unpack = zlib.decompressobj(wbits=31)
        before = self._unpack.copy()
        try:
            self._ready = self._unpack.decompress(packed, max(size, _CHUNK))
        except zlib.error:
            self._rescue(before, packed)
            return
        self._pending = self._unpack.unconsumed_tail or self._unpack.unused_data

    def _rescue(self, unpack: zlib._Decompress, packed: bytes) -> None:
        """Unpack byte by byte up to the fault."""
        out: list[bytes] = []
        try:
            out.extend(unpack.decompress(packed[i : i + 1]) for i in range(len(packed)))
        except zlib.error as error:
            self._say(f"the compressed file is damaged ({error})")
        self._ready, self._pending, self._ended = b"".join(out), b"", True

    def _say(self, what: str) -> None:
        end = self._given + len(self._ready)
        message = f"{what} after {end:,} unpacked bytes; the records before are kept"
        self._reading.fault("file-truncated", 1, message, "fetch the file again")


def unpacked(source: BinaryIO, reading: Reading) -> io.BufferedReader:
    """Return a buffered stream of the content, unpacked if it is gzip."""
    stream = source if isinstance(source, io.BufferedReader) else _buffered(source)
    if stream.peek(2)[:2] == b"\x1f\x8b":
        return io.BufferedReader(Gunzip(stream, reading), _CHUNK)
    return stream


def _buffered(source: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(source, _CHUNK)  # type: ignore[arg-type]


def detect_format(sample: bytes, name: str = "") -> Format | None:
    """Return the format of a file from its first bytes; its name decides only between tables.

    Args:
        sample: the beginning of the unpacked content.
        name: the file's name.

    >>> detect_format(b"TY  - JOUR\\nER  - ")
    'ris'
    """
    if sample.startswith(b"PK\x03\x04"):
        return "xlsx"
    text = sample.decode(sniff_encoding(sample), "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _xml_format(text)
    if text[:1] in {"[", "{"}:
        for pattern, form in _ANSWERS:
            if pattern.search(text):
                return form
    if text[:1] in {"[", "{"} and _CSL.search(text) and '"infons"' not in text:
        return "csl-json"
    if first := next((form for form, mark in _MARKS if mark.match(text)), None):
        return first
    if _is_table(text, name):
        return "csv"
    begins = [(m.start(), form) for form, mark in _MARKS if (m := mark.search(text))]
    return min(begins)[1] if begins else None


_MARKS: Final[tuple[tuple[Format, re.Pattern[str]], ...]] = (
    ("ris", re.compile(r"^[ \t]*TY {1,2}-(?: |$)", re.MULTILINE)),
    ("nbib", re.compile(r"^(?:PMID|PMC |OWN |STAT|TI  |FAU )- ?", re.MULTILINE)),
    ("bibtex", re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)),
)
"""What opens a record of each text format; the format whose record opens first is the file's."""


_CSL: Final = re.compile(r'"(?:title|DOI|custom|container-title)"\s*:|"id": "paucity-|^\[\s*\]')


_ANSWERS: Final[tuple[tuple[re.Pattern[str], Format], ...]] = (
    (re.compile(r'"hitCount"\s*:.*?"resultList"\s*:', re.DOTALL), "europepmc-json"),
    (re.compile(r'"id"\s*:\s*"https://openalex\.org/W'), "openalex-json"),
    (re.compile(r'"message-type"\s*:\s*"work(?:-list)?"'), "crossref-json"),
    (re.compile(r'"protocolSection"\s*:'), "clinicaltrials-json"),
)
"""What only the answer of one database holds; asked before CSL, whose names they share."""


def _xml_format(text: str) -> Format | None:
    for pattern, found in _XML:
        if re.search(pattern, text):
            return found
    return None


_XML: Final[tuple[tuple[str, Format], ...]] = (
    (r"<(?:Pubmed(?:Book)?Article(?:Set)?|MedlineCitation(?:Set)?|DeleteCitation)\b", "pubmed-xml"),
    (r"<xml>\s*<records>|<records>\s*<record>|<source-app\b|<ref-type\b", "endnote-xml"),
    (r"<(?:\w+:)?article[\s>]|<pmc-articleset\b|JATS|archivearticle", "jats"),
)  # fmt: skip


def _is_table(text: str, name: str) -> bool:
    if name.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab")):
        return True
    first = text.split("\n", 1)[0]
    columns = re.split(r"[,;\t|]", first.lower().replace('"', ""))
    return len(columns) > 1 and any(
        c.strip() in {"title", "article title", "pmid", "doi", "ti", "abstract"} for c in columns
    )


def sniff_encoding(sample: bytes) -> str:
    r"""Return the codec that text is read with; single bytes it cannot read are read as cp1252.

    >>> sniff_encoding("é".encode("utf-16")), sniff_encoding(b"Ren\xe9 and Zo\xeb")
    ('utf-16', 'utf-8')
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(sample) > 3 and sample[:200].count(0) > len(sample[:200]) // 4:
        return "utf-16-le" if sample[1] == 0 else "utf-16-be"
    if _is_gb18030(sample):
        return "gb18030"
    return "utf-8"


def _is_gb18030(sample: bytes) -> bool:
    """Tell Chinese in GB 18030 from Western letters: long runs of high bytes, all of them valid."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        pass
    else:
        return False
    runs = re.findall(rb"[\x81-\xfe](?:[\x40-\xfe])?", sample)
    high = sum(len(r) == 2 and r[1] >= 0xA1 and r[0] >= 0xB0 for r in runs)
    if high < 4 or high < 0.9 * len(runs):
        return False
    try:
        text: str = codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return False
    chinese = sum("一" <= c <= "鿿" for c in text)
    return bool(chinese >= high // 2)


def lines(stream: io.BufferedReader, reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their number, whatever ends them.

    Bytes that are not UTF-8 are read as Windows-1252, which most old exports are written in, and a
    finding names the first such line.
    """
    codec = reading.encoding or sniff_encoding(stream.peek(SAMPLE)[:SAMPLE])
    errors = "surrogateescape" if codec == "utf-8" else "replace"
    text = io.TextIOWrapper(stream, codec, errors=errors, newline=None)
    try:
        yield from _decoded(text, reading)
    finally:
        text.detach()


def _decoded(text: io.TextIOWrapper, reading: Reading) -> Iterator[tuple[int, str]]:
    number, told, cut, whole = 0, False, False, True
    while line := text.readline(MAX_LINE):
        number += whole
        if number == 1:
            line = line.removeprefix("\ufeff")
        if not line.isascii() and _UNDECODED.search(line):
            if not told:
                told = True
                message = "bytes that are not UTF-8 are read as Windows-1252 from here on"
                reading.fault("encoding-guessed", number, message, "export the file as UTF-8")
            line = _UNDECODED.sub(_windows, line)
        whole = len(line) < MAX_LINE or line.endswith("\n")
        if not (whole or cut):
            cut = True
            message = f"a line of more than {MAX_LINE:,} characters is read in pieces"
            reading.fault("line-too-long", number, message, "look whether the file is an export")
        yield number, line.rstrip("\r\n")


def _windows(found: re.Match[str]) -> str:
    raw = found[0].encode("ascii", "surrogateescape")
    return "".join(bytes([b]).decode("cp1252" if b not in _UNUSED else "latin-1") for b in raw)


_UNUSED: Final = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
