"""Where a review is: a folder, or one that comes with paucity."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from paucity.text import did_you_mean

BUNDLED = {"hlh-salvage": "hlh_salvage"}
"""Reviews that come with paucity, by name."""


class ReviewError(Exception):
    """There is no review to read at the place given."""


def bundled_review(name: str) -> Path:
    """Return the folder of a review that comes with paucity."""
    return Path(str(files("paucity.reviews"))) / BUNDLED[name]


def find_review(place: str) -> Path:
    """Return the review folder that a path or the name of a bundled review means.

    Raises:
        ReviewError: there is no review there; says what to do.
    """
    path = Path(place)
    if (path / "review.yaml").exists() or (path / "review.yaml").is_symlink():
        return path
    if place in BUNDLED and not path.exists():
        return bundled_review(place)
    if not path.exists():
        hint = did_you_mean(place, BUNDLED) or f"bundled reviews: {', '.join(BUNDLED)}"
        raise ReviewError(f"there is no folder `{place}` ({hint})")
    if not path.is_dir():
        raise ReviewError(f"`{place}` is a file; name the folder that holds review.yaml")
    raise ReviewError(f"`{place}` has no review.yaml; `paucity init {place}` starts a review there")
