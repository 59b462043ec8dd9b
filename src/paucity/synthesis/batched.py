"""Bootstrap the GLMM over studies, all replicates at once, each fitted to full convergence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import likelihood, numbers, wording
from paucity.synthesis.glmm import METHOD, identified
from paucity.synthesis.maximum import find
from paucity.synthesis.refusals import refused
from paucity.synthesis.types import Floats, Interval, Result, Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paucity.synthesis.likelihood import Table
    from paucity.synthesis.types import Counts

AT_ONCE = 250  # replicates fitted together; more only use more memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap(Result):
    """Hold replicates of the median log odds `mu` and of `tau`.

    `mu` is -inf where a replicate has no events, inf where it has nothing else, and NaN (like
    `tau`) where the likelihood diverges; `diverged` counts those, which the interval leaves out.
    """

    mu: tuple[float, ...]
    tau: tuple[float, ...]
    diverged: int


def resample(k: int, replicates: int, seed: int) -> Counts:
    """Draw which studies each replicate holds, shape (replicates, k).

    Example:
        >>> resample(3, 2, seed=1).tolist() == resample(3, 2, seed=1).tolist()
        True
    """
    return np.random.default_rng(seed).integers(0, k, size=(replicates, k))


def bootstrap(
    events: ArrayLike,
    n: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    unit: str = "patients",
) -> Bootstrap:
    """Resample studies and refit the GLMM by exact maximum likelihood.

    All replicates share the few unique studies, so their likelihoods are one matrix product.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        replicates: Number of resamples, at least 100.
        seed: Of the random numbers; the same seed gives the same replicates everywhere.
        level: Coverage of the percentile interval.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The fit's median proportion with the percentile interval of the replicates, or a status.

    Raises:
        ValueError: If the counts, replicates or level are not valid.

    Example:
        >>> b = bootstrap([1, 4, 9, 3, 12], [8, 9, 20, 11, 34], replicates=200)
        >>> b.interval.lower < b.estimate < b.interval.upper
        True
    """
    x, m = numbers.studies(events, n)
    level = numbers.probability(level, "level")
    if replicates < 100:
        raise ValueError(
            f"replicates: found {replicates}; expected at least 100, or the tails say nothing. "
            "Use 1000."
        )
    method = f"{METHOD}, study bootstrap, percentile interval"
    status = identified(x, m)
    if status is not None or (m == 1).all():
        status = status or Status.TOO_FEW
        plain = refused(status, x, m, method=method, level=level, unit=unit)
        return Bootstrap(
            estimate=None,
            interval=None,
            status=status,
            method=method,
            inputs=plain.inputs,
            sentence=plain.sentence,
            mu=(),
            tau=(),
            diverged=0,
        )
    table = likelihood.build(x, m)
    own = find(table, table.multiplicity[None, :])
    drawn = table.index[resample(x.size, replicates, seed)]
    unique = table.x.size
    flat = drawn + unique * np.arange(replicates)[:, None]
    counts = np.bincount(flat.ravel(), minlength=unique * replicates)
    mu, tau = refit(table, counts.reshape(replicates, unique).astype(np.float64))
    estimate = float(special.expit(own.mu[0]))
    kept = np.sort(mu[~np.isnan(mu)])
    interval = Interval(
        _percentile(kept, (1 - level) / 2), _percentile(kept, (1 + level) / 2), level, "percentile"
    )
    diverged = int(np.isnan(mu).sum())
    inputs = numbers.inputs(x, m, unit)
    lost = f"; {diverged} replicates without a maximum left out" if diverged else ""
    return Bootstrap(
        estimate=estimate,
        interval=interval,
        status=Status.OK if own.tau[0] > 0 else Status.BOUNDARY,
        method=method,
        inputs=inputs,
        sentence=(
            f"Median study's proportion {wording.percent(estimate)} ({wording.span(interval)}) "
            f"from {replicates} resamples{lost}; {wording.total(inputs)}."
        ),
        mu=tuple(mu.tolist()),
        tau=tuple(tau.tolist()),
        diverged=diverged,
    )


def _percentile(ordered: Floats, p: float) -> float:
    """Return the proportion at an order statistic (no interpolation: the ends may be infinite)."""
    if ordered.size == 0:
        return math.nan
    place = min(max(math.ceil(p * ordered.size) - 1, 0), ordered.size - 1)
    return float(special.expit(ordered[place]))


def refit(table: Table, counts: Floats) -> tuple[Floats, Floats]:
    """Fit every replicate.

    Args:
        table: Unique studies.
        counts: Multiplicities, shape (B, U).

    Returns:
        mu and tau, shape (B,), with the conventions of `Bootstrap`.
    """
    events, others = counts @ table.x, counts @ (table.n - table.x)
    mixed = (table.x > 0) & (table.x < table.n)
    single = table.n == 1
    mu = np.where(events == 0, -np.inf, np.where(others == 0, np.inf, np.nan))
    tau = np.full(mu.size, np.nan)
    ends = (events == 0) | (others == 0)
    tau[ends] = 0.0
    one_each = ~ends & (counts @ ~single == 0)
    mu[one_each], tau[one_each] = np.log(events[one_each] / others[one_each]), 0.0
    fit = np.flatnonzero(~ends & (counts @ mixed > 0))
    for i in range(0, fit.size, AT_ONCE):
        rows = fit[i : i + AT_ONCE]
        best = find(table, counts[rows])
        mu[rows], tau[rows] = best.mu, best.tau
    return mu, tau
