"""One review folder as one object: everything loaded, linked, checked and judged."""

from paucity.review.find import BUNDLED, ReviewError, bundled_review, find_review
from paucity.review.load import load_review
from paucity.review.model import Review

__all__ = ["BUNDLED", "Review", "ReviewError", "bundled_review", "find_review", "load_review"]
