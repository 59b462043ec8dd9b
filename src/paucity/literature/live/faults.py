"""What can go wrong while a database is asked, each told in one line."""

from __future__ import annotations

import re
from typing import Final

_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LONGEST: Final = 160


class LiveError(Exception):
    """A database could not be asked to the end; what was received is kept."""


class UnreachableError(LiveError):
    """A host could not be reached."""


class RefusedError(LiveError):
    """A host understood what was asked and will not answer it."""


class StuckError(LiveError):
    """A host gives good answers that lead no further: its cursor has lost its place."""


class RetryError(Exception):
    """An answer is not good, and the next one may be.

    Attributes:
        reason: what is wrong with it, in a few words.
        wait: seconds that the host asks to wait; None if it does not say.
        stuck: the answer is good by itself, but cannot be the next one.
    """

    def __init__(self, reason: str, wait: float | None = None, *, stuck: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.stuck = stuck


class NoConnectionError(RetryError):
    """Nothing answers at all."""


def quoted(text: object) -> str:
    """Return the words of a host fit for one line: printable, and not long.

    >>> quoted("Search Backend failed:\\n read timeout")
    '`Search Backend failed: read timeout`'
    """
    plain = printable(text).replace("`", "'")
    return f"`{plain[:_LONGEST]}...`" if len(plain) > _LONGEST else f"`{plain}`"


def printable(text: object) -> str:
    r"""Return text on one line without what a terminal would obey.

    >>> printable("red \x1b[31m\n alert")
    'red [31m alert'
    """
    return " ".join(_UNPRINTED.sub(" ", str(text)).split())
