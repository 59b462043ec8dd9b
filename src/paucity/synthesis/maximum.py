"""Find the highest maximum of the binomial-normal likelihood, for one data set or many at once.

For fixed tau the log-likelihood is concave in mu (an integral of a log-concave function; Prékopa
1973), so all local maxima lie on the profile over tau. It is scanned from nearly 0 to very wide,
every local maximum of the scan starts a Newton iteration with exact derivatives, and the highest
one, tau = 0 included, wins. Data sets with two maxima exist (Röver & Friede 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import likelihood

if TYPE_CHECKING:
    from paucity.synthesis.likelihood import Table
    from paucity.synthesis.types import Floats

WIDEST_SCAN = 40.0  # log odds; from there every Newton iteration still converges
SCAN = 12
STEPS = 60
DONE = 1e-20  # squared distance to the maximum, in standard errors, before the last step


@dataclass(frozen=True, slots=True)
class Peak:
    """Hold log-likelihood, gradient and Hessian by (mu, tau) at points, each of shape (R,)."""

    value: Floats
    d1: Floats
    d2: Floats
    d11: Floats
    d12: Floats
    d22: Floats


@dataclass(frozen=True, slots=True)
class Maximum:
    """Hold the maximum of each data set: `mu`, `tau`, `value` (R,), `at_zero` the one at tau = 0.

    `score` is the derivative by tau2 at tau = 0: positive means tau = 0 cannot be the maximum.
    """

    mu: Floats
    tau: Floats
    value: Floats
    mu_zero: Floats
    at_zero: Floats
    score: Floats


def total(table: Table, counts: Floats, mu: Floats, tau: Floats, order: int = 2) -> Peak:
    """Sum the studies' terms.

    Args:
        table: Unique studies, U of them.
        counts: How often each occurs, shape (U,) or (R, U).
        mu: Shape (R,).
        tau: Shape (R,).
        order: Highest derivative.

    Returns:
        Sums of shape (R,).
    """
    terms = likelihood.evaluate(table, mu, tau, order)
    if counts.ndim == 1:
        return Peak(*(getattr(terms, name) @ counts for name in Peak.__slots__))
    return Peak(*((getattr(terms, name) * counts).sum(axis=1) for name in Peak.__slots__))


def pooled_log_odds(table: Table, counts: Floats) -> Floats:
    """Return log odds of all events against all non-events, shape (R,); infinite at the ends."""
    events, others = counts @ table.x, counts @ (table.n - table.x)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(events) - np.log(others))


def at_zero(table: Table, counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the maximum at tau = 0: mu, log-likelihood, and score by tau2, each (R,)."""
    mu = pooled_log_odds(table, counts)
    p = special.expit(mu)[:, None]
    variance = table.n * p * (1 - p)
    score = 0.5 * (counts * ((table.x - table.n * p) ** 2 - variance)).sum(axis=1)
    value = total(table, counts, mu, np.zeros(mu.size), 0).value
    return mu, value, score


def find(table: Table, counts: Floats) -> Maximum:
    """Maximise the likelihood of each data set.

    Args:
        table: Unique studies over all data sets.
        counts: Multiplicities, shape (R, U). Each data set must have a finite maximum: some
            study with events and non-events.

    Returns:
        The highest maximum of each.
    """
    mu_zero, zero, score = at_zero(table, counts)
    mu, tau, value = mu_zero.copy(), np.zeros(mu_zero.size), zero.copy()
    owner, start_mu, start_tau = _starts(table, counts, mu_zero, zero, score)
    if owner.size:
        end_mu, end_tau, end = climb(table, counts[owner], start_mu, start_tau)
        for i in range(owner.size):
            row = owner[i]
            if end[i] > value[row]:
                mu[row], tau[row], value[row] = end_mu[i], end_tau[i], end[i]
    return Maximum(mu, tau, value, mu_zero, zero, score)


def _starts(
    table: Table, counts: Floats, mu_zero: Floats, zero: Floats, score: Floats
) -> tuple[np.ndarray, Floats, Floats]:
    # A tau much below this has no effect that rounding would let one see.
    information = (counts @ (table.x * (table.n - table.x) / table.n)).max()
    tau = np.geomspace(min(0.2 / np.sqrt(max(information, 1.0)), 0.1), WIDEST_SCAN, SCAN)
    if counts.shape[0] == 1:
        mu, height = _scan_one(table, counts[0], tau, float(mu_zero[0]))
        mus, heights = mu[None, :], height[None, :]
    else:
        mus, heights = _scan_many(table, counts, tau)
    left = np.column_stack([zero, heights[:, :-1]])
    right = np.column_stack([heights[:, 1:], np.full(zero.size, -np.inf)])
    top = (heights >= left) & (heights >= right)
    # Between 0 and the first point a maximum may hide: the score at 0 says whether.
    top[:, 0] |= (score > 0) & ~top.any(axis=1)
    owner, column = np.nonzero(top)
    return owner, mus[owner, column], tau[column]


