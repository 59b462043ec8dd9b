"""Look through the bytes of PubMed's XML for what is rare in it, without walking it.

Each test compares whole windows of bytes, small enough to stay in the processor's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Buffer: TypeAlias = Any
    """Bytes, or what gives them: bytearray, memoryview, a buffer of Arrow."""

_WINDOW: Final = 1 << 18
_OPEN, _SLASH, _SMALL = b"</a"
_BEYOND: Final = 128
"""The first byte that is not ASCII."""


def tags(text: bytes) -> tuple[bool, bool]:
    """Tell two things of the tags of a text.

    Returns:
        Whether a comment, CDATA, a declaration or an instruction begins anywhere; whether a tag
        begins with a small letter, as inline markup does and PubMed's own tags do not.

    >>> tags(b"<A><!-- <B> --></A>"), tags(b"<A>H<sub>2</sub>O!</A>"), tags(b"<A>a ! b?</A>")
    ((True, False), (False, True), (False, False))
    """
    declares = small = False
    for part in _windows(text, 1):
        after = part[1:]
        opens = part[:-1] == _OPEN
        declares |= bool((opens & ((after == ord("!")) | (after == ord("?")))).any())
        small |= bool((opens & (after >= _SMALL)).any())
    return declares, small


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


def beyond_ascii(text: bytes) -> list[int]:
    r"""Return where a byte that is not ASCII stands, or the first of several in a row.

    >>> beyond_ascii("50 µg".encode())
    [3]
    """
    import numpy as np

    if text.isascii():
        return []
    beyond = np.frombuffer(text, np.uint8) >= _BEYOND
    begins = beyond.copy()
    begins[1:] &= ~beyond[:-1]
    return np.flatnonzero(begins).tolist()


def lowered(text: bytes) -> bytes:
    """Return bytes with the letters of ASCII made small, as ``bytes.lower`` does, but faster.

    >>> lowered(b"MAS & HLH")
    b'mas & hlh'
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    bounds = pa.py_buffer(np.array([0, len(text)], np.int64))
    whole = pa.LargeStringArray.from_buffers(1, bounds, pa.py_buffer(text))
    made = pc.ascii_lower(whole).buffers()[2]
    return made.to_pybytes() if made is not None else b""


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


def is_single_spaced(text: Buffer) -> bool:
    r"""Tell whether there is no white space in UTF-8 but single spaces.

    >>> is_single_spaced(b"a b"), is_single_spaced(b"a  b"), is_single_spaced(b"a\tb")
    (True, False, False)
    >>> is_single_spaced("50\u00a0mg".encode()), is_single_spaced("50 µg".encode())
    (False, True)
    """
    ascii_only = True
    for part in _windows(text, 1):
        here = part[:-1]
        if (here < ord(" ")).any() or ((here == ord(" ")) & (part[1:] == ord(" "))).any():
            return False
        ascii_only = ascii_only and not (here >= _BEYOND).any()
    return ascii_only or bytes(text).decode().isprintable()


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


def _windows(text: Buffer, overlap: int) -> Iterator[Any]:
    """Yield the bytes as arrays, each reaching some bytes into the next.

    Behind the last there are as many zero bytes.
    """
    import numpy as np

    codes = np.frombuffer(text, np.uint8)
    whole = max(0, (len(codes) - overlap) // _WINDOW) * _WINDOW
    for begin in range(0, whole, _WINDOW):
        yield codes[begin : begin + _WINDOW + overlap]
    yield np.append(codes[whole:], np.zeros(overlap, np.uint8))
