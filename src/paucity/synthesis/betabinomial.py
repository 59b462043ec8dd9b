"""Pool proportions by the beta-binomial model, in a form that does not overflow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import dirichlet, limits, numbers, wording
from paucity.synthesis.glmm import (
    INTERVALS,
    boundary_p,
    identified,
    on_proportions,
    one_patient_each,
)
from paucity.synthesis.intervals import crude
from paucity.synthesis.likelihood import peak_log_probability
from paucity.synthesis.refusals import refused
from paucity.synthesis.types import Heterogeneity, Interval, Pooled, Quantity, Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paucity.synthesis.dirichlet import DirichletFit
    from paucity.synthesis.types import Counts, Inputs

LEAST = -25.0  # log g that no data can tell from no spread
METHOD = "beta-binomial, exact maximum likelihood"


def log_coefficients(x: Counts, n: Counts) -> float:
    """Return the sum of log binomial coefficients, accurate for large n."""
    a, b = x.astype(np.float64), n.astype(np.float64)
    p = a / b
    own = special.xlogy(a, p) + special.xlog1py(b - a, -p)
    return float((peak_log_probability(a, b) - own).sum())


def pool_beta_binomial(
    events: ArrayLike,
    n: ArrayLike,
    *,
    interval: str = "profile",
    level: float = 0.95,
    unit: str = "patients",
) -> Pooled:
    """Pool proportions by the beta-binomial model.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        interval: `profile` (likelihood) or `wald` (on the log-odds scale).
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The mean proportion over studies, and rho, the correlation between two patients of one
        study, with its profile interval. Where every study is all or none the fit
        runs to rho = 1 and the status is `diverges`: the model then takes each study for one
        observation, and its mean (the share of studies) is withheld.

    Raises:
        ValueError: If the counts or level are not valid.

    Example:
        >>> r = pool_beta_binomial([0, 5, 12], [22, 20, 34])
        >>> round(r.mean.estimate, 3), round(r.heterogeneity.rho, 3)
        (0.191, 0.193)
    """
    x, m = numbers.studies(events, n)
    numbers.one_of(interval, INTERVALS, "interval")
    level = numbers.probability(level, "level")
    status = identified(x, m)
    if status is not None:
        return refused(status, x, m, method=METHOD, level=level, unit=unit)
    inputs = numbers.inputs(x, m, unit)
    if (m == 1).all():
        return one_patient_each(inputs, level, METHOD)
    pairs, count = np.unique(np.stack([x, m - x], axis=1), axis=0, return_counts=True)
    weight = count.astype(np.float64)
    fit = dirichlet.fit(pairs, weight)
    sums = dirichlet.prepare(pairs, weight) if interval == "profile" else None
    return _result(inputs, fit, sums, log_coefficients(x, m), level)


def rho_interval(sums: dirichlet.Sums, fit: DirichletFit, level: float) -> Interval:
    """Return the profile-likelihood interval of the correlation within studies."""
    height = dirichlet.spread_profile(sums, fit)
    target = fit.value - limits.drop(level)
    start = math.log(fit.g) if fit.g > 0 else LEAST
    low, high = 0.0, 1.0
    if fit.value_zero < target:
        low = math.exp(limits.limit(height, start, fit.value, level, -1.0, 60.0))
    upper = limits.limit(height, start, fit.value, level, 1.0, 60.0)
    if math.isfinite(upper):
        high = math.exp(upper) / (1 + math.exp(upper))
    return Interval(low / (1 + low), high, level, "profile likelihood")


def _result(
    inputs: Inputs,
    fit: DirichletFit,
    sums: dirichlet.Sums | None,
    coefficients: float,
    level: float,
) -> Pooled:
    mean = float(fit.proportions[0])
    error = math.sqrt(float(fit.covariance[0, 0]))
    half = float(special.ndtri((1 + level) / 2)) * error
    centre = math.log(fit.proportions[0] / fit.proportions[1])
    link = Interval(centre - half, centre + half, level, "Wald, log odds")
    if sums is not None:
        height = dirichlet.share_profile(sums, fit, 0)
        ends = limits.both(height, centre, fit.value, level, error)
        link = Interval(*ends, level, "profile likelihood")
    quantity = Quantity(mean, on_proportions(link))
    statistic = max(0.0, 2 * (fit.value - fit.value_zero))
    told = f" ({wording.span(quantity.interval)})" if quantity.interval else ""
    return Pooled(
        estimate=mean,
        interval=quantity.interval,
        status=Status.OK if fit.g > 0 else Status.BOUNDARY,
        method=METHOD,
        inputs=inputs,
        sentence=(
            f"Mean proportion over studies {wording.percent(mean)}{told}; correlation within "
            f"studies {fit.rho:.2f}; {wording.total(inputs)}."
        ),
        estimand="mean",
        crude=crude(inputs.events, inputs.n, level),
        mean=quantity,
        heterogeneity=Heterogeneity(
            rho=fit.rho,
            rho_interval=rho_interval(sums, fit, level) if sums is not None else None,
            lrt=statistic,
            lrt_p=boundary_p(statistic),
        ),
        link_estimate=centre,
        link_interval=link,
        standard_error=error,
        log_likelihood=fit.value + coefficients,
    )
