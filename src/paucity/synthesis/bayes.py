"""Pool proportions by the Bayesian hierarchical model, integrated exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from scipy import optimize, special

from paucity.synthesis import numbers, posterior, wording
from paucity.synthesis.intervals import crude
from paucity.synthesis.priors import Prior, in_words, sensitivity_set
from paucity.synthesis.refusals import extreme, refused
from paucity.synthesis.types import Heterogeneity, Interval, Pooled, Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from paucity.synthesis.posterior import Posterior
    from paucity.synthesis.types import Counts

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
        return _refuse(x, m, chosen, level)
    post = posterior.posterior(x, m, chosen)
    return _result(x, m, chosen, post, status or Status.OK, limits, level)


def _refuse(x: Counts, n: Counts, prior: Prior, level: float) -> BayesPooled:
    plain = refused(Status.SINGLE_STUDY, x, n, method=METHOD, level=level)
    return BayesPooled(
        prior=prior,
        **{name: getattr(plain, name) for name in Pooled.__dataclass_fields__},
    )


def _quantity(
    cdf: Callable[[float], float], start: float, width: float, level: float, *, logit: bool
) -> Quantity:
    points = [
        posterior.quantile(cdf, p, start, width) for p in (0.5, (1 - level) / 2, (1 + level) / 2)
    ]
    if logit:
        points = [float(special.expit(p)) for p in points]
    return Quantity(points[0], Interval(points[1], points[2], level, "posterior, equal-tailed"))


def _result(
    x: Counts,
    n: Counts,
    prior: Prior,
    post: Posterior,
    status: Status,
    thresholds: tuple[float, ...],
    level: float,
) -> BayesPooled:
    mu, sd = posterior.moments_mu(post)
    median = _quantity(partial(posterior.cdf_mu, post), mu, sd, level, logit=True)
    new = _quantity(partial(posterior.cdf_new, post), mu, sd + 1, level, logit=True)
    mean = _mean(post, mu, sd, level)
    tau = _tau(post, level)
    inputs = numbers.inputs(x, n)
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
        crude=crude(x, n, level),
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


def _mean(post: Posterior, mu: float, sd: float, level: float) -> Quantity:
    def cdf(logit: float) -> float:
        return posterior.cdf_mean(post, float(special.expit(logit)))

    quantity = _quantity(cdf, mu, sd, level, logit=True)
    return Quantity(posterior.mean_new(post), quantity.interval)


def _tau(post: Posterior, level: float) -> Quantity:
    top = post.panels[-1][1]
    points = [
        float(optimize.brentq(lambda v, p=p: posterior.cdf_tau(post, v) - p, 0.0, top, xtol=1e-12))
        for p in (0.5, (1 - level) / 2, (1 + level) / 2)
    ]
    return Quantity(points[0], Interval(points[1], points[2], level, "posterior, equal-tailed"))


def _exceedance(post: Posterior, threshold: float) -> Exceedance:
    value = float(special.logit(threshold))
    return Exceedance(
        threshold=threshold,
        median=1 - posterior.cdf_mu(post, value),
        mean=1 - posterior.cdf_mean(post, threshold),
        new=1 - posterior.cdf_new(post, value),
    )


def prior_sensitivity(
    events: ArrayLike,
    n: ArrayLike,
    *,
    prior: Prior | None = None,
    thresholds: Sequence[float] = (),
    level: float = 0.95,
) -> tuple[BayesPooled, ...]:
    """Pool under a prior and its neighbours, to show how much the answer leans on it.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        prior: The prior of the analysis; default `Prior()`.
        thresholds: As for `pool_bayes`.
        level: As for `pool_bayes`.

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
    return tuple(
        pool_bayes(events, n, prior=p, thresholds=thresholds, level=level)
        for p in sensitivity_set(own)
    )
