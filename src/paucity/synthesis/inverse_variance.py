"""Pool transformed proportions by inverse variance: the two-step methods, for comparison.

Where studies are small the one-step models (`glmm`, `bayes`) are better: a transformed 1/1 is
neither normal nor has a known variance (Lin & Xu 2020; Lin, Xu & Chu 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import numbers, transforms, wording
from paucity.synthesis.heterogeneity import (
    TAU2_METHODS,
    estimate_tau2,
    log_likelihood,
    tau2_q_profile,
    typical_variance,
    weighted_fit,
)
from paucity.synthesis.intervals import crude
from paucity.synthesis.refusals import extreme, refused
from paucity.synthesis.types import Heterogeneity, Interval, Pooled, Quantity, Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts, Floats, Inputs

TESTS = ("wald", "hartung-knapp", "ad hoc")
PREDICTIONS = ("normal", "t", "riley")
BACK_TRANSFORMS = ("inverse-variance", "harmonic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Hold a random-effects mean on the scale of the effects.

    `standard_error` belongs to the test chosen; `interval` is None where it would have zero width.
    """

    estimate: float
    standard_error: float
    interval: Interval | None
    prediction: Interval | None
    heterogeneity: Heterogeneity
    log_likelihood: float


def combine(
    y: ArrayLike,
    v: ArrayLike,
    *,
    tau2_method: str = "REML",
    test: str = "ad hoc",
    prediction: str = "riley",
    level: float = 0.95,
) -> Combined:
    """Combine effects by inverse variance.

    Args:
        y: Effects on any scale, shape (k,), k of at least 2.
        v: Their sampling variances, shape (k,).
        tau2_method: `EE`, `DL`, `PM`, `ML` or `REML`.
        test: `wald` (normal), `hartung-knapp` (t with k - 1 degrees of freedom; Hartung & Knapp
            2001, Statistics in Medicine 20:3875) or `ad hoc` (the same, never narrower than Wald;
            Knapp & Hartung 2003, 22:2693; Röver, Knapp & Friede 2015, BMC Medical Research
            Methodology 15:99).
        prediction: Quantile for a new study's effect: `normal`, `t` (k - 1) or `riley` (k - 2;
            Riley, Higgins & Deeks 2011, BMJ 342:d549).
        level: Coverage.

    Returns:
        The combined effect; I2 and H2 are computed from tau2 (Higgins & Thompson 2002), for `EE`
        from Q.

    Raises:
        ValueError: If fewer than two effects or a variance is not positive.

    Example:
        >>> c = combine([0.1, 0.5, 0.9], [0.1, 0.1, 0.1], tau2_method="DL", test="hartung-knapp")
        >>> [round(t, 4) for t in (c.estimate, c.interval.lower, c.interval.upper)]
        [0.5, -0.4937, 1.4937]
    """
    effects, variances = _effects(y, v)
    numbers.one_of(tau2_method, TAU2_METHODS, "tau2_method")
    numbers.one_of(test, TESTS, "test")
    numbers.one_of(prediction, PREDICTIONS, "prediction")
    level = numbers.probability(level, "level")
    k = effects.size
    x = np.ones((k, 1))
    tau2 = estimate_tau2(effects, variances, x, tau2_method)
    fit = weighted_fit(effects, variances, x, tau2)
    mean, wald = float(fit.beta[0]), math.sqrt(float(fit.covariance[0, 0]))
    error, half = wald, float(special.ndtri((1 + level) / 2)) * wald
    agree = bool(np.ptp(effects) <= 1e-12 * (1 + np.abs(effects).max()))
    if test != "wald":
        scale = 0.0 if agree else fit.q / (k - 1)
        error = wald * math.sqrt(max(scale, 1.0) if test == "ad hoc" else scale)
        half = _t(k - 1, level) * error
    interval = Interval(mean - half, mean + half, level, test) if half > 0 else None
    return Combined(
        estimate=mean,
        standard_error=error,
        interval=interval,
        prediction=_predict(mean, error, tau2, k, prediction, level)
        if tau2_method != "EE"
        else None,
        heterogeneity=_spread(effects, variances, tau2, tau2_method, level),
        log_likelihood=log_likelihood(fit, x, restricted=tau2_method == "REML"),
    )


def _effects(y: ArrayLike, v: ArrayLike) -> tuple[Floats, Floats]:
    effects, variances = np.asarray(y, dtype=np.float64), np.asarray(v, dtype=np.float64)
    if effects.ndim != 1 or effects.shape != variances.shape or effects.size < 2:
        raise ValueError(
            f"found effects of shape {effects.shape} and variances of shape {variances.shape}; "
            "expected two lists of equal length with at least two studies."
        )
    if not (np.isfinite(effects).all() and np.isfinite(variances).all() and variances.min() > 0):
        raise ValueError(
            "found an effect that is not finite or a variance that is not above 0; expected "
            "finite numbers. Leave out studies without a variance."
        )
    return effects, variances


def _t(df: int, level: float) -> float:
    return float(special.stdtrit(df, (1 + level) / 2))


def _predict(
    mean: float, error: float, tau2: float, k: int, method: str, level: float
) -> Interval | None:
    if method == "normal":
        quantile = float(special.ndtri((1 + level) / 2))
    else:
        df = k - (1 if method == "t" else 2)
        if df < 1:
            return None
        quantile = _t(df, level)
    half = quantile * math.sqrt(tau2 + error**2)
    return Interval(mean - half, mean + half, level, f"prediction, {method}")


