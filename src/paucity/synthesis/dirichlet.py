"""Maximise the Dirichlet-multinomial likelihood (beta-binomial with two categories).

With mean proportions pi and g = rho / (1 - rho), counts c of a study with n patients have

    log P = log multinomial coefficient + sum_c sum_{j<c} log(pi_c + j g) - sum_{j<n} log(1 + j g)

(Mosimann 1962, Biometrika 49:65; the product form of Griffiths 1973, Biometrics 29:637, and Smith
1983, Applied Statistics 32:196). There are no gamma functions, so g = 0 (multinomial) is an
ordinary point and nothing is a difference of huge logarithms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paucity.synthesis.rising import tail_sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.types import Counts, Floats

Blocks = tuple[slice, ...]
WHOLE: Blocks = (slice(None),)
COARSE = np.linspace(-9.0, 6.0, 6)  # log g, for profiles
GRID = np.linspace(-28.0, 22.0, 26)  # log g: rho from 1e-12 to 1 - 1e-10


@dataclass(frozen=True, slots=True)
class Sums:
    """Hold nodes and weights of the sums for each category and for the totals."""

    categories: tuple[tuple[Floats, Floats], ...]
    totals: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class DirichletFit:
    """Hold a maximum: mean proportions (C,), g, log-likelihoods (without coefficients).

    `covariance` is that of the log ratios of the first C - 1 categories to the last, (C-1, C-1).
    """

    proportions: Floats
    g: float
    value: float
    value_zero: float
    covariance: Floats

    @property
    def rho(self) -> float:
        """Correlation between two patients of one study."""
        return self.g / (1 + self.g)


def prepare(counts: Counts, multiplicity: Floats) -> Sums:
    """Collect the sums of a table of counts, shape (U, C), every category seen at least once."""
    categories = tuple(tail_sums(counts[:, c], multiplicity) for c in range(counts.shape[1]))
    return Sums(categories, tail_sums(counts.sum(axis=1), multiplicity))


def log_likelihood(sums: Sums, pi: Floats, g: float) -> float:
    """Return the log-likelihood without multinomial coefficients."""
    value = -float(sums.totals[1] @ np.log1p(g * sums.totals[0]))
    for p, (j, w) in zip(pi.tolist(), sums.categories, strict=True):
        value += float(w @ np.log(p + g * j))
    return value


def _derivatives(sums: Sums, pi: Floats, g: float, blocks: Blocks = WHOLE) -> tuple[Floats, Floats]:
    """Return gradient and Hessian by (log ratios to the last category of each block, log g).

    A block's categories keep their sum; with one block that sum is 1.
    """
    size = pi.size
    u, h, cross = np.empty(size), np.empty(size), np.empty(size)
    j, w = sums.totals
    d = w * j / (1 + g * j)
    by_g, by_gg = -float(d.sum()), float(d @ (j / (1 + g * j)))
    for c, (j, w) in enumerate(sums.categories):
        inverse = 1 / (pi[c] + g * j)
        a = w * inverse
        u[c], h[c], cross[c] = a.sum(), -(a @ inverse), -(a @ (j * inverse))
        by_g += float(a @ j)
        by_gg -= float(a @ (j * j * inverse))
    free = size - len(blocks)
    gradient, hessian = np.zeros(free + 1), np.zeros((free + 1, free + 1))
    at = 0
    for block in blocks:
        total = pi[block].sum()
        a = pi[block] / total
        jacobian = total * (np.diag(a) - np.outer(a, a))  # d pi / d log ratio
        slope = total * a * (u[block] - a @ u[block])
        curve = np.diag(slope) - np.outer(slope, a) - np.outer(a, slope)
        curve += (jacobian * h[block]) @ jacobian
        rows = slice(at, at + a.size - 1)
        gradient[rows] = slope[:-1]
        hessian[rows, rows] = curve[:-1, :-1]
        hessian[rows, -1] = hessian[-1, rows] = g * (jacobian @ cross[block])[:-1]
        at += a.size - 1
    gradient[-1] = g * by_g
    hessian[-1, -1] = g * g * by_gg + g * by_g
    return gradient, hessian


def score_at_zero(sums: Sums, pi: Floats) -> float:
    """Return the derivative by g at g = 0; positive means the boundary is not the maximum."""
    value = -float(sums.totals[1] @ sums.totals[0])
    for p, (j, w) in zip(pi.tolist(), sums.categories, strict=True):
        value += float(w @ j) / p
    return value


def fit(counts: Counts, multiplicity: Floats) -> DirichletFit:
    """Find the highest maximum, g = 0 included.

    For fixed g the log-likelihood is concave in pi, so the profile over g is scanned and every
    local maximum of the scan climbed from.

    Args:
        counts: Shape (U, C), each category's total above 0.
        multiplicity: How often each row occurs, shape (U,).

    Returns:
        The fit.
    """
    sums = prepare(counts, multiplicity)
    pooled = multiplicity @ counts
    common = pooled / pooled.sum()
    zero = log_likelihood(sums, common, 0.0)
    best, g, value = common, 0.0, zero
    pi, scan = common, []
    for log_g in GRID.tolist():
        pi, height = _climb(sums, pi, math.exp(log_g), fixed=True)[::2]
        scan.append((height, pi))
    heights = np.array([zero, *(height for height, _ in scan), -np.inf])
    starts = np.flatnonzero((heights[1:-1] >= heights[:-2]) & (heights[1:-1] >= heights[2:]))
    if starts.size == 0 and score_at_zero(sums, common) > 0:
        starts = np.array([0])
    for i in starts.tolist():
        end, end_g, height = _climb(sums, scan[i][1], math.exp(float(GRID[i])), fixed=False)
        if height > value:
            best, g, value = end, end_g, height
    return DirichletFit(best, g, value, zero, _covariance(sums, best, g))


def _covariance(sums: Sums, pi: Floats, g: float) -> Floats:
    hessian = _derivatives(sums, pi, g)[1]
    if g == 0:
        hessian = hessian[:-1, :-1]
    inverse = np.linalg.inv(-hessian)
    return np.asarray(inverse[: pi.size - 1, : pi.size - 1])


def _climb(
    sums: Sums, pi: Floats, g: float, *, fixed: bool, blocks: Blocks = WHOLE
) -> tuple[Floats, float, float]:
    value = log_likelihood(sums, pi, g)
    for _ in range(100):
        gradient, hessian = _derivatives(sums, pi, g, blocks)
        if fixed:
            gradient, hessian = gradient[:-1], hessian[:-1, :-1]
        if gradient.size == 0:
            break
        step = _ascent(gradient, hessian)
        size = float(gradient @ step)
        scale = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        for _ in range(40):
            new_pi, new_g = _move(pi, g, scale * step, blocks, fixed=fixed)
            trial = log_likelihood(sums, new_pi, new_g)
            if trial >= value - 1e-14 * abs(value):
                break
            scale /= 2
        else:
            break
        pi, g, value = new_pi, new_g, trial
        if size < (1e-10 if fixed else 1e-19):
            break
    return pi, g, value


def _ascent(gradient: Floats, hessian: Floats) -> Floats:
    values, vectors = np.linalg.eigh(-hessian)
    floor = 1e-8 * max(float(np.abs(values).max()), 1e-12)
    return np.asarray(vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor)))


def _move(
    pi: Floats, g: float, step: Floats, blocks: Blocks, *, fixed: bool
) -> tuple[Floats, float]:
    out, at = np.empty(pi.size), 0
    for block in blocks:
        own = pi[block]
        ratios = np.append(step[at : at + own.size - 1], 0.0)
        raised = own * np.exp(ratios - ratios.max())
        out[block] = own.sum() * raised / raised.sum()
        at += own.size - 1
    return out, g if fixed else g * math.exp(float(step[-1]))


# -- profile likelihood ------------------------------------------------------------------------


def share_profile(sums: Sums, best: DirichletFit, i: int) -> Callable[[float], float]:
    """Return the log-likelihood maximised under a given share of the first i + 1 categories.

    Args:
        sums: From `prepare`.
        best: The maximum.
        i: Last category of the share, from 0.

    Returns:
        A function of the share's log odds. Beside the maximum's own branch it tries no spread and
        a coarse scan of g, since the profile over g may have two maxima.
    """
    blocks = (slice(0, i + 1), slice(i + 1, best.proportions.size))
    inside = best.proportions[blocks[0]].sum()

    def height(logit: float) -> float:
        share = 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
        rest = 1 / (1 + math.exp(logit)) if logit < 700 else 0.0
        pi = best.proportions.copy()
        pi[blocks[0]] *= share / inside
        pi[blocks[1]] *= rest / (1 - inside)
        return _over_g(sums, pi, best.g, blocks)

    return height


def _over_g(sums: Sums, pi: Floats, own: float, blocks: Blocks) -> float:
    start, _, value = _climb(sums, pi, 0.0, fixed=True, blocks=blocks)
    tried = [(own, pi)] if own > 0 else []
    scan = []
    for log_g in COARSE.tolist():
        start, _, height = _climb(sums, start, math.exp(log_g), fixed=True, blocks=blocks)
        scan.append((height, start))
    top = max(range(len(scan)), key=lambda j: scan[j][0])
    tried.append((math.exp(float(COARSE[top])), scan[top][1]))
    ends = (_climb(sums, at, g, fixed=False, blocks=blocks)[2] for g, at in tried)
    return max(value, *ends)


def spread_profile(sums: Sums, best: DirichletFit) -> Callable[[float], float]:
    """Return the log-likelihood maximised over the proportions as a function of log g."""

    def height(log_g: float) -> float:
        return _climb(sums, best.proportions, math.exp(log_g), fixed=True)[2]

    return height
