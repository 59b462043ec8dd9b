"""Small texts that the pages share."""  # noqa: INP001

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Return a message that Markdown prints as it is."""
    return re.sub(r"(?<!`)([<>*_\[\]])(?![^`]*`(?:[^`]*`[^`]*`)*[^`]*$)", r"\\\1", text)


def noun(sentence: str) -> str:
    """Return what an imperative sentence of a docstring is about."""
    rest = re.sub(r"^(Find|Report|Return) ", "", sentence)
    return rest[:1].upper() + rest[1:]


def slug(text: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
