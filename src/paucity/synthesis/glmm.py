"""Pool proportions by the binomial-normal random-effects model (GLMM), by exact likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import likelihood, numbers, profile, wording
from paucity.synthesis.intervals import crude
from paucity.synthesis.logit_normal import mean_and_slopes
from paucity.synthesis.maximum import Maximum, find, total
from paucity.synthesis.refusals import all_or_none, extreme, refused
from paucity.synthesis.types import Heterogeneity, Inputs, Interval, Pooled, Quantity, Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paucity.synthesis.likelihood import Table
    from paucity.synthesis.types import Counts, Floats

METHOD = "binomial-normal GLMM, exact maximum likelihood"
INTERVALS = ("profile", "wald")


@dataclass(frozen=True, slots=True)
class GlmmFit:
    """Hold a maximum of the likelihood.

    `mu` mean log odds, `tau` its standard deviation between studies, `covariance` of the two
    (2, 2) with zeros for tau at the boundary, `log_likelihood` the marginal one with binomial
    coefficients, `log_likelihood_zero` at tau = 0.
    """

    mu: float
    tau: float
    covariance: Floats
    log_likelihood: float
    log_likelihood_zero: float


def identified(x: Counts, n: Counts) -> Status | None:
    """Say why the likelihood has no maximum in the interior, or None if it has one.

    A study with both events and non-events keeps the likelihood from improving as tau grows; with
    none of those it always does, unless every study is one patient, when it does not depend on
    tau at all.

    Example:
        >>> str(identified(np.array([0, 1, 1]), np.array([22, 1, 1])))
        'diverges'
    """
    status = extreme(x, n)
    if status is None and all_or_none(x, n) and (n > 1).any():
        return Status.DIVERGES
    return status


def fit_glmm(events: ArrayLike, n: ArrayLike) -> GlmmFit:
    """Fit the model, nothing else: the fast path.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).

    Returns:
        The highest maximum of the likelihood.

    Raises:
        ValueError: If the counts are not valid, or the likelihood has no maximum (use
            `pool_glmm` for a status instead).

    Example:
        >>> fit = fit_glmm([0, 5, 12], [22, 20, 34])
        >>> round(fit.mu, 4), round(fit.tau, 4)
        (-1.7992, 1.3352)
    """
    x, m = numbers.studies(events, n)
    status = identified(x, m)
    if status is not None or (m == 1).all():
        raise ValueError(
            f"found data without a maximum of the likelihood ({status or 'one patient per study'}"
            "); expected at least two studies, one of them with events and non-events. "
            "Use pool_glmm for a status, or pool_bayes."
        )
    table = likelihood.build(x, m)
    return _summarise(table, find(table, table.multiplicity[None, :]))


def _summarise(table: Table, best: Maximum) -> GlmmFit:
    point = total(table, table.multiplicity, best.mu, best.tau)
    d11, d12, d22 = float(point.d11[0]), float(point.d12[0]), float(point.d22[0])
    if best.tau[0] > 0:
        determinant = d11 * d22 - d12 * d12
        covariance = np.array([[-d22, d12], [d12, -d11]]) / determinant
    else:
        covariance = np.array([[-1 / d11, 0.0], [0.0, 0.0]])
    return GlmmFit(
        mu=float(best.mu[0]),
        tau=float(best.tau[0]),
        covariance=covariance,
        log_likelihood=float(best.value[0]),
        log_likelihood_zero=float(best.at_zero[0]),
    )


def boundary_p(statistic: float) -> float:
    """Return the p-value of a likelihood-ratio test of tau = 0.

    Half a chi-square with one degree of freedom and half a point mass at 0 (Self & Liang 1987,
    JASA 82:605, case 5).

    Example:
        >>> round(boundary_p(2.705543), 4), boundary_p(0.0)
        (0.05, 1.0)
    """
    return 0.5 * float(special.chdtrc(1, statistic)) if statistic > 0 else 1.0


def pool_glmm(
    events: ArrayLike,
    n: ArrayLike,
    *,
    interval: str = "profile",
    level: float = 0.95,
    unit: str = "patients",
) -> Pooled:
    """Pool proportions by the binomial-normal GLMM.

    The log odds of the studies are normal; the median study's proportion is `estimate` and
    `median`, the average over studies `mean`. Both are given because they differ when tau is
    large and published "pooled proportions" are usually the first and read as the second.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        interval: `profile` (likelihood) or `wald`.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The pooled proportion, tau2 with its profile interval and boundary likelihood-ratio test,
        or a status where the likelihood has no maximum. With `wald` the mean's interval is by the
        delta method on the log-odds scale. The prediction interval adds the variance of mu to
        tau2 and uses t with k - 2 degrees of freedom.

    Raises:
        ValueError: If the counts or an option are not valid.

    Example:
        >>> r = pool_glmm([0, 5, 12], [22, 20, 34])
        >>> round(r.median.estimate, 3), round(r.mean.estimate, 3), str(r.status)
        (0.142, 0.203, 'ok')
        >>> r = pool_glmm([0, 1, 1], [22, 1, 1])
        >>> r.estimate is None, str(r.status)
        (True, 'diverges')
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
    table = likelihood.build(x, m, reach=20 * profile.WIDEST)
    best = find(table, table.multiplicity[None, :])
    fit = _summarise(table, best)
    error = math.sqrt(fit.covariance[0, 0])
    half = float(special.ndtri((1 + level) / 2)) * error
    limits, spread = (fit.mu - half, fit.mu + half), None
    mean = _mean(fit, level)
    if interval == "profile":
        mean = _profile_mean(table, best, mean, level)
        limits = profile.mu_interval(table, table.multiplicity, best, error, level)
        spread = profile.tau_interval(table, table.multiplicity, best, level)
    return _result(inputs, fit, mean, limits, spread, interval, level)


