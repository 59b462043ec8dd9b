"""The headings of MeSH and what stands below each, from NLM's descriptor file.

Both forms are read: ``desc20xx.xml`` (also packed with gzip) and the older ASCII ``d20xx.bin``.
Both come from the National Library of Medicine and are not part of this package. Element names are
those of NLM's "XML MeSH Data Elements" and "ASCII MeSH Descriptor Data Elements".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paucity.literature.detect import lines, unpacked
from paucity.literature.draft import Reading
from paucity.literature.markup import MissingLibraryError, elements, text_of
from paucity.literature.strategy.words import key
from paucity.text import Severity

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from paucity.text import Finding

_ENTRIES: Final = ("ENTRY", "PRINT ENTRY")


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """The headings of one year's MeSH.

    Attributes:
        headings: preferred name of each heading and entry term, by key.
        numbers: the tree numbers of each heading, by key.
        tree: every tree number with its heading's key, in order.
        actions: keys of the headings with each pharmacological action, by the action's key.
        findings: what was found while reading.
    """

    headings: Mapping[str, str]
    numbers: Mapping[str, tuple[str, ...]]
    tree: tuple[tuple[str, str], ...] = field(repr=False)
    actions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Descriptor:
    name: str
    numbers: tuple[str, ...]
    entries: tuple[str, ...]
    actions: tuple[str, ...] = ()


def preferred(mesh: Mesh, name: str) -> str | None:
    """Return the key of the heading that a name or entry term means, or None."""
    found = mesh.headings.get(key(name))
    return None if found is None else key(found)


def below(mesh: Mesh, name: str) -> frozenset[str]:
    """Return the keys of a heading and of all below it in the tree; empty if there is none."""
    head = preferred(mesh, name)
    if head is None:
        return frozenset()
    out = {head}
    for number in mesh.numbers.get(head, ()):
        first = bisect_left(mesh.tree, (f"{number}.", ""))
        last = bisect_left(mesh.tree, (f"{number}/", ""))  # `/` is the sign after `.`
        out.update(heading for _, heading in mesh.tree[first:last])
    return frozenset(out)


def read_mesh(path: Path) -> Mesh:
    """Read NLM's descriptor file, in either of its forms, packed or not.

    Args:
        path: ``desc2025.xml``, ``desc2025.gz`` or ``d2025.bin``.

    Returns:
        The headings; a file that is none gives no headings, and a finding. Content never raises.
    """
    reading = Reading(path.name)
    descriptors: list[_Descriptor] = []
    begin = b""
    try:
        with path.open("rb") as source:
            stream = unpacked(source, reading)
            begin = stream.peek(4096)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
            descriptors += _xml(stream, reading) if begin[:1] == b"<" else _ascii(stream, reading)
    except MissingLibraryError as error:
        reading.fault("library-missing", 1, str(error), severity=Severity.ERROR)
    except (OSError, UnicodeError) as error:
        reading.fault("file-unreadable", 1, f"cannot be read: {error}", severity=Severity.ERROR)
    if not descriptors and not reading.findings:
        message = f"there is no MeSH descriptor in this file{_what(begin)}"
        hint = "take desc20xx.xml or d20xx.bin from the National Library of Medicine"
        reading.fault("mesh-empty", 1, message, hint, severity=Severity.ERROR)
    return _assembled(descriptors, reading)


_OTHERS: Final = (
    (rb"<SupplementalRecord|^RECTYPE = C\b", "supplementary concepts"),
    (rb"<QualifierRecord|^RECTYPE = Q\b", "subheadings"),
    (rb"<PharmacologicalAction(?:Set)?\b", "pharmacological actions"),
    (rb"\A[^<\n;]+;[A-Z]\d\d", "tree numbers"),
)
"""How the other files of MeSH that stand beside the descriptors begin."""


def _what(begin: bytes) -> str:
    """Return which other file of MeSH this is, as the end of a sentence; empty if it is none."""
    for pattern, what in _OTHERS:
        if re.search(pattern, begin, re.MULTILINE):
            return f"; it is MeSH's file of {what}"
    return ""


def _assembled(descriptors: Iterable[_Descriptor], reading: Reading) -> Mesh:
    names: dict[str, str] = {}
    entries: dict[str, str] = {}
    numbers: dict[str, tuple[str, ...]] = {}
    tree: list[tuple[str, str]] = []
    actions: dict[str, set[str]] = {}
    for descriptor in descriptors:
        head = key(descriptor.name)
        names[head] = descriptor.name
        numbers[head] = descriptor.numbers
        tree += [(number, head) for number in descriptor.numbers]
        for entry in descriptor.entries:
            entries.setdefault(key(entry), descriptor.name)
        for action in descriptor.actions:
            actions.setdefault(key(action), set()).add(head)
    return Mesh(
        headings={**entries, **names},
        numbers=numbers,
        tree=tuple(sorted(tree)),
        actions={name: frozenset(held) for name, held in actions.items()},
        findings=tuple(reading.findings),
    )


_ACTION: Final = ".//PharmacologicalAction/DescriptorReferredTo/DescriptorName/String"
"""Below the record in today's files, below one of its concepts in those of 2006."""


def _xml(stream: io.BufferedReader, reading: Reading) -> Iterator[_Descriptor]:
    for element in elements(stream, reading, ("DescriptorRecord",)):
        name = text_of(element.find("DescriptorName/String"))
        if not name:
            continue
        yield _Descriptor(
            name,
            tuple(text_of(x) for x in element.iterfind("TreeNumberList/TreeNumber")),
            tuple(text_of(x) for x in element.iterfind("ConceptList/Concept/TermList/Term/String")),
            tuple(text_of(x) for x in element.iterfind(_ACTION)),
        )


_ASCII: Final = re.compile(r"^([A-Z][A-Z ]*?) = (.*)$")


def _ascii(stream: io.BufferedReader, reading: Reading) -> Iterator[_Descriptor]:
    held: dict[str, list[str]] = {}
    for _, line in lines(stream, reading):
        if line.strip() == "*NEWRECORD":
            if held.get("MH"):
                yield _described(held)
            held = {}
        elif found := _ASCII.match(line):
            held.setdefault(found[1], []).append(found[2].strip())
    if held.get("MH"):
        yield _described(held)


def _described(held: Mapping[str, list[str]]) -> _Descriptor:
    entries = [value.split("|")[0] for name in _ENTRIES for value in held.get(name, ())]
    return _Descriptor(
        held["MH"][0], tuple(held.get("MN", ())), tuple(entries), tuple(held.get("PA", ()))
    )
