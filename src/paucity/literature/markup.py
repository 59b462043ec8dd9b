"""Walk XML of any size safely: no entities, no network, bounded depth, nothing read is lost."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.values import squeeze
from paucity.text import Severity

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from paucity.literature.draft import Reading

_ENTITY: Final = re.compile(rb"<!ENTITY\s+[^>]{0,200}")


MAX_ELEMENT: Final = 100_000_000
"""Most bytes of a document without the begin or end of a record: it is held whole meanwhile."""


class _Bounded:
    """A stream that ends where more was read without a record than may be held."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self.given = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, none where the limit is passed."""
        if self.given > MAX_ELEMENT:
            return b""
        data = self._stream.read(size)
        self.given += len(data)
        return data


class MissingLibraryError(ImportError):
    """A library of an optional extra is not installed."""

    def __init__(self, library: str, purpose: str) -> None:
        super().__init__(library, purpose)

    def __str__(self) -> str:
        library, purpose = self.args  # as given, so that another process can raise it again
        return f"{purpose} needs {library}: pip install 'paucity[literature]'"


def etree() -> Any:
    """Return lxml's etree, or say how to install it."""
    try:
        from lxml import etree as module
    except ImportError:
        raise MissingLibraryError("lxml", "reading XML") from None
    return module


def elements(stream: io.BufferedReader, reading: Reading, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element of the given names when it is complete, then forget it.

    Args:
        stream: the document.
        reading: takes the findings.
        names: local names; an element inside another of them is left to the outer one.

    A document that breaks off gives the elements before the fault, then what was read of the
    element the fault stands in.
    """
    lxml = etree()
    if _ENTITY.search(stream.peek(8192)[:8192]):
        message = "the document declares entities; they are not expanded"
        reading.fault("xml-entities", 1, message, "remove the DOCTYPE's internal subset")
    tags = tuple(f"{{*}}{name}" for name in names)
    bounded = _Bounded(stream)
    walk = lxml.iterparse(
        bounded,
        events=("start", "end"),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    outer = None
    last = 1
    try:
        for event, element in walk:
            bounded.given = 0
            if event == "start":
                if outer is None:
                    outer = element
                elif element.tag == outer.tag:
                    _nested(outer, element, reading)
            elif outer is not None and element is outer:
                last = element.sourceline or last
                _stray(element, tags, reading)
                yield element
                outer = None
                _forget(element)
    except lxml.XMLSyntaxError as error:
        if bounded.given > MAX_ELEMENT:
            message = f"more than {MAX_ELEMENT:,} bytes without the end of a record; it ends here"
            reading.fault("record-too-long", error.lineno or 1, message)
        yield from _after_fault(outer, error, reading, last)


def _forget(element: Any) -> None:
    """Free an element and those before it, so that memory stays flat."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _stray(element: Any, tags: tuple[str, ...], reading: Reading) -> None:
    """Name what stands before a record beside it and is no record."""
    names = {tag.removeprefix("{*}") for tag in tags}
    for other in element.itersiblings(preceding=True):
        if isinstance(other.tag, str) and local(other) not in names and (text := text_of(other)):
            message = f"text between records is passed over: {text[:60]!r}"
            reading.fault("text-outside-record", other.sourceline or 1, message)


def _nested(outer: Any, inner: Any, reading: Reading) -> None:
    line = outer.sourceline or 1
    message = (
        f"another record begins inside this one (line {inner.sourceline}); one of them is read"
    )
    reading.fault("record-unclosed", line, message, "fetch the file again")


def _after_fault(outer: Any, error: Any, reading: Reading, last: int) -> Iterator[Any]:
    line = error.lineno or 1
    message = f"not readable as XML from here: {error.msg}; the records before are kept"
    if outer is None:
        message += f", and text that stands outside of records from line {last} on is not read"
    reading.fault("xml-broken", line, message, "fetch the file again", severity=Severity.ERROR)
    if outer is not None and len(outer):
        message = "the document breaks off inside this record; what was read of it is kept"
        reading.fault("record-unclosed", outer.sourceline or line, message)
        yield outer


def local(element: Any) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: Any) -> str:
    """Return all text of an element, that of inline markup and MathML included, on one line.

    >>> from lxml import etree
    >>> text_of(etree.fromstring("<t>H<sub>2</sub>O <i>in  vivo</i></t>"))
    'H2O in vivo'
    """
    if element is None:
        return ""
    if not len(element):
        text = element.text
        return " ".join(text.split()) if text else ""
    return squeeze("".join(_pieces(element)))


def first_of_each(element: Any) -> dict[Any, Any]:
    """Return the first child of each name; one pass is cheaper than a search for each name.

    >>> from lxml import etree
    >>> text_of(first_of_each(etree.fromstring("<a><b>1</b><c/><b>2</b></a>"))["b"])
    '1'
    """
    held: dict[Any, Any] = {}
    for child in element:
        held.setdefault(child.tag, child)
    return held


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        elif (name := getattr(child, "name", None)) and str(child).startswith("&"):
            yield html.unescape(f"&{name};")
        yield child.tail or ""
