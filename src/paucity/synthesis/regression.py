"""Meta-regression and subgroups, with Wald and likelihood-ratio tests."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import numbers, transforms, wording
from paucity.synthesis.glmm import INTERVALS
from paucity.synthesis.glmm_regression import coefficient_interval, fit_regression, separated
from paucity.synthesis.heterogeneity import (
    TAU2_METHODS,
    estimate_tau2,
    log_likelihood,
    typical_variance,
    weighted_fit,
)
from paucity.synthesis.inverse_variance import TESTS
from paucity.synthesis.refusals import all_or_none, extreme
from paucity.synthesis.types import Floats, Interval, Result, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts, Inputs


@dataclass(frozen=True, slots=True)
class Coefficient:
    """Hold one coefficient on the log-odds scale, per unit of its covariate."""

    name: str
    estimate: float
    standard_error: float
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True)
class Test:
    """Hold a test: statistic, its degrees of freedom (second one for F) and p-value."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    statistic: float
    df: int
    p: float
    method: str
    df2: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression(Result):
    """Hold a meta-regression.

    `estimate` and `interval` are the slope's where there is one covariate. `wald` tests all
    covariates together, `likelihood_ratio` compares with the model without them.
    """

    coefficients: tuple[Coefficient, ...] = ()
    tau2: float | None = None
    i2: float | None = None
    wald: Test | None = None
    likelihood_ratio: Test | None = None
    log_likelihood: float | None = None


def meta_regression(
    events: ArrayLike,
    n: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str] = (),
    model: str = "glmm",
    tau2_method: str = "REML",
    test: str = "ad hoc",
    interval: str = "profile",
    level: float = 0.95,
    unit: str = "patients",
) -> Regression:
    """Regress the log odds of the event on study covariates.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        covariates: Shape (k,) or (k, p), without an intercept.
        names: One per covariate; default x1, x2, ...
        model: `glmm` (exact likelihood) or `inverse variance` (logits with 0.5 added to zero
            cells).
        tau2_method: For inverse variance, `EE`, `DL`, `PM`, `ML` or `REML`.
        test: For inverse variance, `wald`, `hartung-knapp` or `ad hoc`.
        interval: For the GLMM, `profile` (likelihood; the p-values are then of the likelihood
            ratio) or `wald`.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The coefficients, or a status: `too few` if there are not more studies than coefficients
        or the covariates are linearly dependent, `separated` if they predict the outcome without
        exception.

    Raises:
        ValueError: If the counts, covariates or an option are not valid.

    Example:
        >>> r = meta_regression([1, 4, 6, 9], [10, 12, 11, 12], [0, 1, 2, 3])
        >>> round(r.estimate, 3), str(r.status)
        (1.024, 'boundary')
    """
    x, m = numbers.studies(events, n)
    z = numbers.design(covariates, x.size)
    numbers.one_of(model, ("glmm", "inverse variance"), "model")
    numbers.one_of(tau2_method, TAU2_METHODS, "tau2_method")
    numbers.one_of(test, TESTS, "test")
    numbers.one_of(interval, INTERVALS, "interval")
    level = numbers.probability(level, "level")
    labels = tuple(names) or tuple(f"x{i + 1}" for i in range(z.shape[1]))
    if len(labels) != z.shape[1]:
        raise ValueError(
            f"names: found {len(labels)} names for {z.shape[1]} covariates; expected one each."
        )
    design = np.column_stack([np.ones(x.size), z])
    inputs = numbers.inputs(x, m, unit)
    status, reason = _obstacle(x, m, design, model, wording.one(unit))
    if status is not None:
        return Regression(
            estimate=None,
            interval=None,
            status=status,
            method=f"meta-regression, {model}",
            inputs=inputs,
            sentence=f"No regression: {status}. {reason}",
        )
    if model == "glmm":
        return _glmm(inputs, design, labels, interval, level)
    return _inverse_variance(inputs, design, labels, tau2_method, test, level)


def _obstacle(
    x: Counts, n: Counts, design: Floats, model: str, one: str
) -> tuple[Status | None, str]:
    k, p = design.shape
    status = extreme(x, n)
    if status is not None:
        return status, "There is nothing to explain."
    if k <= p:
        return Status.TOO_FEW, f"{k} studies cannot carry {p} coefficients and a spread."
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < p:
        return Status.TOO_FEW, (
            "A covariate is constant, or a combination of the others, over these studies."
        )
    if model != "glmm":
        return None, ""
    if (n == 1).all():
        return Status.TOO_FEW, (
            f"Every study is one {one}, so a spread between studies cannot be told from chance."
        )
    if separated(x, n, design):
        return Status.SEPARATED, (
            "A combination of the covariates predicts the outcome without exception, so an "
            "effect grows without end."
        )
    if all_or_none(x, n):
        return Status.DIVERGES, "In every study everybody had the event or nobody did."
    return None, ""