def _result(
    inputs: Inputs,
    fit: GlmmFit,
    mean: Quantity,
    limits: tuple[float, float],
    spread: tuple[float, float] | None,
    interval: str,
    level: float,
) -> Pooled:
    link = Interval(*limits, level, f"{interval} likelihood")
    median = Quantity(float(special.expit(fit.mu)), on_proportions(link))
    statistic = max(0.0, 2 * (fit.log_likelihood - fit.log_likelihood_zero))
    sentence = f"Median study's proportion {wording.percent(median.estimate)}"
    if median.interval is not None:
        sentence += f" ({wording.span(median.interval)})"
    sentence += (
        f", mean over studies {wording.percent(mean.estimate)}; tau {fit.tau:.2f}; "
        f"{wording.total(inputs)}."
    )
    return Pooled(
        estimate=median.estimate,
        interval=median.interval,
        status=Status.OK if fit.tau > 0 else Status.BOUNDARY,
        method=f"{METHOD}, {interval} interval",
        inputs=inputs,
        sentence=sentence,
        estimand="median",
        crude=crude(inputs.events, inputs.n, level),
        median=median,
        mean=mean,
        prediction=_prediction(fit, inputs.k, level),
        heterogeneity=Heterogeneity(
            tau2=fit.tau**2,
            tau2_interval=Interval(spread[0] ** 2, spread[1] ** 2, level, "profile likelihood")
            if spread
            else None,
            lrt=statistic,
            lrt_p=boundary_p(statistic),
        ),
        link_estimate=fit.mu,
        link_interval=link,
        standard_error=math.sqrt(fit.covariance[0, 0]),
        log_likelihood=fit.log_likelihood,
        notes=_notes(fit, median.interval, spread),
    )


def on_proportions(link: Interval) -> Interval:
    """Return an interval of log odds as one of proportions."""
    return Interval(
        float(special.expit(link.lower)), float(special.expit(link.upper)), link.level, link.method
    )


def _mean(fit: GlmmFit, level: float) -> Quantity:
    mean, by_mu, by_tau = mean_and_slopes(fit.mu, fit.tau)
    slopes = np.array([by_mu, by_tau]) / (mean * (1 - mean))
    error = math.sqrt(float(slopes @ fit.covariance @ slopes))
    half = float(special.ndtri((1 + level) / 2)) * error
    centre = float(special.logit(mean))
    link = Interval(centre - half, centre + half, level, "delta method, log odds")
    return Quantity(mean, on_proportions(link))


def _profile_mean(table: Table, best: Maximum, wald: Quantity, level: float) -> Quantity:
    if wald.interval is None:
        return wald
    width = special.logit(wald.interval.upper) - special.logit(wald.interval.lower)
    error = float(width) / (2 * float(special.ndtri((1 + level) / 2)))
    limits = profile.mean_interval(table, table.multiplicity, best, wald.estimate, error, level)
    return Quantity(wald.estimate, Interval(*limits, level, "profile likelihood"))


def _prediction(fit: GlmmFit, k: int, level: float) -> Interval | None:
    if k < 3:
        return None
    quantile = float(special.stdtrit(k - 2, (1 + level) / 2))
    half = quantile * math.sqrt(fit.tau**2 + float(fit.covariance[0, 0]))
    return on_proportions(Interval(fit.mu - half, fit.mu + half, level, "prediction, t (k - 2)"))


def _notes(
    fit: GlmmFit, interval: Interval | None, spread: tuple[float, float] | None
) -> tuple[str, ...]:
    notes = []
    if fit.tau == 0:
        notes.append("No spread between studies is visible; that is not proof of none.")
    if interval is not None and (interval.lower == 0 or interval.upper == 1):
        notes.append("The data set no limit on at least one side of the median's interval.")
    if spread is not None and spread[1] == math.inf:
        notes.append("The data set no upper limit to the spread between studies.")
    return tuple(notes)


def one_patient_each(inputs: Inputs, level: float, method: str) -> Pooled:
    """Answer for single-patient reports: only the mean is identified, and its interval is exact."""
    whole = crude(inputs.events, inputs.n, level)
    one, events = wording.one(inputs.unit), sum(inputs.events)
    limits = wording.span(whole.interval) if whole.interval else ""
    return Pooled(
        estimate=whole.estimate,
        interval=whole.interval,
        status=Status.BOUNDARY,
        method=f"{method}; single-{one} reports, exact interval of the mean",
        inputs=inputs,
        sentence=(
            f"Mean proportion {wording.percent(whole.estimate)} ({limits}); "
            f"{wording.total(inputs)}. Every study is one {one}, so the spread between studies "
            "cannot be told from chance, and neither can the median."
        ),
        estimand="mean",
        crude=whole,
        mean=whole,
        heterogeneity=Heterogeneity(),
        log_likelihood=float(
            special.xlogy(events, whole.estimate)
            + special.xlogy(inputs.k - events, 1 - whole.estimate)
        ),
        notes=("The likelihood does not depend on tau: it is not identified.",),
    )
