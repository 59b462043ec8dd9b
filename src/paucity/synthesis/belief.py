"""What is believed of a proportion before the studies and after: probability in equal bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import numbers, posterior
from paucity.synthesis.priors import Prior

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Belief:
    """Hold the probability of each bin of the median study's proportion.

    `edges` (b + 1,) from 0 to 1; `before` and `after` (b,) each sum to 1.
    """

    edges: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]


def belief(
    events: ArrayLike, n: ArrayLike, *, prior: Prior | None = None, bins: int = 50
) -> Belief:
    """Give prior and posterior of the median study's proportion, in bins of equal width.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        prior: Default `Prior()`.
        bins: How many, 2 to 1000.

    Returns:
        The probabilities, as differences of the two cumulative distributions, so that none of a
        bin is lost however narrow a peak is.

    Raises:
        ValueError: If the counts or the number of bins are not valid.

    Example:
        >>> b = belief([14, 1, 1], [22, 1, 1], bins=4)
        >>> [round(p, 3) for p in b.before], [round(p, 3) for p in b.after]
        ([0.232, 0.268, 0.268, 0.232], [0.005, 0.107, 0.607, 0.28])
    """
    x, m = numbers.studies(events, n)
    if not 2 <= bins <= 1000:
        raise ValueError(f"bins: found {bins}; expected 2 to 1000. 50 are enough for a picture.")
    chosen = prior if prior is not None else Prior()
    edges = np.arange(bins + 1) / bins
    inner = special.logit(edges[1:-1])
    before = special.ndtr((inner - chosen.mean) / chosen.sd)
    post = posterior.posterior(x, m, chosen)
    after = np.array([posterior.cdf_mu(post, float(value)) for value in inner])
    return Belief(tuple(edges.tolist()), _steps(before), _steps(after))


def _steps(inner: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, ...]:
    cdf = np.clip(np.concatenate([[0.0], inner, [1.0]]), 0.0, 1.0)
    return tuple(np.maximum(np.diff(cdf), 0.0).tolist())