def _spread(y: Floats, v: Floats, tau2: float, method: str, level: float) -> Heterogeneity:
    k = y.size
    x = np.ones((k, 1))
    q = weighted_fit(y, v, x, 0.0).q
    typical = typical_variance(v, x)
    h2 = tau2 / typical + 1
    limits = tau2_q_profile(y, v, x, level)
    if method == "EE":
        h2 = q / (k - 1)
    return Heterogeneity(
        tau2=tau2,
        tau2_interval=Interval(*limits, level, "Q-profile") if limits else None,
        q=q,
        q_df=k - 1,
        q_p=float(special.chdtrc(k - 1, q)),
        i2=100 * max(0.0, 1 - 1 / h2) if h2 > 0 else 0.0,
        i2_interval=_i2_interval(limits, typical, level),
        h2=h2,
    )


def _i2_interval(
    limits: tuple[float, float] | None, typical: float, level: float
) -> Interval | None:
    if limits is None:
        return None
    low, high = (100 * t / (t + typical) for t in limits)
    return Interval(low, high, level, "Q-profile")


def pool_inverse_variance(
    events: ArrayLike,
    n: ArrayLike,
    *,
    scale: str = "logit",
    tau2_method: str = "REML",
    test: str = "ad hoc",
    prediction: str = "riley",
    back_transform: str = "inverse-variance",
    level: float = 0.95,
    unit: str = "patients",
) -> Pooled:
    """Pool proportions by inverse variance on a transformed scale.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        scale: `logit`, `arcsine` or `freeman-tukey` (legacy, for comparison with published
            analyses only).
        tau2_method: As for `combine`.
        test: As for `combine`.
        prediction: As for `combine`.
        back_transform: For Freeman-Tukey, the sample size at which to invert: `inverse-variance`
            (Barendregt et al. 2013, J Epidemiol Community Health 67:974) or `harmonic` (Miller
            1978), known to mislead.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The pooled proportion. On the logit scale it is the median study's.

    Raises:
        ValueError: If the counts or an option are not valid.

    Example:
        >>> r = pool_inverse_variance([5, 12, 20], [20, 30, 44], test="wald")
        >>> round(r.estimate, 4), str(r.status)
        (0.3982, 'boundary')
        >>> str(pool_inverse_variance([0, 0], [5, 9]).status)
        'no events'
    """
    x, m = numbers.studies(events, n)
    numbers.one_of(scale, transforms.SCALES, "scale")
    numbers.one_of(back_transform, BACK_TRANSFORMS, "back_transform")
    method = f"inverse variance, {scale}, {tau2_method}, {test}"
    if scale == "freeman-tukey":
        method = f"legacy {method}, {back_transform} back-transform"
    status = extreme(x, m)
    if status is not None:
        return refused(status, x, m, method=method, level=level, unit=unit)
    data = transforms.effects(x, m, scale)
    link = combine(
        data.y, data.v, tau2_method=tau2_method, test=test, prediction=prediction, level=level
    )
    inputs = numbers.inputs(x, m, unit)
    return _result(inputs, link, scale, method, back_transform, tau2_method, level)


def _result(
    inputs: Inputs,
    link: Combined,
    scale: str,
    method: str,
    back_transform: str,
    tau2_method: str,
    level: float,
) -> Pooled:
    x, n = np.array(inputs.events), np.array(inputs.n)
    size = float(n.size / np.sum(1 / n))
    if back_transform == "inverse-variance" and link.standard_error > 0:
        size = 1 / (4 * link.standard_error**2)

    def back(value: float) -> float:
        return transforms.inverse(value, scale, size)

    def limits(interval: Interval | None) -> Interval | None:
        if interval is None:
            return None
        return Interval(back(interval.lower), back(interval.upper), level, interval.method)

    estimate, interval = back(link.estimate), limits(link.interval)
    boundary = link.heterogeneity.tau2 == 0 and tau2_method != "EE"
    sentence = f"Pooled proportion {wording.percent(estimate)}"
    if interval is None:
        sentence += (
            ", without an interval: all studies agree exactly and the Hartung-Knapp interval "
            'would have zero width; use test="ad hoc"'
        )
    else:
        sentence += f" ({wording.span(interval)})"
    sentence += f"; {wording.total(inputs)}; {method}."
    return Pooled(
        estimate=estimate,
        interval=interval,
        status=Status.BOUNDARY if boundary or interval is None else Status.OK,
        method=method,
        inputs=inputs,
        sentence=sentence,
        estimand="median" if scale == "logit" else "transformed mean",
        crude=crude(x, n, level),
        median=Quantity(estimate, interval) if scale == "logit" else None,
        prediction=limits(link.prediction),
        heterogeneity=link.heterogeneity,
        link_estimate=link.estimate,
        link_interval=link.interval,
        standard_error=link.standard_error,
        log_likelihood=link.log_likelihood,
        notes=_notes(x, n, scale),
    )


def _notes(x: Counts, n: Counts, scale: str) -> tuple[str, ...]:
    notes = []
    corrected = int(((x == 0) | (x == n)).sum())
    if scale == "logit" and corrected:
        verb = "study has" if corrected == 1 else "studies have"
        notes.append(
            f"{corrected} of {x.size} {verb} 0.5 added to both cells; the choice of 0.5 moves the "
            "answer. The binomial models need no such correction."
        )
    if scale == "freeman-tukey":
        notes.append(
            "Legacy method: the back-transform needs one sample size where there are many, and "
            "the answer depends on which (Schwarzer et al. 2019)."
        )
    return tuple(notes)
