"""Read the JSON of an answer, and notice an error that comes as a good one."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from paucity.literature.live.faults import RefusedError, RetryError, quoted

_BUSY: Final = re.compile(r"rate limit|too many|temporar|time[d ]?-?out|try again", re.IGNORECASE)
_KEY: Final = re.compile(r"api[ _-]?key|cursor|token", re.IGNORECASE)


def read_object(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds.

    Control characters within texts are let pass: E-utilities send them unescaped.

    Raises:
        RetryError: it holds none.
    """
    try:
        data = json.loads(body.decode("utf-8"), strict=False)
    except (ValueError, RecursionError):
        if body.lstrip()[:1] == b"<":
            raise RetryError("a page for a browser where JSON should be") from None
        raise RetryError("an answer that is not JSON to its end") from None
    if not isinstance(data, dict):
        raise RetryError("an answer that holds no object")
    return data


def refuse_error(said: Any) -> None:
    """Raise what an error within an answer means: ask again, or never.

    Raises:
        RefusedError: the key or the place in the result is refused.
        RetryError: anything else.
    """
    if not said:
        return
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    if _KEY.search(text) and not _BUSY.search(text):
        raise RefusedError(f"refuses: {quoted(text)}")
    raise RetryError(f"the error {quoted(text)}")


def at(data: Any, *path: str) -> Any:
    """Return what stands at a path of names, None if there is nothing.

    >>> at({"a": {"b": 1}}, "a", "b"), at({"a": []}, "a", "b")
    (1, None)
    """
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def a_count(value: Any) -> int | None:
    """Return a count, written as a number or as digits.

    >>> a_count("1018"), a_count(-1), a_count(True)
    (1018, None, None)
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**11
    return value if good else None


def items_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list.

    Raises:
        RetryError: it is no list of objects.
    """
    if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
        raise RetryError("an answer without its list of records")
    return value
