"""What the readers of databases' JSON answers share: find the records, keep what is left over."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.draft import Draft, Reading
from paucity.text import Severity

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

    from paucity.literature.record import Record

MAX_ANSWER: Final = 256_000_000
"""Most bytes of one file of answers."""

_TAG: Final = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>")
_BLOCK: Final = re.compile(
    r"</?(?:h[1-6]|p|div|br|li|ul|sec|title|jats:(?:p|sec|title|list|list-item))\b[^<>]*>"
)


def read_items(
    stream: io.BufferedReader,
    reading: Reading,
    path: tuple[str, ...],
    record: Callable[[Mapping[str, Any], Draft], Record],
) -> Iterator[Record]:
    """Yield the records of an answer, of a list of answers, or of one record by itself.

    Args:
        stream: the file.
        reading: takes the findings.
        path: the names that lead to the list of records in an answer.
        record: makes a record of an item.

    Yields:
        Records. A file that is cut short gives those before the cut, and a finding.
    """
    data = stream.read(MAX_ANSWER + 1)
    if len(data) > MAX_ANSWER:
        message = f"larger than {MAX_ANSWER:,} bytes; it is not read"
        reading.fault("json-broken", 1, message, "fetch it in parts", severity=Severity.ERROR)
        return
    text = data.decode(reading.encoding or "utf-8-sig", "replace")
    for number, item in enumerate(_found(text, reading, path), 1):
        draft = Draft(reading, number, 1)
        if isinstance(item, dict):
            yield record(item, draft)
        else:
            draft.fault("record-empty", 1, f"item {number} is not an object: {str(item)[:40]!r}")


def _found(text: str, reading: Reading, path: tuple[str, ...]) -> Iterator[Any]:
    try:
        whole = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        yield from _before_the_cut(text, path[-1])
        deep = isinstance(error, RecursionError)
        what = "nested too deep" if deep else getattr(error, "msg", str(error))
        line = 1 if deep else getattr(error, "lineno", 1)
        message = f"not readable as JSON: {what}; the items before are kept"
        reading.fault("json-broken", line, message, "fetch it again", severity=Severity.ERROR)
        return
    for answer in whole if isinstance(whole, list) else [whole]:
        inner: Any = answer
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        if isinstance(inner, list):
            yield from inner
        else:
            yield answer


def _before_the_cut(text: str, name: str) -> Iterator[Any]:
    """Yield the items of a list that is cut short, as far as they are whole."""
    opening = re.search(rf'"{re.escape(name)}"\s*:\s*\[', text)
    decoder = json.JSONDecoder(strict=False)
    at = opening.end() if opening else len(text)
    while gap := re.compile(r"[\s,]*").match(text, at):
        at = gap.end()
        if at >= len(text) or text[at] != "{":
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item


def text_at(data: Any, *path: str) -> str:
    """Return the text or number at a path of names; empty if there is none.

    >>> text_at({"a": {"b": 12}}, "a", "b")
    '12'
    """
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return ""
    return str(data).strip()


def list_at(data: Any, *path: str) -> list[Any]:
    """Return the list at a path of names; empty if there is none."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, list) else []


def without_markup(text: str) -> str:
    """Return text without its tags, each block on one line with the rest, and entities read.

    A sign that opens no tag stays: ``p < 0.05``.

    >>> without_markup("<h4>Aim</h4>To see if p &lt; 0.05 for CD4<sup>+</sup> cells")
    'Aim To see if p < 0.05 for CD4+ cells'
    """
    return v.squeeze(html.unescape(_TAG.sub("", _BLOCK.sub(" ", text))))


def keep_rest(item: Mapping[str, Any], used: frozenset[str], prefix: str, draft: Draft) -> None:
    """Keep whatever an item holds that was not read, under the database's own names."""
    for name, value in item.items():
        if name in used or value in (None, "", [], {}):
            continue
        if isinstance(value, str):
            draft.keep(f"{prefix}:{name}", value)
        else:
            kept = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            draft.keep(f"{prefix}-json:{name}", kept)


def end(draft: Draft) -> Record:
    """Return the record, with a finding if nothing names it."""
    single = draft.single
    if not (single.get("title") or single.get("doi") or single.get("pmid")):
        draft.fault("record-empty", 1, "the record has neither title nor identifier")
    return draft.done()
