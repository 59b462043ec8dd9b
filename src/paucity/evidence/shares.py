"""How many members of a cohort something is true of, and how such shares combine.

Shares combine by Fréchet's bounds; what is known of the parts narrows what is known of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.evidence.cohorts import Family
    from paucity.logic import Truth


@dataclass(frozen=True, slots=True)
class Share:
    """How many members of a cohort something is true of, at least and at most.

    `n` is the cohort's size; where it is not known, 0 and 1 stand for none and all.
    """

    low: int
    high: int
    n: int

    @property
    def truth(self) -> Truth:
        """Return whether it is true of all (True), of none (False), or neither is known."""
        if self.n == 0:
            return None
        if self.low == self.n:
            return True
        return False if self.high == 0 else None

    @property
    def partly(self) -> bool:
        """Tell whether it is certainly true of some members and certainly not of others."""
        return self.low > 0 and self.high < self.n


def both(a: Share, b: Share) -> Share:
    """Return the share of which two things are true together.

    >>> both(Share(12, 12, 12), Share(2, 2, 12))
    Share(low=2, high=2, n=12)
    """
    return Share(max(0, a.low + b.low - a.n), min(a.high, b.high), a.n)


def either(a: Share, b: Share) -> Share:
    """Return the share of which at least one of two things is true."""
    return Share(max(a.low, b.low), min(a.n, a.high + b.high), a.n)


def neither(a: Share) -> Share:
    """Return the share of which something is not true."""
    return Share(a.n - a.high, a.n - a.low, a.n)


def narrower(a: Share, b: Share) -> Share:
    """Return what two sources of knowledge about the same share say together.

    Where they contradict each other the larger certain number stands.
    """
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Share(low, max(low, high), a.n)


def narrowed(shares: Mapping[str, Share], family: Family) -> dict[str, Share]:
    """Return the shares of one study's cohorts, narrowed by what is known of their parts."""
    out = dict(shares)
    for name in sorted(family.cohorts, key=lambda c: (-len(family.ancestors(c)), c)):
        out[name] = _from_below(name, out, family)
    return out


def _from_below(cohort_id: str, shares: Mapping[str, Share], family: Family) -> Share:
    """Return what a cohort's parts say of how many of the whole qualify."""
    share = shares[cohort_id]
    if not family.people(cohort_id).exact:
        return share
    for child in family.children(cohort_id):
        size = family.people(child).exact
        if size is None:
            continue
        part = shares[child]
        rest = share.n - int(size)
        low, high = (part.low if size else 0), (part.high if size else 0) + max(0, rest)
        share = narrower(share, Share(min(low, share.n), min(max(high, low), share.n), share.n))
    for parts in family.divisions(cohort_id):
        sizes = [family.people(p).exact for p in parts]
        if all(s is not None for s in sizes) and sum(s or 0 for s in sizes) == share.n:
            low = sum(shares[p].low for p, s in zip(parts, sizes, strict=True) if s)
            high = sum(shares[p].high for p, s in zip(parts, sizes, strict=True) if s)
            share = narrower(share, Share(low, high, share.n))
    return share


def settled(share: Share) -> bool:
    """Tell whether a share is known exactly."""
    return share.low == share.high


def restricted(whole: Share, n: int) -> Share:
    """Return what a share of a whole says of `n` of its members."""
    low = max(0, whole.low - (whole.n - n)) if whole.n >= n else 0
    return Share(min(low, n), min(whole.high, n), n)
