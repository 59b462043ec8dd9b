"""Look through the bytes of PubMed's XML for what is rare in it, without walking it.

Each test compares whole windows of bytes, small enough to stay in the processor's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_WINDOW: Final = 1 << 18
_OPEN, _SLASH, _SMALL = b"</a"


def has_declaration(text: bytes) -> bool:
    """Tell whether a comment, CDATA, a declaration or an instruction begins anywhere.

    >>> has_declaration(b"<A><!-- <B> --></A>"), has_declaration(b"<A>a ! b?</A>")
    (True, False)
    """
    for part in _windows(text, 1):
        after = part[1:]
        if ((part[:-1] == _OPEN) & ((after == ord("!")) | (after == ord("?")))).any():
            return True
    return False


def has_small_tag(text: bytes) -> bool:
    """Tell whether a tag begins with a small letter: inline markup does, PubMed's own do not.

    >>> has_small_tag(b"<Title>H<sub>2</sub>O</Title>"), has_small_tag(b"<Title>a</Title>")
    (True, False)
    """
    return any(((part[:-1] == _OPEN) & (part[1:] >= _SMALL)).any() for part in _windows(text, 1))


def small_tags(text: bytes) -> list[int]:
    """Return where each tag begins, opening or closing, whose name begins with a small letter.

    >>> small_tags(b"<Title>H<sub>2</sub>O</Title>")
    [8, 14]
    """
    import numpy as np

    out: list[int] = []
    begin = 0
    for part in _windows(text, 2):
        after, next_but_one = part[1:-1], part[2:]
        closing = (after == _SLASH) & (next_but_one >= _SMALL)
        found = np.flatnonzero((part[:-2] == _OPEN) & ((after >= _SMALL) | closing))
        out += (found + begin).tolist()
        begin += _WINDOW
    return out


def has_control(text: bytes) -> bool:
    r"""Tell whether there is a control character that XML 1.0 forbids (section 2.2).

    >>> has_control(b"a\tb\r\n"), has_control(b"a\x0bb")
    (False, True)
    """
    import numpy as np

    for part in _windows(text, 0):
        low = part < ord(" ")
        if np.count_nonzero(low) != np.count_nonzero(part == ord("\n")):
            allowed = (part == ord("\n")) | (part == ord("\t")) | (part == ord("\r"))
            if (low & ~allowed).any():
                return True
    return False


def is_utf8(text: bytes) -> bool:
    r"""Tell whether bytes are UTF-8, without making text of them.

    >>> is_utf8("µ".encode()), is_utf8(b"\xb5")
    (True, False)
    """
    import numpy as np
    import pyarrow as pa

    if text.isascii():
        return True
    bounds = pa.py_buffer(np.array([0, len(text)], np.int64))
    whole = pa.LargeStringArray.from_buffers(1, bounds, pa.py_buffer(text))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _windows(text: bytes, overlap: int) -> Iterator[Any]:
    """Yield the bytes as arrays, each reaching some bytes into the next.

    Behind the last there are as many zero bytes.
    """
    import numpy as np

    codes = np.frombuffer(text, np.uint8)
    whole = max(0, (len(codes) - overlap) // _WINDOW) * _WINDOW
    for begin in range(0, whole, _WINDOW):
        yield codes[begin : begin + _WINDOW + overlap]
    yield np.append(codes[whole:], np.zeros(overlap, np.uint8))
