"""Citations read by xml2arrow into columns: equal to the reference, several times as fast.

xml2arrow passes over the text of inline children, takes undefined entities and bytes that are not
UTF-8, and gives null for a path that is nowhere. So inline markup is taken out before, the bytes
are checked before, and a citation with anything else inside its text (MathML), with editors or
with reference lists in one another, and every book, is read by the reference.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from paucity.literature.medline.filled import Filled
from paucity.literature.medline.paths import parser
from paucity.literature.medline.reference import CLOSE, OPEN, identifier, table_of
from paucity.literature.medline.scan import has_control, is_utf8, small_tags
from paucity.literature.medline.split import UnusualError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INLINE: Final = frozenset(
    f"<{form}>".encode()
    for name in ("i", "b", "u", "sub", "sup")
    for form in (name, f"/{name}", f"{name}/")
)
"""Tags that are taken out; any other that begins with a small letter is left to the reference."""

_ENTITY: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#(?:\d{1,7}|x[0-9a-fA-F]{1,6});)")
"""An entity that XML does not know by itself, or a character reference that is none."""


def table_fast(
    chunks: Sequence[bytes],
    keys: Sequence[tuple[int, int]] | None = None,
    *,
    inline: bool = True,
) -> Any:
    """Return the rows of citations: the same as of the reference, in the same order.

    Args:
        chunks: the XML of each.
        keys: PMID and version of each, where they are known.
        inline: they may hold inline markup.

    Raises:
        UnusualError: the bytes are such that the whole file must be walked by lxml.
    """
    import numpy as np
    import pyarrow as pa

    books = {i for i, chunk in enumerate(chunks) if chunk.startswith(b"<PubmedB")}
    places = [i for i in range(len(chunks)) if i not in books]
    if not places:
        return table_of(chunks)
    keys = keys or [identifier(chunk) or (0, 1) for chunk in chunks]
    rows, partial = _read([chunks[i] for i in places], [keys[i] for i in places], inline=inline)
    hard = sorted(books | {places[i] for i in partial})
    if not hard:
        return rows
    order = np.empty(len(chunks), np.int64)
    order[places] = np.arange(len(places))
    order[hard] = len(places) + np.arange(len(hard))
    both = pa.concat_tables([rows, table_of([chunks[i] for i in hard])])
    return both.take(pa.array(order)).combine_chunks()


def _read(
    chunks: Sequence[bytes], keys: Sequence[tuple[int, int]], *, inline: bool
) -> tuple[Any, set[int]]:
    """Return the rows of citations without books, and which of them do not hold all there is."""
    from xml2arrow import Xml2ArrowError

    whole = b"".join([OPEN, *chunks, CLOSE])
    if has_control(whole) or not is_utf8(whole) or _ENTITY.search(whole):
        raise UnusualError
    partial: set[int] = set()
    if inline:
        whole, others = _without_inline(whole)
        ends = list(accumulate(map(len, chunks), initial=len(OPEN)))[1:]
        partial = {bisect_right(ends, at) for at in others}
    try:
        tables = parser().parse(whole)
    except Xml2ArrowError:
        raise UnusualError from None
    if tables["item"].num_rows != len(chunks):
        raise UnusualError
    filled = Filled(tables, keys)
    return filled.rows(), partial | filled.partial()


def _without_inline(text: bytes) -> tuple[bytes, list[int]]:
    """Return a text without inline markup, and where in the text other small tags are."""
    kept: list[bytes] = []
    others: list[int] = []
    done = 0
    for at in small_tags(text):
        end = text.find(b">", at) + 1
        if text[at:end] in _INLINE:
            kept.append(text[done:at])
            done = end
        else:
            others.append(at)
    kept.append(text[done:])
    return b"".join(kept), others
