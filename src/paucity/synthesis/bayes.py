"""Pool proportions by the Bayesian hierarchical model, integrated exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import numbers, posterior, wording
from paucity.synthesis.intervals import crude
from paucity.synthesis.priors import Prior, in_words, sensitivity_set
from paucity.synthesis.refusals import extreme, refused
from paucity.synthesis.types import Heterogeneity, Interval, Pooled, Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from paucity.synthesis.posterior import Point, Posterior
    from paucity.synthesis.types import Counts, Inputs

METHOD = "Bayesian binomial-normal hierarchical model, quadrature"


@dataclass(frozen=True, slots=True)
class Exceedance:
    """Hold posterior probabilities that a proportion is above a threshold.

    For the median study, the mean over studies, and a new study.
    """

    threshold: float
    median: float
    mean: float
    new: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesPooled(Pooled):
    """Hold a posterior summary.

    `tau` is the posterior median and interval of the standard deviation between studies (log
    odds); `exceedances` one entry per threshold asked for; `log_evidence` the log marginal
    likelihood, for comparing priors.
    """

    prior: Prior
    tau: Quantity | None = None
    exceedances: tuple[Exceedance, ...] = ()
    log_evidence: float | None = None


def pool_bayes(
    events: ArrayLike,
    n: ArrayLike,
    *,
    prior: Prior | None = None,
    thresholds: Sequence[float] = (),
    level: float = 0.95,
    unit: str = "patients",
) -> BayesPooled:
    """Pool proportions by the Bayesian hierarchical model.

    The studies' log odds are Normal(mu, tau) with a prior on both; with few or sparse studies
    this keeps its coverage where maximum likelihood and two-step methods do not.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        prior: Default `Prior()`; see there.
        thresholds: Proportions to give the posterior probability of exceeding.
        level: Probability inside the equal-tailed intervals.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        Posterior median and interval of the median study's proportion (`estimate`, `median`) and
        of the mean over studies (`mean`), the predictive interval of a new study, tau, and
        exceedance probabilities. With no events, or events only, the estimate stands but its
        status says so, since one end of the interval is then the prior's.

    Raises:
        ValueError: If the counts, prior, thresholds or level are not valid.

    Example:
        >>> r = pool_bayes([2, 3, 0, 12], [2, 3, 22, 34], thresholds=[0.5])
        >>> round(r.estimate, 3), round(r.exceedances[0].median, 3), str(r.status)
        (0.457, 0.424, 'ok')
    """
    x, m = numbers.studies(events, n)
    level = numbers.probability(level, "level")
    limits = tuple(numbers.probability(t, "threshold") for t in thresholds)
    chosen = prior if prior is not None else Prior()
    status = extreme(x, m)
    if status is Status.SINGLE_STUDY:
        return _refuse(x, m, chosen, level, unit)
    inputs = numbers.inputs(x, m, unit)
    return _result(inputs, chosen, posterior.posterior(x, m, chosen), limits, level)


def _refuse(x: Counts, n: Counts, prior: Prior, level: float, unit: str) -> BayesPooled:
    plain = refused(Status.SINGLE_STUDY, x, n, method=METHOD, level=level, unit=unit)
    return BayesPooled(
        prior=prior,
        **{name: getattr(plain, name) for name in Pooled.__dataclass_fields__},
    )


def quantity(
    at: Callable[[float], Point], start: float, width: float, level: float, *, logit: bool = True
) -> Quantity:
    """Return the median of a distribution with its equal-tailed interval.

    Args:
        at: Gives the probability of at most a value, and the density there.
        start: About its mean.
        width: About its standard deviation.
        level: Probability inside the interval.
        logit: Whether the values are log odds, to be returned as proportions.
    """
    points = [
        posterior.quantile(at, p, start, width) for p in (0.5, (1 - level) / 2, (1 + level) / 2)
    ]
    if logit:
        points = [float(special.expit(p)) for p in points]
    return Quantity(points[0], Interval(points[1], points[2], level, "posterior, equal-tailed"))


def _median(post: Posterior, level: float) -> Quantity:
    return quantity(partial(posterior.at_mu, post), *posterior.moments_mu(post), level)


def _result(
    inputs: Inputs,
    prior: Prior,
    whole: Posterior,
    thresholds: tuple[float, ...],
    level: float,
) -> BayesPooled:
    post = posterior.trimmed(whole)
    status = extreme(np.array(inputs.events), np.array(inputs.n)) or Status.OK
    mu, sd = posterior.moments_mu(post)
    median = _median(post, level)
    new = quantity(partial(posterior.at_new, post), mu, sd + 1, level)
    mean = Quantity(
        posterior.mean_new(post), quantity(partial(posterior.at_mean, post), mu, sd, level).interval
    )
    tau = quantity(
        partial(posterior.at_tau, whole), *posterior.moments_tau(post), level, logit=False
    )
    limits = f" ({wording.span(median.interval)})" if median.interval else ""
    return BayesPooled(
        estimate=median.estimate,
        interval=median.interval,
        status=status,
        method=METHOD,
        inputs=inputs,
        sentence=(
            f"Median study's proportion {wording.percent(median.estimate)}{limits}, mean over "
            f"studies {wording.percent(mean.estimate)}; {wording.total(inputs)}; prior "
            f"{in_words(prior)}." + _warning(status)
        ),
        estimand="median",
        crude=crude(inputs.events, inputs.n, level),
        median=median,
        mean=mean,
        prediction=Interval(new.interval.lower, new.interval.upper, level, "posterior predictive")
        if new.interval
        else None,
        heterogeneity=Heterogeneity(tau2=tau.estimate**2),
        link_estimate=mu,
        standard_error=sd,
        prior=prior,
        tau=tau,
        exceedances=tuple(_exceedance(post, t) for t in thresholds),
        log_evidence=post.log_evidence,
    )


def _warning(status: Status) -> str:
    if status is Status.NO_EVENTS:
        return " Nobody had the event: the lower limit is the prior's, not the data's."
    if status is Status.ALL_EVENTS:
        return " Everybody had the event: the upper limit is the prior's, not the data's."
    return ""


def _exceedance(post: Posterior, threshold: float) -> Exceedance:
    value = float(special.logit(threshold))
    return Exceedance(
        threshold=threshold,
        median=1 - posterior.at_mu(post, value)[0],
        mean=1 - posterior.at_mean(post, value)[0],
        new=1 - posterior.at_new(post, value)[0],
    )


def prior_sensitivity(
    events: ArrayLike,
    n: ArrayLike,
    *,
    prior: Prior | None = None,
    thresholds: Sequence[float] = (),
    level: float = 0.95,
    unit: str = "patients",
) -> tuple[BayesPooled, ...]:
    """Pool under a prior and its neighbours, to show how much the answer leans on it.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        prior: The prior of the analysis; default `Prior()`.
        thresholds: As for `pool_bayes`.
        level: As for `pool_bayes`.
        unit: As for `pool_bayes`.

    Returns:
        One result per prior of `priors.sensitivity_set`, the analysis's own first.

    Raises:
        ValueError: As for `pool_bayes`.

    Example:
        >>> rows = prior_sensitivity([2, 3, 1], [2, 3, 9])
        >>> len(rows), rows[0].prior.scale, rows[1].prior.scale
        (6, 1.0, 0.5)
    """
    own = prior if prior is not None else Prior()
    first = pool_bayes(events, n, prior=own, thresholds=thresholds, level=level, unit=unit)
    chosen = sensitivity_set(own)
    if first.estimate is None:
        return (first, *(replace(first, prior=p) for p in chosen[1:]))
    limits = tuple(e.threshold for e in first.exceedances)
    made = posterior.posteriors(*numbers.studies(events, n), chosen)
    pairs = list(zip(chosen, made, strict=True))[1:]
    return (first, *(_result(first.inputs, p, post, limits, level) for p, post in pairs))


def posterior_median(events: ArrayLike, n: ArrayLike, *, prior: Prior | None = None) -> float:
    """Return the posterior median of the median study's proportion, and nothing else.

    The `estimate` of `pool_bayes`, for those who leave out one study after another.

    Args:
        events: Patients with the event, shape (k,), k of at least 2.
        n: Patients assessed, shape (k,).
        prior: Default `Prior()`.

    Raises:
        ValueError: If the counts are not valid.

    Example:
        >>> round(posterior_median([2, 3, 0, 12], [2, 3, 22, 34]), 3)
        0.457
    """
    x, m = numbers.studies(events, n)
    chosen = prior if prior is not None else Prior()
    post = posterior.trimmed(posterior.posterior(x, m, chosen))
    start, width = posterior.moments_mu(post)
    return float(
        special.expit(posterior.quantile(partial(posterior.at_mu, post), 0.5, start, width))
    )


@dataclass(frozen=True, slots=True)
class UnderPrior:
    """Hold the median study's proportion under one prior."""

    prior: Prior
    median: Quantity


def under_priors(
    events: ArrayLike, n: ArrayLike, *, prior: Prior | None = None, level: float = 0.95
) -> tuple[UnderPrior, ...]:
    """Give the median study's proportion under a prior and its neighbours.

    As `prior_sensitivity`, for the median alone, and several times as fast.

    Args:
        events: Patients with the event, shape (k,), k of at least 2.
        n: Patients assessed, shape (k,).
        prior: The prior of the analysis; default `Prior()`.
        level: As for `pool_bayes`.

    Raises:
        ValueError: As for `pool_bayes`.

    Example:
        >>> found = under_priors([1, 14, 1], [1, 22, 1])
        >>> [round(u.median.estimate, 2) for u in found]
        [0.68, 0.67, 0.68, 0.62, 0.71, 0.68]
    """
    x, m = numbers.studies(events, n)
    level = numbers.probability(level, "level")
    chosen = sensitivity_set(prior if prior is not None else Prior())
    made = map(posterior.trimmed, posterior.posteriors(x, m, chosen))
    pairs = zip(chosen, made, strict=True)
    return tuple(UnderPrior(p, _median(post, level)) for p, post in pairs)
