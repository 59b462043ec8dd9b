"""Pool ordered responses (CR > PR > NR) from one model, so that thresholds cannot cross."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import dirichlet, limits, numbers, proportional_odds, wording
from paucity.synthesis.glmm import INTERVALS, boundary_p, pool_glmm
from paucity.synthesis.intervals import crude
from paucity.synthesis.logit_normal import mean_and_slopes
from paucity.synthesis.ordinal_profile import threshold_interval
from paucity.synthesis.types import Inputs, Interval, Quantity, Result, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts, Floats

Data = tuple["Counts", "Floats"]
"""Unique rows of counts, and how often each occurs."""

MODELS = ("proportional odds", "dirichlet-multinomial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Hold the proportion at or above one response level.

    `label` reads "CR" or "CR or PR"; `median` is missing for the Dirichlet-multinomial, which has
    no median study; `crude` pools as if all studies were one.
    """

    label: str
    median: Quantity | None
    mean: Quantity | None
    crude: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalPooled(Result):
    """Hold pooled ordered responses.

    `estimate` and `interval` are those of the first threshold (the best response). `tau` is the
    spread between studies in log odds (proportional odds), `rho` the correlation within studies
    (Dirichlet-multinomial); `lrt` tests either against 0.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    thresholds: tuple[Threshold, ...]
    tau: float | None = None
    rho: float | None = None
    lrt: float | None = None
    lrt_p: float | None = None


def pool_ordinal(
    counts: ArrayLike,
    *,
    labels: Sequence[str] = ("CR", "PR", "NR"),
    model: str = "proportional odds",
    interval: str = "profile",
    level: float = 0.95,
    unit: str = "patients",
) -> OrdinalPooled:
    """Pool counts of ordered responses, best first.

    Args:
        counts: Patients per study and response level, shape (k, C), best level first.
        labels: The C levels.
        model: `proportional odds` (a random study effect shifts all thresholds) or
            `dirichlet-multinomial`.
        interval: `profile` (likelihood) or `wald` (on the log-odds scale).
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        One threshold per level but the last, cumulative from the best and increasing by
        construction, or a status.

    Raises:
        ValueError: If the counts, labels or an option are not valid.

    Example:
        >>> r = pool_ordinal([[3, 2, 5], [1, 4, 2], [6, 1, 3], [0, 3, 9]])
        >>> [(t.label, round(t.mean.estimate, 2)) for t in r.thresholds]
        [('CR', 0.27), ('CR or PR', 0.53)]
    """
    table = _table(counts, len(labels))
    numbers.one_of(model, MODELS, "model")
    numbers.one_of(interval, INTERVALS, "interval")
    numbers.one_of(unit, numbers.UNITS, "unit")
    level = numbers.probability(level, "level")
    names = tuple(str(v) for v in labels)
    seen = np.flatnonzero(table.sum(axis=0) > 0)
    status, reason = _obstacle(table, seen)
    if status is not None:
        return _build(table, names, model, level, unit, status, {}, reason=reason)
    rows, count = np.unique(table[:, seen], axis=0, return_counts=True)
    if (table.sum(axis=1) == 1).all():
        return _build(table, names, model, level, unit, Status.BOUNDARY, {}, one_each=True)
    data = (rows, count.astype(np.float64))
    if model == "proportional odds":
        odds = proportional_odds.fit(*data)
        return _build(
            table,
            names,
            model,
            level,
            unit,
            Status.OK if odds.tau > 0 else Status.BOUNDARY,
            {int(c): _odds(data, odds, i, interval, level) for i, c in enumerate(seen[:-1])},
            tau=odds.tau,
            gain=2 * (odds.value - odds.value_zero),
        )
    fit = dirichlet.fit(*data)
    return _build(
        table,
        names,
        model,
        level,
        unit,
        Status.OK if fit.g > 0 else Status.BOUNDARY,
        {int(c): (None, _share(data, fit, i, interval, level)) for i, c in enumerate(seen[:-1])},
        rho=fit.rho,
        gain=2 * (fit.value - fit.value_zero),
    )


def _table(counts: ArrayLike, size: int) -> Counts:
    if size < 2:
        raise ValueError(f"labels: found {size}; expected at least two levels, best first.")
    try:
        rows = [numbers.integers(row, "counts") for row in np.asarray(counts)]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"counts: found something other than whole numbers ({error}); expected one row per "
            f"study with {size} counts."
        ) from error
    if not rows or any(row.size != size for row in rows):
        found = rows[0].size if rows else 0
        raise ValueError(
            f"counts: found rows of {found} counts; expected {size}, one per level. Check labels."
        )
    table = np.stack(rows)
    if (table.sum(axis=1) == 0).any():
        i = int(np.flatnonzero(table.sum(axis=1) == 0)[0])
        raise ValueError(
            f"counts: study {i + 1} has no patients; expected at least 1. Leave it out."
        )
    return table


def _obstacle(table: Counts, seen: Counts) -> tuple[Status | None, str]:
    last = table.shape[1] - 1
    if table.shape[0] == 1:
        return Status.SINGLE_STUDY, "There is one study."
    if seen.size == 1:
        where = {0: Status.ALL_EVENTS, last: Status.NO_EVENTS}
        return where.get(int(seen[0]), Status.DIVERGES), "Everybody had the same response."
    one_level = ((table > 0).sum(axis=1) == 1).all()
    if one_level and (table.sum(axis=1) > 1).any():
        return Status.DIVERGES, "In every study everybody had the same response."
    return None, ""


def _wald(centre: float, error: float, level: float, method: str) -> Interval:
    half = float(special.ndtri((1 + level) / 2)) * error
    low, high = special.expit([centre - half, centre + half])
    return Interval(float(low), float(high), level, method)


def _profile(ends: tuple[float, float], level: float) -> Interval:
    low, high = special.expit(ends)
    return Interval(float(low), float(high), level, "profile likelihood")


def _odds(
    data: Data, fit: proportional_odds.OddsFit, i: int, interval: str, level: float
) -> tuple[Quantity, Quantity]:
    """Return median and mean proportion at threshold i with their intervals."""
    size = fit.thresholds.size
    centre = float(fit.thresholds[i])
    error = math.sqrt(max(float(fit.covariance[i, i]), 0.0))
    mean, by_mu, by_tau = mean_and_slopes(centre, fit.tau)
    pick = [i, size]
    slopes = np.array([by_mu, by_tau]) / (mean * (1 - mean))
    spread = math.sqrt(max(float(slopes @ fit.covariance[np.ix_(pick, pick)] @ slopes), 0.0))
    at_mean = float(special.logit(mean))
    own: Interval | None
    around: Interval | None
    if interval == "wald":
        own = _wald(centre, error, level, "Wald, log odds")
        around = _wald(at_mean, spread, level, "delta method, log odds")
    elif size == 1:  # two levels: the model is the GLMM, whose profile is faster
        rows, often = data[0], data[1].astype(np.int64)
        x, n = np.repeat(rows[:, 0], often), np.repeat(rows.sum(axis=1), often)
        same = pool_glmm(x, n, level=level)
        own, around = (q.interval if q else None for q in (same.median, same.mean))
    else:
        ends = threshold_interval(*data, fit, i, centre, error, level, mean=False)
        own = _profile(ends, level)
        ends = threshold_interval(*data, fit, i, at_mean, spread, level, mean=True)
        around = _profile(ends, level)
    return Quantity(float(special.expit(centre)), own), Quantity(mean, around)


def _share(
    data: Data, fit: dirichlet.DirichletFit, i: int, interval: str, level: float
) -> Quantity:
    """Return the mean proportion in the first i + 1 categories."""
    pi: Floats = fit.proportions
    total = float(pi[: i + 1].sum())
    inside = (np.arange(pi.size - 1) <= i).astype(np.float64)
    # d logit(total) / d log ratio_j = pi_j ([j <= i] - total) / (total (1 - total))
    slopes = pi[:-1] * (inside - total) / (total * (1 - total))
    error = math.sqrt(float(slopes @ fit.covariance @ slopes))
    centre = float(special.logit(total))
    if interval == "wald":
        return Quantity(total, _wald(centre, error, level, "Wald, log odds"))
    height = dirichlet.share_profile(dirichlet.prepare(*data), fit, i)
    return Quantity(total, _profile(limits.both(height, centre, fit.value, level, error), level))


def _build(
    table: Counts,
    labels: tuple[str, ...],
    model: str,
    level: float,
    unit: str,
    status: Status,
    found: dict[int, tuple[Quantity | None, Quantity]],
    *,
    reason: str = "",
    one_each: bool = False,
    tau: float | None = None,
    rho: float | None = None,
    gain: float | None = None,
) -> OrdinalPooled:
    totals = table.sum(axis=1)
    rows = []
    median: Quantity | None = None
    mean: Quantity | None = None
    for c in range(table.shape[1] - 1):
        whole = crude(table[:, : c + 1].sum(axis=1), totals, level)
        if one_each:
            mean = whole
        elif c in found:
            median, mean = found[c]
        elif whole.estimate in {0.0, 1.0} and found:
            median, mean = None, Quantity(whole.estimate, None)  # a level nobody was at
        # else a level nobody was at, between others: the threshold before it holds
        rows.append(
            Threshold(label=" or ".join(labels[: c + 1]), median=median, mean=mean, crude=whole)
        )
    statistic = None if gain is None else max(0.0, gain)
    first = rows[0].median or rows[0].mean
    inputs = Inputs(tuple(table[:, 0].tolist()), tuple(totals.tolist()), unit)
    return OrdinalPooled(
        estimate=first.estimate if first else None,
        interval=first.interval if first else None,
        status=status,
        method=f"{model}, exact maximum likelihood",
        inputs=inputs,
        sentence=_sentence(rows, status, reason, inputs),
        labels=labels,
        counts=tuple(tuple(row) for row in table.tolist()),
        thresholds=tuple(rows),
        tau=tau,
        rho=rho,
        lrt=statistic,
        lrt_p=None if statistic is None else boundary_p(statistic),
    )


def _sentence(rows: list[Threshold], status: Status, reason: str, inputs: Inputs) -> str:
    size = f"{wording.studies(inputs.k)}, {sum(inputs.n)} {inputs.unit}"
    if reason:
        return f"No pooled responses: {status} ({size}). {reason}"
    parts = [
        f"{row.label} {wording.percent(row.mean.estimate)}"
        + (f" ({wording.span(row.mean.interval)})" if row.mean.interval else "")
        for row in rows
        if row.mean is not None
    ]
    return f"Mean proportions over studies: {'; '.join(parts)}; {size}."
