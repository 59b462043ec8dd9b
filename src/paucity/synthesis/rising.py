"""Sum a smooth function over 0, 1, ..., m - 1 at a few dozen nodes, exactly to rounding.

Small m is summed term by term. Beyond `DIRECT` the integers are taken in doubling blocks, each
summed by the Gauss rule of the discrete uniform measure, whose orthogonal polynomials are the
discrete Chebyshev polynomials (recurrence: Gautschi 2004, Orthogonal Polynomials, section 1.5.2).
The functions here, log(a + j g) and its derivatives, have their singularity at j <= 0, one and a
half block lengths from a block's middle, so 12 nodes leave an error of about 1e-18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from paucity.synthesis.types import Counts, Floats

DIRECT = 64
NODES = 12


def sum_nodes(m: int) -> tuple[Floats, Floats]:
    """Return nodes j and weights w with sum(w f(j)) = f(0) + ... + f(m - 1).

    Example:
        >>> j, w = sum_nodes(10**9)
        >>> j.size < 400, bool(abs(w @ (1 / (1 + j)) / 21.300481502348 - 1) < 1e-13)
        (True, True)
    """
    head = np.arange(min(m, DIRECT), dtype=np.float64)
    nodes: list[Floats] = [head]
    weights: list[Floats] = [np.ones(head.size)]
    start = DIRECT
    while start < m:
        length = min(start, m - start)
        j, w = _block(start, length)
        nodes.append(j)
        weights.append(w)
        start += length
    return np.concatenate(nodes), np.concatenate(weights)


def _block(start: int, length: int) -> tuple[Floats, Floats]:
    if length <= NODES:
        return np.arange(start, start + length, dtype=np.float64), np.ones(length)
    i = np.arange(1, NODES, dtype=np.float64)
    # in units of the block length, to keep the matrix near 1
    off = np.sqrt(i**2 * (1 - (i / length) ** 2) / (4 * (4 * i**2 - 1)))
    values, vectors = np.linalg.eigh(np.diag(off, 1) + np.diag(off, -1))
    return start + (length - 1) / 2 + length * values, length * vectors[0] ** 2


def tail_sums(counts: Counts, multiplicity: Floats) -> tuple[Floats, Floats]:
    """Return nodes and weights for the sum of f(0) + ... + f(m - 1) over all counts m.

    Args:
        counts: Shape (U,).
        multiplicity: How often each occurs, shape (U,).

    Returns:
        Nodes, merged and sorted, and weights.
    """
    parts = [sum_nodes(m) for m in counts.tolist()]
    nodes = np.concatenate([np.empty(0), *(j for j, _ in parts)])
    weights = np.concatenate(
        [np.empty(0), *(w * c for (_, w), c in zip(parts, multiplicity.tolist(), strict=True))]
    )
    unique, index = np.unique(nodes, return_inverse=True)
    total = np.bincount(index, weights=weights, minlength=unique.size)
    return unique, total.astype(np.float64)
