"""Start a new review: a small folder that already builds."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

_IGNORE = "build/\n"


class StarterError(Exception):
    """A review cannot be started at the place given."""


def start(folder: Path) -> list[str]:
    """Write a small review that builds.

    Args:
        folder: where to; made if it is not there. Files that are there are never overwritten.

    Returns:
        The names of the files written.

    Raises:
        StarterError: the folder already holds a review, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise StarterError(f"`{folder}` is a file; name a folder")
    if (folder / "review.yaml").exists():
        raise StarterError(f"`{folder}` already holds a review")
    written = []
    for name, text in sorted({**_texts(_template()), ".gitignore": _IGNORE}.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def _template() -> Traversable:
    return files("paucity").joinpath("library", "starter")


def _texts(place: Traversable, prefix: str = "") -> dict[str, str]:
    out: dict[str, str] = {}
    for item in place.iterdir():
        if item.is_dir():
            out |= _texts(item, f"{prefix}{item.name}/")
        else:
            out[f"{prefix}{item.name}"] = item.read_text("utf-8")
    return out