def _glmm(
    inputs: Inputs, design: Floats, names: tuple[str, ...], interval: str, level: float
) -> Regression:
    x, n = np.array(inputs.events), np.array(inputs.n)
    fit, null = fit_regression(x, n, design), fit_regression(x, n, design[:, :1])
    p = design.shape[1] - 1
    statistic = max(0.0, 2 * (fit.log_likelihood - null.log_likelihood))
    ratio = Test(statistic, p, float(special.chdtrc(p, statistic)), "likelihood ratio")
    profiles = [
        coefficient_interval(x, n, design, fit, j, level)
        for j in range(design.shape[1] if interval == "profile" else 0)
    ]
    return _regression(
        inputs,
        names,
        fit.beta,
        fit.covariance,
        level,
        profiles,
        df=None,
        method="meta-regression, binomial-normal GLMM, exact maximum likelihood",
        tau2=fit.tau**2,
        i2=None,
        ratio=ratio,
        log_lik=fit.log_likelihood,
    )


def _inverse_variance(
    inputs: Inputs,
    design: Floats,
    names: tuple[str, ...],
    tau2_method: str,
    test: str,
    level: float,
) -> Regression:
    data = transforms.effects(np.array(inputs.events), np.array(inputs.n), "logit")
    tau2 = estimate_tau2(data.y, data.v, design, tau2_method)
    fit = weighted_fit(data.y, data.v, design, tau2)
    k, p = design.shape
    scale = 1.0
    if test != "wald":
        scale = fit.q / (k - p)
        scale = max(scale, 1.0) if test == "ad hoc" else max(scale, 1e-300)
    typical = typical_variance(data.v, design)
    return _regression(
        inputs,
        names,
        fit.beta,
        fit.covariance * scale,
        level,
        [],
        df=None if test == "wald" else k - p,
        method=f"meta-regression, inverse variance, logit, {tau2_method}, {test}",
        tau2=tau2,
        i2=100 * tau2 / (tau2 + typical),
        ratio=None,
        log_lik=log_likelihood(fit, design, restricted=tau2_method == "REML"),
    )


def _regression(
    inputs: Inputs,
    names: tuple[str, ...],
    beta: Floats,
    covariance: Floats,
    level: float,
    profiles: list[tuple[tuple[float, float], float]],
    *,
    df: int | None,
    method: str,
    tau2: float,
    i2: float | None,
    ratio: Test | None,
    log_lik: float,
) -> Regression:
    rows = tuple(
        _coefficient(name, float(b), float(v), df, level)
        for name, b, v in zip(("intercept", *names), beta, np.diag(covariance), strict=True)
    )
    rows = tuple(map(_profiled, rows, profiles)) if profiles else rows
    slope = rows[1] if len(rows) == 2 else None
    wald = wald_test(beta[1:], covariance[1:, 1:], df)
    p = ratio.p if ratio else wald.p
    what = (
        f"log odds change by {slope.estimate:.3g} per unit of {slope.name} "
        f"({100 * level:g}% interval {slope.interval.lower:.3g} to {slope.interval.upper:.3g})"
        if slope
        else f"{len(names)} covariates fitted"
    )
    return Regression(
        estimate=slope.estimate if slope else None,
        interval=slope.interval if slope else None,
        status=Status.OK if tau2 > 0 else Status.BOUNDARY,
        method=method,
        inputs=inputs,
        sentence=(
            f"Over {inputs.k} studies the {what}, p = {p:.2g}; a difference between studies, "
            "not a treatment effect."
        ),
        coefficients=rows,
        tau2=tau2,
        i2=i2,
        wald=wald,
        likelihood_ratio=ratio,
        log_likelihood=log_lik,
    )


def _coefficient(
    name: str, beta: float, variance: float, df: int | None, level: float
) -> Coefficient:
    error = math.sqrt(variance)
    ratio = abs(beta) / error
    if df is None:
        quantile, p = float(special.ndtri((1 + level) / 2)), 2 * float(special.ndtr(-ratio))
    else:
        quantile = float(special.stdtrit(df, (1 + level) / 2))
        p = 2 * float(special.stdtr(df, -ratio))
    interval = Interval(beta - quantile * error, beta + quantile * error, level, "Wald")
    return Coefficient(name, beta, error, interval, p)


def _profiled(row: Coefficient, found: tuple[tuple[float, float], float]) -> Coefficient:
    """Return a coefficient with its profile interval and likelihood-ratio p-value."""
    ends, statistic = found
    interval = Interval(*ends, row.interval.level, "profile likelihood")
    return replace(row, interval=interval, p=float(special.chdtrc(1, statistic)))


def wald_test(beta: Floats, covariance: Floats, df2: int | None) -> Test:
    """Test that all coefficients are 0, by chi-square or (given df2) F.

    Example:
        >>> round(wald_test(np.array([1.96]), np.eye(1), None).p, 4)
        0.05
    """
    statistic = float(beta @ np.linalg.solve(covariance, beta))
    df = beta.size
    if df2 is None:
        return Test(statistic, df, float(special.chdtrc(df, statistic)), "Wald, chi-square")
    f = statistic / df
    return Test(f, df, float(special.fdtrc(df, df2, f)), "Wald, F", df2)