def _scan_one(table: Table, counts: Floats, tau: Floats, mu_zero: float) -> tuple[Floats, Floats]:
    # mean log odds of a logit-normal with this median: Zeger, Liang & Albert 1988, eq. 3.2
    mu = mu_zero * np.sqrt(1 + 0.346 * tau**2)
    for _ in range(2):
        point = total(table, counts, mu, tau, 1)
        step = point.d1 / np.maximum(-point.d11, 1e-12)
        mu = mu + np.clip(step, -1 - tau, 1 + tau)
    return mu, total(table, counts, mu, tau, 0).value


def _scan_many(table: Table, counts: Floats, tau: Floats) -> tuple[Floats, Floats]:
    low, high = _range(table)
    grid = np.linspace(low, high, 41)
    mu = grid[None, :] * np.sqrt(1 + 0.346 * tau[:, None] ** 2)
    terms = likelihood.evaluate(table, mu.ravel(), np.repeat(tau, grid.size), 0)
    height = (counts @ terms.value.T).reshape(counts.shape[0], tau.size, grid.size)
    best = height.argmax(axis=2)
    return mu[np.arange(tau.size)[None, :], best], height.max(axis=2)


def _range(table: Table) -> tuple[float, float]:
    logit = np.log((table.x + 0.5) / (table.n - table.x + 0.5))
    return float(logit.min()), float(logit.max())


def climb(table: Table, counts: Floats, mu: Floats, tau: Floats) -> tuple[Floats, Floats, Floats]:
    """Climb to a local maximum in (mu, log tau) by safeguarded Newton steps, rows in parallel.

    Args:
        table: Unique studies.
        counts: Multiplicities, shape (R, U).
        mu: Starts, shape (R,).
        tau: Starts, shape (R,), above 0.

    Returns:
        mu, tau and log-likelihood, each of shape (R,).
    """
    mu, tau = mu.copy(), tau.copy()
    value = np.empty(mu.size)
    point = total(table, counts, mu, tau)
    value[:] = point.value
    active = np.arange(mu.size)
    for _ in range(STEPS):
        step_mu, step_log, size = _newton(point, tau[active])
        new_mu, new_tau, trial, gained = _advance(
            table, counts[active], mu[active], tau[active], point, step_mu, step_log
        )
        mu[active] = np.where(gained, new_mu, mu[active])
        tau[active] = np.where(gained, new_tau, tau[active])
        value[active] = np.where(gained, trial.value, value[active])
        going = gained & (size > DONE) & (tau[active] > 1e-9)
        if not going.any():
            break
        point = Peak(*(getattr(trial, name)[going] for name in Peak.__slots__))
        active = active[going]
    return mu, tau, value


def _newton(point: Peak, tau: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the step in mu and log tau and its squared size in standard errors."""
    g1, g2 = point.d1, tau * point.d2
    a, b, c = -point.d11, -tau * point.d12, -(tau**2 * point.d22 + tau * point.d2)
    # Shift the Hessian until it is safely positive definite (a 2 by 2 eigenvalue by hand).
    least = 0.5 * (a + c) - np.sqrt(0.25 * (a - c) ** 2 + b**2)
    floor = 1e-6 * np.maximum(np.abs(a) + np.abs(c), 1e-12)
    shift = np.where(least < floor, floor - least + 0.1 * np.abs(c), 0.0)
    a, c = a + shift, c + shift
    determinant = a * c - b * b
    step_mu, step_log = (c * g1 - b * g2) / determinant, (a * g2 - b * g1) / determinant
    size = g1 * step_mu + g2 * step_log
    shrink = np.minimum(
        1.0,
        np.minimum(
            (1 + tau) / np.maximum(np.abs(step_mu), 1e-300),
            1.5 / np.maximum(np.abs(step_log), 1e-300),
        ),
    )
    return step_mu * shrink, step_log * shrink, size


def _advance(
    table: Table,
    counts: Floats,
    mu: Floats,
    tau: Floats,
    point: Peak,
    step_mu: Floats,
    step_log: Floats,
) -> tuple[Floats, Floats, Peak, np.ndarray]:
    """Step, halving where the likelihood falls; rows that cannot gain keep their place."""
    scale = np.ones(mu.size)
    slack = 1e-13 * (1 + np.abs(point.value))
    for _ in range(30):
        new_mu, new_tau = mu + scale * step_mu, tau * np.exp(scale * step_log)
        trial = total(table, counts, new_mu, new_tau)
        gained = trial.value >= point.value - slack
        if gained.all():
            break
        scale = np.where(gained, scale, scale / 2)
    return new_mu, new_tau, trial, gained
